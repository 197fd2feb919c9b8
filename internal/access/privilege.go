package access

import (
	"fmt"
	"strings"

	"sallyport/internal/errs"
	"sallyport/internal/inventory"
)

// Privilege is a right over a part of the org, and why somebody has it.
type Privilege struct {
	Permission string          `json:"permission"`
	Over       Extent          `json:"over"`
	Role       inventory.Ref   `json:"role,omitzero"` // empty for what scopes alone give
	Assignment string          `json:"assignment,omitempty"`
	Via        []inventory.Ref `json:"via,omitempty"`   // groups and owners that it comes by
	Scope      string          `json:"scope,omitempty"` // the granted scope that it needs
	// Active is false for a governed role that is to be activated first (B7).
	Active bool   `json:"active"`
	Why    string `json:"why"`
}

// Privileges is what somebody may do as an administrator.
type Privileges struct {
	Of         inventory.Ref `json:"of"`
	Privileges []Privilege   `json:"privileges"`
	// Unused are permissions that a client's roles give and its scopes do not
	// (B5), and Idle scopes that no role of his gives a right to.
	Unused []string `json:"unused,omitempty"`
	Idle   []string `json:"idle,omitempty"`
	Gaps   []Gap    `json:"gaps"`
}

// Privileges returns the effective rights of a user, group, app (a client), API
// service integration or API token. They add up over roles, direct and by groups
// (B8).
func (g *Graph) Privileges(of inventory.Ref) (Privileges, error) {
	at, ok := g.find(Node{Ref: of})
	if !ok {
		return Privileges{}, errs.New(errs.NotFound, "there is no %s %s", of.Kind, of.ID)
	}
	out := Privileges{Of: of, Gaps: g.Gaps("has_role", "granted_scope", "custom_role", "custom_role.permissions", "resource_set", "resource_set.resources", "resource_set.bindings", "member_of")}
	o := g.org
	switch of.Kind {
	case inventory.User:
		g.privilegesOfUser(&out, at)
	case inventory.Group:
		row, _ := o.groups.get(of.ID)
		g.privilegesBy(&out, row.body.roles, nil)
	case inventory.App:
		row, _ := o.apps.get(of.ID)
		g.privilegesOfClient(&out, row)
	case inventory.APIService:
		row, _ := o.services.get(of.ID)
		out.add(scoped(row.body.GrantedScopes))
	case inventory.APIToken:
		row, _ := o.tokens.get(of.ID)
		if u, known := o.users.get(row.body.UserID); known && u.body.status != "DEPROVISIONED" {
			g.privilegesOfUser(&out, u.node)
			for i := range out.Privileges {
				p := &out.Privileges[i]
				p.Via = append([]inventory.Ref{{Kind: inventory.User, ID: u.id}}, p.Via...)
				p.Why = "the token acts as " + g.title(u.node) + ": " + p.Why
			}
		}
	default:
		return out, errs.New(errs.Invalid, "a %s has no privileges", of.Kind)
	}
	return out, nil
}

func (p *Privileges) add(list []Privilege) { p.Privileges = append(p.Privileges, list...) }

func scoped(scopes []string) []Privilege {
	var out []Privilege
	for _, permission := range expand(allPermissions()).bounded(scopes).sorted() {
		scope, _ := granting(scopes, permission)
		out = append(out, Privilege{Permission: permission, Over: wholeOrg(), Scope: scope, Active: true, Why: "granted scope " + scope + "; an integration needs no role"})
	}
	return out
}

func (g *Graph) privilegesOfUser(out *Privileges, at uint32) {
	g.privilegesBy(out, g.org.users.rows[at].body.roles, nil)
	for e := g.first[at]; e < g.first[at+1]; e++ {
		if g.kind(e) != MemberOf {
			continue
		}
		if row, ok := g.org.groups.get(g.nodes[g.to[e]].ID); ok {
			g.privilegesBy(out, row.body.roles, []inventory.Ref{{Kind: inventory.Group, ID: row.id}})
		}
	}
}

func (g *Graph) privilegesBy(out *Privileges, roles []int32, via []inventory.Ref) {
	b := &builder{Graph: g, o: g.org}
	for _, at := range roles {
		a := &g.org.roles[at]
		if !a.active && !a.governed {
			continue
		}
		why := b.assigned(a)
		if holder, ok := g.find(Node{Ref: a.holder}); ok {
			why = g.title(holder) + " has " + why
		}
		if !a.active {
			why += ", which is not active now"
		}
		extent := g.org.extentOf(a)
		for _, permission := range g.org.mayOf(a.role).sorted() {
			out.Privileges = append(out.Privileges, Privilege{
				Permission: permission, Over: extent, Role: a.role, Assignment: a.id, Via: via, Active: a.active, Why: why,
			})
		}
	}
}

// privilegesOfClient is B5: what roles and scopes both allow.
func (g *Graph) privilegesOfClient(out *Privileges, a *row[app]) {
	if !active(a.body.Status) {
		return
	}
	if isWorkflows(a) {
		out.add(scoped(a.body.scopes))
		return
	}
	var all Privileges
	g.privilegesBy(&all, a.body.roles, nil)
	used, missed := map[string]bool{}, map[string]bool{}
	for _, p := range all.Privileges {
		scope, ok := granting(a.body.scopes, p.Permission)
		if !ok {
			if !missed[p.Permission] {
				missed[p.Permission] = true
				out.Unused = append(out.Unused, p.Permission)
			}
			continue
		}
		used[scope] = true
		p.Scope, p.Why = scope, fmt.Sprintf("%s, and the granted scope %s", p.Why, scope)
		out.Privileges = append(out.Privileges, p)
	}
	for _, scope := range a.body.scopes {
		if !used[scope] && strings.HasPrefix(scope, "okta.") {
			out.Idle = append(out.Idle, scope)
		}
	}
}
