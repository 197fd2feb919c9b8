// Package inventory holds what an Okta org consists of: entities, the
// relations between them, and how much of it could be seen.
//
// What reads it, access and posture, asks a [Reader]: of an org as it is now,
// as it was at a moment, or of a [World] written down by hand.
package inventory

import (
	"context"
	"encoding/json"
	"time"

	"sallyport/internal/okta"
)

// Ref names one entity of an org.
type Ref struct {
	Kind Kind   `json:"kind"`
	ID   string `json:"id"` // as Okta gives it
}

// Entity is one object of an org.
type Entity struct {
	Ref
	Name string `json:"name"` // what people call it: a login, a label
	// Body is Okta's own JSON of it, without links and without secrets, and
	// with what further calls tell of it folded in; see [Kind].
	Body json.RawMessage `json:"body"`
}

// Edge is a relation between two entities.
type Edge struct {
	Relation Relation `json:"relation"`
	From     Ref      `json:"from"`
	To       Ref      `json:"to"`
	// ID tells apart several edges of one relation between the same two: the
	// id of a role assignment, of a grant. It is empty elsewhere.
	ID string `json:"id,omitempty"`
	// Body is what is known of the relation itself; see [Relation].
	Body json.RawMessage `json:"body,omitempty"`
}

// Reader reads an org at one moment. Entities come in the order of their ids,
// edges in that of From, To and ID. A function that returns an error ends the
// reading with it.
type Reader interface {
	Entities(ctx context.Context, kind Kind, each func(Entity) error) error
	Edges(ctx context.Context, relation Relation, each func(Edge) error) error
	// Sights says how much of each collection was seen, by its name: a kind, a
	// relation, or a part that is folded into a kind ("policy.rules"). What is
	// not there was never asked for: it is unknown.
	Sights(ctx context.Context) (map[string]Sight, error)
}

// Sight is how much was seen of a collection, and when.
type Sight struct {
	Visible   okta.Visible `json:"visible"`
	Said      string       `json:"said,omitempty"`     // why not all of it was
	Full      time.Time    `json:"full,omitzero"`      // when all of it was last read
	Delta     time.Time    `json:"delta,omitzero"`     // when it was last brought up to date in part
	Truncated bool         `json:"truncated,omitzero"` // more is there than was read
}

// Seen reports whether what is not in the collection is not in the org.
func (s Sight) Seen() bool { return s.Visible == okta.Full && !s.Truncated }
