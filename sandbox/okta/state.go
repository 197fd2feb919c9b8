package okta

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"sallyport/sandbox/okta/systemlog"
)

// UserState is what scenarios and tests look at in a user.
type UserState struct {
	ID, Login, Email, Name string
	Status                 Status
	Sessions               int // open ones
	OAuthTokens            int // refresh tokens that its apps hold
	Factors                int
	PasswordChanged        time.Time // zero when it has none
	LastLogin              time.Time // zero when it never signed in
	Groups                 []string  // names, without Everyone
	AdminRoles             []string  // types, own and through groups
	Risk                   string    // HIGH, MEDIUM, LOW; empty when never set
}

func stateOf(o *Org, u *user) UserState {
	s := UserState{
		ID: u.id, Login: u.login(), Email: u.email(), Name: u.name(), Status: u.status, Sessions: u.open(o.now()), OAuthTokens: len(u.refresh),
		Factors: len(u.factors.items), PasswordChanged: u.passwordChanged, LastLogin: u.lastLogin, AdminRoles: u.roleTypes(), Risk: u.riskLevel,
	}
	for _, g := range u.groups.items {
		s.Groups = append(s.Groups, g.name())
	}
	return s
}

// User returns the user with a login or an id.
func (o *Org) User(login string) (UserState, bool) {
	o.mu.RLock()
	defer o.mu.RUnlock()
	u, ok := o.dir.find(login)
	if !ok {
		return UserState{}, false
	}
	return stateOf(o, u), true
}

// Users returns users in the order of their ids: those of a status, or all
// when it is empty; at most limit, or all when it is 0.
func (o *Org) Users(status string, limit int) []UserState {
	o.mu.RLock()
	defer o.mu.RUnlock()
	in := o.dir.users.items
	if status != "" {
		in = o.dir.status[Status(status)].list()
	}
	if limit > 0 && limit < len(in) {
		in = in[:limit]
	}
	out := make([]UserState, len(in))
	for i, u := range in {
		out[i] = stateOf(o, u)
	}
	return out
}

// Errors of SignIn.
var (
	ErrNoUser   = errors.New("no such user")
	ErrNoAccess = errors.New("the user cannot sign in")
)

// SignIn signs a user in with a client, as the Okta dashboard would: it opens
// a session and logs what Okta logs. A client that the user has not used
// before makes Okta send the "new sign-in" mail, with a link to report it as
// suspicious. A user who may not sign in gives ErrNoAccess and a FAILURE in
// the log.
func (o *Org) SignIn(login string, from Client) error {
	return o.signIn(login, from, Entry{Factor: anyFactor})
}

// Entry is what is known of a sign-in when its session begins.
type Entry struct {
	Session     string // external session id; a new one when empty
	Transaction string // id; a new one when empty
	// Factor is what the log calls the factor that was used last; empty when
	// the caller has logged it already.
	Factor string
	// Once has Okta learn nothing of the client: the same stranger would be as
	// strange the next time.
	Once bool
}

// anyFactor stands for the first factor of a user, if there is one.
const anyFactor = "*"

// OpenSession signs a user in like SignIn, for a caller who has logged what
// led up to it.
func (o *Org) OpenSession(login string, from Client, e Entry) error { return o.signIn(login, from, e) }

func (o *Org) signIn(login string, from Client, e Entry) error {
	effects, err := signIn(o, login, from, e)
	for _, f := range effects {
		f()
	}
	return err
}

func signIn(o *Org, login string, from Client, e Entry) ([]func(), error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	u, found := o.dir.find(login)
	if !found {
		return nil, fmt.Errorf("sign in %s: %w", login, ErrNoUser)
	}
	c := &change{Org: o, actor: userActor(u), from: from, id: e.Transaction, path: "/idp/idx/identify", session: e.Session}
	if c.id == "" {
		c.id = o.ids.request()
	}
	if c.session == "" {
		c.session = o.ids.session()
	}
	defer c.flush()
	if !c.tryIn(u, e) {
		return nil, fmt.Errorf("sign in %s, who is %s: %w", login, u.status, ErrNoAccess)
	}
	return c.effects, nil
}

// tryIn opens a session for somebody, if their status lets them.
func (c *change) tryIn(u *user, e Entry) bool {
	a := assess(u, c.from, c.now())
	switch u.status {
	case Active, PasswordExpired, Recovery:
		c.admit(u, a, e)
		return true
	default:
		reason := map[Status]string{LockedOut: "LOCKED_OUT", Suspended: "USER_STATUS_SUSPENDED"}[u.status]
		if reason == "" {
			reason = "INVALID_CREDENTIALS"
		}
		c.emit("user.session.start", fact{targets: signInTargets(c, u), result: "FAILURE", reason: reason, debug: a.Debug()})
		return false
	}
}

