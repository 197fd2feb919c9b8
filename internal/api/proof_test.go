package api

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"sallyport/internal/portal"
	"sallyport/internal/value"
)

// What matters wants a fresh proof: of a session whose last one is older it is
// refused with the kind step_up, of an API token always. Sign-in counts as one.
func TestSensitiveActionsWantAFreshProof(t *testing.T) {
	accounts(t, func(b *bench, _ *managed) {
		ada := b.admin()
		bob := b.member(b.acme, "bob@acme.example", portal.Auditor)
		role := ada.post("/api/v1/roles", value.Map("name", "Desk", "permissions", []any{"flows:read"}), 201).Text("id")
		program := b.anybody()
		program.bearer = ada.post("/api/v1/tokens", value.Map("name", "ci", "permissions", allowed("admin")), 201).Text("token")
		changes := map[string]struct {
			method, path string
			body         *value.Object
		}{
			"one's own password":    {http.MethodPut, "/api/v1/session/password", value.Map("current", password, "password", another)},
			"an API token":          {http.MethodPost, "/api/v1/tokens", value.Map("name", "x", "permissions", []any{"flows:read"})},
			"an authenticator app":  {http.MethodPost, "/api/v1/session/factors/app", nil},
			"a passkey":             {http.MethodPost, "/api/v1/session/factors/passkey", nil},
			"a factor away":         {http.MethodDelete, "/api/v1/session/factors/x", nil},
			"recovery codes":        {http.MethodPost, "/api/v1/session/recovery-codes", nil},
			"somebody's factors":    {http.MethodDelete, "/api/v1/members/" + bob.ID + "/factors", nil},
			"the SCIM secret, made": {http.MethodPost, "/api/v1/scim/secret", value.Map()},
			"the SCIM secret, seen": {http.MethodPost, "/api/v1/scim/secret/reveal", nil},
			"single sign-on":        {http.MethodPost, "/api/v1/sso/save", value.Map()},
			"and switching it off":  {http.MethodPost, "/api/v1/sso/disable", nil},
			"how people sign in":    {http.MethodPut, "/api/v1/signin-policy", value.Map("idle", 0.0, "absolute", 0.0, "secondFactor", false, "tokenLife", 0.0)},
			"a Full Admin":          {http.MethodPatch, "/api/v1/members/" + bob.ID, value.Map("roles", []any{"admin"})},
			"an invited one":        {http.MethodPost, "/api/v1/members", value.Map("email", "new@acme.example", "roles", []any{"admin"})},
		}
		b.pass(10 * time.Minute)
		for name, change := range changes {
			var body any
			if change.body != nil {
				body = change.body
			}
			if got := failure(ada.do(change.method, change.path, body, 403)); got.Text("kind") != "step_up" || !strings.Contains(got.Text("message"), "10 minutes") {
				t.Errorf("%s: %s", name, value.JSON(got))
			}
			if got := failure(program.do(change.method, change.path, body, 403)); got.Text("kind") != "denied" || !strings.Contains(got.Text("message"), "API token") {
				t.Errorf("%s, by a token: %s", name, value.JSON(got))
			}
		}
		ada.do(http.MethodPatch, "/api/v1/members/"+bob.ID, value.Map("roles", []any{role}), 200) // no Full Admin
		if got := failure(ada.post("/api/v1/session/proof", value.Map("password", "wrong"), 400)); got.Text("field") != "password" {
			t.Errorf("%s", value.JSON(got))
		}
		ada.post("/api/v1/session/proof", value.Map("password", password), 200)
		ada.do(http.MethodPatch, "/api/v1/members/"+bob.ID, value.Map("roles", []any{"admin"}), 200)
		b.pass(9 * time.Minute)
		ada.do(http.MethodPatch, "/api/v1/members/"+bob.ID, value.Map("disabled", true), 200)
		b.pass(time.Minute)
		ada.do(http.MethodPatch, "/api/v1/members/"+bob.ID, value.Map("disabled", false), 403)
		program.post("/api/v1/session/proof", value.Map("password", password), 403)
		if b.told(b.acme.ID, "session.proved") != 1 {
			t.Error("the audit log does not tell of the proof")
		}
	})
}

// The routes that want a fresh proof are these; another one is a decision.
func TestRoutesThatWantAFreshProof(t *testing.T) {
	var got []string
	for _, rt := range Routes() {
		if rt.Doc.Fresh {
			got = append(got, rt.Pattern)
		}
	}
	for _, want := range []string{
		"POST /api/v1/tokens", "PUT /api/v1/session/password", "POST /api/v1/session/factors/app", "POST /api/v1/session/factors/passkey", "DELETE /api/v1/session/factors/{factor}",
		"POST /api/v1/session/recovery-codes", "DELETE /api/v1/members/{id}/factors", "PUT /api/v1/signin-policy", "POST /api/v1/scim/secret", "POST /api/v1/scim/secret/reveal", "DELETE /api/v1/scim/secret", "POST /api/v1/sso/save", "POST /api/v1/sso/disable",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("%s wants no fresh proof", want)
		}
	}
	for _, rt := range Routes() {
		if rt.Doc.Fresh && rt.Permission == anyone {
			t.Errorf("%s is open to everybody: nobody has a proof there", rt.Pattern)
		}
	}
}

