package app

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"sallyport/internal/connector"
	"sallyport/internal/errs"
	"sallyport/internal/event"
	"sallyport/internal/flow"
	"sallyport/internal/id"
	"sallyport/internal/migration"
	"sallyport/internal/secret"
	"sallyport/internal/store"
	"sallyport/internal/table"
	"sallyport/internal/value"
	"sallyport/sandbox"
)

// Player runs flows without a server: those of an export, or of files of ours, in
// a database that is thrown away.
type Player struct {
	Core *Core
	Made migration.Installed

	org    string
	clock  *playClock
	random io.Reader
	caller flow.Caller
}

// playClock is the time of a player. It stands still where it was set, and moves
// on by what a run waits.
type playClock struct {
	frozen time.Time
	ahead  time.Duration
}

func (c *playClock) now() time.Time {
	if !c.frozen.IsZero() {
		return c.frozen.Add(c.ahead)
	}
	return time.Now().Add(c.ahead)
}

// PlayOptions is what a player is built from.
type PlayOptions struct {
	Options

	At          time.Time // where the clock stands; zero for the real one
	Random      io.Reader // of functions that draw lots; nil for the machine's own
	Connections []PlayConnection
	Answers     Answers // in place of all that connections lead to; nil for none

	box *sandbox.State // that connections lead to, in place of those that are given
}

// PlayConnection is a connection for the time of a run.
type PlayConnection struct {
	Name   string // connector, or the name or id of the connection in the export
	Fields map[string]string
}

// OpenPlayer installs an export of Okta Workflows, or a flow of ours, in a fresh
// database. Close it.
func OpenPlayer(ctx context.Context, o PlayOptions, text []byte, name string) (*Player, error) {
	return openPlayer(ctx, o, name, func(c *Core) (*migration.Result, error) { return c.Exchange.Read(text) })
}

// openPlayer installs the flows that read gives in a folder of a fresh database.
func openPlayer(ctx context.Context, o PlayOptions, name string, read func(*Core) (*migration.Result, error)) (*Player, error) {
	p := &Player{clock: &playClock{frozen: o.At}, random: o.Random}
	o.Now = p.clock.now
	c, err := OpenCore(ctx, o.Options)
	if err != nil {
		return nil, err
	}
	p.Core, p.caller = c, c.Engine
	if err := p.install(ctx, o, name, read); err != nil {
		_ = c.Close()
		return nil, err
	}
	return p, nil
}

// Close closes the database.
func (p *Player) Close() error { return p.Core.Close() }

func (p *Player) install(ctx context.Context, o PlayOptions, name string, read func(*Core) (*migration.Result, error)) error {
	org, err := p.Core.Organization(ctx, p.Core.Portal(), DefaultOrganization)
	if err != nil {
		return err
	}
	p.org = org.ID
	res, err := read(p.Core)
	if err != nil {
		return err
	}
	chosen := map[string]string{}
	switch {
	case o.box != nil:
		chosen, err = p.connectSandbox(ctx, *o.box)
	case o.Answers != nil:
		if err = p.standIn(ctx, o.Answers); err == nil {
			chosen, err = p.connectAll(ctx, res)
		}
	default:
		chosen, err = p.connect(ctx, res, o.Connections)
	}
	if err != nil {
		return err
	}
	p.Made, err = p.Core.importer().Install(ctx, res, migration.Order{Org: p.org, Folder: name, Author: "player", Connections: chosen, Enable: true})
	return err
}

func (c *Core) importer() migration.Installer[*store.Tx] {
	return migration.Installer[*store.Tx]{Write: c.DB.Write, Now: c.Now, Catalogue: c.Catalogue}
}

// connect makes the connections that were given, and returns them by what the
// export knows them by.
func (p *Player) connect(ctx context.Context, res *migration.Result, given []PlayConnection) (map[string]string, error) {
	out := map[string]string{}
	for _, g := range given {
		id := g.Name
		for _, c := range res.Connections {
			if strings.EqualFold(c.Name, g.Name) || c.Export == g.Name {
				id = c.Connector
			}
		}
		con, ok := p.Core.Shelf.Get(id)
		if !ok {
			return nil, errs.New(errs.Invalid, "--connection %s: there is no connector of this name, and the file has no such connection", g.Name)
		}
		made, err := p.Core.quickConnect(ctx, p.org, con, g)
		if err != nil {
			return nil, fmt.Errorf("--connection %s: %w", g.Name, err)
		}
		out[con.ID] = made
		for _, c := range res.Connections {
			if strings.EqualFold(c.Name, g.Name) || c.Export == g.Name {
				out[c.Export] = made
			}
		}
	}
	return out, nil
}

