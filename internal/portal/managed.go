package portal

import (
	"context"
	"fmt"
	"strings"

	"sallyport/internal/errs"
)

// Managing says whose sign-in an identity provider looks after.
type Managing interface {
	// ManagedBy returns the organizations that an account is a member of, where each
	// of them signs its people in by its identity provider and exempts the account
	// from that in none. It is empty for an account that may have a password: one that
	// is a member of an organization that does not, or is exempt.
	ManagedBy(ctx context.Context, account string) ([]Organization, error)
	// Manages reports whether an organization's people sign in by its identity
	// provider.
	Manages(ctx context.Context, org string) (bool, error)
}

// nobodyManaged is the [Managing] of a server without identity providers.
type nobodyManaged struct{}

func (nobodyManaged) ManagedBy(context.Context, string) ([]Organization, error) { return nil, nil }

func (nobodyManaged) Manages(context.Context, string) (bool, error) { return false, nil }

// mayHavePassword refuses a password, and what goes with it, to an account that an
// identity provider looks after.
func mayHavePassword(ctx context.Context, o *Options, account string) error {
	by, err := o.Managing.ManagedBy(ctx, account)
	if err != nil {
		return fmt.Errorf("find out who looks after the account: %w", err)
	}
	if len(by) > 0 {
		return errs.New(errs.Denied, "you sign in to %s through its identity provider: there is no password of Sallyport's to set, and what you prove yourself with is looked after there", namesOf(by))
	}
	return nil
}

// ownProof refuses what counts in all of a person's organizations to who came in by
// the word of one organization's identity provider: it proves nothing about the
// others.
func ownProof(c Caller) error {
	if c.Session.Method == BySAML {
		return errs.New(errs.Denied, "this is about your sign-in to every organization, and %s's identity provider speaks for its own alone: sign in with your password", c.Org.Name)
	}
	return nil
}

// MayHavePassword reports whether an account may set, change and reset a password.
func (p *People) MayHavePassword(ctx context.Context, account string) (bool, error) {
	by, err := p.o.Managing.ManagedBy(ctx, account)
	return len(by) == 0, err
}

func namesOf(os []Organization) string {
	var out []string
	for _, o := range os {
		out = append(out, o.Name)
	}
	return strings.Join(out, ", ")
}
