package okta_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/google/go-cmp/cmp"
)

// service is an OAuth client of the org with its private key.
type service struct {
	x   *tenant
	id  string
	key any
	alg jose.SignatureAlgorithm
}

// service makes a service app with a key, scopes and an admin role.
func (x *tenant) service(alg jose.SignatureAlgorithm, dpop bool, role string, scopes ...string) *service {
	x.Helper()
	s := &service{x: x, key: newKey(x.T, alg), alg: alg}
	pub := jose.JSONWebKey{Key: s.key.(crypto.Signer).Public(), KeyID: "k1", Use: "sig", Algorithm: string(alg)}
	a := x.post("/api/v1/apps", object{
		"name": "oidc_client", "label": "Robot " + string(alg) + role, "signOnMode": "OPENID_CONNECT",
		"credentials": object{"oauthClient": object{"token_endpoint_auth_method": "private_key_jwt", "autoKeyRotation": true}},
		"settings": object{"oauthClient": object{
			"application_type": "service", "grant_types": []string{"client_credentials"}, "response_types": []string{"token"},
			"dpop_bound_access_tokens": dpop, "jwks": object{"keys": []any{pub}},
		}},
	}).want(200).object()
	s.id = str(a, "id")
	for _, scope := range scopes {
		x.post("/api/v1/apps/"+s.id+"/grants", object{"scopeId": scope, "issuer": x.url}).want(200)
	}
	if role != "" {
		x.post("/oauth2/v1/clients/"+s.id+"/roles", object{"type": role}).want(201)
	}
	return s
}

func newKey(t *testing.T, alg jose.SignatureAlgorithm) any {
	t.Helper()
	var key any
	var err error
	if strings.HasPrefix(string(alg), "RS") {
		key, err = rsa.GenerateKey(rand.Reader, 2048)
	} else {
		key, err = ecdsa.GenerateKey(map[jose.SignatureAlgorithm]elliptic.Curve{jose.ES256: elliptic.P256(), jose.ES384: elliptic.P384(), jose.ES512: elliptic.P521()}[alg], rand.Reader)
	}
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// assertion signs a client assertion, after a change of its claims.
func (s *service) assertion(change func(map[string]any)) string {
	s.x.Helper()
	now := s.x.now()
	claims := map[string]any{
		"iss": s.id, "sub": s.id, "aud": s.x.url + "/oauth2/v1/token", "iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(),
		"jti": base64.RawURLEncoding.EncodeToString([]byte(rand.Text())),
	}
	if change != nil {
		change(claims)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: s.alg, Key: s.key}, (&jose.SignerOptions{}).WithHeader("kid", "k1"))
	if err != nil {
		s.x.Fatal(err)
	}
	out, err := jwt.Signed(signer).Claims(claims).Serialize()
	if err != nil {
		s.x.Fatal(err)
	}
	return out
}

// form is a token request.
func (s *service) form(scope string, change func(map[string]any)) url.Values {
	return url.Values{
		"grant_type": {"client_credentials"}, "scope": {scope}, "client_assertion": {s.assertion(change)},
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
	}
}

