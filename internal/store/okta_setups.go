package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"sallyport/internal/audit"
	"sallyport/internal/errs"
	"sallyport/internal/okta/onboard"
)

// OktaSetups is the okta_setup table: apps that are made in Okta orgs to connect
// them.
type OktaSetups struct {
	db  *DB
	now func() time.Time
}

const (
	oktaSetupColumns = `id, org_id, account_id, state, wish, report, created_at, beat_at, ended_at`
	keptOktaSetups   = 50
)

func scanOktaSetup(rows *sql.Rows) (j onboard.Job, err error) {
	var wish, report string
	var created, beat, ended int64
	if err = rows.Scan(&j.ID, &j.Org, &j.Account, &j.State, &wish, &report, &created, &beat, &ended); err != nil {
		return j, err
	}
	j.CreatedAt, j.BeatAt, j.EndedAt = fromMicros(created), fromMicros(beat), fromMicros(ended)
	if err = json.Unmarshal([]byte(wish), &j.Wish); err != nil {
		return j, err
	}
	return j, json.Unmarshal([]byte(report), &j.Report)
}

// Add keeps a new job and tells of it in the audit log, unless one of the
// organization is running. Of those that have ended the newest stay.
func (t OktaSetups) Add(ctx context.Context, j onboard.Job) error {
	wish, err := json.Marshal(j.Wish)
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
		if err := tx.hold(ctx, "okta setup "+j.Org); err != nil {
			return err
		}
		n, err := one(ctx, tx, "count", scalar[int], `SELECT count(*) FROM okta_setup WHERE org_id = ? AND state = ?`, j.Org, onboard.Running)
		if err != nil {
			return err
		}
		if n > 0 {
			return errs.New(errs.Conflict, "an Okta org is being set up already: wait for that, or cancel it")
		}
		if _, err := tx.exec(ctx, `DELETE FROM okta_setup WHERE org_id = ? AND id NOT IN (SELECT id FROM okta_setup WHERE org_id = ? ORDER BY id DESC LIMIT ?)`, j.Org, j.Org, keptOktaSetups-1); err != nil {
			return err
		}
		if _, err := tx.exec(ctx, `INSERT INTO okta_setup (`+oktaSetupColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			j.ID, j.Org, j.Account, j.State, string(wish), string(report), toMicros(j.CreatedAt), toMicros(j.BeatAt), toMicros(j.EndedAt)); err != nil {
			return err
		}
		return tx.Audit(ctx, j.Org, audit.Note{Action: "okta_setup.begun", Object: "okta-setup:" + j.ID, Detail: map[string]any{"domain": j.Wish.Domain, "response": j.Wish.Response}})
	})
}

// Keep notes how far a running job has come. Of one that has ended it tells in the
// audit log. It reports whether somebody wants it ended.
func (t OktaSetups) Keep(ctx context.Context, j onboard.Job) (bool, error) {
	report, err := json.Marshal(j.Report)
	if err != nil {
		return false, err
	}
	stop := 0
	err = t.db.Write(ctx, func(tx *Tx) error {
		n, err := tx.affected(ctx, `UPDATE okta_setup SET state = ?, report = ?, beat_at = ?, ended_at = ? WHERE id = ? AND org_id = ? AND ended_at = 0`,
			j.State, string(report), toMicros(j.BeatAt), toMicros(j.EndedAt), j.ID, j.Org)
		if err != nil || n == 0 {
			return err
		}
		if j.State != onboard.Running {
			note := audit.Note{Action: "okta_setup.ended", Object: "okta-setup:" + j.ID, Detail: map[string]any{"domain": j.Wish.Domain, "state": string(j.State)}}
			if j.State != onboard.Done {
				note.Outcome = errs.Unavailable.String()
			}
			return tx.Audit(ctx, j.Org, note)
		}
		stop, err = one(ctx, tx, "Okta setup", scalar[int], `SELECT stop FROM okta_setup WHERE id = ? AND org_id = ?`, j.ID, j.Org)
		return err
	})
	return stop != 0, err
}

// Cleaned notes what was taken back of a job that had left something.
func (t OktaSetups) Cleaned(ctx context.Context, j onboard.Job) error {
	report, err := json.Marshal(j.Report)
	if err != nil {
		return err
	}
	return t.db.Write(ctx, func(tx *Tx) error {
		_, err := tx.exec(ctx, `UPDATE okta_setup SET report = ? WHERE id = ? AND org_id = ? AND state <> ?`, string(report), j.ID, j.Org, onboard.Running)
		return err
	})
}

// Stop has a running job ended, by whichever process runs it.
func (t OktaSetups) Stop(ctx context.Context, org, id string) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		_, err := tx.exec(ctx, `UPDATE okta_setup SET stop = 1 WHERE id = ? AND org_id = ? AND state = ?`, id, org, onboard.Running)
		return err
	})
}

// interrupt ends the jobs whose server has died.
func (t OktaSetups) interrupt(ctx context.Context, org string) error {
	return t.db.interrupt(ctx, work{table: "okta_setup", running: onboard.Running, interrupted: onboard.Interrupted, lost: onboard.Lost}, org, t.now())
}

// List returns an organization's jobs, the newest first.
func (t OktaSetups) List(ctx context.Context, org string) ([]onboard.Job, error) {
	if err := t.interrupt(ctx, org); err != nil {
		return nil, err
	}
	return list(ctx, t.db, scanOktaSetup, `SELECT `+oktaSetupColumns+` FROM okta_setup WHERE org_id = ? ORDER BY id DESC LIMIT ?`, org, keptOktaSetups)
}

// Get returns one job.
func (t OktaSetups) Get(ctx context.Context, org, id string) (onboard.Job, error) {
	if err := t.interrupt(ctx, org); err != nil {
		return onboard.Job{}, err
	}
	return one(ctx, t.db, "Okta setup", scanOktaSetup, `SELECT `+oktaSetupColumns+` FROM okta_setup WHERE id = ? AND org_id = ?`, id, org)
}
