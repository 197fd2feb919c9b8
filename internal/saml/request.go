package saml

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/beevik/etree"

	"sallyport/internal/errs"
)

// MaxRelayState is how long RelayState may be, in bytes (SAML bindings 3.4.3).
const MaxRelayState = 80

// Message is one that the browser carries to the identity provider.
type Message struct {
	ID      string
	Binding Binding
	// URL is where to: with the Redirect binding the whole URL for a 303, with
	// the POST binding the action of a form.
	URL string
	// Form is what the form posts, with the POST binding.
	Form url.Values
}

// SignIn is what varies from one request for a sign-in to the next.
type SignIn struct {
	ID         string // from [NewID]; the answer must name it
	RelayState string // comes back with the answer; opaque, at most [MaxRelayState] bytes
	// ForceAuthn asks for a fresh authentication; see [Expect.AuthnSince],
	// which proves that there was one.
	ForceAuthn bool
	Now        time.Time
}

// AuthnRequest asks an identity provider to sign somebody in (SAML core
// 3.4.1). It carries no NameIDPolicy: Okta refuses one that is not its app's
// own. It is signed if there is a key, and refused (kind Invalid) if the
// identity provider wants that and there is none.
func (s SP) AuthnRequest(idp IDP, in SignIn) (Message, error) {
	to, ok := endpoint(idp.SSO)
	if !ok {
		return Message{}, errs.New(errs.Invalid, "the identity provider has no sign-in URL")
	}
	if idp.WantSigned && s.Key == nil {
		return Message{}, errs.New(errs.Invalid, "the identity provider wants signed requests, and there is no signing key")
	}
	root := s.message("AuthnRequest", in.ID, to.Location, in.Now)
	if in.ForceAuthn {
		root.CreateAttr("ForceAuthn", "true")
	}
	root.CreateAttr("ProtocolBinding", string(POST))
	root.CreateAttr("AssertionConsumerServiceURL", s.ACS)
	return s.encode(root, outgoing{to.Binding, to.Location, "SAMLRequest", in.RelayState})
}

// endpoint chooses Redirect where there is a choice: it needs no script.
func endpoint(all []Endpoint) (Endpoint, bool) {
	for _, b := range []Binding{Redirect, POST} {
		for _, e := range all {
			if e.Binding == b {
				return e, true
			}
		}
	}
	return Endpoint{}, false
}

// outgoing is how a message leaves.
type outgoing struct {
	binding  Binding
	location string
	field    string // SAMLRequest or SAMLResponse
	relay    string
}

func (s SP) encode(root *etree.Element, out outgoing) (Message, error) {
	m := Message{ID: attrValue(root, "ID"), Binding: out.binding, URL: out.location}
	switch {
	case !name(m.ID):
		return Message{}, errs.New(errs.Invalid, "message ID %q is no name", excerpt(m.ID))
	case len(out.relay) > MaxRelayState && out.field == "SAMLRequest": // an answer gives back what came
		return Message{}, errs.New(errs.Invalid, "RelayState has %d bytes, more than %d", len(out.relay), MaxRelayState)
	}
	if out.binding == Redirect {
		return m, s.redirect(&m, root, out)
	}
	if s.Key != nil {
		if err := s.sign(root, 1); err != nil { // after Issuer
			return Message{}, err
		}
	}
	b, err := serialize(root)
	if err != nil {
		return Message{}, err
	}
	m.Form = url.Values{out.field: {base64.StdEncoding.EncodeToString(b)}}
	if out.relay != "" {
		m.Form.Set("RelayState", out.relay)
	}
	return m, nil
}

// redirect encodes a message into its URL (SAML bindings 3.4.4.1). What is
// signed is the query as it is written here.
func (s SP) redirect(m *Message, root *etree.Element, out outgoing) error {
	b, err := serialize(root)
	if err != nil {
		return err
	}
	var z bytes.Buffer
	w, err := flate.NewWriter(&z, flate.BestCompression)
	if err != nil {
		return fmt.Errorf("deflate %s: %w", root.Tag, err)
	}
	if _, err := w.Write(b); err != nil {
		return fmt.Errorf("deflate %s: %w", root.Tag, err)
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("deflate %s: %w", root.Tag, err)
	}
	query := out.field + "=" + url.QueryEscape(base64.StdEncoding.EncodeToString(z.Bytes()))
	if out.relay != "" {
		query += "&RelayState=" + url.QueryEscape(out.relay)
	}
	if s.Key != nil {
		alg, _, err := s.method()
		if err != nil {
			return err
		}
		query += "&SigAlg=" + url.QueryEscape(alg)
		value, err := s.signString([]byte(query))
		if err != nil {
			return err
		}
		query += "&Signature=" + url.QueryEscape(base64.StdEncoding.EncodeToString(value))
	}
	sep := "?"
	if strings.Contains(out.location, "?") {
		sep = "&"
	}
	m.URL = out.location + sep + query
	return nil
}
