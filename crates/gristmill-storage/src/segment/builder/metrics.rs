//! Timestamps and values while rows arrive.

use crate::segment::{Timestamps, Values};
use arrow_buffer::{BooleanBuffer, BooleanBufferBuilder, NullBuffer};
use std::ops::Range;

/// Timestamps and values, in the order of arrival.
#[derive(Debug, Default)]
pub(super) struct Metrics {
    timestamps: Vec<i64>,
    values: ValueVec,
}

/// Values, in the order of arrival.
#[derive(Debug)]
pub(crate) struct ValueVec {
    numbers: Vec<f64>,
    valid: BooleanBufferBuilder,
    nulls: usize,
}

impl Default for ValueVec {
    fn default() -> Self {
        Self::with_capacity(0)
    }
}

impl ValueVec {
    /// No values, and room for so many.
    pub(crate) fn with_capacity(rows: usize) -> Self {
        Self { numbers: Vec::with_capacity(rows), valid: BooleanBufferBuilder::new(rows), nulls: 0 }
    }

    /// Takes the value of a row.
    pub(crate) fn push(&mut self, value: Option<f64>) {
        self.numbers.push(value.unwrap_or_default());
        self.valid.append(value.is_some());
        self.nulls += usize::from(value.is_none());
    }

    fn append(&mut self, other: &Self) {
        self.numbers.extend_from_slice(&other.numbers);
        self.valid.append_buffer(&BooleanBuffer::new(other.valid.as_slice().into(), 0, other.valid.len()));
        self.nulls += other.nulls;
    }

    /// Some values in the order given.
    pub(super) fn take(&self, order: &[u32]) -> Values {
        let numbers: Vec<f64> = order.iter().map(|&row| self.numbers[row as usize]).collect();
        let validity = (self.nulls > 0).then(|| {
            let valid = BooleanBuffer::collect_bool(order.len(), |at| self.valid.get_bit(order[at] as usize));
            NullBuffer::new(valid)
        });
        let validity = validity.filter(|validity| validity.null_count() > 0);
        Values { numbers: numbers.into(), validity }
    }
}

impl Metrics {
    /// Columns of the same length.
    #[cfg(feature = "parquet")]
    pub(super) fn of(timestamps: Vec<i64>, values: ValueVec) -> Self {
        Self { timestamps, values }
    }

    /// Makes room for so many more rows.
    pub(super) fn reserve(&mut self, rows: usize) {
        self.timestamps.reserve_exact(rows);
        self.values.numbers.reserve_exact(rows);
        self.values.valid.reserve(rows);
    }

    pub(super) fn len(&self) -> usize {
        self.timestamps.len()
    }

    pub(super) fn timestamps(&self) -> &[i64] {
        &self.timestamps
    }

    pub(super) fn push(&mut self, timestamp: i64, value: Option<f64>) {
        self.timestamps.push(timestamp);
        self.values.push(value);
    }

    pub(super) fn extend(&mut self, timestamps: &Timestamps, values: &Values, rows: &[Range<usize>]) {
        for row in rows.iter().cloned().flatten() {
            self.push(timestamps.get(row), values.get(row));
        }
    }

    /// Takes all rows of another builder.
    pub(super) fn append(&mut self, other: &Self) {
        self.timestamps.extend_from_slice(&other.timestamps);
        self.values.append(&other.values);
    }

    /// Some rows in the order given.
    pub(super) fn take(&self, order: &[u32]) -> (Timestamps, Values) {
        (Timestamps::of(order.iter().map(|&row| self.timestamps[row as usize])), self.values.take(order))
    }

    /// Bytes reserved.
    pub(super) fn heap_bytes(&self) -> usize {
        let ValueVec { numbers, valid, .. } = &self.values;
        self.timestamps.capacity() * 8 + numbers.capacity() * 8 + valid.capacity() / 8
    }
}
