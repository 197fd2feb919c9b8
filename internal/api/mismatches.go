package api

import (
	"context"
	"slices"
	"time"

	"sallyport/internal/inventory"
	"sallyport/internal/portal"
	"sallyport/internal/store"
	"sallyport/internal/twin"
)

const (
	// shownMismatches is how many differences are shown of an org.
	shownMismatches = 500
	// comparedAtOnce is for how many people accounts are looked for at once.
	comparedAtOnce = 300
)

// Mismatches is how people of an Okta org and their accounts in Auth0 differ.
type Mismatches struct {
	Items    []Mismatch `json:"items"`
	More     bool       `json:"more" doc:"there are others"`
	People   int        `json:"people" doc:"of the org"`
	Accounts int        `json:"accounts" doc:"in Auth0 that are those of people of the org for sure"`
}

// Mismatch is that somebody may sign in here and not there.
type Mismatch struct {
	Person  EntityRef  `json:"person"`
	Status  string     `json:"status" doc:"of the person, as Okta calls it"`
	Tenant  TwinTenant `json:"tenant" doc:"that the account is in"`
	Account EntityRef  `json:"account"`
	By      twin.By    `json:"by"`
	State   twin.State `json:"state"`
}

func listMismatches(ctx context.Context, d Deps, c portal.Caller, in idIn) (Mismatches, error) {
	out := Mismatches{Items: []Mismatch{}}
	t, err := d.DB.Inventory.Tenant(ctx, c.Org.ID, in.ID)
	if err != nil {
		return out, err
	}
	var people []inventory.Person
	mails := map[string]twin.Shared{}
	err = d.DB.Inventory.At(c.Org.ID, t.ID, time.Time{}).Entities(ctx, inventory.User, func(e inventory.Entity) error {
		p := inventory.PersonOf(e)
		people = append(people, p)
		mails[inventory.FoldMail(p.Email)]++
		return nil
	})
	if err != nil {
		return out, err
	}
	out.People = len(people)
	w := newTwins(d, c)
	for some := range slices.Chunk(people, comparedAtOnce) {
		if err := w.compare(ctx, t.ID, some, mails, &out); err != nil {
			return out, err
		}
	}
	return out, nil
}

// compare adds how some people and their accounts differ.
func (w *twins) compare(ctx context.Context, tenant string, people []inventory.Person, mails map[string]twin.Shared, out *Mismatches) error {
	var keys []string
	for _, p := range people {
		keys = append(keys, twin.KeysOf(p)...)
	}
	found, err := w.d.DB.Inventory.Keyed(ctx, w.org, inventory.Auth0User, keys)
	if err != nil {
		return err
	}
	byKey := map[string][]store.FoundEntity{}
	for _, f := range found {
		for _, key := range inventory.Keys(f.Entity) {
			byKey[key] = append(byKey[key], f)
		}
	}
	for _, p := range people {
		seen := map[string]bool{}
		for _, key := range twin.KeysOf(p) {
			for _, f := range byKey[key] {
				if id := f.Tenant + "/" + f.ID; seen[id] {
					continue
				} else {
					seen[id] = true
				}
				if err := w.compareOne(ctx, tenant, p, f, mails[inventory.FoldMail(p.Email)], out); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (w *twins) compareOne(ctx context.Context, tenant string, p inventory.Person, f store.FoundEntity, shared twin.Shared, out *Mismatches) error {
	a := inventory.AccountOf(f.Entity)
	m, is, err := w.same(ctx, p, tenant, a, f.Tenant, shared)
	if err != nil || !is || !m.Sure {
		return err
	}
	out.Accounts++
	state := twin.Compare(p, false, a)
	if state == twin.Alike {
		return nil
	}
	if len(out.Items) == shownMismatches {
		out.More = true
		return nil
	}
	t, err := w.tenant(ctx, f.Tenant)
	out.Items = append(out.Items, Mismatch{
		Person: EntityRef{Kind: inventory.User, ID: p.ID, Name: p.Login}, Status: p.Status, Tenant: TwinTenant{t.ID, t.Provider, t.Name, t.Domain},
		Account: entityRef(f.Ref, f.Name), By: m.By, State: state,
	})
	return err
}
