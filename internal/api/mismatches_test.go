package api

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"sallyport/internal/inventory"
	"sallyport/internal/value"
)

// keepAll keeps entities of a tenant as one reading does.
func (b *bench) keepAll(t inventory.Tenant, kind inventory.Kind, all []inventory.Entity) {
	b.t.Helper()
	ctx, shelf := b.t.Context(), b.db.Inventory
	s, err := shelf.Begin(ctx, t)
	if err != nil {
		b.t.Fatal(err)
	}
	tasks, err := shelf.Plan(ctx, s, []inventory.Task{{Step: "list"}})
	if err != nil {
		b.t.Fatal(err)
	}
	for n := 0; n < len(all); n += 200 {
		task := tasks[0]
		task.Pages, task.Done = n/200+1, n+200 >= len(all)
		if _, err := shelf.Save(ctx, s, []inventory.Outcome{{Task: task, Entities: all[n:min(n+200, len(all))]}}); err != nil {
			b.t.Fatal(err)
		}
	}
	if err := shelf.Settle(ctx, s, inventory.Settlement{Kinds: []inventory.Kind{kind}, Sights: seen(s.StartedAt)}); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) meetTenant(p inventory.Provider, id string) inventory.Tenant {
	b.t.Helper()
	t, err := b.db.Inventory.Meet(b.t.Context(), inventory.Tenant{Org: b.acme.ID, Provider: p, OktaID: id, Domain: "https://" + id, Name: id})
	if err != nil {
		b.t.Fatal(err)
	}
	return t
}

// Of many people exactly those are told of whose accounts differ, and the accounts of
// nobody and of maybes are not. MISMATCH_USERS=100000 shows how long it takes.
func TestMismatchesOfMany(t *testing.T) {
	many := 700
	if text := os.Getenv("MISMATCH_USERS"); text != "" {
		var err error
		if many, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	b := setup(t)
	okta, auth0 := b.meetTenant(inventory.ByOkta, "acme.okta.com"), b.meetTenant(inventory.ByAuth0, "acme.eu.auth0.com")
	var people, accounts []inventory.Entity
	want := map[string]string{}
	for i := range many {
		mail, status, blocked, verified := fmt.Sprintf("P%d@acme.example", i), "ACTIVE", false, true
		switch {
		case i%97 == 0:
			status, want[fmt.Sprintf("00u%06d", i)] = "DEPROVISIONED", "leftOpen"
		case i%89 == 0:
			blocked, want[fmt.Sprintf("00u%06d", i)] = true, "shutOut"
		case i%83 == 0: // somebody else's words
			status, verified = "SUSPENDED", false
		case i%79 == 0:
			status, blocked = "DEPROVISIONED", true
		}
		people = append(people, inventory.Entity{
			Ref: inventory.Ref{Kind: inventory.User, ID: fmt.Sprintf("00u%06d", i)}, Name: mail,
			Body: json.RawMessage(fmt.Sprintf(`{"status":%q,"profile":{"login":%q,"email":%q}}`, status, mail, mail)),
		})
		accounts = append(accounts, inventory.Entity{
			Ref: inventory.Ref{Kind: inventory.Auth0User, ID: fmt.Sprintf("auth0|%06d", i)}, Name: mail,
			Body: json.RawMessage(fmt.Sprintf(`{"email":"p%d@acme.example","email_verified":%t,"blocked":%t,"identities":[{"provider":"auth0","connection":"db","user_id":"%d"}]}`, i, verified, blocked, i)),
		})
	}
	b.keepAll(okta, inventory.User, people)
	b.keepAll(auth0, inventory.Auth0User, accounts)
	c := b.admin()
	began := time.Now()
	got := c.get("/api/v1/tenants/"+okta.ID+"/mismatches", 200)
	t.Logf("%d people and as many accounts are compared in %s", many, time.Since(began).Round(time.Millisecond))
	if many > shownMismatches*50 {
		return
	}
	for _, item := range items(got) {
		id, state := value.String(at(item, "person.id")), value.String(at(item, "state"))
		if want[id] != state {
			t.Errorf("%s is %q, not %q", id, state, want[id])
		}
		delete(want, id)
	}
	if len(want) > 0 || got.At("more") == true {
		t.Errorf("%d are not told of: %v", len(want), want)
	}
	one := items(c.get("/api/v1/tenants/"+okta.ID+"/entities/user/00u000083/twins", 200))
	if len(one) != 1 || at(one[0], "sure") == true || value.String(at(one[0], "said")) == "" {
		t.Errorf("whose address is not verified: %v", one)
	}
}
