package saml_test

import (
	"bytes"
	"compress/flate"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	_ "crypto/sha1" // what is forged with
	"crypto/sha256"
	_ "crypto/sha512" // what is signed with
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"fmt"
	"io"
	"math/big"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"

	"sallyport/internal/saml"
)

// The parties of every test, at one fixed time.
const (
	idpID   = "http://www.okta.com/exk1"
	spID    = "https://sallyport.test/saml/acme"
	acsURL  = "https://sallyport.test/saml/acme/acs"
	sloURL  = "https://sallyport.test/saml/acme/slo"
	request = "_request0123456789abcdef"
	genuine = "jane@acme.test"
	evil    = "admin@acme.test"
)

var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func stamp(d time.Duration) string { return now.Add(d).Format("2006-01-02T15:04:05.000Z") }

// party is somebody who signs.
type party struct {
	key  crypto.Signer
	cert *x509.Certificate
}

func certify(key crypto.Signer, from, to time.Time) *x509.Certificate {
	serial, _ := rand.Int(rand.Reader, big.NewInt(1<<62))
	tpl := &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: "test"}, NotBefore: from, NotAfter: to}
	der, err := x509.CreateCertificate(rand.Reader, tpl, tpl, key.Public(), key)
	if err != nil {
		panic(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	return cert
}

func rsaParty(bits int) party {
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		panic(err)
	}
	return party{key, certify(key, now.AddDate(-1, 0, 0), now.AddDate(9, 0, 0))}
}

func ecParty(c elliptic.Curve) party {
	key, err := ecdsa.GenerateKey(c, rand.Reader)
	if err != nil {
		panic(err)
	}
	return party{key, certify(key, now.AddDate(-1, 0, 0), now.AddDate(9, 0, 0))}
}

var (
	okta     = sync.OnceValue(func() party { return rsaParty(2048) })
	next     = sync.OnceValue(func() party { return rsaParty(2048) }) // the key of the rollover
	stranger = sync.OnceValue(func() party { return rsaParty(2048) })
	ours     = sync.OnceValue(func() party { return rsaParty(2048) })
	p256     = sync.OnceValue(func() party { return ecParty(elliptic.P256()) })
	p384     = sync.OnceValue(func() party { return ecParty(elliptic.P384()) })
	p521     = sync.OnceValue(func() party { return ecParty(elliptic.P521()) })
	expired  = sync.OnceValue(func() party {
		p := rsaParty(2048)
		p.cert = certify(p.key, now.AddDate(-2, 0, 0), now.AddDate(0, 0, -1))
		return p
	})
)

func idpOf(certs ...*x509.Certificate) saml.IDP {
	return saml.IDP{
		EntityID:     idpID,
		SSO:          []saml.Endpoint{{Binding: saml.Redirect, Location: "https://acme.okta.test/sso"}},
		SLO:          []saml.Endpoint{{Binding: saml.Redirect, Location: "https://acme.okta.test/slo"}},
		Certificates: certs,
	}
}

func spOf(p *party) saml.SP {
	sp := saml.SP{EntityID: spID, ACS: acsURL, SLO: sloURL}
	if p != nil {
		sp.Key, sp.Certificate = p.key, p.cert
	}
	return sp
}

func expectation() saml.Expect {
	return saml.Expect{IDP: idpOf(okta().cert), SP: spOf(nil), InResponseTo: request, Now: now}
}

// The names of algorithms.
const (
	excC14N   = "http://www.w3.org/2001/10/xml-exc-c14n#"
	enveloped = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
	rsaSHA1   = "http://www.w3.org/2000/09/xmldsig#rsa-sha1"
	rsaSHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
	hmacSHA   = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"
	sha1ID    = "http://www.w3.org/2000/09/xmldsig#sha1"
	sha256ID  = "http://www.w3.org/2001/04/xmlenc#sha256"
)

// ink is how a signature is made. The zero value is what Okta does.
type ink struct {
	by         func() party
	alg        string
	hash       crypto.Hash
	digest     string
	digestHash crypto.Hash
	c14n       string
	transforms []string // XML of the Transform elements
	uri        *string
	der        bool                    // ECDSA in ASN.1
	noKeyInfo  bool                    //
	keyInfo    func() party            // whose certificate is stated
	info       func(si *etree.Element) // before SignedInfo is signed
	after      func(sig *etree.Element)
	last       bool // the signature is put last, not after Issuer
}

func canonical(el *etree.Element, prefixes string) []byte {
	b, err := dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList(prefixes).Canonicalize(el)
	if err != nil {
		panic(err)
	}
	return b
}

