package api

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"sallyport/internal/letter"
	"sallyport/internal/portal"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
	"sallyport/internal/value"
	"sallyport/sandbox/okta/samlidp"
)

// eachSSO runs a test on both databases, where acme's administrator ada set single
// sign-on up and is exempt.
func eachSSO(t *testing.T, test func(t *testing.T, b *bench, ada *client, p *provider)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := setupOn(t, db)
		b.member(b.acme, "ada@acme.example", portal.Admin)
		ada, p := b.enabled("acme", "ada@acme.example", 0)
		test(t, b, ada, p)
	})
}

// SP-initiated: the first sign-in has the person confirm their address before
// access is granted; after that they are in, at the page asked for, with the roles
// of their groups.
func TestFirstSignInConfirmsTheAddress(t *testing.T) {
	eachSSO(t, func(t *testing.T, b *bench, ada *client, p *provider) {
		sam := b.browser()
		resp, body := sam.through(p, "sam@acme.example", "Eyes")
		if resp.StatusCode != 200 || !strings.Contains(body, "confirm that sam@acme.example is yours") {
			t.Fatalf("%d %s", resp.StatusCode, body)
		}
		sam.get("/api/v1/session", 401)
		b.pass(portal.ConfirmEvery)
		if resp, _ := sam.through(p, "sam@acme.example", "Eyes"); resp.StatusCode != 200 {
			t.Errorf("a second sign-in before the confirmation: %d", resp.StatusCode)
		}
		sam.get("/api/v1/session", 401)
		b.pass(portal.ConfirmEvery)
		ada.confirms("sam@acme.example")
		sam.get("/api/v1/session", 401) // nobody is signed in by it
		id := sam.asks("/sso/start/acme?return_to=%2Falerts%3Fstate%3Dopen")
		resp, body = sam.brings("acme", p.says("sam@acme.example", id, []string{"Eyes"}), id)
		if resp.StatusCode != 303 || resp.Header.Get("Location") != "/alerts?state=open" {
			t.Fatalf("%d %s %s", resp.StatusCode, resp.Header.Get("Location"), body)
		}
		s := sam.get("/api/v1/session", 200)
		if roleIDs(s) != portal.Auditor || at(s, "account.name") != "Sam Stone" {
			t.Errorf("%s", value.JSON(s))
		}
	})
}

// The letter of a first sign-in is written at once, and waits where the mail server
// is down; its link is good once, for a day, until a newer one is asked for by signing
// in again, and signs nobody in.
func TestTheLetterOfAFirstSignInIsGoodOnceForADayAndResent(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		b := setupWith(t, timed(t, dsn), withMail(closed()))
		b.member(b.acme, "ada@acme.example", portal.Admin)
		ada, p := b.enabled("acme", "ada@acme.example", 0)
		sam := b.browser()
		asked := func(said string) string {
			t.Helper()
			resp, body := sam.through(p, "sam@acme.example", "Eyes")
			if resp.StatusCode != 200 || !strings.Contains(body, "Check your mail") || !strings.Contains(body, said) {
				t.Fatalf("%d %s", resp.StatusCode, body)
			}
			return b.mailed(letter.Confirm, "sam@acme.example")
		}
		confirm := func(token string) int {
			resp, _ := b.browser().send(http.MethodPost, "/api/v1/confirmations", "application/json", strings.NewReader(`{"token":"`+token+`"}`))
			return resp.StatusCode
		}
		first := asked("A letter was sent to sam@acme.example. Open the link")
		if asked("a moment ago") != first {
			t.Error("another letter is written at once")
		}
		l := items(ada.get("/api/v1/letters", 200))[0]
		if _, err := b.deps.Letters.Work(t.Context(), l.Text("id")); err != nil {
			t.Fatal(err)
		}
		if l = items(ada.get("/api/v1/letters?state=queued", 200))[0]; !strings.Contains(l.Text("error"), "does not answer") || l.Text("to") != "sam@acme.example" {
			t.Errorf("a letter that waits is %s", value.JSON(l))
		}
		b.pass(portal.ConfirmEvery)
		second := asked("Open the link")
		if second == first || confirm(first) != 404 {
			t.Error("the link before the newest one holds")
		}
		b.pass(portal.ConfirmFor)
		if status := confirm(second); status != 404 {
			t.Errorf("a link of yesterday: %d", status)
		}
		third := asked("Open the link")
		if status := confirm(third); status != 200 {
			t.Errorf("the newest link: %d", status)
		}
		if status := confirm(third); status != 404 {
			t.Errorf("a second time: %d", status)
		}
		sam.get("/api/v1/session", 401)
		if resp, body := sam.through(p, "sam@acme.example", "Eyes"); resp.StatusCode != 303 {
			t.Errorf("%d %s", resp.StatusCode, body)
		}
		sam.get("/api/v1/session", 200)
	})
}

