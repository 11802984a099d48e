use super::{Merge, Selection};
use crate::event::Event;
use crate::schema::{Column, Dimension};
use crate::segment::samples::{any_event, events, in_order, segment};
use crate::segment::{Segment, SegmentError};
use proptest::prelude::*;
use std::sync::Arc;

fn merge(sources: &[Arc<Segment>], selections: &[Selection]) -> Result<Vec<Segment>, SegmentError> {
    let merge = Merge::new(sources, selections)?;
    // In any order.
    let mut columns: Vec<Column> = Column::all().collect();
    columns.reverse();
    let columns = columns.into_iter().map(|column| merge.column(column)).collect::<Result<Vec<_>, _>>()?;
    merge.finish(columns)
}

fn selected(events: &[Event], selection: &Selection) -> Vec<Event> {
    let organization = |event: &Event| event.text(Dimension::OrganizationId).unwrap().to_owned();
    events
        .iter()
        .filter(|event| selection.time.contains(&event.timestamp.millis()))
        .filter(|event| selection.organizations.iter().any(|wanted| **wanted == organization(event)))
        .cloned()
        .collect()
}

proptest! {
    #[test]
    fn a_merged_segment_is_the_one_built_of_its_events(
        sources in prop::collection::vec(prop::collection::vec(any_event(), 1..40), 1..6),
        cut in -22_i64..22,
    ) {
        let all: Vec<Event> = sources.iter().flat_map(|events| in_order(events.clone())).collect();
        let sources: Vec<Arc<Segment>> =
            sources.iter().map(|events| Arc::new(segment(events).unwrap())).collect();
        let selection = |organizations: &[&str], time| Selection {
            organizations: organizations.iter().copied().map(Arc::from).collect(),
            time,
        };
        let mut selections = vec![
            selection(&["a"], i64::MIN..cut),
            selection(&["a"], cut..i64::MAX),
            selection(&["", "b", "prefix-prefix-1"], i64::MIN..i64::MAX),
        ];
        selections.retain(|selection| !selected(&all, selection).is_empty());
        let merged = merge(&sources, &selections).unwrap();
        prop_assert_eq!(merged.len(), selections.len());
        for (merged, selection) in merged.iter().zip(&selections) {
            let expected = selected(&all, selection);
            prop_assert_eq!(events(merged), in_order(expected.clone()));
            let built = segment(&expected).unwrap();
            prop_assert_eq!(merged.to_heap().unwrap(), built.to_heap().unwrap());
            prop_assert_eq!(merged.meta(), built.meta());
        }
    }
}

#[test]
fn a_selection_without_a_row_makes_no_segment() {
    let source = Arc::new(segment(&[Event::new(crate::Timestamp(5), "a", "v")]).unwrap());
    let nothing = Selection { organizations: vec!["a".into()], time: 6..7 };
    assert!(matches!(merge(&[source], &[nothing]), Err(SegmentError::Empty)));
}
