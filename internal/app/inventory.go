package app

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"time"

	"sallyport/internal/connector"
	"sallyport/internal/errs"
	"sallyport/internal/id"
	"sallyport/internal/inventory"
	"sallyport/internal/okta"
	"sallyport/internal/quota"
	"sallyport/internal/source"
	"sallyport/internal/store"
	"sallyport/internal/value"
)

const (
	// syncRequest bounds one request of a sync, in time.
	syncRequest = 30 * time.Second
	// syncWait is how long a request sleeps for the rate limit by itself; longer
	// waits are the sync's to plan around.
	syncWait = 2 * time.Second
	// syncLease is how long nobody else goes on with a sync after its process died.
	syncLease = 30 * time.Second
)

// syncFetcher reads an org for a sync: after everybody else who calls it.
type syncFetcher struct {
	engine *connector.Engine
	conn   connector.Connection
}

// Fetch makes a signed-in GET request.
func (f syncFetcher) Fetch(ctx context.Context, target string) (okta.Answer, error) {
	raw, err := f.engine.Raw(ctx, f.conn, connector.Call{
		Action: "custom_api_call", Inputs: value.Map("method", "GET", "url", target), Priority: quota.Sync, Wait: syncWait, Timeout: syncRequest,
	})
	ce := connector.AsError(err)
	switch {
	case err == nil:
		return okta.Answer{Status: raw.Status, Header: raw.Header, Body: raw.Body}, nil
	case ce != nil && !ce.RetryAt.IsZero():
		return okta.Answer{}, &inventory.WaitError{Until: ce.RetryAt}
	case ce != nil && ce.Auth:
		return okta.Answer{}, errs.Wrap(errs.Denied, err, "%s", ce.Message)
	case ce != nil && ce.Transient:
		return okta.Answer{}, errs.Wrap(errs.Unavailable, err, "%s", ce.Message)
	}
	return okta.Answer{}, err
}

// unasked is the error of who could not ask which org or tenant it is. That the rate
// limit leaves nothing for now passes.
func unasked(err error, what string) error {
	kind := errs.KindOf(err)
	if _, waits := errors.AsType[*inventory.WaitError](err); waits {
		kind = errs.Unavailable
	}
	return errs.Wrap(kind, err, "ask which %s it is: %s", what, errs.Message(err))
}

// meetTenant says which Okta org a connection leads to, and since when that exists,
// about.
func (c *Core) meetTenant(ctx context.Context, conn store.Connection) (inventory.Tenant, time.Time, error) {
	f := syncFetcher{c.Engine, conn.Connection}
	var found struct {
		ID          string    `json:"id"`
		CompanyName string    `json:"companyName"`
		Created     time.Time `json:"created"`
	}
	for _, target := range []string{"/.well-known/okta-organization", "/api/v1/org"} { // the latter may be denied
		a, err := f.Fetch(ctx, target)
		if err != nil {
			return inventory.Tenant{}, time.Time{}, unasked(err, "org")
		}
		if a.Status == http.StatusOK && json.Unmarshal(a.Body, &found) != nil {
			return inventory.Tenant{}, time.Time{}, errs.New(errs.Unavailable, "the org's answer to %s is not what Okta's API describes", target)
		}
	}
	if found.ID == "" {
		return inventory.Tenant{}, time.Time{}, errs.New(errs.Unavailable, "the org does not say which it is")
	}
	t, err := c.DB.Inventory.Meet(ctx, inventory.Tenant{
		Org: conn.Org, Provider: inventory.ByOkta, OktaID: found.ID, Domain: conn.Settings.Text("domain"), Name: found.CompanyName, Connection: conn.ID,
	})
	return t, found.Created, err
}

// meet says which Okta org or Auth0 tenant a connection leads to.
func (c *Core) meet(ctx context.Context, conn store.Connection) (inventory.Tenant, error) {
	if conn.Connector == auth0Connector {
		return c.meetAuth0(ctx, conn)
	}
	t, _, err := c.meetTenant(ctx, conn)
	return t, err
}

