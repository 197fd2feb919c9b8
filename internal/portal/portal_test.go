package portal_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"sallyport/internal/errs"
	"sallyport/internal/portal"
	"sallyport/internal/secret"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// bench is a portal on an empty database, with a clock that is moved by hand.
type bench struct {
	*portal.Portal

	db  *store.DB
	org portal.Organization
	mu  sync.Mutex
	at  time.Time
}

func (b *bench) now() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.at
}

func (b *bench) pass(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.at = b.at.Add(d)
}

const password = "correct horse battery"

func setup(t *testing.T, dsn string, change ...func(*portal.Options)) *bench {
	t.Helper()
	b := &bench{at: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)}
	db, err := store.Open(t.Context(), store.Options{DSN: dsn, Now: b.now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	o := options(t, db, b.now)
	for _, c := range change {
		c(&o)
	}
	b.db, b.Portal = db, portal.New(o)
	if b.org, err = b.People.EnsureOrganization(t.Context(), "acme", "Acme"); err != nil {
		t.Fatal(err)
	}
	return b
}

// options are those of a portal on a database.
func options(t *testing.T, db *store.DB, now func() time.Time) portal.Options {
	t.Helper()
	keys, err := secret.Open(filepath.Join(t.TempDir(), "keys"))
	if err != nil {
		t.Fatal(err)
	}
	return portal.Options{
		Organizations: db.Organizations, Accounts: db.Accounts, Roles: db.Roles, Sessions: db.Sessions, Tokens: db.Tokens, Links: db.Links, Confirmations: db.Confirmations,
		Factors: db.Factors, Codes: db.Codes, Steps: db.Steps, Provings: db.Sessions, Policies: db.Policies, Devices: db.Devices, Resets: db.Resets, Invitations: db.Invitations, Managing: db.Managing, Keys: keys,
		Hasher: portal.NewHasher(portal.Cost{Memory: 64, Passes: 1, Threads: 1}, 2), Now: now, Log: slog.New(slog.DiscardHandler),
	}
}

func (b *bench) member(t *testing.T, email, r string) portal.Account {
	t.Helper()
	a, err := b.People.Add(t.Context(), b.org.ID, portal.NewAccount{Email: email, Name: email, Password: password}, r)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (b *bench) disable(ctx context.Context, account string) error {
	return b.People.Set(ctx, b.org.ID, account, portal.MemberChange{Disabled: new(true)})
}

func (b *bench) signIn(t *testing.T, email string) string {
	t.Helper()
	token, _, err := b.SignIn(t.Context(), portal.Credentials{Email: email, Password: password}, portal.From{Addr: "192.0.2.1", Agent: "test"}, "")
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// is reports whether a caller has one role, of an id.
func is(c portal.Caller, role string) bool { return len(c.Roles) == 1 && c.Roles[0].ID == role }

func reading() []portal.Permission { return []portal.Permission{portal.FlowsRead} }

func isOut(err error) bool {
	_, ok := errors.AsType[*portal.AuthError](err)
	return ok
}

func TestSignIn(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		b := setup(t, dsn)
		b.member(t, "Ada@Acme.example", portal.Admin)
		gone := b.member(t, "gone@acme.example", portal.Auditor)
		if err := b.disable(t.Context(), gone.ID); err != nil {
			t.Fatal(err)
		}
		out := b.member(t, "out@acme.example", portal.Auditor)
		if err := b.People.Remove(t.Context(), b.org.ID, out.ID); err != nil {
			t.Fatal(err)
		}
		tests := map[string]struct {
			c  portal.Credentials
			ok bool
		}{
			"the right password":               {portal.Credentials{Email: "Ada@Acme.example", Password: password}, true},
			"an address in another case":       {portal.Credentials{Email: " ada@acme.EXAMPLE ", Password: password}, true},
			"the organization by its name":     {portal.Credentials{Email: "ada@acme.example", Password: password, Org: "acme"}, true},
			"another organization":             {portal.Credentials{Email: "ada@acme.example", Password: password, Org: "other"}, false},
			"a wrong password":                 {portal.Credentials{Email: "ada@acme.example", Password: password + "!"}, false},
			"no password":                      {portal.Credentials{Email: "ada@acme.example"}, false},
			"nobody":                           {portal.Credentials{Email: "eve@acme.example", Password: password}, false},
			"somebody who is disabled":         {portal.Credentials{Email: "gone@acme.example", Password: password}, false},
			"somebody who is a member no more": {portal.Credentials{Email: "out@acme.example", Password: password}, false},
		}
		said := map[string]bool{}
		for name, tt := range tests {
			t.Run(name, func(t *testing.T) {
				token, c, err := b.SignIn(t.Context(), tt.c, portal.From{Addr: "192.0.2.1"}, "")
				if !tt.ok {
					if !isOut(err) || token != "" {
						t.Fatalf("%v", err)
					}
					said[err.Error()] = true
					return
				}
				if err != nil || c.Account.Email != "Ada@Acme.example" || c.Org.ID != b.org.ID || !is(c, portal.Admin) {
					t.Fatalf("%+v %v", c, err)
				}
				if again, err := b.Enter(t.Context(), token); err != nil || again.Session.ID != c.Session.ID {
					t.Errorf("the session: %+v %v", again, err)
				}
			})
		}
		if len(said) != 1 {
			t.Errorf("refusals tell apart what was wrong: %v", said)
		}
	})
}

// Signing in takes as long for an account that there is not.
func TestUnknownAccountsTakeAsLong(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		hasher := portal.NewHasher(portal.Cost{Memory: 64, Passes: 2, Threads: 1}, 2)
		b := setup(t, dsn, func(o *portal.Options) { o.Hasher = hasher })
		b.member(t, "ada@acme.example", portal.Admin)
		for _, email := range []string{"ada@acme.example", "eve@acme.example"} {
			before := hasher.Work()
			_, _, err := b.SignIn(t.Context(), portal.Credentials{Email: email, Password: "not the password"}, portal.From{Addr: "192.0.2.1"}, "")
			if work := hasher.Work() - before; !isOut(err) || work != 64*2 {
				t.Errorf("%s: %v after the work of %d", email, err, work)
			}
		}
	})
}

