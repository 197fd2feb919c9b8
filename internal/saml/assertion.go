package saml

import (
	"crypto/x509"
	"strings"
	"time"
	"unicode"

	"github.com/beevik/etree"
)

const (
	methodBearer = "urn:oasis:names:tc:SAML:2.0:cm:bearer" //nolint:gosec // the name of a method, no credential
	maxNameID    = 1024                                    // bytes
)

// Assertion is what an identity provider said about a person, all of it
// signed. Times are UTC.
type Assertion struct {
	// ID is unique for the identity provider. Who accepts the assertion must
	// refuse a second one of the same ID, and remember the ID until KeepUntil,
	// from when on the assertion is refused for its age.
	ID        string
	KeepUntil time.Time

	NameID       string // who: as a rule an Okta user name, which is an e-mail address
	NameIDFormat string // empty if not stated
	// The qualifiers are part of the name, and are given back at logout.
	NameQualifier, SPNameQualifier string

	SessionIndex string // the session at the identity provider, for logout; may be empty
	// Attributes are the values by the attribute's name, in their order,
	// without blanks around them.
	Attributes map[string][]string
	// AuthnContext is how the person signed in, as a URI; may be empty.
	AuthnContext string

	IssueInstant        time.Time
	AuthnInstant        time.Time // when the person signed in there
	NotOnOrAfter        time.Time // the earliest end of what limits the assertion
	SessionNotOnOrAfter time.Time // no session here may last longer; zero if not stated

	InResponseTo string
	// Certificate is the one of the metadata that signed.
	Certificate                     *x509.Certificate
	ResponseSigned, AssertionSigned bool
}

// claims reads an assertion out of signed bytes.
type claims struct {
	Expect

	el  *etree.Element
	out Assertion
}

func (c *claims) read() (Assertion, error) {
	for _, step := range []func() error{c.head, c.subject, c.conditions, c.authn} {
		if err := step(); err != nil {
			return Assertion{}, err
		}
	}
	c.attributes()
	c.out.KeepUntil = c.out.NotOnOrAfter
	if byAge := c.out.IssueInstant.Add(c.MaxAge); byAge.Before(c.out.KeepUntil) {
		c.out.KeepUntil = byAge
	}
	// A second more, so that nothing depends on the last instant.
	c.out.KeepUntil = c.out.KeepUntil.Add(c.Skew + time.Second)
	c.out.InResponseTo = c.InResponseTo
	return c.out, nil
}

func (c *claims) head() error {
	if v := attrValue(c.el, "Version"); v != "2.0" {
		return differs(CheckVersion, "2.0", v, "Assertion")
	}
	c.out.ID = attrValue(c.el, "ID")
	if c.out.ID == "" {
		return refuse(CheckID, "the assertion has no ID")
	}
	issuer := child(c.el, nsAssertion, "Issuer")
	if issuer == nil {
		return refuse(CheckIssuer, "not one Issuer in Assertion")
	}
	if err := c.issuer(issuer, "Assertion"); err != nil {
		return err
	}
	c.out.IssueInstant, _ = instant(c.el, "IssueInstant")
	return c.issued(c.el, "Assertion")
}

func (c *claims) subject() error {
	sub := child(c.el, nsAssertion, "Subject")
	if sub == nil {
		return refuse(CheckSubject, "not one Subject")
	}
	if err := c.nameID(sub); err != nil {
		return err
	}
	bearers := 0
	for _, sc := range children(sub, nsAssertion, "SubjectConfirmation") {
		if attrValue(sc, "Method") != methodBearer {
			continue
		}
		bearers++
		data := child(sc, nsAssertion, "SubjectConfirmationData")
		if data == nil {
			return refuse(CheckConfirmation, "not one SubjectConfirmationData")
		}
		if err := c.confirmation(data); err != nil {
			return err
		}
	}
	if bearers == 0 {
		return differs(CheckConfirmation, methodBearer, "", "Method of SubjectConfirmation")
	}
	return nil
}

func (c *claims) nameID(sub *etree.Element) error {
	el := child(sub, nsAssertion, "NameID")
	if el == nil {
		return refuse(CheckNameID, "not one NameID in Subject")
	}
	n, err := readNameID(el)
	if err != nil {
		return err
	}
	c.out.NameID, c.out.NameIDFormat = n.Value, n.Format
	c.out.NameQualifier, c.out.SPNameQualifier = n.NameQualifier, n.SPNameQualifier
	return nil
}

// NameID is a person's name at the identity provider, with what makes it unique.
type NameID struct{ Value, Format, NameQualifier, SPNameQualifier string }

func readNameID(el *etree.Element) (NameID, error) {
	s, ok := text(el)
	switch {
	case !ok:
		return NameID{}, refuse(CheckNameID, "NameID has more than text inside")
	case s == "":
		return NameID{}, refuse(CheckNameID, "NameID is empty")
	case len(s) > maxNameID:
		return NameID{}, refuse(CheckNameID, "NameID is longer than %d bytes", maxNameID)
	case strings.ContainsFunc(s, invisible):
		return NameID{}, refuse(CheckNameID, "NameID has characters that are not seen")
	}
	return NameID{s, attrValue(el, "Format"), attrValue(el, "NameQualifier"), attrValue(el, "SPNameQualifier")}, nil
}

// invisible reports what makes two names look the same: control and format
// characters, and blanks that are no space.
func invisible(r rune) bool {
	return unicode.In(r, unicode.C) || unicode.IsSpace(r) && r != ' '
}

