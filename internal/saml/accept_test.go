package saml_test

import (
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"
	"github.com/google/go-cmp/cmp"

	"sallyport/internal/saml"
)

// accepted is a response that must be taken.
type accepted struct {
	letter letter
	expect func(*saml.Expect)
	nameID string // genuine if empty
	// crewjam says why the second opinion differs here, if it does.
	crewjam string
}

func trust(certs ...func() party) func(*saml.Expect) {
	return func(e *saml.Expect) {
		e.IDP.Certificates = nil
		for _, c := range certs {
			e.IDP.Certificates = append(e.IDP.Certificates, c().cert)
		}
	}
}

func later(d time.Duration) func(*saml.Expect) {
	return func(e *saml.Expect) { e.Now = e.Now.Add(d) }
}

func inked(k ink) letter { return letter{signA: &k, signR: &k} }

func groups(n int) func(*etree.Element) {
	return func(a *etree.Element) {
		at := find(a, "Attribute")
		for i := range n {
			at.CreateElement("saml2:AttributeValue").SetText(fmt.Sprintf("Group %04d", i))
		}
	}
}

const ecdsaSHA = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha"

func acceptances() map[string]accepted {
	plain := signed("both")
	with := func(edit func(l *letter)) letter {
		l := plain
		edit(&l)
		return l
	}
	prefixList := []string{transform(enveloped, ""), transform(excC14N, `<ec:InclusiveNamespaces xmlns:ec="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="xs"></ec:InclusiveNamespaces>`)}
	return map[string]accepted{
		"both signed, as Okta does": {letter: plain},
		"only the assertion signed": {letter: signed("assertion")},
		"only the response signed, where that is allowed": {
			letter: signed("response"),
			expect: func(e *saml.Expect) { e.ResponseSignature = true },
		},
		"no request was sent, and none is named": {
			letter: with(func(l *letter) { l.unsolicited = true }),
			expect: func(e *saml.Expect) { e.InResponseTo = "" },
		},
		"RSA with SHA-384": {letter: inked(ink{
			alg: "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384", hash: crypto.SHA384,
			digest: "http://www.w3.org/2001/04/xmldsig-more#sha384", digestHash: crypto.SHA384,
		})},
		"RSA with SHA-512": {letter: inked(ink{
			alg: "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512", hash: crypto.SHA512,
			digest: "http://www.w3.org/2001/04/xmlenc#sha512", digestHash: crypto.SHA512,
		})},
		"ECDSA on P-256": {
			letter: inked(ink{by: p256, alg: ecdsaSHA + "256"}), expect: trust(p256),
			crewjam: "reads ECDSA signatures as ASN.1 only, which is not what XML signature says",
		},
		"ECDSA on P-384": {
			letter: inked(ink{by: p384, alg: ecdsaSHA + "384", hash: crypto.SHA384}), expect: trust(p384),
			crewjam: "reads ECDSA signatures as ASN.1 only, which is not what XML signature says",
		},
		"ECDSA on P-521": {
			letter: inked(ink{by: p521, alg: ecdsaSHA + "512", hash: crypto.SHA512}), expect: trust(p521),
			crewjam: "reads ECDSA signatures as ASN.1 only, which is not what XML signature says",
		},
		"ECDSA in ASN.1, as some send it": {letter: inked(ink{by: p256, alg: ecdsaSHA + "256", der: true}), expect: trust(p256)},
		"rollover, signed by the old key": {letter: plain, expect: trust(okta, next)},
		"rollover, signed by the new key": {letter: plain, expect: trust(next, okta)},
		"rollover without KeyInfo": {
			letter: inked(ink{noKeyInfo: true}), expect: trust(next, okta),
			crewjam: "wants KeyInfo when there are two certificates",
		},
		"an expired certificate beside the one in use": {letter: plain, expect: trust(expired, okta)},
		"no KeyInfo": {letter: inked(ink{noKeyInfo: true})},
		"KeyInfo names another key, which nobody asks": {
			letter:  inked(ink{keyInfo: stranger}),
			crewjam: "picks the certificate by KeyInfo",
		},
		"KeyInfo holds a bare key of somebody": {
			letter: inked(ink{after: func(sig *etree.Element) {
				remove("X509Data")(sig)
				insert("KeyInfo", `<ds:KeyValue xmlns:ds="`+nsDS+`"><ds:RSAKeyValue><ds:Modulus>AAAA</ds:Modulus><ds:Exponent>AQAB</ds:Exponent></ds:RSAKeyValue></ds:KeyValue>`)(sig)
			}}),
		},
		"an indented SignatureValue": {
			letter: inked(ink{after: func(sig *etree.Element) {
				v := find(sig, "SignatureValue")
				v.SetText("\n      " + v.Text()[:76] + "\n      " + v.Text()[76:] + "\n    ")
			}}),
			crewjam: "its base64 takes newlines, but no blanks",
		},
		"an indented assertion":           {letter: with(func(l *letter) { l.indent = true })},
		"the signature as the last child": {letter: inked(ink{last: true})},
		"inclusive namespace prefixes":    {letter: inked(ink{transforms: prefixList})},
		"an XML declaration": {letter: with(func(l *letter) {
			l.text = func(s string) string { return `<?xml version="1.0" encoding="UTF-8"?>` + "\n" + s + "\n" }
		})},
		"two audiences, ours first": {letter: with(func(l *letter) {
			l.assertion = insert("AudienceRestriction", `<saml2:Audience>https://other.test</saml2:Audience>`)
		}), crewjam: "wants ours to be the last of several"},
		"two audiences, ours last": {letter: with(func(l *letter) {
			l.assertion = func(a *etree.Element) {
				find(a, "AudienceRestriction").InsertChildAt(0, parse(`<saml2:Audience>https://other.test</saml2:Audience>`))
			}
		})},
		"two restrictions that both name us": {letter: with(func(l *letter) {
			l.assertion = insert("Conditions", `<saml2:AudienceRestriction><saml2:Audience>`+spID+`</saml2:Audience></saml2:AudienceRestriction>`)
		})},
		"OneTimeUse and ProxyRestriction": {letter: with(func(l *letter) {
			l.assertion = both(insert("Conditions", `<saml2:OneTimeUse/>`), insert("Conditions", `<saml2:ProxyRestriction Count="0"/>`))
		})},
		"no Issuer on the response": {letter: with(func(l *letter) { l.response = remove("Issuer") })},
		"a holder-of-key confirmation beside the bearer's": {letter: with(func(l *letter) {
			l.assertion = insert("Subject", `<saml2:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:holder-of-key"><saml2:SubjectConfirmationData Recipient="`+acsURL+`" InResponseTo="`+request+`" NotOnOrAfter="`+stamp(time.Minute)+`"/></saml2:SubjectConfirmation>`)
		})},
		"our clock 3 minutes behind": {
			letter: with(func(l *letter) { l.assertion = set("Conditions", "NotBefore", stamp(0)) }),
			expect: later(-3 * time.Minute),
		},
		"our clock nearly 3 minutes past the end": {letter: plain, expect: later(8*time.Minute - time.Second)},
		"times without fractions": {letter: with(func(l *letter) {
			l.assertion = both(set("Conditions", "NotBefore", now.Format(time.RFC3339)), set("Assertion", "IssueInstant", now.Format(time.RFC3339)))
		})},
		"a session that still runs":               {letter: with(func(l *letter) { l.assertion = set("AuthnStatement", "SessionNotOnOrAfter", stamp(time.Hour)) })},
		"a fresh sign-in where one was asked for": {letter: plain, expect: func(e *saml.Expect) { e.AuthnSince = now.Add(-2 * time.Minute) }},
		"1,000 groups":                            {letter: with(func(l *letter) { l.assertion = groups(1000) }), crewjam: "panics at its limit of 1,000 elements"},
		"a name with an ampersand":                {letter: with(func(l *letter) { l.assertion = say("NameID", "r&d@acme.test") }), nameID: "r&d@acme.test"},
		"a name of many scripts":                  {letter: with(func(l *letter) { l.assertion = say("NameID", "jörg.名前@acme.test") }), nameID: "jörg.名前@acme.test"},
		"blanks around the name":                  {letter: with(func(l *letter) { l.assertion = say("NameID", "\n  jane@acme.test\n  ") }), crewjam: "keeps the blanks"},
		"other prefixes, and none": {letter: with(func(l *letter) {
			l.response = func(r *etree.Element) {
				st := find(r, "Status")
				r.RemoveChild(st)
				r.AddChild(parse(`<Status xmlns="urn:oasis:names:tc:SAML:2.0:protocol"><x:StatusCode xmlns:x="urn:oasis:names:tc:SAML:2.0:protocol" Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></Status>`))
			}
		})},
		"foreign extensions of the response": {letter: with(func(l *letter) {
			l.response = func(r *etree.Element) {
				r.InsertChildAt(1, parse(`<saml2p:Extensions><x:hint xmlns:x="urn:x">y</x:hint></saml2p:Extensions>`))
			}
		})},
	}
}

