package api

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sallyport/internal/portal"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
	"sallyport/internal/value"
)

// shared are the path parameters that name nothing of an organization's.
func shared() map[string]string {
	return map[string]string{"/connectors/{id}": "desk", "/templates/{id}": "watch", "/rehearsal/users/{login}": "admin@acme.example", "/rehearsal/scenarios/{name}": "password_spray", "/rehearsal/performances/{id}": "1", "/rules/{rule}": "5b0f0a0e-7a57-4f0e-9a3e-0d8c4f1f6a01", "/entities/{kind}": "user", "/{entity}": "u1", "/principals/{kind}": "user", "/apps/{app}": "0oa1", "/checks/{check}": "THREAT-001", "/findings/{finding}": "THREAT-001:org"}
}

// own are the path parameters that name something of an organization's. A route
// with a parameter that is in neither list fails the tests below: it must be
// said whose it is.
func (f fixture) own() map[string]string {
	return map[string]string{
		"/flows/{id}": f.flow, "/folders/{id}": f.folder, "/tables/{id}": f.table, "/rows/{row}": f.row, "/connections/{id}": f.connection,
		"/events/{uuid}": f.event, "/event-searches/{id}": f.search, "/questions/{id}": f.question, "/runs/{id}": f.run, "/actions/{id}": f.action, "/sources/{id}": f.source, "/sessions/{id}": f.session, "/tokens/{id}": f.token, "/members/{id}": f.member, "/roles/{role}": f.role,
		"/alerts/{id}": f.alert, "/cases/{id}": f.story, "/suppressions/{suppression}": f.suppression, "/rulefiles/{file}": f.rules, "/channels/{channel}": f.channel, "/backtests/{id}": f.backtest, "/letters/{letter}": f.letter, "/tests/{test}": f.test,
		"/invitations/{invitation}": f.invitation, "/factors/{factor}": f.factor, "/tenants/{id}": f.tenant, "/exceptions/{exception}": f.exception, "/remedies/{remedy}": f.remedy, "/remedy-schedules/{schedule}": f.schedule, "/okta-setups/{setup}": f.setup,
	}
}

// ids are what must not be seen by another organization.
func (f fixture) ids() []string {
	out := []string{f.helper}
	for _, id := range f.own() {
		out = append(out, id)
	}
	return out
}

// path returns a route's path with a fixture's ids in it, and whether there are
// any of an organization's.
func (f fixture) path(t testing.TB, rt Route) (path string, owned bool) {
	t.Helper()
	path = rt.Path()
	for suffix, id := range f.own() {
		head, param, _ := strings.Cut(strings.TrimSuffix(suffix, "}"), "{")
		if strings.Contains(path, head+"{"+param+"}") {
			path, owned = strings.Replace(path, head+"{"+param+"}", head+id, 1), true
		}
	}
	for suffix, id := range shared() {
		head, param, _ := strings.Cut(strings.TrimSuffix(suffix, "}"), "{")
		path = strings.Replace(path, head+"{"+param+"}", head+id, 1)
	}
	if strings.Contains(path, "{") {
		t.Fatalf("%s: whose is what %s names? Say so in access_test.go", rt.Pattern, path)
	}
	return path, owned
}

// refs are the fields of bodies that name something of an organization's.
func (f fixture) refs() map[string]any {
	return map[string]any{
		"alerts": []any{f.alert}, "add": []any{f.alert}, "remove": []any{f.alert}, "case": f.story,
		"folder": f.folder, "connection": f.connection, "event": f.event, "connections": value.Map("desk", f.connection),
		"tables": value.Map("seen", f.table), "flowCeilings": value.Map(f.flow, 7.0),
	}
}

// body returns a body that a schema takes, with those of its fields that name
// something taken from a fixture. With all, fields that may be left out are not.
func (f fixture) body(s *schema, all bool) *value.Object {
	o := value.NewObject(4)
	for _, p := range s.props {
		if !p.required && !all {
			continue
		}
		if ref, ok := f.refs()[p.name]; ok {
			o.Set(p.name, ref)
			continue
		}
		if p.required {
			o.Set(p.name, sample(p.name, p.schema))
		}
	}
	return o
}

