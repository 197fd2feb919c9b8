package flow

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"sallyport/internal/value"
)

// The names that a reference may begin with, besides the ids of the cards before
// and the items of the loops around.
const (
	nameEvent       = "event"       // the log event, of an event trigger
	nameInput       = "input"       // the inputs of an on_demand or call trigger
	nameOptions     = "options"     // what was chosen where the flow was installed
	nameRun         = "run"         // id, flow, dry_run, started_at
	nameSteps       = "steps"       // how the cards before ended: steps.ID.state
	nameConnections = "connections" // the settings of the connection in a slot
	nameIndex       = "index"       // in a loop: the item's position, from 0
)

func reserved() []string {
	return []string{nameEvent, nameInput, nameOptions, nameRun, nameSteps, nameConnections, nameIndex}
}

// scope is the names that a place in a flow may refer to: those of its own list of
// cards, and those around it.
type scope struct {
	outer *scope
	names map[string]bool
	order []string
}

func newScope(outer *scope, names ...string) *scope {
	s := &scope{outer: outer, names: make(map[string]bool, len(names))}
	for _, n := range names {
		s.add(n)
	}
	return s
}

func (s *scope) add(name string) {
	s.names[name] = true
	s.order = append(s.order, name)
}

func (s *scope) has(name string) bool {
	for at := s; at != nil; at = at.outer {
		if at.names[name] {
			return true
		}
	}
	return false
}

// shown lists the names for a message, the outermost first and not all of many.
func (s *scope) shown() string {
	const most = 30
	var all []string
	for at := s; at != nil; at = at.outer {
		all = append(slices.Clone(at.order), all...)
	}
	if len(all) > most {
		return strings.Join(all[:most], ", ") + fmt.Sprintf(" and %d more", len(all)-most)
	}
	return strings.Join(all, ", ")
}

