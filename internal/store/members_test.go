package store_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/portal"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
)

// crowd joins people of both kinds: every third goes by the name of their account,
// the others by the one that the identity provider has for them.
func crowd(t *testing.T, db *store.DB, org string, n int) {
	t.Helper()
	for i := range n {
		id, name := fmt.Sprintf("p%02d", i), fmt.Sprintf("Person %02d", (i*7)%n/2) // each name twice
		a := portal.Account{ID: id, Email: id + "@acme.example", Name: name}
		m := portal.Membership{Org: org, Account: id, CreatedAt: start()}
		if i%3 != 0 {
			a.Name, m.Name, m.UserName = "Somebody", name, "Known."+id+"@acme.example"
		}
		if i%4 == 0 {
			m.Roles = []string{portal.Analyst}
		}
		if err := db.Accounts.Join(t.Context(), a, m); err != nil {
			t.Fatal(err)
		}
	}
}

// Pages of any size give everybody once, by name, and by their accounts where names
// are alike.
func TestMembersPageByPage(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		addOrg(t, db, "acme", "ada", portal.Admin)
		addOrg(t, db, "other", "eve", portal.Admin)
		crowd(t, db, "acme", 23)
		all, err := db.Accounts.Members(t.Context(), "acme", portal.MemberQuery{})
		if err != nil || len(all) != 24 {
			t.Fatalf("%d members: %v", len(all), err)
		}
		if !slices.IsSortedFunc(all, func(a, b portal.Member) int { return slices.Compare([]string{a.Name, a.ID}, []string{b.Name, b.ID}) }) {
			t.Errorf("not by name: %v", names(all))
		}
		for _, limit := range []int{1, 2, 7, 23, 24, 100} {
			var got []portal.Member
			for q := (portal.MemberQuery{Limit: limit}); ; {
				ms, err := db.Accounts.Members(t.Context(), "acme", q)
				if err != nil {
					t.Fatal(err)
				}
				if len(ms) == 0 {
					break
				}
				got, q.After = append(got, ms...), ms[len(ms)-1].ID
			}
			if !slices.Equal(names(got), names(all)) {
				t.Errorf("pages of %d: %v instead of %v", limit, names(got), names(all))
			}
		}
		if _, err := db.Accounts.Members(t.Context(), "acme", portal.MemberQuery{After: "eve"}); errs.KindOf(err) != errs.NotFound {
			t.Errorf("after somebody of another organization: %v", err)
		}
	})
}

func names(ms []portal.Member) []string {
	out := make([]string, len(ms))
	for i, m := range ms {
		out[i] = m.Name + " " + m.ID
	}
	return out
}

func TestMembersAreNarrowed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		addOrg(t, db, "acme", "ada", portal.Admin)
		addOrg(t, db, "other", "eve", portal.Admin)
		crowd(t, db, "acme", 8)
		tests := map[string]struct {
			q    portal.MemberQuery
			want string
		}{
			"by an account":                     {portal.MemberQuery{Who: []string{"p01"}}, "[p01]"},
			"by an address":                     {portal.MemberQuery{Who: []string{"P00@acme.example"}}, "[p00]"},
			"by the identity provider's":        {portal.MemberQuery{Who: []string{" known.P01@acme.example"}}, "[p01]"},
			"by that of the account beneath it": {portal.MemberQuery{Who: []string{"p01@acme.example"}}, "[]"},
			"by several":                        {portal.MemberQuery{Who: []string{"ada", "p03@acme.example", "eve"}}, "[p03 ada]"},
			"by none":                           {portal.MemberQuery{Who: []string{}}, "[]"},
			"by a part of the address":          {portal.MemberQuery{Search: "KNOWN.p0"}, "[p07 p05 p04 p01 p02]"},
			"by a part of the name":             {portal.MemberQuery{Search: "person 03"}, "[p01 p02]"},
			"by a name beneath":                 {portal.MemberQuery{Search: "somebody"}, "[]"},
			"by what is a pattern":              {portal.MemberQuery{Search: "p%"}, "[]"},
			"by a role":                         {portal.MemberQuery{Roles: []string{portal.Analyst}}, "[p00 p04]"},
			"by roles":                          {portal.MemberQuery{Roles: []string{portal.Analyst, portal.Admin}}, "[p00 p04 ada]"},
			"by no role":                        {portal.MemberQuery{Roles: []string{}}, "[]"},
			"by all of it":                      {portal.MemberQuery{Roles: []string{portal.Analyst}, Search: "person", After: "p00", Limit: 1}, "[p04]"},
		}
		for name, tt := range tests {
			ms, err := db.Accounts.Members(t.Context(), "acme", tt.q)
			ids := []string{}
			for _, m := range ms {
				ids = append(ids, m.ID)
			}
			if got := fmt.Sprint(ids); err != nil || got != tt.want {
				t.Errorf("%s: %s instead of %s (%v)", name, got, tt.want, err)
			}
		}
	})
}

func TestTheLastAdmin(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		addOrg(t, db, "acme", "ada", portal.Admin)
		last := func(want string) {
			t.Helper()
			if got, err := db.Roles.LastAdmin(t.Context(), "acme"); err != nil || got != want {
				t.Errorf("the last is %q instead of %q (%v)", got, want, err)
			}
		}
		last("ada")
		join(t, db, "acme", "bob", portal.Admin)
		last("")
		off := true
		if err := db.Accounts.SetMember(t.Context(), "acme", "ada", portal.MemberChange{Disabled: &off}, start().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		last("bob")
	})
}
