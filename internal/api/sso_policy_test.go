package api

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"sallyport/internal/portal"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
	"sallyport/internal/value"
)

// Enabling single sign-on ends the password sessions of everybody who is not
// exempt at their next request, and disabling restores them. A password opens
// nothing for them meanwhile; exempt members keep theirs, and their roles by hand.
func TestEnablingEndsPasswordSessions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := setupOn(t, db)
		b.member(b.acme, "ada@acme.example", portal.Admin)
		bob := b.as(b.acme, "bob@acme.example", portal.Responder)
		ada, p := b.enabled("acme", "ada@acme.example", 0)
		if roleIDs(ada.get("/api/v1/session", 200)) != portal.Admin {
			t.Error("the exempt admin is none any more")
		}
		bob.get("/api/v1/session", 401)
		late := b.browser()
		e := failure(late.post("/api/v1/session", value.Map("email", "bob@acme.example", "password", password), 401))
		if !strings.Contains(e.Text("message"), "Sign in with Okta") {
			t.Errorf("%s", value.JSON(e))
		}
		late.post("/api/v1/session", value.Map("email", "bob@acme.example", "password", "wrong horse battery"), 401)
		// A member who is known by the address is linked without a letter; roles by hand do not count.
		if resp, body := late.through(p, "bob@acme.example", "Eyes"); resp.StatusCode != 303 {
			t.Fatalf("%d %s", resp.StatusCode, body)
		}
		if got := roleIDs(late.get("/api/v1/session", 200)); got != portal.Auditor {
			t.Errorf("bob is %s", got)
		}
		ada.post("/api/v1/sso/disable", nil, 204)
		if got := roleIDs(bob.get("/api/v1/session", 200)); !strings.Contains(got, portal.Responder) {
			t.Errorf("bob is %s", got)
		}
		late.get("/api/v1/session", 401) // what the identity provider said does not hold any more
		b.browser().signIn("bob@acme.example")
		if resp, _ := b.browser().open("/sso/start/acme"); resp.StatusCode != 404 {
			t.Errorf("a start without single sign-on: %d", resp.StatusCode)
		}
	})
}

// Metadata that is wrong is refused, and each fault is named.
func TestMetadataThatIsWrongIsRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := setupOn(t, db)
		ada, good := b.admin(), madeMetadata("acme")
		for name, tt := range map[string]struct{ metadata, want string }{
			"a web page":             {"<!DOCTYPE html><html><body>Sign in</body></html>", "web page"},
			"no XML":                 {"hello", "no XML"},
			"a document type":        {`<!DOCTYPE x [<!ENTITY a "b">]>` + good, "document types"},
			"two of them":            {`<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">` + good + good + `</md:EntitiesDescriptor>`, "2 descriptors"},
			"no signing certificate": {strings.Replace(good, `use="signing"`, `use="encryption"`, 1), "no signing certificate"},
			"a script for a URL":     {strings.Replace(good, "https://acme.example/sso", "javascript:alert(1)", 1), "must be an https URL"},
			"a plain http URL":       {strings.Replace(good, "https://acme.example/sso", "http://acme.example/sso", 1), "must be an https URL"},
			"past its time":          {strings.Replace(good, "entityID=", `validUntil="2020-01-01T00:00:00Z" entityID=`, 1), "was valid until"},
			"a service provider":     {strings.NewReplacer("IDPSSO", "SPSSO").Replace(good), "service provider"},
			"something after it":     {good + "<x/>", "follows the end"},
			"no base64":              {strings.Replace(good, someCertificate(), "%%%", 1), "base64"},
		} {
			e := failure(ada.do(http.MethodPut, "/api/v1/sso/draft", draftOf(tt.metadata), 400))
			if e.Text("field") != "metadata" || !strings.Contains(e.Text("message"), tt.want) {
				t.Errorf("%s: %s", name, value.JSON(e))
			}
		}
		ada.do(http.MethodPut, "/api/v1/sso/draft", draftOf("\ufeff"+good), 200) // a byte order mark is no fault
		for name, tt := range map[string]struct {
			body  *value.Object
			field string
		}{
			"a plain URL":      {value.Map("metadataUrl", "http://other.example/metadata", "roles", []any{}, "exempt", []any{}), "metadataUrl"},
			"no such role":     {value.Map("roles", []any{value.Map("role", "made", "groups", []any{"x"})}, "exempt", []any{}), "roles"},
			"a blank group":    {value.Map("roles", []any{value.Map("role", "admin", "groups", []any{"  "})}, "exempt", []any{}), "roles"},
			"blanks around it": {value.Map("roles", []any{value.Map("role", "admin", "groups", []any{" x"})}, "exempt", []any{}), "roles"},
			"no member":        {value.Map("roles", []any{}, "exempt", []any{"nobody@acme.example"}), "exempt"},
		} {
			if e := failure(ada.do(http.MethodPut, "/api/v1/sso/draft", tt.body, 400)); e.Text("field") != tt.field {
				t.Errorf("%s: %s", name, value.JSON(e))
			}
		}
	})
}

