package saml

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/beevik/etree"
)

// Incoming is a logout message as it came, of which only the form was checked.
type Incoming struct {
	// IsResponse tells an answer to our request from a request of the
	// identity provider; both come to the same URL.
	IsResponse bool
	RelayState string
	// InResponseTo is not verified, as [Response.InResponseTo] is not.
	InResponseTo string

	root  *etree.Element
	query *signedQuery // nil with the POST binding
}

// signedQuery is the signature over a query (SAML bindings 3.4.4.1).
type signedQuery struct {
	octets []byte
	alg    string
	value  []byte
}

// FromForm reads a logout message of the POST binding. Its error is a [Refusal].
func FromForm(form url.Values) (Incoming, error) {
	in := Incoming{IsResponse: form.Has("SAMLResponse"), RelayState: form.Get("RelayState")}
	field := in.field()
	if in.IsResponse && form.Has("SAMLRequest") || len(form[field]) != 1 || len(form["RelayState"]) > 1 {
		return Incoming{}, refuse(CheckRoot, "want one SAMLRequest or one SAMLResponse")
	}
	raw, err := Decode(form.Get(field))
	if err != nil {
		return Incoming{}, err
	}
	return in.parse(raw)
}

func (in Incoming) field() string {
	if in.IsResponse {
		return "SAMLResponse"
	}
	return "SAMLRequest"
}

func (in Incoming) parse(raw []byte) (Incoming, error) {
	tag := "LogoutRequest"
	if in.IsResponse {
		tag = "LogoutResponse"
	}
	var err error
	if in.root, err = parseMessage(raw, tag); err != nil {
		return Incoming{}, err
	}
	in.InResponseTo = attrValue(in.root, "InResponseTo")
	return in, nil
}

// FromQuery reads a logout message of the Redirect binding out of the URL's
// query, which must be as it came: the signature is over its very characters.
// Its error is a [Refusal].
func FromQuery(raw string) (Incoming, error) {
	if len(raw) > 2*MaxMessage {
		return Incoming{}, refuse(CheckSize, "a query of %d bytes", len(raw))
	}
	params, err := split(raw)
	if err != nil {
		return Incoming{}, err
	}
	_, response := params["SAMLResponse"]
	_, request := params["SAMLRequest"]
	if response == request {
		return Incoming{}, refuse(CheckRoot, "want one SAMLRequest or one SAMLResponse")
	}
	in := Incoming{IsResponse: response, RelayState: params["RelayState"].value, query: &signedQuery{}}
	if e, ok := params["SAMLEncoding"]; ok && e.value != "urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE" {
		return Incoming{}, refuse(CheckEncoding, "SAMLEncoding %q", e.value)
	}
	xml, err := inflate(params[in.field()].value)
	if err != nil {
		return Incoming{}, err
	}
	if err := in.query.read(params, in.field()); err != nil {
		return Incoming{}, err
	}
	return in.parse(xml)
}

type param struct{ raw, value string }

// split takes a query apart, and keeps the raw characters of each value. A
// name of SAML's that is there twice is refused: which one was signed would be
// anybody's guess.
func split(query string) (map[string]param, error) {
	out := map[string]param{}
	for part := range strings.SplitSeq(query, "&") {
		key, raw, _ := strings.Cut(part, "=")
		key, err := url.QueryUnescape(key)
		if err != nil {
			return nil, refuse(CheckEncoding, "query: %v", err)
		}
		switch key {
		case "SAMLRequest", "SAMLResponse", "RelayState", "SigAlg", "Signature", "SAMLEncoding":
		default:
			continue
		}
		if _, twice := out[key]; twice {
			return nil, refuse(CheckEncoding, "%s is there twice", key)
		}
		value, err := url.QueryUnescape(raw)
		if err != nil {
			return nil, refuse(CheckEncoding, "%s: %v", key, err)
		}
		out[key] = param{raw, value}
	}
	return out, nil
}

func inflate(field string) ([]byte, error) {
	z, err := base64.StdEncoding.DecodeString(field)
	if err != nil {
		return nil, refuse(CheckEncoding, "base64: %v", err)
	}
	r := bytes.NewReader(z)
	b, err := io.ReadAll(io.LimitReader(flate.NewReader(r), MaxMessage+1))
	switch {
	case len(b) > MaxMessage:
		return nil, refuse(CheckSize, "more than %d bytes when inflated", MaxMessage)
	case err != nil:
		return nil, refuse(CheckEncoding, "deflate: %v", err)
	case r.Len() > 0:
		return nil, refuse(CheckTrailing, "%d bytes after the compressed message", r.Len())
	}
	return b, nil
}

func (q *signedQuery) read(params map[string]param, field string) error {
	sig, ok := params["Signature"]
	if !ok || params["SigAlg"].value == "" {
		return refuse(CheckSignatureMissing, "the query has no Signature or no SigAlg")
	}
	octets := field + "=" + params[field].raw
	if r, ok := params["RelayState"]; ok {
		octets += "&RelayState=" + r.raw
	}
	q.octets, q.alg = []byte(octets+"&SigAlg="+params["SigAlg"].raw), params["SigAlg"].value
	var err error
	if q.value, err = base64.StdEncoding.DecodeString(sig.value); err != nil {
		return refuse(CheckEncoding, "Signature: %v", err)
	}
	return nil
}

