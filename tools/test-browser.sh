#!/usr/bin/env bash
# Plays the stories in a browser, two files at a time. Files with a story that
# fails are played once more, alone, and it is said which: what fails twice fails.
set -uo pipefail
cd "$(dirname "$0")/.."
failed=$(mktemp)
trap 'rm -f "$failed"' EXIT
report=(--test-reporter=tap --test-reporter-destination=stdout)
node --test --test-concurrency=2 "${report[@]}" \
  --test-reporter=./e2e/failed.mjs --test-reporter-destination="$failed" e2e/*.test.mjs
status=$?
[ "$status" = 0 ] && exit 0
mapfile -t files < <(sort -u "$failed")
[ ${#files[@]} -gt 0 ] || exit "$status"
echo "== once more, alone: ${files[*]}"
node --test --test-concurrency=1 "${report[@]}" "${files[@]}"