// What keeps a draft from being in force: a group maps to Full Admin, who
// configures holds that role, stays on the exempt list, and has a password. When
// it is first set up the members that there are stay exempt.
func TestEnablingWantsAFullAdminGroupAndAnExemptFullAdmin(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := setupOn(t, db)
		b.member(b.acme, "bob@acme.example", portal.Responder)
		ada := b.admin()
		proposal := ada.get("/api/v1/sso", 200)
		if list, _ := at(proposal, "draft.exempt").([]any); len(list) != 3 || at(proposal, "draftStored") != false || at(proposal, "draft.groupsAttribute") != "groups" { // with a spare administrator of the fixture
			t.Errorf("%s", value.JSON(proposal))
		}
		p := b.provider("acme", 0)
		for name, tt := range map[string]struct {
			body *value.Object
			want string
		}{
			"no metadata":                  {value.Map("exempt", []any{"ada@acme.example"}, "roles", []any{value.Map("role", "admin", "groups", []any{"Admins"})}), "metadata"},
			"no group for Full Admin":      {value.Map("metadata", p.metadata(), "exempt", []any{"ada@acme.example"}, "roles", []any{value.Map("role", "auditor", "groups", []any{"Eyes"})}), "no group maps to Full Admin"},
			"who configures is not exempt": {value.Map("metadata", p.metadata(), "exempt", []any{"bob@acme.example"}, "roles", []any{value.Map("role", "admin", "groups", []any{"Admins"})}), "stays on it"},
		} {
			ada.do(http.MethodDelete, "/api/v1/sso/draft", nil, 204)
			ada.do(http.MethodPut, "/api/v1/sso/draft", tt.body, 200)
			if e := failure(ada.post("/api/v1/sso/save", value.Map("override", true), 409)); !strings.Contains(e.Text("message"), tt.want) {
				t.Errorf("%s: %s", name, value.JSON(e))
			}
		}
		ada.drafts(p, "ada@acme.example")
		if e := failure(ada.post("/api/v1/sso/save", value.Map(), 409)); !strings.Contains(e.Text("message"), "not tested") {
			t.Errorf("%s", value.JSON(e))
		}
		// One with the permission who is no Full Admin.
		role := ada.post("/api/v1/roles", value.Map("name", "Plumber", "permissions", []any{"sso:read", "sso:write"}), 201).Text("id")
		ada.do(http.MethodPatch, "/api/v1/members/"+memberID(ada, "bob@acme.example"), value.Map("roles", []any{role}), 200)
		bob := b.browser()
		bob.signIn("bob@acme.example")
		if e := failure(bob.post("/api/v1/sso/save", value.Map("override", true), 409)); !strings.Contains(e.Text("message"), "no Full Admin") {
			t.Errorf("%s", value.JSON(e))
		}
		bob.post("/api/v1/sso/disable", nil, 403)
	})
}

func memberID(c *client, email string) string {
	for _, m := range items(c.get("/api/v1/members", 200)) {
		if m.Text("email") == email {
			return m.Text("id")
		}
	}
	return ""
}

