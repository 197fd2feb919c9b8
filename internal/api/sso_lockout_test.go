package api

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"sallyport/internal/letter"
	"sallyport/internal/portal"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
	"sallyport/internal/value"
)

// chained holds the audit logs of all organizations, and the server's own, against
// their chains, as the command sallyport audit verify does.
func (b *bench) chained(t *testing.T) {
	t.Helper()
	orgs, err := b.db.Audit.Orgs(t.Context())
	if err != nil || !slices.Contains(orgs, b.acme.ID) {
		t.Fatalf("%v %v", orgs, err)
	}
	for _, org := range orgs {
		r, err := b.db.Audit.Verify(t.Context(), org)
		if err != nil || r.Fault != nil || r.Entries == 0 {
			t.Errorf("%s: %+v %v", org, r, err)
		}
	}
}

// While single sign-on is enabled the last exempt Full Admin with a password stays,
// whatever the identity provider deprovisions: neither one whom it signs in itself
// nor one without a password is a way in. It is told, and the session goes on; with
// another one on the list they go as anybody.
func TestTheLastExemptFullAdminIsKeptWhenOktaDeprovisions(t *testing.T) {
	for how, end := range map[string]func(p *idp, id string){
		"by PUT":             func(p *idp, id string) { p.put(id, "ada@acme.example", "Ada", false) },
		"by PATCH":           func(p *idp, id string) { p.patch("/Users/"+id, `{"op":"replace","path":"active","value":"False"}`) },
		"by DELETE":          func(p *idp, id string) { p.ask(204, "DELETE", "/Users/"+id, "") },
		"by another address": func(p *idp, id string) { p.put(id, "else@acme.example", "Ada", true) },
	} {
		t.Run(how, func(t *testing.T) {
			eachSSO(t, func(t *testing.T, b *bench, ada *client, p *provider) {
				b.member(b.acme, "ali@acme.example", portal.Admin) // by hand, and not exempt
				b.in(ada, p, "sam@acme.example", "Admins")         // by a group, without a password
				ada.post("/api/v1/session/proof", value.Map("password", password), 200)
				ada.drafts(p, "ada@acme.example", "sam@acme.example")
				ada.post("/api/v1/sso/save", value.Map("override", true), 200)
				pushes := b.idp(ada)
				find := func() string {
					return value.String(at(pushes.ask(200, "GET", "/Users?filter="+url.QueryEscape(`userName eq "ada@acme.example"`), ""), "Resources.0.id"))
				}
				end(pushes, find())
				ada.get("/api/v1/session", 200)
				if m := ada.listed("ada@acme.example"); m == nil && how != "by another address" || len(ada.entries("?action=member.removed")) != 0 {
					t.Fatalf("ada is %s", value.JSON(m))
				}
				told := ada.entries("?action=member.kept")
				if len(told) != 1 || told[0].Text("outcome") != "conflict" || !strings.HasPrefix(told[0].Text("actor"), "scim:") || !strings.Contains(string(value.JSON(told[0].At("detail"))), "last Full Admin") {
					t.Errorf("the audit log has %v", told)
				}
				late := b.browser()
				late.signIn("ada@acme.example")
				if got := roleIDs(late.get("/api/v1/session", 200)); got != portal.Admin {
					t.Errorf("ada is %s", got)
				}
				b.chained(t)
				if how != "by PUT" {
					return
				}
				pushes.put(find(), "ada@acme.example", "Ada", true)
				ada.drafts(p, "ada@acme.example", "ali@acme.example")
				ada.post("/api/v1/sso/save", value.Map("override", true), 200)
				end(pushes, find())
				ada.get("/api/v1/session", 401)
				ali := b.browser()
				ali.signIn("ali@acme.example")
				if told := ali.entries("?action=member.removed"); len(told) != 1 {
					t.Errorf("the audit log has %v", told)
				}
				b.chained(t)
			})
		})
	}
}

