package portal

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"sync"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/saml"
)

// spKeyContext binds the sealed key to its organization.
func spKeyContext(org string) []byte { return []byte("sso key\x00" + org) }

// ResealKey seals an organization's key with the current key of the keyring.
func ResealKey(keys Keys, org string, sealed []byte) ([]byte, error) {
	plain, err := keys.Unseal(sealed, spKeyContext(org))
	if err != nil {
		return nil, err
	}
	return keys.Seal(plain, spKeyContext(org))
}

// spKeyBits and spKeyYears are of the key that signs our requests. What a
// certificate says but the key, nobody looks at.
const (
	spKeyBits  = 2048
	spKeyYears = 20
)

// sp returns this service provider as an organization's identity provider knows
// it, with its key, which is made where there is none.
func (s *SSO) sp(ctx context.Context, org Organization) (saml.SP, error) {
	u := s.urls(org)
	sp := saml.SP{EntityID: u.EntityID, ACS: u.ACS, SLO: u.SLO}
	if k, ok := s.parsed.key(org.ID); ok {
		sp.Key, sp.Certificate = k.key, k.certificate
		return sp, nil
	}
	sealed, der, err := s.o.Keys.Key(ctx, org.ID)
	if errs.KindOf(err) == errs.NotFound {
		if err := s.makeKey(ctx, org); err != nil {
			return sp, fmt.Errorf("make the organization's key: %w", err)
		}
		sealed, der, err = s.o.Keys.Key(ctx, org.ID)
	}
	if err != nil {
		return sp, fmt.Errorf("read the organization's key: %w", err)
	}
	plain, err := s.o.Sealer.Unseal(sealed, spKeyContext(org.ID))
	if err != nil {
		return sp, fmt.Errorf("open the organization's key: %w", err)
	}
	key, err := x509.ParsePKCS8PrivateKey(plain)
	if err != nil {
		return sp, fmt.Errorf("read the organization's key: %w", err)
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return sp, errors.New("the organization's key does not sign")
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return sp, fmt.Errorf("read the organization's certificate: %w", err)
	}
	s.parsed.keep(org.ID, spKey{signer, cert})
	sp.Key, sp.Certificate = signer, cert
	return sp, nil
}

func (s *SSO) makeKey(ctx context.Context, org Organization) error {
	key, err := rsa.GenerateKey(rand.Reader, spKeyBits)
	if err != nil {
		return err
	}
	now := s.o.Now()
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return err
	}
	like := &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: "Sallyport " + org.Slug}, NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(spKeyYears, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, like, like, key.Public(), key)
	if err != nil {
		return err
	}
	plain, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	sealed, err := s.o.Sealer.Seal(plain, spKeyContext(org.ID))
	if err != nil {
		return err
	}
	return s.o.Keys.AddKey(ctx, org.ID, sealed, der, now)
}

type spKey struct {
	key         crypto.Signer
	certificate *x509.Certificate
}

// maxParsed bounds how much is kept read.
const maxParsed = 1000

// parsedMetadata keeps what was read, so that it is not read at each sign-in.
type parsedMetadata struct {
	mu   sync.Mutex
	idps map[string]saml.IDP
	keys map[string]spKey
	sets map[string]heldKeys // of issuers, by their URL
}

func (p *parsedMetadata) key(org string) (spKey, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	k, ok := p.keys[org]
	return k, ok
}

func (p *parsedMetadata) keep(org string, k spKey) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.keys == nil || len(p.keys) >= maxParsed {
		p.keys = map[string]spKey{}
	}
	p.keys[org] = k
}

// idp returns what settings say of the identity provider.
func (s *SSO) idp(set SSOSettings) (saml.IDP, error) {
	sum := sha256.Sum256([]byte(set.Metadata))
	name := hex.EncodeToString(sum[:])
	s.parsed.mu.Lock()
	idp, ok := s.parsed.idps[name]
	s.parsed.mu.Unlock()
	if ok {
		return idp, nil
	}
	idp, err := saml.ParseMetadata([]byte(set.Metadata), saml.MetadataOptions{Now: set.MetadataAt, AllowLoopback: s.o.AllowLoopback})
	if err != nil {
		return idp, err
	}
	idp.Raw = nil
	s.parsed.mu.Lock()
	defer s.parsed.mu.Unlock()
	if s.parsed.idps == nil || len(s.parsed.idps) >= maxParsed {
		s.parsed.idps = map[string]saml.IDP{}
	}
	s.parsed.idps[name] = idp
	return idp, nil
}
