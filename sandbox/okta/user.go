package okta

import (
	"slices"
	"strings"
	"time"
)

// Status is where a user is in its lifecycle.
type Status string

// The states of a user.
const (
	Staged          Status = "STAGED"
	Provisioned     Status = "PROVISIONED"
	Active          Status = "ACTIVE"
	Recovery        Status = "RECOVERY"
	PasswordExpired Status = "PASSWORD_EXPIRED"
	LockedOut       Status = "LOCKED_OUT"
	Suspended       Status = "SUSPENDED"
	Deprovisioned   Status = "DEPROVISIONED"
)

// user is a person of the org.
type user struct {
	id      string
	status  Status
	profile profile

	created, activated, statusChanged, lastLogin, lastUpdated, passwordChanged time.Time // zero is null

	password  [32]byte // digest; see hasPassword
	hasPw     bool
	provider  string // OKTA or IMPORT
	question  string // recovery question
	answer    [32]byte
	riskLevel string // LOW, MEDIUM or HIGH; empty when never set
	groups    ordered[*group]
	factors   ordered[*factor]
	roles     ordered[*assignment]
	sessions  []*session
	consents  []*consent
	refresh   []*refreshToken
	known     []Client // that it has signed in with, the newest last
	typeID    string
	oneTime   string // token of the last activation or reset mail, empty when none is open
}

func (u *user) key() string   { return u.id }
func (u *user) login() string { return u.profile.text("login") }
func (u *user) email() string { return u.profile.text("email") }

// name is how the log and mails call the user.
func (u *user) name() string {
	return strings.TrimSpace(u.profile.text("firstName") + " " + u.profile.text("lastName"))
}

// roleTypes returns the admin roles of a user, own and through groups.
func (u *user) roleTypes() []string {
	var out []string
	for _, a := range u.roles.items {
		out = append(out, a.Type)
	}
	for _, g := range u.groups.items {
		for _, a := range g.roles.items {
			if !slices.Contains(out, a.Type) {
				out = append(out, a.Type)
			}
		}
	}
	return out
}

// userView is the JSON of a user.
type userView struct {
	ID              string           `json:"id"`
	Status          Status           `json:"status"`
	Created         *stamp           `json:"created"`
	Activated       *stamp           `json:"activated"`
	StatusChanged   *stamp           `json:"statusChanged"`
	LastLogin       *stamp           `json:"lastLogin"`
	LastUpdated     *stamp           `json:"lastUpdated"`
	PasswordChanged *stamp           `json:"passwordChanged"`
	RealmID         string           `json:"realmId,omitempty"`
	Type            idOnly           `json:"type"`
	Profile         profile          `json:"profile"`
	Credentials     *credentialsView `json:"credentials,omitempty"`
	Links           any              `json:"_links,omitempty"`
}

type idOnly struct {
	ID string `json:"id"`
}

type credentialsView struct {
	Password         *struct{}     `json:"password,omitempty"`
	Emails           []emailView   `json:"emails,omitempty"`
	RecoveryQuestion *questionView `json:"recovery_question,omitempty"`
	Provider         providerView  `json:"provider"`
}

type emailView struct {
	Value  string `json:"value"`
	Status string `json:"status"`
	Type   string `json:"type"`
}

type questionView struct {
	Question string `json:"question"`
}

type providerView struct {
	Type string `json:"type"`
	Name string `json:"name"`
}

// stamp is a time as most of the API writes it: UTC, to the second, with
// three zeros behind the point.
type stamp struct{ time.Time }

// MarshalJSON writes the time.
func (s stamp) MarshalJSON() ([]byte, error) {
	return []byte(s.UTC().Format(`"2006-01-02T15:04:05.000Z"`)), nil
}

// at returns a time for an answer: null for the zero time.
func at(t time.Time) *stamp {
	if t.IsZero() {
		return nil
	}
	return &stamp{t.Truncate(time.Second)}
}

// viewCredentials returns what the org shows of a user's credentials.
func viewCredentials(o *Org, u *user) *credentialsView {
	v := &credentialsView{Provider: providerView{u.provider, u.provider}}
	if u.hasPw {
		v.Password = &struct{}{}
		if o.features.VerifiedEmails {
			v.Emails = []emailView{{u.email(), "VERIFIED", "PRIMARY"}}
		}
	}
	if u.question != "" {
		v.RecoveryQuestion = &questionView{u.question}
	}
	return v
}

// viewUser returns the JSON of a user. In lists users carry no lifecycle links.
func viewUser(c *call, u *user, inList bool) userView {
	v := userView{
		ID: u.id, Status: u.status, Created: at(u.created), Activated: at(u.activated), StatusChanged: at(u.statusChanged),
		LastLogin: at(u.lastLogin), LastUpdated: at(u.lastUpdated), PasswordChanged: at(u.passwordChanged),
		Type: idOnly{u.typeID}, Profile: u.profile, Credentials: viewCredentials(c.Org, u),
	}
	if c.features.Governance {
		v.RealmID = c.realmID
	}
	self := link{Href: c.url("api/v1/users", u.id)}
	if inList {
		v.Links = map[string]link{"self": self}
	} else {
		v.Links = viewUserLinks(c, u, self)
	}
	// What a client asks to be left out, it asks for in its content type.
	if ct := c.r.Header.Get("Content-Type"); strings.Contains(ct, "okta-response=") {
		if strings.Contains(ct, "omitCredentialsLinks") || strings.Contains(ct, "omitCredentials,") || strings.HasSuffix(ct, "omitCredentials") {
			v.Links = map[string]link{"self": self}
		}
		if strings.Contains(ct, "omitCredentials,") || strings.HasSuffix(ct, "omitCredentials") {
			v.Credentials = nil
		}
	}
	return v
}

