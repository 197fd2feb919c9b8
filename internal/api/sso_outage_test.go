package api

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sallyport/internal/portal"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
	"sallyport/internal/value"
	"sallyport/sandbox/okta/samlidp"
)

// A sign-in that was begun goes on at a server that was started anew.
func TestRestartInTheMiddleOfASignIn(t *testing.T) {
	eachSSO(t, func(t *testing.T, b *bench, ada *client, p *provider) {
		b.in(ada, p, "sam@acme.example", "Eyes")
		c := b.browser()
		id := c.asks("/sso/start/acme?return_to=/cases")
		again := setupOn(t, b.db, func(d *Deps) { d.BaseURL, d.SSO = b.url, b.sso() })
		c.url = again.listening
		resp, _ := c.form("/saml/acme/acs", map[string][]string{"SAMLResponse": {p.says("sam@acme.example", id, []string{"Eyes"})}})
		if resp.StatusCode != 303 {
			t.Fatal(resp.StatusCode)
		}
		third := setupOn(t, b.db, func(d *Deps) { d.BaseURL, d.SSO = b.url, b.sso() })
		c.url = third.listening
		if resp, body := c.open(resp.Header.Get("Location")); resp.StatusCode != 303 || resp.Header.Get("Location") != "/cases" {
			t.Errorf("%d %s", resp.StatusCode, body)
		}
	})
}

// A thousand people sign in at once, and all of them come in; with the race detector a hundred.
func TestAThousandSignInsAtOnce(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a while")
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := setupOn(t, db)
		b.member(b.acme, "ada@acme.example", portal.Admin)
		ada, p := b.enabled("acme", "ada@acme.example", 0)
		b.in(ada, p, "sam@acme.example", "Eyes")
		const people = peopleAtOnce
		said := make([]string, people)
		for i := range said {
			said[i] = p.says("sam@acme.example", "", []string{"Eyes"})
		}
		var in, other atomic.Int64
		var wg sync.WaitGroup
		slots := make(chan struct{}, 250) // sockets of this process
		for i := range said {
			c := b.browser()
			wg.Go(func() {
				slots <- struct{}{}
				defer func() { <-slots }()
				if resp, _ := c.brings("acme", said[i], ""); resp.StatusCode == 303 {
					in.Add(1)
				} else {
					other.Add(1)
				}
			})
		}
		wg.Wait()
		if in.Load() != people {
			t.Errorf("%d came in, %d did not", in.Load(), other.Load())
		}
	})
}

// A certificate is rolled over with two in the metadata: both hold, until one is
// taken away; that one ends is warned of thirty days before.
func TestCertificateRollover(t *testing.T) {
	eachSSO(t, func(t *testing.T, b *bench, ada *client, p *provider) {
		b.in(ada, p, "sam@acme.example", "Eyes")
		by := func(key int) int {
			resp, _ := b.browser().brings("acme", p.says("sam@acme.example", "", []string{"Eyes"}, func(r *samlidp.Response) { r.Key = signingKeys()[key] }), "")
			return resp.StatusCode
		}
		save := func(metadata string) *value.Object {
			ada.do(http.MethodPut, "/api/v1/sso/draft", draftOf(metadata, "ada@acme.example"), 200)
			return ada.post("/api/v1/sso/save", value.Map("override", true), 200)
		}
		if by(0) != 303 || by(1) != 403 {
			t.Error("before the rollover only the first holds")
		}
		if certs, _ := at(save(p.metadata(1)), "live.identityProvider.certificates").([]any); len(certs) != 2 {
			t.Errorf("%v", certs)
		}
		if by(0) != 303 || by(1) != 303 {
			t.Error("in the rollover both hold")
		}
		q := *p
		q.key = signingKeys()[1]
		save(q.metadata())
		if by(0) != 403 || by(1) != 303 {
			t.Error("after the rollover only the second holds")
		}
		if w, _ := at(ada.get("/api/v1/sso", 200), "warnings").([]any); len(w) != 0 {
			t.Errorf("%v", w)
		}
		b.pass(signingKeys()[1].Certificate.NotAfter.Sub(b.now()) - 29*24*time.Hour)
		ada.signIn("ada@acme.example")
		now := ada.get("/api/v1/sso", 200)
		if text, _ := at(now, "warnings.0.text").(string); !strings.Contains(text, "expires on") || at(now, "live.identityProvider.certificates.0.warning") == nil {
			t.Errorf("%s", value.JSON(now))
		}
	})
}

