package api

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/portal"
	"sallyport/internal/store"
)

var (
	_ = add("GET /api/v1/members", portal.MembersRead, doc{Summary: "The organization's people, by name"}, listMembers)
	_ = add("POST /api/v1/members", portal.MembersWrite, doc{
		Summary: "Invite somebody by mail", Status: http.StatusCreated,
		Help: "They become a member once they have opened the link of the letter, and set a name and a password if they have none here yet. Nobody grants a role that allows more than they may themselves. " +
			"Where the organization's people sign in through its identity provider this is a conflict: they are assigned there. To make a Full Admin wants a fresh proof, as changing one does.",
	}, inviteMember)
	_ = add("DELETE /api/v1/members/{id}/factors", portal.MembersWrite, doc{
		Summary: "Reset a member's second factors", Fresh: true,
		Help: "For one who has lost them: all of them and the recovery codes go, and the member's sessions end. Not for a member who may do more than the caller, nor for one of another organization as well.",
	}, resetFactors)
	_ = add("PATCH /api/v1/members/{id}", portal.MembersWrite, doc{
		Summary: "Change a member", Help: "Their roles, and whether they may sign in. Nobody grants a role that allows more than they may themselves. The last Full Admin who can sign in stays one. To make a Full Admin, or to change one, wants a fresh proof (step_up).",
	}, patchMember)
	_ = add("DELETE /api/v1/members/{id}", portal.MembersWrite, doc{
		Summary: "Remove a member", Help: "Their sessions and API tokens end. The last Full Admin who can sign in stays.",
	}, deleteMember)
	_ = add("GET /api/v1/members/{id}/sessions", portal.MembersRead, doc{Summary: "A member's sessions in the organization"}, listMemberSessions)
	_ = add("DELETE /api/v1/members/{id}/sessions", portal.SessionsWrite, doc{Summary: "End all of a member's sessions in the organization"}, endMemberSessions)
)

// Member is a person in the organization.
type Member struct {
	Person

	Roles     []MemberRole  `json:"roles" doc:"what they may do is what these allow together"`
	State     portal.State  `json:"state" doc:"pending: they have not confirmed yet that the address is theirs, and cannot come in"`
	Origin    portal.Origin `json:"origin" doc:"how they came to the organization"`
	Disabled  bool          `json:"disabled"`
	LastAdmin bool          `json:"lastAdmin,omitempty" doc:"the one Full Admin who is left and can sign in, and stays that"`
	JoinedAt  time.Time     `json:"joinedAt"`
	SeenAt    time.Time     `json:"seenAt,omitzero" doc:"the last request of a session that is open"`
}

// MemberRole is a role that a member has.
type MemberRole struct {
	ID     string            `json:"id"`
	Name   string            `json:"name"`
	Source portal.RoleSource `json:"source" doc:"where they have it from; one role may come from several"`
}

type listMembersIn struct {
	paging
	Q          string            `query:"q" max:"200" doc:"a part of the name or of the e-mail address, in any case"`
	Role       string            `query:"role" doc:"id or name of a role that they have"`
	Permission portal.Permission `query:"permission" doc:"what a role of theirs allows"`
}

func listMembers(ctx context.Context, d Deps, c portal.Caller, in listMembersIn) (Page[Member], error) {
	q, err := membersAsked(ctx, d, c, in)
	if err != nil {
		return Page[Member]{}, err
	}
	return listed(in.paging, func(after store.Place, limit int) ([]portal.Member, error) {
		q.After, q.Limit = after.ID, limit
		ms, err := d.Portal.People.List(ctx, c.Org.ID, q)
		if errs.KindOf(err) == errs.NotFound {
			return nil, badField("cursor", "with whom the page before ended is no member any more; begin with the first page again")
		}
		return ms, err
	}, func(m portal.Member) store.Place { return store.Place{ID: m.ID} }, func([]portal.Member) (func(portal.Member) Member, error) {
		last, err := d.Portal.People.LastAdmin(ctx, c.Org.ID)
		return func(m portal.Member) Member { return showMember(m, last) }, err
	})
}

func membersAsked(ctx context.Context, d Deps, c portal.Caller, in listMembersIn) (q portal.MemberQuery, err error) {
	q.Search = strings.TrimSpace(in.Q)
	switch {
	case in.Role != "" && in.Permission != "":
		return q, badField("permission", "ask for a role or for a permission, not for both")
	case in.Role != "":
		q.Roles, err = roleIDsIn(ctx, d, c, []string{in.Role})
	case in.Permission != "":
		q.Roles, err = d.Portal.People.Allowed(ctx, c.Org.ID, in.Permission)
	}
	return q, err
}

