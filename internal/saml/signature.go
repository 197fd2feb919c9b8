package saml

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"math/big"
	"strings"
	"time"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
)

// proof is what a signature covers: an element made of the canonical bytes
// that were digested, and the certificate that signed them.
type proof struct {
	el *etree.Element
	by *x509.Certificate
}

// verify checks the one signature of an element whose shape was checked. Each
// certificate of the metadata is tried alone, and what the message says about
// its key is not asked: so a rollover works, and a foreign key in the message
// is nothing.
func verify(el *etree.Element, certs []*x509.Certificate, now time.Time) (proof, error) {
	c, value, err := detach(el)
	if err != nil {
		return proof{}, err
	}
	stated := statedKey(el)
	for _, cert := range certs {
		if !validAt(cert, now) {
			continue
		}
		if v, err := verifyBy(c, value, cert, now); err == nil && is(v, el.NamespaceURI(), el.Tag) && attrValue(v, "ID") == attrValue(el, "ID") {
			return proof{el: v, by: cert}, nil
		}
	}
	for _, cert := range certs {
		if validAt(cert, now) {
			continue
		}
		if _, err := verifyBy(c, value, cert, cert.NotAfter); err == nil {
			return proof{}, outOfDate(cert, now)
		}
	}
	return proof{}, differs(CheckSignature, fingerprints(certs), stated, "signature of <"+el.Tag+">; compare the certificates' SHA-256 fingerprints")
}

func outOfDate(cert *x509.Certificate, now time.Time) error {
	return differs(CheckCertificate, cert.NotBefore.UTC().Format(time.RFC3339)+" to "+cert.NotAfter.UTC().Format(time.RFC3339),
		now.UTC().Format(time.RFC3339), "certificate "+Fingerprint(cert))
}

// detach copies an element out of its document, with the namespaces that it
// inherits, and takes out of the signature what is not signed.
func detach(el *etree.Element) (c *etree.Element, value []byte, err error) {
	c = el.Copy()
	for p := el.Parent(); p != nil; p = p.Parent() {
		for _, a := range p.Attr {
			if (a.Space == "xmlns" || a.Space == "" && a.Key == "xmlns") && !declares(c, a) {
				c.Attr = append(c.Attr, a)
			}
		}
	}
	sig := child(c, nsSignature, "Signature")
	for _, k := range children(sig, nsSignature, "KeyInfo") {
		sig.RemoveChild(k)
	}
	// Where the signature stands among its siblings is not signed; in front it is found without a search.
	c.RemoveChild(sig)
	c.InsertChildAt(0, sig)
	v, ok := text(child(sig, nsSignature, "SignatureValue"))
	if !ok {
		return nil, nil, refuse(CheckSignatureShape, "SignatureValue")
	}
	// Some identity providers break and indent the value.
	value, err = base64.StdEncoding.Strict().DecodeString(strings.Join(strings.Fields(v), ""))
	if err != nil {
		return nil, nil, refuse(CheckSignatureShape, "SignatureValue is no base64")
	}
	return c, value, nil
}

func declares(el *etree.Element, decl etree.Attr) bool {
	for _, a := range el.Attr {
		if a.Space == decl.Space && a.Key == decl.Key {
			return true
		}
	}
	return false
}

func verifyBy(el *etree.Element, value []byte, cert *x509.Certificate, at time.Time) (*etree.Element, error) {
	sig := child(el, nsSignature, "Signature")
	child(sig, nsSignature, "SignatureValue").SetText(base64.StdEncoding.EncodeToString(asDER(value, cert)))
	ctx := dsig.NewDefaultValidationContext(&dsig.MemoryX509CertificateStore{Roots: []*x509.Certificate{cert}})
	ctx.IdAttribute = "ID"
	ctx.Clock = dsig.NewFakeClockAt(at)
	return ctx.Validate(el)
}

// verifyString checks a signature over bytes (SAML bindings 3.4.4.1).
func verifyString(signed, value []byte, alg string, certs []*x509.Certificate, now time.Time) error {
	m := method(alg)
	if m == x509.UnknownSignatureAlgorithm {
		return differs(CheckAlgorithm, "RSA or ECDSA with SHA-256 or better", alg, "SigAlg")
	}
	for _, cert := range certs {
		if cert.CheckSignature(m, signed, asDER(value, cert)) != nil {
			continue
		}
		if !validAt(cert, now) {
			return outOfDate(cert, now)
		}
		return nil
	}
	return differs(CheckSignature, fingerprints(certs), "", "signature of the query")
}

// method maps the names of XML signature (RFC 9231) to the algorithms that are allowed.
func method(alg string) x509.SignatureAlgorithm {
	switch alg {
	case dsig.RSASHA256SignatureMethod:
		return x509.SHA256WithRSA
	case dsig.RSASHA384SignatureMethod:
		return x509.SHA384WithRSA
	case dsig.RSASHA512SignatureMethod:
		return x509.SHA512WithRSA
	case dsig.ECDSASHA256SignatureMethod:
		return x509.ECDSAWithSHA256
	case dsig.ECDSASHA384SignatureMethod:
		return x509.ECDSAWithSHA384
	case dsig.ECDSASHA512SignatureMethod:
		return x509.ECDSAWithSHA512
	}
	return x509.UnknownSignatureAlgorithm
}

// ecPair is an ECDSA signature in ASN.1, as Go has it. XML signature has the
// two numbers side by side, each as long as the curve (RFC 9231, 2.3.6).
type ecPair struct{ R, S *big.Int }

func curveBytes(pub any) int {
	if k, ok := pub.(*ecdsa.PublicKey); ok {
		return (k.Curve.Params().BitSize + 7) / 8
	}
	return 0
}

// asDER returns an ECDSA signature as Go wants it. Some send ASN.1 themselves.
func asDER(value []byte, cert *x509.Certificate) []byte {
	n := curveBytes(cert.PublicKey)
	if n == 0 || len(value) != 2*n {
		return value
	}
	der, err := asn1.Marshal(ecPair{new(big.Int).SetBytes(value[:n]), new(big.Int).SetBytes(value[n:])})
	if err != nil {
		return value
	}
	return der
}

// statedKey names the certificate that a message says it is signed with, for
// the one who has to compare; nothing is decided by it.
func statedKey(el *etree.Element) string {
	at := child(el, nsSignature, "Signature")
	for _, tag := range []string{"KeyInfo", "X509Data", "X509Certificate"} {
		if at = child(at, nsSignature, tag); at == nil {
			return ""
		}
	}
	s, _ := text(at)
	der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		return ""
	}
	return fingerprint(der)
}

func sameCertificate(certs []*x509.Certificate, raw []byte) bool {
	for _, c := range certs {
		if bytes.Equal(c.Raw, raw) {
			return true
		}
	}
	return false
}
