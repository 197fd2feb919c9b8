package alert

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"time"

	"sallyport/internal/rule"
)

// Risk is how much an entity has been in alerts, as one figure that fades.
//
// Each alert adds the weight of its severity when it is opened: informational 1,
// low 5, medium 15, high 40, critical 80; one whose severity is raised adds what
// it weighs more. A weight halves every 3 days. The sum counts a quarter more
// for each ATT&CK tactic beyond the first that the alerts speak of and that has not
// faded: many small steps in several tactics are worse than one step many times.
// The score is 100 · (1 - e^(-sum/100)): it nears 100 and never passes it.
type Risk struct {
	Entity  Entity
	Sum     float64            // of the weights, as of At
	Tactics map[string]float64 // the weights of the alerts of each tactic
	At      time.Time
}

const (
	halfLife  = 72 * time.Hour
	perTactic = 0.25
	faded     = 1 // weight below which a tactic counts no more
)

// weight is what an alert of a severity weighs.
func weight(s rule.Severity) float64 {
	return map[rule.Severity]float64{rule.Informational: 1, rule.Low: 5, rule.Medium: 15, rule.High: 40, rule.Critical: 80}[s]
}

// Add returns the risk with a weight more, of an alert with tags.
func (r Risk) Add(w float64, tags []string, now time.Time) Risk {
	r = r.fade(now)
	r.Sum += w
	for _, t := range tactics(tags) {
		r.Tactics[t] += w
	}
	return r
}

// Score is the risk as of a time, from 0 to 100.
func (r Risk) Score(now time.Time) int {
	r = r.fade(now)
	sum := r.Sum * (1 + perTactic*float64(max(0, len(r.Named(now))-1)))
	return int(math.Round(100 * (1 - math.Exp(-sum/100))))
}

// Named returns the ATT&CK tactics that have not faded, as of a time.
func (r Risk) Named(now time.Time) []string {
	var out []string
	for t, w := range r.fade(now).Tactics {
		if w >= faded {
			out = append(out, t)
		}
	}
	slices.Sort(out)
	return out
}

// fade returns the risk as of a later time. Tactics that are next to nothing are
// forgotten.
func (r Risk) fade(now time.Time) Risk {
	left := 1.0
	if age := now.Sub(r.At); age > 0 && !r.At.IsZero() {
		left = math.Exp2(-age.Hours() / halfLife.Hours())
	}
	out := Risk{Entity: r.Entity, Sum: r.Sum * left, Tactics: make(map[string]float64, len(r.Tactics)), At: r.At}
	if now.After(out.At) {
		out.At = now
	}
	for t, w := range r.Tactics {
		if w *= left; w >= faded/10.0 {
			out.Tactics[t] = w
		}
	}
	return out
}

// technique is a tag of ATT&CK that names a technique, a group or software, and
// no tactic.
var technique = regexp.MustCompile(`^[tgsm]\d`)

// tactics returns the ATT&CK tactics that tags name.
func tactics(tags []string) []string {
	var out []string
	for _, t := range tags {
		name, ok := strings.CutPrefix(strings.ToLower(t), "attack.")
		name = strings.ReplaceAll(name, "_", "-")
		if ok && !technique.MatchString(name) && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// RiskPoint is the score of an entity at a time.
type RiskPoint struct {
	At    time.Time
	Score int
}

// RiskOver returns the score of an entity after each of its alerts, the oldest
// first, and as of now. An alert counts as severe as it is by now from when it was
// opened, so that the past may look a little higher than it was.
func RiskOver(as []Alert, now time.Time) []RiskPoint {
	as = slices.SortedFunc(slices.Values(as), func(a, b Alert) int { return a.CreatedAt.Compare(b.CreatedAt) })
	var r Risk
	var out []RiskPoint
	for _, a := range as {
		r = r.Add(weight(a.Severity), a.Tags, a.CreatedAt)
		out = append(out, RiskPoint{a.CreatedAt, r.Score(a.CreatedAt)})
	}
	if len(out) > 0 {
		out = append(out, RiskPoint{now, r.Score(now)})
	}
	return out
}