// Test and save: a real round, whose result shows what came and what it gives, or
// the exact reason; saving wants one that went well, of this draft, by the same
// administrator, of the last fifteen minutes, as a Full Admin.
func TestTestAndSave(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := setupOn(t, db)
		b.member(b.acme, "ada@acme.example", portal.Admin)
		ada, p := b.browser(), b.provider("acme", 0)
		ada.signIn("ada@acme.example")
		ada.drafts(p, "ada@acme.example")
		try := func(who string, groups []string) *value.Object {
			test := ada.post("/api/v1/sso/tests", value.Map("user", who), 201)
			id := ada.asks(test.Text("url"))
			resp, body := ada.brings("acme", p.says(who, id, groups), id)
			if resp.StatusCode != 200 || !strings.Contains(body, "You can close this window") {
				t.Fatalf("%d %s", resp.StatusCode, body)
			}
			return ada.get("/api/v1/sso/tests/"+test.Text("id"), 200)
		}
		refused := func(want string) {
			t.Helper()
			if e := failure(ada.post("/api/v1/sso/save", value.Map(), 409)); !strings.Contains(e.Text("message"), want) {
				t.Errorf("%q is not said: %s", want, value.JSON(e))
			}
		}
		r := try("ada@acme.example", []string{"admins", "Eyes"})
		if r.At("ok") != true || r.At("fullAdmin") != false || at(r, "nearMisses.0.why") != "letter case" || at(r, "roles.0.name") != "Auditor" || at(r, "attributes.0.name") != "firstName" || at(r, "groups.0") != "admins" {
			t.Errorf("%s", value.JSON(r))
		}
		refused("do not map to Full Admin")
		test := ada.post("/api/v1/sso/tests", value.Map("user", "bob@acme.example"), 201)
		id := ada.asks(test.Text("url"))
		ada.brings("acme", p.says("ada@acme.example", id, []string{"Admins"}), id)
		if r = ada.get("/api/v1/sso/tests/"+test.Text("id"), 200); !strings.Contains(value.String(at(r, "notes.0")), "you wanted to test bob@acme.example, and signed in as ada@acme.example") {
			t.Errorf("another than was to be tested: %s", value.JSON(r))
		}
		if r = try("ada@acme.example", []string{"Nothing"}); r.At("ok") != false || at(r, "reason.check") != "no_mapped_group" || at(r, "reason.explain") == "" {
			t.Errorf("%s", value.JSON(r))
		}
		refused("failed")
		p.key = signingKeys()[1] // signs with another key than the metadata's
		if r = try("ada@acme.example", []string{"Admins"}); at(r, "reason.check") != "signature" {
			t.Errorf("%s", value.JSON(r))
		}
		p.key = signingKeys()[0]
		if r = try("ada@acme.example", []string{"Admins"}); r.At("ok") != true || r.At("fullAdmin") != true || r.At("current") != true || r.At("mine") != true {
			t.Errorf("%s", value.JSON(r))
		}
		if ms := items(ada.get("/api/v1/members", 200)); len(ms) != 1 {
			t.Errorf("a test made a member: %v", ms)
		}
		b.pass(portal.TestHolds)
		ada.post("/api/v1/session/proof", value.Map("password", password), 200)
		refused("older than 15 minutes")
		try("ada@acme.example", []string{"Admins"})
		ada.do(http.MethodPut, "/api/v1/sso/draft", value.Map("groupsAttribute", "memberOf", "metadata", p.metadata(), "exempt", []any{"ada@acme.example"}, "roles", []any{value.Map("role", "admin", "groups", []any{"Admins"})}), 200)
		refused("changed after your last test")
		ada.drafts(p, "ada@acme.example")
		live := ada.post("/api/v1/sso/save", value.Map(), 200) // the last test was of this very draft
		if live.At("enabled") != true || live.At("draftStored") != false || at(live, "live.identityProvider.entityId") != p.entity {
			t.Errorf("%s", value.JSON(live))
		}
		found := false
		for _, e := range items(ada.get("/api/v1/audit?action=sso.saved", 200)) {
			found = found || at(e, "detail.withoutTest") == false
		}
		if !found {
			t.Error("the audit log does not tell of it")
		}
		// A draft that fails its test never touches what is in force.
		ada.drafts(b.provider("acme", 1), "ada@acme.example")
		if resp, body := b.browser().through(p, "ada@acme.example", "Admins"); resp.StatusCode != 303 {
			t.Errorf("%d %s", resp.StatusCode, body)
		}
	})
}