func parse(s string) *etree.Element {
	doc := etree.NewDocument()
	if err := doc.ReadFromString(s); err != nil {
		panic(fmt.Sprintf("%v in %s", err, s))
	}
	return doc.Root()
}

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// sign puts an enveloped signature into el, which must declare its namespaces itself.
func (k ink) sign(el *etree.Element) {
	if k.by == nil {
		k.by = okta
	}
	if k.hash == 0 {
		k.hash = crypto.SHA256
	}
	if k.digestHash == 0 {
		k.digestHash = crypto.SHA256
	}
	if k.transforms == nil {
		k.transforms = []string{transform(enveloped, ""), transform(excC14N, "")}
	}
	uri := "#" + el.SelectAttrValue("ID", "")
	if k.uri != nil {
		uri = *k.uri
	}
	prefixes := ""
	if strings.Contains(strings.Join(k.transforms, ""), `PrefixList="xs"`) {
		prefixes = "xs"
	}
	h := k.digestHash.New()
	h.Write(canonical(el.Copy(), prefixes))
	si := parse(fmt.Sprintf(`<ds:SignedInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:CanonicalizationMethod Algorithm="%s"/>`+
		`<ds:SignatureMethod Algorithm="%s"/><ds:Reference URI="%s"><ds:Transforms>%s</ds:Transforms><ds:DigestMethod Algorithm="%s"/>`+
		`<ds:DigestValue>%s</ds:DigestValue></ds:Reference></ds:SignedInfo>`,
		or(k.c14n, excC14N), or(k.alg, rsaSHA256), uri, strings.Join(k.transforms, ""), or(k.digest, sha256ID), b64(h.Sum(nil))))
	if k.info != nil {
		k.info(si)
	}
	sig := etree.NewElement("ds:Signature")
	sig.CreateAttr("xmlns:ds", "http://www.w3.org/2000/09/xmldsig#")
	value := k.value(canonical(si.Copy(), ""))
	si.RemoveAttr("xmlns:ds")
	sig.AddChild(si)
	sig.CreateElement("ds:SignatureValue").SetText(b64(value))
	if !k.noKeyInfo {
		of := k.by
		if k.keyInfo != nil {
			of = k.keyInfo
		}
		sig.CreateElement("ds:KeyInfo").CreateElement("ds:X509Data").CreateElement("ds:X509Certificate").SetText(b64(of().cert.Raw))
	}
	if k.after != nil {
		k.after(sig)
	}
	if issuer := find(el, "Issuer"); issuer != nil && issuer.Parent() == el && !k.last {
		el.InsertChildAt(issuer.Index()+1, sig)
	} else if k.last {
		el.AddChild(sig)
	} else {
		el.InsertChildAt(0, sig)
	}
}

func (k ink) value(signed []byte) []byte {
	if k.alg == hmacSHA {
		mac := hmac.New(sha256.New, k.by().cert.Raw)
		mac.Write(signed)
		return mac.Sum(nil)
	}
	h := k.hash.New()
	h.Write(signed)
	value, err := k.by().key.Sign(rand.Reader, h.Sum(nil), k.hash)
	if err != nil {
		panic(err)
	}
	pub, ok := k.by().key.Public().(*ecdsa.PublicKey)
	if !ok || k.der {
		return value
	}
	return sideBySide(value, (pub.Curve.Params().BitSize+7)/8)
}

func sideBySide(der []byte, n int) []byte {
	var rs struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(der, &rs); err != nil {
		panic(err)
	}
	return append(rs.R.FillBytes(make([]byte, n)), rs.S.FillBytes(make([]byte, n))...)
}

func transform(alg, inside string) string {
	return fmt.Sprintf(`<ds:Transform Algorithm="%s">%s</ds:Transform>`, alg, inside)
}

