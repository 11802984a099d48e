//! Partials become one result: codes are lifted to values, groups of the same value are added up in segment order.

use super::ExecError;
use super::accumulate::Accumulators;
use super::group::GroupIds;
use super::interner::{Interner, Lift, Values};
use super::key::KeyLayout;
use super::partial::Partial;
use super::prepare::Dictionaries;
use crate::narrow;
use crate::plan::Plan;
use gristmill_storage::hash::{HashMap, HashSet};
use std::sync::Arc;

/// Every group of a fetch, in no order yet.
#[derive(Debug)]
pub(crate) struct Merged {
    /// Where the bucket of each group starts.
    pub(crate) starts: Vec<i64>,
    /// For each grouped dimension the number of each group's value, and the values.
    pub(crate) groups: Vec<(Vec<u32>, Values)>,
    pub(crate) accumulators: Accumulators,
    /// For each dimension of [`super::Needs::uniq`] the distinct values of each group.
    pub(crate) distinct: Vec<Vec<u64>>,
}

impl Merged {
    /// How many groups.
    pub(crate) fn len(&self) -> usize {
        self.starts.len()
    }
}

/// Adds up partials, which come in segment order.
pub(crate) fn merge(plan: &Plan<'_>, partials: &[Partial]) -> Result<Merged, ExecError> {
    let lifted = lift(plan, partials);
    let mut ids = GroupIds::hashed(KeyLayout::new(&lifted.radices(), 1 << 32));
    let mut merged = Accumulators::default();
    // By partial: the merged group of each of its groups.
    let mut targets: Vec<Vec<u32>> = Vec::with_capacity(partials.len());
    for (partial, keys) in partials.iter().zip(&lifted.keys) {
        let assigned = assign(&mut ids, keys, lifted.parts());
        plan.options.budget.check_groups(ids.len() as u64)?;
        merged.resize(&plan.needs, ids.len());
        let mut by_group = vec![u32::MAX; partial.accumulators.rows.len()];
        for (group, target) in partial.groups().zip(assigned) {
            merged.merge(&plan.needs, target, &partial.accumulators, group);
            by_group[group as usize] = target;
        }
        targets.push(by_group);
    }
    let distinct =
        (0..plan.needs.uniq.len()).map(|at| count_distinct(partials, &targets, at, ids.len())).collect();
    Ok(lifted.into_merged(&ids, merged, distinct))
}

/// The keys of all groups in numbers that mean the same in every partial.
struct Lifted {
    /// Where each bucket starts, by number.
    starts: Vec<i64>,
    interners: Vec<Interner>,
    /// By partial: the parts of each group's key, one group after the other.
    keys: Vec<Vec<u32>>,
}

impl Lifted {
    /// Parts of a key: the bucket and the grouped dimensions.
    fn parts(&self) -> usize {
        1 + self.interners.len()
    }

    fn radices(&self) -> Vec<u64> {
        let dimensions = self.interners.iter().map(|interner| interner.len() as u64);
        std::iter::once(self.starts.len().max(1) as u64).chain(dimensions).collect()
    }

    fn into_merged(self, ids: &GroupIds, accumulators: Accumulators, distinct: Vec<Vec<u64>>) -> Merged {
        let mut starts = Vec::with_capacity(ids.len());
        let mut columns = vec![Vec::with_capacity(ids.len()); self.interners.len()];
        let mut parts = vec![0; self.parts()];
        for group in 0..narrow::id(ids.len()) {
            ids.parts(group, &mut parts);
            starts.push(self.starts[parts[0] as usize]);
            columns.iter_mut().zip(&parts[1..]).for_each(|(column, id)| column.push(*id));
        }
        let groups = columns.into_iter().zip(self.interners.into_iter().map(Interner::into_values)).collect();
        Merged { starts, groups, accumulators, distinct }
    }
}

