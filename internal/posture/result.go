package posture

import (
	"slices"
	"time"
)

// mostRows bounds the evidence of one check. How many objects there are is
// counted all the same.
const mostRows = 1000

// Evidence is one thing that was looked at and what was found there.
type Evidence struct {
	Object  Object  `json:"object"`
	Verdict Verdict `json:"verdict"`         // of this object
	Field   string  `json:"field,omitempty"` // what was read of it, as an expression
	Value   string  `json:"value,omitempty"` // what stands there; "null" where nothing does
	Said    string  `json:"said"`
	// Finding names what was found, the same in every run; several rows may be
	// about one. It is empty where nothing is to be done.
	Finding string `json:"finding,omitempty"`
	// Excepted is the reason of the exception that covers it.
	Excepted string `json:"excepted,omitempty"`
}

// Result is what a check came to.
type Result struct {
	Check    *Check     `json:"-"`
	ID       string     `json:"id"`
	Profile  Profile    `json:"profile"`
	Verdict  Verdict    `json:"verdict"`
	Said     string     `json:"said"` // in one sentence
	Evidence []Evidence `json:"evidence"`
	// Looked is how many objects the check is about, Bad how many of them fail,
	// Excepted how many would but for an exception.
	Looked   int `json:"looked"`
	Bad      int `json:"bad"`
	Excepted int `json:"excepted"`
	More     int `json:"more,omitempty"` // rows of evidence that are left out
	// Missing are the collections that could not be seen, and the questions of
	// the log that have no answer ("log.sent").
	Missing []string `json:"missing,omitempty"`
	// Fresh is when the oldest collection that was needed had last been read;
	// zero where that is not known.
	Fresh time.Time `json:"fresh,omitzero"`
	// Lapsed are exceptions that would have held, had they not expired.
	Lapsed []Exception `json:"lapsed,omitempty"`
}

// Objects lists what fails, each once.
func (r Result) Objects() []Object {
	var out []Object
	seen := map[string]bool{}
	for _, e := range r.Evidence {
		if e.Finding != "" && e.Excepted == "" && !seen[e.Finding] {
			seen[e.Finding] = true
			out = append(out, e.Object)
		}
	}
	return out
}

// FindingID names what a check found about an object.
func FindingID(check string, o Object) string { return check + ":" + o.String() }

// Exception says that what a check finds is accepted for a while.
type Exception struct {
	Check  string `json:"check"`
	Object string `json:"object"` // as [Object.String] writes it; empty for all that the check finds
	Reason string `json:"reason"`
	Owner  string `json:"owner"`
	// Expires is when the finding opens again; zero never.
	Expires time.Time `json:"expires,omitzero"`
}

func (x Exception) over(now time.Time) bool { return !x.Expires.IsZero() && !now.Before(x.Expires) }

func (x Exception) covers(check, object string) bool {
	return x.Check == check && (x.Object == "" || x.Object == object)
}

// Score is how well an org stands. Weights are those of [Severity.Weight].
type Score struct {
	// Share is the weight of what passes within what is applicable and visible,
	// from 0 to 1; a WARN counts half. It is 0 where nothing is visible.
	Share float64 `json:"share"`
	// Visible is the weight of what is visible within what is applicable, from 0
	// to 1: a share means little where this is small.
	Visible float64         `json:"visible"`
	Counts  map[Verdict]int `json:"counts"`
}

// ScoreOf adds results up.
func ScoreOf(results []Result) Score {
	s := Score{Counts: map[Verdict]int{}}
	var good, seen, all float64
	for _, r := range results {
		s.Counts[r.Verdict]++
		w := r.Check.Severity.Weight()
		switch r.Verdict {
		case NotApplicable:
			continue
		case Pass:
			good += w
			seen += w
		case Warn:
			good += w / 2
			seen += w
		case Fail:
			seen += w
		default:
		}
		all += w
	}
	if seen > 0 {
		s.Share = good / seen
	}
	if all > 0 {
		s.Visible = seen / all
	}
	return s
}

// Affected lists the checks that an event of a type may change.
func Affected(checks []*Check, eventType string) []*Check {
	var out []*Check
	for _, c := range checks {
		if slices.Contains(c.Events, eventType) {
			out = append(out, c)
		}
	}
	return out
}
