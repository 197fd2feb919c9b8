package oauth

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"sallyport/internal/secret"
)

// Key is a private key that signs for a client.
type Key struct {
	// Owner is whose key it is, where it says so itself: the address of a
	// Google service account.
	Owner string

	key jose.SigningKey
	id  string
}

// ParseKey reads a private key, RSA or elliptic: PEM (PKCS#8, PKCS#1, SEC 1),
// a JSON Web Key, or the JSON that Google gives for a service account. The id
// names its public half to the server; the two kinds of JSON may bring their
// own. No error shows any of the key.
func ParseKey(text, id string) (*Key, error) {
	text = strings.TrimSpace(text)
	owner := ""
	var account struct {
		Email string `json:"client_email"`
		Key   string `json:"private_key"`
		ID    string `json:"private_key_id"`
	}
	if strings.HasPrefix(text, "{") && json.Unmarshal([]byte(text), &account) == nil && account.Key != "" {
		owner, text = account.Email, strings.TrimSpace(account.Key)
		if id == "" {
			id = account.ID
		}
	}
	var private any
	if strings.HasPrefix(text, "{") {
		var jwk jose.JSONWebKey
		if err := json.Unmarshal([]byte(text), &jwk); err != nil || jwk.IsPublic() {
			return nil, errors.New("the private key is no private JSON Web Key")
		}
		private = jwk.Key
		if id == "" {
			id = jwk.KeyID
		}
	} else {
		block, _ := pem.Decode([]byte(text))
		if block == nil {
			return nil, errors.New("the private key is neither PEM nor a JSON Web Key: paste all of it, the BEGIN and END lines too")
		}
		if private = secret.PrivateKey(block.Bytes); private == nil {
			return nil, fmt.Errorf("the private key is a PEM block of type %.40q that cannot be read: an unencrypted PKCS#8, PKCS#1 or SEC 1 key is wanted", block.Type)
		}
	}
	alg, err := algorithm(private)
	if err != nil {
		return nil, err
	}
	return &Key{Owner: owner, key: jose.SigningKey{Algorithm: alg, Key: private}, id: id}, nil
}

func algorithm(private any) (jose.SignatureAlgorithm, error) {
	switch k := private.(type) {
	case *rsa.PrivateKey:
		if k.N.BitLen() < 2048 {
			return "", fmt.Errorf("the private key has %d bits: 2048 are the least", k.N.BitLen())
		}
		return jose.RS256, nil
	case *ecdsa.PrivateKey:
		switch k.Curve.Params().BitSize {
		case 256:
			return jose.ES256, nil
		case 384:
			return jose.ES384, nil
		case 521:
			return jose.ES512, nil
		}
	}
	return "", errors.New("the private key is of a kind that cannot sign here: RSA, or elliptic of 256, 384 or 521 bits is wanted")
}

// assertion returns a client assertion (RFC 7523 section 3), good for five
// minutes and for one use.
func (k *Key) assertion(client, audience string, now time.Time) (string, error) {
	return sign(k.key, k.header(), map[string]any{
		"iss": client, "sub": client, "aud": audience, "jti": rand.Text(),
		"iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(),
	})
}

// grant returns an assertion that is itself the right to a token (RFC 7523
// section 2.1), good for five minutes. The scopes stand in it, where Google and
// others look for them; a service account that acts for nobody names no subject.
func (k *Key) grant(c Client, now time.Time) (string, error) {
	issuer := c.ID
	if issuer == "" {
		issuer = k.Owner
	}
	if issuer == "" {
		return "", errors.New("it is not known whose key it is: name the issuer")
	}
	audience := c.Audience
	if audience == "" {
		audience = c.TokenURL
	}
	claims := map[string]any{"iss": issuer, "aud": audience, "jti": rand.Text(), "iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix()}
	switch {
	case c.Subject != "":
		claims["sub"] = c.Subject
	case k.Owner == "": // RFC 7523 section 3: a subject there must be
		claims["sub"] = issuer
	}
	if len(c.Scopes) > 0 {
		claims["scope"] = strings.Join(c.Scopes, " ")
	}
	return sign(k.key, k.header(), claims)
}

func (k *Key) header() *jose.SignerOptions {
	opts := (&jose.SignerOptions{}).WithType("JWT")
	if k.id != "" {
		opts = opts.WithHeader("kid", k.id)
	}
	return opts
}

func sign(key jose.SigningKey, opts *jose.SignerOptions, claims map[string]any) (string, error) {
	signer, err := jose.NewSigner(key, opts)
	if err != nil {
		return "", fmt.Errorf("sign: %w", err)
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("sign: %w", err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		return "", fmt.Errorf("sign: %w", err)
	}
	return signed.CompactSerialize()
}

// proofs makes the proofs that a token is used by whom it was given to (RFC 9449).
type proofs struct {
	key           jose.SigningKey
	nonce         string // of the token endpoint
	resourceNonce string // of the resources
}

func newProofs() (*proofs, error) {
	// RSA, because it is what every Okta org is known to take here.
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, fmt.Errorf("make a key for bound tokens: %w", err)
	}
	return &proofs{key: jose.SigningKey{Algorithm: jose.RS256, Key: key}}, nil
}

// sign returns a proof for one request: without a token for the token
// endpoint, with it for a resource.
func (p *proofs) sign(method string, u *url.URL, now time.Time, token string) (string, error) {
	target := *u
	target.RawQuery, target.Fragment, target.User = "", "", nil
	claims := map[string]any{"htm": method, "htu": target.String(), "iat": now.Unix(), "jti": rand.Text()}
	nonce := p.nonce
	if token != "" {
		sum := sha256.Sum256([]byte(token))
		claims["ath"] = base64.RawURLEncoding.EncodeToString(sum[:])
		nonce = p.resourceNonce
	}
	if nonce != "" {
		claims["nonce"] = nonce
	}
	public := jose.JSONWebKey{Key: p.key.Key.(crypto.Signer).Public()}
	return sign(p.key, (&jose.SignerOptions{}).WithType("dpop+jwt").WithHeader("jwk", public), claims)
}
