package portal

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/saml"
)

// slotWait is how long an answer waits for its turn to be verified.
const slotWait = 20 * time.Second

// enter waits for a turn: verifying takes time and memory on purpose, and anybody
// can ask for it.
func (s *SSO) enter(ctx context.Context) (leave func(), err error) {
	wait := time.NewTimer(slotWait)
	defer wait.Stop()
	select {
	case s.slots <- struct{}{}:
		return func() { <-s.slots }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-wait.C:
		return nil, errs.New(errs.Unavailable, "too many people sign in at once; try again in a moment")
	}
}

// Receive takes an answer that a browser posted for an organization. What it
// returns is the token with which the browser comes back for its session, by
// [SSO.Finish]. An answer that does not hold is a [RefusedError].
func (s *SSO) Receive(ctx context.Context, slug, response, relay string, from From) (string, error) {
	org, err := s.o.Portal.o.Organizations.BySlug(ctx, slug)
	if err != nil {
		return "", err
	}
	a, seen, err := s.inTurn(ctx, org, response)
	if err == nil {
		a.Relay = relay
		token := newToken()
		if err = s.o.Logins.Arrive(ctx, hashOf(token), a, seen, s.o.Now()); err == nil {
			return token, nil
		}
	}
	t, refused := refusedBy(err)
	if !refused {
		return "", err
	}
	if seen.Assertion != "" {
		t.Subject = a.NameID
	}
	t.Purpose = a.Request.Purpose
	refusal := s.refuse(ctx, org, t, from)
	if a.Request.Purpose == ForTest {
		return "", s.failTest(ctx, a, t, refusal)
	}
	return "", refusal
}

// inTurn verifies an answer when its turn has come. The turn ends with that: to wait
// for the disk takes neither time nor memory from others.
func (s *SSO) inTurn(ctx context.Context, org Organization, response string) (Arrival, Seen, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return Arrival{}, Seen{}, err
	}
	defer leave()
	return s.verify(ctx, org, response)
}

// verify decides whether an answer proves somebody to an organization. What it
// returns beside a refusal is what is known of the answer until then.
func (s *SSO) verify(ctx context.Context, org Organization, response string) (a Arrival, seen Seen, err error) {
	raw, err := saml.Decode(strings.Join(strings.Fields(response), ""))
	if err != nil {
		return a, seen, err
	}
	parsed, err := saml.Parse(raw)
	if err != nil {
		return a, seen, err
	}
	now := s.o.Now()
	a = Arrival{Org: org.ID, EndsAt: now.Add(arrivalFor)}
	if parsed.InResponseTo != "" {
		a.Request, err = s.o.Logins.Request(ctx, org.ID, parsed.InResponseTo, now)
		if errs.KindOf(err) == errs.NotFound {
			return a, seen, &saml.Refusal{Check: saml.Rule(RefusedRequest), Detail: "the answer names a request that is not open here", Got: shorten(parsed.InResponseTo, 100)}
		}
		if err != nil {
			return a, seen, fmt.Errorf("read the request: %w", err)
		}
	}
	set, err := s.settings(ctx, org.ID, a.Request.Purpose)
	if errs.KindOf(err) == errs.NotFound {
		return a, seen, &saml.Refusal{Check: saml.Rule(RefusedDisabled)}
	}
	if err != nil {
		return a, seen, err
	}
	return s.checked(ctx, org, a, set, parsed)
}

// checked holds an answer against settings.
func (s *SSO) checked(ctx context.Context, org Organization, a Arrival, set SSOSettings, parsed saml.Response) (Arrival, Seen, error) {
	idp, err := s.idp(set)
	if err != nil {
		return a, Seen{}, fmt.Errorf("read metadata: %w", err)
	}
	sp, err := s.sp(ctx, org)
	if err != nil {
		return a, Seen{}, err
	}
	expect := saml.Expect{IDP: idp, SP: sp, InResponseTo: a.Request.ID, Now: s.o.Now()}
	if a.Request.Purpose == ForProof { // a session that the identity provider still has proves nothing
		expect.AuthnSince = a.Request.At
	}
	got, err := parsed.Check(expect)
	if err != nil {
		return a, Seen{}, err
	}
	a.NameID, a.NameIDFormat, a.SessionIndex, a.Until, a.Attributes = got.NameID, got.NameIDFormat, got.SessionIndex, got.SessionNotOnOrAfter, got.Attributes
	a.Groups = got.Attributes[set.GroupsAttribute]
	if a.Request.Purpose == ForTest {
		a.Hash = set.Hash()
	}
	return a, Seen{got.ID, got.KeepUntil}, nil
}

// failTest ends a test with why its answer was refused.
func (s *SSO) failTest(ctx context.Context, a Arrival, t Trace, refusal error) error {
	test, err := s.o.Tests.Get(ctx, a.Org, a.Request.Test)
	if err != nil {
		return errors.Join(refusal, err)
	}
	test.EndedAt = s.o.Now()
	test.Result = TestResult{Rule: t.Rule, Explain: Explain(t.Rule), Detail: t.Detail, Want: t.Want, Got: t.Got, NameID: t.Subject}
	if err := s.o.Logins.EndTest(ctx, "", test); err != nil {
		return errors.Join(refusal, fmt.Errorf("keep what the test came to: %w", err))
	}
	if r, ok := errors.AsType[*RefusedError](refusal); ok {
		r.Test = test.ID
	}
	return refusal
}
