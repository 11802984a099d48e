#!/usr/bin/env bash
# Tests the tests: applies each patch in this folder, which plants a bug, to a copy of the working tree, runs the test
# that the patch names, and demands that it fails. Names of patches as arguments run only those.
#
# Each bug takes a build: some minutes in all, so this is no part of .ci/run.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here/../.."
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target/planted}
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git ls-files -z | xargs -0 cp --parents --target-directory "$copy"

# Prints which tests fail with the bug of a patch; fails itself where none does.
caught() {
    local test
    test=$(sed -n 's/^Test: //p' "$1")
    if ! $test --no-run >log 2>&1; then
        tail -n 30 log >&2
        echo "DOES NOT BUILD"
    elif $test >log 2>&1; then
        # Also where no test has that name.
        echo "NOT CAUGHT"
    else
        sed -n 's/^test \(.*\) \.\.\. FAILED$/\1/p' log | sort | paste --serial --delimiters ' ' | grep .
        return
    fi
    return 1
}

patches=("$@")
if [[ $# -eq 0 ]]; then
    mapfile -t patches < <(cd "$here" && ls -- *.patch)
fi

status=0
cd "$copy"
for name in "${patches[@]}"; do
    name=${name%.patch}
    patch=$here/$name.patch
    if ! patch --quiet --strip 1 --forward --reject-file - --input "$patch" >/dev/null; then
        echo "$name: the patch does not apply" >&2
        exit 1
    fi
    outcome=$(caught "$patch") || status=1
    printf '%-28s %s\n' "$name" "$outcome"
    patch --quiet --strip 1 --reverse --input "$patch" >/dev/null
done
exit "$status"
