package store_test

import (
	"slices"
	"testing"

	"sallyport/internal/portal"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
)

// enable puts single sign-on in force in an organization, with accounts on its
// exempt list.
func enable(t *testing.T, db *store.DB, org string, exempt ...string) {
	t.Helper()
	d := portal.SSODraft{Org: org, UpdatedAt: start(), SSOSettings: portal.SSOSettings{Metadata: "<x/>", GroupsAttribute: "groups", Groups: []portal.GroupRole{{Group: "Admins", Role: portal.Admin}}, Exempt: exempt}}
	d.Hash = d.SSOSettings.Hash()
	if err := db.SSO.PutDraft(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	if _, err := db.SSO.Publish(t.Context(), portal.SSOPublish{Org: org, Hash: d.Hash, At: start(), Check: func(portal.SSOState) error { return nil }}); err != nil {
		t.Fatal(err)
	}
}

// An account is managed by the organizations that sign it in through their identity
// providers, unless it may have a password anywhere: where there is no single
// sign-on, or where it is exempt. A membership that is not confirmed frees nobody.
func TestWhoIsManagedByAnIdentityProvider(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		for _, org := range []string{"zeta", "beta", "local", "third"} {
			addOrg(t, db, org, "admin-"+org, portal.Admin)
		}
		// by name, the members of each organization besides its administrator
		for account, orgs := range map[string][]string{
			"ann": {"beta"}, "bob": {"zeta", "beta"}, "cy": {"beta", "local"}, "dee": {"beta", "zeta"}, "eve": {"local"}, "gil": {"zeta"},
		} {
			for _, org := range orgs {
				join(t, db, org, account, portal.Auditor)
			}
		}
		enable(t, db, "beta", "dee")
		enable(t, db, "zeta")
		// Ann and Gil are to confirm their address where there is no single sign-on, and
		// Eve where there is.
		for account, org := range map[string]string{"ann": "local", "gil": "third", "eve": "beta"} {
			err := db.Accounts.Join(ctx, portal.Account{ID: account}, portal.Membership{Org: org, Account: account, State: portal.Pending, CreatedAt: start()})
			if err != nil {
				t.Fatal(err)
			}
		}
		expect := func(account string, want ...string) {
			t.Helper()
			got, err := db.Managing.ManagedBy(ctx, account)
			var names []string
			for _, o := range got {
				names = append(names, o.Slug)
			}
			if err != nil || !slices.Equal(names, want) {
				t.Errorf("%s is managed by %v, want %v: %v", account, names, want, err)
			}
		}
		expect("ann", "beta")
		expect("bob", "beta", "zeta")
		expect("cy")
		expect("dee")
		expect("eve")
		expect("admin-beta", "beta")
		expect("admin-local")
		expect("nobody")
		for org, want := range map[string]bool{"beta": true, "zeta": true, "local": false, "third": false, "nowhere": false} {
			if got, err := db.Managing.Manages(ctx, org); err != nil || got != want {
				t.Errorf("%s manages its people: %v, %v", org, got, err)
			}
		}
		// What is switched off manages nobody, and neither does what was left.
		if err := db.SSO.Disable(ctx, "zeta", "", start()); err != nil {
			t.Fatal(err)
		}
		expect("bob")
		expect("gil")
		expect("ann", "beta")
		enable(t, db, "zeta", "gil")
		expect("bob", "beta", "zeta")
		expect("gil")
		if err := db.Accounts.RemoveMember(ctx, "beta", "bob"); err != nil {
			t.Fatal(err)
		}
		expect("bob", "zeta")
	})
}
