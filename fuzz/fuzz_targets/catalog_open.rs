#![no_main]

use gristmill_fuzz::{catalog, keep};

libfuzzer_sys::fuzz_target!(init: keep("catalog_open", catalog::corpus), |data: &[u8]| catalog::run(data));
