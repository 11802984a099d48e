use super::*;
use deletion::delete;

fn organizations(store: &Store) -> Vec<String> {
    store.snapshot().unwrap().organizations().unwrap().names.into_iter().collect()
}

#[test]
fn organizations_and_extents_are_those_of_files_and_of_the_log() {
    let dir = MemoryDir::new();
    let store = open(&dir, unsealed());
    assert!(organizations(&store).is_empty());
    assert_eq!(store.snapshot().unwrap().extent("b").unwrap(), None);

    load(&store, &[of("b", 5 * DAY, 0..3), of("a", -DAY, 0..1)].concat());
    load(&store, &of("b", 7, 3..4));
    load(&store, &of("b", DAY, 4..5));
    store.append(Batch::from_events(of("b", 2 * DAY, 5..6)).unwrap()).unwrap();
    store.append(Batch::from_events(of("c", DAY, 0..1)).unwrap()).unwrap();
    assert_eq!(organizations(&store), ["a", "b", "c"]);
    let snapshot = store.snapshot().unwrap();
    assert_eq!(snapshot.extent("a").unwrap(), Some(-DAY..=-DAY));
    assert_eq!(snapshot.extent("b").unwrap(), Some(7..=5 * DAY));
    assert_eq!(snapshot.extent("c").unwrap(), Some(DAY..=DAY));
    assert_eq!(snapshot.extent("aa").unwrap(), None, "between the bounds of a segment");
}

#[test]
fn damage_hides_no_organizations_but_those_of_its_segment() {
    let dir = MemoryDir::new();
    let store = open(&dir, unsealed());
    load(&store, &of("a", DAY, 0..3));
    load(&store, &of("b", DAY, 0..3));
    store.close().unwrap();
    let segment = dir.files().into_iter().find(|name| name.contains(".arrow")).unwrap();
    let half = dir.bytes(&segment).unwrap().len() / 2;
    dir.set_bytes(&segment, dir.bytes(&segment).unwrap()[..half].to_vec()).unwrap();
    let found = open(&dir, unsealed()).snapshot().unwrap().organizations().unwrap();
    assert_eq!((found.names.len(), found.damaged_segments), (1, 1), "{found:?}");
}

#[test]
fn an_organization_without_events_is_none() {
    let dir = MemoryDir::new();
    let store = open(&dir, small());
    // The organizations are those of the numbers modulo 3.
    store.append(batch(0..6)).unwrap();
    delete(&store, [1, 4]);
    assert_eq!(organizations(&store), ["o1", "o3"]);
    assert_eq!(store.snapshot().unwrap().extent("o2").unwrap(), None);
}
