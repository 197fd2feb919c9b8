package okta

import (
	"cmp"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// app is an application instance: something people sign in to, an OAuth
// client, or both.
type app struct {
	id      string
	name    string // of the catalogue entry
	label   string
	status  string // ACTIVE or INACTIVE
	signOn  string
	service bool // an API service integration

	created, lastUpdated time.Time

	features      []string
	accessibility map[string]any // these four are replaced, never changed
	visibility    map[string]any
	credentials   map[string]any
	settings      map[string]any

	users  map[string]*appUser // by user id: own assignments, and what groups gave
	groups []*appGroup         // by priority
	grants ordered[*scopeGrant]
	roles  ordered[*assignment]
	keys   []*clientKey

	secrets []*appSecret

	signing       []*samlKey // what its SAML responses are signed with
	fromCatalogue bool       // made from an entry of the catalogue, not in the wizard
	provisioning  *provisioning
	revocation    *revocation

	integration *integration // of an API service integration

	// accessPolicy and enrollmentPolicy are the policies that the app is mapped
	// to, empty for those of the org.
	accessPolicy, enrollmentPolicy string
}

func (a *app) key() string { return a.id }

// appUser is one user's account in an app.
type appUser struct {
	id         string // as the System Log calls it
	scope      string // USER when assigned by hand, GROUP when through a group
	userName   string
	madeFrom   string // the login that Okta made userName from; empty when an admin gave it
	externalID string
	profile    map[string]any

	created, lastUpdated time.Time
}

// appGroup is the assignment of a group to an app.
type appGroup struct {
	group       *group
	priority    int
	profile     map[string]any
	id          string // as the System Log calls it
	lastUpdated time.Time
}

// scopeGrant lets a service app ask for an OAuth scope.
type scopeGrant struct {
	id      string
	scope   string
	by      string // id of who granted it
	created time.Time
}

func (g *scopeGrant) key() string { return g.id }

// clientKey is a public key of an OAuth client.
type clientKey struct {
	id      string
	status  string // ACTIVE or INACTIVE
	raw     map[string]any
	jwk     jose.JSONWebKey
	created time.Time
	updated time.Time
}

// appShelf holds the apps of an org.
type appShelf struct {
	all      ordered[*app]
	byClient map[string]*app // by OAuth client id
}

func (s *appShelf) add(a *app) {
	s.all.add(a)
	if id := a.clientID(); id != "" {
		s.byClient[id] = a
	}
}

func (s *appShelf) remove(a *app) {
	s.all.remove(a.id)
	delete(s.byClient, a.clientID())
}

// client returns the app with an OAuth client id.
func (s *appShelf) client(id string) (*app, bool) {
	a, ok := s.byClient[id]
	return a, ok
}

// field digs a value out of nested objects.
func field(m map[string]any, path ...string) any {
	for _, name := range path[:len(path)-1] {
		m, _ = m[name].(map[string]any)
	}
	return m[path[len(path)-1]]
}

// clientID returns the OAuth client id, empty for an app that has none.
func (a *app) clientID() string {
	if a.service {
		return a.id
	}
	s, _ := field(a.credentials, "oauthClient", "client_id").(string)
	return s
}

// authMethod is how the client proves who it is at the token endpoint.
func (a *app) authMethod() string {
	if a.service {
		return "client_secret_basic"
	}
	s, _ := field(a.credentials, "oauthClient", "token_endpoint_auth_method").(string)
	return s
}

// oauthSetting returns a setting of the OAuth client.
func (a *app) oauthSetting(name string) any { return field(a.settings, "oauthClient", name) }

// scopes returns what the client may ask for.
func (a *app) scopes() []string {
	if a.integration != nil {
		return a.integration.scopes
	}
	out := make([]string, 0, len(a.grants.items))
	for _, g := range a.grants.items {
		out = append(out, g.scope)
	}
	return out
}

// roleTypes returns the admin roles of the client.
func (a *app) roleTypes() []string {
	var out []string
	for _, x := range a.roles.items {
		out = append(out, x.Type)
	}
	return out
}

// assigned says whether a user has an app, and through what.
func assigned(o *Org, a *app, u *user) (scope string, ok bool) {
	if x := a.users[u.id]; x != nil && x.scope == "USER" {
		return "USER", true
	}
	for _, g := range a.groups {
		if isMember(o, g.group, u) {
			return "GROUP", true
		}
	}
	return "", false
}

// appsOf returns the apps that a user has.
func appsOf(o *Org, u *user) []*app {
	var out []*app
	for _, a := range o.apps.all.items {
		if len(a.users) == 0 && len(a.groups) == 0 {
			continue
		}
		if _, ok := assigned(o, a, u); ok {
			out = append(out, a)
		}
	}
	return out
}

// userOf returns the account of a user, making one for who has the app
// through a group. Only a change may call it.
func (a *app) userOf(u *user) *appUser {
	if x := a.users[u.id]; x != nil {
		return x
	}
	x := &appUser{id: "0ua" + u.id[3:], scope: "GROUP", userName: u.login(), madeFrom: u.login(), created: u.created, lastUpdated: u.created}
	a.users[u.id] = x
	return x
}

// drop forgets the account of a user.
func (a *app) drop(u *user) { delete(a.users, u.id) }

// assignGroup gives an app to a group; one that has it already gets a new
// priority and profile.
func (a *app) assignGroup(x *appGroup) {
	a.groups = slices.DeleteFunc(slices.Clone(a.groups), func(y *appGroup) bool { return y.group == x.group })
	a.groups = append(a.groups, x)
	slices.SortStableFunc(a.groups, func(x, y *appGroup) int { return cmp.Compare(x.priority, y.priority) })
	x.group.apps.add(a)
}

// dropGroup takes an app away from a group.
func (a *app) dropGroup(g *group) {
	a.groups = slices.DeleteFunc(slices.Clone(a.groups), func(x *appGroup) bool { return x.group == g })
	g.apps.remove(a.id)
}
