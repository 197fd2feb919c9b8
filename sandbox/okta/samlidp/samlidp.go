// Package samlidp writes what Okta writes as a SAML 2.0 identity provider, and
// reads what service providers send to it. It holds no state and is told the
// time.
//
// The form of what it writes (prefixes, order, formats of names) is that of
// responses of real orgs; SAML core 2.0 and SAML bindings 2.0 say the rest.
package samlidp

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	_ "crypto/sha1" //nolint:gosec // an app may be set to sign as it was done long ago, so that it can be refused
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"fmt"
	"math/big"
	"time"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
)

// The namespaces of what is exchanged.
const (
	nsProtocol  = "urn:oasis:names:tc:SAML:2.0:protocol"
	nsAssertion = "urn:oasis:names:tc:SAML:2.0:assertion"
	nsMetadata  = "urn:oasis:names:tc:SAML:2.0:metadata"
	nsSignature = "http://www.w3.org/2000/09/xmldsig#"
	nsExclusive = "http://www.w3.org/2001/10/xml-exc-c14n#"
	nsSchema    = "http://www.w3.org/2001/XMLSchema"
	nsInstance  = "http://www.w3.org/2001/XMLSchema-instance"
)

// The bindings (SAML bindings 2.0, 3.4 and 3.5).
const (
	Redirect = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
	POST     = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
)

const (
	statusSuccess = "urn:oasis:names:tc:SAML:2.0:status:Success"
	entityFormat  = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity"
	enveloped     = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
)

// timeFormat is how times are written.
const timeFormat = "2006-01-02T15:04:05.000Z"

func stamp(t time.Time) string { return t.UTC().Format(timeFormat) }

// Key is what an app signs with.
type Key struct {
	Signer      *rsa.PrivateKey
	Certificate *x509.Certificate
}

// NewKey makes a key with a certificate of its own, as Okta makes them: RSA of
// 2048 bits, and the name of the org.
func NewKey(org string, from time.Time, years int) (Key, error) {
	signer, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return Key{}, fmt.Errorf("make a signing key: %w", err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 47))
	if err != nil {
		return Key{}, fmt.Errorf("make a signing key: %w", err)
	}
	template := &x509.Certificate{
		SerialNumber: serial, NotBefore: from, NotAfter: from.AddDate(years, 0, 0), SignatureAlgorithm: x509.SHA256WithRSA,
		Subject: pkix.Name{
			Country: []string{"US"}, Province: []string{"California"}, Locality: []string{"San Francisco"}, Organization: []string{"Okta"},
			OrganizationalUnit: []string{"SSOProvider"}, CommonName: org,
		},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, signer.Public(), signer)
	if err != nil {
		return Key{}, fmt.Errorf("make a signing certificate: %w", err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return Key{}, fmt.Errorf("make a signing certificate: %w", err)
	}
	return Key{signer, cert}, nil
}

// Algorithm is what a message is signed with.
type Algorithm struct {
	SHA1Signature, SHA1Digest bool // as Okta still offers; SHA-256 otherwise
}

func (a Algorithm) names() (signature, digest string) {
	signature, digest = dsig.RSASHA256SignatureMethod, "http://www.w3.org/2001/04/xmlenc#sha256"
	if a.SHA1Signature {
		signature = dsig.RSASHA1SignatureMethod
	}
	if a.SHA1Digest {
		digest = nsSignature + "sha1"
	}
	return signature, digest
}

func hashed(sha1 bool, b []byte) (crypto.Hash, []byte) {
	h := crypto.SHA256
	if sha1 {
		h = crypto.SHA1
	}
	w := h.New()
	w.Write(b)
	return h, w.Sum(nil)
}

// sign puts an enveloped signature behind the issuer of an element, which must
// declare its namespaces itself. prefixes are those that stand in values.
func (k Key) sign(el *etree.Element, alg Algorithm, prefixes string) error {
	b, err := dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList(prefixes).Canonicalize(el.Copy())
	if err != nil {
		return fmt.Errorf("canonicalize %s: %w", el.Tag, err)
	}
	signature, digest := alg.names()
	_, sum := hashed(alg.SHA1Digest, b)
	info := etree.NewElement("ds:SignedInfo")
	info.CreateAttr("xmlns:ds", nsSignature)
	add(info, "ds:CanonicalizationMethod", "Algorithm", nsExclusive)
	add(info, "ds:SignatureMethod", "Algorithm", signature)
	ref := add(info, "ds:Reference", "URI", "#"+el.SelectAttrValue("ID", ""))
	transforms := add(ref, "ds:Transforms")
	add(transforms, "ds:Transform", "Algorithm", enveloped)
	exclusive := add(transforms, "ds:Transform", "Algorithm", nsExclusive)
	if prefixes != "" {
		add(exclusive, "ec:InclusiveNamespaces", "xmlns:ec", nsExclusive, "PrefixList", prefixes)
	}
	add(ref, "ds:DigestMethod", "Algorithm", digest)
	add(ref, "ds:DigestValue").SetText(base64.StdEncoding.EncodeToString(sum))
	if b, err = dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("").Canonicalize(info.Copy()); err != nil {
		return fmt.Errorf("canonicalize the signature of %s: %w", el.Tag, err)
	}
	value, err := k.signBytes(b, alg)
	if err != nil {
		return err
	}
	sig := etree.NewElement("ds:Signature")
	sig.CreateAttr("xmlns:ds", nsSignature)
	info.RemoveAttr("xmlns:ds")
	sig.AddChild(info)
	add(sig, "ds:SignatureValue").SetText(base64.StdEncoding.EncodeToString(value))
	add(add(add(sig, "ds:KeyInfo"), "ds:X509Data"), "ds:X509Certificate").SetText(base64.StdEncoding.EncodeToString(k.Certificate.Raw))
	el.InsertChildAt(1, sig)
	return nil
}

func (k Key) signBytes(b []byte, alg Algorithm) ([]byte, error) {
	h, sum := hashed(alg.SHA1Signature, b)
	value, err := rsa.SignPKCS1v15(rand.Reader, k.Signer, h, sum)
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	return value, nil
}

// KeyID names a key by its certificate, in the form of Okta's kid.
func KeyID(cert *x509.Certificate) string {
	sum := sha256.Sum256(cert.Raw)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// add puts a child with attributes, given as names and values, into an element.
func add(parent *etree.Element, tag string, attrs ...string) *etree.Element {
	el := parent.CreateElement(tag)
	for i := 0; i+1 < len(attrs); i += 2 {
		el.CreateAttr(attrs[i], attrs[i+1])
	}
	return el
}

func serialize(root *etree.Element) ([]byte, error) {
	doc := etree.NewDocument()
	doc.CreateProcInst("xml", `version="1.0" encoding="UTF-8"`)
	doc.AddChild(root)
	b, err := doc.WriteToBytes()
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", root.Tag, err)
	}
	return b, nil
}