func TestTooManyAttempts(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		limits := portal.Limits{
			Pair: portal.Limit{Burst: 3, Every: time.Minute}, Addr: portal.Limit{Burst: 5, Every: 10 * time.Second}, Account: portal.Limit{Burst: 1000, Every: time.Second},
		}
		b := setup(t, dsn, func(o *portal.Options) { o.Limits = limits })
		b.member(t, "ada@acme.example", portal.Admin)
		try := func(email, pw, addr string) error {
			_, _, err := b.SignIn(t.Context(), portal.Credentials{Email: email, Password: pw}, portal.From{Addr: addr}, "")
			return err
		}
		for i := range 3 {
			if err := try("ada@acme.example", "wrong", "192.0.2.1"); !isOut(err) {
				t.Fatalf("attempt %d: %v", i+1, err)
			}
		}
		limit, ok := errors.AsType[*portal.LimitError](try("ada@acme.example", password, "192.0.2.1"))
		if !ok || limit.RetryAfter != time.Minute {
			t.Fatalf("the right password, too late: %v", limit)
		}
		if err := try("ada@acme.example", password, "198.51.100.7"); err != nil {
			t.Fatalf("the right password, from elsewhere: %v", err)
		}
		b.pass(10 * time.Second)
		for i := range 2 {
			if err := try("eve@acme.example", "wrong", "192.0.2.1"); !isOut(err) {
				t.Fatalf("another account %d: %v", i, err)
			}
		}
		if _, ok := errors.AsType[*portal.LimitError](try("bob@acme.example", "wrong", "192.0.2.1")); !ok {
			t.Error("one address tries account after account")
		}
		b.pass(time.Minute)
		if err := try("ada@acme.example", password, "192.0.2.1"); err != nil {
			t.Errorf("a minute later: %v", err)
		}
		for i := range 3 { // success forgets the failures before
			if err := try("ada@acme.example", "wrong", "203.0.113.9"); !isOut(err) {
				t.Errorf("after a success, attempt %d: %v", i+1, err)
			}
		}
	})
}

