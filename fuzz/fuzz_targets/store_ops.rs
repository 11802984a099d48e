#![no_main]

use gristmill_fuzz::{keep, operations};

libfuzzer_sys::fuzz_target!(init: keep("store_ops", operations::corpus), |data: &[u8]| operations::run(data));
