//! What the scans found becomes one result: codes are lifted to values that mean the same everywhere, and groups that
//! several scans have are added up.

use super::ExecError;
use super::accumulate::{Accumulators, Needs};
use super::blocks::{Block, Blocks};
use super::groups::Groups;
use super::interner::{Interner, Lift, Values};
use super::key::KeyLayout;
use super::prepare::{Column, Columns};
use super::state::State;
use super::stretch::{Joining, PARALLEL_GROUPS, Stretches};
use super::union::Union;
use crate::narrow;
use crate::plan::Plan;
use gristmill_storage::segment::Dictionary;
use std::borrow::Cow;
use std::sync::Arc;

/// Every group of a fetch, in the order of bucket and numbers of values.
#[derive(Debug)]
pub(crate) struct Merged {
    /// Where the bucket of each group starts.
    pub(crate) starts: Vec<i64>,
    /// For each grouped dimension the number of each group's value, and the values.
    pub(crate) groups: Vec<(Vec<u32>, Values)>,
    pub(crate) accumulators: Accumulators,
    /// For each dimension of [`super::Needs::uniq`] the distinct values of each group.
    pub(crate) distinct: Vec<Vec<u64>>,
    /// For each kind of [`super::Needs::states`] the state of each group.
    pub(crate) states: Vec<Vec<State>>,
    /// Bytes that the states have beside themselves, at most.
    state_bytes: usize,
}

impl Merged {
    /// How many groups.
    pub(crate) fn len(&self) -> usize {
        self.starts.len()
    }

    /// Bytes of what it holds.
    pub(crate) fn heap_bytes(&self, needs: &Needs) -> usize {
        self.len() * Self::bytes_a_group(needs, self.groups.len()) + self.state_bytes
    }

    /// Bytes of a group of so many dimensions, but for what its states have beside themselves.
    pub(crate) fn bytes_a_group(needs: &Needs, dimensions: usize) -> usize {
        size_of::<i64>()
            + dimensions * size_of::<u32>()
            + Accumulators::bytes_a_group(needs)
            + needs.uniq.len() * size_of::<u64>()
            + needs.states.len() * size_of::<State>()
    }
}

/// What the codes of a segment mean: all that is kept of its columns once they were scanned.
#[derive(Debug)]
pub(crate) struct Dictionaries {
    /// In the order of the fetch's `group_by`.
    groups: Vec<Arc<Dictionary>>,
    /// In the order of [`super::Needs::uniq`].
    pub(super) uniq: Vec<Arc<Dictionary>>,
    /// Rows that were looked at, by which the dictionaries to start from are chosen.
    rows: u64,
}

impl Dictionaries {
    pub(crate) fn of(columns: &Columns, rows: u64) -> Self {
        let all = |columns: &[Column]| columns.iter().map(|column| Arc::clone(&column.dictionary)).collect();
        Self { groups: all(&columns.groups), uniq: all(&columns.uniq), rows }
    }
}

/// What one scan found, which is not nothing.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) dictionaries: Arc<Dictionaries>,
    pub(crate) groups: Groups,
}

/// Adds up what the scans found, which come in segment order, on the threads of `pool` where that is worth it.
pub(crate) fn merge(
    plan: &Plan<'_>,
    mut sources: Vec<Source>,
    pool: &rayon::ThreadPool,
) -> Result<Merged, ExecError> {
    let base = sources.iter().max_by_key(|source| source.dictionaries.rows);
    let base = base.map(|source| Arc::clone(&source.dictionaries));
    if sources.len() <= 1 {
        return Ok(match (sources.pop(), base) {
            (Some(source), Some(base)) => alone(source.groups, &base),
            _ => nothing(plan),
        });
    }
    let Some(base) = base else { return Ok(nothing(plan)) };
    let groups = || sources.iter().map(|source| &source.groups);
    // The groups are copied once, and numbers and places are made for each.
    let copies: usize = groups().map(|groups| groups.heap_bytes(&plan.needs)).sum();
    plan.account.take(copies + groups().map(Groups::len).sum::<usize>() * size_of::<Member>())?;
    let mut merge = Merge::new(plan, &sources, &base);
    for (at, blocks) in Blocks::of(&sources).by_bucket().enumerate() {
        if at % BUCKETS_PER_CHECK == 0 {
            plan.stop.check()?;
        }
        match blocks {
            [block] => merge.order.push(block.source, block.from..block.to),
            blocks => merge.add_up(blocks),
        }
        plan.options.budget.check_groups(merge.order.len() as u64)?;
    }
    if merge.order.len() < PARALLEL_GROUPS || pool.current_num_threads() == 1 {
        Ok(merge.finish(Joining::Alone))
    } else {
        Ok(pool.install(|| merge.finish(Joining::Together)))
    }
}

