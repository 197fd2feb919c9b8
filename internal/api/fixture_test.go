package api

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"sallyport/internal/alert"
	"sallyport/internal/connector"
	"sallyport/internal/event"
	"sallyport/internal/flow"
	"sallyport/internal/guard"
	"sallyport/internal/id"
	"sallyport/internal/inventory"
	"sallyport/internal/letter"
	"sallyport/internal/notify"
	"sallyport/internal/okta/onboard"
	"sallyport/internal/portal"
	"sallyport/internal/remedy"
	"sallyport/internal/rule"
	"sallyport/internal/source"
	"sallyport/internal/store"
	"sallyport/internal/table"
	"sallyport/internal/template"
	"sallyport/internal/value"
)

// fixture is an organization with one of everything, by id.
type fixture struct {
	folder, flow, helper, table, row, connection, source, event, run, action, session, token, member, role                     string
	alert, story, suppression, search, question, rules, channel, backtest, letter, invitation, factor, test, tenant, exception string
	remedy, schedule, setup                                                                                                    string
}

// watched is a flow that an event starts, and tells a table.
const watched = `flow: watch
title: Watch sign-ins
tables:
  seen: { title: Seen, columns: { login: text } }
options:
  greeting: { type: text, default: Hello, choices: [Hello, Good day] }
trigger:
  event: user.session.start
cards:
  - id: text
    title: Compose text
    use: text.compose
    with: { text: "{{ options.greeting }} {{ event.actor.alternateId }}" }
  - id: keep
    title: Keep
    use: table.create_row
    table: seen
    with: { login: "{{ text.text }}" }
`

// greeting is a flow on demand.
const greeting = `flow: greet
title: Greet
trigger:
  on_demand:
    inputs:
      name: { type: text, required: true }
      times: { type: number, default: 1 }
cards:
  - id: text
    title: Compose text
    use: text.compose
    with: { text: "Hello {{ input.name }}" }
  - return: { greeting: "{{ text.text }}" }
`

