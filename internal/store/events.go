package store

import (
	"context"
	"database/sql"
	"strconv"
	"sync"
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
	found, err := byKeys(ctx, t.db, t.db, scanEvent, keyedBy(eventColumns, org, uuid))
	if err == nil && len(found) == 0 {
		err = errs.New(errs.NotFound, "there is no such event")
	}
	if err != nil {
		return StoredEvent{}, err
	}
	return found[0], nil
}

// Some returns those of the events that are stored, by uuid.
func (t Events) Some(ctx context.Context, org string, uuids []string) (map[string]StoredEvent, error) {
	return some(uuids, func(uuids []any) ([]StoredEvent, error) {
		q := keyed{columns: eventColumns, org: org}
		for _, u := range uuids {
			q.keys = append(q.keys, eventKey(u.(string)))
		}
		return byKeys(ctx, t.db, t.db, scanEvent, q)
	}, func(s StoredEvent) string { return s.UUID })
}

// Count returns how many events were published since a time. Of very many the answer may
// be some seconds old.
func (t Events) Count(ctx context.Context, org string, since time.Time) (int, error) {
	if n, ok := t.db.counted.recall(org, since); ok {
		return n, nil
	}
	n, err := one(ctx, t.db, "count", scalar[int], `SELECT count(*) FROM event WHERE org_id = ? AND published_at >= ?`, org, toMicros(since))
	if err == nil && n >= manyEvents {
		t.db.counted.keep(org, since, n)
	}
	return n, err
}

// manyEvents is from how many on events are not counted for everybody who asks, as
// they are counted one by one; then a count does for who asks within countFor.
const (
	manyEvents = 100_000
	countFor   = 10 * time.Second
)

// eventCounts are the last large counts of organizations.
type eventCounts struct {
	mu   sync.Mutex
	last map[string]eventCount
}

type eventCount struct {
	since time.Time
	n     int
}

func (c *eventCounts) recall(org string, since time.Time) (int, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	last, ok := c.last[org]
	age := since.Sub(last.since)
	return last.n, ok && age >= 0 && age < countFor
}

func (c *eventCounts) keep(org string, since time.Time, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.last == nil {
		c.last = map[string]eventCount{}
	}
	c.last[org] = eventCount{since, n}
}

// First returns when the earliest event was published, zero where there is none.
func (t Events) First(ctx context.Context, org string) (time.Time, error) {
	at, err := list(ctx, t.db, scalar[int64], `SELECT published_at FROM event WHERE org_id = ? ORDER BY published_at LIMIT 1`, org)
	if err != nil || len(at) == 0 {
		return time.Time{}, err
	}
	return fromMicros(at[0]), nil
}

func (s StoredEvent) place() Place { return Place{s.Published, strconv.FormatInt(s.Seq, 10)} }