/// The clock is looked at after so many buckets, which takes longer than a small bucket.
const BUCKETS_PER_CHECK: usize = 64;

fn nothing(plan: &Plan<'_>) -> Merged {
    Merged {
        starts: Vec::new(),
        groups: plan.fetch.group_by.iter().map(|_| (Vec::new(), Values::none())).collect(),
        accumulators: Accumulators::default(),
        distinct: vec![Vec::new(); plan.needs.uniq.len()],
        states: vec![Vec::new(); plan.needs.states.len()],
        state_bytes: 0,
    }
}

/// The groups of the only scan that found any: its codes number its values.
fn alone(groups: Groups, dictionaries: &Dictionaries) -> Merged {
    let values = dictionaries.groups.iter().map(|dictionary| Values::of(Arc::clone(dictionary)));
    Merged {
        starts: groups.starts,
        groups: groups.codes.into_iter().zip(values).collect(),
        accumulators: groups.accumulators,
        distinct: groups.distinct.into_iter().map(|distinct| distinct.counts).collect(),
        states: groups.states,
        state_bytes: groups.state_bytes,
    }
}

/// Groups of one bucket are added up in an array where it has at most this many places for each group; beyond, they are
/// sorted.
const PLACES_PER_GROUP: usize = 4;

/// Groups of a bucket are looked up in the block that has most of them where it has at least so many for each: what is
/// looked up takes a search by halves, the others are not looked at.
const GROUPS_PER_INSERTED: usize = 16;

/// A group of a bucket: its packed numbers where they fit, its source, and its position there.
pub(super) type Member = (u64, u32, u32);

struct Merge<'s> {
    plan: &'s Plan<'s>,
    sources: &'s [Source],
    /// By source and grouped dimension: the number of each group's value.
    ids: Vec<Vec<Cow<'s, [u32]>>>,
    values: Vec<Values>,
    /// How the numbers of a group's values are packed into one, where they fit.
    layout: KeyLayout,
    uniq: Vec<Union<'s>>,
    /// Groups of several scans, added up.
    summed: Summed,
    /// All groups in order; those that were added up count as one more source.
    order: Stretches,
}

/// Groups that several scans have.
#[derive(Debug, Default)]
struct Summed {
    starts: Vec<i64>,
    /// By grouped dimension: the number of each group's value.
    ids: Vec<Vec<u32>>,
    accumulators: Accumulators,
    /// For each of [`super::Needs::uniq`].
    distinct: Vec<Vec<u64>>,
    /// For each of [`super::Needs::states`].
    states: Vec<Vec<State>>,
}

impl Summed {
    fn len(&self) -> usize {
        self.starts.len()
    }
}

impl<'s> Merge<'s> {
    fn new(plan: &'s Plan<'s>, sources: &'s [Source], base: &Arc<Dictionaries>) -> Self {
        let mut ids: Vec<Vec<_>> = sources.iter().map(|_| Vec::new()).collect();
        let mut values = Vec::new();
        for (at, dictionary) in base.groups.iter().enumerate() {
            let mut interner = Interner::new(Arc::clone(dictionary));
            // The scans of one segment follow one another and share its dictionary.
            let mut lift: Option<Lift<'s>> = None;
            for (source, ids) in sources.iter().zip(&mut ids) {
                let own = &source.dictionaries.groups[at];
                let codes = &source.groups.codes[at];
                if Arc::ptr_eq(own, dictionary) {
                    ids.push(codes.into());
                    continue;
                }
                let mut lift = match lift.take() {
                    Some(lift) if lift.is_of(own) => lift,
                    _ => Lift::new(own, dictionary, codes.len()),
                };
                ids.push(codes.iter().map(|code| lift.id(&mut interner, *code)).collect::<Vec<_>>().into());
            }
            let _ = lift;
            values.push(interner.into_values());
        }
        let radices: Vec<u64> = values.iter().map(|values| values.len() as u64).collect();
        let summed = Summed {
            ids: vec![Vec::new(); values.len()],
            distinct: vec![Vec::new(); plan.needs.uniq.len()],
            states: vec![Vec::new(); plan.needs.states.len()],
            ..Summed::default()
        };
        Self {
            plan,
            sources,
            ids,
            layout: KeyLayout::new(&radices, u64::MAX),
            values,
            uniq: (0..plan.needs.uniq.len()).map(|at| Union::new(sources, base, at)).collect(),
            summed,
            order: Stretches::default(),
        }
    }

