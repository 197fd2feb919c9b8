package access

import (
	"fmt"
	"strings"

	"sallyport/internal/inventory"
)

// build makes all steps. The order does not matter but for hubs: roles come
// before what they are held by is passed on.
func (b *builder) build(owns, pushes []inventory.Edge) {
	b.facts()
	b.owners(owns)
	b.pushes(pushes)
	b.roleSteps()
	b.clients()
	b.services()
	b.tokens()
	b.identityProviders()
	b.appConfigs()
	b.directories()
	b.ruleSteps()
	b.hooks()
	b.people()
	b.supportAccess()
	b.superAdmin() // last: it goes to all nodes
}

func (b *builder) groupNode(id string) (uint32, *group, bool) {
	r, ok := b.o.groups.get(id)
	if !ok {
		return 0, nil, false
	}
	return r.node, &r.body, true
}

// facts are memberships and assignments of apps.
func (b *builder) facts() {
	for i := range b.o.groups.rows {
		g := &b.o.groups.rows[i]
		for _, m := range g.body.members {
			b.fact(m, g.node, MemberOf)
		}
	}
	for i := range b.o.apps.rows {
		a := &b.o.apps.rows[i]
		if !active(a.body.Status) {
			continue
		}
		for _, u := range a.body.users {
			b.fact(u, a.node, Assigned)
		}
		for _, g := range a.body.groups {
			b.fact(b.bases[0]+g, a.node, AssignedVia)
		}
	}
}

func (b *builder) owners(owns []inventory.Edge) {
	for _, e := range owns {
		to, g, ok := b.groupNode(e.To.ID)
		from, known := b.find(Node{Ref: e.From})
		if !ok || !known || g.admin || !g.editable() {
			continue
		}
		b.step(from, to, info{
			kind: AddMember, why: fmt.Sprintf("%s owns %s, which holds no role", b.title(from), b.title(to)),
			change: removal(inventory.Owns, e.From, e.To, e.ID),
		})
	}
}

func (b *builder) pushes(pushes []inventory.Edge) {
	for _, e := range pushes {
		from, _, ok := b.groupNode(e.From.ID)
		a, known := b.o.apps.get(e.To.ID)
		if !ok || !known || !active(a.body.Status) || !active(decode[statusBody](e.Body).Status) {
			continue
		}
		to := b.node(b.nodes[a.node].as(Downstream), a.name)
		b.step(from, to, info{
			kind: GroupPushReach, id: e.ID, why: fmt.Sprintf("%s is pushed to %s (mapping %s)", b.title(from), b.title(a.node), e.ID),
			change: removal(inventory.PushesTo, e.From, e.To, e.ID),
		})
	}
}

// superAdmin lets a super administrator do everything.
func (b *builder) superAdmin() {
	ends := len(b.nodes)
	all := b.node(whole(everything), "everything")
	b.fact(b.top, all, SuperAdminMay)
	for n := range ends {
		if at := uint32(n); at != b.top && !b.passed(at) && b.nodes[n].Kind != Outside && b.nodes[n].Kind != inventory.Device {
			b.fact(all, at, covers)
		}
	}
}

// supportAccess is Okta's own.
func (b *builder) supportAccess() {
	row, ok := b.o.settings.get(inventory.SupportAccess)
	if !ok {
		return
	}
	s := decode[struct{ Support, Expiration string }](row.body)
	if !strings.EqualFold(s.Support, "ENABLED") {
		return
	}
	if end := timeOf(s.Expiration); !end.IsZero() && end.Before(b.options.Now) {
		return
	}
	ref := inventory.Ref{Kind: inventory.Setting, ID: inventory.SupportAccess}
	b.step(b.node(nodeOf(Outside, "okta-support"), "Okta's support"), b.top, info{
		kind: SupportAccess, why: "setting support_access has support ENABLED" + until(s.Expiration), change: edit(ref, "support"),
	})
}

func until(text string) string {
	if text == "" {
		return ""
	}
	return ", until " + text
}

// people are steps of one person each: his manager, his device.
func (b *builder) people() {
	logins := map[string]uint32{}
	for i := range b.o.users.rows {
		u := &b.o.users.rows[i]
		if u.body.login != "" {
			logins[u.body.login] = u.node
		}
	}
	for i := range b.o.users.rows {
		u := &b.o.users.rows[i]
		if u.body.managerID == "" {
			continue
		}
		boss, ok := logins[u.body.managerID]
		if row, byID := b.o.users.get(u.body.managerID); byID {
			boss, ok = row.node, true
		}
		if ok && boss != u.node {
			b.fact(boss, u.node, Manager)
		}
	}
	for _, use := range b.o.devicesOf {
		d, known := b.o.devices.get(use.device)
		u, ok := b.o.users.get(use.user)
		if !known || !ok || use.managed || !active(d.body.Status) || !u.body.admin || !u.body.fastPass || !u.body.signsIn() {
			continue
		}
		from := b.node(nodeOf(inventory.Device, d.id), d.name)
		b.step(from, u.node, info{
			kind:   DeviceOfAdmin,
			why:    fmt.Sprintf("%s is used by %s, who holds a role and has an active signed_nonce factor; managementStatus is not MANAGED", b.title(from), b.title(u.node)),
			change: removal(inventory.UsesDevice, b.nodes[u.node].Ref, b.nodes[from].Ref, ""),
		})
	}
}

// hooks are called at hosts of others.
func (b *builder) hooks() {
	appsOf := map[string][]uint32{}
	for i := range b.o.apps.rows {
		a := &b.o.apps.rows[i]
		for _, h := range a.body.Settings.SignOn.InlineHooks {
			if active(a.body.Status) {
				appsOf[h.ID] = append(appsOf[h.ID], a.node)
			}
		}
	}
	for i := range b.o.inline.rows {
		h := &b.o.inline.rows[i]
		to, ok := b.hookHost(inventory.InlineHook, h, InlineHookControl)
		if !ok {
			continue
		}
		for _, a := range appsOf[h.id] {
			b.step(to, a, info{
				kind:   InlineHookControl,
				why:    fmt.Sprintf("%s calls %s (settings.signOn.inlineHooks): it may say who signs in", b.title(a), b.title(to)),
				change: edit(b.nodes[a].Ref, "settings.signOn.inlineHooks"),
			})
		}
	}
	for i := range b.o.hooks.rows {
		b.hookHost(inventory.EventHook, &b.o.hooks.rows[i], EventHookExfil)
	}
}

func (b *builder) hookHost(kind inventory.Kind, h *row[hookBody], step EdgeKind) (uint32, bool) {
	if !active(h.body.Status) {
		return 0, false
	}
	to := b.node(nodeOf(kind, h.id), h.name)
	uri := h.body.Channel.Config.URI
	if host := hostOf(uri); host != "" {
		b.step(b.node(nodeOf(Outside, host), host), to, info{
			kind: step, why: fmt.Sprintf("%s calls %s (channel.config.uri)", b.title(to), uri),
			change: Change{Do: Deactivate, Entity: inventory.Ref{Kind: kind, ID: h.id}},
		})
	}
	return to, true
}
