package store_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/portal"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
)

// start is a time in whole microseconds, as they are stored.
func start() time.Time { return time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC) }

// addOrg makes an organization with one account of a role in it.
func addOrg(t *testing.T, db *store.DB, org, account, r string) {
	t.Helper()
	if err := db.Organizations.Add(t.Context(), portal.Organization{ID: org, Slug: org, Name: org, CreatedAt: start()}); err != nil {
		t.Fatal(err)
	}
	join(t, db, org, account, r)
}

func join(t *testing.T, db *store.DB, org, account, r string) {
	t.Helper()
	err := db.Accounts.Join(t.Context(), portal.Account{ID: account, Email: account + "@Acme.example", Name: account, PasswordHash: "a hash", CreatedAt: start()},
		portal.Membership{Org: org, Account: account, Roles: []string{r}, CreatedAt: start()})
	if err != nil {
		t.Fatal(err)
	}
}

// held returns the roles of a member by id, with where they have them from if that
// is not by hand.
func held(t *testing.T, db *store.DB, org, account string) string {
	t.Helper()
	ms, err := db.Accounts.Members(t.Context(), org, portal.MemberQuery{})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, m := range ms {
		if m.ID != account {
			continue
		}
		for _, g := range m.Roles {
			word := g.ID
			if g.Source != portal.Manual {
				word += "/" + string(g.Source)
			}
			out = append(out, word)
		}
	}
	return strings.Join(out, " ")
}

func TestAccounts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		addOrg(t, db, "acme", "ada", portal.Admin)
		addOrg(t, db, "other", "eve", portal.Admin)
		join(t, db, "acme", "bob", portal.Auditor)
		err := db.Accounts.Join(ctx, portal.Account{ID: "eve", Email: "eve@acme.example", Name: "eve"}, portal.Membership{Org: "acme", Account: "eve", Roles: []string{portal.Analyst}, CreatedAt: start().Add(time.Hour)})
		if err != nil {
			t.Fatalf("an account joins another organization: %v", err)
		}
		if a, err := db.Accounts.ByEmail(ctx, "ada@acme.example"); err != nil || a.ID != "ada" || a.Email != "ada@Acme.example" {
			t.Errorf("by e-mail: %+v %v", a, err)
		}
		if ms, err := db.Accounts.Memberships(ctx, "eve"); err != nil || len(ms) != 2 || ms[0].Org != "other" || ms[1].Org != "acme" || held(t, db, "acme", "eve") != "analyst" || held(t, db, "other", "eve") != "admin" {
			t.Errorf("memberships: %+v %v", ms, err)
		}
		if ms, err := db.Accounts.Members(ctx, "acme", portal.MemberQuery{}); err != nil || len(ms) != 3 || ms[0].Name != "ada" || held(t, db, "acme", "ada") != "admin" || !ms[0].SeenAt.IsZero() {
			t.Errorf("members: %+v %v", ms, err)
		}
		if some, err := db.Accounts.Some(ctx, "other", []string{"ada", "eve", "", "eve"}); err != nil || len(some) != 1 || some["eve"].ID != "eve" {
			t.Errorf("some: %+v %v", some, err)
		}
		twice := portal.Account{ID: "ada2", Email: "ADA@acme.example"}
		if err := db.Accounts.Join(ctx, twice, portal.Membership{Org: "acme", Account: "ada2", Roles: []string{portal.Auditor}}); errs.KindOf(err) != errs.Conflict {
			t.Errorf("a second account of one address: %v", err)
		}
		if err := db.Accounts.Join(ctx, portal.Account{ID: "bob", Email: "bob@acme.example"}, portal.Membership{Org: "acme", Account: "bob", Roles: []string{portal.Admin}}); errs.KindOf(err) != errs.Conflict {
			t.Errorf("a second membership: %v", err)
		}
	})
}

func set(t *testing.T, db *store.DB, org, account string, c portal.MemberChange) error {
	return db.Accounts.SetMember(t.Context(), org, account, c, start())
}