// What was switched off is tested and put in force again as it was: nothing of it
// has to be changed for that.
func TestWhatWasSwitchedOffIsTestedAndEnabledAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := setupOn(t, db)
		b.member(b.acme, "ada@acme.example", portal.Admin)
		ada, p := b.enabled("acme", "ada@acme.example", 0)
		ada.post("/api/v1/sso/disable", nil, 204)
		if s := ada.get("/api/v1/sso", 200); s.At("enabled") != false || s.At("draftStored") != false || at(s, "draft.identityProvider.entityId") != p.entity {
			t.Fatalf("%s", value.JSON(s))
		}
		test := ada.post("/api/v1/sso/tests", value.Map("user", "ada@acme.example"), 201)
		id := ada.asks(test.Text("url"))
		ada.brings("acme", p.says("ada@acme.example", id, []string{"Admins"}), id)
		if r := ada.get("/api/v1/sso/tests/"+test.Text("id"), 200); r.At("fullAdmin") != true || r.At("current") != true {
			t.Errorf("%s", value.JSON(r))
		}
		if s := ada.post("/api/v1/sso/save", value.Map(), 200); s.At("enabled") != true {
			t.Errorf("%s", value.JSON(s))
		}
		ada.post("/api/v1/sso/disable", nil, 204)
		if s := ada.post("/api/v1/sso/save", value.Map("override", true), 200); s.At("enabled") != true {
			t.Errorf("without a test: %s", value.JSON(s))
		}
	})
}

// An answer is good for one sign-in: of fifty that bring it at once one wins, and
// none after the server was started anew.
func TestAResponseIsGoodForOneSignIn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := setupOn(t, db)
		b.member(b.acme, "ada@acme.example", portal.Admin)
		ada, p := b.enabled("acme", "ada@acme.example", 0)
		b.in(ada, p, "sam@acme.example", "Eyes")
		said := p.says("sam@acme.example", "", []string{"Eyes"})
		var wg sync.WaitGroup
		var mu sync.Mutex
		in := map[int]int{}
		for range 50 {
			c := b.browser()
			wg.Go(func() {
				resp, _ := c.brings("acme", said, "")
				mu.Lock()
				defer mu.Unlock()
				in[resp.StatusCode]++
			})
		}
		wg.Wait()
		if in[303] != 1 || in[403] != 49 {
			t.Errorf("%v", in)
		}
		again := setupOn(t, db, func(d *Deps) { d.BaseURL, d.SSO = b.url, b.sso() }) // another server on the same database, at the same address
		if resp, _ := again.browser().brings("acme", said, ""); resp.StatusCode != 403 {
			t.Errorf("after a restart: %d", resp.StatusCode)
		}
		if at(items(ada.get("/api/v1/sso/traces", 200))[0], "reason.check") != "replay" {
			t.Error("the trace does not say replay")
		}
	})
}

