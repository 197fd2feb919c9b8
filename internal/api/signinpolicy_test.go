package api

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"sallyport/internal/letter"
	"sallyport/internal/portal"
	"sallyport/internal/value"
)

func policy(change ...any) *value.Object {
	o := value.Map("idle", 0.0, "absolute", 0.0, "secondFactor", false, "tokenLife", 0.0)
	for i := 0; i < len(change); i += 2 {
		o = o.With(change[i].(string), change[i+1])
	}
	return o
}

// An organization bounds its sessions: by the time without a request, and by the
// time since sign-in, for those that are open, too, and no longer than the server.
func TestIdleAndAbsoluteLimitsOfAnOrganization(t *testing.T) {
	accounts(t, func(b *bench, _ *managed) {
		ada := b.admin()
		if got := ada.get("/api/v1/signin-policy", 200); at(got, "mostIdle") != 3600.0 || at(got, "mostAbsolute") != 43200.0 || at(got, "idle") != 0.0 {
			t.Errorf("%s", value.JSON(got))
		}
		for field, bad := range map[string]*value.Object{
			"idle": policy("idle", 59.0), "absolute": policy("absolute", 50_000.0), "tokenLife": policy("tokenLife", 60.0),
		} {
			if got := failure(ada.do(http.MethodPut, "/api/v1/signin-policy", bad, 400)); got.Text("field") != field {
				t.Errorf("%s: %s", field, value.JSON(got))
			}
		}
		ada.do(http.MethodPut, "/api/v1/signin-policy", policy("idle", 600.0, "absolute", 300.0), 400)
		ada.do(http.MethodPut, "/api/v1/signin-policy", policy("idle", 600.0, "absolute", 7200.0), 200)
		eve := b.as(b.evil, "eve@evil.example", portal.Admin)
		bob := b.as(b.acme, "bob@acme.example", portal.Responder)
		b.pass(9 * time.Minute)
		bob.get("/api/v1/session", 200)
		b.pass(10 * time.Minute)
		bob.get("/api/v1/session", 401)
		eve.get("/api/v1/session", 200)
		if open := items(ada.get2(b)); len(open) != 0 {
			t.Errorf("%d sessions are listed that have ended", len(open))
		}
		bob.signIn("bob@acme.example")
		for range 13 {
			b.pass(9 * time.Minute)
			bob.get("/api/v1/session", 200)
		}
		b.pass(4 * time.Minute)
		bob.get("/api/v1/session", 401)
		if b.told(b.acme.ID, "signin_policy.changed") != 1 {
			t.Error("the audit log does not tell of it")
		}
	})
}

// get2 is the list of bob's sessions, as ada sees it after she has signed in again.
func (c *client) get2(b *bench) *value.Object {
	c.t.Helper()
	c.signIn("ada@acme.example")
	for _, m := range items(c.get("/api/v1/members", 200)) {
		if m.Text("email") == "bob@acme.example" {
			return c.get("/api/v1/members/"+m.Text("id")+"/sessions", 200)
		}
	}
	c.t.Fatal("no bob")
	return nil
}

// Sessions are listed and ended: one's own by oneself, a member's by who may.
func TestSessionsAreListedAndRevoked(t *testing.T) {
	accounts(t, func(b *bench, _ *managed) {
		ada := b.admin()
		a := b.member(b.acme, "bob@acme.example", portal.Auditor)
		bob, there := b.anybody(), b.anybody()
		bob.signIn("bob@acme.example")
		there.signIn("bob@acme.example")
		mine := items(bob.get("/api/v1/sessions", 200))
		if len(mine) != 2 || mine[0].At("current") == mine[1].At("current") {
			t.Fatalf("%d sessions", len(mine))
		}
		for _, s := range mine {
			if s.At("current") == false {
				ada.do(http.MethodDelete, "/api/v1/sessions/"+s.Text("id"), nil, 404)
				bob.do(http.MethodDelete, "/api/v1/sessions/"+s.Text("id"), nil, 204)
			}
		}
		there.get("/api/v1/session", 401)
		bob.do(http.MethodDelete, "/api/v1/members/"+a.ID+"/sessions", nil, 403)
		if theirs := items(ada.get("/api/v1/members/"+a.ID+"/sessions", 200)); len(theirs) != 1 {
			t.Errorf("%d sessions are left", len(theirs))
		}
		ada.do(http.MethodDelete, "/api/v1/members/"+a.ID+"/sessions", nil, 204)
		bob.get("/api/v1/session", 401)
	})
}

// API tokens have permissions that are no more than their maker's, an end where the
// organization wants one, and say when and from where they were used last.
func TestAPITokensHavePermissionsAndExpiry(t *testing.T) {
	accounts(t, func(b *bench, _ *managed) {
		ada, bob := b.admin(), b.as(b.acme, "bob@acme.example", portal.Responder)
		make := func(c *client, status int, change ...any) *value.Object {
			o := value.Map("name", "ci", "permissions", []any{"flows:read"})
			for i := 0; i < len(change); i += 2 {
				o = o.With(change[i].(string), change[i+1])
			}
			return c.post("/api/v1/tokens", o, status)
		}
		make(bob, 403, "permissions", []any{"members:write"})
		make(bob, 400, "permissions", []any{})
		ada.do(http.MethodPut, "/api/v1/signin-policy", policy("tokenLife", 86400.0*30), 200)
		if got := failure(make(bob, 400)); got.Text("field") != "endsAt" || !strings.Contains(got.Text("message"), "30 days") {
			t.Errorf("%s", value.JSON(got))
		}
		make(bob, 400, "endsAt", b.now().Add(31*24*time.Hour))
		made := make(bob, 201, "endsAt", b.now().Add(24*time.Hour))
		ada.do(http.MethodPut, "/api/v1/signin-policy", policy(), 200)
		make(bob, 201)
		program := b.anybody()
		program.bearer = made.Text("token")
		program.get("/api/v1/flows", 200)
		program.get("/api/v1/tables", 403)
		for _, tok := range items(bob.get("/api/v1/tokens", 200)) {
			if used := tok.Text("id") == made.Text("id"); used != (tok.Text("seenAddr") == "127.0.0.1") || used != (tok.Text("seenAt") != "") {
				t.Errorf("%s", value.JSON(tok))
			}
		}
		b.pass(24 * time.Hour)
		program.get("/api/v1/flows", 401)
	})
}

// A sign-in from where the account was not used before is told to its owner by mail;
// the first one, and those from there again, are not.
func TestASignInFromElsewhereIsToldByMail(t *testing.T) {
	accounts(t, func(b *bench, _ *managed) {
		b.member(b.acme, "ada@acme.example", portal.Admin)
		from := func(agent string) {
			c := b.anybody()
			c.header.Set("User-Agent", agent)
			c.signIn("ada@acme.example")
		}
		from("Firefox/130.0 (Linux)")
		from("Firefox/131.0 (Linux)") // an update
		if got := b.letters("ada@acme.example"); len(got) != 0 {
			t.Fatalf("%d letters", len(got))
		}
		from("Safari/17 (Mac)")
		from("Safari/17 (Mac)")
		got := b.letters("ada@acme.example")
		if len(got) != 1 || got[0].Kind != letter.SignIn || got[0].Org != b.acme.ID {
			t.Fatalf("%+v", got)
		}
		if text := b.read(got[0]); !strings.Contains(text, "Safari/17 (Mac)") && !strings.Contains(text, "Safari 17 (Mac)") || !strings.Contains(text, "127.0.0.1") || !strings.Contains(text, site+"/settings/account") {
			t.Errorf("%s", text)
		}
	})
}