// An account that is tried from everywhere is slow to sign in to, and no more.
func TestManyAddresses(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		const delay = 50 * time.Millisecond
		pair, account := portal.Limit{Burst: 3, Every: time.Minute}, portal.Limit{Burst: 4, Every: time.Minute}
		b := setup(t, dsn, func(o *portal.Options) {
			o.Limits = portal.Limits{Pair: pair, Addr: pair, Account: account, Delay: delay}
		})
		b.member(t, "ada@acme.example", portal.Admin)
		try := func(pw string, host int) (time.Duration, error) {
			began := time.Now()
			_, _, err := b.SignIn(t.Context(), portal.Credentials{Email: "ada@acme.example", Password: pw}, portal.From{Addr: fmt.Sprintf("198.51.100.%d", host)}, "")
			return time.Since(began), err
		}
		for host := range 20 {
			if took, err := try("wrong", host); !isOut(err) || host >= 4 && took < delay {
				t.Fatalf("address %d: %v after %v", host, err, took)
			}
		}
		if took, err := try(password, 200); err != nil || took < delay {
			t.Errorf("the right password: %v after %v", err, took)
		}
		if took, err := try("wrong", 201); !isOut(err) || took < delay {
			t.Errorf("success forgot the failures of others: %v after %v", err, took)
		}
	})
}

func TestSessionEnds(t *testing.T) {
	tests := map[string]struct {
		until func(t *testing.T, b *bench, token string)
		out   bool
	}{
		"used, it lives on": {func(t *testing.T, b *bench, token string) {
			for range 10 {
				b.pass(50 * time.Minute)
				if _, err := b.Enter(t.Context(), token); err != nil {
					t.Fatal(err)
				}
			}
		}, false},
		"idle for an hour": {func(_ *testing.T, b *bench, _ string) { b.pass(time.Hour) }, true},
		"looked at only, it is idle": {func(t *testing.T, b *bench, token string) {
			for range 5 {
				b.pass(12 * time.Minute)
				_, _ = b.Look(t.Context(), token)
			}
		}, true},
		"twelve hours old": {func(t *testing.T, b *bench, token string) {
			for range 24 {
				b.pass(30 * time.Minute)
				_, _ = b.Enter(t.Context(), token)
			}
		}, true},
		"signed out": {func(t *testing.T, b *bench, token string) {
			c, err := b.Enter(t.Context(), token)
			if err != nil {
				t.Fatal(err)
			}
			if err := b.EndSession(t.Context(), c.Account.ID, c.Session.ID); err != nil {
				t.Fatal(err)
			}
		}, true},
		"its browser signs in again": {func(t *testing.T, b *bench, token string) {
			if _, _, err := b.SignIn(t.Context(), portal.Credentials{Email: "bob@acme.example", Password: password}, portal.From{}, token); err != nil {
				t.Fatal(err)
			}
		}, true},
		"the account is disabled": {func(t *testing.T, b *bench, token string) {
			c, _ := b.Enter(t.Context(), token)
			if err := b.disable(t.Context(), c.Account.ID); err != nil {
				t.Fatal(err)
			}
		}, true},
		"the role is taken away": {func(t *testing.T, b *bench, token string) {
			c, _ := b.Enter(t.Context(), token)
			if err := b.People.Remove(t.Context(), c.Org.ID, c.Account.ID); err != nil {
				t.Fatal(err)
			}
		}, true},
		"swept": {func(t *testing.T, b *bench, _ string) {
			b.pass(2 * time.Hour)
			if err := b.Sweep(t.Context()); err != nil {
				t.Fatal(err)
			}
		}, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			storetest.EachDSN(t, func(t *testing.T, dsn string) {
				b := setup(t, dsn)
				b.member(t, "ada@acme.example", portal.Admin)
				bob := b.member(t, "bob@acme.example", portal.Responder)
				token := b.signIn(t, "bob@acme.example")
				tt.until(t, b, token)
				c, err := b.Enter(t.Context(), token)
				if isOut(err) != tt.out {
					t.Errorf("%+v %v", c, err)
				}
				ss, err := b.Sessions(t.Context(), bob.ID)
				if err != nil || tt.out && slices.ContainsFunc(ss, func(s portal.Session) bool { return s.ID == c.Session.ID }) {
					t.Errorf("sessions: %+v %v", ss, err)
				}
			})
		})
	}
}

