package guard_test

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"sallyport/content"
	"sallyport/internal/connector"
	"sallyport/internal/egress"
	"sallyport/internal/guard"
	"sallyport/internal/portal"
	"sallyport/internal/quota"
	"sallyport/internal/secret"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
	"sallyport/internal/value"
)

// okta answers the look-ups of an org in which root, who is 00uroot, is in the
// group Break glass, which is 00gbg; ada is in none.
func okta(w http.ResponseWriter, r *http.Request) {
	parts := strings.Split(strings.TrimPrefix(r.URL.Path, "/api/v1/"), "/")
	name := strings.TrimSuffix(strings.TrimPrefix(parts[1], "00u"), "@acme.example")
	w.Header().Set("Content-Type", "application/json")
	switch {
	case parts[0] == "groups" && parts[1] == "00gbg":
		_, _ = io.WriteString(w, `{"id":"00gbg","profile":{"name":"Break glass"}}`)
	case parts[0] == "groups" || name != "root" && name != "ada":
		w.WriteHeader(http.StatusNotFound)
	case len(parts) == 3 && name == "root":
		_, _ = io.WriteString(w, `[{"id":"00gbg","profile":{"name":"Break glass"}}]`)
	case len(parts) == 3:
		_, _ = io.WriteString(w, `[]`)
	default:
		_, _ = fmt.Fprintf(w, `{"id":"00u%[1]s","profile":{"login":"%[1]s@acme.example"}}`, name)
	}
}

// ways is a guard with the connectors that ship, and the ways to one org: Okta's
// own connection and HTTP connections.
type ways struct {
	*guard.Guard
	t     *testing.T
	db    *store.DB
	shelf *connector.Shelf
	conns map[string]connector.Connection
	url   string
}

// bundled loads the connectors once: it takes a moment.
var bundled = sync.OnceValues(func() (*connector.Shelf, error) { return connector.LoadSound(content.FS) })

func newWays(t *testing.T, db *store.DB) *ways {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(okta))
	t.Cleanup(srv.Close)
	shelf, err := bundled()
	if err != nil {
		t.Fatal(err)
	}
	keys, err := secret.Open(filepath.Join(t.TempDir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Organizations.Add(t.Context(), portal.Organization{ID: org, Slug: "acme", Name: "Acme"}); err != nil {
		t.Fatal(err)
	}
	engine := connector.NewEngine(connector.Options{
		Shelf: shelf, Keyring: keys, Quota: quota.NewRegistry(quota.Options{}), Egress: egress.New(egress.Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}),
	})
	x := &ways{t: t, db: db, shelf: shelf, url: srv.URL, conns: map[string]connector.Connection{}}
	x.Guard = &guard.Guard{Ledger: db.Actions, Tenants: db.Connections, Directory: &guard.Directory{Caller: engine, Now: time.Now}, Caller: engine, Log: slog.New(slog.DiscardHandler), Now: time.Now}
	local := strings.Replace(srv.URL, "127.0.0.1", "localhost", 1)
	for _, c := range []connector.Connection{
		{ID: "okta", Connector: "okta", Auth: connector.APIKey, Settings: value.Map("domain", srv.URL, "admin_url", "https://acme-admin.okta.com")},
		{ID: "http", Connector: "http", Auth: connector.None, Settings: value.Map()},
		{ID: "ssws", Connector: "http", Auth: connector.APIKey, Settings: value.Map("base_url", local+"/api", "api_key_header", "Authorization")},
		{ID: "elsewhere", Connector: "http", Auth: connector.APIKey, Settings: value.Map("base_url", "https://login.acme.example", "api_key_header", "Authorization")},
	} {
		c.Org, c.Name = org, c.ID
		if c.Auth == connector.APIKey {
			if c.Sealed, err = engine.Seal(c, map[string]secret.Text{"api_key": secret.NewText("SSWS 00QCjAl4MlV-WPXM")}); err != nil {
				t.Fatal(err)
			}
		}
		if err := db.Connections.Add(t.Context(), store.Connection{Connection: c, Own: c.Settings}); err != nil {
			t.Fatal(err)
		}
		x.conns[c.ID] = c
	}
	return x
}

