package portal

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/letter"
)

// Origin says how somebody came to an organization.
type Origin string

// The origins. The membership of who was invited is local.
const (
	OriginLocal  Origin = "local"  // somebody here added them
	OriginSSO    Origin = "sso"    // they signed in through the identity provider
	OriginSCIM   Origin = "scim"   // the identity provider pushed them
	OriginInvite Origin = "invite" // somebody here asked them in; of confirmations alone
)

// Origins lists the origins.
func Origins() []Origin { return []Origin{OriginLocal, OriginSSO, OriginSCIM, OriginInvite} }

// State says whether a membership holds.
type State string

// The states.
const (
	Active  State = "active"
	Pending State = "pending" // the person has not confirmed that the address is theirs
)

// States lists the states.
func States() []State { return []State{Active, Pending} }

const (
	// ConfirmFor is how long the link of a confirmation holds.
	ConfirmFor = 24 * time.Hour
	// ConfirmEvery is the least time between two letters about one membership.
	ConfirmEvery = 5 * time.Minute
)

// Confirmation asks the person behind a membership whether an address is theirs.
// Until they say so by the link that is written to it, the membership is pending.
type Confirmation struct {
	Org       string
	Account   string
	Address   string
	Origin    Origin
	ReturnTo  string // a path of the console, where they wanted to go; may be empty
	Letter    string // its id; empty where none is sent
	Unsent    string // why none is
	CreatedAt time.Time
	EndsAt    time.Time
}

// Asked is a confirmation that is to be kept: by the hash of its token, with the
// letter that says the token.
type Asked struct {
	Confirmation

	Hash   string
	Token  string         // for who hands it over by hand; never kept
	Letter *letter.Letter // nil where none is sent
}

// Confirmed is who has confirmed an address, and where.
type Confirmed struct {
	Org      Organization
	Account  Account
	Address  string
	Origin   Origin
	ReturnTo string
}

// Confirmations keeps confirmations. There is one at most of a membership that
// has not been used.
type Confirmations interface {
	// Ask keeps a confirmation of a pending membership in the place of an earlier
	// one, which is void from then on, with its letter. One that comes sooner than
	// [ConfirmEvery] after the earlier one is a [LimitError].
	Ask(ctx context.Context, a Asked) error
	// Use uses up a confirmation; the membership is active from then on. One that
	// was used or replaced, has ended, or there never was is not found.
	Use(ctx context.Context, hash string) (Confirmed, error)
	// Find returns the confirmation of a token, used or not, ended or not, and
	// whether the membership still waits for one.
	Find(ctx context.Context, hash string) (c Confirmation, waits bool, err error)
	// Of returns the pending membership of an account: whom to write to, and the
	// last confirmation of it.
	Of(ctx context.Context, org, account string) (Confirmation, error)
	// Open returns what an organization waits for, the newest first.
	Open(ctx context.Context, org string) ([]Confirmation, error)
}

// Asker writes to people who are to confirm an address.
type Asker struct {
	Office *letter.Office // one without a post has none written
	Server string         // the URL of this server
	Now    func() time.Time
}

// Ask makes a new confirmation and its letter, to be kept in the transaction of
// what it is about: store's Tx.AskToConfirm. Org, Account, Address, Origin and
// ReturnTo of c are the caller's; name is the person's. Where no letter can be
// written, the confirmation says why, and somebody hands the link over.
func (k *Asker) Ask(c Confirmation, org Organization, name string) (Asked, error) {
	now := k.Now()
	c.CreatedAt, c.EndsAt, c.ReturnTo = now, now.Add(ConfirmFor), LocalPath(c.ReturnTo)
	token := newToken()
	a := Asked{Confirmation: c, Hash: hashOf(token), Token: token}
	l, err := k.Office.Write(letter.Message{
		Kind: letter.Confirm, Org: org.ID, To: c.Address, Name: name, About: org.Name, Link: k.Link(token), For: ConfirmFor,
	})
	switch kind := errs.KindOf(err); {
	case kind == errs.Unavailable, kind == errs.Invalid:
		a.Unsent = errs.Message(err)
	case err != nil:
		return Asked{}, fmt.Errorf("write letter: %w", err)
	default:
		a.Letter, a.Confirmation.Letter = &l, l.ID
	}
	return a, nil
}

