package app

import (
	"context"
	"time"
)

// indexEvery is how often events are looked for that are to be indexed.
const indexEvery = time.Second

// index indexes events beside those who bring them, until ctx ends.
func (a *App) index(ctx context.Context) {
	tick := time.NewTicker(indexEvery)
	defer tick.Stop()
	for {
		n, err := a.DB.EventIndex.Pass(ctx)
		if err != nil && ctx.Err() == nil {
			a.Log.WarnContext(ctx, "events not indexed", "err", err)
		}
		if err == nil && n > 0 && ctx.Err() == nil {
			continue // there may be more
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// retain deletes events that are not to be kept any longer, now and every hour
// until ctx ends.
func (a *App) retain(ctx context.Context) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		n, err := a.DB.EventRetention.Sweep(ctx, a.Now())
		if err != nil && ctx.Err() == nil {
			a.Log.WarnContext(ctx, "events past their time not deleted", "err", err)
		}
		if n > 0 {
			a.Log.InfoContext(ctx, "events past their time deleted", "events", n)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}
