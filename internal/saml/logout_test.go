package saml_test

import (
	"crypto"
	"crypto/x509"
	"maps"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"
	"github.com/google/go-cmp/cmp"

	"sallyport/internal/errs"
	"sallyport/internal/saml"
)

// The other side speaks the same core with the roles changed: an SP that signs
// with the IdP's key and is named as it is, sending to our logout URL.
func okta2(b saml.Binding, by func() party) (saml.SP, saml.IDP) {
	p := by()
	return saml.SP{EntityID: idpID, SLO: "https://acme.okta.test/slo", Key: p.key, Certificate: p.cert},
		saml.IDP{EntityID: spID, SLO: []saml.Endpoint{{Binding: b, Location: sloURL}}}
}

func arrive(m saml.Message) (saml.Incoming, error) {
	if m.Binding == saml.POST {
		return saml.FromForm(m.Form)
	}
	_, query, _ := strings.Cut(m.URL, "?")
	return saml.FromQuery(query)
}

func signOut() saml.SignOut {
	return saml.SignOut{
		ID: "_logout1", RelayState: "r", Now: now, SessionIndex: "_session1",
		NameID: saml.NameID{Value: genuine, Format: "urn:f", NameQualifier: "nq", SPNameQualifier: "sq"},
	}
}

func asked() saml.Expect {
	e := expectation()
	e.InResponseTo = ""
	return e
}

func TestLogoutRequestArrives(t *testing.T) {
	for name, by := range map[string]func() party{"RSA": okta, "ECDSA": p256} {
		for _, b := range []saml.Binding{saml.Redirect, saml.POST} {
			t.Run(name+string(b[40:]), func(t *testing.T) {
				sp, to := okta2(b, by)
				m, err := sp.LogoutRequest(to, signOut())
				if err != nil {
					t.Fatal(err)
				}
				in, err := arrive(m)
				if err != nil || in.IsResponse {
					t.Fatal(in.IsResponse, err)
				}
				e := asked()
				e.IDP.Certificates = []*x509.Certificate{by().cert}
				got, err := in.Request(e)
				if err != nil {
					t.Fatal(err)
				}
				want := saml.LogoutRequest{ID: "_logout1", KeepUntil: now.Add(13*time.Minute + time.Second), NameID: signOut().NameID, SessionIndex: []string{"_session1"}, RelayState: "r"}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Error(diff)
				}
				e.IDP.Certificates = []*x509.Certificate{stranger().cert}
				if _, err := in.Request(e); ruleOf(t, err) != saml.CheckSignature {
					t.Errorf("by a stranger: %v", err)
				}
				if _, err := in.Response(expectation()); ruleOf(t, err) != saml.CheckRoot {
					t.Errorf("as a response: %v", err)
				}
			})
		}
	}
}

