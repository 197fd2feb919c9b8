package app

import (
	"context"
	"fmt"

	"sallyport/internal/connector"
	"sallyport/internal/guard"
	"sallyport/internal/id"
	"sallyport/internal/migration"
	"sallyport/internal/store"
	"sallyport/internal/value"
)

// Answers stands in for the services that connections lead to: it is asked what a
// call gives.
type Answers func(ctx context.Context, c connector.Connection, call connector.Call) (connector.Result, error)

// standIn is a caller that sends nothing.
type standIn struct{ answers Answers }

// Do gives what was chosen for the call. What is no error of a call is one that
// will not pass.
func (s standIn) Do(ctx context.Context, c connector.Connection, call connector.Call) (connector.Result, error) {
	res, err := s.answers(ctx, c, call)
	if err != nil && connector.AsError(err) == nil {
		err = &connector.Error{Message: err.Error(), Err: err}
	}
	return res, err
}

// Preview shows the call by the name of its action: there is no request.
func (s standIn) Preview(c connector.Connection, call connector.Call) (connector.Request, error) {
	return connector.Request{Method: "CALL", URL: c.Connector + "." + call.Action, Body: call.Inputs}, nil
}

// Stand never knows a tenant: no call leads anywhere.
func (s standIn) Stand(connector.Connection, connector.Call, []connector.Connection) (*connector.Stand, error) {
	return nil, nil //nolint:nilnil // what the guard asks for: nil where the call is nobody else's
}

// standIn gives the player's runs a caller that sends nothing, and an organization
// in which nothing is held up.
func (p *Player) standIn(ctx context.Context, answers Answers) error {
	s := standIn{answers}
	p.caller, p.Core.Guard.Caller, p.Core.Guard.Directory.Caller = s, s, s
	policy := guard.DefaultPolicy()
	policy.Ceiling = maxPlayed
	return p.Core.DB.Actions.SetPolicy(ctx, p.org, policy)
}

// maxPlayed is the ceiling of changes in a database that is thrown away.
const maxPlayed = 1_000_000

// connectAll makes a connection for each connector that an export uses, and
// returns them as [migration.Order] takes them.
func (p *Player) connectAll(ctx context.Context, res *migration.Result) (map[string]string, error) {
	out := map[string]string{}
	for _, f := range res.Flows {
		for _, s := range f.Slots {
			if out[s.Connector] != "" {
				continue
			}
			con, ok := p.Core.Shelf.Get(s.Connector)
			if !ok {
				continue
			}
			now := p.Core.Now()
			c := connector.Connection{Org: p.org, ID: id.At(now), Connector: con.ID, Name: con.Title, Auth: con.Auth[0].Kind, Settings: value.NewObject(0)}
			if err := p.Core.DB.Connections.Add(ctx, store.Connection{Connection: c, Own: c.Settings, State: store.ConnectionOK, CreatedAt: now, UpdatedAt: now}); err != nil {
				return nil, fmt.Errorf("connect %s: %w", con.ID, err)
			}
			out[con.ID] = c.ID
		}
	}
	return out, nil
}
