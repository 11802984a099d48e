//! The hot path by shape, through the library's public face only.
//!
//! `cargo bench -p gristmill` runs everything, `cargo bench -p gristmill -- fetch/group` a part, and `-- --quick` all
//! of it roughly. The variables in [`shapes::Size`] say how much data there is.

#![expect(clippy::expect_used, clippy::panic, reason = "a bench that cannot run has nobody to report to")]

mod fetch;
mod ingest;
mod memory;
mod shapes;
mod strategy;

use criterion::Criterion;
use shapes::Size;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let size = Size::from_env();
    ingest::run(&mut criterion, size);
    fetch::run(&mut criterion, size);
    strategy::run(&mut criterion, size);
    memory::run(&mut criterion);
    criterion.final_summary();
}
