package api

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"sallyport/internal/portal"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
	"sallyport/internal/value"
)

func TestSignInAndOut(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := setupOn(t, db)
		b.member(b.acme, "ada@acme.example", portal.Admin)
		c := b.anybody()
		if got := failure(c.get("/api/v1/session", 401)); got.Text("kind") != "unauthenticated" || got.Text("requestId") == "" {
			t.Errorf("nobody: %s", value.JSON(got))
		}
		wrong := failure(c.post("/api/v1/session", value.Map("email", "ada@acme.example", "password", "wrong"), 401))
		unknown := failure(c.post("/api/v1/session", value.Map("email", "eve@acme.example", "password", "wrong"), 401))
		if wrong.Text("message") != unknown.Text("message") {
			t.Errorf("%q tells from %q", wrong.Text("message"), unknown.Text("message"))
		}
		c.signIn("ada@acme.example")
		me := c.get("/api/v1/session", 200)
		for path, want := range map[string]any{
			"account.email": "ada@acme.example", "organization.slug": "acme", "roles.0.id": "admin", "roles.0.name": "Full Admin", "version": "1.2.3", "features.sandbox": false, "permissions.0": "flows:read",
		} {
			if got := at(me, path); got != want {
				t.Errorf("%s is %v, want %v", path, got, want)
			}
		}
		c.do(http.MethodDelete, "/api/v1/session", nil, 204)
		c.get("/api/v1/session", 401)
		if strings.Contains(b.log.String(), password) {
			t.Error("the password is in the log")
		}
	})
}

func TestSessionCookie(t *testing.T) {
	tests := map[string]struct {
		base string
		want string // without the token
	}{
		"on loopback":      {"http://127.0.0.1:8080", "sallyport=; Path=/; HttpOnly; SameSite=Lax"},
		"behind a name":    {"https://sallyport.example.com", "__Host-sallyport=; Path=/; HttpOnly; Secure; SameSite=Lax"},
		"https and a port": {"https://sallyport.example.com:8443/", "__Host-sallyport=; Path=/; HttpOnly; Secure; SameSite=Lax"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, db *store.DB) {
				b := setupOn(t, db, func(d *Deps) { d.BaseURL = tt.base })
				b.member(b.acme, "ada@acme.example", portal.Admin)
				c := b.anybody()
				resp, _ := c.send(http.MethodPost, "/api/v1/session", "application/json", strings.NewReader(`{"email":"ada@acme.example","password":"`+password+`"}`))
				name, rest, _ := strings.Cut(resp.Header.Get("Set-Cookie"), "=")
				token, attributes, _ := strings.Cut(rest, ";")
				if got := name + "=;" + attributes; got != tt.want || len(token) != 43 {
					t.Errorf("%s (token of %d)", got, len(token))
				}
				hsts := resp.Header.Get("Strict-Transport-Security") != ""
				if https := strings.HasPrefix(tt.base, "https"); hsts != https {
					t.Errorf("Strict-Transport-Security: %v", hsts)
				}
				c.get("/api/v1/session", 200)
				c.signIn("ada@acme.example")
				second := ""
				for _, held := range c.http.Transport.(*checked).jar.held {
					second = held.Value
				}
				if second == token || second == "" {
					t.Error("signing in again did not change the token")
				}
				stolen := b.anybody()
				stolen.header.Set("Cookie", name+"="+token)
				stolen.get("/api/v1/session", 401)
			})
		})
	}
}

func TestTooManyAttempts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := setupOn(t, db)
		b.member(b.acme, "ada@acme.example", portal.Admin)
		c := b.anybody()
		for range 5 {
			c.post("/api/v1/session", value.Map("email", "ada@acme.example", "password", "wrong"), 401)
		}
		resp, body := c.send(http.MethodPost, "/api/v1/session", "application/json", strings.NewReader(`{"email":"ada@acme.example","password":"wrong"}`))
		if resp.StatusCode != 429 || resp.Header.Get("Retry-After") != "60" || !strings.Contains(string(body), `"kind":"too_many"`) {
			t.Errorf("%d, Retry-After %q: %s", resp.StatusCode, resp.Header.Get("Retry-After"), body)
		}
	})
}

