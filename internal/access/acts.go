package access

import (
	"fmt"

	"sallyport/internal/inventory"
)

// power is what a hub may do: a role as it is held, a client, an integration.
type power struct {
	hub    uint32
	role   inventory.Ref // empty for what scopes alone bind
	extent Extent
	may    permissions
	set    string // resource set of a custom role
	client string // app whose scopes bind it
	scopes []string
	super  bool // no barrier holds it: a client with SUPER_ADMIN
}

// acts makes the steps of a power.
func (b *builder) acts(p power) {
	b.actOnPeople(&p)
	b.actOnGroups(&p)
	b.actOnApps(&p)
	b.actOnOrg(&p)
	b.actOnHooks(&p)
	b.actOnSets(&p)
}

// because says why a power has a permission, and how to take it away.
func (b *builder) because(p *power, kind EdgeKind, permission, what string) info {
	i := info{kind: kind, why: fmt.Sprintf("%s may %s (%s)", b.title(p.hub), what, permission)}
	switch {
	case p.client != "":
		scope, _ := granting(p.scopes, permission)
		i.why += fmt.Sprintf(": role %s and granted scope %s", p.role.ID, scope)
		i.change = removal(inventory.GrantedScope, inventory.Ref{Kind: inventory.App, ID: p.client}, inventory.Ref{Kind: inventory.Scope, ID: scope}, "")
	case p.role.Kind == "":
		scope, _ := granting(p.scopes, permission)
		i.why += ": granted scope " + scope
	case p.role.Kind == inventory.CustomRole:
		i.change = edit(p.role, "permissions."+permission)
	}
	return i
}

// pass returns a node that is passed through, and makes its ends the first time.
func (b *builder) pass(n Node, name string, ends func(from uint32)) uint32 {
	at := b.node(n, name)
	if !b.made[n] {
		b.made[n] = true
		ends(at)
	}
	return at
}

// actOnPeople are edges 9, 10, 15 and 37.
func (b *builder) actOnPeople(p *power) {
	if !p.extent.someone() {
		return
	}
	for _, x := range []struct {
		kind EdgeKind
		what string
		any  []string
	}{
		{ResetPassword, "reset passwords", []string{"okta.users.credentials.resetPassword", "okta.users.credentials.expirePassword"}},
		{TemporaryAccessCode, "give temporary access codes", []string{"okta.users.credentials.manageTemporaryAccessCode"}},
		{ResetFactors, "reset factors", []string{"okta.users.credentials.resetFactors"}},
	} {
		if permission, ok := p.may.first(x.any...); ok {
			b.overPeople(p, takeover, b.because(p, x.kind, permission, x.what))
		}
	}
	if p.may["okta.users.apitokens.manage"] {
		b.overPeople(p, takeover, b.because(p, APITokenOf, "okta.users.apitokens.manage", "manage API tokens"))
	}
	if permission, ok := p.may.first("okta.users.lifecycle.activate", "okta.users.lifecycle.unsuspend"); ok {
		b.overPeople(p, reactivate, b.because(p, DormantReactivate, permission, "switch people on again"))
	}
}

// overPeople leads from a power to the people in its extent.
func (b *builder) overPeople(p *power, aspect Aspect, i info) {
	if p.super && aspect == takeover {
		aspect = people
	}
	x := p.extent
	if len(x.Except) > 0 {
		b.overSome(p, aspect, i)
		return
	}
	if x.Users.All {
		b.step(p.hub, b.everybody(aspect), i)
		return
	}
	for _, g := range x.People {
		if at, ok := b.peopleOf(g, aspect); ok {
			b.step(p.hub, at, i)
		}
	}
	for _, realm := range x.Realms {
		b.step(p.hub, b.pass(nodeOf(inventory.Realm, realm).as(aspect), "people of realm "+realm, func(from uint32) {
			b.end(from, aspect, func(u *row[user]) bool { return u.body.realm == realm })
		}), i)
	}
	for _, id := range x.Users.IDs {
		if u, ok := b.o.users.get(id); ok && fits(&u.body, aspect) {
			b.step(p.hub, u.node, i)
		}
	}
}

