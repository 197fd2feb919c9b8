package store

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"sallyport/internal/event"
	"sallyport/internal/source"
)

// The partitions that the migration makes are those that the program makes: of one
// name, of the same span, with the same indexes. The events of the table before are
// in them, with their numbers.
func TestMigrateEventsToMonths(t *testing.T) {
	server := os.Getenv("TEST_POSTGRES")
	if server == "" {
		t.Skip("TEST_POSTGRES is not set: run the tests through make test")
	}
	admin, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = admin.Close() })
	ctx := t.Context()
	if _, err := admin.ExecContext(ctx, `DROP SCHEMA IF EXISTS months CASCADE; CREATE SCHEMA months; ALTER DATABASE `+databaseOf(t, admin)+` SET timezone = 'Pacific/Apia'`); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, _ = admin.ExecContext(context.WithoutCancel(ctx), `ALTER DATABASE `+databaseOf(t, admin)+` RESET timezone; DROP SCHEMA months CASCADE`)
	})
	dsn := server + "&search_path=months"
	times := []time.Time{
		time.Unix(0, 0), time.Date(2009, 12, 31, 23, 59, 59, 999999000, time.UTC), time.Date(2010, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2024, 2, 29, 23, 59, 59, 999999000, time.UTC),
		time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC), time.Date(2024, 12, 31, 23, 30, 0, 0, time.UTC), time.Date(2099, 12, 31, 23, 59, 59, 999999000, time.UTC), time.Date(2150, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	before(t, dsn, times)
	db, err := Open(ctx, Options{DSN: dsn})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	for i, at := range times {
		e, err := db.Events.Find(ctx, "acme", fmt.Sprint("e", i))
		if err != nil || e.Seq != int64(i+1) || !e.Published.Equal(at) {
			t.Errorf("%d at %s: %v", e.Seq, e.Published, err)
		}
	}
	strays, err := list(ctx, db, scalar[[]byte], `SELECT key FROM event_stray`)
	if err != nil || len(strays) != 1 || !bytes.Equal(strays[0], eventKey(stray)) {
		t.Errorf("strays: %x %v", strays, err)
	}
	made := describeMonths(t, db)
	for _, want := range []string{"event_early ", "event_2009_12", "event_2010_01 ", "event_2024_02 ", "event_2024_03 ", "event_2024_12 ", "event_2099_12 ", "event_late "} {
		if strings.Contains(made, want) == (want == "event_2009_12") {
			t.Errorf("%s in\n%s", want, made)
		}
	}
	if _, err := db.w.ExecContext(ctx, `DELETE FROM event; DROP TABLE event_2010_01, event_2024_02, event_2024_03, event_2024_12, event_2099_12`); err != nil {
		t.Fatal(err)
	}
	b := source.Batch{Org: "acme", Source: "s"}
	for i, at := range times {
		b.Events = append(b.Events, storedEvent(t, i, at))
	}
	err = db.Sources.Accept(ctx, b, func(b *Batch) error {
		_, err := b.AddEvents(ctx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if again := describeMonths(t, db); again != made {
		t.Errorf("the migration made\n%s\nthe program\n%s", made, again)
	}
	if e, err := db.Events.Find(ctx, "acme", "e7"); err != nil || e.Seq != int64(2*len(times)+2) {
		t.Errorf("numbers go on at %d: %v", e.Seq, err)
	}
}

// stray is a uuid of May 2024, of an event that is published in March.
const stray = "f1f70000-0fff-11ef-8000-000000000001"

func databaseOf(t *testing.T, admin *sql.DB) (name string) {
	t.Helper()
	if err := admin.QueryRowContext(context.WithoutCancel(t.Context()), `SELECT quote_ident(current_database())`).Scan(&name); err != nil {
		t.Fatal(err)
	}
	return name
}

func storedEvent(t *testing.T, i int, at time.Time) event.Event {
	t.Helper()
	e, err := event.NewParser().Parse(fmt.Appendf(nil, `{"uuid":"e%d","eventType":"t","published":%q}`, i, at.Format(time.RFC3339Nano)))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// before makes a database as it was before there were partitions, with events.
func before(t *testing.T, dsn string, times []time.Time) {
	t.Helper()
	ctx := t.Context()
	db, err := openPostgres(ctx, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.close() }()
	migrateUntil(t, db, "0025")
	rows := make([][]any, len(times), len(times)+2)
	for i, at := range times {
		rows[i] = eventRow("acme", "s", time.Now(), storedEvent(t, i, at))
	}
	for uuid, at := range map[string]time.Time{stray: time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC), "f1f70000-d79d-11ee-8000-000000000002": time.Date(2024, 3, 1, 8, 0, 0, 0, time.UTC)} {
		e := storedEvent(t, 0, at)
		e.UUID = uuid
		rows = append(rows, eventRow("acme", "s", time.Now(), e))
	}
	err = db.Write(ctx, func(tx *Tx) error {
		fresh, err := tx.insertFresh(ctx, eventRows(), rows)
		if len(fresh) != len(rows) {
			t.Errorf("%d of %d stored", len(fresh), len(times))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// describeMonths tells of each partition its span and its indexes.
func describeMonths(t *testing.T, db *DB) string {
	t.Helper()
	all, err := list(t.Context(), db, scalar[string], `SELECT c.relname || ' ' || pg_get_expr(c.relpartbound, c.oid) || ' ' ||
		(SELECT string_agg(indexdef, '; ' ORDER BY indexdef) FROM pg_indexes WHERE tablename = c.relname AND schemaname = current_schema()) || ' ' ||
		(SELECT count(*) FROM pg_constraint WHERE conrelid = c.oid)
		FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'event'::regclass ORDER BY 1`)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(all, "\n")
}

// A time is in the month whose span has it, and a month's table is read as that month.
func TestMonths(t *testing.T) {
	for m := firstMonth; m <= lastMonth; m++ {
		since, until := m.span()
		if monthOf(since) != m || monthOf(until-1) != m || monthOf(until) != m+1 {
			t.Fatalf("%s is from %d to %d", m.table(), since, until)
		}
		if got, ok := monthOfTable(m.table()); !ok || got != m {
			t.Fatalf("%s is read as %d", m.table(), got)
		}
	}
	for _, name := range []string{"event_early", "event_late", "event_2026_13", "event_2026_1", "event_2026_01_x", "event_page", "event_2009_12"} {
		if m, ok := monthOfTable(name); ok {
			t.Errorf("%s is read as %d", name, m)
		}
	}
	early, late := monthOf(minInt64), monthOf(maxInt64)
	if early.table() != "event_early" || late.table() != "event_late" {
		t.Errorf("%s, %s", early.table(), late.table())
	}
}
