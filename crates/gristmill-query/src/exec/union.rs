//! Distinct values of groups that several scans have.

use super::groups::Distinct;
use super::interner::{Interner, Lift};
use super::merge::{Dictionaries, Member, Source};
use gristmill_storage::segment::{Dictionary, NULL_CODE};
use std::sync::Arc;

/// Counts the distinct values that several scans have seen.
pub(super) struct Union<'s> {
    /// Position in [`super::Needs::uniq`].
    at: usize,
    sources: &'s [Source],
    base: Arc<Dictionary>,
    interner: Interner,
    /// By source, made when it is first needed; none where its codes are those of the base.
    lifts: Vec<Option<Lift<'s>>>,
}

impl<'s> Union<'s> {
    pub(super) fn new(sources: &'s [Source], base: &Arc<Dictionaries>, at: usize) -> Self {
        let base = Arc::clone(&base.uniq[at]);
        let lifts = sources.iter().map(|_| None).collect();
        Self { at, sources, interner: Interner::new(Arc::clone(&base)), lifts, base }
    }

    pub(super) fn count(&mut self, members: &[Member]) -> u64 {
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

/// Codes, rising, and the sorted dictionary that they belong to.
type Coded<'a> = (&'a Dictionary, &'a [u32]);

/// Values of one set are looked up in another one that has at least so many times as many: a search by halves in the
/// dictionary takes about as long as so many steps side by side.
const STEPS_PER_SEARCH: usize = 16;

/// How many values two sets have in common.
fn count_common(a: Coded<'_>, b: Coded<'_>) -> u64 {
    let (few, many) = if a.1.len() <= b.1.len() { (a, b) } else { (b, a) };
    if few.1.len().saturating_mul(STEPS_PER_SEARCH) <= many.1.len() {
        count_found(few, many)
    } else {
        count_side_by_side(a, b)
    }
}

/// How many values of one set are found in another.
fn count_found((few, codes): Coded<'_>, (many, among): Coded<'_>) -> u64 {
    let find = |code: u32| match (few, many) {
        _ if code == NULL_CODE => Some(NULL_CODE),
        (Dictionary::Text(few), Dictionary::Text(many)) => many.find(few.get(code)?),
        (Dictionary::Integer(few), Dictionary::Integer(many)) => many.find(few.get(code)?),
        // A dimension has one kind of dictionary in every segment, by the table of columns.
        _ => None,
    };
    let found = codes.iter().filter_map(|code| find(*code));
    found.map(|code| u64::from(among.binary_search(&code).is_ok())).sum()
}

/// How many values two sets have in common, each of which is walked to its end.
fn count_side_by_side((a, a_codes): Coded<'_>, (b, b_codes): Coded<'_>) -> u64 {
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
