package search

import (
	"slices"
	"strings"

	"sallyport/internal/detect"
	"sallyport/internal/detect/plain"
)

// maxTerms bounds the terms that a plan asks for; a filter of more is answered
// from the events.
const maxTerms = 200

// kind is what a step of a plan is.
type kind uint8

const (
	everything kind = iota
	nothing
	both  // all of the steps below
	any1  // one of them
	other // what the one below leaves out
	ofTerm
	ofColumn
)

// step is a part of a plan.
type step struct {
	kind   kind
	kids   []step
	term   Term
	column Column
	test   detect.Test
	holds  map[string]bool // what test says of values that it was asked of
}

// Plan finds, by the blocks, all events that pass a filter, and perhaps others.
// It is not safe for concurrent use.
type Plan struct {
	root    step
	exact   bool
	terms   []Term
	columns []Column
}

// NewPlan returns what the blocks can say of a condition on events (nil for none)
// that have words in them and came from a source ("" for any).
func NewPlan(e detect.Expr, q Words, source string) *Plan {
	p := &planner{ascii: newASCII(), fields: map[string]Field{}, columns: map[string]Column{}}
	for i, path := range Fields() {
		p.fields[strings.ToLower(path)] = Field(i)
	}
	for c, path := range Columns() {
		p.columns[strings.ToLower(path)] = Column(c)
	}
	parts, exact := []step{}, q.exact()
	if e != nil {
		s, ok := p.expr(e, "")
		parts, exact = append(parts, s), exact && ok
	}
	for _, part := range q.parts {
		for _, t := range part {
			parts = append(parts, step{kind: ofTerm, term: t})
		}
	}
	if source != "" {
		parts = append(parts, step{kind: ofTerm, term: p.ascii.value(sourceField, []byte(source))})
	}
	out := &Plan{root: all(parts), exact: exact}
	out.root.needs(out)
	if len(out.terms) > maxTerms {
		return &Plan{}
	}
	return out
}

// Exact reports whether the plan finds nothing but what passes the filter.
func (p *Plan) Exact() bool { return p.exact }

// Open reports whether the plan leaves nothing out.
func (p *Plan) Open() bool { return p.root.kind == everything }

// Terms are the terms whose pages are to be read.
func (p *Plan) Terms() []Term { return p.terms }

// Columns are the columns that are to be read.
func (p *Plan) Columns() []Column { return p.columns }

func (s *step) needs(p *Plan) {
	switch s.kind { //nolint:exhaustive // the others need nothing
	case ofTerm:
		if !slices.Contains(p.terms, s.term) {
			p.terms = append(p.terms, s.term)
		}
	case ofColumn:
		if !slices.Contains(p.columns, s.column) {
			p.columns = append(p.columns, s.column)
		}
	}
	for i := range s.kids {
		s.kids[i].needs(p)
	}
}

// View is a block as far as a plan needs it.
type View struct {
	Docs    int
	Pages   map[Term][]byte // the page that a term would be in
	Columns map[Column][]byte
}

// Find returns the events of a block that the plan finds.
func (p *Plan) Find(v View) (Set, error) { return p.root.find(v) }

func (s *step) find(v View) (Set, error) {
	switch s.kind { //nolint:exhaustive // the others are of several steps
	case everything:
		return fullSet(v.Docs), nil
	case nothing:
		return newSet(v.Docs), nil
	case ofTerm:
		return LookUp(v.Pages[s.term], v.Docs, s.term)
	case ofColumn:
		return s.findColumn(v)
	}
	out, err := s.kids[0].find(v)
	if err != nil {
		return nil, err
	}
	if s.kind == other {
		out.not(v.Docs)
		return out, nil
	}
	for i := range s.kids[1:] {
		next, err := s.kids[1+i].find(v)
		if err != nil {
			return nil, err
		}
		if s.kind == both {
			out.and(next)
		} else {
			out.or(next)
		}
	}
	return out, nil
}

func (s *step) findColumn(v View) (Set, error) {
	c, err := DecodeColumn(v.Columns[s.column], v.Docs)
	if err != nil {
		return nil, err
	}
	pass := make([]bool, len(c.Values))
	for i, text := range c.Values {
		known, ok := s.holds[text]
		if !ok {
			known = plain.Holds(s.test, eventWith(Columns()[s.column], text))
			s.holds[text] = known
		}
		pass[i] = known
	}
	out := newSet(v.Docs)
	for doc := range v.Docs {
		if pass[c.ID(doc)] {
			out.add(doc)
		}
	}
	return out, nil
}

// eventWith is an event of which only one value is known; "" is none.
func eventWith(path, text string) any {
	if text == "" {
		return map[string]any{}
	}
	var v any = text
	names := strings.Split(path, ".")
	for _, name := range slices.Backward(names) {
		v = map[string]any{name: v}
	}
	return v
}
