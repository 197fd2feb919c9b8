package okta

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"sallyport/sandbox/okta/outbox"
	"sallyport/sandbox/okta/scimclient"
	"sallyport/sandbox/okta/systemlog"
)

// Features of an app that is provisioned, as the app lists them.
const (
	featurePush       = "PUSH_NEW_USERS"
	featureProfile    = "PUSH_PROFILE_UPDATES"
	featureDeactivate = "PUSH_USER_DEACTIVATION"
	featureGroups     = "GROUP_PUSH"
)

// provisioning is how an app's SCIM server is reached, and what it is told.
type provisioning struct {
	baseURL, token string
	rawHeader      bool // the token stands in the header by itself, without "Bearer"
	catalogue      bool
	enabled        bool

	create, update, deactivate bool

	links    scimclient.Links
	mappings ordered[*pushMapping]
}

// server returns where requests go.
func (p *provisioning) server() scimclient.Server {
	s := scimclient.Server{BaseURL: strings.TrimSuffix(p.baseURL, "/"), Authorization: "Bearer " + p.token, Catalogue: p.catalogue}
	if p.rawHeader {
		s.Authorization = p.token
	}
	return s
}

// features are what an app lists.
func (p *provisioning) features() []string {
	var out []string
	if !p.enabled {
		return out
	}
	for _, x := range []struct {
		on   bool
		name string
	}{{p.create, featurePush}, {p.update, featureProfile}, {p.deactivate, featureDeactivate}, {true, featureGroups}} {
		if x.on {
			out = append(out, x.name)
		}
	}
	return out
}

// provisioned returns how an app is provisioned, if it is.
func (a *app) provisioned() (*provisioning, bool) {
	p := a.provisioning
	return p, p != nil && p.enabled && a.status == "ACTIVE"
}

// account returns the account of a user in an app, without making one.
func (a *app) account(u *user) *appUser {
	if x := a.users[u.id]; x != nil {
		return x
	}
	return &appUser{id: "0ua" + u.id[3:], scope: "GROUP", userName: u.login()}
}

// scimUser is what an app's server is told of a user.
func scimUser(o *Org, a *app, u *user) scimclient.User {
	x := scimclient.User{
		ID: u.id, UserName: a.accountName(u), GivenName: u.profile.text("firstName"), FamilyName: u.profile.text("lastName"), Display: u.name(), Mail: u.email(),
		Locale: u.profile.text("locale"), Password: o.ids.secret(20),
	}
	if x.Locale == "" {
		x.Locale = "en-US"
	}
	return x
}

// What is done at the server of an app.
const (
	doPush       = "push new user"
	doUpdate     = "push profile update"
	doDeactivate = "push user deactivation"
	doGroup      = "push group"
	doMembers    = "push group memberships"
	doRename     = "rename group"
	doUnlink     = "delete group"
)

// work is one thing to do at the server of an app, for a user or a group.
type work struct {
	app   *app
	what  string
	user  *user
	group *group

	membership scimclient.Membership
	by         systemlog.Actor
	found      bool // the account was there already
}

// begin has something done.
func (c *change) begin(w *work) {
	p, ok := w.app.provisioned()
	if !ok {
		return
	}
	w.by = c.actor
	s, links, client := p.server(), &p.links, c.scim
	var do func(context.Context) error
	if w.user != nil {
		u := scimUser(c.Org, w.app, w.user)
		do = func(ctx context.Context) (err error) {
			switch w.what {
			case doPush:
				w.found, err = client.Push(ctx, s, links, u)
			case doUpdate:
				err = client.Update(ctx, s, links, u)
			default:
				err = client.Deactivate(ctx, s, links, u)
			}
			return err
		}
	} else {
		g, m := scimGroup(c.Org, w.app, w.group), w.membership
		do = func(ctx context.Context) error {
			switch w.what {
			case doGroup:
				return client.PushGroup(ctx, s, links, g)
			case doMembers:
				return client.ChangeMembers(ctx, s, links, g, m)
			case doRename:
				return client.RenameGroup(ctx, s, links, g)
			default:
				return client.DeleteGroup(ctx, s, links, g)
			}
		}
	}
	o := c.Org
	c.outbox.Add(outbox.Job{Key: "scim " + w.app.id, Do: do, Done: func(err error) { o.worked(w, err) }})
}

// scimGroup is what an app's server is told of a group: those of its members
// who have the app.
func scimGroup(o *Org, a *app, g *group) scimclient.Group {
	out := scimclient.Group{ID: g.id, Name: g.name()}
	for _, u := range members(o, g) {
		if _, has := assigned(o, a, u); has && u.status != Deprovisioned {
			out.Members = append(out.Members, member(a, u))
		}
	}
	return out
}

func member(a *app, u *user) scimclient.Member {
	return scimclient.Member{ID: u.id, Name: a.accountName(u)}
}

// accountAdded has an account made for who was just given an app.
func (c *change) accountAdded(a *app, u *user) {
	p, ok := a.provisioned()
	if !ok || !p.create || u.status == Staged || u.status == Deprovisioned {
		return
	}
	c.begin(&work{app: a, what: doPush, user: u})
	for _, m := range p.mappings.items {
		if m.active() && isMember(c.Org, m.group, u) {
			c.begin(&work{app: a, what: doMembers, group: m.group, membership: scimclient.Membership{Joined: []scimclient.Member{member(a, u)}}})
		}
	}
}

