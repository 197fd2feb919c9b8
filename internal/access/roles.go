package access

import (
	"fmt"
	"slices"
	"strings"

	"sallyport/internal/inventory"
)

// roleSteps lead from who holds a role to the role, and from the role to what
// it may do. What clients hold is bounded by their scopes, and made elsewhere.
func (b *builder) roleSteps() {
	for at := range b.o.roles {
		a := &b.o.roles[at]
		if a.holder.Kind == inventory.App {
			continue
		}
		from, ok := b.find(Node{Ref: a.holder})
		if !ok {
			continue
		}
		to := b.hub(a)
		i := info{id: a.id, change: removal(inventory.HasRole, a.holder, a.role, a.id)}
		switch {
		case a.active && a.holder.Kind == inventory.Group:
			i.kind, i.why = RoleViaGroup, fmt.Sprintf("%s has %s; %s", b.title(from), b.assigned(a), b.memberCount(a.holder.ID))
			b.sourcedRole(from, a)
		case a.active && to == b.top:
			i.kind, i.why = SuperAdminOf, fmt.Sprintf("%s has %s", b.title(from), b.assigned(a))
		case a.active:
			i.kind, i.why = HasRole, fmt.Sprintf("%s has %s", b.title(from), b.assigned(a))
		case a.governed:
			i.kind, i.why = EligibleForRole, fmt.Sprintf("%s may activate %s: it is governed, and not ACTIVE now", b.title(from), b.assigned(a))
		default:
			continue
		}
		b.step(from, to, i)
	}
}

func (b *builder) memberCount(group string) string {
	_, g, _ := b.groupNode(group)
	return fmt.Sprintf("%d members", len(g.members))
}

// assigned names a role and its assignment.
func (b *builder) assigned(a *assignment) string {
	role := a.role.ID
	if r, ok := b.o.custom.get(a.role.ID); ok && a.role.Kind == inventory.CustomRole {
		role = fmt.Sprintf("'%s' (%s)", r.name, r.id)
	}
	text := "role " + role
	if a.id != "" {
		text += " (assignment " + a.id + ")"
	}
	if a.set != "" {
		text += " over resource set " + a.set
	}
	if len(a.groups)+len(a.apps) > 0 {
		text += " with targets " + strings.Join(slices.Concat(a.groups, a.apps), ", ")
	}
	return text
}

// sourcedRole is edge 3: who edits the group where it comes from has its role.
func (b *builder) sourcedRole(group uint32, a *assignment) {
	r, _ := b.o.groups.get(a.holder.ID)
	source, ok := b.sourceOf(&r.body)
	if !ok {
		return
	}
	b.step(source, group, info{
		kind: AppSourcedRoleGroup, change: removal(inventory.HasRole, a.holder, a.role, a.id), id: a.id,
		why: fmt.Sprintf("%s is APP_GROUP of %s; %s; %d members", b.title(group), b.title(source), b.assigned(a), len(r.body.members)),
	})
}

func (b *builder) sourceOf(g *group) (uint32, bool) {
	if g.Type != "APP_GROUP" || g.Source == "" {
		return 0, false
	}
	a, ok := b.o.apps.get(g.Source)
	if !ok {
		return b.node(nodeOf(inventory.App, g.Source).as(Source), ""), true
	}
	return b.node(b.nodes[a.node].as(Source), a.name), true
}

// hub returns the node of a role as it is held, and makes what it leads to.
func (b *builder) hub(a *assignment) uint32 {
	if a.role.Kind == inventory.Role && a.role.ID == superAdmin {
		return b.top
	}
	n, name := Node{Ref: a.role}, a.role.ID
	if a.bound {
		bound, shown := a.set, *a
		if bound == "" {
			bound = strings.Join([]string{string(a.holder.Kind), a.holder.ID, a.id}, ".")
		} else {
			shown.id = "" // others may hold it, too
		}
		n = nodeOf(Binding, a.role.ID+"@"+bound)
		name = b.assigned(&shown)
	}
	if at, ok := b.find(n); ok {
		return at
	}
	at := b.node(n, name)
	b.acts(power{hub: at, role: a.role, extent: b.o.extentOf(a), may: b.o.mayOf(a.role), set: a.set})
	return at
}

// mayOf returns what a role lets its holder do.
func (o *org) mayOf(role inventory.Ref) permissions {
	if role.Kind == inventory.Role {
		return standardPermissions(role.ID)
	}
	r, ok := o.custom.get(role.ID)
	if !ok {
		return permissions{}
	}
	may := expand(r.body.Permissions)
	// B6: no custom role grants or revokes the role of super administrator, nor
	// scopes to an app (B4).
	delete(may, "okta.roles.manage")
	delete(may, "okta.appGrants.manage")
	return may
}

// extentOf returns what an assignment is over.
func (o *org) extentOf(a *assignment) Extent {
	if !a.bound {
		return wholeOrg()
	}
	var x Extent
	for _, g := range a.groups {
		x.Groups.add(g)
		x.People = append(x.People, g)
	}
	for _, target := range a.apps {
		if _, ok := o.apps.get(target); ok {
			x.Apps.add(target)
		} else {
			x.AppTypes = append(x.AppTypes, target)
		}
	}
	if a.role.Kind == inventory.Role && a.set == "" {
		return x
	}
	if set, ok := o.sets.get(a.set); ok {
		x.addSet(&set.body)
	}
	return x
}

func (x *Extent) addSet(set *resourceSetBody) {
	for _, entry := range set.Resources {
		text := entry.ORN
		if text == "" {
			text = entry.Href
		}
		if r, ok := ParseResource(text); ok {
			x.add(r)
		}
		for _, list := range entry.Conditions.Exclude {
			for _, out := range list {
				if r, ok := ParseResource(out); ok {
					x.Except = append(x.Except, r)
				}
			}
		}
	}
}

// excepts reports whether the extent leaves something out by name.
func (x Extent) excepts(kind, id, appType string) bool {
	return slices.ContainsFunc(x.Except, func(r Resource) bool {
		return r.Kind == kind && !r.People && (r.ID != "" && r.ID == id || r.Type != "" && r.Type == appType)
	})
}
