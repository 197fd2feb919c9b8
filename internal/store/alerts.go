package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"sallyport/internal/alert"
	"sallyport/internal/flow"
	"sallyport/internal/id"
)

// Alerts is the alert, alert_event, alert_entry, alert_setting and entity_risk
// tables.
type Alerts struct {
	db  *DB
	now func() time.Time
}

const alertColumns = `id, org_id, number, rule_id, rule_title, type, title, severity, graded, entity_kind, entity_id, entity_login, entity_name, state, verdict, note,
	assignee_id, case_id, tags, hits, events, event_uuid, first_at, last_at, risk, ack_due_at, close_due_at, acked_at, closed_at, created_at, updated_at`

func scanAlert(rows *sql.Rows) (alert.Alert, error) {
	var a alert.Alert
	var assignee, filed sql.NullString
	var tags string
	var first, last, ack, closeBy, acked, closed, created, updated int64
	err := rows.Scan(&a.ID, &a.Org, &a.Number, &a.Rule, &a.RuleTitle, &a.Type, &a.Title, &a.Severity, &a.Graded, &a.Entity.Kind, &a.Entity.ID, &a.Entity.Login, &a.Entity.Name,
		&a.State, &a.Verdict, &a.Note, &assignee, &filed, &tags, &a.Hits, &a.Events, &a.Event, &first, &last, &a.Risk, &ack, &closeBy, &acked, &closed, &created, &updated)
	if err != nil {
		return a, err
	}
	a.Assignee, a.Case = assignee.String, filed.String
	a.FirstAt, a.LastAt, a.AckDueAt, a.CloseDueAt = fromMicros(first), fromMicros(last), fromMicros(ack), fromMicros(closeBy)
	a.AckedAt, a.ClosedAt, a.CreatedAt, a.UpdatedAt = fromMicros(acked), fromMicros(closed), fromMicros(created), fromMicros(updated)
	if err := json.Unmarshal([]byte(tags), &a.Tags); err != nil {
		return a, fmt.Errorf("tags of alert %s: %w", a.ID, err)
	}
	return a, nil
}

func alertRow(a alert.Alert) ([]any, error) {
	if a.Tags == nil {
		a.Tags = []string{}
	}
	tags, err := json.Marshal(a.Tags)
	return []any{
		a.ID, a.Org, a.Number, a.Rule, a.RuleTitle, a.Type, a.Title, int(a.Severity), a.Graded, a.Entity.Kind, a.Entity.Key().ID, a.Entity.ID, a.Entity.Login, a.Entity.Name,
		a.State, a.Verdict, a.Note, null(a.Assignee), null(a.Case), string(tags), a.Hits, a.Events, a.Event, toMicros(a.FirstAt), toMicros(a.LastAt), a.Risk,
		toMicros(a.AckDueAt), toMicros(a.CloseDueAt), toMicros(a.AckedAt), toMicros(a.ClosedAt), toMicros(a.CreatedAt), toMicros(a.UpdatedAt),
	}, err
}

// Get returns one alert.
func (t Alerts) Get(ctx context.Context, org, id string) (alert.Alert, error) {
	return one(ctx, t.db, "alert", scanAlert, `SELECT `+alertColumns+` FROM alert WHERE id = ? AND org_id = ?`, id, org)
}

// Some returns alerts by id; those that are not there are left out.
func (t Alerts) Some(ctx context.Context, org string, ids []string) (map[string]alert.Alert, error) {
	return some(ids, func(ids []any) ([]alert.Alert, error) {
		return list(ctx, t.db, scanAlert, `SELECT `+alertColumns+` FROM alert WHERE org_id = ? AND id IN `+in(len(ids)), append([]any{org}, ids...)...)
	}, func(a alert.Alert) string { return a.ID })
}

