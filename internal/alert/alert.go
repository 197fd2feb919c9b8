// Package alert makes alerts of what rules found, and is what people do with
// them: it groups hits by rule, entity and time, scores how much an entity is at
// risk, hides what was told to be hidden, and knows the states that an alert goes
// through, the clocks that run meanwhile, and the cases that several make.
//
// It remembers nothing itself: the store does, in the transaction of the batch or
// of the change.
package alert

import (
	"slices"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/rule"
)

// Alert is something that a rule found about an entity: all of its hits that lie
// within the rule's window of each other, until it is closed.
type Alert struct {
	ID         string
	Number     int64 // counts an organization's alerts, from 1
	Org        string
	Rule       string // id
	RuleTitle  string
	Type       string // id of the alert type
	Title      string
	Severity   rule.Severity
	Entity     Entity
	State      State
	Verdict    Verdict // of a closed one
	Note       string  // why it was closed so
	Assignee   string  // account; empty for nobody
	Tags       []string
	Hits       int    // of the rule
	Events     int    // that the hits are made of, each once
	Event      string // uuid of the event of the newest hit
	FirstAt    time.Time
	LastAt     time.Time // of the events, by the time they were published
	Risk       int       // of the entity, 0 to 100, when the newest hit came
	Case       string    // id; empty for none
	AckDueAt   time.Time // until when somebody should look at it; zero for no such time
	CloseDueAt time.Time
	AckedAt    time.Time // zero while nobody has looked at it
	ClosedAt   time.Time
	CreatedAt  time.Time
	UpdatedAt  time.Time
	Graded     bool // its severity was set by a person, and is not raised with the rule's
}

// Entity is whom or what an alert is about.
type Entity struct {
	Kind  string // as its rule says: user, ip, app, group, session, org, …
	ID    string
	Login string
	Name  string
}

// EntityKey tells entities of an organization apart.
type EntityKey struct{ Kind, ID string }

// Key returns what tells the entity apart. One without an id is known by its
// login, or its name.
func (e Entity) Key() EntityKey {
	for _, id := range []string{e.ID, e.Login, e.Name} {
		if id != "" {
			return EntityKey{e.Kind, id}
		}
	}
	return EntityKey{e.Kind, ""}
}

// State is how far people are with an alert or a case.
type State string

// The states.
const (
	Open         State = "open" // nobody has looked at it
	Acknowledged State = "acknowledged"
	InProgress   State = "in_progress"
	Closed       State = "closed"
)

// States lists the states in their order.
func States() []State { return []State{Open, Acknowledged, InProgress, Closed} }

// Verdict is what an alert turned out to be.
type Verdict string

// The verdicts.
const (
	Undecided     Verdict = ""
	TruePositive  Verdict = "true_positive"
	Benign        Verdict = "benign" // it happened as the rule says, and was meant to
	FalsePositive Verdict = "false_positive"
	Duplicate     Verdict = "duplicate"
)

// Verdicts lists what an alert can be closed with.
func Verdicts() []Verdict { return []Verdict{TruePositive, Benign, FalsePositive, Duplicate} }

// DueAt is when the next thing should have been done with the alert: somebody
// looked at it, then closed it. Zero where nothing is due.
func (a Alert) DueAt() time.Time {
	switch {
	case a.State == Closed:
		return time.Time{}
	case a.State == Open && !a.AckDueAt.IsZero():
		return a.AckDueAt
	}
	return a.CloseDueAt
}

// Severities lists the severities, the least first.
func Severities() []rule.Severity {
	return []rule.Severity{rule.Informational, rule.Low, rule.Medium, rule.High, rule.Critical}
}

// Change is what somebody does with an alert. Nil leaves things as they are.
type Change struct {
	State    *State
	Verdict  Verdict // wanted where State is Closed
	Note     string
	Assignee *string // "" for nobody
	Severity *rule.Severity
	Case     *string // "" for none
	Comment  string
}

// Apply returns the alert as the change leaves it, and what its timeline says of
// that: nothing where it is as it was.
func (a Alert) Apply(c Change, by string, now time.Time, s Settings) (Alert, []Entry, error) {
	var out []Entry
	note := func(kind EntryKind, was, is, text string) {
		out = append(out, Entry{Subject: OfAlert, Of: a.ID, At: now, By: by, Kind: kind, Was: was, Is: is, Text: text})
	}
	if c.State != nil && *c.State != a.State {
		was := a.State
		if err := a.move(*c.State, c, now, s); err != nil {
			return a, nil, err
		}
		note(Moved, string(was), string(a.State), c.Note)
		if a.Verdict != Undecided {
			note(Judged, "", string(a.Verdict), "")
		}
	}
	if c.Assignee != nil && *c.Assignee != a.Assignee {
		note(Assigned, a.Assignee, *c.Assignee, "")
		a.Assignee = *c.Assignee
	}
	if c.Severity != nil && *c.Severity != a.Severity {
		note(Graded, a.Severity.String(), c.Severity.String(), c.Note)
		a.Severity, a.Graded = *c.Severity, true
		a.clock(s)
	}
	if c.Case != nil && *c.Case != a.Case {
		note(Filed, a.Case, *c.Case, "")
		a.Case = *c.Case
	}
	if c.Comment != "" {
		note(Commented, "", "", c.Comment)
	}
	if len(out) > 0 {
		a.UpdatedAt = now
	}
	return a, out, nil
}

// move brings the alert into a state.
func (a *Alert) move(to State, c Change, now time.Time, s Settings) error {
	if !slices.Contains(States(), to) {
		return errs.New(errs.Invalid, "there is no state %q", to)
	}
	if to == Closed && !slices.Contains(Verdicts(), c.Verdict) {
		return errs.New(errs.Invalid, "a verdict is wanted: what the alert turned out to be")
	}
	if a.State == Closed && to != Open {
		return errs.New(errs.Conflict, "the alert is closed; reopen it first")
	}
	a.State = to
	switch to {
	case Open:
		a.Verdict, a.Note, a.AckedAt, a.ClosedAt = Undecided, "", time.Time{}, time.Time{}
		a.clockFrom(now, s)
	case Closed:
		a.Verdict, a.Note, a.ClosedAt = c.Verdict, c.Note, now
		fallthrough
	case Acknowledged, InProgress:
		if a.AckedAt.IsZero() {
			a.AckedAt = now
		}
	}
	return nil
}