// confirmation checks one bearer's data (SAML profiles 4.1.4.2).
func (c *claims) confirmation(data *etree.Element) error {
	if got := attrValue(data, "Recipient"); got != c.SP.ACS || got == "" {
		return differs(CheckRecipient, c.SP.ACS, got, "SubjectConfirmationData")
	}
	if v, ok := attr(data, "NotBefore"); ok {
		return differs(CheckConfirmationTime, "", v, "NotBefore of SubjectConfirmationData, which a bearer's must not have")
	}
	end, ok := instant(data, "NotOnOrAfter")
	if !ok || !c.Now.Before(end.Add(c.Skew)) {
		return differs(CheckConfirmationTime, "after "+c.Now.UTC().Format(time.RFC3339), attrValue(data, "NotOnOrAfter"), "NotOnOrAfter of SubjectConfirmationData")
	}
	c.ends(end)
	return c.answers(data, "SubjectConfirmationData")
}

func (c *claims) ends(at time.Time) {
	if c.out.NotOnOrAfter.IsZero() || at.Before(c.out.NotOnOrAfter) {
		c.out.NotOnOrAfter = at
	}
}

func (c *claims) conditions() error {
	el := child(c.el, nsAssertion, "Conditions")
	if el == nil {
		return refuse(CheckConditions, "not one Conditions")
	}
	now := c.Now.UTC().Format(time.RFC3339)
	begin, ok := instant(el, "NotBefore")
	if !ok || c.Now.Add(c.Skew).Before(begin) {
		return differs(CheckConditionsTime, "before "+now, attrValue(el, "NotBefore"), "NotBefore of Conditions")
	}
	end, ok := instant(el, "NotOnOrAfter")
	if !ok || !c.Now.Before(end.Add(c.Skew)) {
		return differs(CheckConditionsTime, "after "+now, attrValue(el, "NotOnOrAfter"), "NotOnOrAfter of Conditions")
	}
	c.ends(end)
	restrictions := 0
	for _, k := range el.ChildElements() {
		switch {
		case is(k, nsAssertion, "AudienceRestriction"):
			restrictions++
			if err := c.audience(k); err != nil {
				return err
			}
		case is(k, nsAssertion, "OneTimeUse"), is(k, nsAssertion, "ProxyRestriction"): // we use it once, and hand it on never
		default:
			return refuse(CheckConditions, "unknown condition <%s>", k.Tag)
		}
	}
	if restrictions == 0 {
		return differs(CheckAudience, c.SP.EntityID, "", "no AudienceRestriction")
	}
	return nil
}

// audience checks one restriction, of which every one must hold, by naming us among others.
func (c *claims) audience(restriction *etree.Element) error {
	var got []string
	for _, a := range children(restriction, nsAssertion, "Audience") {
		s, ok := text(a)
		if ok && s == c.SP.EntityID && s != "" {
			return nil
		}
		got = append(got, s)
	}
	return differs(CheckAudience, c.SP.EntityID, strings.Join(got, " "), "AudienceRestriction")
}

func (c *claims) authn() error {
	all := children(c.el, nsAssertion, "AuthnStatement")
	if len(all) == 0 {
		return refuse(CheckAuthn, "no AuthnStatement")
	}
	for i, el := range all {
		at, ok := instant(el, "AuthnInstant")
		if !ok || at.After(c.Now.Add(c.Skew)) {
			return differs(CheckAuthn, "before "+c.Now.UTC().Format(time.RFC3339), attrValue(el, "AuthnInstant"), "AuthnInstant")
		}
		if !c.AuthnSince.IsZero() && at.Before(c.AuthnSince.Add(-c.Skew)) {
			return differs(CheckAuthn, "after "+c.AuthnSince.UTC().Format(time.RFC3339), attrValue(el, "AuthnInstant"), "AuthnInstant: a fresh sign-in was asked for")
		}
		if err := c.session(el); err != nil {
			return err
		}
		if i > 0 {
			continue
		}
		c.out.AuthnInstant, c.out.SessionIndex = at, attrValue(el, "SessionIndex")
		if ctx := child(el, nsAssertion, "AuthnContext"); ctx != nil {
			if ref := child(ctx, nsAssertion, "AuthnContextClassRef"); ref != nil {
				c.out.AuthnContext, _ = text(ref)
			}
		}
	}
	return nil
}

func (c *claims) session(statement *etree.Element) error {
	v, ok := attr(statement, "SessionNotOnOrAfter")
	if !ok {
		return nil
	}
	end, ok := instant(statement, "SessionNotOnOrAfter")
	if !ok || !c.Now.Before(end.Add(c.Skew)) {
		return differs(CheckSession, "after "+c.Now.UTC().Format(time.RFC3339), v, "SessionNotOnOrAfter")
	}
	if c.out.SessionNotOnOrAfter.IsZero() || end.Before(c.out.SessionNotOnOrAfter) {
		c.out.SessionNotOnOrAfter = end
	}
	return nil
}

// attributes collects the values that are plain text; others have no use here.
func (c *claims) attributes() {
	c.out.Attributes = map[string][]string{}
	for _, statement := range children(c.el, nsAssertion, "AttributeStatement") {
		for _, a := range children(statement, nsAssertion, "Attribute") {
			key := attrValue(a, "Name")
			for _, v := range children(a, nsAssertion, "AttributeValue") {
				if s, ok := text(v); ok && key != "" {
					c.out.Attributes[key] = append(c.out.Attributes[key], s)
				}
			}
		}
	}
}