// ask posts a token request, with headers in pairs.
func (x *tenant) ask(form url.Values, headers ...string) reply {
	x.Helper()
	req, err := http.NewRequest(http.MethodPost, x.url+"/oauth2/v1/token", strings.NewReader(form.Encode()))
	if err != nil {
		x.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i < len(headers); i += 2 {
		req.Header.Add(headers[i], headers[i+1])
	}
	return x.send(req)
}

// with calls the API with an Authorization header.
func (x *tenant) with(method, path, authorization string, headers ...string) reply {
	x.Helper()
	req, err := http.NewRequest(method, x.url+path, http.NoBody)
	if err != nil {
		x.Fatal(err)
	}
	req.Header.Set("Authorization", authorization)
	for i := 0; i < len(headers); i += 2 {
		req.Header.Add(headers[i], headers[i+1])
	}
	return x.send(req)
}

func TestPrivateKeyJWT(t *testing.T) {
	for _, alg := range []jose.SignatureAlgorithm{jose.RS256, jose.RS512, jose.ES256, jose.ES384} {
		t.Run(string(alg), func(t *testing.T) {
			x := serve(t)
			s := x.service(alg, false, "READ_ONLY_ADMIN", "okta.users.read")
			var a object
			types, events := x.events(func() { a = x.ask(s.form("okta.users.read", nil)).want(200).object() })
			if diff := cmp.Diff([]string{"app.oauth2.token.grant.access_token"}, types); diff != "" {
				t.Error(diff)
			}
			if str(events[0], "actor", "type") != "PublicClientApp" || str(events[0], "actor", "id") != s.id {
				t.Errorf("actor %v", events[0]["actor"])
			}
			if a["token_type"] != "Bearer" || a["expires_in"] != 3600.0 || a["scope"] != "okta.users.read" {
				t.Errorf("token %v", a)
			}
			token := "Bearer " + str(a, "access_token")
			if n := len(x.with("GET", "/api/v1/users?limit=3", token).want(200).list()); n != 3 {
				t.Errorf("%d users", n)
			}
			x.advance(time.Hour + time.Second)
			if h := x.with("GET", "/api/v1/users", token).want(401).header.Get("WWW-Authenticate"); !strings.Contains(h, `error="invalid_token"`) {
				t.Errorf("an hour later: %s", h)
			}
			x.checkSignature(str(a, "access_token"))
		})
	}
}

// checkSignature holds an access token against the keys that the org
// publishes.
func (x *tenant) checkSignature(token string) {
	x.Helper()
	var keys jose.JSONWebKeySet
	if err := json.Unmarshal(x.get("/oauth2/v1/keys").want(200).body, &keys); err != nil {
		x.Fatal(err)
	}
	parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		x.Fatal(err)
	}
	var claims map[string]any
	if err := parsed.Claims(keys.Key(parsed.Headers[0].KeyID)[0], &claims); err != nil {
		x.Fatal(err)
	}
	if claims["iss"] != x.url || claims["cid"] == "" {
		x.Errorf("claims %v", claims)
	}
}

func TestTokenParametersInTheQuery(t *testing.T) {
	x := serve(t)
	s := x.service(jose.RS256, false, "READ_ONLY_ADMIN", "okta.users.read")
	r := x.call("POST", "/oauth2/v1/token?"+s.form("okta.users.read", nil).Encode(), nil).want(200)
	if str(r.object(), "access_token") == "" {
		t.Errorf("answer %s", r.body)
	}
}

func TestTokenRefuses(t *testing.T) {
	x := serve(t)
	s := x.service(jose.ES256, false, "READ_ONLY_ADMIN", "okta.users.read")
	claim := func(name string, v any) url.Values {
		return s.form("okta.users.read", func(c map[string]any) { c[name] = v })
	}
	set := func(name, v string) url.Values {
		f := s.form("okta.users.read", nil)
		f.Set(name, v)
		return f
	}
	other := &service{x: x, id: s.id, key: newKey(t, jose.ES256), alg: jose.ES256}
	used := s.form("okta.users.read", nil)
	x.ask(used).want(200)
	now := x.now()
	tests := map[string]struct {
		form        url.Values
		status      int
		code        string
		description string
	}{
		"no grant type":       {set("grant_type", ""), 400, "invalid_request", "grant_type"},
		"password grant":      {set("grant_type", "password"), 400, "unsupported_grant_type", "not supported"},
		"no scope":            {set("scope", ""), 400, "invalid_scope", "'scope' must be provided"},
		"unknown scope":       {set("scope", "okta.moon.read"), 400, "invalid_scope", "not configured"},
		"scope not granted":   {set("scope", "okta.groups.read"), 400, "consent_required", "not allowed any"},
		"manage not granted":  {set("scope", "okta.users.manage"), 400, "consent_required", "not allowed any"},
		"other assertion":     {set("client_assertion_type", "saml"), 400, "invalid_request", "client_assertion_type"},
		"no assertion":        {set("client_assertion", ""), 401, "invalid_client", "No client credentials"},
		"garbage":             {set("client_assertion", "a.b.c"), 401, "invalid_client", "parsing"},
		"unknown client":      {claim("iss", "0oanobody"), 401, "invalid_client", "issuer"},
		"other subject":       {claim("sub", "0oanobody"), 401, "invalid_client", "subject"},
		"other audience":      {claim("aud", "https://elsewhere.example"), 401, "invalid_client", "audience"},
		"expired":             {claim("exp", now.Add(-time.Minute).Unix()), 401, "invalid_client", "expired"},
		"too long":            {claim("exp", now.Add(2*time.Hour).Unix()), 401, "invalid_client", "too far"},
		"without end":         {s.form("okta.users.read", func(c map[string]any) { delete(c, "exp") }), 401, "invalid_client", "'exp'"},
		"from the future":     {claim("iat", now.Add(time.Hour).Unix()), 401, "invalid_client", "issued before"},
		"used before":         {used, 401, "invalid_client", "already been used"},
		"signed by other key": {other.form("okta.users.read", nil), 401, "invalid_client", "signature"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			x := x.in(t).as("")
			e := x.ask(tt.form).want(tt.status).object()
			if e["error"] != tt.code || !strings.Contains(str(e, "error_description"), tt.description) {
				t.Errorf("%v, want %s with %q", e, tt.code, tt.description)
			}
		})
	}
	a := x.ask(set("scope", "okta.users.read okta.groups.read")).want(200).object()
	if a["scope"] != "okta.users.read" {
		t.Errorf("of two scopes one was granted, but got %v", a["scope"])
	}
	x.post("/api/v1/apps/"+s.id+"/lifecycle/deactivate", nil).want(200)
	x.ask(s.form("okta.users.read", nil)).want(401)
	x.with("GET", "/api/v1/users", "Bearer "+str(a, "access_token")).want(401)
}

