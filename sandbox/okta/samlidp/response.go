package samlidp

import (
	"time"

	"github.com/beevik/etree"
)

// Attribute is one of an assertion, with at least one value.
type Attribute struct {
	Name, Format string // the format is a URI; unspecified when empty
	Values       []string
}

// Response is one that says who has signed in.
type Response struct {
	ID, AssertionID string // names in the sense of XML: "id" and digits
	Issuer          string // the entity id of the app's identity provider
	Destination     string
	Recipient       string
	Audience        string
	InResponseTo    string // empty where nothing was asked

	NameID, NameIDFormat string
	SessionIndex         string
	AuthnContext         string
	AuthnInstant, Now    time.Time
	Lifetime             time.Duration // of the session at the service provider; 0 says nothing of it
	Attributes           []Attribute

	Key                         Key
	Algorithm                   Algorithm
	SignResponse, SignAssertion bool
}

// window is how far before and after now an assertion is good.
const window = 5 * time.Minute

// XML writes and signs the response.
func (r Response) XML() ([]byte, error) {
	root := etree.NewElement("saml2p:Response")
	for _, a := range [][2]string{
		{"Destination", r.Destination},
		{"ID", r.ID},
		{"InResponseTo", r.InResponseTo},
		{"IssueInstant", stamp(r.Now)},
		{"Version", "2.0"},
		{"xmlns:saml2p", nsProtocol},
	} {
		if a[1] != "" {
			root.CreateAttr(a[0], a[1])
		}
	}
	prefixes := ""
	if len(r.Attributes) > 0 {
		prefixes = "xs" // it stands in values alone, where canonicalization does not see it
		root.CreateAttr("xmlns:xs", nsSchema)
	}
	add(root, "saml2:Issuer", "Format", entityFormat, "xmlns:saml2", nsAssertion).SetText(r.Issuer)
	add(add(root, "saml2p:Status", "xmlns:saml2p", nsProtocol), "saml2p:StatusCode", "Value", statusSuccess)
	assertion := r.assertion()
	if r.SignAssertion {
		if err := r.Key.sign(assertion, r.Algorithm, prefixes); err != nil {
			return nil, err
		}
	}
	root.AddChild(assertion)
	if r.SignResponse {
		if err := r.Key.sign(root, r.Algorithm, prefixes); err != nil {
			return nil, err
		}
	}
	return serialize(root)
}

func (r Response) assertion() *etree.Element {
	a := etree.NewElement("saml2:Assertion")
	a.CreateAttr("ID", r.AssertionID)
	a.CreateAttr("IssueInstant", stamp(r.Now))
	a.CreateAttr("Version", "2.0")
	a.CreateAttr("xmlns:saml2", nsAssertion)
	if len(r.Attributes) > 0 {
		a.CreateAttr("xmlns:xs", nsSchema)
	}
	add(a, "saml2:Issuer", "Format", entityFormat, "xmlns:saml2", nsAssertion).SetText(r.Issuer)
	subject := add(a, "saml2:Subject", "xmlns:saml2", nsAssertion)
	add(subject, "saml2:NameID", "Format", r.NameIDFormat).SetText(r.NameID)
	confirmation := add(subject, "saml2:SubjectConfirmation", "Method", "urn:oasis:names:tc:SAML:2.0:cm:bearer")
	data := add(confirmation, "saml2:SubjectConfirmationData")
	if r.InResponseTo != "" {
		data.CreateAttr("InResponseTo", r.InResponseTo)
	}
	data.CreateAttr("NotOnOrAfter", stamp(r.Now.Add(window)))
	data.CreateAttr("Recipient", r.Recipient)
	conditions := add(a, "saml2:Conditions", "NotBefore", stamp(r.Now.Add(-window)), "NotOnOrAfter", stamp(r.Now.Add(window)), "xmlns:saml2", nsAssertion)
	add(add(conditions, "saml2:AudienceRestriction"), "saml2:Audience").SetText(r.Audience)
	authn := add(a, "saml2:AuthnStatement", "AuthnInstant", stamp(r.AuthnInstant), "SessionIndex", r.SessionIndex)
	if r.Lifetime > 0 {
		authn.CreateAttr("SessionNotOnOrAfter", stamp(r.Now.Add(r.Lifetime)))
	}
	authn.CreateAttr("xmlns:saml2", nsAssertion)
	add(add(authn, "saml2:AuthnContext"), "saml2:AuthnContextClassRef").SetText(r.AuthnContext)
	if len(r.Attributes) > 0 {
		r.attributes(add(a, "saml2:AttributeStatement", "xmlns:saml2", nsAssertion))
	}
	return a
}

func (r Response) attributes(statement *etree.Element) {
	for _, x := range r.Attributes {
		format := x.Format
		if format == "" {
			format = "urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified"
		}
		el := add(statement, "saml2:Attribute", "Name", x.Name, "NameFormat", format)
		for _, v := range x.Values {
			add(el, "saml2:AttributeValue", "xmlns:xs", nsSchema, "xmlns:xsi", nsInstance, "xsi:type", "xs:string").SetText(v)
		}
	}
}
