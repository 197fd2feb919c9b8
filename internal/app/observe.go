package app

import (
	"context"
	"time"

	"sallyport/internal/api"
	"sallyport/internal/connector"
	"sallyport/internal/event"
	"sallyport/internal/trace"
)

// called counts the calls of connectors, and makes each a step of the work that it
// belongs to.
func (a *App) called(ctx context.Context, conn connector.Connection, call connector.Call) (context.Context, func(*connector.Error)) {
	began, of := time.Now(), conn.Connector
	if _, ours := a.Shelf.Get(of); !ours {
		of = api.OwnConnector
	}
	ctx, span := a.Tracer.Start(ctx, "call", trace.Text("sallyport.connector", conn.Connector), trace.Text("sallyport.action", call.Action), trace.Text("sallyport.connection", conn.ID))
	return ctx, func(err *connector.Error) {
		a.metrics.Called(of, time.Since(began), err)
		if err != nil {
			span.Set(trace.Number("http.response.status_code", err.Status))
			span.Fail("the call failed")
		}
		span.End()
	}
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