func TestScopesAndRoles(t *testing.T) {
	x := serve(t)
	token := func(role string, scopes ...string) string {
		t.Helper()
		s := x.service(jose.ES256, false, role, scopes...)
		return "Bearer " + str(x.ask(s.form(strings.Join(scopes, " "), nil)).want(200).object(), "access_token")
	}
	u := x.person("ann")
	reader := token("READ_ONLY_ADMIN", "okta.users.read", "okta.users.manage")
	if h := x.with("GET", "/api/v1/groups", reader).want(403); len(h.body) != 0 || !strings.Contains(h.header.Get("WWW-Authenticate"), `scope="okta.groups.read", error="insufficient_scope"`) {
		t.Errorf("without the scope: %s %s", h.header.Get("WWW-Authenticate"), h.body)
	}
	x.with("POST", "/api/v1/users/"+u+"/lifecycle/suspend", reader).fails(403, "E0000006") // the scope, but not the role
	manager := token("USER_ADMIN", "okta.users.manage")
	x.with("GET", "/api/v1/users/"+u, manager).want(200) // manage includes read
	x.with("POST", "/api/v1/users/"+u+"/lifecycle/suspend", manager).want(200)
	admin, _ := x.org.User("admin@acme.example")
	x.with("POST", "/api/v1/users/"+admin.ID+"/lifecycle/suspend", manager).fails(403, "E0000006") // a super admin
	nobody := token("", "okta.users.read")
	if got := x.with("GET", "/api/v1/users", nobody).want(200).list(); len(got) != 0 {
		t.Errorf("a client without role sees %d users", len(got))
	}
	x.with("GET", "/api/v1/users/"+u, nobody).fails(403, "E0000006")
	if got := x.with("GET", "/api/v1/users", "Bearer nonsense").want(401); len(got.body) != 0 {
		t.Errorf("a false token: %s", got.body)
	}
}