func sample(name string, s *schema) any {
	if s.of != nil {
		return sample(name, s.of)
	}
	switch known := map[string]any{"where": "false", "sql": "SELECT 1", "reason": "as agreed", "yaml": watched, "connector": "desk", "password": password + "2", "current": password, "email": "new@acme.example", "values": value.Map("login", "x"), "moments": []any{"opened"}, "days": []any{"mon"}, "permissions": []any{"flows:read"}}[name]; {
	case known != nil:
		return known
	case len(s.enum) > 0:
		return s.enum[len(s.enum)-1]
	case s.kind == "array":
		if s.items.kind != "object" {
			return []any{}
		}
		return []any{fixture{}.body(s.items, false)}
	case s.kind == "object":
		return fixture{}.body(s, false)
	case s.kind == "integer":
		return 1.0
	case s.kind == "boolean":
		return false
	}
	return "x"
}

// ask makes a route's request with a body.
func (c *client) ask(rt Route, path string, body *value.Object) (int, string) {
	c.t.Helper()
	resp, answer := c.askFor(rt, path, body)
	return resp.StatusCode, answer
}

// askFor is ask, with all of the answer.
func (c *client) askFor(rt Route, path string, body *value.Object) (*http.Response, string) {
	c.t.Helper()
	var r io.Reader
	media := "application/json"
	switch {
	case rt.in.upload != nil:
		r, media = strings.NewReader("login\nx\n"), "text/csv"
	case rt.in.body != nil:
		r = bytes.NewReader(value.JSON(body))
	}
	resp, raw := c.send(rt.Method(), path, media, r)
	return resp, string(raw)
}

func (rt Route) streams() bool { return rt.Doc.Gives == "text/event-stream" }

// twoOrganizations is two organizations with one of everything each, on a database.
func twoOrganizations(t *testing.T, db *store.DB) (b *bench, acme, evil fixture) {
	t.Helper()
	_, url := realSandbox(t)
	b = setupOn(t, db, func(d *Deps) { d.Sandbox = url })
	b.member(b.acme, "ada@acme.example", portal.Admin)
	b.member(b.evil, "eve@evil.example", portal.Admin)
	return b, b.fill(b.acme, "ada@acme.example"), b.fill(b.evil, "eve@evil.example")
}

// Only what is meant for everybody answers who is nobody.
func TestNobodyComesIn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b, acme, _ := twoOrganizations(t, db)
		var open []string
		for _, rt := range Routes() {
			if rt.Permission == anyone {
				open = append(open, rt.Pattern)
				continue
			}
			path, _ := acme.path(t, rt)
			for name, c := range map[string]*client{"nobody": b.anybody(), "a made-up token": {t: t, url: b.url, http: b.anybody().http, bearer: "spt_" + strings.Repeat("x", 43), header: http.Header{}}} {
				status, body := c.ask(rt, path, value.Map())
				if status != 401 || !strings.Contains(body, `"kind":"unauthenticated"`) {
					t.Errorf("%s answers %s with %d: %s", rt.Pattern, name, status, body)
				}
			}
		}
		want := []string{
			"POST /api/v1/confirmations", "POST /api/v1/confirmations/again", "POST /api/v1/invitation", "POST /api/v1/invitation/accept", "PUT /api/v1/password", "POST /api/v1/password/reset", "POST /api/v1/session", "POST /api/v1/session/link", "POST /api/v1/session/passkey",
			"POST /api/v1/session/passkey/challenge", "POST /api/v1/session/second", "POST /api/v1/session/second/app", "POST /api/v1/session/second/passkey", "GET /api/v1/signin", "POST /api/v1/sso/start", "GET /healthz", "GET /readyz",
		}
		if !slices.Equal(open, want) {
			t.Errorf("open to everybody: %v, want %v", open, want)
		}
	})
}

