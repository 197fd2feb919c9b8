package api

import (
	"context"
	"time"

	"sallyport/internal/portal"
)

var (
	_ = add("GET /api/v1/members", portal.MembersRead, doc{Summary: "The organization's people"}, listMembers)
	_ = add("PATCH /api/v1/members/{id}", portal.MembersWrite, doc{
		Summary: "Change a member", Help: "Their role, and whether they may sign in. The last administrator stays one.",
	}, patchMember)
	_ = add("DELETE /api/v1/members/{id}", portal.MembersWrite, doc{
		Summary: "Remove a member", Help: "Their sessions and API tokens end. The last administrator stays.",
	}, deleteMember)
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
	ms, err := d.Portal.People.List(ctx, c.Org.ID)
	return each(ms, showMember), err
}

func showMember(m portal.Member) Member {
	return Member{Person{m.ID, m.Name, m.Email}, m.Role, !m.DisabledAt.IsZero(), m.JoinedAt, m.SeenAt}
}

type patchMemberIn struct {
	ID       string      `path:"id"`
	Role     portal.Role `json:"role,omitempty"`
	Disabled *bool       `json:"disabled,omitempty" doc:"true keeps them from signing in, and ends their sessions and API tokens' use"`
}

func patchMember(ctx context.Context, d Deps, c portal.Caller, in patchMemberIn) (Member, error) {
	if err := d.Portal.People.Set(ctx, c.Org.ID, in.ID, portal.MemberChange{Role: in.Role, Disabled: in.Disabled}); err != nil {
		return Member{}, err
	}
	m, err := d.Portal.People.Find(ctx, c.Org.ID, in.ID)
	return showMember(m), err
}

func deleteMember(ctx context.Context, d Deps, c portal.Caller, in idIn) (none, error) {
	return none{}, d.Portal.People.Remove(ctx, c.Org.ID, in.ID)
}

// RoleEntry is a role and what it allows.
type RoleEntry struct {
	Role        portal.Role         `json:"role"`
	Permissions []portal.Permission `json:"permissions"`
}

func listRoles(context.Context, Deps, portal.Caller, none) ([]RoleEntry, error) {
	return each(portal.Roles(), func(r portal.Role) RoleEntry { return RoleEntry{r, r.Permissions()} }), nil
}
