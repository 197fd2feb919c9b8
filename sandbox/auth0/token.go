package auth0

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// tokenLife is how long an access token of the Management API is good.
const tokenLife = 24 * time.Hour

// keyID names the key that the tenant signs with.
const keyID = "sandbox-key-1"

func newKey() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) }

func tokenRoutes() []route {
	return []route{
		{method: http.MethodPost, path: "/oauth/token", handle: giveToken, unlocked: true},
		{method: http.MethodPost, path: "/oauth/revoke", handle: revokeRefresh},
		{method: http.MethodGet, path: "/.well-known/jwks.json", handle: showKeys},
		{method: http.MethodGet, path: "/.well-known/openid-configuration", handle: discover},
		{method: http.MethodGet, path: "/userinfo", handle: userinfo},
	}
}

// accessClaims are what an access token says.
type accessClaims struct {
	jwt.Claims
	ClientID  string `json:"azp"`
	Scope     string `json:"scope,omitempty"`
	GrantType string `json:"gty,omitempty"`
}

// identifier is the audience of the Management API, whatever the URL is by
// which the tenant is reached.
func (t *Tenant) identifier() string { return "https://" + t.opt.Name + ".sandbox.auth0.com/api/v2/" }

// isAPI reports whether an audience is the Management API: by its name, or at
// the tenant's URL. The scheme may be another one, as what stands before the
// tenant may end TLS.
func (t *Tenant) isAPI(audience, base string) bool {
	_, want, _ := strings.Cut(base, "://")
	_, got, _ := strings.Cut(audience, "://")
	return audience == t.identifier() || strings.TrimSuffix(got, "/") == want+"/api/v2"
}

// sign signs claims with the tenant's key.
func (t *Tenant) sign(claims ...any) (string, error) {
	key, err := t.key()
	if err != nil {
		return "", fmt.Errorf("make the tenant's key: %w", err)
	}
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: key, KeyID: keyID}}, (&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return "", fmt.Errorf("sign a token: %w", err)
	}
	b := jwt.Signed(s)
	for _, c := range claims {
		b = b.Claims(c)
	}
	return b.Serialize()
}

// verify reads an access token of the tenant.
func (t *Tenant) verify(token string) (accessClaims, error) {
	var claims accessClaims
	parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return claims, unauthorized("Invalid token")
	}
	key, err := t.key()
	if err != nil {
		return claims, err
	}
	if parsed.Claims(&key.PublicKey, &claims) != nil {
		return claims, unauthorized("Invalid signature received for JSON Web Token validation")
	}
	if claims.Expiry == nil || !t.now().Before(claims.Expiry.Time()) {
		return claims, unauthorized("Expired token received for JSON Web Token validation")
	}
	return claims, nil
}

// issue makes an access token. The caller holds the lock.
func (t *Tenant) issue(claims accessClaims, more doc) (string, error) {
	now := t.now()
	claims.ID = t.letters(base62, 22)
	claims.IssuedAt, claims.Expiry = jwt.NewNumericDate(now), jwt.NewNumericDate(now.Add(tokenLife))
	t.live[claims.ID] = now.Add(tokenLife)
	return t.sign(claims, more)
}

// giveToken answers a request for a token, of every kind of grant.
func giveToken(c *call) (answer, error) {
	kind := str(c.body, "grant_type")
	switch kind {
	case "":
		return answer{}, &oauthError{http.StatusBadRequest, "invalid_request", "Missing required parameter: grant_type", nil}
	case "client_credentials":
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.forClient()
	case "password", "http://auth0.com/oauth/grant-type/password-realm":
		return c.forPassword()
	case "authorization_code":
		return c.forCode()
	default:
		return answer{}, &oauthError{http.StatusForbidden, "unsupported_grant_type", "Unsupported grant type: " + kind, nil}
	}
}

// forClient answers a client that asks for itself. The caller holds the lock.
func (c *call) forClient() (answer, error) {
	audience := str(c.body, "audience")
	client, err := c.authenticate("client_credentials")
	if err != nil {
		c.exchanged("feccft", err.Error(), client, audience, "")
		return answer{}, err
	}
	scope, err := c.granted(client, audience)
	if err != nil {
		c.exchanged("feccft", describe(err), client, audience, str(c.body, "scope"))
		return answer{}, err
	}
	token, err := c.issue(accessClaims{
		Claims:   jwt.Claims{Issuer: c.base + "/", Subject: str(client, "client_id") + "@clients", Audience: jwt.Audience{audience}},
		ClientID: str(client, "client_id"), Scope: scope, GrantType: "client-credentials",
	}, nil)
	if err != nil {
		return answer{}, err
	}
	c.exchanged("seccft", "", client, audience, scope)
	out := doc{"access_token": token, "expires_in": int(tokenLife / time.Second), "token_type": "Bearer"}
	if scope != "" {
		out["scope"] = scope
	}
	return ok(out)
}

