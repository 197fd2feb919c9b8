package posture

import (
	"cmp"
	"slices"
	"time"
)

// FindingState is where a finding stands. Its text is stable: it is stored.
type FindingState string

// The states.
const (
	Open     FindingState = "open"
	Accepted FindingState = "accepted" // an exception covers it
	Closed   FindingState = "closed"   // it was looked again, and it is not there any more
)

// FindingStates lists them.
func FindingStates() []FindingState { return []FindingState{Open, Accepted, Closed} }

// Finding is something that a check found in an org, over its time.
type Finding struct {
	ID       string // as [FindingID] makes it
	Check    string
	Severity Severity
	Object   Object
	State    FindingState
	Said     string    // of the last time that it was seen
	Opened   time.Time // the last time
	Closed   time.Time // zero while it is not
	Seen     time.Time // when it was last looked at
	Times    int       // how often it was opened
}

// Settle returns the findings that results change: new ones, those that were seen
// again, and those that are gone. What could not be judged stays as it was, and so
// does what a list of evidence that was cut short does not tell. What no check asks
// for any more is closed.
func Settle(held []Finding, results []Result, now time.Time) []Finding {
	byCheck := map[string][]Finding{}
	for _, f := range held {
		byCheck[f.Check] = append(byCheck[f.Check], f)
	}
	var out []Finding
	for check, of := range byCheck {
		if !slices.ContainsFunc(results, func(r Result) bool { return r.ID == check }) {
			out = append(out, closing(of, nil, now)...)
		}
	}
	for _, r := range results {
		if r.Verdict == Manual || r.Verdict == Error {
			continue
		}
		out = append(out, settle(byCheck[r.ID], r, now)...)
	}
	return out
}

func settle(held []Finding, r Result, now time.Time) []Finding {
	var out []Finding
	found := map[string]bool{}
	for _, e := range r.Evidence {
		if e.Finding == "" || found[e.Finding] {
			continue
		}
		found[e.Finding] = true
		f := Finding{ID: e.Finding, Check: r.ID, State: Closed, Opened: now}
		if i := slices.IndexFunc(held, func(h Finding) bool { return h.ID == e.Finding }); i >= 0 {
			f = held[i]
		}
		f.Severity, f.Object, f.Said, f.Seen = r.Check.Severity, e.Object, cmp.Or(e.Said, r.Said), now
		if f.State == Closed {
			f.Opened, f.Closed, f.Times = now, time.Time{}, f.Times+1
		}
		if f.State = Open; e.Excepted != "" {
			f.State = Accepted
		}
		out = append(out, f)
	}
	if r.More > 0 || len(r.Missing) > 0 {
		return out
	}
	return append(out, closing(held, found, now)...)
}

// closing closes what was not found.
func closing(held []Finding, found map[string]bool, now time.Time) []Finding {
	var out []Finding
	for _, f := range held {
		if !found[f.ID] && f.State != Closed {
			f.State, f.Closed, f.Seen = Closed, now, now
			out = append(out, f)
		}
	}
	return out
}