// What is no route of the API answers nobody with anything of an organization's:
// the description of the API tells everybody what all servers have, and figures
// are for this machine, or for who has the token.
func TestBesideTheRoutes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b, acme, _ := twoOrganizations(t, db)
		far := b.anybody()
		far.header.Set("X-Forwarded-For", "198.51.100.7")
		for name, tt := range map[string]struct {
			c      *client
			path   string
			status int
		}{
			"the description, for everybody":    {far, "/api/openapi.json", 200},
			"the description, in a session":     {b.as(b.acme, "vic@acme.example", portal.Auditor), "/api/openapi.json", 200},
			"figures, from elsewhere":           {far, "/metrics", 403},
			"figures, on this machine":          {b.anybody(), "/metrics", 200},
			"what there is not, for nobody":     {far, "/api/v1/nothing", 404},
			"what there is not, above the rest": {far, "/api/", 404},
		} {
			resp, raw := tt.c.send(http.MethodGet, tt.path, "", nil)
			if resp.StatusCode != tt.status {
				t.Errorf("%s: %d, want %d: %s", name, resp.StatusCode, tt.status, raw)
			}
			for _, told := range append(acme.ids(), "acme.example", b.acme.ID, password) {
				if strings.Contains(string(raw), told) {
					t.Errorf("%s: tells of %s", name, told)
				}
			}
			for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete} {
				if resp, raw := tt.c.send(method, tt.path, "application/json", strings.NewReader("{}")); resp.StatusCode < 400 || resp.StatusCode >= 500 {
					t.Errorf("%s: %s is answered with %d: %s", name, method, resp.StatusCode, raw)
				}
			}
		}
	})
}

// Whoever has no permission is told so, before anything of the request is looked
// at: with ids that are there, a body that is wrong, or none.
func TestPermissionIsWanted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b, acme, _ := twoOrganizations(t, db)
		nil0 := b.member(b.acme, "nil@acme.example", portal.Admin)
		c := b.anybody()
		c.signIn("nil@acme.example")
		b.setRole(b.acme, nil0, "")
		for _, rt := range Routes() {
			if rt.Permission == anyone || rt.Permission == signedIn {
				continue
			}
			path, _ := acme.path(t, rt)
			status, body := c.ask(rt, path, value.Map("wrong", true))
			if status != 403 || !strings.Contains(body, string(rt.Permission)) {
				t.Errorf("%s wants %s, but answers one without it with %d: %s", rt.Pattern, rt.Permission, status, body)
			}
			for _, id := range acme.ids() {
				if strings.Contains(body, id) {
					t.Errorf("%s shows %s: %s", rt.Pattern, id, body)
				}
			}
		}
	})
}

// A role may do what its permissions say, route by route, and nothing else.
func TestRolesReachWhatTheyMay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b, acme, _ := twoOrganizations(t, db)
		for _, role := range portal.Builtins() {
			c := b.as(b.acme, role.ID+"@acme.example", role.ID)
			for _, rt := range Routes() {
				if rt.Method() != http.MethodGet || rt.Permission == anyone || rt.streams() {
					continue
				}
				path, _ := acme.path(t, rt)
				if strings.HasPrefix(path, "/api/v1/sessions/") || strings.HasPrefix(path, "/api/v1/templates/") {
					continue // another's session; no templates here
				}
				if strings.HasPrefix(path, "/api/v1/connectors/") && strings.HasSuffix(path, "/file") && role.Allows(rt.Permission) {
					continue // of connectors that the organization made: there is none
				}
				if path == "/oauth/callback" && role.Allows(rt.Permission) {
					continue // there is nothing to come back from: see consent_test.go
				}
				if strings.HasPrefix(path, "/api/v1/rehearsal/performances/") && role.Allows(rt.Permission) {
					continue // nothing was played
				}
				status, body := c.ask(rt, path, nil)
				want := 200
				if rt.Permission != signedIn && !role.Allows(rt.Permission) {
					want = 403
				}
				if status != want {
					t.Errorf("%s answers a %s with %d, want %d: %s", rt.Pattern, role.Name, status, want, body)
				}
			}
		}
	})
}

// barred is what stands in the answer to one who lacks a route's permission.
const barred = "this wants the permission "

