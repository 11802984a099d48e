//! What the scans found becomes one result: codes are lifted to values that mean the same everywhere, and groups that
//! several scans have are added up.

use super::ExecError;
use super::accumulate::Accumulators;
use super::blocks::{Block, Blocks};
use super::groups::{Distinct, Groups};
use super::interner::{Interner, Lift, Values};
use super::key::KeyLayout;
use super::prepare::{Column, Columns};
use crate::narrow;
use crate::plan::Plan;
use gristmill_storage::segment::Dictionary;
use std::borrow::Cow;
use std::ops::Range;
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
}

impl Merged {
    /// How many groups.
    pub(crate) fn len(&self) -> usize {
        self.starts.len()
    }
}

/// What the codes of a segment mean: all that is kept of its columns once they were scanned.
#[derive(Debug)]
pub(crate) struct Dictionaries {
    /// In the order of the fetch's `group_by`.
    groups: Vec<Arc<Dictionary>>,
    /// In the order of [`super::Needs::uniq`].
    uniq: Vec<Arc<Dictionary>>,
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

/// Adds up what the scans found, which come in segment order.
pub(crate) fn merge(plan: &Plan<'_>, mut sources: Vec<Source>) -> Result<Merged, ExecError> {
    let base = sources.iter().max_by_key(|source| source.dictionaries.rows);
    let base = base.map(|source| Arc::clone(&source.dictionaries));
    if sources.len() <= 1 {
        return Ok(match (sources.pop(), base) {
            (Some(source), Some(base)) => alone(source.groups, &base),
            _ => nothing(plan),
        });
    }
    let Some(base) = base else { return Ok(nothing(plan)) };
    let mut merge = Merge::new(plan, &sources, &base);
    for blocks in Blocks::of(&sources).by_bucket() {
        match blocks {
            [block] => merge.append(block.source, block.from..block.to),
            blocks => merge.add_up(blocks),
        }
        plan.options.budget.check_groups(merge.out.len() as u64)?;
    }
    merge.flush();
    Ok(merge.finish())
}

fn nothing(plan: &Plan<'_>) -> Merged {
    Merged {
        starts: Vec::new(),
        groups: plan.fetch.group_by.iter().map(|_| (Vec::new(), Values::none())).collect(),
        accumulators: Accumulators::default(),
        distinct: vec![Vec::new(); plan.needs.uniq.len()],
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
    }
}

/// Groups of one bucket are added up in an array where it has at most this many places for each group; beyond, they are
/// sorted.
const PLACES_PER_GROUP: usize = 4;

/// A group of a bucket: its packed numbers where they fit, its source, and its position there.
type Member = (u64, u32, u32);

struct Merge<'s> {
    plan: &'s Plan<'s>,
    sources: &'s [Source],
    /// By source and grouped dimension: the number of each group's value.
    ids: Vec<Vec<Cow<'s, [u32]>>>,
    values: Vec<Values>,
    /// How the numbers of a group's values are packed into one, where they fit.
    layout: KeyLayout,
    uniq: Vec<Union<'s>>,
    out: Merged,
    /// Groups of one source that come next, as they are.
    pending: Option<(usize, Range<usize>)>,
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
        let mut out = nothing(plan);
        out.groups.clear();
        out.groups.extend(values.iter().map(|_| (Vec::new(), Values::none())));
        Self {
            plan,
            sources,
            ids,
            layout: KeyLayout::new(&radices, u64::MAX),
            values,
            uniq: (0..plan.needs.uniq.len()).map(|at| Union::new(sources, base, at)).collect(),
            out,
            pending: None,
        }
    }

    /// Appends groups that no other scan has.
    fn append(&mut self, source: usize, groups: Range<usize>) {
        match &mut self.pending {
            Some((known, pending)) if *known == source && pending.end == groups.start => {
                pending.end = groups.end;
            }
            _ => {
                self.flush();
                self.pending = Some((source, groups));
            }
        }
    }

    fn flush(&mut self) {
        let Some((source, range)) = self.pending.take() else { return };
        let groups = &self.sources[source].groups;
        self.out.starts.extend_from_slice(&groups.starts[range.clone()]);
        for ((out, _), ids) in self.out.groups.iter_mut().zip(&self.ids[source]) {
            out.extend_from_slice(&ids[range.clone()]);
        }
        self.out.accumulators.extend_from(&groups.accumulators, range.clone());
        for (out, distinct) in self.out.distinct.iter_mut().zip(&groups.distinct) {
            out.extend_from_slice(&distinct.counts[range.clone()]);
        }
    }

    /// Adds up the groups of one bucket that several scans have.
    fn add_up(&mut self, blocks: &[Block]) {
        let groups: usize = blocks.iter().map(|block| block.to - block.from).sum();
        let keys = self.layout.dense_keys();
        match keys.and_then(|keys| usize::try_from(keys).ok()) {
            Some(places) if self.uniq.is_empty() && places <= groups.saturating_mul(PLACES_PER_GROUP) => {
                self.add_up_in_places(blocks, places);
            }
            _ => self.add_up_sorted(blocks, keys.is_some()),
        }
    }

    /// With a place for each of the keys there can be.
    fn add_up_in_places(&mut self, blocks: &[Block], places: usize) {
        let Some(first) = blocks.first() else { return };
        self.flush();
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
        self.out.starts.resize(self.out.starts.len() + found.len(), first.start);
        let mut rest = found.clone();
        for ((out, _), values) in self.out.groups.iter_mut().zip(&self.values).rev() {
            let radix = narrow::id(values.len());
            out.extend(rest.iter().map(|place| place % radix));
            rest.iter_mut().for_each(|place| *place /= radix);
        }
        self.out.accumulators.extend_from(&sums.gather(&found), 0..found.len());
    }

    /// By sorting; `packed` says whether a group has a key.
    fn add_up_sorted(&mut self, blocks: &[Block], packed: bool) {
        let mut members: Vec<Member> = Vec::new();
        for block in blocks {
            for group in block.from..block.to {
                let key = if packed { self.key(block.source, group) } else { 0 };
                members.push((key, narrow::id(block.source), narrow::id(group)));
            }
        }
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

    /// Appends the one group that these are, if there are any.
    fn add_members(&mut self, members: &[Member]) {
        match members {
            [] => {}
            [(_, source, group)] => self.append(*source as usize, *group as usize..*group as usize + 1),
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
        self.flush();
        let (source, group) = (first.1 as usize, first.2 as usize);
        let groups = &self.sources[source].groups;
        let target = narrow::id(self.out.len());
        self.out.starts.push(groups.starts[group]);
        for ((out, _), ids) in self.out.groups.iter_mut().zip(&self.ids[source]) {
            out.push(ids[group]);
        }
        self.out.accumulators.extend_from(&groups.accumulators, group..group + 1);
        for (_, source, group) in others {
            let other = &self.sources[*source as usize].groups.accumulators;
            self.out.accumulators.merge(&self.plan.needs, target, other, *group);
        }
        for (out, union) in self.out.distinct.iter_mut().zip(&mut self.uniq) {
            out.push(union.count(members));
        }
    }

    fn finish(mut self) -> Merged {
        for ((_, out), values) in self.out.groups.iter_mut().zip(self.values) {
            *out = values;
        }
        self.out
    }
}

/// Counts the distinct values that several scans have seen.
struct Union<'s> {
    /// Position in [`super::Needs::uniq`].
    at: usize,
    sources: &'s [Source],
    base: Arc<Dictionary>,
    interner: Interner,
    /// By source, made when it is first needed; none where its codes are those of the base.
    lifts: Vec<Option<Lift<'s>>>,
}

