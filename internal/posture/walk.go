package posture

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"sallyport/internal/inventory"
	"sallyport/internal/value"
)

// Walk is a collection that a check may go through beside the kinds of entities.
type Walk struct {
	Name string
	Help string // what "it" is there, and what "fact" tells
	// of is the kind whose being seen in part still leaves what fails a failure.
	of   inventory.Kind
	each func(context.Context, *snapshot, func(thing) error) error
}

// thing is one object that a check looks at.
type thing struct {
	object   Object
	id       string // by which the log is asked
	it, fact *value.Object
	old      *lazy // nil where it is worked out each time
}

// lazy is what several checks ask of an object, and most objects are not asked.
type lazy struct{ ages *value.Object }

// ages tells how old the dates of the object are.
func (x thing) ages(now time.Time) *value.Object {
	if x.old == nil {
		return ages(x.it, now)
	}
	if x.old.ages == nil {
		x.old.ages = ages(x.it, now)
	}
	return x.old.ages
}

// Walks lists the collections that are worked out of entities and relations.
func Walks() []Walk {
	return []Walk{
		{"org_facts", "the org as a whole; it is empty, see `org`", "", one},
		{"admin", "users with a role, of their own or by a group; it is the user", "", eachAdmin},
		{"rule", "rules of policies; it is the rule, fact its `policy`, `policy_status`, `type`, `governs` (labels of apps), `console`, `dashboard`, `sensitive`, `in_use`, `reachable`, `shadow`, `conditional`, `system`, `access`, `steps` (factors), `resistant`, `reauth` and `idle` (minutes), `stays` (minutes, of those kept signed in), `admins` (for whom the policy decides), `admins_routed` (of IDP_DISCOVERY), `sensitive_targets` (of PROFILE_ENROLLMENT), `manages_accounts`", inventory.Policy, eachRule},
		{"role_assignment", "roles given to users, groups and clients; it is the body of has_role; fact its `role`, `label`, `permissions`, `custom`, `principal`, `principal_id`, `principal_name`, `targets` (how many)", inventory.Kind(inventory.HasRole), eachAssignment},
		{"binding", "custom roles bound over resource sets; it has `role`, `permissions`, `set`, `all` (it holds all of a kind), `principal_kind`, `principal`, `name`", inventory.ResourceSet, eachBinding},
		{"grant", "OAuth scopes granted to apps; it has `app`, `label`, `scope`, `status`, `app_status`, `service`", inventory.Kind(inventory.GrantedScope), eachGrant},
		{"push", "groups pushed to apps; it is the body of pushes_to; fact has `group`, `app`", inventory.Kind(inventory.PushesTo), eachPush},
		{"owner", "owners of groups; it has `owner`, `name`, `group`; fact is that of the group", inventory.Kind(inventory.Owns), eachOwner},
		{"mail", "the four security mails of each brand; it is the template, with `brand`, `brand_name`", inventory.Brand, eachMail},
		{"server_rule", "rules of policies of authorization servers; it is the rule; fact has `server`, `policy`, `active`, `clients`", inventory.AuthServer, eachServerRule},
		{"key", "keys of clients; it is the key, fact that of the app, with `keys` (how many are active) and `app_status`", inventory.App, eachKey},
	}
}

func (x *snapshot) walk(ctx context.Context, of string, each func(thing) error) error {
	if kind := inventory.Kind(of); kind.Valid() {
		return x.reader.Entities(ctx, kind, func(e inventory.Entity) error {
			body, err := object(e.Body)
			if err != nil {
				return fmt.Errorf("%s %s: %w", e.Kind, e.ID, err)
			}
			if !x.knows(e.Ref) { // it came while the org was read
				return nil
			}
			return each(thing{object: Object{Ref: e.Ref, Name: e.Name}, id: e.ID, it: body, fact: x.fact(kind, e.ID, body), old: &lazy{}})
		})
	}
	for _, w := range Walks() {
		if w.Name == of {
			return w.each(ctx, x, each)
		}
	}
	return fmt.Errorf("there is no collection %q", of)
}

func one(_ context.Context, _ *snapshot, each func(thing) error) error {
	return each(thing{it: value.NewObject(0), fact: value.NewObject(0)})
}

func eachAdmin(ctx context.Context, x *snapshot, each func(thing) error) error {
	return x.walk(ctx, string(inventory.User), func(t thing) error {
		if t.fact.At("admin") != true {
			return nil
		}
		return each(t)
	})
}

