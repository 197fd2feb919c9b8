package access

import (
	"net/url"
	"slices"
	"strings"
)

// Resource is one entry of a resource set: the things themselves, or the people
// in them. The group and its people are different entries ("groups/ID" and
// "groups/ID/users"; in names "…:groups:ID" and "…:contained_resources"): a
// permission over people is worth nothing over the former.
type Resource struct {
	Kind   string `json:"kind"`             // users, groups, apps, realms, idps, policies, iam, customizations …
	ID     string `json:"id,omitempty"`     // empty for all of the kind
	Type   string `json:"type,omitempty"`   // of apps: all that have this name
	People bool   `json:"people,omitempty"` // those in it
}

// resourceKinds are the kinds by the names that URLs and ORNs have for them.
func resourceKinds() map[string]string {
	return map[string]string{
		"users": "users", "groups": "groups", "apps": "apps", "realms": "realms", "idps": "idps", "identity_providers": "idps", "identity-providers": "idps",
		"policies": "policies", "authorizationServers": "authorization_servers", "authorization_servers": "authorization_servers",
		"brands": "customizations", "customizations": "customizations", "iam": "iam", "resource-sets": "iam", "workflows": "workflows", "flows": "workflows",
		"agentPools": "agents", "agents": "agents", "devices": "devices", "support": "support",
	}
}

// ParseResource reads an entry of a resource set, in either form.
func ParseResource(text string) (Resource, bool) {
	if strings.HasPrefix(text, "orn:") {
		return parseORN(text)
	}
	u, err := url.Parse(text)
	if err != nil {
		return Resource{}, false
	}
	_, path, ok := strings.Cut(u.Path, "/api/v1/")
	if !ok {
		return Resource{}, false
	}
	parts := strings.Split(strings.Trim(path, "/"), "/")
	if parts[0] == "iam" && len(parts) > 1 {
		parts = parts[1:]
	}
	kind, ok := resourceKinds()[parts[0]]
	if !ok {
		return Resource{}, false
	}
	r := Resource{Kind: kind}
	if len(parts) > 1 {
		r.ID = parts[1]
	}
	if len(parts) > 2 {
		if r.ID == "" || parts[2] != "users" {
			return Resource{}, false
		}
		r.People = true
	}
	if r.ID == "" {
		r.Type = nameFilter(u.Query().Get("filter"))
	}
	return r, true
}

// nameFilter returns the name that a filter of apps asks for: name eq "slack".
func nameFilter(filter string) string {
	rest, ok := strings.CutPrefix(strings.TrimSpace(filter), "name eq ")
	if !ok {
		return ""
	}
	return strings.Trim(strings.TrimSpace(rest), `"`)
}

// parseORN reads orn:{partition}:{service}:{org}:{kind}[:…]; older answers leave
// the service out, and all of a service is "orn:okta:iam:{org}:contained_resources".
func parseORN(text string) (Resource, bool) {
	parts := strings.Split(text, ":")
	if len(parts) < 5 {
		return Resource{}, false
	}
	known := resourceKinds()
	at := slices.IndexFunc(parts[3:], func(p string) bool { return known[p] != "" })
	if at < 0 {
		kind, ok := known[parts[2]]
		return Resource{Kind: kind}, ok
	}
	rest := parts[3+at+1:]
	r := Resource{Kind: known[parts[3+at]]}
	if n := len(rest); n > 0 && rest[n-1] == "contained_resources" {
		r.People, rest = r.Kind != "iam", rest[:n-1]
	}
	switch {
	case len(rest) == 0:
		r.People = false // all of a kind contain all of it
	case r.Kind == "apps" && len(rest) == 1 && !strings.HasPrefix(rest[0], "0oa"):
		r.Type = rest[0]
	default:
		r.ID = rest[len(rest)-1]
	}
	return r, r.ID != "" || len(rest) == 0 || r.Type != ""
}

// Span is some of a kind, or all of it.
type Span struct {
	All bool     `json:"all,omitempty"`
	IDs []string `json:"ids,omitempty"`
}

func (s Span) has(id string) bool { return s.All || slices.Contains(s.IDs, id) }
func (s Span) empty() bool        { return !s.All && len(s.IDs) == 0 }

func (s *Span) add(id string) {
	if id == "" {
		s.All = true
	} else if !slices.Contains(s.IDs, id) {
		s.IDs = append(s.IDs, id)
	}
}

// Extent is what a role is held over.
type Extent struct {
	Users    Span            `json:"users,omitzero"`
	People   []string        `json:"people,omitempty"` // groups whose members are in it
	Realms   []string        `json:"realms,omitempty"` // realms whose people are in it
	Groups   Span            `json:"groups,omitzero"`  // the groups themselves
	Apps     Span            `json:"apps,omitzero"`
	AppTypes []string        `json:"app_types,omitempty"`
	Other    map[string]Span `json:"other,omitempty"` // by the kind of [Resource]
	Except   []Resource      `json:"except,omitempty"`
	// Whole is the extent of roles that know no bounds.
	Whole bool `json:"whole,omitempty"`
}

func wholeOrg() Extent {
	return Extent{Users: Span{All: true}, Groups: Span{All: true}, Apps: Span{All: true}, Whole: true}
}

// other returns what of a further kind is in the extent.
func (x Extent) other(kind string) Span {
	if x.Whole {
		return Span{All: true}
	}
	return x.Other[kind]
}

// someone reports whether anybody may be in it.
func (x Extent) someone() bool { return !x.Users.empty() || len(x.People) > 0 || len(x.Realms) > 0 }

func (x *Extent) add(r Resource) {
	switch {
	case r.Kind == "users":
		x.Users.add(r.ID)
	case r.Kind == "groups" && r.People:
		x.People = append(x.People, r.ID)
	case r.Kind == "groups":
		x.Groups.add(r.ID)
	case r.Kind == "realms" && r.People:
		x.Realms = append(x.Realms, r.ID)
	case r.Kind == "apps" && r.Type != "":
		x.AppTypes = append(x.AppTypes, r.Type)
	case r.Kind == "apps":
		x.Apps.add(r.ID)
	default:
		if x.Other == nil {
			x.Other = map[string]Span{}
		}
		s := x.Other[r.Kind]
		s.add(r.ID)
		x.Other[r.Kind] = s
	}
}

// String says the extent in words.
func (x Extent) String() string {
	if x.Whole {
		return "the whole org"
	}
	var parts []string
	say := func(all bool, what string, ids []string) {
		if all {
			parts = append(parts, "all "+what)
		} else if len(ids) > 0 {
			parts = append(parts, what+" "+strings.Join(ids, ", "))
		}
	}
	say(x.Users.All, "people", x.Users.IDs)
	say(false, "the people of groups", x.People)
	say(false, "the people of realms", x.Realms)
	say(x.Groups.All, "groups", x.Groups.IDs)
	say(x.Apps.All, "apps", x.Apps.IDs)
	say(false, "apps of type", x.AppTypes)
	for _, kind := range []string{"agents", "authorization_servers", "customizations", "devices", "iam", "idps", "policies", "support", "workflows"} {
		say(x.Other[kind].All, kind, x.Other[kind].IDs)
	}
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, "; ")
}
