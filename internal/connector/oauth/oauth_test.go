package oauth_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sallyport/internal/connector/oauth"
)

// server is a token endpoint and a resource behind it.
type server struct {
	*httptest.Server
	asked  atomic.Int32
	public crypto.PublicKey // of the client that signs
	dpop   bool             // demands bound tokens, with a nonce
	now    func() time.Time
	answer func(w http.ResponseWriter, r *http.Request) bool // instead, if it returns true

	mu   sync.Mutex
	seen map[string]bool // ids of assertions and proofs
	auth []string        // what the token requests were signed in with
}

func newServer(t *testing.T) *server {
	t.Helper()
	s := &server{now: time.Now, seen: map[string]bool{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /oauth2/v1/token", s.token)
	s.Server = httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

func (s *server) refuse(w http.ResponseWriter, code, description string) {
	w.Header().Set("Date", s.now().UTC().Format(http.TimeFormat))
	w.WriteHeader(http.StatusBadRequest)
	fmt.Fprintf(w, `{"error":%q,"error_description":%q}`, code, description)
}

func (s *server) token(w http.ResponseWriter, r *http.Request) {
	n := s.asked.Add(1)
	if s.answer != nil && s.answer(w, r) {
		return
	}
	if err := r.ParseForm(); err != nil || len(r.URL.Query()) > 0 || r.Form.Get("grant_type") != "client_credentials" {
		s.refuse(w, "invalid_request", "a form with a grant is wanted")
		return
	}
	if s.dpop {
		if r.Header.Get("DPoP") == "" {
			s.refuse(w, "invalid_dpop_proof", "The DPoP proof JWT header is missing.")
			return
		}
		claims := s.verify(r.Header.Get("DPoP"), nil)
		if claims["nonce"] != "n-1" {
			w.Header().Set("Dpop-Nonce", "n-1")
			s.refuse(w, "use_dpop_nonce", "Authorization server requires nonce in DPoP proof.")
			return
		}
	}
	who, ok := s.identity(r)
	if !ok {
		s.refuse(w, "invalid_client", "The client is not known: "+who)
		return
	}
	s.mu.Lock()
	s.auth = append(s.auth, who+" "+r.Form.Get("scope"))
	s.mu.Unlock()
	kind := "Bearer"
	if s.dpop {
		kind = "DPoP"
	}
	fmt.Fprintf(w, `{"token_type":%q,"expires_in":3600,"access_token":"t-%d","scope":"x"}`, kind, n)
}

func (s *server) identity(r *http.Request) (string, bool) {
	if id, secret, ok := r.BasicAuth(); ok {
		return "basic " + id + ":" + secret, true
	}
	if a := r.Form.Get("client_assertion"); a != "" {
		claims := s.verify(a, s.public)
		exp, _ := claims["exp"].(float64)
		left := time.Unix(int64(exp), 0).Sub(s.now())
		ok := claims["iss"] == "0oa1" && claims["sub"] == "0oa1" && claims["aud"] == s.URL+"/oauth2/v1/token" && left > 0 && left <= time.Hour &&
			r.Form.Get("client_assertion_type") == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
		return fmt.Sprint("assertion ", claims["kid"], claims), ok
	}
	return "form " + r.Form.Get("client_id") + ":" + r.Form.Get("client_secret"), true
}

// verify checks a signature by itself, and returns the claims and header as
// one; nil where it does not hold or was used before.
func (s *server) verify(jwt string, public crypto.PublicKey) map[string]any {
	parts := strings.Split(jwt, ".")
	if len(parts) != 3 {
		return nil
	}
	all := map[string]any{}
	for _, part := range parts[:2] {
		raw, err := base64.RawURLEncoding.DecodeString(part)
		if err != nil || json.Unmarshal(raw, &all) != nil {
			return nil
		}
	}
	if jwk, ok := all["jwk"].(map[string]any); ok && public == nil {
		n, _ := base64.RawURLEncoding.DecodeString(jwk["n"].(string))
		public = &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: 65537}
		if jwk["d"] != nil || all["typ"] != "dpop+jwt" {
			return nil
		}
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	sig, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil {
		return nil
	}
	switch k := public.(type) {
	case *rsa.PublicKey:
		if all["alg"] != "RS256" || rsa.VerifyPKCS1v15(k, crypto.SHA256, sum[:], sig) != nil {
			return nil
		}
	case *ecdsa.PublicKey:
		if all["alg"] != "ES256" || len(sig) != 64 || !ecdsa.Verify(k, sum[:], new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:])) {
			return nil
		}
	default:
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	id, _ := all["jti"].(string)
	if id == "" || s.seen[id] {
		return nil
	}
	s.seen[id] = true
	return all
}

func (s *server) source(c oauth.Client, now func() time.Time) *oauth.Source {
	c.TokenURL = s.URL + "/oauth2/v1/token"
	return oauth.NewSource(c, oauth.Options{Send: s.Client().Do, Now: now})
}

func authorize(t *testing.T, s *oauth.Source) *http.Request {
	t.Helper()
	req := httptest.NewRequest(http.MethodGet, "https://acme.okta.com/api/v1/users?limit=1", nil)
	if _, err := s.Authorize(t.Context(), req); err != nil {
		t.Fatal(err)
	}
	return req
}

func key(t *testing.T, private any, id string) *oauth.Key {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	k, err := oauth.ParseKey(string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), id)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func ecKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestClientSecret(t *testing.T) {
	s := newServer(t)
	tests := map[string]struct {
		client oauth.Client
		want   string
	}{
		"in the form":  {oauth.Client{ID: "0oa1", Secret: "a b&c"}, "form 0oa1:a b&c "},
		"in a header":  {oauth.Client{ID: "0oa1", Secret: "a:b c", Basic: true}, "basic 0oa1:a%3Ab+c "},
		"with scopes":  {oauth.Client{ID: "0oa1", Secret: "x", Scopes: []string{"okta.users.read", "okta.groups.read"}}, "form 0oa1:x okta.users.read okta.groups.read"},
		"with a param": {oauth.Client{ID: "0oa1", Secret: "x", Params: url.Values{"scope": {"from params"}}}, "form 0oa1:x from params"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s.auth = nil
			req := authorize(t, s.source(tt.client, nil))
			if got := strings.Join(s.auth, ","); got != tt.want {
				t.Errorf("signed in with %q, want %q", got, tt.want)
			}
			if got := req.Header.Get("Authorization"); !strings.HasPrefix(got, "Bearer t-") {
				t.Errorf("authorization %q", got)
			}
		})
	}
}

// A server that gives tokens in a way of its own is asked in that way.
func TestRequestOfTheServersOwn(t *testing.T) {
	for name, tt := range map[string]struct{ field, answer, want string }{
		"a field":           {"bearer_token", `{"bearer_token":"tok-1","expires_at":"2026-10-18T17:26:30Z"}`, "Bearer tok-1"},
		"the usual field":   {"", `{"access_token":"tok-2"}`, "Bearer tok-2"},
		"no such field":     {"bearer_token", `{"access_token":"tok-3"}`, ""},
		"a field of no use": {"bearer_token", `{"bearer_token":{"value":"tok-4"}}`, ""},
		"no JSON":           {"bearer_token", `tok-5`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			s.answer = func(w http.ResponseWriter, r *http.Request) bool {
				body, _ := io.ReadAll(r.Body)
				if string(body) != `{"key_id":"a"}` || r.Header.Get("Content-Type") != "application/json" || r.Header.Get("Authorization") != "" {
					t.Errorf("asked with %s as %s", body, r.Header.Get("Content-Type"))
				}
				fmt.Fprint(w, tt.answer)
				return true
			}
			source := s.source(oauth.Client{Body: []byte(`{"key_id":"a"}`), Field: tt.field}, time.Now)
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL, nil)
			if err != nil {
				t.Fatal(err)
			}
			_, err = source.Authorize(t.Context(), req)
			if (err != nil) != (tt.want == "") || req.Header.Get("Authorization") != tt.want {
				t.Errorf("signed in with %q, error %v, want %q", req.Header.Get("Authorization"), err, tt.want)
			}
		})
	}
}

