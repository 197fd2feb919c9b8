package ask

import (
	"context"
	"time"

	"sallyport/internal/alert"
	"sallyport/internal/event"
	"sallyport/internal/inventory"
	"sallyport/internal/posture"
)

// Orgs is what is known of an organization's Okta orgs.
type Orgs interface {
	Tenants(ctx context.Context, org string) ([]inventory.Tenant, error)
	// Reader reads a tenant as it is known now.
	Reader(t inventory.Tenant) inventory.Reader
	// Stamp is another text whenever the inventory of a tenant may have changed.
	Stamp(ctx context.Context, t inventory.Tenant) (string, error)
	// Versions hands on what entities were like, and Spans which edges there were,
	// each with its time.
	Versions(ctx context.Context, t inventory.Tenant, each func(Version) error) error
	Spans(ctx context.Context, t inventory.Tenant, each func(Span) error) error
	// Accounts hands on the accounts of an organization's Auth0 tenants.
	Accounts(ctx context.Context, org string, each func(t inventory.Tenant, e inventory.Entity) error) error
}

// Watch is what was seen of them.
type Watch interface {
	// Findings hands on the findings of a tenant.
	Findings(ctx context.Context, t inventory.Tenant, each func(posture.Finding) error) error
	// Alerts hands on an organization's alerts since a time, the newest first.
	Alerts(ctx context.Context, org string, since time.Time, each func(alert.Alert) error) error
	// Events hands on an organization's events since a time, the newest first, each
	// with its source.
	Events(ctx context.Context, org string, since time.Time, each func(source string, e event.Event) error) error
	// Sources are the sources that bring the log of a tenant.
	Sources(ctx context.Context, t inventory.Tenant) ([]string, error)
}

// Source is where the rows of views come from. Everything that it is asked for is of
// one organization.
type Source struct {
	Orgs
	Watch
}

// Version is what an entity was like for a time.
type Version struct {
	inventory.Entity

	From, Until time.Time // Until is zero while it is like this still
}

// Span is how long there was an edge.
type Span struct {
	inventory.Edge

	From, Until time.Time
}
