package portal

import (
	"context"
	"crypto/rand"
	"errors"

	"sallyport/internal/errs"
	"sallyport/internal/id"
	"sallyport/internal/saml"
)

// What is refused beyond what [saml.Rule] says of a message.
const (
	RefusedReplay   Refused = "replay"
	RefusedRequest  Refused = "unknown_request"
	RefusedDisabled Refused = "sso_disabled"
	RefusedBrowser  Refused = "other_browser"
	RefusedArrival  Refused = "arrival_over"
	RefusedAddress  Refused = "address"
	RefusedGroups   Refused = "no_mapped_group"
	RefusedPerson   Refused = "other_person"
	RefusedAccount  Refused = "account_disabled"
	RefusedDraft    Refused = "draft_changed"
)

// Refusals lists them.
func Refusals() []Refused {
	return []Refused{RefusedReplay, RefusedRequest, RefusedDisabled, RefusedBrowser, RefusedArrival, RefusedAddress, RefusedGroups, RefusedPerson, RefusedAccount, RefusedDraft}
}

// ErrReplay and ErrUsed are what a store says of an answer that came before.
var (
	ErrReplay = errs.New(errs.Conflict, "the assertion was used already")
	ErrUsed   = errs.New(errs.Conflict, "the request was answered already, or has ended")
)

// ErrOtherPerson says that an organization knows somebody else, or nobody, by the
// name that its identity provider gave.
var ErrOtherPerson = errs.New(errs.Denied, "the identity provider signed in somebody else")

// Explain says in a sentence what a check demands; empty for what is no check.
func Explain(rule string) string {
	switch Refused(rule) {
	case RefusedReplay:
		return "An answer of the identity provider is good for one sign-in; this one was used already."
	case RefusedRequest:
		return "The answer belongs to no sign-in that is under way here: it took longer than ten minutes, was answered already, or is another organization's. Start again."
	case RefusedDisabled:
		return "Single sign-on is not switched on in this organization."
	case RefusedBrowser:
		return "The answer was brought by another browser than the one that began the sign-in."
	case RefusedArrival:
		return "The sign-in was completed already, or the browser took longer than a minute. Start again."
	case RefusedAddress:
		return "The identity provider names nobody by an e-mail address. In Okta set Application username to an e-mail address, or add an attribute email."
	case RefusedGroups:
		return "None of the person's groups maps to a role here. An administrator adds one of them on the Okta integration page, or assigns the person to a group that is there; without the groups attribute no group comes at all."
	case RefusedPerson:
		return "The identity provider of this organization signed in somebody else than who is signed in here."
	case RefusedAccount:
		return "The person's account is disabled here."
	case RefusedDraft:
		return "The draft was changed while the test was under way; test it again."
	}
	return saml.Rule(rule).Explain()
}

// RefusedError is a sign-in that was refused. What it says is for everybody; the
// reason is in the trace of its code.
type RefusedError struct {
	Trace Trace
	Test  string // of which test, if it was one
	Org   Organization
}

func (e *RefusedError) Error() string {
	return "the sign-in was refused (" + e.Trace.Rule + ")"
}

// Unwrap makes it an error of kind Denied.
func (e *RefusedError) Unwrap() error {
	return errs.New(errs.Denied, "%s", e.Error())
}

// refusedBy turns what a check found into a trace.
func refusedBy(err error) (Trace, bool) {
	if r, ok := errors.AsType[*saml.Refusal](err); ok {
		return Trace{Rule: string(r.Check), Detail: r.Detail, Want: r.Want, Got: r.Got}, true
	}
	for known, rule := range map[error]Refused{ErrReplay: RefusedReplay, ErrUsed: RefusedRequest} {
		if errors.Is(err, known) {
			return Trace{Rule: string(rule)}, true
		}
	}
	return Trace{}, false
}

// traceCode is what a person reads to an administrator: five letters and digits
// twice, none like another.
func traceCode() string {
	const letters = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
	var b [10]byte
	_, _ = rand.Read(b[:])
	for i := range b {
		b[i] = letters[int(b[i])%len(letters)]
	}
	return string(b[:5]) + "-" + string(b[5:])
}

// refuse logs a refusal, keeps its trace, and returns it as an error.
func (s *SSO) refuse(ctx context.Context, org Organization, t Trace, from From) error {
	t.ID, t.Org, t.At, t.Code, t.Outcome, t.Addr = id.At(s.o.Now()), org.ID, s.o.Now(), traceCode(), "refused", from.Addr
	if t.Purpose == "" {
		t.Purpose = ForLogin
	}
	t.Detail, t.Want, t.Got, t.Subject = shorten(t.Detail, 400), shorten(t.Want, 400), shorten(t.Got, 400), shorten(t.Subject, 254)
	s.o.Log.WarnContext(ctx, "sign-in refused", "check", t.Rule, "org", org.Slug, "code", t.Code, "detail", t.Detail, "want", t.Want, "got", t.Got, "addr", t.Addr, "purpose", t.Purpose)
	out := &RefusedError{Trace: t, Org: org}
	if t.Subject == "" && s.garbage.take(org.ID) != nil { // anybody can post rubbish: it must not wash away what counts
		return out
	}
	if err := s.o.Traces.AddTrace(ctx, t); err != nil {
		s.o.Log.ErrorContext(ctx, "trace of a refused sign-in not kept", "err", err, "org", org.Slug)
	}
	return out
}

// Broken refuses what came in the place of a message for an organization: a form
// that holds none. It is logged, and kept, as the refusal of a message is.
func (s *SSO) Broken(ctx context.Context, slug string, p LoginPurpose, why saml.Refusal, from From) error {
	org, err := s.o.Portal.o.Organizations.BySlug(ctx, slug)
	if err != nil {
		return err
	}
	return s.refuse(ctx, org, Trace{Rule: string(why.Check), Detail: why.Detail, Purpose: p}, from)
}

// Traces returns what was refused in the caller's organization, the newest first;
// that of a code where one is given.
func (s *SSO) Traces(ctx context.Context, c Caller, code string, limit int) ([]Trace, error) {
	return s.o.Traces.Traces(ctx, c.Org.ID, code, limit)
}
