package posture

import (
	"context"
	"time"

	"sallyport/internal/value"
)

// Activity is what the System Log tells.
type Activity interface {
	// From is the moment from which on the log is held without gaps; zero where
	// nothing of it is.
	From(ctx context.Context) (time.Time, error)
	// Tally counts events by what the question asks.
	Tally(ctx context.Context, q Question) (map[string]Tally, error)
}

// Question asks for how many events there were.
type Question struct {
	Types     []string  // any if empty
	Since     time.Time // the first moment that counts
	By        Dimension
	Failed    bool // only events whose outcome is neither SUCCESS nor ALLOW
	NewDevice bool // only sign-ins that Okta calls those from a new device: "New Device=POSITIVE" among the behaviours
}

// Dimension is what events are counted by. The keys of the answer are its ids;
// by nothing, there is one key, which is empty.
type Dimension string

// The dimensions.
const (
	Whole    Dimension = ""
	ByActor  Dimension = "actor"  // the id of the user or client who did it
	ByApp    Dimension = "app"    // the id of each target of type AppInstance; the actor's, where he is an app
	ByTarget Dimension = "target" // the id of each target
	ByToken  Dimension = "token"  // the id of the API token that was used: transaction.detail.requestApiTokenId
	// ByActorApp is "actor app" of each target of type AppInstance.
	ByActorApp Dimension = "actor_app"
)

// Dimensions lists those that are by something.
func Dimensions() []Dimension {
	return []Dimension{ByActor, ByApp, ByTarget, ByToken, ByActorApp}
}

// Tally is how many events there were, and when the newest was.
type Tally struct {
	Count  int
	Newest time.Time
	Name   string // of what the key stands for, where the events say it
	Detail string // of the newest event: its outcome's reason, or what it changed to
}

func (t Tally) value(now time.Time) *value.Object {
	o := value.Map("count", float64(t.Count), "name", t.Name, "detail", t.Detail)
	if !t.Newest.IsZero() {
		o.Set("days", now.Sub(t.Newest).Hours()/24)
	}
	return o
}

// question is what a check's file asks of the log.
type question struct {
	types     []string
	days      float64
	by        Dimension
	newDevice bool
	failed    bool
	// some says that a log which does not go back far enough is of use all the same.
	some bool
}

func (q question) at(now time.Time) Question {
	return Question{Types: q.types, Since: now.Add(-time.Duration(q.days * 24 * float64(time.Hour))), By: q.by, NewDevice: q.newDevice, Failed: q.failed}
}

// answer is what the log said.
type answer struct {
	asked question
	whole bool // the log goes back as far as was asked
	known bool // there is a log at all
	by    map[string]Tally
}

// value is what an expression sees of it, about the object of an id.
func (a answer) value(id string, now time.Time) any {
	if !a.known {
		return nil
	}
	if a.asked.by == Whole {
		id = ""
	}
	o := a.by[id].value(now)
	o.Set("whole", a.whole)
	return o
}
