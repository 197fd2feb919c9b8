package okta

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"sallyport/sandbox/okta/systemlog"
)

// SessionState is an open session of a user.
type SessionState struct {
	ID      string // external session id, as the System Log has it
	From    Client // what it was opened with
	Started time.Time
}

// Sessions returns the open sessions of the user with a login or an id, in the
// order in which they were opened.
func (o *Org) Sessions(login string) []SessionState {
	o.mu.RLock()
	defer o.mu.RUnlock()
	u, ok := o.dir.find(login)
	if !ok {
		return nil
	}
	var out []SessionState
	for _, s := range u.sessions {
		if s.expires.After(o.now()) {
			out = append(out, SessionState{ID: s.id, From: s.from, Started: s.started})
		}
	}
	return out
}

// UserByEmail returns a user with an address, in any case; that with the
// lowest id when several have it.
func (o *Org) UserByEmail(email string) (UserState, bool) {
	o.mu.RLock()
	defer o.mu.RUnlock()
	s := o.dir.byEmail[strings.ToLower(email)]
	if s == nil || len(s.items) == 0 {
		return UserState{}, false
	}
	return stateOf(o, s.items[0]), true
}

// UsersAfter returns at most n users whose ids follow an id, in the order of
// their ids.
func (o *Org) UsersAfter(id string, n int) []UserState {
	o.mu.RLock()
	defer o.mu.RUnlock()
	in := o.dir.users.after(id)
	out := make([]UserState, min(n, len(in)))
	for i := range out {
		out[i] = stateOf(o, in[i])
	}
	return out
}

// NewToken makes another API token of a user, without a word in the log, and
// returns it. It never expires.
func (o *Org) NewToken(login, name string) (string, error) {
	o.mu.RLock()
	u, ok := o.dir.find(login)
	o.mu.RUnlock()
	if !ok {
		return "", fmt.Errorf("make an API token of %s: %w", login, ErrNoUser)
	}
	_, token := newAPIToken(o, u, name, 0)
	return token, nil
}

// FactorTypes returns the types of the active factors of a user: push,
// webauthn, sms ...
func (o *Org) FactorTypes(login string) []string {
	o.mu.RLock()
	defer o.mu.RUnlock()
	u, ok := o.dir.find(login)
	if !ok {
		return nil
	}
	var out []string
	for _, f := range u.factors.items {
		if f.status == "ACTIVE" {
			out = append(out, f.kind)
		}
	}
	return out
}

// AppState is an app that people sign in to.
type AppState struct {
	ID, Name, Label string // "0oa...", "amazon_aws", "AWS Account Federation"
}

// Apps returns the apps that a user has, in the order of their ids.
func (o *Org) Apps(login string) []AppState {
	o.mu.RLock()
	defer o.mu.RUnlock()
	u, ok := o.dir.find(login)
	if !ok {
		return nil
	}
	var out []AppState
	for _, a := range appsOf(o, u) {
		out = append(out, AppState{a.id, a.name, a.label})
	}
	return out
}

// Logged returns the events of the System Log that a test accepts, newest
// first, at most limit. They must not be changed.
func (o *Org) Logged(limit int, accept func(*systemlog.Event) bool) []*systemlog.Event {
	return o.events.Find(limit, accept)
}

// ErrNothingToReport is what Report returns to somebody who was not mailed
// about anything.
var ErrNothingToReport = errors.New("there was no mail to report it from")

// Report has a user report the newest thing that Okta mailed them about, as the
// link in that mail would, and returns the uuid of the event.
func (o *Org) Report(login string, from Client) (string, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	u, ok := o.dir.find(login)
	if !ok {
		return "", fmt.Errorf("report for %s: %w", login, ErrNoUser)
	}
	token := ""
	for t, r := range o.reports {
		if r.user == u && o.now().Sub(r.told) <= reportLife && (token == "" || r.event.Published.After(o.reports[token].event.Published.Time)) {
			token = t
		}
	}
	if token == "" {
		return "", fmt.Errorf("report for %s: %w", login, ErrNothingToReport)
	}
	c := &change{
		Org: o, actor: userActor(u), from: from, id: o.ids.request(), session: o.ids.session(),
		path: "/api/internal/users/me/report-suspicious-activity", query: "i=" + token,
	}
	defer c.flush()
	c.emit("user.account.report_suspicious_activity_by_enduser", fact{targets: targets(u), debug: suspicion(o.reports[token].event)})
	delete(o.reports, token)
	return c.pending[0].UUID, nil
}

// ChangePassword has a user choose another password in the dashboard. What it
// is stays unknown, as that of every seeded person.
func (o *Org) ChangePassword(login string, from Client) error {
	return o.act(login, from, "/api/internal/users/me/password", func(c *change, u *user) { c.setPassword(u, "", true) })
}

// Lock locks a user's account after too many wrong passwords.
func (o *Org) Lock(login string, from Client) error {
	return o.act(login, from, "/idp/idx/challenge/answer", func(c *change, u *user) {
		c.setStatus(u, LockedOut)
		c.emit("user.account.lock", fact{targets: targets(u), result: "FAILURE", reason: "LOCKED_OUT"})
	})
}

// act makes a change that a user makes in the browser.
func (o *Org) act(login string, from Client, path string, f func(*change, *user)) error {
	effects, err := func() ([]func(), error) {
		o.mu.Lock()
		defer o.mu.Unlock()
		u, ok := o.dir.find(login)
		if !ok {
			return nil, fmt.Errorf("%s: %w", login, ErrNoUser)
		}
		c := &change{Org: o, actor: userActor(u), from: from, id: o.ids.request(), session: o.ids.session(), path: path}
		for _, s := range u.sessions {
			if s.from.IP == from.IP && s.from.UserAgent == from.UserAgent {
				c.session = s.id
			}
		}
		f(c, u)
		c.flush()
		return c.effects, nil
	}()
	for _, f := range effects {
		f()
	}
	return err
}

// Enrol has a user set up a factor in the dashboard: "push", "webauthn" ...
func (o *Org) Enrol(login, kind string, from Client) error {
	return o.act(login, from, "/idp/idx/credential/enroll", func(c *change, u *user) {
		p := map[string]any{}
		if kind == "push" {
			p = map[string]any{"deviceType": "SmartPhone_IPhone", "name": u.profile.text("firstName") + "'s phone", "platform": "IOS", "version": "18.6"}
		}
		f := newFactor(o, u, kind, "OKTA", p)
		f.status, f.created, f.lastUpdated = "ACTIVE", o.now(), o.now()
		factorActive(c, u, f)
	})
}

// CloseSession ends a session, without a word in the log.
func (o *Org) CloseSession(login, id string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if u, ok := o.dir.find(login); ok {
		u.sessions = slices.DeleteFunc(u.sessions, func(s *session) bool { return s.id == id })
	}
}

// Service returns the service app with a label.
func (o *Org) Service(label string) (AppState, bool) {
	o.mu.RLock()
	defer o.mu.RUnlock()
	for _, a := range o.apps.all.items {
		if a.label == label && a.clientID() != "" {
			return AppState{a.clientID(), a.name, a.label}, true
		}
	}
	return AppState{}, false
}
