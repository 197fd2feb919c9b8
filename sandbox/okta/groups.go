package okta

import (
	"cmp"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"

	"sallyport/sandbox/okta/filter"
)

func groupRoutes() []route {
	return []route{
		lenient(get("/api/v1/groups", areaGroups, listGroups)),
		post("/api/v1/groups", areaGroups, createGroup),
		get("/api/v1/groups/{id}", areaGroups, getGroup),
		put("/api/v1/groups/{id}", areaGroups, replaceGroup),
		del("/api/v1/groups/{id}", areaGroups, deleteGroup),
		get("/api/v1/groups/{id}/users", areaGroups, listMembers),
		put("/api/v1/groups/{id}/users/{user}", areaMembers, addMember),
		del("/api/v1/groups/{id}/users/{user}", areaMembers, removeMember),
		get("/api/v1/groups/{id}/apps", areaGroups, listGroupApps),
	}
}

// findGroup returns the group that the first part of the path names.
func findGroup(c *call) (*group, error) {
	g, ok := c.dir.groups.get(c.arg(0))
	if !ok {
		return nil, notFound(c.arg(0), "UserGroup")
	}
	return g, nil
}

// findOwnGroup returns the group that the first part of the path names, if its
// members and profile can be changed by hand.
func findOwnGroup(c *call) (*group, error) {
	g, err := findGroup(c)
	if err != nil {
		return nil, err
	}
	if g.kind != oktaGroup {
		return nil, errForbidden()
	}
	return g, nil
}

func getGroup(c *call) (answer, error) {
	g, err := findGroup(c)
	if err != nil {
		return answer{}, err
	}
	return ok(viewGroup(c, g))
}

// listGroups answers GET /api/v1/groups: everything in the order of ids, "q"
// by the beginning of the name and in the order of names, "filter" and
// "search" by expression.
func listGroups(c *call) (answer, error) {
	w, err := c.window(10_000, 10_000)
	if err != nil {
		return answer{}, err
	}
	if len(c.who.roles) == 0 && !c.who.scoped {
		return page(c, w, []groupView{}, false, "")
	}
	accept, err := groupFilter(c)
	if err != nil {
		return answer{}, err
	}
	var found []*group
	for _, g := range c.dir.groups.items {
		if accept(g) {
			found = append(found, g)
		}
	}
	by := c.param("sortBy")
	if by == "" && c.param("q") != "" {
		by = "profile.name"
	}
	if by == "" {
		return listed(c, &ordered[*group]{found}, 10_000, 10_000, viewGroup)
	}
	down := strings.EqualFold(c.param("sortOrder"), "desc")
	slices.SortStableFunc(found, func(a, b *group) int {
		n := cmp.Compare(groupSortKey(a, by), groupSortKey(b, by))
		if down {
			return -n
		}
		return n
	})
	return groupPage(c, w, found)
}

// groupPage answers a window of groups that are in another order than that of
// their ids. Its cursors are places in the result.
func groupPage(c *call, w window, found []*group) (answer, error) {
	from := 0
	if w.after != "" {
		b, err := base64.RawURLEncoding.DecodeString(w.after)
		n, err2 := strconv.Atoi(string(b))
		if err != nil || err2 != nil || n < 0 {
			return answer{}, errPaging()
		}
		from = min(n, len(found))
	}
	to := min(from+w.limit, len(found))
	out := make([]groupView, 0, to-from)
	for _, g := range found[from:to] {
		out = append(out, viewGroup(c, g))
	}
	return page(c, w, out, to < len(found), base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(to))))
}

func groupSortKey(g *group, attr string) string {
	for _, v := range g.values(attr) {
		switch v := v.(type) {
		case string:
			return v
		case interface{ UnixNano() int64 }:
			return strconv.FormatInt(v.UnixNano(), 10)
		}
	}
	return ""
}

// groupFilter returns the test that the parameters of a list ask for.
func groupFilter(c *call) (func(*group) bool, error) {
	q := strings.ToLower(c.param("q"))
	var tests []filter.Expr
	for _, name := range []string{"filter", "search"} {
		s := c.param(name)
		if s == "" {
			continue
		}
		e, err := filter.Parse(s)
		if err != nil {
			return nil, errSearch("Invalid " + name + ": " + err.Error())
		}
		var bad error
		filter.Walk(e, func(x filter.Comparison) {
			switch x.Attr {
			case "id", "type", "created", "lastUpdated", "lastMembershipUpdated", "source.id", "objectClass":
			default:
				if name == "filter" || !strings.HasPrefix(x.Attr, "profile.") {
					bad = errSearch("Field '" + x.Attr + "' is not supported.")
				}
			}
		})
		if bad != nil {
			return nil, bad
		}
		tests = append(tests, e)
	}
	return func(g *group) bool {
		m := filter.Matcher{Values: g.values, Fold: true}
		return strings.HasPrefix(strings.ToLower(g.name()), q) && !slices.ContainsFunc(tests, func(e filter.Expr) bool { return !m.Match(e) })
	}, nil
}

