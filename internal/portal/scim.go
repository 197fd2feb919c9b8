package portal

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"strings"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/id"
	"sallyport/internal/letter"
)

// SCIMKey is a deprovisioning authentication secret: by it an identity provider
// speaks for an organization, and for no other.
type SCIMKey struct {
	ID        string // is part of the secret, and names it in the audit log
	Org       string
	CreatedBy string // id of the account; empty for the server's own
	CreatedAt time.Time
	EndsAt    time.Time // of one that was replaced: it is refused from then on. Zero for the present one
	Used      SCIMUse   // the last time that it was taken
	Refused   SCIMUse   // the last time that something else was, since this one was made
	Failures  int       // how often something else was
}

// SCIMUse is a request that came with a secret.
type SCIMUse struct {
	At    time.Time
	Agent string // the client's User-Agent
	Addr  string
}

// Holds reports whether a secret is taken at a time.
func (k SCIMKey) Holds(at time.Time) bool { return k.EndsAt.IsZero() || at.Before(k.EndsAt) }

// FoundKey is a key with what it takes to check a secret.
type FoundKey struct {
	SCIMKey

	Hash         string // of the whole secret
	Organization Organization
}

// SCIMKeys keeps keys. An organization has one at most that has no end.
type SCIMKeys interface {
	// Find returns a key by its id, whether it has ended or not.
	Find(ctx context.Context, id string) (FoundKey, error)
	// List returns an organization's keys, the newest first.
	List(ctx context.Context, org string) ([]SCIMKey, error)
	// Rotate puts a key in the place of the present one, which ends at a time.
	Rotate(ctx context.Context, k SCIMKey, hash string, sealed []byte, oldEnds time.Time) error
	// End ends all keys of an organization.
	End(ctx context.Context, org string, at time.Time) error
	// Reveal returns the present key with its secret, sealed, and tells of it.
	Reveal(ctx context.Context, org string) (SCIMKey, []byte, error)
	// Use notes that a key was taken.
	Use(ctx context.Context, id string, u SCIMUse) error
	// Refuse notes that something else than the present key was tried.
	Refuse(ctx context.Context, org string, u SCIMUse) error
}

// Provisioning is how identity providers prove for whom they speak.
type Provisioning struct {
	Keys          SCIMKeys
	Organizations Organizations
	Seal          letter.Keys
	Now           func() time.Time
	// Guesses bounds what one network address gets wrong; what is right is taken
	// however much it was.
	Guesses *Limiter
}

// DefaultGuesses is how often one network address may name a wrong secret.
func DefaultGuesses() Limit { return Limit{Burst: 60, Every: 5 * time.Second} }

// SCIMPrefix begins every secret, so that one that leaked is known for what it is.
const SCIMPrefix = "scim-"

const (
	base62     = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	base62Size = 43 // characters: 256 bits
)

// MaxGrace is the longest time for which a secret that was replaced may go on
// being taken.
const MaxGrace = 7 * 24 * time.Hour

func randomBase62() string {
	out := make([]byte, 0, base62Size)
	for len(out) < base62Size {
		var b [64]byte
		_, _ = rand.Read(b[:]) // crypto/rand never fails: it ends the program instead
		for _, c := range b {
			if c < 4*62 && len(out) < base62Size { // each character is as likely as the others
				out = append(out, base62[c%62])
			}
		}
	}
	return string(out)
}

func keyContext(id string) []byte { return []byte("scim key\x00" + id) }

// Rotate makes a new secret for the caller's organization. The one before is
// refused from then on, or after a grace.
func (p *Provisioning) Rotate(ctx context.Context, c Caller, grace time.Duration) (string, error) {
	if grace < 0 || grace > MaxGrace {
		return "", &FieldError{"grace", errs.New(errs.Invalid, "the old secret goes on being taken for at most %d hours", int(MaxGrace.Hours()))}
	}
	now := p.Now()
	k := SCIMKey{ID: id.Short(), Org: c.Org.ID, CreatedBy: c.Account.ID, CreatedAt: now}
	text := SCIMPrefix + k.ID + "-" + randomBase62()
	sealed, err := p.Seal.Seal([]byte(text), keyContext(k.ID))
	if err != nil {
		return "", fmt.Errorf("seal secret: %w", err)
	}
	if err := p.Keys.Rotate(ctx, k, hashOf(text), sealed, now.Add(grace)); err != nil {
		return "", fmt.Errorf("rotate secret: %w", err)
	}
	return text, nil
}

