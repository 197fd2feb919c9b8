package app

import (
	"context"
	"errors"

	"sallyport/internal/connector"
	"sallyport/internal/event"
	"sallyport/internal/flow"
	"sallyport/internal/okta"
	"sallyport/internal/quota"
	"sallyport/internal/source"
	"sallyport/internal/value"
)

// reads is what flows and the guard read of the database.
type reads struct{ c *Core }

// Connection returns a connection as the engine takes it.
func (r reads) Connection(ctx context.Context, org, id string) (connector.Connection, error) {
	got, err := r.c.DB.Connections.Get(ctx, org, id)
	return got.Connection, err
}

// Event returns a stored event.
func (r reads) Event(ctx context.Context, org, uuid string) (event.Event, error) {
	return r.c.DB.Events.Get(ctx, org, uuid)
}

// TableRows carries out a read of a table.
func (r reads) TableRows(ctx context.Context, org string, c flow.Change) (*value.Object, []string, error) {
	return r.c.DB.Tables.ReadOpen(ctx, org, c, r.c.Keys)
}

// logFetcher reads a source's System Log through its connection, within the rate
// budget that everything shares which calls that org.
type logFetcher struct {
	c *Core
	s source.Source
}

// Fetch makes a signed-in GET request.
func (f logFetcher) Fetch(ctx context.Context, target string) (okta.Answer, error) {
	conn, err := f.c.DB.Connections.Get(ctx, f.s.Org, f.s.Connection)
	if err != nil {
		return okta.Answer{}, err
	}
	raw, err := f.c.Engine.Raw(ctx, conn.Connection, connector.Call{Action: "custom_api_call", Inputs: value.Map("method", "GET", "url", target), Priority: quota.Poll})
	if ce, ok := errors.AsType[*connector.Error](err); ok && !ce.RetryAt.IsZero() {
		return okta.Answer{}, &source.WaitError{Until: ce.RetryAt}
	}
	if err != nil {
		return okta.Answer{}, err
	}
	return okta.Answer{Status: raw.Status, Header: raw.Header, Body: raw.Body}, nil
}
