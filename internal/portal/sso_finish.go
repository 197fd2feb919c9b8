package portal

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"sallyport/internal/errs"
	"sallyport/internal/id"
)

// Finish is a browser that comes back for its session.
type Finish struct {
	Token    string // that [SSO.Receive] gave
	Browser  string // the browser's cookie; empty for none
	Session  string // token of the session that the browser has; empty for none
	Continue bool   // the person said that they go on as somebody else
}

// Finished is what became of a browser that came back.
type Finished struct {
	Org      Organization
	Token    string // of the session that was opened; empty where none was
	Caller   Caller // who is signed in
	Proved   bool   // the session that there was is proved anew
	ReturnTo string // a path of the console; empty is its first page
	Pending  string // the address that is to be confirmed first; empty where nothing is
	Asked    bool   // a letter about it was written now
	Unsent   string // why none could be
	Test     string // of which test
	Confirm  string // whom the person would go on as, where somebody else is signed in here
	Instead  string // of whom
}

// Finish lets in who comes back with a token. One that does not hold, or not for
// them, is a [RefusedError].
func (s *SSO) Finish(ctx context.Context, f Finish, from From) (Finished, error) {
	hash := hashOf(f.Token)
	a, err := s.o.Logins.Arrived(ctx, hash)
	if errs.KindOf(err) == errs.NotFound { // whose it was, and where, nobody knows
		s.o.Log.WarnContext(ctx, "sign-in refused", "check", RefusedArrival, "addr", from.Addr)
		return Finished{}, &RefusedError{Trace: Trace{Rule: string(RefusedArrival)}}
	}
	if err != nil {
		return Finished{}, fmt.Errorf("read what arrived: %w", err)
	}
	org, err := s.o.Portal.o.Organizations.Get(ctx, a.Org)
	if err != nil {
		return Finished{}, fmt.Errorf("read organization: %w", err)
	}
	e := &entry{s: s, org: org, arrival: a, hash: hash, finish: f, from: from}
	return e.finishUp(ctx)
}

// entry is somebody who comes in.
type entry struct {
	s       *SSO
	org     Organization
	arrival Arrival
	hash    string
	finish  Finish
	from    From
}

func (e *entry) refuse(ctx context.Context, rule Refused, detail, want, got string) error {
	t := Trace{Rule: string(rule), Detail: detail, Want: want, Got: got, Subject: e.arrival.NameID, Purpose: e.arrival.Request.Purpose}
	err := e.s.refuse(ctx, e.org, t, e.from)
	if e.arrival.Request.Purpose == ForTest && rule != RefusedBrowser {
		return e.s.failTest(ctx, e.arrival, t, err)
	}
	return err
}

func (e *entry) finishUp(ctx context.Context) (Finished, error) {
	a, now := e.arrival, e.s.o.Now()
	begun := a.Request.ID != ""
	switch {
	case begun && (e.finish.Browser == "" || hashOf(e.finish.Browser) != a.Request.Browser):
		return Finished{}, e.refuse(ctx, RefusedBrowser, "", "", "")
	case !now.Before(a.EndsAt):
		return Finished{}, e.refuse(ctx, RefusedArrival, "", "", "")
	case a.Request.Purpose == ForTest:
		return e.test(ctx)
	}
	live, err := e.s.o.Configs.Live(ctx, e.org.ID)
	if errs.KindOf(err) == errs.NotFound || err == nil && !live.Enabled {
		return Finished{}, e.refuse(ctx, RefusedDisabled, "", "", "")
	}
	if err != nil {
		return Finished{}, fmt.Errorf("read configuration: %w", err)
	}
	if a.Request.Purpose == ForProof {
		return e.prove(ctx)
	}
	address, ok := AddressOf(a)
	if !ok {
		return Finished{}, e.refuse(ctx, RefusedAddress, "", "an e-mail address", a.NameID)
	}
	roles := live.RolesOf(a.Groups)
	if len(roles) == 0 {
		return Finished{}, e.refuse(ctx, RefusedGroups, groupsDetail(live.SSOSettings, a), "", strings.Join(a.Groups, ", "))
	}
	if stop, err := e.otherPerson(ctx, address, begun); err != nil || stop.Confirm != "" {
		return stop, err
	}
	return e.enter(ctx, live, address, roles)
}