// values returns what a group has for an attribute of a filter or search.
func (g *group) values(attr string) []any {
	switch attr {
	case "id":
		return []any{g.id}
	case "type":
		return []any{g.kind}
	case "created":
		return []any{g.created}
	case "lastUpdated":
		return []any{g.lastUpdated}
	case "lastMembershipUpdated":
		return []any{g.lastMembershipUpdated}
	case "objectClass":
		return []any{"okta:user_group"}
	}
	name, ok := strings.CutPrefix(attr, "profile.")
	if v := g.profile[name]; ok && v != nil {
		return []any{v}
	}
	return nil
}

// groupInput is the body of a request that creates or replaces a group.
type groupInput struct {
	Profile map[string]any `json:"profile"`
}

// check validates a group's profile. The group is nil for a new one.
func (in groupInput) check(c *call, g *group) error {
	name, _ := in.Profile["name"].(string)
	switch {
	case strings.TrimSpace(name) == "":
		return invalidField("name", "The field cannot be left blank")
	case len([]rune(name)) > 255:
		return invalidField("name", "The field is too long")
	}
	for _, other := range c.dir.groups.items {
		if other != g && other.name() == name {
			return invalidField("name", "An object with this field already exists in the current organization")
		}
	}
	return nil
}

func createGroup(c *call) (answer, error) {
	var in groupInput
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	if err := in.check(c, nil); err != nil {
		return answer{}, err
	}
	g := newGroup(c.Org, oktaGroup, "", nil, c.now())
	g.setProfile(in.Profile)
	c.emit("group.lifecycle.create", fact{targets: targets(g)})
	return ok(viewGroup(c, g))
}

func replaceGroup(c *call) (answer, error) {
	g, err := findOwnGroup(c)
	if err != nil {
		return answer{}, err
	}
	var in groupInput
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	if err := in.check(c, g); err != nil {
		return answer{}, err
	}
	var changed []string
	for name, v := range in.Profile {
		if !sameValue(v, g.profile[name]) {
			changed = append(changed, name)
		}
	}
	slices.Sort(changed)
	g.setProfile(in.Profile)
	if slices.Contains(changed, "name") {
		c.groupRenamed(g)
	}
	g.lastUpdated = c.now()
	c.emit("group.profile.update", fact{targets: targets(g), debug: map[string]any{"changedAttributes": strings.Join(changed, ",")}})
	return ok(viewGroup(c, g))
}

func deleteGroup(c *call) (answer, error) {
	g, err := findOwnGroup(c)
	if err != nil {
		return answer{}, err
	}
	c.groupGone(g)
	for _, u := range g.members.items {
		u.groups.remove(g.id)
	}
	for _, a := range g.apps.items {
		a.dropGroup(g)
	}
	c.dir.groups.remove(g.id)
	c.emit("group.lifecycle.delete", fact{targets: targets(g)})
	for _, r := range c.dir.rules.items {
		if slices.Contains(r.groupIDs, g.id) {
			r.invalid, r.lastUpdated = true, c.now()
			c.emit("group.user_membership.rule.invalidate", fact{targets: targets(r), debug: map[string]any{"deletedGroupId": g.id, "triggeredByGroupRuleId": r.id}})
		}
	}
	return none()
}

func listMembers(c *call) (answer, error) {
	g, err := findGroup(c)
	if err != nil {
		return answer{}, err
	}
	return listed(c, &ordered[*user]{members(c.Org, g)}, 1000, 1000, viewListed)
}

// findMember returns the group and the user that the path names.
func findMember(c *call) (*group, *user, error) {
	g, err := findOwnGroup(c)
	if err != nil {
		return nil, nil, err
	}
	u, found := c.dir.find(c.arg(1))
	if !found {
		return nil, nil, notFound(c.arg(1), "User")
	}
	if len(g.roles.items) > 0 && !slices.Contains(c.who.roles, "SUPER_ADMIN") && !c.who.scoped {
		return nil, nil, errForbidden() // whoever joins such a group becomes an admin
	}
	return g, u, nil
}

func addMember(c *call) (answer, error) {
	g, u, err := findMember(c)
	if err != nil {
		return answer{}, err
	}
	c.join(g, u, "")
	c.applyRules(u) // rules can depend on groups
	return none()
}

func removeMember(c *call) (answer, error) {
	g, u, err := findMember(c)
	if err != nil {
		return answer{}, err
	}
	c.leave(g, u)
	return none()
}
