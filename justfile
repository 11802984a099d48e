# The rituals. `just` lists them.

_default:
    @just --list --unsorted

# Run every test
test:
    cargo test --workspace --all-features

# Check form and lints
lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets --all-features -- -D warnings

# Bring the code into form
format:
    cargo fmt --all

# Build the documentation of all crates
doc:
    RUSTDOCFLAGS=-Dwarnings cargo doc --workspace --all-features --no-deps

# Ask DuckDB the same random fetches and compare the answers
differential *flags:
    cargo build --release --package gristmill-cli
    python3 tests/differential/run.py {{flags}}

# Run the fuzz targets, for so many seconds each; names run only these (needs cargo-fuzz)
fuzz seconds="3600" *targets:
    fuzz/run {{seconds}} {{targets}}

# Measure; a name runs only the benches whose names hold it
bench *name:
    cargo bench --package gristmill --bench '*' -- {{name}}

# Check dependencies: licences, advisories, sources (needs cargo-deny)
deny:
    cargo deny check

# Kill the real binary at random moments, a thousand times
kill cycles="1000":
    GRISTMILL_KILL_CYCLES={{cycles}} cargo test --package gristmill-cli --test cli killed:: -- --nocapture

# Drive the console in Chromium; arguments go to `node --test`
browser *arguments:
    tests/browser/run.sh {{arguments}}

# Plant known bugs, and see each of them caught
planted *names:
    tests/planted/run.sh {{names}}

# Load the sample and show a fetch by day
demo:
    sh examples/demo.sh

# Everything that must hold before a change goes in
ci:
    .ci/run
