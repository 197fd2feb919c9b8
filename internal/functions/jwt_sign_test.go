package functions

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"math/big"
	"strings"
	"testing"

	"sallyport/internal/value"
)

func TestJwtSign(t *testing.T) {
	check(t, "jwt.sign", map[string]example{
		"a secret":        {`{"algorithm":"HS256","key":"secret","claims":{"a":1},"issuer":"i","no_timestamp":true}`, `{"token":"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJhIjoxLCJpc3MiOiJpIn0.jMZclQJnpcaGshomtHICyLaI_R9QpZtBqNAkiZNkShQ"}`},
		"no algorithm":    {`{"key":"secret"}`, ``},
		"none is none":    {`{"algorithm":"none","key":"secret"}`, ``},
		"no such":         {`{"algorithm":"HS1","key":"secret"}`, ``},
		"an empty key":    {`{"algorithm":"HS256","key":""}`, ``},
		"no key":          {`{"algorithm":"HS256"}`, ``},
		"a secret for RS": {`{"algorithm":"RS256","key":"secret"}`, ``},
		"no header":       {`{"algorithm":"HS256","key":"secret","header":"{"}`, ``},
	})
}

func decodeJWT(t *testing.T, token string) (header, claims *value.Object, signature []byte) {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("%q has %d parts", token, len(parts))
	}
	var raw [3][]byte
	for i, p := range parts {
		b, err := base64.RawURLEncoding.DecodeString(p)
		if err != nil {
			t.Fatal(err)
		}
		raw[i] = b
	}
	header, claims = value.NewObject(2), value.NewObject(2)
	if err := errors.Join(header.UnmarshalJSON(raw[0]), claims.UnmarshalJSON(raw[1])); err != nil {
		t.Fatal(err)
	}
	return header, claims, raw[2]
}

func TestJwtSignClaims(t *testing.T) {
	args := value.Map("algorithm", "HS512", "key", "k", "claims", value.Map("role", "x", "iss", "lost"), "header", `{"kid":"7","alg":"none"}`,
		"issuer", "i", "subject", "s", "audience", []any{"a", "b"}, "id", "1", "expires_in", 600.0, "not_before", -5.0)
	out, err := find(t, "jwt.sign").Run(fixed(false), args)
	if err != nil {
		t.Fatal(err)
	}
	header, claims, _ := decodeJWT(t, out.Text("token"))
	if got := string(value.JSON(header)); got != `{"alg":"HS512","typ":"JWT","kid":"7"}` {
		t.Error(got)
	}
	if got := string(value.JSON(claims)); got != `{"role":"x","iss":"i","iat":1772600767,"exp":1772601367,"nbf":1772600762,"aud":["a","b"],"sub":"s","jti":"1"}` {
		t.Error(got)
	}
}

// Tokens are verified with the standard library, and not with what signed them.
func TestJwtSignKeys(t *testing.T) {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	ecKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ecRaw, err := x509.MarshalECPrivateKey(ecKey)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(rsaKey)
	if err != nil {
		t.Fatal(err)
	}
	armor := func(kind string, b []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: b}))
	}
	rs := func(sum, sig []byte) bool {
		return rsa.VerifyPKCS1v15(&rsaKey.PublicKey, crypto.SHA256, sum, sig) == nil
	}
	tests := map[string]struct {
		algorithm, key string
		valid          func(sum, sig []byte) bool // nil: refused
	}{
		"RS256, PKCS 1": {"RS256", armor("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(rsaKey)), rs},
		"RS256, PKCS 8": {"RS256", armor("PRIVATE KEY", pkcs8), rs},
		"on one line":   {"RS256", strings.ReplaceAll(armor("PRIVATE KEY", pkcs8), "\n", `\n`), rs},
		"PS256": {"PS256", armor("PRIVATE KEY", pkcs8), func(sum, sig []byte) bool {
			return rsa.VerifyPSS(&rsaKey.PublicKey, crypto.SHA256, sum, sig, nil) == nil
		}},
		"ES256": {"ES256", armor("EC PRIVATE KEY", ecRaw), func(sum, sig []byte) bool {
			return len(sig) == 64 && ecdsa.Verify(&ecKey.PublicKey, sum, new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:]))
		}},
		"another curve": {"ES384", armor("EC PRIVATE KEY", ecRaw), nil},
		"another kind":  {"ES256", armor("PRIVATE KEY", pkcs8), nil},
		"and back":      {"RS256", armor("EC PRIVATE KEY", ecRaw), nil},
		"no key in it":  {"RS256", armor("PRIVATE KEY", []byte("x")), nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			out, err := find(t, "jwt.sign").Run(fixed(true), value.Map("algorithm", tt.algorithm, "key", tt.key))
			if tt.valid == nil {
				if err == nil || strings.Contains(err.Error(), "BEGIN") {
					t.Errorf("error %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			token := out.Text("token")
			_, _, sig := decodeJWT(t, token)
			signed := token[:strings.LastIndexByte(token, '.')]
			if sum := sha256.Sum256([]byte(signed)); !tt.valid(sum[:], sig) {
				t.Error("the signature is not valid")
			}
		})
	}
}

// Whatever is given as a header, the algorithm is the one that signs.
func FuzzJWTHeader(f *testing.F) {
	f.Add(`{"kid":"1","alg":"none"}`)
	f.Add(`[1]`)
	f.Fuzz(func(t *testing.T, text string) {
		header, err := jwtHeader("HS256", text)
		if err == nil && header.Text("alg") != "HS256" {
			t.Fatalf("%q made %s", text, value.JSON(header))
		}
	})
}
