package connector_test

import (
	"context"
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"sallyport/internal/connector"
	"sallyport/internal/egress"
	"sallyport/internal/quota"
	"sallyport/internal/secret"
	"sallyport/internal/value"
)

// ways is a connector that signs in by every way that takes more than a header.
var ways = fstest.MapFS{"connectors/ways.yaml": {Data: []byte(`
connector: ways
title: Ways
settings: { url: { required: true }, region: { default: eu-west-1 } }
auth:
  - { kind: api_key_query, param: api-key }
  - kind: oauth2_authorization_code
    authorize_url: "{{ settings.url }}/authorize?tenant=1"
    authorize_params: { access_type: offline }
    token_url: "{{ settings.url }}/token"
    scopes: [mail.send, offline]
  - { kind: jwt_bearer, token_url: "{{ settings.url }}/token", scopes: [a, b], audience: the-audience }
  - { kind: aws_sigv4, service: lambda, region: "{{ settings.region }}" }
  - kind: hmac
    header: X-Signature
    prefix: "v1="
    algorithm: sha512
    encoding: base64
    key_encoding: hex
    signed: "{{ sign.method }}\n{{ sign.path }}?{{ sign.query }}\n{{ sign.timestamp }}\n{{ sign.nonce }}\n{{ sign.body_sha256 }}"
    headers: { X-Key: "{{ settings.key_id }}", X-Time: "{{ sign.timestamp }}", X-Nonce: "{{ sign.nonce }}" }
base_url: "{{ settings.url }}/v1"
actions:
  read: { effect: read, repeat: safe, request: { method: GET, path: /things, query: { q: a b } }, outputs: { body: { type: any, from: body } } }
  write:
    effect: change
    repeat: never
    inputs: { text: {}, person: {} }
    subject: "{{ inputs.person }}"
    request: { method: POST, path: "/things/{{ inputs.text }}", json: { text: "{{ inputs.text }}" } }
    outputs: { body: { type: any, from: body } }
`)}}

// shelfOfGrants keeps grants in memory.
type shelfOfGrants struct {
	mu   sync.Mutex
	held map[string][]byte
	fail error
}

func (g *shelfOfGrants) Grant(_ context.Context, org, conn string) ([]byte, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.held[org+"/"+conn], nil
}

func (g *shelfOfGrants) SetGrant(_ context.Context, org, conn string, was, sealed []byte) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.fail != nil {
		return g.fail
	}
	if was == nil || string(g.held[org+"/"+conn]) == string(was) {
		g.held[org+"/"+conn] = sealed
	}
	return nil
}

func newWays(t *testing.T, grants connector.Grants, now func() time.Time) *bench {
	t.Helper()
	return newWaysWith(t, path.Join(t.TempDir(), "key"), grants, now)
}

func newWaysWith(t *testing.T, keyFile string, grants connector.Grants, now func() time.Time) *bench {
	t.Helper()
	shelf, err := connector.Load(ways)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := secret.Open(keyFile)
	if err != nil {
		t.Fatal(err)
	}
	way := egress.New(egress.Options{Allow: loopbackOnly("127.0.0.0/8")})
	t.Cleanup(way.Client(egress.ClientOptions{}).CloseIdleConnections)
	limits := quota.NewRegistry(quota.Options{})
	return &bench{connector.NewEngine(connector.Options{Shelf: shelf, Keyring: keys, Egress: way, Quota: limits, Grants: grants, Now: now}), t, limits}
}

// over is an engine over other connectors.
func (b *bench) over(shelf *connector.Shelf) *connector.Engine {
	b.t.Helper()
	keys, err := secret.Open(path.Join(b.t.TempDir(), "key"))
	if err != nil {
		b.t.Fatal(err)
	}
	way := egress.New(egress.Options{})
	b.t.Cleanup(way.Client(egress.ClientOptions{}).CloseIdleConnections)
	return connector.NewEngine(connector.Options{Shelf: shelf, Keyring: keys, Egress: way, Quota: quota.NewRegistry(quota.Options{}), Grants: &shelfOfGrants{held: map[string][]byte{}}})
}

// silent fails where something that people see shows a secret.
func (b *bench) silent(secrets []string, seen ...any) {
	b.t.Helper()
	for _, v := range seen {
		text := fmt.Sprintf("%+v", v)
		if e, ok := v.(*connector.Error); ok && e != nil {
			text += fmt.Sprintf("%s %+v %v %s %s", e.Error(), e.Request, e.Err, value.JSON(e.Body), value.JSON(e.Request.Body))
		}
		for _, s := range secrets {
			if s != "" && strings.Contains(text, s) {
				b.t.Errorf("%q is shown in %s", s, text)
			}
		}
	}
}