// quickConnect makes a connection of settings and secrets by name. The field url
// is the setting that says where it is, token the secret of the sign-in that takes
// one.
func (c *Core) quickConnect(ctx context.Context, org string, con *connector.Connector, g PlayConnection) (string, error) {
	n := newConnection{connector: con.ID, name: g.Name, settings: value.NewObject(4), secrets: map[string]secret.Text{}}
	for _, a := range con.Auth {
		if n.auth == "" || a.Kind == connector.None {
			n.auth = a.Kind
		}
	}
	for k, v := range g.Fields {
		switch k {
		case "auth":
			n.auth = connector.AuthKind(v)
		case "url":
			n.settings.Set(con.AddressSetting(), v)
		case "token":
			a, name := con.TokenField()
			if name == "" {
				return "", errs.New(errs.Invalid, "it takes no token; name its fields: %s", strings.Join(con.FieldNames(), ", "))
			}
			n.auth, n.secrets[name] = a, secret.NewText(v)
		default:
			if con.IsSecret(k) {
				n.secrets[k] = secret.NewText(v)
				continue
			}
			n.settings.Set(k, v)
		}
	}
	now := c.Now()
	conn := connector.Connection{Org: org, ID: id.At(now), Connector: n.connector, Name: n.name, Auth: n.auth, Settings: n.settings}
	var err error
	if conn.Settings, err = c.Engine.Normalize(conn); err != nil {
		return "", err
	}
	if conn.Sealed, err = c.Engine.Seal(conn, n.secrets); err != nil {
		return "", err
	}
	return conn.ID, c.DB.Connections.Add(ctx, store.Connection{Connection: conn, Own: conn.Settings, State: store.ConnectionOK, Secrets: map[string]time.Time{}, CreatedAt: now, UpdatedAt: now})
}

// Find returns the flow of a title, name or id in the export; the only one where
// none is named.
func (p *Player) Find(name string) (migration.InstalledFlow, error) {
	var found []migration.InstalledFlow
	var titles []string
	for _, f := range p.Made.Flows {
		titles = append(titles, strings.TrimSpace(f.Source.Title))
		if name == "" || f.Source.Export == name || f.Slug == name || strings.TrimSpace(f.Source.Title) == strings.TrimSpace(name) {
			found = append(found, f)
		}
	}
	switch {
	case len(found) == 0:
		return migration.InstalledFlow{}, errs.New(errs.NotFound, "there is no flow %q; there are: %s", name, strings.Join(titles, ", "))
	case len(found) > 1:
		return migration.InstalledFlow{}, errs.New(errs.Invalid, "say which flow with --flow: %s", strings.Join(titles, ", "))
	}
	if f := found[0]; len(f.Problems) > 0 {
		return f, errs.New(errs.Invalid, "the flow %q cannot run yet: %v", f.Title, f.Problems.Err())
	}
	return found[0], nil
}

// Given is what a run begins with.
type Given struct {
	Input   *value.Object
	Event   *value.Object // of a run that an alert starts: the newest of the alert, nil for one that is not stored any more
	Context *value.Object // index, execution_time … as a caller would give them
}

// Run carries a flow out to its end, and the runs that it starts, and returns the
// run with its steps.
func (p *Player) Run(ctx context.Context, f migration.InstalledFlow, g Given) (Played, error) {
	out := Played{Flow: f}
	r := flow.Run{
		ID: id.At(p.Core.Now()), Org: p.org, Flow: f.ID, Version: f.Version, State: flow.Queued, Cause: f.Definition.Trigger.Kind, SaveData: true,
		Priority: flow.PriorityNormal, CreatedAt: p.Core.Now(), Input: value.Store(given(f.Definition.Trigger, g.Input)), Context: value.Store(g.Context),
	}
	if r.Cause == flow.OnEvent {
		r.Input, g.Event = value.Store(g.Input), g.Input
	}
	if err := p.Core.DB.Runs.Add(ctx, r); err != nil {
		return out, err
	}
	runner := &flow.Runner{
		Store: p.Core.DB.Runs, Library: p.Core.Library, Catalogue: p.Core.Catalogue, Gate: p.Core.Guard, Caller: p.caller, Sources: playReads{reads{p.Core}, g.Event}, Keys: p.Core.Keys,
		Now: p.Core.Now, Random: p.random, Log: p.Core.Log, Export: p.Core.export, Address: p.Core.address,
	}
	for {
		open, err := p.Core.DB.Runs.List(ctx, p.org, store.RunFilter{States: []flow.State{flow.Queued, flow.Running, flow.Waiting}, Limit: 100})
		if err != nil {
			return out, err
		}
		if len(open) == 0 {
			break
		}
		if err := p.round(ctx, runner, open); err != nil {
			return out, err
		}
	}
	var err error
	if out.Run, err = p.Core.DB.Runs.Get(ctx, p.org, r.ID); err != nil {
		return out, err
	}
	out.Steps, err = p.Core.DB.Runs.Steps(ctx, p.org, r.ID)
	return out, err
}