// words are what may be names in an expression.
var words = regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_]*`)

// of returns the names of the scope that stand in an expression.
func (s *scope) of(expression string) []string {
	var out []string
	for _, w := range words.FindAllString(expression, -1) {
		if s.has(w) && !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}

// scopes gives every card an id, tells slots from function families, compiles
// conditions, and checks that every reference leads to something before it.
func (r *reader) scopes(d *Definition) {
	names := newScope(nil, nameOptions, nameRun, nameSteps, nameConnections)
	if d.Trigger.Kind == OnEvent {
		names.add(nameEvent)
	} else {
		names.add(nameInput)
	}
	s := &scopeCheck{r: r, d: d, ids: map[string]Position{}}
	s.number(d.Cards)
	if s.n > maxCards {
		r.bad(Position{}, "cards", "%d cards are more than the %d that a flow may have; move some to helper flows", s.n, maxCards)
		return
	}
	s.cards(d.Cards, names)
}

// maxCards bounds the cards of a flow.
const maxCards = 5000

type scopeCheck struct {
	r   *reader
	d   *Definition
	ids map[string]Position
	n   int
}

// number gives the cards without an id one, by their place in the text, and
// finds ids that stand twice.
func (s *scopeCheck) number(cards []*Card) {
	for _, c := range cards {
		s.n++
		if c.ID == "" {
			c.ID = fmt.Sprintf("card_%d", s.n)
		}
		if c.Title == "" {
			c.Title = c.ID
		}
		switch at, taken := s.ids[c.ID]; {
		case taken:
			s.r.bad(c.At, c.path, "the id %q stands at line %d already", c.ID, at.Line)
		case slices.Contains(reserved(), c.ID):
			s.r.bad(c.At, c.path, "the id %q has a meaning of its own", c.ID)
		}
		s.ids[c.ID] = c.At
		s.number(c.Then)
		s.number(c.Else)
		if c.Each != nil {
			s.number(c.Each.Body)
		}
	}
}

// cards checks a list of cards, and adds their ids to the names.
func (s *scopeCheck) cards(cards []*Card, names *scope) *scope {
	for i, c := range cards {
		if i > 0 && cards[i-1].ends() {
			s.r.bad(c.At, c.path, "the card is never reached: the one before ends the flow")
		}
		s.card(c, names)
		names.add(c.ID)
	}
	return names
}

// ends reports whether nothing after the card can run.
func (c *Card) ends() bool {
	return (c.Kind == CardReturn || c.Kind == CardStop || c.Kind == CardFail) && c.cond.value == nil
}

func (s *scopeCheck) card(c *Card, names *scope) {
	s.slot(c)
	if c.cond.value != nil {
		c.If = s.r.condition(c.cond, names.of(c.cond.value.Value)...)
	}
	for _, in := range c.Inputs {
		s.template(in.Value, in.At, join(c.path, "with."+in.Name), names)
	}
	s.template(c.Reason, c.At, c.path, names)
	then, els := s.cards(c.Then, newScope(names)), s.cards(c.Else, newScope(names))
	for _, j := range c.Join {
		s.template(j.Then, c.At, join(c.path, "out."+j.Name+".then"), then)
		s.template(j.Else, c.At, join(c.path, "out."+j.Name+".else"), els)
	}
	if c.Each != nil {
		s.template(c.Each.List, c.At, join(c.path, "each"), names)
		if names.has(c.Each.As) || s.ids[c.Each.As] != (Position{}) {
			s.r.bad(c.At, join(c.path, "as"), "the name %q is taken", c.Each.As)
		}
		inner := s.cards(c.Each.Body, newScope(names, c.Each.As, nameIndex))
		s.template(c.Each.Collect, c.At, join(c.path, "collect"), inner)
	}
}

// slot turns "okta.suspend_user" into an action where okta is a slot.
func (s *scopeCheck) slot(c *Card) {
	if c.Kind == CardTable {
		if c.Slot == "" {
			s.r.bad(c.At, c.path, "which table is missing: table")
		}
		return
	}
	if c.Kind != CardFunction {
		return
	}
	head, tail, _ := strings.Cut(c.Use, ".")
	for _, slot := range s.d.Connections {
		if slot.Name == head {
			c.Kind, c.Slot, c.Use = CardAction, head, tail
			return
		}
	}
	if c.Retry.set || c.Timeout > 0 || c.OnRefused != Continue {
		s.r.bad(c.At, c.path, "retry, timeout and on_refused mean nothing on a function; %q is no connection", head)
	}
}

func (s *scopeCheck) template(t value.Template, at Position, path string, names *scope) {
	for _, ref := range t.Refs() {
		s.ref(ref, at, path, names)
	}
}

func (s *scopeCheck) ref(ref value.Ref, at Position, path string, names *scope) {
	head := ref[0]
	if !names.has(head) {
		if where, ok := s.ids[head]; ok {
			s.r.bad(at, path, "%s refers to the card at line %d, which has not run by then", ref, where.Line)
			return
		}
		s.r.bad(at, path, "%s refers to nothing; there are here: %s", ref, names.shown())
		return
	}
	if len(ref) < 2 {
		return
	}
	switch head {
	case nameOptions:
		if !slices.ContainsFunc(s.d.Options, func(o Port) bool { return o.Name == ref[1] }) {
			s.r.bad(at, path, "there is no option %q", ref[1])
		}
	case nameConnections:
		if !slices.ContainsFunc(s.d.Connections, func(c Slot) bool { return c.Name == ref[1] }) {
			s.r.bad(at, path, "there is no connection %q", ref[1])
		}
	case nameInput:
		if !slices.ContainsFunc(s.d.Trigger.Inputs, func(p Port) bool { return p.Name == ref[1] }) {
			s.r.bad(at, path, "the trigger has no input %q", ref[1])
		}
	case nameRun:
		if !slices.Contains(runNames(), ref[1]) {
			s.r.bad(at, path, "a run has no %q; it has: %s", ref[1], strings.Join(runNames(), ", "))
		}
	case nameSteps:
		s.stepRef(ref, at, path, names)
	default:
	}
}

// runNames are what run.… refers to.
func runNames() []string { return []string{"id", "flow", "dry_run", "started_at"} }

// stepNames are what steps.ID.… refers to.
func stepNames() []string { return []string{"state", "reason", "error"} }

func (s *scopeCheck) stepRef(ref value.Ref, at Position, path string, names *scope) {
	if !names.has(ref[1]) {
		s.r.bad(at, path, "%s refers to a card that has not run by then", ref)
		return
	}
	if len(ref) > 2 && !slices.Contains(stepNames(), ref[2]) {
		s.r.bad(at, path, "how a card ended has no %q; it has: %s", ref[2], strings.Join(stepNames(), ", "))
	}
}
