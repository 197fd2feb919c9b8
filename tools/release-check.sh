#!/usr/bin/env bash
# The same source gives the same bytes, wherever it stands: builds one target here and
# in a copy at another place, with a cache of its own, and compares.
set -euo pipefail
target=${1:-linux/amd64}
dir=$(mktemp -d)
trap 'chmod -R u+w "$dir" && rm -rf "$dir"' EXIT
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH
mkdir "$dir/copy"
git ls-files -z --cached --others --exclude-standard | tar --null -T - -cf - | tar -xf - -C "$dir/copy"
mkdir -p "$dir/copy/internal/console" && cp -r internal/console/dist "$dir/copy/internal/console/"
go run ./tools/release -version v0.0.0 -targets "$target" -o "$dir/here"
(cd "$dir/copy" && GOCACHE="$dir/cache" go run ./tools/release -version v0.0.0 -targets "$target" -o "$dir/there")
diff -r "$dir/here" "$dir/there"
echo "release-check: the same bytes, twice"
cat "$dir/here/SHA256SUMS"
