//! The `gristmill` command line.
#![allow(dead_code)]
mod render;
fn main() {}
