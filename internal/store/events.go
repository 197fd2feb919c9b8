package store

import (
	"context"
	"database/sql"
	"time"

	"sallyport/internal/event"
)

// Events is the event table: every log event that was accepted, once.
type Events struct{ db *DB }

// eventRows is how events are inserted.
func eventRows() bulk {
	return bulk{
		table: "event", conflict: "org_id, uuid", key: 1,
		columns: []string{
			"org_id", "uuid", "source_id", "type", "published_at", "received_at", "severity", "outcome",
			"actor_id", "actor_login", "ip", "transaction_id", "session_id", "message", "raw",
		},
		types: []string{
			"text", "text", "text", "text", "bigint", "bigint", "text", "text",
			"text", "text", "text", "text", "text", "text", "bytea",
		},
	}
}

// eventRow returns an event as its row.
func eventRow(org, source string, now time.Time, e event.Event) []any {
	return []any{
		org, e.UUID, source, e.Type, toMicros(e.Published), toMicros(now), e.Severity, e.Outcome,
		e.Actor.ID, e.Actor.AlternateID, e.IP, e.TransactionID, e.SessionID, e.Message, pack(e.Raw),
	}
}

// Get returns one event.
func (t Events) Get(ctx context.Context, org, uuid string) (event.Event, error) {
	return one(ctx, t.db, "event", scanEvent, `SELECT raw FROM event WHERE org_id = ? AND uuid = ?`, org, uuid)
}

func scanEvent(rows *sql.Rows) (event.Event, error) {
	var packed []byte
	if err := rows.Scan(&packed); err != nil {
		return event.Event{}, err
	}
	raw, err := unpack(packed)
	if err != nil {
		return event.Event{}, err
	}
	return event.NewParser().Parse(raw)
}
