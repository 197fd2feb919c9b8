package samlidp

import (
	"time"

	"github.com/beevik/etree"
)

// Logout is a logout message of the identity provider.
type Logout struct {
	ID, Issuer, Destination string
	Now                     time.Time
	Key                     Key
	Algorithm               Algorithm

	// Of a request.
	NameID, NameIDFormat, SessionIndex string // the last may be empty
	// Of an answer.
	InResponseTo, Status string // success when the status is empty
}

// Request writes and signs a LogoutRequest (SAML core 3.7.1).
func (l Logout) Request() ([]byte, error) {
	root := l.root("saml2p:LogoutRequest")
	root.CreateAttr("NotOnOrAfter", stamp(l.Now.Add(window)))
	add(root, "saml2:NameID", "Format", l.NameIDFormat, "xmlns:saml2", nsAssertion).SetText(l.NameID)
	if l.SessionIndex != "" {
		add(root, "saml2p:SessionIndex").SetText(l.SessionIndex)
	}
	return l.signed(root)
}

// Response writes and signs a LogoutResponse (SAML core 3.7.2).
func (l Logout) Response() ([]byte, error) {
	root := l.root("saml2p:LogoutResponse")
	root.CreateAttr("InResponseTo", l.InResponseTo)
	if l.Status == "" {
		l.Status = statusSuccess
	}
	add(add(root, "saml2p:Status"), "saml2p:StatusCode", "Value", l.Status)
	return l.signed(root)
}

func (l Logout) root(tag string) *etree.Element {
	root := etree.NewElement(tag)
	root.CreateAttr("Destination", l.Destination)
	root.CreateAttr("ID", l.ID)
	root.CreateAttr("IssueInstant", stamp(l.Now))
	root.CreateAttr("Version", "2.0")
	root.CreateAttr("xmlns:saml2p", nsProtocol)
	add(root, "saml2:Issuer", "Format", entityFormat, "xmlns:saml2", nsAssertion).SetText(l.Issuer)
	return root
}

func (l Logout) signed(root *etree.Element) ([]byte, error) {
	if err := l.Key.sign(root, l.Algorithm, ""); err != nil {
		return nil, err
	}
	return serialize(root)
}
