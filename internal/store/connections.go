package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"sallyport/internal/connector"
	"sallyport/internal/errs"
	"sallyport/internal/value"
)

// Connections is the connection table.
type Connections struct {
	db  *DB
	now func() time.Time
}

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
	Secrets   map[string]time.Time // when each of the secrets that are set was entered, by name
	CreatedAt time.Time
	UpdatedAt time.Time // when people last changed it
}

const connectionColumns = `id, org_id, connector, name, auth, settings, learned, sealed, secrets, state, state_error, checked_at, created_at, updated_at`

func scanConnection(rows *sql.Rows) (Connection, error) {
	var c Connection
	var settings, learned, secrets string
	var failure sql.NullString
	var checked, created, updated int64
	if err := rows.Scan(&c.ID, &c.Org, &c.Connector, &c.Name, &c.Auth, &settings, &learned, &c.Sealed, &secrets, &c.State, &failure, &checked, &created, &updated); err != nil {
		return c, err
	}
	c.Error, c.CheckedAt, c.CreatedAt, c.UpdatedAt = failure.String, fromMicros(checked), fromMicros(created), fromMicros(updated)
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

// Find returns a connection by its id alone, whosever it is: for requests that do
// not say which organization they are for, and prove it otherwise.
func (t Connections) Find(ctx context.Context, id string) (Connection, error) {
	return one(ctx, t.db, "connection", scanConnection, `SELECT `+connectionColumns+` FROM connection WHERE id = ?`, id)
}

// Add keeps a new connection.
func (t Connections) Add(ctx context.Context, c Connection) error {
	secrets, err := json.Marshal(c.Secrets)
	if err != nil {
		return err
	}
	return t.write(ctx, c, func(tx *Tx) error {
		_, err := tx.exec(ctx, `INSERT INTO connection (`+connectionColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			c.ID, c.Org, c.Connector, c.Name, c.Auth, string(value.Store(c.Own)), string(value.Store(c.Settings)), c.Sealed,
			string(secrets), c.State, null(c.Error), toMicros(c.CheckedAt), toMicros(c.CreatedAt), toMicros(c.UpdatedAt))
		return err
	})
}

// Set changes a connection that is still as it was read: its UpdatedAt, which is
// set anew, says so. It is a conflict where somebody else has changed it since.
func (t Connections) Set(ctx context.Context, c Connection) error {
	secrets, err := json.Marshal(c.Secrets)
	if err != nil {
		return err
	}
	return t.write(ctx, c, func(tx *Tx) error {
		at := max(toMicros(t.now()), toMicros(c.UpdatedAt)+1) // later in any case
		return tx.unchanged(ctx, c, `UPDATE connection SET name = ?, auth = ?, settings = ?, learned = ?, sealed = ?, secrets = ?,
			state = ?, state_error = ?, checked_at = ?, updated_at = ?`, c.Name, c.Auth, string(value.Store(c.Own)), string(value.Store(c.Settings)), c.Sealed, string(secrets),
			c.State, null(c.Error), toMicros(c.CheckedAt), at)
	})
}

// Tested keeps what trying a connection out has found, and leaves what people
// enter alone. It is a conflict where they have entered something else since the
// connection was read: it was not that which was tried out.
func (t Connections) Tested(ctx context.Context, c Connection) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		return tx.unchanged(ctx, c, `UPDATE connection SET learned = ?, state = ?, state_error = ?, checked_at = ?`,
			string(value.Store(c.Settings)), c.State, null(c.Error), toMicros(c.CheckedAt))
	})
}

func (t Connections) write(ctx context.Context, c Connection, fn func(*Tx) error) error {
	err := t.db.Write(ctx, fn)
	if errs.KindOf(err) == errs.Conflict && !errors.Is(err, errChanged) {
		return errs.New(errs.Conflict, "there is a connection %q already", c.Name)
	}
	return err
}

var errChanged = errs.New(errs.Conflict, "the connection was changed by somebody else meanwhile; look at it again")

// unchanged carries out an update of a connection that is still as it was read.
func (tx *Tx) unchanged(ctx context.Context, c Connection, update string, args ...any) error {
	n, err := tx.affected(ctx, update+` WHERE id = ? AND org_id = ? AND updated_at = ?`, append(args, c.ID, c.Org, toMicros(c.UpdatedAt))...)
	if err != nil || n > 0 {
		return err
	}
	if _, err := one(ctx, tx, "connection", scalar[string], `SELECT id FROM connection WHERE id = ? AND org_id = ?`, c.ID, c.Org); err != nil {
		return err
	}
	return errChanged
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
	return sealedConnections().list(ctx, t.db, "")
}

// Reseal replaces the sealed secrets of every connection by what fn makes of it,
// in one transaction. Who changes one just then, from what was read before, is
// told so.
func (t Connections) Reseal(ctx context.Context, fn func(Connection) ([]byte, error)) (int, error) {
	return sealedConnections().reseal(ctx, t.db, fn)
}

func sealedConnections() sealed[Connection] {
	return sealed[Connection]{
		table: "connection", columns: connectionColumns, column: "sealed", also: ", updated_at = updated_at + 1",
		scan: scanConnection, key: func(c Connection) (id, org string) { return c.ID, c.Org },
	}
}