func TestChangePassword(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		b := setup(t, dsn)
		b.member(t, "ada@acme.example", portal.Admin)
		here, there := b.signIn(t, "ada@acme.example"), b.signIn(t, "ada@acme.example")
		c, err := b.Enter(t.Context(), here)
		if err != nil {
			t.Fatal(err)
		}
		change := func(c portal.Caller, current, next string) error {
			return b.ChangePassword(t.Context(), c, current, next, portal.From{Addr: "192.0.2.1"})
		}
		for name, tt := range map[string]struct {
			err   error
			field string
		}{
			"a wrong present one": {change(c, "wrong", "a quite new password"), "current"},
			"one that is short":   {change(c, password, "short"), "password"},
			"the address":         {change(c, password, "ada@acme.example"), "password"},
		} {
			f, ok := errors.AsType[*portal.FieldError](tt.err)
			if !ok || f.Field != tt.field || errs.KindOf(tt.err) != errs.Invalid {
				t.Errorf("%s: %v", name, tt.err)
			}
		}
		if err := change(portal.Caller{Account: c.Account, Token: portal.Token{ID: "t", Permissions: portal.Permissions()}}, password, "a quite new password"); errs.KindOf(err) != errs.Denied {
			t.Errorf("by an API token: %v", err)
		}
		if err := change(c, password, "a quite new password"); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Enter(t.Context(), there); !isOut(err) {
			t.Errorf("the other session: %v", err)
		}
		if _, err := b.Enter(t.Context(), here); err != nil {
			t.Errorf("this session: %v", err)
		}
		for pw, ok := range map[string]bool{password: false, "a quite new password": true} {
			_, _, err := b.SignIn(t.Context(), portal.Credentials{Email: "ada@acme.example", Password: pw}, portal.From{}, "")
			if (err == nil) != ok {
				t.Errorf("%s: %v", pw, err)
			}
		}
	})
}

// A hash of another cost is renewed when its password is known, and nobody is
// signed out for that.
func TestHashIsRenewed(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		b := setup(t, dsn)
		b.member(t, "ada@acme.example", portal.Admin)
		before := b.signIn(t, "ada@acme.example")
		o := options(t, b.db, b.now)
		o.Hasher = portal.NewHasher(portal.Cost{Memory: 128, Passes: 1, Threads: 1}, 2)
		dear := portal.New(o)
		if _, _, err := dear.SignIn(t.Context(), portal.Credentials{Email: "ada@acme.example", Password: password}, portal.From{}, ""); err != nil {
			t.Fatal(err)
		}
		a, err := b.db.Accounts.ByEmail(t.Context(), "ada@acme.example")
		if err != nil || !strings.Contains(a.PasswordHash, "m=128,") {
			t.Errorf("hash %s, err %v", a.PasswordHash, err)
		}
		if _, err := b.Enter(t.Context(), before); err != nil {
			t.Errorf("the session before: %v", err)
		}
	})
}