// Behind a proxy, an address is its client's; what clients claim is not believed.
func TestClientAddress(t *testing.T) {
	loopback := []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.0.0.0/8")}
	tests := map[string]struct {
		proxies   []netip.Prefix
		forwarded []string
		want      string
	}{
		"no proxy is trusted":       {nil, []string{"198.51.100.7"}, "127.0.0.1"},
		"no proxy":                  {loopback, nil, "127.0.0.1"},
		"a proxy":                   {loopback, []string{"198.51.100.7"}, "198.51.100.7"},
		"a client that claims":      {loopback, []string{"192.0.2.1, 198.51.100.7"}, "198.51.100.7"},
		"two proxies":               {loopback, []string{"192.0.2.1", "198.51.100.7, 10.1.2.3"}, "198.51.100.7"},
		"nobody but proxies":        {loopback, []string{"10.9.9.9, 10.1.2.3"}, "10.9.9.9"},
		"with a port":               {loopback, []string{"198.51.100.7:4711"}, "198.51.100.7"},
		"IPv6":                      {loopback, []string{"[2001:db8::7]:4711"}, "2001:db8::7"},
		"no address":                {loopback, []string{"198.51.100.7, unknown"}, "127.0.0.1"},
		"no address, after a proxy": {loopback, []string{"what, 10.1.2.3"}, "10.1.2.3"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			b := setup(t, func(d *Deps) { d.Proxies = tt.proxies })
			b.member(b.acme, "ada@acme.example", portal.Admin)
			c := b.anybody()
			c.header["X-Forwarded-For"] = tt.forwarded
			c.signIn("ada@acme.example")
			if got := items(c.get("/api/v1/sessions", 200))[0].Text("addr"); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
			if told := strings.Count(b.log.String(), "not in trusted_proxies"); (told == 1) != (tt.proxies == nil) {
				t.Errorf("told %d times", told)
			}
		})
	}
}

// What others try from elsewhere does not keep an account's owner out.
func TestAttemptsFromElsewhere(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := setupOn(t, db, func(d *Deps) { d.Proxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")} })
		b.member(b.acme, "ada@acme.example", portal.Admin)
		owner, other := b.anybody(), b.anybody()
		owner.header.Set("X-Forwarded-For", "198.51.100.7")
		other.header.Set("X-Forwarded-For", "203.0.113.9")
		owner.signIn("ada@acme.example")
		for range 5 {
			other.post("/api/v1/session", value.Map("email", "ada@acme.example", "password", "wrong"), 401)
		}
		other.post("/api/v1/session", value.Map("email", "ada@acme.example", "password", password), 429)
		owner.signIn("ada@acme.example")
	})
}

// What another site has a browser send is refused, before anything is looked at.
func TestOtherSites(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := setupOn(t, db)
		c := b.admin()
		tests := map[string]struct {
			method, path string
			header       map[string]string
			status       int
		}{
			"another site's form":          {"POST", "/api/v1/folders", map[string]string{"Sec-Fetch-Site": "cross-site"}, 403},
			"a neighbour's":                {"POST", "/api/v1/folders", map[string]string{"Sec-Fetch-Site": "same-site"}, 403},
			"an older browser's":           {"POST", "/api/v1/folders", map[string]string{"Origin": "https://evil.example"}, 403},
			"signing in for somebody else": {"POST", "/api/v1/session", map[string]string{"Origin": "https://evil.example"}, 403},
			"our own page":                 {"POST", "/api/v1/folders", map[string]string{"Sec-Fetch-Site": "same-origin"}, 201},
			"our own, in an older browser": {"POST", "/api/v1/folders", map[string]string{"Origin": b.url}, 201},
			"no browser":                   {"POST", "/api/v1/folders", nil, 201},
			"a link from elsewhere":        {"GET", "/api/v1/folders", map[string]string{"Sec-Fetch-Site": "cross-site"}, 200},
		}
		for name, tt := range tests {
			t.Run(name, func(t *testing.T) {
				c.header = http.Header{}
				for k, v := range tt.header {
					c.header.Set(k, v)
				}
				if tt.method == "GET" {
					c.get(tt.path, tt.status)
					return
				}
				c.do(tt.method, tt.path, value.Map("name", name), tt.status)
			})
		}
	})
}

func TestFirstAdministrator(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := setupOn(t, db)
		token, err := b.deps.Portal.FirstLink(t.Context(), b.acme.ID)
		if err != nil {
			t.Fatal(err)
		}
		c := b.anybody()
		link := func(change ...any) *value.Object {
			o := value.Map("token", token, "email", "ada@acme.example", "name", "Ada", "password", password)
			for i := 0; i < len(change); i += 2 {
				o = o.With(change[i].(string), change[i+1])
			}
			return o
		}
		for field, body := range map[string]*value.Object{"email": link("email", "ada"), "name": link("name", " "), "password": link("password", "short"), "token": link("token", "")} {
			if got := failure(c.post("/api/v1/session/link", body, 400)); got.Text("field") != field {
				t.Errorf("a wrong %s: %s", field, value.JSON(got))
			}
		}
		c.post("/api/v1/session/link", link("token", "another"), 401)
		if got := c.post("/api/v1/session/link", link(), 200); roleIDs(got) != "admin" {
			t.Errorf("%s", value.JSON(got))
		}
		c.get("/api/v1/members", 200)
		b.anybody().post("/api/v1/session/link", link("email", "eve@acme.example"), 401)
		if strings.Contains(b.log.String(), token) {
			t.Error("the link's token is in the log")
		}
	})
}

