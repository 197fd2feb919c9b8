package samlidp

import (
	"bytes"
	"compress/flate"
	"crypto/x509"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
)

// maxMessage is the largest message that is read, in bytes.
const maxMessage = 64 << 10

// Message is a message of a service provider: an AuthnRequest, a LogoutRequest
// or a LogoutResponse. Nothing in it is proven until Verify says so.
type Message struct {
	Kind         string // its root element
	ID           string
	Issuer       string
	Destination  string
	InResponseTo string
	IssueInstant time.Time
	RelayState   string

	// Of an AuthnRequest.
	ACS          string
	ForceAuthn   bool
	IsPassive    bool
	NameIDFormat string // of its NameIDPolicy
	Subject      string // the NameID that it asks for

	// Of a LogoutRequest.
	NameID       string
	SessionIndex []string

	// Status of a LogoutResponse: a URI.
	Status string

	raw   []byte
	query string // with the Redirect binding, as it came
}

// wire is the XML of what is read. Names are compared with their namespaces.
type wire struct {
	XMLName      xml.Name
	ID           string  `xml:"ID,attr"`
	Version      string  `xml:"Version,attr"`
	IssueInstant string  `xml:"IssueInstant,attr"`
	Destination  string  `xml:"Destination,attr"`
	InResponseTo string  `xml:"InResponseTo,attr"`
	Force        string  `xml:"ForceAuthn,attr"`
	Passive      string  `xml:"IsPassive,attr"`
	ACS          string  `xml:"AssertionConsumerServiceURL,attr"`
	Issuer       string  `xml:"urn:oasis:names:tc:SAML:2.0:assertion Issuer"`
	NameID       string  `xml:"urn:oasis:names:tc:SAML:2.0:assertion NameID"`
	Subject      subject `xml:"urn:oasis:names:tc:SAML:2.0:assertion Subject"`
	Policy       policy  `xml:"urn:oasis:names:tc:SAML:2.0:protocol NameIDPolicy"`
	Status       status  `xml:"urn:oasis:names:tc:SAML:2.0:protocol Status"`

	SessionIndex []string `xml:"urn:oasis:names:tc:SAML:2.0:protocol SessionIndex"`
}

type subject struct {
	NameID string `xml:"urn:oasis:names:tc:SAML:2.0:assertion NameID"`
}

type policy struct {
	Format string `xml:"Format,attr"`
}

type status struct {
	Code struct {
		Value string `xml:"Value,attr"`
	} `xml:"urn:oasis:names:tc:SAML:2.0:protocol StatusCode"`
}

// ErrMessage is what cannot be read as a message.
var ErrMessage = errors.New("not a SAML message")

// FromQuery reads a message of the Redirect binding out of a URL's query, as
// it came.
func FromQuery(query string) (Message, error) {
	values, err := url.ParseQuery(query)
	if err != nil {
		return Message{}, fmt.Errorf("%w: %w", ErrMessage, err)
	}
	z, err := decode(field(values))
	if err != nil {
		return Message{}, err
	}
	b, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(z)), maxMessage+1))
	if err != nil {
		return Message{}, fmt.Errorf("%w: inflate: %w", ErrMessage, err)
	}
	m, err := read(b)
	m.RelayState, m.query = values.Get("RelayState"), query
	return m, err
}

// FromForm reads a message of the POST binding.
func FromForm(values url.Values) (Message, error) {
	b, err := decode(field(values))
	if err != nil {
		return Message{}, err
	}
	m, err := read(b)
	m.RelayState = values.Get("RelayState")
	return m, err
}

func field(values url.Values) string {
	if s := values.Get("SAMLRequest"); s != "" {
		return s
	}
	return values.Get("SAMLResponse")
}

func decode(s string) ([]byte, error) {
	if len(s) > 2*maxMessage {
		return nil, fmt.Errorf("%w: %d characters", ErrMessage, len(s))
	}
	b, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMessage, err)
	}
	return b, nil
}