// shownMember is a member as they are now.
func shownMember(ctx context.Context, d Deps, c portal.Caller, who string) (Member, error) {
	m, err := d.Portal.People.Find(ctx, c.Org.ID, who)
	if err != nil {
		return Member{}, err
	}
	last, err := d.Portal.People.LastAdmin(ctx, c.Org.ID)
	return showMember(m, last), err
}

func showMember(m portal.Member, lastAdmin string) Member {
	return Member{
		Person{m.ID, m.Name, m.Email}, each(m.Roles, func(g portal.Grant) MemberRole { return MemberRole{g.ID, g.Name, g.Source} }),
		m.State, m.Origin, !m.DisabledAt.IsZero(), m.ID == lastAdmin, m.JoinedAt, m.SeenAt,
	}
}

type patchMemberIn struct {
	ID       string    `path:"id"`
	Roles    *[]string `json:"roles,omitempty" doc:"ids or names of all roles that they have by hand from now on; those that come from a sign-in or a push stay"`
	Disabled *bool     `json:"disabled,omitempty" doc:"true keeps them from signing in, and ends their sessions and API tokens' use"`
}

func patchMember(ctx context.Context, d Deps, c portal.Caller, in patchMemberIn) (Member, error) {
	change := portal.MemberChange{Disabled: in.Disabled}
	before, err := d.Portal.People.Find(ctx, c.Org.ID, in.ID)
	if err != nil {
		return Member{}, err
	}
	if in.Roles != nil {
		if change.Roles, err = roleIDsIn(ctx, d, c, *in.Roles); err != nil {
			return Member{}, err
		}
	}
	if err := freshForAdmin(d, c, before, change); err != nil {
		return Member{}, err
	}
	if err := d.Portal.People.SetBy(ctx, c, in.ID, change); err != nil {
		return Member{}, err
	}
	return shownMember(ctx, d, c, in.ID)
}

// roleIDsIn returns the ids of roles that stand in a request.
func roleIDsIn(ctx context.Context, d Deps, c portal.Caller, which []string) ([]string, error) {
	out := []string{}
	for _, w := range which {
		r, err := roleIn(ctx, d, c, w)
		if err != nil {
			return nil, err
		}
		out = append(out, r.ID)
	}
	return out, nil
}

// freshForAdmin wants a fresh proof of whoever makes a Full Admin, or changes one.
func freshForAdmin(d Deps, c portal.Caller, before portal.Member, change portal.MemberChange) error {
	is := slices.ContainsFunc(before.Roles, func(g portal.Grant) bool { return g.ID == portal.Admin })
	if change.Roles == nil && (!is || change.Disabled == nil) || !is && !slices.Contains(change.Roles, portal.Admin) {
		return nil
	}
	if is && change.Disabled == nil && slices.Contains(change.Roles, portal.Admin) { // stays one
		return nil
	}
	return d.Portal.Proofs.Fresh(c)
}

func resetFactors(ctx context.Context, d Deps, c portal.Caller, in idIn) (none, error) {
	before, err := d.Portal.Sessions(ctx, in.ID)
	if err != nil {
		return none{}, err
	}
	if err := d.Portal.Enrolment.Reset(ctx, c, in.ID); err != nil {
		return none{}, err
	}
	tellEnded(d, before, "")
	return none{}, nil
}

func deleteMember(ctx context.Context, d Deps, c portal.Caller, in idIn) (none, error) {
	return none{}, d.Portal.People.Remove(ctx, c.Org.ID, in.ID)
}

// memberSessions returns a member's sessions that are open in the organization.
func memberSessions(ctx context.Context, d Deps, c portal.Caller, member string) ([]portal.Session, error) {
	m, err := d.Portal.People.Find(ctx, c.Org.ID, member)
	if err != nil {
		return nil, err
	}
	all, err := d.Portal.Sessions(ctx, m.ID)
	return slices.DeleteFunc(all, func(s portal.Session) bool { return s.Org != c.Org.ID }), err
}

func listMemberSessions(ctx context.Context, d Deps, c portal.Caller, in idIn) ([]SessionEntry, error) {
	open, err := memberSessions(ctx, d, c, in.ID)
	return each(open, func(s portal.Session) SessionEntry { return showSessionEntry(s, c) }), err
}

func endMemberSessions(ctx context.Context, d Deps, c portal.Caller, in idIn) (none, error) {
	open, err := memberSessions(ctx, d, c, in.ID)
	if err != nil {
		return none{}, err
	}
	for _, s := range open {
		if err := d.Portal.EndSession(ctx, s.Account, s.ID); err != nil && errs.KindOf(err) != errs.NotFound { // or it ended by itself
			return none{}, err
		}
		d.Live.Publish(c.Org.ID, SessionEnded(s.ID))
	}
	return none{}, nil
}
