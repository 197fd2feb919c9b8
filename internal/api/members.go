package api

import (
	"context"
	"time"

	"sallyport/internal/portal"
)

var (
	_ = add("GET /api/v1/members", portal.MembersRead, doc{Summary: "The organization's people"}, listMembers)
	_ = add("GET /api/v1/roles", signedIn, doc{Summary: "Roles and what they allow"}, listRoles)
)

// Member is a person in the organization.
type Member struct {
	Person

	Role     portal.Role `json:"role"`
	Disabled bool        `json:"disabled"`
	JoinedAt time.Time   `json:"joinedAt"`
	SeenAt   time.Time   `json:"seenAt,omitzero" doc:"the last request of a session that is open"`
}

func listMembers(ctx context.Context, d Deps, c portal.Caller, _ none) ([]Member, error) {
	ms, err := d.Portal.Members(ctx, c.Org.ID)
	return each(ms, func(m portal.Member) Member {
		return Member{Person{m.ID, m.Name, m.Email}, m.Role, !m.DisabledAt.IsZero(), m.JoinedAt, m.SeenAt}
	}), err
}

// RoleEntry is a role and what it allows.
type RoleEntry struct {
	Role        portal.Role         `json:"role"`
	Permissions []portal.Permission `json:"permissions"`
}

func listRoles(context.Context, Deps, portal.Caller, none) ([]RoleEntry, error) {
	return each(portal.Roles(), func(r portal.Role) RoleEntry { return RoleEntry{r, r.Permissions()} }), nil
}
