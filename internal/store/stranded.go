package store

import (
	"context"
	"database/sql"
	"log/slog"
	"time"

	"sallyport/internal/flow"
)

const (
	// sweepStranded is how often runs without a job are looked for.
	sweepStranded = time.Minute
	// overdue is how long after its time a run that waits must have no job.
	overdue = time.Minute
	// unworked is how long any other run must have had none: its worker may be in a
	// long call, and has lost no more than its job.
	unworked = 10 * time.Minute
)

// strander finds runs that have not ended and have no job any more, and gives
// them one. A job is lost where two workers had the same: one that had lost its
// lock, and ended it, and one that had taken it over. River discards one, too,
// whose database was away for a day.
type strander struct {
	db   *DB
	log  *slog.Logger
	seen map[string]time.Time // runs without a job, since when
}

func (db *DB) keepWorked(ctx context.Context, every time.Duration, log *slog.Logger) {
	s := &strander{db: db, log: log, seen: map[string]time.Time{}}
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		if err := s.sweep(ctx); err != nil && ctx.Err() == nil {
			log.WarnContext(ctx, "sweep of runs without a job failed", "err", err)
		}
	}
}

// jobless is what is asked of runs: those that have not ended, are not held back
// because of others, and have no job.
func (s *strander) jobless() string {
	return `ended_at = 0 AND held <> 1 AND id NOT IN (SELECT ` + s.db.d.text("args", "run") + ` FROM river_job
		WHERE kind = 'flow_run' AND state IN ('available', 'pending', 'retryable', 'running', 'scheduled'))`
}

func (s *strander) sweep(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, commitWithin)
	defer cancel()
	open, err := list(ctx, s.db, scanRun, `SELECT `+runColumns+` FROM flow_run WHERE `+s.jobless()+` LIMIT 1000`)
	if err != nil {
		return err
	}
	now, before := s.db.Runs.now(), s.seen
	s.seen = make(map[string]time.Time, len(open))
	for _, r := range open {
		since, known := before[r.ID]
		if !known {
			since = now
		}
		waits := r.State == flow.Waiting && now.Sub(r.WakeAt) > overdue
		if !waits && now.Sub(since) < unworked {
			s.seen[r.ID] = since
			continue
		}
		if err := s.call(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// call puts a run back into the queue, unless another server just has.
func (s *strander) call(ctx context.Context, r flow.Run) error {
	called := false
	err := s.db.Write(ctx, func(tx *Tx) error {
		called = false
		got, err := list(ctx, tx, func(rows *sql.Rows) (id string, err error) { return id, rows.Scan(&id) },
			`SELECT id FROM flow_run WHERE id = ? AND org_id = ? AND `+s.jobless()+s.db.d.forUpdate, r.ID, r.Org)
		if err != nil || len(got) == 0 {
			return err
		}
		called = true
		return tx.enqueue(ctx, []RunJob{{Org: r.Org, Run: r.ID, Priority: r.Priority}})
	})
	if err == nil && called {
		s.log.WarnContext(ctx, "run had no job any more; it is worked again", "run", r.ID, "state", r.State)
	}
	return err
}
