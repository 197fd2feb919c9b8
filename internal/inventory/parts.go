package inventory

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"net/url"
	"slices"
	"strings"
)

// call is a request that tells more of an object: a part of it.
type call struct {
	Part   string `json:"p"` // the collection that it is of: "policy.rules"
	Target string `json:"t"`
	// Of is what the part is a part of within the object, where that is one of
	// several.
	Of string `json:"o,omitempty"`
}

// fold puts the answer to a call into an object, and says what to ask further.
// Items are the elements of a list, all of them or a page's; body is the answer
// where it is none.
type fold func(into object, c call, items []any, body any) []call

// one returns what asks for one part of an object by its id.
func one(part, target string) func(object) []call {
	return func(o object) []call { return []call{{Part: part, Target: fmt.Sprintf(target, segment(o["id"]))}} }
}

// segment returns a value as a part of a path.
func segment(v any) string {
	s, _ := v.(string)
	return url.PathEscape(s)
}

// folds returns how answers become parts. A part that is not named here is a list
// in the field that its name ends in.
func folds() map[string]fold {
	return map[string]fold{
		"org.contacts": func(o object, c call, _ []any, body any) []call {
			if id := text(body, "userId"); id != "" {
				within(o, "contacts")[c.Of] = id
			}
			return nil
		},
		"org.rateLimits": func(o object, _ call, _ []any, body any) []call {
			if settings, ok := clean(body).(object); ok { // two calls tell of it, each a field
				maps.Copy(within(o, "rateLimits"), settings)
			}
			return nil
		},
		"app.jwks": func(o object, _ call, items []any, _ any) []call { // the app has the keys, without their dates
			if len(items) > 0 {
				o["jwks"] = appended(nil, items)
			}
			return nil
		},
		"app.connection": func(o object, _ call, _ []any, body any) []call {
			o["connection"] = clean(body)
			return nil
		},
		"custom_role.permissions": func(o object, _ call, items []any, _ any) []call {
			for _, p := range items {
				if label := text(p, "label"); label != "" {
					add(o, "permissions", label)
				}
			}
			return nil
		},
		"resource_set.resources": foldResources,
		"resource_set.bindings":  foldBindings,
		"auth_server.policies":   foldServerPolicies,
		"policy.mappings": func(o object, _ call, items []any, _ any) []call {
			for _, m := range items {
				if app := mappedApp(m); app != "" {
					add(o, "mappings", app)
				}
			}
			return nil
		},
		"brand.templates": foldTemplates,
		"brand.signInPage": func(o object, _ call, _ []any, body any) []call {
			o["signInPage"] = clean(body)
			return nil
		},
		"policy.rules": func(o object, c call, items []any, _ any) []call {
			o["rules"] = byPriority(appended(o["rules"], items))
			return nil
		},
		"profile_mapping.properties": func(o object, _ call, _ []any, body any) []call {
			o["properties"] = dig(body, "properties")
			return nil
		},
	}
}

// byPriority orders rules as they are asked.
func byPriority(rules []any) []any {
	at := func(r any) int64 {
		n, _ := dig(r, "priority").(json.Number)
		i, err := n.Int64()
		if err != nil {
			return math.MaxInt64
		}
		return i
	}
	slices.SortStableFunc(rules, func(a, b any) int { return cmp.Compare(at(a), at(b)) })
	return rules
}

// plainFold appends items to the field that a part's name ends in.
func plainFold(o object, c call, items []any, _ any) []call {
	_, field, _ := strings.Cut(c.Part, ".")
	within(o, "")[field] = appended(o[field], items)
	return nil
}

func appended(list any, items []any) []any {
	all, _ := list.([]any)
	if all == nil {
		all = []any{}
	}
	for _, x := range items {
		all = append(all, clean(x))
	}
	return all
}

// within returns the object in a field, made where it is not there; the object
// itself where no field is named.
func within(o object, field string) object {
	if field == "" {
		return o
	}
	in, ok := o[field].(object)
	if !ok {
		in = object{}
		o[field] = in
	}
	return in
}

