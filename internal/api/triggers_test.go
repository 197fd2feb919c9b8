package api

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"sallyport/internal/flow"
	"sallyport/internal/portal"
	"sallyport/internal/value"
)

const suspending = `flow: help
title: Help a user
trigger: { delegated: { inputs: { why: { type: text, required: true } } } }
cards:
  - return: { said: "{{ context.user }} by {{ context.started_by }}: {{ input.why }}" }
`

// A delegated flow is run by those whom it names, for a user, and by nobody else.
func TestDelegatedFlow(t *testing.T) {
	b := setup(t)
	b.work()
	admin := b.admin()
	id := b.on(admin, suspending, value.Map())
	path := "/api/v1/flows/" + id
	named, viewer, analyst := b.as(b.acme, "hel@acme.example", portal.Auditor), b.as(b.acme, "vic@acme.example", portal.Auditor), b.as(b.acme, "ann@acme.example", portal.Analyst)
	body := value.Map("user", "00u1", "inputs", value.Map("why", "a ticket"))
	for who, c := range map[string]*client{"an administrator": admin, "a viewer": named} {
		if e := failure(c.post(path+"/delegate", body, 403)); !strings.Contains(e.Text("message"), "not delegated") {
			t.Errorf("%s, before anybody is named: %s", who, value.JSON(e))
		}
	}
	if e := failure(admin.do(http.MethodPut, path+"/delegates", value.Map("roles", []any{}, "accounts", []any{"eve@evil.example"}), 400)); e.Text("field") != "accounts" {
		t.Errorf("somebody of elsewhere is named: %s", value.JSON(e))
	}
	named.do(http.MethodPut, path+"/delegates", value.Map("roles", []any{"auditor"}, "accounts", []any{}), 403)
	got := admin.do(http.MethodPut, path+"/delegates", value.Map("roles", []any{"analyst"}, "accounts", []any{"Hel@acme.example"}), 200)
	if at(got, "accounts.0.name") != "Hel" || at(got, "roles.0.name") != "Analyst" || string(value.JSON(got)) != string(value.JSON(admin.get(path+"/delegates", 200))) {
		t.Errorf("delegates = %s", value.JSON(got))
	}
	for _, c := range []*client{named, analyst} {
		if mine := items(c.get("/api/v1/delegated", 200)); len(mine) != 1 || mine[0].Text("id") != id || at(mine[0], "inputs.0.name") != "why" {
			t.Errorf("one may run %v", mine)
		}
	}
	if mine := items(viewer.get("/api/v1/delegated", 200)); len(mine) != 0 {
		t.Errorf("another may run %v", mine)
	}
	viewer.post(path+"/delegate", body, 403)
	if e := failure(named.post(path+"/delegate", value.Map("user", "00u1"), 400)); e.Text("field") != "inputs.why" {
		t.Errorf("without what it wants: %s", value.JSON(e))
	}
	if e := failure(named.post(path+"/delegate", body.With("user", "00u1/../x"), 400)); e.Text("field") != "user" {
		t.Errorf("for no user: %s", value.JSON(e))
	}
	analyst.post(path+"/run", value.Map("inputs", value.Map("why", "x")), 409)
	run := b.ended(named, named.post(path+"/delegate", body, 201).Text("id"))
	me := value.String(at(named.get("/api/v1/session", 200), "account.id"))
	if at(run, "result.said") != "00u1 by "+me+": a ticket" || run.Text("cause") != "delegated" || at(run, "causedBy.name") != "Hel" {
		t.Errorf("%s", value.JSON(run))
	}
	admin.do(http.MethodPatch, path, value.Map("enabled", false), 200)
	named.post(path+"/delegate", body, 409)
}

// A token does no more than its own role was delegated.
func TestDelegatedToAToken(t *testing.T) {
	b := setup(t)
	admin := b.admin()
	id := b.on(admin, suspending, value.Map())
	admin.do(http.MethodPut, "/api/v1/flows/"+id+"/delegates", value.Map("roles", []any{"admin"}, "accounts", []any{}), 200)
	for role, status := range map[string]int{"admin": 201, "auditor": 403} {
		c := b.anybody()
		c.bearer = admin.post("/api/v1/tokens", value.Map("name", role, "permissions", allowed(role)), 201).Text("token")
		c.post("/api/v1/flows/"+id+"/delegate", value.Map("inputs", value.Map("why", "x")), status)
	}
}

