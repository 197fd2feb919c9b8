package inventory

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// maxOwned is how many groups are asked for their owners in one sync: those come
// with no events and with no count, a call each.
const maxOwned = 2000

// maxDirect is in how large an org, in people, those are read who have an app
// directly that everybody has besides.
const maxDirect = 10_000

// maxFactored is in how large an org, in people, everybody's factors are read: it
// takes a call a person. In larger ones those of admins are.
const maxFactored = 2000

// number returns a number of a body; false where there is none.
func number(v any) (int, bool) {
	n, ok := v.(json.Number)
	if !ok {
		return 0, false
	}
	i, err := n.Int64()
	return int(i), err == nil
}

// followGroup reads members, apps, roles and owners of a group, where its counts do
// not say that there are none.
func (s *syncing) followGroup(of Ref, body object) []Task {
	base := "/api/v1/groups/" + segment(of.ID)
	var tasks []Task
	edges := func(r Relation, target string, rank int) {
		tasks = append(tasks, Task{Step: stepEdges, Object: of, Target: target, Rank: rank, Kept: json.RawMessage(r)})
	}
	admin, _ := dig(body, "stats", "hasAdminPrivilege").(bool)
	users, counted := number(dig(body, "stats", "usersCount"))
	isEveryone := text(body, "type") == "BUILT_IN" && text(body, "profile", "name") == "Everyone"
	if users > 0 || !counted {
		rank := rankMembers
		if admin {
			rank = rankAdminGroups
		} else if isEveryone {
			rank = rankOwners
		}
		edges(MemberOf, base+"/users?limit=1000", rank)
		if isEveryone && counted && users <= maxFactored {
			tasks[len(tasks)-1].Step = stepPeople
		}
	}
	apps, counted := number(dig(body, "stats", "appsCount"))
	switch {
	case isEveryone:
		t := Task{Step: stepEveryone, Object: of, Target: base + "/apps?limit=200", Rank: rankEveryone}
		if t.keep(everyone{Users: users}) == nil {
			tasks = append(tasks, t)
		}
	case apps > 0 || !counted:
		edges(AssignedVia, base+"/apps?limit=200", rankGroupApps)
	}
	if admin {
		tasks = append(tasks, s.rolesOf(of)...)
	}
	if text(body, "type") == "OKTA_GROUP" && s.owned < maxOwned {
		s.owned++
		edges(Owns, base+"/owners?limit=1000", rankOwners)
	}
	return tasks
}

// followApp reads who has an app, and what it may do.
func (s *syncing) followApp(of Ref, body object) []Task {
	base := "/api/v1/apps/" + segment(of.ID)
	tasks := []Task{{Step: stepEdges, Object: of, Target: base + "/users?limit=500", Rank: rankAppUsers, Kept: json.RawMessage(Assigned)}}
	if text(body, "settings", "oauthClient", "application_type") == "service" {
		tasks = append(tasks, Task{Step: stepEdges, Object: of, Target: base + "/grants", Rank: rankGrants, Kept: json.RawMessage(GrantedScope)})
		tasks = append(tasks, s.rolesOf(of)...)
	}
	if features, _ := body["features"].([]any); slices.Contains(features, any("GROUP_PUSH")) {
		tasks = append(tasks, Task{Step: stepEdges, Object: of, Target: base + "/group-push/mappings?limit=1000", Rank: rankGrants, Kept: json.RawMessage(PushesTo)})
	}
	return tasks
}

// rolesOf reads the admin roles of somebody or something, unless that is planned.
func (s *syncing) rolesOf(of Ref) []Task {
	if of.ID == "" || s.grants[of] {
		return nil
	}
	s.grants[of] = true
	target, rank := "", rankRoles
	switch of.Kind {
	case User:
		target = fmt.Sprintf("/api/v1/users/%s/roles?expand=targets/groups", segment(of.ID))
	case Group:
		target = fmt.Sprintf("/api/v1/groups/%s/roles?expand=targets/groups", segment(of.ID))
	case App:
		target, rank = fmt.Sprintf("/oauth2/v1/clients/%s/roles", segment(of.ID)), rankGrants
	default:
		return nil
	}
	return []Task{{Step: stepRoles, Object: of, Target: target, Rank: rank}}
}

// takeAssignees takes who has admin roles.
func (s *syncing) takeAssignees(t *Task, r reply) (Outcome, error) {
	t.note(string(HasRole), r.fail, len(r.items))
	t.turn(r.next)
	if r.fail != nil {
		t.Done = true
	}
	o := Outcome{}
	for _, item := range r.items {
		user := Ref{User, text(item, "id")}
		o.New = append(o.New, s.rolesOf(user)...)
		o.New = append(o.New, s.factorsOf(user, rankFactors)...)
	}
	o.Task = *t
	return o, nil
}

// factorsOf reads with what somebody signs in, unless that is planned.
func (s *syncing) factorsOf(user Ref, rank int) []Task {
	if user.ID == "" || s.factored[user.ID] {
		return nil
	}
	s.factored[user.ID] = true
	return []Task{{Step: stepFactors, Object: user, Target: "/api/v1/users/" + segment(user.ID) + "/factors", Rank: rank}}
}

// takePeople takes a page of everybody, and plans to read with what they sign in,
// after everything else.
func (s *syncing) takePeople(t *Task, r reply) (Outcome, error) {
	o, err := s.takeEdges(t, r)
	for _, item := range r.items {
		if text(item, "status") != "DEPROVISIONED" {
			o.New = append(o.New, s.factorsOf(Ref{User, text(item, "id")}, rankAllFactors)...)
		}
	}
	return o, err
}