// Somebody with roles in several organizations is asked which one, and follows that
// organization's Okta; in each they have the roles that it gives.
func TestWhoIsInSeveralChoosesAndFollowsThatOkta(t *testing.T) {
	eachSSO(t, func(t *testing.T, b *bench, ada *client, p *provider) {
		b.member(b.evil, "eve@evil.example", portal.Admin)
		eve, q := b.enabled("evil", "eve@evil.example", 1)
		b.in(ada, p, "sam@acme.example", "Eyes")
		b.in(eve, q, "sam@acme.example", "Admins")
		c := b.browser()
		c.through(p, "sam@acme.example", "Eyes")
		c.through(q, "sam@acme.example", "Admins")
		where := c.post("/api/v1/sso/start", value.Map("user", "sam@acme.example"), 200)
		if where.Text("next") != "choose" || at(where, "organizations.0.slug") == at(where, "organizations.1.slug") {
			t.Fatalf("%s", value.JSON(where))
		}
		for slug, tt := range map[string]struct {
			p      *provider
			groups []string
			role   string
		}{"acme": {p, []string{"Eyes"}, portal.Auditor}, "evil": {q, []string{"Admins"}, portal.Admin}} {
			where := c.post("/api/v1/sso/start", value.Map("user", "sam@acme.example", "organization", slug), 200)
			if where.Text("next") != "go" {
				t.Fatalf("%s: %s", slug, value.JSON(where))
			}
			resp, _ := c.open(where.Text("url"))
			if to := resp.Header.Get("Location"); !strings.HasPrefix(to, "https://okta.example/"+slug+"/sso?") {
				t.Errorf("%s: sent to %s", slug, to)
			}
			id := c.asks(where.Text("url"))
			c.brings(slug, tt.p.says("sam@acme.example", id, tt.groups), id)
			if s := c.get("/api/v1/session", 200); at(s, "organization.slug") != slug || roleIDs(s) != tt.role {
				t.Errorf("%s: %s", slug, value.JSON(s))
			}
		}
	})
}

// in is somebody who is in, by the groups.
func (b *bench) in(ada *client, p *provider, who string, groups ...string) *client {
	b.t.Helper()
	c := b.browser()
	c.through(p, who, groups...)
	b.pass(portal.ConfirmEvery)
	ada.confirms(who)
	if resp, body := c.through(p, who, groups...); resp.StatusCode != 303 {
		b.t.Fatalf("%s is not let in: %d %s", who, resp.StatusCode, body)
	}
	return c
}

// Roles are recalculated at each sign-in; several groups of one role and one group
// of several roles are cumulative; a user without any mapped group is refused with
// an explanation.
func TestRolesFollowGroupsAtEachSignIn(t *testing.T) {
	eachSSO(t, func(t *testing.T, b *bench, ada *client, p *provider) {
		sam := b.in(ada, p, "sam@acme.example", "Eyes")
		for _, tt := range []struct {
			groups []string
			want   string
		}{
			{[]string{"Watchers"}, "analyst auditor"}, {[]string{"Admins", "Eyes"}, "admin auditor"}, {[]string{"Eyes"}, "auditor"}, {[]string{"Watchers", "Nothing"}, "analyst auditor"},
		} {
			if resp, body := sam.through(p, "sam@acme.example", tt.groups...); resp.StatusCode != 303 {
				t.Fatalf("%v: %d %s", tt.groups, resp.StatusCode, body)
			}
			if got := roleIDs(sam.get("/api/v1/session", 200)); got != tt.want {
				t.Errorf("%v gives %q, want %q", tt.groups, got, tt.want)
			}
		}
		fresh := b.browser()
		resp, body := fresh.through(p, "sam@acme.example", "watchers")
		if resp.StatusCode != 403 || !strings.Contains(body, "None of your groups in Okta gives a role in ACME") {
			t.Errorf("no mapped group: %d %s", resp.StatusCode, body)
		}
		fresh.get("/api/v1/session", 401)
		trace := items(ada.get("/api/v1/sso/traces", 200))[0]
		if at(trace, "reason.check") != "no_mapped_group" || !strings.Contains(at(trace, "reason.detail").(string), "letter case") || !strings.Contains(body, trace.Text("code")) || trace.Text("subject") != "sam@acme.example" {
			t.Errorf("%s", value.JSON(trace))
		}
		if len(items(ada.get("/api/v1/members", 200))) != 2 {
			t.Error("who was refused became a member")
		}
	})
}

