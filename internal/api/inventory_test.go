package api

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"sallyport/internal/inventory"
	"sallyport/internal/portal"
	"sallyport/internal/store"
	"sallyport/internal/value"
)

// readOrg keeps people, who of them is in a group, and an app, as a sync does.
func (b *bench) readOrg(t inventory.Tenant, group string, people map[string]string) inventory.Sync {
	b.t.Helper()
	ctx, shelf := b.t.Context(), b.db.Inventory
	s, err := shelf.Begin(ctx, t)
	if err != nil {
		b.t.Fatal(err)
	}
	tasks, err := shelf.Plan(ctx, s, []inventory.Task{{Step: "list"}})
	if err != nil {
		b.t.Fatal(err)
	}
	to := inventory.Ref{Kind: inventory.Group, ID: group}
	tasks[0].Done, tasks[0].Pages = true, 1
	o := inventory.Outcome{Task: tasks[0], Around: []inventory.Around{{Relation: inventory.MemberOf, Anchor: to}}}
	o.Entities = append(o.Entities, inventory.Entity{Ref: to, Name: "Owls", Body: json.RawMessage(`{"id":"g1"}`)})
	o.Entities = append(o.Entities, threat("none"), inventory.Entity{Ref: inventory.Ref{Kind: inventory.App, ID: "0oa1"}, Name: "Wiki", Body: json.RawMessage(`{"status":"ACTIVE"}`)})
	for _, id := range slices.Sorted(maps.Keys(people)) {
		login := people[id]
		from := inventory.Ref{Kind: inventory.User, ID: id}
		o.Entities = append(o.Entities, inventory.Entity{Ref: from, Name: login, Body: json.RawMessage(`{"profile":{"login":"` + login + `"}}`)})
		o.Around[0].Edges = append(o.Around[0].Edges, inventory.Edge{Relation: inventory.MemberOf, From: from, To: to})
	}
	if _, err := shelf.Save(ctx, s, []inventory.Outcome{o}); err != nil {
		b.t.Fatal(err)
	}
	if err := shelf.Settle(ctx, s, inventory.Settlement{
		Kinds: []inventory.Kind{inventory.User, inventory.Group, inventory.App, inventory.Setting}, Sights: seen(s.StartedAt),
	}); err != nil {
		b.t.Fatal(err)
	}
	return s
}

func elements(v any) []any {
	all, _ := v.([]any)
	return all
}