// What is changed of a member is changed as a whole, and only there.
func TestSetMember(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		addOrg(t, db, "acme", "ada", portal.Admin)
		addOrg(t, db, "other", "eve", portal.Admin)
		join(t, db, "acme", "bob", portal.Admin)
		member := func(who string) portal.Member {
			t.Helper()
			ms, err := db.Accounts.Members(t.Context(), "acme", portal.MemberQuery{})
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range ms {
				if m.ID == who {
					return m
				}
			}
			return portal.Member{}
		}
		if err := set(t, db, "acme", "bob", portal.MemberChange{Roles: []string{portal.Auditor}, Disabled: new(true)}); err != nil {
			t.Fatal(err)
		}
		if m := member("bob"); held(t, db, "acme", "bob") != "auditor" || !m.DisabledAt.Equal(start()) {
			t.Errorf("%+v", m)
		}
		if err := set(t, db, "acme", "bob", portal.MemberChange{Disabled: new(false)}); err != nil {
			t.Fatal(err)
		}
		if m := member("bob"); held(t, db, "acme", "bob") != "auditor" || !m.DisabledAt.IsZero() {
			t.Errorf("%+v", m)
		}
		for what, err := range map[string]error{
			"the role of another organization's": set(t, db, "other", "bob", portal.MemberChange{Roles: []string{portal.Auditor}}),
			"disabled from elsewhere":            set(t, db, "other", "bob", portal.MemberChange{Disabled: new(true)}),
			"removed from elsewhere":             db.Accounts.RemoveMember(t.Context(), "other", "bob"),
			"nobody":                             set(t, db, "acme", "cy", portal.MemberChange{Disabled: new(false)}),
		} {
			if errs.KindOf(err) != errs.NotFound {
				t.Errorf("%s: %v", what, err)
			}
		}
		if m := member("bob"); m.ID == "" || !m.DisabledAt.IsZero() {
			t.Errorf("%+v", m)
		}
	})
}

// An account that is in two organizations is neither's to shut out, and goes with
// the last membership.
func TestMemberOfTwo(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		addOrg(t, db, "acme", "ada", portal.Admin)
		addOrg(t, db, "other", "eve", portal.Admin)
		join(t, db, "acme", "bob", portal.Auditor)
		bob, err := db.Accounts.ByEmail(ctx, "bob@acme.example")
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Accounts.Join(ctx, bob, portal.Membership{Org: "other", Account: "bob", Roles: []string{portal.Auditor}}); err != nil {
			t.Fatal(err)
		}
		if err := set(t, db, "acme", "bob", portal.MemberChange{Roles: []string{portal.Analyst}, Disabled: new(true)}); errs.KindOf(err) != errs.Conflict {
			t.Errorf("disabled: %v", err)
		}
		if ms, err := db.Accounts.Memberships(ctx, "bob"); err != nil || len(ms) != 2 || held(t, db, "acme", "bob") != "auditor" || held(t, db, "other", "bob") != "auditor" {
			t.Errorf("%+v %v", ms, err)
		}
		addSession(t, db, "b", "other", "bob")
		if err := db.Accounts.RemoveMember(ctx, "acme", "bob"); err != nil {
			t.Fatal(err)
		}
		if got, err := db.Sessions.Find(ctx, "hash of b"); err != nil || got.Org.ID != "other" {
			t.Errorf("the session elsewhere: %+v %v", got, err)
		}
		if err := db.Accounts.RemoveMember(ctx, "other", "bob"); err != nil {
			t.Fatal(err)
		}
		if _, err := db.Accounts.ByEmail(ctx, "bob@acme.example"); errs.KindOf(err) != errs.NotFound {
			t.Errorf("the account: %v", err)
		}
		join(t, db, "acme", "bob", portal.Auditor)
	})
}

// The last administrator cannot be taken away, and of two who take each other's
// role at once one stays.
func TestLastAdministrator(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		addOrg(t, db, "acme", "ada", portal.Admin)
		for what, err := range map[string]error{
			"demote": set(t, db, "acme", "ada", portal.MemberChange{Roles: []string{portal.Auditor}}), "remove": db.Accounts.RemoveMember(ctx, "acme", "ada"),
			"disable":              set(t, db, "acme", "ada", portal.MemberChange{Disabled: new(true)}),
			"promote, but disable": set(t, db, "acme", "ada", portal.MemberChange{Roles: []string{portal.Admin}, Disabled: new(true)}),
		} {
			if errs.KindOf(err) != errs.Conflict {
				t.Errorf("%s: %v", what, err)
			}
		}
		// Who has nothing to sign in with is no way in: one whom an identity provider
		// brought in that was switched off. A passkey is enough.
		nothing := portal.Account{ID: "sam", Email: "sam@acme.example", Name: "Sam", CreatedAt: start()}
		if err := db.Accounts.Join(ctx, nothing, portal.Membership{Org: "acme", Account: "sam", Roles: []string{portal.Admin}, CreatedAt: start()}); err != nil {
			t.Fatal(err)
		}
		if err := set(t, db, "acme", "ada", portal.MemberChange{Disabled: new(true)}); errs.KindOf(err) != errs.Conflict {
			t.Errorf("disabled beside one who has no password: %v", err)
		}
		key := portal.Factor{ID: "f", Account: "sam", Kind: portal.Passkey, Name: "Key", Credential: "c", Sealed: []byte{1}, CreatedAt: start()}
		if err := db.Factors.Add(ctx, key, nil); err != nil {
			t.Fatal(err)
		}
		for _, off := range []bool{true, false} {
			if err := set(t, db, "acme", "ada", portal.MemberChange{Disabled: &off}); err != nil {
				t.Errorf("disabled beside one who has a passkey: %v", err)
			}
		}
		if err := db.Accounts.RemoveMember(ctx, "acme", "sam"); err != nil {
			t.Fatal(err)
		}
		join(t, db, "acme", "bob", portal.Admin)
		var wg sync.WaitGroup
		failures := make(chan error, 2)
		for _, who := range []string{"ada", "bob"} {
			wg.Go(func() { failures <- set(t, db, "acme", who, portal.MemberChange{Roles: []string{portal.Auditor}}) })
		}
		wg.Wait()
		close(failures)
		refused := 0
		for err := range failures {
			if err != nil {
				refused++
			}
		}
		if refused != 1 {
			t.Errorf("%d of 2 were refused, want 1", refused)
		}
	})
}