// Rows that people add, by hand or from a file, start flows.
func TestRowsByPeople(t *testing.T) {
	b := setup(t)
	b.work()
	admin := b.admin()
	table := admin.post("/api/v1/tables", value.Map("title", "Reports", "columns", []any{value.Map("name", "who", "type", "text")}), 201).Text("id")
	yaml := "flow: w\ntables: { t: { columns: { who: text } } }\ntrigger: { row: { table: t, on: [created, updated] } }\ncards: [ { return: { said: '{{ context.change }} {{ row.who }}' } } ]\n"
	id := b.on(admin, yaml, value.Map("tables", value.Map("t", table)))
	row := admin.post("/api/v1/tables/"+table+"/rows", value.Map("values", value.Map("who", "ada")), 201).Text("id")
	admin.do(http.MethodPatch, "/api/v1/tables/"+table+"/rows/"+row, value.Map("values", value.Map("who", "bob")), 200)
	if resp, raw := admin.send(http.MethodPost, "/api/v1/tables/"+table+"/csv", "text/csv", strings.NewReader("who\ncid\ndan\n")); resp.StatusCode != 200 {
		t.Fatalf("%d %s", resp.StatusCode, raw)
	}
	admin.post("/api/v1/flows/"+id+"/run", value.Map("inputs", value.Map("row", "x")), 400)
	admin.post("/api/v1/flows/"+id+"/run", value.Map("row", "nope"), 404)
	admin.post("/api/v1/flows/"+id+"/run", value.Map("row", row), 201)
	said := map[string]int{}
	for _, r := range items(admin.get("/api/v1/runs?flow="+id, 200)) {
		said[value.String(at(b.ended(admin, r.Text("id")), "result.said"))]++
	}
	want := map[string]int{"created ada": 1, "updated bob": 1, "created cid": 1, "created dan": 1, "created bob": 1}
	if len(said) != len(want) {
		t.Errorf("said %v, want %v", said, want)
	}
	for what, n := range want {
		if said[what] != n {
			t.Errorf("%q %d times, want %d", what, said[what], n)
		}
	}
}

// The next time of a scheduled flow is shown while it is on.
func TestNextRunIsShown(t *testing.T) {
	b := setup(t)
	admin := b.admin()
	id := b.on(admin, "flow: s\ntrigger: { schedule: { cron: \"0 0 9 * * 1-5\", zone: Europe/Berlin, missed: once } }\ncards: [ { stop: x } ]\n", value.Map())
	want, err := flow.Schedule{Cron: "0 0 9 * * 1-5", Zone: "Europe/Berlin"}.Next(b.now())
	if err != nil {
		t.Fatal(err)
	}
	f := admin.get("/api/v1/flows/"+id, 200)
	if got, err := time.Parse(time.RFC3339, f.Text("nextRunAt")); err != nil || !got.Equal(want) || at(f, "trigger.missed") != "once" {
		t.Errorf("%v, %v, want %v; %s", got, err, want, value.JSON(f.Object("trigger")))
	}
	if got := items(admin.get("/api/v1/flows", 200)); got[0].Text("nextRunAt") != f.Text("nextRunAt") {
		t.Errorf("listed as %s", value.JSON(got[0]))
	}
	if got := admin.do(http.MethodPatch, "/api/v1/flows/"+id, value.Map("enabled", false), 200); got.Text("nextRunAt") != "" {
		t.Errorf("off, it waits for %s", got.Text("nextRunAt"))
	}
}

const ofFinding = `flow: fix
title: Answer a finding
trigger: { finding: { check: THREAT-001, on: [opened, closed] }, where: finding.times > 0 }
cards:
  - return: { said: "{{ finding.turn }} {{ finding.object.kind }} {{ check.category }} {{ tenant.id }}" }
`

// A flow that findings start is run by hand for one, as it is now, whether its data is
// kept or sealed, and shows what it is for.
func TestFlowOfFinding(t *testing.T) {
	for name, saveData := range map[string]bool{"with its data kept": true, "with its data sealed": false} {
		t.Run(name, func(t *testing.T) {
			b := setup(t)
			b.work()
			c := b.as(b.acme, "ada@acme.example", portal.Admin)
			f := b.fill(b.acme, "ada@acme.example")
			id := b.on(c, ofFinding, value.Map("saveData", saveData))
			path := "/api/v1/flows/" + id + "/run"
			if shown := c.get("/api/v1/flows/"+id, 200); value.String(at(shown, "trigger.finding.checks.0")) != "THREAT-001" || value.String(at(shown, "trigger.finding.most")) != "100" {
				t.Errorf("it shows %s", value.JSON(shown))
			}
			for field, body := range map[string]*value.Object{
				"tenant":  value.Map("finding", "THREAT-001:org"),
				"finding": value.Map("finding", "NO-1:org", "tenant", f.tenant),
				"inputs":  value.Map("finding", "THREAT-001:org", "tenant", f.tenant, "inputs", value.Map("x", "y")),
			} {
				_, text := c.send(http.MethodPost, path, "application/json", strings.NewReader(string(value.JSON(body))))
				if got := failureOf(t, text); got != field {
					t.Errorf("wrong is %q, not %s: %s", got, field, text)
				}
			}
			made := c.post(path, value.Map("finding", "THREAT-001:org", "tenant", f.tenant), 201)
			run := b.ended(c, made.Text("id"))
			if run.Text("cause") != "finding" || run.Text("state") != "succeeded" || saveData && value.String(at(run, "result.said")) != "opened  threat "+f.tenant {
				t.Errorf("%s", value.JSON(run))
			}
		})
	}
}

// failureOf is the field that a refusal names.
func failureOf(t *testing.T, text []byte) string {
	t.Helper()
	v, err := value.ParseJSON(text)
	if err != nil {
		t.Fatal(err)
	}
	return value.String(value.Lookup(v, "error.field"))
}
