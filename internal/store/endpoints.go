package store

import (
	"context"
	"database/sql"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/flow"
)

// Endpoints is the flow_endpoint table: the addresses of flows that HTTP requests
// start.
type Endpoints struct{ db *DB }

// Endpoint is a flow's address, and what its client token is known by.
type Endpoint struct {
	Alias     string // a name in the address, in place of the flow's id; empty for none
	TokenHash string // empty for no token
	TokenHint string // the token's last four characters
	TokenAt   time.Time
}

func scanEndpoint(rows *sql.Rows) (Endpoint, error) {
	var e Endpoint
	fields, done := endpointFields(&e)
	err := rows.Scan(fields...)
	done()
	return e, err
}

// endpointFields are where an endpoint is scanned to; done is called after.
func endpointFields(e *Endpoint) (fields []any, done func()) {
	var alias, hash, hint sql.NullString
	var at sql.NullInt64
	return []any{&alias, &hash, &hint, &at}, func() {
		e.Alias, e.TokenHash, e.TokenHint, e.TokenAt = alias.String, hash.String, hint.String, fromMicros(at.Int64)
	}
}

// Get returns a flow's endpoint, the zero one where nothing was said yet.
func (t Endpoints) Get(ctx context.Context, org, flowID string) (Endpoint, error) {
	got, err := list(ctx, t.db, scanEndpoint, `SELECT alias, token_hash, token_hint, token_at FROM flow_endpoint WHERE flow_id = ? AND org_id = ?`, flowID, org)
	if err != nil || len(got) == 0 {
		return Endpoint{}, err
	}
	return got[0], nil
}

// Find returns the flow at an address: of the organization of a slug or id, the
// flow of an id or alias.
func (t Endpoints) Find(ctx context.Context, org, name string) (flow.Flow, Endpoint, error) {
	f, e, err := t.find(ctx, `f.id`, org, name)
	if errs.KindOf(err) == errs.NotFound {
		return t.find(ctx, `e.alias`, org, name)
	}
	return f, e, err
}

// find returns the flow of which a column says the name.
func (t Endpoints) find(ctx context.Context, column, org, name string) (flow.Flow, Endpoint, error) {
	var e Endpoint
	f, err := one(ctx, t.db, "flow", func(rows *sql.Rows) (flow.Flow, error) {
		fields, done := endpointFields(&e)
		f, err := scanFlowAnd(rows, fields...)
		done()
		return f, err
	}, `SELECT f.id, f.org_id, f.folder_id, f.slug, f.title, f.description, f.enabled, f.version, f.draft, f.draft_at, f.bindings, f.save_data, f.created_at, f.updated_at,
			e.alias, e.token_hash, e.token_hint, e.token_at
		FROM organization o JOIN flow f ON f.org_id = o.id LEFT JOIN flow_endpoint e ON e.flow_id = f.id AND e.org_id = f.org_id
		WHERE `+column+` = ? AND (o.slug = ? OR o.id = ?)`, name, org, org)
	return f, e, err
}

// SetAlias gives a flow's address a name; empty for none.
func (t Endpoints) SetAlias(ctx context.Context, org, flowID, alias string) error {
	err := t.set(ctx, org, flowID, `alias = excluded.alias`, Endpoint{Alias: alias})
	if errs.KindOf(err) == errs.Conflict {
		return errs.New(errs.Conflict, "another flow has the address %q", alias)
	}
	return err
}

// SetToken gives a flow's address a client token in place of the one before;
// without a hash, none.
func (t Endpoints) SetToken(ctx context.Context, org, flowID string, e Endpoint) error {
	return t.set(ctx, org, flowID, `token_hash = excluded.token_hash, token_hint = excluded.token_hint, token_at = excluded.token_at`, Endpoint{TokenHash: e.TokenHash, TokenHint: e.TokenHint, TokenAt: e.TokenAt})
}

func (t Endpoints) set(ctx context.Context, org, flowID, what string, e Endpoint) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		if _, err := one(ctx, tx, "flow", scalar[string], `SELECT id FROM flow WHERE id = ? AND org_id = ?`, flowID, org); err != nil {
			return err
		}
		_, err := tx.exec(ctx, `INSERT INTO flow_endpoint (flow_id, org_id, alias, token_hash, token_hint, token_at) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (flow_id) DO UPDATE SET `+what, flowID, org, null(e.Alias), null(e.TokenHash), null(e.TokenHint), toMicros(e.TokenAt))
		return err
	})
}

// Delegates is the flow_delegate table: who may run a delegated flow.
type Delegates struct{ db *DB }

// DelegateKind says what a delegate is.
type DelegateKind string

// The kinds.
const (
	DelegateAccount DelegateKind = "account"
	DelegateRole    DelegateKind = "role" // everybody who has it
)

// Delegate may run a flow.
type Delegate struct {
	Kind    DelegateKind
	Subject string // id of the account, or the role
}

// List returns who may run a flow.
func (t Delegates) List(ctx context.Context, org, flowID string) ([]Delegate, error) {
	return list(ctx, t.db, func(rows *sql.Rows) (d Delegate, err error) { return d, rows.Scan(&d.Kind, &d.Subject) },
		`SELECT kind, subject FROM flow_delegate WHERE flow_id = ? AND org_id = ? ORDER BY kind, subject`, flowID, org)
}

// Flows returns the ids of the flows that an account with roles may run.
func (t Delegates) Flows(ctx context.Context, org, account string, roles []string) (map[string]bool, error) {
	args := append([]any{org, DelegateAccount, account, DelegateRole}, anys(append([]string{""}, roles...))...) // no role is ""
	ids, err := list(ctx, t.db, scalar[string], `SELECT DISTINCT flow_id FROM flow_delegate WHERE org_id = ? AND (kind = ? AND subject = ? OR kind = ? AND subject IN `+in(len(roles)+1)+`)`, args...)
	out := make(map[string]bool, len(ids))
	for _, id := range ids {
		out[id] = true
	}
	return out, err
}

// Set says who may run a flow, and nobody else.
func (t Delegates) Set(ctx context.Context, org, flowID string, ds []Delegate) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		if _, err := one(ctx, tx, "flow", scalar[string], `SELECT id FROM flow WHERE id = ? AND org_id = ?`+tx.db.d.forUpdate, flowID, org); err != nil {
			return err
		}
		if _, err := tx.exec(ctx, `DELETE FROM flow_delegate WHERE flow_id = ? AND org_id = ?`, flowID, org); err != nil {
			return err
		}
		rows := make([][]any, len(ds))
		for i, d := range ds {
			rows[i] = []any{flowID, org, d.Kind, d.Subject}
		}
		return tx.insertMany(ctx, "flow_delegate", "flow_id, org_id, kind, subject", "ON CONFLICT DO NOTHING", rows)
	})
}
