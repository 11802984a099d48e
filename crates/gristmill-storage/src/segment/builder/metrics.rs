//! Timestamps and values while rows arrive.

use crate::segment::{Timestamps, Values};
use arrow_buffer::{BooleanBuffer, BooleanBufferBuilder, NullBuffer};
use std::ops::Range;

/// Timestamps and values, in the order of arrival.
#[derive(Debug)]
pub(super) struct Metrics {
    timestamps: Vec<i64>,
    numbers: Vec<f64>,
    valid: BooleanBufferBuilder,
    nulls: usize,
}

impl Metrics {
    pub(super) fn new() -> Self {
        Self { timestamps: Vec::new(), numbers: Vec::new(), valid: BooleanBufferBuilder::new(0), nulls: 0 }
    }

    pub(super) fn len(&self) -> usize {
        self.timestamps.len()
    }

    pub(super) fn timestamps(&self) -> &[i64] {
        &self.timestamps
    }

    pub(super) fn push(&mut self, timestamp: i64, value: Option<f64>) {
        self.timestamps.push(timestamp);
        self.numbers.push(value.unwrap_or_default());
        self.valid.append(value.is_some());
        self.nulls += usize::from(value.is_none());
    }

    pub(super) fn extend(&mut self, timestamps: &Timestamps, values: &Values, rows: &[Range<usize>]) {
        for row in rows.iter().cloned().flatten() {
            self.push(timestamps.get(row), values.get(row));
        }
    }

    /// Takes rows that come as columns.
    #[cfg(feature = "parquet")]
    pub(super) fn push_columns(&mut self, timestamps: &[i64], values: &Values) {
        for (row, &timestamp) in timestamps.iter().enumerate() {
            self.push(timestamp, values.get(row));
        }
    }

    /// Takes all rows of another builder.
    pub(super) fn append(&mut self, other: &Self) {
        self.timestamps.extend_from_slice(&other.timestamps);
        self.numbers.extend_from_slice(&other.numbers);
        self.valid.append_buffer(&BooleanBuffer::new(other.valid.as_slice().into(), 0, other.valid.len()));
        self.nulls += other.nulls;
    }

    /// Some rows in the order given.
    pub(super) fn take(&self, order: &[u32]) -> (Timestamps, Values) {
        let numbers: Vec<f64> = order.iter().map(|&row| self.numbers[row as usize]).collect();
        let validity = (self.nulls > 0).then(|| {
            let valid = BooleanBuffer::collect_bool(order.len(), |at| self.valid.get_bit(order[at] as usize));
            NullBuffer::new(valid)
        });
        let validity = validity.filter(|validity| validity.null_count() > 0);
        let values = Values { numbers: numbers.into(), validity };
        (Timestamps::of(order.iter().map(|&row| self.timestamps[row as usize])), values)
    }

    /// Bytes reserved.
    pub(super) fn heap_bytes(&self) -> usize {
        self.timestamps.capacity() * 8 + self.numbers.capacity() * 8 + self.valid.capacity() / 8
    }
}
