package rule

import (
	"cmp"
	"slices"
	"strings"
)

// Coverage says what of ATT&CK rules cover, and what of that is rehearsed.
type Coverage struct {
	Tactics   []CoveredTactic `json:"tactics"`
	Rules     int             `json:"rules"`
	Covered   int             `json:"covered"`   // techniques that some rule covers
	Rehearsed int             `json:"rehearsed"` // techniques that some scenario rehearses
	Known     int             `json:"known"`     // techniques that are looked at
	Unknown   []string        `json:"unknown"`   // rules that scenarios name and that there are none of
}

// CoveredTactic is one column of the matrix.
type CoveredTactic struct {
	Tactic
	Techniques []CoveredTechnique `json:"techniques"`
}

// CoveredTechnique is one field of the matrix.
type CoveredTechnique struct {
	ID        string   `json:"id"`
	Name      string   `json:"name"`
	Rules     []string `json:"rules"`     // keys
	Scenarios []string `json:"scenarios"` // that make one of the rules fire
}

// Cover makes the matrix of rules. Scenarios lists, by the name of each
// rehearsal, the slugs of the built-in rules that should fire.
func (a *Attack) Cover(rules []*Rule, scenarios map[string][]string) Coverage {
	c := Coverage{Rules: len(rules), Unknown: []string{}}
	rehearses := map[string][]string{} // scenarios, by the key of a rule
	for name, slugs := range scenarios {
		for _, slug := range slugs {
			key := Own + "/" + slug
			if !slices.ContainsFunc(rules, func(r *Rule) bool { return r.Key() == key }) {
				c.Unknown = append(c.Unknown, name+": "+slug)
			}
			rehearses[key] = append(rehearses[key], name)
		}
	}
	slices.Sort(c.Unknown)
	techniques := a.with(rules)
	covered, rehearsed := map[string]bool{}, map[string]bool{}
	for _, tactic := range a.Tactics {
		column := CoveredTactic{Tactic: tactic, Techniques: []CoveredTechnique{}}
		for _, t := range techniques {
			if !slices.Contains(t.Tactics, tactic.ID) {
				continue
			}
			f := CoveredTechnique{ID: t.ID, Name: t.Name, Rules: []string{}, Scenarios: []string{}}
			for _, r := range rules {
				if t.coveredBy(r, tactic.ID) {
					f.Rules = append(f.Rules, r.Key())
					f.Scenarios = append(f.Scenarios, rehearses[r.Key()]...)
				}
			}
			slices.Sort(f.Scenarios)
			f.Scenarios = slices.Compact(f.Scenarios)
			covered[t.ID] = covered[t.ID] || len(f.Rules) > 0
			rehearsed[t.ID] = rehearsed[t.ID] || len(f.Scenarios) > 0
			column.Techniques = append(column.Techniques, f)
		}
		c.Tactics = append(c.Tactics, column)
	}
	c.Known, c.Covered, c.Rehearsed = len(techniques), count(covered), count(rehearsed)
	return c
}

// coveredBy reports whether a rule is about a technique or a part of it, for the
// sake of a tactic. A rule that names none of the technique's tactics is about
// all of them.
func (t Technique) coveredBy(r *Rule, tactic string) bool {
	if !slices.ContainsFunc(r.Techniques(), func(id string) bool { return id == t.ID || strings.HasPrefix(id, t.ID+".") }) {
		return false
	}
	named := slices.DeleteFunc(r.Tactics(), func(id string) bool { return !slices.Contains(t.Tactics, id) })
	return len(named) == 0 || slices.Contains(named, tactic)
}

// with returns the techniques that are known, and those that rules name besides,
// which stand under the tactics of the rules.
func (a *Attack) with(rules []*Rule) []Technique {
	all := slices.Clone(a.Techniques)
	for _, r := range rules {
		for _, id := range r.Techniques() {
			i := slices.IndexFunc(all, func(t Technique) bool { return strings.EqualFold(t.ID, id) })
			if i < 0 {
				i, all = len(all), append(all, Technique{ID: id})
			}
			if _, known := a.Technique(id); known {
				continue
			}
			for _, tactic := range r.Tactics() {
				if !slices.Contains(all[i].Tactics, tactic) {
					all[i].Tactics = append(all[i].Tactics, tactic)
				}
			}
		}
	}
	slices.SortFunc(all, func(x, y Technique) int { return cmp.Compare(x.ID, y.ID) })
	return all
}

func count(set map[string]bool) int {
	n := 0
	for _, in := range set {
		if in {
			n++
		}
	}
	return n
}