func TestKeyInQuery(t *testing.T) {
	p := peer(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.RawQuery != "api-key=k%26y-12345&q=a+b" {
			w.WriteHeader(http.StatusForbidden)
		}
		fmt.Fprintf(w, `{"url":%q}`, r.URL.String())
	})
	b := newWays(t, nil, nil)
	conn := b.connection("ways", connector.APIKeyQuery, value.Map("url", p.URL), "api_key", "k&y-12345")
	res, failure := b.do(conn, "read", nil)
	if failure != nil {
		t.Fatal(failure)
	}
	if want := p.URL + "/v1/things?api-key=•••&q=a+b"; res.Request.URL != want {
		t.Errorf("shown as %s, want %s", res.Request.URL, want)
	}
	p.Close()
	_, failure = b.do(conn, "read", nil)
	if failure == nil || failure.Code != "unreachable" {
		t.Errorf("%v", failure)
	}
	b.silent([]string{"k&y-12345", "k%26y-12345"}, res.Request, value.String(value.JSON(res.Outputs)), failure)
}

// The peer calculates the signature by itself, from what the guide says.
func TestAmazonSignature(t *testing.T) {
	now := time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC)
	const key = "s3cr3t/AWS+key-of-40-characters-00000000"
	p := peer(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		sum := func(b []byte) string { h := sha256.Sum256(b); return hex.EncodeToString(h[:]) }
		canonical := "POST\n/v1/things/arn%3Aaws%3Ax%2520y\n\ncontent-type:application/json\nhost:" + r.Host + "\nx-amz-date:20260203T040506Z\nx-amz-security-token:t0k3n-temporary\n\n" +
			"content-type;host;x-amz-date;x-amz-security-token\n" + sum(body)
		text := "AWS4-HMAC-SHA256\n20260203T040506Z\n20260203/eu-central-1/lambda/aws4_request\n" + sum([]byte(canonical))
		mac := func(k []byte, s string) []byte { m := hmac.New(sha256.New, k); m.Write([]byte(s)); return m.Sum(nil) }
		signature := hex.EncodeToString(mac(mac(mac(mac(mac([]byte("AWS4"+key), "20260203"), "eu-central-1"), "lambda"), "aws4_request"), text))
		want := "AWS4-HMAC-SHA256 Credential=AKIA1/20260203/eu-central-1/lambda/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token, Signature=" + signature
		if r.Header.Get("Authorization") != want || r.URL.EscapedPath() != "/v1/things/arn:aws:x%20y" {
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprintf(w, `{"message":"SignatureDoesNotMatch for %s with %s: %s, want %s"}`, r.URL.EscapedPath(), key, r.Header.Get("Authorization"), want)
			return
		}
		fmt.Fprint(w, `{"ok":true}`)
	})
	b := newWays(t, nil, func() time.Time { return now })
	settings := value.Map("url", p.URL, "region", "eu-central-1", "access_key_id", "AKIA1")
	conn := b.connection("ways", connector.AWSSignature, settings, "secret_access_key", key, "session_token", "t0k3n-temporary")
	res, failure := b.do(conn, "write", value.Map("text", "arn:aws:x y"))
	if failure != nil {
		t.Fatal(failure)
	}
	other, refused := b.do(b.connection("ways", connector.AWSSignature, settings, "secret_access_key", "another-key-entirely", "session_token", "t0k3n-temporary"), "write", value.Map("text", "arn:aws:x y"))
	if refused == nil || refused.Status != http.StatusForbidden {
		t.Errorf("another key's signature was taken: %v", other)
	}
	if got := res.Request.Header["Authorization"]; got != "AWS4-HMAC-SHA256 •••" {
		t.Errorf("shown as %s", got)
	}
	b.silent([]string{key, "t0k3n-temporary", "another-key-entirely"}, res.Request, res.Outputs)
	b.silent([]string{"another-key-entirely"}, refused)
}

