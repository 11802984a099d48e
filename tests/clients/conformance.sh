#!/usr/bin/env bash
# Starts the real binary over a store of its own, and holds it against its own description: schemathesis.sh. Options are
# those of `schemathesis run`; GRISTMILL names another binary.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
if [[ -z ${GRISTMILL:-} ]]; then
    cargo build --locked --package gristmill-cli --manifest-path "$here/../../Cargo.toml"
    target=$(cargo metadata --no-deps --format-version 1 --manifest-path "$here/../../Cargo.toml" |
        python3 -c 'import json, sys; print(json.load(sys.stdin)["target_directory"])')
    GRISTMILL=$target/debug/gristmill
fi

folder=$(mktemp -d)
service=
trap '[[ -z $service ]] || kill "$service" && wait "$service" || true; rm -rf "$folder"' EXIT
"$GRISTMILL" serve --store "$folder/store" --listen 127.0.0.1:0 2>"$folder/log" &
service=$!
until url=$(grep --only-matching --max-count=1 'http://127\.0\.0\.1:[0-9]*' "$folder/log"); do
    kill -0 "$service" 2>/dev/null || { cat "$folder/log" >&2 && exit 1; }
    sleep 0.1
done
cd "$folder"
"$here/schemathesis.sh" "$url" "$@"