func TestServiceIntegration(t *testing.T) {
	x := serve(t)
	var a object
	types, _ := x.events(func() {
		a = x.post("/integrations/api/v1/api-services", object{"type": "my_app", "grantedScopes": []string{"okta.users.read", "okta.logs.read"}}).want(201).object()
	})
	if diff := cmp.Diff([]string{"integration.api_service.lifecycle.authorize"}, types); diff != "" {
		t.Error(diff)
	}
	id, secret := str(a, "id"), str(a, "clientSecret")
	form := url.Values{"grant_type": {"client_credentials"}, "scope": {"okta.users.read"}}
	basic := func(secret string) string {
		return "Basic " + base64.StdEncoding.EncodeToString([]byte(id+":"+secret))
	}
	if e := x.ask(form, "Authorization", basic("wrong")).want(401).object(); e["error"] != "invalid_client" || e["error_description"] != "The client secret supplied for a confidential client is invalid." {
		t.Errorf("with a wrong secret: %v", e)
	}
	token := "Bearer " + str(x.ask(form, "Authorization", basic(secret)).want(200).object(), "access_token")
	if n := len(x.with("GET", "/api/v1/users?limit=2", token).want(200).list()); n != 2 {
		t.Errorf("%d users; scopes alone decide", n)
	}
	x.with("GET", "/api/v1/logs", token).want(403) // granted, but not asked for
	form.Set("client_id", id)
	form.Set("client_secret", secret)
	x.ask(form).want(200) // the same in the body
	if got := x.get("/integrations/api/v1/api-services/" + id).want(200).object(); got["clientSecret"] != nil {
		t.Error("the secret is shown again")
	}
	second := x.post("/integrations/api/v1/api-services/"+id+"/credentials/secrets", nil).want(201).object()
	x.post("/integrations/api/v1/api-services/"+id+"/credentials/secrets", nil).fails(400, "E0000001")
	first := x.get("/integrations/api/v1/api-services/" + id + "/credentials/secrets").want(200).list()[0]
	path := "/integrations/api/v1/api-services/" + id + "/credentials/secrets/" + str(first, "id")
	x.del(path).fails(400, "E0000001")
	x.post(path+"/lifecycle/deactivate", nil).want(200)
	x.ask(url.Values{"grant_type": {"client_credentials"}, "scope": {"okta.users.read"}}, "Authorization", basic(secret)).want(401)
	x.ask(url.Values{"grant_type": {"client_credentials"}, "scope": {"okta.users.read"}}, "Authorization", basic(str(second, "client_secret"))).want(200)
	x.post(path+"/lifecycle/activate", nil).want(200)
	x.ask(url.Values{"grant_type": {"client_credentials"}, "scope": {"okta.users.read"}}, "Authorization", basic(secret)).want(200)
	x.post(path+"/lifecycle/deactivate", nil).want(200)
	x.del(path).want(204)
	if got := ids(x.get("/integrations/api/v1/api-services").want(200).list()); !slices.Contains(got, id) {
		t.Errorf("integrations %v", got)
	}
	x.del("/integrations/api/v1/api-services/" + id).want(204)
	x.with("GET", "/api/v1/users", token).want(401)
	x.get("/integrations/api/v1/api-services/"+id).fails(404, "E0000007")
}

func TestKeyRotation(t *testing.T) {
	x := serve(t)
	s := x.service(jose.ES256, false, "READ_ONLY_ADMIN", "okta.users.read")
	path := "/api/v1/apps/" + s.id + "/credentials/jwks"
	old := str(x.get(path).want(200).list()[0], "id")
	next := newKey(t, jose.ES256)
	pub := jose.JSONWebKey{Key: next.(crypto.Signer).Public(), KeyID: "k2", Use: "sig", Algorithm: "ES256"}
	x.post(path, pub).want(201)
	x.post(path, pub).fails(400, "E0000001") // the kid is taken
	x.post(path, object{"kty": "RSA", "kid": "k3"}).fails(400, "E0000001")
	x.del(path+"/"+old).fails(400, "E0000001") // still active
	x.post(path+"/"+old+"/lifecycle/deactivate", nil).want(200)
	x.ask(s.form("okta.users.read", nil)).want(401)
	x.post(path+"/"+old+"/lifecycle/activate", nil).want(200)
	x.ask(s.form("okta.users.read", nil)).want(200)
	x.post(path+"/"+old+"/lifecycle/deactivate", nil).want(200)
	x.del(path + "/" + old).want(204)
	if got := x.get(path).want(200).list(); len(got) != 1 {
		t.Errorf("%d keys left", len(got))
	}
}