func b64(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

// letter is a response in the making.
type letter struct {
	unsolicited  bool
	assertion    func(a *etree.Element) // before it is signed
	response     func(r *etree.Element) // before it is signed, with the assertion inside
	after        func(r *etree.Element) // after all was signed
	text         func(s string) string  // of the whole message
	signA, signR *ink                   // nil: not signed
	indent       bool
}

// signed returns a letter with signatures as named: both, assertion, response or none.
func signed(which string) letter {
	var l letter
	if which == "both" || which == "assertion" {
		l.signA = &ink{}
	}
	if which == "both" || which == "response" {
		l.signR = &ink{}
	}
	return l
}

func (l letter) assertionXML() string {
	irt := ` InResponseTo="` + request + `"`
	if l.unsolicited {
		irt = ""
	}
	return `<saml2:Assertion xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion" xmlns:xs="http://www.w3.org/2001/XMLSchema" ID="_assertion1" IssueInstant="` + stamp(0) + `" Version="2.0">` +
		`<saml2:Issuer Format="urn:oasis:names:tc:SAML:2.0:nameid-format:entity">` + idpID + `</saml2:Issuer>` +
		`<saml2:Subject><saml2:NameID Format="urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified">` + genuine + `</saml2:NameID>` +
		`<saml2:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml2:SubjectConfirmationData` + irt + ` NotOnOrAfter="` + stamp(5*time.Minute) + `" Recipient="` + acsURL + `"/></saml2:SubjectConfirmation></saml2:Subject>` +
		`<saml2:Conditions NotBefore="` + stamp(-5*time.Minute) + `" NotOnOrAfter="` + stamp(5*time.Minute) + `"><saml2:AudienceRestriction><saml2:Audience>` + spID + `</saml2:Audience></saml2:AudienceRestriction></saml2:Conditions>` +
		`<saml2:AuthnStatement AuthnInstant="` + stamp(-time.Minute) + `" SessionIndex="_session1"><saml2:AuthnContext><saml2:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</saml2:AuthnContextClassRef></saml2:AuthnContext></saml2:AuthnStatement>` +
		`<saml2:AttributeStatement><saml2:Attribute Name="groups" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified">` +
		`<saml2:AttributeValue xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="xs:string">Sallyport Admins</saml2:AttributeValue>` +
		`<saml2:AttributeValue xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="xs:string">Everyone</saml2:AttributeValue></saml2:Attribute></saml2:AttributeStatement></saml2:Assertion>`
}

func (l letter) responseXML() string {
	irt := ` InResponseTo="` + request + `"`
	if l.unsolicited {
		irt = ""
	}
	return `<saml2p:Response xmlns:saml2p="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:xs="http://www.w3.org/2001/XMLSchema" Destination="` + acsURL + `" ID="_response1"` + irt + ` IssueInstant="` + stamp(0) + `" Version="2.0">` +
		`<saml2:Issuer xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion" Format="urn:oasis:names:tc:SAML:2.0:nameid-format:entity">` + idpID + `</saml2:Issuer>` +
		`<saml2p:Status><saml2p:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></saml2p:Status></saml2p:Response>`
}

// send builds, signs and writes the letter.
func (l letter) send() []byte {
	a := parse(l.assertionXML())
	if l.indent {
		doc := etree.NewDocument()
		doc.SetRoot(a)
		doc.Indent(2)
		a = doc.Root()
	}
	if l.assertion != nil {
		l.assertion(a)
	}
	if l.signA != nil {
		l.signA.sign(a)
	}
	r := parse(l.responseXML())
	r.AddChild(a)
	if l.response != nil {
		l.response(r)
	}
	if l.signR != nil {
		l.signR.sign(r)
	}
	if l.after != nil {
		l.after(r)
	}
	s := write(r)
	if l.text != nil {
		s = l.text(s)
	}
	return []byte(s)
}

func write(el *etree.Element) string {
	doc := etree.NewDocument()
	doc.SetRoot(el.Copy())
	s, err := doc.WriteToString()
	if err != nil {
		panic(err)
	}
	return s
}

// find returns the first element of a name, in the order of the document.
func find(el *etree.Element, tag string) *etree.Element {
	if el.Tag == tag {
		return el
	}
	for _, c := range el.ChildElements() {
		if got := find(c, tag); got != nil {
			return got
		}
	}
	return nil
}

// edits of a tree, for tables

func set(tag, attr, value string) func(*etree.Element) {
	return func(el *etree.Element) { find(el, tag).CreateAttr(attr, value) }
}

func unset(tag, attr string) func(*etree.Element) {
	return func(el *etree.Element) { find(el, tag).RemoveAttr(attr) }
}

func say(tag, s string) func(*etree.Element) {
	return func(el *etree.Element) { find(el, tag).SetText(s) }
}

func remove(tag string) func(*etree.Element) {
	return func(el *etree.Element) { c := find(el, tag); c.Parent().RemoveChild(c) }
}

func insert(tag, xml string) func(*etree.Element) {
	return func(el *etree.Element) { find(el, tag).AddChild(parse(xml)) }
}

func replace(old, with string) func(string) string {
	return func(s string) string {
		if !strings.Contains(s, old) {
			panic("nothing to replace: " + old)
		}
		return strings.Replace(s, old, with, 1)
	}
}

func both(edits ...func(*etree.Element)) func(*etree.Element) {
	return func(el *etree.Element) {
		for _, e := range edits {
			e(el)
		}
	}
}

// strip takes the signature of the response or the assertion away.
func strip(raw []byte, from string) ([]byte, bool) {
	doc := etree.NewDocument()
	if doc.ReadFromBytes(raw) != nil || doc.Root() == nil || bytes.Contains(raw, []byte("<!")) {
		return nil, false
	}
	at := doc.Root()
	if from == "assertion" {
		if at = find(at, "Assertion"); at == nil {
			return nil, false
		}
	}
	for _, c := range at.ChildElements() {
		if c.Tag == "Signature" {
			at.RemoveChild(c)
			b, err := doc.WriteToBytes()
			return b, err == nil
		}
	}
	return nil, false
}

func ruleOf(t testing.TB, err error) saml.Rule {
	t.Helper()
	r, ok := err.(*saml.Refusal) //nolint:errorlint // the door promises this very type
	if err != nil && !ok {
		t.Fatalf("not a refusal: %v", err)
	}
	if err == nil {
		return ""
	}
	return r.Check
}

func deflate(s string) []byte {
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestCompression)
	if err != nil {
		panic(err)
	}
	if _, err := io.WriteString(w, s); err != nil {
		panic(err)
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func reversed(s []string) []string {
	slices.Reverse(s)
	return s
}
