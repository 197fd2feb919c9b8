package api

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"sallyport/internal/portal"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
	"sallyport/internal/value"
	"sallyport/sandbox/okta/samlidp"
)

// asksAnew begins a proof, and returns the request that the browser carries.
func (c *client) asksAnew(path string) samlidp.Message {
	c.t.Helper()
	resp, body := c.open(path)
	_, query, _ := strings.Cut(resp.Header.Get("Location"), "?")
	m, err := samlidp.FromQuery(query)
	if resp.StatusCode != http.StatusSeeOther || err != nil {
		c.t.Fatalf("%s: %d %v %s", path, resp.StatusCode, err, body)
	}
	return m
}

// fresh reports whether the last proof of the caller does for what wants one.
func (b *bench) fresh(c *client) bool {
	b.t.Helper()
	until, err := time.Parse(time.RFC3339, c.get("/api/v1/session/proof", 200).Text("freshUntil"))
	if err != nil {
		b.t.Fatal(err)
	}
	return until.After(b.now())
}

// Who came through Okta steps up there: by signing in anew, as the same person, in
// the same browser. The session goes on; the one that Okta still has proves nothing.
func TestAProofThroughOkta(t *testing.T) {
	const proof = "/sso/start/acme?purpose=proof&return_to=%2Fproved"
	eachSSO(t, func(t *testing.T, b *bench, ada *client, p *provider) {
		sam := b.in(ada, p, "sam@acme.example", "Eyes")
		b.in(ada, p, "kim@acme.example", "Eyes")
		if !b.fresh(sam) {
			t.Error("who just signed in is not fresh")
		}
		b.pass(20 * time.Minute)
		if b.fresh(sam) {
			t.Fatal("a proof of an hour ago is fresh")
		}
		session := sam.get("/api/v1/sessions", 200)

		m := sam.asksAnew(proof)
		if !m.ForceAuthn {
			t.Error("the request does not force an authentication")
		}
		long := func(r *samlidp.Response) { r.AuthnInstant = b.now().Add(-30 * time.Minute) }
		for name, tt := range map[string]struct {
			response func(id string) string
			check    string
		}{
			"the session that Okta has": {func(id string) string { return p.says("sam@acme.example", id, []string{"Eyes"}, long) }, "authn_statement"},
			"somebody else":             {func(id string) string { return p.says("kim@acme.example", id, []string{"Eyes"}) }, "other_person"},
			"nobody who is known":       {func(id string) string { return p.says("new@acme.example", id, []string{"Admins"}) }, "other_person"},
		} {
			id := sam.asksAnew(proof).ID
			resp, body := sam.brings("acme", tt.response(id), id)
			if got := items(ada.get("/api/v1/sso/traces", 200))[0]; resp.StatusCode != 403 || at(got, "reason.check") != tt.check || at(got, "purpose") != "proof" {
				t.Errorf("%s: %d %s %s", name, resp.StatusCode, value.JSON(got), body)
			}
			if b.fresh(sam) {
				t.Errorf("%s is a proof", name)
			}
		}
		stolen := b.browser()
		id := sam.asksAnew(proof).ID
		if resp, _ := stolen.brings("acme", p.says("sam@acme.example", id, []string{"Eyes"}), id); resp.StatusCode != 403 || b.fresh(sam) {
			t.Errorf("in another browser: %d", resp.StatusCode)
		}

		id = m.ID
		resp, body := sam.brings("acme", p.says("sam@acme.example", id, []string{"Eyes"}), id)
		if resp.StatusCode != 303 || resp.Header.Get("Location") != "/proved" || !b.fresh(sam) {
			t.Fatalf("%d %s %s", resp.StatusCode, resp.Header.Get("Location"), body)
		}
		if resp.Header.Get("Set-Cookie") != "" && strings.Contains(resp.Header.Get("Set-Cookie"), "session=") {
			t.Error("another session was opened")
		}
		if now := sam.get("/api/v1/sessions", 200); at(items(now)[0], "id") != at(items(session)[0], "id") || len(items(now)) != len(items(session)) {
			t.Errorf("%s, was %s", value.JSON(now), value.JSON(session))
		}
		found := false
		for _, e := range items(ada.get("/api/v1/audit?q=session.proved", 200)) {
			found = found || e.Text("action") == "session.proved" && at(e, "detail.by") == "saml"
		}
		if !found {
			t.Error("the proof is not in the audit log")
		}
		// The same again, by a browser that comes back.
		if resp, _ := sam.brings("acme", p.says("sam@acme.example", id, []string{"Eyes"}), id); resp.StatusCode != 403 {
			t.Errorf("an answer is taken twice: %d", resp.StatusCode)
		}
		// Who is signed in nowhere signs in by it, and so does who has a password: that
		// is what their session is proved by.
		for name, c := range map[string]*client{"nobody": b.browser(), "a session by password": ada} {
			if m := c.asksAnew(proof); m.ForceAuthn {
				t.Errorf("%s is asked for a proof through Okta", name)
			}
		}
	})
}

