package app

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"sallyport/internal/inventory"
	"sallyport/internal/store"
)

// mostRoles bounds the edges that are looked at of one thing: nobody has as many groups.
const mostRoles = 10_000

const superAdmin = "SUPER_ADMIN"

// Roles implements [remedy.Admins].
func (h held) Roles(ctx context.Context, org, connection, kind, id string) ([]string, bool, error) {
	of := inventory.Ref{Kind: inventory.Kind(kind), ID: id}
	t, known, err := h.roled(ctx, org, connection)
	if err == nil && known {
		known, err = h.db.Inventory.Known(ctx, t, of)
	}
	if err != nil || !known {
		return nil, false, err
	}
	out, err := h.rolesOf(ctx, t, of)
	if err != nil || of.Kind != inventory.User {
		return out, err == nil, err
	}
	groups, err := h.db.Inventory.Edges(ctx, t.Org, t.ID, store.EdgeQuery{Of: of, Relation: inventory.MemberOf, Limit: mostRoles})
	if err != nil {
		return nil, false, fmt.Errorf("list the groups of %s: %w", id, err)
	}
	holders, err := h.db.Inventory.Holders(ctx, t)
	if err != nil {
		return nil, false, fmt.Errorf("list who has roles: %w", err)
	}
	for _, g := range groups {
		if !slices.Contains(holders, g.To) {
			continue
		}
		more, err := h.rolesOf(ctx, t, g.To)
		if err != nil {
			return nil, false, err
		}
		out = append(out, more...)
	}
	slices.Sort(out)
	return slices.Compact(out), true, nil
}

// roled returns the org that a connection leads to; false where its roles were not read.
func (h held) roled(ctx context.Context, org, connection string) (inventory.Tenant, bool, error) {
	t, read, err := h.tenant(ctx, org, connection)
	if err != nil || !read {
		return t, false, err
	}
	sights, err := h.db.Inventory.At(t.Org, t.ID, time.Time{}).Sights(ctx)
	return t, sights[string(inventory.HasRole)].Seen() && sights[string(inventory.MemberOf)].Seen(), err
}

// rolesOf are the types of the roles that something has itself.
func (h held) rolesOf(ctx context.Context, t inventory.Tenant, of inventory.Ref) ([]string, error) {
	edges, err := h.db.Inventory.Edges(ctx, t.Org, t.ID, store.EdgeQuery{Of: of, Relation: inventory.HasRole, Limit: mostRoles})
	if err != nil {
		return nil, fmt.Errorf("list the roles of %s: %w", of.ID, err)
	}
	var out []string
	for _, e := range edges {
		status, err := statusIn(e.Body)
		if err != nil {
			return nil, fmt.Errorf("read a role of %s: %w", of.ID, err)
		}
		if status != "" && status != "ACTIVE" {
			continue
		}
		if e.To.Kind == inventory.CustomRole {
			out = append(out, "CUSTOM") // as Okta names their type
		} else {
			out = append(out, e.To.ID)
		}
	}
	return out, nil
}

// SuperAdmins implements [remedy.Admins].
func (h held) SuperAdmins(ctx context.Context, org, connection string) (map[string]bool, bool, error) {
	t, known, err := h.roled(ctx, org, connection)
	if err != nil || !known {
		return nil, false, err
	}
	holders, err := h.db.Inventory.Holders(ctx, t)
	if err != nil {
		return nil, false, fmt.Errorf("list who has roles: %w", err)
	}
	var ids []string
	for _, of := range holders {
		roles, err := h.rolesOf(ctx, t, of)
		if err != nil {
			return nil, false, err
		}
		switch {
		case !slices.Contains(roles, superAdmin):
		case of.Kind == inventory.User:
			ids = append(ids, of.ID)
		case of.Kind == inventory.Group:
			members, err := h.db.Inventory.Edges(ctx, t.Org, t.ID, store.EdgeQuery{Of: of, Inward: true, Relation: inventory.MemberOf, Limit: mostRoles})
			if err != nil {
				return nil, false, fmt.Errorf("list who is in %s: %w", of.ID, err)
			}
			for _, m := range members {
				ids = append(ids, m.From.ID)
			}
		}
	}
	out, err := h.whoSignsIn(ctx, t, ids)
	return out, err == nil, err
}

// whoSignsIn are those of some people who can.
func (h held) whoSignsIn(ctx context.Context, t inventory.Tenant, ids []string) (map[string]bool, error) {
	people, err := h.db.Inventory.ByIDs(ctx, t.Org, inventory.User, ids)
	if err != nil {
		return nil, fmt.Errorf("read the super admins: %w", err)
	}
	out := map[string]bool{}
	for _, p := range people {
		status, err := statusIn(p.Body)
		if err != nil {
			return nil, fmt.Errorf("read user %s: %w", p.ID, err)
		}
		if p.Tenant == t.ID && !slices.Contains([]string{"SUSPENDED", "DEPROVISIONED", "STAGED"}, status) {
			out[p.ID] = true
		}
	}
	return out, nil
}

func statusIn(body json.RawMessage) (string, error) {
	var of struct {
		Status string `json:"status"`
	}
	if len(body) == 0 {
		return "", nil
	}
	err := json.Unmarshal(body, &of)
	return of.Status, err
}