// add appends a value to the list in a field.
func add(o object, field string, v any) {
	list, _ := o[field].([]any)
	o[field] = append(list, v)
}

// element returns the object of a list whose field has a value.
func element(list any, field, value string) object {
	all, _ := list.([]any)
	for _, x := range all {
		if text(x, field) == value {
			return x.(object) //nolint:forcetypeassert // text found a field in it
		}
	}
	return nil
}

func foldResources(o object, _ call, items []any, _ any) []call {
	for _, r := range items {
		resource := object{"id": dig(r, "id")}
		if orn := text(r, "orn"); orn != "" {
			resource["orn"] = orn
		}
		for _, name := range []string{"self", "groups", "users"} { // of what kind it is, its link alone says
			if href := text(r, "_links", name, "href"); href != "" && !strings.Contains(href, "/resource-sets/") {
				resource["href"] = href
				break
			}
		}
		add(o, "resources", resource)
	}
	return nil
}

// foldBindings takes the roles of a resource set, and the members of each.
func foldBindings(o object, c call, items []any, _ any) []call {
	if c.Of == "" {
		var more []call
		for _, b := range items {
			role := text(b, "id")
			add(o, "bindings", object{"role": role, "members": []any{}})
			more = append(more, call{Part: c.Part, Of: role, Target: fmt.Sprintf("/api/v1/iam/resource-sets/%s/bindings/%s/members?limit=100", segment(o["id"]), url.PathEscape(role))})
		}
		return more
	}
	binding := element(o["bindings"], "role", c.Of)
	for _, m := range items {
		member := object{"id": dig(m, "id")}
		if kind, id := memberOf(m); id != "" {
			member["kind"], member["ref"] = string(kind), id
		}
		if binding != nil {
			add(binding, "members", member)
		}
	}
	return nil
}

// memberOf returns whom a member of a binding is, from its link or its ORN.
func memberOf(m any) (Kind, string) {
	href := text(m, "_links", "self", "href")
	if href == "" {
		href = strings.ReplaceAll(text(m, "orn"), ":", "/")
	}
	for part, kind := range map[string]Kind{"/users/": User, "/groups/": Group, "/clients/": App, "/apps/": App} {
		if strings.Contains(href, part) {
			return kind, lastOf(href)
		}
	}
	return "", ""
}

func foldServerPolicies(o object, c call, items []any, _ any) []call {
	if c.Of != "" {
		if policy := element(o["policies"], "id", c.Of); policy != nil {
			policy["rules"] = byPriority(appended(policy["rules"], items))
		}
		return nil
	}
	var more []call
	for _, p := range items {
		id := text(p, "id")
		add(o, "policies", clean(p))
		more = append(more, call{Part: c.Part, Of: id, Target: fmt.Sprintf("/api/v1/authorizationServers/%s/policies/%s/rules", segment(o["id"]), url.PathEscape(id))})
	}
	return more
}

// mappedApp returns the id of the app that a policy's mapping names.
func mappedApp(m any) string {
	for _, name := range []string{"application", "app", "authenticator"} {
		if href := text(m, "_links", name, "href"); strings.Contains(href, "/apps/") {
			return lastOf(href)
		}
	}
	return text(m, "resourceId")
}

func foldTemplates(o object, c call, items []any, body any) []call {
	if c.Of != "" {
		switch t := element(o["templates"], "name", c.Of); {
		case t == nil:
		case strings.HasSuffix(c.Target, "/default-content"):
			t["default"] = object{"subject": dig(body, "subject"), "body": dig(body, "body")}
		default:
			for _, x := range items {
				add(t, "customizations", object{"id": dig(x, "id"), "language": dig(x, "language"), "isDefault": dig(x, "isDefault"), "subject": dig(x, "subject"), "body": dig(x, "body")})
			}
		}
		return nil
	}
	var more []call
	for _, t := range items {
		name := text(t, "name")
		template := object{"name": name, "customizations": []any{}}
		if r := text(t, "_embedded", "settings", "recipients"); r != "" {
			template["recipients"] = r
		}
		add(o, "templates", template)
		if n, counted := number(dig(t, "_embedded", "customizationCount")); n > 0 || !counted {
			base := fmt.Sprintf("/api/v1/brands/%s/templates/email/%s", segment(o["id"]), url.PathEscape(name))
			more = append(more, call{Part: c.Part, Of: name, Target: base + "/customizations?limit=200"}, call{Part: c.Part, Of: name, Target: base + "/default-content"})
		}
	}
	return more
}

