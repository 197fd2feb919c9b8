package migration

import (
	"slices"

	"sallyport/internal/flopack"
	"sallyport/internal/value"
)

// frame is one graph on its way into our language: a flow, or the body of a card.
type frame struct {
	u     *unit
	g     *flopack.Graph
	root  *flopack.Card
	outer *frame        // that of the card that has this body; nil for a flow
	card  *flopack.Card // that card
	after map[*flopack.Card][]*flopack.Card
	wires map[end][]origin
	order []*flopack.Card // those that are shown, as they run
	ids   map[*flopack.Card]string
	// given is what the root's outputs stand for.
	given func(out *flopack.Field) expr
	// instead is what reaches an input in place of what is wired to it.
	instead map[*flopack.Field]expr
	// made is what a card's outputs stand for, once it is translated.
	made map[*flopack.Card]func(out *flopack.Field) expr
}

// end is where a wire ends.
type end struct {
	card  *flopack.Card
	input string
}

// origin is where a wire begins.
type origin struct {
	card *flopack.Card
	pin  flopack.Pin
}

func (u *unit) frame(g *flopack.Graph, outer *frame, card *flopack.Card) *frame {
	f := &frame{
		u: u, g: g, root: g.Root(), outer: outer, card: card, after: map[*flopack.Card][]*flopack.Card{}, wires: map[end][]origin{},
		ids: map[*flopack.Card]string{}, made: map[*flopack.Card]func(*flopack.Field) expr{},
		instead: map[*flopack.Field]expr{},
	}
	link := func(from *flopack.Card, to string) {
		if c := g.Card(to); c != nil {
			f.after[from] = append(f.after[from], c)
		}
	}
	for _, o := range g.Orderings {
		if c := g.Card(o[0]); c != nil {
			link(c, o[1])
		}
	}
	for _, c := range g.Cards {
		for _, b := range c.Branches {
			link(c, b.Card)
		}
		for _, p := range c.Pins {
			if to := g.Card(p.Card); to != nil {
				f.wires[end{to, p.Input}] = append(f.wires[end{to, p.Input}], origin{c, p})
			}
		}
	}
	order, _ := g.Order()
	for _, c := range order {
		if c.Displayed && !isExpand(c) && c != f.root && !c.Is("control", "noop") {
			f.order = append(f.order, c)
		}
	}
	return f
}

func isExpand(c *flopack.Card) bool { return c.Is("object", "expand") }

// reach returns the cards that a card leads to, and itself.
func (f *frame) reach(from *flopack.Card) map[*flopack.Card]bool {
	seen := map[*flopack.Card]bool{from: true}
	for queue := []*flopack.Card{from}; len(queue) > 0; {
		next := queue[0]
		queue = queue[1:]
		for _, c := range f.after[next] {
			if !seen[c] {
				seen[c] = true
				queue = append(queue, c)
			}
		}
	}
	return seen
}

// value is what reaches an input: what a wire brings, or the literal.
func (f *frame) value(c *flopack.Card, in *flopack.Field) expr {
	if e, ok := f.instead[in]; ok {
		return e
	}
	if origins := f.wires[end{c, in.ID}]; len(origins) > 0 {
		o := origins[0]
		if out := o.card.Output(o.pin.Output); out != nil {
			return f.output(o.card, out).piped(o.pin)
		}
	}
	return f.u.literal(c, in)
}

// output is what an output of a card stands for.
func (f *frame) output(c *flopack.Card, out *flopack.Field) expr {
	switch {
	case isExpand(c):
		return f.expanded(c, out)
	case c == f.root:
		return f.rootOutput(out)
	case f.made[c] != nil:
		return f.made[c](out)
	}
	return literal(nil)
}

// maxExpanding bounds how many hidden cards, with paths or without, are between a
// value and the card that takes it.
const maxExpanding = 1000

