package api

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"sallyport/internal/portal"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
	"sallyport/internal/value"
)

func TestCustomRolesAreMadeGivenChangedAndDeleted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := setupOn(t, db)
		c := b.admin()
		if got := items(c.get("/api/v1/permissions", 200)); len(got) != len(portal.Permissions()) || got[0].Text("text") == "" || got[0].Text("area") == "" {
			t.Errorf("%d permissions", len(got))
		}
		made := c.post("/api/v1/roles", value.Map("name", " Help desk ", "permissions", []any{"flows:delegate", "alerts:read"}), 201)
		if made.Text("name") != "Help desk" || made.At("builtin") != false || at(made, "permissions.0") != "flows:delegate" {
			t.Errorf("%s", value.JSON(made))
		}
		path := "/api/v1/roles/" + made.Text("id")
		for name, tt := range map[string]struct {
			body  *value.Object
			field string
		}{
			"no name":         {value.Map("name", " ", "permissions", []any{"flows:read"}), "name"},
			"a builtin name":  {value.Map("name", "full ADMIN", "permissions", []any{"flows:read"}), "name"},
			"a builtin id":    {value.Map("name", "Admin", "permissions", []any{"flows:read"}), "name"},
			"nothing allowed": {value.Map("name", "x", "permissions", []any{}), "permissions"},
			"no permission":   {value.Map("name", "x", "permissions", []any{"all"}), "permissions[0]"},
		} {
			if e := failure(c.post("/api/v1/roles", tt.body, 400)); e.Text("field") != tt.field {
				t.Errorf("%s: %s", name, value.JSON(e))
			}
		}
		c.post("/api/v1/roles", value.Map("name", "HELP desk", "permissions", []any{"flows:read"}), 409)
		for _, method := range []string{http.MethodPut, http.MethodDelete} {
			if e := failure(c.do(method, "/api/v1/roles/auditor", value.Map("name", "x", "permissions", []any{"flows:read"}), 409)); !strings.Contains(e.Text("message"), "builtin") {
				t.Errorf("%s of a builtin role: %s", method, value.JSON(e))
			}
		}
		bob := b.member(b.acme, "bob@acme.example", portal.Auditor)
		theirs := b.anybody()
		theirs.signIn("bob@acme.example")
		got := c.do(http.MethodPatch, "/api/v1/members/"+bob.ID, value.Map("roles", []any{"help desk", "analyst"}), 200)
		ids := strings.Fields(roleIDs(got))
		if len(ids) != 2 || !slices.Contains(ids, "analyst") || !slices.Contains(ids, made.Text("id")) || at(got, "roles.0.source") != "manual" {
			t.Errorf("%s", value.JSON(got))
		}
		theirs.get("/api/v1/tables", 200) // as an analyst
		c.do(http.MethodPatch, "/api/v1/members/"+bob.ID, value.Map("roles", []any{"Help desk"}), 200)
		theirs.get("/api/v1/tables", 403)
		theirs.get("/api/v1/alerts", 200)
		if got := c.do(http.MethodPut, path, value.Map("name", "Desk", "permissions", []any{"tables:read"}), 200); got.Text("name") != "Desk" {
			t.Errorf("%s", value.JSON(got))
		}
		theirs.get("/api/v1/tables", 200)
		if e := failure(theirs.get("/api/v1/alerts", 403)); !strings.Contains(e.Text("message"), "Desk") {
			t.Errorf("%s", value.JSON(e))
		}
		if e := failure(c.do(http.MethodDelete, path, nil, 409)); !strings.Contains(e.Text("message"), "Bob") {
			t.Errorf("%s", value.JSON(e))
		}
		c.do(http.MethodPatch, "/api/v1/members/"+bob.ID, value.Map("roles", []any{}), 200)
		c.do(http.MethodDelete, path, nil, 204)
		c.do(http.MethodDelete, path, nil, 404)
		c.do(http.MethodPut, path, value.Map("name", "Desk", "permissions", []any{"tables:read"}), 404)
	})
}