func TestTokens(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		b := setup(t, dsn)
		ctx := t.Context()
		b.member(t, "ada@acme.example", portal.Admin)
		bob := b.member(t, "bob@acme.example", portal.Responder)
		ada, _ := b.Enter(ctx, b.signIn(t, "ada@acme.example"))
		caller, _ := b.Enter(ctx, b.signIn(t, "bob@acme.example"))
		for name, tt := range map[string]struct {
			n    portal.NewToken
			kind errs.Kind
		}{
			"more than its maker":    {portal.NewToken{Name: "x", Permissions: portal.Permissions()}, errs.Denied},
			"one that there is not":  {portal.NewToken{Name: "x", Permissions: []portal.Permission{"root"}}, errs.Invalid},
			"no permission":          {portal.NewToken{Name: "x"}, errs.Invalid},
			"no name":                {portal.NewToken{Name: " ", Permissions: reading()}, errs.Invalid},
			"an end that has passed": {portal.NewToken{Name: "x", Permissions: reading(), EndsAt: b.now()}, errs.Invalid},
		} {
			if _, _, err := b.CreateToken(ctx, caller, tt.n); errs.KindOf(err) != tt.kind {
				t.Errorf("%s: %v", name, err)
			}
		}
		text, tok, err := b.CreateToken(ctx, caller, portal.NewToken{Name: " ci ", Permissions: caller.Permissions(), EndsAt: b.now().Add(time.Hour)})
		if err != nil || !strings.HasPrefix(text, "spt_") || len(text) != 47 || tok.Name != "ci" || !strings.HasSuffix(text, tok.Hint) {
			t.Fatalf("%q %+v %v", text, tok, err)
		}
		if raw, err := b.db.Tokens.List(ctx, b.org.ID, ""); err != nil || strings.Contains(strings.Join(strings.Fields(raw[0].Name+raw[0].ID+raw[0].Hint), ""), text) {
			t.Errorf("the token itself is stored: %+v %v", raw, err)
		}
		got, err := b.EnterByToken(ctx, text, portal.From{Addr: "192.0.2.1"})
		if err != nil || got.Account.ID != bob.ID || !got.Can(portal.FlowsWrite) || got.Can(portal.GuardWrite) {
			t.Fatalf("%+v %v", got, err)
		}
		if _, _, err := b.CreateToken(ctx, portal.Caller{Org: got.Org, Account: got.Account, Roles: portal.Builtins(), Token: portal.Token{ID: "t", Permissions: portal.Permissions()}}, portal.NewToken{Name: "x", Permissions: reading()}); errs.KindOf(err) != errs.Denied {
			t.Errorf("a token makes another: %v", err)
		}
		if err := b.People.Set(ctx, b.org.ID, bob.ID, portal.MemberChange{Roles: []string{portal.Auditor}}); err != nil {
			t.Fatal(err)
		}
		if got, err := b.EnterByToken(ctx, text, portal.From{Addr: "192.0.2.1"}); err != nil || got.Can(portal.FlowsWrite) || !got.Can(portal.FlowsRead) {
			t.Errorf("with its maker an auditor: %+v %v", got, err)
		}
		for name, text := range map[string]string{"another text": "spt_" + strings.Repeat("x", 43), "no token of ours": "ghp_x", "nothing": ""} {
			if _, err := b.EnterByToken(ctx, text, portal.From{Addr: "192.0.2.1"}); !isOut(err) {
				t.Errorf("%s: %v", name, err)
			}
		}
		b.pass(time.Hour)
		if _, err := b.EnterByToken(ctx, text, portal.From{Addr: "192.0.2.1"}); !isOut(err) {
			t.Errorf("at its end: %v", err)
		}
		if own, err := b.Tokens(ctx, caller); err != nil || len(own) != 1 {
			t.Errorf("own: %+v %v", own, err)
		}
		adas, _, err := b.addToken(ctx, ada)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.RemoveToken(ctx, caller, adas.ID); errs.KindOf(err) != errs.NotFound {
			t.Errorf("bob removes ada's: %v", err)
		}
		if all, err := b.Tokens(ctx, ada); err != nil || len(all) != 2 {
			t.Errorf("all: %+v %v", all, err)
		}
		if err := b.RemoveToken(ctx, ada, tok.ID); err != nil {
			t.Errorf("ada removes bob's: %v", err)
		}
	})
}

func (b *bench) addToken(ctx context.Context, c portal.Caller) (portal.Token, string, error) {
	text, tok, err := b.CreateToken(ctx, c, portal.NewToken{Name: "x", Permissions: reading()})
	return tok, text, err
}

