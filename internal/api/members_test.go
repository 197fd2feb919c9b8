package api

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"sallyport/internal/portal"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
	"sallyport/internal/value"
)

func TestAMemberIsChangedDisabledAndRemoved(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := setupOn(t, db)
		c := b.admin()
		bob := b.member(b.acme, "bob@acme.example", portal.Admin)
		path := "/api/v1/members/" + bob.ID
		theirs := b.anybody()
		theirs.signIn("bob@acme.example")
		token := b.anybody()
		token.bearer = theirs.post("/api/v1/tokens", value.Map("name", "nightly", "permissions", allowed("admin")), 201).Text("token")

		got := c.do(http.MethodPatch, path, value.Map("roles", []any{"responder"}), 200)
		if got.Text("id") != bob.ID || roleIDs(got) != "responder" || got.At("disabled") != false || got.Text("email") != "bob@acme.example" {
			t.Errorf("demoted: %s", value.JSON(got))
		}
		theirs.do(http.MethodPatch, path, value.Map("roles", []any{"admin"}), 403)
		if role := roleIDs(theirs.get("/api/v1/session", 200)); role != "responder" {
			t.Errorf("their session goes on as %s", role)
		}
		if got := c.do(http.MethodPatch, path, value.Map("disabled", true), 200); got.At("disabled") != true || roleIDs(got) != "responder" {
			t.Errorf("disabled: %s", value.JSON(got))
		}
		theirs.get("/api/v1/session", 401)
		token.get("/api/v1/flows", 401)
		theirs.post("/api/v1/session", value.Map("email", "bob@acme.example", "password", password), 401)
		if got := c.do(http.MethodPatch, path, value.Map("disabled", false), 200); got.At("disabled") != false {
			t.Errorf("enabled: %s", value.JSON(got))
		}
		theirs.signIn("bob@acme.example")
		token.get("/api/v1/flows", 200)

		c.do(http.MethodDelete, path, nil, 204)
		theirs.get("/api/v1/session", 401)
		token.get("/api/v1/flows", 401)
		c.do(http.MethodDelete, path, nil, 404)
		if n := len(items(c.get("/api/v1/members", 200))); n != 1 {
			t.Errorf("%d members are left", n)
		}
		b.member(b.acme, "bob@acme.example", portal.Auditor) // may come back
	})
}

// An organization keeps somebody who may let others in.
func TestLastAdministratorStays(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := setupOn(t, db)
		c := b.admin()
		me := value.String(at(c.get("/api/v1/session", 200), "account.id"))
		b.member(b.acme, "vic@acme.example", portal.Admin)
		for _, m := range items(c.get("/api/v1/members", 200)) { // but for ada they are auditors, or disabled
			if m.Text("id") != me {
				c.do(http.MethodPatch, "/api/v1/members/"+m.Text("id"), value.Map("disabled", true), 200)
			}
		}
		for name, body := range map[string]*value.Object{
			"demoted": value.Map("roles", []any{"auditor"}), "no role": value.Map("roles", []any{}), "disabled": value.Map("disabled", true), "both": value.Map("roles", []any{"admin"}, "disabled", true),
		} {
			if e := failure(c.do(http.MethodPatch, "/api/v1/members/"+me, body, 409)); !strings.Contains(e.Text("message"), "last Full Admin") {
				t.Errorf("%s: %s", name, value.JSON(e))
			}
		}
		c.do(http.MethodDelete, "/api/v1/members/"+me, nil, 409)
		for _, m := range items(c.get("/api/v1/members", 200)) {
			if is := m.At("lastAdmin") == true; is != (m.Text("id") == me) {
				t.Errorf("%s is the last Full Admin: %t", m.Text("email"), is)
			}
		}
		if got := c.do(http.MethodPatch, "/api/v1/members/"+me, value.Map("roles", []any{"admin"}, "disabled", false), 200); roleIDs(got) != "admin" {
			t.Errorf("%s", value.JSON(got))
		}
		if e := failure(c.do(http.MethodPatch, "/api/v1/members/"+me, value.Map("roles", []any{"king"}), 400)); e.Text("field") != "roles" {
			t.Errorf("%s", value.JSON(e))
		}
		b.pass(time.Minute)
		c.get("/api/v1/session", 200)
	})
}

// The people of a large organization are read page by page, and searched.
func TestMembersAreReadInPages(t *testing.T) {
	b := setup(t)
	c := b.admin()
	for _, name := range []string{"ann", "bob", "cy", "dee"} {
		b.member(b.acme, name+"@acme.example", portal.Auditor)
	}
	b.member(b.acme, "guard@acme.example", portal.Analyst)

	seen, next := []string{}, ""
	for range 99 {
		page := c.get("/api/v1/members?limit=2&cursor="+next, 200)
		for _, m := range items(page) {
			if !strings.HasPrefix(m.Text("email"), "spare-") { // of the fixture
				seen = append(seen, m.Text("email"))
			}
		}
		if next = page.Text("next"); next == "" {
			break
		}
	}
	slices.Sort(seen)
	if got := strings.Join(seen, " "); got != "ada@acme.example ann@acme.example bob@acme.example cy@acme.example dee@acme.example guard@acme.example" {
		t.Errorf("the pages hold %s", got)
	}
	for query, want := range map[string]string{
		"q=GUARD":                       "guard@acme.example",
		"role=Analyst":                  "guard@acme.example",
		"role=admin&q=acme":             "ada@acme.example",
		"permission=alerts:write&q=gua": "guard@acme.example",
		"q=nobody":                      "",
	} {
		got := ""
		for _, m := range items(c.get("/api/v1/members?"+query, 200)) {
			got += m.Text("email")
		}
		if got != want {
			t.Errorf("%s finds %q instead of %q", query, got, want)
		}
	}
	for _, query := range []string{"cursor=nothing", "role=king", "role=admin&permission=alerts:write", "limit=1000"} {
		c.get("/api/v1/members?"+query, 400)
	}
	first := c.get("/api/v1/members?limit=2", 200)
	c.do(http.MethodDelete, "/api/v1/members/"+items(first)[1].Text("id"), nil, 204)
	if e := failure(c.get("/api/v1/members?cursor="+first.Text("next"), 400)); e.Text("field") != "cursor" {
		t.Errorf("after somebody who left: %s", value.JSON(e))
	}
}
