package auth0

import (
	"context"
	"strings"

	"sallyport/sandbox/auth0/actions"
)

// State is somebody as the control API tells of them.
type State struct {
	ID         string         `json:"id"`
	Email      string         `json:"email"`
	Name       string         `json:"name"`
	Connection string         `json:"connection"`
	Password   string         `json:"password,omitempty"`
	Blocked    bool           `json:"blocked"`
	Sessions   int            `json:"sessions"`
	Logins     int            `json:"logins"`
	Metadata   map[string]any `json:"user_metadata,omitempty"`
	App        map[string]any `json:"app_metadata,omitempty"`
}

func (u *user) state() State {
	logins, _ := u.doc["logins_count"].(int)
	meta, _ := u.doc["user_metadata"].(doc)
	app, _ := u.doc["app_metadata"].(doc)
	return State{
		ID: u.id(), Email: str(u.doc, "email"), Name: str(u.doc, "name"), Connection: u.connection(), Password: u.password, Blocked: truth(u.doc, "blocked"), Sessions: len(u.sessions),
		Logins: logins, Metadata: meta, App: app,
	}
}

// People returns everybody who has an account, the first ones first; at most
// so many.
func (t *Tenant) People(most int) []State {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := []State{}
	for _, u := range t.users[:min(most, len(t.users))] {
		out = append(out, u.state())
	}
	return out
}

// Person returns the one with an id or an e-mail address.
func (t *Tenant) Person(who string) (State, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	u, known := t.named(who)
	if !known {
		return State{}, false
	}
	return u.state(), true
}

func (t *Tenant) named(who string) (*user, bool) {
	for _, u := range t.users {
		if u.id() == who || who != "" && strings.EqualFold(str(u.doc, "email"), who) {
			return u, true
		}
	}
	return nil, false
}

// Admit makes an account for somebody in the database connection, unless they
// have one.
func (t *Tenant) Admit(p Person) State {
	t.mu.Lock()
	defer t.mu.Unlock()
	if u, known := t.named(p.Email); known {
		return u.state()
	}
	return t.admitPerson(p, "").state()
}

// Password returns somebody's password.
func (t *Tenant) Password(who string) (string, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	u, known := t.named(who)
	if !known {
		return "", false
	}
	return u.password, true
}

// Bound is an Action that sign-ins run.
type Bound struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Version int    `json:"version"`
	Code    string `json:"code"`
}

// Bound returns the Actions that sign-ins run, in their order.
func (t *Tenant) Bound() []Bound {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := []Bound{}
	for _, b := range t.bindings[postLogin] {
		a := t.actions[str(b, "action_id")]
		if a == nil {
			continue
		}
		v, deployed := a.deployed()
		if n, is := v["number"].(int); deployed && is {
			out = append(out, Bound{ID: a.id(), Name: str(a.doc, "name"), Version: n, Code: str(v, "code")})
		}
	}
	return out
}

// CanRun reports whether this program can run Actions.
func (t *Tenant) CanRun(ctx context.Context) bool {
	_, err := t.opt.Runner.Run(ctx, actions.Job{CheckOnly: true, Actions: []actions.Action{{ID: "probe", Name: "probe", Code: ";"}}})
	return err == nil
}