// overSome leads to the people of an extent that leaves some out by name; such
// are rare, so each has a step.
func (b *builder) overSome(p *power, aspect Aspect, i info) {
	x := p.extent
	in := map[uint32]bool{}
	for _, g := range x.People {
		if _, body, ok := b.groupNode(g); ok {
			for _, m := range body.members {
				in[m] = true
			}
		}
	}
	for at := range b.o.users.rows {
		u := &b.o.users.rows[at]
		if (x.Users.has(u.id) || in[u.node]) && fits(&u.body, aspect) && !x.excepts("users", u.id, "") {
			b.step(p.hub, u.node, i)
		}
	}
}

// fits reports whether somebody is an end of what an aspect passes to: this is
// where B1 and B7 are.
func fits(u *user, aspect Aspect) bool {
	switch aspect {
	case takeover:
		return !u.admin && u.signsIn()
	case reactivate:
		return !u.admin && !u.signsIn() && u.eligible
	default:
		return u.signsIn()
	}
}

func (b *builder) everybody(aspect Aspect) uint32 {
	return b.pass(whole(aspect), "people", func(from uint32) { b.end(from, aspect, func(*row[user]) bool { return true }) })
}

func (b *builder) peopleOf(group string, aspect Aspect) (uint32, bool) {
	_, g, ok := b.groupNode(group)
	if !ok {
		return 0, false
	}
	r, _ := b.o.groups.get(group)
	return b.pass(nodeOf(inventory.Group, group).as(aspect), "people of group "+r.name, func(from uint32) {
		for _, m := range g.members {
			b.endUser(from, aspect, &b.o.users.rows[m])
		}
	}), true
}

func (b *builder) end(from uint32, aspect Aspect, in func(*row[user]) bool) {
	for i := range b.o.users.rows {
		if u := &b.o.users.rows[i]; in(u) {
			b.endUser(from, aspect, u)
		}
	}
}

func (b *builder) endUser(from uint32, aspect Aspect, u *row[user]) {
	switch {
	case !fits(&u.body, aspect):
	case aspect == takeover && u.body.owns:
		b.fact(from, u.node, ResetThenAdmin)
	default:
		b.fact(from, u.node, covers)
	}
}

// actOnGroups are edges 11, 12 and 13.
func (b *builder) actOnGroups(p *power) {
	if permission, ok := p.may.first("okta.groups.members.manage", "okta.groups.manage", "okta.users.groupMembership.manage"); ok {
		i := b.because(p, AddMember, permission, "change members of groups")
		b.overGroups(p, i)
	}
	if p.extent.Groups.All && len(p.extent.Except) == 0 && p.may["okta.groups.manage"] {
		b.step(p.hub, b.pass(whole(rules), "groups", func(from uint32) { b.endGroups(from, false) }), b.because(p, EditRule, "okta.groups.manage", "edit group rules"))
	}
	if permission, ok := p.may.first("okta.users.userprofile.manage"); ok && p.extent.someone() {
		b.step(p.hub, b.filledGroups(), b.because(p, RuleAttribute, permission, "write profiles of "+p.extent.String()))
	}
}

func (b *builder) overGroups(p *power, i info) {
	x := p.extent
	if x.Groups.All && len(x.Except) == 0 {
		aspect := members
		if p.super {
			aspect = anyMembers
		}
		b.step(p.hub, b.pass(whole(aspect), "groups", func(from uint32) { b.endGroups(from, p.super) }), i)
		return
	}
	some := x.Groups.IDs
	if x.Groups.All {
		some = nil
		for at := range b.o.groups.rows {
			some = append(some, b.o.groups.rows[at].id)
		}
	}
	for _, id := range some {
		if at, g, ok := b.groupNode(id); ok && !x.excepts("groups", id, "") && g.editable() && (p.super || !g.admin) {
			b.step(p.hub, at, i)
		}
	}
}

func (b *builder) endGroups(from uint32, super bool) {
	for i := range b.o.groups.rows {
		if g := &b.o.groups.rows[i]; g.body.editable() && (super || !g.body.admin) {
			b.fact(from, g.node, covers)
		}
	}
}
