package store

import (
	"context"
	"time"
)

// work is a table of jobs that one server carries out, which gives signs of life
// meanwhile.
type work struct {
	table                string
	running, interrupted any           // states
	lost                 time.Duration // without a sign of life
}

// interrupt ends an organization's jobs whose server has died.
func (db *DB) interrupt(ctx context.Context, w work, org string, now time.Time) error {
	since := toMicros(now.Add(-w.lost))
	lost, err := list(ctx, db, scalar[string], `SELECT id FROM `+w.table+` WHERE org_id = ? AND state = ? AND beat_at < ?`, org, w.running, since)
	if err != nil || len(lost) == 0 {
		return err
	}
	return db.Write(ctx, func(tx *Tx) error {
		_, err := tx.exec(ctx, `UPDATE `+w.table+` SET state = ?, ended_at = beat_at WHERE org_id = ? AND state = ? AND beat_at < ?`, w.interrupted, org, w.running, since)
		return err
	})
}
