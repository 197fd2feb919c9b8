package store_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"sallyport/internal/errs"
	"sallyport/internal/portal"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
)

func anything(portal.Role) error { return nil }

func TestRoles(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		addOrg(t, db, "acme", "ada", portal.Admin)
		addOrg(t, db, "other", "eve", portal.Admin)
		join(t, db, "acme", "bob", portal.Auditor)
		desk := portal.Role{ID: "r1", Name: "Help desk", Permissions: []portal.Permission{portal.AlertsRead, portal.FlowsDelegate}}
		if err := db.Roles.Add(ctx, "acme", desk, start()); err != nil {
			t.Fatal(err)
		}
		for what, err := range map[string]error{
			"another of its name": db.Roles.Add(ctx, "acme", portal.Role{ID: "r2", Name: "help DESK", Permissions: desk.Permissions}, start()),
		} {
			if errs.KindOf(err) != errs.Conflict || !strings.Contains(err.Error(), "already") {
				t.Errorf("%s: %v", what, err)
			}
		}
		if err := db.Roles.Add(ctx, "other", portal.Role{ID: "r3", Name: "Help desk", Permissions: desk.Permissions}, start()); err != nil {
			t.Errorf("the same name elsewhere: %v", err)
		}
		if err := set(t, db, "acme", "bob", portal.MemberChange{Roles: []string{"r1", portal.Analyst}}); err != nil {
			t.Fatal(err)
		}
		if got := held(t, db, "acme", "bob"); got != "analyst r1" {
			t.Errorf("bob has %q", got)
		}
		addSession(t, db, "b", "acme", "bob")
		caller := func() portal.Caller {
			c, err := db.Sessions.Find(ctx, "hash of b")
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		if c := caller(); !c.Can(portal.FlowsDelegate) || !c.Can(portal.AlertsWrite) || c.Can(portal.GuardWrite) {
			t.Errorf("bob may %v", c.Permissions())
		}
		desk.Name, desk.Permissions = "Desk", []portal.Permission{portal.GuardWrite}
		if err := db.Roles.Change(ctx, "acme", desk, anything, start()); err != nil {
			t.Fatal(err)
		}
		if c := caller(); !c.Can(portal.GuardWrite) || c.RoleNames() != "Analyst, Desk" {
			t.Errorf("bob may %v as %s", c.Permissions(), c.RoleNames())
		}
		refused := errors.New("no")
		if err := db.Roles.Change(ctx, "acme", portal.Role{ID: "r1", Name: "X"}, func(before portal.Role) error {
			if before.Name != "Desk" || len(before.Permissions) != 1 {
				t.Errorf("before: %+v", before)
			}
			return refused
		}, start()); !errors.Is(err, refused) {
			t.Errorf("refused: %v", err)
		}
		if err := db.Roles.Remove(ctx, "acme", "r1"); errs.KindOf(err) != errs.Conflict || !strings.Contains(err.Error(), "bob") {
			t.Errorf("removed while bob has it: %v", err)
		}
		for what, err := range map[string]error{
			"changed from elsewhere":     db.Roles.Change(ctx, "other", desk, anything, start()),
			"removed from elsewhere":     db.Roles.Remove(ctx, "other", "r1"),
			"changed where there is not": db.Roles.Change(ctx, "acme", portal.Role{ID: "r9", Name: "X"}, anything, start()),
		} {
			if errs.KindOf(err) != errs.NotFound {
				t.Errorf("%s: %v", what, err)
			}
		}
		if err := set(t, db, "acme", "bob", portal.MemberChange{Roles: []string{"r3"}}); errs.KindOf(err) != errs.Invalid {
			t.Errorf("another organization's role: %v", err)
		}
		if got := held(t, db, "acme", "bob"); got != "analyst r1" {
			t.Errorf("after what was refused bob has %q", got)
		}
		if err := set(t, db, "acme", "bob", portal.MemberChange{Roles: []string{}}); err != nil {
			t.Fatal(err)
		}
		if c := caller(); len(c.Permissions()) != 0 {
			t.Errorf("without a role bob may %v", c.Permissions())
		}
		if err := db.Roles.Remove(ctx, "acme", "r1"); err != nil {
			t.Fatal(err)
		}
		if all, err := db.Roles.List(ctx, "acme"); err != nil || len(all) != 0 {
			t.Errorf("%+v %v", all, err)
		}
	})
}

// Whether a role may be granted is asked of those that a member has not had.
func TestGrantIsAskedAbout(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		addOrg(t, db, "acme", "ada", portal.Admin)
		join(t, db, "acme", "bob", portal.Responder)
		var asked []string
		change := portal.MemberChange{Roles: []string{portal.Responder, portal.Auditor}, May: func(r portal.Role) error {
			asked = append(asked, r.ID)
			return errs.New(errs.Denied, "no")
		}}
		if err := set(t, db, "acme", "bob", change); errs.KindOf(err) != errs.Denied {
			t.Errorf("granted: %v", err)
		}
		if got := held(t, db, "acme", "bob"); got != "responder" || strings.Join(asked, " ") != "auditor" {
			t.Errorf("bob has %q, asked about %v", got, asked)
		}
	})
}

// A role of the organization's own that allows everything is no Full Admin, and a
// role is not deleted while somebody is given it.
func TestRolesUnderHands(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		addOrg(t, db, "acme", "ada", portal.Admin)
		join(t, db, "acme", "bob", portal.Auditor)
		if err := db.Roles.Add(ctx, "acme", portal.Role{ID: "all", Name: "All", Permissions: portal.Permissions()}, start()); err != nil {
			t.Fatal(err)
		}
		if err := set(t, db, "acme", "bob", portal.MemberChange{Roles: []string{"all"}}); err != nil {
			t.Fatal(err)
		}
		if err := set(t, db, "acme", "ada", portal.MemberChange{Roles: []string{"all"}}); errs.KindOf(err) != errs.Conflict {
			t.Errorf("the last Full Admin: %v", err)
		}
		for range 5 {
			if err := set(t, db, "acme", "bob", portal.MemberChange{Roles: []string{}}); err != nil {
				t.Fatal(err)
			}
			var wg sync.WaitGroup
			var granted, removed error
			wg.Go(func() { granted = set(t, db, "acme", "bob", portal.MemberChange{Roles: []string{"all"}}) })
			wg.Go(func() { removed = db.Roles.Remove(ctx, "acme", "all") })
			wg.Wait()
			if (granted == nil) == (removed == nil) {
				t.Fatalf("granted: %v, removed: %v", granted, removed)
			}
			if removed == nil {
				if err := db.Roles.Add(ctx, "acme", portal.Role{ID: "all", Name: "All", Permissions: portal.Permissions()}, start()); err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}