// prove notes that who has the browser's session has just signed in at the
// identity provider once more. No session is opened by it.
func (e *entry) prove(ctx context.Context) (Finished, error) {
	c, err := e.s.o.Portal.Look(ctx, e.finish.Session)
	_, nobody := errors.AsType[*AuthError](err)
	switch {
	case nobody || err == nil && (c.Session.Method != BySAML || c.Account.ID != e.arrival.Request.Account || c.Org.ID != e.org.ID):
		return Finished{}, e.refuse(ctx, RefusedPerson, "the session that was to be proved is not there any more", "", "")
	case err != nil:
		return Finished{}, err
	}
	err = e.s.o.Portal.o.Provings.ProveArrived(ctx, Proving{Hash: e.hash, Org: e.org.ID, Key: NameKey(e.arrival.NameID), Session: c.Session, At: e.s.o.Now()})
	switch {
	case errors.Is(err, ErrOtherPerson):
		return Finished{}, e.refuse(ctx, RefusedPerson, "", c.Account.Email, e.arrival.NameID)
	case errs.KindOf(err) == errs.NotFound: // the same browser came back twice
		return Finished{}, e.refuse(ctx, RefusedArrival, "", "", "")
	case err != nil:
		return Finished{}, fmt.Errorf("note the proof: %w", err)
	}
	return Finished{Org: e.org, Proved: true, ReturnTo: e.returnTo()}, nil
}

// groupsDetail says what came of the groups, for the administrator who reads the
// trace.
func groupsDetail(set SSOSettings, a Arrival) string {
	if len(a.Groups) == 0 {
		return fmt.Sprintf("no attribute %q came", set.GroupsAttribute)
	}
	out := []string{fmt.Sprintf("%d groups came, none of them maps to a role", len(a.Groups))}
	for _, n := range NearMisses(set, a.Groups) {
		out = append(out, fmt.Sprintf("%q came, %q is set (%s)", n.Came, n.Set, n.Why))
	}
	return strings.Join(out, "; ")
}

// otherPerson asks before somebody who is signed in here goes on as somebody else
// whom an identity provider sent by itself: it may be a trap.
func (e *entry) otherPerson(ctx context.Context, address string, begun bool) (Finished, error) {
	if begun || e.finish.Continue || e.finish.Session == "" {
		return Finished{}, nil
	}
	c, err := e.s.o.Portal.Look(ctx, e.finish.Session)
	if _, nobody := errors.AsType[*AuthError](err); nobody {
		return Finished{}, nil
	}
	if err != nil {
		return Finished{}, err
	}
	if EmailKey(c.Account.Email) == EmailKey(address) && c.Org.ID == e.org.ID {
		return Finished{}, nil
	}
	return Finished{Org: e.org, Confirm: address, Instead: c.Account.Email}, nil
}

// tries is how often somebody is let in anew whose organization's configuration
// changed meanwhile.
const tries = 3