// IdP-initiated: the tile of the dashboard signs in; RelayState leads to the page
// asked for, and nowhere else.
func TestSignInFromTheTile(t *testing.T) {
	eachSSO(t, func(t *testing.T, b *bench, ada *client, p *provider) {
		b.in(ada, p, "sam@acme.example", "Eyes")
		for relay, want := range map[string]string{
			"/cases?x=1": "/cases?x=1", "": "/", "https://evil.example/": "/", "//evil.example": "/", `/\evil.example`: "/", "/%2Fevil.example": "/", "/%5cevil.example": "/", "javascript:alert(1)": "/", "cases": "/", "/a\tb": "/", "http:evil.example": "/", " /cases": "/",
		} {
			c := b.browser()
			resp, body := c.brings("acme", p.says("sam@acme.example", "", []string{"Eyes"}), relay)
			if resp.StatusCode != 303 || resp.Header.Get("Location") != want {
				t.Errorf("RelayState %q leads to %d %q, want %q: %s", relay, resp.StatusCode, resp.Header.Get("Location"), want, body)
			}
			c.get("/api/v1/session", 200)
		}
	})
}

// Somebody else who is signed in here is asked before an identity provider that
// came by itself has them go on as another.
func TestTileAsksWhoIsSignedInAlready(t *testing.T) {
	eachSSO(t, func(t *testing.T, b *bench, ada *client, p *provider) {
		b.in(ada, p, "sam@acme.example", "Eyes")
		resp, body := ada.brings("acme", p.says("sam@acme.example", "", []string{"Eyes"}), "")
		if resp.StatusCode != 200 || !strings.Contains(body, "Continue as sam@acme.example?") {
			t.Fatalf("%d %s", resp.StatusCode, body)
		}
		if got := at(ada.get("/api/v1/session", 200), "account.email"); got != "ada@acme.example" {
			t.Errorf("signed in is %v", got)
		}
		_, rest, _ := strings.Cut(body, `name="h" value="`)
		h, _, _ := strings.Cut(rest, `"`)
		ada.header.Set("Origin", "https://evil.example")
		ada.header.Set("Sec-Fetch-Site", "cross-site")
		if resp, _ := ada.form("/sso/finish", map[string][]string{"h": {h}}); resp.StatusCode != 403 {
			t.Errorf("another site continues: %d", resp.StatusCode)
		}
		ada.header.Del("Origin")
		ada.header.Del("Sec-Fetch-Site")
		if resp, body := ada.form("/sso/finish", map[string][]string{"h": {h}}); resp.StatusCode != 303 {
			t.Fatalf("%d %s", resp.StatusCode, body)
		}
		if got := at(ada.get("/api/v1/session", 200), "account.email"); got != "sam@acme.example" {
			t.Errorf("signed in is %v", got)
		}
	})
}

