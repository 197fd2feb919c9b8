package okta

import (
	"slices"
	"strings"
	"time"

	"sallyport/sandbox/okta/expression"
)

func ruleRoutes() []route {
	const base = "/api/v1/groups/rules"
	return []route{
		get(base, areaGroups, listRules),
		post(base, areaGroups, createRule),
		get(base+"/{id}", areaGroups, getRule),
		put(base+"/{id}", areaGroups, replaceRule),
		del(base+"/{id}", areaGroups, deleteRule),
		post(base+"/{id}/lifecycle/activate", areaGroups, activateRule),
		post(base+"/{id}/lifecycle/deactivate", areaGroups, deactivateRule),
	}
}

// rule puts users that match an expression into groups.
type rule struct {
	id       string
	name     string
	active   bool
	invalid  bool // a group that it fills is gone
	source   string
	expr     expression.Expr
	groupIDs []string
	people   *rulePeople // nil when the request named none

	created, lastUpdated time.Time
}

func (r *rule) key() string { return r.id }

func (r *rule) status() string {
	switch {
	case r.invalid:
		return "INVALID"
	case r.active:
		return "ACTIVE"
	default:
		return "INACTIVE"
	}
}

// rulePeople are those that a rule leaves out.
type rulePeople struct {
	Users  ruleExclusion `json:"users"`
	Groups ruleExclusion `json:"groups"`
}

type ruleExclusion struct {
	Exclude []string `json:"exclude"`
}

// ruleView is the JSON of a rule, as answered and as sent.
type ruleView struct {
	Type        string         `json:"type"`
	ID          string         `json:"id"`
	Status      string         `json:"status"`
	Name        string         `json:"name"`
	Created     *stamp         `json:"created"`
	LastUpdated *stamp         `json:"lastUpdated"`
	Conditions  ruleConditions `json:"conditions"`
	Actions     ruleActions    `json:"actions"`
	// AllGroupsValid is missing from what clients send.
	AllGroupsValid *bool `json:"allGroupsValid,omitempty"`
}

type ruleConditions struct {
	People     *rulePeople    `json:"people,omitempty"`
	Expression ruleExpression `json:"expression"`
}

type ruleExpression struct {
	Value string `json:"value"`
	Type  string `json:"type"`
}

type ruleActions struct {
	AssignUserToGroups struct {
		GroupIDs []string `json:"groupIds"`
	} `json:"assignUserToGroups"`
}

func (r *rule) view() ruleView {
	valid := !r.invalid
	v := ruleView{
		Type: "group_rule", ID: r.id, Status: r.status(), Name: r.name, Created: at(r.created), LastUpdated: at(r.lastUpdated),
		Conditions:     ruleConditions{People: r.people, Expression: ruleExpression{r.source, "urn:okta:expression:1.0"}},
		AllGroupsValid: &valid,
	}
	v.Actions.AssignUserToGroups.GroupIDs = r.groupIDs
	return v
}

func findRule(c *call) (*rule, error) {
	r, ok := c.dir.rules.get(c.arg(0))
	if !ok {
		return nil, notFound(c.arg(0), "GroupRule")
	}
	return r, nil
}

func listRules(c *call) (answer, error) {
	search := strings.ToLower(c.param("search"))
	var found ordered[*rule]
	for _, r := range c.dir.rules.items {
		if strings.Contains(strings.ToLower(r.name), search) {
			found.items = append(found.items, r)
		}
	}
	return listed(c, &found, 50, 200, func(_ *call, r *rule) ruleView { return r.view() })
}

func getRule(c *call) (answer, error) {
	r, err := findRule(c)
	if err != nil {
		return answer{}, err
	}
	return ok(r.view())
}

// take validates a request and takes it over into a rule.
func (r *rule) take(c *call) error {
	var in ruleView
	if err := c.decode(&in); err != nil {
		return err
	}
	if name := strings.TrimSpace(in.Name); name == "" || len([]rune(name)) > 50 {
		return invalidField("name", "The name must have between 1 and 50 characters")
	}
	for _, other := range c.dir.rules.items {
		if other != r && other.name == in.Name {
			return invalidField("name", "An object with this field already exists in the current organization")
		}
	}
	e, err := expression.Parse(in.Conditions.Expression.Value)
	if err != nil {
		return invalid("expression", "Invalid expression: "+err.Error())
	}
	ids := in.Actions.AssignUserToGroups.GroupIDs
	if len(ids) == 0 {
		return invalid("groupIds", "groupIds: The field cannot be left blank")
	}
	for _, id := range ids {
		if g, ok := c.dir.groups.get(id); !ok || g.kind != oktaGroup {
			return invalid("groupIds", "Invalid group id: "+id)
		}
	}
	if p := in.Conditions.People; p != nil {
		p.Users.Exclude, p.Groups.Exclude = append([]string{}, p.Users.Exclude...), append([]string{}, p.Groups.Exclude...)
		r.people = p
	}
	r.name, r.source, r.expr, r.groupIDs, r.invalid = in.Name, in.Conditions.Expression.Value, e, ids, false
	r.lastUpdated = c.now()
	return nil
}