// describe is what the log says about an error.
func describe(err error) string {
	if e, is := errors.AsType[*oauthError](err); is {
		return e.description
	}
	return err.Error()
}

// exchanged writes the log of a token that a client asked for.
func (c *call) exchanged(kind, text string, client doc, audience, scope string) {
	c.record(kind, text, doc{
		"client_id": str(client, "client_id"), "client_name": str(client, "name"), "ip": address(c.r), "user_agent": c.r.UserAgent(), "hostname": c.host(),
		"audience": audience, "scope": scope,
	})
}

// granted returns the scopes that a client gets for an audience.
func (c *call) granted(client doc, audience string) (string, error) {
	switch {
	case audience == "":
		return "", denied(http.StatusForbidden, "No audience parameter was provided, and no default audience has been configured")
	case !c.isAPI(audience, c.base) && !slices.ContainsFunc(c.shelves["/resource-servers"].items, func(d doc) bool { return d["identifier"] == audience }):
		return "", denied(http.StatusForbidden, "Service not found: %s", audience)
	}
	for _, g := range c.shelves["/client-grants"].items {
		if g["client_id"] != client["client_id"] || g["audience"] != audience && (!c.isAPI(audience, c.base) || !c.isAPI(str(g, "audience"), c.base)) {
			continue
		}
		has := texts(g["scope"])
		wanted := strings.Fields(str(c.body, "scope"))
		if len(wanted) == 0 {
			return strings.Join(has, " "), nil
		}
		for _, s := range wanted {
			if !slices.Contains(has, s) {
				return "", denied(http.StatusForbidden, "Client has not been granted scopes: %s", s)
			}
		}
		return strings.Join(wanted, " "), nil
	}
	return "", denied(http.StatusForbidden, "Client is not authorized to access \"%s\". You might probably want to create a \"client-grant\" associated to this API. See: https://auth0.com/docs/api/v2#!/Client_Grants/post_client_grants", audience)
}

// authenticate finds out which client asks, by its secret in the body or in a
// header, or by an assertion, and whether it may use a kind of grant.
func (c *call) authenticate(kind string) (doc, error) {
	id, secret := str(c.body, "client_id"), str(c.body, "client_secret")
	if user, password, is := c.r.BasicAuth(); is {
		id, secret = unescaped(user), unescaped(password)
	}
	assertion := str(c.body, "client_assertion")
	if id == "" && assertion != "" {
		id = subjectOf(assertion)
	}
	if id == "" {
		return nil, &oauthError{http.StatusBadRequest, "invalid_request", "Missing required parameter: client_id", nil}
	}
	client, known := c.shelves["/clients"].find(id)
	if !known {
		return doc{"client_id": id}, denied(http.StatusUnauthorized, "Unauthorized")
	}
	switch {
	case assertion != "":
		if str(c.body, "client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" {
			return client, &oauthError{http.StatusBadRequest, "invalid_request", "Invalid or missing client_assertion_type", nil}
		}
		if err := c.asserted(client, assertion); err != nil {
			return client, &oauthError{http.StatusUnauthorized, "invalid_client", err.Error(), nil}
		}
	case client["token_endpoint_auth_method"] == "none" && kind != "client_credentials":
	case subtle.ConstantTimeCompare([]byte(secret), []byte(str(client, "client_secret"))) != 1 || secret == "" || len(sub(client, "client_authentication_methods")) > 0:
		return client, denied(http.StatusUnauthorized, "Unauthorized")
	}
	if !slices.Contains(texts(client["grant_types"]), kind) {
		return client, &oauthError{http.StatusForbidden, "unauthorized_client", "Grant type '" + kind + "' not allowed for the client.", nil}
	}
	return client, nil
}

func unescaped(s string) string {
	if out, err := url.QueryUnescape(s); err == nil {
		return out
	}
	return s
}

// assertionAlgorithms are those that a client may sign with.
func assertionAlgorithms() []jose.SignatureAlgorithm {
	return []jose.SignatureAlgorithm{jose.RS256, jose.RS384, jose.PS256, jose.ES256}
}

// subjectOf reads whom an assertion is about, without a look at its signature.
func subjectOf(assertion string) string {
	parsed, err := jwt.ParseSigned(assertion, assertionAlgorithms())
	var claims jwt.Claims
	if err != nil || parsed.UnsafeClaimsWithoutVerification(&claims) != nil {
		return ""
	}
	return claims.Subject
}

// asserted checks an assertion against the keys of a client.
func (c *call) asserted(client doc, assertion string) error {
	parsed, err := jwt.ParseSigned(assertion, assertionAlgorithms())
	if err != nil {
		return errors.New("Failed to verify client assertion: malformed") //nolint:staticcheck // as Auth0 says it
	}
	for _, k := range c.parts("credentials", str(client, "client_id")) {
		key, err := publicKey(str(k, "pem"))
		var claims jwt.Claims
		if err != nil || parsed.Claims(key, &claims) != nil {
			continue
		}
		audience := slices.ContainsFunc(claims.Audience, func(a string) bool { return strings.TrimSuffix(a, "/") == c.base || a == c.base+"/oauth/token" })
		switch {
		case claims.Issuer != claims.Subject || claims.Subject != client["client_id"]:
			return errors.New("Failed to verify client assertion: iss and sub have to be the client") //nolint:staticcheck // as Auth0 says it
		case !audience:
			return errors.New("Failed to verify client assertion: unexpected aud") //nolint:staticcheck // as Auth0 says it
		case claims.Expiry == nil || !c.now().Before(claims.Expiry.Time()):
			return errors.New("Failed to verify client assertion: expired") //nolint:staticcheck // as Auth0 says it
		}
		return nil
	}
	return errors.New("Failed to verify client assertion: no matching key") //nolint:staticcheck // as Auth0 says it
}

// publicKey reads a key or certificate in PEM.
func publicKey(text string) (crypto.PublicKey, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, errors.New("it is not PEM")
	}
	if cert, err := x509.ParseCertificate(block.Bytes); err == nil {
		return cert.PublicKey, nil
	}
	return x509.ParsePKIXPublicKey(block.Bytes)
}

