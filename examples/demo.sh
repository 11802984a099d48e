#!/bin/sh
# Loads the sample of this directory into a store of its own and asks what happened on each day in Helsinki.
# The clock there went back on 2021-10-31: that day has 25 hours.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
store=$(mktemp -d)
trap 'rm -rf "$store"' EXIT
trap 'exit 130' INT TERM

cd "$here/.."
cargo build --release --package gristmill-cli
gristmill() { cargo run --quiet --release --package gristmill-cli -- "$@"; }

gristmill ingest --store "$store/events" examples/events.ndjson
gristmill fetch --store "$store/events" --chart examples/by-day.json
