package portal

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/id"
)

// Role is a named set of permissions. The builtin ones are the same everywhere;
// the others are an organization's own.
type Role struct {
	ID          string
	Name        string
	Builtin     bool
	Permissions []Permission // in the order of [Permissions]
}

// Ids of the builtin roles.
const (
	Admin     = "admin"     // Full Admin: everything
	Responder = "responder" // everything but who is a member, what is connected and what the guard allows
	Analyst   = "analyst"   // look at everything, work on alerts, run flows and responses
	Builder   = "builder"   // Flow Builder: look at everything, make flows and what they need
	Auditor   = "auditor"   // look at everything, and who may do what; change nothing
)

// Builtins lists the builtin roles, the one that may do most first.
func Builtins() []Role {
	var out []Role
	for _, id := range []string{Admin, Responder, Analyst, Builder, Auditor} {
		r, _ := Builtin(id)
		out = append(out, r)
	}
	return out
}

// Builtin returns the builtin role of an id.
func Builtin(id string) (Role, bool) {
	look := []Permission{FlowsRead, FlowsDelegate, RunsRead, TablesRead, ConnectionsRead, SourcesRead, InventoryRead, EventsRead, EventsRaw, AlertsRead, RulesRead, ChannelsRead, ActionsRead, GuardRead, RemediesRead}
	switch id {
	case Admin:
		return Role{id, "Full Admin", true, Permissions()}, true
	case Responder:
		return Role{id, "Responder", true, sorted(append(look, FlowsWrite, FlowsRun, RunsCancel, TablesWrite, TemplatesInstall, SourcesWrite, InventoryWrite, PostureWrite, ActionsUndo, TokensWrite, Rehearse, AlertsWrite, ResponsesRun, RulesWrite, ChannelsWrite, RemediesRun, RemediesApprove))}, true
	case Analyst:
		return Role{id, "Analyst", true, sorted(append(look, FlowsRun, AlertsWrite, ResponsesRun))}, true
	case Builder:
		return Role{id, "Flow Builder", true, sorted(append(look, FlowsWrite, FlowsRun, RunsCancel, TablesWrite, TemplatesInstall, TokensWrite, Rehearse))}, true
	case Auditor:
		return Role{id, "Auditor", true, sorted(append(look, MembersRead, AuditRead, SSORead, SCIMRead))}, true
	}
	return Role{}, false
}

// Allows reports whether a role has a permission.
func (r Role) Allows(p Permission) bool { return slices.Contains(r.Permissions, p) }

// RoleSource says where a member has a role from.
type RoleSource string

// The sources.
const (
	Manual   RoleSource = "manual" // somebody here granted it
	FromSSO  RoleSource = "sso"    // a group of the last sign-in
	FromSCIM RoleSource = "scim"   // a group that was pushed
)

// RoleSources lists the sources.
func RoleSources() []RoleSource { return []RoleSource{Manual, FromSSO, FromSCIM} }

// Grant is a role that a member has. They may have the same one from several
// sources.
type Grant struct {
	Role

	Source RoleSource
}

// Held returns the roles of grants, each once.
func Held(gs []Grant) []Role {
	out := []Role{}
	for _, g := range gs {
		if !slices.ContainsFunc(out, func(r Role) bool { return r.ID == g.ID }) {
			out = append(out, g.Role)
		}
	}
	return out
}

// HeldBy returns the roles of a member's grants that count. What somebody here
// granted does not for one whom the identity provider signs in: who is what there
// is said by its groups.
func HeldBy(gs []Grant, managed bool) []Role {
	if !managed {
		return Held(gs)
	}
	return Held(slices.DeleteFunc(slices.Clone(gs), func(g Grant) bool { return g.Source == Manual }))
}

// Roles keeps organizations' own roles.
type Roles interface {
	// List returns an organization's own roles by name.
	List(ctx context.Context, org string) ([]Role, error)
	// Add keeps a role. Another one of its name is a conflict.
	Add(ctx context.Context, org string, r Role, at time.Time) error
	// Change replaces a role's name and permissions; check is asked about what the
	// role was, in the transaction.
	Change(ctx context.Context, org string, r Role, check func(before Role) error, at time.Time) error
	// Remove deletes a role. One that somebody has is a conflict that names them.
	Remove(ctx context.Context, org, role string) error
	// LastAdmin returns the account of the one Full Admin who is left and can sign
	// in, or "" where there are several.
	LastAdmin(ctx context.Context, org string) (string, error)
}

