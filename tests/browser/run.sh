#!/usr/bin/env bash
# Drives the console in a real browser over the real binary. Installs what is missing: Node and Chromium by apt-get, and
# playwright-core by npm as the lockfile says. Arguments go to `node --test`; GRISTMILL names another binary.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")"

need() {
    command -v "$1" >/dev/null || apt-get install --yes --quiet --no-install-recommends "$2" ||
        { apt-get update --quiet && apt-get install --yes --quiet --no-install-recommends "$2"; }
}
need node nodejs
need npm npm
# What playwright-core runs on.
if (($(node -p 'process.versions.node.split(".")[0]') < 20)); then
    echo "tests/browser needs Node 20 or newer, found $(node --version): install one and put it first in PATH" >&2
    exit 1
fi
need chromium chromium

# Without scripts: the package only drives a browser that is there.
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error

if [[ -z ${GRISTMILL:-} ]]; then
    cargo build --locked --package gristmill-cli --manifest-path ../../Cargo.toml
    target=$(cargo metadata --no-deps --format-version 1 --manifest-path ../../Cargo.toml |
        node -p 'JSON.parse(require("fs").readFileSync(0)).target_directory')
    export GRISTMILL=$target/debug/gristmill
fi
exec node --test --test-concurrency=1 "$@"
