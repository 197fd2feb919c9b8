package portal

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"sallyport/internal/errs"
	"sallyport/internal/id"
)

// People are organizations and who is in them.
type People struct{ o *Options }

// EnsureOrganization returns the organization of a slug, making it where there is
// none.
func (p *People) EnsureOrganization(ctx context.Context, slug, name string) (Organization, error) {
	got, err := p.o.Organizations.BySlug(ctx, slug)
	if errs.KindOf(err) != errs.NotFound {
		return got, err
	}
	now := p.o.Now()
	o := Organization{ID: id.At(now), Slug: slug, Name: name, CreatedAt: now}
	if err := p.o.Organizations.Add(ctx, o); err != nil {
		return o, fmt.Errorf("add organization: %w", err)
	}
	return o, nil
}

// slugs are what organizations are called in addresses: those that Okta is given
// have no underscore.
var slugs = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

// AddOrganization makes an organization. A slug that there is already is a
// conflict.
func (p *People) AddOrganization(ctx context.Context, slug, name string) (Organization, error) {
	if !slugs.MatchString(slug) {
		return Organization{}, &FieldError{"slug", errs.New(errs.Invalid, "%.80q is no name for addresses: small letters, digits and hyphens inside, 63 at most", slug)}
	}
	if name = strings.TrimSpace(name); name == "" || len(name) > 200 {
		return Organization{}, &FieldError{"name", errs.New(errs.Invalid, "a name of at most 200 bytes is wanted")}
	}
	now := p.o.Now()
	o := Organization{ID: id.At(now), Slug: slug, Name: name, CreatedAt: now}
	if err := p.o.Organizations.AddTold(ctx, o); err != nil {
		return o, fmt.Errorf("add organization: %w", err)
	}
	return o, nil
}

// Organizations returns all organizations, by their slugs.
func (p *People) Organizations(ctx context.Context) ([]Organization, error) {
	all, err := p.o.Organizations.List(ctx)
	if err != nil {
		return nil, fmt.Errorf("list organizations: %w", err)
	}
	return all, nil
}

// NewAccount is what an account is made of.
type NewAccount struct {
	Email    string
	Name     string
	Password string
}

func (n NewAccount) check(o *Options) error {
	if err := CheckEmail(n.Email); err != nil {
		return &FieldError{"email", err}
	}
	if name := strings.TrimSpace(n.Name); name == "" || len(name) > 200 {
		return &FieldError{"name", errs.New(errs.Invalid, "a name of at most 200 bytes is wanted")}
	}
	return o.checkPassword(n.Password, n.Email, n.Name)
}

func (p *People) account(ctx context.Context, n NewAccount) (Account, error) {
	if err := n.check(p.o); err != nil {
		return Account{}, err
	}
	hash, err := p.o.Hasher.Hash(ctx, n.Password)
	if err != nil {
		return Account{}, fmt.Errorf("hash password: %w", err)
	}
	now := p.o.Now()
	return Account{ID: id.At(now), Email: strings.TrimSpace(n.Email), Name: strings.TrimSpace(n.Name), PasswordHash: hash, CreatedAt: now}, nil
}

// Add makes an account and its membership of an organization, with roles by
// their ids.
func (p *People) Add(ctx context.Context, org string, n NewAccount, roles ...string) (Account, error) {
	a, err := p.account(ctx, n)
	if err != nil {
		return Account{}, err
	}
	if err := p.o.Accounts.Join(ctx, a, Membership{Org: org, Account: a.ID, Roles: roles, CreatedAt: a.CreatedAt}); err != nil {
		return Account{}, fmt.Errorf("add member: %w", err)
	}
	return a, nil
}

// List returns people of an organization by name.
func (p *People) List(ctx context.Context, org string, q MemberQuery) ([]Member, error) {
	ms, err := p.o.Accounts.Members(ctx, org, q)
	if err != nil {
		return nil, fmt.Errorf("list members: %w", err)
	}
	return ms, nil
}

// Allowed returns the ids of the organization's roles that allow something.
func (p *People) Allowed(ctx context.Context, org string, to Permission) ([]string, error) {
	all, err := p.Roles(ctx, org)
	ids := []string{}
	for _, r := range all {
		if slices.Contains(r.Permissions, to) {
			ids = append(ids, r.ID)
		}
	}
	return ids, err
}

// LastAdmin returns the account of the one Full Admin who is left and can sign in,
// or "" where there are several.
func (p *People) LastAdmin(ctx context.Context, org string) (string, error) {
	return p.o.Roles.LastAdmin(ctx, org)
}

// Find returns a member by their e-mail address, or by their account's id.
func (p *People) Find(ctx context.Context, org, who string) (Member, error) {
	ms, err := p.List(ctx, org, MemberQuery{Who: []string{who}, Limit: 1})
	if err != nil {
		return Member{}, err
	}
	if len(ms) == 0 {
		return Member{}, errs.New(errs.NotFound, "there is no member %q", who)
	}
	return ms[0], nil
}

// MemberChange is what is changed of a member; the zero value of each leaves it.
type MemberChange struct {
	Roles    []string         // ids of all that they have by hand from now on, the others stay; nil leaves them
	May      func(Role) error // whether a role that they have not had may be granted; nil is any
	Disabled *bool            // whether the account is kept from signing in, and its sessions end
}

// Set changes a member, all of it or nothing. The last Full Admin of an
// organization who can sign in stays that: anything else is a conflict. So is
// keeping somebody from signing in who is in another organization, too.
func (p *People) Set(ctx context.Context, org, account string, c MemberChange) error {
	return p.o.Accounts.SetMember(ctx, org, account, c, p.o.Now())
}

// SetBy is Set by a caller, who grants no role that allows more than they may do.
func (p *People) SetBy(ctx context.Context, c Caller, account string, change MemberChange) error {
	change.May = c.mayGrant
	return p.Set(ctx, c.Org.ID, account, change)
}

// Remove ends a membership, and with it the member's sessions and API tokens
// there; an account that is a member nowhere else is deleted.
func (p *People) Remove(ctx context.Context, org, account string) error {
	return p.o.Accounts.RemoveMember(ctx, org, account)
}