func TestSignedAssertion(t *testing.T) {
	s := newServer(t)
	ec := ecKey(t)
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for name, private := range map[string]crypto.Signer{"elliptic": ec, "RSA": rsaKey} {
		t.Run(name, func(t *testing.T) {
			s.public, s.auth = private.Public(), nil
			src := s.source(oauth.Client{ID: "0oa1", Key: key(t, private, "kid-1"), Scopes: []string{"a"}}, nil)
			authorize(t, src)
			if len(s.auth) != 1 || !strings.HasPrefix(s.auth[0], "assertion kid-1") {
				t.Errorf("signed in with %q", s.auth)
			}
		})
	}
	t.Run("of another key", func(t *testing.T) {
		s.public = ecKey(t).Public()
		src := s.source(oauth.Client{ID: "0oa1", Key: key(t, ec, "kid-1")}, nil)
		_, err := src.Authorize(t.Context(), httptest.NewRequest(http.MethodGet, "/", nil))
		e, ok := errors.AsType[*oauth.Error](err)
		if !ok || e.Code != "invalid_client" || !e.Refused() {
			t.Errorf("error %v, want invalid_client", err)
		}
	})
}

func TestTokenIsKeptUntilShortlyBeforeItExpires(t *testing.T) {
	s := newServer(t)
	now := time.Now()
	src := s.source(oauth.Client{ID: "0oa1", Secret: "x"}, func() time.Time { return now })
	for _, tt := range []struct {
		after time.Duration
		want  string
	}{{0, "Bearer t-1"}, {54 * time.Minute, "Bearer t-1"}, {2 * time.Minute, "Bearer t-2"}} {
		now = now.Add(tt.after)
		if got := authorize(t, src).Header.Get("Authorization"); got != tt.want {
			t.Errorf("after %v: %s, want %s", tt.after, got, tt.want)
		}
	}
	if !src.Rejected(t.Context(), "t-1", nil) {
		t.Error("no other try after a refusal")
	}
	if got := authorize(t, src).Header.Get("Authorization"); got != "Bearer t-2" {
		t.Errorf("a refusal of an old token lost the new one: %s", got)
	}
	src.Rejected(t.Context(), "t-2", nil)
	if got := authorize(t, src).Header.Get("Authorization"); got != "Bearer t-3" {
		t.Errorf("a refused token was used again: %s", got)
	}
}

