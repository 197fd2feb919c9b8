package api

import (
	"context"
	"net/http"

	"sallyport/internal/portal"
)

var (
	_ = add("GET /api/v1/roles", signedIn, doc{Summary: "Roles and what they allow", Help: "The builtin ones, then the organization's own."}, listRoles)
	_ = add("POST /api/v1/roles", portal.RolesWrite, doc{Summary: "Make a role", Help: "It allows nothing that its maker may not do.", Status: http.StatusCreated}, createRole)
	_ = add("PUT /api/v1/roles/{role}", portal.RolesWrite, doc{
		Summary: "Change a role", Help: "For everybody who has it, from the next request on. What is added to it, who changes it may do themselves. The builtin roles stay as they are.",
	}, putRole)
	_ = add("DELETE /api/v1/roles/{role}", portal.RolesWrite, doc{Summary: "Delete a role", Help: "One that somebody has is a conflict that says who."}, deleteRole)
	_ = add("GET /api/v1/permissions", signedIn, doc{Summary: "All permissions, and what each allows"}, listPermissions)
)

// Role is a named set of permissions.
type Role struct {
	ID          string              `json:"id"`
	Name        string              `json:"name"`
	Builtin     bool                `json:"builtin" doc:"the same in every organization; it cannot be changed"`
	Permissions []portal.Permission `json:"permissions"`
}

func showRole(r portal.Role) Role { return Role{r.ID, r.Name, r.Builtin, r.Permissions} }

func roleRef(r portal.Role) Ref { return Ref{r.ID, r.Name} }

func listRoles(ctx context.Context, d Deps, c portal.Caller, _ none) ([]Role, error) {
	rs, err := d.Portal.People.Roles(ctx, c.Org.ID)
	return each(rs, showRole), err
}

type newRoleIn struct {
	Name        string              `json:"name" min:"1" max:"100"`
	Permissions []portal.Permission `json:"permissions"`
}

func createRole(ctx context.Context, d Deps, c portal.Caller, in newRoleIn) (Role, error) {
	r, err := d.Portal.People.AddRole(ctx, c, portal.NewRole{Name: in.Name, Permissions: in.Permissions})
	return showRole(r), err
}

type putRoleIn struct {
	Role        string              `path:"role"`
	Name        string              `json:"name" min:"1" max:"100"`
	Permissions []portal.Permission `json:"permissions"`
}

func putRole(ctx context.Context, d Deps, c portal.Caller, in putRoleIn) (Role, error) {
	r, err := d.Portal.People.ChangeRole(ctx, c, in.Role, portal.NewRole{Name: in.Name, Permissions: in.Permissions})
	return showRole(r), err
}

type whichRoleIn struct {
	Role string `path:"role"`
}

func deleteRole(ctx context.Context, d Deps, c portal.Caller, in whichRoleIn) (none, error) {
	return none{}, d.Portal.People.RemoveRole(ctx, c, in.Role)
}

// PermissionEntry is a permission and what it allows.
type PermissionEntry struct {
	Permission portal.Permission `json:"permission"`
	Area       string            `json:"area" doc:"what it is about, for people"`
	Text       string            `json:"text" doc:"what it allows, for people"`
}

func listPermissions(context.Context, Deps, portal.Caller, none) ([]PermissionEntry, error) {
	return each(portal.Explained(), func(a portal.About) PermissionEntry { return PermissionEntry{a.Permission, a.Area, a.Text} }), nil
}
