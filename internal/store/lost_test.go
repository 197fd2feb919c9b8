package store_test

import (
	"context"
	"database/sql"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // to be the queue's other side
	_ "modernc.org/sqlite"             // likewise

	"sallyport/internal/flow"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
)

// A job that this process fetched, and never heard of as the connection broke, is
// worked all the same.
func TestJobThatNobodyHasIsWorked(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		db, err := store.Open(t.Context(), store.Options{DSN: dsn})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = db.Close() }()
		r := queue(t, db, nil)
		driver, by, at := "sqlite", `["`+db.Self()+`"]`, dsn+"?_pragma=busy_timeout(10000)"
		if strings.HasPrefix(dsn, "postgres") {
			server, _, _ := strings.Cut(dsn, "?") // the rest is of the store's pool
			driver, by, at = "pgx", "{"+db.Self()+"}", server+"?sslmode=disable"
		}
		side, err := sql.Open(driver, at)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = side.Close() }()
		do := func(query string, args ...any) {
			t.Helper()
			if _, err := side.ExecContext(t.Context(), query, args...); err != nil {
				t.Fatal(err)
			}
		}
		do(`UPDATE river_job SET state = 'completed', finalized_at = CURRENT_TIMESTAMP`)
		worked := make(chan string, 8)
		work := func(ctx context.Context, org, run string) (time.Time, error) {
			c, err := db.Runs.Claim(ctx, org, run)
			if err != nil {
				return time.Time{}, err
			}
			worked <- run
			return time.Time{}, db.Runs.End(ctx, c.Ref, nil, flow.Ending{State: flow.Succeeded})
		}
		w, err := db.StartWorkers(t.Context(), store.WorkerOptions{Workers: 2, Run: work, Sweep: 20 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		do(`UPDATE river_job SET state = 'running', finalized_at = NULL, attempted_by = $1`, by)
		select {
		case got := <-worked:
			if got != r.ID {
				t.Errorf("the run %s was worked, want %s", got, r.ID)
			}
		case <-time.After(20 * time.Second):
			t.Error("nobody works at it")
		}
		if err := w.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