// The peer calculates the signature by itself.
func TestHMACSignature(t *testing.T) {
	now := time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC)
	raw := []byte("\x00\x01raw key of some length")
	nonces := map[string]bool{}
	p := peer(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		sum := sha256.Sum256(body)
		nonce := r.Header.Get("X-Nonce")
		m := hmac.New(sha512.New, raw)
		fmt.Fprintf(m, "%s\n%s?%s\n1770091506\n%s\n%x", r.Method, r.URL.EscapedPath(), r.URL.RawQuery, nonce, sum)
		if r.Header.Get("X-Signature") != "v1="+base64.StdEncoding.EncodeToString(m.Sum(nil)) || r.Header.Get("X-Key") != "key-7" || r.Header.Get("X-Time") != "1770091506" || len(nonce) < 20 || nonces[nonce] {
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprintf(w, `{"error":"%x does not sign this"}`, raw)
			return
		}
		nonces[nonce] = true
		fmt.Fprint(w, `{}`)
	})
	b := newWays(t, nil, func() time.Time { return now })
	settings := value.Map("url", p.URL, "key_id", "key-7")
	conn := b.connection("ways", connector.HMAC, settings, "signing_key", hex.EncodeToString(raw))
	for range 2 { // the nonce is another each time
		for action, in := range map[string]*value.Object{"read": nil, "write": value.Map("text", "a/b ü")} {
			res, failure := b.do(conn, action, in)
			if failure != nil {
				t.Fatalf("%s: %v", action, failure)
			}
			if res.Request.Header["X-Signature"] != "v1=•••" {
				t.Errorf("shown: %v", res.Request.Header)
			}
		}
	}
	_, failure := b.do(b.connection("ways", connector.HMAC, settings, "signing_key", "no hex at all"), "read", nil)
	if failure == nil || failure.Code != "invalid_call" || !strings.Contains(failure.Message, "not written in hex") {
		t.Errorf("%v", failure)
	}
	_, refused := b.do(b.connection("ways", connector.HMAC, settings, "signing_key", "00112233445566778899"), "read", nil)
	if refused == nil || !refused.Auth {
		t.Errorf("%v", refused)
	}
	b.silent([]string{"no hex at all", "00112233445566778899"}, failure, refused)
}

