#![no_main]

use gristmill_fuzz::{keep, wal};

libfuzzer_sys::fuzz_target!(init: keep("wal_frame", wal::corpus), |data: &[u8]| wal::run(data));
