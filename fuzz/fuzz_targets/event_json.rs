#![no_main]

use gristmill_fuzz::{events, keep};

libfuzzer_sys::fuzz_target!(init: keep("event_json", events::corpus), |data: &[u8]| events::run(data));
