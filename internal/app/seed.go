package app

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"sallyport/internal/connector"
	"sallyport/internal/flow"
	"sallyport/internal/id"
	"sallyport/internal/secret"
	"sallyport/internal/source"
	"sallyport/internal/store"
	"sallyport/internal/template"
	"sallyport/internal/value"
	"sallyport/sandbox"
)

// Seeded is what seeding made.
type Seeded struct {
	Org        string
	Source     string
	HookSecret string            // what the Okta org is to send in the Authorization header
	Connect    map[string]string // connection ids by connector
	Flows      []flow.Flow
}

// Seed fills an organization for the services of a sandbox: a connection to
// each, a source by polling and by hook, and the template of the first flow,
// installed and switched on. It is what a person would do in the console. What
// an earlier sandbox left is pointed at this one.
func (c *Core) Seed(ctx context.Context, org string, s sandbox.State) (Seeded, error) {
	out := Seeded{Org: org, Connect: map[string]string{}}
	for _, n := range sandboxConnections(s) {
		made, err := c.connect(ctx, org, n)
		if err != nil {
			return out, fmt.Errorf("connect %s: %w", n.name, err)
		}
		out.Connect[n.connector] = made
	}
	if err := c.seedSource(ctx, &out); err != nil {
		return out, fmt.Errorf("add source: %w", err)
	}
	flows, err := c.DB.Flows.List(ctx, org)
	if err != nil {
		return out, err
	}
	if out.Flows = flows; len(flows) > 0 {
		return out, nil
	}
	return out, c.seedFlow(ctx, &out)
}

// seedFlow installs the first flow, switches it on, and protects the sandbox's
// break-glass account.
func (c *Core) seedFlow(ctx context.Context, out *Seeded) error {
	templates, err := c.Templates()
	if err != nil {
		return err
	}
	t, err := templates.Get("suspicious_activity_reported")
	if err != nil {
		return err
	}
	made, err := c.installer().Install(ctx, t, template.Order{Org: out.Org, Author: "template", Connections: map[string]string{"okta": out.Connect["okta"], "chat": out.Connect["slack"]}})
	if err != nil {
		return fmt.Errorf("install template: %w", err)
	}
	for _, f := range made.Flows {
		if err := c.DB.Flows.Set(ctx, out.Org, f.ID, store.Settings{Enabled: true, SaveData: f.SaveData, Bindings: f.Bindings}, c.Now()); err != nil {
			return fmt.Errorf("switch on %s: %w", f.Title, err)
		}
	}
	out.Flows = made.Flows
	policy, err := c.DB.Actions.Policy(ctx, out.Org)
	if err != nil {
		return err
	}
	policy.ProtectedGroups = []string{"Break glass"}
	return c.DB.Actions.SetPolicy(ctx, out.Org, policy)
}

func (c *Core) installer() template.Installer[*store.Tx] {
	return template.Installer[*store.Tx]{Write: c.DB.Write, Now: c.Now}
}

// newConnection is a connection to be made.
type newConnection struct {
	connector, name string
	auth            connector.AuthKind
	settings        *value.Object
	secrets         map[string]secret.Text
}

func sandboxConnections(s sandbox.State) []newConnection {
	one := func(name, v string) map[string]secret.Text { return map[string]secret.Text{name: secret.NewText(v)} }
	return []newConnection{
		{"okta", "Okta (sandbox)", connector.APIKey, value.Map("domain", s.Okta.URL), one("api_key", s.Okta.Token)},
		{"slack", "Slack (sandbox)", connector.Bearer, value.Map("base_url", s.Slack.URL), map[string]secret.Text{"token": secret.NewText(s.Slack.Token), "signing_secret": secret.NewText(s.Slack.Secret)}},
		{"teams", "Teams (sandbox)", connector.None, value.Map("kind", "workflow"), one("webhook_url", s.Teams.WorkflowURL)},
		{
			"mail", "Mail (sandbox)", connector.None,
			value.Map("host", s.Mail.Host, "port", float64(s.Mail.Port), "security", "none", "from", "Sallyport <sallyport@"+s.Mail.Domain+">"), nil,
		},
	}
}