// Evidence returns the uuids of the events that an alert is made of, as far as
// they are kept by name.
func (t Alerts) Evidence(ctx context.Context, org, id string) ([]string, error) {
	// From the alert on, whose organization is asked there: SQLite, which is told only of
	// an organization's events, reads them all for their order.
	return list(ctx, t.db, scalar[string], `SELECT e.event_uuid FROM alert a CROSS JOIN alert_event e WHERE a.id = ? AND a.org_id = ? AND e.alert_id = a.id ORDER BY e.event_uuid`, id, org)
}

// OfEvent returns the alerts that an event is part of, the newest first.
func (t Alerts) OfEvent(ctx context.Context, org, uuid string) ([]alert.Alert, error) {
	return list(ctx, t.db, scanAlert, `SELECT `+alertColumns+` FROM alert WHERE org_id = ? AND id IN (SELECT alert_id FROM alert_event WHERE org_id = ? AND event_uuid = ?)
		ORDER BY created_at DESC, id DESC`, org, org, uuid)
}

// AlertChange changes one alert. It returns the runs to be started with it.
type AlertChange func(a alert.Alert) (alert.Alert, []alert.Entry, []flow.Run, error)

// Change changes alerts, each with what its timeline says of that, in one
// transaction, and returns them as they are then.
func (t Alerts) Change(ctx context.Context, org string, ids []string, fn AlertChange) ([]alert.Alert, error) {
	var out []alert.Alert
	err := t.db.Write(ctx, func(tx *Tx) error {
		out = nil
		for _, id := range ids {
			a, err := tx.changeAlert(ctx, org, id, fn)
			if err != nil {
				return err
			}
			out = append(out, a)
		}
		return nil
	})
	return out, err
}

func (tx *Tx) changeAlert(ctx context.Context, org, id string, fn AlertChange) (alert.Alert, error) {
	a, err := one(ctx, tx, "alert", scanAlert, `SELECT `+alertColumns+` FROM alert WHERE id = ? AND org_id = ?`+tx.db.d.forUpdate, id, org)
	if err != nil {
		return a, err
	}
	before := a
	a, entries, runs, err := fn(a)
	if err != nil {
		return a, err
	}
	if a.Case != before.Case && a.Case != "" {
		if _, err := one(ctx, tx, "case", scanCase, `SELECT `+caseColumns+` FROM alert_case WHERE id = ? AND org_id = ?`, a.Case, org); err != nil {
			return a, err
		}
	}
	_, err = tx.exec(ctx, `UPDATE alert SET severity = ?, graded = ?, state = ?, verdict = ?, note = ?, assignee_id = ?, case_id = ?, ack_due_at = ?, close_due_at = ?,
		acked_at = ?, closed_at = ?, updated_at = ? WHERE id = ? AND org_id = ?`, int(a.Severity), a.Graded, a.State, a.Verdict, a.Note, null(a.Assignee), null(a.Case),
		toMicros(a.AckDueAt), toMicros(a.CloseDueAt), toMicros(a.AckedAt), toMicros(a.ClosedAt), toMicros(a.UpdatedAt), id, org)
	if err != nil {
		return a, err
	}
	if err := tx.addEntries(ctx, org, entries); err != nil {
		return a, err
	}
	if err := tx.notify(ctx, org, changedOccurrences(before, a), a.UpdatedAt); err != nil {
		return a, err
	}
	return a, tx.addSealedRuns(ctx, runs)
}

// Settings returns what an organization decided about its alerts.
func (t Alerts) Settings(ctx context.Context, org string) (alert.Settings, error) {
	s := alert.DefaultSettings()
	docs, err := list(ctx, t.db, scalar[string], `SELECT doc FROM alert_setting WHERE org_id = ? AND doc IS NOT NULL`, org)
	if err != nil || len(docs) == 0 {
		return s, err
	}
	clear(s.Clocks)
	if err := json.Unmarshal([]byte(docs[0]), &s); err != nil {
		return s, fmt.Errorf("alert settings of organization %s: %w", org, err)
	}
	return s, nil
}

