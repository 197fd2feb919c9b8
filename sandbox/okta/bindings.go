package okta

import "time"

func bindingRoutes() []route {
	const base = "/api/v1/iam/resource-sets/{set}/bindings"
	return []route{
		get(base, areaIAM, listBindings),
		get(base+"/{role}", areaIAM, getBinding),
		get(base+"/{role}/members", areaIAM, listBindingMembers),
		del(base+"/{role}/members/{member}", areaIAM, removeBindingMember),
		get("/api/v1/users/{id}/roles/{role}/governance", areaRoles, getGovernance),
	}
}

// assignees calls a function for everybody who has an admin role.
func (o *Org) assignees(each func(who assignee, a *assignment)) {
	for _, u := range o.dir.users.items {
		for _, a := range u.roles.items {
			each(assignee{user: u}, a)
		}
	}
	for _, g := range o.dir.groups.items {
		for _, a := range g.roles.items {
			each(assignee{group: g}, a)
		}
	}
	for _, x := range o.apps.all.items {
		for _, a := range x.roles.items {
			each(assignee{client: x}, a)
		}
	}
}

// listBindings lists the roles that somebody has over a resource set.
func listBindings(c *call) (answer, error) {
	s, err := findResourceSet(c)
	if err != nil {
		return answer{}, err
	}
	var bound ordered[*customRole]
	c.assignees(func(_ assignee, a *assignment) {
		if a.about == s && a.custom != nil {
			bound.add(a.custom)
		}
	})
	self := c.url("api/v1/iam/resource-sets", s.id)
	out := []any{}
	for _, r := range bound.items {
		out = append(out, map[string]any{"id": r.id, "_links": map[string]link{
			"self": {Href: c.url("api/v1/iam/roles", r.id)}, "members": {Href: self + "/bindings/" + r.id + "/members"},
		}})
	}
	return ok(map[string]any{"roles": out, "_links": map[string]link{"self": {Href: self + "/bindings"}, "resource-set": {Href: self}}})
}

// findBinding returns the set and the role that the path names.
func findBinding(c *call) (*resourceSet, *customRole, error) {
	s, err := findResourceSet(c)
	if err != nil {
		return nil, nil, err
	}
	r, known := named(&c.customRoles, c.arg(1), roleLabel)
	if !known {
		return nil, nil, notFound(c.arg(1), "Role")
	}
	return s, r, nil
}

func getBinding(c *call) (answer, error) {
	s, r, err := findBinding(c)
	if err != nil {
		return answer{}, err
	}
	self := c.url("api/v1/iam/resource-sets", s.id, "bindings", r.id)
	return ok(map[string]any{"id": r.id, "_links": map[string]link{
		"self": {Href: self}, "bindings": {Href: self + "/members"}, "resource-set": {Href: c.url("api/v1/iam/resource-sets", s.id)},
	}})
}

func listBindingMembers(c *call) (answer, error) {
	s, r, err := findBinding(c)
	if err != nil {
		return answer{}, err
	}
	out := []any{}
	c.assignees(func(who assignee, a *assignment) {
		if a.about == s && a.custom == r {
			kind, id := who.path()
			out = append(out, map[string]any{
				"id": a.ID, "created": at(a.created), "lastUpdated": at(a.created), "_links": map[string]link{"self": {Href: c.url(kind, id)}},
			})
		}
	})
	return ok(map[string]any{"members": out, "_links": map[string]link{
		"binding": {Href: c.url("api/v1/iam/resource-sets", s.id, "bindings", r.id)},
	}})
}

func removeBindingMember(c *call) (answer, error) {
	s, r, err := findBinding(c)
	if err != nil {
		return answer{}, err
	}
	var from assignee
	found := false
	c.assignees(func(who assignee, a *assignment) {
		if a.about == s && a.custom == r && a.ID == c.arg(2) {
			from, found = who, true
		}
	})
	if !found {
		return answer{}, notFound(c.arg(2), "RoleAssignment")
	}
	from.roles().remove(c.arg(2))
	event, target := from.event("revoke")
	c.emit(event, fact{targets: targets(target), debug: map[string]any{"privilegeRevoked": r.label}})
	return none()
}

// getGovernance says by what somebody has a role: in an org without governance,
// by an admin who gave it.
func getGovernance(c *call) (answer, error) {
	_, a, err := findRole(c)
	if err != nil {
		return answer{}, err
	}
	var forever *time.Time
	return ok(map[string]any{"grants": []any{map[string]any{"type": "CUSTOM", "grantId": fixedID("gra", a.ID), "bundleId": nil, "expirationDate": forever}}})
}
