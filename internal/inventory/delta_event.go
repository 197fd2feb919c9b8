package inventory

import (
	"slices"
	"strings"
	"time"

	"sallyport/internal/errs"
)

// LogEvent is what an event of Okta's System Log says of a change.
type LogEvent struct {
	Type      string // eventType
	Published time.Time
	Targets   []Target
}

// Target is what an event is about.
type Target struct {
	ID   string `json:"id"`
	Type string `json:"type"` // User, UserGroup, AppInstance, PublicClientApp, …
}

// ParseLogEvent reads an event as the System Log gives it.
func ParseLogEvent(raw []byte) (LogEvent, error) {
	var in struct {
		EventType string    `json:"eventType"`
		Published time.Time `json:"published"`
		Target    []Target  `json:"target"`
	}
	if err := decode(raw, &in); err != nil {
		return LogEvent{}, errs.Wrap(errs.Invalid, err, "read an event of the log")
	}
	return LogEvent{Type: in.EventType, Published: in.Published, Targets: in.Target}, nil
}

// target returns the id of the first target of one of the types.
func (e LogEvent) target(types ...string) string {
	for _, t := range e.Targets {
		if slices.Contains(types, t.Type) {
			return t.ID
		}
	}
	return ""
}

func (e LogEvent) user() string  { return e.target("User") }
func (e LogEvent) group() string { return e.target("UserGroup") }
func (e LogEvent) app() string   { return e.target("AppInstance", "PublicClientApp") }

// family is event types that begin alike, and what they change.
type family struct {
	prefix string
	lists  []string                   // collections that are read whole
	touch  func(e LogEvent, d *Dirty) // nil where the lists are all
}

// families lists them; of several that fit, the longest prefix holds. What stands
// there with neither changes nothing that is kept.
func families() []family {
	holders := string(HasRole)
	return []family{
		{prefix: "user.lifecycle.", touch: touchPerson},
		{prefix: "user.account.", touch: touchUser},
		{prefix: "user.account.access"},
		{prefix: "user.account.report_suspicious"},
		{prefix: "user.account.privilege.", lists: []string{string(ResourceSet)}, touch: touchRoles},
		{prefix: "user.mfa.factor.", touch: touchFactors},
		{prefix: "user.session.impersonation.", lists: []string{"setting." + SupportAccess}},
		{prefix: "group.lifecycle.", lists: []string{string(GroupRule)}, touch: touchGroup},
		{prefix: "group.profile.", touch: touchGroup},
		{prefix: "group.user_membership.", touch: touchMember},
		{prefix: "group.user_membership.rule.", lists: []string{string(GroupRule)}},
		{prefix: "group.application_assignment.", touch: touchGroupApp},
		{prefix: "group.privilege.", lists: []string{string(ResourceSet)}, touch: touchRoles},
		{prefix: "application.lifecycle.", touch: touchApp},
		{prefix: "application.policy.", lists: []string{string(Policy)}, touch: touchApp},
		{prefix: "application.user_membership.", touch: touchAppUser},
		{prefix: "application.provision.group_push.mapping", touch: touchPush},
		{prefix: "application.provision.group_push.removed", touch: touchPush},
		{prefix: "app.keys.", touch: touchApp},
		{prefix: "app.oauth2.client.lifecycle.", lists: []string{string(APIService)}, touch: touchApp},
		{prefix: "app.oauth2.credentials.lifecycle.", lists: []string{string(APIService)}, touch: touchApp},
		{prefix: "app.oauth2.client.privilege.", lists: []string{string(ResourceSet)}, touch: touchRoles},
		{prefix: "app.oauth2.admin.consent.", touch: touchGrants},
		{prefix: "integration.api_service.", lists: []string{string(APIService)}, touch: touchApp},
		{prefix: "iam.role.", lists: []string{string(CustomRole), string(ResourceSet), holders}},
		{prefix: "iam.resourceset.", lists: []string{string(ResourceSet), holders}},
		{prefix: "system.api_token.", lists: []string{string(APIToken)}},
		{prefix: "system.api_token.request"},
		{prefix: "oauth2.as.", lists: []string{string(AuthServer)}},
		{prefix: "oauth2.scope.", lists: []string{string(AuthServer)}},
		{prefix: "oauth2.claim.", lists: []string{string(AuthServer)}},
		{prefix: "policy.lifecycle.", touch: touchPolicy},
		{prefix: "policy.rule.", touch: touchPolicy},
		{prefix: "policy.mapping.", lists: []string{string(Policy)}, touch: touchApp},
		{prefix: "zone.", lists: []string{string(Zone)}},
		{prefix: "security.threat.configuration.", lists: []string{"setting." + ThreatInsight}},
		{prefix: "security.authenticator.", lists: []string{string(Authenticator)}},
		{prefix: "security.trusted_origin.", lists: []string{string(TrustedOrigin)}},
		{prefix: "security.behavior.settings", lists: []string{string(Behavior)}},
		{prefix: "security.attack_protection.", lists: []string{"setting." + UserLockout, "setting." + AuthenticatorSettings}},
		{prefix: "security.bot_protection.", lists: []string{"setting." + BotProtection}},
		{prefix: "security.events.provider", lists: []string{string(EventProvider)}},
		{prefix: "system.captcha", lists: []string{"setting." + CAPTCHA}},
		{prefix: "system.idp.", lists: []string{string(IdP), string(IdPKey)}},
		{prefix: "event_hook.", lists: []string{string(EventHook)}},
		{prefix: "event_hook.delivery"},
		{prefix: "inline_hook.", lists: []string{string(InlineHook)}},
		{prefix: "inline_hook.executed"},
		{prefix: "inline_hook.response"},
		{prefix: "system.log_stream.", lists: []string{string(LogStream)}},
		{prefix: "system.feature.", lists: []string{string(Feature)}},
		{prefix: "system.email.template.", lists: []string{string(Brand)}},
		{prefix: "device.assurance.", lists: []string{string(DeviceAssurance)}},
		{prefix: "realm.", lists: []string{string(Realm), string(RealmAssignment)}},
	}
}

// Families tells what events change.
type Families struct{ all []family }

// NewFamilies returns what is known of events.
func NewFamilies() Families { return Families{families()} }

// of returns the family of an event type; false where it changes nothing.
func (f Families) of(eventType string) (family, bool) {
	var best family
	for _, x := range f.all {
		if strings.HasPrefix(eventType, x.prefix) && len(x.prefix) > len(best.prefix) {
			best = x
		}
	}
	return best, best.touch != nil || len(best.lists) > 0
}

// Concern reports whether an event of a type may change what is kept.
func (f Families) Concern(eventType string) bool {
	_, ok := f.of(eventType)
	return ok
}

// Touched returns what is to be read or applied because of events.
func (f Families) Touched(events []LogEvent) *Dirty {
	d := NewDirty()
	for _, e := range events {
		x, ok := f.of(e.Type)
		if !ok {
			continue
		}
		for _, name := range x.lists {
			d.Lists[name] = true
		}
		if x.touch != nil {
			x.touch(e, d)
		}
	}
	return d
}