func TestClientSecrets(t *testing.T) {
	x := serve(t)
	app := x.post("/api/v1/apps", object{
		"name": "oidc_client", "label": "Reports", "signOnMode": "OPENID_CONNECT", "credentials": object{"oauthClient": object{"token_endpoint_auth_method": "client_secret_basic"}},
		"settings": object{"oauthClient": object{"application_type": "service", "grant_types": []string{"client_credentials"}, "response_types": []string{"token"}}},
	}).want(200).object()
	id, secret := str(app, "id"), str(app, "credentials", "oauthClient", "client_secret")
	path := "/api/v1/apps/" + id + "/credentials/secrets"
	x.post("/api/v1/apps/"+id+"/grants", object{"scopeId": "okta.users.read", "issuer": x.url}).want(200)
	refused := func(secret string) bool {
		form := url.Values{"grant_type": {"client_credentials"}, "scope": {"okta.users.read"}, "client_id": {id}, "client_secret": {secret}}
		body := string(x.ask(form).want(401).body)
		if wrong := strings.Contains(body, "secret supplied"); wrong != strings.Contains(body, "must use the private_key_jwt") {
			return wrong
		}
		t.Fatalf("neither the secret nor the way to sign in is refused: %s", body)
		return false
	}
	if refused(secret) || !refused(secret+"x") {
		t.Error("the secret of the app does not count, or another does")
	}
	old := str(x.get(path).want(200).list()[0], "id")
	x.post(path+"/"+old+"/lifecycle/deactivate", nil).fails(400, "E0000001") // the only one
	x.post(path, object{"client_secret": "short"}).fails(400, "E0000001")
	next := x.post(path, object{"client_secret": "made-by-somebody-else"}).want(201).object()
	x.post(path, nil).fails(400, "E0000001")
	x.del(path+"/"+old).fails(400, "E0000001") // still active
	x.post(path+"/"+old+"/lifecycle/deactivate", nil).want(200)
	if !refused(secret) || refused("made-by-somebody-else") {
		t.Error("the old secret counts, or the new one does not")
	}
	if got := str(x.get("/api/v1/apps/"+id).want(200).object(), "credentials", "oauthClient", "client_secret"); got != "made-by-somebody-else" {
		t.Errorf("the app shows the secret %q", got)
	}
	x.post(path+"/"+old+"/lifecycle/activate", nil).want(200)
	if refused(secret) {
		t.Error("the secret that was activated again does not count")
	}
	x.post(path+"/"+old+"/lifecycle/deactivate", nil).want(200)
	x.del(path + "/" + old).want(204)
	x.get(path+"/"+old).fails(404, "E0000007")
	x.get(path + "/" + str(next, "id")).want(200)
	s := x.service(jose.ES256, false, "", "okta.users.read")
	x.post("/api/v1/apps/"+s.id+"/credentials/secrets", nil).fails(400, "E0000001") // it signs in by its key
}

func TestGrants(t *testing.T) {
	x := serve(t)
	s := x.service(jose.ES256, false, "", "okta.users.read")
	path := "/api/v1/apps/" + s.id + "/grants"
	x.post(path, object{"scopeId": "okta.users.read", "issuer": "https://other.example"}).fails(400, "E0000001")
	x.post(path, object{"scopeId": "okta.moon.read", "issuer": x.url}).fails(400, "E0000001")
	var g object
	types, _ := x.events(func() { g = x.post(path, object{"scopeId": "okta.logs.read", "issuer": x.url}).want(200).object() })
	if diff := cmp.Diff([]string{"app.oauth2.admin.consent.grant"}, types); diff != "" {
		t.Error(diff)
	}
	var scopes []string
	for _, g := range x.get(path).want(200).list() {
		scopes = append(scopes, str(g, "scopeId"))
	}
	if diff := cmp.Diff([]string{"okta.users.read", "okta.logs.read"}, scopes); diff != "" {
		t.Error(diff)
	}
	x.as(x.org.ReadOnlyToken()).get(path).fails(403, "E0000006")
	x.get(path + "/" + str(g, "id")).want(200)
	x.del(path + "/" + str(g, "id")).want(204)
	x.get(path+"/"+str(g, "id")).fails(404, "E0000007")
}

// prover makes DPoP proofs.
type prover struct {
	*testing.T
	key *ecdsa.PrivateKey
	now func() time.Time
}

// proof signs a proof, after a change of its claims.
func (p prover) proof(method, target string, change func(map[string]any)) string {
	p.Helper()
	claims := map[string]any{"htm": method, "htu": target, "iat": p.now().Unix(), "jti": rand.Text()}
	if change != nil {
		change(claims)
	}
	opt := (&jose.SignerOptions{EmbedJWK: true}).WithType("dpop+jwt")
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: p.key}, opt)
	if err != nil {
		p.Fatal(err)
	}
	out, err := jwt.Signed(signer).Claims(claims).Serialize()
	if err != nil {
		p.Fatal(err)
	}
	return out
}

