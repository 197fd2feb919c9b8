package saml

import (
	"time"

	"sallyport/internal/errs"
)

// The outcomes of a logout (SAML core 3.2.2.2).
const (
	LogoutSuccess = statusSuccess
	LogoutPartial = "urn:oasis:names:tc:SAML:2.0:status:PartialLogout" // second level
	LogoutFailed  = "urn:oasis:names:tc:SAML:2.0:status:Responder"
)

// SignOut is a request that the identity provider end a session.
type SignOut struct {
	ID           string // from [NewID]; the answer must name it
	RelayState   string
	NameID       NameID // as the assertion had it
	SessionIndex string // as the assertion had it; empty ends all sessions of the person
	Now          time.Time
}

// LogoutRequest asks the identity provider to end a session (SAML core 3.7.1).
// It is signed always, so it is refused (kind Invalid) when there is no key,
// as it is when the identity provider has no logout URL.
func (s SP) LogoutRequest(idp IDP, o SignOut) (Message, error) {
	to, err := s.logout(idp)
	if err != nil {
		return Message{}, err
	}
	root := s.message("LogoutRequest", o.ID, to.Location, o.Now)
	root.CreateAttr("NotOnOrAfter", o.Now.Add(DefaultMaxAge).UTC().Format(timeFormat))
	id := add(root, "saml:NameID")
	for _, a := range [][2]string{
		{"Format", o.NameID.Format},
		{"NameQualifier", o.NameID.NameQualifier},
		{"SPNameQualifier", o.NameID.SPNameQualifier},
	} {
		if a[1] != "" {
			id.CreateAttr(a[0], a[1])
		}
	}
	id.SetText(o.NameID.Value)
	if o.SessionIndex != "" {
		add(root, "samlp:SessionIndex").SetText(o.SessionIndex)
	}
	return s.encode(root, outgoing{to.Binding, to.Location, "SAMLRequest", o.RelayState})
}

// SignedOut is the answer to the identity provider's request.
type SignedOut struct {
	ID           string // from [NewID]
	InResponseTo string // the ID of the request
	RelayState   string // as it came with the request
	// Status is LogoutSuccess, LogoutPartial or LogoutFailed.
	Status string
	Now    time.Time
}

// LogoutResponse answers a request of the identity provider (SAML core 3.7.2).
// It fails as [SP.LogoutRequest] does.
func (s SP) LogoutResponse(idp IDP, o SignedOut) (Message, error) {
	to, err := s.logout(idp)
	if err != nil {
		return Message{}, err
	}
	if to.ResponseLocation != "" {
		to.Location = to.ResponseLocation
	}
	root := s.message("LogoutResponse", o.ID, to.Location, o.Now)
	root.CreateAttr("InResponseTo", o.InResponseTo)
	code := add(add(root, "samlp:Status"), "samlp:StatusCode")
	if o.Status == LogoutPartial {
		code.CreateAttr("Value", LogoutSuccess)
		add(code, "samlp:StatusCode", "Value", LogoutPartial)
	} else {
		code.CreateAttr("Value", o.Status)
	}
	return s.encode(root, outgoing{to.Binding, to.Location, "SAMLResponse", o.RelayState})
}

func (s SP) logout(idp IDP) (Endpoint, error) {
	to, ok := endpoint(idp.SLO)
	if !ok {
		return Endpoint{}, errs.New(errs.Invalid, "the identity provider has no logout URL")
	}
	if s.Key == nil {
		return Endpoint{}, errs.New(errs.Invalid, "logout messages must be signed, and there is no signing key")
	}
	return to, nil
}
