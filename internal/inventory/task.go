package inventory

import (
	"context"
	"encoding/json"

	"sallyport/internal/okta"
)

// Task is what a synchronization reads as one: a list with its pages, or an
// object with what further calls tell of it. It is kept after every call, so
// that what is killed goes on where it was.
type Task struct {
	No     int64  // rises; a sync's own
	Step   string // what is to be done with answers; see steps.go
	Object Ref    // whose part it is, or what a relation is read around; empty for a list
	Target string // path and query of the next call
	Rank   int    // what comes first among the calls of a bucket; less is sooner
	Pages  int    // calls that were made
	Done   bool
	// Kept is what the calls before told that is not complete yet.
	Kept json.RawMessage
	// Results says how reading each collection went that the task is about.
	Results map[string]Result
}

// Result is what came of reading one collection in one task.
type Result struct {
	Visible okta.Visible `json:"v"`
	Said    string       `json:"s,omitempty"`
	Count   int          `json:"n,omitempty"` // what was listed
	Skipped bool         `json:"k,omitempty"` // it was left out on purpose
}

// Around is all edges of one relation at one entity: what else was there of them
// is over. The entity is the end that [Relation.AnchoredFrom] names.
type Around struct {
	Relation Relation
	Anchor   Ref
	Edges    []Edge
	// Other says that the entity is the other end: all groups of a person.
	Other bool
}

// AtFrom reports whether the anchor is the end that the edges come from.
func (a Around) AtFrom() bool { return a.Relation.AnchoredFrom() != a.Other }

// Outcome is what one answer came to; it is kept as one.
type Outcome struct {
	Task     Task     // as it stands now
	Entities []Entity // complete as they are
	Around   []Around // complete, but for Held
	// Held are edges of this page of a list that goes on. They join those of the
	// only Around that its last page brings.
	Held []Edge
	New  []Task // their numbers are given when they are kept
	// Gone are entities that were asked for and are not there, and Pairs single edges:
	// both of deltas alone.
	Gone  []Ref
	Pairs []Pair
}

// Settlement ends a sync: what it did not see of what it saw in full is over.
type Settlement struct {
	Kinds     []Kind             // of which all was seen
	Relations map[Relation][]Ref // of which all was seen, with every anchor that it was read around
	Sights    map[string]Sight
}

// Shelf keeps what synchronizations read.
type Shelf interface {
	// Tasks returns the tasks of a sync that was begun before, those done among
	// them; none where it has not begun.
	Tasks(ctx context.Context, s Sync) ([]Task, error)
	// Plan adds tasks, and returns them with their numbers.
	Plan(ctx context.Context, s Sync, tasks []Task) ([]Task, error)
	// Save keeps what answers came to, all or nothing, and returns the new tasks of each
	// with numbers.
	Save(ctx context.Context, s Sync, all []Outcome) ([][]Task, error)
	// Beat keeps how far it has come. It is [errs.Conflict] where the sync has ended.
	Beat(ctx context.Context, s Sync) error
	// Settle ends it well.
	Settle(ctx context.Context, s Sync, t Settlement) error
	// Sights returns what was last seen of the tenant.
	Sights(ctx context.Context, s Sync) (map[string]Sight, error)
	// Last returns the last body of an entity.
	Last(ctx context.Context, s Sync, of Ref) (json.RawMessage, error)
}

// AnchoredFrom reports whether edges of a relation are read around the entity
// that they come from, not the one that they lead to.
func (r Relation) AnchoredFrom() bool {
	switch r {
	case HasRole, GrantedScope, AssignedVia:
		return true
	default: // read by the list of a group, an app, a device
		return false
	}
}