func eachRule(_ context.Context, x *snapshot, each func(thing) error) error {
	for _, id := range slices.Sorted(maps.Keys(x.policies)) {
		p := x.policies[id]
		var labels []string
		for _, app := range p.apps {
			labels = append(labels, x.label(app))
		}
		for _, r := range p.rules {
			fact := value.Map(
				"policy", p.name, "policy_status", p.status, "type", p.kind, "governs", list(labels), "console", p.console, "dashboard", p.dashboard,
				"sensitive", p.sensitive, "in_use", len(p.apps) > 0, "reachable", r.reachable(p), "shadow", orNull(p.named(r.shadow)), "conditional", r.conditional,
				"system", r.system, "access", r.access, "steps", r.steps, "resistant", r.resistant, "reauth", r.reauth, "idle", r.idle,
				"admins_routed", list(x.routed(p, r)), "sensitive_targets", list(x.enrolled(r)), "stays", r.stays,
				"admins", list(x.orders[id]), "manages_accounts", p.accounts(),
			)
			o := Object{Ref: inventory.Ref{Kind: inventory.Policy, ID: id}, Part: r.id, Name: p.name + ": " + r.name}
			if err := each(thing{object: o, id: r.id, it: r.body, fact: fact}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *policy) named(rule string) string {
	for _, r := range p.rules {
		if r.id == rule {
			return cmp.Or(r.name, r.id)
		}
	}
	return ""
}

func (x *snapshot) label(app string) string {
	if a := x.apps[app]; a != nil {
		return a.label
	}
	return app
}

// routed are the admins whose sign-in a rule of IDP_DISCOVERY sends elsewhere.
func (x *snapshot) routed(p *policy, r *rule) []string {
	if p.kind != "IDP_DISCOVERY" || !r.reachable(p) || !elsewhere(r.body.Object("actions").Object("idp")) {
		return nil
	}
	conditions := r.body.Object("conditions")
	patterns := objects(conditions.Object("userIdentifier").At("patterns"))
	var out []string
	for _, id := range x.admins() {
		admin := x.users[id]
		if !x.covers(conditions.Object("people"), id) {
			continue
		}
		if len(patterns) == 0 || slices.ContainsFunc(patterns, func(o *value.Object) bool { return fits(o, admin.login) }) {
			out = append(out, admin.login)
		}
	}
	return out
}

func elsewhere(idp *value.Object) bool {
	return slices.ContainsFunc(objects(idp.At("providers")), func(o *value.Object) bool { return o.Text("type") != "OKTA" })
}

// fits reports whether a pattern may match a login. What is an expression may
// match anybody.
func fits(pattern *value.Object, login string) bool {
	login, with := strings.ToLower(login), strings.ToLower(pattern.Text("value"))
	switch pattern.Text("matchType") {
	case "SUFFIX":
		return strings.HasSuffix(login, with)
	case "STARTS_WITH":
		return strings.HasPrefix(login, with)
	case "EQUALS":
		return login == with
	case "CONTAINS":
		return strings.Contains(login, with)
	}
	return true
}

// enrolled are the sensitive groups that a rule of PROFILE_ENROLLMENT puts people in.
func (x *snapshot) enrolled(r *rule) []string {
	var out []string
	for _, id := range texts(r.body.Object("actions").Object("profileEnrollment").At("targetGroupIds")) {
		if g := x.groups[id]; g != nil && g.sensitive {
			out = append(out, g.name)
		}
	}
	return out
}

func eachAssignment(_ context.Context, x *snapshot, each func(thing) error) error {
	for _, a := range x.edges {
		role := a.edge.To.ID
		label, custom := role, a.edge.To.Kind == inventory.CustomRole
		var permissions []string
		if r := x.roles[role]; r != nil {
			label, permissions = r.label, r.permissions
		}
		targets := a.body.Object("targets")
		name := x.nameOf(a.edge.From)
		fact := value.Map(
			"role", role, "label", label, "custom", custom, "permissions", list(permissions), "principal", string(a.edge.From.Kind),
			"principal_id", a.edge.From.ID, "principal_name", name, "targets", float64(len(texts(targets.At("groups")))+len(texts(targets.At("apps")))),
			"break_glass", slices.Contains(x.settings.BreakGlass, a.edge.From.ID),
		)
		o := Object{Ref: a.edge.From, Part: cmp.Or(a.edge.ID, role), Name: name + ": " + label}
		if err := each(thing{object: o, id: a.edge.From.ID, it: a.body, fact: fact}); err != nil {
			return err
		}
	}
	return nil
}

// nameOf is what people call an entity that is kept.
func (x *snapshot) nameOf(r inventory.Ref) string {
	switch r.Kind {
	case inventory.User:
		if p := x.users[r.ID]; p != nil {
			return cmp.Or(p.name, p.login)
		}
	case inventory.Group:
		if g := x.groups[r.ID]; g != nil {
			return g.name
		}
	case inventory.App:
		return x.label(r.ID)
	default:
	}
	return r.ID
}
