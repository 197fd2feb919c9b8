package guard

import (
	"context"
	"fmt"

	"sallyport/internal/connector"
	"sallyport/internal/errs"
)

// maxTargets bounds how many people and groups of one call are looked up: each
// costs calls of the tenant's API.
const maxTargets = 100

// reach is what an action touches.
type reach struct {
	through connector.Connection // by which the targets are looked up
	targets []connector.Entity
	unclear string // why the targets may not be all; empty where they are
}

// reach says what an action touches. A call of any connector that leads to a
// tenant which one of the organization's connections is for is judged as that
// connection's own: an HTTP call to Okta suspends as well as Okta's action.
func (g *Guard) reach(ctx context.Context, in connector.Intent) (reach, error) {
	r := reach{through: in.Connection, targets: in.Action.Entities(in.Call.Inputs)}
	action, inputs := in.Action, in.Call.Inputs
	all, err := g.Tenants.Of(ctx, in.Org)
	if err != nil {
		return r, fmt.Errorf("find the tenants of the organization: %w", err)
	}
	stand, err := g.Caller.Stand(in.Connection, in.Call, all)
	switch {
	case errs.KindOf(err) == errs.Invalid:
		r.unclear = fmt.Sprintf("whom %s touches cannot be told: %s. While anybody is protected, it is not made", in.Action.Title, errs.Message(err))
	case err != nil:
		return r, fmt.Errorf("find out where %s leads: %w", in.Action.Title, err)
	case stand != nil:
		action, inputs = stand.Action, stand.Call.Inputs
		r.through, r.targets = stand.Connection, action.Entities(inputs)
	}
	if action.Unclear(inputs) {
		r.unclear = fmt.Sprintf("whom a call of this kind touches cannot be told from it (%s). While anybody is protected, it is not made", action.Title)
	}
	return r, nil
}