// Fill adds rows, values by column, to the table of a title.
func (p *Player) Fill(ctx context.Context, title string, rows []*value.Object) error {
	t, err := p.table(title)
	if err != nil {
		return err
	}
	return p.Core.DB.Tables.AddRows(ctx, t, rows, p.Core.Now())
}

// Rows returns the rows of the table of a title, in the order in which they came.
func (p *Player) Rows(ctx context.Context, title string) ([]*value.Object, error) {
	t, err := p.table(title)
	if err != nil {
		return nil, err
	}
	var out []*value.Object
	for r, err := range p.Core.DB.Tables.Rows(ctx, t) {
		if err != nil {
			return nil, err
		}
		out = append(out, r.Values)
	}
	return out, nil
}

func (p *Player) table(title string) (table.Table, error) {
	var titles []string
	for _, t := range p.Made.Tables {
		if t.Title == title || t.Slug == title {
			return t, nil
		}
		titles = append(titles, t.Title)
	}
	return table.Table{}, errs.New(errs.NotFound, "there is no table %q; there are: %s", title, strings.Join(titles, ", "))
}

// playReads has the event that a run was given, beside what the database has.
type playReads struct {
	reads
	event *value.Object
}

// Event returns the event of the run.
func (r playReads) Event(context.Context, string, string) (event.Event, error) {
	if r.event == nil {
		return event.Event{}, errs.New(errs.NotFound, "the run has no event")
	}
	return event.NewParser().Parse(value.JSON(r.event))
}

// round takes every open run as far as it goes, and moves the clock to where the
// first of those that wait goes on.
func (p *Player) round(ctx context.Context, runner *flow.Runner, open []flow.Run) error {
	var next time.Time
	slices.SortFunc(open, func(a, b flow.Run) int { return strings.Compare(a.ID, b.ID) }) // as they were begun
	for _, r := range open {
		if r.WakeAt.After(p.Core.Now()) {
			next = earlier(next, r.WakeAt)
			continue
		}
		again, err := runner.Work(ctx, r.Org, r.ID)
		if err != nil {
			return err
		}
		if !again.IsZero() {
			next = earlier(next, again)
		} else {
			next = p.Core.Now()
		}
	}
	if wait := next.Sub(p.Core.Now()); wait > 0 {
		p.clock.ahead += wait
	}
	return ctx.Err()
}

func earlier(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}

// given lays an input out as the trigger takes it: fields of a group may be under
// the group's name, and an HTTP request has its raw parts.
func given(t flow.Trigger, in *value.Object) *value.Object {
	out := value.NewObject(in.Len())
	for k, v := range in.All() {
		group, isObject := v.(*value.Object)
		grouped := false
		if isObject {
			for key, e := range group.All() {
				if t.Has(k + "/" + key) {
					out.Set(k+"/"+key, e)
					grouped = true
				}
			}
		}
		if !grouped {
			out.Set(k, v)
		}
	}
	if t.Kind != flow.OnAPI {
		return out
	}
	raw := in.Object("raw")
	body := raw.At("body")
	if o, ok := body.(*value.Object); ok {
		body = string(value.JSON(o))
	}
	request := t.Request(value.Map("method", "POST", "headers", raw.At("headers"), "body", body, "query", raw.At("query"), "ip", nil))
	named := request.Object("input")
	for k, v := range out.All() {
		if t.Has(k) {
			named.Set(k, v)
		}
	}
	return request
}
