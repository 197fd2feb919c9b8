package saml

import (
	"crypto/x509"
	"encoding/base64"
	"strings"
	"time"

	"github.com/beevik/etree"
)

// Expect is what a message must fit.
type Expect struct {
	IDP IDP
	SP  SP
	// InResponseTo is the ID of the request that is answered. Empty means that
	// none was sent, and then the message must not name one.
	InResponseTo string
	Now          time.Time
	Skew         time.Duration // how far the clocks may be apart; 0 means DefaultSkew
	MaxAge       time.Duration // how old the message may be; 0 means DefaultMaxAge
	// AuthnSince, if not zero, is when the person must have been authenticated
	// at the earliest: for requests with ForceAuthn, which a browser could
	// strip of it.
	AuthnSince time.Time
	// ResponseSignature takes a response whose own signature covers an
	// assertion without one. Okta's default signs both, and by itself the
	// assertion's is demanded.
	ResponseSignature bool
}

func (e Expect) withDefaults() Expect {
	if e.Skew == 0 {
		e.Skew = DefaultSkew
	}
	if e.MaxAge == 0 {
		e.MaxAge = DefaultMaxAge
	}
	return e
}

// Decode returns the XML of a form's SAMLResponse or SAMLRequest field (SAML
// bindings 3.5.4). Its error is a [Refusal].
func Decode(field string) ([]byte, error) {
	if len(field) > base64.StdEncoding.EncodedLen(MaxMessage)+MaxMessage/16 { // with room for line breaks
		return nil, refuse(CheckSize, "%d characters of base64", len(field))
	}
	b, err := base64.StdEncoding.Strict().DecodeString(field)
	if err != nil {
		return nil, refuse(CheckEncoding, "base64: %v", err)
	}
	if len(b) == 0 {
		return nil, refuse(CheckEncoding, "the field is empty")
	}
	return b, nil
}

// Response is one whose form was checked, and nothing else yet.
type Response struct {
	// InResponseTo is which request the response says it answers. It is not
	// verified: good for finding the request, whose ID then goes into [Expect].
	InResponseTo string

	root *etree.Element
}

// Parse reads a response's XML, and checks what needs neither key nor clock.
// Its error is a [Refusal].
func Parse(response []byte) (Response, error) {
	root, err := parseMessage(response, "Response")
	if err != nil {
		return Response{}, err
	}
	return Response{InResponseTo: attrValue(root, "InResponseTo"), root: root}, nil
}

func parseMessage(raw []byte, tag string) (*etree.Element, error) {
	root, err := readDocument(raw, messageLimits())
	if err != nil {
		return nil, err
	}
	if !is(root, nsProtocol, tag) {
		return nil, differs(CheckRoot, tag, root.Tag, "root element")
	}
	// The provider's own "no" comes with no assertion, and mostly unsigned.
	if tag == "Response" {
		if err := checkStatus(root); err != nil {
			return nil, err
		}
	}
	return root, checkShape(root)
}

// Check decides whether a response, given as XML, proves a sign-in (SAML
// profiles 4.1.4.3). Its error is a [Refusal]. That the assertion comes for
// the first time is the caller's to check: see [Assertion.KeepUntil].
func Check(response []byte, e Expect) (Assertion, error) {
	r, err := Parse(response)
	if err != nil {
		return Assertion{}, err
	}
	return r.Check(e)
}

// Check decides as the function of that name does.
func (r Response) Check(e Expect) (Assertion, error) {
	e = e.withDefaults()
	if r.root == nil {
		return Assertion{}, refuse(CheckRoot, "no response was read")
	}
	if u := e.IDP.ValidUntil; !u.IsZero() && !e.Now.Before(u) {
		return Assertion{}, differs(CheckMetadata, "", u.UTC().Format(time.RFC3339), "validUntil of the metadata")
	}
	s, err := r.signed(e)
	if err != nil {
		return Assertion{}, err
	}
	if err := e.header(s.response, "Response"); err != nil {
		return Assertion{}, err
	}
	if err := checkStatus(s.response); err != nil {
		return Assertion{}, err
	}
	c := claims{Expect: e, el: s.assertion, out: Assertion{ResponseSigned: s.responseBy != nil, AssertionSigned: s.assertionBy != nil}}
	if c.out.Certificate = s.assertionBy; c.out.Certificate == nil {
		c.out.Certificate = s.responseBy
	}
	return c.read()
}

// signed is a response after its signatures were verified.
type signed struct {
	response    *etree.Element // the canonical one if it is signed
	assertion   *etree.Element // canonical always
	responseBy  *x509.Certificate
	assertionBy *x509.Certificate
}