func (b *bench) fill(org portal.Organization, email string) fixture {
	b.t.Helper()
	ctx, now := b.t.Context(), b.now()
	f := fixture{folder: id.New(), connection: id.New(), source: id.New(), table: id.New()}
	check := func(err error) {
		b.t.Helper()
		if err != nil {
			b.t.Fatal(err)
		}
	}
	check(b.db.Connections.Add(ctx, store.Connection{
		Connection: connector.Connection{Org: org.ID, ID: f.connection, Connector: "desk", Name: "Desk of " + org.Slug, Settings: &value.Object{}},
		Own:        value.Map("base_url", "https://desk.example"), State: store.ConnectionUntested, CreatedAt: now, UpdatedAt: now,
	}))
	check(b.db.Tables.Add(ctx, table.Table{
		ID: f.table, Org: org.ID, Slug: "seen", Title: "Seen", Columns: []table.Column{{ID: "c1", Name: "login", Type: value.Text}}, CreatedAt: now, UpdatedAt: now,
	}))
	f.row = id.New()
	_, err := b.db.Tables.Change(ctx, org.ID, flow.Change{Op: flow.CreateRow, Table: f.table, Row: f.row, Values: value.Map("login", "ada")}, now)
	check(err)
	check(b.db.Sources.Save(ctx, source.Source{ID: f.source, Org: org.ID, Name: "Okta of " + org.Slug, Kind: source.Okta, Hook: true, HookSecret: []byte{1}, Enabled: true, CreatedAt: now}))
	f.flow = b.publish(org, f.folder, watched, flow.Bindings{Tables: map[string]string{"seen": f.table}})
	f.helper = b.publish(org, f.folder, greeting, flow.Bindings{})
	f.event = b.event(org, f.source, "user.session.start", "ada@acme.example", now)
	f.run = b.run(org, flow.Run{Flow: f.flow, Version: 1, Cause: flow.OnEvent, Event: f.event, SaveData: true, State: flow.Failed, Error: "it broke"}, flow.Step{
		Path: "text", Seq: 1, Flow: f.flow, Card: "text", State: flow.StepDone, Attempt: 1, Output: value.Store(value.Map("text", "Hello")),
	})
	f.action = id.At(now)
	check(b.db.Actions.Add(ctx, guard.Entry{
		ID: f.action, Org: org.ID, Actor: "flow:" + f.flow, Why: connector.Why{Cause: "event", Flow: f.flow, Run: f.run, Path: "open", Event: f.event},
		Connection: f.connection, Connector: "desk", Action: "open_ticket", Title: "Open ticket", Effect: connector.Change, TargetType: "ticket", TargetID: "7", TargetName: "7",
		State: guard.Done, Request: connector.Request{Method: "POST", URL: "https://desk.example/tickets"}, Status: 201,
		Undo: &connector.Call{Action: "close_ticket", Inputs: value.Map("id", "7")}, Attempt: 1, StartedAt: now, EndedAt: now,
	}))
	f.alert = b.alert(org, f.source, f.event, "00u1")
	c := b.anybody()
	c.signIn(email)
	f.story = c.post("/api/v1/cases", value.Map("title", "A story", "alerts", []any{f.alert}), 201).Text("id")
	f.rules = c.post("/api/v1/rulefiles", value.Map("slug", "mine", "text", ownRule, "cases", ""), 201).Text("id")
	f.suppression = c.post("/api/v1/suppressions", value.Map("scope", "all", "where", "entity.login == 'robot'", "reason", "a robot"), 201).Text("id")
	f.session = items(c.get("/api/v1/sessions", 200))[0].Text("id")
	f.member = value.String(at(c.get("/api/v1/session", 200), "account.id"))
	f.token = c.post("/api/v1/tokens", value.Map("name", "fixture", "permissions", allowed("auditor")), 201).Text("id")
	f.role = c.post("/api/v1/roles", value.Map("name", "Own", "permissions", []any{"flows:read"}), 201).Text("id")
	f.channel = id.New()
	check(b.db.Channels.Save(ctx, notify.Channel{
		ID: f.channel, Org: org.ID, Name: "Mail of " + org.Slug, Connection: f.connection, Plan: notify.Plan{To: []string{"soc@acme.example"}, Moments: notify.Moments()}, CreatedAt: now,
	}))
	f.remedy, f.schedule = id.New(), id.New()
	check(b.db.Remedies.Add(ctx, remedy.Plan{
		ID: f.remedy, Org: org.ID, Connection: f.connection, Playbook: "suspend_user", Title: "Suspend", Cause: remedy.Cause{Kind: "hand"}, Actor: "account:nobody", State: remedy.Draft, CreatedAt: now,
		Objects: []remedy.Object{{ID: "00u1"}}, Steps: []remedy.Step{{Seq: 1, Action: "suspend_user", Effect: connector.Change, State: remedy.Planned}},
	}))
	check(b.db.RemedySchedules.Save(ctx, remedy.Schedule{ID: f.schedule, Org: org.ID, Title: "Dormant", Playbook: "dormant_user", Connection: f.connection, Cron: "0 6 * * *", Ceiling: 5, Actor: "account:nobody", CreatedAt: now}))
	f.setup = id.New()
	check(b.db.OktaSetups.Add(ctx, onboard.Job{
		ID: f.setup, Org: org.ID, Account: f.member, State: onboard.Failed, Wish: onboard.Wish{Domain: "https://" + org.Slug + ".okta.com"}, CreatedAt: now, BeatAt: now, EndedAt: now,
		Report: onboard.Report{Fault: &onboard.Fault{Phase: onboard.PhaseLook, Said: "it does not take the token of " + org.Slug}},
	}))
	f.letter = id.New()
	check(b.db.Letters.Add(ctx, letter.Letter{ID: f.letter, Org: org.ID, Kind: letter.Invite, To: "new@" + org.Slug + ".example", Sealed: []byte{1}, ExpiresAt: now.Add(time.Hour), CreatedAt: now}))
	f.invitation = id.New()
	check(b.db.Invitations.Add(ctx, "hash of "+f.invitation, portal.Invitation{ID: f.invitation, Org: org.ID, Email: "new@" + org.Slug + ".example", Roles: []string{portal.Auditor}, InvitedBy: f.member, CreatedAt: now, SentAt: now, EndsAt: now.Add(time.Hour)},
		letter.Letter{ID: id.New(), Org: org.ID, Kind: letter.Invite, To: "newer@" + org.Slug + ".example", Sealed: []byte{1}, ExpiresAt: now.Add(time.Hour), CreatedAt: now}))
	f.factor = id.New() // of somebody else, who does not sign in here
	check(b.db.Factors.Add(ctx, portal.Factor{ID: f.factor, Account: b.member(org, "keys@"+org.Slug+".example", portal.Admin).ID, Kind: portal.TOTP, Name: "App", Sealed: []byte{1}, CreatedAt: now}, nil))
	c.do("PUT", "/api/v1/sso/draft", value.Map("metadata", madeMetadata(org.Slug), "roles", []any{value.Map("role", "admin", "groups", []any{"Admins of " + org.Slug})}, "exempt", []any{email}), 200)
	f.test = c.post("/api/v1/sso/tests", value.Map("user", email), 201).Text("id")
	f.question = c.post("/api/v1/questions", value.Map("name", "mine", "text", "Mine", "sql", "SELECT 1"), 201).Text("id")
	f.search = c.post("/api/v1/event-searches", value.Map("name", "Mine", "query", value.Map("q", "ada")), 201).Text("id")
	tenant, err := b.db.Inventory.Meet(ctx, inventory.Tenant{Org: org.ID, OktaID: "00o1", Domain: "https://" + org.Slug + ".okta.com", Name: org.Slug, Connection: f.connection})
	check(err)
	f.tenant = tenant.ID
	b.readOrg(tenant, "g1", map[string]string{"u1": "ann@" + org.Slug + ".example"})
	_, err = b.judge(ctx, tenant, "", "sync")
	check(err)
	f.exception = c.post("/api/v1/tenants/"+f.tenant+"/exceptions", value.Map("check", "PWD-001", "reason", "it is being changed"), 201).Text("id")
	f.backtest = c.post("/api/v1/backtests", value.Map("text", ownRule, "file", "mine"), 201).Text("id")
	return f
}

