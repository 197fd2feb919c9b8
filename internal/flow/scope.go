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
	nameEvent       = "event"       // the log event, of an event trigger; of an alert trigger the newest of the alert
	nameTrigger     = "trigger"     // the same, as an event card of Okta Workflows shows it
	nameInput       = "input"       // the inputs of a trigger that has any
	nameRequest     = "request"     // of an api trigger: method, headers, query, body, ip
	nameRow         = "row"         // of a row trigger
	nameBefore      = "before"      // what the row was, of a row trigger
	nameAlert       = "alert"       // of an alert trigger
	nameEntity      = "entity"      // whom the alert is about
	nameFinding     = "finding"     // of a finding trigger
	nameCheck       = "check"       // what found it
	nameTenant      = "tenant"      // the Okta org that it was found in
	nameOptions     = "options"     // what was chosen where the flow was installed
	nameRun         = "run"         // id, flow, dry_run, started_at
	nameContext     = "context"     // who and what called: index, parent, error, execution_id, execution_time, user
	nameSteps       = "steps"       // how the cards before ended: steps.ID.state
	nameConnections = "connections" // the settings of the connection in a slot
	nameIndex       = "index"       // in a loop: the round, from 0
	nameMemo        = "memo"        // in a reduce: what it came to so far
	nameError       = "error"       // in a catch
)

// reserved are the names that no card may have, besides those of its flow's trigger.
func reserved() []string {
	return []string{nameEvent, nameInput, nameOptions, nameRun, nameContext, nameSteps, nameConnections, nameIndex, nameMemo, nameError}
}

// names are those that a trigger gives.
func (t Trigger) names() []string {
	switch t.Kind {
	case OnEvent:
		return []string{nameEvent, nameTrigger}
	case OnAPI:
		return []string{nameInput, nameRequest}
	case OnRow:
		return []string{nameRow, nameBefore}
	case OnAlert:
		return []string{nameAlert, nameEntity, nameEvent}
	case OnFinding:
		return []string{nameFinding, nameCheck, nameTenant}
	case OnSchedule:
		return nil
	default:
		return []string{nameInput}
	}
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
	names := newScope(nil, nameOptions, nameRun, nameContext, nameSteps, nameConnections)
	for _, n := range d.Trigger.names() {
		names.add(n)
	}
	s := &scopeCheck{r: r, d: d, ids: map[string]Position{}}
	s.number(d.Cards)
	if s.n > maxCards {
		r.bad(Position{}, "cards", "%d cards are more than the %d that a flow may have; move some to helper flows", s.n, maxCards)
		return
	}
	all := s.cards(d.Cards, names)
	s.inputs(d.Result, "result", all)
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
		case slices.Contains(append(reserved(), s.d.Trigger.names()...), c.ID):
			s.r.bad(c.At, c.path, "the id %q has a meaning of its own", c.ID)
		}
		s.ids[c.ID] = c.At
		for _, body := range c.bodies() {
			s.number(body)
		}
	}
}

// cards checks a list of cards, and adds their ids to the names.
func (s *scopeCheck) cards(cards []*Card, names *scope) *scope {
	for i, c := range cards {
		if i > 0 && cards[i-1].ends() && !s.d.Loose {
			s.r.bad(c.At, c.path, "the card is never reached: the one before ends the flow")
		}
		s.card(c, names)
		names.add(c.ID)
	}
	return names
}

// ends reports whether nothing after the card can run.
func (c *Card) ends() bool {
	switch c.Kind {
	case CardReturn, CardStop, CardFail:
		return c.If == nil
	case CardRespond:
		return true
	default:
		return false
	}
}

func (s *scopeCheck) card(c *Card, names *scope) {
	s.slot(c)
	s.condition(c.If, names)
	s.inputs(c.Inputs, join(c.path, "with"), names)
	s.inputs(c.Details, join(c.path, "details"), names)
	s.inputs(c.OnError.Return, join(c.path, "on_error.return"), names)
	for _, t := range c.templates() {
		s.template(t, c.At, c.path, names)
	}
	then, els := s.cards(c.Then, newScope(names)), s.cards(c.Else, newScope(names))
	s.cards(c.Catch, newScope(names, nameError))
	for _, k := range c.Cases {
		s.condition(k.If, names)
		s.cards(k.Do, newScope(names))
	}
	for _, j := range c.Join {
		s.template(j.Then, c.At, join(c.path, "out."+j.Name+".then"), then)
		s.template(j.Else, c.At, join(c.path, "out."+j.Name+".else"), els)
	}
	if c.Loop != nil {
		s.loop(c, names)
	}
}

// templates are the values of a card that are no inputs.
func (c *Card) templates() []value.Template {
	out := []value.Template{c.Reason, c.Status}
	if c.Reply != nil {
		out = append(out, c.Reply.Status, c.Reply.Headers, c.Reply.Body)
	}
	if c.Wait != nil {
		out = append(out, c.Wait.For, c.Wait.Unit, c.Wait.Until)
	}
	if c.Loop != nil {
		out = append(out, c.Loop.Over, c.Loop.Memo, c.Loop.Limit)
	}
	return out
}

func (s *scopeCheck) loop(c *Card, names *scope) {
	inner := newScope(names, nameIndex)
	if c.Kind == CardReduce {
		inner.add(nameMemo)
	}
	if as := c.Loop.As; as != "" {
		if names.has(as) || s.ids[as] != (Position{}) {
			s.r.bad(c.At, join(c.path, "as"), "the name %q is taken", as)
		}
		inner.add(as)
	}
	s.cards(c.Loop.Body, inner)
}

func (s *scopeCheck) condition(c *Condition, names *scope) {
	if c == nil {
		return
	}
	if c.text.value != nil {
		c.CEL = s.r.condition(c.text, names.of(c.text.value.Value)...)
		c.text = entry{}
		return
	}
	s.template(c.A, c.at, c.path, names)
	s.template(c.B, c.at, c.path, names)
}

func (s *scopeCheck) inputs(ins []Input, path string, names *scope) {
	for _, in := range ins {
		s.template(in.Value, in.At, join(path, in.Name), names)
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
			if tail == PlanUse {
				c.Kind = CardRemedy
				s.onlyPlans(c)
			}
			return
		}
	}
	if c.Retry.set || c.Timeout > 0 || c.OnRefused.Way != Continue || c.Loop != nil {
		s.r.bad(c.At, c.path, "retry, timeout, stream and on_refused mean nothing on a function; %q is no connection", head)
	}
}

// onlyPlans refuses what means nothing on a card that plans a remediation.
func (s *scopeCheck) onlyPlans(c *Card) {
	if c.Retry.set || c.Timeout > 0 || c.OnRefused.Way != Continue || c.Loop != nil {
		s.r.bad(c.At, c.path, "retry, timeout, stream and on_refused mean nothing on a card that plans a remediation")
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
	if head == nameTrigger {
		s.d.eventCard = true
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
	case nameContext:
		if !slices.Contains(contextNames(), ref[1]) {
			s.r.bad(at, path, "the context has no %q; it has: %s", ref[1], strings.Join(contextNames(), ", "))
		}
	case nameSteps:
		s.stepRef(ref, at, path, names)
	default:
	}
}

// runNames are what run.… refers to.
func runNames() []string { return []string{"id", "flow", "dry_run", "started_at"} }

// contextNames are what context.… refers to.
func contextNames() []string {
	return []string{"index", "execution_id", "execution_time", "parent", "error", "user", "started_by", "change"}
}

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
