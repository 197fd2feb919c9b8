package store

import (
	"context"
	"database/sql"
	"strconv"
	"time"

	"sallyport/internal/alert"
	"sallyport/internal/errs"
)

// Cases is the alert_case table: alerts that are one story.
type Cases struct {
	db  *DB
	now func() time.Time
}

const caseColumns = `id, org_id, number, title, state, severity, assignee_id, verdict, note, merged_to, created_by, created_at, updated_at, closed_at`

func scanCase(rows *sql.Rows) (alert.Case, error) {
	var c alert.Case
	var assignee, merged, by sql.NullString
	var created, updated, closed int64
	err := rows.Scan(&c.ID, &c.Org, &c.Number, &c.Title, &c.State, &c.Severity, &assignee, &c.Verdict, &c.Note, &merged, &by, &created, &updated, &closed)
	c.Assignee, c.MergedTo, c.CreatedBy = assignee.String, merged.String, by.String
	c.CreatedAt, c.UpdatedAt, c.ClosedAt = fromMicros(created), fromMicros(updated), fromMicros(closed)
	return c, err
}

// CaseFilter says which cases are listed. An empty list is no filter.
type CaseFilter struct {
	States    []alert.State
	Assignees []string // accounts; "" for nobody
	Text      string   // in the title, in any case
	After     Place
	Limit     int
}

// List returns cases, the newest first.
func (t Cases) List(ctx context.Context, org string, f CaseFilter) ([]alert.Case, error) {
	w := &where{}
	w.add(`org_id = ?`, org)
	oneOf(w, `state`, f.States)
	oneOf(w, `COALESCE(assignee_id, '')`, f.Assignees)
	w.addIf(f.Text != "", `lower(title) LIKE lower(?) ESCAPE '\'`, "%"+likely(f.Text)+"%")
	w.after(f.After, "created_at")
	return list(ctx, t.db, scanCase, `SELECT `+caseColumns+` FROM alert_case `+w.text()+` ORDER BY created_at DESC, id DESC LIMIT ?`, append(w.args, f.Limit)...)
}

// Get returns one case.
func (t Cases) Get(ctx context.Context, org, id string) (alert.Case, error) {
	return one(ctx, t.db, "case", scanCase, `SELECT `+caseColumns+` FROM alert_case WHERE id = ? AND org_id = ?`, id, org)
}

// Titles returns the titles of cases, by id.
func (t Cases) Titles(ctx context.Context, org string, ids []string) (map[string]string, error) {
	got, err := some(ids, func(ids []any) ([]alert.Case, error) {
		return list(ctx, t.db, scanCase, `SELECT `+caseColumns+` FROM alert_case WHERE org_id = ? AND id IN `+in(len(ids)), append([]any{org}, ids...)...)
	}, func(c alert.Case) string { return c.ID })
	out := make(map[string]string, len(got))
	for id, c := range got {
		out[id] = c.Title
	}
	return out, err
}

// Sizes counts the alerts of cases, by id.
func (t Cases) Sizes(ctx context.Context, org string, ids []string) (map[string]int, error) {
	if len(ids) == 0 {
		return map[string]int{}, nil
	}
	return counts[string](ctx, t.db, `SELECT case_id, count(*) FROM alert WHERE org_id = ? AND case_id IN `+in(len(ids))+` GROUP BY case_id`, append([]any{org}, anys(ids)...)...)
}

// AddCase makes a case and returns its number.
func (tx *Tx) AddCase(ctx context.Context, c alert.Case) (int64, error) {
	number, err := tx.numbers(ctx, c.Org, "next_case", 1)
	if err != nil {
		return 0, err
	}
	_, err = tx.exec(ctx, `INSERT INTO alert_case (`+caseColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, c.ID, c.Org, number, c.Title, c.State, int(c.Severity), null(c.Assignee),
		c.Verdict, c.Note, nil, null(c.CreatedBy), toMicros(c.CreatedAt), toMicros(c.UpdatedAt), toMicros(c.ClosedAt))
	if err != nil {
		return 0, err
	}
	return number, tx.addEntries(ctx, c.Org, []alert.Entry{{Subject: alert.OfCase, Of: c.ID, At: c.CreatedAt, By: c.CreatedBy, Kind: alert.Opened, Is: string(alert.Open)}})
}

