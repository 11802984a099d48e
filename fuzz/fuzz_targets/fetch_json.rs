#![no_main]

use gristmill_fuzz::{fetches, keep};

libfuzzer_sys::fuzz_target!(init: keep("fetch_json", fetches::corpus), |data: &[u8]| fetches::run(data));
