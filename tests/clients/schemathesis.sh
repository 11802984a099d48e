#!/bin/sh
# Asks a running service thousands of things that its own description allows, and some that it does not: no answer may be
# a failure of the service, nor other than the description says.
#
#     schemathesis.sh URL [OPTION...]
#
# Needs schemathesis (pip install schemathesis); options are those of `schemathesis run`. What it finds is printed with a
# curl command each. GRISTMILL_KEY is the key of a token, where the service has any. It stores events, so it wants a store of
# its own.
set -eu

url=${1:?"usage: schemathesis.sh URL [OPTION...]"}
shift
if [ -n "${GRISTMILL_KEY:-}" ]; then
    set -- --header "Authorization: Bearer $GRISTMILL_KEY" "$@"
fi
here=$(cd "$(dirname "$0")" && pwd)
export PYTHONPATH="$here${PYTHONPATH:+:$PYTHONPATH}" PYTHONDONTWRITEBYTECODE=1 SCHEMATHESIS_HOOKS=schemathesis_hooks
# A proxy is for other hosts.
export NO_PROXY=127.0.0.1
# The same seed asks the same things, so that what is found is found again.
exec schemathesis run "$url/openapi.json" --seed 1 --phases examples,coverage,fuzzing \
    --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance "$@"
