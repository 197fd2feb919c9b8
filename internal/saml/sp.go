package saml

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"

	"sallyport/internal/errs"
)

// SP is this service provider, as one organization's identity provider knows it.
type SP struct {
	EntityID string // the Audience URI
	ACS      string // the single sign-on URL, at which responses are posted
	SLO      string // the single logout URL; empty for none
	// Key signs requests and logout messages, if there is one: RSA, or ECDSA
	// with P-256 or longer. It needs a Certificate, which says nothing but the
	// key to the identity provider.
	Key         crypto.Signer
	Certificate *x509.Certificate
}

// Metadata returns our own metadata (SAML metadata 2.0), signed if there is a key.
func (s SP) Metadata() ([]byte, error) {
	root := etree.NewElement("md:EntityDescriptor")
	root.CreateAttr("xmlns:md", nsMetadata)
	sum := sha256.Sum256([]byte(s.EntityID))
	root.CreateAttr("ID", "_"+hex.EncodeToString(sum[:16]))
	root.CreateAttr("entityID", s.EntityID)
	role := add(root, "md:SPSSODescriptor", "protocolSupportEnumeration", nsProtocol,
		"AuthnRequestsSigned", fmt.Sprint(s.Key != nil), "WantAssertionsSigned", "true")
	if s.Key != nil && s.Certificate != nil {
		info := add(add(role, "md:KeyDescriptor", "use", "signing"), "ds:KeyInfo", "xmlns:ds", nsSignature)
		add(add(info, "ds:X509Data"), "ds:X509Certificate").SetText(base64.StdEncoding.EncodeToString(s.Certificate.Raw))
	}
	// Logout messages must be signed, so there is none without a key.
	if s.SLO != "" && s.Key != nil {
		for _, b := range []Binding{Redirect, POST} {
			add(role, "md:SingleLogoutService", "Binding", string(b), "Location", s.SLO)
		}
	}
	add(role, "md:NameIDFormat").SetText("urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress")
	add(role, "md:AssertionConsumerService", "Binding", string(POST), "Location", s.ACS, "index", "0", "isDefault", "true")
	if s.Key != nil {
		if err := s.sign(root, 0); err != nil {
			return nil, fmt.Errorf("sign metadata: %w", err)
		}
	}
	return serialize(root)
}

func serialize(root *etree.Element) ([]byte, error) {
	doc := etree.NewDocument()
	doc.SetRoot(root)
	b, err := doc.WriteToBytes()
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", root.Tag, err)
	}
	return b, nil
}

// message begins a message of the protocol.
func (s SP) message(tag, id string, destination string, now time.Time) *etree.Element {
	root := etree.NewElement("samlp:" + tag)
	root.CreateAttr("xmlns:samlp", nsProtocol)
	root.CreateAttr("xmlns:saml", nsAssertion)
	root.CreateAttr("ID", id)
	root.CreateAttr("Version", "2.0")
	root.CreateAttr("IssueInstant", now.UTC().Format(timeFormat))
	root.CreateAttr("Destination", destination)
	add(root, "saml:Issuer").SetText(s.EntityID)
	return root
}

// method returns the algorithm that our key signs with.
func (s SP) method() (alg string, hash crypto.Hash, err error) {
	if s.Key == nil || s.Certificate == nil {
		return "", 0, errs.New(errs.Invalid, "there is no signing key, or it has no certificate")
	}
	switch k := s.Key.Public().(type) {
	case *rsa.PublicKey:
		return dsig.RSASHA256SignatureMethod, crypto.SHA256, nil
	case *ecdsa.PublicKey:
		switch k.Curve.Params().BitSize {
		case 256:
			return dsig.ECDSASHA256SignatureMethod, crypto.SHA256, nil
		case 384:
			return dsig.ECDSASHA384SignatureMethod, crypto.SHA384, nil
		case 521:
			return dsig.ECDSASHA512SignatureMethod, crypto.SHA512, nil
		}
	}
	return "", 0, errs.New(errs.Invalid, "the signing key must be RSA, or ECDSA with P-256, P-384 or P-521")
}

// sign puts an enveloped signature into an element as its child number at
// (the schemas of SAML say where it belongs).
func (s SP) sign(el *etree.Element, at int) error {
	alg, _, err := s.method()
	if err != nil {
		return err
	}
	ctx, err := dsig.NewSigningContext(s.Key, [][]byte{s.Certificate.Raw})
	if err != nil {
		return fmt.Errorf("begin signature: %w", err)
	}
	ctx.Canonicalizer = dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("")
	if err := ctx.SetSignatureMethod(alg); err != nil {
		return fmt.Errorf("begin signature: %w", err)
	}
	sig, err := ctx.ConstructSignature(el, true)
	if err != nil {
		return fmt.Errorf("sign %s: %w", el.Tag, err)
	}
	value := sig.SelectElement("SignatureValue")
	raw, err := base64.StdEncoding.DecodeString(value.Text())
	if err != nil {
		return fmt.Errorf("sign %s: %w", el.Tag, err)
	}
	if raw, err = s.fixed(raw); err != nil {
		return err
	}
	value.SetText(base64.StdEncoding.EncodeToString(raw))
	el.InsertChildAt(at, sig)
	return nil
}

// signString signs bytes (SAML bindings 3.4.4.1).
func (s SP) signString(b []byte) (value []byte, err error) {
	_, hash, err := s.method()
	if err != nil {
		return nil, err
	}
	h := hash.New()
	h.Write(b)
	value, err = s.Key.Sign(rand.Reader, h.Sum(nil), hash)
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	return s.fixed(value)
}

// fixed is the opposite of asDER: the two numbers of an ECDSA signature side by side.
func (s SP) fixed(value []byte) ([]byte, error) {
	n := curveBytes(s.Key.Public())
	if n == 0 {
		return value, nil
	}
	var p ecPair
	if rest, err := asn1.Unmarshal(value, &p); err != nil || len(rest) > 0 {
		return nil, errors.Join(errors.New("read ECDSA signature"), err)
	}
	out := make([]byte, 2*n)
	p.R.FillBytes(out[:n])
	p.S.FillBytes(out[n:])
	return out, nil
}