// granting is the roles of somebody or something, whose targets are still asked for.
type granting struct {
	Listed bool    `json:"listed"`
	Roles  []grant `json:"roles"`
	Todo   []aim   `json:"todo"`
}

type grant struct {
	ID   string `json:"id"`
	Kind Kind   `json:"kind"`
	Role string `json:"role"`
	Body object `json:"body"`
}

// aim is a call for the targets of a role.
type aim struct {
	Role   int    `json:"role"` // its place among the roles
	What   string `json:"what"` // groups, apps or governance
	Target string `json:"target"`
}

// takeRoles takes the roles of a person, a group or a client, and then what each of
// them is limited to.
func (s *syncing) takeRoles(t *Task, r reply) (Outcome, error) {
	var g granting
	if len(t.Kept) > 0 {
		if err := decode(t.Kept, &g); err != nil {
			return Outcome{}, fmt.Errorf("go on with the roles of %s: %w", t.Object.ID, err)
		}
	}
	o := Outcome{}
	next := r.next
	switch {
	case !g.Listed:
		t.note(string(HasRole), r.fail, 0)
		if r.fail != nil {
			t.turn("")
			o.Task = *t
			return o, nil
		}
		for _, item := range r.items {
			o.New = append(o.New, s.takeRole(&g, t.Object, item)...)
		}
		g.Listed = next == ""
	default:
		if r.fail != nil && g.Todo[0].What != "governance" {
			t.note(string(HasRole), r.fail, 0)
		}
		g.take(r)
		if next != "" {
			g.Todo[0].Target = next
		} else {
			g.Todo = g.Todo[1:]
		}
		next = ""
	}
	if next == "" && len(g.Todo) > 0 {
		next = g.Todo[0].Target
	}
	t.turn(next)
	if t.Done {
		t.Kept = nil
		a, err := g.around(t.Object)
		o.Around, o.Task = []Around{a}, *t
		return o, err
	}
	err := t.keep(g)
	o.Task = *t
	return o, err
}

// takeRole takes one assignment. What somebody has through a group is the group's.
func (s *syncing) takeRole(g *granting, of Ref, item any) []Task {
	typ, via := text(item, "type"), text(item, "assignmentType")
	if of.Kind == User && via == "GROUP" {
		if href := text(item, "_links", "assignee", "href"); strings.Contains(href, "/groups/") {
			return s.rolesOf(Ref{Group, lastOf(href)})
		}
		return nil
	}
	id := text(item, "id")
	one := grant{ID: id, Kind: Role, Role: typ, Body: object{}}
	for _, name := range []string{"status", "assignmentType"} {
		if v := text(item, name); v != "" {
			one.Body[name] = v
		}
	}
	if typ == "CUSTOM" {
		one.Kind, one.Role = CustomRole, text(item, "role")
		if one.Role == "" {
			one.Role = lastOf(dig(item, "_links", "role", "href"))
		}
		set := text(item, "resource-set")
		if set == "" {
			set = lastOf(dig(item, "_links", "resource-set", "href"))
		}
		one.Body["resource_set"] = set
	}
	g.Roles = append(g.Roles, one)
	at, base := len(g.Roles)-1, rolesBase(of)+"/"+segment(id)
	switch typ {
	case "USER_ADMIN", "HELP_DESK_ADMIN", "GROUP_MEMBERSHIP_ADMIN":
		g.Todo = append(g.Todo, aim{at, "groups", base + "/targets/groups?limit=200"})
	case "APP_ADMIN":
		g.Todo = append(g.Todo, aim{at, "apps", base + "/targets/catalog/apps?limit=200"})
	}
	if of.Kind == User {
		g.Todo = append(g.Todo, aim{at, "governance", base + "/governance"})
	}
	return nil
}

func rolesBase(of Ref) string {
	switch of.Kind {
	case Group:
		return "/api/v1/groups/" + segment(of.ID) + "/roles"
	case App:
		return "/oauth2/v1/clients/" + segment(of.ID) + "/roles"
	default:
		return "/api/v1/users/" + segment(of.ID) + "/roles"
	}
}

// take puts what a role is limited to into it.
func (g *granting) take(r reply) {
	todo := g.Todo[0]
	into := g.Roles[todo.Role].Body
	switch todo.What {
	case "governance":
		if body, ok := r.body.(object); ok && r.fail == nil {
			into["governance"] = clean(body)
		}
		return
	case "apps":
		for _, app := range r.items {
			id := text(app, "id")
			if id == "" { // all instances of an app of the catalogue
				id = text(app, "name")
			}
			add(within(into, "targets"), "apps", id)
		}
	default:
		for _, group := range r.items {
			add(within(into, "targets"), "groups", text(group, "id"))
		}
	}
}

// around returns the roles as edges.
func (g *granting) around(of Ref) (Around, error) {
	a := Around{Relation: HasRole, Anchor: of}
	for _, r := range g.Roles {
		body, err := json.Marshal(r.Body)
		if err != nil {
			return a, err
		}
		if r.Role != "" {
			a.Edges = append(a.Edges, Edge{Relation: HasRole, From: of, To: Ref{r.Kind, r.Role}, ID: r.ID, Body: body})
		}
	}
	return a, nil
}

// rolesOfMembers reads the roles of the groups and apps that a resource set's
// bindings name: the flag of a group has been wrong about those.
func (s *syncing) rolesOfMembers(set object) []Task {
	var tasks []Task
	bindings, _ := set["bindings"].([]any)
	for _, b := range bindings {
		members, _ := dig(b, "members").([]any)
		for _, m := range members {
			tasks = append(tasks, s.rolesOf(Ref{Kind(text(m, "kind")), text(m, "ref")})...)
		}
	}
	return tasks
}
