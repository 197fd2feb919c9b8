package okta

import "slices"

func targetRoutes() []route {
	var all []route
	for _, base := range []string{
		"/api/v1/users/{id}/roles/{role}/targets/", "/api/v1/groups/{id}/roles/{role}/targets/", "/oauth2/v1/clients/{id}/roles/{role}/targets/",
	} {
		all = append(all,
			get(base+"groups", areaRoles, listTargetGroups),
			put(base+"groups/{group}", areaRoles, addTargetGroup),
			del(base+"groups/{group}", areaRoles, removeTargetGroup),
			get(base+"catalog/apps", areaRoles, listTargetApps),
			put(base+"catalog/apps/{name}", areaRoles, addTargetApps),
			del(base+"catalog/apps/{name}", areaRoles, removeTargetApps),
			put(base+"catalog/apps/{name}/{app}", areaRoles, addTargetApp),
			del(base+"catalog/apps/{name}/{app}", areaRoles, removeTargetApp),
		)
	}
	return all
}

// findTargeted returns the assignment of the path, if its role can have targets.
func findTargeted(c *call) (*assignment, error) {
	_, a, err := findRole(c)
	if err != nil {
		return nil, err
	}
	if role, _ := roleOf(a.Type); !role.targetable {
		return nil, invalid("role", "The role type does not support targets.")
	}
	return a, nil
}

// errLastTarget refuses to take away the last target: the role would cover
// everything from then on.
func errLastTarget() error {
	return invalid("target", "The last target of a role assignment cannot be removed.")
}

func listTargetGroups(c *call) (answer, error) {
	a, err := findTargeted(c)
	if err != nil {
		return answer{}, err
	}
	return listed(c, &a.groups, 20, 200, viewGroup)
}

// findTargetGroup returns the assignment and the group that the path names.
func findTargetGroup(c *call) (*assignment, *group, error) {
	a, err := findTargeted(c)
	if err != nil {
		return nil, nil, err
	}
	g, ok := c.dir.groups.get(c.arg(2))
	if !ok {
		return nil, nil, notFound(c.arg(2), "UserGroup")
	}
	return a, g, nil
}

func addTargetGroup(c *call) (answer, error) {
	a, g, err := findTargetGroup(c)
	if err != nil {
		return answer{}, err
	}
	a.groups.add(g)
	return none()
}

func removeTargetGroup(c *call) (answer, error) {
	a, g, err := findTargetGroup(c)
	if err != nil {
		return answer{}, err
	}
	if a.groups.has(g.id) && len(a.groups.items) == 1 {
		return answer{}, errLastTarget()
	}
	if !a.groups.remove(g.id) {
		return answer{}, notFound(g.id, "RoleTarget")
	}
	return none()
}

// listTargetApps lists apps of the catalogue and instances of them.
func listTargetApps(c *call) (answer, error) {
	a, err := findTargeted(c)
	if err != nil {
		return answer{}, err
	}
	out := []map[string]any{}
	for _, name := range a.catalog {
		out = append(out, map[string]any{"name": name, "displayName": name, "status": "ACTIVE", "_links": map[string]link{
			"self": {Href: c.url("api/v1/catalog/apps", name)},
		}})
	}
	for _, x := range a.apps.items {
		out = append(out, map[string]any{"name": x.label, "status": x.status, "id": x.id, "_links": map[string]link{
			"self": {Href: c.url("api/v1/apps", x.id)},
		}})
	}
	w, err := c.window(20, 200)
	if err != nil {
		return answer{}, err
	}
	return page(c, w, out, false, "")
}

func addTargetApps(c *call) (answer, error) {
	a, err := findTargeted(c)
	if err != nil {
		return answer{}, err
	}
	if !slices.Contains(a.catalog, c.arg(2)) {
		a.catalog = append(slices.Clone(a.catalog), c.arg(2))
		slices.Sort(a.catalog)
	}
	return none()
}

func removeTargetApps(c *call) (answer, error) {
	a, err := findTargeted(c)
	if err != nil {
		return answer{}, err
	}
	if !slices.Contains(a.catalog, c.arg(2)) {
		return answer{}, notFound(c.arg(2), "RoleTarget")
	}
	if len(a.catalog)+len(a.apps.items) == 1 {
		return answer{}, errLastTarget()
	}
	a.catalog = slices.DeleteFunc(slices.Clone(a.catalog), func(s string) bool { return s == c.arg(2) })
	return none()
}

func addTargetApp(c *call) (answer, error) {
	a, err := findTargeted(c)
	if err != nil {
		return answer{}, err
	}
	x, ok := c.apps.all.get(c.arg(3))
	if !ok || x.name != c.arg(2) {
		return answer{}, notFound(c.arg(3), "AppInstance")
	}
	a.apps.add(x)
	return none()
}

func removeTargetApp(c *call) (answer, error) {
	a, err := findTargeted(c)
	if err != nil {
		return answer{}, err
	}
	if !a.apps.has(c.arg(3)) {
		return answer{}, notFound(c.arg(3), "RoleTarget")
	}
	if len(a.catalog)+len(a.apps.items) == 1 {
		return answer{}, errLastTarget()
	}
	a.apps.remove(c.arg(3))
	return none()
}
