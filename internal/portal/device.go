package portal

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/letter"
)

// Devices keeps from where, and with what, people have signed in.
type Devices interface {
	// Seen notes a sign-in. One from where the account was not seen before keeps the
	// letter that tells of it, in the same transaction, unless it is the account's
	// first; nil is no letter.
	Seen(ctx context.Context, account, device string, at time.Time, l *letter.Letter) error
	// Sweep forgets what was not seen since.
	Sweep(ctx context.Context, since time.Time) error
}

// deviceFor is how long it is known from where somebody has signed in.
const deviceFor = 180 * 24 * time.Hour

// noticeFor is how long it is worth telling of a sign-in.
const noticeFor = 24 * time.Hour

// told notes a sign-in, and has its owner told where it is from elsewhere than
// before. That it could not be noted keeps nobody out.
func (o *Options) told(ctx context.Context, c Caller) {
	var l *letter.Letter
	s := c.Session
	if o.Letters != nil && o.Letters.Ready() == nil {
		w, err := o.Letters.Write(letter.Message{
			Kind: letter.SignIn, Org: c.Org.ID, To: c.Account.Email, Name: c.Account.Name, About: c.Org.Name, Link: o.Letters.Server + "/settings/account", For: noticeFor,
			Facts: []letter.Fact{{Name: "When", Value: s.CreatedAt.UTC().Format("2 January 2006, 15:04 UTC")}, {Name: "From", Value: s.Addr}, {Name: "With", Value: s.Agent}},
		})
		if err == nil {
			l = &w
		} else if errs.KindOf(err) != errs.Invalid { // an address that no letter goes to
			o.Log.WarnContext(ctx, "sign-in not told to its owner", "err", err, "account", c.Account.ID)
		}
	}
	err := o.Devices.Seen(ctx, c.Account.ID, device(s), s.CreatedAt, l)
	if _, enough := errors.AsType[*letter.LimitError](err); err != nil && !enough {
		o.Log.WarnContext(ctx, "sign-in not noted", "err", err, "account", c.Account.ID)
	}
}

// device is from where, and with what, a session was opened: the network and the
// browser, without the digits that an update changes. A hash of it is kept.
func device(s Session) string {
	agent := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '.' {
			return -1
		}
		return r
	}, s.Agent)
	return hashOf("device\x00" + network(s.Addr) + "\x00" + agent)
}

// network is the /24 of an IPv4 address, the /48 of an IPv6 one.
func network(addr string) string {
	a, err := netip.ParseAddr(addr)
	if err != nil {
		return addr
	}
	a = a.Unmap().WithZone("")
	bits := 48
	if a.Is4() {
		bits = 24
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return addr
	}
	return p.String()
}
