package store_test

import (
	"testing"
	"time"
)

// Many events are counted again only after a while; few are always counted.
func TestManyEventsAreCountedSeldom(t *testing.T) {
	db, side, _ := openBeside(t)
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	add := func(org string, n int) {
		t.Helper()
		_, err := side.ExecContext(t.Context(), `WITH RECURSIVE row (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM row WHERE i < ?)
			INSERT INTO event (org_id, key, source_id, type, published_at, received_at, severity, outcome, actor_id, actor_login, ip, transaction_id, session_id, message, raw)
			SELECT ?, randomblob(16), '', '', ?, 0, '', '', '', '', '', '', '', '', x'00' FROM row`, n, org, at.UnixMicro())
		if err != nil {
			t.Fatal(err)
		}
	}
	count := func(org string, since time.Time, want int) {
		t.Helper()
		if n, err := db.Events.Count(t.Context(), org, since); n != want || err != nil {
			t.Errorf("%d events of %s, and not %d; %v", n, org, want, err)
		}
	}
	since := at.Add(-time.Hour)
	add("few", 3)
	count("few", since, 3)
	add("few", 1)
	count("few", since, 4)
	add("many", 100_000)
	count("many", since, 100_000)
	add("many", 1)
	count("many", since.Add(5*time.Second), 100_000)
	count("many", since.Add(-time.Second), 100_001)
	count("many", since.Add(20*time.Second), 100_001)
	count("few", since.Add(5*time.Second), 4)
}