// let reports whether a route lets a client in. The ids of the path are made up, and
// the body is wrong: nothing is changed by asking.
func (c *client) let(rt Route) bool {
	c.t.Helper()
	path, _ := forged().path(c.t, rt)
	status, body := c.ask(rt, path, value.Map("wrong", true))
	if status == 401 {
		c.t.Errorf("%s takes somebody who is signed in for nobody: %s", rt.Pattern, body)
	}
	out := strings.Contains(body, barred+string(rt.Permission)+",")
	if strings.Contains(body, barred) && (status != 403 || !out) {
		c.t.Errorf("%s wants %s, and answers with %d: %s", rt.Pattern, rt.Permission, status, body)
	}
	return !out
}

// forged is a fixture of ids that there are not.
func forged() fixture {
	x := "0000000000000000made"
	return fixture{
		folder: x, flow: x, helper: x, table: x, row: x, connection: x, source: x, event: x, run: x, action: x, session: x, token: x, member: x, role: x,
		alert: x, story: x, suppression: x, search: x, question: x, rules: x, channel: x, backtest: x, letter: x, invitation: x, factor: x, test: x, tenant: x, exception: x, remedy: x, schedule: x, setup: x,
	}
}

// asked are the routes that want a permission, as one of them can be asked for.
func asked() []Route {
	return slices.DeleteFunc(Routes(), func(rt Route) bool {
		return rt.Permission == anyone || rt.Permission == signedIn || rt.streams()
	})
}

// Every route lets in who has a role that allows it, and nobody else: for each
// role, for two of them together, and for who has none.
func TestEveryRouteForEveryRole(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b, _, _ := twoOrganizations(t, db)
		roles := portal.Builtins()
		sets := [][]portal.Role{{}, {roles[2], roles[3]}} // nothing; an analyst who makes flows
		for _, r := range roles {
			sets = append(sets, []portal.Role{r})
		}
		admin := b.anybody()
		admin.signIn("ada@acme.example")
		for i, set := range sets {
			email := fmt.Sprintf("m%d@acme.example", i)
			a := b.member(b.acme, email, portal.Auditor)
			admin.do(http.MethodPatch, "/api/v1/members/"+a.ID, value.Map("roles", each(set, func(r portal.Role) any { return r.ID })), 200)
			c := b.anybody()
			c.signIn(email)
			who := portal.Caller{Roles: set}
			for _, rt := range asked() {
				if got := c.let(rt); got != who.Can(rt.Permission) {
					t.Errorf("%s lets %s in: %v", rt.Pattern, who.RoleNames(), got)
				}
			}
		}
	})
}

// Every permission that there is opens the routes that want it, and those alone: a
// role of that permission is let in, one of all the others is not. An API token is
// held to its permissions in the same way.
func TestEveryRouteForEveryPermission(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b, _, _ := twoOrganizations(t, db)
		admin, c, program := b.anybody(), b.anybody(), b.anybody()
		admin.signIn("ada@acme.example")
		role := admin.post("/api/v1/roles", value.Map("name", "Only", "permissions", []any{"flows:read"}), 201).Text("id")
		a := b.member(b.acme, "one@acme.example", portal.Auditor)
		admin.do(http.MethodPatch, "/api/v1/members/"+a.ID, value.Map("roles", []any{role}), 200)
		c.signIn("one@acme.example")
		for _, p := range portal.Permissions() {
			wanting := slices.DeleteFunc(asked(), func(rt Route) bool { return rt.Permission != p })
			if len(wanting) == 0 && p != portal.FlowsDelegate {
				t.Errorf("no route wants %s", p)
			}
			others := slices.DeleteFunc(portal.Permissions(), func(x portal.Permission) bool { return x == p })
			program.bearer = admin.post("/api/v1/tokens", value.Map("name", "all but "+string(p), "permissions", each(others, func(p portal.Permission) any { return string(p) })), 201).Text("token")
			for _, all := range [][]portal.Permission{{p}, others} {
				admin.do(http.MethodPut, "/api/v1/roles/"+role, value.Map("name", "Only", "permissions", each(all, func(p portal.Permission) any { return string(p) })), 200)
				for _, rt := range wanting {
					if want := slices.Contains(all, p); c.let(rt) != want {
						t.Errorf("%s lets in one who may %v: %v", rt.Pattern, all, !want)
					}
				}
			}
			for _, rt := range wanting {
				if program.let(rt) {
					t.Errorf("%s lets in an API token that may not %s", rt.Pattern, p)
				}
			}
		}
	})
}

