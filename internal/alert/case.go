package alert

import (
	"slices"
	"strconv"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/rule"
)

// Case is several alerts that are one story, and what people do about it.
type Case struct {
	ID        string
	Number    int64 // counts an organization's cases, from 1
	Org       string
	Title     string
	State     State // Acknowledged is none of a case's
	Severity  rule.Severity
	Assignee  string // account; empty for nobody
	Verdict   Verdict
	Note      string // how it was closed
	MergedTo  string // id of the case that took its alerts; empty for none
	CreatedBy string
	CreatedAt time.Time
	UpdatedAt time.Time
	ClosedAt  time.Time
}

// CaseStates lists the states of cases in their order.
func CaseStates() []State { return []State{Open, InProgress, Closed} }

// CaseChange is what somebody changes of a case. Nil leaves things as they are.
type CaseChange struct {
	Title    *string
	State    *State
	Verdict  Verdict // wanted where State is Closed
	Note     string
	Severity *rule.Severity
	Assignee *string // "" for nobody
	Comment  string
}

// Apply returns the case as the change leaves it, and what its timeline says of
// that.
func (c Case) Apply(ch CaseChange, by string, now time.Time) (Case, []Entry, error) {
	var out []Entry
	note := func(kind EntryKind, was, is, text string) {
		out = append(out, Entry{Subject: OfCase, Of: c.ID, At: now, By: by, Kind: kind, Was: was, Is: is, Text: text})
	}
	if ch.Title != nil && *ch.Title != c.Title {
		note(Renamed, c.Title, *ch.Title, "")
		c.Title = *ch.Title
	}
	if ch.State != nil && *ch.State != c.State {
		switch {
		case !slices.Contains(CaseStates(), *ch.State):
			return c, nil, errs.New(errs.Invalid, "a case has no state %q", *ch.State)
		case *ch.State == Closed && !slices.Contains(Verdicts(), ch.Verdict):
			return c, nil, errs.New(errs.Invalid, "a verdict is wanted: what the case turned out to be")
		case c.MergedTo != "":
			return c, nil, errs.New(errs.Conflict, "the case was merged into another")
		}
		note(Moved, string(c.State), string(*ch.State), ch.Note)
		c.State, c.Verdict, c.Note, c.ClosedAt = *ch.State, Undecided, "", time.Time{}
		if c.State == Closed {
			c.Verdict, c.Note, c.ClosedAt = ch.Verdict, ch.Note, now
			note(Judged, "", string(c.Verdict), "")
		}
	}
	if ch.Severity != nil && *ch.Severity != c.Severity {
		note(Graded, c.Severity.String(), ch.Severity.String(), "")
		c.Severity = *ch.Severity
	}
	if ch.Assignee != nil && *ch.Assignee != c.Assignee {
		note(Assigned, c.Assignee, *ch.Assignee, "")
		c.Assignee = *ch.Assignee
	}
	if ch.Comment != "" {
		note(Commented, "", "", ch.Comment)
	}
	if len(out) > 0 {
		c.UpdatedAt = now
	}
	return c, out, nil
}

// Moved returns the case with a note of how many alerts came and went.
func (c Case) Moved(came, went int, by string, now time.Time) (Case, []Entry, error) {
	if c.MergedTo != "" {
		return c, nil, errs.New(errs.Conflict, "the case was merged into another")
	}
	var out []Entry
	for _, m := range []struct {
		n    int
		kind EntryKind
	}{{came, Joined}, {went, Left}} {
		if m.n > 0 {
			out = append(out, Entry{Subject: OfCase, Of: c.ID, At: now, By: by, Kind: m.kind, Is: strconv.Itoa(m.n)})
			c.UpdatedAt = now
		}
	}
	return c, out, nil
}
