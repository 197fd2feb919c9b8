package app

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"sallyport/internal/api"
	"sallyport/internal/egress"
	"sallyport/internal/portal"
	"sallyport/internal/store"
)

// SSO returns single sign-on on a portal of the core's database. ended is told of
// sessions that it ends; it may be nil.
func (c *Core) SSO(p *portal.Portal, ended func(org, session string)) (*portal.SSO, error) {
	networks, err := c.Config.Networks()
	if err != nil {
		return nil, err
	}
	out := egress.New(egress.Options{Allow: networks, UserAgent: "Sallyport"})
	return portal.NewSSO(portal.SSOOptions{
		Portal: p, Configs: c.DB.SSO, Keys: c.DB.SSO, Logins: c.DB.SSOLogins, Tests: c.DB.SSOTests, Traces: c.DB.SSOTraces, Directory: c.DB.SSODirectory, Sealer: c.Keys,
		Fetch: func(ctx context.Context, url string, most int64) ([]byte, error) {
			return fetchOver(ctx, out, url, most)
		},
		Ended: ended, Server: c.Config.URL(), AllowLoopback: c.Config.SandboxURL != "", Now: c.Now, Log: c.Log,
	}), nil
}

// fetchWithin is how long an answer may take.
const fetchWithin = 15 * time.Second

// fetchOver gets what stands at a URL.
func fetchOver(ctx context.Context, out *egress.Egress, url string, most int64) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	resp, err := out.Client(egress.ClientOptions{Timeout: fetchWithin, Body: most, Redirects: egress.SameHost}).Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the answer is %s", resp.Status)
	}
	return io.ReadAll(resp.Body)
}

// refreshEvery is how often it is looked for metadata that is due to be fetched.
const refreshEvery = 5 * time.Minute

// signOn fetches metadata again where that is due, and forgets sign-ins that were
// not completed, until ctx ends.
func (a *App) signOn(ctx context.Context) {
	tick := time.NewTicker(refreshEvery)
	defer tick.Stop()
	for {
		if err := a.single.RefreshDue(ctx); err != nil && ctx.Err() == nil {
			a.Log.WarnContext(ctx, "metadata of identity providers not refreshed", "err", err)
		}
		if err := a.single.Sweep(ctx); err != nil && ctx.Err() == nil {
			a.Log.WarnContext(ctx, "sign-ins that ended not swept", "err", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// newSSO puts single sign-on together.
func (a *App) newSSO() (err error) {
	a.single, err = a.SSO(a.Doors, func(org, session string) { a.Live.Publish(org, api.SessionEnded(session)) })
	return err
}

// resealSSO seals the keys of organizations with the current key.
func resealSSO(ctx context.Context, db *store.DB, keys portal.Keys) (int, error) {
	return db.SSO.ResealKeys(ctx, func(org string, sealed []byte) ([]byte, error) { return portal.ResealKey(keys, org, sealed) })
}
