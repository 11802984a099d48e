//! Tokens: made, listed, taken away.

use crate::harness::{Bench, Run};
use crate::injected::can_inject;
use serde_json::{Value, json};
use std::fs;
use std::process::{Command, Stdio};

const FILE: &str = "store/tokens.json";

/// Makes a token in `store`; its key.
fn create(bench: &Bench, flags: &[&str]) -> String {
    let run = bench.run([&["token", "create", "--store", "store"], flags].concat()).succeeded();
    run.stdout.strip_suffix('\n').unwrap().to_owned()
}

fn list(bench: &Bench) -> Value {
    let run = bench.run(["token", "list", "--store", "store", "--json"]).succeeded();
    serde_json::from_str(&run.stdout).unwrap()
}

fn ids(bench: &Bench) -> Vec<String> {
    let tokens = list(bench)["tokens"].as_array().unwrap().clone();
    tokens.iter().map(|token| token["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_key_is_shown_once_and_kept_nowhere() {
    let bench = Bench::new();
    let flags =
        ["--org", "acme", "--org", "umbra", "--right", "fetch", "--right", "store", "--label", "a\u{1b}[31m"];
    let arguments = ["token", "create", "--store", "store", "--expires", "2100-01-01"];
    let run = bench.run([&arguments[..], &flags].concat()).succeeded();
    let key = run.stdout.strip_suffix('\n').unwrap();
    let digits = key.strip_prefix("gm_").unwrap();
    assert!(digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()), "{key}");
    for part in ["store, fetch for acme, umbra", "2100-01-01", "from now on", "shown this once"] {
        assert!(run.stderr.contains(part), "{part:?} is not in {run:?}");
    }
    assert!(!run.stderr.contains(digits));

    let text = bench.read(FILE);
    let hash = text.split("\"sha256\": \"").nth(1).unwrap().split('"').next().unwrap();
    let table = bench.run(["token", "list", "--store", "store"]).succeeded().stdout;
    for shown in [&text, &table, &list(&bench).to_string()] {
        assert!(!shown.contains(digits), "{shown}");
    }
    assert!(hash.len() == 64 && !table.contains(hash) && !list(&bench).to_string().contains(hash));
    assert!(table.contains("a\\u{1b}[31m") && table.contains("acme, umbra"), "{table}");

    let token = &list(&bench)["tokens"][0];
    assert_eq!(token["rights"], json!(["store", "fetch"]));
    assert_eq!(
        (&token["organizations"], &token["all_organizations"]),
        (&json!(["acme", "umbra"]), &json!(false))
    );
    assert_eq!((&token["expires"], &token["expired"]), (&json!("2100-01-01T00:00:00.000Z"), &json!(false)));
}

#[test]
fn a_token_is_revoked_by_its_id() {
    let bench = Bench::new();
    create(&bench, &["--all-orgs", "--right", "admin"]);
    create(&bench, &["--org", "acme", "--right", "delete", "--quiet"]);
    let [first, second] = <[String; 2]>::try_from(ids(&bench)).unwrap();
    let run = bench.run(["token", "revoke", "--store", "store", &first]).succeeded();
    assert!(run.stderr.contains(&format!("revoked token {first}: admin for all organizations")), "{run:?}");
    bench.run(["token", "revoke", "--store", "store", &first]).failed(1, &[&first, "gristmill token list"]);
    assert_eq!(ids(&bench), [second.as_str()]);
    let run = bench.run(["token", "revoke", "--store", "store", "--quiet", &second]).succeeded();
    assert_eq!(run.stderr, "");
    assert_eq!(list(&bench), json!({"open": false, "tokens": []}));
    let run = bench.run(["token", "list", "--store", "store"]).succeeded();
    assert!(run.stderr.contains("nobody gets in"), "{run:?}");
}

#[test]
fn a_store_without_tokens_is_told_from_one_that_is_not_there() {
    let bench = Bench::with_sample();
    assert_eq!(list(&bench), json!({"open": true, "tokens": []}));
    let run = bench.run(["token", "list", "--store", "store"]).succeeded();
    assert!(run.stdout.is_empty() && run.stderr.contains("no token was ever created"), "{run:?}");
    bench.run(["token", "revoke", "--store", "store", "00000000"]).failed(1, &["gristmill token create"]);
    for command in [&["list"][..], &["revoke", "00000000"]] {
        let arguments = [&["token"], command].concat();
        bench
            .run([&arguments[..], &["--store", "missing"]].concat())
            .failed(1, &["no token file", "missing"]);
        bench
            .run([&arguments[..], &["--token-file", "other"]].concat())
            .failed(1, &["no token file", "other"]);
    }
    assert!(!bench.path("missing").exists() && !bench.path("store/tokens.json.lock").exists());
}

#[test]
fn wrong_use_makes_nothing() {
    let bench = Bench::new();
    let refused = |flags: &[&str], parts: &[&str]| {
        bench.run([&["token", "create"], flags].concat()).failed(2, parts);
    };
    let of = ["--store", "store", "--right", "fetch"];
    let with = |more: &[&'static str]| [&of[..], more].concat();
    refused(&["--org", "acme", "--right", "fetch"], &["--store"]);
    refused(&of, &["--org"]);
    refused(&with(&["--org", "acme", "--all-orgs"]), &["--all-orgs"]);
    refused(&with(&["--org", ""]), &["--org is empty", "--all-orgs"]);
    refused(&["--store", "store", "--org", "acme"], &["--right"]);
    refused(&["--store", "store", "--org", "acme", "--right", "read"], &["read", "fetch", "store-trusted"]);
    refused(&with(&["--org", "acme", "--expires", "soon"]), &["--expires soon", "90d", "2027-01-01"]);
    refused(&with(&["--org", "acme", "--expires", "2020-01-01"]), &["--expires 2020-01-01", "past"]);
    let long = "x".repeat(201);
    bench
        .run([&["token", "create"], &with(&["--org", "acme"])[..], &["--label", &long]].concat())
        .failed(2, &["--label", "201", "200"]);
    bench.run(["token"]).failed(2, &["create", "list", "revoke"]);
    bench.run(["token", "revoke", "--store", "store"]).failed(2, &["<ID>"]);
    assert!(bench.files("").is_empty());
}

#[test]
fn what_was_typed_does_not_reach_the_terminal_as_it_is() {
    let bench = Bench::new();
    let arguments = ["token", "create", "--store", "store", "--org", "a\u{1b}[31m", "--right", "fetch"];
    let run = bench.run(arguments).succeeded();
    let id = ids(&bench).remove(0);
    let revoked = bench.run(["token", "revoke", "--store", "store", &id]).succeeded();
    for told in [run.stderr, revoked.stderr] {
        assert!(told.contains("fetch for a\\u{1b}[31m") && !told.contains('\u{1b}'), "{told}");
    }
}

#[test]
fn of_tokens_made_at_once_none_is_lost() {
    let bench = Bench::with_sample();
    let flags = ["token", "create", "--store", "store", "--all-orgs", "--right", "fetch"];
    let children: Vec<_> = (0..8).map(|_| bench.spawn(flags)).collect();
    let keys: Vec<String> = children
        .into_iter()
        .map(|child| Run::of(child.wait_with_output().unwrap()).succeeded().stdout)
        .collect();
    assert_eq!(keys.len(), 8);
    assert_eq!(ids(&bench).len(), 8);
}

#[test]
fn a_damaged_file_is_refused_and_stays() {
    let bench = Bench::new();
    create(&bench, &["--org", "acme", "--right", "fetch"]);
    let id = ids(&bench).remove(0);
    for damaged in [bench.read(FILE).replace("acme", "acmf"), String::new(), "{}".to_owned()] {
        bench.write(FILE, &damaged);
        for command in [
            &["create", "--all-orgs", "--right", "fetch"][..],
            &["list"],
            &["list", "--json"],
            &["revoke", &id],
        ] {
            let arguments = [&["token"], command, &["--store", "store"]].concat();
            bench.run(arguments).failed(3, &["tokens.json is damaged", "put back a copy"]);
        }
        assert_eq!(bench.read(FILE), damaged);
    }
    bench.write(FILE, r#"{"format":7}"#);
    bench.run(["token", "list", "--store", "store"]).failed(1, &["format 7", "format 1"]);
}

#[test]
fn the_store_and_its_tokens_leave_each_other_alone() {
    let bench = Bench::with_sample();
    create(&bench, &["--org", "acme", "--right", "fetch"]);
    let before = bench.read(FILE);
    let events = bench.count("store");
    bench.run(["ingest", "--store", "store", &crate::harness::example("events.ndjson")]).succeeded();
    bench.run(["compact", "--store", "store"]).succeeded();
    bench.run(["inspect", "--store", "store"]).succeeded();
    bench.run(["repair", "--store", "store"]).succeeded();
    let run = bench.run(["verify", "--store", "store", "--json"]).succeeded();
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((&report["findings"], &report["unlisted"]), (&json!([]), &json!([])));
    bench.run(["snapshot", "--store", "store", "backup"]).succeeded();
    assert_eq!(bench.read(FILE), before);
    assert_eq!(bench.count("store"), 2 * events);
    // A backup of last year must not give back the rights that were taken away since.
    assert!(bench.files("backup").iter().all(|file| !file.display().to_string().contains("tokens")));
}

#[test]
fn the_first_token_of_a_new_folder_makes_its_store() {
    let bench = Bench::new();
    create(&bench, &["--org", "acme", "--right", "store"]);
    let event = crate::harness::event(&[]);
    bench.pipe(["ingest", "--store", "store", "-"], event.as_bytes()).succeeded();
    assert_eq!(bench.count("store"), 1);

    fs::create_dir(bench.path("other")).unwrap();
    bench.write("other/file", "");
    let arguments = ["token", "create", "--org", "acme", "--right", "fetch"];
    bench.run([&arguments[..], &["--store", "other"]].concat()).failed(1, &["other", "file"]);
    assert_eq!(bench.files("other").len(), 1);
}

#[test]
fn a_file_of_its_own_needs_no_store() {
    let bench = Bench::new();
    let arguments = ["token", "create", "--org", "acme", "--right", "fetch"];
    bench.run([&arguments[..], &["--token-file", "mine.json"]].concat()).succeeded();
    let mut named = bench.command([&arguments[..], &["--store", "store"]].concat());
    let named = Run::of(named.env("GRISTMILL_TOKEN_FILE", "mine.json").output().unwrap()).succeeded();
    assert!(!named.stderr.contains("from now on"), "{named:?}");
    let run = bench.run(["token", "list", "--token-file", "mine.json", "--json"]).succeeded();
    assert_eq!(serde_json::from_str::<Value>(&run.stdout).unwrap()["tokens"].as_array().unwrap().len(), 2);
    assert!(!bench.path("store").exists());
    bench
        .run([&arguments[..], &["--token-file", "no/mine.json"]].concat())
        .failed(1, &["cannot open no/mine.json"]);
    let mut empty = bench.command([&arguments[..], &["--store", "store"]].concat());
    Run::of(empty.env("GRISTMILL_TOKEN_FILE", "").output().unwrap()).succeeded();
    assert!(bench.path(FILE).exists(), "an empty variable is not set");
}

#[test]
fn a_key_that_nobody_has_got_is_worth_nothing() {
    let bench = Bench::with_sample();
    let arguments = ["token", "create", "--store", "store", "--all-orgs", "--right", "admin"];
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let output = bench.command(arguments).stdout(full).stderr(Stdio::piped()).output().unwrap();
    Run::of(output).failed(1, &["cannot write stdout"]);
    assert!(ids(&bench).is_empty());
}

#[test]
fn whenever_it_is_killed_the_tokens_are_those_before_or_after() {
    if !can_inject() {
        return;
    }
    let bench = Bench::new();
    create(&bench, &["--org", "acme", "--right", "fetch"]);
    let before = ids(&bench);
    let store = bench.path("store").display().to_string();
    let binary = bench.command(["token", "create", "--store", &store, "--all-orgs", "--right", "fetch"]);
    let paths = ["", "/tokens.json", "/tokens.json.tmp", "/tokens.json.lock"];
    let (mut kept, mut made) = (0, 0);
    for call in ["openat", "flock", "unlink", "write", "fsync", "rename", "close"] {
        for nth in 1.. {
            // With --seccomp-bpf, strace 6.1 does not send the signal.
            let mut strace = Command::new("strace");
            strace.current_dir(bench.path("")).args(["-f", "-qq", "-o", "trace"]);
            for path in paths {
                strace.args(["-P", &format!("{store}{path}")]);
            }
            let inject = format!("inject={call}:signal=KILL:when={nth}");
            strace.args(["-e", &format!("trace={call}"), "-e", &inject, "--"]);
            let output = strace.arg(binary.get_program()).args(binary.get_args()).output().unwrap();
            let now = ids(&bench);
            assert_eq!(now[..before.len()], before[..], "{call} {nth}");
            for id in &now[before.len()..] {
                bench.run(["token", "revoke", "--store", "store", id]).succeeded();
            }
            if output.status.success() {
                assert!(nth > 1, "{call} was not met");
                break;
            }
            match now.len() - before.len() {
                0 => kept += 1,
                1 => made += 1,
                more => panic!("{call} {nth}: {more} tokens"),
            }
        }
    }
    assert!(kept > 5 && made > 0, "{kept} kept, {made} made");
}
