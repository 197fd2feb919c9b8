package okta

import (
	"slices"
	"strings"
	"time"
)

func roleRoutes() []route {
	var all []route
	for _, base := range []string{"/api/v1/users/{id}/roles", "/api/v1/groups/{id}/roles", "/oauth2/v1/clients/{id}/roles"} {
		all = append(all,
			get(base, areaRoles, listRoles),
			post(base, areaRoles, assignRole),
			get(base+"/{role}", areaRoles, getRole),
			del(base+"/{role}", areaRoles, unassignRole),
		)
	}
	return append(append(all, get("/api/v1/iam/assignees/users", areaRoles, listAssignees)), customRoleRoutes()...)
}

// assignment is an admin role that a user, group or client has.
type assignment struct {
	ID      string
	Type    string
	created time.Time
	groups  ordered[*group] // targets; none means all
	apps    ordered[*app]
	catalog []string // names of apps of the catalogue that are targets as a whole

	custom *customRole  // of the type CUSTOM
	about  *resourceSet // what that is about
}

func (a *assignment) key() string { return a.ID }

// standardRole is one of Okta's own admin roles.
type standardRole struct {
	label      string
	privilege  string // how the System Log calls it
	targetable bool   // can be limited to groups or apps
}

// roleOf returns the standard role of a type, and whether there is one.
func roleOf(roleType string) (standardRole, bool) {
	switch roleType {
	case "SUPER_ADMIN":
		return standardRole{"Super Administrator", "Super administrator", false}, true
	case "ORG_ADMIN":
		return standardRole{"Organizational Administrator", "Organization administrator", false}, true
	case "READ_ONLY_ADMIN":
		return standardRole{"Read-only Administrator", "Read only admin", false}, true
	case "APP_ADMIN":
		return standardRole{"Application Administrator", "Application administrator (all)", true}, true
	case "USER_ADMIN":
		return standardRole{"User Administrator", "User administrator (all)", true}, true
	case "HELP_DESK_ADMIN":
		return standardRole{"Help Desk Administrator", "Help Desk administrator (all)", true}, true
	case "GROUP_MEMBERSHIP_ADMIN":
		return standardRole{"Group Membership Administrator", "Group Membership administrator", true}, true
	case "REPORT_ADMIN":
		return standardRole{"Report Administrator", "Report administrator", false}, true
	case "MOBILE_ADMIN":
		return standardRole{"Mobile Administrator", "Mobile administrator", false}, true
	case "API_ACCESS_MANAGEMENT_ADMIN":
		return standardRole{"API Access Management Administrator", "API Access Management administrator", false}, true
	default:
		return standardRole{}, false
	}
}

// assignee is who has admin roles: exactly one of the three is set.
type assignee struct {
	user   *user
	group  *group
	client *app
}

// findAssignee returns who the path names.
func findAssignee(c *call) (assignee, error) {
	switch path := c.r.URL.Path; {
	case strings.HasPrefix(path, "/api/v1/users/"):
		u, err := findUser(c)
		return assignee{user: u}, err
	case strings.HasPrefix(path, "/api/v1/groups/"):
		g, err := findGroup(c)
		return assignee{group: g}, err
	default:
		a, ok := c.apps.client(c.arg(0))
		if !ok {
			return assignee{}, notFound(c.arg(0), "PublicClientApp")
		}
		return assignee{client: a}, nil
	}
}

// roles returns the set that holds the assignee's own assignments.
func (a assignee) roles() *ordered[*assignment] {
	switch {
	case a.user != nil:
		return &a.user.roles
	case a.group != nil:
		return &a.group.roles
	default:
		return &a.client.roles
	}
}

func (a assignee) kind() string {
	switch {
	case a.user != nil:
		return "USER"
	case a.group != nil:
		return "GROUP"
	default:
		return "CLIENT"
	}
}

// path returns the parts of the assignee's own URL.
func (a assignee) path() (string, string) {
	switch {
	case a.user != nil:
		return "api/v1/users", a.user.id
	case a.group != nil:
		return "api/v1/groups", a.group.id
	default:
		return "oauth2/v1/clients", a.client.clientID()
	}
}

// event returns the event type of a grant or revocation, and its target.
func (a assignee) event(verb string) (string, any) {
	switch {
	case a.user != nil:
		return "user.account.privilege." + verb, a.user
	case a.group != nil:
		return "group.privilege." + verb, a.group
	default:
		return "app.oauth2.client.privilege." + verb, a.client
	}
}

// roleView is the JSON of an assignment.
type roleView struct {
	ID             string         `json:"id"`
	Label          string         `json:"label"`
	Type           string         `json:"type"`
	Status         string         `json:"status"`
	Created        *stamp         `json:"created"`
	LastUpdated    *stamp         `json:"lastUpdated"`
	AssignmentType string         `json:"assignmentType"`
	Embedded       map[string]any `json:"_embedded,omitempty"`
	Role           string         `json:"role,omitempty"`
	ResourceSet    string         `json:"resource-set,omitempty"`
	Links          any            `json:"_links"`
}

