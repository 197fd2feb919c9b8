package okta

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

func oauthRoutes() []route {
	return []route{
		{method: http.MethodPost, path: "/oauth2/v1/token", handle: issueToken},
		{method: http.MethodGet, path: "/oauth2/v1/keys", handle: listSigningKeys},
	}
}

// tokenTTL is how long an access token lives.
const tokenTTL = time.Hour

// accessToken is what the org remembers of an access token that it gave out.
type accessToken struct {
	client  *app
	scopes  []string
	bound   string // thumbprint of the DPoP key, empty for a bearer token
	expires time.Time
}

// accessBox holds the access tokens and one-time values of an org. It has a
// lock of its own, because every request looks in it before it has that of
// the org.
type accessBox struct {
	mu     sync.Mutex
	tokens map[[32]byte]*accessToken
	seen   map[string]time.Time // used identifiers of assertions and proofs, until when
	nonce  string               // that DPoP proofs must carry
	key    *rsa.PrivateKey      // made when first needed
	kid    string
}

func newAccessBox(nonce, kid string) *accessBox {
	return &accessBox{tokens: map[[32]byte]*accessToken{}, seen: map[string]time.Time{}, nonce: nonce, kid: kid}
}

// once notes a one-time identifier, and says whether it was new.
func (b *accessBox) once(id string, now, until time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	for k, t := range b.seen {
		if t.Before(now) {
			delete(b.seen, k)
		}
	}
	if _, used := b.seen[id]; used {
		return false
	}
	b.seen[id] = until
	return true
}

func (b *accessBox) put(token string, t *accessToken) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tokens[digest(token)] = t
}

func (b *accessBox) get(token string) (*accessToken, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	t, ok := b.tokens[digest(token)]
	return t, ok
}

// revokeClient ends the access tokens of a client.
func (b *accessBox) revokeClient(a *app) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for k, t := range b.tokens {
		if t.client == a {
			delete(b.tokens, k)
		}
	}
}

// signingKey returns the key that signs access tokens. Making one takes a
// while, so an org that issues no token has none.
func (b *accessBox) signingKey() (*rsa.PrivateKey, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.key == nil {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			return nil, fmt.Errorf("make the signing key: %w", err)
		}
		b.key = key
	}
	return b.key, nil
}

func badClient(description string) *oauthError {
	return &oauthError{http.StatusUnauthorized, "invalid_client", description, nil}
}

// oauthError is an error of the OAuth endpoints.
type oauthError struct {
	status      int
	code        string
	description string
	header      http.Header
}

func (e *oauthError) Error() string { return e.code + ": " + e.description }

func (e *oauthError) answer() answer {
	return answer{status: e.status, body: map[string]string{"error": e.code, "error_description": e.description}, header: e.header}
}

// issueToken answers the client credentials grant. Parameters may come in the
// body or, as some clients send them, in the query.
func issueToken(c *call) (answer, error) {
	form := c.r.URL.Query()
	if strings.HasPrefix(c.r.Header.Get("Content-Type"), "application/json") {
		var in map[string]string
		if json.Unmarshal(c.body, &in) == nil {
			for k, v := range in {
				form.Set(k, v)
			}
		}
	} else if body, err := url.ParseQuery(string(c.body)); err == nil {
		maps.Copy(form, body)
	}
	t, token, fail := grantToken(c, form)
	if fail != nil {
		return answer{}, fail
	}
	kind := "Bearer"
	if t.bound != "" {
		kind = "DPoP"
	}
	a, err := ok(struct {
		TokenType   string `json:"token_type"`
		ExpiresIn   int    `json:"expires_in"`
		AccessToken string `json:"access_token"`
		Scope       string `json:"scope"`
	}{kind, int(tokenTTL / time.Second), token, strings.Join(t.scopes, " ")})
	if t.bound != "" {
		a.header = http.Header{"Dpop-Nonce": {c.access.nonce}}
	}
	return a, err
}

