package samlidp

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"
)

const request = `<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ` +
	`ID="_1" Version="2.0" IssueInstant="2026-03-02T09:00:00Z" ForceAuthn="true" AssertionConsumerServiceURL="https://sp.test/acs">` +
	`<saml:Issuer> https://sp.test </saml:Issuer><saml:Subject><saml:NameID>ann@test</saml:NameID></saml:Subject>` +
	`<samlp:NameIDPolicy Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"/></samlp:AuthnRequest>`

func form(text string) url.Values {
	return url.Values{"SAMLRequest": {base64.StdEncoding.EncodeToString([]byte(text))}, "RelayState": {"r"}}
}

func query(t testing.TB, text string) string {
	t.Helper()
	var z bytes.Buffer
	w, err := flate.NewWriter(&z, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return "SAMLRequest=" + url.QueryEscape(base64.StdEncoding.EncodeToString(z.Bytes())) + "&RelayState=r"
}

func TestRequestsAreRead(t *testing.T) {
	for name, read := range map[string]func() (Message, error){
		"POST":     func() (Message, error) { return FromForm(form(request)) },
		"Redirect": func() (Message, error) { return FromQuery(query(t, request)) },
	} {
		m, err := read()
		if err != nil {
			t.Fatal(err)
		}
		if m.Kind != "AuthnRequest" || m.ID != "_1" || m.Issuer != "https://sp.test" || !m.ForceAuthn || m.ACS != "https://sp.test/acs" || m.Subject != "ann@test" ||
			m.RelayState != "r" || !strings.HasSuffix(m.NameIDFormat, "emailAddress") || !m.IssueInstant.Equal(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)) {
			t.Errorf("%s: %+v", name, m)
		}
	}
}

func TestWhatIsNoMessageIsRefused(t *testing.T) {
	for name, text := range map[string]string{
		"nothing":           "",
		"no XML":            "hello",
		"another root":      strings.ReplaceAll(request, "AuthnRequest", "Response"),
		"another namespace": strings.Replace(request, "SAML:2.0:protocol", "SAML:1.0:protocol", 1),
		"no ID":             strings.Replace(request, ` ID="_1"`, "", 1),
		"another version":   strings.Replace(request, `"2.0" Issue`, `"1.1" Issue`, 1),
		"no time":           strings.Replace(request, "2026-03-02T09:00:00Z", "today", 1),
		"a document type":   `<!DOCTYPE x [<!ENTITY a "b">]>` + request,
		"a comment":         strings.Replace(request, "ann@test", "ann@test<!---->.evil", 1),
		"too much":          request + strings.Repeat(" ", maxMessage),
	} {
		if _, err := FromForm(form(text)); !errors.Is(err, ErrMessage) {
			t.Errorf("%s by form: %v", name, err)
		}
		if _, err := FromQuery(query(t, text)); !errors.Is(err, ErrMessage) {
			t.Errorf("%s by query: %v", name, err)
		}
	}
}

func FuzzMessage(f *testing.F) {
	f.Add([]byte(request))
	f.Add([]byte(`<a xmlns="urn:oasis:names:tc:SAML:2.0:protocol" ID="" Version=""/>`))
	f.Add([]byte(`<!DOCTYPE a><a/>`))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := FromForm(form(string(b)))
		q, queryErr := FromQuery(query(t, string(b)))
		if (err == nil) != (queryErr == nil) || m.ID != q.ID || m.Kind != q.Kind {
			t.Errorf("by form %+v %v, by query %+v %v", m, err, q, queryErr)
		}
		if err == nil && (m.ID == "" || m.IssueInstant.IsZero() && !bytes.Contains(b, []byte("0001"))) {
			t.Errorf("accepted %+v", m)
		}
	})
}

func FuzzQuery(f *testing.F) {
	f.Add(query(f, request))
	f.Add("SAMLRequest=%zz&Signature=a")
	f.Add("SAMLResponse=AAAA&SigAlg=x&Signature=x")
	f.Fuzz(func(t *testing.T, raw string) {
		if m, err := FromQuery(raw); err == nil && m.ID == "" {
			t.Errorf("accepted %+v", m)
		}
	})
}