// NewRole is what a role of an organization's own is made of.
type NewRole struct {
	Name        string
	Permissions []Permission
}

// role returns the role that is meant.
func (n NewRole) role(id string) (Role, error) {
	name := strings.TrimSpace(n.Name)
	if name == "" || len(name) > 100 {
		return Role{}, &FieldError{"name", errs.New(errs.Invalid, "a name of at most 100 bytes is wanted")}
	}
	for _, r := range Builtins() {
		if strings.EqualFold(name, r.Name) || strings.EqualFold(name, r.ID) {
			return Role{}, &FieldError{"name", errs.New(errs.Invalid, "%q is the name of a builtin role", name)}
		}
	}
	if len(n.Permissions) == 0 {
		return Role{}, &FieldError{"permissions", errs.New(errs.Invalid, "a role allows something")}
	}
	if err := checkPermissions(n.Permissions); err != nil {
		return Role{}, err
	}
	return Role{ID: id, Name: name, Permissions: sorted(n.Permissions)}, nil
}

func checkPermissions(ps []Permission) error {
	for _, p := range ps {
		if !known(p) {
			return &FieldError{"permissions", errs.New(errs.Invalid, "there is no permission %q", p)}
		}
	}
	return nil
}

// Roles returns the roles of an organization: the builtin ones, then its own by
// name.
func (p *People) Roles(ctx context.Context, org string) ([]Role, error) {
	own, err := p.o.Roles.List(ctx, org)
	if err != nil {
		return nil, fmt.Errorf("list roles: %w", err)
	}
	return append(Builtins(), own...), nil
}

// Role returns a role of an organization by its id or its name.
func (p *People) Role(ctx context.Context, org, which string) (Role, error) {
	all, err := p.Roles(ctx, org)
	if err != nil {
		return Role{}, err
	}
	for _, r := range all {
		if r.ID == which || strings.EqualFold(r.Name, which) {
			return r, nil
		}
	}
	return Role{}, errs.New(errs.NotFound, "there is no role %q", which)
}

// AddRole makes a role of the caller's organization. It allows nothing that the
// caller may not do.
func (p *People) AddRole(ctx context.Context, c Caller, n NewRole) (Role, error) {
	now := p.o.Now()
	r, err := n.role(id.At(now))
	if err != nil {
		return r, err
	}
	if err := c.mayGrant(r); err != nil {
		return Role{}, &FieldError{"permissions", err}
	}
	return r, p.o.Roles.Add(ctx, c.Org.ID, r, now)
}

// ChangeRole replaces the name and permissions of a role of the caller's
// organization. What is added to it the caller may do themselves. It holds for
// everybody who has the role from the next request on.
func (p *People) ChangeRole(ctx context.Context, c Caller, role string, n NewRole) (Role, error) {
	if b, ok := Builtin(role); ok {
		return Role{}, errs.New(errs.Conflict, "the role %s is builtin: it stays as it is; make one of your own", b.Name)
	}
	r, err := n.role(role)
	if err != nil {
		return r, err
	}
	return r, p.o.Roles.Change(ctx, c.Org.ID, r, func(before Role) error {
		added := Role{Name: r.Name}
		for _, p := range r.Permissions {
			if !before.Allows(p) {
				added.Permissions = append(added.Permissions, p)
			}
		}
		if err := c.mayGrant(added); err != nil {
			return &FieldError{"permissions", err}
		}
		return nil
	}, p.o.Now())
}

// RemoveRole deletes a role of the caller's organization that nobody has. A flow
// that was delegated to it is so no more.
func (p *People) RemoveRole(ctx context.Context, c Caller, role string) error {
	if b, ok := Builtin(role); ok {
		return errs.New(errs.Conflict, "the role %s is builtin: it stays", b.Name)
	}
	return p.o.Roles.Remove(ctx, c.Org.ID, role)
}