// Where there is a second factor, a password does not prove alone; a passkey does.
// A proof is of one session, and a code proves once.
func TestAProofTakesTheSecondFactorToo(t *testing.T) {
	accounts(t, func(b *bench, _ *managed) {
		a := b.member(b.acme, "ada@acme.example", portal.Admin)
		ada, other := b.anybody(), b.anybody()
		ada.signIn("ada@acme.example")
		other.signIn("ada@acme.example")
		phone, codes := b.withApp(ada)
		key := b.withPasskey(ada, a.ID)
		b.pass(11 * time.Minute)
		if got := ada.get("/api/v1/session/proof", 200); strings.Join(texts(got, "methods"), " ") != "password totp passkey recovery" {
			t.Errorf("%s", value.JSON(got))
		}
		if got := failure(ada.post("/api/v1/session/proof", value.Map("password", password), 400)); got.Text("field") != "code" {
			t.Errorf("%s", value.JSON(got))
		}
		code := phone.code()
		ada.post("/api/v1/session/proof", value.Map("password", password, "code", code), 200)
		ada.post("/api/v1/tokens", value.Map("name", "x", "permissions", []any{"flows:read"}), 201)
		other.post("/api/v1/tokens", value.Map("name", "x", "permissions", []any{"flows:read"}), 403)
		other.post("/api/v1/session/proof", value.Map("password", password, "code", code), 400)
		other.post("/api/v1/session/proof", value.Map("password", password, "code", codes[0]), 200)
		other.post("/api/v1/tokens", value.Map("name", "x", "permissions", []any{"flows:read"}), 201)
		b.pass(11 * time.Minute)
		asked := ada.post("/api/v1/session/proof/passkey", nil, 200)
		proof := value.Map("token", asked.Text("token"), "credential", key.prove(asked))
		if got := failure(other.post("/api/v1/session/proof", proof, 400)); got.Text("field") != "credential" {
			t.Errorf("another session's: %s", value.JSON(got))
		}
		ada.post("/api/v1/session/proof", proof, 200)
		ada.post("/api/v1/session/proof", proof, 400)
		ada.post("/api/v1/session/recovery-codes", nil, 200)
	})
}

// Proofs are not guessed: attempts are limited as at sign-in.
func TestProofsAreNotGuessed(t *testing.T) {
	accounts(t, func(b *bench, _ *managed) {
		ada := b.admin()
		for range 5 {
			ada.post("/api/v1/session/proof", value.Map("password", "wrong"), 400)
		}
		ada.post("/api/v1/session/proof", value.Map("password", password), 429)
	})
}

// The secret of provisioning is rotated by who proves themselves anew, with the
// second factor where there is one; a session of another's proof does not.
func TestRotatingTheSecretTakesTheSecondFactorToo(t *testing.T) {
	accounts(t, func(b *bench, _ *managed) {
		ada := b.admin()
		first := b.idp(ada)
		phone, codes := b.withApp(ada)
		other := b.anybody()
		s := other.step("ada@acme.example")
		other.post("/api/v1/session/second", value.Map("token", s.Text("token"), "code", codes[0]), 200)
		b.pass(11 * time.Minute)
		rotate := func(c *client, status int) *value.Object { return c.post("/api/v1/scim/secret", value.Map(), status) }
		if got := failure(rotate(ada, 403)); got.Text("kind") != "step_up" {
			t.Errorf("%s", value.JSON(got))
		}
		if got := failure(ada.post("/api/v1/session/proof", value.Map("password", password), 400)); got.Text("field") != "code" {
			t.Errorf("%s", value.JSON(got))
		}
		ada.post("/api/v1/session/proof", value.Map("password", password, "code", "000000"), 400)
		ada.post("/api/v1/session/proof", value.Map("password", "not the right one", "code", phone.code()), 400)
		rotate(ada, 403)
		first.ask(200, "GET", "/Users", "")
		ada.post("/api/v1/session/proof", value.Map("password", password, "code", phone.code()), 200)
		rotate(other, 403)
		second := &idp{first.c, first.base, rotate(ada, 201).Text("secret")}
		first.ask(401, "GET", "/Users", "")
		second.ask(200, "GET", "/Users", "")
		if b.told(b.acme.ID, "scim.secret_rotated") != 1 || b.told(b.acme.ID, "session.proved") != 1 {
			t.Error("the audit log does not tell of it")
		}
	})
}
