package app

import (
	"context"
	"maps"
	"slices"
	"time"

	"sallyport/internal/alert"
	"sallyport/internal/ask"
	"sallyport/internal/event"
	"sallyport/internal/inventory"
	"sallyport/internal/posture"
	"sallyport/internal/store"
)

// asked is what questions are answered from.
func (c *Core) asked() ask.Source { return ask.Source{Orgs: askedOrgs{c}, Watch: askedWatch{c}} }

type askedOrgs struct{ core *Core }

// Tenants implements [ask.Orgs].
func (a askedOrgs) Tenants(ctx context.Context, org string) ([]inventory.Tenant, error) {
	return a.core.DB.Inventory.Tenants(ctx, org)
}

// Reader implements [ask.Orgs].
func (a askedOrgs) Reader(t inventory.Tenant) inventory.Reader {
	return a.core.DB.Inventory.At(t.Org, t.ID, time.Time{})
}

// Stamp implements [ask.Orgs].
func (a askedOrgs) Stamp(ctx context.Context, t inventory.Tenant) (string, error) {
	return a.core.DB.Inventory.Stamp(ctx, t.Org, t.ID)
}

// Versions implements [ask.Orgs].
func (a askedOrgs) Versions(ctx context.Context, t inventory.Tenant, each func(ask.Version) error) error {
	return a.core.DB.Inventory.Versions(ctx, t.Org, t.ID, func(e inventory.Entity, from, until time.Time) error {
		return each(ask.Version{Entity: e, From: from, Until: until})
	})
}

// Spans implements [ask.Orgs].
func (a askedOrgs) Spans(ctx context.Context, t inventory.Tenant, each func(ask.Span) error) error {
	return a.core.DB.Inventory.EdgeVersions(ctx, t.Org, t.ID, func(e inventory.Edge, from, until time.Time) error {
		return each(ask.Span{Edge: e, From: from, Until: until})
	})
}

type askedWatch struct{ core *Core }

// Findings implements [ask.Watch].
func (a askedWatch) Findings(ctx context.Context, t inventory.Tenant, each func(posture.Finding) error) error {
	return a.core.DB.Postures.Each(ctx, t.Org, t.ID, each)
}

// alertsAtOnce is how many alerts are read by one query.
const alertsAtOnce = 1000

// Alerts implements [ask.Watch].
func (a askedWatch) Alerts(ctx context.Context, org string, since time.Time, each func(alert.Alert) error) error {
	filter := store.AlertFilter{Since: since, Limit: alertsAtOnce}
	for {
		some, err := a.core.DB.Alerts.List(ctx, org, filter)
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
		filter.After = store.Place{At: last.CreatedAt, ID: last.ID}
	}
}

// Events implements [ask.Watch].
func (a askedWatch) Events(ctx context.Context, org string, since time.Time, each func(string, event.Event) error) error {
	search := store.EventSearch{Since: since, Limit: loggedAtOnce}
	for {
		found, err := a.core.DB.Events.Search(ctx, org, search)
		if err != nil {
			return err
		}
		for _, e := range found.Events {
			if err := each(e.Source, e.Event); err != nil {
				return err
			}
		}
		if search.After = found.Next; found.Next == (store.Place{}) {
			return nil
		}
	}
}

// Sources implements [ask.Watch].
func (a askedWatch) Sources(ctx context.Context, t inventory.Tenant) ([]string, error) {
	ids, err := a.core.ownPart(ctx, t, &posture.Settings{})
	return slices.Sorted(maps.Keys(ids)), err
}
