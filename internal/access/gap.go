package access

import (
	"cmp"
	"slices"

	"sallyport/internal/inventory"
	"sallyport/internal/okta"
)

// Gap is something that was not seen, and what is not known for it.
type Gap struct {
	Collection string `json:"collection"`
	Said       string `json:"said,omitempty"` // why it was not seen
	Means      string `json:"means"`
}

// gapsOf lists what of the collections that steps depend on was not seen.
func gapsOf(sights map[string]inventory.Sight) []Gap {
	var out []Gap
	for collection, means := range meanings() {
		s, asked := sights[collection]
		switch {
		case !asked:
			out = append(out, Gap{collection, "it was not read", means})
		case !s.Seen() && s.Visible != okta.Absent:
			said := cmp.Or(s.Said, "visible: "+string(s.Visible))
			if s.Truncated {
				said = "more is there than was read"
			}
			out = append(out, Gap{collection, said, means})
		}
	}
	slices.SortFunc(out, func(a, b Gap) int { return cmp.Compare(a.Collection, b.Collection) })
	return out
}

// meanings says what is not known when a collection was not seen.
func meanings() map[string]string {
	return map[string]string{ //nolint:gosec // names of collections are no credentials
		"user":                      "people were not visible: who they are is not known",
		"group":                     "groups were not visible: what their members get is not known",
		"app":                       "apps were not visible: who reaches them is not known",
		"member_of":                 "memberships were not visible: what people get by groups is not known",
		"assigned":                  "assignments of apps to people were not visible",
		"assigned_via":              "assignments of apps to groups were not visible",
		"has_role":                  "admin roles were not visible: who is an administrator, and whom that protects, is not known",
		"granted_scope":             "grants were not visible: what service apps may do is not known",
		"custom_role":               "custom roles were not visible: what they permit is not known",
		"custom_role.permissions":   "permissions of custom roles were not visible",
		"resource_set":              "resource sets were not visible: what custom roles are held over is not known",
		"resource_set.resources":    "what is in resource sets was not visible",
		"resource_set.bindings":     "who is bound to resource sets was not visible",
		"api_token":                 "API tokens were not visible: whose there are is not known",
		"api_service":               "API service integrations were not visible",
		"idp":                       "identity providers were not visible: whom they may become is not known",
		"group_rule":                "group rules were not visible: which groups they fill is not known",
		"user_schema":               "user schemas were not visible: which attributes people may write is not known",
		"owns":                      "owners of groups were not visible",
		"pushes_to":                 "pushed groups were not visible",
		"uses_device":               "whose devices are was not visible",
		"device":                    "devices were not visible",
		"factor":                    "factors were not visible: how well people are guarded is not known",
		"policy":                    "policies were not visible",
		"agent_pool":                "agents were not visible: which hosts see passwords is not known",
		"inline_hook":               "inline hooks were not visible",
		"event_hook":                "event hooks were not visible",
		"setting.client_privileges": "whether new clients become super administrators was not visible",
		"setting.support_access":    "whether Okta's support has access was not visible",
	}
}

// Gaps lists what was not seen, of all that answers depend on, or of some
// collections.
func (g *Graph) Gaps(collections ...string) []Gap {
	if len(collections) == 0 {
		return slices.Clone(g.gaps)
	}
	var out []Gap
	for _, x := range g.gaps {
		if slices.Contains(collections, x.Collection) {
			out = append(out, x)
		}
	}
	return out
}
