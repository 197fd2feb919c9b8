package app

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sallyport/internal/audit"
	"sallyport/internal/connector"
	"sallyport/internal/egress"
	"sallyport/internal/errs"
	"sallyport/internal/id"
	"sallyport/internal/okta/onboard"
	"sallyport/internal/secret"
	"sallyport/internal/source"
	"sallyport/internal/store"
	"sallyport/internal/value"
)

// OktaSetup says how an Okta org is connected by a service app that is made in it.
type OktaSetup struct {
	Org      string // the id of the organization whose connection it becomes
	Domain   string // as somebody writes it
	Token    secret.Text
	Label    string // of the app in Okta
	Name     string // of the connection; empty is made of the label and the domain
	Response bool   // make a second app, that contains people
	// OnlyResponse makes that app and no other one: the org is read through a
	// connection that is there. With it Response says nothing more.
	OnlyResponse bool
	// ResponseScopes and ResponseRole widen the second app: by more scopes, and by
	// one of Okta's own roles in place of the one that is made.
	ResponseScopes []string
	ResponseRole   string
	DPoP           bool
	// Reuse, Zones and Share are as of an [onboard.App], of each.
	Reuse   bool
	Zones   []string
	Share   int
	Key     onboard.KeyKind
	KeyFile string // where the private key is written besides; empty is nowhere
	// Elsewhere keeps no connection: somebody else is to work with the app.
	Elsewhere bool
	Tell      func(onboard.Step)
}

// OktaReady is an org that is connected.
type OktaReady struct {
	Domain string
	Tenant onboard.Tenant
	Apps   []OktaReadyApp
	// Known is the id as which the org is known from now on; empty where it did not
	// say which it is, or where no connection was kept.
	Known string
}

// OktaReadyApp is an app that was made, and where its key is.
type OktaReadyApp struct {
	onboard.Made

	Connection, Name string // id and name; empty where none was kept
	KeyFile          string // empty where the key was written nowhere
	Response         bool
}

// OktaOf returns the URL of an Okta org, however its domain is written.
func (c *Core) OktaOf(org, domain string) (string, error) {
	settings, err := c.Engine.Normalize(connector.Connection{Org: org, Connector: string(source.Okta), Auth: connector.APIKey, Settings: value.Map("domain", domain)})
	if err != nil {
		return "", err
	}
	return settings.Text("domain"), nil
}

// oktaSetupBody bounds an answer of Okta, in bytes.
const oktaSetupBody = 8 << 20

