package timeline

import (
	"slices"
	"strings"

	"sallyport/internal/detect"
	"sallyport/internal/event"
)

// Subject is the identity that a timeline is of.
type Subject struct {
	ID    string // as Okta gives it; empty where only a login is known
	Login string // of a person
}

// Keys are what alerts and actions may know the subject by.
func (s Subject) Keys() []string {
	return slices.DeleteFunc([]string{s.ID, s.Login}, func(k string) bool { return k == "" })
}

// nobody is the id that Okta writes of an actor of whom it knows no account: the
// login is what somebody typed.
const nobody = "unknown"

// class is event types that are told of alike.
type class struct{ exact, prefixes []string }

// signIns are the types of events by which somebody, or an app, comes in.
func signIns() class {
	return class{exact: []string{
		"user.session.start", "user.session.access_admin_app", "user.authentication.sso", "user.authentication.authenticate", "user.authentication.auth",
		"app.generic.unauth_app_access_attempt", "app.oauth2.token.grant.access_token", "app.oauth2.as.token.grant.access_token",
	}, prefixes: []string{
		"user.authentication.auth_via_ad", "user.authentication.auth_via_idp", "user.authentication.auth_via_inbound", "user.authentication.auth_via_iwa",
		"user.authentication.auth_via_ldap", "user.authentication.auth_via_radius", "user.authentication.auth_via_richclient", "user.authentication.auth_via_social",
		"user.authentication.dsso",
	}}
}

// sessions are the types of events of what goes with that, whoever acts.
func sessions() class {
	return class{prefixes: []string{"policy.evaluate_sign_on", "user.authentication.", "app.oauth2.token.", "app.oauth2.as.", "app.oauth2.authorize", "app.oauth2.signon", "user.session.end"}}
}

// sessionsOf are those that are of the session or the factors of whom they are
// done to; of an admin who does them they are what the admin did.
func sessionsOf() class {
	return class{prefixes: []string{"user.session.", "user.mfa.", "user.risk.", "user.credential.", "system.push.", "system.sms.", "system.voice.", "system.email.", "security.session."}}
}

func (c class) has(eventType string) bool {
	t := strings.ToLower(eventType)
	return slices.Contains(c.exact, t) || slices.ContainsFunc(c.prefixes, func(p string) bool { return strings.HasPrefix(t, p) })
}

func (c class) expr() detect.Expr {
	var out detect.Or
	for _, some := range []struct {
		op     detect.Op
		values []string
	}{{detect.Equal, c.exact}, {detect.StartsWith, c.prefixes}} {
		if len(some.values) > 0 {
			out = append(out, detect.Test{Path: "eventType", Op: some.op, Values: valuesOf(some.values)})
		}
	}
	return out
}

func valuesOf(texts []string) []detect.Value {
	out := make([]detect.Value, len(texts))
	for i, t := range texts {
		out[i] = detect.Value{Text: t}
	}
	return out
}

func is(path string, texts ...string) detect.Test {
	return detect.Test{Path: path, Op: detect.Equal, Values: valuesOf(texts)}
}

// Acting is the condition on events that the subject acted.
func (s Subject) Acting() detect.Expr {
	switch {
	case s.ID == "":
		return is("actor.alternateId", s.Login)
	case s.Login == "":
		return is("actor.id", s.ID)
	}
	return detect.Or{is("actor.id", s.ID), detect.And{is("actor.id", nobody), is("actor.alternateId", s.Login)}}
}

// Acted is the condition on events that something was done to the subject.
func (s Subject) Acted() detect.Expr {
	if s.ID == "" {
		return is("target.alternateId", s.Login)
	}
	return is("target.id", s.ID)
}

// Events is the condition on events that they are told of by lines of some
// kinds; false where events tell of none of them.
func (s Subject) Events(kinds []Kind) (detect.Expr, bool) {
	in, with, of := signIns().expr(), sessions().expr(), sessionsOf().expr()
	other := detect.And{detect.Not{Expr: in}, detect.Not{Expr: with}}
	var out detect.Or
	if has := func(k Kind) bool { return slices.Contains(kinds, k) }; has(SignIn) && has(Session) && has(Admin) && has(Change) {
		return detect.Or{s.Acting(), s.Acted()}, true
	}
	for _, k := range kinds {
		switch k { //nolint:exhaustive // events tell nothing of the others
		case SignIn:
			out = append(out, detect.And{in, detect.Or{s.Acting(), s.Acted()}})
		case Session:
			out = append(out, detect.And{detect.Not{Expr: in}, detect.Or{
				detect.And{with, detect.Or{s.Acting(), s.Acted()}},
				detect.And{of, s.Acted()},
			}})
		case Admin:
			out = append(out, append(detect.And{s.Acting(), detect.Not{Expr: s.Acted()}}, other...))
		case Change:
			out = append(out, append(detect.And{s.Acted(), detect.Not{Expr: of}}, other...))
		}
	}
	return out, len(out) > 0
}

// KindOf says what an event tells of the subject. It is what the conditions of
// [Subject.Events] say.
func (s Subject) KindOf(e event.Event) Kind {
	switch {
	case signIns().has(e.Type):
		return SignIn
	case sessions().has(e.Type):
		return Session
	case !s.isTarget(e):
		return Admin
	case sessionsOf().has(e.Type):
		return Session
	}
	return Change
}

func (s Subject) isTarget(e event.Event) bool {
	return slices.ContainsFunc(e.Targets(), func(t event.Entity) bool {
		if s.ID == "" {
			return strings.EqualFold(t.AlternateID, s.Login)
		}
		return strings.EqualFold(t.ID, s.ID)
	})
}
