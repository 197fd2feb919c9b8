package portal

import (
	"context"
	"fmt"
	"time"

	"sallyport/internal/errs"
)

// Link is an address that signs in whoever opens it. Its token stands behind
// the # of the address, so that no server and no log sees it.
type Link struct {
	Org     string
	Account string // that it signs in; empty where it makes the first one
	Purpose Purpose
	EndsAt  time.Time
}

// Purpose says what a link is for.
type Purpose string

// The purposes.
const (
	FirstAdmin Purpose = "first" // makes the first administrator, once
	Demo       Purpose = "demo"  // signs in as somebody, as often as wanted until its end
)

// Links keeps links, by the hash of their token.
type Links interface {
	// Add keeps a link. Earlier ones of the same purpose for the same account are
	// void. Those for the first administrator hold side by side until one is used;
	// one is a conflict where there is an account already.
	Add(ctx context.Context, hash string, l Link) error
	// Find returns a link that has not been used up.
	Find(ctx context.Context, hash string) (Link, error)
	// UseFirst uses up the links that make the first administrator, and makes them,
	// in one transaction. It is a conflict if the link was used up meanwhile, or
	// if there is an account already.
	UseFirst(ctx context.Context, hash string, a Account, m Membership) error
	// Wanted reports whether nobody has an account yet.
	Wanted(ctx context.Context) (bool, error)
	// Sweep deletes links that ended.
	Sweep(ctx context.Context, now time.Time) error
}

const (
	firstLinkFor = 24 * time.Hour
	demoLinkFor  = 30 * 24 * time.Hour
)

// FirstLink returns the token of a link that makes an organization's first
// administrator, or "" when there is an account already. Earlier links hold as
// well, until one of them is used: each of several servers shows its own.
func (p *Portal) FirstLink(ctx context.Context, org string) (string, error) {
	token, err := p.addLink(ctx, Link{Org: org, Purpose: FirstAdmin, EndsAt: p.o.Now().Add(firstLinkFor)})
	if errs.KindOf(err) == errs.Conflict {
		return "", nil
	}
	return token, err
}

// Empty reports whether nobody has an account yet: the link of the first
// administrator is the way in.
func (p *Portal) Empty(ctx context.Context) (bool, error) { return p.o.Links.Wanted(ctx) }

// DemoLink returns the token of a link that signs an account in, as often as it
// is opened until its end.
func (p *Portal) DemoLink(ctx context.Context, org, account string) (string, error) {
	return p.addLink(ctx, Link{Org: org, Account: account, Purpose: Demo, EndsAt: p.o.Now().Add(demoLinkFor)})
}

func (p *Portal) addLink(ctx context.Context, l Link) (string, error) {
	token := newToken()
	if err := p.o.Links.Add(ctx, hashOf(token), l); err != nil {
		return "", fmt.Errorf("add sign-in link: %w", err)
	}
	return token, nil
}

// UseLink signs in by a link. One for the first administrator takes their
// account from n; for any other n is passed over. It returns the token of the
// session that it opens.
func (p *Portal) UseLink(ctx context.Context, token string, n NewAccount, from From, old string) (string, Caller, error) {
	if err := p.attempts.of(from); err != nil {
		return "", Caller{}, err
	}
	hash := hashOf(token)
	l, err := p.o.Links.Find(ctx, hash)
	switch {
	case errs.KindOf(err) == errs.NotFound, err == nil && !p.o.Now().Before(l.EndsAt):
		return "", Caller{}, &AuthError{"the link is not valid: it was used already, replaced by a newer one, or has ended"}
	case err != nil:
		return "", Caller{}, fmt.Errorf("find sign-in link: %w", err)
	}
	m := Membership{Org: l.Org, Account: l.Account}
	if l.Purpose == FirstAdmin {
		if m, err = p.first(ctx, hash, l.Org, n); err != nil {
			return "", Caller{}, err
		}
	}
	p.attempts.giveBack(from)
	return p.open(ctx, m, opening{By: ByLink}, from, old)
}

// first makes the first administrator.
func (p *Portal) first(ctx context.Context, hash, org string, n NewAccount) (Membership, error) {
	a, err := p.People.account(ctx, n)
	if err != nil {
		return Membership{}, err
	}
	m := Membership{Org: org, Account: a.ID, Roles: []string{Admin}, CreatedAt: a.CreatedAt}
	if err := p.o.Links.UseFirst(ctx, hash, a, m); err != nil {
		return Membership{}, fmt.Errorf("use sign-in link: %w", err)
	}
	return m, nil
}
