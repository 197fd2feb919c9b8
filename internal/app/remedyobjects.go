package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/expr"
	"sallyport/internal/inventory"
	"sallyport/internal/posture"
	"sallyport/internal/remedy"
	"sallyport/internal/store"
	"sallyport/internal/value"
)

// held finds for remedies what the inventory and the checks know of an org.
type held struct {
	db  *store.DB
	now func() time.Time
}

// mostSelected bounds what a schedule selects; a plan takes far fewer.
const mostSelected = 10_000

// tenant returns the org that a connection leads to; false where it was not read.
func (h held) tenant(ctx context.Context, org, connection string) (inventory.Tenant, bool, error) {
	conn, err := h.db.Connections.Get(ctx, org, connection)
	if err != nil {
		return inventory.Tenant{}, false, err
	}
	all, err := h.db.Inventory.Tenants(ctx, org)
	for _, t := range all {
		if t.Domain == conn.Settings.Text("domain") {
			return t, true, nil
		}
	}
	return inventory.Tenant{}, false, err
}

// People implements [remedy.People].
func (h held) People(ctx context.Context, org, connection string) (int, bool, error) {
	t, read, err := h.tenant(ctx, org, connection)
	if err != nil || !read {
		return 0, false, err
	}
	at := h.db.Inventory.At(org, t.ID, time.Time{})
	sights, err := at.Sights(ctx)
	if err != nil || !sights[string(inventory.User)].Seen() {
		return 0, false, err
	}
	n, err := h.db.Inventory.Counts(ctx, org, t.ID)
	return n[string(inventory.User)], true, err
}

// Select implements [remedy.Selector].
func (h held) Select(ctx context.Context, org, connection string, s remedy.Selection) ([]remedy.Object, error) {
	t, read, err := h.tenant(ctx, org, connection)
	if err != nil {
		return nil, err
	}
	if !read {
		return nil, remedy.ErrNoInventory
	}
	if s.Check != "" {
		return h.found(ctx, t, s)
	}
	return h.people(ctx, t, s.People)
}

// found are the objects of the findings of a check that are open, of the kind that
// the playbook is for, each once: several findings may be about parts of one.
func (h held) found(ctx context.Context, t inventory.Tenant, s remedy.Selection) ([]remedy.Object, error) {
	open, err := h.db.Postures.Findings(ctx, t.Org, t.ID, store.FindingFilter{
		States: []posture.FindingState{posture.Open}, Checks: []string{s.Check}, Kind: inventory.Kind(s.For), Limit: mostSelected,
	})
	var out []remedy.Object
	for _, f := range open {
		if !slices.ContainsFunc(out, func(o remedy.Object) bool { return o.ID == f.Object.ID }) {
			out = append(out, remedy.Object{ID: f.Object.ID, Name: f.Object.Name})
		}
	}
	return out, err
}

var errEnough = errors.New("more are selected than any plan takes")

// people are those of whom a condition holds.
func (h held) people(ctx context.Context, t inventory.Tenant, where string) ([]remedy.Object, error) {
	condition, err := expr.CompileCondition(where, "user", "now")
	if err != nil {
		return nil, errs.Wrap(errs.Invalid, err, "people: %v", err)
	}
	var out []remedy.Object
	now := h.now().UTC()
	err = h.db.Inventory.At(t.Org, t.ID, time.Time{}).Entities(ctx, inventory.User, func(e inventory.Entity) error {
		body, err := value.Load(e.Body)
		if err != nil {
			return fmt.Errorf("read user %s: %w", e.ID, err)
		}
		is, err := condition.True(map[string]any{"user": body, "now": now})
		switch {
		case err != nil:
			return errs.Wrap(errs.Invalid, err, "people: of %s: %v", e.Name, err)
		case !is:
			return nil
		case len(out) == mostSelected:
			return errEnough
		}
		out = append(out, remedy.Object{ID: e.ID, Name: e.Name})
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil // the ceiling of the schedule is far below
	}
	return out, err
}
