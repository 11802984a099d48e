//! Figures of groups that a filter of their own left, brought to the groups of the answer.

use super::metric::MetricColumn;
use crate::exec::{Merged, State, Value};
use crate::narrow;
use crate::request::Aggregation;
use gristmill_storage::hash::HashMap;

/// For each group of a part its place among all groups.
pub(crate) fn places(all: &Merged, part: &Merged) -> Vec<Option<u32>> {
    let names: Vec<Vec<Option<u32>>> = all
        .groups
        .iter()
        .zip(&part.groups)
        .map(|((ids, values), (_, part_values))| {
            let known: HashMap<Value<'_>, u32> = ids.iter().map(|id| (values.get(*id), *id)).collect();
            (0..narrow::id(part_values.len())).map(|id| known.get(&part_values.get(id)).copied()).collect()
        })
        .collect();
    let key = |merged: &Merged, group: usize, name: &dyn Fn(usize, u32) -> Option<u32>| {
        let ids = merged.groups.iter().enumerate().map(|(at, (ids, _))| name(at, ids[group]));
        Some((merged.starts[group], ids.collect::<Option<Vec<u32>>>()?))
    };
    let own = |_, id| Some(id);
    let known: HashMap<_, u32> = (0..all.len()).filter_map(|group| key(all, group, &own)).zip(0..).collect();
    let renamed = |at: usize, id: u32| names[at][id as usize];
    (0..part.len()).map(|group| known.get(&key(part, group, &renamed)?).copied()).collect()
}

/// The figures of all groups of an answer, given those of a part of them.
pub(crate) fn spread(
    column: &MetricColumn,
    aggregation: &Aggregation,
    places: &[Option<u32>],
    groups: usize,
) -> MetricColumn {
    fn each<T: Clone>(figures: &[T], places: &[Option<u32>], empty: T, groups: usize) -> Vec<T> {
        let mut all = vec![empty; groups];
        for (figure, place) in figures.iter().zip(places) {
            if let Some(place) = place {
                all[*place as usize] = figure.clone();
            }
        }
        all
    }
    match column {
        MetricColumn::Integers(figures) => MetricColumn::Integers(each(figures, places, 0, groups)),
        MetricColumn::Floats(figures) => {
            let empty = if *aggregation == Aggregation::Sum { Some(0.0) } else { None };
            MetricColumn::Floats(each(figures, places, empty, groups))
        }
        MetricColumn::Sketches(figures) => {
            MetricColumn::Sketches(each(figures, places, State::no_sketch(), groups))
        }
    }
}