func grantToken(c *call, form url.Values) (*accessToken, string, *oauthError) {
	switch form.Get("grant_type") {
	case "":
		return nil, "", &oauthError{400, "invalid_request", "The token request must specify a 'grant_type'. Valid values: [client_credentials]", nil}
	case "client_credentials":
	default:
		return nil, "", &oauthError{400, "unsupported_grant_type", "The authorization grant type is not supported by the authorization server. Configured grant types: [client_credentials].", nil}
	}
	a, fail := authenticateClient(c, form)
	if fail != nil {
		return nil, "", fail
	}
	c.actor = clientActor(a)
	scopes, fail := grantedScopes(a, strings.Fields(form.Get("scope")))
	if fail != nil {
		return nil, "", fail
	}
	t := &accessToken{client: a, scopes: scopes, expires: c.now().Add(tokenTTL)}
	if bound, _ := a.oauthSetting("dpop_bound_access_tokens").(bool); bound || c.r.Header.Get("Dpop") != "" {
		if t.bound, fail = checkProof(c, proofUse{url: c.url("oauth2/v1/token"), nonce: c.access.nonce}); fail != nil {
			return nil, "", fail
		}
	}
	token, err := signToken(c, t)
	if err != nil {
		return nil, "", &oauthError{500, "server_error", "The token could not be signed.", nil}
	}
	c.access.put(token, t)
	c.emit("app.oauth2.token.grant.access_token", fact{
		targets: targets(a), detail: map[string]any{"scope": strings.Join(scopes, " "), "subject": a.clientID(), "expires": t.expires.UTC().Format(time.RFC3339)},
	})
	return t, token, nil
}

// grantedScopes returns those of the scopes asked for that the client has.
func grantedScopes(a *app, asked []string) ([]string, *oauthError) {
	if len(asked) == 0 {
		return nil, &oauthError{400, "invalid_scope", "The authorization server resource does not have any configured default scopes, 'scope' must be provided.", nil}
	}
	have, known := a.scopes(), knownScopes()
	var out []string
	for _, s := range asked {
		if !slices.Contains(known, s) {
			return nil, &oauthError{400, "invalid_scope", "One or more scopes are not configured for the authorization server resource.", nil}
		}
		read, isRead := strings.CutSuffix(s, ".read")
		if slices.Contains(have, s) || isRead && slices.Contains(have, read+".manage") {
			out = append(out, s)
		}
	}
	if len(out) == 0 {
		return nil, &oauthError{400, "consent_required", "You are not allowed any of the requested scopes.", nil}
	}
	return out, nil
}

