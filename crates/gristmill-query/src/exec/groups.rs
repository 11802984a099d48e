//! What a scan found: groups in the codes of their segment, in the order of bucket and codes.

use super::ExecError;
use super::accumulate::{Accumulators, Needs};
use super::state::State;
use crate::narrow;
use crate::plan::Plan;
use std::cmp::Ordering;

/// The groups that a scan found, sorted by bucket and then by codes, each of them once.
#[derive(Debug, Default)]
pub(crate) struct Groups {
    /// Where the bucket of each group starts.
    pub(crate) starts: Vec<i64>,
    /// For each grouped dimension the code of each group.
    pub(crate) codes: Vec<Vec<u32>>,
    pub(crate) accumulators: Accumulators,
    /// One for each dimension of [`super::Needs::uniq`].
    pub(crate) distinct: Vec<Distinct>,
    /// One for each kind of [`super::Needs::states`]: the state of each group.
    pub(crate) states: Vec<Vec<State>>,
    /// Bytes that the states have beside themselves.
    pub(crate) state_bytes: usize,
}

/// The distinct codes of each group.
#[derive(Clone, Debug, Default)]
pub(crate) struct Distinct {
    /// How many there are.
    pub(crate) counts: Vec<u64>,
    /// Where the codes of each group end in `codes`. A group that no other scan can have has none.
    pub(crate) ends: Vec<usize>,
    /// The codes, rising within each group.
    pub(crate) codes: Vec<u32>,
}

impl Groups {
    /// No group yet, of a fetch.
    pub(crate) fn of(plan: &Plan<'_>) -> Self {
        Self {
            codes: vec![Vec::new(); plan.fetch.group_by.len()],
            distinct: vec![Distinct::default(); plan.needs.uniq.len()],
            states: vec![Vec::new(); plan.needs.states.len()],
            ..Self::default()
        }
    }

    /// How many groups.
    pub(crate) fn len(&self) -> usize {
        self.starts.len()
    }

    /// Bytes of what it holds.
    pub(crate) fn heap_bytes(&self, needs: &Needs) -> usize {
        let codes = self.codes.len() * size_of::<u32>();
        let distinct = self.distinct.len() * (size_of::<u64>() + size_of::<usize>());
        let states = self.states.len() * size_of::<State>();
        let a_group = size_of::<i64>() + codes + Accumulators::bytes_a_group(needs) + distinct + states;
        let sets: usize = self.distinct.iter().map(|distinct| size_of_val(&*distinct.codes)).sum();
        self.len() * a_group + sets + self.state_bytes
    }

    /// Sorts groups that were found in any order.
    pub(crate) fn sort(&mut self) {
        let mut order: Vec<u32> = (0..narrow::id(self.len())).collect();
        order.sort_unstable_by(|a, b| self.compare(*a as usize, *b as usize));
        self.starts = order.iter().map(|at| self.starts[*at as usize]).collect();
        for codes in &mut self.codes {
            *codes = order.iter().map(|at| codes[*at as usize]).collect();
        }
        self.accumulators = self.accumulators.gather(&order);
        for distinct in &mut self.distinct {
            *distinct = distinct.gather(&order);
        }
        for states in &mut self.states {
            *states = order.iter().map(|at| states[*at as usize].clone()).collect();
        }
    }

    fn compare(&self, a: usize, b: usize) -> Ordering {
        let codes = || self.codes.iter().map(|codes| codes[a].cmp(&codes[b])).find(|order| order.is_ne());
        self.starts[a].cmp(&self.starts[b]).then_with(|| codes().unwrap_or(Ordering::Equal))
    }
}

impl Distinct {
    /// The codes of a group; empty where they were only counted.
    pub(crate) fn codes_of(&self, group: u32) -> &[u32] {
        let group = group as usize;
        let start = if group == 0 { 0 } else { self.ends[group - 1] };
        &self.codes[start..self.ends[group]]
    }

    /// Appends one more group with these codes, kept only where `keep` says so.
    pub(crate) fn push(&mut self, count: u64, codes: &[u32], keep: bool) {
        self.counts.push(count);
        if keep {
            self.codes.extend_from_slice(codes);
        }
        self.ends.push(self.codes.len());
    }

    fn gather(&self, order: &[u32]) -> Self {
        let mut gathered = Self::default();
        for group in order {
            gathered.push(self.counts[*group as usize], self.codes_of(*group), true);
        }
        gathered
    }
}

/// Counts the groups of one segment against the budget, from every thread that scans it.
#[derive(Debug, Default)]
pub(crate) struct GroupCount(std::sync::atomic::AtomicU64);

impl GroupCount {
    /// Counts what has come to `out` behind so many groups and bytes.
    pub(crate) fn add(
        &self,
        plan: &Plan<'_>,
        out: &Groups,
        (groups, bytes): (usize, usize),
    ) -> Result<(), ExecError> {
        plan.stop.check()?;
        plan.account.take(out.heap_bytes(&plan.needs) - bytes)?;
        let groups = (out.len() - groups) as u64;
        let before = self.0.fetch_add(groups, std::sync::atomic::Ordering::Relaxed);
        plan.options.budget.check_groups(before + groups)
    }
}
