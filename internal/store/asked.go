package store

import (
	"context"
	"time"

	"sallyport/internal/alert"
	"sallyport/internal/ask"
	"sallyport/internal/event"
	"sallyport/internal/inventory"
	"sallyport/internal/posture"
)

// Asked is what questions in SQL are answered from. Everything that it is asked for
// is of one organization.
func (db *DB) Asked() ask.Source { return ask.Source{Orgs: askedOrgs{db}, Watch: askedWatch{db}} }

type askedOrgs struct{ db *DB }

// Tenants implements [ask.Orgs].
func (a askedOrgs) Tenants(ctx context.Context, org string) ([]inventory.Tenant, error) {
	return a.db.Inventory.Tenants(ctx, org)
}

// Reader implements [ask.Orgs].
func (a askedOrgs) Reader(t inventory.Tenant) inventory.Reader {
	return a.db.Inventory.At(t.Org, t.ID, time.Time{})
}

// Stamp implements [ask.Orgs].
func (a askedOrgs) Stamp(ctx context.Context, t inventory.Tenant) (string, error) {
	return a.db.Inventory.Stamp(ctx, t.Org, t.ID)
}

// Versions implements [ask.Orgs].
func (a askedOrgs) Versions(ctx context.Context, t inventory.Tenant, each func(ask.Version) error) error {
	return a.db.Inventory.Versions(ctx, t.Org, t.ID, func(e inventory.Entity, from, until time.Time) error {
		return each(ask.Version{Entity: e, From: from, Until: until})
	})
}

// Spans implements [ask.Orgs].
func (a askedOrgs) Spans(ctx context.Context, t inventory.Tenant, each func(ask.Span) error) error {
	return a.db.Inventory.EdgeVersions(ctx, t.Org, t.ID, func(e inventory.Edge, from, until time.Time) error {
		return each(ask.Span{Edge: e, From: from, Until: until})
	})
}

// Accounts implements [ask.Orgs].
func (a askedOrgs) Accounts(ctx context.Context, org string, each func(inventory.Tenant, inventory.Entity) error) error {
	all, err := a.db.Inventory.TenantsOf(ctx, org, inventory.ByAuth0)
	if err != nil {
		return err
	}
	for _, t := range all {
		if err := a.db.Inventory.At(org, t.ID, time.Time{}).Entities(ctx, inventory.Auth0User, func(e inventory.Entity) error { return each(t, e) }); err != nil {
			return err
		}
	}
	return nil
}

type askedWatch struct{ db *DB }

// Findings implements [ask.Watch].
func (a askedWatch) Findings(ctx context.Context, t inventory.Tenant, each func(posture.Finding) error) error {
	return a.db.Postures.Each(ctx, t.Org, t.ID, each)
}

// How many are read by one query.
const (
	alertsAtOnce = 1000
	eventsAtOnce = 1000
)

// Alerts implements [ask.Watch].
func (a askedWatch) Alerts(ctx context.Context, org string, since time.Time, each func(alert.Alert) error) error {
	filter := AlertFilter{Since: since, Limit: alertsAtOnce}
	for {
		some, err := a.db.Alerts.List(ctx, org, filter)
		if err != nil {
			return err
		}
		for _, x := range some {
			if err := each(x); err != nil {
				return err
			}
		}
		if len(some) < alertsAtOnce {
			return nil
		}
		last := some[len(some)-1]
		filter.After = Place{At: last.CreatedAt, ID: last.ID}
	}
}

// Events implements [ask.Watch].
func (a askedWatch) Events(ctx context.Context, org string, since time.Time, each func(string, event.Event) error) error {
	search := EventSearch{Since: since, Limit: eventsAtOnce}
	for {
		found, err := a.db.Events.Search(ctx, org, search)
		if err != nil {
			return err
		}
		for _, e := range found.Events {
			if err := each(e.Source, e.Event); err != nil {
				return err
			}
		}
		if search.After = found.Next; found.Next == (Place{}) {
			return nil
		}
	}
}

// Sources implements [ask.Watch]: those by connections to the tenant's domain.
func (a askedWatch) Sources(ctx context.Context, t inventory.Tenant) ([]string, error) {
	conns, err := a.db.Connections.List(ctx, t.Org)
	if err != nil {
		return nil, err
	}
	same := map[string]bool{}
	for _, c := range conns {
		same[c.ID] = c.Settings.Text("domain") == t.Domain
	}
	all, err := a.db.Sources.List(ctx, t.Org)
	var out []string
	for _, s := range all {
		if same[s.Connection] {
			out = append(out, s.ID)
		}
	}
	return out, err
}