// The exempt administrator on whom it rests that nobody is locked out has a password
// and can use it: one without, one who is disabled and one who is no Full Admin by
// hand do not count, and whoever saves has one. Only who is exempt already saves
// without a test.
func TestTheExemptAdministratorHasAUsablePassword(t *testing.T) {
	eachSSO(t, func(t *testing.T, b *bench, ada *client, p *provider) {
		b.member(b.acme, "ann@acme.example", portal.Admin)
		b.member(b.acme, "bob@acme.example", portal.Responder)
		sam := b.in(ada, p, "sam@acme.example", "Admins")
		refused := func(c *client, override bool, wants ...string) {
			t.Helper()
			got := failure(c.post("/api/v1/sso/save", value.Map("override", override), 409)).Text("message")
			for _, want := range wants {
				if !strings.Contains(got, want) {
					t.Errorf("%q is not said: %s", want, got)
				}
			}
		}
		const nobody = "no Full Admin with a password is left on the exempt list"
		sam.drafts(p, "sam@acme.example", "bob@acme.example")
		refused(sam, true, nobody, "you have no password", "only a Full Admin who is exempt already")
		if got := string(value.JSON(sam.get("/api/v1/sso", 200))); !strings.Contains(got, "no_exempt_admin") {
			t.Errorf("the page does not warn: %s", got)
		}
		test := sam.post("/api/v1/sso/tests", value.Map("user", "sam@acme.example"), 201)
		id := sam.asks(test.Text("url"))
		sam.brings("acme", p.says("sam@acme.example", id, []string{"Admins"}), id)
		if got := sam.get("/api/v1/sso/tests/"+test.Text("id"), 200); got.At("ok") != true || got.At("fullAdmin") != true {
			t.Fatalf("%s", value.JSON(got))
		}
		refused(sam, false, nobody, "you have no password")
		sam.drafts(p, "sam@acme.example", "ada@acme.example")
		refused(sam, true, "you have no password")

		ada.post("/api/v1/session/proof", value.Map("password", password), 200)
		ada.drafts(p, "ada@acme.example", "ann@acme.example")
		ada.post("/api/v1/sso/save", value.Map("override", true), 200)
		if told := ada.entries("?action=sso.saved"); len(told) != 2 || at(told[0], "detail.withoutTest") != true {
			t.Errorf("the audit log has %v", told)
		}
		// With ann disabled ada is the last: she is not disabled, made something else or removed.
		ann := b.browser()
		ann.signIn("ann@acme.example")
		me := "/api/v1/members/" + memberID(ada, "ada@acme.example")
		ada.do(http.MethodPatch, "/api/v1/members/"+memberID(ada, "ann@acme.example"), value.Map("disabled", true), 200)
		ann.get("/api/v1/session", 401)
		for what, change := range map[string]func(c *client) (*http.Response, []byte){
			"disabled": func(c *client) (*http.Response, []byte) {
				return c.send(http.MethodPatch, me, "application/json", strings.NewReader(`{"disabled":true}`))
			},
			"something else": func(c *client) (*http.Response, []byte) {
				return c.send(http.MethodPatch, me, "application/json", strings.NewReader(`{"roles":["auditor"]}`))
			},
			"removed": func(c *client) (*http.Response, []byte) { return c.send(http.MethodDelete, me, "", nil) },
		} {
			if resp, raw := change(sam); resp.StatusCode != 409 || !strings.Contains(string(raw), "last Full Admin on the exempt list") {
				t.Errorf("the last one is %s: %d %s", what, resp.StatusCode, raw)
			}
		}
		b.browser().signIn("ada@acme.example")
		b.chained(t)
	})
}

// With single sign-on off again, a Full Admin whom it brought in has nothing to sign
// in with: the last one who has stays, by hand and for the identity provider.
func TestWithSingleSignOnOffTheLastFullAdminWithAPasswordStays(t *testing.T) {
	eachSSO(t, func(t *testing.T, b *bench, ada *client, p *provider) {
		b.in(ada, p, "sam@acme.example", "Admins")
		ada.post("/api/v1/session/proof", value.Map("password", password), 200)
		ada.post("/api/v1/sso/disable", nil, 204)
		me := "/api/v1/members/" + memberID(ada, "ada@acme.example")
		for _, change := range []*value.Object{value.Map("roles", []any{"auditor"}), value.Map("disabled", true)} {
			ada.do(http.MethodPatch, me, change, 409)
		}
		ada.do(http.MethodDelete, me, nil, 409)
		pushes := b.idp(ada)
		id := value.String(at(pushes.ask(200, "GET", "/Users?filter="+url.QueryEscape(`userName eq "ada@acme.example"`), ""), "Resources.0.id"))
		pushes.put(id, "ada@acme.example", "Ada", false)
		if told := ada.entries("?action=member.kept"); len(told) != 1 {
			t.Errorf("the audit log has %v", told)
		}
		b.browser().signIn("ada@acme.example")
		b.member(b.acme, "ann@acme.example", portal.Admin)
		ada.do(http.MethodDelete, me, nil, 204)
		b.chained(t)
	})
}