func moreOfOrg(object) []call {
	return []call{
		{Part: "org.contacts", Of: "BILLING", Target: "/api/v1/org/contacts/BILLING"},
		{Part: "org.contacts", Of: "TECHNICAL", Target: "/api/v1/org/contacts/TECHNICAL"},
		{Part: "org.subscriptions", Target: "/api/v1/roles/SUPER_ADMIN/subscriptions"},
		{Part: "org.rateLimits", Target: "/api/v1/rate-limit-settings/admin-notifications"},
		{Part: "org.rateLimits", Target: "/api/v1/rate-limit-settings/warning-threshold"},
	}
}

func moreOfApp(a object) []call {
	base := "/api/v1/apps/" + segment(a["id"])
	var more []call
	if features, _ := a["features"].([]any); len(features) > 0 {
		more = append(more, call{Part: "app.connection", Target: base + "/connections/default"}, call{Part: "app.provisioning", Target: base + "/features"})
	}
	if strings.HasPrefix(text(a, "signOnMode"), "SAML_") {
		more = append(more, call{Part: "app.keys", Target: base + "/credentials/keys"})
	}
	if keys, _ := a["jwks"].([]any); len(keys) > 0 {
		more = append(more, call{Part: "app.jwks", Target: base + "/credentials/jwks"})
	}
	return more
}

func moreOfResourceSet(s object) []call {
	base := "/api/v1/iam/resource-sets/" + segment(s["id"])
	return []call{{Part: "resource_set.resources", Target: base + "/resources?limit=100"}, {Part: "resource_set.bindings", Target: base + "/bindings?limit=100"}}
}

func moreOfAuthServer(s object) []call {
	base := "/api/v1/authorizationServers/" + segment(s["id"])
	return []call{
		{Part: "auth_server.policies", Target: base + "/policies"},
		{Part: "auth_server.scopes", Target: base + "/scopes"},
		{Part: "auth_server.claims", Target: base + "/claims"},
		{Part: "auth_server.keys", Target: base + "/credentials/keys"},
	}
}

func moreOfPolicy(p object) []call {
	base := "/api/v1/policies/" + segment(p["id"])
	return []call{{Part: "policy.rules", Target: base + "/rules"}, {Part: "policy.mappings", Target: base + "/mappings"}}
}

func moreOfAuthenticator(a object) []call {
	base := "/api/v1/authenticators/" + segment(a["id"])
	more := []call{{Part: "authenticator.methods", Target: base + "/methods"}}
	if text(a, "key") == "webauthn" {
		more = append(more, call{Part: "authenticator.aaguids", Target: base + "/aaguids"})
	}
	return more
}

func moreOfBrand(b object) []call {
	base := "/api/v1/brands/" + segment(b["id"])
	return []call{
		{Part: "brand.templates", Target: base + "/templates/email?limit=200&expand=settings,customizationCount"},
		{Part: "brand.signInPage", Target: base + "/pages/sign-in/customized"},
	}
}

// moreOfMapping asks for the properties of mappings between an app and people.
func moreOfMapping(m object) []call {
	from, to := text(m, "source", "type"), text(m, "target", "type")
	if (from != "appuser" || to != "user") && (from != "user" || to != "appuser") {
		return nil
	}
	return one("profile_mapping.properties", "/api/v1/mappings/%s")(m)
}
