package okta

func policyRoutes() []route {
	return []route{get("/api/v1/policies", areaPolicies, listPolicies), get("/api/v1/policies/{id}", areaPolicies, getPolicy)}
}

// policy is one of the default policies, which every org has.
type policy struct {
	id, kind, name, description string
	everyone                    bool // it says that it is for everyone
}

// policies lists the default policies whose ids appear elsewhere in the org, and
// that of sessions.
func policies(o *Org) []policy {
	return []policy{
		{fixedID("00p", o.orgID+"/sign_on"), "OKTA_SIGN_ON", "Default Policy", "The default policy applies in all situations if no other policy applies.", true},
		{o.accessPolicy, "ACCESS_POLICY", "Any two factors", "Require two factors to access.", false},
		{o.enrollmentPolicy, "PROFILE_ENROLLMENT", "Default Policy", "", false},
	}
}

func viewPolicy(c *call, p policy) map[string]any {
	self := c.url("api/v1/policies", p.id)
	v := map[string]any{
		"id": p.id, "status": "ACTIVE", "name": p.name, "description": p.description, "priority": 1, "system": true, "conditions": nil,
		"created": at(c.born), "lastUpdated": at(c.born), "type": p.kind,
		"_links": map[string]link{"self": allow(self, "GET", "PUT"), "rules": allow(self+"/rules", "GET", "POST")},
	}
	if p.everyone {
		v["conditions"] = map[string]any{"people": map[string]any{"groups": map[string]any{"include": []string{c.dir.everyone.id}}}}
	}
	return v
}

// listPolicies lists those of one type. Without a type, or of one that is not
// simulated, there is nothing to list.
func listPolicies(c *call) (answer, error) {
	out := []map[string]any{}
	for _, p := range policies(c.Org) {
		if p.kind == c.param("type") {
			out = append(out, viewPolicy(c, p))
		}
	}
	if len(out) == 0 {
		return answer{}, invalidField("type", "Invalid policy type specified.")
	}
	return ok(out)
}

func getPolicy(c *call) (answer, error) {
	for _, p := range policies(c.Org) {
		if p.id == c.arg(0) {
			return ok(viewPolicy(c, p))
		}
	}
	return answer{}, notFound(c.arg(0), "Policy")
}