fn lift(plan: &Plan<'_>, partials: &[Partial]) -> Lifted {
    let interner =
        |at: usize| Interner::of(by_segment(partials).map(|(dictionaries, _)| &*dictionaries.groups[at]));
    let mut interners: Vec<Interner> = (0..plan.fetch.group_by.len()).map(interner).collect();
    let mut starts = Vec::new();
    let mut bucket_ids: HashMap<i64, u32> = HashMap::default();
    let mut keys = Vec::with_capacity(partials.len());
    for (dictionaries, partials) in by_segment(partials) {
        let groups = partials.iter().map(|partial| partial.groups().count()).sum();
        let mut lifts: Vec<Lift<'_>> =
            dictionaries.groups.iter().map(|dictionary| Lift::new(dictionary, groups)).collect();
        for partial in partials {
            let buckets: Vec<u32> =
                partial.starts.iter().map(|start| number(&mut bucket_ids, &mut starts, *start)).collect();
            let mut parts = vec![0; 1 + interners.len()];
            let mut lifted = Vec::new();
            for group in partial.groups() {
                partial.groups.parts(group, &mut parts);
                lifted.push(buckets[parts[0] as usize]);
                for ((lift, interner), code) in lifts.iter_mut().zip(&mut interners).zip(&parts[1..]) {
                    lifted.push(lift.id(interner, *code));
                }
            }
            keys.push(lifted);
        }
    }
    Lifted { starts, interners, keys }
}

fn number(ids: &mut HashMap<i64, u32>, starts: &mut Vec<i64>, start: i64) -> u32 {
    let next = narrow::id(starts.len());
    let id = *ids.entry(start).or_insert(next);
    if id == next {
        starts.push(start);
    }
    id
}

/// The group ids of keys of `parts` parts each.
fn assign(ids: &mut GroupIds, keys: &[u32], parts: usize) -> Vec<u32> {
    let mut packed = vec![0_u64; keys.len() / parts];
    for stage in 0..ids.layout().stages.len() {
        let range = ids.layout().stages[stage].parts.clone();
        for (part, radix) in range.zip(ids.layout().stages[stage].radices.iter()) {
            for (packed, key) in packed.iter_mut().zip(keys.chunks_exact(parts)) {
                *packed = *packed * radix + u64::from(key[part]);
            }
        }
        ids.assign(stage, &mut packed);
    }
    packed.into_iter().map(narrow::unpacked).collect()
}

/// How many distinct values each group has of the dimension at a place in [`super::Needs::uniq`].
fn count_distinct(partials: &[Partial], targets: &[Vec<u32>], at: usize, groups: usize) -> Vec<u64> {
    let mut counts = vec![0_u64; groups];
    let shared = shared_groups(targets, groups);
    let mut interner = Interner::of(by_segment(partials).map(|(dictionaries, _)| &*dictionaries.uniq[at]));
    let mut seen: HashSet<u64> = HashSet::default();
    let mut targets = targets.iter();
    for (dictionaries, partials) in by_segment(partials) {
        let rows: u64 = partials.iter().flat_map(|partial| &partial.accumulators.rows).sum();
        let questions = usize::try_from(rows).unwrap_or(usize::MAX);
        let mut lift = Lift::new(&dictionaries.uniq[at], questions);
        for (partial, targets) in partials.iter().zip(&mut targets) {
            partial.distinct[at].for_each(|group, code| {
                let target = targets[group as usize];
                // What only one partial has seen needs no comparison with the values of others.
                if !shared[target as usize]
                    || seen.insert(u64::from(target) << 32 | u64::from(lift.id(&mut interner, code)))
                {
                    counts[target as usize] += 1;
                }
            });
        }
    }
    counts
}

/// The partials of each segment with its dictionaries, in order; those of one segment follow one another.
fn by_segment(partials: &[Partial]) -> impl Iterator<Item = (&Dictionaries, &[Partial])> {
    let chunks = partials.chunk_by(|a, b| Arc::ptr_eq(&a.dictionaries, &b.dictionaries));
    chunks.map(|partials| (&*partials[0].dictionaries, partials))
}

/// Which groups stand in more than one partial.
fn shared_groups(targets: &[Vec<u32>], groups: usize) -> Vec<bool> {
    let mut partials = vec![0_u8; groups];
    for target in targets.iter().flatten().filter(|target| **target != u32::MAX) {
        partials[*target as usize] = partials[*target as usize].saturating_add(1);
    }
    partials.into_iter().map(|partials| partials > 1).collect()
}
