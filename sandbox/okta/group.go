package okta

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// Kinds of groups. Those of the third are imported from apps, which the sandbox
// does not do: a weak org is made with some.
const (
	oktaGroup     = "OKTA_GROUP" // made and filled in Okta
	builtInGroup  = "BUILT_IN"   // Everyone, Okta Administrators
	importedGroup = "APP_GROUP"
)

// group is a group of people.
type group struct {
	id      string
	kind    string
	source  *app           // where it is imported from, nil for most
	profile map[string]any // replaced, never changed

	created, lastUpdated, lastMembershipUpdated time.Time

	members ordered[*user]
	ruled   map[string]string // user id to the id of the rule that added it
	owners  []owner
	roles   ordered[*assignment]
	apps    ordered[*app]
}

func (g *group) key() string { return g.id }

func (g *group) name() string {
	s, _ := g.profile["name"].(string)
	return s
}

// owner is who is responsible for a group.
type owner struct {
	ID          string  `json:"id"`
	Type        string  `json:"type"` // USER or GROUP
	Resolved    bool    `json:"resolved"`
	OriginID    *string `json:"originId"`
	OriginType  string  `json:"originType"`
	DisplayName string  `json:"displayName"`
	LastUpdated *stamp  `json:"lastUpdated"`
}

// groupView is the JSON of a group.
type groupView struct {
	ID                    string         `json:"id"`
	Created               *stamp         `json:"created"`
	LastUpdated           *stamp         `json:"lastUpdated"`
	LastMembershipUpdated *stamp         `json:"lastMembershipUpdated"`
	ObjectClass           []string       `json:"objectClass"`
	Type                  string         `json:"type"`
	Source                *idOnly        `json:"source,omitempty"`
	Profile               map[string]any `json:"profile"`
	Links                 map[string]any `json:"_links"`
	Embedded              map[string]any `json:"_embedded,omitempty"`
}

func viewGroup(c *call, g *group) groupView {
	logo := func(size string) link {
		return link{Name: size, Href: c.url("assets/img/logos/groups/odyssey/okta-" + size + ".png"), Type: "image/png"}
	}
	self := c.url("api/v1/groups", g.id)
	v := groupView{
		ID: g.id, Created: at(g.created), LastUpdated: at(g.lastUpdated), LastMembershipUpdated: at(g.lastMembershipUpdated),
		ObjectClass: []string{"okta:user_group"}, Type: g.kind, Profile: g.profile,
		Links: map[string]any{
			"logo":  []link{logo("medium"), logo("large")},
			"users": link{Href: self + "/users"},
			"apps":  link{Href: self + "/apps"},
		},
	}
	if c.features.Governance {
		v.Links["owners"] = link{Href: self + "/owners"}
	}
	expand := c.param("expand")
	if strings.Contains(expand, "stats") {
		v.Embedded = map[string]any{"stats": viewGroupStats(c, g, self)}
	}
	if g.source != nil {
		v.Source, v.ObjectClass = &idOnly{g.source.id}, []string{"okta:windows_security_principal"}
		v.Links["source"] = link{Href: c.url("api/v1/apps", g.source.id)}
		if strings.Contains(expand, "app") {
			v.Embedded = merged(map[string]any{"app": viewApp(c, g.source)}, v.Embedded)
		}
	}
	return v
}

// viewGroupStats counts what is in a group. The name of the admin flag is spelled
// as Okta's OpenAPI file spells it.
func viewGroupStats(c *call, g *group, self string) map[string]any {
	return map[string]any{
		"usersCount":             len(members(c.Org, g)),
		"appsCount":              len(g.apps.items),
		"groupPushMappingsCount": 0,
		"hasAdminPrivlege":       len(g.roles.items) > 0,
		"_links": map[string]link{
			"users": {Href: self + "/users"},
			"apps":  {Href: self + "/apps"},
		},
	}
}

// members returns who is in a group, in the order of ids.
func members(o *Org, g *group) []*user {
	if g != o.dir.everyone {
		return g.members.items
	}
	return slices.DeleteFunc(slices.Clone(o.dir.users.items), func(u *user) bool { return u.status == Deprovisioned })
}

// isMember says whether a user is in a group.
func isMember(o *Org, g *group, u *user) bool {
	return g == o.dir.everyone && u.status != Deprovisioned || u.groups.has(g.id)
}

// join puts a user into a group. The rule is the id of the group rule that
// does so, empty when an admin does.
func (c *change) join(g *group, u *user, rule string) {
	if !g.members.add(u) {
		return
	}
	before := appsOf(c.Org, u)
	u.groups.add(g)
	g.lastMembershipUpdated = c.now()
	f := fact{targets: targets(g, u)}
	if rule != "" {
		g.ruled[u.id] = rule
		f.debug = map[string]any{"triggeredByGroupRuleId": rule}
	}
	c.emit("group.user_membership.add", f)
	defer c.membersChanged(g, u, true) // after the account that it may give
	if u.status == Staged || u.status == Deprovisioned {
		return
	}
	for _, a := range appsOf(c.Org, u) {
		if !slices.Contains(before, a) {
			c.emit("application.user_membership.add", appUserFact(a, a.userOf(u), u).inJob(c.ids.next("gam")))
			c.accountAdded(a, u)
		}
	}
}

// leave takes a user out of a group.
func (c *change) leave(g *group, u *user) {
	if !g.members.remove(u.id) {
		return
	}
	before := appsOf(c.Org, u)
	u.groups.remove(g.id)
	delete(g.ruled, u.id)
	g.lastMembershipUpdated = c.now()
	c.emit("group.user_membership.remove", fact{targets: targets(g, u)})
	c.membersChanged(g, u, false)
	after := appsOf(c.Org, u)
	for _, a := range before {
		if !slices.Contains(after, a) {
			c.emit("application.user_membership.remove", appUserFact(a, a.userOf(u), u).inJob(c.ids.next("gam")))
			a.drop(u)
			c.accountRemoved(a, u)
		}
	}
}

// newGroup makes a group and puts it into the directory.
func newGroup(o *Org, kind, name string, description any, now time.Time) *group {
	g := &group{
		id: o.ids.next("00g"), kind: kind, ruled: map[string]string{},
		profile: map[string]any{"name": name, "description": description},
		created: now, lastUpdated: now, lastMembershipUpdated: now,
	}
	o.dir.groups.add(g)
	return g
}

// setProfile gives a group a new profile, with the two attributes that every
// group has.
func (g *group) setProfile(values map[string]any) {
	p := maps.Clone(values)
	if _, ok := p["description"]; !ok {
		p["description"] = nil
	}
	g.profile = p
}
