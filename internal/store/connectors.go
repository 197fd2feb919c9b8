package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"sallyport/internal/errs"
)

// Connectors is the connector_definition table: the connector files that
// organizations have made themselves.
type Connectors struct {
	db  *DB
	now func() time.Time
}

// ConnectorFile is a connector file of an organization.
type ConnectorFile struct {
	Org       string
	ID        string
	Text      string // YAML
	CreatedAt time.Time
	UpdatedAt time.Time
}

const connectorColumns = `org_id, id, text, created_at, updated_at`

func scanConnector(rows *sql.Rows) (c ConnectorFile, err error) {
	var created, updated int64
	err = rows.Scan(&c.Org, &c.ID, &c.Text, &created, &updated)
	c.CreatedAt, c.UpdatedAt = fromMicros(created), fromMicros(updated)
	return c, err
}

// List returns an organization's files by ID.
func (t Connectors) List(ctx context.Context, org string) ([]ConnectorFile, error) {
	return list(ctx, t.db, scanConnector, `SELECT `+connectorColumns+` FROM connector_definition WHERE org_id = ? ORDER BY id`, org)
}

// Get returns one file.
func (t Connectors) Get(ctx context.Context, org, id string) (ConnectorFile, error) {
	return one(ctx, t.db, "connector", scanConnector, `SELECT `+connectorColumns+` FROM connector_definition WHERE org_id = ? AND id = ?`, org, id)
}

// Edition returns what changes whenever a file of an organization is added,
// changed or removed.
func (t Connectors) Edition(ctx context.Context, org string) (string, error) {
	all, err := list(ctx, t.db, func(rows *sql.Rows) (string, error) {
		var id string
		var at int64
		err := rows.Scan(&id, &at)
		return fmt.Sprintf("%s@%d", id, at), err
	}, `SELECT id, updated_at FROM connector_definition WHERE org_id = ? ORDER BY id`, org)
	return strings.Join(all, " "), err
}

// Definitions returns the texts of an organization's files by ID.
func (t Connectors) Definitions(ctx context.Context, org string) (map[string]string, error) {
	all, err := t.List(ctx, org)
	out := make(map[string]string, len(all))
	for _, c := range all {
		out[c.ID] = c.Text
	}
	return out, err
}

// Add keeps a new file.
func (t Connectors) Add(ctx context.Context, c ConnectorFile) error {
	err := t.db.Write(ctx, func(tx *Tx) error {
		at, err := tx.later(ctx, c.Org, t.now())
		if err != nil {
			return err
		}
		_, err = tx.exec(ctx, `INSERT INTO connector_definition (`+connectorColumns+`) VALUES (?, ?, ?, ?, ?)`, c.Org, c.ID, c.Text, at, at)
		return err
	})
	if errs.KindOf(err) == errs.Conflict {
		return errs.New(errs.Conflict, "there is a connector %q already", c.ID)
	}
	return err
}

// Set changes a file that is still as it was read: its UpdatedAt says so. It is a
// conflict where somebody else has changed it since.
func (t Connectors) Set(ctx context.Context, c ConnectorFile) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		at, err := tx.later(ctx, c.Org, t.now())
		if err != nil {
			return err
		}
		n, err := tx.affected(ctx, `UPDATE connector_definition SET text = ?, updated_at = ? WHERE org_id = ? AND id = ? AND updated_at = ?`,
			c.Text, at, c.Org, c.ID, toMicros(c.UpdatedAt))
		if err != nil || n > 0 {
			return err
		}
		if _, err := one(ctx, tx, "connector", scalar[string], `SELECT id FROM connector_definition WHERE org_id = ? AND id = ?`, c.Org, c.ID); err != nil {
			return err
		}
		return errs.New(errs.Conflict, "the connector was changed by somebody else meanwhile; look at it again")
	})
}

// Remove deletes a file that no connection is made of.
func (t Connectors) Remove(ctx context.Context, org, id string) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		used, err := list(ctx, tx, scalar[string], `SELECT name FROM connection WHERE org_id = ? AND connector = ? ORDER BY name`, org, id)
		if err != nil {
			return err
		}
		if len(used) > 0 {
			return errs.New(errs.Conflict, "the connection %s is made of it: delete that first", used[0])
		}
		return tx.change(ctx, "connector", `DELETE FROM connector_definition WHERE org_id = ? AND id = ?`, org, id)
	})
}

// later returns a moment, in microseconds, after all changes of an organization's
// files, however the clock goes.
func (tx *Tx) later(ctx context.Context, org string, now time.Time) (int64, error) {
	last, err := one(ctx, tx, "connectors", scalar[int64], `SELECT COALESCE(max(updated_at), 0) FROM connector_definition WHERE org_id = ?`, org)
	return max(toMicros(now), last+1), err
}