// viewListed writes a user of a list.
func viewListed(c *call, u *user) userView { return viewUser(c, u, true) }

// viewUserLinks returns the links of a user: what may be done in its status.
func viewUserLinks(c *call, u *user, self link) map[string]link {
	links := map[string]link{
		"self":   self,
		"schema": {Href: c.url("api/v1/meta/schemas/user", "osc"+strings.TrimPrefix(u.typeID, "oty"))},
		"type":   {Href: c.url("api/v1/meta/types/user", u.typeID)},
	}
	act := func(name, path string) {
		links[name] = link{Href: c.url("api/v1/users", u.id, path), Method: "POST"}
	}
	for _, name := range u.status.actions() {
		act(name, actionPath(name))
	}
	if u.status == Deprovisioned {
		links["delete"] = link{Href: self.Href, Method: "DELETE"}
	}
	if c.features.ResetFactors {
		act("resetFactors", actionPath("resetFactors"))
	}
	return links
}

// actions lists the links of a status, as recorded from live orgs.
func (s Status) actions() []string {
	switch s {
	case Staged:
		return []string{"activate"}
	case Provisioned:
		return []string{"suspend", "resetPassword", "reactivate", "deactivate"}
	case Suspended:
		return []string{"unsuspend", "deactivate"}
	case Deprovisioned:
		return []string{"activate"}
	case LockedOut:
		return []string{"unlock", "suspend", "resetPassword", "forgotPassword", "expirePassword", "changeRecoveryQuestion", "changePassword", "deactivate"}
	default:
		return []string{"suspend", "resetPassword", "forgotPassword", "expirePassword", "changeRecoveryQuestion", "changePassword", "deactivate"}
	}
}

func actionPath(name string) string {
	switch name {
	case "resetPassword":
		return "lifecycle/reset_password"
	case "expirePassword":
		return "lifecycle/expire_password"
	case "resetFactors":
		return "lifecycle/reset_factors"
	case "forgotPassword":
		return "credentials/forgot_password"
	case "changeRecoveryQuestion":
		return "credentials/change_recovery_question"
	case "changePassword":
		return "credentials/change_password"
	default:
		return "lifecycle/" + name
	}
}

// directory holds the people and groups of an org with their indexes.
type directory struct {
	users   ordered[*user]
	byLogin map[string]*user // lower case
	byEmail map[string]*ordered[*user]
	status  map[Status]*ordered[*user]
	groups  ordered[*group]
	rules   ordered[*rule]
	// everyone is the group that all users are in, without being listed there.
	everyone *group
}

func newDirectory() directory {
	return directory{byLogin: map[string]*user{}, byEmail: map[string]*ordered[*user]{}, status: map[Status]*ordered[*user]{}}
}

// add puts a user into all indexes.
func (d *directory) add(u *user) {
	d.users.add(u)
	d.index(u)
}

func (d *directory) index(u *user) {
	d.byLogin[strings.ToLower(u.login())] = u
	email := strings.ToLower(u.email())
	if d.byEmail[email] == nil {
		d.byEmail[email] = &ordered[*user]{}
	}
	d.byEmail[email].add(u)
	if d.status[u.status] == nil {
		d.status[u.status] = &ordered[*user]{}
	}
	d.status[u.status].add(u)
}

func (d *directory) unindex(u *user) {
	delete(d.byLogin, strings.ToLower(u.login()))
	email := strings.ToLower(u.email())
	if s := d.byEmail[email]; s != nil && s.remove(u.id) && len(s.items) == 0 {
		delete(d.byEmail, email)
	}
	d.status[u.status].remove(u.id)
}

// update changes what the indexes are made of.
func (d *directory) update(u *user, f func()) {
	d.unindex(u)
	f()
	d.index(u)
}

// remove forgets a user for good.
func (d *directory) remove(u *user) {
	d.unindex(u)
	d.users.remove(u.id)
	for _, g := range slices.Clone(u.groups.items) {
		g.members.remove(u.id)
		delete(g.ruled, u.id)
	}
}

// find returns a user by id, login, or the part of a login before the "@"
// when only one user has it.
func (d *directory) find(name string) (*user, bool) {
	if u, ok := d.users.get(name); ok {
		return u, true
	}
	name = strings.ToLower(name)
	if u, ok := d.byLogin[name]; ok {
		return u, true
	}
	if name == "" || strings.Contains(name, "@") {
		return nil, false
	}
	var found *user
	for login, u := range d.byLogin {
		if strings.HasPrefix(login, name+"@") {
			if found != nil {
				return nil, false
			}
			found = u
		}
	}
	return found, found != nil
}