func TestLogoutResponseArrives(t *testing.T) {
	for status, complete := range map[string]bool{saml.LogoutSuccess: true, saml.LogoutPartial: false} {
		for _, b := range []saml.Binding{saml.Redirect, saml.POST} {
			t.Run(status+string(b[40:]), func(t *testing.T) {
				sp, to := okta2(b, okta)
				m, err := sp.LogoutResponse(to, saml.SignedOut{ID: "_done1", InResponseTo: request, RelayState: "r", Status: status, Now: now})
				if err != nil {
					t.Fatal(err)
				}
				in, err := arrive(m)
				if err != nil || !in.IsResponse || in.InResponseTo != request {
					t.Fatal(in, err)
				}
				got, err := in.Response(expectation())
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(saml.LogoutResponse{Complete: complete, RelayState: "r"}, got); diff != "" {
					t.Error(diff)
				}
				e := expectation()
				for _, e.InResponseTo = range []string{"", "_other"} {
					if _, err := in.Response(e); ruleOf(t, err) != saml.CheckInResponseTo {
						t.Errorf("for request %q: %v", e.InResponseTo, err)
					}
				}
			})
		}
	}
	t.Run("a failure is an answer, too", func(t *testing.T) {
		sp, to := okta2(saml.POST, okta)
		m, err := sp.LogoutResponse(to, saml.SignedOut{ID: "_done1", InResponseTo: request, Status: saml.LogoutFailed, Now: now})
		if err != nil {
			t.Fatal(err)
		}
		in, err := arrive(m)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := in.Response(expectation()); err != nil || got.Complete {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

func TestLogoutResponseGoesWhereItIsWanted(t *testing.T) {
	sp, to := okta2(saml.Redirect, okta)
	to.SLO[0].ResponseLocation = "https://sallyport.test/done"
	m, err := sp.LogoutResponse(to, saml.SignedOut{ID: "_a", InResponseTo: "_b", Status: saml.LogoutSuccess, Now: now})
	if err != nil || !strings.HasPrefix(m.URL, "https://sallyport.test/done?SAMLResponse=") {
		t.Errorf("%s, %v", m.URL, err)
	}
}

// posted is a logout request of the POST binding, changed before and after it was signed.
func posted(before, after func(*etree.Element), k *ink) url.Values {
	el := parse(`<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_l1" Version="2.0" IssueInstant="` + stamp(0) + `" Destination="` + sloURL + `"><saml:Issuer>` + idpID + `</saml:Issuer><saml:NameID>` + genuine + `</saml:NameID><samlp:SessionIndex>_s</samlp:SessionIndex></samlp:LogoutRequest>`)
	if before != nil {
		before(el)
	}
	if k != nil {
		k.sign(el)
	}
	if after != nil {
		after(el)
	}
	return url.Values{"SAMLRequest": {b64([]byte(write(el)))}}
}

// queried is the query of a logout request that is signed after an edit.
func queried(edit func(*etree.Element)) string {
	raw, err := saml.Decode(posted(edit, nil, nil).Get("SAMLRequest"))
	if err != nil {
		panic(err)
	}
	q := "SAMLRequest=" + url.QueryEscape(b64(deflate(string(raw)))) + "&SigAlg=" + url.QueryEscape(rsaSHA256)
	return q + "&Signature=" + url.QueryEscape(b64((ink{by: okta, hash: crypto.SHA256}).value([]byte(q))))
}

func TestLogoutRequestRefused(t *testing.T) {
	okay := &ink{}
	for name, tt := range map[string]struct {
		form url.Values
		want saml.Rule
	}{
		"as it should be":        {posted(nil, nil, okay), ""},
		"not signed":             {posted(nil, nil, nil), saml.CheckSignatureMissing},
		"signed by a stranger":   {posted(nil, nil, &ink{by: stranger}), saml.CheckSignature},
		"signed with SHA-1":      {posted(nil, nil, &ink{digest: sha1ID}), saml.CheckAlgorithm},
		"changed":                {posted(nil, say("NameID", evil), okay), saml.CheckSignature},
		"a session taken out":    {posted(nil, remove("SessionIndex"), okay), saml.CheckSignature},
		"another destination":    {posted(set("LogoutRequest", "Destination", acsURL), nil, okay), saml.CheckDestination},
		"no destination":         {posted(unset("LogoutRequest", "Destination"), nil, okay), saml.CheckDestination},
		"another issuer":         {posted(say("Issuer", "x"), nil, okay), saml.CheckIssuer},
		"no issuer":              {posted(remove("Issuer"), nil, okay), saml.CheckIssuer},
		"version 1.1":            {posted(set("LogoutRequest", "Version", "1.1"), nil, okay), saml.CheckVersion},
		"old":                    {posted(set("LogoutRequest", "IssueInstant", stamp(-time.Hour)), nil, okay), saml.CheckIssueInstant},
		"over":                   {posted(set("LogoutRequest", "NotOnOrAfter", stamp(-time.Hour)), nil, okay), saml.CheckConditionsTime},
		"an answer to something": {posted(set("LogoutRequest", "InResponseTo", "_x"), nil, okay), saml.CheckInResponseTo},
		"nobody's":               {posted(remove("NameID"), nil, okay), saml.CheckLogout},
		"an empty name":          {posted(say("NameID", ""), nil, okay), saml.CheckNameID},
		"an encrypted name":      {posted(both(remove("NameID"), insert("LogoutRequest", `<saml:EncryptedID/>`)), nil, okay), saml.CheckEncrypted},
		"an empty session":       {posted(say("SessionIndex", ""), nil, okay), saml.CheckLogout},
		"an odd session":         {posted(insert("SessionIndex", `<x/>`), nil, okay), saml.CheckLogout},
		"an assertion inside":    {posted(nil, insert("LogoutRequest", `<saml:Assertion/>`), okay), saml.CheckSignature},
		"a comment":              {posted(nil, func(el *etree.Element) { el.AddChild(etree.NewComment("x")) }, okay), saml.CheckMarkup},
		"no field":               {url.Values{}, saml.CheckRoot},
		"two fields":             {url.Values{"SAMLRequest": {"PHgv", "PHgv"}}, saml.CheckRoot},
		"request and response":   {url.Values{"SAMLRequest": {"PHgv"}, "SAMLResponse": {"PHgv"}}, saml.CheckRoot},
		"no base64":              {url.Values{"SAMLRequest": {"!"}}, saml.CheckEncoding},
		"a sign-in":              {url.Values{"SAMLRequest": {b64(signed("both").send())}}, saml.CheckRoot},
	} {
		t.Run(name, func(t *testing.T) {
			in, err := saml.FromForm(tt.form)
			if err == nil {
				_, err = in.Request(asked())
			}
			if got := ruleOf(t, err); got != tt.want {
				t.Errorf("%v, want %q", err, tt.want)
			}
		})
	}
}

func TestLogoutByRedirectRefused(t *testing.T) {
	sp, to := okta2(saml.Redirect, okta)
	m, err := sp.LogoutRequest(to, signOut())
	if err != nil {
		t.Fatal(err)
	}
	_, query, _ := strings.Cut(m.URL, "?")
	values, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	with := func(key, value string) string {
		v := maps.Clone(values)
		v.Set(key, value)
		return v.Encode()
	}
	without := func(key string) string {
		v := maps.Clone(values)
		v.Del(key)
		return v.Encode()
	}
	bomb := b64(deflate(strings.Repeat("a", 10<<20)))
	sealed := posted(nil, nil, &ink{})
	inner, err := saml.Decode(sealed.Get("SAMLRequest"))
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		query string
		want  saml.Rule
	}{
		"as it came":                    {query, ""},
		"in another order":              {strings.Join(reversed(strings.Split(query, "&")), "&"), ""},
		"with something else":           {query + "&lang=en", ""},
		"no signature":                  {without("Signature"), saml.CheckSignatureMissing},
		"no algorithm":                  {without("SigAlg"), saml.CheckSignatureMissing},
		"no RelayState":                 {without("RelayState"), saml.CheckSignature},
		"another RelayState":            {with("RelayState", "x"), saml.CheckSignature},
		"another signature":             {with("Signature", b64(make([]byte, 256))), saml.CheckSignature},
		"a signature that is no base64": {with("Signature", "!"), saml.CheckEncoding},
		"SHA-1":                         {with("SigAlg", rsaSHA1), saml.CheckAlgorithm},
		"HMAC":                          {with("SigAlg", hmacSHA), saml.CheckAlgorithm},
		"ECDSA named":                   {with("SigAlg", ecdsaSHA+"256"), saml.CheckSignature},
		"the message twice":             {query + "&SAMLRequest=x", saml.CheckEncoding},
		"RelayState twice":              {query + "&RelayState=x", saml.CheckEncoding},
		"request and response":          {query + "&SAMLResponse=x", saml.CheckRoot},
		"nothing":                       {"", saml.CheckRoot},
		"another encoding":              {query + "&SAMLEncoding=urn:x", saml.CheckEncoding},
		"not deflated":                  {with("SAMLRequest", b64([]byte("<x/>"))), saml.CheckEncoding},
		"no base64":                     {with("SAMLRequest", "!"), saml.CheckEncoding},
		"a bad escape":                  {"SAMLRequest=%zz", saml.CheckEncoding},
		"a bad escape in a name":        {"%zz=1", saml.CheckEncoding},
		"a bomb":                        {with("SAMLRequest", bomb), saml.CheckSize},
		"something behind the message":  {with("SAMLRequest", b64(append(deflate("<x/>"), 'x'))), saml.CheckTrailing},
		"a signature inside":            {with("SAMLRequest", b64(deflate(string(inner)))), saml.CheckPlace},
		"too large":                     {strings.Repeat("a", 600<<10), saml.CheckSize},
	} {
		t.Run(name, func(t *testing.T) {
			in, err := saml.FromQuery(tt.query)
			if err == nil {
				_, err = in.Request(asked())
			}
			if got := ruleOf(t, err); got != tt.want {
				t.Errorf("%v, want %q", err, tt.want)
			}
		})
	}
	t.Run("by an expired certificate", func(t *testing.T) {
		in, err := saml.FromQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		e := asked()
		e.Now = e.Now.AddDate(20, 0, 0)
		if _, err := in.Request(e); ruleOf(t, err) != saml.CheckCertificate {
			t.Error(err)
		}
	})
	t.Run("metadata over", func(t *testing.T) {
		in, err := saml.FromQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		e := asked()
		e.IDP.ValidUntil = now
		if _, err := in.Request(e); ruleOf(t, err) != saml.CheckMetadata {
			t.Error(err)
		}
	})
	for name, tt := range map[string]struct {
		edit func(*etree.Element)
		want saml.Rule
	}{
		"as it is":     {func(*etree.Element) {}, ""},
		"no ID":        {unset("LogoutRequest", "ID"), saml.CheckID},
		"no name":      {remove("NameID"), saml.CheckLogout},
		"a comment":    {func(el *etree.Element) { el.AddChild(etree.NewComment("")) }, saml.CheckMarkup},
		"another kind": {func(el *etree.Element) { el.Tag = "AuthnRequest" }, saml.CheckRoot},
	} {
		t.Run("signed, but "+name, func(t *testing.T) {
			in, err := saml.FromQuery(queried(tt.edit))
			if err == nil {
				_, err = in.Request(asked())
			}
			if got := ruleOf(t, err); got != tt.want {
				t.Errorf("%v, want %q", err, tt.want)
			}
		})
	}
	t.Run("never read", func(t *testing.T) {
		if _, err := (saml.Incoming{}).Request(asked()); ruleOf(t, err) != saml.CheckRoot {
			t.Error(err)
		}
	})
}

// The identity provider's RelayState goes back as it came, be it longer than
// ours may be.
func TestLogoutResponseGivesRelayStateBack(t *testing.T) {
	sp, to := okta2(saml.Redirect, okta)
	long := strings.Repeat("r", 300)
	m, err := sp.LogoutResponse(to, saml.SignedOut{ID: "_a", InResponseTo: request, RelayState: long, Status: saml.LogoutSuccess, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	if in, err := arrive(m); err != nil || in.RelayState != long {
		t.Errorf("%q, %v", in.RelayState, err)
	}
}

func TestLogoutFails(t *testing.T) {
	p := ours()
	for name, tt := range map[string]struct {
		sp   saml.SP
		idp  saml.IDP
		want string
	}{
		"no key": {spOf(nil), idpOf(), "no signing key"},
		"no URL": {spOf(&p), saml.IDP{}, "no logout URL"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := tt.sp.LogoutRequest(tt.idp, signOut())
			_, err2 := tt.sp.LogoutResponse(tt.idp, saml.SignedOut{ID: "_a", Status: saml.LogoutSuccess, Now: now})
			for _, err := range []error{err, err2} {
				if errs.KindOf(err) != errs.Invalid || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("%v, want %q", err, tt.want)
				}
			}
		})
	}
}

// Our logout messages, too, hold before an independent verifier.
func TestLogoutRequestIsSigned(t *testing.T) {
	p := ours()
	idp := idpOf(okta().cert)
	idp.SLO[0].Binding = saml.POST
	m, err := spOf(&p).LogoutRequest(idp, signOut())
	if err != nil {
		t.Fatal(err)
	}
	raw, err := saml.Decode(m.Form.Get("SAMLRequest"))
	if err != nil {
		t.Fatal(err)
	}
	xmlsec(t, raw, "urn:oasis:names:tc:SAML:2.0:protocol:LogoutRequest", p)
}
