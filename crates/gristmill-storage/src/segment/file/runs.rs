//! The run table as bytes.

use super::bytes::{Decoder, Encoder};
use crate::segment::{Run, RunTable, ValueStats};

pub(super) fn encode(runs: &RunTable) -> Vec<u8> {
    let mut out = Encoder::default();
    for run in runs.all() {
        out.u32(run.organization);
        out.u32(run.vendor);
        out.u32(run.rows.start);
        out.u32(run.rows.end);
        out.i64(run.min_time);
        out.i64(run.max_time);
        encode_stats(&mut out, run.values);
    }
    out.finish()
}

/// The runs, unchecked but for their bytes; `None` where these do not end with a run.
pub(super) fn decode(bytes: &[u8]) -> Option<RunTable> {
    let mut from = Decoder::new(bytes);
    let mut runs = Vec::new();
    while !from.is_done() {
        runs.push(Run {
            organization: from.u32()?,
            vendor: from.u32()?,
            rows: from.u32()?..from.u32()?,
            min_time: from.i64()?,
            max_time: from.i64()?,
            values: decode_stats(&mut from)?,
        });
    }
    Some(RunTable { runs })
}

pub(super) fn encode_stats(out: &mut Encoder, stats: ValueStats) {
    out.u32(stats.count);
    out.f64(stats.min);
    out.f64(stats.max);
    out.i16(stats.unit);
}

pub(super) fn decode_stats(from: &mut Decoder<'_>) -> Option<ValueStats> {
    Some(ValueStats { count: from.u32()?, min: from.f64()?, max: from.f64()?, unit: from.i16()? })
}
