package okta

import (
	"bytes"
	"slices"
)

func appGroupRoutes() []route {
	const base = "/api/v1/apps/{id}/groups"
	return []route{
		get(base, areaApps, listAppGroups),
		get(base+"/{group}", areaApps, getAppGroup),
		put(base+"/{group}", areaApps, assignAppGroup),
		del(base+"/{group}", areaApps, unassignAppGroup),
	}
}

// appGroupView is the JSON of a group's assignment to an app.
type appGroupView struct {
	ID          string          `json:"id"`
	LastUpdated *stamp          `json:"lastUpdated"`
	Priority    int             `json:"priority"`
	Profile     map[string]any  `json:"profile"`
	Links       map[string]link `json:"_links"`
	Embedded    map[string]any  `json:"_embedded,omitempty"`
}

func viewAppGroup(c *call, a *app, x *appGroup) appGroupView {
	self := c.url("api/v1/apps", a.id)
	v := appGroupView{
		ID: x.group.id, LastUpdated: at(x.lastUpdated), Priority: x.priority, Profile: x.profile,
		Links: map[string]link{
			"app": {Href: self}, "self": {Href: self + "/groups/" + x.group.id}, "group": {Href: c.url("api/v1/groups", x.group.id)},
		},
	}
	if c.param("expand") == "group" {
		v.Embedded = map[string]any{"group": viewGroup(c, x.group)}
	}
	return v
}

func listAppGroups(c *call) (answer, error) {
	a, err := findApp(c)
	if err != nil {
		return answer{}, err
	}
	w, err := c.window(20, 200)
	if err != nil {
		return answer{}, err
	}
	in := a.groups
	if w.after != "" {
		i := slices.IndexFunc(in, func(x *appGroup) bool { return x.group.id == w.after })
		if i < 0 {
			return answer{}, errPaging()
		}
		in = in[i+1:]
	}
	more := len(in) > w.limit
	in = in[:min(len(in), w.limit)]
	out := make([]appGroupView, 0, len(in))
	last := ""
	for _, x := range in {
		out, last = append(out, viewAppGroup(c, a, x)), x.group.id
	}
	return page(c, w, out, more, last)
}

// findAppGroup returns the app and the assignment that the path names; the
// assignment is nil when the group does not have the app.
func findAppGroup(c *call) (*app, *group, *appGroup, error) { //nolint:revive // the three belong together, and an error
	a, err := findApp(c)
	if err != nil {
		return nil, nil, nil, err
	}
	g, ok := c.dir.groups.get(c.arg(1))
	if !ok {
		return nil, nil, nil, notFound(c.arg(1), "UserGroup")
	}
	if i := slices.IndexFunc(a.groups, func(x *appGroup) bool { return x.group == g }); i >= 0 {
		return a, g, a.groups[i], nil
	}
	return a, g, nil, nil
}

func getAppGroup(c *call) (answer, error) {
	a, _, x, err := findAppGroup(c)
	if err != nil {
		return answer{}, err
	}
	if x == nil {
		return answer{}, notFound(c.arg(1), "ApplicationGroupAssignment")
	}
	return ok(viewAppGroup(c, a, x))
}

func assignAppGroup(c *call) (answer, error) {
	a, g, old, err := findAppGroup(c)
	if err != nil {
		return answer{}, err
	}
	var in struct {
		Priority *int           `json:"priority"`
		Profile  map[string]any `json:"profile"`
	}
	if len(bytes.TrimSpace(c.body)) > 0 {
		if err := c.decode(&in); err != nil {
			return answer{}, err
		}
	}
	x := &appGroup{group: g, priority: len(a.groups), profile: profileOf(in.Profile), id: c.ids.next("gaa"), lastUpdated: c.now()}
	if in.Priority != nil {
		x.priority = *in.Priority
	}
	if old != nil {
		x.id = old.id
	}
	before := holders(c.Org, a, g)
	a.assignGroup(x)
	f := fact{targets: targets(g, a), debug: map[string]any{"groupAppAssignmentId": x.id}}
	if old != nil {
		c.emit("group.application_assignment.update", f)
		return ok(viewAppGroup(c, a, x))
	}
	c.emit("group.application_assignment.add", f)
	membershipJob(&c.change, "application.user_membership.add", a, slices.DeleteFunc(slices.Clone(members(c.Org, g)), func(u *user) bool { return before[u] }))
	return ok(viewAppGroup(c, a, x))
}

func unassignAppGroup(c *call) (answer, error) {
	a, g, x, err := findAppGroup(c)
	if err != nil {
		return answer{}, err
	}
	if x == nil {
		return answer{}, notFound(c.arg(1), "ApplicationGroupAssignment")
	}
	a.dropGroup(g)
	c.emit("group.application_assignment.remove", fact{targets: targets(g, a), debug: map[string]any{"groupAppAssignmentId": x.id}})
	still := holders(c.Org, a, g)
	var lost []*user
	for _, u := range members(c.Org, g) {
		if !still[u] {
			lost = append(lost, u)
		}
	}
	membershipJob(&c.change, "application.user_membership.remove", a, lost)
	for _, u := range lost {
		a.drop(u)
	}
	return none()
}

// holders returns which members of a group have an app.
func holders(o *Org, a *app, g *group) map[*user]bool {
	out := map[*user]bool{}
	for _, u := range members(o, g) {
		if _, ok := assigned(o, a, u); ok {
			out[u] = true
		}
	}
	return out
}

// membershipJob writes what a background job does to the accounts of many, in
// one transaction.
func membershipJob(c *change, event string, a *app, users []*user) {
	job := c.ids.next("gam")
	for _, u := range users {
		if u.status != Staged && u.status != Deprovisioned {
			c.emit(event, appUserFact(a, a.userOf(u), u).inJob(job))
			if event == "application.user_membership.add" {
				c.accountAdded(a, u)
			} else {
				c.accountRemoved(a, u)
			}
		}
	}
}
