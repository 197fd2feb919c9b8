// Package posture checks how an Okta org is set up: 160 checks, each a file of
// the folder checks in package content, over what package inventory tells.
//
// A verdict is a pure function of what was read, what the log tells, settings,
// a profile and a moment, so that an org can be judged as it was. What could
// not be seen is never a PASS.
package posture

import (
	"slices"

	"sallyport/internal/inventory"
)

// Verdict is what a check comes to. Its text is stable: it is stored and shown.
type Verdict string

// The verdicts.
const (
	Pass          Verdict = "PASS"
	Fail          Verdict = "FAIL"
	Warn          Verdict = "WARN"           // it may hold, and is not proven; or it holds with a reservation
	Manual        Verdict = "MANUAL"         // what it needs cannot be seen: a person has to look
	NotApplicable Verdict = "NOT_APPLICABLE" // the org does not have what it is about
	Error         Verdict = "ERROR"          // the check itself could not be worked out
)

// Verdicts lists them.
func Verdicts() []Verdict { return []Verdict{Pass, Fail, Warn, Manual, NotApplicable, Error} }

// grave orders verdicts by which of several parts of a check decides.
func (v Verdict) grave() int {
	return slices.Index([]Verdict{"", NotApplicable, Pass, Manual, Warn, Error, Fail}, v)
}

// Severity says how much a check matters.
type Severity string

// The severities.
const (
	Critical Severity = "critical"
	High     Severity = "high"
	Medium   Severity = "medium"
	Low      Severity = "low"
	Info     Severity = "info"
)

// Severities lists them, the gravest first.
func Severities() []Severity { return []Severity{Critical, High, Medium, Low, Info} }

// Weight is what a check of the severity counts in a [Score].
func (s Severity) Weight() float64 {
	switch s {
	case Critical:
		return 10
	case High:
		return 5
	case Medium:
		return 2
	case Low:
		return 1
	default:
		return 0
	}
}

// Profile is a selection of checks, and of their parameters.
type Profile string

// The profiles.
const (
	Baseline      Profile = "baseline"
	HealthInsight Profile = "healthinsight" // the figures of Okta HealthInsight
	STIG          Profile = "stig"          // DISA's Okta IDaaS STIG, V1R2
	Strict        Profile = "strict"        // the baseline and more
	Seed          Profile = "seed"          // what has to be set up before alerts mean anything
)

// Profiles lists them.
func Profiles() []Profile { return []Profile{Baseline, HealthInsight, STIG, Strict, Seed} }

// Check is one check, as its file says it.
type Check struct {
	ID       string    `json:"id"` // "PWD-001"
	Title    string    `json:"title"`
	Severity Severity  `json:"severity"`
	Category string    `json:"category"`
	Profiles []Profile `json:"profiles"`
	Why      string    `json:"why"`
	Sources  []string  `json:"sources"` // where the demand comes from
	// Needs are the collections, as [inventory.Collections] names them, of which
	// all has to be seen. One that is absent makes the check not applicable if
	// Absent names it.
	Needs  []string `json:"needs"`
	Absent []string `json:"absent,omitempty"`
	// Admins are those of Needs of which what is about admins will do.
	Admins []string `json:"admins,omitempty"`
	// Events are the types of events that may change the verdict.
	Events []string `json:"events"`
	Fix    Fix      `json:"fix"`

	File string `json:"file"` // within the folder of checks

	params    map[string]param
	questions map[string]question
	when      *program
	whenSays  string
	clauses   []*clause
}

// Fix says how what a check finds is put right.
type Fix struct {
	Mode  string `json:"mode"`            // "api": one call; "mix": a call after preparation; "man": by hand
	Call  string `json:"call,omitempty"`  // "PUT /api/v1/policies/{policyId}"
	Scope string `json:"scope,omitempty"` // the OAuth scope of the call
	Steps string `json:"steps,omitempty"`
	Undo  string `json:"undo,omitempty"`
	Risk  string `json:"risk"`           // of the fix: "low", "medium", "high"
	Role  string `json:"role,omitempty"` // the admin role that the call wants
}

// In reports whether the check belongs to a profile. The strict one holds all
// of the baseline.
func (c *Check) In(p Profile) bool {
	return slices.Contains(c.Profiles, p) || p == Strict && slices.Contains(c.Profiles, Baseline)
}

// Params returns the parameters of the check in a profile.
func (c *Check) Params(p Profile) map[string]any {
	out := map[string]any{}
	for name, x := range c.params {
		out[name] = x.in(p)
	}
	return out
}

// param is a value, or a value for each of some profiles.
type param struct {
	all any
	by  map[Profile]any
}

func (x param) in(p Profile) any {
	if x.by == nil {
		return x.all
	}
	for _, name := range append([]Profile{p, Baseline}, Profiles()...) {
		if v, ok := x.by[name]; ok {
			return v
		}
	}
	return nil
}

// Object is what a finding is about: an entity, or a part of one. The zero
// value is the org as a whole.
type Object struct {
	inventory.Ref
	Part string `json:"part,omitempty"` // within the entity: the id of a rule, of a key
	Name string `json:"name,omitempty"`
}

// String is "kind/id" or "kind/id/part"; it is "org" for the whole. What the log
// alone tells of is of the kind "target".
func (o Object) String() string {
	if o.Kind == "" && o.ID == "" {
		return string(inventory.Org)
	}
	out := string(o.Kind) + "/" + o.ID
	if o.Part != "" {
		out += "/" + o.Part
	}
	return out
}
