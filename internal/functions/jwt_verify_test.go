package functions

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"strings"
	"testing"

	"sallyport/internal/value"
)

func TestJwtVerify(t *testing.T) {
	check(t, "jwt.verify", map[string]example{
		"a secret":     {`{"token":"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJhIjoxLCJpc3MiOiJpIn0.jMZclQJnpcaGshomtHICyLaI_R9QpZtBqNAkiZNkShQ","key":"secret","issuer":"i"}`, `{"claims":{"a":1,"iss":"i"}}`},
		"another key":  {`{"token":"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJhIjoxLCJpc3MiOiJpIn0.jMZclQJnpcaGshomtHICyLaI_R9QpZtBqNAkiZNkShQ","key":"other"}`, ``},
		"altered":      {`{"token":"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJhIjoyLCJpc3MiOiJpIn0.jMZclQJnpcaGshomtHICyLaI_R9QpZtBqNAkiZNkShQ","key":"secret"}`, ``},
		"unsigned":     {`{"token":"eyJhbGciOiJub25lIn0.eyJhIjoxfQ.","key":"secret"}`, ``},
		"none":         {`{"token":"eyJhbGciOiJub25lIn0.eyJhIjoxfQ.","key":"secret","algorithm":"none"}`, ``},
		"an empty key": {`{"token":"eyJhbGciOiJIUzI1NiJ9.e30.4E_Bsx-pJi3kOW9wVXN8CgbATwP09D9V5gxh9-9zSZ0","key":""}`, ``},
		"two parts":    {`{"token":"a.b","key":"secret"}`, ``},
		"no Base64":    {`{"token":"a.b.!","key":"secret"}`, ``},
		"no token":     {`{"key":"secret"}`, ``},
	})
}

func TestJwtVerifyClaims(t *testing.T) {
	sign := func(args ...any) string {
		out, err := find(t, "jwt.sign").Run(fixed(false), value.Map(append([]any{"algorithm", "HS256", "key", "k"}, args...)...))
		if err != nil {
			t.Fatal(err)
		}
		return out.Text("token")
	}
	tests := map[string]struct {
		token string
		args  []any
		says  string // empty: valid
	}{
		"valid":                 {sign("expires_in", 60.0, "audience", "a", "subject", "s"), []any{"audience", "a", "subject", "s"}, ""},
		"for several":           {sign("audience", []any{"a", "b"}), []any{"audience", "b"}, ""},
		"expired":               {sign("expires_in", -1.0), nil, "expired"},
		"expired, and let be":   {sign("expires_in", -1.0), []any{"ignore_expiration", true}, ""},
		"not yet":               {sign("not_before", 60.0), nil, "not valid yet"},
		"times as words":        {sign("claims", value.Map("exp", "never")), nil, "no numbers"},
		"another audience":      {sign("audience", "a"), []any{"audience", "b"}, "another audience"},
		"no audience":           {sign(), []any{"audience", "b"}, "another audience"},
		"another issuer":        {sign("issuer", "a"), []any{"issuer", "b"}, "issuer"},
		"another subject":       {sign("subject", "a"), []any{"subject", "b"}, "subject"},
		"another algorithm":     {sign(), []any{"algorithm", "HS512"}, "signature"},
		"more than is known":    {sign("header", value.Map("crit", []any{"x"})), nil, "more than is known"},
		"a key of another kind": {sign(), []any{"algorithm", "RS256"}, "key: "},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := find(t, "jwt.verify").Run(fixed(false), value.Map(append([]any{"token", tt.token, "key", "k"}, tt.args...)...))
			if (err == nil) != (tt.says == "") || err != nil && !strings.Contains(err.Error(), tt.says) {
				t.Errorf("error %v, want one that says %q", err, tt.says)
			}
		})
	}
}

// What is signed with a private key is verified with its public one, in every
// algorithm, and with no other.
func TestJwtVerifyKeys(t *testing.T) {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	armor := func(kind string, b []byte, err error) string {
		if err != nil {
			t.Fatal(err)
		}
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: b}))
	}
	pair := func(private crypto.Signer) [2]string {
		b, err := x509.MarshalPKCS8PrivateKey(private)
		p, errPublic := x509.MarshalPKIXPublicKey(private.Public())
		return [2]string{armor("PRIVATE KEY", b, err), armor("PUBLIC KEY", p, errPublic)}
	}
	keys := map[string][2]string{"RS256": pair(rsaKey), "RS512": pair(rsaKey), "PS384": pair(rsaKey)}
	for name, curve := range map[string]elliptic.Curve{"ES256": elliptic.P256(), "ES384": elliptic.P384(), "ES512": elliptic.P521()} {
		k, err := ecdsa.GenerateKey(curve, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		keys[name] = pair(k)
	}
	for algorithm, key := range keys {
		t.Run(algorithm, func(t *testing.T) {
			out, err := find(t, "jwt.sign").Run(fixed(false), value.Map("algorithm", algorithm, "key", key[0]))
			if err != nil {
				t.Fatal(err)
			}
			token := out.Text("token")
			verify := func(token, key string) error {
				_, err := find(t, "jwt.verify").Run(fixed(false), value.Map("token", token, "algorithm", algorithm, "key", key))
				return err
			}
			if err := verify(token, key[1]); err != nil {
				t.Error(err)
			}
			if err := verify(token[:len(token)-8]+"AAAAAAAA", key[1]); err == nil {
				t.Error("another signature was taken")
			}
			if _, err := find(t, "jwt.verify").Run(fixed(false), value.Map("token", token, "key", key[1])); err == nil || !strings.Contains(err.Error(), "no secret") {
				t.Errorf("a public key was taken for a secret: %v", err)
			}
			if algorithm != "ES256" && verify(token, keys["ES256"][1]) == nil {
				t.Error("another key was taken")
			}
		})
	}
}