// A stolen response is of no use in another browser, nor is a request's answer to
// another organization, nor one that answers nothing here. Each is logged by the
// name of its check.
func TestStolenAndForeignResponsesAreRefused(t *testing.T) {
	eachSSO(t, func(t *testing.T, b *bench, ada *client, p *provider) {
		b.in(ada, p, "sam@acme.example", "Eyes")
		b.member(b.evil, "eve@evil.example", portal.Admin)
		eve, evil := b.enabled("evil", "eve@evil.example", 0) // the same key as acme's
		for name, tt := range map[string]struct {
			bring func() (*http.Response, string)
			check string
			who   *client
		}{
			"in another browser": {func() (*http.Response, string) {
				id := b.browser().asks("/sso/start/acme")
				return b.browser().brings("acme", p.says("sam@acme.example", id, []string{"Eyes"}), id)
			}, "other_browser", ada},
			"to another organization": {func() (*http.Response, string) {
				c := b.browser()
				return c.brings("evil", p.says("sam@acme.example", "", []string{"Eyes"}), "")
			}, "destination", eve},
			"of another issuer with the same key": {func() (*http.Response, string) {
				c := b.browser()
				return c.brings("acme", evil.says("sam@acme.example", "", []string{"Admins"}, func(r *samlidp.Response) {
					r.Destination, r.Recipient, r.Audience = b.url+"/saml/acme/acs", b.url+"/saml/acme/acs", b.url+"/saml/acme"
				}), "")
			}, "issuer", ada},
			"for another audience": {func() (*http.Response, string) {
				return b.browser().brings("acme", p.says("sam@acme.example", "", []string{"Eyes"}, func(r *samlidp.Response) { r.Audience = b.url + "/saml/evil" }), "")
			}, "audience", ada},
			"to a request of another organization": {func() (*http.Response, string) {
				c := b.browser()
				return c.brings("acme", p.says("sam@acme.example", c.asks("/sso/start/evil"), []string{"Eyes"}), "")
			}, "unknown_request", ada},
			"to a request that there never was": {func() (*http.Response, string) {
				return b.browser().brings("acme", p.says("sam@acme.example", "_made-up", []string{"Eyes"}), "")
			}, "unknown_request", ada},
			"of another key": {func() (*http.Response, string) {
				return b.browser().brings("acme", p.says("sam@acme.example", "", []string{"Eyes"}, func(r *samlidp.Response) { r.Key = signingKeys()[1] }), "")
			}, "signature", ada},
			"with SHA-1": {func() (*http.Response, string) {
				return b.browser().brings("acme", p.says("sam@acme.example", "", []string{"Eyes"}, func(r *samlidp.Response) { r.Algorithm = samlidp.Algorithm{SHA1Signature: true, SHA1Digest: true} }), "")
			}, "algorithm", ada},
			"without a signature on the assertion": {func() (*http.Response, string) {
				return b.browser().brings("acme", p.says("sam@acme.example", "", []string{"Eyes"}, func(r *samlidp.Response) { r.SignAssertion = false }), "")
			}, "signature_missing", ada},
			"of ten minutes ago": {func() (*http.Response, string) {
				return b.browser().brings("acme", p.says("sam@acme.example", "", []string{"Eyes"}, func(r *samlidp.Response) { r.Now = b.now().Add(-20 * time.Minute) }), "")
			}, "issue_instant", ada},
			"of somebody without an address": {func() (*http.Response, string) {
				return b.browser().brings("acme", p.says("sam", "", []string{"Eyes"}), "")
			}, "address", ada},
			"that is none": {func() (*http.Response, string) { return b.browser().brings("acme", "%%%", "") }, "encoding", ada},
		} {
			resp, body := tt.bring()
			if resp.StatusCode != 403 {
				t.Errorf("%s: %d %s", name, resp.StatusCode, body)
				continue
			}
			trace := items(tt.who.get("/api/v1/sso/traces", 200))[0]
			if at(trace, "reason.check") != tt.check || at(trace, "reason.explain") == "" || !strings.Contains(body, trace.Text("code")) {
				t.Errorf("%s: %s %s", name, value.JSON(trace), body)
			}
			if !strings.Contains(b.log.String(), `"check":"`+tt.check+`"`) {
				t.Errorf("%s: the log does not name %s", name, tt.check)
			}
		}
		for _, secret := range []string{"SAMLResponse", "<saml", "MIIC", p.says("sam@acme.example", "", nil)[:40]} {
			if strings.Contains(b.log.String(), secret) {
				t.Errorf("the log has %s", secret)
			}
		}
	})
}

// The clocks may be three minutes apart.
func TestClockSkewOfThreeMinutes(t *testing.T) {
	eachSSO(t, func(t *testing.T, b *bench, ada *client, p *provider) {
		b.in(ada, p, "sam@acme.example", "Eyes")
		for off, want := range map[time.Duration]int{-170 * time.Second: 303, 170 * time.Second: 303, 20 * time.Minute: 403} {
			resp, body := b.browser().brings("acme", p.says("sam@acme.example", "", []string{"Eyes"}, func(r *samlidp.Response) {
				r.Now, r.AuthnInstant = b.now().Add(off), b.now().Add(off)
			}), "")
			if resp.StatusCode != want {
				t.Errorf("%v: %d %s", off, resp.StatusCode, body)
			}
		}
	})
}
