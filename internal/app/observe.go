package app

import (
	"context"
	"time"

	"sallyport/internal/api"
	"sallyport/internal/connector"
	"sallyport/internal/event"
)

// called counts the calls of connectors.
func (a *App) called(ctx context.Context, conn connector.Connection, _ connector.Call) (context.Context, func(*connector.Error)) {
	began, of := time.Now(), conn.Connector
	if _, ours := a.Shelf.Get(of); !ours {
		of = api.OwnConnector
	}
	return ctx, func(err *connector.Error) { a.metrics.Called(of, time.Since(began), err) }
}

// newest returns how long the newest of events took from being published until now;
// 0 where there is none.
func newest(es []event.Event, now time.Time) time.Duration {
	var at time.Time
	for _, e := range es {
		if e.Published.After(at) {
			at = e.Published
		}
	}
	if at.IsZero() {
		return 0
	}
	return now.Sub(at)
}