// authority is an authorization server that checks what it gets by itself.
type authority struct {
	*httptest.Server

	t      *testing.T
	public *rsa.PublicKey

	mu        sync.Mutex
	refresh   string            // the one that holds
	rotate    bool              // each refresh makes another
	count     int               // of refreshes
	challenge map[string]string // of each code that is not yet used
	subjects  []string
	refuse    string // the error of every token request
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{t: t, challenge: map[string]string{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /authorize", a.consent)
	mux.HandleFunc("POST /token", a.token)
	mux.HandleFunc("/v1/", func(w http.ResponseWriter, r *http.Request) {
		a.mu.Lock()
		defer a.mu.Unlock()
		if want := fmt.Sprintf("Bearer access-token-%d", a.count); r.Header.Get("Authorization") != want {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		fmt.Fprintf(w, `{"token":%q}`, r.Header.Get("Authorization"))
	})
	a.Server = httptest.NewServer(mux)
	t.Cleanup(a.Close)
	return a
}

// consent sends the browser back with a code, as if somebody had agreed.
func (a *authority) consent(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if q.Get("response_type") != "code" || q.Get("client_id") != "client-1" || q.Get("tenant") != "1" || q.Get("access_type") != "offline" ||
		q.Get("scope") != "mail.send offline" || q.Get("code_challenge_method") != "S256" || len(q.Get("code_challenge")) != 43 || q.Get("state") == "" {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	code := fmt.Sprintf("code-%d-abcdef", len(a.challenge))
	a.challenge[code] = q.Get("code_challenge") + " " + q.Get("redirect_uri")
	http.Redirect(w, r, q.Get("redirect_uri")+"?"+url.Values{"code": {code}, "state": {q.Get("state")}}.Encode(), http.StatusFound)
}

func (a *authority) token(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	no := func(code string) {
		w.WriteHeader(http.StatusBadRequest)
		// A peer that repeats what it got must not make us show it.
		fmt.Fprintf(w, `{"error":%q,"error_description":"refused: %s %s %s %s"}`, code, r.Form.Get("refresh_token"), r.Form.Get("code"), r.Form.Get("code_verifier"), r.Form.Get("client_secret"))
	}
	if err := r.ParseForm(); err != nil || a.refuse != "" {
		no(a.refuse)
		return
	}
	switch r.Form.Get("grant_type") {
	case "authorization_code":
		sum := sha256.Sum256([]byte(r.Form.Get("code_verifier")))
		held := a.challenge[r.Form.Get("code")]
		delete(a.challenge, r.Form.Get("code"))
		if held != base64.RawURLEncoding.EncodeToString(sum[:])+" "+r.Form.Get("redirect_uri") || r.Form.Get("client_secret") != "client-s3cret" {
			no("invalid_grant")
			return
		}
		a.refresh = "refresh-token-first"
	case "refresh_token":
		if r.Form.Get("refresh_token") != a.refresh || r.Form.Get("client_id") != "client-1" || r.Form.Get("client_secret") != "client-s3cret" {
			no("invalid_grant")
			return
		}
		a.count++
		if a.rotate {
			a.refresh = fmt.Sprintf("refresh-token-%d", a.count)
		}
	case "urn:ietf:params:oauth:grant-type:jwt-bearer":
		if !a.assertion(r.Form.Get("assertion")) {
			no("invalid_grant")
			return
		}
		a.count++
		fmt.Fprintf(w, `{"token_type":"Bearer","expires_in":3600,"access_token":"access-token-%d"}`, a.count)
		return
	default:
		no("unsupported_grant_type")
		return
	}
	fmt.Fprintf(w, `{"token_type":"Bearer","expires_in":3600,"access_token":"access-token-%d","refresh_token":%q}`, a.count, a.refresh)
}

// assertion checks a signature with nothing but the standard library.
func (a *authority) assertion(jwt string) bool {
	parts := strings.Split(jwt, ".")
	if len(parts) != 3 {
		return false
	}
	var head, claims map[string]any
	for i, to := range []*map[string]any{&head, &claims} {
		raw, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil || json.Unmarshal(raw, to) != nil {
			return false
		}
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if err != nil || rsa.VerifyPKCS1v15(a.public, crypto.SHA256, sum[:], signature) != nil {
		return false
	}
	subject, _ := claims["sub"].(string)
	a.subjects = append(a.subjects, subject)
	return head["alg"] == "RS256" && head["kid"] == "kid-9" && claims["iss"] == "robot@project.iam.example" && claims["aud"] == "the-audience" && claims["scope"] == "a b"
}

func serviceAccount(t *testing.T) (*rsa.PublicKey, string) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	text := string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	account, err := json.Marshal(map[string]string{
		"type": "service_account", "client_email": "robot@project.iam.example", "private_key_id": "kid-9", "private_key": text, "token_uri": "https://elsewhere.example/token",
	})
	if err != nil {
		t.Fatal(err)
	}
	return &key.PublicKey, string(account)
}

// A service account acts for itself, for the person of the connection, or for
// whom the action names; each has a token of its own, fetched once.
func TestServiceAccount(t *testing.T) {
	a := newAuthority(t)
	var account string
	a.public, account = serviceAccount(t)
	b := newWays(t, nil, nil)
	conn := b.connection("ways", connector.JWTBearer, value.Map("url", a.URL), "private_key", account)
	own := conn
	own.Settings = value.Map("url", a.URL, "subject", "admin@acme.example")
	for _, call := range []struct {
		conn   connector.Connection
		action string
		in     *value.Object
	}{{conn, "read", nil}, {conn, "read", nil}, {own, "read", nil}, {own, "write", value.Map("text", "x", "person", "ada@acme.example")}, {own, "write", value.Map("text", "y", "person", "ada@acme.example")}} {
		res, failure := b.do(call.conn, call.action, call.in)
		if failure != nil {
			t.Fatalf("%s %s: %v", call.action, value.JSON(call.in), failure)
		}
		b.silent([]string{"access-token", account}, res.Request, string(value.JSON(res.Outputs)))
	}
	if got := strings.Join(a.subjects, " "); got != " admin@acme.example ada@acme.example" {
		t.Errorf("tokens were had for %q", got)
	}
	_, failure := b.do(b.connection("ways", connector.JWTBearer, value.Map("url", a.URL), "private_key", strings.Replace(account, "MII", "XII", 1)), "read", nil)
	if failure == nil || failure.Code != "invalid_call" {
		t.Errorf("%v", failure)
	}
	_, other := serviceAccount(t)
	_, refused := b.do(b.connection("ways", connector.JWTBearer, value.Map("url", a.URL), "private_key", other), "read", nil)
	if refused == nil || !refused.Auth || refused.Code != "invalid_grant" {
		t.Errorf("%v", refused)
	}
	b.silent([]string{account[80:160], other[80:160]}, failure, refused)
}

// browse follows the authorization URL as a browser does, and returns what it
// comes back with.
func browse(t *testing.T, to string) url.Values {
	t.Helper()
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, to, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	back, err := resp.Location()
	if err != nil {
		t.Fatalf("status %d: %v", resp.StatusCode, err)
	}
	return back.Query()
}

func TestConsent(t *testing.T) {
	a := newAuthority(t)
	a.rotate = true
	grants := &shelfOfGrants{held: map[string][]byte{}}
	now := time.Now()
	b := newWays(t, grants, func() time.Time { return now })
	conn := b.connection("ways", connector.AuthorizationCode, value.Map("url", a.URL, "client_id", "client-1"), "client_secret", "client-s3cret")
	const redirect = "https://sallyport.example/oauth/callback"

	_, failure := b.do(conn, "read", nil)
	if failure == nil || failure.Code != "not_signed_in" || !failure.Auth || failure.Sent || failure.Transient {
		t.Fatalf("without consent: %+v", failure)
	}
	begun, err := b.Consent(conn, redirect, "state-1")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(begun.URL, "s3cret") {
		t.Errorf("the URL tells too much: %s", begun.URL)
	}
	back := browse(t, begun.URL)
	if back.Get("state") != "state-1" {
		t.Errorf("state %q", back.Get("state"))
	}
	// Another verifier than the one that the challenge is of does not do, and uses the code up.
	code := back.Get("code")
	another, err := b.Consent(conn, redirect, "state-1")
	if err != nil {
		t.Fatal(err)
	}
	err = b.Redeem(t.Context(), conn, connector.Return{Code: code, State: "state-1", Redirect: redirect, Sealed: another.Sealed})
	if e := connector.AsError(err); e == nil || e.Code != "invalid_grant" || !e.Auth {
		t.Errorf("another verifier: %v", err)
	}
	b.silent([]string{code, "client-s3cret"}, connector.AsError(err))
	code = browse(t, begun.URL).Get("code")
	// Neither does another state than the browser was sent with.
	err = b.Redeem(t.Context(), conn, connector.Return{Code: code, State: "state-2", Redirect: redirect, Sealed: begun.Sealed})
	if e := connector.AsError(err); e == nil || e.Code != "invalid_call" {
		t.Errorf("another state: %v", err)
	}
	if ok, err := b.Consented(t.Context(), conn); err != nil || ok {
		t.Errorf("consented before: %t %v", ok, err)
	}
	if err := b.Redeem(t.Context(), conn, connector.Return{Code: code, State: "state-1", Redirect: redirect, Sealed: begun.Sealed}); err != nil {
		t.Fatal(err)
	}
	if ok, err := b.Consented(t.Context(), conn); err != nil || !ok {
		t.Errorf("consented: %t %v", ok, err)
	}

	// Each refresh gives another refresh token, which is kept, sealed.
	for n := range 3 {
		before := string(grants.held["org_1/con_1"])
		for range 2 { // the second call uses the same access token
			res, failure := b.do(conn, "read", nil)
			if failure != nil {
				t.Fatalf("round %d: %v", n, failure)
			}
			b.silent([]string{"access-token", "refresh-token", "client-s3cret"}, res.Request, string(value.JSON(res.Outputs)))
		}
		after := string(grants.held["org_1/con_1"])
		if after == before || strings.Contains(after, "refresh-token") {
			t.Errorf("round %d: what is kept: %q", n, after)
		}
		now = now.Add(2 * time.Hour)
	}
	if a.count != 3 {
		t.Errorf("%d refreshes, want 3", a.count)
	}
	// Another engine, after a restart, goes on from what is kept.
	sealed, err := b.ResealGrant("org_1", "con_1", grants.held["org_1/con_1"])
	if err != nil {
		t.Fatal(err)
	}
	grants.held["org_1/con_1"] = sealed
	if _, failure := b.do(conn, "read", nil); failure != nil {
		t.Error(failure)
	}
	if _, err := b.ResealGrant("org_1", "con_2", sealed); err == nil {
		t.Error("what is kept for one connection opens for another")
	}

	// It is not sent to another address than it was given for.
	moved := conn
	moved.Settings = value.Map("url", a.URL+"/elsewhere", "client_id", "client-1")
	if _, failure := b.do(moved, "read", nil); failure == nil || failure.Code != "not_signed_in" || !strings.Contains(failure.Message, "leads elsewhere") {
		t.Errorf("moved: %v", failure)
	}
	if ok, err := b.Consented(t.Context(), moved); err != nil || ok {
		t.Errorf("moved and consented: %t %v", ok, err)
	}

	// A refresh token that holds no more is told, and not shown.
	a.refuse, now = "invalid_grant", now.Add(2*time.Hour)
	_, failure = b.do(conn, "read", nil)
	if failure == nil || !failure.Auth || failure.Code != "invalid_grant" {
		t.Errorf("%v", failure)
	}
	b.silent([]string{"refresh-token", "client-s3cret"}, failure)
}

func TestRefreshTokenIsNotLost(t *testing.T) {
	a := newAuthority(t)
	a.rotate = true
	grants := &shelfOfGrants{held: map[string][]byte{}}
	now := time.Now()
	b := newWays(t, grants, func() time.Time { return now })
	conn := b.connection("ways", connector.AuthorizationCode, value.Map("url", a.URL, "client_id", "client-1"), "client_secret", "client-s3cret")
	begun, err := b.Consent(conn, "http://r", "s")
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Redeem(t.Context(), conn, connector.Return{Code: browse(t, begun.URL).Get("code"), State: "s", Redirect: "http://r", Sealed: begun.Sealed}); err != nil {
		t.Fatal(err)
	}
	var calls sync.WaitGroup
	for range 8 {
		calls.Go(func() {
			if _, failure := b.do(conn, "read", nil); failure != nil {
				t.Error(failure)
			}
		})
	}
	calls.Wait()
	if a.count != 1 {
		t.Errorf("%d refreshes for calls at one time", a.count)
	}
	// A token that cannot be kept is not lost: it is kept later.
	grants.fail, now = fmt.Errorf("the disk is full"), now.Add(2*time.Hour)
	_, failure := b.do(conn, "read", nil)
	if failure == nil || !failure.Transient || failure.Auth || failure.Err.Error() != "the disk is full" {
		t.Errorf("%+v", failure)
	}
	b.silent([]string{"refresh-token"}, failure)
	grants.fail = nil
	if _, failure := b.do(conn, "read", nil); failure != nil || a.count != 2 {
		t.Errorf("later: %v after %d refreshes", failure, a.count)
	}
}

// Two processes use one connection: each goes on from the refresh token that the
// other left.
func TestRefreshTokenIsReplacedElsewhere(t *testing.T) {
	a := newAuthority(t)
	a.rotate = true
	grants := &shelfOfGrants{held: map[string][]byte{}}
	now := time.Now()
	clock := func() time.Time { return now }
	file := path.Join(t.TempDir(), "key")
	one, two := newWaysWith(t, file, grants, clock), newWaysWith(t, file, grants, clock)
	conn := one.connection("ways", connector.AuthorizationCode, value.Map("url", a.URL, "client_id", "client-1"), "client_secret", "client-s3cret")
	begun, err := one.Consent(conn, "http://r", "s")
	if err != nil {
		t.Fatal(err)
	}
	if err := one.Redeem(t.Context(), conn, connector.Return{Code: browse(t, begun.URL).Get("code"), State: "s", Redirect: "http://r", Sealed: begun.Sealed}); err != nil {
		t.Fatal(err)
	}
	for n, b := range []*bench{one, two, one, two} {
		if _, failure := b.do(conn, "read", nil); failure != nil {
			t.Fatalf("call %d: %v", n, failure)
		}
		now = now.Add(2 * time.Hour)
	}
	if a.count != 4 {
		t.Errorf("%d refreshes", a.count)
	}
}

func TestAsks(t *testing.T) {
	shelf, err := connector.Load(ways)
	if err != nil {
		t.Fatal(err)
	}
	con, ok := shelf.Get("ways")
	if !ok {
		t.Fatal("ways is not on the shelf")
	}
	for name, tt := range map[string]struct {
		kind     connector.AuthKind
		settings *value.Object
		want     string
	}{
		"those of the connector":      {"jwt_bearer", value.Map("url", "https://x.example"), "[a b]"},
		"no settings":                 {"jwt_bearer", nil, "[a b]"},
		"those that the settings say": {"jwt_bearer", value.Map("scopes", " c\n  d "), "[c d]"},
		"blanks say nothing":          {"jwt_bearer", value.Map("scopes", "  "), "[a b]"},
		"a key has none":              {"api_key_query", value.Map(), "[]"},
	} {
		auth, ok := con.AuthOf(tt.kind)
		if !ok {
			t.Fatalf("%s: no %s", name, tt.kind)
		}
		if got := fmt.Sprint(auth.Asks(tt.settings)); got != tt.want {
			t.Errorf("%s: %s instead of %s", name, got, tt.want)
		}
	}
}
