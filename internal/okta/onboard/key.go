package onboard

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"

	"github.com/go-jose/go-jose/v4"

	"sallyport/internal/connector/oauth"
	"sallyport/internal/errs"
	"sallyport/internal/secret"
)

// KeyKind is a kind of key pair that Okta takes from service apps.
type KeyKind string

// The kinds of keys.
const (
	RSA KeyKind = "rsa" // 3072 bits, RS256
	EC  KeyKind = "ec"  // P-256, ES256
)

const rsaBits = 3072

// Key is a key pair of a service app. Its private half is nowhere but here.
type Key struct {
	ID string // the kid: the thumbprint of its public half (RFC 7638)

	public  json.RawMessage
	private crypto.Signer
}

// NewKey makes a key pair.
func NewKey(kind KeyKind) (*Key, error) {
	var private crypto.Signer
	var err error
	alg := jose.RS256
	switch kind {
	case RSA:
		private, err = rsa.GenerateKey(rand.Reader, rsaBits)
	case EC:
		private, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		alg = jose.ES256
	default:
		return nil, errs.New(errs.Invalid, "%q is no kind of key: %s or %s is", kind, RSA, EC)
	}
	if err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	jwk := jose.JSONWebKey{Key: private.Public(), Algorithm: string(alg), Use: "sig"}
	thumb, err := jwk.Thumbprint(crypto.SHA256)
	if err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	jwk.KeyID = base64.RawURLEncoding.EncodeToString(thumb)
	public, err := jwk.MarshalJSON()
	if err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	return &Key{ID: jwk.KeyID, public: public, private: private}, nil
}

// Public returns the public half as a JSON Web Key (RFC 7517).
func (k *Key) Public() json.RawMessage { return k.public }

// PEM returns the private half as PEM, in PKCS#8.
func (k *Key) PEM() (secret.Text, error) {
	der, err := x509.MarshalPKCS8PrivateKey(k.private)
	if err != nil {
		return secret.Text{}, fmt.Errorf("write the key: %w", err)
	}
	return secret.NewText(string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))), nil
}

// signer returns what signs client assertions with the key.
func (k *Key) signer() (*oauth.Key, error) {
	text, err := k.PEM()
	if err != nil {
		return nil, err
	}
	return oauth.ParseKey(text.Reveal(), k.ID)
}
