package okta

import (
	"cmp"
	"slices"
	"strings"
)

func policyRoutes() []route {
	const one = "/api/v1/policies/{id}"
	return []route{
		get(one+"/mappings", areaPolicies, listPolicyMappings),
		put("/api/v1/apps/{id}/policies/{policy}", areaApps, setAppPolicy),
	}
}

const policiesPath = "/api/v1/policies"

// ofType accepts the policies of the type that a list is asked for. Without a
// type, or of one that the org is not licensed for, there is nothing to list.
func ofType(c *call) (func(*thing) bool, error) {
	kind := c.param("type")
	of := func(t *thing) bool {
		return t.text("type") == kind && (c.param("status") == "" || c.param("status") == t.text("status"))
	}
	if kind == "" || !slices.ContainsFunc(c.things.on(policiesPath), func(t *thing) bool { return t.text("type") == kind }) {
		return nil, invalidField("type", "Invalid policy type specified.")
	}
	return of, nil
}

func viewPolicy(c *call, t *thing, v map[string]any) {
	self := c.base + t.list + "/" + t.id
	links, _ := v["_links"].(map[string]any)
	links["rules"] = allow(self+"/rules", "GET", "POST")
	if strings.HasPrefix(t.list, policiesPath) && slices.Contains([]string{"ACCESS_POLICY", "PROFILE_ENROLLMENT"}, t.text("type")) {
		links["mappings"] = allow(self+"/mappings", "GET", "POST")
	}
	embedded := map[string]any{}
	if t.text("type") == "ACCESS_POLICY" && t.list == policiesPath {
		embedded["resourceType"] = "APP"
		if t.id == fixedID("00p", c.orgID+"/ACCESS_POLICY/Okta Account Management") {
			embedded["resourceType"] = "END_USER_ACCOUNT_MANAGEMENT"
		}
		v["_embedded"] = embedded
	}
	if strings.Contains(c.param("expand"), "rules") {
		rules := []any{}
		for _, r := range inOrder(c.things.on(t.list + "/" + t.id + "/rules")) {
			rules = append(rules, r.body)
		}
		embedded["rules"] = rules
		v["_embedded"] = embedded
	}
}

// policyChanged gives a new access policy the rule that every one has.
func policyChanged(c *call, verb string, _, after *thing) {
	if verb != "create" || after.text("type") != "ACCESS_POLICY" {
		return
	}
	id := c.ids.next("rul")
	now := stampText(c.now())
	c.things.add(&thing{id, after.list + "/" + after.id + "/rules", map[string]any{
		"id": id, "name": "Catch-all Rule", "status": "ACTIVE", "system": true, "priority": 99, "type": "ACCESS_POLICY", "created": now, "lastUpdated": now,
		"actions": map[string]any{"appSignOn": map[string]any{"access": "ALLOW", "verificationMethod": map[string]any{
			"factorMode": "2FA", "type": "ASSURANCE", "reauthenticateIn": "PT2H", "constraints": []any{},
		}}},
		"conditions": nil,
	}})
}

// accessOf returns the id of the policy that says how people sign in to an app.
func (o *Org) accessOf(a *app) string { return cmp.Or(a.accessPolicy, o.accessPolicy) }

// enrollmentOf returns that of the policy that says who may register for it.
func (o *Org) enrollmentOf(a *app) string { return cmp.Or(a.enrollmentPolicy, o.enrollmentPolicy) }

// governed lists the apps that a policy is mapped to.
func (o *Org) governed(policy string) []*app {
	var out []*app
	for _, a := range o.apps.all.items {
		if !a.service && (o.accessOf(a) == policy || o.enrollmentOf(a) == policy) {
			out = append(out, a)
		}
	}
	return out
}

func findPolicy(c *call, id string) (*thing, error) {
	t, found := c.things.get(policiesPath, id)
	if !found {
		return nil, notFound(id, "Policy")
	}
	return t, nil
}

func listPolicyMappings(c *call) (answer, error) {
	t, err := findPolicy(c, c.arg(0))
	if err != nil {
		return answer{}, err
	}
	self := c.url("api/v1/policies", t.id)
	out := []any{}
	for _, a := range c.governed(t.id) {
		id := fixedID("rsm", t.id+"/"+a.id)
		out = append(out, map[string]any{"id": id, "_links": map[string]link{
			"self": allow(self+"/mappings/"+id, "GET", "DELETE"), "policy": {Href: self}, "application": {Href: c.url("api/v1/apps", a.id)},
		}})
	}
	return ok(out)
}

// setAppPolicy maps an app to another policy.
func setAppPolicy(c *call) (answer, error) {
	a, err := findApp(c)
	if err != nil {
		return answer{}, err
	}
	t, err := findPolicy(c, c.arg(1))
	if err != nil {
		return answer{}, err
	}
	switch t.text("type") {
	case "ACCESS_POLICY":
		a.accessPolicy = t.id
	case "PROFILE_ENROLLMENT":
		a.enrollmentPolicy = t.id
	default:
		return answer{}, invalidField("policyId", "The policy cannot be mapped to an app.")
	}
	a.lastUpdated = c.now()
	c.emit("policy.mapping.create", fact{targets: targets(a)})
	return none()
}