// An identity provider speaks for its own organization: whatever acme's hostile one
// says, and whoever does what in which order, nothing of evil's is served to one
// who brought acme's word alone.
func TestAnIdentityProviderSpeaksForItsOwnOrganization(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := setupOn(t, db)
		b.member(b.acme, "ada@acme.example", portal.Admin)
		b.member(b.evil, "eve@evil.example", portal.Admin)
		b.member(b.evil, "vic@evil.example", portal.Responder)
		ada, hostile := b.enabled("acme", "ada@acme.example", 0)
		// Vic is a member of acme, too, and has confirmed that.
		b.in(ada, hostile, "vic@evil.example", "Eyes")
		eve := b.browser()
		eve.signIn("eve@evil.example")
		theirs := b.provider("evil", 1)
		rnd := rand.New(rand.NewPCG(1, 2))
		mallory := b.browser() // has acme's word, and never vic's password nor evil's word
		for step := range 60 {
			did := ""
			switch rnd.IntN(8) {
			case 0:
				did = "tile"
				mallory.brings("acme", hostile.says("vic@evil.example", "", []string{"Admins"}), "")
			case 1:
				did = "sign-in"
				mallory.through(hostile, "vic@evil.example", "Admins")
			case 2:
				did = "switch"
				_, raw := mallory.send(http.MethodPost, "/api/v1/session/switch", "application/json", strings.NewReader(`{"organization":"evil"}`))
				if strings.Contains(string(raw), `"done"`) {
					t.Fatalf("step %d: switched: %s", step, raw)
				}
			case 3:
				did = "round for evil, answered by acme's"
				if resp, _ := mallory.open("/sso/start/evil?purpose=switch"); resp.StatusCode == 303 {
					id := mallory.asks("/sso/start/evil?purpose=switch")
					mallory.brings("evil", hostile.says("vic@evil.example", id, []string{"Admins"}), id)
					mallory.brings("acme", hostile.says("vic@evil.example", id, []string{"Admins"}), id)
				}
			case 4:
				did = "evil enables"
				eve.do(http.MethodPut, "/api/v1/sso/draft", draftOf(theirs.metadata(), "eve@evil.example"), 200)
				eve.post("/api/v1/sso/save", value.Map("override", true), 200)
			case 5:
				did = "evil disables"
				eve.send(http.MethodPost, "/api/v1/sso/disable", "application/json", strings.NewReader("{}"))
			case 6:
				did = "evil exempts vic"
				eve.do(http.MethodPut, "/api/v1/sso/draft", draftOf(theirs.metadata(), "eve@evil.example", "vic@evil.example"), 200)
				eve.post("/api/v1/sso/save", value.Map("override", true), 200)
			case 7:
				did = "a guess of the password"
				mallory.send(http.MethodPost, "/api/v1/session/switch", "application/json", strings.NewReader(`{"organization":"evil","password":"guessed it"}`))
			}
			resp, raw := mallory.send(http.MethodGet, "/api/v1/session", "", nil)
			if resp.StatusCode == 200 && strings.Contains(string(raw), b.evil.ID) {
				t.Fatalf("step %d, %s: in evil: %s", step, did, raw)
			}
			for _, path := range []string{"/api/v1/session/organizations", "/api/v1/sessions", "/api/v1/members", "/api/v1/audit"} {
				if _, raw := mallory.send(http.MethodGet, path, "", nil); strings.Contains(string(raw), b.evil.ID) || strings.Contains(string(raw), `"slug":"evil"`) {
					t.Fatalf("step %d, %s: %s tells of evil: %s", step, did, path, raw)
				}
			}
		}
	})
}

// Switching into an organization with single sign-on re-runs its Okta each time,
// for the same person; into one without it the password counts, given before or
// asked for now. The session is a new one.
func TestSwitchingOrganizations(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := setupOn(t, db)
		ada := b.member(b.acme, "ada@acme.example", portal.Admin)
		b.member(b.evil, "eve@evil.example", portal.Admin)
		if err := b.db.Accounts.Join(t.Context(), ada, portal.Membership{Org: b.evil.ID, Account: ada.ID, Roles: []string{portal.Auditor}, CreatedAt: b.now()}); err != nil {
			t.Fatal(err)
		}
		eve, p := b.enabled("evil", "eve@evil.example", 0)
		c := b.browser()
		c.signIn("ada@acme.example")
		orgs := items(c.get("/api/v1/session/organizations", 200))
		if len(orgs) != 2 || orgs[0].Text("slug") != "acme" || orgs[0].At("current") != true || orgs[1].At("okta") != true {
			t.Fatalf("%v", orgs)
		}
		round := func(who string) (*http.Response, string) {
			got := c.post("/api/v1/session/switch", value.Map("organization", "evil", "returnTo", "/cases"), 200)
			if got.Text("next") != "go" {
				t.Fatalf("%s", value.JSON(got))
			}
			id := c.asks(got.Text("url"))
			return c.brings("evil", p.says(who, id, []string{"Eyes"}), id)
		}
		if resp, body := round("eve@evil.example"); resp.StatusCode != 403 || at(items(eve.get("/api/v1/sso/traces", 200))[0], "reason.check") != "other_person" {
			t.Fatalf("as somebody else: %d %s", resp.StatusCode, body)
		}
		before := c.session()
		if resp, body := round("ada@acme.example"); resp.StatusCode != 303 || resp.Header.Get("Location") != "/cases" {
			t.Fatalf("%d %s", resp.StatusCode, body)
		}
		if got := c.get("/api/v1/session", 200); at(got, "organization.slug") != "evil" || c.session() == before {
			t.Errorf("%s", value.JSON(got))
		}
		// Back: the password was given in this session.
		if got := c.post("/api/v1/session/switch", value.Map("organization", "acme"), 200); got.Text("next") != "done" || at(got, "session.organization.slug") != "acme" {
			t.Errorf("%s", value.JSON(got))
		}
		if got := c.post("/api/v1/session/switch", value.Map("organization", "evil"), 200); got.Text("next") != "go" {
			t.Errorf("the word of before is good enough: %s", value.JSON(got))
		}
		// One who came through Okta is asked for the password.
		o := b.browser()
		if resp, body := o.through(p, "ada@acme.example", "Eyes"); resp.StatusCode != 303 {
			t.Fatalf("%d %s", resp.StatusCode, body)
		}
		// What that Okta says changes nothing of the person's own sign-in, which counts
		// in the other organization as well.
		for path, body := range map[string]*value.Object{"POST /api/v1/session/factors/app": nil, "POST /api/v1/session/factors/passkey": nil, "PUT /api/v1/session/password": value.Map("current", password, "password", "another battery staple")} {
			method, path, _ := strings.Cut(path, " ")
			if got := failure(o.do(method, path, body, 403)); !strings.Contains(got.Text("message"), "its own alone") {
				t.Errorf("%s %s: %s", method, path, value.JSON(got))
			}
		}
		if got := o.get("/api/v1/session/factors", 200); got.At("password") != false {
			t.Errorf("%s", value.JSON(got))
		}
		if got := o.post("/api/v1/session/switch", value.Map("organization", "acme"), 200); got.Text("next") != "password" {
			t.Errorf("%s", value.JSON(got))
		}
		o.post("/api/v1/session/switch", value.Map("organization", "acme", "password", "not the one it is"), 400)
		if got := o.post("/api/v1/session/switch", value.Map("organization", "acme", "password", password), 200); got.Text("next") != "done" {
			t.Errorf("%s", value.JSON(got))
		}
		o.post("/api/v1/session/switch", value.Map("organization", "nowhere"), 404)
	})
}