func TestMySessions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := setupOn(t, db)
		here, other := b.admin(), b.as(b.acme, "bob@acme.example", portal.Responder)
		there := b.anybody()
		there.signIn("ada@acme.example")
		list := items(here.get("/api/v1/sessions", 200))
		if len(list) != 2 {
			t.Fatalf("%d sessions, want 2", len(list))
		}
		for _, s := range list {
			if s.At("current") == false {
				other.do(http.MethodDelete, "/api/v1/sessions/"+s.Text("id"), nil, 404)
				here.do(http.MethodDelete, "/api/v1/sessions/"+s.Text("id"), nil, 204)
			}
		}
		there.get("/api/v1/session", 401)
		here.get("/api/v1/session", 200)
		if left := items(here.get("/api/v1/sessions", 200)); len(left) != 1 || left[0].At("current") != true {
			t.Errorf("%d are left", len(left))
		}
	})
}

func TestChangePassword(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := setupOn(t, db)
		c := b.admin()
		there := b.anybody()
		there.signIn("ada@acme.example")
		put := func(current, next string, status int) *value.Object {
			return c.do(http.MethodPut, "/api/v1/session/password", value.Map("current", current, "password", next), status)
		}
		if got := failure(put("wrong", "a quite new password", 400)); got.Text("field") != "current" {
			t.Errorf("%s", value.JSON(got))
		}
		if got := failure(put(password, "short", 400)); got.Text("field") != "password" {
			t.Errorf("%s", value.JSON(got))
		}
		put(password, "a quite new password", 204)
		there.get("/api/v1/session", 401)
		c.get("/api/v1/session", 200)
	})
}

func TestAPITokens(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := setupOn(t, db)
		ada, bob := b.admin(), b.as(b.acme, "bob@acme.example", portal.Responder)
		bob.post("/api/v1/tokens", value.Map("name", "x", "permissions", allowed("admin")), 403)
		if got := failure(bob.post("/api/v1/tokens", value.Map("name", "x", "permissions", []any{"root"}), 400)); got.Text("field") != "permissions[0]" {
			t.Errorf("%s", value.JSON(got))
		}
		made := bob.post("/api/v1/tokens", value.Map("name", "ci", "permissions", []any{"flows:read"}, "endsAt", b.now().Add(time.Hour)), 201)
		program := b.anybody()
		program.bearer = made.Text("token")
		if me := program.get("/api/v1/session", 200); roleIDs(me) != "responder" || at(me, "permissions.0") != "flows:read" || strings.Contains(string(value.JSON(me.At("permissions"))), "write") {
			t.Errorf("%s", value.JSON(me))
		}
		program.get("/api/v1/flows", 200)
		program.post("/api/v1/folders", value.Map("name", "x"), 403)
		program.header.Set("Origin", "https://elsewhere.example") // no cookie: no other site can abuse it
		program.get("/api/v1/flows", 200)
		listed := items(ada.get("/api/v1/tokens", 200))
		if len(listed) != 1 || listed[0].Text("hint") != made.Text("token")[43:] || at(listed[0], "owner.name") != "Bob" || listed[0].Text("token") != "" {
			t.Errorf("%s", value.JSON(listed[0]))
		}
		ada.do(http.MethodDelete, "/api/v1/tokens/"+made.Text("id"), nil, 204)
		if resp, _ := program.send(http.MethodGet, "/api/v1/flows", "", nil); resp.StatusCode != 401 || resp.Header.Get("WWW-Authenticate") == "" {
			t.Errorf("a token that was ended: %d", resp.StatusCode)
		}
		if strings.Contains(b.log.String(), made.Text("token")) {
			t.Error("the token is in the log")
		}
	})
}

// A token does not outlive itself in another, and keeps its hands off the
// sessions of who made it.
func TestTokensAreNoPeople(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := setupOn(t, db)
		ada := b.admin()
		session := items(ada.get("/api/v1/sessions", 200))[0].Text("id")
		program := b.anybody()
		program.bearer = ada.post("/api/v1/tokens", value.Map("name", "ci", "permissions", allowed("admin"), "endsAt", b.now().Add(time.Hour)), 201).Text("token")
		if got := failure(program.post("/api/v1/tokens", value.Map("name", "child", "permissions", []any{"flows:read"}), 403)); !strings.Contains(got.Text("message"), "not by an API token") {
			t.Errorf("%s", value.JSON(got))
		}
		program.get("/api/v1/sessions", 403)
		program.do(http.MethodDelete, "/api/v1/sessions/"+session, nil, 403)
		ada.get("/api/v1/session", 200)
	})
}

func TestMembers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := setupOn(t, db)
		ada := b.admin()
		b.as(b.acme, "bob@acme.example", portal.Responder).get("/api/v1/members", 403)
		list := items(ada.get("/api/v1/members", 200))
		if len(list) != 3 || list[0].Text("name") != "Ada" || list[0].Text("seenAt") == "" || roleIDs(list[1]) != "responder" {
			t.Errorf("%s", value.JSON(each(list, func(o *value.Object) any { return o })))
		}
		if roles := items(ada.get("/api/v1/roles", 200)); len(roles) != 5 {
			t.Errorf("%d roles", len(roles))
		}
	})
}
