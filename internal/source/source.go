// Package source is where events come from: the System Log API by polling, an
// event hook that Okta posts to, a file. What it reads it hands to a [Sink] in
// batches, and goes on only when the sink has made the batch durable.
package source

import (
	"context"
	"time"

	"sallyport/internal/event"
)

// Source is one place that events come from: an Okta org, seen through a
// connection by polling, or through an event hook, or both.
type Source struct {
	ID         string
	Org        string
	Name       string
	Kind       Kind
	Connection string // id of the Okta connection; empty for a hook alone
	Poll       bool
	Hook       bool
	Enabled    bool
	StartAt    time.Time // events published before are not asked for
	HookSecret []byte    // sealed; the value Okta sends in the Authorization header
	HookID     string    // of the hook in the Okta org, where Sallyport registered it
	Cursor     string    // the next page of the System Log; empty before the first
	Health     Health
	CreatedAt  time.Time
}

// Kind says what system a source speaks of.
type Kind string

// Okta is an Okta org's System Log.
const Okta Kind = "okta"

// Health is how a source is doing. Zero times mean never.
type Health struct {
	Events      int64 // accepted since the source was made
	LastEventAt time.Time
	LastHookAt  time.Time
	LastPollAt  time.Time
	Error       string // of the last attempt, for people; empty when it went well
	ErrorAt     time.Time
	Failures    int // attempts in a row that failed
}

// Via says how a batch came.
type Via string

// The ways.
const (
	ViaPoll Via = "poll"
	ViaHook Via = "hook"
	ViaFile Via = "file"
)

// Batch is some events that came together. With a cursor, the cursor becomes
// durable in the same transaction as the events.
type Batch struct {
	Org    string
	Source string
	Via    Via
	Events []event.Event
	Cursor string // the place to go on from; "" keeps the old one
	// Lease is what the batch was read under: it is refused with [ErrLost] once
	// another has that. The zero one is none.
	Lease Lease
	// ActFrom keeps history from acting: events published before it are stored
	// and start no flows. The zero time holds nothing back.
	ActFrom time.Time
}

// Never is an ActFrom that lets no event start a flow.
func Never() time.Time { return time.Unix(1<<40, 0) }

// Accepted says what became of a batch.
type Accepted struct {
	New    int // events that were not there before
	Alerts int // that they opened or added to
	Runs   int // flow runs that they started
}

// Sink takes batches. When Accept returns without an error the batch is
// durable, and events that were there already count as nothing.
type Sink interface {
	Accept(ctx context.Context, b Batch) (Accepted, error)
}
