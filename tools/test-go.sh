#!/usr/bin/env bash
# Runs Go's tests with the options that are given. Packages that fail are run once
# more, alone, and it is said which: what fails twice fails. A data race or a
# program that does not compile fails at once.
set -uo pipefail
go=${GO:-go}
read -ra packages <<<"${PACKAGES:-./...}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
"$go" test "$@" "${packages[@]}" 2>&1 | tee "$log"
status=${PIPESTATUS[0]}
[ "$status" = 0 ] && exit 0
if grep -q -e 'DATA RACE' -e '\[build failed\]' -e '\[setup failed\]' "$log"; then exit "$status"; fi
mapfile -t failed < <(sed -n 's/^FAIL[[:space:]]\+\([^[:space:]]\+\).*/\1/p' "$log" | sort -u)
[ ${#failed[@]} -gt 0 ] || exit "$status"
echo "== once more, alone: ${failed[*]}"
exec "$go" test "$@" -p 1 "${failed[@]}"