// authenticateClient finds out which client asks, by its secret or by an
// assertion that it has signed.
func authenticateClient(c *call, form url.Values) (*app, *oauthError) {
	if form.Get("client_assertion") != "" {
		if form.Get("client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" {
			return nil, &oauthError{400, "invalid_request", "The client_assertion_type is invalid.", nil}
		}
		return checkAssertion(c, form.Get("client_assertion"))
	}
	id, secret, basic := c.r.BasicAuth()
	if basic {
		id, secret = unescaped(id), unescaped(secret)
	} else if id, secret = form.Get("client_id"), form.Get("client_secret"); secret == "" {
		return nil, badClient("No client credentials found.")
	}
	a, known := c.apps.client(id)
	if !known || a.status != "ACTIVE" {
		return nil, badClient("Invalid value for 'client_id' parameter.")
	}
	if !a.hasSecret(secret) {
		return nil, badClient("The client secret supplied for a confidential client is invalid.")
	}
	if !a.service {
		return nil, badClient("Client Credentials requests to the Org Authorization Server must use the private_key_jwt token_endpoint_auth_method.")
	}
	return a, nil
}

// unescaped undoes the form encoding that RFC 6749 section 2.3.1 asks for.
func unescaped(s string) string {
	if u, err := url.QueryUnescape(s); err == nil {
		return u
	}
	return s
}

// hasSecret says whether a client secret is one of those that count.
func (a *app) hasSecret(secret string) bool {
	if a.integration != nil {
		return a.integration.hasSecret(secret)
	}
	return a.hasAppSecret(secret)
}

func assertionAlgorithms() []jose.SignatureAlgorithm {
	return []jose.SignatureAlgorithm{jose.RS256, jose.RS384, jose.RS512, jose.ES256, jose.ES384, jose.ES512}
}

// checkAssertion validates a client assertion (RFC 7523).
func checkAssertion(c *call, assertion string) (*app, *oauthError) {
	token, err := jwt.ParseSigned(assertion, assertionAlgorithms())
	if err != nil || len(token.Headers) != 1 {
		return nil, badClient("The parsing of the client_assertion failed.")
	}
	var claims jwt.Claims
	if err := token.UnsafeClaimsWithoutVerification(&claims); err != nil {
		return nil, badClient("The parsing of the client_assertion failed.")
	}
	a, known := c.apps.client(claims.Issuer)
	switch {
	case !known || a.status != "ACTIVE":
		return nil, badClient("The issuer claim for client_assertion is not a valid client_id.")
	case claims.Subject != claims.Issuer:
		return nil, badClient("The subject claim for client_assertion is not a valid client_id.")
	case len(a.keys) == 0:
		return nil, badClient("The client does not have a JWKSet configured, but the client_assertion requires one.")
	case a.oauthSetting("application_type") != "service":
		return nil, badClient("Only clients with 'application_type' of 'service' may use the client_credentials 'grant_type' with the Org Authorization Server.")
	}
	key, found := a.signingKey(token.Headers[0].KeyID)
	if !found {
		return nil, badClient("The client_assertion JWT kid is invalid.")
	}
	if err := token.Claims(key, &claims); err != nil {
		return nil, badClient("The client_assertion signature is invalid.")
	}
	return a, assertionInTime(c, claims)
}

// assertionInTime validates for whom and for when an assertion was made, and
// that it is used once.
func assertionInTime(c *call, claims jwt.Claims) *oauthError {
	now := c.now()
	switch {
	case !slices.Contains(claims.Audience, c.url("oauth2/v1/token")):
		return badClient("The audience claim for client_assertion must be the endpoint invoked for the request.")
	case claims.Expiry == nil:
		return badClient("The client_assertion must contain the 'exp' claim as seconds since epoch.")
	case claims.Expiry.Time().Before(now):
		return badClient("The client_assertion token is expired.")
	case claims.Expiry.Time().After(now.Add(time.Hour + time.Minute)):
		return badClient("The client_assertion token has an expiration too far into the future.")
	case claims.IssuedAt != nil && claims.IssuedAt.Time().After(now.Add(5*time.Minute)):
		return badClient("The client_assertion token must be issued before the current time.")
	case claims.ID != "" && !c.access.once("assertion "+claims.Issuer+" "+claims.ID, now, claims.Expiry.Time()):
		return badClient("The client_assertion token has already been used.")
	}
	return nil
}

// signToken writes an access token as Okta's org authorization server does.
func signToken(c *call, t *accessToken) (string, error) {
	key, err := c.access.signingKey()
	if err != nil {
		return "", err
	}
	opt := (&jose.SignerOptions{}).WithType("application/okta-internal-at+jwt").WithHeader("kid", c.access.kid)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: key}, opt)
	if err != nil {
		return "", fmt.Errorf("make a signer: %w", err)
	}
	claims := map[string]any{
		"ver": 1, "jti": "AT." + base64.RawURLEncoding.EncodeToString(c.ids.bytes(32)), "iss": c.base, "aud": c.base, "sub": t.client.clientID(),
		"iat": c.now().Unix(), "exp": t.expires.Unix(), "cid": t.client.clientID(), "scp": t.scopes, "auth_time": c.now().Unix(),
	}
	if t.bound != "" {
		claims["cnf"] = map[string]string{"jkt": t.bound}
	}
	return jwt.Signed(signer).Claims(claims).Serialize()
}

func listSigningKeys(c *call) (answer, error) {
	key, err := c.access.signingKey()
	if err != nil {
		return answer{}, err
	}
	return ok(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: c.access.kid, Algorithm: "RS256", Use: "sig"}}})
}
