package store

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// lostAfter is in how many looks in a row a job must be nobody's until it is taken
// for lost: between being fetched and being worked, and between its work and its
// end, a job is nobody's for a moment.
const lostAfter = 10

// hands are the jobs that this process works at. The queue's table may say that it
// has others: those that it fetched as the connection broke, so that it never heard
// of them, and those whose end the database could not take. Nobody else frees them,
// as this process lives, and their runs would wait until it ends.
type hands struct {
	mu   sync.Mutex
	held map[int64]int // how many work at it: two where one had lost its lock
}

// hold has a job counted as worked at while it is.
func (h *hands) hold() rivertype.Middleware {
	return river.WorkerMiddlewareFunc(func(ctx context.Context, job *rivertype.JobRow, work func(context.Context) error) error {
		h.count(job.ID, 1)
		defer h.count(job.ID, -1)
		return work(ctx)
	})
}

func (h *hands) count(job int64, by int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.held[job] += by; h.held[job] == 0 {
		delete(h.held, job)
	}
}

func (h *hands) has(job int64) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.held[job] > 0
}

// keepFound makes jobs available again that this process has by the queue's table
// and has not got.
func (db *DB) keepFound(ctx context.Context, h *hands, every time.Duration, log *slog.Logger) {
	seen := map[int64]int{}
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		var err error
		if seen, err = db.freeLost(ctx, h, seen, log); err != nil && ctx.Err() == nil {
			log.WarnContext(ctx, "jobs that nobody works at not looked for", "err", err)
		}
	}
}

// freeLost frees what was nobody's in enough looks, and returns in how many the
// rest was.
func (db *DB) freeLost(ctx context.Context, h *hands, seen map[int64]int, log *slog.Logger) (map[int64]int, error) {
	ctx, cancel := context.WithTimeout(ctx, commitWithin)
	defer cancel()
	ours, args := ``, []any(nil)
	if db.pool != nil { // an SQLite file has one process
		ours, args = ` AND attempted_by[array_upper(attempted_by, 1)] = ?`, []any{db.self}
	}
	ids, err := list(ctx, db, scalar[int64], `SELECT id FROM river_job WHERE state = 'running'`+ours, args...)
	if err != nil {
		return seen, err
	}
	again := map[int64]int{}
	for _, id := range ids {
		if h.has(id) {
			continue
		}
		if again[id] = seen[id] + 1; again[id] < lostAfter {
			continue
		}
		freed := 0
		err := db.Write(ctx, func(tx *Tx) error {
			n, err := tx.affected(ctx, `UPDATE river_job SET state = 'available' WHERE id = ? AND state = 'running'`+ours, append([]any{id}, args...)...)
			freed = n
			return err
		})
		if err != nil {
			return again, err
		}
		if freed > 0 {
			log.WarnContext(ctx, "a job was lost on its way from or to the database; it is worked again", "job", id)
		}
		delete(again, id)
	}
	return again, nil
}
