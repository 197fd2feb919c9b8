#!/usr/bin/env bash
# Runs a command with a PostgreSQL server of its own: in a temporary folder, on
# a port of loopback below those that the system gives out, gone when the command ends. The command finds it in
# TEST_POSTGRES. Where PostgreSQL is not installed the variable stays empty and
# the tests that need it skip, unless REQUIRE_POSTGRES is set.
set -euo pipefail

if [ -n "${TEST_POSTGRES:-}" ]; then exec "$@"; fi

bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1 || true)
if [ -z "$bin" ] && command -v pg_ctl >/dev/null; then bin=$(dirname "$(readlink -f "$(command -v pg_ctl)")"); fi
if [ -z "$bin" ]; then
  echo "with-postgres: PostgreSQL is not installed (apt-get install postgresql)" >&2
  if [ -n "${REQUIRE_POSTGRES:-}" ]; then exit 1; fi
  exec "$@"
fi

dir=$(mktemp -d)
as=()
if [ "$(id -u)" = 0 ]; then # PostgreSQL refuses to run as root
  as=(setpriv --reuid=postgres --regid=postgres --clear-groups)
  chown postgres "$dir"
fi
stop() {
  "${as[@]}" "$bin/pg_ctl" -D "$dir/data" -m immediate -w stop >/dev/null 2>&1 || true
  rm -rf "$dir"
}
trap stop EXIT
port=$(awk 'BEGIN{srand('"$$"'+'"$(date +%N | sed 's/^0*//')"'); print 20000+int(rand()*12000)}')
(
  cd "$dir"
  "${as[@]}" "$bin/initdb" -D "$dir/data" -U sallyport -A trust -E UTF8 --locale=C >"$dir/initdb.log" 2>&1 || { cat "$dir/initdb.log" >&2; exit 1; }
  "${as[@]}" "$bin/pg_ctl" -D "$dir/data" -w -t 60 -l "$dir/data/server.log" \
    -o "-p $port -k $dir -c listen_addresses=127.0.0.1 -c max_connections=300 ${POSTGRES_OPTIONS:-}" start >/dev/null
) || { cat "$dir/data/server.log" >&2 2>/dev/null || true; exit 1; }
"${as[@]}" "$bin/createdb" -h 127.0.0.1 -p "$port" -U sallyport sallyport
export TEST_POSTGRES="postgres://sallyport@127.0.0.1:$port/sallyport?sslmode=disable"
status=0
"$@" || status=$?
exit "$status"