// Reveal returns the present secret of the caller's organization, to somebody who
// has just proved who they are; see [Proofs.Fresh].
func (p *Provisioning) Reveal(ctx context.Context, c Caller) (string, error) {
	k, sealed, err := p.Keys.Reveal(ctx, c.Org.ID)
	if err != nil {
		return "", err
	}
	text, err := p.Seal.Unseal(sealed, keyContext(k.ID))
	if err != nil {
		return "", fmt.Errorf("open secret: %w", err)
	}
	return string(text), nil
}

// Reseal seals a secret with the key of now.
func (p *Provisioning) Reseal(id string, sealed []byte) ([]byte, error) {
	text, err := p.Seal.Unseal(sealed, keyContext(id))
	if err != nil {
		return nil, err
	}
	return p.Seal.Seal(text, keyContext(id))
}

// Stop ends all secrets of the caller's organization: nothing is provisioned.
func (p *Provisioning) Stop(ctx context.Context, c Caller) error {
	return p.Keys.End(ctx, c.Org.ID, p.Now())
}

// List returns the keys of the caller's organization, the newest first.
func (p *Provisioning) List(ctx context.Context, c Caller) ([]SCIMKey, error) {
	return p.Keys.List(ctx, c.Org.ID)
}

// wrongSecret is the answer to every secret that is not taken: it does not say
// whether it ever was, or whose.
func wrongSecret() error {
	return &AuthError{"the secret is not valid: it is the deprovisioning authentication secret of the organization, and an earlier one is refused once it was rotated"}
}

// Admit returns the organization that a secret speaks for. With a slug, it is that
// organization's or none. Where a secret is wrong and it is known for whom it was
// meant, the organization is returned beside the error.
func (p *Provisioning) Admit(ctx context.Context, secret, slug string, from From) (FoundKey, error) {
	now := p.Now()
	keyID, _, _ := strings.Cut(strings.TrimPrefix(secret, SCIMPrefix), "-")
	k, err := p.Keys.Find(ctx, keyID)
	if err != nil && errs.KindOf(err) != errs.NotFound {
		return FoundKey{}, fmt.Errorf("find secret: %w", err)
	}
	known := err == nil
	same := subtle.ConstantTimeCompare([]byte(hashOf(secret)), []byte(k.Hash)) == 1
	if known && same && k.Holds(now) && (slug == "" || slug == k.Organization.Slug) {
		return k, p.use(ctx, k, SCIMUse{now, shorten(from.Agent, 300), from.Addr})
	}
	return p.refuse(ctx, k, slug, SCIMUse{now, shorten(from.Agent, 300), from.Addr})
}

// use notes that a key was taken: now and then, and when it is somebody else.
func (p *Provisioning) use(ctx context.Context, k FoundKey, u SCIMUse) error {
	if u.At.Sub(k.Used.At) < touchEvery && u.Agent == k.Used.Agent && u.Addr == k.Used.Addr {
		return nil
	}
	if err := p.Keys.Use(ctx, k.ID, u); err != nil {
		return fmt.Errorf("note the use of a secret: %w", err)
	}
	return nil
}

// refuse counts a secret that is not taken, for the organization that it was meant
// for.
func (p *Provisioning) refuse(ctx context.Context, k FoundKey, slug string, u SCIMUse) (FoundKey, error) {
	if err := p.Guesses.Take(addrKey(u.Addr)); err != nil {
		return FoundKey{}, err
	}
	meant := FoundKey{Organization: k.Organization}
	if slug != "" {
		o, err := p.Organizations.BySlug(ctx, slug)
		if errs.KindOf(err) != errs.NotFound && err != nil {
			return FoundKey{}, fmt.Errorf("find organization: %w", err)
		}
		meant.Organization = o
	}
	if meant.Organization.ID != "" {
		if err := p.Keys.Refuse(ctx, meant.Organization.ID, u); err != nil {
			return FoundKey{}, fmt.Errorf("note a refused secret: %w", err)
		}
	}
	return meant, wrongSecret()
}
