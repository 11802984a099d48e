//! What a service tells of its work.

use crate::harness::{Bench, event};
use crate::served::Served;

const FETCH: &str = "/api/events/v2/orgs/acme/fetch";
const QUERY: &str = r#"{"interval":{"start":"2000-01-01","end":"2100-01-01"},"granularity":"all",
    "group_by":["category"],"filters":{"type":"selector","dimension":"label","value":"secret"}}"#;

/// So many that both segments together are scanned by several threads.
const SEGMENT_ROWS: usize = 17_000;
const ROWS: usize = 2 * SEGMENT_ROWS + 1;

/// What a service says that answers two requests, one of them a fetch from two segments and memory.
fn said(flags: &[&str]) -> Vec<String> {
    let bench = Bench::new();
    let secret = event(&[("label", r#""secret""#)]);
    for _ in 0..2 {
        bench.pipe(["ingest", "--store", "store", "-"], secret.repeat(SEGMENT_ROWS).as_bytes()).succeeded();
    }
    let served = Served::start(&bench, flags);
    assert_eq!(served.ask("POST", "/events/v2/store/external", &[], &secret).status, 200);
    let answer = served.ask("POST", FETCH, &[], QUERY);
    assert!(answer.status == 200 && answer.body.contains(&format!(r#""c",{ROWS},"#)), "{answer:?}");
    // A token file is no text like this one.
    bench.write("store/tokens.json", "\u{1b}[31m\n");
    assert_eq!(served.ask("POST", FETCH, &[], QUERY).status, 503);
    served.signal("TERM");
    served.ended().1
}

#[test]
fn why_nobody_gets_in_is_told_once() {
    for flags in [&[][..], &["--trace", "error"], &["--trace", "gristmill::fetch=debug"]] {
        let said = said(flags);
        let errors: Vec<&String> = said.iter().filter(|line| line.contains(" ERROR ")).collect();
        assert_eq!(errors.len(), 1, "{said:#?}");
        let told = "no request is answered until tokens can be read error=the token file store/tokens.json is damaged";
        assert!(errors[0].contains(told), "{errors:?}");
        assert!(said.iter().all(|line| !line.contains(char::is_control)), "{said:#?}");
    }
    assert!(said(&["--trace", "off"]).iter().all(|line| !line.contains(" ERROR ")));
}

#[test]
fn fetches_and_their_segments_are_told_where_that_is_asked() {
    let spans = |said: &[String]| -> Vec<String> {
        said.iter().filter(|line| line.contains(" DEBUG fetch{")).cloned().collect()
    };
    assert!(spans(&said(&[])).is_empty());
    let said = said(&["--trace", "debug", "--threads", "2"]);
    let spans = spans(&said);
    let segments: Vec<&String> = spans.iter().filter(|line| line.contains("}:segment{")).collect();
    assert_eq!((spans.len(), segments.len()), (4, 3), "{said:#?}");
    for line in &spans {
        assert!(line.contains("gristmill::fetch: close time.busy="), "{line}");
    }
    for line in &segments {
        assert!(line.contains("rows_in_range=") && line.contains("grouping=\""), "{line}");
    }
    assert_eq!(segments.iter().filter(|line| line.contains("number=")).count(), 2, "one is in memory");
    assert!(
        spans.iter().any(|line| line.contains(&format!("fetch{{segments=3 rows=1 rows_matched={ROWS} "))),
        "{spans:#?}"
    );
    for line in &said {
        assert!(!line.contains("acme") && !line.contains("secret"), "{line}");
    }
}
