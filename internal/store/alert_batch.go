package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"sallyport/internal/alert"
)

// Alone keeps other batches of the organization from counting and alerting until
// the transaction ends: what rules count and what alerts take hits is then read as
// the batch before left it.
func (b *Batch) Alone(ctx context.Context) error {
	// In the order of everybody: who waits here keeps whoever indexes events waiting,
	// and that one whoever would insert some.
	if err := b.tx.accepting(ctx); err != nil {
		return err
	}
	return b.tx.hold(ctx, "detect/"+b.b.Org)
}

// Taking returns the alerts of these keys that are not closed.
func (b *Batch) Taking(ctx context.Context, keys []alert.Key) ([]alert.Alert, error) {
	var out []alert.Alert
	for _, k := range keys {
		got, err := list(ctx, b.tx, scanAlert, `SELECT `+alertColumns+` FROM alert WHERE org_id = ? AND rule_id = ? AND entity_kind = ? AND entity_key = ? AND state <> 'closed'
			ORDER BY last_at DESC LIMIT `+maxTaking+b.tx.db.d.forUpdate, b.b.Org, k.Rule, k.Entity.Kind, k.Entity.ID)
		if err != nil {
			return nil, err
		}
		out = append(out, got...)
	}
	return out, nil
}

// maxTaking bounds how many open alerts of one rule and entity are considered. It
// stands in the statement: SQLite plans one anew whenever a limit is bound to it.
const maxTaking = `10`

// storedRisk is a risk as its row keeps it.
type storedRisk struct {
	Sum     float64            `json:"sum"`
	Tactics map[string]float64 `json:"tactics"`
}

const riskColumns = `kind, entity_key, entity_id, login, name, doc, updated_at`

func scanRisk(rows *sql.Rows) (alert.Risk, error) {
	var r alert.Risk
	var key, doc string
	var at int64
	if err := rows.Scan(&r.Entity.Kind, &key, &r.Entity.ID, &r.Entity.Login, &r.Entity.Name, &doc, &at); err != nil {
		return r, err
	}
	var s storedRisk
	err := json.Unmarshal([]byte(doc), &s)
	r.Sum, r.Tactics, r.At = s.Sum, s.Tactics, fromMicros(at)
	return r, err
}

// Risks returns what is known of the entities' risk.
func (b *Batch) Risks(ctx context.Context, of []alert.EntityKey) (map[alert.EntityKey]alert.Risk, error) {
	return risks(ctx, b.tx, b.b.Org, of)
}

func risks(ctx context.Context, on querier, org string, of []alert.EntityKey) (map[alert.EntityKey]alert.Risk, error) {
	out := make(map[alert.EntityKey]alert.Risk, len(of))
	for _, k := range of {
		got, err := list(ctx, on, scanRisk, `SELECT `+riskColumns+` FROM entity_risk WHERE org_id = ? AND kind = ? AND entity_key = ?`, org, k.Kind, k.ID)
		if err != nil {
			return nil, err
		}
		if len(got) > 0 {
			out[k] = got[0]
		}
	}
	return out, nil
}

// Risks returns what is known of the entities' risk.
func (t Alerts) Risks(ctx context.Context, org string, of []alert.EntityKey) (map[alert.EntityKey]alert.Risk, error) {
	return risks(ctx, t.db, org, of)
}

// Riskiest returns the entities that were at the most risk when last something
// was found about them, since a time.
func (t Alerts) Riskiest(ctx context.Context, org string, since time.Time, limit int) ([]alert.Risk, error) {
	return list(ctx, t.db, scanRisk, `SELECT `+riskColumns+` FROM entity_risk WHERE org_id = ? AND updated_at >= ? ORDER BY score DESC, updated_at DESC LIMIT ?`, org, toMicros(since), limit)
}

// Numbers takes the organization's next n numbers of alerts and returns the first.
func (b *Batch) Numbers(ctx context.Context, n int) (int64, error) {
	return b.tx.numbers(ctx, b.b.Org, "next_alert", n)
}

// AddEvidence keeps which events alerts are made of and returns, for each alert,
// how many of them it did not have yet.
func (b *Batch) AddEvidence(ctx context.Context, uuids map[string][]string) (map[string]int, error) {
	var rows [][]any
	for of, events := range uuids {
		for _, uuid := range events {
			rows = append(rows, []any{of, uuid, b.b.Org})
		}
	}
	out := make(map[string]int, len(uuids))
	for len(rows) > 0 {
		n := chunk(len(rows), 3, b.tx.db.d.maxArgs)
		args := make([]any, 0, 3*n)
		for _, row := range rows[:n] {
			args = append(args, row...)
		}
		rows = rows[n:]
		added, err := list(ctx, b.tx, scalar[string], insertText("alert_event", "alert_id, event_uuid, org_id", "ON CONFLICT (alert_id, event_uuid) DO NOTHING RETURNING alert_id", n, 3), args...)
		if err != nil {
			return nil, err
		}
		for _, of := range added {
			out[of]++
		}
	}
	return out, nil
}

// Record writes what hits came to: new alerts, those that took more, their
// timelines, and the risk of whom they are about.
func (b *Batch) Record(ctx context.Context, f *alert.Folded) error {
	var fresh [][]any
	for _, t := range f.Tallies {
		a := t.Alert
		if t.Opened {
			row, err := alertRow(a)
			if err != nil {
				return err
			}
			fresh = append(fresh, row)
			continue
		}
		_, err := b.tx.exec(ctx, `UPDATE alert SET severity = ?, hits = ?, events = ?, event_uuid = ?, first_at = ?, last_at = ?, risk = ?, ack_due_at = ?, close_due_at = ?, updated_at = ?
			WHERE id = ? AND org_id = ?`, int(a.Severity), a.Hits, a.Events, a.Event, toMicros(a.FirstAt), toMicros(a.LastAt), a.Risk, toMicros(a.AckDueAt), toMicros(a.CloseDueAt),
			toMicros(a.UpdatedAt), a.ID, a.Org)
		if err != nil {
			return err
		}
	}
	if len(fresh) > 0 {
		columns := strings.Replace(alertColumns, "entity_kind, ", "entity_kind, entity_key, ", 1)
		if err := b.tx.insertMany(ctx, "alert", columns, "", fresh); err != nil {
			return err
		}
	}
	if err := errors.Join(b.tx.addEntries(ctx, b.b.Org, f.Entries), b.keepRisks(ctx, f)); err != nil {
		return err
	}
	return b.tx.notify(ctx, b.b.Org, foldedOccurrences(f), b.now)
}

func (b *Batch) keepRisks(ctx context.Context, f *alert.Folded) error {
	for k, r := range f.Risks {
		doc, err := json.Marshal(storedRisk{r.Sum, r.Tactics})
		if err != nil {
			return fmt.Errorf("risk of %s: %w", k.ID, err)
		}
		_, err = b.tx.exec(ctx, `INSERT INTO entity_risk (org_id, kind, entity_key, entity_id, login, name, score, doc, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (org_id, kind, entity_key) DO UPDATE SET entity_id = excluded.entity_id, login = excluded.login, name = excluded.name, score = excluded.score, doc = excluded.doc, updated_at = excluded.updated_at`,
			b.b.Org, k.Kind, k.ID, r.Entity.ID, r.Entity.Login, r.Entity.Name, r.Score(r.At), string(doc), toMicros(r.At))
		if err != nil {
			return err
		}
	}
	return nil
}