// SetSettings replaces what an organization decided about its alerts. It is for
// alerts from then on.
func (t Alerts) SetSettings(ctx context.Context, org string, s alert.Settings) error {
	if err := s.Check(); err != nil {
		return err
	}
	doc, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return t.db.Write(ctx, func(tx *Tx) error {
		_, err := tx.exec(ctx, `INSERT INTO alert_setting (org_id, doc, updated_at) VALUES (?, ?, ?) ON CONFLICT (org_id) DO UPDATE SET doc = excluded.doc, updated_at = excluded.updated_at`,
			org, string(doc), toMicros(t.now()))
		if err != nil {
			return err
		}
		return tx.bumpRules(ctx, org)
	})
}

// numbers takes the next numbers of a count of an organization's.
func (tx *Tx) numbers(ctx context.Context, org, column string, n int) (int64, error) {
	next, err := list(ctx, tx, scalar[int64], `INSERT INTO alert_setting (org_id, `+column+`) VALUES (?, ?)
		ON CONFLICT (org_id) DO UPDATE SET `+column+` = alert_setting.`+column+` + ? RETURNING `+column, org, 1+n, n)
	if err != nil {
		return 0, err
	}
	return next[0] - int64(n), nil
}

const entryColumns = `id, subject, of_id, at, by_id, kind, was, now_is, text`

func scanEntry(rows *sql.Rows) (alert.Entry, error) {
	var e alert.Entry
	var by sql.NullString
	var at int64
	err := rows.Scan(&e.ID, &e.Subject, &e.Of, &at, &by, &e.Kind, &e.Was, &e.Is, &e.Text)
	e.At, e.By = fromMicros(at), by.String
	return e, err
}

// addEntries writes lines of timelines. Their ids say their order.
func (tx *Tx) addEntries(ctx context.Context, org string, es []alert.Entry) error {
	rows := make([][]any, len(es))
	for i, e := range es {
		rows[i] = []any{id.At(e.At), org, e.Subject, e.Of, toMicros(e.At) + int64(i), null(e.By), e.Kind, e.Was, e.Is, e.Text}
	}
	if len(rows) == 0 {
		return nil
	}
	return tx.insertMany(ctx, "alert_entry", "id, org_id, subject, of_id, at, by_id, kind, was, now_is, text", "", rows)
}

// maxEntries bounds the lines of a timeline that are read.
const maxEntries = 1000

// Timeline returns what was done with alerts and cases, by their ids, the oldest
// first.
func (t Alerts) Timeline(ctx context.Context, org string, of []string) ([]alert.Entry, error) {
	if len(of) == 0 {
		return []alert.Entry{}, nil
	}
	return list(ctx, t.db, scanEntry, `SELECT `+entryColumns+` FROM alert_entry WHERE org_id = ? AND of_id IN `+in(len(of))+` ORDER BY at, id LIMIT ?`,
		append(append([]any{org}, anys(of)...), maxEntries)...)
}

// AddEntry writes a line of a timeline.
func (t Alerts) AddEntry(ctx context.Context, org string, e alert.Entry) error {
	return t.db.Write(ctx, func(tx *Tx) error { return tx.addEntries(ctx, org, []alert.Entry{e}) })
}

// Overdue counts the alerts of which something should have been done by now.
func (t Alerts) Overdue(ctx context.Context, org string, now time.Time) (int, error) {
	// Each in the index of its time: for either of them at once all that is open would be read.
	n := toMicros(now)
	return one(ctx, t.db, "count", scalar[int], `SELECT (SELECT count(*) FROM alert WHERE org_id = ? AND state = 'open' AND ack_due_at > 0 AND ack_due_at < ?)
		+ (SELECT count(*) FROM alert WHERE org_id = ? AND state <> 'closed' AND close_due_at > 0 AND close_due_at < ? AND NOT (state = 'open' AND ack_due_at > 0 AND ack_due_at < ?))`, org, n, org, n, n)
}
