package detect

import (
	"slices"
	"strings"
)

// plan is which rules are decided of an event, and when. There is one for each
// type of event that was seen, or rather for each value at the pivot: what rules
// say of the type is decided when the plan is made.
type plan struct {
	cases   []conditional
	hold    []int // rules of which nothing is left to decide
	lookups []lookup
	guards  []guard
	rest    []int // cases that have to be decided always
}

// conditional is a rule, and what is left to decide of it.
type conditional struct {
	rule  int
	logic *logic
}

// guard is a predicate that cases need.
type guard struct {
	pred  int
	cases []int
}

// lookup is for cases that need one of some texts at a slot.
type lookup struct {
	slot   int
	byText map[string][]int
}

// newPlan makes the plan for what is decided already.
func (p *Program) newPlan(decided func(pred int) joint) *plan {
	pl := &plan{}
	guards := map[int][]int{}
	for rule, l := range p.rules {
		l = l.given(decided)
		switch l.kind { //nolint:exhaustive // the others are conditional
		case never:
			continue
		case always:
			pl.hold = append(pl.hold, rule)
			continue
		}
		at := len(pl.cases)
		pl.cases = append(pl.cases, conditional{rule, l})
		needs, _ := l.needs()
		if needs == nil {
			pl.rest = append(pl.rest, at)
		}
		for _, pred := range needs {
			guards[pred] = append(guards[pred], at)
		}
	}
	pl.index(p.scope, guards)
	return pl
}

// index makes guards of the predicates that cases need, and lookups where many
// of them are texts at one slot.
func (pl *plan) index(sc *scope, guards map[int][]int) {
	texts := map[int]int{}
	for pred := range guards {
		if p := sc.preds[pred]; p.slot >= 0 {
			texts[p.slot] += len(p.oneOf)
		}
	}
	lookups := map[int]map[string][]int{}
	preds := make([]int, 0, len(guards))
	for pred := range guards {
		preds = append(preds, pred)
	}
	slices.Sort(preds)
	for _, pred := range preds {
		p := sc.preds[pred]
		if len(p.oneOf) == 0 || texts[p.slot] <= few {
			pl.guards = append(pl.guards, guard{pred, guards[pred]})
			continue
		}
		if lookups[p.slot] == nil {
			lookups[p.slot] = map[string][]int{}
			pl.lookups = append(pl.lookups, lookup{p.slot, lookups[p.slot]})
		}
		for _, text := range p.oneOf {
			lookups[p.slot][text] = append(lookups[p.slot][text], guards[pred]...)
		}
	}
}

// choosePivot returns the slots of the path at which most rules need a value.
func (p *Program) choosePivot() []int {
	rules := map[string]int{}
	best := ""
	for _, l := range p.rules {
		for path := range l.paths(p.scope) {
			if rules[path]++; rules[path] > rules[best] || rules[path] == rules[best] && path < best {
				best = path
			}
		}
	}
	if rules[best] < 2 {
		return nil
	}
	var slots []int
	for slot, path := range p.scope.paths {
		if fold(path) == best {
			slots = append(slots, slot)
		}
	}
	return slots
}

func fold(path string) string {
	return string(appendFold(nil, []byte(strings.Join(segments(path), "."))))
}

// paths are those at each of which the condition needs a value.
func (l *logic) paths(sc *scope) map[string]bool {
	switch l.kind { //nolint:exhaustive // the others need none
	case single:
		if p := sc.preds[l.pred]; p.slot >= 0 && len(p.oneOf) > 0 {
			return map[string]bool{fold(sc.paths[p.slot]): true}
		}
	case all:
		both := map[string]bool{}
		for _, part := range l.parts {
			for path := range part.paths(sc) {
				both[path] = true
			}
		}
		return both
	case some:
		common := l.parts[0].paths(sc)
		for _, part := range l.parts[1:] {
			has := part.paths(sc)
			for path := range common {
				if !has[path] {
					delete(common, path)
				}
			}
		}
		return common
	}
	return nil
}
