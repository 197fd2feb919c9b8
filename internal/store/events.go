package store

import (
	"context"
	"database/sql"
	"slices"
	"strconv"
	"strings"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/event"
)

// Events is the event table: every log event that was accepted, once.
type Events struct{ db *DB }

// eventRows is how events are inserted.
func eventRows() bulk {
	return bulk{
		table: "event", conflict: "org_id, key", key: 1,
		columns: []string{
			"org_id", "key", "source_id", "type", "published_at", "received_at", "severity", "outcome",
			"actor_id", "actor_login", "ip", "transaction_id", "session_id", "message", "raw",
		},
		types: []string{
			"text", "bytea", "text", "text", "bigint", "bigint", "text", "text",
			"text", "text", "text", "text", "text", "text", "bytea",
		},
	}
}

// eventRow returns an event as its row.
func eventRow(org, source string, now time.Time, e event.Event) []any {
	return []any{
		org, eventKey(e.UUID), source, e.Type, toMicros(e.Published), toMicros(now), e.Severity, e.Outcome,
		e.Actor.ID, e.Actor.AlternateID, e.IP, e.TransactionID, e.SessionID, e.Message, pack(e.Raw),
	}
}

// Get returns one event.
func (t Events) Get(ctx context.Context, org, uuid string) (event.Event, error) {
	s, err := t.Find(ctx, org, uuid)
	return s.Event, err
}

// StoredEvent is an event with what the database knows beside it.
type StoredEvent struct {
	event.Event

	Seq        int64 // the order in which events were accepted
	Source     string
	ReceivedAt time.Time
}

const eventColumns = `seq, source_id, received_at, raw`

func scanEvent(rows *sql.Rows) (StoredEvent, error) {
	var s StoredEvent
	var packed []byte
	var received int64
	if err := rows.Scan(&s.Seq, &s.Source, &received, &packed); err != nil {
		return s, err
	}
	s.ReceivedAt = fromMicros(received)
	raw, err := unpack(packed)
	if err != nil {
		return s, err
	}
	s.Event, err = event.NewParser().Parse(raw)
	return s, err
}

// Find returns one event with its source.
func (t Events) Find(ctx context.Context, org, uuid string) (StoredEvent, error) {
	return one(ctx, t.db, "event", scanEvent, `SELECT `+eventColumns+` FROM event WHERE org_id = ? AND key = ?`, org, eventKey(uuid))
}

// Some returns those of the events that are stored, by uuid.
func (t Events) Some(ctx context.Context, org string, uuids []string) (map[string]StoredEvent, error) {
	return some(uuids, func(uuids []any) ([]StoredEvent, error) {
		for i, u := range uuids {
			uuids[i] = eventKey(u.(string))
		}
		return list(ctx, t.db, scanEvent, `SELECT `+eventColumns+` FROM event WHERE org_id = ? AND key IN `+in(len(uuids)), append([]any{org}, uuids...)...)
	}, func(s StoredEvent) string { return s.UUID })
}

// Count returns how many events were published since a time.
func (t Events) Count(ctx context.Context, org string, since time.Time) (int, error) {
	return one(ctx, t.db, "count", scalar[int], `SELECT count(*) FROM event WHERE org_id = ? AND published_at >= ?`, org, toMicros(since))
}

// EventFilter says which events are listed.
type EventFilter struct {
	Types        []string
	Actor        string // id or login of who acted, the login in any case
	Text         string // that the message, the type, the actor's login or the address contains, in any case
	Source       string
	Since, Until time.Time // of the time they were published; zero for no bound
	After        Place
	Limit        int
}

// scanned is how many events one search looks at. A list of those that a filter
// leaves is made in as many pages as that takes, so that none takes long.
const scanned = 20_000

// List returns events, the newest first, and the place where the list goes on:
// the zero one at its end. With a filter a page may be short, or empty, and not
// the last.
func (t Events) List(ctx context.Context, org string, f EventFilter) ([]StoredEvent, Place, error) {
	w := where{}
	w.add(`org_id = ?`, org)
	w.between(`published_at`, f.Since, f.Until)
	if err := w.afterEvent(f.After); err != nil {
		return nil, Place{}, err
	}
	end := Place{}
	if f.narrows() {
		var err error
		if end, err = t.bound(ctx, &w); err != nil {
			return nil, Place{}, err
		}
		f.narrow(&w)
	}
	rows, err := list(ctx, t.db, scanEvent, `SELECT `+eventColumns+` FROM event `+w.text()+` ORDER BY published_at DESC, seq DESC LIMIT ?`, append(w.args, f.Limit+1)...)
	if err == nil && len(rows) > f.Limit {
		rows = rows[:f.Limit]
		end = rows[f.Limit-1].place()
	}
	return rows, end, err
}

func (s StoredEvent) place() Place { return Place{s.Published, strconv.FormatInt(s.Seq, 10)} }

// afterEvent is after for events, which are told apart by a number.
func (w *where) afterEvent(p Place) error {
	if p.ID == "" {
		return nil
	}
	seq, err := strconv.ParseInt(p.ID, 10, 64)
	if err != nil {
		return errs.New(errs.Invalid, "the cursor is not one of events")
	}
	at := toMicros(p.At)
	w.add(`(published_at < ? OR published_at = ? AND seq < ?)`, at, at, seq)
	return nil
}

func (f EventFilter) narrows() bool {
	return len(f.Types) > 0 || f.Actor != "" || f.Text != "" || f.Source != ""
}

func (f EventFilter) narrow(w *where) {
	if len(f.Types) > 0 {
		w.add(`type IN `+in(len(f.Types)), anys(f.Types)...)
	}
	w.addIf(f.Actor != "", `(actor_id = ? OR lower(actor_login) = lower(?))`, f.Actor, f.Actor)
	w.addIf(f.Source != "", `source_id = ?`, f.Source)
	if f.Text != "" {
		like := "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.ToLower(f.Text)) + "%"
		w.add(`(lower(message) LIKE ? ESCAPE '\' OR lower(type) LIKE ? ESCAPE '\' OR lower(actor_login) LIKE ? ESCAPE '\' OR ip LIKE ? ESCAPE '\')`, like, like, like, like)
	}
}

// bound ends a search at the last of the events that it looks at, and returns
// that one's place, if there are more.
func (t Events) bound(ctx context.Context, w *where) (Place, error) {
	type at struct{ published, seq int64 }
	last, err := list(ctx, t.db, func(rows *sql.Rows) (a at, err error) { return a, rows.Scan(&a.published, &a.seq) },
		`SELECT published_at, seq FROM event `+w.text()+` ORDER BY published_at DESC, seq DESC LIMIT 1 OFFSET ?`, append(slices.Clone(w.args), scanned-1)...)
	if err != nil || len(last) == 0 {
		return Place{}, err
	}
	w.add(`(published_at > ? OR published_at = ? AND seq >= ?)`, last[0].published, last[0].published, last[0].seq)
	return Place{fromMicros(last[0].published), strconv.FormatInt(last[0].seq, 10)}, nil
}