// accountRemoved has the account deactivated of who has just lost an app.
func (c *change) accountRemoved(a *app, u *user) {
	if p, ok := a.provisioned(); ok && p.deactivate {
		c.begin(&work{app: a, what: doDeactivate, user: u})
	}
}

// profileChanged has a profile pushed to every app that wants it.
func (c *change) profileChanged(u *user) {
	if u.status == Staged || u.status == Deprovisioned {
		return
	}
	for _, a := range c.apps.all.items {
		if p, ok := a.provisioned(); ok && p.update {
			if _, has := assigned(c.Org, a, u); has {
				c.begin(&work{app: a, what: doUpdate, user: u})
			}
		}
	}
}

// membersChanged has the membership of a group pushed to where it is.
func (c *change) membersChanged(g *group, u *user, joined bool) {
	for _, a := range c.apps.all.items {
		p, ok := a.provisioned()
		if !ok {
			continue
		}
		for _, m := range p.mappings.items {
			if m.group != g || !m.active() {
				continue
			}
			x := scimclient.Membership{Left: []scimclient.Member{member(a, u)}}
			if joined {
				x = scimclient.Membership{Joined: x.Left}
			}
			c.begin(&work{app: a, what: doMembers, group: g, membership: x})
		}
	}
}

// Task is a provisioning task of the admin's list: something that has not
// worked and that Okta has given up.
type Task struct {
	ID     string    `json:"id"`
	App    string    `json:"app_id"`
	Label  string    `json:"app"`
	Action string    `json:"action"`
	User   string    `json:"user,omitempty"` // login
	Group  string    `json:"group,omitempty"`
	Error  string    `json:"error"`
	At     time.Time `json:"at"`
}

// failure is a task with what it takes to try it again.
type failure struct {
	Task

	work *work
}

// maxTasks bounds the list of tasks; the oldest are dropped.
const maxTasks = 1000

// worked notes what has become of something.
func (o *Org) worked(w *work, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	c := o.job("gam")
	f := w.fact(err)
	o.failures = slices.DeleteFunc(o.failures, func(x failure) bool {
		return x.work.app == w.app && x.work.user == w.user && x.work.group == w.group && x.work.what == w.what
	})
	if err != nil {
		o.failures = append(o.failures, w.failure(o, err))
		o.failures = o.failures[max(0, len(o.failures)-maxTasks):]
	}
	if w.group != nil {
		w.mapping(o.now(), err)
	}
	if x := w.app.users[w.id()]; err == nil && x != nil && w.user != nil {
		link, _ := w.app.provisioning.links.Get(w.user.id)
		x.externalID = link.ID
	}
	if kind := w.event(err); kind != "" {
		c.emit(kind, f)
	}
	c.flush()
}

func (w *work) id() string {
	if w.user == nil {
		return ""
	}
	return w.user.id
}

// fact describes what was done.
func (w *work) fact(err error) fact {
	f := fact{actor: &w.by}
	if w.user != nil {
		f.targets = appUserFact(w.app, w.app.account(w.user), w.user).targets
	} else {
		f.targets = append(targets(w.group), targets(w.app)...)
	}
	if err != nil {
		f.result, f.reason = "FAILURE", w.complaint(err)
	}
	return f
}

// complaint is how Okta tells an admin that something has not worked.
func (w *work) complaint(err error) string {
	who := ""
	if w.user != nil {
		who = w.user.login()
	} else {
		who = w.group.name()
	}
	text := "Error while trying to " + w.what + " for " + who + ": " + err.Error()
	if errors.Is(err, outbox.ErrFull) {
		text += "; try again later"
	}
	return text
}

func (w *work) failure(o *Org, err error) failure {
	x := failure{Task{ID: o.ids.next("tsk"), App: w.app.id, Label: w.app.label, Action: w.what, Error: w.complaint(err), At: o.now().UTC()}, w}
	if w.user != nil {
		x.User = w.user.login()
	} else {
		x.Group = w.group.name()
	}
	return x
}

// event is the type of the event that Okta writes; empty for none.
func (w *work) event(err error) string {
	const groupPush = "application.provision.group_push."
	switch w.what {
	case doPush:
		if w.found && err == nil {
			return "application.provision.user.reactivate"
		}
		return "application.provision.user.push"
	case doUpdate:
		return "application.provision.user.push_profile"
	case doDeactivate:
		return "application.provision.user.deactivate"
	}
	if err != nil {
		if w.what == doRename {
			return groupPush + "mapping.app.group.renamed.failed"
		}
		return groupPush + "mapping.update.or.delete.failed.with.error"
	}
	return groupPush + map[string]string{doGroup: "pushed", doMembers: "push_memberships", doRename: "mapping.app.group.renamed", doUnlink: "delete_appgroup"}[w.what]
}

// ProvisioningTasks returns what has not worked, the oldest first.
func (o *Org) ProvisioningTasks() []Task {
	o.mu.RLock()
	defer o.mu.RUnlock()
	out := make([]Task, len(o.failures))
	for i, x := range o.failures {
		out[i] = x.Task
	}
	return out
}

// RetryTask tries a task again, as it is now, and says whether there is one
// with the id.
func (o *Org) RetryTask(id string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	i := slices.IndexFunc(o.failures, func(x failure) bool { return x.ID == id })
	if i < 0 {
		return false
	}
	w := *o.failures[i].work
	o.failures = slices.Delete(o.failures, i, i+1)
	o.job("gam").begin(&w)
	return true
}