// ask asks for a call of anything through a connection.
func (x *ways) ask(conn, method, url string, body any) (connector.Permit, guard.Entry) {
	x.t.Helper()
	c := x.conns[conn]
	con, _ := x.shelf.Get(c.Connector)
	in := connector.Intent{Org: org, Actor: "flow:f1", Why: connector.Why{Cause: "event", Flow: "f1", Run: "r1"}, Connection: c, Connector: con, Attempt: 1}
	in.Call = connector.Call{Action: map[string]string{"okta": "custom_api_call", "http": "request"}[c.Connector], Inputs: value.Map("method", method, "url", url, "body", body)}
	in.Action = con.Actions[in.Call.Action]
	in.Effect = in.Action.EffectOf(in.Call.Inputs)
	p, err := x.Begin(x.t.Context(), in)
	if err != nil {
		x.t.Fatalf("%s %s: %v", method, url, err)
	}
	if p.Ledger == "" {
		return p, guard.Entry{}
	}
	e, err := x.Ledger.Get(x.t.Context(), org, p.Ledger)
	if err != nil {
		x.t.Fatal(err)
	}
	return p, e
}

// However a call gets to the tenant, whoever is protected is found in it; and
// where that cannot be told, it is not made.
func TestCallsOfAnything(t *testing.T) {
	bg := []any{"00gbg"}
	tests := map[string]struct {
		conn, method, url string
		body              any
		says              string // of the refusal; "" for a call that may be made
		target            string
	}{
		"a person":                                  {"okta", "POST", "/api/v1/users/00uada/lifecycle/suspend", nil, "", "user 00uada"},
		"a member":                                  {"okta", "POST", "/api/v1/users/root@acme.example/lifecycle/suspend", nil, `member of the protected group "Break glass"`, "user 00uroot"},
		"a new member":                              {"okta", "POST", "/api/v1/users?activate=true", value.Map("profile", value.Map("login", "eve@acme.example"), "groupIds", bg), `"Break glass" is protected`, "group 00gbg"},
		"a new person":                              {"okta", "POST", "/api/v1/users?activate=true", value.Map("profile", value.Map("login", "eve@acme.example")), "", ""},
		"a rule for the group":                      {"okta", "POST", "/api/v1/groups/rules", value.Map("actions", value.Map("assignUserToGroups", value.Map("groupIds", bg))), `"Break glass" is protected`, "group 00gbg"},
		"a rule that begins":                        {"okta", "POST", "/api/v1/groups/rules/0pr1/lifecycle/activate", nil, "cannot be told", ""},
		"the first of two groups":                   {"okta", "PUT", "/api/v1/groups/00gbg/roles/r1/targets/groups/00g2", nil, `"Break glass" is protected`, "group 00gbg"},
		"the last of two groups":                    {"okta", "PUT", "/api/v1/groups/00g2/roles/r1/targets/groups/00gbg", nil, `"Break glass" is protected`, "group 00g2"},
		"a session":                                 {"okta", "DELETE", "/api/v1/sessions/102", nil, "cannot be told", ""},
		"a network zone":                            {"okta", "POST", "/api/v1/zones", value.Map("name", "x"), "", ""},
		"a read":                                    {"okta", "GET", "/api/v1/sessions/me", nil, "", ""},
		"too many":                                  {"okta", "POST", "/api/v1/users", value.Map("groupIds", numbered(200)), "touches 200 people and groups in one call", "group g0"},
		"a person by HTTP":                          {"ssws", "POST", "/v1/users/00uada/lifecycle/expire_password", nil, "", "user 00uada"},
		"a member by HTTP":                          {"ssws", "POST", "/v1/users/root@acme.example/lifecycle/expire_password", nil, `member of the protected group "Break glass"`, "user 00uroot"},
		"a new member by HTTP":                      {"ssws", "POST", "/v1/users", value.Map("groupIds", bg), `"Break glass" is protected`, "group 00gbg"},
		"a session by HTTP":                         {"ssws", "DELETE", "/v1/sessions/102", nil, "cannot be told", ""},
		"a read by HTTP":                            {"ssws", "GET", "/v1/users/root@acme.example", nil, "", ""},
		"the admin console's host by HTTP":          {"http", "POST", "https://acme-admin.okta.com/api/v1/users/00uroot/lifecycle/suspend", nil, `member of the protected group`, "user 00uroot"},
		"the org's own host by HTTP":                {"http", "POST", "https://ACME.okta.com./api/v1/users/00uroot/lifecycle/suspend", nil, `member of the protected group`, "user 00uroot"},
		"a path that hides where it leads":          {"http", "POST", "https://acme.okta.com/api/v1/zones/../users/00uroot/lifecycle/suspend", nil, "not written plainly", ""},
		"a host in other letters":                   {"http", "POST", "https://acme.okta。com/api/v1/users/00uroot/lifecycle/suspend", nil, "not written plainly", ""},
		"an org that no connection is for":          {"http", "POST", "https://other.okta.com/api/v1/users/00uroot/lifecycle/suspend", nil, "no connection is for the tenant at other.okta.com", ""},
		"another host with a token of Okta's":       {"elsewhere", "POST", "/api/v1/users/00uroot/lifecycle/suspend", nil, "no connection is for the tenant at login.acme.example", ""},
		"what is no tenant at all":                  {"http", "POST", "https://api.acme.example/api/v1/users/00uroot", nil, "", ""},
		"a hook of Okta Workflows, which is no org": {"http", "POST", "https://acme.workflows.okta.com/api/flo/1/invoke", nil, "", ""},
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		x := newWays(t, db)
		if err := db.Actions.SetPolicy(t.Context(), org, guard.Policy{Ceiling: 1000, ProtectedGroups: []string{"Break glass"}}); err != nil {
			t.Fatal(err)
		}
		for name, tt := range tests {
			p, e := x.ask(tt.conn, tt.method, tt.url, tt.body)
			want := connector.Proceed
			if tt.says != "" {
				want = connector.Refuse
			}
			if p.Verdict != want || !strings.Contains(p.Reason, tt.says) {
				t.Errorf("%s: %s %q", name, p.Verdict, p.Reason)
			}
			if got := strings.TrimSpace(e.TargetType + " " + e.TargetID); got != tt.target {
				t.Errorf("%s: the target is %q, want %q", name, got, tt.target)
			}
		}
	})
}

