package scenario

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"sallyport/sandbox/okta"
	"sallyport/sandbox/okta/systemlog"
)

// stage is one run of a scenario: what it acts on, and what it has caused.
type stage struct {
	*Player

	ctx    context.Context //nolint:containedctx // a run is one call
	victim okta.UserState
	now    time.Time // when it was run
	last   time.Time // when the last emitted event was published
	rand   *rand.Rand
	events []Event
	note   string
	steps  []Step
	// awaited are the people of Auth0 who try to sign in again once something
	// about them has changed.
	awaited []string
	cast    map[string]Entity // whom and what alerts should be about
}

// emit writes an event that was published so long before the run, or a little
// later: after the one before it. What is 0 ago happens now.
func (s *stage) emit(ago time.Duration, e okta.Event) {
	e.Published = s.now.Add(-ago).Add(time.Duration(s.rand.IntN(700)) * time.Millisecond)
	if ago <= 0 {
		s.beat()
		e.Published = s.opt.Now()
	}
	if !e.Published.After(s.last) {
		e.Published = s.last.Add(time.Duration(2+s.rand.IntN(40)) * time.Millisecond)
	}
	s.last = e.Published
	id := s.opt.Org.Emit(e)
	s.events = append(s.events, Event{id, e.Type, systemlog.Time{Time: e.Published.UTC().Truncate(time.Millisecond)}})
}

// beat lets a moment pass before what happens next, so that it happens after
// what was before it.
func (s *stage) beat() {
	const moment, longest = 2 * time.Millisecond, 100
	for range longest { // a clock that stands still must not stop the play
		if s.opt.Now().After(s.last.Add(moment)) {
			break
		}
		timer := time.NewTimer(time.Millisecond)
		select {
		case <-timer.C:
		case <-s.ctx.Done():
			timer.Stop()
			return
		}
	}
	s.last = s.opt.Now()
}

// most is the largest number of events that one step of a scenario causes.
const most = 1000

// collect notes the events of the log that a test accepts and that are not
// noted yet.
func (s *stage) collect(accept func(*systemlog.Event) bool) {
	found := s.opt.Org.Logged(most, accept)
	slices.Reverse(found)
	for _, e := range found {
		if !slices.ContainsFunc(s.events, func(x Event) bool { return x.UUID == e.UUID }) {
			s.events = append(s.events, Event{e.UUID, e.EventType, systemlog.Time{Time: e.Published.UTC()}})
		}
	}
}

// collectID notes the event with a uuid, even when it has not reached the log.
func (s *stage) collectID(id, eventType string) {
	s.collect(func(e *systemlog.Event) bool { return e.UUID == id })
	if !slices.ContainsFunc(s.events, func(x Event) bool { return x.UUID == id }) {
		s.events = append(s.events, Event{id, eventType, systemlog.Time{Time: s.opt.Now().UTC().Truncate(time.Millisecond)}})
	}
}

// recently is how long ago somebody was seen at home whose account a stranger
// uses: too short to travel.
const recently = time.Hour

// seen makes sure that somebody was seen not long ago where they work.
func (s *stage) seen(login string, at okta.Client) error {
	if u, ok := s.opt.Org.User(login); ok && u.Sessions > 0 && s.opt.Now().Sub(u.LastLogin) < 2*recently {
		return nil
	}
	if err := s.opt.Org.Know(login, at); err != nil {
		return fmt.Errorf("%w: %w", ErrImpossible, err)
	}
	_, err := s.enter(login, at, okta.Entry{})
	return err
}

// trespass signs a stranger in with somebody's account, for real, and returns
// the id of the session. Okta does not get used to them.
func (s *stage) trespass(login string, from okta.Client) (string, error) {
	entry := okta.Entry{Once: true}
	if types := s.opt.Org.FactorTypes(login); len(types) > 0 {
		entry.Factor = factorName(types[0])
	}
	return s.enter(login, from, entry)
}

// factorName is how the log calls what people sign in with.
func factorName(kind string) string {
	switch kind {
	case "webauthn":
		return "FIDO_WEBAUTHN"
	case "token:software:totp":
		return "OKTA_SOFT_TOKEN"
	case "sms":
		return "SMS_FACTOR"
	default:
		return "OKTA_VERIFY_PUSH"
	}
}

// enter opens a session for real, and returns its id.
func (s *stage) enter(login string, from okta.Client, e okta.Entry) (string, error) {
	s.beat()
	if err := s.opt.Org.OpenSession(login, from, e); err != nil {
		return "", fmt.Errorf("%w: %w", ErrImpossible, err)
	}
	open := s.opt.Org.Sessions(login)
	session := open[len(open)-1].ID
	s.collectSession(session)
	return session, nil
}

