package api

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"sync"
	"time"

	"sallyport/internal/portal"
)

// sso is single sign-on on the bench's database; identity providers may be on this
// machine.
func (b *bench) sso() *portal.SSO {
	return portal.NewSSO(portal.SSOOptions{
		Portal: b.deps.Portal, Configs: b.db.SSO, Keys: b.db.SSO, Logins: b.db.SSOLogins, Tests: b.db.SSOTests, Traces: b.db.SSOTraces, Directory: b.db.SSODirectory, Sealer: b.keys,
		Fetch: func(ctx context.Context, url string, most int64) ([]byte, error) {
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
			if err != nil {
				return nil, err
			}
			resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
			if err != nil {
				return nil, err
			}
			defer func() { _ = resp.Body.Close() }()
			if resp.StatusCode != http.StatusOK {
				return nil, fmt.Errorf("the answer is %s", resp.Status)
			}
			return io.ReadAll(io.LimitReader(resp.Body, most))
		},
		Ended:  func(org, session string) { b.deps.Live.Publish(org, SessionEnded(session)) },
		Server: b.url, AllowLoopback: true, Now: b.now, Log: b.deps.Log,
	})
}

// someCertificate is a certificate, in base64.
var someCertificate = sync.OnceValue(func() string {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return ""
	}
	like := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "idp"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(1, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, like, like, key.Public(), key)
	if err != nil {
		return ""
	}
	return base64.StdEncoding.EncodeToString(der)
})

// madeMetadata is that of an identity provider that there is not.
func madeMetadata(name string) string {
	return `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://` + name + `.example/idp"><md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">` +
		`<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>` + someCertificate() + `</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>` +
		`<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://` + name + `.example/sso"/></md:IDPSSODescriptor></md:EntityDescriptor>`
}