// With single sign-on enabled members whom Okta signs in have no password of
// Sallyport's: they sign in with none, and set, change and reset none, nor what goes
// with one. Exempt members, and those of an organization without it, do.
func TestWhoSignsInThroughOktaHasNoPasswordAndWhoIsExemptHas(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := setupOn(t, db, withMail(nowhere{}))
		b.member(b.acme, "ada@acme.example", portal.Admin)
		b.member(b.acme, "bob@acme.example", portal.Responder)
		both := b.member(b.acme, "two@acme.example", portal.Responder)
		if err := b.db.Accounts.Join(t.Context(), both, portal.Membership{Org: b.evil.ID, Account: both.ID, Roles: []string{portal.Auditor}, CreatedAt: b.now()}); err != nil {
			t.Fatal(err)
		}
		ada, p := b.enabled("acme", "ada@acme.example", 0)
		bob := b.browser()
		if resp, body := bob.through(p, "bob@acme.example", "Eyes"); resp.StatusCode != 303 {
			t.Fatalf("%d %s", resp.StatusCode, body)
		}
		for path, body := range map[string]*value.Object{
			"PUT /api/v1/session/password": value.Map("current", password, "password", another), "POST /api/v1/session/factors/app": nil, "POST /api/v1/session/recovery-codes": nil,
		} {
			method, path, _ := strings.Cut(path, " ")
			if got := failure(bob.do(method, path, body, 403)); got.Text("kind") != "denied" {
				t.Errorf("%s: %s", path, value.JSON(got))
			}
		}
		asks := func(email string) letter.Letter {
			t.Helper()
			b.anybody().post("/api/v1/password/reset", value.Map("email", email), 202)
			return b.letters(email)[0]
		}
		if l := asks("bob@acme.example"); l.Kind != letter.Managed || mailedToken.MatchString(b.read(l)) || !strings.Contains(b.read(l), "ACME") {
			t.Errorf("bob is written %s: %s", l.Kind, b.read(l))
		}
		for _, email := range []string{"ada@acme.example", "two@acme.example"} {
			if l := asks(email); l.Kind != letter.Reset {
				t.Errorf("%s is written %s", email, l.Kind)
			}
		}
		ada.do(http.MethodPut, "/api/v1/session/password", value.Map("current", password, "password", another), 204)
		token := b.mailed(letter.Reset, "two@acme.example")
		b.anybody().do(http.MethodPut, "/api/v1/password", value.Map("token", token, "password", another), 204)
		two := b.browser()
		if status, o := two.signInAs("two@acme.example", another); status != 200 || at(two.get("/api/v1/session", 200), "organization.slug") != "evil" {
			t.Errorf("%d %s", status, value.JSON(o))
		}
		if status, _ := b.browser().signInAs("bob@acme.example", password); status != 401 {
			t.Errorf("bob comes in by a password: %d", status)
		}
		ada.post("/api/v1/sso/disable", nil, 204)
		b.browser().signIn("bob@acme.example")
		if l := asks("bob@acme.example"); l.Kind != letter.Reset {
			t.Errorf("with single sign-on off bob is written %s", l.Kind)
		}
	})
}

// Groups come by the attribute that the organization names, and by no other.
func TestGroupsComeByTheNamedAttribute(t *testing.T) {
	eachSSO(t, func(t *testing.T, b *bench, ada *client, p *provider) {
		b.in(ada, p, "sam@acme.example", "Eyes")
		draft := draftOf(p.metadata(), "ada@acme.example").With("groupsAttribute", "memberOf")
		ada.post("/api/v1/session/proof", value.Map("password", password), 200)
		ada.do(http.MethodPut, "/api/v1/sso/draft", draft, 200)
		ada.post("/api/v1/sso/save", value.Map("override", true), 200)
		sam := b.browser()
		if resp, body := sam.through(p, "sam@acme.example", "Admins"); resp.StatusCode != 403 {
			t.Errorf("by the old attribute: %d %s", resp.StatusCode, body)
		}
		if got := items(ada.get("/api/v1/sso/traces", 200))[0]; !strings.Contains(value.String(at(got, "reason.detail")), `"memberOf"`) {
			t.Errorf("%s", value.JSON(got))
		}
		resp, body := sam.brings("acme", p.forges(forgery{says: renamed("groups", "memberOf")}), "")
		if resp.StatusCode != 303 {
			t.Fatalf("%d %s", resp.StatusCode, body)
		}
		if got := roleIDs(sam.get("/api/v1/session", 200)); got != portal.Auditor {
			t.Errorf("sam is %s", got)
		}
	})
}

// A role without a group is granted to nobody who comes through Okta, whatever their
// groups are called; many groups may give one role.
func TestARoleWithoutAGroupIsGrantedToNobody(t *testing.T) {
	eachSSO(t, func(t *testing.T, b *bench, ada *client, p *provider) {
		many := []any{}
		for i := range 50 {
			many = append(many, fmt.Sprintf("Eyes %d", i))
		}
		role := ada.post("/api/v1/roles", value.Map("name", "Own", "permissions", []any{"flows:read"}), 201).Text("id")
		draft := draftOf(p.metadata(), "ada@acme.example").With("roles", []any{value.Map("role", portal.Admin, "groups", []any{"Admins"}), value.Map("role", portal.Auditor, "groups", many)})
		ada.do(http.MethodPut, "/api/v1/sso/draft", draft, 200)
		ada.post("/api/v1/sso/save", value.Map("override", true), 200)
		sam := b.in(ada, p, "sam@acme.example", "Eyes 49", "Own", role, portal.Responder, "Responder", "Flow Builder", "Analyst")
		if got := roleIDs(sam.get("/api/v1/session", 200)); got != portal.Auditor {
			t.Errorf("sam is %s", got)
		}
	})
}
