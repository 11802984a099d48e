//! Deleting events, by filter and by age.

use crate::harness::Bench;
use serde_json::{Value, json};

const AINO: &str =
    r#"{"organization_id":"acme","filters":{"type":"selector","dimension":"visitor_id","value":"v-aino"}}"#;

/// Whether any file of a directory holds some bytes.
fn holds(bench: &Bench, directory: &str, bytes: &[u8]) -> bool {
    bench
        .files(directory)
        .iter()
        .any(|file| std::fs::read(file).unwrap().windows(bytes.len()).any(|window| window == bytes))
}

fn receipt(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn a_visitor_is_forgotten_at_once_and_leaves_the_disk_by_a_purge() {
    let bench = Bench::with_sample();
    let all = bench.count("store");
    let would = receipt(&bench.run(["delete", "--store", "store", "--dry-run", AINO]).succeeded().stdout);
    let events = would["would_delete"].as_u64().unwrap();
    assert!(events > 0 && bench.count("store") == all, "{would}");

    let run = bench.run(["delete", "--store", "store", AINO]).succeeded();
    let deleted = receipt(&run.stdout);
    assert_eq!(
        (&deleted["deleted"], &deleted["on_disk"]["deleted_events"]),
        (&events.into(), &events.into())
    );
    assert!(run.stderr.contains("compact --purge"), "{}", run.stderr);
    assert_eq!(bench.count("store"), all - events);
    assert!(holds(&bench, "store", b"v-aino"), "the bytes stay until the segment is rewritten");

    let run = bench.run(["compact", "--store", "store", "--purge"]).succeeded();
    assert_eq!(receipt(&run.stdout)["on_disk"], json!({"deleted_events": 0, "unlisted_files": []}));
    assert!(run.stderr.contains("no deleted event is on the disk"), "{}", run.stderr);
    assert!(!holds(&bench, "store", b"v-aino"));
    assert_eq!(bench.count("store"), all - events);

    let again = bench.run(["delete", "--store", "store", "--purge", AINO]).succeeded();
    assert!(again.stderr.contains("no event matches"), "{}", again.stderr);
}

#[test]
fn a_deletion_says_which_events() {
    let bench = Bench::with_sample();
    let refused = |arguments: &[&str], parts: &[&str]| {
        let arguments = ["delete", "--store", "store"].iter().chain(arguments);
        bench.run(arguments).failed(4, parts);
    };
    refused(&[r#"{"organization_id":"acme"}"#], &["filters", r#"{"type":"true"}"#]);
    refused(&[r#"{"filters":{"type":"true"}}"#], &["organization_id"]);
    refused(&["--org", "other", AINO], &["organization_id", "other"]);
    refused(&[r#"{"organization_id":"acme","filters":{"type":"true"},"limit":3}"#], &["limit"]);
    let all = bench.count("store");
    let day = r#"{"interval":{"start":"2021-10-28","end":"2021-10-29"},"filters":{"type":"true"}}"#;
    bench.run(["delete", "--store", "store", "--org", "acme", "--quiet", day]).succeeded();
    let left = bench.count("store");
    assert!(0 < left && left < all);
    bench.run(["delete", "--store", "store", "--org", "acme", r#"{"filters":{"type":"true"}}"#]).succeeded();
    assert_eq!(bench.count("store"), 0);
}

#[test]
fn events_are_kept_as_long_as_was_said() {
    let bench = Bench::with_sample();
    let all = bench.count("store");
    let run = bench.run(["retain", "--store", "store", "--days", "2"]).succeeded();
    let said = receipt(&run.stdout);
    assert_eq!(said["retention"], json!({"days": 2, "organizations": {}}));
    let deleted = said["deleted"].as_u64().unwrap();
    assert!(deleted > 0 && bench.count("store") < all, "{said}");
    assert!(run.stderr.contains("kept for 2 days"), "{}", run.stderr);

    let run = bench.run(["retain", "--store", "store", "--org", "acme", "--for-ever"]).succeeded();
    assert_eq!(receipt(&run.stdout)["retention"], json!({"days": 2, "organizations": {"acme": null}}));
    let run = bench.run(["retain", "--store", "store"]).succeeded();
    assert_eq!(receipt(&run.stdout)["deleted"], 0);
    bench.run(["retain", "--store", "store", "--org", "acme"]).failed(2, &["--days"]);
    bench.run(["retain", "--store", "missing", "--days", "1"]).failed(1, &["no such folder"]);
}