// read decodes the XML of a message.
func read(b []byte) (Message, error) {
	if len(b) > maxMessage {
		return Message{}, fmt.Errorf("%w: more than %d bytes", ErrMessage, maxMessage)
	}
	if bytes.Contains(b, []byte("<!")) { // comments and document types, which no service provider sends
		return Message{}, fmt.Errorf("%w: a declaration in it", ErrMessage)
	}
	var w wire
	if err := xml.Unmarshal(b, &w); err != nil { //nolint:gosec // into texts and numbers, of at most 64 KiB
		return Message{}, fmt.Errorf("%w: %w", ErrMessage, err)
	}
	at, err := time.Parse(time.RFC3339, w.IssueInstant)
	switch kind := w.XMLName.Local; {
	case w.XMLName.Space != nsProtocol, kind != "AuthnRequest" && kind != "LogoutRequest" && kind != "LogoutResponse":
		return Message{}, fmt.Errorf("%w: its root is %q", ErrMessage, kind)
	case w.ID == "" || w.Version != "2.0" || err != nil:
		return Message{}, fmt.Errorf("%w: ID, Version or IssueInstant of %s", ErrMessage, kind)
	}
	return Message{
		Kind: w.XMLName.Local, ID: w.ID, Issuer: strings.TrimSpace(w.Issuer), Destination: w.Destination, InResponseTo: w.InResponseTo, IssueInstant: at,
		ACS: w.ACS, ForceAuthn: yes(w.Force), IsPassive: yes(w.Passive), NameIDFormat: w.Policy.Format, Subject: strings.TrimSpace(w.Subject.NameID),
		NameID: strings.TrimSpace(w.NameID), SessionIndex: w.SessionIndex, Status: w.Status.Code.Value, raw: b,
	}, nil
}

func yes(s string) bool { return s == "true" || s == "1" }

// ErrSignature is what a message gives that the certificate has not signed.
var ErrSignature = errors.New("the signature is missing or not that of the service provider")

// Verify checks that a service provider's certificate has signed the message
// (SAML bindings 3.4.4.1 for the Redirect binding).
func (m Message) Verify(cert *x509.Certificate) error {
	if m.query != "" {
		return m.verifyQuery(cert)
	}
	doc := etree.NewDocument()
	doc.ReadSettings.MaxDepth = 32
	if err := doc.ReadFromBytes(m.raw); err != nil || doc.Root() == nil {
		return ErrSignature
	}
	ctx := dsig.NewDefaultValidationContext(&dsig.MemoryX509CertificateStore{Roots: []*x509.Certificate{cert}})
	ctx.Clock = dsig.NewFakeClockAt(cert.NotBefore.Add(time.Second)) // Okta does not ask for its dates
	el, err := ctx.Validate(doc.Root())
	if err != nil || el.SelectAttrValue("ID", "") != m.ID {
		return errors.Join(ErrSignature, err)
	}
	return nil
}

func (m Message) verifyQuery(cert *x509.Certificate) error {
	raw := map[string]string{}
	for part := range strings.SplitSeq(m.query, "&") {
		name, v, _ := strings.Cut(part, "=")
		raw[name] = v
	}
	name := "SAMLRequest"
	if _, ok := raw[name]; !ok {
		name = "SAMLResponse"
	}
	signed := name + "=" + raw[name]
	if v, ok := raw["RelayState"]; ok {
		signed += "&RelayState=" + v
	}
	signed += "&SigAlg=" + raw["SigAlg"]
	alg, err := url.QueryUnescape(raw["SigAlg"])
	if err != nil || alg != dsig.RSASHA256SignatureMethod {
		return ErrSignature
	}
	text, err := url.QueryUnescape(raw["Signature"])
	if err != nil {
		return ErrSignature
	}
	value, err := base64.StdEncoding.DecodeString(text)
	if err != nil || cert.CheckSignature(x509.SHA256WithRSA, []byte(signed), value) != nil {
		return ErrSignature
	}
	return nil
}