func addSession(t *testing.T, db *store.DB, id, org, account string) {
	t.Helper()
	s := portal.Session{ID: id, Account: account, Org: org, Method: portal.ByPassword, CreatedAt: start(), SeenAt: start(), EndsAt: start().Add(time.Hour), Agent: "test", Addr: "192.0.2.1"}
	if err := db.Sessions.Add(t.Context(), "hash of "+id, s); err != nil {
		t.Fatal(err)
	}
}

func TestSessions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		addOrg(t, db, "acme", "ada", portal.Admin)
		join(t, db, "acme", "bob", portal.Responder)
		for _, id := range []string{"b1", "b2", "b3"} {
			addSession(t, db, id, "acme", "bob")
		}
		addSession(t, db, "a1", "acme", "ada")
		c, err := db.Sessions.Find(ctx, "hash of b1")
		if err != nil || c.Account.ID != "bob" || c.Org.Name != "acme" || len(c.Roles) != 1 || c.Roles[0].ID != portal.Responder || c.Session.ID != "b1" || !c.Session.EndsAt.Equal(start().Add(time.Hour)) || c.Session.Addr != "192.0.2.1" {
			t.Errorf("found: %+v %v", c, err)
		}
		if err := db.Sessions.Touch(ctx, "b1", start().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		if err := db.Sessions.Touch(ctx, "b1", start()); err != nil { // a late write does not turn time back
			t.Fatal(err)
		}
		if c, _ := db.Sessions.Find(ctx, "hash of b1"); !c.Session.SeenAt.Equal(start().Add(time.Minute)) {
			t.Errorf("seen at %v", c.Session.SeenAt)
		}
		if err := db.Sessions.End(ctx, "ada", "b2"); errs.KindOf(err) != errs.NotFound {
			t.Errorf("one ends another's session: %v", err)
		}
		if err := db.Sessions.End(ctx, "bob", "b2"); err != nil {
			t.Error(err)
		}
		if err := db.Accounts.SetPassword(ctx, "bob", "$new", "b1"); err != nil {
			t.Fatal(err)
		}
		if got, err := db.Sessions.List(ctx, "bob"); err != nil || len(got) != 1 || got[0].ID != "b1" {
			t.Errorf("after a new password: %+v %v", got, err)
		}
		if err := db.Sessions.Sweep(ctx, start(), start()); err != nil {
			t.Fatal(err)
		}
		if got, _ := db.Sessions.List(ctx, "ada"); len(got) != 0 {
			t.Errorf("idle sessions are kept: %+v", got)
		}
		if err := db.Sessions.Sweep(ctx, start().Add(time.Hour), start()); err != nil {
			t.Fatal(err)
		}
		if got, _ := db.Sessions.List(ctx, "bob"); len(got) != 0 {
			t.Errorf("ended sessions are kept: %+v", got)
		}
	})
}

// A role that is taken away, and an account that is disabled, are gone at once,
// in sessions and tokens.
func TestWhoIsOut(t *testing.T) {
	tests := map[string]func(t *testing.T, db *store.DB, org, account string) error{
		"disabled": func(t *testing.T, db *store.DB, org, account string) error {
			return set(t, db, org, account, portal.MemberChange{Disabled: new(true)})
		},
		"removed": func(t *testing.T, db *store.DB, org, account string) error {
			return db.Accounts.RemoveMember(t.Context(), org, account)
		},
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		for name, out := range tests {
			org, bob := name+"-org", name+"-bob"
			addOrg(t, db, org, name+"-ada", portal.Admin)
			join(t, db, org, bob, portal.Admin)
			addSession(t, db, name, org, bob)
			if err := db.Tokens.Add(t.Context(), name, portal.Token{ID: name, Org: org, Account: bob, Permissions: portal.Permissions(), CreatedAt: start()}); err != nil {
				t.Fatal(err)
			}
			if err := out(t, db, org, bob); err != nil {
				t.Fatal(err)
			}
			if _, err := db.Sessions.Find(t.Context(), "hash of "+name); errs.KindOf(err) != errs.NotFound {
				t.Errorf("%s: session: %v", name, err)
			}
			if _, err := db.Tokens.Find(t.Context(), name); errs.KindOf(err) != errs.NotFound {
				t.Errorf("%s: token: %v", name, err)
			}
		}
	})
}

