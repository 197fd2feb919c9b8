package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"sallyport/internal/backtest"
	"sallyport/internal/errs"
	"sallyport/internal/search"
)

// Backtests is the backtest table: tests of rules over stored events.
type Backtests struct {
	db  *DB
	now func() time.Time
}

const (
	backtestColumns = `id, org_id, account_id, title, question, state, total, report, error, created_at, beat_at, ended_at`
	keptBacktests   = 100
)

func scanBacktest(rows *sql.Rows) (j backtest.Job, err error) {
	var question, report string
	var failure sql.NullString
	var created, beat, ended int64
	if err = rows.Scan(&j.ID, &j.Org, &j.Account, &j.Title, &question, &j.State, &j.Total, &report, &failure, &created, &beat, &ended); err != nil {
		return j, err
	}
	j.Error, j.CreatedAt, j.BeatAt, j.EndedAt = failure.String, fromMicros(created), fromMicros(beat), fromMicros(ended)
	if err = json.Unmarshal([]byte(question), &j.Question); err != nil {
		return j, err
	}
	return j, json.Unmarshal([]byte(report), &j.Report)
}

// Add keeps a new job, unless so many of the organization are running. Of those
// that have ended the newest stay.
func (t Backtests) Add(ctx context.Context, j backtest.Job, most int) error {
	question, err := json.Marshal(j.Question)
	if err != nil {
		return err
	}
	report, err := json.Marshal(j.Report)
	if err != nil {
		return err
	}
	if err := t.interrupt(ctx, j.Org); err != nil {
		return err
	}
	return t.db.Write(ctx, func(tx *Tx) error {
		if err := tx.hold(ctx, "backtest "+j.Org); err != nil {
			return err
		}
		n, err := one(ctx, tx, "count", scalar[int], `SELECT count(*) FROM backtest WHERE org_id = ? AND state = ?`, j.Org, backtest.Running)
		if err != nil {
			return err
		}
		if n >= most {
			return errs.New(errs.Conflict, "%d backtests are running already: wait for one, or cancel it", n)
		}
		if _, err := tx.exec(ctx, `DELETE FROM backtest WHERE org_id = ? AND state <> ? AND id NOT IN (SELECT id FROM backtest WHERE org_id = ? ORDER BY id DESC LIMIT ?)`,
			j.Org, backtest.Running, j.Org, keptBacktests-1); err != nil {
			return err
		}
		_, err = tx.exec(ctx, `INSERT INTO backtest (`+backtestColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			j.ID, j.Org, j.Account, j.Title, string(question), j.State, j.Total, string(report), null(j.Error), toMicros(j.CreatedAt), toMicros(j.BeatAt), toMicros(j.EndedAt))
		return err
	})
}

// Keep notes how far a running job has come, or how it ended, and reports
// whether it was still running.
func (t Backtests) Keep(ctx context.Context, j backtest.Job) (bool, error) {
	report, err := json.Marshal(j.Report)
	if err != nil {
		return false, err
	}
	n := 0
	err = t.db.Write(ctx, func(tx *Tx) error {
		n, err = tx.affected(ctx, `UPDATE backtest SET state = ?, total = ?, report = ?, error = ?, beat_at = ?, ended_at = ? WHERE id = ? AND org_id = ? AND state = ?`,
			j.State, j.Total, string(report), null(j.Error), toMicros(j.BeatAt), toMicros(j.EndedAt), j.ID, j.Org, backtest.Running)
		return err
	})
	return n > 0, err
}

// Cancel ends a running job. One that has ended stays as it is.
func (t Backtests) Cancel(ctx context.Context, org, id string) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		_, err := tx.exec(ctx, `UPDATE backtest SET state = ?, ended_at = ? WHERE id = ? AND org_id = ? AND state = ?`, backtest.Canceled, toMicros(t.now()), id, org, backtest.Running)
		return err
	})
}

// interrupt ends the jobs whose server has died.
func (t Backtests) interrupt(ctx context.Context, org string) error {
	return t.db.interrupt(ctx, work{table: "backtest", running: backtest.Running, interrupted: backtest.Interrupted, lost: backtest.Lost}, org, t.now())
}

// List returns an organization's jobs, the newest first.
func (t Backtests) List(ctx context.Context, org string) ([]backtest.Job, error) {
	if err := t.interrupt(ctx, org); err != nil {
		return nil, err
	}
	return list(ctx, t.db, scanBacktest, `SELECT `+backtestColumns+` FROM backtest WHERE org_id = ? ORDER BY id DESC LIMIT ?`, org, keptBacktests)
}

// Get returns one job.
func (t Backtests) Get(ctx context.Context, org, id string) (backtest.Job, error) {
	if err := t.interrupt(ctx, org); err != nil {
		return backtest.Job{}, err
	}
	return one(ctx, t.db, "backtest", scanBacktest, `SELECT `+backtestColumns+` FROM backtest WHERE id = ? AND org_id = ?`, id, org)
}

// Within counts the events of a range.
func (t Backtests) Within(ctx context.Context, org string, since, until time.Time) (int, error) {
	w, err := rangeOf(org, since, until, backtest.Cursor{})
	if err != nil {
		return 0, err
	}
	return one(ctx, t.db, "count", scalar[int], `SELECT count(*) FROM event `+w.text(), w.args...)
}

// pageOfEvents is how many events are in memory at once: at 2.3 kB each, about a megabyte.
const pageOfEvents = 500

// Page returns the next events of a range in the order of their publication.
func (t Backtests) Page(ctx context.Context, org string, q backtest.Question, after backtest.Cursor) ([][]byte, backtest.Cursor, error) {
	w, err := rangeOf(org, q.Since, q.Until, after)
	if err != nil {
		return nil, after, err
	}
	rows, err := list(ctx, t.db, scanRecord, `SELECT `+recordColumns+` FROM event `+w.text()+` ORDER BY published_at, seq LIMIT ?`, append(w.args, pageOfEvents)...)
	if err != nil || len(rows) == 0 {
		return nil, after, err
	}
	raws := make([][]byte, len(rows))
	for i, r := range rows {
		if raws[i], err = unpack(r.packed); err != nil {
			return nil, after, err
		}
	}
	last := rows[len(rows)-1]
	return raws, backtest.Cursor{At: last.published, Seq: last.seq}, nil
}

// rangeOf selects the events of a range behind a place.
func rangeOf(org string, since, until time.Time, after backtest.Cursor) (where, error) {
	s, err := EventSearch{Since: since, Until: until}.span()
	if at := (search.Doc{At: after.At, Seq: after.Seq}); after.Seq > 0 && s.from.Less(at) {
		s.pass(at, true)
	}
	w := where{}
	w.add(`org_id = ?`, org)
	s.where(&w)
	return w, err
}
