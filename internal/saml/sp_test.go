package saml_test

import (
	"bytes"
	"compress/flate"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/pem"
	"encoding/xml"
	"io"
	"math/big"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	crewjam "github.com/crewjam/saml"
	"github.com/google/go-cmp/cmp"

	"sallyport/internal/errs"
	"sallyport/internal/saml"
)

// xmlsec checks a signed document by an implementation that shares nothing
// with ours.
func xmlsec(t *testing.T, doc []byte, root string, by party) {
	t.Helper()
	bin, err := exec.LookPath("xmlsec1")
	if err != nil {
		t.Skip("xmlsec1 is not installed: no independent verification")
	}
	dir := t.TempDir()
	file, cert := filepath.Join(dir, "doc.xml"), filepath.Join(dir, "cert.pem")
	for name, b := range map[string][]byte{
		file: doc,
		cert: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: by.cert.Raw}),
	} {
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out, err := exec.CommandContext(t.Context(), bin, "--verify", "--trusted-pem", cert,
		"--verification-gmt-time", now.Format("2006-01-02 15:04:05"), "--id-attr:ID", root, file).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "OK") {
		t.Errorf("xmlsec1: %v\n%s", err, out)
	}
}

func TestSPMetadata(t *testing.T) {
	order := func(raw []byte) (tags []string) {
		for _, c := range find(parse(string(raw)), "SPSSODescriptor").ChildElements() {
			tags = append(tags, c.Tag)
		}
		return tags
	}
	t.Run("without a key there is no logout", func(t *testing.T) {
		raw, err := spOf(nil).Metadata()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"NameIDFormat", "AssertionConsumerService"}, order(raw)); diff != "" {
			t.Error(diff)
		}
	})
	for name, by := range map[string]func() party{"RSA": ours, "ECDSA": p256} {
		t.Run("signed by "+name, func(t *testing.T) {
			p := by()
			raw, err := spOf(&p).Metadata()
			if err != nil {
				t.Fatal(err)
			}
			// The order is the schema's (saml-schema-metadata-2.0.xsd, SPSSODescriptorType).
			if diff := cmp.Diff([]string{"KeyDescriptor", "SingleLogoutService", "SingleLogoutService", "NameIDFormat", "AssertionConsumerService"}, order(raw)); diff != "" {
				t.Error(diff)
			}
			if first := parse(string(raw)).ChildElements()[0].Tag; first != "Signature" {
				t.Errorf("first is %s", first)
			}
			var d crewjam.EntityDescriptor
			if err := xml.Unmarshal(raw, &d); err != nil {
				t.Fatal(err)
			}
			r := d.SPSSODescriptors[0]
			if d.EntityID != spID || r.AssertionConsumerServices[0].Location != acsURL || r.SingleLogoutServices[1].Location != sloURL || !*r.AuthnRequestsSigned || !*r.WantAssertionsSigned {
				t.Errorf("crewjam reads %+v", d)
			}
			xmlsec(t, raw, "urn:oasis:names:tc:SAML:2.0:metadata:EntityDescriptor", p)
		})
	}
}

