package app

import (
	"context"
	"fmt"
	"strings"
	"time"

	"sallyport/internal/audit"
	"sallyport/internal/auth0/action"
	"sallyport/internal/connector"
	"sallyport/internal/errs"
	"sallyport/internal/id"
	"sallyport/internal/secret"
	"sallyport/internal/store"
	"sallyport/internal/value"
)

// Auth0Credential is the credential of an Auth0 tenant: that of a connection, or
// one that is lent.
type Auth0Credential struct {
	Connection string // name or id; empty is the only one, where nothing is lent
	Domain     string // as somebody writes it; empty where nothing is lent
	ClientID   string
	Secret     secret.Text
}

// Auth0Actions returns what keeps the Action of a tenant.
func (c *Core) Auth0Actions(ctx context.Context, org string, with Auth0Credential) (*action.Keeper, error) {
	var conn connector.Connection
	var err error
	if with.Domain == "" {
		var kept store.Connection
		kept, err = c.connectionOf(ctx, org, auth0Connector, with.Connection)
		conn = kept.Connection
	} else {
		conn, err = c.lentAuth0(org, with)
	}
	if err != nil {
		return nil, err
	}
	return &action.Keeper{Caller: c.Engine, Conn: conn, Pause: func(ctx context.Context, d time.Duration) error {
		select {
		case <-time.After(d):
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}}, nil
}

// lentAuth0 is a connection that is kept nowhere.
func (c *Core) lentAuth0(org string, with Auth0Credential) (connector.Connection, error) {
	address := with.Domain
	if !strings.Contains(address, "://") {
		address = "https://" + address
	}
	conn := connector.Connection{
		Org: org, ID: id.At(c.Now()), Connector: auth0Connector, Name: with.Domain, Auth: connector.ClientCredentials,
		Settings: value.Map("base_url", address, "client_id", with.ClientID),
	}
	var err error
	if conn.Settings, err = c.Engine.Normalize(conn); err != nil {
		return conn, err
	}
	conn.Sealed, err = c.Engine.Seal(conn, map[string]secret.Text{"client_secret": with.Secret})
	return conn, err
}

// NoteAuth0Action writes into the audit log what was done to the Action of a tenant.
func (c *Core) NoteAuth0Action(ctx context.Context, org, what string, k *action.Keeper, name string) error {
	return c.DB.Write(ctx, func(tx *store.Tx) error {
		return tx.Audit(ctx, org, audit.Note{Action: what, Object: "connection:" + k.Conn.ID, Detail: map[string]any{"tenant": k.Conn.Settings.Text("base_url"), "name": name}})
	})
}

// connectionOf returns an organization's connection of a connector by its name or
// id; the only one where which is empty.
func (c *Core) connectionOf(ctx context.Context, org, of, which string) (store.Connection, error) {
	title := of
	if con, ok := c.Shelf.Get(of); ok {
		title = con.Title
	}
	all, err := c.DB.Connections.List(ctx, org)
	if err != nil {
		return store.Connection{}, err
	}
	var found []store.Connection
	var names []string
	for _, conn := range all {
		if conn.Connector != of {
			continue
		}
		names = append(names, fmt.Sprintf("%q", conn.Name))
		if which == "" || conn.Name == which || conn.ID == which {
			found = append(found, conn)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(names) == 0:
		return store.Connection{}, errs.New(errs.NotFound, "there is no connection to %s", title)
	case len(found) == 0:
		return store.Connection{}, errs.New(errs.NotFound, "there is no connection %q to %s: there is %s", which, title, strings.Join(names, ", "))
	}
	return store.Connection{}, errs.New(errs.Conflict, "there are several connections to %s: name one of %s by --connection", title, strings.Join(names, ", "))
}