// expectTenant makes the org known that a new connection leads to, so that a server
// reads it, and returns its id. That this failed fails nobody: it can be asked for
// at any time.
func (c *Core) expectTenant(ctx context.Context, conn store.Connection) string {
	t, err := c.meet(ctx, conn)
	if err != nil {
		c.Log.WarnContext(ctx, "the org of a new connection is not read by itself", "connection", conn.ID, "err", err)
	}
	return t.ID
}

// SyncOkta reads all of the org that a connection leads to, and goes on where an
// earlier process was. It is a conflict where another is at it.
func (c *Core) SyncOkta(ctx context.Context, conn store.Connection, tell func(inventory.Progress)) (inventory.Sync, error) {
	if conn.Connector != string(source.Okta) {
		return inventory.Sync{}, errs.New(errs.Invalid, "%q is no connection to an Okta org", conn.Name)
	}
	tenant, since, err := c.meetTenant(ctx, conn)
	if err != nil {
		return inventory.Sync{}, err
	}
	e := inventory.Engine{Shelf: c.DB.Inventory, Now: c.Now, Log: c.Log, Bucket: func(path string) string { return quota.OktaBucket(http.MethodGet, path) }}
	return c.syncTenant(ctx, tenant, func(ctx context.Context, s inventory.Sync) error {
		return e.Run(ctx, inventory.Work{Sync: s, Fetch: syncFetcher{c.Engine, conn.Connection}, Since: since, Token: conn.Auth == connector.APIKey, Tell: tell})
	})
}

// syncTenant has a tenant read, and goes on where an earlier process was. It is a
// conflict where another is at it.
func (c *Core) syncTenant(ctx context.Context, tenant inventory.Tenant, read func(context.Context, inventory.Sync) error) (inventory.Sync, error) {
	release, lost, err := c.holdSync(ctx, tenant)
	if err != nil {
		return inventory.Sync{}, err
	}
	defer release()
	s, err := c.DB.Inventory.Begin(ctx, tenant)
	if err != nil {
		return s, err
	}
	work, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	context.AfterFunc(lost, func() { stop(errs.New(errs.Conflict, "another process goes on with the sync")) })
	err = read(work, s)
	if cause := context.Cause(work); err != nil && cause != nil && ctx.Err() == nil {
		return s, cause
	}
	if err != nil && ctx.Err() == nil && errs.KindOf(err) != errs.Unavailable { // who tries again comes to the same
		err = errors.Join(err, c.DB.Inventory.Fail(ctx, s, errs.Message(err)))
	}
	if err != nil {
		return s, err
	}
	done, err := c.DB.Inventory.Syncs(ctx, tenant.Org, tenant.ID, 1)
	if err != nil || len(done) == 0 {
		return s, err
	}
	return done[0], nil
}

// holdSync makes this process the one that reads a tenant until release is called;
// lost ends when it is not any more.
func (c *Core) holdSync(ctx context.Context, t inventory.Tenant) (release func(), lost context.Context, err error) {
	name, me := "inventory "+t.ID, c.DB.Self()+"/"+id.At(c.Now()) // two of this process are two
	held, err := c.DB.Leases.Hold(ctx, name, me, syncLease)
	if err != nil {
		return nil, nil, err
	}
	if !held {
		return nil, nil, errs.New(errs.Conflict, "another process reads %s already, or was killed at it less than %s ago", t.Domain, syncLease)
	}
	lost, lose := context.WithCancel(context.WithoutCancel(ctx))
	ended, end := context.WithCancel(context.WithoutCancel(ctx))
	var renewing sync.WaitGroup
	renewing.Go(func() {
		tick := time.NewTicker(syncLease / 3)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
			case <-ended.Done():
				return
			}
			if held, err := c.DB.Leases.Hold(ended, name, me, syncLease); err == nil && !held {
				lose()
				return
			}
		}
	})
	return func() {
		end()
		renewing.Wait()
		lose()
		if err := c.DB.Leases.Release(context.WithoutCancel(ctx), name, me); err != nil {
			c.Log.WarnContext(ctx, "lease of a sync not released", "err", err)
		}
	}, lost, nil
}