// An id that there is not is answered like one of another organization: there is
// no such thing.
func TestForgedIDs(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b, acme, _ := twoOrganizations(t, db)
		admin := b.anybody()
		admin.signIn("ada@acme.example")
		for _, rt := range asked() {
			path, owned := forged().path(t, rt)
			if !owned {
				continue
			}
			var body *value.Object
			if rt.in.body != nil {
				body = acme.body(rt.in.body, false)
			}
			if status, answer := admin.ask(rt, path, body); status != 404 {
				t.Errorf("%s answers for what there is not with %d: %s", rt.Pattern, status, answer)
			}
		}
	})
}

// A member of another organization, an administrator there, gets nothing by ids
// that are not theirs: in paths, in bodies, or in lists.
func TestOrganizationsAreApart(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b, acme, evil := twoOrganizations(t, db)
		eve := b.anybody()
		eve.signIn("eve@evil.example")
		before := b.snapshot(acme)
		for _, rt := range Routes() {
			if rt.Permission == anyone || rt.streams() {
				continue
			}
			forged, owned := acme.path(t, rt)
			var body *value.Object
			if rt.in.body != nil {
				body = evil.body(rt.in.body, false)
			}
			if owned {
				if status, answer := eve.ask(rt, forged, body); status != 404 {
					t.Errorf("%s answers for a thing of another organization with %d: %s", rt.Pattern, status, answer)
				}
				continue
			}
			if rt.Method() == http.MethodGet && !strings.HasPrefix(rt.Path(), "/api/v1/audit") { // that tells her what she asked for herself: see audit_test.go
				_, answer := eve.ask(rt, forged, nil)
				for _, id := range acme.ids() {
					if strings.Contains(answer, id) {
						t.Errorf("%s shows %s of another organization: %s", rt.Pattern, id, answer)
					}
				}
			}
		}
		for _, rt := range Routes() {
			if rt.in.body == nil || rt.Permission == anyone {
				continue
			}
			for _, p := range rt.in.body.props {
				forged, ok := acme.refs()[p.name]
				if !ok {
					continue
				}
				path, _ := evil.path(t, rt)
				body := evil.body(rt.in.body, false)
				body.Set(p.name, forged)
				if status, answer := eve.ask(rt, path, body); status < 400 || status >= 500 {
					t.Errorf("%s takes the %s of another organization: %d %s", rt.Pattern, p.name, status, answer)
				}
			}
		}
		if after := b.snapshot(acme); before != after {
			t.Errorf("something of acme's was changed:\n%s\n%s", before, after)
		}
	})
}

// snapshot is what acme's administrator sees of everything there.
func (b *bench) snapshot(f fixture) string {
	b.t.Helper()
	c := b.anybody()
	c.signIn("ada@acme.example")
	passing := regexp.MustCompile(`"(minutes|errors)":\[[0-9,]*\],?`) // what a source did in each of the last minutes
	var out strings.Builder
	for _, rt := range Routes() {
		if rt.Method() != http.MethodGet || rt.Permission == anyone || rt.Permission == signedIn || rt.streams() || strings.Contains(rt.Path(), "/members") || strings.Contains(rt.Path(), "/audit") || strings.Contains(rt.Path(), "/rehearsal") || strings.HasSuffix(rt.Path(), "/summary") || strings.HasSuffix(rt.Path(), "/context") || rt.Path() == "/oauth/callback" {
			continue
		}
		path, owned := f.path(b.t, rt)
		if !owned && strings.Contains(rt.Path(), "{") {
			continue
		}
		status, body := c.ask(rt, path, nil)
		if status != 200 {
			b.t.Errorf("%s answers its own administrator with %d: %s", rt.Pattern, status, body)
		}
		fmt.Fprintf(&out, "%s %s\n", path, passing.ReplaceAllString(body, ""))
	}
	return out.String()
}