// session is the token that a browser has.
func (c *client) session() string {
	jar := c.http.Transport.(*checked).jar
	jar.mu.Lock()
	defer jar.mu.Unlock()
	if k := jar.held["sallyport"]; k != nil {
		return k.Value
	}
	return ""
}

// The identity provider's word ends when it says so, whatever the session's end.
func TestSessionNotOnOrAfterEndsTheSession(t *testing.T) {
	eachSSO(t, func(t *testing.T, b *bench, ada *client, p *provider) {
		b.in(ada, p, "sam@acme.example", "Eyes")
		c := b.browser()
		c.brings("acme", p.says("sam@acme.example", "", []string{"Eyes"}, lasting(20*time.Minute)), "")
		c.get("/api/v1/session", 200)
		b.pass(21 * time.Minute)
		c.get("/api/v1/session", 401)
	})
}

// The exempt list never loses its last Full Admin with a password, whoever changes
// what at once.
func TestTheLastDoorStaysOpen(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := setupOn(t, db)
		b.member(b.acme, "ada@acme.example", portal.Admin)
		b.member(b.acme, "ann@acme.example", portal.Admin)
		b.member(b.acme, "ali@acme.example", portal.Admin) // not exempt
		c := b.browser()
		c.signIn("ada@acme.example")
		c.drafts(b.provider("acme", 0), "ada@acme.example", "ann@acme.example")
		c.post("/api/v1/sso/save", value.Map("override", true), 200)
		ada, ann := memberID(c, "ada@acme.example"), memberID(c, "ann@acme.example")
		other := b.browser()
		other.signIn("ann@acme.example")
		var wg sync.WaitGroup
		for _, x := range []struct {
			c   *client
			who string
		}{{c, ann}, {other, ada}} {
			wg.Go(func() {
				x.c.send(http.MethodPatch, "/api/v1/members/"+x.who, "application/json", strings.NewReader(`{"roles":["auditor"]}`))
			})
			wg.Go(func() { x.c.send(http.MethodDelete, "/api/v1/members/"+x.who, "", nil) })
		}
		wg.Wait()
		left := 0
		for _, email := range []string{"ada@acme.example", "ann@acme.example"} {
			d := b.browser()
			resp, _ := d.send(http.MethodPost, "/api/v1/session", "application/json", strings.NewReader(fmt.Sprintf(`{"email":%q,"password":%q}`, email, password)))
			if resp.StatusCode == 200 && strings.Contains(roleIDs(d.get("/api/v1/session", 200)), portal.Admin) {
				left++
			}
		}
		if left == 0 {
			t.Error("nobody can come in")
		}
	})
}