// Link is the address that confirms. The token stands behind the #, so that no
// server and no log sees it, and nothing that looks at links uses it up.
func (k *Asker) Link(token string) string { return k.Server + "/confirm#" + token }

// LocalPath returns a path of this server that somebody is to be sent to, or ""
// for anything that may lead elsewhere.
func LocalPath(to string) string {
	u, err := url.Parse(to)
	if err != nil || len(to) > 2000 || u.IsAbs() || u.Host != "" || !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\t\r\n") {
		return ""
	}
	if path := u.Path; strings.HasPrefix(path, "//") || strings.Contains(path, "\\") {
		return ""
	}
	return to
}

// notConfirmed is the answer to every link that does not confirm: it does not say
// whether there ever was such a one.
func notConfirmed() error {
	return errs.New(errs.NotFound, "the link is not valid: it was used already, replaced by a newer one, or has ended")
}

// Confirm uses up the link of a confirmation: the address is its owner's, and the
// membership holds. Nobody is signed in by it.
func (p *Portal) Confirm(ctx context.Context, token string, from From) (Confirmed, error) {
	if err := p.attempts.of(from); err != nil {
		return Confirmed{}, err
	}
	got, err := p.o.Confirmations.Use(ctx, hashOf(token))
	if errs.KindOf(err) == errs.NotFound {
		return Confirmed{}, notConfirmed()
	}
	if err != nil {
		return Confirmed{}, fmt.Errorf("use confirmation: %w", err)
	}
	p.attempts.giveBack(from)
	return got, nil
}

// ConfirmAgain has a new link written to the address of an old one, if it still
// waits for that. It says nothing of what came of it: whoever has no link learns
// nothing.
func (p *Portal) ConfirmAgain(ctx context.Context, token string, from From) error {
	if err := p.attempts.of(from); err != nil {
		return err
	}
	c, waits, err := p.o.Confirmations.Find(ctx, hashOf(token))
	if errs.KindOf(err) == errs.NotFound || err == nil && !waits {
		return nil
	}
	if err != nil {
		return fmt.Errorf("find confirmation: %w", err)
	}
	_, err = p.ask(ctx, c)
	if _, soon := errors.AsType[*LimitError](err); soon || errs.KindOf(err) == errs.NotFound || errs.KindOf(err) == errs.Conflict {
		return nil
	}
	return err
}

// AskAgain has a new link written to a pending member of the caller's
// organization. It is a [LimitError] too soon after the last one.
func (p *Portal) AskAgain(ctx context.Context, c Caller, account string) (Confirmation, error) {
	last, err := p.o.Confirmations.Of(ctx, c.Org.ID, account)
	if err != nil {
		return Confirmation{}, err
	}
	a, err := p.ask(ctx, last)
	return a.Confirmation, err
}

// HandOver returns a new link for a pending member of the caller's organization,
// to be given to them by hand, where the server sends no mail. Where it does, the
// link goes to the address that is in question, and to nobody else.
func (p *Portal) HandOver(ctx context.Context, c Caller, account string) (string, Confirmation, error) {
	if p.o.Asker.Office.Ready() == nil {
		return "", Confirmation{}, errs.New(errs.Conflict, "this server sends mail: have the link written to the address again")
	}
	last, err := p.o.Confirmations.Of(ctx, c.Org.ID, account)
	if err != nil {
		return "", Confirmation{}, err
	}
	a, err := p.ask(ctx, last)
	if err != nil {
		return "", Confirmation{}, err
	}
	return p.o.Asker.Link(a.Token), a.Confirmation, nil
}

// Unconfirmed returns what the caller's organization waits for.
func (p *Portal) Unconfirmed(ctx context.Context, c Caller) ([]Confirmation, error) {
	return p.o.Confirmations.Open(ctx, c.Org.ID)
}

func (p *Portal) ask(ctx context.Context, c Confirmation) (Asked, error) {
	org, err := p.o.Organizations.Get(ctx, c.Org)
	if err != nil {
		return Asked{}, fmt.Errorf("read organization: %w", err)
	}
	a, err := p.o.Asker.Ask(c, org, "")
	if err != nil {
		return Asked{}, err
	}
	return a, p.o.Confirmations.Ask(ctx, a)
}
