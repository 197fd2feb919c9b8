package portal

import (
	"context"
	"fmt"
	"strings"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/id"
)

// Token is an API token: a program's way in, on behalf of the account that made
// it. What it may do is what both its permissions and its maker's present roles
// allow.
type Token struct {
	ID        string
	Org       string
	Account   string // that made it
	Name      string
	Hint      string // the token's last four characters, to tell tokens apart
	CreatedAt time.Time
	SeenAt    time.Time // its last use; zero for never
	EndsAt    time.Time // zero for no end
	SeenAddr  string    // network address of its last use

	Permissions []Permission // in the order of [Permissions]
}

// TokenPrefix begins every API token, so that one that leaked is known for what
// it is.
const TokenPrefix = "spt_"

// Tokens keeps API tokens, by their hash.
type Tokens interface {
	Add(ctx context.Context, hash string, t Token) error
	// Find returns whose a token is, with the account, organization and roles as
	// they are now. One of a disabled account, or of no member, is not found.
	Find(ctx context.Context, hash string) (Caller, error)
	// Touch notes a use, and the network address that it came from.
	Touch(ctx context.Context, token, addr string, at time.Time) error
	// List returns the tokens of an organization, or of one account in it, the
	// newest first.
	List(ctx context.Context, org, account string) ([]Token, error)
	// Remove deletes a token of an organization; with an account, only if it is
	// that account's.
	Remove(ctx context.Context, org, account, token string) error
}

// EnterByToken returns who an API token belongs to, and notes its use.
func (p *Portal) EnterByToken(ctx context.Context, token string, from From) (Caller, error) {
	if !strings.HasPrefix(token, TokenPrefix) {
		return Caller{}, &AuthError{"the bearer token is no API token of Sallyport: those begin with " + TokenPrefix}
	}
	c, err := p.o.Tokens.Find(ctx, hashOf(token))
	now := p.o.Now()
	switch {
	case errs.KindOf(err) == errs.NotFound, err == nil && !c.Token.EndsAt.IsZero() && !now.Before(c.Token.EndsAt):
		return Caller{}, &AuthError{"the API token is not valid, or has ended"}
	case err != nil:
		return Caller{}, fmt.Errorf("find API token: %w", err)
	}
	if now.Sub(c.Token.SeenAt) >= touchEvery || c.Token.SeenAddr != from.Addr {
		if err := p.o.Tokens.Touch(ctx, c.Token.ID, from.Addr, now); err != nil {
			return Caller{}, fmt.Errorf("touch API token: %w", err)
		}
		c.Token.SeenAddr = from.Addr
	}
	return c, nil
}

// NewToken is what an API token is made of.
type NewToken struct {
	Name        string
	Permissions []Permission
	EndsAt      time.Time // zero for no end
}

// CreateToken makes an API token. The text that it returns is shown once: only
// its hash is kept. It is made in a session: one made by another token would
// outlive it.
func (p *Portal) CreateToken(ctx context.Context, c Caller, n NewToken) (string, Token, error) {
	now := p.o.Now()
	switch {
	case c.Token.ID != "":
		return "", Token{}, errs.New(errs.Denied, "an API token cannot make API tokens: sign in with e-mail address and password for that")
	case strings.TrimSpace(n.Name) == "":
		return "", Token{}, errs.New(errs.Invalid, "an API token needs a name")
	case len(n.Permissions) == 0:
		return "", Token{}, &FieldError{"permissions", errs.New(errs.Invalid, "an API token needs a permission")}
	case !n.EndsAt.IsZero() && !n.EndsAt.After(now):
		return "", Token{}, errs.New(errs.Invalid, "the API token's end has passed already")
	}
	if err := p.o.tokenLife(ctx, c, n.EndsAt); err != nil {
		return "", Token{}, err
	}
	if err := checkPermissions(n.Permissions); err != nil {
		return "", Token{}, err
	}
	if err := c.mayGrant(Role{Name: "the API token", Permissions: sorted(n.Permissions)}); err != nil {
		return "", Token{}, &FieldError{"permissions", err}
	}
	text := TokenPrefix + newToken()
	t := Token{
		ID: id.At(now), Org: c.Org.ID, Account: c.Account.ID, Name: strings.TrimSpace(n.Name), Permissions: sorted(n.Permissions), Hint: text[len(text)-4:], CreatedAt: now, EndsAt: n.EndsAt,
	}
	if err := p.o.Tokens.Add(ctx, hashOf(text), t); err != nil {
		return "", Token{}, fmt.Errorf("add API token: %w", err)
	}
	return text, t, nil
}

// tokenLife refuses an end that the organization does not allow.
func (o *Options) tokenLife(ctx context.Context, c Caller, ends time.Time) error {
	policy, err := o.Policies.Get(ctx, c.Org.ID)
	if err != nil {
		return fmt.Errorf("read how people sign in: %w", err)
	}
	if most := policy.TokenLife; most > 0 && (ends.IsZero() || ends.After(o.Now().Add(most))) {
		return &FieldError{"endsAt", errs.New(errs.Invalid, "the organization wants API tokens to end within %d days", int(most.Hours()/24))}
	}
	return nil
}

// Tokens returns the caller's API tokens, or everybody's in the organization for
// one who administers its members.
func (p *Portal) Tokens(ctx context.Context, c Caller) ([]Token, error) {
	return p.o.Tokens.List(ctx, c.Org.ID, c.ownTokens())
}

// RemoveToken ends an API token of the caller's, or of anybody in the
// organization for one who administers its members.
func (p *Portal) RemoveToken(ctx context.Context, c Caller, token string) error {
	return p.o.Tokens.Remove(ctx, c.Org.ID, c.ownTokens(), token)
}

// ownTokens is the account to whose tokens the caller is held, "" for none.
func (c Caller) ownTokens() string {
	if c.Can(MembersWrite) {
		return ""
	}
	return c.Account.ID
}