// Where nobody is protected every call may be made, and the ledger knows whom
// it was for all the same.
func TestCallsOfAnythingUnprotected(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		x := newWays(t, db)
		for _, url := range []string{"/v1/users/root@acme.example/lifecycle/suspend", "/v1/sessions/102", "/v1/groups/rules/0pr1/lifecycle/activate"} {
			p, e := x.ask("ssws", "POST", url, nil)
			if p.Verdict != connector.Proceed {
				t.Errorf("%s: %s %q", url, p.Verdict, p.Reason)
			}
			if strings.Contains(url, "/users/") && e.TargetID != "root@acme.example" {
				t.Errorf("%s: the target is %q", url, e.TargetID)
			}
		}
	})
}

// One person is found in the ledger by login and by id, whichever a flow said.
func TestTargetByLoginAndID(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		x := newWays(t, db)
		if err := db.Actions.SetPolicy(t.Context(), org, guard.Policy{Ceiling: 1000, ProtectedGroups: []string{"Break glass"}}); err != nil {
			t.Fatal(err)
		}
		x.ask("okta", "POST", "/api/v1/users/ada@acme.example/lifecycle/suspend", nil)
		x.ask("okta", "POST", "/api/v1/users/00uada/lifecycle/unsuspend", nil)
		for _, target := range []string{"00uada", "ada@acme.example"} {
			if es, err := db.Actions.List(t.Context(), org, store.ActionFilter{Target: target, Limit: 10}); err != nil || len(es) != 2 {
				t.Errorf("%d entries of %s, want 2 (%v)", len(es), target, err)
			}
		}
	})
}

func numbered(n int) []any {
	list := make([]any, n)
	for i := range list {
		list[i] = fmt.Sprint("g", i)
	}
	return list
}
