// Package saml is the core of a SAML 2.0 service provider: it reads an
// identity provider's metadata, writes our own, asks for sign-ins, and decides
// whether an answer proves one. It holds no state, opens no connection, and is
// told the time.
//
// What an answer claims is read only from the canonical bytes that a signature
// of the identity provider covers, never from the message around them. A
// refusal is a [Refusal], which names the check that failed.
//
// It is not the sign-in itself: who a NameID is, what the groups grant, which
// requests are open and which assertions were seen is the portal's to keep.
package saml

import (
	"crypto/rand"
	"strings"
	"time"
)

// The namespaces of what is exchanged.
const (
	nsProtocol  = "urn:oasis:names:tc:SAML:2.0:protocol"
	nsAssertion = "urn:oasis:names:tc:SAML:2.0:assertion"
	nsMetadata  = "urn:oasis:names:tc:SAML:2.0:metadata"
	nsSignature = "http://www.w3.org/2000/09/xmldsig#"
	nsExclusive = "http://www.w3.org/2001/10/xml-exc-c14n#"
)

// Binding is a way in which a message travels through the browser (SAML
// bindings 2.0, 3.4 and 3.5).
type Binding string

// The bindings that are spoken here.
const (
	Redirect Binding = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
	POST     Binding = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
)

// Endpoint is where messages of one binding are sent.
type Endpoint struct {
	Binding  Binding
	Location string
	// ResponseLocation is where answers go instead, if not empty.
	ResponseLocation string
}

// Sizes beyond which input is refused unread, in bytes.
const (
	MaxMessage  = 256 << 10 // a response or logout message; Okta's with 100 groups is about 20 KiB
	MaxMetadata = 1 << 20
)

// The defaults of [Expect].
const (
	DefaultSkew   = 3 * time.Minute  // how far the two clocks may be apart
	DefaultMaxAge = 10 * time.Minute // how old an assertion may be
)

// timeFormat is how times are written: UTC, as SAML core 1.3.3 wants them.
const timeFormat = "2006-01-02T15:04:05.000Z"

// NewID returns an ID for a message: an XML name with 130 random bits.
func NewID() string { return "_" + strings.ToLower(rand.Text()) }
