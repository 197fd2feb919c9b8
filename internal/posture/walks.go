package posture

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"sallyport/internal/inventory"
	"sallyport/internal/value"
)

// everything reports whether a resource is all of its kind: an address that
// names a collection and nothing within it, or an ORN that ends in a wildcard
// or in the name of a kind.
func everything(resource *value.Object) bool {
	name := strings.TrimSuffix(resource.Text("orn"), ":*")
	if href := resource.Text("href"); href != "" {
		name = href
	}
	name = name[strings.LastIndexAny(name, "/:")+1:]
	return slices.Contains([]string{"users", "groups", "apps", "iam", "customizations", "policies", "idps", "identity_providers", "api-tokens", "workflows", "devices"}, name) ||
		strings.HasSuffix(resource.Text("orn"), ":*")
}

func eachBinding(ctx context.Context, x *snapshot, each func(thing) error) error {
	return x.walk(ctx, string(inventory.ResourceSet), func(set thing) error {
		all := slices.ContainsFunc(objects(set.it.At("resources")), everything)
		for _, b := range objects(set.it.At("bindings")) {
			role := x.roles[b.Text("role")]
			if role == nil {
				role = &customRole{label: b.Text("role")}
			}
			for _, m := range objects(b.At("members")) {
				ref := inventory.Ref{Kind: inventory.Kind(m.Text("kind")), ID: m.Text("ref")}
				name := x.nameOf(ref)
				it := value.Map(
					"role", role.label, "permissions", list(role.permissions), "set", set.object.Name, "all", all,
					"principal_kind", string(ref.Kind), "principal", ref.ID, "name", name,
				)
				o := Object{Ref: set.object.Ref, Part: b.Text("role") + "." + ref.ID, Name: set.object.Name + ": " + role.label + " of " + name}
				if err := each(thing{object: o, id: ref.ID, it: it, fact: value.NewObject(0)}); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func eachGrant(ctx context.Context, x *snapshot, each func(thing) error) error {
	return x.links(ctx, inventory.GrantedScope, func(e inventory.Edge, body *value.Object) error {
		a := x.apps[e.From.ID]
		if a == nil {
			return nil
		}
		it := value.Map("app", e.From.ID, "label", a.label, "scope", e.To.ID, "status", body.Text("status"), "app_status", a.status, "service", a.service)
		o := Object{Ref: e.From, Part: e.To.ID, Name: a.label + ": " + e.To.ID}
		return each(thing{object: o, id: e.From.ID, it: it, fact: x.appFact(e.From.ID)})
	})
}

// links reads a relation with the bodies of its edges.
func (x *snapshot) links(ctx context.Context, r inventory.Relation, each func(inventory.Edge, *value.Object) error) error {
	return x.reader.Edges(ctx, r, func(e inventory.Edge) error {
		body, err := object(e.Body)
		if err != nil {
			return fmt.Errorf("%s from %s: %w", r, e.From.ID, err)
		}
		return each(e, body)
	})
}

func eachPush(ctx context.Context, x *snapshot, each func(thing) error) error {
	return x.links(ctx, inventory.PushesTo, func(e inventory.Edge, body *value.Object) error {
		group, app := x.nameOf(e.From), x.label(e.To.ID)
		o := Object{Ref: e.From, Part: e.To.ID, Name: group + " to " + app}
		return each(thing{object: o, id: e.From.ID, it: body, fact: value.Map("group", group, "app", app, "mapping", e.ID)})
	})
}

func eachOwner(ctx context.Context, x *snapshot, each func(thing) error) error {
	return x.reader.Edges(ctx, inventory.Owns, func(e inventory.Edge) error {
		if x.groups[e.To.ID] == nil {
			return nil
		}
		it := value.Map("owner", e.From.ID, "name", x.nameOf(e.From), "group", x.nameOf(e.To))
		o := Object{Ref: e.To, Part: e.From.ID, Name: x.nameOf(e.To) + ": " + x.nameOf(e.From)}
		return each(thing{object: o, id: e.From.ID, it: it, fact: x.groupFact(e.To.ID)})
	})
}

// securityMails are the templates by which people hear of what happened to
// their accounts.
func securityMails() []string {
	return []string{"NewSignOnNotification", "AuthenticatorEnrolled", "AuthenticatorReset", "PasswordChanged"}
}

func eachMail(ctx context.Context, x *snapshot, each func(thing) error) error {
	return x.walk(ctx, string(inventory.Brand), func(brand thing) error {
		templates := objects(brand.it.At("templates"))
		for _, name := range securityMails() {
			it := value.Map("name", name)
			for _, t := range templates {
				if t.Text("name") == name {
					it = t
				}
			}
			it = it.With("brand", brand.object.ID).With("brand_name", brand.object.Name)
			o := Object{Ref: brand.object.Ref, Part: name, Name: brand.object.Name + ": " + name}
			if err := each(thing{object: o, id: brand.object.ID, it: it, fact: value.NewObject(0)}); err != nil {
				return err
			}
		}
		return nil
	})
}

func eachServerRule(ctx context.Context, x *snapshot, each func(thing) error) error {
	return x.walk(ctx, string(inventory.AuthServer), func(server thing) error {
		for _, p := range objects(server.it.At("policies")) {
			for _, r := range objects(p.At("rules")) {
				active := server.it.Text("status") == "ACTIVE" && p.Text("status") == "ACTIVE" && r.Text("status") == "ACTIVE"
				fact := value.Map(
					"server", server.object.Name, "policy", p.Text("name"), "active", active,
					"clients", list(texts(p.Object("conditions").Object("clients").At("include"))),
				)
				name := server.object.Name + ": " + p.Text("name") + ": " + r.Text("name")
				o := Object{Ref: server.object.Ref, Part: r.Text("id"), Name: name}
				if err := each(thing{object: o, id: server.object.ID, it: r, fact: fact}); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func eachKey(ctx context.Context, x *snapshot, each func(thing) error) error {
	return x.walk(ctx, string(inventory.App), func(app thing) error {
		keys := clientKeys(app.it)
		active := 0
		for _, k := range keys {
			if k.Text("status") != "INACTIVE" {
				active++
			}
		}
		app.fact.Set("keys", float64(active))
		app.fact.Set("app_status", app.it.Text("status"))
		for _, k := range keys {
			kid := k.Text("kid")
			o := Object{Ref: app.object.Ref, Part: kid, Name: app.object.Name + ": " + kid}
			if err := each(thing{object: o, id: app.id, it: k, fact: app.fact}); err != nil {
				return err
			}
		}
		return nil
	})
}
