package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"sallyport/internal/connector"
	"sallyport/internal/errs"
	"sallyport/internal/value"
)

// Connections is the connection table.
type Connections struct{ db *DB }

// ConnectionState says whether a connection worked when it was last tried.
type ConnectionState string

// The states of a connection.
const (
	ConnectionUntested ConnectionState = "untested"
	ConnectionOK       ConnectionState = "ok"
	ConnectionFailed   ConnectionState = "failed"
)

// Connection is a connection with what is known of its health.
type Connection struct {
	connector.Connection
	Own       *value.Object // the settings as they were typed, without what was learned
	State     ConnectionState
	Error     string
	CheckedAt time.Time
	SealedAt  time.Time            // when a secret was last changed
	Secrets   map[string]time.Time // when each of the secrets that are set was entered, by name
	CreatedAt time.Time
	UpdatedAt time.Time
}

const connectionColumns = `id, org_id, connector, name, auth, settings, learned, sealed, sealed_at, secrets, state, state_error, checked_at, created_at, updated_at`

func scanConnection(rows *sql.Rows) (Connection, error) {
	var c Connection
	var settings, learned, secrets string
	var failure sql.NullString
	var sealedAt, checked, created, updated int64
	if err := rows.Scan(&c.ID, &c.Org, &c.Connector, &c.Name, &c.Auth, &settings, &learned, &c.Sealed, &sealedAt, &secrets, &c.State, &failure, &checked, &created, &updated); err != nil {
		return c, err
	}
	c.Error, c.SealedAt, c.CheckedAt, c.CreatedAt, c.UpdatedAt = failure.String, fromMicros(sealedAt), fromMicros(checked), fromMicros(created), fromMicros(updated)
	if err := json.Unmarshal([]byte(secrets), &c.Secrets); err != nil {
		return c, fmt.Errorf("secrets of connection %s: %w", c.ID, err)
	}
	own, err := value.Load([]byte(settings))
	if err != nil {
		return c, err
	}
	more, err := value.Load([]byte(learned))
	if err != nil {
		return c, err
	}
	c.Own, _ = own.(*value.Object)
	c.Settings, _ = more.(*value.Object)
	for k, v := range c.Own.All() { // what was typed wins over what was learned
		if v != nil {
			c.Settings = c.Settings.With(k, v)
		}
	}
	return c, nil
}

// List returns an organization's connections by name.
func (t Connections) List(ctx context.Context, org string) ([]Connection, error) {
	return list(ctx, t.db, scanConnection, `SELECT `+connectionColumns+` FROM connection WHERE org_id = ? ORDER BY name`, org)
}

// Of returns an organization's connections as they are called, by name.
func (t Connections) Of(ctx context.Context, org string) ([]connector.Connection, error) {
	all, err := t.List(ctx, org)
	out := make([]connector.Connection, len(all))
	for i, c := range all {
		out[i] = c.Connection
	}
	return out, err
}

// Names returns the names of an organization's connections, by id.
func (t Connections) Names(ctx context.Context, org string) (map[string]string, error) {
	return names(ctx, t.db, `SELECT id, name FROM connection WHERE org_id = ?`, org)
}

// Get returns one connection.
func (t Connections) Get(ctx context.Context, org, id string) (Connection, error) {
	return one(ctx, t.db, "connection", scanConnection, `SELECT `+connectionColumns+` FROM connection WHERE id = ? AND org_id = ?`, id, org)
}

// Save adds a connection, or changes the one of its id.
func (t Connections) Save(ctx context.Context, c Connection) error {
	secrets, err := json.Marshal(c.Secrets)
	if err != nil {
		return err
	}
	err = t.db.Write(ctx, func(tx *Tx) error {
		_, err := tx.exec(ctx, `INSERT INTO connection (`+connectionColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET name = excluded.name, auth = excluded.auth, settings = excluded.settings, learned = excluded.learned,
			sealed = excluded.sealed, sealed_at = excluded.sealed_at, secrets = excluded.secrets, state = excluded.state, state_error = excluded.state_error,
			checked_at = excluded.checked_at, updated_at = excluded.updated_at WHERE connection.org_id = excluded.org_id`,
			c.ID, c.Org, c.Connector, c.Name, c.Auth, string(value.Store(c.Own)), string(value.Store(c.Settings)), c.Sealed, toMicros(c.SealedAt),
			string(secrets), c.State, null(c.Error), toMicros(c.CheckedAt), toMicros(c.CreatedAt), toMicros(c.UpdatedAt))
		return err
	})
	if errs.KindOf(err) == errs.Conflict {
		return errs.New(errs.Conflict, "there is a connection %q already", c.Name)
	}
	return err
}

// Remove deletes a connection. Flows bound to it fail with a message that says
// so, and cannot be turned on.
func (t Connections) Remove(ctx context.Context, org, id string) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		return tx.change(ctx, "connection", `DELETE FROM connection WHERE id = ? AND org_id = ?`, id, org)
	})
}

// Sealed returns every organization's connections that have sealed secrets.
func (t Connections) Sealed(ctx context.Context) ([]Connection, error) {
	return list(ctx, t.db, scanConnection, `SELECT `+connectionColumns+` FROM connection WHERE sealed IS NOT NULL`)
}

// Reseal replaces the sealed secret of every connection by what fn makes of it,
// in one transaction.
func (t Connections) Reseal(ctx context.Context, fn func(connector.Connection) ([]byte, error)) (int, error) {
	n := 0
	err := t.db.Write(ctx, func(tx *Tx) error {
		n = 0
		all, err := list(ctx, tx, scanConnection, `SELECT `+connectionColumns+` FROM connection WHERE sealed IS NOT NULL`)
		if err != nil {
			return err
		}
		for _, c := range all {
			sealed, err := fn(c.Connection)
			if err != nil {
				return err
			}
			if _, err := tx.exec(ctx, `UPDATE connection SET sealed = ? WHERE id = ?`, sealed, c.ID); err != nil {
				return err
			}
			n++
		}
		return nil
	})
	return n, err
}
