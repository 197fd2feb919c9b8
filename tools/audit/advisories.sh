#!/usr/bin/env bash
# Asks the databases of known weaknesses about what the product is built from. Where
# one cannot be reached it says so, and goes on: a release is not to be made then.
set -uo pipefail
cd "$(dirname "$0")/../.."
VULNCHECK=v1.9.0
status=0

for dir in web e2e; do
  if answer=$(cd "$dir" && npm audit --package-lock-only --audit-level=moderate 2>&1); then
    echo "advisories: npm, $dir: none"
  elif grep -q 'audit endpoint returned an error\|ENOTFOUND\|ECONNREFUSED\|ETIMEDOUT\|ENOAUDIT' <<<"$answer"; then
    echo "advisories: npm, $dir: SKIPPED, the registry does not answer about advisories"
  else
    echo "$answer"
    status=1
  fi
done

if curl -fsS -m 10 -o /dev/null https://vuln.go.dev/index/db.json 2>/dev/null; then
  go run "golang.org/x/vuln/cmd/govulncheck@$VULNCHECK" ./... || status=1
else
  echo "advisories: Go: SKIPPED, the database of weaknesses cannot be reached"
fi
exit $status
