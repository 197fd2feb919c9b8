package app

import (
	"context"

	"sallyport/internal/connector"
	"sallyport/internal/live"
	"sallyport/internal/remedy"
)

// newRemedies returns what makes plans of remediation and carries them out.
func (c *Core) newRemedies(books *remedy.Shelf) *remedy.Engine {
	conns := tenants{c}
	return &remedy.Engine{
		Books: books, Guard: c.Guard, Conns: conns, Plans: c.DB.Remedies, Times: c.DB.RemedySchedules,
		Teller: &remedy.Mails{Conns: conns, Caller: c.Engine}, People: held{c.DB, c.Now}, Admins: held{c.DB, c.Now}, Selector: held{c.DB, c.Now}, Now: c.Now, Log: c.Log,
	}
}

// tenants finds connections and the connectors that are built in.
type tenants struct{ c *Core }

// Connection returns one connection of an organization.
func (t tenants) Connection(ctx context.Context, org, id string) (connector.Connection, error) {
	conn, err := t.c.DB.Connections.Get(ctx, org, id)
	return conn.Connection, err
}

// Connector returns the connector of an id.
func (t tenants) Connector(id string) (*connector.Connector, bool) { return t.c.Shelf.Get(id) }

// remedyChanged tells whoever looks that a plan has moved on.
func (a *App) remedyChanged(p remedy.Plan) {
	a.Live.Publish(p.Org, live.Message{Topic: live.Remedy, ID: p.ID})
}