impl<'s> Union<'s> {
    fn new(sources: &'s [Source], base: &Arc<Dictionaries>, at: usize) -> Self {
        let base = Arc::clone(&base.uniq[at]);
        let lifts = sources.iter().map(|_| None).collect();
        Self { at, sources, interner: Interner::new(Arc::clone(&base)), lifts, base }
    }

    fn count(&mut self, members: &[Member]) -> u64 {
        let counts = |member: &Member| self.distinct(member).counts[member.2 as usize];
        match members {
            [member] => counts(member),
            // A bucket at the seam of two segments, which is the usual case, needs no numbers.
            [a, b] => {
                let common = count_common(
                    (self.dictionary(a), self.distinct(a).codes_of(a.2)),
                    (self.dictionary(b), self.distinct(b).codes_of(b.2)),
                );
                counts(a) + counts(b) - common
            }
            members => self.count_numbers(members),
        }
    }

    fn count_numbers(&mut self, members: &[Member]) -> u64 {
        let mut seen: Vec<u32> = Vec::new();
        for member in members {
            let source: &'s Source = &self.sources[member.1 as usize];
            let codes = source.groups.distinct[self.at].codes_of(member.2);
            let dictionary = &source.dictionaries.uniq[self.at];
            if Arc::ptr_eq(dictionary, &self.base) {
                seen.extend_from_slice(codes);
                continue;
            }
            let all = source.groups.distinct[self.at].codes.len();
            let lift =
                self.lifts[member.1 as usize].get_or_insert_with(|| Lift::new(dictionary, &self.base, all));
            seen.extend(codes.iter().map(|code| lift.id(&mut self.interner, *code)));
        }
        seen.sort_unstable();
        seen.dedup();
        seen.len() as u64
    }

    fn distinct(&self, member: &Member) -> &'s Distinct {
        &self.sources[member.1 as usize].groups.distinct[self.at]
    }

    fn dictionary(&self, member: &Member) -> &'s Dictionary {
        &self.sources[member.1 as usize].dictionaries.uniq[self.at]
    }
}

/// How many values two sets have in common: both are codes, rising, with the sorted dictionary they belong to.
fn count_common((a, a_codes): (&Dictionary, &[u32]), (b, b_codes): (&Dictionary, &[u32])) -> u64 {
    let (mut left, mut right) = (a_codes.iter().copied().peekable(), b_codes.iter().copied().peekable());
    let mut common = 0;
    while let (Some(x), Some(y)) = (left.peek(), right.peek()) {
        let order = match (a, b) {
            (Dictionary::Text(a), Dictionary::Text(b)) => a.bytes(*x).cmp(b.bytes(*y)),
            (Dictionary::Integer(a), Dictionary::Integer(b)) => a.get(*x).cmp(&b.get(*y)),
            // A dimension has one kind of dictionary in every segment, by the table of columns.
            _ => return 0,
        };
        if order.is_le() {
            left.next();
        }
        if order.is_ge() {
            right.next();
        }
        common += u64::from(order.is_eq());
    }
    common
}
