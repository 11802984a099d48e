//! Random input is worth little if nothing ever matches: these tests look at what it is made of.

use super::{events, fetch};
use crate::oracle;
use gristmill::request::{EmptyBuckets, Fetch, Having};
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;

#[test]
fn most_random_fetches_find_something_to_tell() {
    let mut runner = TestRunner::deterministic();
    let (mut found, mut several, mut partial) = (0, 0, 0);
    for _ in 0..1_000 {
        let (events, fetch) = (events(), fetch()).new_tree(&mut runner).expect("a case").current();
        let fetch = Fetch {
            empty_buckets: EmptyBuckets::Skip,
            limit: None,
            offset: 0,
            limit_per_bucket: None,
            having: Having::True,
            ..fetch
        };
        let rows = oracle::fetch(&events, &fetch).rows().len();
        let matching = events.iter().filter(|event| oracle::matches(&fetch.filter, event)).count();
        found += u32::from(rows > 0);
        several += u32::from(rows > 3);
        partial += u32::from(0 < matching && matching < events.len());
    }
    let counts =
        format!("of 1000: {found} with rows, {several} with more than three, {partial} partial filters");
    assert!(found > 500 && several > 200 && partial > 200, "{counts}");
}