// What one organization's Okta says of somebody is no proof in another one, also
// where they may enter that without being asked.
func TestOneOktasProofIsNoneElsewhere(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := setupOn(t, db)
		ada := b.member(b.acme, "ada@acme.example", portal.Admin)
		b.member(b.evil, "eve@evil.example", portal.Admin)
		if err := b.db.Accounts.Join(t.Context(), ada, portal.Membership{Org: b.evil.ID, Account: ada.ID, Roles: []string{portal.Auditor}, CreatedAt: b.now()}); err != nil {
			t.Fatal(err)
		}
		_, evil := b.enabled("evil", "eve@evil.example", 0)
		c := b.browser()
		c.signIn("ada@acme.example")
		if !b.fresh(c) {
			t.Fatal("who just gave the password is not fresh")
		}
		b.pass(20 * time.Minute)
		id := c.asks(c.post("/api/v1/session/switch", value.Map("organization", "evil"), 200).Text("url"))
		if resp, body := c.brings("evil", evil.says("ada@acme.example", id, []string{"Eyes"}), id); resp.StatusCode != 303 || !b.fresh(c) {
			t.Fatalf("%d %s", resp.StatusCode, body)
		}
		if got := c.post("/api/v1/session/switch", value.Map("organization", "acme"), 200); got.Text("next") != "done" {
			t.Fatalf("%s", value.JSON(got))
		}
		if b.fresh(c) {
			t.Error("the other organization's Okta proved somebody here")
		}
		c.post("/api/v1/session/proof", value.Map("password", password), 200)
		if !b.fresh(c) {
			t.Error("the password is no proof")
		}
	})
}

// Signing out here goes by a page to Okta, where the organization's Okta opened the
// session; the page is allowed no more than that.
func TestSignOutGoesByOkta(t *testing.T) {
	eachSSO(t, func(t *testing.T, b *bench, ada *client, p *provider) {
		sam := b.in(ada, p, "sam@acme.example", "Eyes")
		if got := sam.get("/api/v1/session", 200).Text("method"); got != string(portal.BySAML) {
			t.Errorf("the session was opened by %q", got)
		}
		resp, body := sam.form("/sso/logout", url.Values{})
		link := pageLink.FindStringSubmatch(body)
		if resp.StatusCode != 200 || link == nil || !strings.HasPrefix(link[1], "https://okta.example/acme/slo?SAMLRequest=") || !strings.Contains(resp.Header.Get("Content-Security-Policy"), "form-action 'self'") {
			t.Errorf("%d %v %s", resp.StatusCode, resp.Header, body)
		}
		sam.get("/api/v1/session", 401)
		if resp, _ := ada.form("/sso/logout", url.Values{}); resp.StatusCode != 303 || resp.Header.Get("Location") != "/" {
			t.Errorf("who has a password is sent to %s", resp.Header.Get("Location"))
		}
		ada.get("/api/v1/session", 401)
	})
}
