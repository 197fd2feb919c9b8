package portal

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/letter"
)

// Reset is a link that sets a password anew.
type Reset struct {
	Account string
	EndsAt  time.Time
}

// Resets keeps links that set passwords anew, by the hash of their token.
type Resets interface {
	// Add keeps a link in the place of the account's earlier ones, and the letter that
	// carries it, in one transaction. An empty hash keeps the letter alone.
	Add(ctx context.Context, hash string, r Reset, l letter.Letter) error
	// None tells, in the server's own audit log, of somebody who asked for an address
	// that there is not, so that it takes as long.
	None(ctx context.Context, account string) error
	// Find returns a link that was not used.
	Find(ctx context.Context, hash string) (Reset, error)
	// Use uses a link up, sets the password, and ends all sessions of the account,
	// which it returns; its other links are void. A link that was used meanwhile is not
	// found.
	Use(ctx context.Context, hash, password string, at time.Time) ([]Session, error)
	// Sweep deletes links that ended.
	Sweep(ctx context.Context, now time.Time) error
}

// resetFor is how long a link sets a password.
const resetFor = time.Hour

// Recovery lets people in again who have forgotten their password.
type Recovery struct {
	p *Portal
}

// Ask has a letter sent to an address that sets a password anew, or says whom to
// ask where an identity provider looks after it. Whether there is such an account
// shows in nothing: neither in what it returns, nor in how long it takes, most of
// which a password's hash does, as at sign-in. Its error is of kind Unavailable
// where the server sends no mail.
func (x *Recovery) Ask(ctx context.Context, email string, from From) error {
	o := &x.p.o
	if err := x.p.attempts.of(from); err != nil {
		return err
	}
	if err := mailReady(o); err != nil {
		return err
	}
	if err := CheckEmail(email); err != nil {
		return &FieldError{"email", err}
	}
	if _, _, err := o.Hasher.Verify(ctx, "", email); err != nil {
		return fmt.Errorf("take as long as any other: %w", err)
	}
	a, err := o.Accounts.ByEmail(ctx, EmailKey(email))
	if err != nil && errs.KindOf(err) != errs.NotFound {
		return fmt.Errorf("find account: %w", err)
	}
	if err != nil || !a.DisabledAt.IsZero() {
		return o.Resets.None(ctx, a.ID)
	}
	hash, l, err := x.write(ctx, a)
	if err == nil {
		err = o.Resets.Add(ctx, hash, Reset{Account: a.ID, EndsAt: o.Now().Add(resetFor)}, l)
	}
	if _, enough := errors.AsType[*letter.LimitError](err); enough { // to say so would say that there is the account
		o.Log.InfoContext(ctx, "password not reset: the address got enough letters", "account", a.ID)
		err = nil
	}
	return err
}

func mailReady(o *Options) error {
	if o.Letters == nil {
		return (&letter.Office{}).Ready()
	}
	return o.Letters.Ready()
}

// write writes the letter to an account, and returns the hash of the token in it;
// "" where an identity provider looks after the account.
func (x *Recovery) write(ctx context.Context, a Account) (string, letter.Letter, error) {
	o := &x.p.o
	by, err := o.Managing.ManagedBy(ctx, a.ID)
	if err != nil {
		return "", letter.Letter{}, fmt.Errorf("find out who looks after the account: %w", err)
	}
	ms, err := o.Accounts.Memberships(ctx, a.ID)
	if err != nil {
		return "", letter.Letter{}, fmt.Errorf("list memberships: %w", err)
	}
	m := letter.Message{Kind: letter.Managed, To: a.Email, Name: a.Name, About: namesOf(by), For: resetFor}
	if len(ms) == 1 { // else it is no organization's matter more than another's
		m.Org = ms[0].Org
	}
	hash := ""
	if len(by) == 0 {
		token := newToken()
		hash, m.Kind, m.Link = hashOf(token), letter.Reset, o.Letters.Server+"/reset#"+token
	}
	l, err := o.Letters.Write(m)
	return hash, l, err
}

// Set sets the password of the account that a link was sent to, and ends its
// sessions, which it returns. It signs nobody in: who has a second factor gives it
// at sign-in.
func (x *Recovery) Set(ctx context.Context, token, password string, from From) ([]Session, error) {
	o := &x.p.o
	if err := x.p.attempts.of(from); err != nil {
		return nil, err
	}
	r, err := o.Resets.Find(ctx, hashOf(token))
	if errs.KindOf(err) == errs.NotFound || err == nil && !o.Now().Before(r.EndsAt) {
		return nil, usedUp()
	}
	if err != nil {
		return nil, fmt.Errorf("find the link: %w", err)
	}
	a, err := o.Factors.Account(ctx, r.Account)
	if errs.KindOf(err) == errs.NotFound {
		return nil, usedUp()
	}
	if err != nil {
		return nil, fmt.Errorf("find account: %w", err)
	}
	if err := mayHavePassword(ctx, o, a.ID); err != nil {
		return nil, err
	}
	if err := o.checkPassword(password, a.Email, a.Name); err != nil {
		return nil, err
	}
	hash, err := o.Hasher.Hash(ctx, password)
	if err != nil {
		return nil, fmt.Errorf("hash password: %w", err)
	}
	ended, err := o.Resets.Use(ctx, hashOf(token), hash, o.Now())
	if errs.KindOf(err) == errs.NotFound {
		return nil, usedUp()
	}
	if err != nil {
		return nil, fmt.Errorf("set password: %w", err)
	}
	x.p.attempts.giveBack(from)
	return ended, nil
}

func usedUp() error {
	return &AuthError{"the link is not valid: it was used already, replaced by a newer one, or has ended"}
}
