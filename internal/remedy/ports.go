package remedy

import (
	"context"
	"errors"
	"time"
)

// Moved is what became of a transition.
type Moved string

// The outcomes.
const (
	Yes       Moved = "moved"
	Elsewhere Moved = "elsewhere" // the plan is in none of the states that it was to leave
	TooMany   Moved = "too_many"  // with the others of the hour it would change too much
)

// Move takes a plan from one state to another.
type Move struct {
	From []State
	To   Plan      // with what else is known now; its steps stay
	Work time.Time // when it is to be worked at; zero for not at all
	// Most is how many targets plans may begin to change since a time, this one
	// included; 0 does not count.
	Most  int
	Since time.Time
}

// Plans keeps plans.
type Plans interface {
	Add(ctx context.Context, p Plan) error
	// Get returns a plan with its steps.
	Get(ctx context.Context, org, id string) (Plan, error)
	// Move takes a plan to another state, and queues its work, in one transaction.
	Move(ctx context.Context, m Move) (Moved, error)
	// SaveStep writes a step, if it still is in a state. It reports whether it was.
	SaveStep(ctx context.Context, org, plan string, from StepState, s Step) (bool, error)
	// Open returns the plans of a cause that were asked for and have not ended.
	Open(ctx context.Context, org string, c Cause) ([]Plan, error)
	// Expired returns plans that waited for approval until a time.
	Expired(ctx context.Context, until time.Time) ([]Plan, error)
}

// Timetable keeps schedules.
type Timetable interface {
	// Due returns schedules whose time is not after a time, the earliest first.
	Due(ctx context.Context, until time.Time) ([]Schedule, error)
	// Fire notes what a schedule's turn gave and when it is next, if it still waits
	// for the time of at. It reports whether it did.
	Fire(ctx context.Context, s Schedule, at time.Time) (bool, error)
	Get(ctx context.Context, org, id string) (Schedule, error)
}

// People knows how many active people an org has: the inventory. It reports
// false where that is not known.
type People interface {
	People(ctx context.Context, org, connection string) (int, bool, error)
}

// Admins knows the admin roles of an org as it was last read: the inventory. It is
// asked where Okta does not let a connection see them, and reports false where they
// are not known.
type Admins interface {
	// Roles returns the types of the active admin roles of a user, with those of
	// their groups, of a group or of an app.
	Roles(ctx context.Context, org, connection, kind, id string) ([]string, bool, error)
	// SuperAdmins returns the ids of the super admins that can sign in.
	SuperAdmins(ctx context.Context, org, connection string) (map[string]bool, bool, error)
}

// Selector finds the objects of a schedule: the inventory and the posture checks.
type Selector interface {
	Select(ctx context.Context, org, connection string, s Selection) ([]Object, error)
}

// Teller tells people of what is going to happen to them.
type Teller interface {
	Tell(ctx context.Context, p Plan, g Grace) error
}

// ErrNoInventory is that nothing selects objects yet.
var ErrNoInventory = errors.New("the org was not read yet: no inventory to select from")
