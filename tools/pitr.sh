#!/usr/bin/env bash
# Point-in-time recovery by PostgreSQL's own archive, as docs/operations.md has it: a
# private server is written to by the program, copied, written to again, and brought
# back to the moment between. Everything is in a temporary folder, gone at the end.
set -euo pipefail
program=$1
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1 || true)
if [ -z "$bin" ]; then echo "pitr: PostgreSQL is not installed" >&2; exit 1; fi
dir=$(mktemp -d)
as=()
if [ "$(id -u)" = 0 ]; then as=(setpriv --reuid=postgres --regid=postgres --clear-groups); chown postgres "$dir"; fi
cd "$dir"
stop() {
  for d in data back; do "${as[@]}" "$bin/pg_ctl" -D "$dir/$d" -m immediate -w stop >/dev/null 2>&1 || true; done
  rm -rf "$dir"
}
trap stop EXIT
port=$((20000 + RANDOM % 12000))
"${as[@]}" mkdir "$dir/archive"
"${as[@]}" "$bin/initdb" -D "$dir/data" -U sallyport -A trust -E UTF8 --locale=C >/dev/null
start() {
  "${as[@]}" "$bin/pg_ctl" -D "$dir/$1" -w -t 60 -l "$dir/$1/server.log" \
    -o "-p $port -k $dir -c listen_addresses=127.0.0.1 -c archive_mode=$2 -c archive_command='cp %p $dir/archive/%f'" start >/dev/null
}
start data on
"${as[@]}" "$bin/createdb" -h 127.0.0.1 -p "$port" -U sallyport sallyport
mkdir "$dir/server"
export SALLYPORT_DATABASE="postgres://sallyport@127.0.0.1:$port/sallyport?sslmode=disable" SALLYPORT_DATA_DIR="$dir/server" SALLYPORT_LISTEN=127.0.0.1:0
sql() { "${as[@]}" "$bin/psql" -h 127.0.0.1 -p "$port" -U sallyport -d sallyport -tAc "$1"; }
"$program" org add --slug before --name Before >/dev/null
"${as[@]}" "$bin/pg_basebackup" -h 127.0.0.1 -p "$port" -U sallyport -D "$dir/back" -X none --checkpoint=fast --no-sync 2>/dev/null
"$program" org add --slug since --name Since >/dev/null
moment=$(sql "SELECT now()")
"$program" org add --slug mistake --name Mistake >/dev/null
sql "SELECT pg_switch_wal()" >/dev/null
"${as[@]}" "$bin/pg_ctl" -D "$dir/data" -m fast -w stop >/dev/null # which waits for the archive
"${as[@]}" tee -a "$dir/back/postgresql.auto.conf" >/dev/null <<CONF
restore_command = 'cp $dir/archive/%f %p'
recovery_target_time = '$moment'
recovery_target_action = 'promote'
CONF
"${as[@]}" touch "$dir/back/recovery.signal"
start back off
for _ in $(seq 100); do # it answers before it takes writes
  if [ "$(sql "SELECT pg_is_in_recovery()")" = f ]; then break; fi
  sleep 0.1
done
got=$("$program" org list | awk '{print $1}' | sort | tr '\n' ' ')
if [ "$got" != "before since " ]; then echo "pitr: at $moment there were before and since, and came back: $got" >&2; exit 1; fi
"$program" audit verify >/dev/null
echo "pitr: as it was at $moment: $got"
