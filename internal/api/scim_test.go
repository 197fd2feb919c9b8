package api

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"sallyport/internal/letter"
	"sallyport/internal/portal"
	"sallyport/internal/scim"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
	"sallyport/internal/value"
)

// eachSCIM runs a test on both databases, as acme's administrator and with its
// identity provider.
func eachSCIM(t *testing.T, test func(t *testing.T, b *bench, admin *client, okta *idp)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := setupOn(t, db, withMail(closed()))
		admin := b.admin()
		test(t, b, admin, b.idp(admin))
	})
}

// idp is an identity provider as a SCIM client.
type idp struct {
	c      *client
	base   string
	secret string
}

// idp makes a secret and returns the client that has it.
func (b *bench) idp(admin *client) *idp {
	b.t.Helper()
	return &idp{b.anybody(), "/scim/v2", admin.post("/api/v1/scim/secret", value.Map(), 201).Text("secret")}
}

// ask sends a request with the secret, wants a status, and returns the answer.
func (p *idp) ask(status int, method, path, body string, headers ...string) *value.Object {
	p.c.t.Helper()
	resp, raw := p.send(method, path, body, headers...)
	if resp.StatusCode != status {
		p.c.t.Fatalf("%s %s: %d, want %d: %s", method, path, resp.StatusCode, status, raw)
	}
	v, err := value.ParseJSON(raw)
	if err != nil && len(raw) > 0 {
		p.c.t.Fatal(err)
	}
	o, _ := v.(*value.Object)
	return o
}

func (p *idp) send(method, path, body string, headers ...string) (*http.Response, []byte) {
	p.c.t.Helper()
	c := *p.c
	c.header = http.Header{"User-Agent": {"Okta SCIM Client 1.0.0"}}
	if p.secret != "" {
		c.header.Set("Authorization", "Bearer "+p.secret)
	}
	for _, h := range headers {
		name, v, _ := strings.Cut(h, ": ")
		c.header.Set(name, v)
	}
	media := ""
	if body != "" {
		media = scim.MediaType
	}
	return c.send(method, p.base+path, media, strings.NewReader(body))
}

const pushed = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"%[1]s","name":{"givenName":"Ann","familyName":"Lee"},
"emails":[{"primary":true,"value":"%[1]s","type":"work"}],"displayName":"%[2]s","externalId":"00u%[1]s","groups":[],"password":"1mz050nq","active":%[3]t}`

// push does what Okta does with a new user: look, and create.
func (p *idp) push(email, name string) string {
	p.c.t.Helper()
	if n := p.ask(200, "GET", "/Users?startIndex=1&count=100&filter="+url.QueryEscape(`userName eq "`+email+`"`), "").At("totalResults"); n != 0.0 {
		p.c.t.Fatalf("%s is there already", email)
	}
	return p.ask(201, "POST", "/Users", fmt.Sprintf(pushed, email, name, true)).Text("id")
}

// put is how apps made in Okta's wizard say everything.
func (p *idp) put(id, email, name string, active bool) {
	p.c.t.Helper()
	p.ask(200, "PUT", "/Users/"+id, fmt.Sprintf(pushed, email, name, active))
}

// patch is how catalogue apps do.
func (p *idp) patch(path, ops string) {
	p.c.t.Helper()
	p.ask(204, "PATCH", path, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[`+ops+`]}`)
}

// group pushes a group with members.
func (p *idp) group(name string, ids ...string) string {
	p.c.t.Helper()
	return p.ask(201, "POST", "/Groups", groupOf(name, ids...)).Text("id")
}

func groupOf(name string, ids ...string) string {
	list := []any{}
	for _, id := range ids {
		list = append(list, value.Map("value", id))
	}
	return string(value.JSON(value.Map("schemas", []any{"urn:ietf:params:scim:schemas:core:2.0:Group"}, "displayName", name, "members", list)))
}

// listed returns a member of the list by their address.
func (c *client) listed(email string) *value.Object {
	c.t.Helper()
	for _, m := range items(c.get("/api/v1/members", 200)) {
		if m.Text("email") == email {
			return m
		}
	}
	return nil
}