func viewRole(c *call, who assignee, a *assignment) roleView {
	role, _ := roleOf(a.Type)
	kind, id := who.path()
	v := roleView{
		ID: a.ID, Label: role.label, Type: a.Type, Status: "ACTIVE", Created: at(a.created), LastUpdated: at(a.created),
		AssignmentType: who.kind(), Links: map[string]link{"assignee": {Href: c.url(kind, id)}},
	}
	if a.custom != nil {
		v.Label, v.Role, v.ResourceSet = a.custom.label, a.custom.id, a.about.id
		v.Links = map[string]link{
			"assignee": {Href: c.url(kind, id)}, "role": {Href: c.url("api/v1/iam/roles", a.custom.id)}, "resource-set": {Href: c.url("api/v1/iam/resource-sets", a.about.id)},
		}
	}
	if strings.Contains(c.param("expand"), "targets/groups") {
		groups := []groupView{}
		for _, g := range a.groups.items {
			groups = append(groups, viewGroup(c, g))
		}
		v.Embedded = map[string]any{"targets": map[string]any{"groups": groups}}
	}
	return v
}

// listRoles lists what an assignee has: for a user also what it has through
// its groups.
func listRoles(c *call) (answer, error) {
	who, err := findAssignee(c)
	if err != nil {
		return answer{}, err
	}
	out := []roleView{}
	for _, a := range who.roles().items {
		out = append(out, viewRole(c, who, a))
	}
	if who.user != nil {
		for _, g := range who.user.groups.items {
			for _, a := range g.roles.items {
				out = append(out, viewRole(c, assignee{group: g}, a))
			}
		}
	}
	return ok(out)
}

// findRole returns the assignment that the second part of the path names.
func findRole(c *call) (assignee, *assignment, error) {
	who, err := findAssignee(c)
	if err != nil {
		return who, nil, err
	}
	a, ok := who.roles().get(c.arg(1))
	if !ok {
		return who, nil, notFound(c.arg(1), "RoleAssignment")
	}
	return who, a, nil
}

func getRole(c *call) (answer, error) {
	who, a, err := findRole(c)
	if err != nil {
		return answer{}, err
	}
	return ok(viewRole(c, who, a))
}

func assignRole(c *call) (answer, error) {
	who, err := findAssignee(c)
	if err != nil {
		return answer{}, err
	}
	if who.user != nil && who.user.status == Deprovisioned {
		return answer{}, errStatus()
	}
	var in struct {
		Type        string `json:"type"`
		Role        string `json:"role"`
		ResourceSet string `json:"resource-set"`
	}
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	if in.Type == custom {
		return assignCustom(c, who, in.Role, in.ResourceSet)
	}
	if _, known := roleOf(in.Type); !known {
		return answer{}, invalidField("type", "The role type is not valid.")
	}
	if slices.ContainsFunc(who.roles().items, func(a *assignment) bool { return a.Type == in.Type }) {
		return answer{}, errRoleAssigned()
	}
	a := grantRole(&c.change, who, in.Type)
	return created(viewRole(c, who, a))
}

// grantRole gives an assignee a standard role.
func grantRole(c *change, who assignee, roleType string) *assignment {
	role, _ := roleOf(roleType)
	a := &assignment{Type: roleType, created: c.now()}
	switch {
	case role.targetable:
		a.ID = standardRoleID(roleType)
	case who.group != nil:
		a.ID = c.ids.next("gra")
	default:
		a.ID = c.ids.next("ra1")
	}
	who.roles().add(a)
	event, target := who.event("grant")
	c.emit(event, fact{targets: targets(target), debug: map[string]any{"privilegeGranted": role.privilege}})
	return a
}

func unassignRole(c *call) (answer, error) {
	who, a, err := findRole(c)
	if err != nil {
		return answer{}, err
	}
	role, _ := roleOf(a.Type)
	if a.custom != nil {
		role.privilege = a.custom.label
	}
	who.roles().remove(a.ID)
	event, target := who.event("revoke")
	c.emit(event, fact{targets: targets(target), debug: map[string]any{"privilegeRevoked": role.privilege}})
	return none()
}

// listAssignees lists the users that have an admin role of their own or
// through a group.
func listAssignees(c *call) (answer, error) {
	w, err := c.window(100, 100)
	if err != nil {
		return answer{}, err
	}
	value := []any{}
	links := map[string]link{}
	last := ""
	for _, u := range c.dir.users.after(w.after) {
		if len(u.roleTypes()) == 0 || u.status == Deprovisioned {
			continue
		}
		if len(value) == w.limit {
			links["next"] = link{Href: c.url("api/v1/iam/assignees/users?after=" + last)}
			break
		}
		self := c.url("api/v1/users", u.id)
		value = append(value, map[string]any{
			"id": u.id, "orn": "orn:okta:directory:" + c.orgID + ":users:" + u.id,
			"_links": map[string]link{"self": {Href: self}, "roles": {Href: self + "/roles"}},
		})
		last = u.id
	}
	if len(links) == 0 {
		return ok(map[string]any{"value": value})
	}
	return ok(map[string]any{"value": value, "_links": links})
}