func TestManyAskOnce(t *testing.T) {
	s := newServer(t)
	release := make(chan struct{})
	s.answer = func(http.ResponseWriter, *http.Request) bool { <-release; return false }
	src := s.source(oauth.Client{ID: "0oa1", Secret: "x"}, nil)
	var wg sync.WaitGroup
	var failed atomic.Int32
	for range 20 {
		wg.Go(func() {
			if _, err := src.Authorize(context.Background(), httptest.NewRequest(http.MethodGet, "/", nil)); err != nil {
				failed.Add(1)
			}
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := src.Authorize(ctx, httptest.NewRequest(http.MethodGet, "/", nil)); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that of the context", err)
	}
	close(release)
	wg.Wait()
	if s.asked.Load() != 1 || failed.Load() != 0 {
		t.Errorf("%d token requests, %d failed; want one and none", s.asked.Load(), failed.Load())
	}
}

// The sequence that was recorded: plain, with a proof, with a nonce; and each
// request of a resource with a proof of its own.
func TestBoundTokens(t *testing.T) {
	s := newServer(t)
	s.dpop = true
	ec := ecKey(t)
	s.public = ec.Public()
	src := s.source(oauth.Client{ID: "0oa1", Key: key(t, ec, "kid-1")}, nil)
	req := authorize(t, src)
	if s.asked.Load() != 3 {
		t.Errorf("%d token requests, want 3", s.asked.Load())
	}
	if got := req.Header.Get("Authorization"); got != "DPoP t-3" {
		t.Errorf("authorization %q", got)
	}
	sum := sha256.Sum256([]byte("t-3"))
	claims := s.verify(req.Header.Get("DPoP"), nil)
	for name, want := range map[string]any{
		"htm": "GET", "htu": "https://acme.okta.com/api/v1/users", "ath": base64.RawURLEncoding.EncodeToString(sum[:]), "nonce": nil,
	} {
		if claims[name] != want {
			t.Errorf("%s = %v, want %v", name, claims[name], want)
		}
	}
	if !src.Rejected(t.Context(), "t-3", http.Header{"Dpop-Nonce": {"r-1"}}) {
		t.Error("no other try with the nonce of the resource")
	}
	req = authorize(t, src)
	if claims := s.verify(req.Header.Get("DPoP"), nil); claims["nonce"] != "r-1" {
		t.Errorf("nonce %v, want that of the resource", claims["nonce"])
	}
	if s.asked.Load() != 3 {
		t.Error("the token was thrown away for a nonce")
	}
}

func TestWrongClockIsCorrected(t *testing.T) {
	s := newServer(t)
	ec := ecKey(t)
	s.public = ec.Public()
	s.now = func() time.Time { return time.Now().Add(3 * time.Hour) }
	authorize(t, s.source(oauth.Client{ID: "0oa1", Key: key(t, ec, "k")}, nil))
	if s.asked.Load() != 2 {
		t.Errorf("%d token requests, want 2", s.asked.Load())
	}
}

func TestTokenEndpointFails(t *testing.T) {
	tests := map[string]struct {
		answer  func(w http.ResponseWriter)
		says    string
		refused bool
	}{
		"Okta's own error": {func(w http.ResponseWriter) {
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprint(w, `{"errorCode":"E0000015","errorSummary":"You do not have permission to access the feature you are requesting"}`)
		}, "You do not have permission", true},
		"not JSON":     {func(w http.ResponseWriter) { w.WriteHeader(http.StatusBadGateway); fmt.Fprint(w, "<html>") }, "bad_gateway", false},
		"too many":     {func(w http.ResponseWriter) { w.WriteHeader(http.StatusTooManyRequests) }, "too_many_requests", false},
		"no token":     {func(w http.ResponseWriter) { fmt.Fprint(w, `{}`) }, "without one", false},
		"unknown kind": {func(w http.ResponseWriter) { fmt.Fprint(w, `{"access_token":"x","token_type":"mac"}`) }, "no kind of token", false},
		"a proof for ever": {func(w http.ResponseWriter) {
			w.Header().Set("Dpop-Nonce", rand.Text())
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"error":"use_dpop_nonce"}`)
		}, "use_dpop_nonce", true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			s.answer = func(w http.ResponseWriter, _ *http.Request) bool { tt.answer(w); return true }
			_, err := s.source(oauth.Client{ID: "0oa1", Secret: "sec-ret"}, nil).Authorize(t.Context(), httptest.NewRequest(http.MethodGet, "/", nil))
			if err == nil || !strings.Contains(err.Error(), tt.says) || strings.Contains(err.Error(), "sec-ret") {
				t.Fatalf("error %v, want one that says %q", err, tt.says)
			}
			e, ok := errors.AsType[*oauth.Error](err)
			if (ok && e.Refused()) != tt.refused {
				t.Errorf("refused: %v, want %v", ok && e.Refused(), tt.refused)
			}
			if s.asked.Load() > 4 {
				t.Errorf("%d requests", s.asked.Load())
			}
		})
	}
}

func TestParseKeyRefuses(t *testing.T) {
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Skip("this Go makes no small keys")
	}
	for name, text := range map[string]string{
		"nothing": "", "a token": "00abcdef", "a public JWK": `{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}`,
		"broken JSON": `{"kty":`, "a certificate": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
		"a small key": string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(small)})),
	} {
		if _, err := oauth.ParseKey(text, ""); err == nil || len(text) > 10 && strings.Contains(err.Error(), text[5:]) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestParseKeyForms(t *testing.T) {
	ec := ecKey(t)
	sec1, err := x509.MarshalECPrivateKey(ec)
	if err != nil {
		t.Fatal(err)
	}
	b := func(n *big.Int) string { return base64.RawURLEncoding.EncodeToString(n.FillBytes(make([]byte, 32))) }
	s := newServer(t)
	s.public = ec.Public()
	for name, text := range map[string]string{
		"SEC 1": string(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: sec1})),
		"JWK":   fmt.Sprintf(`{"kty":"EC","crv":"P-256","kid":"own","x":%q,"y":%q,"d":%q}`, b(ec.X), b(ec.Y), b(ec.D)), //nolint:staticcheck // the numbers of the key are what a JWK holds
	} {
		t.Run(name, func(t *testing.T) {
			k, err := oauth.ParseKey(text, "")
			if err != nil {
				t.Fatal(err)
			}
			s.auth = nil
			authorize(t, s.source(oauth.Client{ID: "0oa1", Key: k}, nil))
			if want := map[string]string{"SEC 1": "assertion <nil>", "JWK": "assertion own"}[name]; len(s.auth) != 1 || !strings.HasPrefix(s.auth[0], want) {
				t.Errorf("signed in with %q, want %q", s.auth, want)
			}
		})
	}
}

func FuzzParseKey(f *testing.F) {
	f.Add("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "")
	f.Add(`{"kty":"RSA","n":"AQAB","e":"AQAB","d":"AQAB"}`, "k")
	f.Fuzz(func(_ *testing.T, text, id string) { _, _ = oauth.ParseKey(text, id) })
}
