package app

import (
	"context"

	"sallyport/internal/api"
	"sallyport/internal/inventory"
	"sallyport/internal/portal"
	"sallyport/internal/timeline"
)

// TimelineLine is one line of a timeline, as the API shows it.
type TimelineLine = api.TimelineLine

// Timeline returns the newest lines of what happened around a person, who goes by
// a login or an id, up to a number; with no tenant what events alone tell. Known
// says whether the inventory has the person.
func (c *Core) Timeline(ctx context.Context, org portal.Organization, tenant, person string, kinds []timeline.Kind, most int) (lines []TimelineLine, known bool, err error) {
	full, _ := portal.Builtin(portal.Admin)
	caller := portal.Caller{Org: org, Roles: []portal.Role{full}}
	deps := api.Deps{DB: c.DB, Shelf: c.Shelf, Now: c.Now, Log: c.Log}
	return api.ReadTimeline(ctx, deps, caller, api.TimelineOf{Tenant: tenant, Kind: inventory.User, Entity: person, Kinds: kinds}, most)
}
