package api

import (
	"encoding/base32"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/descope/virtualwebauthn"

	"sallyport/internal/passkey/keytest"
	"sallyport/internal/portal"
	"sallyport/internal/totp"
	"sallyport/internal/value"
)

// app is somebody's authenticator app.
type app struct {
	b      *bench
	secret []byte
	first  string // the code that set it up
}

// code is what the app shows.
func (a app) code() string { return totp.Code(a.secret, totp.Step(a.b.now())) }

// setUp is an app that has read a QR code.
func (b *bench) setUp(asked *value.Object) app {
	b.t.Helper()
	secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ReplaceAll(asked.Text("secret"), " ", ""))
	if err != nil || !strings.HasPrefix(asked.Text("uri"), "otpauth://totp/Sallyport:") || !strings.HasPrefix(asked.Text("qr"), "<svg ") {
		b.t.Fatalf("%s %v", value.JSON(asked), err)
	}
	return app{b: b, secret: secret}
}

// withApp has a client set up an authenticator app, and returns it with the
// recovery codes.
func (b *bench) withApp(c *client) (app, []string) {
	b.t.Helper()
	asked := c.post("/api/v1/session/factors/app", nil, 200)
	a := b.setUp(asked)
	a.first = a.code()
	made := c.post("/api/v1/session/factors/app/confirm", value.Map("token", asked.Text("token"), "name", "Phone", "code", a.first), 201)
	return a, texts(made, "recoveryCodes")
}

// device is a passkey in the hands of another's code.
type device struct {
	t    testing.TB
	auth virtualwebauthn.Authenticator
	key  virtualwebauthn.Credential
}

func relying() virtualwebauthn.RelyingParty {
	return virtualwebauthn.RelyingParty{ID: "sallyport.example.com", Name: "Sallyport", Origin: site}
}

