package app

import (
	"context"
	"fmt"

	"sallyport/internal/errs"
	"sallyport/internal/flow"
	"sallyport/internal/id"
	"sallyport/internal/letter"
	"sallyport/internal/passkey"
	"sallyport/internal/portal"
	"sallyport/internal/source"
	"sallyport/internal/store"
)

// DefaultOrganization is the slug of the organization that a server which has
// none makes.
const DefaultOrganization = "default"

// Portal returns the portal on the core's database. It writes no letters.
func (c *Base) Portal() *portal.Portal {
	return c.portal(&letter.Office{Keys: c.Keys, Server: c.Config.URL(), Now: c.Now})
}

// portal is Portal with the office that writes its letters.
func (c *Base) portal(office *letter.Office) *portal.Portal {
	o := portal.Options{
		Organizations: c.DB.Organizations, Accounts: c.DB.Accounts, Roles: c.DB.Roles, Sessions: c.DB.Sessions, Tokens: c.DB.Tokens, Links: c.DB.Links, Confirmations: c.DB.Confirmations, Asker: &portal.Asker{Office: office, Server: c.Config.URL(), Now: c.Now},
		Factors: c.DB.Factors, Codes: c.DB.Codes, Steps: c.DB.Steps, Provings: c.DB.Sessions, Policies: c.DB.Policies, Devices: c.DB.Devices, Resets: c.DB.Resets, Invitations: c.DB.Invitations, Managing: c.DB.Managing,
		Keys: c.Keys, Letters: office, Hasher: portal.NewHasher(portal.DefaultCost(), 4), Absolute: c.Config.Session.Absolute, Idle: c.Config.Session.Idle, Now: c.Now, Log: c.Log,
	}
	if c.Breached != nil { // a nil list is no nil interface
		o.Breached = c.Breached
	}
	if party, err := passkey.New(c.Config.URL(), "Sallyport"); err == nil {
		o.Passkeys = party
	}
	return portal.New(o)
}

// provisioning lets identity providers in.
func (c *Base) provisioning() *portal.Provisioning {
	return &portal.Provisioning{Keys: c.DB.SCIMKeys, Organizations: c.DB.Organizations, Seal: c.Keys, Now: c.Now, Guesses: portal.NewLimiter(portal.DefaultGuesses(), c.Now)}
}

// Organization returns the organization of a slug; the default one is made if it
// is not there yet.
func (c *Base) Organization(ctx context.Context, p *portal.Portal, slug string) (portal.Organization, error) {
	if slug == DefaultOrganization {
		return p.People.EnsureOrganization(ctx, slug, "Default organization")
	}
	o, err := c.DB.Organizations.BySlug(ctx, slug)
	if errs.KindOf(err) == errs.NotFound {
		return o, errs.New(errs.NotFound, "there is no organization %q", slug)
	}
	return o, err
}

// FirstLink makes the default organization if there is none, and returns the
// URL that makes its first administrator; "" when somebody can sign in already.
func (a *App) FirstLink(ctx context.Context) (string, error) {
	o, err := a.Organization(ctx, a.Doors, DefaultOrganization)
	if err != nil {
		return "", err
	}
	token, err := a.Doors.FirstLink(ctx, o.ID)
	if err != nil || token == "" {
		return "", err
	}
	return a.Config.URL() + "/welcome#" + token, nil
}

// importSource is the name of the source that imported events count for.
const importSource = "Imported files"

// ImportSource returns the organization of a slug and the source of its imports,
// made if it is not there yet.
func (c *Core) ImportSource(ctx context.Context, slug string) (org, src string, err error) {
	o, err := c.Organization(ctx, c.Portal(), slug)
	if err != nil {
		return "", "", err
	}
	all, err := c.DB.Sources.List(ctx, o.ID)
	if err != nil {
		return "", "", err
	}
	for _, s := range all {
		if s.Name == importSource {
			return o.ID, s.ID, nil
		}
	}
	now := c.Now()
	s := source.Source{ID: id.At(now), Org: o.ID, Name: importSource, Kind: source.Okta, StartAt: now, CreatedAt: now}
	return o.ID, s.ID, c.DB.Sources.Save(ctx, s)
}

