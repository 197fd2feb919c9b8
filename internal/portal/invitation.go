package portal

import (
	"context"
	"fmt"
	"strings"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/id"
	"sallyport/internal/letter"
)

// Invitation is somebody who may become a member: the letter to their address says
// how.
type Invitation struct {
	ID        string
	Org       string
	Email     string
	Name      string // as the inviter calls them; may be empty
	Roles     []string
	InvitedBy string // account
	CreatedAt time.Time
	SentAt    time.Time
	EndsAt    time.Time
}

// Invitations keeps invitations, with the hash of their token.
type Invitations interface {
	// Add keeps an invitation and its letter in one transaction. A member's address is
	// a conflict, and so is one that is invited already.
	Add(ctx context.Context, hash string, i Invitation, l letter.Letter) error
	// List returns an organization's invitations, the newest first; those that have
	// ended, too.
	List(ctx context.Context, org string) ([]Invitation, error)
	// Find returns the invitation of a token.
	Find(ctx context.Context, hash string) (Invitation, error)
	// Renew replaces the token of an invitation, and keeps its letter.
	Renew(ctx context.Context, hash string, i Invitation, l letter.Letter) error
	// Remove takes one back.
	Remove(ctx context.Context, org, id string) error
	// Accept uses one up, and makes the member, and the account where it is new; of two
	// who do, for one it is not found.
	Accept(ctx context.Context, hash string, a Account, isNew bool, at time.Time) error
}

const (
	invitationFor = 7 * 24 * time.Hour
	// resendEvery is how often an invitation is sent again at most.
	resendEvery = 5 * time.Minute
)

// Inviting brings people into organizations by mail.
type Inviting struct {
	p *Portal
}

// NewInvitation is what an invitation is made of.
type NewInvitation struct {
	Email string
	Name  string   // may be empty
	Roles []string // ids
}

// Invite invites somebody to the caller's organization, with roles that the caller
// may grant. Whether there is an account of the address already shows in nothing.
func (x *Inviting) Invite(ctx context.Context, c Caller, n NewInvitation) (Invitation, error) {
	o := &x.p.o
	if err := mailReady(o); err != nil {
		return Invitation{}, err
	}
	if err := CheckEmail(n.Email); err != nil {
		return Invitation{}, &FieldError{"email", err}
	}
	if managed, err := o.Managing.Manages(ctx, c.Org.ID); err != nil || managed {
		if err != nil {
			return Invitation{}, fmt.Errorf("find out how people sign in: %w", err)
		}
		return Invitation{}, errs.New(errs.Conflict, "the people of %s sign in through its identity provider: assign Sallyport to them there", c.Org.Name)
	}
	for _, which := range n.Roles {
		r, err := x.p.People.Role(ctx, c.Org.ID, which)
		if err == nil {
			err = c.mayGrant(r)
		}
		if err != nil {
			return Invitation{}, &FieldError{"roles", err}
		}
	}
	now := o.Now()
	i := Invitation{ID: id.At(now), Org: c.Org.ID, Email: strings.TrimSpace(n.Email), Name: strings.TrimSpace(n.Name), Roles: n.Roles, InvitedBy: c.Account.ID, CreatedAt: now}
	hash, l, err := x.write(c, &i)
	if err != nil {
		return Invitation{}, err
	}
	return i, o.Invitations.Add(ctx, hash, i, l)
}

// write gives an invitation a new token and a letter.
func (x *Inviting) write(c Caller, i *Invitation) (string, letter.Letter, error) {
	token := newToken()
	i.SentAt = x.p.o.Now()
	i.EndsAt = i.SentAt.Add(invitationFor)
	l, err := x.p.o.Letters.Write(letter.Message{
		Kind: letter.Invite, Org: i.Org, To: i.Email, Name: i.Name, About: c.Org.Name, Link: x.p.o.Letters.Server + "/invite#" + token, For: invitationFor,
		Facts: []letter.Fact{{Name: "Invited by", Value: c.Account.Name}},
	})
	return hashOf(token), l, err
}

// List returns the invitations to an organization that nobody has taken yet.
func (x *Inviting) List(ctx context.Context, org string) ([]Invitation, error) {
	return x.p.o.Invitations.List(ctx, org)
}

// find returns an invitation of an organization.
func (x *Inviting) find(ctx context.Context, org, invitation string) (Invitation, error) {
	all, err := x.p.o.Invitations.List(ctx, org)
	if err != nil {
		return Invitation{}, fmt.Errorf("list invitations: %w", err)
	}
	for _, i := range all {
		if i.ID == invitation {
			return i, nil
		}
	}
	return Invitation{}, errs.New(errs.NotFound, "there is no such invitation")
}

// Resend sends an invitation again, with a new link; the one before is void.
func (x *Inviting) Resend(ctx context.Context, c Caller, invitation string) (Invitation, error) {
	i, err := x.find(ctx, c.Org.ID, invitation)
	if err != nil {
		return i, err
	}
	if err := mailReady(&x.p.o); err != nil {
		return i, err
	}
	if next := i.SentAt.Add(resendEvery); x.p.o.Now().Before(next) {
		return i, &LimitError{RetryAfter: next.Sub(x.p.o.Now())}
	}
	hash, l, err := x.write(c, &i)
	if err != nil {
		return i, err
	}
	return i, x.p.o.Invitations.Renew(ctx, hash, i, l)
}

// Revoke takes an invitation back.
func (x *Inviting) Revoke(ctx context.Context, c Caller, invitation string) error {
	return x.p.o.Invitations.Remove(ctx, c.Org.ID, invitation)
}

// Invited is what somebody sees who has opened the link of an invitation.
type Invited struct {
	Invitation

	Organization Organization
	Account      Account // of the address; the zero value where there is none
}

// Look returns what an invitation says.
func (x *Inviting) Look(ctx context.Context, token string, from From) (Invited, error) {
	o := &x.p.o
	if err := x.p.attempts.of(from); err != nil {
		return Invited{}, err
	}
	i, err := o.Invitations.Find(ctx, hashOf(token))
	if errs.KindOf(err) == errs.NotFound || err == nil && !o.Now().Before(i.EndsAt) {
		return Invited{}, usedUp()
	}
	if err != nil {
		return Invited{}, fmt.Errorf("find invitation: %w", err)
	}
	x.p.attempts.giveBack(from)
	out := Invited{Invitation: i}
	if out.Organization, err = o.Organizations.Get(ctx, i.Org); err != nil {
		return out, fmt.Errorf("read organization: %w", err)
	}
	out.Account, err = o.Accounts.ByEmail(ctx, EmailKey(i.Email))
	if errs.KindOf(err) == errs.NotFound {
		err = nil
	}
	return out, err
}

// Accept makes the member whom a link was sent to: the link shows that the address
// is theirs. Who has no account yet gets one, with a name and a password; n is
// passed over for anybody else. It signs nobody in.
func (x *Inviting) Accept(ctx context.Context, token string, n NewAccount, from From) (Invited, error) {
	i, err := x.Look(ctx, token, from)
	if err != nil {
		return i, err
	}
	a, isNew := i.Account, i.Account.ID == ""
	if isNew {
		n.Email = i.Email
		if a, err = x.p.People.account(ctx, n); err != nil {
			return i, err
		}
	}
	err = x.p.o.Invitations.Accept(ctx, hashOf(token), a, isNew, x.p.o.Now())
	if errs.KindOf(err) == errs.NotFound {
		err = usedUp()
	}
	return i, err
}