// expanded is a part of an object: the hidden card between is gone.
func (f *frame) expanded(c *flopack.Card, out *flopack.Field) expr {
	if len(c.Inputs) == 0 {
		return literal(nil)
	}
	if f.u.expanding++; f.u.expanding > maxExpanding {
		f.u.fail(c, "a reference leads deeper than %d hidden cards", maxExpanding)
	}
	defer func() { f.u.expanding-- }()
	if f.u.err != nil {
		return literal(nil)
	}
	path := out.Path
	if key := c.OutputNamed(out.Group, "key"); key != nil && path == nil {
		path, _ = key.Data.([]any)
	}
	e := f.value(c, c.Inputs[0])
	for _, s := range path {
		e = e.into(value.String(s))
	}
	if len(e.path)+len(e.filters) > maxNesting {
		f.u.fail(c, "a reference leads deeper than %d levels", maxNesting)
		return literal(nil)
	}
	return e
}

// rootOutput is what a trigger gives, or what a body takes from outside.
func (f *frame) rootOutput(out *flopack.Field) expr {
	if out.Group == "context" && f.outer != nil {
		if in := f.card.InputNamed("context", out.Key); in != nil {
			return f.outer.value(f.card, in)
		}
	}
	if f.given != nil {
		return f.given(out)
	}
	return literal(nil)
}

// contextOf is what our flows have for the fields that each trigger has by itself.
func contextOf(out *flopack.Field) (expr, bool) {
	if out.Group != "context" || !slices.Contains([]string{"index", "execution_id", "parent", "error", "execution_time"}, out.Key) {
		return expr{}, false
	}
	e := ref("context", out.Key)
	e.kind = kindOf(out)
	return e, true
}

// contextGiven is what the body of a card begins with: what its flow was called with.
func contextGiven(out *flopack.Field) expr {
	e, _ := contextOf(out)
	return e
}

// cards translates cards in their order, those within an If among them.
func (f *frame) cards(list []*flopack.Card, path string) []any {
	out := []any{}
	for len(list) > 0 && f.u.err == nil {
		c, rest := list[0], list[1:]
		if kept := f.kept(c, element(path, len(out))); kept != nil {
			out = append(out, kept)
		}
		at := element(path, len(out))
		if c.Is("control", "if") {
			var card *value.Object
			card, rest = f.ifElse(c, rest, at)
			out = append(out, card)
		} else if card := f.one(c, at); card != nil {
			out = append(out, card)
		}
		list = rest
	}
	return out
}

// body translates the graph that a card has in itself.
func (f *frame) body(g *flopack.Graph, c *flopack.Card, path string, given func(*flopack.Field) expr) []any {
	inner := f.u.frame(g, f, c)
	inner.given = given
	return inner.cards(inner.order, path)
}

// begin makes our card for one of the export: its name, and what people wrote at it.
func (f *frame) begin(c *flopack.Card, at, title string) *value.Object {
	id := f.u.names.give(c.Title, apart(c.Method))
	f.ids[c] = id
	f.u.at, f.u.title = at, c.Title
	f.u.source(f, c, at, id)
	for _, flow := range c.Flows() {
		if f.u.t.d.Flow(flow) == nil {
			f.u.missing(c, "the flow %s, which is not in the export", flow)
		}
	}
	o := value.Map("id", id)
	if c.Title != "" && c.Title != title {
		o.Set("title", c.Title)
	}
	if c.Comment != "" {
		o.Set("note", c.Comment)
	}
	return o
}

// outputs says that a card's outputs are found by the name that of returns.
func (f *frame) outputs(c *flopack.Card, of func(out *flopack.Field) []string) {
	f.made[c] = func(out *flopack.Field) expr {
		path := of(out)
		if path == nil {
			return literal(nil)
		}
		return ref(append([]string{f.ids[c]}, path...)...)
	}
}

// grouped is how a field with a group is named where groups are not known.
func grouped(f *flopack.Field) string {
	if f.Group == "" {
		return f.Key
	}
	return f.Group + "/" + f.Key
}