func TestFirstLink(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		b := setup(t, dsn)
		ctx := t.Context()
		who := portal.NewAccount{Email: "ada@acme.example", Name: "Ada", Password: password}
		use := func(token string, who portal.NewAccount) (string, portal.Caller, error) {
			return b.UseLink(ctx, token, who, portal.From{Addr: "192.0.2.1"}, "")
		}
		old, err := b.FirstLink(ctx, b.org.ID)
		if err != nil {
			t.Fatal(err)
		}
		token, err := b.FirstLink(ctx, b.org.ID)
		if err != nil || token == old || len(token) != 43 {
			t.Fatalf("%q %v", token, err)
		}
		for field, bad := range map[string]portal.NewAccount{
			"email": {Name: "Ada", Password: password}, "name": {Email: "ada@acme.example", Password: password}, "password": {Email: "ada@acme.example", Name: "Ada", Password: "short"},
		} {
			_, _, err := use(token, bad)
			if f, ok := errors.AsType[*portal.FieldError](err); !ok || f.Field != field {
				t.Errorf("a wrong %s: %v", field, err)
			}
		}
		session, c, err := use(token, who)
		if err != nil || !is(c, portal.Admin) || c.Account.Name != "Ada" || c.Session.Method != portal.ByLink {
			t.Fatalf("%+v %v", c, err)
		}
		if _, err := b.Enter(ctx, session); err != nil {
			t.Error(err)
		}
		b.signIn(t, "ada@acme.example")
		for name, link := range map[string]string{"a second time": token, "another server's": old} {
			if _, _, err := use(link, portal.NewAccount{Email: "eve@acme.example", Name: "Eve", Password: password}); !isOut(err) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if again, err := b.FirstLink(ctx, b.org.ID); again != "" || err != nil {
			t.Errorf("a first link when there is an account: %q %v", again, err)
		}
	})
}

// Every server on a database shows a link, and each holds.
func TestFirstLinkOfEachServer(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		b := setup(t, dsn)
		old, err := b.FirstLink(t.Context(), b.org.ID)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.FirstLink(t.Context(), b.org.ID); err != nil {
			t.Fatal(err)
		}
		who := portal.NewAccount{Email: "ada@acme.example", Name: "Ada", Password: password}
		if _, c, err := b.UseLink(t.Context(), old, who, portal.From{Addr: "192.0.2.1"}, ""); err != nil || !is(c, portal.Admin) {
			t.Errorf("%+v %v", c, err)
		}
	})
}

func TestLinkEnds(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		b := setup(t, dsn)
		token, err := b.FirstLink(t.Context(), b.org.ID)
		if err != nil {
			t.Fatal(err)
		}
		b.pass(24 * time.Hour)
		if _, _, err := b.UseLink(t.Context(), token, portal.NewAccount{Email: "ada@acme.example", Name: "Ada", Password: password}, portal.From{}, ""); !isOut(err) {
			t.Errorf("a day later: %v", err)
		}
	})
}

func TestDemoLink(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		b := setup(t, dsn)
		ctx := t.Context()
		b.member(t, "ada@acme.example", portal.Admin)
		bob := b.member(t, "bob@acme.example", portal.Responder)
		token, err := b.DemoLink(ctx, b.org.ID, bob.ID)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if _, c, err := b.UseLink(ctx, token, portal.NewAccount{}, portal.From{}, ""); err != nil || c.Account.ID != bob.ID || !is(c, portal.Responder) {
				t.Errorf("%+v %v", c, err)
			}
		}
		if err := b.disable(ctx, bob.ID); err != nil {
			t.Fatal(err)
		}
		if _, _, err := b.UseLink(ctx, token, portal.NewAccount{}, portal.From{}, ""); !isOut(err) {
			t.Errorf("the link signs in somebody who is disabled: %v", err)
		}
		b.pass(31 * 24 * time.Hour)
		if _, _, err := b.UseLink(ctx, token, portal.NewAccount{}, portal.From{}, ""); !isOut(err) {
			t.Errorf("after its end: %v", err)
		}
	})
}