// thumb is the kid of a credential: a digest of its key.
func thumb(text string) string {
	h := sha256.Sum256([]byte(text))
	return base64.RawURLEncoding.EncodeToString(h[:])
}

func showKeys(c *call) (answer, error) {
	key, err := c.key()
	if err != nil {
		return answer{}, err
	}
	return ok(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: &key.PublicKey, KeyID: keyID, Algorithm: string(jose.RS256), Use: "sig"}}})
}

func discover(c *call) (answer, error) {
	return ok(doc{
		"issuer": c.base + "/", "authorization_endpoint": c.base + "/authorize", "token_endpoint": c.base + "/oauth/token", "userinfo_endpoint": c.base + "/userinfo",
		"revocation_endpoint": c.base + "/oauth/revoke", "jwks_uri": c.base + "/.well-known/jwks.json",
		"token_endpoint_auth_methods_supported": []string{"client_secret_basic", "client_secret_post", "private_key_jwt"},
		"response_types_supported":              []string{"code"}, "id_token_signing_alg_values_supported": []string{"RS256"}, "subject_types_supported": []string{"public"},
		"scopes_supported": []string{"openid", "profile", "email", "offline_access"},
	})
}

// userinfo answers who an access token of a person is about.
func userinfo(c *call) (answer, error) {
	_, token, _ := strings.Cut(c.r.Header.Get("Authorization"), " ")
	claims, err := c.verify(token)
	if err != nil {
		return answer{}, &oauthError{http.StatusUnauthorized, "invalid_token", "The access token is invalid.", nil}
	}
	u, known := c.byID[claims.Subject]
	if !known {
		return answer{}, &oauthError{http.StatusUnauthorized, "invalid_token", "The access token is invalid.", nil}
	}
	out := doc{"sub": claims.Subject}
	for _, k := range []string{"nickname", "name", "picture", "updated_at", "email", "email_verified", "given_name", "family_name"} {
		if v, has := u.doc[k]; has {
			out[k] = v
		}
	}
	return ok(out)
}

// revokeRefresh ends a refresh token, if there is such a one.
func revokeRefresh(c *call) (answer, error) {
	token := str(c.body, "token")
	if token == "" {
		return answer{}, &oauthError{http.StatusBadRequest, "invalid_request", "Missing required parameter: token", nil}
	}
	for _, u := range c.users {
		u.tokens = slices.DeleteFunc(u.tokens, func(d doc) bool { return d["id"] == token })
	}
	return answer{status: http.StatusOK}, nil
}
