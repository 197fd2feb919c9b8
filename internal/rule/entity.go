package rule

import (
	"regexp"
	"strings"

	"sallyport/internal/auth0"
	"sallyport/internal/errs"
	"sallyport/internal/event"
)

// Entity says whom or what a rule's alerts are about: a list of places in an
// event, separated by commas, of which the first counts that has something.
//
//	actor            who acted
//	target           the first target
//	target:User      the first target of that type
//	ip               client.ipAddress
//	session          authenticationContext.externalSessionId
//	org              the Okta org or Auth0 tenant as a whole
//	debugContext.…   any other path, by the text that is there
type Entity string

// DefaultEntity is that of a rule that names none.
const DefaultEntity Entity = "actor,ip,org"

// The kinds of what an alert is about. What is none of them is of kind "other".
const (
	KindUser    = "user"
	KindApp     = "app"
	KindGroup   = "group"
	KindIP      = "ip"
	KindDevice  = "device"
	KindSession = "session"
	KindOrg     = "org"
	KindSystem  = "system" // a system principal of Okta
	KindOther   = "other"
)

// Subject is whom or what one alert is about.
type Subject struct {
	Kind string
	event.Entity
}

var place = regexp.MustCompile(`^(actor|ip|session|org|target(:[A-Za-z]+( [A-Za-z]+)*)?|[A-Za-z]+(\.[A-Za-z0-9_]+)+)$`)

// ParseEntity reads what a rule says. The empty text is DefaultEntity.
func ParseEntity(text string) (Entity, error) {
	if strings.TrimSpace(text) == "" {
		return DefaultEntity, nil
	}
	parts := strings.Split(text, ",")
	for i, p := range parts {
		parts[i] = strings.TrimSpace(p)
		if !place.MatchString(parts[i]) {
			return "", errs.New(errs.Invalid, "entity %q: actor, target, target:TYPE, ip, session, org or a dotted path is wanted", parts[i])
		}
	}
	return Entity(strings.Join(parts, ",")), nil
}

// Of returns whom the rule's alert about an event is about. Where the event has
// nothing at any of the places, it is the org.
func (e Entity) Of(ev event.Event) Subject {
	for p := range strings.SplitSeq(string(e), ",") {
		if s, ok := subject(ev, p); ok {
			return s
		}
	}
	return whole(ev)
}

// whole is the org, or the tenant, that an event is of.
func whole(ev event.Event) Subject {
	if auth0.Is(ev.Type) {
		return Subject{KindOrg, event.Entity{ID: "auth0", Type: "Tenant", DisplayName: "Auth0 tenant"}}
	}
	return Subject{KindOrg, event.Entity{ID: "org", Type: "Org", DisplayName: "Okta org"}}
}

func subject(ev event.Event, at string) (Subject, bool) {
	switch at {
	case "actor":
		return acting(ev)
	case "ip":
		return address(ev.IP)
	case "session":
		return named(KindSession, "Session", ev.SessionID)
	case "org":
		return whole(ev), true
	}
	if kind, ok := strings.CutPrefix(at, "target"); ok && !strings.HasPrefix(kind, ".") {
		return acted(ev, strings.TrimPrefix(kind, ":"))
	}
	text := ev.Text(at)
	if strings.HasSuffix(at, "ipAddress") {
		return address(text)
	}
	return named(KindOther, at, text)
}

// acting is the actor. Someone of whom Okta knows no account, as of a sign-in
// with a name that does not exist, is known by that name.
func acting(ev event.Event) (Subject, bool) {
	a := ev.Actor
	if known(a.ID) {
		return Subject{kindOf(a.Type), a}, true
	}
	if !known(a.AlternateID) {
		return Subject{}, false
	}
	a.ID = ""
	return Subject{kindOf(a.Type), a}, true
}

func acted(ev event.Event, kind string) (Subject, bool) {
	for _, t := range ev.Targets() {
		if (kind == "" || strings.EqualFold(t.Type, kind)) && (known(t.ID) || known(t.AlternateID)) {
			return Subject{kindOf(t.Type), t}, true
		}
	}
	return Subject{}, false
}

// known reports whether a text names anything: Okta writes "unknown" where it
// knows nothing.
func known(text string) bool { return text != "" && text != "unknown" && text != "null" }

func address(ip string) (Subject, bool) { return named(KindIP, "IP address", ip) }

func named(kind, oktaType, text string) (Subject, bool) {
	if !known(text) {
		return Subject{}, false
	}
	return Subject{kind, event.Entity{ID: text, Type: oktaType, AlternateID: text, DisplayName: text}}, true
}

func kindOf(oktaType string) string {
	switch strings.ToLower(oktaType) {
	case "user", "appuser":
		return KindUser
	case "appinstance", "publicclientapp", "app":
		return KindApp
	case "usergroup", "group":
		return KindGroup
	case "ip address", "ip":
		return KindIP
	case "device":
		return KindDevice
	case "systemprincipal":
		return KindSystem
	case "org":
		return KindOrg
	}
	return KindOther
}
