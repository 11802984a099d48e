//! Stores that earlier versions of the format wrote, kept as files: this release reads and writes them, for ever.
//!
//! `fixtures/v1` was written once, and is never written again; a store of a newer format gets a folder of its own.

#![expect(clippy::unwrap_used, reason = "a test fails where its own steps do")]

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use gristmill::event::{Batch, Event};
use gristmill::request::{Delete, Fetch, FetchContext, Filter};
use gristmill::response::Answer;
use gristmill::schema::Dimension;
use gristmill::{Error, Options, Reader, Receipt, Store, Timestamp};

const QUARTER_OF_A_DAY: i64 = 6 * 3_600_000;
/// 2024-01-01T00:00:00Z.
const START: i64 = 1_704_067_200_000;
/// The event that is deleted.
const GONE: i64 = 9;

/// Fetches of the store, and what each answers: worked out by hand.
const QUESTIONS: [(&str, &str, &str); 4] = [
    (
        "acme",
        r#""granularity":"day","aggregations":["count","sum","min","max"]"#,
        r#"[["2024-01-01T00:00:00.000Z",3,1.5,0.5,1.0],["2024-01-02T00:00:00.000Z",3,5.0,2.0,3.0],["2024-01-03T00:00:00.000Z",2,4.0,4.0,4.0],["2024-01-04T00:00:00.000Z",3,19.5,6.0,7.0],["2024-01-05T00:00:00.000Z",2,16.5,8.0,8.5]]"#,
    ),
    (
        "acme",
        r#""granularity":"all","group_by":["category","dim1"],"aggregations":["count","sum","session_id_uniq"]"#,
        r#"[["2024-01-01T00:00:00.000Z","click","",2,7.0,1],["2024-01-01T00:00:00.000Z","click","x",2,8.5,1],["2024-01-01T00:00:00.000Z","view",null,3,9.0,2],["2024-01-01T00:00:00.000Z","view","",3,10.0,2],["2024-01-01T00:00:00.000Z","view","x",3,12.0,2]]"#,
    ),
    (
        "zeta",
        r#""granularity":"all","aggregations":["count","sum"],"filters":{"type":"selector","dimension":"properties","value":"red"}"#,
        r#"[["2024-01-01T00:00:00.000Z",2,9.0]]"#,
    ),
    (
        "acme",
        r#""granularity":"all","aggregations":["count"],"filters":{"type":"selector","dimension":"session_id","value":"gone"}"#,
        r#"[["2024-01-01T00:00:00.000Z",0]]"#,
    ),
];

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/v1")
}

fn options() -> Options {
    Options::new().threads(1).background(false)
}

fn event(number: i64) -> Event {
    let organization = if number % 4 == 3 { "zeta" } else { "acme" };
    let mut event = Event::new(Timestamp(START + number * QUARTER_OF_A_DAY), organization, "shop");
    let session = if number == GONE { "gone".to_owned() } else { format!("s{}", number % 4) };
    event.set(Dimension::SessionId, Some(&session));
    event.set(Dimension::Category, Some(if number % 2 == 0 { "view" } else { "click" }));
    event.set(Dimension::Dim1, [None, Some(""), Some("x")][usize::try_from(number % 3).unwrap()]);
    event.set_properties(["red", "blue"].into_iter().take(usize::try_from(number % 3).unwrap()));
    event.value = (number % 5 != 0).then_some(number as f64 * 0.5);
    event
}

fn batch(numbers: Range<i64>, token: &str) -> Batch {
    Batch::from_events(numbers.map(event)).unwrap().with_token(token).unwrap()
}

/// A store with a compressed segment, a plain one that lost an event, a loaded one, and appends in its log.
#[test]
#[ignore = "writes the fixture, once for each version of the format"]
fn write() {
    let folder = fixture();
    assert!(!folder.exists(), "{} is never written again", folder.display());
    let store = options().open(&folder).unwrap();
    store.append(batch(0..8, "first")).unwrap();
    store.seal().unwrap();
    store.compact(&|_| {}).unwrap();
    store.append(batch(8..14, "second")).unwrap();
    store.seal().unwrap();
    let gone = Filter::is(Dimension::SessionId, "gone");
    assert_eq!(store.delete(&Delete::new("acme", gone)).unwrap().events, 1);
    let mut loader = store.loader().with_token("loaded");
    (14..16).for_each(|number| loader.push(&event(number).as_row()).unwrap());
    loader.commit().unwrap();
    store.append(batch(16..18, "last")).unwrap();
    store.close().unwrap();
    // It names a process, and is made at need.
    fs::remove_file(folder.join("LOCK")).unwrap();
}

/// Asks everything.
fn check(fetch: impl Fn(&Fetch) -> Result<Answer, Error>) {
    for (organization, rest, rows) in QUESTIONS {
        let text = format!(r#"{{"interval":{{"start":"2024-01-01","end":"2024-01-06"}},{rest}}}"#);
        let question =
            Fetch::from_json(text.as_bytes(), &FetchContext::for_organization(organization)).unwrap();
        let answer = fetch(&question).unwrap().to_json();
        assert!(answer.ends_with(&format!("\"data\":{rows}}}")), "{rest}: {answer}");
    }
}

/// Every file below a folder, with its bytes.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            let bytes = fs::read(&path).unwrap();
            found.insert(path, bytes);
        }
    }
    found
}

/// A copy that may be written to.
fn copy(into: &Path) -> PathBuf {
    let folder = into.join("store");
    // A version control keeps no empty folder.
    for (path, bytes) in files(&fixture()) {
        let target = folder.join(path.strip_prefix(fixture()).unwrap());
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::write(target, bytes).unwrap();
    }
    folder
}

#[test]
fn a_reader_answers_from_the_first_format_and_writes_nothing() {
    let before = files(&fixture());
    let reader = Reader::open(fixture()).unwrap();
    assert_eq!(reader.snapshot().events(), 17);
    assert_eq!(reader.recovery().appends, 1);
    check(|fetch| reader.fetch(fetch));
    assert_eq!(files(&fixture()), before);
}

#[test]
fn a_writer_goes_on_with_the_first_format() {
    let folder = tempfile::tempdir().unwrap();
    let path = copy(folder.path());
    let open = || options().open_existing(&path).unwrap();
    let store = open();
    assert!(store.recovery().closed);
    check(|fetch| store.fetch(fetch));
    let remembered = |token| store.receipt(token).unwrap();
    assert_eq!(remembered("first"), Some(Receipt { events: 8, sequence: 1 }));
    assert_eq!(remembered("loaded"), Some(Receipt { events: 2, sequence: 2 }));
    assert_eq!(store.append(batch(16..18, "last")).unwrap(), Receipt { events: 2, sequence: 3 });
    check(|fetch| store.fetch(fetch));
    store.close().unwrap();

    let changed = |change: &dyn Fn(&Store)| {
        let store = open();
        change(&store);
        check(|fetch| store.fetch(fetch));
        store.close().unwrap();
    };
    changed(&|store| store.seal().unwrap());
    changed(&|store| assert!(store.compact(&|_| {}).is_ok()));
    changed(&|store| assert!(store.purge(&|_| {}).is_ok()));
    let other = Event::new(Timestamp(START), "other", "shop");
    changed(&|store| assert!(store.append(Batch::from_events([&other]).unwrap()).is_ok()));
    assert_eq!(open().snapshot().unwrap().events(), 18);
}
