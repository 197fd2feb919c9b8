package api

import (
	"context"
	"slices"
	"time"

	"sallyport/internal/live"
	"sallyport/internal/portal"
)

var (
	_ = add("GET /api/v1/invitations", portal.MembersRead, doc{Summary: "Who was invited and has not come yet", Help: "The newest first. One that has ended can be sent again."}, listInvitations)
	_ = add("POST /api/v1/invitations/{invitation}/resend", portal.MembersWrite, doc{Summary: "Send an invitation again", Help: "With a new link; the one before is void. At most every five minutes."}, resendInvitation)
	_ = add("DELETE /api/v1/invitations/{invitation}", portal.MembersWrite, doc{Summary: "Take an invitation back"}, deleteInvitation)
	_ = add("POST /api/v1/invitation", anyone, doc{Summary: "What an invitation says", Help: "To whoever has its link, in which the token stands behind the #. Looking does not use it up."}, lookAtInvitation)
	_ = add("POST /api/v1/invitation/accept", anyone, doc{
		Summary: "Become a member by an invitation", Help: "Whoever has no account yet gives a name and a password. Nobody is signed in by it: sign in after it.",
	}, acceptInvitation)
)

// Invitation is somebody who was invited and has not come yet.
type Invitation struct {
	ID        string    `json:"id"`
	Email     string    `json:"email"`
	Name      string    `json:"name" doc:"may be empty"`
	Roles     []Ref     `json:"roles" doc:"that they will have"`
	InvitedBy Ref       `json:"invitedBy"`
	CreatedAt time.Time `json:"createdAt"`
	SentAt    time.Time `json:"sentAt" doc:"when the last letter was written; see GET /api/v1/letters for what came of it"`
	EndsAt    time.Time `json:"endsAt" doc:"may be past"`
}

// showInvitations returns how invitations are shown.
func showInvitations(ctx context.Context, d Deps, c portal.Caller, is []portal.Invitation) ([]Invitation, error) {
	people, err := namesOf(ctx, d, c, each(is, func(i portal.Invitation) string { return i.InvitedBy }))
	if err != nil {
		return nil, err
	}
	roles, err := d.Portal.People.Roles(ctx, c.Org.ID)
	if err != nil {
		return nil, err
	}
	return each(is, func(i portal.Invitation) Invitation {
		refs := []Ref{}
		for _, r := range roles {
			if slices.Contains(i.Roles, r.ID) {
				refs = append(refs, roleRef(r))
			}
		}
		return Invitation{i.ID, i.Email, i.Name, refs, refTo(people, i.InvitedBy), i.CreatedAt, i.SentAt, i.EndsAt}
	}), nil
}

func showInvitation(ctx context.Context, d Deps, c portal.Caller, i portal.Invitation) (Invitation, error) {
	d.Live.Publish(c.Org.ID, live.Message{Topic: live.Letter})
	out, err := showInvitations(ctx, d, c, []portal.Invitation{i})
	if err != nil {
		return Invitation{}, err
	}
	return out[0], nil
}

func listInvitations(ctx context.Context, d Deps, c portal.Caller, _ none) ([]Invitation, error) {
	is, err := d.Portal.Inviting.List(ctx, c.Org.ID)
	if err != nil {
		return nil, err
	}
	return showInvitations(ctx, d, c, is)
}

type inviteMemberIn struct {
	Email string   `json:"email" min:"1" max:"254"`
	Name  string   `json:"name,omitempty" max:"200" doc:"how the letter greets them"`
	Roles []string `json:"roles" doc:"ids or names of the roles that they will have; may be none"`
}

func inviteMember(ctx context.Context, d Deps, c portal.Caller, in inviteMemberIn) (Invitation, error) {
	roles, err := roleIDsIn(ctx, d, c, in.Roles)
	if err == nil {
		err = freshForAdmin(d, c, portal.Member{}, portal.MemberChange{Roles: roles})
	}
	if err != nil {
		return Invitation{}, err
	}
	i, err := d.Portal.Inviting.Invite(ctx, c, portal.NewInvitation{Email: in.Email, Name: in.Name, Roles: roles})
	if err != nil {
		return Invitation{}, err
	}
	return showInvitation(ctx, d, c, i)
}

type invitationIn struct {
	ID string `path:"invitation"`
}

func resendInvitation(ctx context.Context, d Deps, c portal.Caller, in invitationIn) (Invitation, error) {
	i, err := d.Portal.Inviting.Resend(ctx, c, in.ID)
	if err != nil {
		return Invitation{}, err
	}
	return showInvitation(ctx, d, c, i)
}

func deleteInvitation(ctx context.Context, d Deps, c portal.Caller, in invitationIn) (none, error) {
	return none{}, d.Portal.Inviting.Revoke(ctx, c, in.ID)
}

// Invited is what somebody sees who has opened the link of an invitation.
type Invited struct {
	Organization string `json:"organization" doc:"its name"`
	Slug         string `json:"slug" doc:"of the organization, to sign in to it"`
	Email        string `json:"email"`
	Name         string `json:"name" doc:"as the inviter calls them; may be empty"`
	New          bool   `json:"new" doc:"there is no account of the address yet: a name and a password are wanted"`
}

func showInvited(i portal.Invited) Invited {
	return Invited{i.Organization.Name, i.Organization.Slug, i.Email, i.Name, i.Account.ID == ""}
}

func lookAtInvitation(ctx context.Context, d Deps, _ portal.Caller, in openStepIn) (Invited, error) {
	i, err := d.Portal.Inviting.Look(ctx, in.Token, in.From)
	return showInvited(i), err
}

type acceptInvitationIn struct {
	Token    string `json:"token" min:"1" max:"200"`
	Name     string `json:"name,omitempty" max:"200" doc:"of a new account"`
	Password string `json:"password,omitempty" max:"1024" doc:"of a new account: at least 12 characters"`
	From     portal.From
}

func acceptInvitation(ctx context.Context, d Deps, _ portal.Caller, in acceptInvitationIn) (Invited, error) {
	i, err := d.Portal.Inviting.Accept(ctx, in.Token, portal.NewAccount{Name: in.Name, Password: in.Password}, in.From)
	return showInvited(i), err
}
