//! What the states of one segment are fed with.

use super::{State, StateKind};
use crate::exec::prepare::Column;
use gristmill_storage::segment::{
    Dictionary, DimensionCodes, NULL_CODE, Segment, SegmentError, Timestamps, Values,
};
use std::sync::Arc;

/// The columns that one kind of state reads.
#[derive(Debug)]
pub(crate) struct Feed {
    pub(crate) kind: StateKind,
    columns: Columns,
}

#[derive(Debug)]
enum Columns {
    Values(Arc<Values>),
    /// Values and when they were.
    Events(Arc<Values>, Arc<Timestamps>),
    Texts(Vec<Column>),
}

impl Feed {
    pub(crate) fn of(kind: &StateKind, segment: &Segment) -> Result<Self, SegmentError> {
        let columns = match kind {
            StateKind::Moments | StateKind::Quantiles => Columns::Values(segment.values()?),
            StateKind::Edge { .. } => Columns::Events(segment.values()?, segment.timestamps()?),
            StateKind::Theta(dimensions) => {
                let column = |dimension| {
                    Ok(Column {
                        codes: segment.codes(dimension)?,
                        dictionary: segment.dictionary(dimension)?,
                    })
                };
                Columns::Texts(dimensions.iter().copied().map(column).collect::<Result<_, SegmentError>>()?)
            }
        };
        Ok(Self { kind: kind.clone(), columns })
    }

    /// Adds a row to a state.
    pub(super) fn add(&self, state: &mut State, row: u32) {
        match (&self.columns, state) {
            (Columns::Values(values), State::Moments(state)) => {
                if let Some(value) = value(values, row) {
                    state.add(value);
                }
            }
            (Columns::Values(values), State::Quantiles(state)) => {
                if let Some(value) = value(values, row) {
                    state.add(value);
                }
            }
            (Columns::Events(values, timestamps), State::Edge(state)) => {
                if let Some(value) = value(values, row) {
                    state.add(timestamps.get(row as usize), value);
                }
            }
            (Columns::Texts(columns), State::Theta(state)) => {
                columns.iter().for_each(|column| for_each_text(column, row, |text| state.add(text)));
            }
            // A table has states of the kind of its feed.
            _ => {}
        }
    }
}

fn value(values: &Values, row: u32) -> Option<f64> {
    let row = row as usize;
    let is_there = values.validity.as_ref().is_none_or(|validity| validity.is_valid(row));
    is_there.then(|| values.numbers[row])
}

fn for_each_text(column: &Column, row: u32, mut call: impl FnMut(&[u8])) {
    let mut of_code = |code: u32| match &*column.dictionary {
        _ if code == NULL_CODE => {}
        Dictionary::Text(texts) => call(texts.bytes(code)),
        Dictionary::Integer(integers) => {
            if let Some(integer) = integers.get(code) {
                call(itoa::Buffer::new().format(integer).as_bytes());
            }
        }
    };
    match &*column.codes {
        DimensionCodes::Single(codes) => of_code(codes.get(row as usize)),
        DimensionCodes::Multi(lists) => {
            lists.range(row as usize).for_each(|at| of_code(lists.codes.get(at)));
        }
    }
}