// TestDPoP follows the recorded exchange: no proof, no nonce, then a token,
// and proofs at the resource.
func TestDPoP(t *testing.T) {
	x := serve(t)
	s := x.service(jose.ES256, true, "READ_ONLY_ADMIN", "okta.users.read")
	p := prover{t, newKey(t, jose.ES256).(*ecdsa.PrivateKey), x.now}
	endpoint := x.url + "/oauth2/v1/token"
	if e := x.ask(s.form("okta.users.read", nil)).want(400).object(); e["error"] != "invalid_dpop_proof" || e["error_description"] != "The DPoP proof JWT header is missing." {
		t.Errorf("without a proof: %v", e)
	}
	r := x.ask(s.form("okta.users.read", nil), "DPoP", p.proof("POST", endpoint, nil)).want(400)
	if e := r.object(); e["error"] != "use_dpop_nonce" || e["error_description"] != "Authorization server requires nonce in DPoP proof." {
		t.Errorf("without a nonce: %v", e)
	}
	nonce := r.header.Get("DPoP-Nonce")
	withNonce := func(c map[string]any) { c["nonce"] = nonce }
	a := x.ask(s.form("okta.users.read", nil), "DPoP", p.proof("POST", endpoint, withNonce)).want(200).object()
	if a["token_type"] != "DPoP" {
		t.Errorf("token %v", a)
	}
	token := str(a, "access_token")
	sum := sha256.Sum256([]byte(token))
	ath := func(c map[string]any) { c["ath"] = base64.RawURLEncoding.EncodeToString(sum[:]) }
	good := p.proof("GET", x.url+"/api/v1/users", ath)
	x.with("GET", "/api/v1/users?limit=1", "DPoP "+token, "DPoP", good).want(200)
	other := prover{t, newKey(t, jose.ES256).(*ecdsa.PrivateKey), x.now}
	tests := map[string]struct{ authorization, proof, want string }{
		"as bearer":     {"Bearer " + token, p.proof("GET", x.url+"/api/v1/users", ath), "must use the DPoP authentication scheme"},
		"without proof": {"DPoP " + token, "", "missing"},
		"used twice":    {"DPoP " + token, good, "already been used"},
		"other method":  {"DPoP " + token, p.proof("POST", x.url+"/api/v1/users", ath), "'htm'"},
		"other url":     {"DPoP " + token, p.proof("GET", x.url+"/api/v1/groups", ath), "'htu'"},
		"other token":   {"DPoP " + token, p.proof("GET", x.url+"/api/v1/users", nil), "'ath'"},
		"other key":     {"DPoP " + token, other.proof("GET", x.url+"/api/v1/users", ath), "not bound"},
		"old":           {"DPoP " + token, p.proof("GET", x.url+"/api/v1/users", func(c map[string]any) { ath(c); c["iat"] = x.now().Add(-time.Hour).Unix() }), "five minutes"},
		"garbage":       {"DPoP " + token, "x.y.z", "cannot be parsed"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			x := x.in(t).as("")
			h := x.with("GET", "/api/v1/users", tt.authorization, "DPoP", tt.proof).want(401).header.Get("WWW-Authenticate")
			if !strings.Contains(h, tt.want) {
				t.Errorf("%s, want %q", h, tt.want)
			}
		})
	}
}

func TestTokenPermissions(t *testing.T) {
	x := serve(t)
	u := x.person("ann")
	none := x.in(t).as("")
	none.get("/api/v1/users").fails(401, "E0000011")
	none.get("/api/v1/nowhere").fails(401, "E0000011")
	x.as("00nonsense").get("/api/v1/users").fails(401, "E0000011")
	reader := x.as(x.org.ReadOnlyToken())
	reader.get("/api/v1/users/" + u).want(200)
	for _, path := range []string{"/lifecycle/suspend", "/lifecycle/reset_factors", "/lifecycle/deactivate"} {
		reader.post("/api/v1/users/"+u+path, nil).fails(403, "E0000006")
	}
	reader.del("/api/v1/users/"+u+"/sessions").fails(403, "E0000006")
	reader.post("/api/v1/groups", object{"profile": object{"name": "x"}}).fails(403, "E0000006")
	if s, _ := x.org.User(u); s.Status != "ACTIVE" {
		t.Errorf("status %s", s.Status)
	}
	// A token is worth what its owner is.
	owner, _ := x.org.User("svc-readonly@acme.example")
	x.post("/api/v1/users/"+owner.ID+"/lifecycle/suspend", nil).want(200)
	reader.get("/api/v1/users").fails(401, "E0000011")
	x.post("/api/v1/users/"+owner.ID+"/lifecycle/unsuspend", nil).want(200)
	reader.get("/api/v1/users").want(200)
}

