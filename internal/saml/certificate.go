package saml

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"strings"
	"time"
)

// ExpiryNotice is how long before the end a warning is given.
const ExpiryNotice = 30 * 24 * time.Hour

// Fingerprint returns the SHA-256 fingerprint of a certificate as tools show it: upper-case pairs with colons.
func Fingerprint(cert *x509.Certificate) string { return fingerprint(cert.Raw) }

func fingerprint(der []byte) string {
	sum := sha256.Sum256(der)
	return strings.ReplaceAll(fmt.Sprintf("% X", sum[:]), " ", ":")
}

func fingerprints(certs []*x509.Certificate) string {
	var all []string
	for _, c := range certs {
		all = append(all, Fingerprint(c))
	}
	return strings.Join(all, " or ")
}

func validAt(cert *x509.Certificate, now time.Time) bool {
	return !now.Before(cert.NotBefore) && !now.After(cert.NotAfter)
}

// Warning is what an administrator should know of metadata that is in use.
type Warning struct {
	Text        string
	Until       time.Time // when sign-ins are affected, or since when
	Certificate *x509.Certificate
}

// Warnings returns what is over, not valid yet, or over within [ExpiryNotice].
func (i IDP) Warnings(now time.Time) []Warning {
	var all []Warning
	day := func(t time.Time) string { return t.UTC().Format(time.DateOnly) }
	for _, c := range i.Certificates {
		w := Warning{Certificate: c, Until: c.NotAfter}
		switch {
		case now.After(c.NotAfter):
			w.Text = "the signing certificate expired on " + day(c.NotAfter) + "; what it signs is refused"
		case now.Before(c.NotBefore):
			w.Text, w.Until = "the signing certificate is not valid before "+day(c.NotBefore), c.NotBefore
		case c.NotAfter.Sub(now) <= ExpiryNotice:
			w.Text = "the signing certificate expires on " + day(c.NotAfter)
		default:
			continue
		}
		all = append(all, w)
	}
	switch until := i.ValidUntil; {
	case until.IsZero() || until.Sub(now) > ExpiryNotice:
	case now.Before(until):
		all = append(all, Warning{Text: "the metadata is valid until " + day(until), Until: until})
	default:
		all = append(all, Warning{Text: "the metadata was valid until " + day(until), Until: until})
	}
	return all
}

// readCertificate reads one ds:X509Certificate and checks its key.
func readCertificate(s string) (*x509.Certificate, error) {
	der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		return nil, fmt.Errorf("is no base64: %w", err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("cannot be read: %w", err)
	}
	switch k := cert.PublicKey.(type) {
	case *rsa.PublicKey:
		if bits := k.N.BitLen(); bits < 2048 || bits > 8192 {
			return nil, fmt.Errorf("has an RSA key of %d bits; 2048 to 8192 are allowed", bits)
		}
	case *ecdsa.PublicKey:
		if bits := k.Curve.Params().BitSize; bits < 256 {
			return nil, fmt.Errorf("has an ECDSA key of %d bits; 256 are needed", bits)
		}
	default:
		return nil, fmt.Errorf("has a %s key; RSA and ECDSA are allowed", cert.PublicKeyAlgorithm)
	}
	return cert, nil
}