func TestCheckAccepts(t *testing.T) {
	for name, tt := range acceptances() {
		t.Run(name, func(t *testing.T) {
			e := expectation()
			if tt.expect != nil {
				tt.expect(&e)
			}
			raw := tt.letter.send()
			a, err := saml.Check(raw, e)
			if err != nil {
				t.Fatalf("refused: %v", err)
			}
			if a.NameID != or(tt.nameID, genuine) {
				t.Errorf("NameID is %q", a.NameID)
			}
			got, err := secondOpinion(raw, e)
			switch {
			case tt.crewjam != "" && err == nil && got == a.NameID:
				t.Errorf("crewjam agrees, though listed as a miss: %s", tt.crewjam)
			case tt.crewjam == "" && err != nil:
				t.Errorf("crewjam refuses: %v", err)
			case tt.crewjam == "" && got != a.NameID:
				t.Errorf("crewjam reads %q, and we %q", got, a.NameID)
			}
		})
	}
}

func TestAssertionTells(t *testing.T) {
	l := signed("both")
	l.assertion = both(set("AuthnStatement", "SessionNotOnOrAfter", stamp(time.Hour)), set("NameID", "SPNameQualifier", spID), set("NameID", "NameQualifier", idpID))
	got, err := saml.Check(l.send(), expectation())
	if err != nil {
		t.Fatal(err)
	}
	want := saml.Assertion{
		ID: "_assertion1", NameID: genuine, NameIDFormat: "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
		NameQualifier: idpID, SPNameQualifier: spID,
		SessionIndex: "_session1", Attributes: map[string][]string{"groups": {"Sallyport Admins", "Everyone"}},
		AuthnContext: "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
		IssueInstant: now, AuthnInstant: now.Add(-time.Minute),
		NotOnOrAfter: now.Add(5 * time.Minute), SessionNotOnOrAfter: now.Add(time.Hour),
		KeepUntil: now.Add(8*time.Minute + time.Second), InResponseTo: request,
		Certificate: okta().cert, ResponseSigned: true, AssertionSigned: true,
	}
	same := cmp.Comparer(func(a, b *x509.Certificate) bool { return a.Equal(b) })
	if diff := cmp.Diff(want, got, same); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// An assertion must be refused for its age from KeepUntil on, else forgetting
// it would let it in again.
func TestKeepUntilOutlivesTheAssertion(t *testing.T) {
	for name, edit := range map[string]func(*etree.Element){
		"as Okta sends it":       nil,
		"an end in ten years":    both(set("Conditions", "NotOnOrAfter", stamp(87600*time.Hour)), set("SubjectConfirmationData", "NotOnOrAfter", stamp(87600*time.Hour))),
		"a confirmation shorter": set("SubjectConfirmationData", "NotOnOrAfter", stamp(time.Minute)),
	} {
		t.Run(name, func(t *testing.T) {
			l := signed("both")
			l.assertion = edit
			raw := l.send()
			a, err := saml.Check(raw, expectation())
			if err != nil {
				t.Fatal(err)
			}
			if a.KeepUntil.Sub(now) > saml.DefaultMaxAge+saml.DefaultSkew+time.Second {
				t.Errorf("kept until %v", a.KeepUntil)
			}
			e := expectation()
			e.Now = a.KeepUntil
			if _, err := saml.Check(raw, e); err == nil {
				t.Error("accepted at KeepUntil")
			}
			e.Now = a.KeepUntil.Add(-2 * time.Second)
			if _, err := saml.Check(raw, e); err != nil {
				t.Errorf("kept longer than it is accepted: %v", err)
			}
		})
	}
}

func TestParseTellsWhichRequestIsAnswered(t *testing.T) {
	r, err := saml.Parse(signed("both").send())
	if err != nil || r.InResponseTo != request {
		t.Fatalf("%q, %v", r.InResponseTo, err)
	}
	for range 2 { // the second time, nothing has changed
		if _, err := r.Check(expectation()); err != nil {
			t.Fatal(err)
		}
	}
}

func TestNothingParsedIsRefused(t *testing.T) {
	if _, err := (saml.Response{}).Check(expectation()); ruleOf(t, err) != saml.CheckRoot {
		t.Error(err)
	}
}

// What another implementation signs is accepted. It gets a template, and makes
// digest and signature itself.
func TestCheckAcceptsWhatXMLSecSigns(t *testing.T) {
	bin, err := exec.LookPath("xmlsec1")
	if err != nil {
		t.Skip("xmlsec1 is not installed: no independent signer")
	}
	for name, tt := range map[string]struct {
		by  func() party
		alg string
	}{"RSA": {okta, rsaSHA256}, "ECDSA": {p256, ecdsaSHA + "256"}, "ECDSA with SHA-384": {p384, ecdsaSHA + "384"}} {
		t.Run(name, func(t *testing.T) {
			p := tt.by()
			blank := ink{by: tt.by, alg: tt.alg, noKeyInfo: true, after: both(say("DigestValue", ""), say("SignatureValue", ""))}
			if tt.alg == ecdsaSHA+"384" {
				blank.hash = crypto.SHA384
			}
			der, err := x509.MarshalPKCS8PrivateKey(p.key)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			key, doc, out := filepath.Join(dir, "key.pem"), filepath.Join(dir, "template.xml"), filepath.Join(dir, "signed.xml")
			for file, b := range map[string][]byte{
				key: pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}),
				doc: (letter{signA: &blank}).send(),
			} {
				if err := os.WriteFile(file, b, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			said, err := exec.CommandContext(t.Context(), bin, "--sign", "--privkey-pem", key, "--output", out,
				"--id-attr:ID", "urn:oasis:names:tc:SAML:2.0:assertion:Assertion", doc).CombinedOutput()
			if err != nil {
				t.Fatalf("xmlsec1: %v\n%s", err, said)
			}
			raw, err := os.ReadFile(out)
			if err != nil {
				t.Fatal(err)
			}
			e := expectation()
			e.IDP.Certificates = []*x509.Certificate{p.cert}
			if a, err := saml.Check(raw, e); err != nil || a.NameID != genuine {
				t.Errorf("%q, %v", a.NameID, err)
			}
		})
	}
}

func TestDecode(t *testing.T) {
	for name, tt := range map[string]struct {
		field string
		want  saml.Rule
	}{
		"plain":           {b64([]byte("<x/>")), ""},
		"broken in lines": {"PHgv\r\nPg==", ""},
		"empty":           {"", saml.CheckEncoding},
		"no base64":       {"<x/>", saml.CheckEncoding},
		"blanks inside":   {"PHgv Pg==", saml.CheckEncoding},
		"URL alphabet":    {"PD94_-8=", saml.CheckEncoding},
		"odd last bits":   {"PHgvPh==", saml.CheckEncoding},
		"too large":       {strings.Repeat("A", 400<<10), saml.CheckSize},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := saml.Decode(tt.field)
			if got := ruleOf(t, err); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}