func TestAPITokens(t *testing.T) {
	x := serve(t)
	all := x.get("/api/v1/api-tokens").want(200).list()
	names := []string{}
	for _, a := range all {
		names = append(names, str(a, "name"))
	}
	slices.Sort(names)
	if diff := cmp.Diff([]string{"SIEM connector", "Sandbox administration", "Sandbox reading", "Terraform"}, names); diff != "" {
		t.Error(diff)
	}
	i := slices.IndexFunc(all, func(a object) bool { return a["name"] == "SIEM connector" })
	path := "/api/v1/api-tokens/" + str(all[i], "id")
	if all[i]["tokenWindow"] != "P30D" || all[i]["expiresAt"] == nil {
		t.Errorf("token %v", all[i])
	}
	if a := x.put(path, object{"name": "SIEM", "network": object{"connection": "ANYWHERE"}}).want(200).object(); a["name"] != "SIEM" || str(a, "network", "connection") != "ANYWHERE" {
		t.Errorf("changed: %v", a)
	}
	types, events := x.events(func() { x.del(path).want(204) })
	if diff := cmp.Diff([]string{"system.api_token.revoke"}, types); diff != "" || str(events[0], "target", "0", "type") != "Token" {
		t.Errorf("%s %v", diff, events[0]["target"])
	}
	if e := x.get(path).fails(404, "E0000007"); !strings.HasSuffix(str(e, "errorSummary"), "(Token)") {
		t.Error(e["errorSummary"])
	}
	x.advance(31 * 24 * time.Hour) // Terraform has not been used meanwhile
	if n := len(x.get("/api/v1/api-tokens").want(200).list()); n != 2 {
		t.Errorf("%d tokens are left", n)
	}
	reader := x.as(x.org.ReadOnlyToken())
	reader.del("/api/v1/api-tokens/current").want(204)
	reader.get("/api/v1/users").fails(401, "E0000011")
}

func TestWellKnown(t *testing.T) {
	x := serve(t)
	none := x.in(t).as("")
	if o := none.get("/.well-known/okta-organization").want(200).object(); o["pipeline"] != "idx" || str(o, "_links", "organization", "href") != x.url {
		t.Errorf("organization %v", o)
	}
	for _, path := range []string{"openid-configuration", "oauth-authorization-server"} {
		if m := none.get("/.well-known/" + path).want(200).object(); m["issuer"] != x.url || m["token_endpoint"] != x.url+"/oauth2/v1/token" {
			t.Errorf("%s: %v", path, m["issuer"])
		}
	}
}

func TestOrgSettings(t *testing.T) {
	x := serve(t)
	if o := x.get("/api/v1/org").want(200).object(); o["subdomain"] != "acme" || o["companyName"] != "Acme" {
		t.Errorf("org %v", o)
	}
	if o := x.post("/api/v1/org", object{"city": "Oslo"}).want(200).object(); o["city"] != "Oslo" || o["companyName"] != "Acme" {
		t.Errorf("changed to %v", o)
	}
	for _, path := range []string{"preferences", "privacy/oktaSupport", "privacy/oktaCommunication"} {
		x.get("/api/v1/org/" + path).want(200)
	}
	if o := x.get("/api/v1/org/settings/clientPrivilegesSetting").want(200).object(); o["clientPrivilegesSetting"] != false {
		t.Errorf("client privileges %v", o)
	}
	x.put("/api/v1/org/settings/clientPrivilegesSetting", object{"clientPrivilegesSetting": true}).want(200)
	s := x.service(jose.ES256, false, "", "okta.users.read")
	token := "Bearer " + str(x.ask(s.form("okta.users.read", nil)).want(200).object(), "access_token")
	if n := len(x.with("GET", "/api/v1/users?limit=1", token).want(200).list()); n != 1 {
		t.Error("a new client is no super admin")
	}
}

func TestPathsAndMethods(t *testing.T) {
	x := serve(t)
	x.get("/api/v1/moon").fails(404, "E0000008")
	x.del("/api/v1/users").fails(405, "E0000022")
	x.get("//api//v1/users/me").want(200)
	req, err := http.NewRequest(http.MethodPost, x.url+"/api/v1/groups", strings.NewReader("name: x"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "SSWS "+x.token)
	req.Header.Set("Content-Type", "text/yaml")
	x.send(req).fails(400, "E0000021")
}