// admit lets somebody in and opens their session.
func (c *change) admit(u *user, a Assessment, e Entry) {
	now, factor := c.now(), e.Factor
	c.emit("policy.evaluate_sign_on", fact{
		targets: policyTargets(c), result: "ALLOW", reason: "Sign-on policy evaluation resulted in ALLOW", debug: merged(a.Debug(), map[string]any{"logOnlySecurityData": a.LogOnly}),
	})
	u.sessions = slices.DeleteFunc(u.sessions, func(s *session) bool { return s.expires.Before(now) })
	s := &session{id: c.session, from: c.from, started: now, expires: now.Add(sessionLife)}
	if len(u.factors.items) > 0 {
		s.mfa, s.verified = true, now
		if factor == anyFactor {
			k, _ := factorKindOf(u.factors.items[0].kind)
			factor = k.logged
		}
		if factor != "" {
			c.emit("user.authentication.auth_via_mfa", fact{targets: targets(u), debug: merged(a.Debug(), map[string]any{"factor": factor, "factorIntent": "AUTHENTICATION"})})
		}
	}
	u.sessions, u.lastLogin = append(u.sessions, s), now
	c.emit("user.session.start", fact{targets: signInTargets(c, u), debug: a.Debug()})
	if a.NewDevice {
		mailNewDevice(c, u)
	}
	if !e.Once {
		u.knows(c.from)
	}
}

// signInTargets are the targets of a sign-in.
func signInTargets(c *change, u *user) []systemlog.Target {
	return []systemlog.Target{
		{ID: "lae" + u.id[3:], Type: "AuthenticatorEnrollment", AlternateID: "unknown", DisplayName: "Password"},
		{ID: dashboardID(c.Org), Type: "AppInstance", AlternateID: "Okta Dashboard", DisplayName: "Okta Dashboard"},
	}
}

// dashboardID is the id of the app that people sign in to.
func dashboardID(o *Org) string {
	for _, a := range o.apps.all.items {
		if a.name == "okta_enduser" {
			return a.id
		}
	}
	return o.orgID
}

// policyTargets are the policy and rule that let somebody in.
func policyTargets(c *change) []systemlog.Target {
	return []systemlog.Target{
		{ID: c.accessPolicy, Type: "PolicyEntity", AlternateID: "unknown", DisplayName: "Default Policy", DetailEntry: map[string]any{"policyType": "OktaSignOn"}},
		{ID: "0pr" + c.accessPolicy[3:], Type: "PolicyRule", AlternateID: c.accessPolicy, DisplayName: "Default Rule"},
	}
}

// Event is what Emit makes a System Log event from. Only Type is needed.
type Event struct {
	Type     string
	Message  string // displayMessage; that of the type when empty
	Severity string // DEBUG, INFO, WARN or ERROR; that of the type when empty

	// Actor is the login or id of a user or the client id of an app; another
	// text makes an actor of type "IP address", and an empty one is the
	// system.
	Actor string
	// Unknown is a name that somebody has typed who is not known; the actor
	// then is nobody.
	Unknown string
	Targets []Target
	Client  Client

	Result string // outcome; SUCCESS when empty
	Reason string

	DebugData   map[string]any
	Transaction string        // id; a new one when empty
	Job         bool          // transaction of type JOB instead of WEB
	Session     string        // external session id
	Published   time.Time     // now when zero
	LateBy      time.Duration // how long after that the event reaches the log
}

// Target is what an event is about. With only a Login, it is that user.
type Target struct {
	Login string // of a user of the org

	ID, Type, AlternateID, DisplayName string
	Detail                             map[string]any
	From, To                           map[string]any // what a change has made of what
}

// Emit appends an event to the System Log and returns its uuid. Event hooks
// deliver it like any other.
func (o *Org) Emit(in Event) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	c := &change{Org: o, actor: actorOf(o, in.Actor), from: in.Client, id: in.Transaction, session: in.Session, job: in.Job, when: in.Published}
	if c.id == "" {
		c.id = o.ids.request()
	}
	c.emit(in.Type, fact{targets: targetsOf(o, in.Targets), debug: in.DebugData, result: in.Result, reason: in.Reason})
	e := c.pending[0]
	if in.Unknown != "" {
		e.Actor = systemlog.Actor{ID: "unknown", Type: "User", AlternateID: in.Unknown, DisplayName: "unknown"}
	}
	if in.Message != "" {
		e.DisplayMessage = in.Message
	}
	if in.Severity != "" {
		e.Severity = in.Severity
	}
	if in.LateBy > 0 {
		o.appendLater(e, in.LateBy)
	} else {
		o.events.Append(e)
	}
	return e.UUID
}

func actorOf(o *Org, name string) systemlog.Actor {
	if name == "" {
		return systemActor()
	}
	if u, ok := o.dir.find(name); ok {
		return userActor(u)
	}
	if a, ok := o.apps.client(name); ok {
		return clientActor(a)
	}
	return systemlog.Actor{ID: name, Type: "IP address", AlternateID: "unknown", DisplayName: name}
}

func targetsOf(o *Org, in []Target) []systemlog.Target {
	var out []systemlog.Target
	for _, t := range in {
		if u, ok := o.dir.find(t.Login); ok && t.Login != "" {
			out = append(out, targets(u)...)
			out[len(out)-1].DetailEntry = t.Detail
			continue
		}
		x := systemlog.Target{ID: t.ID, Type: t.Type, AlternateID: t.AlternateID, DisplayName: t.DisplayName, DetailEntry: t.Detail}
		if t.From != nil || t.To != nil {
			x.Changes = &systemlog.Changes{From: t.From, To: t.To}
		}
		out = append(out, x)
	}
	return out
}
