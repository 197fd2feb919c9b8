package detect

import (
	"fmt"
	"slices"

	"sallyport/internal/scan"
)

// Rule is a condition to find events by.
type Rule struct {
	ID   string // for messages
	Expr Expr
}

// Program is many rules, compiled to be decided together in one pass over an
// event. It is safe for concurrent use; its matchers are not.
type Program struct {
	scope   *scope
	rules   []*logic
	extract []int // slots
	pivot   []int // the slots of the path that most rules name values of, if any
	generic *plan // for events whose value there says nothing
}

// Compile compiles rules. The values at the paths of extract are read besides, for
// [Matcher.Extracted].
func Compile(rules []Rule, extract ...string) (*Program, error) {
	b := newBuilder()
	p := &Program{}
	for _, r := range rules {
		l, err := b.logic(r.Expr)
		if err != nil {
			return nil, fmt.Errorf("compile rule %s: %w", r.ID, err)
		}
		p.rules = append(p.rules, l)
	}
	for _, path := range extract {
		p.extract = append(p.extract, b.slot(path))
	}
	p.scope = b.finish()
	p.pivot = p.choosePivot()
	p.generic = p.newPlan(func(int) joint { return single })
	return p, nil
}

// Matcher returns a matcher, for one goroutine.
func (p *Program) Matcher() *Matcher {
	return &Matcher{program: p, state: newState(p.scope), plans: map[string]*plan{}, tried: make([]uint32, len(p.rules))}
}

// Matcher finds which rules hold of one event after another.
type Matcher struct {
	program *Program
	state   *state
	plans   map[string]*plan // by the value at the pivot
	tried   []uint32         // for each rule, the turn in which it was decided
	hits    []int
}

// Match returns the indexes of the rules that hold of an event, ascending; they
// are valid until the next call, and raw must not change until then. The error is
// a [*scan.SyntaxError] if raw is not one JSON value.
func (m *Matcher) Match(raw []byte) ([]int, error) {
	m.hits = m.hits[:0]
	if len(raw) > maxEvent {
		return nil, fmt.Errorf("match event: it is larger than %d MB", maxEvent>>20)
	}
	if !m.state.read(raw) {
		return nil, fmt.Errorf("match event: no JSON at %w", scan.Check(raw))
	}
	pl := m.plan()
	m.hits = append(m.hits, pl.hold...)
	for i := range pl.lookups {
		m.look(pl, &pl.lookups[i])
	}
	for i := range pl.guards {
		if g := &pl.guards[i]; m.state.holds(g.pred) {
			m.try(pl, g.cases)
		}
	}
	m.try(pl, pl.rest)
	if len(m.hits) > 1 {
		slices.Sort(m.hits)
	}
	return m.hits, nil
}

func (m *Matcher) look(pl *plan, l *lookup) {
	fs := m.state.slots[l.slot]
	for i := range fs {
		if fs[i].scalar() {
			m.try(pl, l.byText[string(m.state.small(&fs[i]))])
		}
	}
}

// try decides the rules of a plan's cases, each once.
func (m *Matcher) try(pl *plan, cases []int) {
	for _, at := range cases {
		if c := &pl.cases[at]; m.tried[c.rule] != m.state.turn {
			m.tried[c.rule] = m.state.turn
			if c.logic.holds(m.state) {
				m.hits = append(m.hits, c.rule)
			}
		}
	}
}

// maxPlans bounds how many values at the pivot have plans of their own. Okta lists
// about 1,200 types of events.
const maxPlans = 4096

// plan returns how the event that was read is matched.
func (m *Matcher) plan() *plan {
	if len(m.program.pivot) == 0 || m.state.twice {
		return m.program.generic
	}
	fs := m.state.slots[m.program.pivot[0]]
	if len(fs) != 1 || fs[0].kind != isText || fs[0].escaped {
		return m.program.generic
	}
	value := m.state.text(&fs[0])
	if pl, ok := m.plans[string(value)]; ok {
		return pl
	}
	if len(m.plans) >= maxPlans || len(value) > 200 {
		return m.program.generic
	}
	pl := m.program.newPlan(func(pred int) joint {
		switch {
		case !slices.Contains(m.program.pivot, m.program.scope.preds[pred].slot):
			return single
		case m.state.holds(pred):
			return always
		}
		return never
	})
	m.plans[string(value)] = pl
	return pl
}

// Extracted returns the values at the i-th of the program's extract paths in the
// event that was matched last, as texts and in the event's order.
func (m *Matcher) Extracted(i int) []string { return m.state.texts(m.program.extract[i]) }
