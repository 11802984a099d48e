//! `gristmill serve --config`.

use crate::harness::{Bench, Run, example};
use crate::served::Served;
use std::collections::BTreeMap;
use std::fs;

/// What a run of `--check-config` prints: of each key its value and where that comes from.
fn settings(run: Run) -> BTreeMap<String, (String, String)> {
    let mut settings = BTreeMap::new();
    let mut table = String::new();
    for line in run.succeeded().stdout.lines() {
        if let Some((key, (value, origin))) =
            line.split_once(" = ").map(|(key, rest)| (key, rest.split_once("  # ").unwrap()))
        {
            settings.insert(format!("{table}{key}"), (value.to_owned(), origin.to_owned()));
        } else if line.starts_with('[') {
            table = line.trim_matches(['[', ']']).to_owned() + ".";
        }
    }
    settings
}

/// What is wrong with a file, from its name on.
fn refused(text: &str, message: &str) {
    let bench = Bench::new();
    bench.write("g.toml", text);
    bench.run(["serve", "--config", "g.toml"]).failed(2, &[&format!("gristmill: g.toml{message}")]);
    assert!(!bench.path("s").exists());
}

#[test]
fn flags_win_over_the_environment_and_that_over_the_file() {
    let bench = Bench::new();
    bench.write(
        "g.toml",
        "store = 's'\ncors = ['https://a.example', '*']\n[limits]\nfetch_queue = 1\nbody_time = '5s'\nfetch_rows = 0x10\n",
    );
    let run = |flags: &[&str], queue: &str| {
        let mut command = bench.command([&["serve", "--check-config"], flags].concat());
        command.env("GRISTMILL_CONFIG", "g.toml").env("GRISTMILL_FETCH_QUEUE", queue);
        settings(Run::of(command.output().unwrap()))
    };
    let is = |settings: &BTreeMap<String, (String, String)>, key: &str, value: &str, origin: &str| {
        assert_eq!(settings[key], (value.to_owned(), origin.to_owned()), "{key}");
    };
    let typed = run(&["--fetch-queue", "3", "--cors", "https://b.example"], "2");
    is(&typed, "limits.fetch_queue", "3", "flag");
    is(&typed, "cors", r#"["https://b.example"]"#, "flag");
    let set = run(&[], "2");
    is(&set, "limits.fetch_queue", "2", "GRISTMILL_FETCH_QUEUE");
    let neither = run(&[], "");
    is(&neither, "limits.fetch_queue", "1", "g.toml:4");
    is(&neither, "store", r#""s""#, "g.toml:1");
    is(&neither, "cors", r#"["https://a.example", "*"]"#, "g.toml:2");
    is(&neither, "limits.body_time", r#""5s""#, "g.toml:5");
    is(&neither, "limits.fetch_rows", "16", "g.toml:6");
    is(&neither, "limits.body_bytes", r#""8MiB""#, "default");
    is(&neither, "tuning.segment_rows", "1048576", "default");
    assert_eq!(neither.get("token_file"), None);
}

#[test]
fn the_file_is_followed() {
    let bench = Bench::new();
    bench.write("g.toml", "store = 'elsewhere'\nlisten = '127.0.0.1:0'\n[limits]\nquery_bytes = 10\n");
    let served = Served::by(&bench, &["--config", "g.toml"]);
    let asked = |body| served.ask("POST", "/api/events/v2/orgs/acme/fetch", &[], body).status;
    assert_eq!((asked("{}"), asked(r#"{"limit": 10}"#)), (400, 413));
    assert!(bench.path("elsewhere").is_dir() && !bench.path("store").exists());
}

#[test]
fn what_is_printed_is_a_file_that_says_the_same() {
    let bench = Bench::new();
    let flags =
        ["--store", "a \"b\"\\c\n\u{7f}", "--body-bytes", "3000", "--open-org", "o", "--open-org", "7"];
    let first = bench.run(["serve", "--check-config"].iter().chain(&flags)).succeeded();
    bench.write("g.toml", &first.stdout);
    let values = |run| settings(run).into_iter().map(|(key, (value, _))| (key, value)).collect::<Vec<_>>();
    let second = bench.run(["serve", "--check-config", "--config", "g.toml"]);
    assert_eq!(values(second), values(first));
}

#[test]
fn a_file_that_is_wrong_says_where() {
    refused(
        "store = 's'\n\nbody_bytes = 1\n",
        ":3: there is no key `body_bytes`; the nearest is `limits.body_bytes`",
    );
    refused(
        "[limits]\nbody_byte = 1\n",
        ":2: there is no key `limits.body_byte`; the nearest is `limits.body_bytes`",
    );
    refused("config = 'g.toml'\n", ":1: there is no key `config`");
    refused("[limit]\nbody_bytes = 1\n", ":1: there is no table [limit]; expected [limits] or [tuning]");
    refused("[limits]\nbody_bytes = 'lots'\n", ":2: `limits.body_bytes`: expected a number of bytes such as");
    refused("[limits]\nfetches = 0\n", ":2: `limits.fetches`: 0 is not in 1..=4294967295; found \"0\"");
    refused("[limits]\nbody_time = 5\n", ":2: `limits.body_time`: expected a length of time such as 250ms");
    refused("listen = true\n", ":1: `listen`: expected a text or a whole number, found: boolean");
    refused(
        "[limits]\nfetches = [1]\n",
        ":2: `limits.fetches`: expected a text or a whole number, found: array",
    );
    refused("cors = ['*',\n  1.5]\n", ":2: `cors`: expected a list of texts, found: float");
    refused(
        "cors = ['example.com']\n",
        ":1: `cors`: expected an origin such as https://example.com, or *; found",
    );
    refused("store = 's'\nstore = 't'\n", ":2: duplicate key");
    refused("store = 's'\nlisten\n", ":2: ");
    refused(
        "listen = \"a\\u001b[31m\"\n",
        ":1: `listen`: invalid socket address syntax; found \"a\\u{1b}[31m\"",
    );
    refused("listen = '127.0.0.1:0'\n", ": there is no key `store`, and no flag --store either");
    let missing = Bench::new().run(["serve", "--config", "g.toml"]);
    missing.failed(1, &["configuration file `g.toml` cannot be read", "No such file"]);
}

/// These depend on the machine, or have no value by default.
const WITHOUT_ONE_DEFAULT: [&str; 4] = ["store", "token_file", "limits.fetches", "tuning.threads"];

#[test]
fn the_example_has_every_key_and_its_default() {
    let (bench, example) = (Bench::new(), example("gristmill.toml"));
    let text = fs::read_to_string(&example).unwrap();
    let is_key = |line: &str| {
        let key = line.split_once(" = ").map_or("", |(key, _)| key);
        !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    };
    let said = |line: &str| match line.strip_prefix("# ") {
        Some(key) if is_key(key) => format!("{key}\n"),
        _ => format!("{line}\n"),
    };
    bench.write("all.toml", text.lines().map(said).collect::<String>());
    let run = |flags: &[&str]| bench.run([&["serve", "--check-config"], flags].concat());
    let whole = run(&["--config", "all.toml"]);
    assert!(!whole.stdout.contains("is not set"), "{whole:#?}");
    let whole = settings(whole);
    let defaults = settings(run(&["--store", "store"]));
    let as_it_stands = settings(run(&["--config", &example]));
    assert!(whole.len() > 25);
    for (key, (value, origin)) in whole {
        assert!(origin.starts_with("all.toml:"), "{key} is not in the example");
        if !WITHOUT_ONE_DEFAULT.contains(&&*key) {
            assert_eq!(value, defaults[&key].0, "{key}");
            assert_eq!(defaults[&key], as_it_stands[&key], "{key}");
        }
    }
}
