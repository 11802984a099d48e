#![no_main]

use gristmill_fuzz::{keep, segment};

libfuzzer_sys::fuzz_target!(init: keep("segment_open", segment::corpus), |data: &[u8]| segment::run(data));