    /// Adds up the groups of one bucket that several scans have.
    fn add_up(&mut self, blocks: &[Block]) {
        let groups: usize = blocks.iter().map(Block::len).sum();
        let keys = self.layout.dense_keys();
        let largest = blocks.iter().max_by_key(|block| block.len());
        match (keys.and_then(|keys| usize::try_from(keys).ok()), largest) {
            (Some(_), Some(largest))
                if self.is_sorted(largest)
                    && (groups - largest.len()).saturating_mul(GROUPS_PER_INSERTED) <= largest.len() =>
            {
                self.insert_into(largest, blocks);
            }
            (Some(places), _)
                if self.uniq.is_empty()
                    && self.summed.states.is_empty()
                    && places <= groups.saturating_mul(PLACES_PER_GROUP) =>
            {
                self.add_up_in_places(blocks, places);
            }
            (keys, _) => self.add_up_sorted(blocks, keys.is_some()),
        }
    }

    /// Whether the numbers of a block's groups rise: they do where they are the codes as they are.
    fn is_sorted(&self, block: &Block) -> bool {
        self.ids[block.source].iter().all(|ids| matches!(ids, Cow::Borrowed(_)))
    }

    /// Looks up few groups in the block that has most, whose other groups stay as they are.
    fn insert_into(&mut self, largest: &Block, blocks: &[Block]) {
        let others = blocks.iter().filter(|block| *block != largest);
        let mut members = self.members(others, true);
        members.sort_unstable();
        let mut from = largest.from;
        for members in members.chunk_by(|a, b| a.0 == b.0) {
            let [(key, ..), ..] = members else { continue };
            let at = self.first_not_below(largest, from, *key);
            self.order.push(largest.source, from..at);
            from = at;
            if at < largest.to && self.key(largest.source, at) == *key {
                let known = (*key, narrow::id(largest.source), narrow::id(at));
                self.add_members(&[&[known], members].concat());
                from += 1;
            } else {
                self.add_members(members);
            }
        }
        self.order.push(largest.source, from..largest.to);
    }