// signed verifies every signature there is; one that fails is not made good
// by another.
func (r Response) signed(e Expect) (signed, error) {
	all := children(r.root, nsAssertion, "Assertion")
	if len(all) != 1 {
		return signed{}, refuse(CheckAssertions, "%d assertions", len(all))
	}
	s := signed{response: r.root}
	if child(r.root, nsSignature, "Signature") != nil {
		p, err := verify(r.root, e.IDP.Certificates, e.Now)
		if err != nil {
			return signed{}, err
		}
		s.response, s.responseBy = p.el, p.by
		if s.assertion = child(p.el, nsAssertion, "Assertion"); s.assertion == nil {
			return signed{}, refuse(CheckAssertions, "the signed response has not one assertion")
		}
	}
	if child(all[0], nsSignature, "Signature") != nil {
		p, err := verify(all[0], e.IDP.Certificates, e.Now)
		if err != nil {
			return signed{}, err
		}
		s.assertion, s.assertionBy = p.el, p.by
	}
	switch {
	case s.assertion == nil:
		return signed{}, refuse(CheckSignatureMissing, "neither response nor assertion is signed")
	case s.assertionBy == nil && !e.ResponseSignature:
		return signed{}, refuse(CheckSignatureMissing, "the assertion is not signed, only the response is")
	}
	return s, nil
}

const statusSuccess = "urn:oasis:names:tc:SAML:2.0:status:Success"

func checkStatus(root *etree.Element) error {
	st := child(root, nsProtocol, "Status")
	if st == nil {
		return refuse(CheckStatus, "not one Status")
	}
	code := child(st, nsProtocol, "StatusCode")
	if code == nil {
		return refuse(CheckStatus, "not one StatusCode")
	}
	value := attrValue(code, "Value")
	if value == statusSuccess {
		return nil
	}
	if inner := child(code, nsProtocol, "StatusCode"); inner != nil {
		value += " " + attrValue(inner, "Value")
	}
	detail := "Status"
	if m := child(st, nsProtocol, "StatusMessage"); m != nil {
		said, _ := text(m)
		detail += ": " + excerpt(said)
	}
	return differs(CheckStatus, statusSuccess, strings.ReplaceAll(value, "urn:oasis:names:tc:SAML:2.0:status:", ""), detail)
}

// header checks what every message of the protocol has on its root, whose
// destination is the ACS for a response, and the SLO URL otherwise.
func (e Expect) header(root *etree.Element, tag string) error {
	if v := attrValue(root, "Version"); v != "2.0" {
		return differs(CheckVersion, "2.0", v, tag)
	}
	want := e.SP.SLO
	if tag == "Response" {
		want = e.SP.ACS
	}
	if d := attrValue(root, "Destination"); d != want || d == "" {
		return differs(CheckDestination, want, d, tag)
	}
	if err := e.answers(root, tag); err != nil {
		return err
	}
	// The issuer of a response may be left out, its assertion's may not.
	switch all := children(root, nsAssertion, "Issuer"); {
	case len(all) > 1 || len(all) == 0 && tag != "Response":
		return refuse(CheckIssuer, "%d Issuers in %s", len(all), tag)
	case len(all) == 1:
		if err := e.issuer(all[0], tag); err != nil {
			return err
		}
	}
	return e.issued(root, tag)
}

// answers checks InResponseTo, which must be absent where nothing was asked.
func (e Expect) answers(el *etree.Element, where string) error {
	got, there := attr(el, "InResponseTo")
	if there == (e.InResponseTo != "") && got == e.InResponseTo {
		return nil
	}
	return differs(CheckInResponseTo, e.InResponseTo, got, where)
}

func (e Expect) issuer(el *etree.Element, where string) error {
	if got, ok := text(el); !ok || got != e.IDP.EntityID || got == "" {
		return differs(CheckIssuer, e.IDP.EntityID, got, where)
	}
	if f, ok := attr(el, "Format"); ok && f != "urn:oasis:names:tc:SAML:2.0:nameid-format:entity" {
		return differs(CheckIssuer, "urn:oasis:names:tc:SAML:2.0:nameid-format:entity", f, "Format of Issuer in "+where)
	}
	return nil
}

func (e Expect) issued(el *etree.Element, where string) error {
	at, ok := instant(el, "IssueInstant")
	first, last := e.Now.Add(-e.MaxAge-e.Skew), e.Now.Add(e.Skew)
	if !ok || at.Before(first) || at.After(last) {
		return differs(CheckIssueInstant, first.UTC().Format(time.RFC3339)+" to "+last.UTC().Format(time.RFC3339), attrValue(el, "IssueInstant"), where)
	}
	return nil
}
