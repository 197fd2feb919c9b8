// Package source is where events come from: the log of an Okta org or of an Auth0
// tenant by polling, an event hook or a log stream that is posted to us, a log
// stream as Splunk's HTTP Event Collector takes it, a file. What it reads it hands to a [Sink] in batches, and goes on
// only when the sink has made the batch durable.
package source

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"time"

	"sallyport/internal/event"
)

// Source is one place that events come from: an Okta org or an Auth0 tenant, seen
// through a connection by polling, through an event hook, through a log stream,
// through files, or several of these. What is called a hook is Auth0's log stream
// to a custom webhook.
type Source struct {
	ID         string
	Org        string
	Name       string
	Kind       Kind
	Category   Category
	Connection string // id of the connection to it; empty where none is needed
	Poll       bool
	Hook       bool
	Stream     bool
	File       bool
	Enabled    bool
	StartAt    time.Time // events published before are not asked for
	HookSecret []byte    // sealed; the value that comes in the Authorization header
	HookBefore Key       // of the secret before that one, while it holds yet
	HookID     string    // of the hook in the Okta org, where Sallyport registered it
	HookTypes  []string  // the event types to register it for; nil is what flows and rules need
	Token      Key       // of the log stream
	TokenOld   Key       // of the token before that one, while it holds yet
	Cursor     string    // the next page of the log; empty before the first
	Health     Health
	Findings   []byte // JSON: what the last check of the Okta org found; nil before the first
	Trial      Trial
	CreatedAt  time.Time
}

// Live reports whether events come to the source by themselves.
func (s Source) Live() bool { return s.Poll || s.Hook || s.Stream }

// Category says where a source stands among others, for people.
type Category string

// The categories.
const (
	Identity Category = "identity"
	Cloud    Category = "cloud"
	Endpoint Category = "endpoint"
	Network  Category = "network"
	Email    Category = "email"
	Other    Category = "other"
)

// Categories lists the categories.
func Categories() []Category { return []Category{Identity, Cloud, Endpoint, Network, Email, Other} }

// Key knows a secret by its SHA-256, which is enough to tell whether somebody
// else has it: the secret is 122 random bits or more. The zero one fits nothing.
type Key struct {
	Sum   []byte
	Until time.Time // it fits no more then; zero is for ever
}

// KeyOf returns the key of a secret.
func KeyOf(secret string) Key {
	sum := sha256.Sum256([]byte(secret))
	return Key{Sum: sum[:]}
}

// Fits reports, in constant time, whether a text is the secret.
func (k Key) Fits(text string, now time.Time) bool {
	if len(k.Sum) == 0 || !k.Until.IsZero() && !now.Before(k.Until) {
		return false
	}
	sum := sha256.Sum256([]byte(text))
	return subtle.ConstantTimeCompare(sum[:], k.Sum) == 1
}

// Trial is the test of a whole integration: somebody reports suspicious activity,
// and it has to arrive.
type Trial struct {
	Since time.Time // it began then; zero where none was begun
	Event string    // uuid of the event that arrived
	At    time.Time // when it did
}

// Kind says what system a source speaks of.
type Kind string

// The kinds. Each is also the name of the connector that reaches the system.
const (
	Okta  Kind = "okta"  // an Okta org's System Log
	Auth0 Kind = "auth0" // an Auth0 tenant's log
)

// Kinds lists the kinds.
func Kinds() []Kind { return []Kind{Okta, Auth0} }

// Health is how a source is doing. Zero times mean never.
type Health struct {
	Events      int64 // accepted since the source was made
	LastEventAt time.Time
	LastHookAt  time.Time
	LastPollAt  time.Time // when polling last came to the end of the log
	LastStream  time.Time
	Error       string // of the last attempt, for people; empty when it went well
	ErrorAt     time.Time
	Failures    int // attempts in a row that failed
}

// Minute is what a source did in one minute.
type Minute struct {
	At      time.Time     // its beginning
	Events  int           // that were new
	Batches int           // that were accepted, those of nothing among them
	Errors  int           // attempts that failed
	Lag     time.Duration // the longest between the newest event of a batch being published, and accepted
}

// Via says how a batch came.
type Via string

// The ways.
const (
	ViaPoll   Via = "poll"
	ViaHook   Via = "hook"
	ViaStream Via = "stream"
	ViaFile   Via = "file"
)

// Batch is some events that came together. With a cursor, the cursor becomes
// durable in the same transaction as the events.
type Batch struct {
	Org    string
	Source string
	Via    Via
	Events []event.Event
	Cursor string // the place to go on from; "" keeps the old one
	More   bool   // of what is polled: the log goes on, and is read on at once
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
