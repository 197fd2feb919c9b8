// Package passkey asks a browser for proofs by passkeys and security keys (Web
// Authentication level 3), and checks them. What a browser is asked and what it
// answers is JSON as PublicKeyCredential's parseCreationOptionsFromJSON,
// parseRequestOptionsFromJSON and toJSON take and give it. What must be known
// again when the answer comes is the state: it is kept on the server.
package passkey

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"sallyport/internal/errs"
)

// Party is the server as browsers know it: by the host of its URL.
type Party struct{ w *webauthn.WebAuthn }

// Within is how long a browser may take to answer.
const Within = 5 * time.Minute

// New returns the party of a server's URL. Browsers know passkeys of a name alone,
// and over https; on this machine http://localhost does. Anything else is of kind
// Unavailable.
func New(base, name string) (*Party, error) {
	u, err := url.Parse(base)
	if err != nil || u.Hostname() == "" {
		return nil, errs.New(errs.Unavailable, "passkeys want the server to have a URL: whoever runs it sets base_url")
	}
	_, notIP := netip.ParseAddr(u.Hostname())
	if notIP == nil || u.Scheme != "https" && u.Hostname() != "localhost" {
		return nil, errs.New(errs.Unavailable, "passkeys want the server to be reached by a name over https: whoever runs it sets base_url")
	}
	limit := webauthn.TimeoutConfig{Enforce: true, Timeout: Within, TimeoutUVD: Within}
	w, err := webauthn.New(&webauthn.Config{
		RPID: u.Hostname(), RPDisplayName: name, RPOrigins: []string{u.Scheme + "://" + u.Host}, AttestationPreference: protocol.PreferNoAttestation,
		Timeouts: webauthn.TimeoutsConfig{Login: limit, Registration: limit},
	})
	if err != nil {
		return nil, errs.Wrap(errs.Unavailable, err, "passkeys do not work with the server's URL %s", base)
	}
	return &Party{w}, nil
}

// Person is somebody who has passkeys, or is to have one.
type Person struct {
	ID   string   // of at most 64 bytes; the passkey keeps it
	Name string   // by which the browser lists the passkey: an e-mail address
	Full string   // their name
	Keys [][]byte // [Key.Data] of those that they have
}

// Key is a passkey.
type Key struct {
	ID       string // base64url
	Data     []byte // to be kept; it has no secret
	Verified bool   // the person was asked for a PIN, a finger or a face
	Cloned   bool   // its count went backwards: there may be two of it
}

// person is somebody as the library sees them.
type person struct {
	Person

	keys []webauthn.Credential
}

func (p Person) read() (person, error) {
	out := person{Person: p}
	for _, data := range p.Keys {
		var c webauthn.Credential
		if err := json.Unmarshal(data, &c); err != nil {
			return out, fmt.Errorf("read a passkey: %w", err)
		}
		out.keys = append(out.keys, c)
	}
	return out, nil
}

// WebAuthnID implements [webauthn.User].
func (p person) WebAuthnID() []byte { return []byte(p.ID) }

// WebAuthnName implements [webauthn.User].
func (p person) WebAuthnName() string { return p.Name }

// WebAuthnDisplayName implements [webauthn.User].
func (p person) WebAuthnDisplayName() string { return p.Full }

// WebAuthnCredentials implements [webauthn.User].
func (p person) WebAuthnCredentials() []webauthn.Credential { return p.keys }

// Enrol returns what a browser is asked to make a passkey.
func (p *Party) Enrol(who Person) (ask, state []byte, err error) {
	u, err := who.read()
	if err != nil {
		return nil, nil, err
	}
	var have []protocol.CredentialDescriptor
	for _, c := range u.keys {
		have = append(have, c.Descriptor())
	}
	options, session, err := p.w.BeginRegistration(u, webauthn.WithExclusions(have), webauthn.WithAuthenticatorSelection(protocol.AuthenticatorSelection{
		ResidentKey: protocol.ResidentKeyRequirementPreferred, UserVerification: protocol.VerificationPreferred,
	}))
	if err != nil {
		return nil, nil, fmt.Errorf("ask for a passkey: %w", err)
	}
	return pack(options.Response, session)
}

