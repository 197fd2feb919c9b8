package portal

import (
	"context"
	"time"

	"sallyport/internal/saml"
)

// IdentityProvider is what settings say of the identity provider, for people.
type IdentityProvider struct {
	EntityID     string
	SSOURL       string
	SLOURL       string
	ValidUntil   time.Time
	Certificates []Certificate
	Warnings     []saml.Warning
}

// Certificate is one that the identity provider signs with.
type Certificate struct {
	Subject, Fingerprint string
	From, To             time.Time
	Warning              string // that it ends soon, or has; empty where nothing is
}

// Describe returns what settings say of the identity provider; ok is false where
// there is none that can be read.
func (s *SSO) Describe(_ context.Context, set SSOSettings) (out IdentityProvider, ok bool) {
	if set.Metadata == "" {
		return out, false
	}
	idp, err := s.idp(set)
	if err != nil {
		return out, false
	}
	out = IdentityProvider{EntityID: idp.EntityID, ValidUntil: idp.ValidUntil, Warnings: idp.Warnings(s.o.Now())}
	if len(idp.SSO) > 0 {
		out.SSOURL = idp.SSO[0].Location
	}
	if len(idp.SLO) > 0 {
		out.SLOURL = idp.SLO[0].Location
	}
	for _, c := range idp.Certificates {
		k := Certificate{Subject: c.Subject.String(), Fingerprint: saml.Fingerprint(c), From: c.NotBefore, To: c.NotAfter}
		for _, w := range out.Warnings {
			if w.Certificate == c {
				k.Warning = w.Text
			}
		}
		out.Certificates = append(out.Certificates, k)
	}
	return out, true
}