func TestTokens(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		addOrg(t, db, "acme", "ada", portal.Admin)
		addOrg(t, db, "other", "eve", portal.Admin)
		join(t, db, "acme", "bob", portal.Responder)
		for id, who := range map[string][2]string{"ta": {"acme", "ada"}, "tb": {"acme", "bob"}, "te": {"other", "eve"}} {
			tok := portal.Token{ID: id, Org: who[0], Account: who[1], Name: id, Permissions: []portal.Permission{portal.FlowsRead}, Hint: "wxyz", CreatedAt: start(), EndsAt: start().Add(time.Hour)}
			if err := db.Tokens.Add(ctx, "hash of "+id, tok); err != nil {
				t.Fatal(err)
			}
		}
		c, err := db.Tokens.Find(ctx, "hash of tb")
		if err != nil || c.Account.ID != "bob" || len(c.Roles) != 1 || c.Roles[0].ID != portal.Responder || len(c.Token.Permissions) != 1 || c.Token.Permissions[0] != portal.FlowsRead || c.Token.Hint != "wxyz" || !c.Token.SeenAt.IsZero() {
			t.Errorf("found: %+v %v", c, err)
		}
		if err := db.Tokens.Touch(ctx, "tb", "192.0.2.7", start().Add(time.Second)); err != nil {
			t.Fatal(err)
		}
		if all, err := db.Tokens.List(ctx, "acme", ""); err != nil || len(all) != 2 {
			t.Errorf("all: %+v %v", all, err)
		}
		if own, err := db.Tokens.List(ctx, "acme", "bob"); err != nil || len(own) != 1 || own[0].SeenAt.IsZero() || own[0].SeenAddr != "192.0.2.7" {
			t.Errorf("own: %+v %v", own, err)
		}
		for what, err := range map[string]error{"another's": db.Tokens.Remove(ctx, "acme", "bob", "ta"), "another organization's": db.Tokens.Remove(ctx, "acme", "", "te")} {
			if errs.KindOf(err) != errs.NotFound {
				t.Errorf("%s: %v", what, err)
			}
		}
		if err := db.Tokens.Remove(ctx, "acme", "", "tb"); err != nil {
			t.Error(err)
		}
	})
}

// Of many who use the first administrator's link at once, one does.
func TestFirstLinkIsUsedOnce(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		now := start()
		db, err := store.Open(t.Context(), store.Options{DSN: dsn, Now: func() time.Time { return now }})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = db.Close() }()
		ctx := t.Context()
		if err := db.Organizations.Add(ctx, portal.Organization{ID: "acme", Slug: "acme"}); err != nil {
			t.Fatal(err)
		}
		link := portal.Link{Org: "acme", Purpose: portal.FirstAdmin, EndsAt: now.Add(time.Hour)}
		for _, hash := range []string{"old", "new"} {
			if err := db.Links.Add(ctx, hash, link); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := db.Links.Find(ctx, "old"); err != nil {
			t.Errorf("the link of another server: %v", err)
		}
		const many = 8
		won := make(chan bool, many)
		var wg sync.WaitGroup
		for i := range many {
			wg.Go(func() {
				id := string(rune('a' + i))
				err := db.Links.UseFirst(ctx, "new", portal.Account{ID: id, Email: id + "@acme.example"}, portal.Membership{Org: "acme", Account: id, Roles: []string{portal.Admin}})
				if err != nil && errs.KindOf(err) != errs.Conflict {
					t.Errorf("%s: %v", id, err)
				}
				won <- err == nil
			})
		}
		wg.Wait()
		close(won)
		n := 0
		for ok := range won {
			if ok {
				n++
			}
		}
		if ms, err := db.Accounts.Members(ctx, "acme", portal.MemberQuery{}); n != 1 || err != nil || len(ms) != 1 {
			t.Errorf("%d won, %d members, %v", n, len(ms), err)
		}
		if _, err := db.Links.Find(ctx, "old"); errs.KindOf(err) != errs.NotFound {
			t.Errorf("the link of another server, when there is an account: %v", err)
		}
		if err := db.Links.Add(ctx, "again", link); errs.KindOf(err) != errs.Conflict {
			t.Errorf("a first link when there is an account: %v", err)
		}
		if err := db.Links.Sweep(ctx, now.Add(2*time.Hour)); err != nil {
			t.Error(err)
		}
	})
}