    /// The first group of a sorted block, from one on, whose key is not below another.
    fn first_not_below(&self, block: &Block, from: usize, key: u64) -> usize {
        let (mut low, mut high) = (from, block.to);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.key(block.source, middle) < key { low = middle + 1 } else { high = middle }
        }
        low
    }

    /// With a place for each of the keys there can be.
    fn add_up_in_places(&mut self, blocks: &[Block], places: usize) {
        let Some(first) = blocks.first() else { return };
        let needs = &self.plan.needs;
        let mut sums = Accumulators::default();
        sums.resize(needs, places);
        for block in blocks {
            let places = self.places(block);
            let groups = &self.sources[block.source].groups.accumulators;
            sums.merge_each(needs, &places, groups, block.from);
        }
        let found: Vec<u32> =
            (0..).zip(&sums.rows).filter(|(_, rows)| **rows > 0).map(|(place, _)| place).collect();
        let before = self.summed.len();
        self.summed.starts.resize(before + found.len(), first.start);
        let mut rest = found.clone();
        for (ids, values) in self.summed.ids.iter_mut().zip(&self.values).rev() {
            let radix = narrow::id(values.len());
            ids.extend(rest.iter().map(|place| place % radix));
            rest.iter_mut().for_each(|place| *place /= radix);
        }
        self.summed.accumulators.extend_from(&sums.gather(&found), 0..found.len());
        self.order.push(self.sources.len(), before..self.summed.len());
    }

    /// By sorting; `packed` says whether a group has a key.
    fn add_up_sorted(&mut self, blocks: &[Block], packed: bool) {
        let mut members = self.members(blocks.iter(), packed);
        // The block whose codes are the numbers is sorted, which a stable sort makes use of.
        if packed {
            members.sort_by_key(|member| member.0);
        } else {
            members.sort_by(|a, b| self.ids_of(a).cmp(self.ids_of(b)));
        }
        let mut rest = &members[..];
        while let Some(first) = rest.first() {
            let same = |other: &&Member| {
                if packed { first.0 == other.0 } else { self.ids_of(first).eq(self.ids_of(other)) }
            };
            let (members, others) = rest.split_at(rest.iter().take_while(same).count());
            self.add_members(members);
            rest = others;
        }
    }

    /// The groups of some blocks; `packed` says whether a group has a key.
    fn members<'b>(&self, blocks: impl Iterator<Item = &'b Block>, packed: bool) -> Vec<Member> {
        let groups = blocks.flat_map(|block| (block.from..block.to).map(|group| (block.source, group)));
        let key = |source, group| if packed { self.key(source, group) } else { 0 };
        groups.map(|(source, group)| (key(source, group), narrow::id(source), narrow::id(group))).collect()
    }

    /// Appends the one group that these are, if there are any.
    fn add_members(&mut self, members: &[Member]) {
        match members {
            [] => {}
            [(_, source, group)] => self.order.push(*source as usize, *group as usize..*group as usize + 1),
            members => self.add_group(members),
        }
    }

    /// The keys of the groups of a block, of which there are no more than an array can have places.
    fn places(&self, block: &Block) -> Cow<'_, [u32]> {
        let mut columns =
            self.ids[block.source].iter().map(|ids| &ids[block.from..block.to]).zip(&self.values);
        let Some((first, _)) = columns.next() else { return vec![0; block.to - block.from].into() };
        let mut places = Cow::Borrowed(first);
        for (ids, values) in columns {
            let radix = narrow::id(values.len());
            places.to_mut().iter_mut().zip(ids).for_each(|(place, id)| *place = *place * radix + id);
        }
        places
    }

    fn key(&self, source: usize, group: usize) -> u64 {
        let parts = self.ids[source].iter().zip(&self.values);
        parts.fold(0, |key, (ids, values)| key * values.len() as u64 + u64::from(ids[group]))
    }

    fn ids_of(&self, member: &Member) -> impl Iterator<Item = u32> {
        let (source, group) = (member.1 as usize, member.2 as usize);
        self.ids[source].iter().map(move |ids| ids[group])
    }

    /// Appends one group that some scans have.
    fn add_group(&mut self, members: &[Member]) {
        let [first, others @ ..] = members else { return };
        let (source, group) = (first.1 as usize, first.2 as usize);
        let groups = &self.sources[source].groups;
        let target = self.summed.len();
        self.summed.starts.push(groups.starts[group]);
        for (out, ids) in self.summed.ids.iter_mut().zip(&self.ids[source]) {
            out.push(ids[group]);
        }
        self.summed.accumulators.extend_from(&groups.accumulators, group..group + 1);
        for (_, source, group) in others {
            let other = &self.sources[*source as usize].groups.accumulators;
            self.summed.accumulators.merge(&self.plan.needs, narrow::id(target), other, *group);
        }
        for (out, union) in self.summed.distinct.iter_mut().zip(&mut self.uniq) {
            out.push(union.count(members));
        }
        for (at, out) in self.summed.states.iter_mut().enumerate() {
            let of = |source: usize, group: usize| &self.sources[source].groups.states[at][group];
            let mut state = of(source, group).clone();
            others.iter().for_each(|(_, source, group)| state.merge(of(*source as usize, *group as usize)));
            out.push(state);
        }
        self.order.push(self.sources.len(), target..target + 1);
    }

    fn finish(self, joining: Joining) -> Merged {
        let Self { sources, ids, values, summed, order, .. } = self;
        let starts =
            || order.join(|at| sources.get(at).map_or(&*summed.starts, |source| &source.groups.starts));
        let ids_of = |dimension: usize| {
            order.join(|at| ids.get(at).map_or(&*summed.ids[dimension], |ids| &ids[dimension]))
        };
        let accumulators =
            |at: usize| sources.get(at).map_or(&summed.accumulators, |source| &source.groups.accumulators);
        let counts_of = |uniq: usize| {
            order.join(|at| {
                sources.get(at).map_or(&*summed.distinct[uniq], |source| &source.groups.distinct[uniq].counts)
            })
        };
        let states_of = |kind: usize| {
            order.join(|at| {
                sources.get(at).map_or(&*summed.states[kind], |source| &source.groups.states[kind])
            })
        };
        let states = (0..summed.states.len()).map(states_of).collect();
        let ((starts, ids), (accumulators, distinct)) = joining.both(
            || joining.both(starts, || (0..values.len()).map(ids_of).collect::<Vec<_>>()),
            || {
                let counts = || (0..summed.distinct.len()).map(counts_of).collect();
                joining.both(|| Accumulators::join(&order, accumulators), counts)
            },
        );
        let groups = ids.into_iter().zip(values).collect();
        let state_bytes = sources.iter().map(|source| source.groups.state_bytes).sum();
        Merged { starts, groups, accumulators, distinct, states, state_bytes }
    }
}
