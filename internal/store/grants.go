package store

import (
	"context"
	"database/sql"
	"time"
)

// Grants is the connection_grant table: what people consented to, sealed.
type Grants struct {
	db  *DB
	now func() time.Time
}

// Grant returns what is kept for a connection, or nil.
func (t Grants) Grant(ctx context.Context, org, connection string) ([]byte, error) {
	got, err := list(ctx, t.db, scalar[[]byte], `SELECT sealed FROM connection_grant WHERE connection_id = ? AND org_id = ?`, connection, org)
	if err != nil || len(got) == 0 {
		return nil, err
	}
	return got[0], nil
}

// SetGrant keeps what is sealed for a connection of the organization. With was,
// only in its place: where something else is kept by now, that stays.
func (t Grants) SetGrant(ctx context.Context, org, connection string, was, sealed []byte) error {
	now := toMicros(t.now())
	return t.db.Write(ctx, func(tx *Tx) error {
		if was != nil {
			_, err := tx.exec(ctx, `UPDATE connection_grant SET sealed = ?, updated_at = ? WHERE connection_id = ? AND org_id = ? AND sealed = ?`, sealed, now, connection, org, was)
			return err
		}
		_, err := tx.exec(ctx, `INSERT INTO connection_grant (connection_id, org_id, sealed, updated_at)
			SELECT id, org_id, ?, ? FROM connection WHERE id = ? AND org_id = ?
			ON CONFLICT (connection_id) DO UPDATE SET sealed = excluded.sealed, updated_at = excluded.updated_at`, sealed, now, connection, org)
		return err
	})
}

// Consent is who signed in to a connection.
type Consent struct {
	Account string // their account's id; empty where it was not written down
	At      time.Time
}

// Consented writes down who signed in to a connection just now.
func (t Grants) Consented(ctx context.Context, org, connection, account string) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		return tx.change(ctx, "sign-in", `UPDATE connection_grant SET consented_by = ?, consented_at = ? WHERE connection_id = ? AND org_id = ?`,
			account, toMicros(t.now()), connection, org)
	})
}

// Consents returns who signed in to an organization's connections, by the
// connection's id.
func (t Grants) Consents(ctx context.Context, org string) (map[string]Consent, error) {
	out := map[string]Consent{}
	_, err := list(ctx, t.db, func(rows *sql.Rows) (c Consent, err error) {
		var id string
		var at int64
		err = rows.Scan(&id, &c.Account, &at)
		c.At = fromMicros(at)
		out[id] = c
		return c, err
	}, `SELECT connection_id, consented_by, CASE WHEN consented_at = 0 THEN updated_at ELSE consented_at END FROM connection_grant WHERE org_id = ?`, org)
	return out, err
}

// Reseal replaces what is kept for every connection by what fn makes of it, in
// one transaction.
func (t Grants) Reseal(ctx context.Context, fn func(org, connection string, sealed []byte) ([]byte, error)) (int, error) {
	type kept struct {
		org, connection string
		sealed          []byte
	}
	n := 0
	err := t.db.Write(ctx, func(tx *Tx) error {
		all, err := list(ctx, tx, func(rows *sql.Rows) (k kept, err error) { return k, rows.Scan(&k.org, &k.connection, &k.sealed) },
			`SELECT org_id, connection_id, sealed FROM connection_grant ORDER BY connection_id`+tx.db.d.forUpdate)
		if err != nil {
			return err
		}
		for _, k := range all {
			sealed, err := fn(k.org, k.connection, k.sealed)
			if err != nil {
				return err
			}
			if _, err := tx.exec(ctx, `UPDATE connection_grant SET sealed = ? WHERE connection_id = ? AND org_id = ?`, sealed, k.connection, k.org); err != nil {
				return err
			}
		}
		n = len(all)
		return nil
	})
	return n, err
}

// Attempt is a browser that was sent to an authorization server, and is to come
// back.
type Attempt struct {
	Org        string
	Connection string
	Session    string // of the browser
	Sealed     []byte // what the connector engine must know again
	EndsAt     time.Time
}

// Attempts is the consent_attempt table, by the hash of the state that the
// browser brings back.
type Attempts struct {
	db  *DB
	now func() time.Time
}

// Add keeps an attempt, and forgets those that ended.
func (t Attempts) Add(ctx context.Context, hash string, a Attempt) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		if _, err := tx.exec(ctx, `DELETE FROM consent_attempt WHERE ends_at <= ?`, toMicros(t.now())); err != nil {
			return err
		}
		_, err := tx.exec(ctx, `INSERT INTO consent_attempt (state_hash, org_id, connection_id, session_id, sealed, ends_at) VALUES (?, ?, ?, ?, ?, ?)`,
			hash, a.Org, a.Connection, a.Session, a.Sealed, toMicros(a.EndsAt))
		return err
	})
}

// Take returns an attempt of a session that has not ended, and takes it away: of
// two who come with the same state, one gets it.
func (t Attempts) Take(ctx context.Context, org, session, hash string) (Attempt, error) {
	var a Attempt
	err := t.db.Write(ctx, func(tx *Tx) error {
		var err error
		a, err = one(ctx, tx, "attempt to sign in", func(rows *sql.Rows) (a Attempt, err error) {
			var ends int64
			err = rows.Scan(&a.Org, &a.Connection, &a.Session, &a.Sealed, &ends)
			a.EndsAt = fromMicros(ends)
			return a, err
		}, `SELECT org_id, connection_id, session_id, sealed, ends_at FROM consent_attempt WHERE state_hash = ? AND org_id = ? AND session_id = ? AND ends_at > ?`,
			hash, org, session, toMicros(t.now()))
		if err != nil {
			return err
		}
		return tx.change(ctx, "attempt to sign in", `DELETE FROM consent_attempt WHERE state_hash = ?`, hash)
	})
	return a, err
}
