package app

import (
	"context"
	"strings"
	"time"

	"sallyport/internal/connector"
	"sallyport/internal/errs"
	"sallyport/internal/id"
	"sallyport/internal/okta"
	"sallyport/internal/okta/reach"
	"sallyport/internal/secret"
	"sallyport/internal/source"
	"sallyport/internal/store"
	"sallyport/internal/value"
)

// OktaCredential is a credential of an Okta org that there is: an API token, or the
// client id and secret of an API service integration.
type OktaCredential struct {
	Domain   string // as somebody writes it
	Name     string // of the connection; empty is made of the domain
	ClientID string // empty: the secret is an API token
	Scopes   string // separated by blanks; empty is what the connector asks for
	Secret   secret.Text
}

// ConnectOkta keeps a connection with a credential, if it works.
func (c *Core) ConnectOkta(ctx context.Context, org string, o OktaCredential) (store.Connection, error) {
	base, err := c.OktaOf(org, o.Domain)
	if err != nil {
		return store.Connection{}, err
	}
	now := c.Now()
	if o.Name == "" {
		o.Name = nameOfOkta(base)
	}
	row := store.Connection{
		Connection: connector.Connection{Org: org, ID: id.At(now), Connector: string(source.Okta), Name: o.Name, Auth: connector.APIKey, Settings: value.Map("domain", base)},
		State:      store.ConnectionOK, CheckedAt: now, CreatedAt: now, UpdatedAt: now,
	}
	name := "api_key"
	if o.ClientID != "" {
		row.Auth, name = connector.ClientCredentials, "client_secret"
		row.Settings = value.Map("domain", base, "client_id", o.ClientID)
		if o.Scopes != "" {
			row.Settings = row.Settings.With("scopes", o.Scopes)
		}
	}
	row.Secrets = map[string]time.Time{name: now}
	if row.Own, err = c.Engine.Normalize(row.Connection); err != nil {
		return row, err
	}
	row.Settings = row.Own
	if err := c.sealAndTry(ctx, &row, map[string]secret.Text{name: o.Secret}); err != nil {
		return row, err
	}
	if err := c.DB.Connections.Add(ctx, row); err != nil {
		return row, err
	}
	if err := c.noteConnection(ctx, "createConnection", row); err != nil {
		return row, err
	}
	conn, err := c.DB.Connections.Get(ctx, org, row.ID)
	if err == nil {
		c.expectTenant(ctx, conn)
	}
	return conn, err
}

func nameOfOkta(base string) string {
	_, host, _ := strings.Cut(base, "://")
	return "Okta (" + host + ")"
}

// sealAndTry puts secrets into a connection, and tries it out.
func (c *Core) sealAndTry(ctx context.Context, row *store.Connection, secrets map[string]secret.Text) error {
	var err error
	if row.Sealed, err = c.Engine.Seal(row.Connection, secrets); err != nil {
		return err
	}
	report, err := c.Engine.Test(ctx, row.Connection)
	if err != nil {
		return err
	}
	for _, check := range report.Checks {
		if !check.OK {
			return errs.New(errs.Unavailable, "%s: %s", check.Title, check.Message)
		}
	}
	if row.Settings = report.Learned; row.Settings == nil {
		row.Settings = &value.Object{}
	}
	return nil
}

// CheckOkta says how much a connection sees of its org.
func (c *Core) CheckOkta(ctx context.Context, conn store.Connection) []okta.Coverage {
	return reach.Org{Caller: c.Engine, Conn: conn.Connection}.Look(c.Now()).Coverage(ctx)
}

// OktaOwner says what admin roles the owner of a connection's credential has, and
// whether they are too many.
func (c *Core) OktaOwner(ctx context.Context, conn store.Connection) (okta.Finding, bool) {
	org := reach.Org{Caller: c.Engine, Conn: conn.Connection}
	return okta.Prerequisites{Fetch: org, Credential: org.Credential(), Now: c.Now()}.Role(ctx), conn.Auth != connector.PrivateKeyJWT
}
