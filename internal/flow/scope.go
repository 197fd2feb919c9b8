package flow

import (
	"fmt"
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
	nameRun         = "run"         // id, started_at, url
	nameSteps       = "steps"       // how the cards before ended: steps.ID.state
	nameConnections = "connections" // the settings of the connection in a slot
	nameIndex       = "index"       // in a loop: the item's position, from 0
)

func reserved() []string {
	return []string{nameEvent, nameInput, nameOptions, nameRun, nameSteps, nameConnections, nameIndex}
}

// scopes gives every card an id, tells slots from function families, compiles
// conditions, and checks that every reference leads to something before it.
func (r *reader) scopes(d *Definition) {
	names := []string{nameOptions, nameRun, nameSteps, nameConnections}
	if d.Trigger.Kind == OnEvent {
		names = append(names, nameEvent)
	} else {
		names = append(names, nameInput)
	}
	s := &scopeCheck{r: r, d: d, ids: map[string]Position{}}
	s.number(d.Cards)
	s.cards(d.Cards, names)
}

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

func (s *scopeCheck) cards(cards []*Card, names []string) []string {
	names = slices.Clone(names)
	for _, c := range cards {
		s.card(c, names)
		names = append(names, c.ID)
	}
	return names
}

func (s *scopeCheck) card(c *Card, names []string) {
	s.slot(c)
	if c.cond.value != nil {
		c.If = s.r.condition(c.cond, names...)
	}
	for _, in := range c.Inputs {
		s.template(in.Value, in.At, join(c.path, "with."+in.Name), names)
	}
	s.template(c.Reason, c.At, c.path, names)
	then, els := s.cards(c.Then, names), s.cards(c.Else, names)
	for _, j := range c.Join {
		s.template(j.Then, c.At, join(c.path, "out."+j.Name+".then"), then)
		s.template(j.Else, c.At, join(c.path, "out."+j.Name+".else"), els)
	}
	if c.Each != nil {
		s.template(c.Each.List, c.At, join(c.path, "each"), names)
		if slices.Contains(names, c.Each.As) || s.ids[c.Each.As] != (Position{}) {
			s.r.bad(c.At, join(c.path, "as"), "the name %q is taken", c.Each.As)
		}
		inner := s.cards(c.Each.Body, append(slices.Clone(names), c.Each.As, nameIndex))
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

func (s *scopeCheck) template(t value.Template, at Position, path string, names []string) {
	for _, ref := range t.Refs() {
		s.ref(ref, at, path, names)
	}
}

func (s *scopeCheck) ref(ref value.Ref, at Position, path string, names []string) {
	head := ref[0]
	switch {
	case !slices.Contains(names, head):
		if where, ok := s.ids[head]; ok {
			s.r.bad(at, path, "%s refers to the card at line %d, which has not run by then", ref, where.Line)
			return
		}
		s.r.bad(at, path, "%s refers to nothing; there are here: %s", ref, strings.Join(names, ", "))
	case head == nameOptions && len(ref) > 1 && !slices.ContainsFunc(s.d.Options, func(o Port) bool { return o.Name == ref[1] }):
		s.r.bad(at, path, "there is no option %q", ref[1])
	case head == nameConnections && len(ref) > 1 && !slices.ContainsFunc(s.d.Connections, func(c Slot) bool { return c.Name == ref[1] }):
		s.r.bad(at, path, "there is no connection %q", ref[1])
	case head == nameSteps && len(ref) > 1 && !slices.Contains(names, ref[1]):
		s.r.bad(at, path, "%s refers to a card that has not run by then", ref)
	case head == nameInput && len(ref) > 1 && !slices.ContainsFunc(s.d.Trigger.Inputs, func(p Port) bool { return p.Name == ref[1] }):
		s.r.bad(at, path, "the trigger has no input %q", ref[1])
	}
}