// Enrolled returns the passkey that a browser has made.
func (p *Party) Enrolled(who Person, state, answer []byte) (Key, error) {
	u, err := who.read()
	if err != nil {
		return Key{}, err
	}
	session, err := unpack(state)
	if err != nil {
		return Key{}, err
	}
	got, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return Key{}, refused(err)
	}
	c, err := p.w.CreateCredential(u, session, got)
	if err != nil {
		return Key{}, refused(err)
	}
	return keyOf(c)
}

// Ask returns what a browser is asked to prove that it has one of somebody's
// passkeys; with nobody, that it has one of anybody's, and that the person at it
// was asked for a PIN, a finger or a face.
func (p *Party) Ask(who *Person) (ask, state []byte, err error) {
	var options *protocol.CredentialAssertion
	var session *webauthn.SessionData
	if who == nil {
		options, session, err = p.w.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	} else {
		var u person
		if u, err = who.read(); err != nil {
			return nil, nil, err
		}
		options, session, err = p.w.BeginLogin(u, webauthn.WithUserVerification(protocol.VerificationPreferred))
	}
	if err != nil {
		return nil, nil, fmt.Errorf("ask for a proof by a passkey: %w", err)
	}
	return pack(options.Response, session)
}

// Answered returns the passkey by which a browser proved somebody, to be kept in
// the place of what was.
func (p *Party) Answered(who Person, state, answer []byte) (Key, error) {
	u, err := who.read()
	if err != nil {
		return Key{}, err
	}
	session, got, err := p.parse(state, answer)
	if err != nil {
		return Key{}, err
	}
	c, err := p.w.ValidateLogin(u, session, got)
	if err != nil {
		return Key{}, refused(err)
	}
	return keyOf(c)
}

// Found is Answered where anybody was asked for: find returns who has the id that
// the passkey keeps.
func (p *Party) Found(state, answer []byte, find func(id string) (Person, error)) (Person, Key, error) {
	session, got, err := p.parse(state, answer)
	if err != nil {
		return Person{}, Key{}, err
	}
	var who Person
	var broken error // of ours: nothing that the browser did
	_, c, err := p.w.ValidatePasskeyLogin(func(_, id []byte) (webauthn.User, error) {
		var u person
		who, broken = find(string(id))
		if broken == nil {
			u, broken = who.read()
		}
		return u, broken
	}, session, got)
	switch {
	case broken != nil:
		return Person{}, Key{}, broken
	case err != nil:
		return Person{}, Key{}, refused(err)
	}
	k, err := keyOf(c)
	return who, k, err
}

func (p *Party) parse(state, answer []byte) (webauthn.SessionData, *protocol.ParsedCredentialAssertionData, error) {
	session, err := unpack(state)
	if err != nil {
		return session, nil, err
	}
	got, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return session, nil, refused(err)
	}
	return session, got, nil
}

// refused is the error of an answer that is none to what was asked. Why is for the
// log: the browser is not told.
func refused(err error) error {
	why := err.Error()
	if e, ok := errors.AsType[*protocol.Error](err); ok && e.DevInfo != "" {
		why += ": " + e.DevInfo
	}
	return errs.Wrap(errs.Invalid, errors.New(why), "the passkey's answer does not fit what was asked; try again")
}

func pack(options any, session *webauthn.SessionData) (ask, state []byte, err error) {
	if ask, err = json.Marshal(options); err != nil {
		return nil, nil, fmt.Errorf("write what a passkey is asked: %w", err)
	}
	if state, err = json.Marshal(session); err != nil {
		return nil, nil, fmt.Errorf("write what a passkey was asked: %w", err)
	}
	return ask, state, nil
}

func unpack(state []byte) (webauthn.SessionData, error) {
	var s webauthn.SessionData
	if err := json.Unmarshal(state, &s); err != nil {
		return s, fmt.Errorf("read what a passkey was asked: %w", err)
	}
	return s, nil
}

func keyOf(c *webauthn.Credential) (Key, error) {
	data, err := json.Marshal(c)
	if err != nil {
		return Key{}, fmt.Errorf("write a passkey: %w", err)
	}
	return Key{ID: base64.RawURLEncoding.EncodeToString(c.ID), Data: data, Verified: c.Flags.UserVerified, Cloned: c.Authenticator.CloneWarning}, nil
}