// intrude has a stranger sign in with the account of the super admin, who is at
// work, and open the admin console. It returns the session.
func (s *stage) intrude(from okta.Client) (string, error) {
	admin, ok := s.opt.Org.User(superAdmin)
	if !ok {
		return "", fmt.Errorf("%w: nobody is called %s", ErrImpossible, superAdmin)
	}
	s.cast[theAdmin] = personEntity(admin)
	if err := s.seen(superAdmin, office()); err != nil {
		return "", err
	}
	session, err := s.trespass(superAdmin, from)
	if err != nil {
		return "", err
	}
	transaction := s.hex(32)
	s.emit(0, okta.Event{
		Type: "user.session.access_admin_app", Actor: admin.ID, Client: from, Targets: []okta.Target{s.app(superAdmin, "Okta Admin Console")},
		Transaction: transaction, Session: session, DebugData: web(transaction, "/admin/sso/request", from, map[string]any{"behaviors": allNew, "risk": highRisk}),
	})
	return session, nil
}

// api makes a call to the org's API.
func (s *stage) api(call okta.Call) error {
	s.beat()
	reply, err := s.opt.Org.Do(s.ctx, call)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrImpossible, err)
	}
	s.collect(func(e *systemlog.Event) bool { return e.Transaction.ID == reply.Transaction })
	return nil
}

// collectType notes the newest event of a type that somebody has caused.
func (s *stage) collectType(eventType string, actor okta.UserState) {
	for _, e := range s.opt.Org.Logged(1, func(e *systemlog.Event) bool { return e.EventType == eventType && e.Actor.ID == actor.ID }) {
		s.collect(func(x *systemlog.Event) bool { return x.UUID == e.UUID })
	}
}

// collectSession notes the events of a session.
func (s *stage) collectSession(session string) {
	s.collect(func(e *systemlog.Event) bool {
		id := e.AuthenticationContext.ExternalSessionID
		return id != nil && *id == session
	})
}

// domainOf is the part of a login behind the "@".
func domainOf(login string) string {
	_, domain, _ := strings.Cut(login, "@")
	return domain
}

// hex returns an id of n hexadecimal digits.
func (s *stage) hex(n int) string {
	const digits = "0123456789abcdef"
	b := make([]byte, n)
	for i := range b {
		b[i] = digits[s.rand.IntN(16)]
	}
	return string(b)
}

// sessionID makes the id of a sign-in that has not come to a session.
func (s *stage) sessionID() string { return "idx" + s.hex(22) }

// web makes the debugData of an event that a web request causes, with more of
// it added. The transaction is also the request.
func web(transaction, path string, from okta.Client, more map[string]any) map[string]any {
	debug := map[string]any{
		"requestId": transaction, "requestUri": path, "url": path + "?", "dtHash": from.TokenHash(), "threatSuspected": "false",
	}
	maps.Copy(debug, more)
	return debug
}

// Pieces of debugData, written as Okta writes maps.
const (
	allNew   = "{New Geo-Location=POSITIVE, New Device=POSITIVE, New IP=POSITIVE, New State=POSITIVE, New Country=POSITIVE, Velocity=POSITIVE, New City=POSITIVE}"
	highRisk = "{reasons=Anomalous Location, Anomalous Device, level=HIGH}"
)

// person is somebody as the target of an event.
func person(u okta.UserState) okta.Target { return okta.Target{Login: u.Login} }

// enrollment is an authenticator of somebody as the target of an event.
func enrollment(u okta.UserState, prefix, name, method string) okta.Target {
	return okta.Target{
		ID: prefix + strings.TrimPrefix(u.ID, "00u"), Type: "AuthenticatorEnrollment", AlternateID: "unknown", DisplayName: name,
		Detail: map[string]any{"methodTypeUsed": method, "methodUsedVerifiedProperties": "[USER_PRESENCE]"},
	}
}

// app returns an app of somebody by its label, or their last one.
func (s *stage) app(login, label string) okta.Target {
	apps := s.opt.Org.Apps(login)
	if len(apps) == 0 {
		return okta.Target{ID: "unknown", Type: "AppInstance", AlternateID: label, DisplayName: label}
	}
	a := apps[len(apps)-1]
	if i := slices.IndexFunc(apps, func(a okta.AppState) bool { return a.Label == label }); i >= 0 {
		a = apps[i]
	}
	return okta.Target{ID: a.ID, Type: "AppInstance", AlternateID: a.Label, DisplayName: a.Label, Detail: map[string]any{"signOnModeType": "SAML_2_0"}}
}