// confirmAll confirms every address that acme waits for: with the links of the
// letters.
func (b *bench) confirmAll(t *testing.T) (n int) {
	t.Helper()
	ls, err := b.db.Letters.List(t.Context(), b.acme.ID, letter.Queued, store.Place{}, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range ls {
		text, err := b.keys.Unseal(l.Sealed, l.Context())
		if err != nil {
			t.Fatal(err)
		}
		_, rest, ok := strings.Cut(string(text), b.url+"/confirm#")
		if !ok {
			continue
		}
		c := b.anybody()
		resp, _ := c.send("POST", "/api/v1/confirmations", "application/json", strings.NewReader(`{"token":"`+rest[:43]+`"}`))
		if resp.StatusCode == 200 {
			n++
		}
	}
	return n
}

// giveRole has a group give a role.
func (b *bench) giveRole(t *testing.T, org portal.Organization, group, role string) {
	t.Helper()
	if err := b.db.MapGroup(t.Context(), org.ID, group, role); err != nil {
		t.Fatal(err)
	}
}

// held are the ids of the roles that a member has, with their source.
func held(m *value.Object) string {
	var out []string
	rs, _ := m.At("roles").([]any)
	for _, r := range rs {
		out = append(out, r.(*value.Object).Text("id")+" by "+r.(*value.Object).Text("source"))
	}
	return strings.Join(out, ", ")
}

func TestCreateUsersSendsTheOwnershipMailAtOnce(t *testing.T) {
	eachSCIM(t, func(t *testing.T, b *bench, admin *client, okta *idp) {
		okta.push("ann@acme.example", "Ann Lee")
		m := admin.listed("ann@acme.example")
		if m.Text("state") != "pending" || m.Text("origin") != "scim" || m.Text("name") != "Ann Lee" || held(m) != "" {
			t.Fatalf("the member is %s", value.JSON(m))
		}
		letters := items(admin.get("/api/v1/letters", 200))
		if len(letters) != 1 || letters[0].Text("kind") != "confirm" || letters[0].Text("to") != "ann@acme.example" {
			t.Errorf("the letters are %v", letters)
		}
		waiting := items(admin.get("/api/v1/confirmations", 200))
		if len(waiting) != 1 || waiting[0].Text("member") != m.Text("id") || waiting[0].Text("letter") != letters[0].Text("id") || waiting[0].Text("origin") != "scim" {
			t.Errorf("waiting: %v", waiting)
		}
		if n := b.confirmAll(t); n != 1 || admin.listed("ann@acme.example").Text("state") != "active" {
			t.Errorf("%d confirmed: %s", n, value.JSON(admin.listed("ann@acme.example")))
		}
		told := admin.entries("?action=scim.user_created")
		if len(told) != 1 || !strings.HasPrefix(told[0].Text("actor"), "scim:") || !strings.Contains(told[0].Text("object"), "account:"+m.Text("id")) {
			t.Errorf("the audit log has %v", told)
		}
	})
}

// A user who is pushed as inactive is nobody's member, and nobody writes to them.
func TestAnInactiveUserIsNoMember(t *testing.T) {
	eachSCIM(t, func(t *testing.T, b *bench, admin *client, okta *idp) {
		id := okta.ask(201, "POST", "/Users", fmt.Sprintf(pushed, "ann@acme.example", "Ann", false)).Text("id")
		if m := admin.listed("ann@acme.example"); m != nil || len(items(admin.get("/api/v1/letters", 200))) != 0 {
			t.Errorf("there is %s", value.JSON(m))
		}
		okta.put(id, "ann@acme.example", "Ann", true)
		if m := admin.listed("ann@acme.example"); m.Text("state") != "pending" || len(items(admin.get("/api/v1/letters", 200))) != 1 {
			t.Errorf("there is %s", value.JSON(m))
		}
	})
}

func TestDeactivateUsersRemovesTheMemberAndEndsTheSessionsAtOnce(t *testing.T) {
	for how, deactivate := range map[string]func(p *idp, id string){
		"by PUT":    func(p *idp, id string) { p.put(id, "bob@acme.example", "Bob", false) },
		"by PATCH":  func(p *idp, id string) { p.patch("/Users/"+id, `{"op":"replace","value":{"active":false}}`) },
		"by DELETE": func(p *idp, id string) { p.ask(204, "DELETE", "/Users/"+id, "") },
	} {
		t.Run(how, func(t *testing.T) {
			eachSCIM(t, func(t *testing.T, b *bench, admin *client, okta *idp) {
				bob := b.as(b.acme, "bob@acme.example", portal.Responder)
				account := admin.listed("bob@acme.example").Text("id")
				program := b.anybody()
				program.bearer = bob.post("/api/v1/tokens", value.Map("name", "p", "permissions", allowed("analyst")), 201).Text("token")
				program.get("/api/v1/session", 200)
				stream := bob.live(nil)
				user := okta.ask(200, "GET", "/Users?filter="+url.QueryEscape(`userName eq "BOB@acme.example"`), "")
				id := value.String(at(user, "Resources.0.id"))
				began := time.Now()
				deactivate(okta, id)
				stream.ends()
				if took := time.Since(began); took > time.Second {
					t.Errorf("the open session ended after %s", took)
				}
				bob.get("/api/v1/session", 401)
				program.get("/api/v1/session", 401)
				if m := admin.listed("bob@acme.example"); m != nil {
					t.Errorf("still listed: %s", value.JSON(m))
				}
				if told := admin.entries("?action=member.removed&object=account:" + account); len(told) != 1 || !strings.HasPrefix(told[0].Text("actor"), "scim:") {
					t.Errorf("the audit log keeps %v", told)
				}
				bob.post("/api/v1/session", value.Map("email", "bob@acme.example", "password", password), 401)
			})
		})
	}
}

// Who was removed comes back as a new user would: pending, by another letter, with
// no role from before.
func TestADeactivatedMemberIsReCreatableLikeANewUser(t *testing.T) {
	for how, again := range map[string]func(p *idp, id string){
		"activated again": func(p *idp, id string) {
			p.put(id, "ann@acme.example", "Ann", false)
			p.put(id, "ann@acme.example", "Ann", true)
		},
		"deleted and created": func(p *idp, id string) { p.ask(204, "DELETE", "/Users/"+id, ""); p.push("ann@acme.example", "Ann") },
	} {
		t.Run(how, func(t *testing.T) {
			eachSCIM(t, func(t *testing.T, b *bench, admin *client, okta *idp) {
				id := okta.push("ann@acme.example", "Ann")
				b.confirmAll(t)
				before := admin.listed("ann@acme.example")
				admin.do(http.MethodPatch, "/api/v1/members/"+before.Text("id"), value.Map("roles", []any{"auditor"}), 200)
				again(okta, id)
				after := admin.listed("ann@acme.example")
				if after.Text("state") != "pending" || held(after) != "" || after.Text("id") == before.Text("id") {
					t.Errorf("came back as %s", value.JSON(after))
				}
				if n := len(items(admin.get("/api/v1/letters", 200))); n != 2 {
					t.Errorf("%d letters", n)
				}
				if n := b.confirmAll(t); n != 1 || admin.listed("ann@acme.example").Text("state") != "active" {
					t.Errorf("%d links hold", n)
				}
				if told := admin.entries("?action=member.removed"); len(told) != 1 {
					t.Errorf("the tombstone: %v", told)
				}
			})
		})
	}
}

func TestPushProfileUpdates(t *testing.T) {
	eachSCIM(t, func(t *testing.T, b *bench, admin *client, okta *idp) {
		id := okta.push("ann@acme.example", "Ann Lee")
		b.confirmAll(t)
		okta.put(id, "ann@acme.example", "Ann Li", true)
		if m := admin.listed("ann@acme.example"); m.Text("name") != "Ann Li" || m.Text("state") != "active" {
			t.Errorf("the member is %s", value.JSON(m))
		}
		okta.patch("/Users/"+id, `{"op":"replace","path":"displayName","value":"Ann Ly"}`)
		if m := admin.listed("ann@acme.example"); m.Text("name") != "Ann Ly" || m.Text("state") != "active" {
			t.Errorf("the member is %s", value.JSON(m))
		}
		told := admin.entries("?action=scim.user_changed")
		if len(told) != 2 || !strings.Contains(string(value.JSON(told[0].At("detail"))), "displayName") {
			t.Errorf("the audit log has %v", told)
		}
	})
}

// Another userName is another address: its owner has to confirm it, and until then
// nobody comes in.
func TestAnotherUserNameReOpensTheQuestionOfOwnership(t *testing.T) {
	eachSCIM(t, func(t *testing.T, b *bench, admin *client, okta *idp) {
		bob := b.as(b.acme, "bob@acme.example", portal.Responder)
		id := value.String(at(okta.ask(200, "GET", "/Users?filter="+url.QueryEscape(`userName eq "bob@acme.example"`), ""), "Resources.0.id"))
		okta.put(id, "BOB@acme.example", "Bob", true) // the same address
		bob.get("/api/v1/session", 200)
		okta.put(id, "robert@acme.example", "Bob", true)
		bob.get("/api/v1/session", 401)
		m := admin.listed("robert@acme.example")
		if m.Text("state") != "pending" || held(m) != "responder by manual" {
			t.Errorf("the member is %s", value.JSON(m))
		}
		letters := items(admin.get("/api/v1/letters", 200))
		if len(letters) != 1 || letters[0].Text("to") != "robert@acme.example" {
			t.Errorf("the letters: %v", letters)
		}
		b.confirmAll(t)
		if m := admin.listed("robert@acme.example"); m.Text("state") != "active" {
			t.Errorf("confirmed: %s", value.JSON(m))
		}
		// An account with a password of its owner's keeps the address that they gave it;
		// one that is known by the identity provider alone follows.
		if _, err := b.db.Accounts.ByEmail(t.Context(), "bob@acme.example"); err != nil {
			t.Error(err)
		}
		ann := okta.push("ann@acme.example", "Ann")
		b.confirmAll(t)
		okta.put(ann, "anna@acme.example", "Ann", true)
		b.confirmAll(t)
		if _, err := b.db.Accounts.ByEmail(t.Context(), "anna@acme.example"); err != nil {
			t.Error(err)
		}
		okta.push("ann@acme.example", "Another Ann")
	})
}

// Members who were there before, by hand or by sign-in, are users too: Okta finds
// them and links, and nobody asks them anything.
func TestOktaLinksMembersWhoAreThereAlready(t *testing.T) {
	eachSCIM(t, func(t *testing.T, b *bench, admin *client, okta *idp) {
		b.member(b.acme, "bob@acme.example", portal.Analyst)
		found := okta.ask(200, "GET", "/Users?filter="+url.QueryEscape(`userName eq "bob@acme.example"`), "")
		id := value.String(at(found, "Resources.0.id"))
		if found.At("totalResults") != 1.0 || value.String(at(found, "Resources.0.displayName")) != "Bob" || at(found, "Resources.0.active") != true {
			t.Fatalf("found %s", value.JSON(found))
		}
		okta.put(id, "bob@acme.example", "Robert", true)
		if m := admin.listed("bob@acme.example"); m.Text("state") != "active" || m.Text("origin") != "local" || m.Text("name") != "Robert" || held(m) != "analyst by manual" {
			t.Errorf("the member is %s", value.JSON(m))
		}
		if n := len(items(admin.get("/api/v1/letters", 200))); n != 0 {
			t.Errorf("%d letters", n)
		}
		okta.ask(409, "POST", "/Users", fmt.Sprintf(pushed, "bob@acme.example", "x", true))
	})
}

func TestGroupPushFeedsRoleMappingBetweenSignIns(t *testing.T) {
	eachSCIM(t, func(t *testing.T, b *bench, admin *client, okta *idp) {
		b.giveRole(t, b.acme, "SOC", portal.Responder)
		b.giveRole(t, b.acme, "Auditors", portal.Auditor)
		b.giveRole(t, b.acme, "SOC", portal.Analyst)
		ann, bob := okta.push("ann@acme.example", "Ann"), okta.push("bob@acme.example", "Bob")
		b.confirmAll(t)
		soc := okta.group("SOC", ann)
		expect := func(step, annHas, bobHas string) {
			t.Helper()
			if got := held(admin.listed("ann@acme.example")); got != annHas {
				t.Errorf("%s: Ann has %q, want %q", step, got, annHas)
			}
			if got := held(admin.listed("bob@acme.example")); got != bobHas {
				t.Errorf("%s: Bob has %q, want %q", step, got, bobHas)
			}
		}
		const both = "analyst by scim, responder by scim"
		expect("pushed", both, "")
		okta.ask(200, "PUT", "/Groups/"+soc, groupOf("SOC", ann, bob))
		expect("a whole list", both, both)
		okta.patch("/Groups/"+soc, `{"op":"remove","path":"members[value eq \"`+ann+`\"]"}`)
		expect("one removed", "", both)
		audit := okta.group("auditors", ann)
		expect("another letter case is another group", "", both)
		okta.patch("/Groups/"+audit, `{"op":"replace","value":{"displayName":"Auditors"}}`)
		expect("renamed", "auditor by scim", both)
		okta.put(bob, "bob@acme.example", "Bob", false)
		okta.put(bob, "bob@acme.example", "Bob", true)
		expect("activated again", "auditor by scim", both)
		okta.ask(204, "DELETE", "/Groups/"+soc, "")
		expect("deleted", "auditor by scim", "")
		okta.ask(204, "DELETE", "/Groups/"+audit, "")
		expect("all deleted", "", "")
		groups := admin.get("/api/v1/scim/groups", 200)
		if len(items(groups)) != 0 {
			t.Errorf("groups: %v", groups)
		}
	})
}

// Whoever would lock everybody out by deprovisioning does not: the last Full Admin
// who can sign in is kept, and the audit log says so.
func TestTheLastFullAdminIsKeptAndFlagged(t *testing.T) {
	eachSCIM(t, func(t *testing.T, b *bench, admin *client, okta *idp) {
		id := value.String(at(okta.ask(200, "GET", "/Users?filter="+url.QueryEscape(`userName eq "ada@acme.example"`), ""), "Resources.0.id"))
		okta.put(id, "ada@acme.example", "Ada", false)
		if m := admin.listed("ada@acme.example"); m == nil || held(m) != "admin by manual" {
			t.Fatalf("ada is %s", value.JSON(m))
		}
		if told := admin.entries("?action=member.kept"); len(told) != 1 || told[0].Text("outcome") != "conflict" {
			t.Errorf("the audit log has %v", told)
		}
		if u := okta.ask(200, "GET", "/Users/"+id, ""); u.At("active") != false {
			t.Errorf("Okta reads %s", value.JSON(u))
		}
		okta.put(id, "ada@acme.example", "Ada", true)
		if m := admin.listed("ada@acme.example"); m.Text("state") != "active" {
			t.Errorf("ada is %s", value.JSON(m))
		}
		okta.ask(204, "DELETE", "/Users/"+id, "")
		okta.ask(404, "GET", "/Users/"+id, "")
		admin.get("/api/v1/session", 200)
		if n := okta.ask(200, "GET", "/Users?filter="+url.QueryEscape(`userName eq "ada@acme.example"`), "").At("totalResults"); n != 1.0 {
			t.Errorf("ada is a member and there are %v of her", n)
		}
		// With another one there, she goes as anybody.
		b.member(b.acme, "eva@acme.example", portal.Admin)
		id = value.String(at(okta.ask(200, "GET", "/Users?filter="+url.QueryEscape(`userName eq "ada@acme.example"`), ""), "Resources.0.id"))
		okta.patch("/Users/"+id, `{"op":"replace","value":{"active":false}}`)
		admin.get("/api/v1/session", 401)
	})
}

// A pushed group that is the only way to Full Admin keeps its last one.
func TestTheRoleOfTheLastFullAdminIsKeptAndFlagged(t *testing.T) {
	eachSCIM(t, func(t *testing.T, b *bench, admin *client, okta *idp) {
		b.giveRole(t, b.acme, "Admins", portal.Admin)
		ann := okta.push("ann@acme.example", "Ann")
		b.confirmAll(t)
		g := okta.group("Admins", ann)
		me := admin.listed("ada@acme.example").Text("id")
		admin.do(http.MethodPatch, "/api/v1/members/"+me, value.Map("roles", []any{"auditor"}), 409) // Ann has nothing to sign in with yet
		b.anybody().post("/api/v1/password/reset", value.Map("email", "ann@acme.example"), 202)
		b.anybody().do(http.MethodPut, "/api/v1/password", value.Map("token", b.mailed(letter.Reset, "ann@acme.example"), "password", another), 204)
		admin.do(http.MethodPatch, "/api/v1/members/"+me, value.Map("roles", []any{"auditor"}), 200)
		okta.ask(200, "PUT", "/Groups/"+g, groupOf("Admins"))
		if got := held(admin.listed("ann@acme.example")); got != "admin by scim" {
			t.Errorf("Ann has %q", got)
		}
		if told := admin.entries("?action=member.role_kept"); len(told) != 1 {
			t.Errorf("the audit log has %v", told)
		}
	})
}

func TestWithoutSCIMADeprovisionedMemberStaysListedAndIsRemovedByHand(t *testing.T) {
	eachSCIM(t, func(t *testing.T, b *bench, admin *client, okta *idp) {
		id := okta.push("ann@acme.example", "Ann")
		b.confirmAll(t)
		admin.do(http.MethodDelete, "/api/v1/scim/secret", nil, 204)
		okta.ask(401, "PUT", "/Users/"+id, fmt.Sprintf(pushed, "ann@acme.example", "Ann", false))
		m := admin.listed("ann@acme.example")
		if m.Text("state") != "active" {
			t.Fatalf("the member is %s", value.JSON(m))
		}
		admin.do(http.MethodDelete, "/api/v1/members/"+m.Text("id"), nil, 204)
		if m := admin.listed("ann@acme.example"); m != nil {
			t.Errorf("still there: %s", value.JSON(m))
		}
		// The identity provider reads that she is gone, once it comes again.
		again := b.idp(admin)
		if u := again.ask(200, "GET", "/Users/"+id, ""); u.At("active") != false {
			t.Errorf("Okta reads %s", value.JSON(u))
		}
	})
}

// Somebody who is a member elsewhere is linked, as pending. Nothing of the other
// organization is told here, nothing of it is changed, and the account stays the
// person's.
func TestAnAccountOfAnotherOrganizationIsLinkedAndNothingElse(t *testing.T) {
	eachSCIM(t, func(t *testing.T, b *bench, admin *client, okta *idp) {
		eve := b.as(b.evil, "eve@evil.example", portal.Admin)
		id := okta.push("eve@evil.example", "Someone Else")
		m := admin.listed("eve@evil.example")
		if m.Text("state") != "pending" || m.Text("name") != "Someone Else" || held(m) != "" {
			t.Errorf("here: %s", value.JSON(m))
		}
		there := func(step string) {
			t.Helper()
			if s := eve.get("/api/v1/session", 200); value.String(at(s, "account.name")) != "Eve" || value.String(at(s, "organization.slug")) != "evil" || roleIDs(s) != "admin" {
				t.Errorf("%s: there it is %s", step, value.JSON(s))
			}
			if m := eve.listed("eve@evil.example"); m.Text("name") != "Eve" || m.Text("state") != "active" || held(m) != "admin by manual" {
				t.Errorf("%s: there the member is %s", step, value.JSON(m))
			}
		}
		there("pushed")
		_, raw := okta.send("GET", "/Users/"+id, "")
		for _, told := range []string{"evil\"", b.evil.ID, "\"Eve\"", "admin"} {
			if strings.Contains(string(raw), told) {
				t.Errorf("the answer tells of %s: %s", told, raw)
			}
		}
		if ms, err := b.db.Accounts.Memberships(t.Context(), m.Text("id")); err != nil || len(ms) != 1 {
			t.Errorf("before confirming: %v %v", ms, err)
		}
		okta.put(id, "mallory@acme.example", "Mallory", true)
		there("renamed")
		if other := admin.listed("mallory@acme.example"); other.Text("id") == m.Text("id") || other.Text("state") != "pending" {
			t.Errorf("her account was handed on: %s", value.JSON(other))
		}
		b.confirmAll(t)
		there("confirmed")
		okta.put(id, "mallory@acme.example", "Mallory", false)
		there("deactivated")
		okta.ask(204, "DELETE", "/Users/"+id, "")
		there("deleted")
		if told := eve.entries(""); slices.ContainsFunc(told, func(e *value.Object) bool {
			return strings.HasPrefix(e.Text("action"), "scim") || strings.HasPrefix(e.Text("actor"), "scim")
		}) {
			t.Errorf("the other audit log tells of it: %v", told)
		}
	})
}

// What is wrong with a userName is said, and nothing is kept.
func TestUserNameIsAnEMailAddress(t *testing.T) {
	eachSCIM(t, func(t *testing.T, b *bench, admin *client, okta *idp) {
		for _, body := range []string{`{"userName":"ann"}`, `{"userName":"Ann <ann@acme.example>"}`, `{"userName":"` + strings.Repeat("a", 2000) + `@x.test"}`} {
			if e := okta.ask(400, "POST", "/Users", body); e.Text("scimType") != "invalidValue" || e.Text("status") != "400" {
				t.Errorf("%s", value.JSON(e))
			}
		}
		// One that is none is taken where an address stands beside it.
		okta.ask(201, "POST", "/Users", `{"userName":"ann","emails":[{"value":"x"},{"value":"ann@acme.example","primary":true}],"active":true}`)
		if ls := items(admin.get("/api/v1/letters", 200)); len(ls) != 1 || ls[0].Text("to") != "ann@acme.example" {
			t.Errorf("the letters are %v", ls)
		}
		okta.ask(400, "POST", "/Groups", `{"displayName":"`+strings.Repeat("g", 3000)+`"}`)
	})
}
