//! Groups of several sources, brought into one order without being moved one by one.

use std::ops::Range;

/// Groups of one source that follow one another.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stretch {
    source: usize,
    groups: Range<usize>,
}

/// Groups in order, as stretches of their sources.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stretches {
    stretches: Vec<Stretch>,
    len: usize,
}

impl Stretches {
    /// How many groups.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Appends groups of a source.
    pub(crate) fn push(&mut self, source: usize, groups: Range<usize>) {
        if groups.is_empty() {
            return;
        }
        self.len += groups.len();
        match self.stretches.last_mut() {
            Some(last) if last.source == source && last.groups.end == groups.start => {
                last.groups.end = groups.end;
            }
            _ => self.stretches.push(Stretch { source, groups }),
        }
    }

    /// A column of all groups, made of those of the sources; empty where those are.
    pub(crate) fn join<'a, T: Clone + 'a>(&self, column: impl Fn(usize) -> &'a [T]) -> Vec<T> {
        let pieces = self.each().map(|(source, groups, _)| column(source).get(groups).unwrap_or_default());
        let mut joined = Vec::with_capacity(pieces.clone().map(<[T]>::len).sum());
        pieces.for_each(|piece| joined.extend_from_slice(piece));
        joined
    }

    /// The source of each stretch, its groups there, and the place of the first of them among all.
    pub(crate) fn each(&self) -> impl Iterator<Item = (usize, Range<usize>, usize)> + Clone {
        let places = self.stretches.iter().scan(0, |next, stretch| {
            let place = *next;
            *next += stretch.groups.len();
            Some(place)
        });
        self.stretches
            .iter()
            .zip(places)
            .map(|(stretch, place)| (stretch.source, stretch.groups.clone(), place))
    }
}

/// Fewer groups than this are joined by the calling thread: handing a column to another one takes some microseconds, in
/// which it would be copied.
pub(crate) const PARALLEL_GROUPS: usize = 16 * 1024;

/// Who joins columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Joining {
    /// The calling thread.
    Alone,
    /// All threads of the pool that the calling one belongs to.
    Together,
}

impl Joining {
    /// Does both.
    pub(crate) fn both<A: Send, B: Send>(
        self,
        a: impl FnOnce() -> A + Send,
        b: impl FnOnce() -> B + Send,
    ) -> (A, B) {
        match self {
            Self::Alone => (a(), b()),
            Self::Together => rayon::join(a, b),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_that_follow_one_another_are_one() {
        let mut stretches = Stretches::default();
        for (source, groups) in [(0, 0..2), (0, 2..3), (1, 0..1), (1, 1..1), (0, 3..4), (1, 2..4)] {
            stretches.push(source, groups);
        }
        let each: Vec<_> = stretches.each().collect();
        assert_eq!(each, [(0, 0..3, 0), (1, 0..1, 3), (0, 3..4, 4), (1, 2..4, 5)]);
        assert_eq!(stretches.len(), 7);
        let columns: [&[u8]; 2] = [b"abcd", b"ABCD"];
        assert_eq!(stretches.join(|source| columns[source]), b"abcAdCD");
        assert_eq!(stretches.join(|_| &[] as &[u8]), b"");
    }
}
