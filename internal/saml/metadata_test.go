package saml_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/errs"
	"sallyport/internal/saml"
)

func keyDescriptor(use string, cert *x509.Certificate) string {
	if use != "" {
		use = ` use="` + use + `"`
	}
	return fmt.Sprintf(`<md:KeyDescriptor%s><ds:KeyInfo xmlns:ds="%s"><ds:X509Data><ds:X509Certificate>%s</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>`, use, nsDS, b64(cert.Raw))
}

const service = `<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://acme.okta.test/sso/post"/>` +
	`<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://acme.okta.test/sso"/>`

func role(inside string) string {
	return `<md:IDPSSODescriptor WantAuthnRequestsSigned="false" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">` + inside + `</md:IDPSSODescriptor>`
}

func entity(attrs, inside string) string {
	return `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="` + idpID + `" ` + attrs + `>` + inside + `</md:EntityDescriptor>`
}

func metadata() string {
	return `<?xml version="1.0" encoding="UTF-8"?>` + entity("", role(keyDescriptor("signing", okta().cert)+
		`<md:NameIDFormat>urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified</md:NameIDFormat>`+service))
}

func TestParseMetadata(t *testing.T) {
	two := keyDescriptor("signing", okta().cert) + keyDescriptor("signing", next().cert)
	slo := `<md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://acme.okta.test/slo" ResponseLocation="https://acme.okta.test/slo/done"/>` +
		`<md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:SOAP" Location="ftp://no"/>`
	sso := []saml.Endpoint{{Binding: saml.POST, Location: "https://acme.okta.test/sso/post"}, {Binding: saml.Redirect, Location: "https://acme.okta.test/sso"}}
	one := []*x509.Certificate{okta().cert}
	for name, tt := range map[string]struct {
		raw  string
		opts saml.MetadataOptions
		want saml.IDP
	}{
		"as Okta writes it":                 {raw: metadata(), want: saml.IDP{Certificates: one}},
		"with a byte order mark":            {raw: "\ufeff" + metadata(), want: saml.IDP{Certificates: one}},
		"with comments":                     {raw: "<!-- ours -->" + entity("", role("<!-- key -->"+keyDescriptor("signing", okta().cert)+service)), want: saml.IDP{Certificates: one}},
		"two certificates":                  {raw: entity("", role(two+service)), want: saml.IDP{Certificates: []*x509.Certificate{okta().cert, next().cert}}},
		"the same certificate twice":        {raw: entity("", role(keyDescriptor("signing", okta().cert)+keyDescriptor("", okta().cert)+service)), want: saml.IDP{Certificates: one}},
		"a key of no stated use":            {raw: entity("", role(keyDescriptor("", okta().cert)+service)), want: saml.IDP{Certificates: one}},
		"a key to encrypt by":               {raw: entity("", role(keyDescriptor("encryption", next().cert)+keyDescriptor("signing", okta().cert)+service)), want: saml.IDP{Certificates: one}},
		"an expired one left of a rollover": {raw: entity("", role(keyDescriptor("signing", expired().cert)+keyDescriptor("signing", okta().cert)+service)), want: saml.IDP{Certificates: []*x509.Certificate{expired().cert, okta().cert}}},
		"an ECDSA key":                      {raw: entity("", role(keyDescriptor("signing", p256().cert)+service)), want: saml.IDP{Certificates: []*x509.Certificate{p256().cert}}},
		"an end to come":                    {raw: entity(`validUntil="2026-12-01T00:00:00Z"`, role(keyDescriptor("signing", okta().cert)+service)), want: saml.IDP{Certificates: one, ValidUntil: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)}},
		"a list of one":                     {raw: `<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" validUntil="2026-12-01T00:00:00Z">` + entity("", role(keyDescriptor("signing", okta().cert)+service)) + `</md:EntitiesDescriptor>`, want: saml.IDP{Certificates: one, ValidUntil: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)}},
		"a logout service":                  {raw: entity("", role(keyDescriptor("signing", okta().cert)+slo+service)), want: saml.IDP{Certificates: one, SLO: []saml.Endpoint{{Binding: saml.Redirect, Location: "https://acme.okta.test/slo", ResponseLocation: "https://acme.okta.test/slo/done"}}}},
		"a wish for signed requests":        {raw: strings.Replace(metadata(), `Signed="false"`, `Signed="true"`, 1), want: saml.IDP{Certificates: one, WantSigned: true}},
		"a service provider as well":        {raw: entity("", role(keyDescriptor("signing", okta().cert)+service)+`<md:SPSSODescriptor/>`), want: saml.IDP{Certificates: one}},
		"signed, and nobody asks":           {raw: sealed(okta), want: saml.IDP{Certificates: one}},
		"signed by the key that is given":   {raw: sealed(stranger), opts: saml.MetadataOptions{Keys: []*x509.Certificate{next().cert, stranger().cert}}, want: saml.IDP{Certificates: one, Signed: true}},
	} {
		t.Run(name, func(t *testing.T) {
			tt.opts.Now = now
			got, err := saml.ParseMetadata([]byte(tt.raw), tt.opts)
			if err != nil {
				t.Fatal(err)
			}
			tt.want.EntityID, tt.want.SSO, tt.want.Raw = idpID, sso, []byte(tt.raw)
			same := cmp.Comparer(func(a, b *x509.Certificate) bool { return a.Equal(b) })
			if diff := cmp.Diff(tt.want, got, same); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

// sealed is metadata with a signature of its own.
func sealed(by func() party) string {
	el := parse(metadata())
	el.CreateAttr("ID", "_metadata")
	(ink{by: by}).sign(el)
	return write(el)
}

func TestParseMetadataRefuses(t *testing.T) {
	cert := keyDescriptor("signing", okta().cert)
	located := func(url string) string {
		return strings.Replace(metadata(), "https://acme.okta.test/sso/post", url, 1)
	}
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	weak := certify(short, now.AddDate(-1, 0, 0), now.AddDate(1, 0, 0))
	coming := certify(okta().key, now.AddDate(1, 0, 0), now.AddDate(2, 0, 0))
	nine := ""
	for range 9 {
		nine += keyDescriptor("signing", certify(okta().key, now.AddDate(-1, 0, 0), now.AddDate(1, 0, 0)))
	}
	key := saml.MetadataOptions{Keys: []*x509.Certificate{next().cert}}
	for name, tt := range map[string]struct {
		raw  string
		opts saml.MetadataOptions
		want string // words of the message
	}{
		"nothing":                          {raw: " \n", want: "empty"},
		"a web page":                       {raw: "<!DOCTYPE html><html><body>Sign in</body></html>", want: "web page"},
		"a web page without type":          {raw: "\n <HTML lang=en><body>Sign in", want: "web page"},
		"JSON":                             {raw: `{"error":"x"}`, want: "no XML"},
		"a certificate":                    {raw: "-----BEGIN CERTIFICATE-----", want: "no XML"},
		"broken XML":                       {raw: strings.TrimSuffix(metadata(), "r>"), want: "line 1"},
		"a document type":                  {raw: `<!DOCTYPE x [<!ENTITY a "b">]>` + entity("", role(cert+service)), want: "document types and entities are not allowed"},
		"something behind":                 {raw: metadata() + "x", want: "follows the end"},
		"2 MiB":                            {raw: metadata() + strings.Repeat(" ", 2<<20), want: "larger than 1 MiB"},
		"Latin-1":                          {raw: "<\xe4/>", want: "not UTF-8"},
		"a response":                       {raw: string(signed("both").send()), want: "the root is <saml2p:Response>"},
		"a list of two":                    {raw: `<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">` + entity("", "") + entity("", "") + `</md:EntitiesDescriptor>`, want: "holds 2 descriptors"},
		"a list of lists":                  {raw: `<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">` + entity("", "") + `<md:EntitiesDescriptor/></md:EntitiesDescriptor>`, want: "holds 2 descriptors"},
		"an empty list":                    {raw: `<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"/>`, want: "holds 0 descriptors"},
		"no entity ID":                     {raw: strings.Replace(metadata(), idpID, "", 1), want: "no entityID"},
		"two roles":                        {raw: entity("", role(cert+service)+role(cert+service)), want: "2 IDPSSODescriptors"},
		"no role":                          {raw: entity("", ""), want: "0 IDPSSODescriptors"},
		"a service provider":               {raw: entity("", `<md:SPSSODescriptor/>`), want: "describes a service provider"},
		"SAML 1.1":                         {raw: strings.Replace(metadata(), "SAML:2.0:protocol", "SAML:1.1:protocol", 1), want: "does not speak SAML 2.0"},
		"no certificate":                   {raw: entity("", role(service)), want: "no signing certificate"},
		"a certificate only to encrypt by": {raw: entity("", role(keyDescriptor("encryption", okta().cert)+service)), want: "no signing certificate"},
		"a certificate that is none":       {raw: strings.Replace(metadata(), b64(okta().cert.Raw), "AAAA", 1), want: "KeyDescriptor[1] cannot be read"},
		"a certificate that is no base64":  {raw: strings.Replace(metadata(), b64(okta().cert.Raw), "!", 1), want: "KeyDescriptor[1] is no base64"},
		"RSA of 1024 bits":                 {raw: entity("", role(cert+keyDescriptor("signing", weak)+service)), want: "KeyDescriptor[2] has an RSA key of 1024 bits"},
		"an expired certificate":           {raw: entity("", role(keyDescriptor("signing", expired().cert)+service)), want: "expired on 2026-11-21"},
		"a certificate not valid yet":      {raw: entity("", role(keyDescriptor("signing", coming)+service)), want: "not valid before 2027-11-22"},
		"nine certificates":                {raw: entity("", role(nine+service)), want: "9 signing certificates"},
		"no sign-in service":               {raw: entity("", role(cert)), want: "no SingleSignOnService"},
		"only SOAP":                        {raw: entity("", role(cert+`<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:SOAP" Location="https://acme.okta.test/sso"/>`)), want: "no SingleSignOnService"},
		"http":                             {raw: located("http://acme.okta.test/sso"), want: "SingleSignOnService[1] must be an https URL"},
		"http on this machine":             {raw: located("http://127.0.0.1:7000/sso"), want: "must be an https URL"},
		"http elsewhere, with the option":  {raw: located("http://127.0.0.1.evil.test/sso"), opts: saml.MetadataOptions{AllowLoopback: true}, want: "must be an https URL"},
		"javascript":                       {raw: located("javascript:alert(1)"), want: "must be an https URL"},
		"data":                             {raw: located("data:text/html,x"), want: "must be an https URL"},
		"no host":                          {raw: located("https:///sso"), want: "with a host"},
		"opaque":                           {raw: located("https:acme.okta.test"), want: "with a host"},
		"a user":                           {raw: located("https://okta.test@evil.test/"), want: "without user"},
		"a fragment":                       {raw: located("https://acme.okta.test/#x"), want: "without user or fragment"},
		"no location":                      {raw: located(""), want: "must be an https URL"},
		"an endless location":              {raw: located("https://acme.okta.test/" + strings.Repeat("a", 2048)), want: "no URL"},
		"javascript at logout":             {raw: entity("", role(cert+`<md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="javascript:x"/>`+service)), want: "SingleLogoutService[1] must be"},
		"javascript after logout":          {raw: entity("", role(cert+`<md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://x.test" ResponseLocation="javascript:x"/>`+service)), want: "ResponseLocation of SingleLogoutService[1]"},
		"over":                             {raw: entity(`validUntil="2026-11-22T12:00:00Z"`, role(cert+service)), want: "was valid until 2026-11-22T12:00:00Z"},
		"over by its list":                 {raw: `<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" validUntil="2020-01-01T00:00:00Z">` + entity("", role(cert+service)) + `</md:EntitiesDescriptor>`, want: "EntitiesDescriptor was valid until"},
		"an end that is no time":           {raw: entity(`validUntil="soon"`, role(cert+service)), want: "is no time"},
		"not signed, and a key given":      {raw: metadata(), opts: key, want: "is not signed"},
		"signed by another key":            {raw: sealed(stranger), opts: key, want: "was not made by the key"},
		"changed after signing":            {raw: strings.Replace(sealed(next), "acme.okta.test/sso", "evil.test/sso", 1), opts: key, want: "was not made by the key"},
		"signed with SHA-1": {raw: func() string {
			el := parse(metadata())
			el.CreateAttr("ID", "_m")
			(ink{by: next, digest: sha1ID}).sign(el)
			return write(el)
		}(), opts: key, want: "algorithm"},
	} {
		t.Run(name, func(t *testing.T) {
			tt.opts.Now = now
			_, err := saml.ParseMetadata([]byte(tt.raw), tt.opts)
			if err == nil {
				t.Fatal("taken")
			}
			if errs.KindOf(err) != errs.Invalid || !strings.Contains(errs.Message(err), tt.want) {
				t.Errorf("%v, want %q", err, tt.want)
			}
		})
	}
}

func TestMetadataOnThisMachine(t *testing.T) {
	for _, host := range []string{"127.0.0.1:7000", "[::1]:7000", "localhost:7000"} {
		raw := strings.ReplaceAll(metadata(), "https://acme.okta.test", "http://"+host)
		idp, err := saml.ParseMetadata([]byte(raw), saml.MetadataOptions{Now: now, AllowLoopback: true})
		if err != nil || idp.SSO[1].Location != "http://"+host+"/sso" {
			t.Errorf("%s: %v, %v", host, idp.SSO, err)
		}
	}
}

func TestWarnings(t *testing.T) {
	ends := func(in time.Duration) *x509.Certificate {
		return certify(okta().key, now.AddDate(-1, 0, 0), now.Add(in))
	}
	day := 24 * time.Hour
	for name, tt := range map[string]struct {
		idp  saml.IDP
		want []string
	}{
		"years to go":        {idp: idpOf(okta().cert)},
		"31 days":            {idp: idpOf(ends(31 * day))},
		"30 days":            {idp: idpOf(ends(30 * day)), want: []string{"expires on 2026-12-22"}},
		"a rollover's rest":  {idp: idpOf(expired().cert, okta().cert), want: []string{"expired on 2026-11-21"}},
		"the key to come":    {idp: idpOf(okta().cert, certify(next().key, now.Add(day), now.AddDate(1, 0, 0))), want: []string{"not valid before 2026-11-23"}},
		"the metadata ends":  {idp: saml.IDP{ValidUntil: now.Add(day)}, want: []string{"is valid until 2026-11-23"}},
		"the metadata ended": {idp: saml.IDP{ValidUntil: now}, want: []string{"was valid until 2026-11-22"}},
		"no end near":        {idp: saml.IDP{ValidUntil: now.Add(60 * day)}},
	} {
		t.Run(name, func(t *testing.T) {
			got := tt.idp.Warnings(now)
			if len(got) != len(tt.want) {
				t.Fatalf("%v, want %q", got, tt.want)
			}
			for i, w := range got {
				if !strings.Contains(w.Text, tt.want[i]) || w.Until.IsZero() {
					t.Errorf("%+v, want %q", w, tt.want[i])
				}
			}
		})
	}
}

// Where one of our checks refuses metadata, the refusal can still be asked for.
func TestMetadataErrorKeepsTheRefusal(t *testing.T) {
	_, err := saml.ParseMetadata([]byte(`<!DOCTYPE x><x/>`), saml.MetadataOptions{Now: now})
	if r, ok := errors.AsType[*saml.Refusal](err); !ok || r.Check != saml.CheckDoctype {
		t.Errorf("%v", err)
	}
}
