//! Help, version, completions, and what is wrong use.

use crate::harness::{Bench, Run};

#[test]
fn help_teaches_by_example_and_lists_exit_codes() {
    let bench = Bench::new();
    let help = bench.run(["--help"]).succeeded().stdout;
    for part in
        ["Examples:", "gristmill ingest --store store events.ndjson", "Exit codes:", "damaged", "budget"]
    {
        assert!(help.contains(part), "{part:?} is not in\n{help}");
    }
    for command in [
        "ingest",
        "import",
        "compact",
        "delete",
        "retain",
        "export",
        "fetch",
        "bench",
        "bench-append",
        "inspect",
        "snapshot",
        "verify",
        "repair",
        "serve",
        "generate",
        "token",
        "completions",
    ] {
        assert!(help.contains(command), "{command} is not in\n{help}");
        let own = bench.run([command, "--help"]).succeeded().stdout;
        assert!(own.contains("Examples:") && own.contains("Usage:"), "{own}");
    }
}

#[test]
fn numbers_have_flags_defaults_and_variables() {
    let help = Bench::new().run(["ingest", "--help"]).succeeded().stdout;
    for part in [
        "--segment-rows",
        "GRISTMILL_SEGMENT_ROWS",
        "1048576",
        "GRISTMILL_WAL_BYTES",
        "64MiB",
        "GRISTMILL_THREADS",
    ] {
        assert!(help.contains(part), "{part:?} is not in\n{help}");
    }
    let help = Bench::new().run(["fetch", "--help"]).succeeded().stdout;
    for part in
        ["--max-groups", "GRISTMILL_MAX_GROUPS", "GRISTMILL_CACHE_BYTES", "--allow-partial", "--chart"]
    {
        assert!(help.contains(part), "{part:?} is not in\n{help}");
    }
}

#[test]
fn version_names_the_time_zone_data() {
    let version = Bench::new().run(["--version"]).succeeded().stdout;
    let expected = concat!("gristmill ", env!("CARGO_PKG_VERSION"), " (time zones 20");
    assert!(version.starts_with(expected), "{version}");
}

#[test]
fn every_shell_gets_its_completions() {
    let bench = Bench::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = bench.run(["completions", shell]).succeeded().stdout;
        assert!(
            script.contains("gristmill") && script.contains("segment-rows") && script.contains("json-answer"),
            "{shell}:\n{script}"
        );
    }
    bench.run(["completions", "dos"]).failed(2, &["dos", "bash"]);
}

#[test]
fn wrong_use_is_told_apart_from_failure() {
    let bench = Bench::new();
    bench.run(["fecth"]).failed(2, &["fecth", "fetch"]);
    bench.run(["fetch", "query.json"]).failed(2, &["--store"]);
    bench.run(["ingest", "--store", "s"]).failed(2, &["FILE"]);
    bench.run(["ingest", "--store", "s", "--segment-rows", "0", "-"]).failed(2, &["--segment-rows"]);
    bench.run(["ingest", "--store", "s", "--wal-bytes", "many", "-"]).failed(2, &["--wal-bytes", "64MiB"]);
    bench.run(["ingest", "--store", "s", "-", "-"]).failed(2, &["stdin"]);
    bench.run(["ingest", "--store", "s", "--rejects", "r", "-"]).failed(2, &["--on-invalid skip"]);
    bench.run(["ingest", "--store", "s", "--batch-id", "", "-"]).failed(2, &["--batch-id", "256"]);
    bench.run(["bench", "--store", "s"]).failed(2, &["QUERY"]);
    bench.run(["bench", "--store", "s", "--runs", "0", "{}"]).failed(2, &["--runs"]);
    bench.run(["bench", "--store", "s", "-", "-"]).failed(2, &["stdin"]);
    bench.run(["generate", "--events", "1", "--tenants", "0"]).failed(2, &["--tenants"]);
    bench.run(["fetch", "--store", "s", "--format", "xml", "{}"]).failed(2, &["xml", "ndjson"]);
    assert!(bench.files("").is_empty(), "wrong use has made files");
}

#[test]
fn variables_are_read_and_flags_win() {
    let bench = Bench::new();
    let mut command = bench.command(["generate", "--events", "0"]);
    assert!(command.output().unwrap().status.success());
    let run = |variable: &str, flags: &[&str]| {
        let arguments = [&["ingest", "--store", "s", "/dev/null"], flags].concat();
        bench.command(arguments).env("GRISTMILL_SEGMENT_ROWS", variable).output().unwrap().status.code()
    };
    assert_eq!(run("none", &[]), Some(2));
    assert_eq!(run("none", &["--segment-rows", "10"]), Some(0));
    assert_eq!(run("10", &[]), Some(0));
}

#[test]
fn an_empty_variable_is_not_set() {
    let bench = Bench::with_sample();
    let run = |threads: &str| {
        let mut command = bench.command(["inspect", "--store", "store"]);
        command.env("GRISTMILL_CACHE_BYTES", "").env("GRISTMILL_THREADS", threads);
        Run::of(command.output().unwrap())
    };
    run("").succeeded();
    run(" ").failed(2, &["--threads"]);
    bench.run(["inspect", "--store", "store", "--threads", ""]).failed(2, &["--threads"]);
}
