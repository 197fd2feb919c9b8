package posture

import (
	"cmp"
	"slices"
)

// Turn is what a judgement made of a finding. Its text is stable: channels and flows
// say which they are for.
type Turn string

// The turns. A finding that is accepted makes none: somebody has just done that.
const (
	TurnOpened   Turn = "opened"   // for the first time
	TurnReopened Turn = "reopened" // it came again, or its exception is over
	TurnClosed   Turn = "closed"
)

// Turns lists them.
func Turns() []Turn { return []Turn{TurnOpened, TurnReopened, TurnClosed} }

// Turned is a finding that a judgement opened or closed.
type Turned struct {
	Turn    Turn
	Finding Finding
	// Check is what found it. Of one that no profile holds any more, nothing but the
	// id and the severity is known.
	Check Check
}

// TurnsOf returns what became of findings: held as they were, changed as [Settle]
// says, results as they were judged by. The gravest come first.
func TurnsOf(held, changed []Finding, results []Result) []Turned {
	before := make(map[string]FindingState, len(held))
	for _, f := range held {
		before[f.ID] = f.State
	}
	checks := make(map[string]*Check, len(results))
	for _, r := range results {
		checks[r.ID] = r.Check
	}
	var out []Turned
	for _, f := range changed {
		turn := turnOf(before[f.ID], f.State)
		if turn == "" {
			continue
		}
		check := Check{ID: f.Check, Title: f.Check, Severity: f.Severity}
		if c := checks[f.Check]; c != nil {
			check = *c
		}
		out = append(out, Turned{turn, f, check})
	}
	slices.SortFunc(out, func(a, b Turned) int {
		return cmp.Or(cmp.Compare(a.Finding.Severity.Rank(), b.Finding.Severity.Rank()), cmp.Compare(a.Finding.ID, b.Finding.ID))
	})
	return out
}

// turnOf is what it means that a finding went from one state, empty for none, to
// another.
func turnOf(from, to FindingState) Turn {
	switch {
	case from == to || to == Accepted:
		return ""
	case to == Closed:
		return TurnClosed
	case from == "":
		return TurnOpened
	default:
		return TurnReopened
	}
}

// Rank is the severity's place among [Severities]: 0 is the gravest.
func (s Severity) Rank() int { return slices.Index(Severities(), s) }