// connect makes a connection, tries it out and keeps what that taught.
func (c *Core) connect(ctx context.Context, org string, n newConnection) (string, error) {
	now := c.Now()
	conn := connector.Connection{Org: org, ID: id.At(now), Connector: n.connector, Name: n.name, Auth: n.auth, Settings: n.settings}
	there, err := c.DB.Connections.List(ctx, org)
	if err != nil {
		return "", err
	}
	keep, changed := c.DB.Connections.Add, now
	for _, old := range there {
		if old.Name == n.name {
			conn.ID, keep, changed = old.ID, c.DB.Connections.Set, old.UpdatedAt
		}
	}
	if conn.Settings, err = c.Engine.Normalize(conn); err != nil {
		return "", err
	}
	if conn.Sealed, err = c.Engine.Seal(conn, n.secrets); err != nil {
		return "", err
	}
	row := store.Connection{Own: conn.Settings, State: store.ConnectionOK, Secrets: map[string]time.Time{}, CheckedAt: now, CreatedAt: now, UpdatedAt: changed}
	for name := range n.secrets {
		row.Secrets[name] = now
	}
	report, err := c.Engine.Test(ctx, conn)
	if err != nil {
		return "", err
	}
	for k, v := range report.Learned.All() {
		conn.Settings = conn.Settings.With(k, v)
	}
	if !report.OK {
		row.State = store.ConnectionFailed
	}
	row.Connection = conn
	return conn.ID, keep(ctx, row)
}

func (c *Core) seedSource(ctx context.Context, out *Seeded) error {
	now := c.Now()
	out.HookSecret = rand.Text()
	s := source.Source{
		ID: id.At(now), Org: out.Org, Name: "Okta (sandbox)", Kind: source.Okta, Connection: out.Connect["okta"], Poll: true, Hook: true, Enabled: true,
		StartAt: now, CreatedAt: now,
	}
	there, err := c.DB.Sources.List(ctx, out.Org)
	if err != nil {
		return err
	}
	for _, old := range there {
		if old.Name == s.Name { // its cursor is a page of a log that is gone
			if err := c.DB.Sources.Remove(ctx, out.Org, old.ID); err != nil {
				return err
			}
		}
	}
	if s.HookSecret, err = c.Keys.Seal([]byte(out.HookSecret), source.HookSecretContext(s.ID)); err != nil {
		return err
	}
	out.Source = s.ID
	return c.DB.Sources.Save(ctx, s)
}

// RegisterHook has the Okta org of a source's connection send it the events that
// flows are triggered by, and verify that it can. The server must be listening.
func (c *Core) RegisterHook(ctx context.Context, s Seeded, events []any) error {
	conn, err := c.DB.Connections.Get(ctx, s.Org, s.Connect["okta"])
	if err != nil {
		return err
	}
	in := value.Map("name", "Sallyport", "url", c.Config.URL()+"/hooks/okta/"+s.Source, "events", events, "auth_value", s.HookSecret)
	res, err := c.Engine.Do(ctx, conn.Connection, connector.Call{Action: "create_event_hook", Inputs: in})
	if err != nil {
		return fmt.Errorf("create event hook: %w", err)
	}
	hook := res.Outputs.Text("id")
	if _, err := c.Engine.Do(ctx, conn.Connection, connector.Call{Action: "verify_event_hook", Inputs: value.Map("hook", hook)}); err != nil {
		return fmt.Errorf("verify event hook: %w", err)
	}
	src, err := c.DB.Sources.Get(ctx, s.Org, s.Source)
	if err != nil {
		return err
	}
	src.HookID = hook
	return c.DB.Sources.Save(ctx, src)
}