// LogoutRequest is the identity provider's wish that sessions end.
type LogoutRequest struct {
	// ID is unique for the identity provider; one that was seen before is to
	// be refused until KeepUntil.
	ID        string
	KeepUntil time.Time
	NameID    NameID
	// SessionIndex names the sessions; empty means all of the person.
	SessionIndex []string
	RelayState   string // to be given back with the answer
}

// LogoutResponse is the identity provider's answer to our request.
type LogoutResponse struct {
	// Complete is false when some service did not end its session, or the
	// identity provider did not; ours are ended all the same.
	Complete   bool
	RelayState string
}

// Request decides whether the message is a request that the identity provider
// signed for us, now. Its error is a [Refusal].
func (in Incoming) Request(e Expect) (LogoutRequest, error) {
	e = e.withDefaults()
	e.InResponseTo = ""
	el, err := in.verified(e, false)
	if err != nil {
		return LogoutRequest{}, err
	}
	out := LogoutRequest{ID: attrValue(el, "ID"), RelayState: in.RelayState}
	at, _ := instant(el, "IssueInstant")
	out.KeepUntil = at.Add(e.MaxAge + e.Skew + time.Second)
	if v, ok := attr(el, "NotOnOrAfter"); ok {
		if end, ok := instant(el, "NotOnOrAfter"); !ok || !e.Now.Before(end.Add(e.Skew)) {
			return LogoutRequest{}, differs(CheckConditionsTime, "after "+e.Now.UTC().Format(time.RFC3339), v, "NotOnOrAfter of LogoutRequest")
		}
	}
	id := child(el, nsAssertion, "NameID")
	if id == nil {
		return LogoutRequest{}, refuse(CheckLogout, "not one NameID in LogoutRequest")
	}
	if out.NameID, err = readNameID(id); err != nil {
		return LogoutRequest{}, err
	}
	for _, s := range children(el, nsProtocol, "SessionIndex") {
		index, ok := text(s)
		// One that cannot be read must not turn "this session" into "all of them".
		if !ok || index == "" {
			return LogoutRequest{}, refuse(CheckLogout, "SessionIndex is empty or no text")
		}
		out.SessionIndex = append(out.SessionIndex, index)
	}
	return out, nil
}

// Response decides whether the message answers our request e.InResponseTo. A
// logout that the identity provider did not complete is no error.
func (in Incoming) Response(e Expect) (LogoutResponse, error) {
	e = e.withDefaults()
	if e.InResponseTo == "" {
		return LogoutResponse{}, differs(CheckInResponseTo, "", in.InResponseTo, "LogoutResponse, when nothing was asked")
	}
	el, err := in.verified(e, true)
	if err != nil {
		return LogoutResponse{}, err
	}
	code := child(child(el, nsProtocol, "Status"), nsProtocol, "StatusCode")
	complete := attrValue(code, "Value") == LogoutSuccess && len(code.ChildElements()) == 0
	return LogoutResponse{Complete: complete, RelayState: in.RelayState}, nil
}

// verified checks signature and header, and returns what was signed.
func (in Incoming) verified(e Expect, response bool) (*etree.Element, error) {
	if in.root == nil || in.IsResponse != response {
		return nil, refuse(CheckRoot, "not the logout message that is due")
	}
	if u := e.IDP.ValidUntil; !u.IsZero() && !e.Now.Before(u) {
		return nil, differs(CheckMetadata, "", u.UTC().Format(time.RFC3339), "validUntil of the metadata")
	}
	el, err := in.proven(e)
	if err != nil {
		return nil, err
	}
	if attrValue(el, "ID") == "" {
		return nil, refuse(CheckID, "<%s> has no ID", el.Tag)
	}
	if response {
		if child(el, nsProtocol, "Status") == nil || child(child(el, nsProtocol, "Status"), nsProtocol, "StatusCode") == nil {
			return nil, refuse(CheckStatus, "not one Status with one StatusCode")
		}
	}
	return el, e.header(el, el.Tag)
}

func (in Incoming) proven(e Expect) (*etree.Element, error) {
	embedded := child(in.root, nsSignature, "Signature") != nil
	if q := in.query; q != nil {
		// Bindings 3.4.4.1 forbids a second one inside.
		if embedded {
			return nil, refuse(CheckPlace, "<Signature> inside a message of the Redirect binding")
		}
		return in.root, verifyString(q.octets, q.value, q.alg, e.IDP.Certificates, e.Now)
	}
	if !embedded {
		return nil, refuse(CheckSignatureMissing, "<%s> is not signed", in.root.Tag)
	}
	p, err := verify(in.root, e.IDP.Certificates, e.Now)
	return p.el, err
}