func createRule(c *call) (answer, error) {
	r := &rule{id: c.ids.next("0pr"), created: c.now()}
	if err := r.take(c); err != nil {
		return answer{}, err
	}
	c.dir.rules.add(r)
	c.emit("policy.rule.add", fact{targets: targets(r)})
	return ok(r.view())
}

func replaceRule(c *call) (answer, error) {
	r, err := findRule(c)
	if err != nil {
		return answer{}, err
	}
	if r.active {
		return answer{}, invalid("groupRule", "A group rule has to be deactivated before it can be updated")
	}
	if err := r.take(c); err != nil {
		return answer{}, err
	}
	c.emit("policy.rule.update", fact{targets: targets(r)})
	return ok(r.view())
}

func deleteRule(c *call) (answer, error) {
	r, err := findRule(c)
	if err != nil {
		return answer{}, err
	}
	remove := c.flag("removeUsers", false)
	eachRuled(&c.change, r, func(g *group, u *user) {
		if remove {
			c.leave(g, u)
		}
		delete(g.ruled, u.id)
	})
	c.dir.rules.remove(r.id)
	c.emit("policy.rule.delete", fact{targets: targets(r)})
	return answer{status: 202, body: struct{}{}}, nil
}

func activateRule(c *call) (answer, error) {
	r, err := findRule(c)
	if err != nil {
		return answer{}, err
	}
	r.active, r.lastUpdated = true, c.now()
	c.emit("policy.rule.activate", fact{targets: targets(r)})
	for _, u := range c.dir.users.items {
		c.applyRule(r, u)
	}
	return none()
}

func deactivateRule(c *call) (answer, error) {
	r, err := findRule(c)
	if err != nil {
		return answer{}, err
	}
	r.active, r.lastUpdated = false, c.now()
	c.emit("policy.rule.deactivate", fact{targets: targets(r)})
	c.emit("group.user_membership.rule.deactivated", fact{targets: targets(r)})
	return none()
}

// eachRuled calls f for every membership that a rule has made.
func eachRuled(c *change, r *rule, f func(*group, *user)) {
	for _, id := range r.groupIDs {
		g, ok := c.dir.groups.get(id)
		if !ok {
			continue
		}
		for _, u := range slices.Clone(g.members.items) {
			if g.ruled[u.id] == r.id {
				f(g, u)
			}
		}
	}
}

// maxRulePasses bounds how often the rules are applied again because they
// changed a group that other rules depend on.
const maxRulePasses = 5

// applyRules applies all active rules to a user.
func (c *change) applyRules(u *user) {
	for range maxRulePasses {
		changed := false
		for _, r := range c.dir.rules.items {
			if r.active && c.applyRule(r, u) {
				changed = true
			}
		}
		if !changed {
			return
		}
	}
}

// applyRule puts a user into the groups of a rule, or takes it out of those
// that the rule had put it into. It says whether anything changed.
func (c *change) applyRule(r *rule, u *user) bool {
	matches := u.status != Deprovisioned && !r.invalid && !r.excludes(u) && r.matches(c.Org, u)
	changed := false
	for _, id := range r.groupIDs {
		g, ok := c.dir.groups.get(id)
		switch {
		case !ok:
		case matches && !g.members.has(u.id):
			c.join(g, u, r.id)
			changed = true
		case !matches && g.ruled[u.id] == r.id:
			c.leave(g, u)
			changed = true
		}
	}
	return changed
}

func (r *rule) excludes(u *user) bool {
	return r.people != nil && (slices.Contains(r.people.Users.Exclude, u.id) ||
		slices.ContainsFunc(r.people.Groups.Exclude, u.groups.has))
}

// matches evaluates the rule for a user. One that cannot be evaluated for
// somebody, because an attribute has the wrong type, does not match.
func (r *rule) matches(o *Org, u *user) bool {
	yes, err := r.expr.Match(expression.Env{
		Attr: u.profile.get,
		Groups: func() []expression.Group {
			out := []expression.Group{{ID: o.dir.everyone.id, Name: o.dir.everyone.name()}}
			for _, g := range u.groups.items {
				out = append(out, expression.Group{ID: g.id, Name: g.name()})
			}
			return out
		},
	})
	return err == nil && yes
}
