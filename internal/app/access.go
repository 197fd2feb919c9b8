package app

import (
	"context"
	"strings"
	"time"

	"sallyport/internal/access"
	"sallyport/internal/errs"
	"sallyport/internal/inventory"
)

// OktaTenant returns the Okta org of an organization that has a domain, name or
// id; the only one where nothing is said.
func (c *Core) OktaTenant(ctx context.Context, org, which string) (inventory.Tenant, error) {
	all, err := c.DB.Inventory.Tenants(ctx, org)
	if err != nil {
		return inventory.Tenant{}, err
	}
	var found []inventory.Tenant
	var names []string
	for _, t := range all {
		names = append(names, t.Domain)
		_, host, _ := strings.Cut(t.Domain, "://")
		if which == "" || which == t.ID || which == t.OktaID || which == t.Domain || which == host || which == t.Name {
			found = append(found, t)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(names) == 0:
		return inventory.Tenant{}, errs.New(errs.NotFound, "no Okta org was read yet: see sallyport okta sync")
	case len(found) == 0:
		return inventory.Tenant{}, errs.New(errs.NotFound, "there is no Okta org %q: there is %s", which, strings.Join(names, ", "))
	}
	return inventory.Tenant{}, errs.New(errs.Invalid, "there are several Okta orgs: say which of %s", strings.Join(names, ", "))
}

// AccessGraph returns what controlling one thing of an Okta org gives, as it was
// at a moment; the zero time is now.
func (c *Core) AccessGraph(ctx context.Context, t inventory.Tenant, at time.Time) (*access.Graph, error) {
	now := at
	if at.IsZero() {
		now = c.Now()
	}
	return access.Load(ctx, c.DB.Inventory.At(t.Org, t.ID, at), access.Options{Now: now})
}