func (e *entry) enter(ctx context.Context, live SSOConfig, address string, roles []string) (Finished, error) {
	token, now, a := newToken(), e.s.o.Now(), e.arrival
	old, carry := e.old(ctx)
	p := e.s.o.Portal
	in := Entering{
		Hash: e.hash, Arrival: a, Key: NameKey(a.NameID), Address: address, Name: NameOf(a), Version: live.Version, Roles: roles, Token: hashOf(token), Old: old, Carry: carry, At: now,
		Session: Session{ID: id.At(now), Org: e.org.ID, Method: BySAML, CreatedAt: now, SeenAt: now, EndsAt: now.Add(p.o.Absolute), Agent: shorten(e.from.Agent, 300), Addr: e.from.Addr, Until: a.Until, ProvedAt: now},
		Asked: func(org Organization, account string) (Asked, error) {
			return p.o.Asker.Ask(Confirmation{Org: org.ID, Account: account, Address: address, Origin: OriginSSO, ReturnTo: e.returnTo()}, org, NameOf(a))
		},
	}
	got, err := e.s.o.Logins.Enter(ctx, in)
	for range tries {
		if !errors.Is(err, ErrChanged) {
			break
		}
		if live, err = e.s.o.Configs.Live(ctx, e.org.ID); err != nil {
			return Finished{}, err
		}
		if in.Version, in.Roles = live.Version, live.RolesOf(a.Groups); len(in.Roles) == 0 || !live.Enabled {
			return Finished{}, e.refuse(ctx, RefusedGroups, groupsDetail(live.SSOSettings, a), "", strings.Join(a.Groups, ", "))
		}
		got, err = e.s.o.Logins.Enter(ctx, in)
	}
	if errs.KindOf(err) == errs.NotFound { // the same browser came back twice
		return Finished{}, e.refuse(ctx, RefusedArrival, "", "", "")
	}
	if err != nil {
		return Finished{}, fmt.Errorf("let in: %w", err)
	}
	return e.entered(ctx, got, token, address)
}

// entered is what the browser is told of who came in.
func (e *entry) entered(ctx context.Context, got Entered, token, address string) (Finished, error) {
	for _, x := range got.Ended {
		e.s.o.Ended(x.Org, x.ID)
	}
	switch {
	case got.Refused != "":
		return Finished{}, e.refuse(ctx, got.Refused, "", "", "")
	case got.Pending:
		return Finished{Org: e.org, Pending: address, Asked: got.Asked, Unsent: got.Unsent, ReturnTo: e.returnTo()}, nil
	}
	c, err := e.s.o.Portal.Enter(ctx, token)
	if err != nil {
		return Finished{}, err
	}
	return Finished{Org: e.org, Token: token, Caller: c, ReturnTo: e.returnTo()}, nil
}

// old returns the session that the browser has: it ends when the new one begins.
// What it may enter the new one may too where the person switches; somebody who
// signs in anew begins anew.
func (e *entry) old(ctx context.Context) (hash string, carry bool) {
	if e.finish.Session == "" {
		return "", false
	}
	if _, err := e.s.o.Portal.Look(ctx, e.finish.Session); err != nil {
		return "", false
	}
	return hashOf(e.finish.Session), e.arrival.Request.Purpose == ForSwitch
}

// returnTo is the page that was asked for, a path of this server.
func (e *entry) returnTo() string {
	if e.arrival.Request.ID != "" {
		return LocalPath(e.arrival.Request.ReturnTo)
	}
	return LocalPath(e.arrival.Relay)
}

// NameKey is the form of a NameID by which people are found in one organization.
func NameKey(nameID string) string { return strings.ToLower(strings.TrimSpace(nameID)) }

// AddressOf returns the e-mail address of somebody whom an identity provider
// named: the name itself, or else an attribute.
func AddressOf(a Arrival) (string, bool) {
	tried := []string{a.NameID}
	for _, name := range []string{"email", "mail", "emailAddress", "user.email", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress", "urn:oid:0.9.2342.19200300.100.1.3"} {
		tried = append(tried, a.Attributes[name]...)
	}
	for _, t := range tried {
		if t = strings.TrimSpace(t); CheckEmail(t) == nil {
			return t, true
		}
	}
	return "", false
}

// NameOf returns what an identity provider calls somebody; "" where it does not say.
func NameOf(a Arrival) string {
	first := func(names ...string) string {
		for _, n := range names {
			if v := a.Attributes[n]; len(v) > 0 && strings.TrimSpace(v[0]) != "" {
				return strings.TrimSpace(v[0])
			}
		}
		return ""
	}
	name := first("displayName", "name", "user.displayName")
	if name == "" {
		given, family := first("firstName", "givenName", "user.firstName"), first("lastName", "sn", "familyName", "user.lastName")
		name = strings.TrimSpace(given + " " + family)
	}
	return shorten(name, 200)
}

// ErrChanged says that the configuration is another one than the roles follow from.
var ErrChanged = errs.New(errs.Conflict, "the configuration of single sign-on was changed meanwhile")