// onboarding returns what makes and changes apps in an org.
func (c *Core) onboarding(base string, token secret.Text, tell func(onboard.Step)) (*onboard.Setup, error) {
	u, err := url.Parse(base)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(c.Config.DataDir, 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	return &onboard.Setup{
		Org: base, Token: token, HTTP: c.Egress.Client(egress.ClientOptions{Body: oktaSetupBody}), Now: c.Now, Tell: tell,
		Journal: filepath.Join(c.Config.DataDir, "okta-setup-"+strings.ReplaceAll(u.Host, ":", "_")+".json"),
		Pause: func(ctx context.Context, d time.Duration) error {
			select {
			case <-time.After(d):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		},
	}, nil
}

// SetUpOkta makes service apps in an Okta org, sees that they work, and keeps a
// connection for each. Where anything fails nothing of it stays.
func (c *Core) SetUpOkta(ctx context.Context, o OktaSetup) (OktaReady, error) {
	base, err := c.OktaOf(o.Org, o.Domain)
	if err != nil {
		return OktaReady{}, err
	}
	out := OktaReady{Domain: base}
	if o.Name == "" {
		o.Name = nameOfOkta(base)
	}
	if err := c.namesFree(ctx, o); err != nil {
		return out, err
	}
	setup, err := c.onboarding(base, o.Token, o.Tell)
	if err != nil {
		return out, err
	}
	k := &oktaKeeper{core: c, setup: o, base: base, wanted: o.wanted(c.Now())}
	out.Tenant, _, err = setup.Run(ctx, appsOf(k.wanted), k.keep)
	out.Apps = k.kept
	if err == nil && len(out.Apps) > 0 && out.Apps[0].Connection != "" && !out.Apps[0].Response {
		ctx = context.WithoutCancel(ctx) // it is connected, and stays so
		conn, err := c.DB.Connections.Get(ctx, o.Org, out.Apps[0].Connection)
		if err != nil {
			return out, err
		}
		out.Known = c.expectTenant(ctx, conn)
	}
	return out, err
}

// namesFree refuses names that connections have already, before anything is made.
func (c *Core) namesFree(ctx context.Context, o OktaSetup) error {
	if o.Elsewhere {
		return nil
	}
	there, err := c.DB.Connections.List(ctx, o.Org)
	if err != nil {
		return err
	}
	wanted := o.wanted(c.Now())
	for _, conn := range there {
		for _, app := range wanted {
			switch {
			case conn.Name != app.connection:
			case o.Response && !app.response:
				return errs.New(errs.Conflict, "there is a connection %q already: make the app for response alone (--only-response), or choose another name", conn.Name)
			default:
				return errs.New(errs.Conflict, "there is a connection %q already: choose another name, or delete that one", conn.Name)
			}
		}
	}
	return nil
}

// oktaWanted is an app that is wanted.
type oktaWanted struct {
	onboard.App

	connection string // its name
	response   bool
}

func appsOf(wanted []oktaWanted) []onboard.App {
	var all []onboard.App
	for _, w := range wanted {
		all = append(all, w.App)
	}
	return all
}

// wanted returns the apps that are wanted.
func (o OktaSetup) wanted(now time.Time) []oktaWanted {
	tag := now.UTC().Format("2006-01-02 150405")
	app := func(label string, scopes []onboard.Scope, roles ...onboard.Role) onboard.App {
		return onboard.App{Label: label, Scopes: scopes, Roles: roles, Key: o.Key, DPoP: o.DPoP, Reuse: o.Reuse, Zones: o.Zones, Share: o.Share}
	}
	var all []oktaWanted
	if !o.OnlyResponse {
		all = append(all, oktaWanted{app(o.Label, onboard.ReadScopes(), onboard.ReadRoles(tag)...), o.Name, false})
	}
	if !o.Response && !o.OnlyResponse {
		return all
	}
	role := onboard.ResponseRole(tag)
	if o.ResponseRole != "" {
		role = onboard.Role{Standard: o.ResponseRole, Must: true}
	}
	scopes := onboard.ResponseScopes()
	for _, s := range o.ResponseScopes {
		scopes = append(scopes, onboard.Scope{Name: s, Why: "asked for"})
	}
	return append(all, oktaWanted{app(o.Label+" response", scopes, role), o.Name + " response", true})
}

// oktaKeeper keeps what was made: all of it, or none.
type oktaKeeper struct {
	core   *Core
	setup  OktaSetup
	base   string
	wanted []oktaWanted
	kept   []OktaReadyApp
}

func (k *oktaKeeper) keep(ctx context.Context, _ onboard.Tenant, made []onboard.Made) error {
	var rows []store.Connection
	for i, m := range made {
		app := OktaReadyApp{Made: m, Response: k.wanted[i].response}
		if !k.setup.Elsewhere {
			row, err := k.core.oktaConnection(ctx, k.setup.Org, k.wanted[i].connection, k.base, m)
			if err != nil {
				return fmt.Errorf("keep the connection of %q: %w", m.Label, err)
			}
			rows, app.Connection, app.Name = append(rows, row), row.ID, row.Name
		}
		k.kept = append(k.kept, app)
	}
	err := k.write(ctx, rows)
	if err != nil {
		k.drop(ctx, rows)
		k.kept = nil
	}
	return err
}

// write writes key files, and then the connections.
func (k *oktaKeeper) write(ctx context.Context, rows []store.Connection) error {
	for i := range k.kept {
		if k.setup.KeyFile == "" {
			break
		}
		file := k.setup.KeyFile
		if k.kept[i].Response {
			file += ".response"
		}
		if err := writeKey(file, k.kept[i].Key); err != nil {
			return err
		}
		k.kept[i].KeyFile = file
	}
	ctx = context.WithoutCancel(ctx) // so that it is known whether they are kept
	for _, row := range rows {
		if err := k.core.DB.Connections.Add(ctx, row); err != nil {
			return err
		}
		if err := k.core.noteConnection(ctx, "createConnection", row); err != nil {
			return err
		}
	}
	return nil
}

// drop takes away what write wrote.
func (k *oktaKeeper) drop(ctx context.Context, rows []store.Connection) {
	ctx = context.WithoutCancel(ctx)
	for _, row := range rows {
		if err := k.core.DB.Connections.Remove(ctx, row.Org, row.ID); err != nil && errs.KindOf(err) != errs.NotFound {
			k.core.Log.ErrorContext(ctx, "connection was not removed", "err", err, "connection", row.ID)
		}
	}
	for _, app := range k.kept {
		if app.KeyFile != "" {
			if err := os.Remove(app.KeyFile); err != nil {
				k.core.Log.ErrorContext(ctx, "key file was not removed", "err", err)
			}
		}
	}
}

// writeKey writes a private key to a file that is its owner's alone, and that was
// not there.
func writeKey(file string, key *onboard.Key) error {
	text, err := key.PEM()
	if err != nil {
		return err
	}
	f, err := os.OpenFile(filepath.Clean(file), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("write the key: %w", err)
	}
	_, err = f.WriteString(text.Reveal())
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(fmt.Errorf("write the key: %w", err), os.Remove(file))
	}
	return nil
}

// oktaConnection returns the connection of an app, its key sealed, tried out.
func (c *Core) oktaConnection(ctx context.Context, org, name, base string, m onboard.Made) (store.Connection, error) {
	now := c.Now()
	row := store.Connection{
		Connection: connector.Connection{
			Org: org, ID: id.At(now), Connector: string(source.Okta), Name: name, Auth: connector.PrivateKeyJWT,
			Settings: value.Map("domain", base, "client_id", m.ClientID, "key_id", m.Key.ID, "scopes", strings.Join(m.Granted, " ")),
		},
		State: store.ConnectionOK, Secrets: map[string]time.Time{"private_key": now}, CheckedAt: now, CreatedAt: now, UpdatedAt: now,
	}
	var err error
	if row.Own, err = c.Engine.Normalize(row.Connection); err != nil {
		return row, err
	}
	row.Settings = row.Own
	return row, c.withKey(ctx, &row, m.Key)
}

// withKey puts a key into a connection, and tries it out.
func (c *Core) withKey(ctx context.Context, row *store.Connection, key *onboard.Key) error {
	text, err := key.PEM()
	if err != nil {
		return err
	}
	return c.sealAndTry(ctx, row, map[string]secret.Text{"private_key": text})
}

// noteConnection writes into the audit log what was done to a connection.
func (c *Core) noteConnection(ctx context.Context, action string, row store.Connection) error {
	return c.DB.Write(ctx, func(tx *store.Tx) error {
		return tx.Audit(ctx, row.Org, audit.Note{Action: action, Object: "connection:" + row.ID, Detail: map[string]any{"name": row.Name, "connector": row.Connector}})
	})
}

// CleanUpOkta takes back what an earlier run left behind in an org, and returns
// what it did. What a connection works with stays.
func (c *Core) CleanUpOkta(ctx context.Context, org, domain string, token secret.Text) ([]string, error) {
	base, err := c.OktaOf(org, domain)
	if err != nil {
		return nil, err
	}
	setup, err := c.onboarding(base, token, nil)
	if err != nil {
		return nil, err
	}
	used, err := c.DB.Connections.List(ctx, org)
	if err != nil {
		return nil, err
	}
	return setup.Cleanup(ctx, func(client, key string) (bool, error) {
		for _, conn := range used {
			s := conn.Settings
			if conn.Connector == string(source.Okta) && s.Text("domain") == base && s.Text("client_id") == client && s.Text("key_id") == key {
				return true, nil
			}
		}
		return false, nil
	})
}

// RevokeOktaToken ends an API token of an org.
func (c *Core) RevokeOktaToken(ctx context.Context, base string, token secret.Text) error {
	setup, err := c.onboarding(base, token, nil)
	if err != nil {
		return err
	}
	return setup.Revoke(ctx)
}

// OktaConnection returns an organization's connection to an Okta org by its name or
// id; the only one where which is empty.
func (c *Core) OktaConnection(ctx context.Context, org, which string) (store.Connection, error) {
	return c.connectionOf(ctx, org, string(source.Okta), which)
}