func TestInventory(t *testing.T) {
	woken := 0
	b := setup(t, func(d *Deps) {
		d.SyncsChanged = func() { woken++ }
		d.Meet = func(ctx context.Context, c store.Connection) (inventory.Tenant, error) {
			return d.DB.Inventory.Meet(ctx, inventory.Tenant{Org: c.Org, OktaID: "00o1", Domain: "https://acme.okta.com", Name: "Acme", Connection: c.ID})
		}
	})
	c, conn := b.admin(), b.okta(&value.Object{})
	looks := b.as(b.acme, "looks@acme.example", portal.Auditor)
	looks.post("/api/v1/tenants", value.Map("connection", conn), 403)
	c.post("/api/v1/tenants", value.Map("connection", b.deskConnection(c, "http://127.0.0.1:1", false)), 400)
	made := c.post("/api/v1/tenants", value.Map("connection", conn), 201)
	id := made.Text("id")
	if woken != 1 || made.Text("oktaId") != "00o1" || value.String(at(made, "sync.state")) != "running" {
		t.Fatalf("%d %s", woken, value.JSON(made))
	}
	tenant, err := b.db.Inventory.Tenant(t.Context(), b.acme.ID, id)
	if err != nil {
		t.Fatal(err)
	}
	first := b.readOrg(tenant, "g1", map[string]string{"u1": "ann@acme.example", "u2": "Bo@acme.example", "u3": "cy@acme.example"})
	c.post("/api/v1/tenants/"+id+"/syncs", nil, 202)
	second := b.readOrg(tenant, "g1", map[string]string{"u1": "anna@acme.example", "u2": "Bo@acme.example"})
	if first.ID == second.ID || woken != 2 {
		t.Errorf("one sync, woken %d times", woken)
	}
	detail := looks.get("/api/v1/tenants/"+id, 200)
	if got := value.JSON(detail); value.String(at(detail, "sync.state")) != "done" || len(elements(at(detail, "collections"))) != 3 {
		t.Errorf("%s", got)
	}
	names := func(target, field string) string {
		out := ""
		for n := 0; target != "" && n < 9; n++ {
			page := looks.get(target+"&limit=1", 200)
			for _, e := range items(page) {
				out += value.String(at(e, field)) + " "
			}
			base, _, _ := strings.Cut(target, "&cursor=")
			if target = ""; page.Text("next") != "" {
				target = base + "&cursor=" + page.Text("next")
			}
		}
		return out
	}
	base := "/api/v1/tenants/" + id
	then := "&at=" + first.StartedAt.Format(time.RFC3339Nano)
	for target, want := range map[string][2]string{
		base + "/entities?kind=user":                                             {"name", "anna@acme.example Bo@acme.example "},
		base + "/entities?q=BO":                                                  {"id", "u2 "},
		base + "/entities?q=u1":                                                  {"id", "u1 "},
		base + "/entities?q=%25":                                                 {"id", ""},
		base + "/entities?kind=user" + then:                                      {"id", "u1 u2 u3 "},
		base + "/entities/group/g1/edges?direction=to":                           {"name", "anna@acme.example Bo@acme.example "},
		base + "/entities/group/g1/edges?direction=to" + then:                    {"from.id", "u1 u2 u3 "},
		base + "/entities/user/u3/edges?relation=member_of":                      {"to.id", ""},
		base + "/changes?since=" + first.StartedAt.Format(time.RFC3339Nano):      {"change", "changed removed "},
		base + "/edge-changes?since=" + first.StartedAt.Format(time.RFC3339Nano): {"from.name", "cy@acme.example "},
	} {
		if got := names(target, want[0]); got != want[1] {
			t.Errorf("%s: %q, want %q", target, got, want[1])
		}
	}
	if h := looks.get(base+"/entities/user/u3", 200); h.At("gone") != true || len(elements(h.At("versions"))) != 1 {
		t.Errorf("%s", value.JSON(h))
	}
	if h := looks.get(base+"/entities/user/u1", 200); h.At("gone") != false || len(elements(h.At("versions"))) != 2 {
		t.Errorf("%s", value.JSON(h))
	}
	if all := items(looks.get(base+"/syncs", 200)); len(all) != 2 || all[0].Text("id") != second.ID {
		t.Errorf("%v", all)
	}
	if all := items(looks.get("/api/v1/tenants", 200)); len(all) != 1 {
		t.Errorf("%v", all)
	}
	looks.get(base+"/entities?kind=planet", 400)
	looks.get(base+"/entities?cursor=nonsense", 400)
	looks.get(base+"/changes?since=2030-01-01T00:00:00Z&until=2029-01-01T00:00:00Z", 400)
	looks.get(base+"/entities/user/nobody", 404)
	eve := b.as(b.evil, "eve@evil.example", portal.Admin)
	for _, target := range []string{"", "/entities", "/entities/user/u1", "/entities/user/u1/edges", "/changes", "/edge-changes", "/syncs"} {
		eve.get(base+target, 404)
	}
	eve.post(base+"/syncs", nil, 404)
	if all := items(eve.get("/api/v1/tenants", 200)); len(all) != 0 {
		t.Errorf("%v", all)
	}
}

// What events change of an org is in the next answer about access: the graph that was
// made before is not answered from any more.
func TestAccessFollowsDeltas(t *testing.T) {
	b := setup(t)
	c := b.admin()
	tenant, err := b.db.Inventory.Meet(t.Context(), inventory.Tenant{Org: b.acme.ID, OktaID: "00o1", Domain: "https://acme.okta.com", Name: "Acme"})
	if err != nil {
		t.Fatal(err)
	}
	b.readOrg(tenant, "g1", map[string]string{"00u1": "ada@acme.example"})
	exported := func() string {
		t.Helper()
		resp, text := c.send("GET", "/api/v1/tenants/"+tenant.ID+"/access/export?format=opengraph", "", nil)
		if resp.StatusCode != 200 {
			t.Fatalf("%d %s", resp.StatusCode, text)
		}
		return string(text)
	}
	if text := exported(); !strings.Contains(text, "ada@acme.example") || strings.Contains(text, "bob@acme.example") {
		t.Fatalf("before: %s", text)
	}
	at := b.now().Add(time.Second).UTC().Truncate(time.Microsecond)
	change := inventory.Change{At: at, Entities: []inventory.Entity{{Ref: inventory.Ref{Kind: inventory.User, ID: "00u2"}, Name: "bob@acme.example", Body: json.RawMessage(`{"profile":{"login":"bob@acme.example"}}`)}}}
	if _, err := b.db.Inventory.Apply(t.Context(), tenant, change); err != nil {
		t.Fatal(err)
	}
	if changed, err := b.db.Inventory.Advance(t.Context(), tenant, store.DeltaState{LookedAt: at}, nil); err != nil || !changed {
		t.Fatalf("the delta changed something: %v, %v", changed, err)
	}
	if text := exported(); !strings.Contains(text, "bob@acme.example") {
		t.Errorf("after: %s", text)
	}
}
