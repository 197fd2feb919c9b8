package saml

import (
	"crypto/x509"
	"strings"

	"github.com/beevik/etree"
)

// What is allowed in a signature. SHA-1, HMAC and every transform but the two
// that SAML core 5.4.4 names are not.
const (
	algExclusive = "http://www.w3.org/2001/10/xml-exc-c14n#"
	algEnveloped = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
	algDigest    = "http://www.w3.org/2001/04/xmlenc#sha256"
)

func digestAllowed(alg string) bool {
	switch alg {
	case algDigest, "http://www.w3.org/2001/04/xmldsig-more#sha384", "http://www.w3.org/2001/04/xmlenc#sha512":
		return true
	}
	return false
}

// shape checks a message's tree before any signature is looked at: where
// assertions and signatures stand, and that IDs are plain and unique. Names
// are compared without namespace where a forger could choose one.
type shape struct {
	root *etree.Element
	ids  map[string]bool
}

func checkShape(root *etree.Element) error {
	s := shape{root: root, ids: map[string]bool{}}
	return s.walk(root)
}

func (s *shape) walk(el *etree.Element) error {
	if err := s.identity(el); err != nil {
		return err
	}
	if err := s.place(el); err != nil {
		return err
	}
	for _, c := range el.ChildElements() {
		if err := s.walk(c); err != nil {
			return err
		}
	}
	return nil
}

func (s *shape) identity(el *etree.Element) error {
	for _, a := range el.Attr {
		if !strings.EqualFold(a.Key, "ID") || a.Space == "xmlns" {
			continue
		}
		switch {
		case a.Space != "" || a.Key != "ID":
			return refuse(CheckID, "attribute %s on <%s>", a.FullKey(), el.Tag)
		case !name(a.Value):
			return refuse(CheckID, "ID %q on <%s> is no name", a.Value, el.Tag)
		case s.ids[a.Value]:
			return refuse(CheckDuplicateID, "ID %q is there twice", a.Value)
		}
		s.ids[a.Value] = true
	}
	return nil
}

// name reports whether an ID is one that a signature's reference can name:
// ASCII letters, digits, and a few signs.
func name(id string) bool {
	for i, r := range id {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '_'
		if !letter && (i == 0 || r != '-' && r != '.' && (r < '0' || r > '9')) {
			return false
		}
	}
	return id != "" && len(id) <= 256
}

func (s *shape) place(el *etree.Element) error {
	switch el.Tag {
	case "Response", "LogoutRequest", "LogoutResponse":
		if el != s.root {
			return refuse(CheckPlace, "<%s> inside <%s>", el.Tag, el.Parent().Tag)
		}
	case "Assertion":
		if el.Parent() != s.root || el.NamespaceURI() != nsAssertion {
			return refuse(CheckPlace, "<Assertion> inside <%s>", el.Parent().Tag)
		}
	case "EncryptedAssertion", "EncryptedID", "EncryptedAttribute", "EncryptedData", "NewEncryptedID":
		return refuse(CheckEncrypted, "<%s>", el.Tag)
	case "Object", "Advice":
		return refuse(CheckPlace, "<%s> inside <%s>", el.Tag, el.Parent().Tag)
	case "Signature":
		p := el.Parent()
		if p != s.root && (p.Tag != "Assertion" || p.Parent() != s.root) {
			return refuse(CheckPlace, "<Signature> inside <%s>", p.Tag)
		}
		return signatureShape(el, p)
	}
	return nil
}

// signatureShape checks that a signature is enveloped, and names its parent
// in the one way that SAML core 5.4 allows.
func signatureShape(sig, parent *etree.Element) error {
	if sig.NamespaceURI() != nsSignature {
		return refuse(CheckSignatureShape, "namespace of Signature")
	}
	if len(children(parent, nsSignature, "Signature")) != 1 {
		return refuse(CheckSignatureShape, "more than one Signature on <%s>", parent.Tag)
	}
	parts := sig.ChildElements()
	if len(parts) == 3 && is(parts[2], nsSignature, "KeyInfo") {
		parts = parts[:2]
	}
	if !are(parts, "SignedInfo", "SignatureValue") {
		return refuse(CheckSignatureShape, "parts of Signature")
	}
	info := parts[0].ChildElements()
	if !are(info, "CanonicalizationMethod", "SignatureMethod", "Reference") || len(info[0].Child)+len(info[1].Child) > 0 {
		return refuse(CheckSignatureShape, "parts of SignedInfo")
	}
	if alg := attrValue(info[0], "Algorithm"); alg != algExclusive {
		return differs(CheckAlgorithm, algExclusive, alg, "canonicalization")
	}
	if alg := attrValue(info[1], "Algorithm"); method(alg) == x509.UnknownSignatureAlgorithm {
		return differs(CheckAlgorithm, "RSA or ECDSA with SHA-256 or better", alg, "signature")
	}
	return referenceShape(info[2], parent)
}

func referenceShape(ref, parent *etree.Element) error {
	parts := ref.ChildElements()
	if !are(parts, "Transforms", "DigestMethod", "DigestValue") || len(parts[1].Child) > 0 {
		return refuse(CheckSignatureShape, "parts of Reference")
	}
	if uri, id := attrValue(ref, "URI"), attrValue(parent, "ID"); id == "" || uri != "#"+id {
		return differs(CheckSignatureShape, "#"+id, uri, "the signature is for another element")
	}
	if alg := attrValue(parts[1], "Algorithm"); !digestAllowed(alg) {
		return differs(CheckAlgorithm, "SHA-256 or better", alg, "digest")
	}
	if _, ok := text(parts[2]); !ok {
		return refuse(CheckSignatureShape, "DigestValue")
	}
	ts := parts[0].ChildElements()
	if !are(ts, "Transform", "Transform") || len(ts[0].Child) > 0 {
		return refuse(CheckSignatureShape, "Transforms")
	}
	for i, want := range []string{algEnveloped, algExclusive} {
		if alg := attrValue(ts[i], "Algorithm"); alg != want {
			return differs(CheckAlgorithm, want, alg, "transform")
		}
	}
	for _, c := range ts[1].ChildElements() {
		if !is(c, nsExclusive, "InclusiveNamespaces") || len(c.Child) > 0 {
			return refuse(CheckSignatureShape, "<%s> inside Transform", c.Tag)
		}
	}
	return nil
}

// are reports whether the elements are these, of XML signature, in this order.
func are(els []*etree.Element, tags ...string) bool {
	if len(els) != len(tags) {
		return false
	}
	for i, el := range els {
		if !is(el, nsSignature, tags[i]) {
			return false
		}
	}
	return true
}
