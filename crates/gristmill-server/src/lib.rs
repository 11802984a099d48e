//! Gristmill over HTTP. Every rule of events and fetches is the library's; this crate adds who may ask, how much, and for
//! how long.
