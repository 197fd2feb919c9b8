package app

import (
	"context"
	"net/http"
	"time"

	"sallyport/internal/connector"
	"sallyport/internal/errs"
	"sallyport/internal/inventory"
	"sallyport/internal/posture"
	"sallyport/internal/quota"
	"sallyport/internal/source"
	"sallyport/internal/store"
)

const (
	// netEvery is how often what changed in an org is read whatever events said.
	netEvery = time.Hour
	// netOverlap is how much of what the last net read the next reads again: Okta's
	// search lags behind.
	netOverlap = 5 * time.Minute
	// deltaEvents is how many events of a log are applied at a time.
	deltaEvents = 5000
	// deltaSkew is how far Okta's clock and ours are taken to be apart at most.
	deltaSkew = 10 * time.Second
)

// deltaOkta applies the events of an org's log that came since it last did, and reports
// whether that changed anything. Where no source of the log is known it does nothing.
// It is a conflict where another process reads the org.
func (c *Core) deltaOkta(ctx context.Context, f store.Followed, skew time.Duration) (bool, error) {
	sources, err := c.ownPart(ctx, f.Tenant, &posture.Settings{})
	if err != nil || len(sources) == 0 {
		return false, err
	}
	state, err := c.DB.Inventory.Delta(ctx, f.Tenant, f.Read.From.Add(-skew))
	if err != nil {
		return false, err
	}
	families := inventory.NewFamilies()
	numbered, to, err := c.DB.Events.Since(ctx, f.Org, state.Cursor, deltaEvents, families.Concern)
	if err != nil {
		return false, err
	}
	at := c.Now()
	events := store.Changes(numbered, sources)
	work := inventory.DeltaWork{Tenant: f.Tenant, At: at, Events: events, Read: f.Read, Skew: skew, Shelf: c.DB.Inventory, Now: c.DB.Inventory.At(f.Org, f.ID, time.Time{})}
	if state.NetAt.Before(f.Read.From) {
		state.NetAt = f.Read.From
	}
	if !at.Before(state.NetAt.Add(netEvery)) {
		work.Net, state.NetAt = state.NetAt.Add(-netOverlap), at
	}
	state.Cursor, state.LookedAt = to, at
	if len(events) == 0 && work.Net.IsZero() {
		return c.DB.Inventory.Advance(ctx, f.Tenant, state, nil)
	}
	names, err := c.runDelta(ctx, f.Tenant, work)
	if err != nil {
		return false, err
	}
	return c.DB.Inventory.Advance(ctx, f.Tenant, state, names)
}

// runDelta carries a delta out, alone.
func (c *Core) runDelta(ctx context.Context, t inventory.Tenant, w inventory.DeltaWork) ([]string, error) {
	conn, err := c.DB.Connections.Get(ctx, t.Org, t.Connection)
	if err != nil {
		return nil, err
	}
	if conn.Connector != string(source.Okta) {
		return nil, errs.New(errs.Invalid, "%q is no connection to an Okta org", conn.Name)
	}
	release, lost, err := c.holdSync(ctx, t)
	if err != nil {
		return nil, err
	}
	defer release()
	running, err := c.DB.Inventory.Syncs(ctx, t.Org, t.ID, 1)
	if err != nil {
		return nil, err
	}
	if len(running) > 0 && running[0].State == inventory.Syncing { // begun meanwhile, and to be gone on with
		return nil, errs.New(errs.Conflict, "all of the org is being read")
	}
	work, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	context.AfterFunc(lost, func() { stop(errs.New(errs.Conflict, "another process reads the org")) })
	w.Fetch, w.Token = syncFetcher{c.Engine, conn.Connection}, conn.Auth == connector.APIKey
	e := inventory.Engine{Now: c.Now, Log: c.Log, Bucket: func(path string) string { return quota.OktaBucket(http.MethodGet, path) }}
	names, err := e.Delta(work, w)
	if cause := context.Cause(work); err != nil && cause != nil && ctx.Err() == nil {
		return nil, cause
	}
	return names, err
}