func inflated(t *testing.T, field string) string {
	t.Helper()
	z, err := base64.StdEncoding.DecodeString(field)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(flate.NewReader(bytes.NewReader(z)))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestAuthnRequestByRedirect(t *testing.T) {
	idp := idpOf(okta().cert)
	idp.SSO[0].Location += "?app=1"
	m, err := spOf(nil).AuthnRequest(idp, saml.SignIn{ID: "_abc", RelayState: "r 1&x", ForceAuthn: true, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(m.URL)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	if m.ID != "_abc" || m.Binding != saml.Redirect || u.Host != "acme.okta.test" || q.Get("app") != "1" || q.Get("RelayState") != "r 1&x" || q.Has("Signature") || m.Form != nil {
		t.Errorf("%+v", m)
	}
	want := `<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_abc" Version="2.0" IssueInstant="2026-11-22T12:00:00.000Z" Destination="https://acme.okta.test/sso?app=1" ForceAuthn="true" ProtocolBinding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" AssertionConsumerServiceURL="` + acsURL + `"><saml:Issuer>` + spID + `</saml:Issuer></samlp:AuthnRequest>`
	if diff := cmp.Diff(want, inflated(t, q.Get("SAMLRequest"))); diff != "" {
		t.Error(diff)
	}
}

// The signature is over the query's own characters (SAML bindings 3.4.4.1);
// here they are checked with nothing but the standard library.
func TestAuthnRequestByRedirectIsSigned(t *testing.T) {
	for name, tt := range map[string]struct {
		by  func() party
		alg string
		ok  func(pub crypto.PublicKey, sum, value []byte) bool
	}{
		"RSA": {ours, rsaSHA256, func(pub crypto.PublicKey, sum, value []byte) bool {
			return rsa.VerifyPKCS1v15(pub.(*rsa.PublicKey), crypto.SHA256, sum, value) == nil
		}},
		"ECDSA": {p256, ecdsaSHA + "256", func(pub crypto.PublicKey, sum, value []byte) bool {
			return len(value) == 64 && ecdsa.Verify(pub.(*ecdsa.PublicKey), sum, new(big.Int).SetBytes(value[:32]), new(big.Int).SetBytes(value[32:]))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			p := tt.by()
			m, err := spOf(&p).AuthnRequest(idpOf(okta().cert), saml.SignIn{ID: saml.NewID(), RelayState: "r", Now: now})
			if err != nil {
				t.Fatal(err)
			}
			_, query, _ := strings.Cut(m.URL, "?")
			signed, sig, _ := strings.Cut(query, "&Signature=")
			if !strings.HasPrefix(signed, "SAMLRequest=") || !strings.Contains(signed, "&RelayState=r&SigAlg="+url.QueryEscape(tt.alg)) {
				t.Errorf("query %s", query)
			}
			sig, _ = url.QueryUnescape(sig)
			value, _ := base64.StdEncoding.DecodeString(sig)
			sum := sha256.Sum256([]byte(signed))
			if !tt.ok(p.key.Public(), sum[:], value) {
				t.Error("the signature does not hold")
			}
		})
	}
}

func TestAuthnRequestByPost(t *testing.T) {
	idp := idpOf(okta().cert)
	idp.SSO = []saml.Endpoint{{Binding: saml.POST, Location: "https://acme.okta.test/sso"}}
	for name, by := range map[string]func() party{"RSA": ours, "P-256": p256, "P-384": p384, "P-521": p521} {
		t.Run(name, func(t *testing.T) {
			p := by()
			m, err := spOf(&p).AuthnRequest(idp, saml.SignIn{ID: saml.NewID(), RelayState: "r", Now: now})
			if err != nil {
				t.Fatal(err)
			}
			raw, err := saml.Decode(m.Form.Get("SAMLRequest"))
			if err != nil {
				t.Fatal(err)
			}
			if m.Binding != saml.POST || m.URL != "https://acme.okta.test/sso" || m.Form.Get("RelayState") != "r" {
				t.Errorf("%+v", m)
			}
			root := parse(string(raw))
			if tags := []string{root.ChildElements()[0].Tag, root.ChildElements()[1].Tag}; !slices.Equal(tags, []string{"Issuer", "Signature"}) {
				t.Errorf("children %v; the schema wants the signature after the issuer", tags)
			}
			if root.FindElement("//NameIDPolicy") != nil {
				t.Error("Okta refuses a NameIDPolicy that is not its app's")
			}
			xmlsec(t, raw, "urn:oasis:names:tc:SAML:2.0:protocol:AuthnRequest", p)
		})
	}
}

func TestAuthnRequestFails(t *testing.T) {
	wants := idpOf(okta().cert)
	wants.WantSigned = true
	half := saml.SP{EntityID: spID, ACS: acsURL, Key: ours().key}
	for name, tt := range map[string]struct {
		sp   saml.SP
		idp  saml.IDP
		in   saml.SignIn
		want string
	}{
		"no sign-in URL":            {spOf(nil), saml.IDP{}, saml.SignIn{ID: "_a"}, "no sign-in URL"},
		"signed wanted, and no key": {spOf(nil), wants, saml.SignIn{ID: "_a"}, "no signing key"},
		"a key without certificate": {half, idpOf(), saml.SignIn{ID: "_a"}, "no certificate"},
		"an ID that is no name":     {spOf(nil), idpOf(), saml.SignIn{ID: "1"}, "no name"},
		"no ID":                     {spOf(nil), idpOf(), saml.SignIn{}, "no name"},
		"a long RelayState":         {spOf(nil), idpOf(), saml.SignIn{ID: "_a", RelayState: strings.Repeat("a", 81)}, "81 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := tt.sp.AuthnRequest(tt.idp, tt.in)
			if errs.KindOf(err) != errs.Invalid || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, want %q", err, tt.want)
			}
		})
	}
}

func TestNewIDIsNeverTheSame(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		id := saml.NewID()
		if seen[id] || len(id) < 27 || id[0] != '_' {
			t.Fatalf("%q", id)
		}
		seen[id] = true
	}
}
