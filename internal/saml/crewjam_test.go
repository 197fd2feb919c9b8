package saml_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"sync"
	"time"

	crewjam "github.com/crewjam/saml"
	dsig "github.com/russellhaering/goxmldsig"

	"sallyport/internal/saml"
)

var crewjamClock = sync.OnceFunc(func() {
	crewjam.TimeNow = func() time.Time { return now }
	crewjam.Clock = dsig.NewFakeClockAt(now)
})

// secondOpinion asks another implementation what it makes of a response. It
// is not asked for a no: it is known to accept what must not be.
func secondOpinion(raw []byte, e saml.Expect) (nameID string, err error) {
	crewjamClock()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	d := &crewjam.EntityDescriptor{EntityID: e.IDP.EntityID}
	var keys []crewjam.KeyDescriptor
	for _, c := range e.IDP.Certificates {
		keys = append(keys, crewjam.KeyDescriptor{Use: "signing", KeyInfo: crewjam.KeyInfo{X509Data: crewjam.X509Data{
			X509Certificates: []crewjam.X509Certificate{{Data: base64.StdEncoding.EncodeToString(c.Raw)}},
		}}})
	}
	d.IDPSSODescriptors = []crewjam.IDPSSODescriptor{{SSODescriptor: crewjam.SSODescriptor{RoleDescriptor: crewjam.RoleDescriptor{KeyDescriptors: keys}}}}
	acs, _ := url.Parse(e.SP.ACS)
	sp := crewjam.ServiceProvider{EntityID: e.SP.EntityID, AcsURL: *acs, IDPMetadata: d}
	a, err := sp.ParseXMLResponse(raw, []string{e.InResponseTo}, *acs)
	if inner, ok := errors.AsType[*crewjam.InvalidResponseError](err); ok {
		return "", inner.PrivateErr
	}
	if err != nil {
		return "", err
	}
	return a.Subject.NameID.Value, nil
}
