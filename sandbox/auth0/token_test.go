package auth0_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

func TestClientsGetTokensInEveryWay(t *testing.T) {
	x := start(t)
	id, secret := x.Credentials()
	full := url.Values{"grant_type": {"client_credentials"}, "client_id": {id}, "client_secret": {secret}, "audience": {x.base + "/api/v2/"}}
	var got struct {
		AccessToken string `json:"access_token"`
		Scope       string `json:"scope"`
		ExpiresIn   int    `json:"expires_in"`
		TokenType   string `json:"token_type"`
	}
	x.want(http.StatusOK, x.do("POST", "/oauth/token", full), &got)
	if got.ExpiresIn != 86400 || got.TokenType != "Bearer" || !strings.Contains(got.Scope, "read:users") || !strings.Contains(got.Scope, "update:users") {
		t.Errorf("%+v", got)
	}
	basic := url.Values{"grant_type": {"client_credentials"}, "audience": {"https://acme.sandbox.auth0.com/api/v2/"}, "scope": {"read:users"}}
	r, err := http.NewRequest("POST", "/", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.SetBasicAuth(id, secret)
	x.want(http.StatusOK, x.do("POST", "/oauth/token", basic, "Authorization", r.Header.Get("Authorization")), &got)
	if got.Scope != "read:users" {
		t.Errorf("scope %q", got.Scope)
	}
}

func TestClientsSignWithTheirKey(t *testing.T) {
	x := start(t)
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	id, _ := x.Credentials()
	x.api("POST", "/clients/"+id+"/credentials", object{"credential_type": "public_key", "name": "k", "pem": string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))})
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: key}, nil)
	if err != nil {
		t.Fatal(err)
	}
	ask := func(audience string, life time.Duration) reply {
		assertion, err := jwt.Signed(signer).Claims(jwt.Claims{Issuer: id, Subject: id, Audience: jwt.Audience{audience}, Expiry: jwt.NewNumericDate(x.clock.now().Add(life)), ID: "1"}).Serialize()
		if err != nil {
			t.Fatal(err)
		}
		return x.do("POST", "/oauth/token", url.Values{
			"grant_type": {"client_credentials"}, "audience": {x.base + "/api/v2/"}, "client_assertion": {assertion}, "client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
		})
	}
	x.want(http.StatusOK, ask(x.base+"/", time.Minute), nil)
	x.want(http.StatusUnauthorized, ask("https://elsewhere/", time.Minute), nil)
	x.want(http.StatusUnauthorized, ask(x.base+"/", -time.Minute), nil)
}

func TestTokenRequestsAreRefusedAsRecorded(t *testing.T) {
	x := start(t)
	id, secret := x.Credentials()
	good := object{"grant_type": "client_credentials", "client_id": id, "client_secret": secret, "audience": x.base + "/api/v2/"}
	for _, c := range []struct {
		change object
		status int
		code   string
		text   string
	}{
		{object{"grant_type": nil}, 400, "invalid_request", "Missing required parameter: grant_type"},
		{object{"grant_type": "magic"}, 403, "unsupported_grant_type", "magic"},
		{object{"client_id": nil}, 400, "invalid_request", "client_id"},
		{object{"client_id": "nobody"}, 401, "access_denied", "Unauthorized"},
		{object{"client_secret": "wrong"}, 401, "access_denied", "Unauthorized"},
		{object{"client_secret": nil}, 401, "access_denied", "Unauthorized"},
		{object{"audience": "https://elsewhere"}, 403, "access_denied", "Service not found: https://elsewhere"},
		{object{"audience": nil}, 403, "access_denied", "No audience"},
		{object{"scope": "read:users read:nothing"}, 403, "access_denied", "read:nothing"},
		{object{"grant_type": "password"}, 403, "unauthorized_client", "not allowed for the client"},
		{object{"grant_type": "authorization_code"}, 403, "unauthorized_client", "not allowed"},
	} {
		body := object{}
		maps.Copy(body, good)
		for k, v := range c.change {
			if v == nil {
				delete(body, k)
			} else {
				body[k] = v
			}
		}
		var e struct {
			Error       string `json:"error"`
			Description string `json:"error_description"`
		}
		r := x.do("POST", "/oauth/token", body)
		x.want(c.status, r, &e)
		if e.Error != c.code || !strings.Contains(e.Description, c.text) {
			t.Errorf("%v: %s", c.change, r)
		}
	}
	if got := x.logTypes(); !strings.Contains(got, "seccft") || !strings.Contains(got, "feccft") || !strings.Contains(got, "fepft") {
		t.Errorf("logged: %s", got)
	}
}

func TestAClientWithoutGrantGetsNothing(t *testing.T) {
	x := start(t)
	c := x.api("POST", "/clients", object{"name": "Other", "app_type": "non_interactive"})
	ask := func() reply {
		return x.do("POST", "/oauth/token", object{"grant_type": "client_credentials", "client_id": c["client_id"], "client_secret": c["client_secret"], "audience": x.base + "/api/v2/"})
	}
	if r := ask(); r.status != 403 || !strings.Contains(string(r.body), "client-grant") {
		t.Errorf("%s", r)
	}
	x.api("POST", "/client-grants", object{"client_id": c["client_id"], "audience": x.base + "/api/v2/", "scope": []string{"read:users"}})
	var got struct {
		AccessToken string `json:"access_token"`
		Scope       string `json:"scope"`
	}
	x.want(http.StatusOK, ask(), &got)
	if got.Scope != "read:users" {
		t.Errorf("scope %q", got.Scope)
	}
	x.token = got.AccessToken
	x.list("/users")
	x.fails(403, "insufficient_scope", "Insufficient scope, expected any of: create:users", "POST", "/users", object{"connection": "x"})
}

func TestTokensExpireAndAreRevoked(t *testing.T) {
	x := start(t)
	good := x.token
	for token, message := range map[string]string{"": "Missing authentication", "nonsense": "Invalid token", good + "x": "Invalid signature"} {
		x.token = token
		x.fails(401, "", message, "GET", "/users", nil)
	}
	x.token = good
	x.clock.add(23 * time.Hour)
	x.list("/users")
	x.clock.add(time.Hour)
	x.fails(401, "", "Expired token", "GET", "/users", nil)
	x.token = x.grant("")
	x.list("/users")
	x.RevokeTokens()
	x.fails(401, "", "Invalid token", "GET", "/users", nil)
	x.token = x.grant("")
	x.list("/users")
}

func TestRateLimitsAreShownAlwaysAndEnforcedWhenTold(t *testing.T) {
	x := start(t)
	var r reply
	for range 15 {
		r = x.do("GET", "/api/v2/users", nil)
	}
	if r.status != 200 || r.header.Get("x-ratelimit-limit") != "10" || r.header.Get("x-ratelimit-remaining") != "0" || r.header.Get("x-ratelimit-reset") == "" {
		t.Errorf("%d, %v", r.status, r.header)
	}
	x.EnforceRateLimits(true, 1)
	for range 10 {
		x.list("/users")
	}
	x.fails(429, "too_many_requests", "Global limit has been reached", "GET", "/users", nil)
	x.clock.add(time.Second)
	x.list("/users")
	if !strings.Contains(x.logTypes(), "api_limit") {
		t.Errorf("logged: %s", x.logTypes())
	}
}

// payload returns what a token says.
func payload(t *testing.T, token string) string {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("%q is no token", token)
	}
	b, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
