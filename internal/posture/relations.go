package posture

import (
	"context"
	"fmt"
	"slices"

	"sallyport/internal/inventory"
)

// superAdmin and orgAdmin are the roles that own an org.
const (
	superAdmin = "SUPER_ADMIN"
	orgAdmin   = "ORG_ADMIN"
)

func (x *snapshot) relations(ctx context.Context) error {
	for _, step := range []struct {
		relation inventory.Relation
		add      func(inventory.Edge) error
	}{
		{inventory.HasRole, x.linkRole},
		{inventory.MemberOf, x.linkMember},
		{inventory.MemberOf, x.linkAdmin},
		{inventory.AssignedVia, x.linkGroupApp},
		{inventory.Assigned, x.linkApp},
		{inventory.UsesDevice, x.linkDevice},
		{inventory.GrantedScope, x.linkScope},
	} {
		if err := x.reader.Edges(ctx, step.relation, step.add); err != nil {
			return fmt.Errorf("read %s: %w", step.relation, err)
		}
	}
	for _, g := range x.groups {
		g.sensitive = g.sensitive || len(g.roles) > 0 || slices.ContainsFunc(g.apps, func(id string) bool {
			a := x.apps[id]
			return a != nil && a.sensitive
		})
	}
	return nil
}

func (x *snapshot) linkRole(e inventory.Edge) error {
	body, err := object(e.Body)
	if err != nil {
		return fmt.Errorf("role of %s: %w", e.From.ID, err)
	}
	if body.Text("status") == "INACTIVE" {
		return nil
	}
	x.edges = append(x.edges, assignment{e, body})
	role := e.To.ID
	switch e.From.Kind {
	case inventory.User:
		if p := x.users[e.From.ID]; p != nil {
			p.give(role, "")
		}
	case inventory.Group:
		if g := x.groups[e.From.ID]; g != nil && !slices.Contains(g.roles, role) {
			g.roles = append(g.roles, role)
		}
	case inventory.App:
		if a := x.apps[e.From.ID]; a != nil {
			a.roles = append(a.roles, role)
		}
	default:
	}
	return nil
}

func (p *person) give(role, group string) {
	if !slices.Contains(p.roles, role) {
		p.roles = append(p.roles, role)
	}
	if group != "" && !slices.Contains(p.via, group) {
		p.via = append(p.via, group)
	}
}

func (x *snapshot) linkMember(e inventory.Edge) error {
	g, p := x.groups[e.To.ID], x.users[e.From.ID]
	if g == nil || p == nil {
		return nil
	}
	for _, role := range g.roles {
		p.give(role, e.To.ID)
	}
	return nil
}

// linkAdmin keeps the groups of admins, once it is known who they are.
func (x *snapshot) linkAdmin(e inventory.Edge) error {
	if p := x.users[e.From.ID]; p != nil && len(p.roles) > 0 {
		p.groups = append(p.groups, e.To.ID)
	}
	return nil
}

func (x *snapshot) linkGroupApp(e inventory.Edge) error {
	g, a := x.groups[e.From.ID], x.apps[e.To.ID]
	if a == nil {
		return nil
	}
	a.groups++
	if g != nil {
		g.apps = append(g.apps, e.To.ID)
		a.reach += g.members
		a.everyone = a.everyone || g.everyone
	}
	return nil
}

func (x *snapshot) linkApp(e inventory.Edge) error {
	a, p := x.apps[e.To.ID], x.users[e.From.ID]
	if a == nil {
		return nil
	}
	a.direct++
	if p != nil {
		p.assigned++
		if len(p.roles) > 0 {
			p.apps = append(p.apps, e.To.ID)
		}
		if len(a.features) > 0 && a.status == "ACTIVE" {
			p.feeding++
		}
	}
	return nil
}

func (x *snapshot) linkDevice(e inventory.Edge) error {
	body, err := object(e.Body)
	if err != nil {
		return fmt.Errorf("device of %s: %w", e.From.ID, err)
	}
	before, known := x.managed[e.To.ID]
	x.managed[e.To.ID] = (before || !known) && body.Text("managementStatus") == "MANAGED"
	x.devices[e.To.ID] = append(x.devices[e.To.ID], e.From.ID)
	return nil
}

func (x *snapshot) linkScope(e inventory.Edge) error {
	x.granted[e.From.ID] = append(x.granted[e.From.ID], e.To.ID)
	return nil
}

// catalogue returns the names in Okta's catalogue of the apps that an admin has.
func (x *snapshot) catalogue(p *person) []string {
	var out []string
	add := func(ids []string) {
		for _, id := range ids {
			if a := x.apps[id]; a != nil && a.status == "ACTIVE" && !slices.Contains(out, a.name) {
				out = append(out, a.name)
			}
		}
	}
	add(p.apps)
	for _, g := range p.groups {
		if c := x.groups[g]; c != nil {
			add(c.apps)
		}
	}
	slices.Sort(out)
	return out
}

// held are the classes of factors that checks tell apart.
type held struct{ some, strong, resistant int }

// classes counts the active factors of a user: some beyond password, mail and
// question, strong ones beyond SMS and calls, and those that resist phishing.
func (p *person) classes() held {
	var h held
	for _, f := range p.factors {
		switch f {
		case "webauthn", "signed_nonce", "u2f":
			h.some, h.strong, h.resistant = h.some+1, h.strong+1, h.resistant+1
		case "push", "token:hardware", "token:software:totp", "token:hotp", "token":
			h.some, h.strong = h.some+1, h.strong+1
		case "sms", "call":
			h.some++
		}
	}
	return h
}
