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
	"testing"

	"sallyport/internal/value"
)

func TestCryptoSign(t *testing.T) {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	ecKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte("My secret message!"))
	for name, tt := range map[string]struct {
		key   any
		valid func(signature []byte) bool
	}{
		"RSA": {rsaKey, func(s []byte) bool { return rsa.VerifyPKCS1v15(&rsaKey.PublicKey, crypto.SHA256, sum[:], s) == nil }},
		"EC":  {ecKey, func(s []byte) bool { return ecdsa.VerifyASN1(&ecKey.PublicKey, sum[:], s) }},
	} {
		t.Run(name, func(t *testing.T) {
			der, err := x509.MarshalPKCS8PrivateKey(tt.key)
			if err != nil {
				t.Fatal(err)
			}
			armored := string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
			out, err := find(t, "crypto.sign").Run(fixed(false), value.Map("algorithm", "sha256", "key", armored, "data", "My secret message!"))
			if err != nil {
				t.Fatal(err)
			}
			if s, err := base64.StdEncoding.DecodeString(out.Text("text")); err != nil || !tt.valid(s) {
				t.Errorf("the signature %s is not valid: %v", out.Text("text"), err)
			}
			if _, err := find(t, "crypto.sign").Run(fixed(false), value.Map("algorithm", "sha256", "key", armored, "passphrase", "p")); err == nil {
				t.Error("a passphrase was passed over")
			}
			if _, err := find(t, "crypto.sign").Run(fixed(false), value.Map("algorithm", "none", "key", armored)); err == nil {
				t.Error("no such hash")
			}
		})
	}
	check(t, "crypto.sign", map[string]example{
		"no key":  {`{"algorithm":"sha256","data":"x"}`, ``},
		"no PEM":  {`{"algorithm":"sha256","key":"secret","data":"x"}`, ``},
		"no data": {`{"algorithm":"sha256","key":"-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----"}`, ``},
	})
}
