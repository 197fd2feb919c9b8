package app

import (
	"context"
	"errors"
	"os"
	"strings"
	"time"

	"sallyport/internal/connector"
	"sallyport/internal/errs"
	"sallyport/internal/okta/onboard"
	"sallyport/internal/secret"
	"sallyport/internal/store"
)

// OktaRotation says how the key of a connection is changed.
type OktaRotation struct {
	Token   secret.Text
	Key     onboard.KeyKind
	KeyFile string
	KeepOld bool
	Soak    time.Duration
	Tell    func(onboard.Step)
}

// RotateOkta gives the app of a connection another key, and the connection with
// it.
func (c *Core) RotateOkta(ctx context.Context, conn store.Connection, o OktaRotation) (onboard.Rotated, error) {
	if conn.Auth != connector.PrivateKeyJWT {
		return onboard.Rotated{}, errs.New(errs.Invalid, "the connection %q does not sign in with a key: there is none to change", conn.Name)
	}
	setup, err := c.onboarding(conn.Settings.Text("domain"), o.Token, o.Tell)
	if err != nil {
		return onboard.Rotated{}, err
	}
	r := onboard.Rotation{
		ClientID: conn.Settings.Text("client_id"), KeyID: conn.Settings.Text("key_id"), Scopes: strings.Fields(conn.Settings.Text("scopes")),
		Key: o.Key, KeepOld: o.KeepOld, Soak: o.Soak,
	}
	if len(r.Scopes) == 0 {
		r.Scopes = c.scopesOf(conn)
	}
	return setup.Rotate(ctx, r, func(ctx context.Context, key *onboard.Key) error {
		if o.KeyFile != "" {
			if err := writeKey(o.KeyFile, key); err != nil {
				return err
			}
		}
		err := c.changeKey(ctx, conn, key)
		if err != nil && o.KeyFile != "" {
			err = errors.Join(err, os.Remove(o.KeyFile))
		}
		return err
	})
}

// scopesOf returns the scopes that a connection asks for that names none.
func (c *Core) scopesOf(conn store.Connection) []string {
	if con, ok := c.Shelf.Of(conn.Org, conn.Connector); ok {
		if auth, ok := con.AuthOf(conn.Auth); ok {
			return auth.Scopes
		}
	}
	return nil
}

// changeKey puts another key into a connection.
func (c *Core) changeKey(ctx context.Context, conn store.Connection, key *onboard.Key) error {
	next := conn
	next.Own = conn.Own.With("key_id", key.ID)
	next.Settings, next.State, next.Error, next.CheckedAt = conn.Settings.With("key_id", key.ID), store.ConnectionOK, "", c.Now()
	next.Secrets = map[string]time.Time{"private_key": c.Now()}
	if err := c.withKey(ctx, &next, key); err != nil {
		return err
	}
	ctx = context.WithoutCancel(ctx) // from here on it is known whether the connection has the new key
	if err := c.DB.Connections.Set(ctx, next); err != nil {
		return err
	}
	if err := c.noteConnection(ctx, "patchConnection", next); err != nil { // the key is in use: that is not taken back
		c.Log.ErrorContext(ctx, "audit entry was not written", "err", err, "connection", next.ID)
	}
	return nil
}
