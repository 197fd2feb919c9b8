package api

import (
	"context"
	"strings"
	"testing"

	"sallyport/internal/connector"
	"sallyport/internal/portal"
	"sallyport/internal/value"
)

// reader answers requests of an org by the beginning of what they ask for.
type reader struct {
	Engine

	answers map[string]connector.Raw
}

func (r reader) Raw(_ context.Context, _ connector.Connection, call connector.Call) (connector.Raw, error) {
	for path, a := range r.answers {
		if strings.HasPrefix(call.Inputs.Text("url"), path) {
			return a, nil
		}
	}
	return connector.Raw{Status: 404, Body: []byte(`{"errorCode":"E0000008","errorSummary":"The requested path was not found"}`)}, nil
}

// A connection's coverage says of each area what is seen of it, and which scope is
// missing.
func TestCoverage(t *testing.T) {
	b := setup(t, func(d *Deps) {
		d.Engine = reader{d.Engine, map[string]connector.Raw{
			"/api/v1/users?":     {Status: 200, Body: []byte(`[{"id":"00u1"}]`)},
			"/api/v1/zones":      {Status: 403, Header: map[string][]string{"Www-Authenticate": {`Bearer scope="okta.networkZones.read", error="insufficient_scope"`}}},
			"/api/v1/eventHooks": {Status: 200, Body: []byte(`[]`)},
			"/api/v1/groups?":    {Status: 200, Body: []byte(`[]`)},
		}}
	})
	c := b.admin()
	id := b.okta(&value.Object{})
	got := map[string]*value.Object{}
	for _, a := range items(c.get("/api/v1/connections/"+id+"/coverage", 200)) {
		got[a.Text("id")] = a
	}
	for area, want := range map[string]string{"users": "full", "zones": "denied", "event_hooks": "full", "groups": "unknown", "realms": "absent", "members": "unknown"} {
		if got[area].Text("visible") != want || got[area].Text("said") == "" {
			t.Errorf("%s: %s", area, value.JSON(got[area]))
		}
	}
	if got["zones"].Text("missing") != "okta.networkZones.read" || got["users"].Text("scope") != "okta.users.read" {
		t.Errorf("%s", value.JSON(got["zones"]))
	}
	desk := b.deskConnection(c, "http://127.0.0.1:1", false)
	if got := items(c.get("/api/v1/connections/"+desk+"/coverage", 200)); len(got) != 0 {
		t.Errorf("of another system: %v", got)
	}
	c.get("/api/v1/connections/nothing/coverage", 404)
	b.as(b.evil, "eve@evil.example", portal.Admin).get("/api/v1/connections/"+id+"/coverage", 404)
	b.as(b.acme, "looks@acme.example", portal.Auditor).get("/api/v1/connections/"+id+"/coverage", 403)
}
