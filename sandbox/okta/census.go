package okta

import (
	"cmp"
	"slices"
	"strings"
)

// Census is all that an org holds, in the words of an inventory, to compare what
// somebody has read of it with.
type Census struct {
	// Entities are the names of what there is by id, by kind.
	Entities map[string]map[string]string `json:"entities"`
	// Edges are relations, by their name, as "kind/id kind/id", with the id of
	// the edge behind where it has one. Of each relation they are sorted.
	Edges map[string][]string `json:"edges"`
	// Everyone is the id of the group that all users are in, which they are not
	// listed in as members here.
	Everyone string `json:"everyone"`
}

// Count returns how many entities of a kind there are.
func (c Census) Count(kind string) int { return len(c.Entities[kind]) }

// Find returns the id of the entity of a kind that has a name; empty when there
// is none, or more than one.
func (c Census) Find(kind, name string) string {
	found := ""
	for id, called := range c.Entities[kind] {
		if called == name || kind == "user" && strings.HasPrefix(called, name+"@") {
			if found != "" {
				return ""
			}
			found = id
		}
	}
	return found
}

// kindOfList says what an inventory calls the objects of a shelf.
func kindOfList(path string) string {
	switch path {
	case policiesPath:
		return "policy"
	case "/api/v1/zones":
		return "zone"
	case "/api/v1/behaviors":
		return "behavior"
	case "/api/v1/device-assurances":
		return "device_assurance"
	case "/api/v1/authorizationServers":
		return "auth_server"
	case "/api/v1/authenticators":
		return "authenticator"
	case "/api/v1/idps":
		return "idp"
	case "/api/v1/idps/credentials/keys":
		return "idp_key"
	case "/api/v1/trustedOrigins":
		return "trusted_origin"
	case "/api/v1/inlineHooks":
		return "inline_hook"
	case "/api/v1/security-events-providers":
		return "event_provider"
	case "/api/v1/realms":
		return "realm"
	case "/api/v1/realm-assignments":
		return "realm_assignment"
	}
	return kindOfOtherList(path)
}

func kindOfOtherList(path string) string {
	switch path {
	case "/api/v1/domains":
		return "domain"
	case "/api/v1/email-domains":
		return "email_domain"
	case "/api/v1/email-servers":
		return "email_server"
	case "/api/v1/meta/types/user":
		return "user_type"
	case "/api/v1/meta/schemas/user/linkedObjects":
		return "linked_object"
	case "/api/v1/agentPools":
		return "agent_pool"
	case "/api/v1/mappings":
		return "profile_mapping"
	case "/api/v1/features":
		return "feature"
	case "/api/v1/principal-rate-limits":
		return "rate_limit"
	}
	return ""
}

// settingNames are what an inventory calls the settings of an org.
func settingNames() []string {
	return []string{
		"threat_insight", "user_lockout", "authenticator_settings", "bot_protection", "captcha", "client_privileges", "third_party_admin", "support_access",
		"admin_console", "governance", "notification_mails",
	}
}

// Census counts the org.
func (o *Org) Census() Census {
	o.mu.RLock()
	defer o.mu.RUnlock()
	c := Census{Entities: map[string]map[string]string{}, Edges: map[string][]string{}, Everyone: o.dir.everyone.id}
	c.put("org", o.orgID, o.company)
	for _, name := range settingNames() {
		c.put("setting", name, name)
	}
	for list, shelf := range o.things {
		kind := kindOfList(list)
		for _, t := range shelf.items {
			if kind != "" {
				c.put(kind, t.id, t.name())
			}
		}
	}
	for range o.things.on("/api/v1/meta/types/user") {
		c.put("user_schema", "default", "default")
	}
	o.countPeople(c)
	o.countApps(c)
	o.countRest(c)
	for _, edges := range c.Edges {
		slices.Sort(edges)
	}
	return c
}

func (c Census) put(kind, id, name string) {
	if c.Entities[kind] == nil {
		c.Entities[kind] = map[string]string{}
	}
	c.Entities[kind][id] = name
}

func (c Census) link(relation, from, to, id string) {
	edge := from + " " + to
	if id != "" {
		edge += " " + id
	}
	c.Edges[relation] = append(c.Edges[relation], edge)
}

func (o *Org) countPeople(c Census) {
	for _, u := range o.dir.users.items {
		c.put("user", u.id, u.login())
		for _, f := range u.factors.items {
			c.put("factor", f.id, f.kind)
		}
		for _, g := range u.groups.items {
			c.link("member_of", "user/"+u.id, "group/"+g.id, "")
		}
	}
	for _, g := range o.dir.groups.items {
		c.put("group", g.id, g.name())
		for _, x := range g.owners {
			c.link("owns", strings.ToLower(x.Type)+"/"+x.ID, "group/"+g.id, "")
		}
		for _, a := range g.apps.items {
			c.link("assigned_via", "group/"+g.id, "app/"+a.id, "")
		}
	}
	for _, r := range o.dir.rules.items {
		c.put("group_rule", r.id, r.name)
	}
	o.assignees(func(who assignee, a *assignment) {
		from := "app/"
		switch {
		case who.user != nil:
			from = "user/" + who.user.id
		case who.group != nil:
			from = "group/" + who.group.id
		default:
			from += who.client.id
		}
		to := "role/" + a.Type
		if a.custom != nil {
			to = "custom_role/" + a.custom.id
		}
		c.link("has_role", from, to, a.ID)
	})
}

func (o *Org) countApps(c Census) {
	for _, a := range o.apps.all.items {
		if a.service {
			c.put("api_service", a.id, a.label)
			continue
		}
		c.put("app", a.id, a.label)
		for id, x := range a.users {
			if x.scope == "USER" {
				c.link("assigned", "user/"+id, "app/"+a.id, "")
			}
		}
		for _, g := range a.grants.items {
			c.link("granted_scope", "app/"+a.id, "scope/"+g.scope, g.id)
		}
		if a.provisioning != nil {
			for _, m := range a.provisioning.mappings.items {
				c.link("pushes_to", "group/"+m.group.id, "app/"+a.id, m.id)
			}
		}
	}
}

func (o *Org) countRest(c Census) {
	for _, d := range o.devices.items {
		c.put("device", d.id, d.name)
		for _, u := range d.users {
			c.link("uses_device", "user/"+u.id, "device/"+d.id, "")
		}
	}
	tokens, _ := o.tokens.list(o.now())
	for _, t := range tokens {
		c.put("api_token", t.id, t.name)
	}
	for _, r := range o.customRoles.items {
		c.put("custom_role", r.id, r.label)
	}
	for _, s := range o.resourceSets.items {
		c.put("resource_set", s.id, s.label)
	}
	for _, b := range o.brands.items {
		c.put("brand", b.id, cmp.Or(b.name, b.id))
	}
	for _, h := range o.hooks.items {
		c.put("event_hook", h.id, h.name)
	}
	for _, s := range o.streams.items {
		c.put("log_stream", s.id, s.name)
	}
}