// Nobody grants what they may not do themselves: not by a role that there is, nor
// by one that they make or widen, nor by an API token.
func TestNobodyGrantsMoreThanTheyMay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := setupOn(t, db)
		admin := b.admin()
		keeper := admin.post("/api/v1/roles", value.Map("name", "Keeper", "permissions", []any{"members:read", "members:write", "roles:write", "tables:read", "tokens:write"}), 201).Text("id")
		wide := admin.post("/api/v1/roles", value.Map("name", "Wide", "permissions", []any{"guard:write", "tables:read"}), 201).Text("id")
		kim := b.member(b.acme, "kim@acme.example", portal.Auditor)
		bob := b.member(b.acme, "bob@acme.example", portal.Responder)
		admin.do(http.MethodPatch, "/api/v1/members/"+kim.ID, value.Map("roles", []any{keeper}), 200)
		c := b.anybody()
		c.signIn("kim@acme.example")
		program := b.anybody()
		program.bearer = c.post("/api/v1/tokens", value.Map("name", "x", "permissions", []any{"members:write", "members:read", "roles:write"}), 201).Text("token")
		for name, tt := range map[string]struct {
			c            *client
			method, path string
			body         *value.Object
		}{
			"Full Admin to herself":          {c, http.MethodPatch, "/api/v1/members/" + kim.ID, value.Map("roles", []any{keeper, "admin"})},
			"Auditor to another":             {c, http.MethodPatch, "/api/v1/members/" + bob.ID, value.Map("roles", []any{"auditor"})},
			"a wider role":                   {c, http.MethodPatch, "/api/v1/members/" + bob.ID, value.Map("roles", []any{wide})},
			"a new role":                     {c, http.MethodPost, "/api/v1/roles", value.Map("name", "Mine", "permissions", []any{"guard:write"})},
			"more to her own role":           {c, http.MethodPut, "/api/v1/roles/" + keeper, value.Map("name", "Keeper", "permissions", []any{"guard:write"})},
			"a token":                        {c, http.MethodPost, "/api/v1/tokens", value.Map("name", "x", "permissions", []any{"guard:write"})},
			"her own role, by less than it":  {program, http.MethodPatch, "/api/v1/members/" + bob.ID, value.Map("roles", []any{keeper})},
			"a new role, by what it has not": {program, http.MethodPost, "/api/v1/roles", value.Map("name", "Mine", "permissions", []any{"tables:read"})},
		} {
			if e := failure(tt.c.do(tt.method, tt.path, tt.body, 403)); !strings.Contains(e.Text("message"), "may not do yourself") {
				t.Errorf("%s: %s", name, value.JSON(e))
			}
		}
		c.do(http.MethodPatch, "/api/v1/members/"+bob.ID, value.Map("roles", []any{"responder", keeper}), 200) // responder he has had
		c.do(http.MethodPut, "/api/v1/roles/"+wide, value.Map("name", "Less", "permissions", []any{"guard:write"}), 200)
		if got := roleIDs(admin.get("/api/v1/session", 200)); got != "admin" {
			t.Errorf("%s", got)
		}
	})
}

// What a role loses is gone from sessions and API tokens at the next request.
func TestTakenAwayAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := setupOn(t, db)
		admin := b.admin()
		role := admin.post("/api/v1/roles", value.Map("name", "Desk", "permissions", []any{"tables:read", "tables:write", "tokens:write"}), 201).Text("id")
		bob := b.member(b.acme, "bob@acme.example", portal.Auditor)
		admin.do(http.MethodPatch, "/api/v1/members/"+bob.ID, value.Map("roles", []any{role}), 200)
		theirs, program := b.anybody(), b.anybody()
		theirs.signIn("bob@acme.example")
		program.bearer = theirs.post("/api/v1/tokens", value.Map("name", "x", "permissions", []any{"tables:read", "tables:write"}), 201).Text("token")
		for _, c := range []*client{theirs, program} {
			c.get("/api/v1/tables", 200)
		}
		admin.do(http.MethodPut, "/api/v1/roles/"+role, value.Map("name", "Desk", "permissions", []any{"alerts:read"}), 200)
		for _, c := range []*client{theirs, program} {
			c.get("/api/v1/tables", 403)
		}
		theirs.get("/api/v1/alerts", 200)
		program.get("/api/v1/alerts", 403)
	})
}

// The sessions of another are ended by who may, in their own organization alone.
func TestEndSessionsOfOthers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := setupOn(t, db)
		admin, auditor := b.admin(), b.as(b.acme, "aud@acme.example", portal.Auditor)
		bob := b.member(b.acme, "bob@acme.example", portal.Analyst)
		if err := b.db.Accounts.Join(t.Context(), bob, portal.Membership{Org: b.evil.ID, Account: bob.ID, Roles: []string{portal.Analyst}, CreatedAt: b.now()}); err != nil {
			t.Fatal(err)
		}
		here, there := b.anybody(), b.anybody()
		here.post("/api/v1/session", value.Map("email", "bob@acme.example", "password", password, "organization", "acme"), 200)
		there.post("/api/v1/session", value.Map("email", "bob@acme.example", "password", password, "organization", "evil"), 200)
		path := "/api/v1/members/" + bob.ID + "/sessions"
		if got := items(auditor.get(path, 200)); len(got) != 1 || got[0].At("current") != false {
			t.Errorf("%d sessions", len(got))
		}
		auditor.do(http.MethodDelete, path, nil, 403)
		admin.do(http.MethodDelete, path, nil, 204)
		here.get("/api/v1/session", 401)
		there.get("/api/v1/session", 200)
		if got := items(admin.get(path, 200)); len(got) != 0 {
			t.Errorf("%d sessions are left", len(got))
		}
		admin.do(http.MethodDelete, path, nil, 204)
	})
}

// Without events:raw one sees what an event says, but not the event.
func TestRawEvents(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := setupOn(t, db)
		admin := b.admin()
		f := b.fill(b.acme, "ada@acme.example")
		role := admin.post("/api/v1/roles", value.Map("name", "Looks", "permissions", []any{"events:read", "alerts:read"}), 201).Text("id")
		bob := b.member(b.acme, "bob@acme.example", portal.Auditor)
		admin.do(http.MethodPatch, "/api/v1/members/"+bob.ID, value.Map("roles", []any{role}), 200)
		c := b.anybody()
		c.signIn("bob@acme.example")
		for who, n := range map[*client]int{admin: 1, c: 0} {
			one := who.get("/api/v1/events/"+f.event, 200)
			raw, _ := one.At("raw").(*value.Object)
			if one.Text("type") != "user.session.start" || min(raw.Len(), 1) != n {
				t.Errorf("%s", value.JSON(one))
			}
			evidence, _ := at(who.get("/api/v1/alerts/"+f.alert+"/events", 200), "items.0.raw").(*value.Object)
			if min(evidence.Len(), 1) != n {
				t.Errorf("%s", value.JSON(evidence))
			}
		}
		c.get("/api/v1/events/ndjson", 403)
	})
}
