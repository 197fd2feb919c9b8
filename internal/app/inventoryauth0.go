package app

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"

	"sallyport/internal/errs"
	"sallyport/internal/inventory"
	"sallyport/internal/store"
	"sallyport/internal/twin"
)

// auth0Connector is the name of the connector that leads to Auth0 tenants.
const auth0Connector = "auth0"

// meetAuth0 says which Auth0 tenant a connection leads to. What it is called may be
// hidden from the credential.
func (c *Core) meetAuth0(ctx context.Context, conn store.Connection) (inventory.Tenant, error) {
	base := conn.Settings.Text("base_url")
	a, err := syncFetcher{c.Engine, conn.Connection}.Fetch(ctx, "/api/v2/tenants/settings?fields=friendly_name&include_fields=true")
	if err != nil {
		return inventory.Tenant{}, unasked(err, "tenant")
	}
	var found struct {
		Name string `json:"friendly_name"`
	}
	if a.Status == http.StatusOK && json.Unmarshal(a.Body, &found) != nil {
		return inventory.Tenant{}, errs.New(errs.Unavailable, "the tenant's answer is not what Auth0's API describes")
	}
	if a.Status == http.StatusUnauthorized {
		return inventory.Tenant{}, errs.New(errs.Denied, "Auth0 refuses the credential of the connection")
	}
	host := twin.HostOf(base)
	return c.DB.Inventory.Meet(ctx, inventory.Tenant{
		Org: conn.Org, Provider: inventory.ByAuth0, OktaID: host, Domain: base, Name: cmp.Or(found.Name, host), Connection: conn.ID,
	})
}

// SyncAuth0 reads all of the Auth0 tenant that a connection leads to, and goes on
// where an earlier process was. It is a conflict where another is at it.
func (c *Core) SyncAuth0(ctx context.Context, conn store.Connection, tell func(inventory.Progress)) (inventory.Sync, error) {
	if conn.Connector != auth0Connector {
		return inventory.Sync{}, errs.New(errs.Invalid, "%q is no connection to an Auth0 tenant", conn.Name)
	}
	tenant, err := c.meetAuth0(ctx, conn)
	if err != nil {
		return inventory.Sync{}, err
	}
	a := inventory.Auth0{Shelf: c.DB.Inventory, Now: c.Now, Log: c.Log}
	return c.syncTenant(ctx, tenant, func(ctx context.Context, s inventory.Sync) error {
		return a.Run(ctx, inventory.Work{Sync: s, Fetch: syncFetcher{c.Engine, conn.Connection}, Tell: tell})
	})
}