func parsed(t testing.TB, text string) *value.Object {
	t.Helper()
	v, err := value.ParseJSON([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return v.(*value.Object)
}

// withPasskey has a client set up a passkey.
func (b *bench) withPasskey(c *client, account string) *device {
	b.t.Helper()
	d := &device{b.t, virtualwebauthn.NewAuthenticatorWithOptions(virtualwebauthn.AuthenticatorOptions{UserHandle: []byte(account)}), keytest.NewKey()}
	asked := c.post("/api/v1/session/factors/passkey", nil, 200)
	o, err := virtualwebauthn.ParseAttestationOptions(`{"publicKey":` + string(value.JSON(asked.At("options"))) + `}`)
	if err != nil {
		b.t.Fatal(err)
	}
	answer := virtualwebauthn.CreateAttestationResponse(relying(), d.auth, d.key, *o)
	d.auth.AddCredential(d.key)
	c.post("/api/v1/session/factors/passkey/confirm", value.Map("token", asked.Text("token"), "name", "Key", "credential", parsed(b.t, answer)), 201)
	return d
}

// prove answers what is asked of a passkey.
func (d *device) prove(asked *value.Object) *value.Object {
	d.t.Helper()
	o, err := virtualwebauthn.ParseAssertionOptions(`{"publicKey":` + string(value.JSON(asked.At("options"))) + `}`)
	if err != nil {
		d.t.Fatal(err)
	}
	d.key.Counter++
	return parsed(d.t, virtualwebauthn.CreateAssertionResponse(relying(), d.auth, d.key, *o))
}

// step signs in with a password, and returns the step that it leads to.
func (c *client) step(email string) *value.Object {
	c.t.Helper()
	status, o := c.signInAs(email, password)
	e := failure(o)
	if status != 401 || e.Text("kind") != "second_factor" {
		c.t.Fatalf("%d %s", status, value.JSON(o))
	}
	return e.Object("secondFactor")
}

// Who has an authenticator app gives its code beside the password: the code of now,
// once. Before that there is no session.
func TestAnAuthenticatorAppIsTheSecondFactor(t *testing.T) {
	accounts(t, func(b *bench, _ *managed) {
		ada := b.admin()
		phone, codes := b.withApp(ada)
		if len(codes) != 10 {
			t.Fatalf("%d recovery codes", len(codes))
		}
		c := b.anybody()
		s := c.step("ada@acme.example")
		if got := strings.Join(texts(s, "methods"), " "); got != "totp recovery" {
			t.Errorf("methods: %s", got)
		}
		c.get("/api/v1/session", 401)
		give := func(token, code string, status int) {
			t.Helper()
			c.post("/api/v1/session/second", value.Map("token", token, "code", code), status)
		}
		give(s.Text("token"), phone.first, 401) // it set the app up: used
		b.pass(30 * time.Second)
		give(s.Text("token"), "000000", 401)
		give("made-up", phone.code(), 401)
		code := phone.code()
		give(s.Text("token"), code, 200)
		if mine := items(c.get("/api/v1/sessions", 200)); mine[0].Text("second") != "totp" || mine[0].Text("method") != "password" {
			t.Errorf("%s", value.JSON(mine[0]))
		}
		give(s.Text("token"), code, 401) // the step is over
		again := c.step("ada@acme.example")
		give(again.Text("token"), code, 401) // a code that was used
		b.pass(5 * time.Minute)
		give(again.Text("token"), phone.code(), 401) // too late
		if b.told(b.acme.ID, "session.refused") != 3 {
			t.Errorf("%d refusals are told", b.told(b.acme.ID, "session.refused"))
		}
		for _, secret := range append(codes, s.Text("token"), base32.StdEncoding.EncodeToString(phone.secret)) {
			if strings.Contains(b.log.String(), secret) {
				t.Error("a secret is in the log")
			}
		}
	})
}

// A code that is given twice at the same moment opens one session.
func TestACodeIsTakenOnce(t *testing.T) {
	accounts(t, func(b *bench, _ *managed) {
		phone, _ := b.withApp(b.admin())
		b.pass(30 * time.Second)
		var clients []*client
		var tokens []string
		for range 4 {
			c := b.anybody()
			clients, tokens = append(clients, c), append(tokens, c.step("ada@acme.example").Text("token"))
		}
		code := phone.code()
		var opened atomic.Int32
		var all sync.WaitGroup
		for i, c := range clients {
			for range 2 {
				all.Go(func() {
					body := value.JSON(value.Map("token", tokens[i], "code", code))
					if resp, _ := c.send("POST", "/api/v1/session/second", "application/json", strings.NewReader(string(body))); resp.StatusCode == 200 {
						opened.Add(1)
					}
				})
			}
		}
		all.Wait()
		if opened.Load() != 1 {
			t.Errorf("%d sessions were opened", opened.Load())
		}
	}, func(o *portal.Options) {
		many := portal.Limit{Burst: 10_000, Every: time.Second}
		o.Limits = portal.Limits{Pair: many, Addr: many, Account: many, Codes: many}
	})
}

// Attempts at codes are limited: five at a step, and some for the account from
// wherever they come.
func TestCodesAreNotGuessed(t *testing.T) {
	many := portal.Limit{Burst: 10_000, Every: time.Second}
	accounts(t, func(b *bench, _ *managed) {
		phone, _ := b.withApp(b.admin())
		b.pass(30 * time.Second)
		c := b.anybody()
		give := func(token, code string, status int) {
			t.Helper()
			c.post("/api/v1/session/second", value.Map("token", token, "code", code), status)
		}
		s := c.step("ada@acme.example").Text("token")
		for range 5 {
			give(s, "000000", 401)
		}
		give(s, phone.code(), 401) // the step is over
		s = c.step("ada@acme.example").Text("token")
		for range 3 {
			give(s, "000000", 401)
		}
		give(s, phone.code(), 429)
		b.pass(10 * time.Minute)
		give(c.step("ada@acme.example").Text("token"), phone.code(), 200)
	}, func(o *portal.Options) {
		o.Limits = portal.Limits{Pair: many, Addr: many, Account: many, Codes: portal.Limit{Burst: 8, Every: 5 * time.Minute}}
	})
}

// A recovery code stands in for a second factor once, however it is typed; new ones
// void those before. What is kept of them are hashes.
func TestRecoveryCodesStandInOnce(t *testing.T) {
	accounts(t, func(b *bench, _ *managed) {
		ada := b.admin()
		_, codes := b.withApp(ada)
		c := b.anybody()
		give := func(code string, status int) {
			t.Helper()
			c.post("/api/v1/session/second", value.Map("token", c.step("ada@acme.example").Text("token"), "code", code), status)
		}
		give(codes[0], 200)
		give(codes[0], 401)
		give(strings.ToUpper(strings.ReplaceAll(codes[1], "-", " ")), 200)
		if left := c.get("/api/v1/session/factors", 200); left.At("recoveryCodes") != 8.0 {
			t.Errorf("%s", value.JSON(left))
		}
		fresh := texts(ada.post("/api/v1/session/recovery-codes", nil, 200), "codes")
		give(codes[2], 401)
		give(fresh[0], 200)
		if b.told(b.acme.ID, "recovery_code.used") != 3 || b.told(b.acme.ID, "recovery_codes.made") != 1 {
			t.Error("the audit log does not tell of it")
		}
	})
}

// A passkey is a second factor, and signs in by itself: whoever is at it was asked
// for a PIN, a finger or a face.
func TestAPasskeyIsASecondFactorAndSignsInAlone(t *testing.T) {
	accounts(t, func(b *bench, _ *managed) {
		a := b.member(b.acme, "ada@acme.example", portal.Admin)
		ada := b.anybody()
		ada.signIn("ada@acme.example")
		key := b.withPasskey(ada, a.ID)
		c := b.anybody()
		s := c.step("ada@acme.example")
		if got := strings.Join(texts(s, "methods"), " "); got != "passkey recovery" {
			t.Errorf("methods: %s", got)
		}
		give := func(credential *value.Object, status int) {
			t.Helper()
			c.post("/api/v1/session/second", value.Map("token", s.Text("token"), "credential", credential), status)
		}
		asked := c.post("/api/v1/session/second/passkey", value.Map("token", s.Text("token")), 200)
		old := key.prove(asked)
		asked = c.post("/api/v1/session/second/passkey", value.Map("token", s.Text("token")), 200)
		give(old, 401) // to what was asked before
		give(key.prove(asked), 200)
		if mine := items(c.get("/api/v1/sessions", 200)); mine[0].Text("second") != "passkey" {
			t.Errorf("%s", value.JSON(mine[0]))
		}

		alone := b.anybody()
		asked = alone.post("/api/v1/session/passkey/challenge", nil, 200)
		proof := value.Map("token", asked.Text("token"), "credential", key.prove(asked))
		if got := alone.post("/api/v1/session/passkey", proof, 200); at(got, "account.email") != "ada@acme.example" {
			t.Errorf("%s", value.JSON(got))
		}
		alone.post("/api/v1/session/passkey", proof, 401) // once
		if mine := items(alone.get("/api/v1/sessions", 200)); mine[0].Text("method") != "passkey" {
			t.Errorf("%s", value.JSON(mine[0]))
		}
		for name, change := range map[string]func(*device){
			"a copy of it":           func(d *device) { d.key.Counter = 0 },
			"nobody was asked":       func(d *device) { d.auth.Options.UserNotVerified = true },
			"another's handle":       func(d *device) { d.auth.Options.UserHandle = []byte("somebody") },
			"a key that is not ours": func(d *device) { d.key = keytest.NewKey() },
		} {
			d := *key
			change(&d)
			asked := alone.post("/api/v1/session/passkey/challenge", nil, 200)
			alone.post("/api/v1/session/passkey", value.Map("token", asked.Text("token"), "credential", d.prove(asked)), 401)
			if t.Failed() {
				t.Fatal(name)
			}
		}
		if list := c.get("/api/v1/session/factors", 200); at(list, "factors.0.kind") != "passkey" || at(list, "factors.0.seenAt") == nil {
			t.Errorf("%s", value.JSON(list))
		}
	})
}

// A step of one person's is nobody else's, in whatever way it is tried.
func TestStepsAreTheirOwners(t *testing.T) {
	accounts(t, func(b *bench, _ *managed) {
		ada, bob := b.admin(), b.as(b.acme, "bob@acme.example", portal.Responder)
		asked := ada.post("/api/v1/session/factors/app", nil, 200)
		phone := b.setUp(asked)
		bob.post("/api/v1/session/factors/app/confirm", value.Map("token", asked.Text("token"), "name", "Phone", "code", phone.code()), 409)
		b.anybody().post("/api/v1/session/second", value.Map("token", asked.Text("token"), "code", phone.code()), 401)
		if got := failure(ada.post("/api/v1/session/factors/app/confirm", value.Map("token", asked.Text("token"), "name", "Phone", "code", "000000"), 400)); got.Text("field") != "code" {
			t.Errorf("%s", value.JSON(got))
		}
		made := ada.post("/api/v1/session/factors/app/confirm", value.Map("token", asked.Text("token"), "name", " Phone ", "code", phone.code()), 201)
		if made.Text("name") != "Phone" || made.Text("kind") != "totp" {
			t.Errorf("%s", value.JSON(made))
		}
		s := b.anybody().step("ada@acme.example")
		ada.post("/api/v1/session/factors/app/confirm", value.Map("token", s.Text("token"), "name", "x", "code", phone.code()), 409)
		bob.do(http.MethodDelete, "/api/v1/session/factors/"+made.Text("id"), nil, 404)
		ada.do(http.MethodDelete, "/api/v1/session/factors/"+made.Text("id"), nil, 204)
		if list := ada.get("/api/v1/session/factors", 200); list.At("recoveryCodes") != 0.0 {
			t.Errorf("with the last factor the codes go: %s", value.JSON(list))
		}
		b.anybody().signIn("ada@acme.example")
	})
}

// An organization may want a second factor of who signs in with a password: who has
// none sets one up at sign-in, sessions without one end, and nobody takes their last
// one away.
func TestAnOrganizationMayWantASecondFactor(t *testing.T) {
	accounts(t, func(b *bench, _ *managed) {
		ada := b.admin()
		bob := b.as(b.acme, "bob@acme.example", portal.Responder)
		want := value.Map("idle", 0.0, "absolute", 0.0, "secondFactor", true, "tokenLife", 0.0)
		if got := failure(ada.do(http.MethodPut, "/api/v1/signin-policy", want, 409)); got.Text("field") != "secondFactor" {
			t.Errorf("%s", value.JSON(got))
		}
		phone, _ := b.withApp(ada)
		b.pass(30 * time.Second)
		ada.post("/api/v1/session/second", value.Map("token", ada.step("ada@acme.example").Text("token"), "code", phone.code()), 200)
		ada.do(http.MethodPut, "/api/v1/signin-policy", want, 200)
		ada.get("/api/v1/session", 200)
		bob.get("/api/v1/session", 401)

		s := bob.step("bob@acme.example")
		if len(texts(s, "methods")) != 0 {
			t.Errorf("%s", value.JSON(s))
		}
		bob.post("/api/v1/session/second", value.Map("token", s.Text("token"), "code", "123456"), 401) // no app yet
		theirs := b.setUp(bob.post("/api/v1/session/second/app", value.Map("token", s.Text("token")), 200))
		bob.get("/api/v1/session", 401)
		in := bob.post("/api/v1/session/second", value.Map("token", s.Text("token"), "code", theirs.code()), 200)
		if len(texts(in, "recoveryCodes")) != 10 {
			t.Errorf("%s", value.JSON(in))
		}
		mine := bob.get("/api/v1/session/factors", 200)
		if mine.At("wanted") != true {
			t.Errorf("%s", value.JSON(mine))
		}
		bob.do(http.MethodDelete, "/api/v1/session/factors/"+value.String(at(mine, "factors.0.id")), nil, 409)
		b.member(b.evil, "eve@evil.example", portal.Admin)
		b.anybody().signIn("eve@evil.example") // another organization's matter
	})
}

// Whoever lost their factors has them reset by who looks after members: it is told,
// and not done to who may do more, nor to one of another organization as well.
func TestAnAdministratorResetsAMembersFactors(t *testing.T) {
	accounts(t, func(b *bench, _ *managed) {
		ada := b.admin()
		role := ada.post("/api/v1/roles", value.Map("name", "Help desk", "permissions", []any{"members:read", "members:write"}), 201).Text("id")
		desk := b.as(b.acme, "desk@acme.example", portal.Auditor)
		bobs := b.member(b.acme, "bob@acme.example", portal.Admin)
		for _, o := range items(ada.get("/api/v1/members", 200)) {
			if o.Text("email") == "desk@acme.example" {
				ada.do(http.MethodPatch, "/api/v1/members/"+o.Text("id"), value.Map("roles", []any{role}), 200)
			}
		}
		bob := b.anybody()
		bob.signIn("bob@acme.example")
		b.withApp(bob)
		path := "/api/v1/members/" + bobs.ID + "/factors"
		desk.do(http.MethodDelete, path, nil, 403)
		b.anybody().step("bob@acme.example")
		if err := b.db.Accounts.Join(t.Context(), bobs, portal.Membership{Org: b.evil.ID, Account: bobs.ID, Roles: []string{portal.Auditor}, CreatedAt: b.now()}); err != nil {
			t.Fatal(err)
		}
		ada.do(http.MethodDelete, path, nil, 409)
		if err := b.deps.Portal.People.Remove(t.Context(), b.evil.ID, bobs.ID); err != nil {
			t.Fatal(err)
		}
		ada.do(http.MethodDelete, path, nil, 204)
		bob.get("/api/v1/session", 401)
		bob.signIn("bob@acme.example")
		if b.told(b.acme.ID, "factor.reset") != 1 || b.told(b.acme.ID, "factor.added") != 1 {
			t.Error("the audit log does not tell of it")
		}
		b.as(b.evil, "eve@evil.example", portal.Admin).do(http.MethodDelete, path, nil, 404)
	})
}