// checkKeys tries to open all that is sealed, and logs what to do where the key
// file does not. It is no reason not to start: who has lost the key enters the
// secrets again in the console.
func (c *Core) checkKeys(ctx context.Context) error {
	all, shut, err := c.sealedAndShut(ctx)
	if err != nil {
		return err
	}
	if shut > 0 {
		c.Log.ErrorContext(ctx, "the key file does not open what is sealed in the database: stop the server and put the key file in place with which it was sealed, "+
			"or enter the secrets of connections and event hooks again", "key_file", c.Config.Key(), "sealed", all, "not_opened", shut)
	}
	return nil
}

// sealedAndShut counts the secrets of connections and event hooks, and those of them
// that the key file does not open.
func (c *Core) sealedAndShut(ctx context.Context) (all, shut int, err error) {
	conns, err := c.DB.Connections.Sealed(ctx)
	if err != nil {
		return 0, 0, fmt.Errorf("list sealed connections: %w", err)
	}
	hooks, err := c.DB.Sources.Sealed(ctx)
	if err != nil {
		return 0, 0, fmt.Errorf("list sealed event hooks: %w", err)
	}
	for _, conn := range conns {
		if _, _, err := c.Engine.Reseal(conn.Connection); err != nil {
			shut++
		}
	}
	for _, s := range hooks {
		if _, err := c.Keys.Unseal(s.HookSecret, source.HookSecretContext(s.ID)); err != nil {
			shut++
		}
	}
	return len(conns) + len(hooks), shut, nil
}

// RotateSecrets makes a new key, and seals with it what the database keeps
// sealed. It returns how many secrets there are. The key file keeps the old keys,
// for backups and for runs under way.
func (c *Core) RotateSecrets(ctx context.Context) (int, error) {
	if err := c.Keys.Rotate(); err != nil {
		return 0, fmt.Errorf("make a new key: %w", err)
	}
	n, err := c.DB.Connections.Reseal(ctx, func(conn store.Connection) ([]byte, error) {
		sealed, _, err := c.Engine.Reseal(conn.Connection)
		return sealed, err
	})
	if err != nil {
		return n, fmt.Errorf("seal the secrets of connections: %w", err)
	}
	grants, err := c.DB.Grants.Reseal(ctx, c.Engine.ResealGrant)
	if err != nil {
		return n, fmt.Errorf("seal what people consented to: %w", err)
	}
	options, err := c.DB.Flows.Reseal(ctx, func(f flow.Flow) (flow.Bindings, error) { return f.Reseal(c.Keys) })
	if err != nil {
		return n, fmt.Errorf("seal the secret options of flows: %w", err)
	}
	rows, err := c.DB.Tables.Reseal(ctx, c.Keys)
	if err != nil {
		return n, fmt.Errorf("seal cells of tables: %w", err)
	}
	hooks, err := c.DB.Sources.Reseal(ctx, func(s source.Source) ([]byte, error) {
		plain, err := c.Keys.Unseal(s.HookSecret, source.HookSecretContext(s.ID))
		if err != nil {
			return nil, err
		}
		return c.Keys.Seal(plain, source.HookSecretContext(s.ID))
	})
	if err != nil {
		return n, fmt.Errorf("seal the secrets of event hooks: %w", err)
	}
	letters, err := c.DB.Letters.Reseal(ctx, (&letter.Office{Keys: c.Keys}).Reseal)
	if err != nil {
		return n, fmt.Errorf("seal the letters that wait: %w", err)
	}
	scim, err := c.DB.SCIMKeys.Reseal(ctx, c.provisioning().Reseal)
	if err != nil {
		return n, fmt.Errorf("seal the secrets of provisioning: %w", err)
	}
	factors, err := c.DB.Factors.Reseal(ctx, func(f portal.Factor) ([]byte, error) { return f.Reseal(c.Keys) })
	if err != nil {
		return n, fmt.Errorf("seal second factors: %w", err)
	}
	signing, err := resealSSO(ctx, c.DB, c.Keys)
	if err != nil {
		return n, fmt.Errorf("seal the keys of single sign-on: %w", err)
	}
	return n + grants + options + rows + hooks + letters + scim + factors + signing, nil
}