// Metadata is fetched again by its URL; while that is down, or gives rubbish, the
// last good copy goes on, and the error is shown.
func TestMetadataIsFetchedAgainAndHoldsWhileItsURLIsDown(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := setupOn(t, db)
		b.member(b.acme, "ada@acme.example", portal.Admin)
		ada, p := b.browser(), b.provider("acme", 0)
		var mu sync.Mutex
		answer, status := p.metadata(), 200
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			w.WriteHeader(status)
			fmt.Fprint(w, answer)
		}))
		defer srv.Close()
		gives := func(s int, text string) {
			mu.Lock()
			defer mu.Unlock()
			answer, status = text, s
		}
		ada.signIn("ada@acme.example")
		draft := value.Map("metadataUrl", srv.URL, "exempt", []any{"ada@acme.example"}, "roles", []any{value.Map("role", "admin", "groups", []any{"Admins"}), value.Map("role", "auditor", "groups", []any{"Eyes"})})
		gives(500, "")
		if e := failure(ada.do(http.MethodPut, "/api/v1/sso/draft", draft, 400)); e.Text("field") != "metadataUrl" {
			t.Errorf("%s", value.JSON(e))
		}
		gives(200, p.metadata())
		ada.do(http.MethodPut, "/api/v1/sso/draft", draft, 200)
		ada.post("/api/v1/sso/save", value.Map("override", true), 200)
		b.in(ada, p, "sam@acme.example", "Eyes")
		for name, tt := range map[string]struct {
			status int
			text   string
			want   string
		}{
			"down": {503, "", "503"}, "a web page": {200, "<html></html>", "web page"}, "of another": {200, b.provider("evil", 1).metadata(), "another identity provider"},
		} {
			gives(tt.status, tt.text)
			b.pass(portal.RefreshEvery)
			if err := b.deps.SSO.RefreshDue(t.Context()); err != nil {
				t.Fatal(err)
			}
			ada.signIn("ada@acme.example")
			if text, _ := at(ada.get("/api/v1/sso", 200), "refresh.error").(string); !strings.Contains(text, tt.want) {
				t.Errorf("%s: %q", name, text)
			}
			if resp, _ := b.browser().brings("acme", p.says("sam@acme.example", "", []string{"Eyes"}), ""); resp.StatusCode != 303 {
				t.Errorf("%s: the last good copy does not go on: %d", name, resp.StatusCode)
			}
		}
		gives(200, p.metadata(1))
		if now := ada.post("/api/v1/sso/refresh", nil, 200); at(now, "refresh.error") != nil {
			t.Errorf("%s", value.JSON(now))
		}
		resp, _ := b.browser().brings("acme", p.says("sam@acme.example", "", []string{"Eyes"}, func(r *samlidp.Response) { r.Key = signingKeys()[1] }), "")
		if resp.StatusCode != 303 {
			t.Errorf("a certificate that came by the URL does not hold: %d", resp.StatusCode)
		}
	})
}

// The sign-in page finds the organization by the user name, by its name, or by
// what the browser knows, and says the same of what there is not.
func TestTheSignInPageFindsTheOrganization(t *testing.T) {
	eachSSO(t, func(t *testing.T, b *bench, ada *client, p *provider) {
		b.in(ada, p, "sam@acme.example", "Eyes")
		where := func(c *client, kv ...any) *value.Object { return c.post("/api/v1/sso/start", value.Map(kv...), 200) }
		c := b.browser()
		ask := string(value.JSON(where(c)))
		for name, got := range map[string]*value.Object{
			"an unknown user":                  where(c, "user", "nobody@acme.example"),
			"a user without single sign-on":    where(c, "user", "eve@evil.example"),
			"an unknown organization":          where(c, "organization", "nowhere"),
			"one without single sign-on":       where(c, "organization", "evil"),
			"a forged cookie of organizations": where(c, "user", ""),
		} {
			if string(value.JSON(got)) != ask || got.Text("next") != "organization" {
				t.Errorf("%s: %s, want %s", name, value.JSON(got), ask)
			}
		}
		for name, got := range map[string]*value.Object{"by the user": where(c, "user", "SAM@acme.example", "returnTo", "//evil.example"), "by the slug": where(c, "organization", "acme")} {
			if got.Text("next") != "go" || got.Text("url") != b.url+"/sso/start/acme" {
				t.Errorf("%s: %s", name, value.JSON(got))
			}
		}
		c.brings("acme", p.says("sam@acme.example", "", []string{"Eyes"}), "")
		if got := where(c); got.Text("next") != "go" {
			t.Errorf("by what the browser knows: %s", value.JSON(got))
		}
		// One who is known in two is shown those that their browser knows.
		b.member(b.evil, "eve@evil.example", portal.Admin)
		_, q := b.enabled("evil", "eve@evil.example", 1)
		eve := b.browser()
		eve.signIn("eve@evil.example")
		d := b.browser()
		d.through(q, "sam@acme.example", "Eyes")
		if got := where(b.browser(), "user", "sam@acme.example"); got.Text("next") != "organization" {
			t.Errorf("known in two, in another browser: %s", value.JSON(got))
		}
		c.through(q, "sam@acme.example", "Eyes")
		if got := where(c, "user", "sam@acme.example"); got.Text("next") != "choose" || len(got.At("organizations").([]any)) != 2 {
			t.Errorf("known in two: %s", value.JSON(got))
		}
		seen := 0
		for range 100 {
			resp, _ := c.send(http.MethodPost, "/api/v1/sso/start", "application/json", strings.NewReader(`{"organization":"guess"}`))
			if resp.StatusCode == 429 {
				seen++
			}
		}
		if seen == 0 {
			t.Error("guessing is not held back")
		}
	})
}