// publish makes a flow of its YAML, and publishes it.
func (b *bench) publish(org portal.Organization, folder, yaml string, bindings flow.Bindings) string {
	b.t.Helper()
	ctx, now := b.t.Context(), b.now()
	def, err := flow.Parse(yaml)
	if err != nil {
		b.t.Fatal(err)
	}
	f := flow.Flow{ID: id.New(), Org: org.ID, Folder: folder, Slug: def.Slug, Title: def.Title, SaveData: true, Bindings: bindings, CreatedAt: now, UpdatedAt: now}
	err = b.db.Write(ctx, func(tx *store.Tx) error {
		folders, err := b.db.Flows.Folders(ctx, org.ID)
		if err != nil {
			return err
		}
		if !strings.Contains(fmt.Sprint(folders), folder) {
			if err := tx.AddFolder(ctx, flow.Folder{ID: folder, Org: org.ID, Name: "Folder " + folder, CreatedAt: now}); err != nil {
				return err
			}
		}
		if err := tx.AddFlow(ctx, f); err != nil {
			return err
		}
		_, err = tx.Publish(ctx, org.ID, def, flow.Version{Flow: f.ID, Author: "template", CreatedAt: now})
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return f.ID
}

// event stores an event and returns its uuid.
func (b *bench) event(org portal.Organization, src, typ, login string, at time.Time) string {
	b.t.Helper()
	uuid := "ev-" + id.New()
	raw := fmt.Sprintf(`{"uuid":%q,"eventType":%q,"published":%q,"severity":"INFO","displayMessage":"User signs in","outcome":{"result":"SUCCESS"},
		"actor":{"id":"00u1","type":"User","alternateId":%q,"displayName":"Ada"},"target":[{"id":"0oa1","type":"AppInstance","alternateId":"Mail","displayName":"Mail"}],
		"client":{"ipAddress":"192.0.2.7","geographicalContext":{"city":"Bonn","country":"Germany"},"userAgent":{"os":"Linux","browser":"FIREFOX"}}}`,
		uuid, typ, at.UTC().Format(time.RFC3339Nano), login)
	e, err := event.NewParser().Parse([]byte(raw))
	if err != nil {
		b.t.Fatal(err)
	}
	err = b.db.Sources.Accept(b.t.Context(), source.Batch{Org: org.ID, Source: src, Via: source.ViaHook, Events: []event.Event{e}}, func(w *store.Batch) error {
		fresh, err := w.AddEvents(b.t.Context())
		if err != nil {
			return err
		}
		return w.Advance(b.t.Context(), len(fresh))
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return uuid
}

// ownRule is a rule that an organization writes.
const ownRule = `title: A door is opened
id: 5b0f0a0e-7a57-4f0e-9a3e-0d8c4f1f6a09
description: The door.
tags: [attack.initial-access, attack.t1078]
logsource: { product: okta, service: okta }
detection: { selection: { eventType: user.session.start }, condition: selection }
falsepositives: [Many.]
level: low
sallyport: { why: Because., entity: actor, response: [Look.] }
`

// packs are the rules that the fixtures have: one.
func packs() []rule.File {
	return []rule.File{rule.Parse("sallyport", "push_bombing.yaml", []byte(`title: Push bombing
id: 5b0f0a0e-7a57-4f0e-9a3e-0d8c4f1f6a01
description: Many pushes that are refused.
tags: [attack.credential-access, attack.t1621]
logsource: { product: okta, service: okta }
detection: { selection: { eventType: user.mfa.okta_verify.deny_push }, condition: selection }
level: high
`))}
}

// bombing is that rule.
func bombing(t testing.TB) *rule.Rule {
	t.Helper()
	s, r := rule.NewShelf(packs()...)
	got, ok := s.Get("5b0f0a0e-7a57-4f0e-9a3e-0d8c4f1f6a01")
	if !ok {
		t.Fatalf("%+v", r)
	}
	return got
}

// alert stores an alert about a user, of one event, and returns its id.
func (b *bench) alert(org portal.Organization, src, event, user string) string {
	b.t.Helper()
	ctx, out := b.t.Context(), ""
	e, err := b.db.Events.Get(ctx, org.ID, event)
	if err != nil {
		b.t.Fatal(err)
	}
	about := e.Actor
	about.ID = user
	hit := rule.Hit{Rule: bombing(b.t), Event: e, Entity: about, Kind: rule.KindUser, Evidence: []string{event}, Count: 1, From: e.Published, To: e.Published}
	err = b.db.Sources.Accept(ctx, source.Batch{Org: org.ID, Source: src, Via: source.ViaHook}, func(w *store.Batch) error {
		f, err := alert.Fold(ctx, w, org.ID, []rule.Hit{hit}, alert.DefaultSettings(), b.now())
		if err != nil {
			return err
		}
		out = f.Tallies[0].Alert.ID
		return w.Advance(ctx, 0)
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return out
}

// run stores a run with its steps, in the state that it says.
func (b *bench) run(org portal.Organization, r flow.Run, steps ...flow.Step) string {
	b.t.Helper()
	ctx, now := b.t.Context(), b.now()
	if r.CreatedAt.IsZero() {
		r.CreatedAt = now
	}
	r.ID, r.Org, r.Priority = id.At(r.CreatedAt), org.ID, 2
	state := r.State
	if err := b.db.Runs.Add(ctx, r); err != nil {
		b.t.Fatal(err)
	}
	ref := flow.Ref{Org: org.ID, Run: r.ID, Fresh: true}
	for i := range steps {
		steps[i].StartedAt, steps[i].EndedAt = now, now
	}
	var err error
	switch {
	case state == flow.Waiting:
		if err = b.db.Runs.Record(ctx, ref, steps, nil); err == nil {
			ref.Fresh = false
			err = b.db.Runs.Pause(ctx, ref, nil, now.Add(time.Hour), "the rate limit")
		}
	case state.Ended():
		err = b.db.Runs.End(ctx, ref, steps, flow.Ending{State: state, Error: r.Error, Result: value.Store(value.Map("ok", true))})
	}
	if err != nil {
		b.t.Fatal(err)
	}
	return r.ID
}

// templates is a shelf with one template.
func (b *bench) templates() *template.Shelf {
	b.t.Helper()
	s, err := template.Load(b.deps.Catalogue, fstest.MapFS{
		"templates/watch/template.yaml": {Data: []byte("template: watch\ntitle: Watch\ncategory: sign-in\ndescription: Watches.\nflows: [watch.yaml, greet.yaml]\n")},
		"templates/watch/README.md":     {Data: []byte("# Watch\n")},
		"templates/watch/watch.yaml":    {Data: []byte(watched)},
		"templates/watch/greet.yaml":    {Data: []byte(greeting)},
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return s
}
