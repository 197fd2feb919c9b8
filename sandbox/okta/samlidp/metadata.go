package samlidp

import (
	"crypto/x509"
	"encoding/base64"

	"github.com/beevik/etree"
)

// Metadata is how an app's identity provider describes itself (SAML metadata 2.0).
type Metadata struct {
	EntityID     string
	SSO          string
	SLO          string // empty for none
	Certificates []*x509.Certificate
	Formats      []string // of NameIDs
}

// XML writes the metadata, as Okta does: unsigned.
func (m Metadata) XML() ([]byte, error) {
	root := etree.NewElement("md:EntityDescriptor")
	root.CreateAttr("entityID", m.EntityID)
	root.CreateAttr("xmlns:md", nsMetadata)
	role := add(root, "md:IDPSSODescriptor", "WantAuthnRequestsSigned", "false", "protocolSupportEnumeration", nsProtocol)
	for _, cert := range m.Certificates {
		info := add(add(role, "md:KeyDescriptor", "use", "signing"), "ds:KeyInfo", "xmlns:ds", nsSignature)
		add(add(info, "ds:X509Data"), "ds:X509Certificate").SetText(base64.StdEncoding.EncodeToString(cert.Raw))
	}
	if m.SLO != "" {
		for _, binding := range []string{POST, Redirect} {
			add(role, "md:SingleLogoutService", "Binding", binding, "Location", m.SLO)
		}
	}
	for _, f := range m.Formats {
		add(role, "md:NameIDFormat").SetText(f)
	}
	for _, binding := range []string{POST, Redirect} {
		add(role, "md:SingleSignOnService", "Binding", binding, "Location", m.SSO)
	}
	return serialize(root)
}