// CaseChange changes a case, and says what its timeline says of that.
type CaseChange func(c alert.Case) (alert.Case, []alert.Entry, error)

// Change changes a case with its timeline; more is done in the same transaction.
func (t Cases) Change(ctx context.Context, org, id string, fn CaseChange, more func(*Tx, alert.Case) error) (alert.Case, error) {
	var out alert.Case
	err := t.db.Write(ctx, func(tx *Tx) error {
		c, err := one(ctx, tx, "case", scanCase, `SELECT `+caseColumns+` FROM alert_case WHERE id = ? AND org_id = ?`+tx.db.d.forUpdate, id, org)
		if err != nil {
			return err
		}
		c, entries, err := fn(c)
		if err != nil {
			return err
		}
		out = c
		_, err = tx.exec(ctx, `UPDATE alert_case SET title = ?, state = ?, severity = ?, assignee_id = ?, verdict = ?, note = ?, merged_to = ?, updated_at = ?, closed_at = ? WHERE id = ? AND org_id = ?`,
			c.Title, c.State, int(c.Severity), null(c.Assignee), c.Verdict, c.Note, null(c.MergedTo), toMicros(c.UpdatedAt), toMicros(c.ClosedAt), id, org)
		if err != nil {
			return err
		}
		if err := tx.addEntries(ctx, org, entries); err != nil || more == nil {
			return err
		}
		return more(tx, c)
	})
	return out, err
}

// CaseAlerts changes alerts of a case in an open transaction: those that are
// named, or all that it has.
func (tx *Tx) CaseAlerts(ctx context.Context, org, id string, named []string, fn AlertChange) error {
	if named == nil {
		var err error
		if named, err = list(ctx, tx, scalar[string], `SELECT id FROM alert WHERE org_id = ? AND case_id = ? ORDER BY id`, org, id); err != nil {
			return err
		}
	}
	for _, one := range named {
		if _, err := tx.changeAlert(ctx, org, one, fn); err != nil {
			return err
		}
	}
	return nil
}

// Merge moves all alerts of a case into another, and closes it.
func (t Cases) Merge(ctx context.Context, org, from, into, by string) (alert.Case, error) {
	now := t.now()
	if from == into {
		return alert.Case{}, errs.New(errs.Invalid, "a case cannot be merged into itself")
	}
	return t.Change(ctx, org, into, func(c alert.Case) (alert.Case, []alert.Entry, error) {
		if c.MergedTo != "" {
			return c, nil, errs.New(errs.Conflict, "the case was merged into another itself")
		}
		c.UpdatedAt = now
		return c, nil, nil
	}, func(tx *Tx, c alert.Case) error {
		old, err := one(ctx, tx, "case", scanCase, `SELECT `+caseColumns+` FROM alert_case WHERE id = ? AND org_id = ?`+tx.db.d.forUpdate, from, org)
		if err != nil {
			return err
		}
		n, err := tx.affected(ctx, `UPDATE alert SET case_id = ?, updated_at = ? WHERE org_id = ? AND case_id = ?`, into, toMicros(now), org, from)
		if err != nil {
			return err
		}
		if _, err := tx.exec(ctx, `UPDATE alert_case SET state = ?, verdict = ?, merged_to = ?, updated_at = ?, closed_at = ? WHERE id = ? AND org_id = ?`,
			alert.Closed, alert.Duplicate, into, toMicros(now), toMicros(now), from, org); err != nil {
			return err
		}
		return tx.addEntries(ctx, org, []alert.Entry{
			{Subject: alert.OfCase, Of: into, At: now, By: by, Kind: alert.Joined, Was: from, Is: strconv.Itoa(n), Text: old.Title},
			{Subject: alert.OfCase, Of: from, At: now, By: by, Kind: alert.Moved, Was: string(old.State), Is: string(alert.Closed), Text: "merged into " + c.Title},
		})
	})
}
