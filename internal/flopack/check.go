package flopack

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"sallyport/internal/value"
)

// Check returns what is wrong with an export that was read: wires that lead
// nowhere, orders that are none, parts that are missing. What an export of a sound
// flow can have, such as references that have gone stale, are warnings.
func Check(d *Document) []Problem {
	k := &checker{d: d, told: map[bool]int{}, returned: map[*Graph]map[string]bool{}}
	for _, f := range d.Flows {
		k.flow = f.Name
		k.graph(f.Graph, nil)
	}
	return k.problems
}

type checker struct {
	d        *Document
	flow     string
	problems []Problem
	told     map[bool]int // how many are warnings, and how many are not
	returned map[*Graph]map[string]bool
}

// tell notes a problem. Warnings are counted by themselves: however many there
// are, what is wrong is told.
func (k *checker) tell(c *Card, path string, warning bool, format string, args ...any) {
	if k.told[warning] >= maxProblems {
		return
	}
	k.told[warning]++
	p := Problem{Path: path, Flow: k.flow, Message: fmt.Sprintf(format, args...), Warning: warning}
	if c != nil {
		p.Card = c.Address() + " " + c.UUID
	}
	k.problems = append(k.problems, p)
}

func (k *checker) bad(c *Card, format string, args ...any) {
	k.tell(c, c.Path, false, format, args...)
}

func (k *checker) warn(c *Card, format string, args ...any) {
	k.tell(c, c.Path, true, format, args...)
}

// graph checks a flow or the body of a card.
func (k *checker) graph(g *Graph, outer *Card) {
	e := g.edges()
	order, circle := g.Order()
	if len(circle) > 0 {
		k.bad(circle[0], "the order of %d cards goes in a circle", len(circle))
		return
	}
	if roots := g.roots(e); len(roots) != 1 {
		k.tell(nil, g.Path, false, "one card starts a flow, not %d", len(roots))
	} else {
		k.trigger(roots[0], outer)
	}
	into := k.pins(g, order, e)
	k.branches(g, order, e, into)
	for _, c := range g.Cards {
		k.card(c)
		for _, in := range c.Inputs {
			if in.Body != nil {
				k.graph(in.Body, c)
			}
		}
		if c.Handler != nil {
			k.graph(c.Handler, c)
		}
	}
}

// own are the fields that a helper flow's trigger has by itself.
func own() []string {
	return []string{"index", "execution_id", "parent", "error", "execution_time"}
}

// trigger checks that a body gets from its card what it takes from outside.
func (k *checker) trigger(root, outer *Card) {
	if outer == nil || !root.Is("control", "callable") || !outer.Is("control", "branch") && !outer.Is("control", "tryCatch") {
		return
	}
	for _, out := range root.Outputs {
		if out.Group != "context" || slices.Contains(own(), out.Key) {
			continue
		}
		if outer.InputNamed("context", out.Key) == nil {
			k.bad(root, "takes %q from outside, which the card around it does not have", out.Key)
		}
	}
}

// pins checks the wires, and returns for each card those that it reads from.
func (k *checker) pins(g *Graph, order []*Card, e edges) map[*Card][]*Card {
	into := map[*Card][]*Card{}
	after := reach(order, e)
	place := map[*Card]int{}
	for i, c := range order {
		place[c] = i
	}
	type end struct {
		card  *Card
		input string
	}
	count := map[end]int{}
	for _, c := range g.Cards {
		for _, p := range c.Pins {
			to := g.byID[p.Card]
			switch {
			case c.Output(p.Output) == nil:
				k.bad(c, "a wire begins at the output %q, which the card does not have", p.Output)
				continue
			case to == nil:
				k.bad(c, "a wire leads to the card %q, which is not in this flow", p.Card)
				continue
			case to.Input(p.Input) == nil:
				k.bad(c, "a wire leads to the input %q of %s, which it does not have", p.Input, to.UUID)
				continue
			}
			k.convert(c, c.Output(p.Output), to.Input(p.Input), p)
			if i := place[to]; after[c][i/64]&(1<<(i%64)) == 0 {
				k.bad(c, "a wire leads to %s, which does not run after it", to.UUID)
			}
			if count[end{to, p.Input}]++; count[end{to, p.Input}] == 2 && !to.Is("control", "join") {
				k.bad(to, "two wires lead to the input %q; only a Join takes several", to.Input(p.Input).Key)
			}
			if n := len(into[to]); n == 0 || into[to][n-1] != c {
				into[to] = append(into[to], c)
			}
		}
	}
	return into
}

// conversions are the ways in which a wire changes a value.
func conversions() []string {
	return []string{"parse", "dateTime", "wrapArray", "stringify", "toString", "parseFloat", "isoString", "booleanToString"}
}

// convert checks that a wire between different types says how it converts.
func (k *checker) convert(c *Card, out, in *Field, p Pin) {
	if p.Transform && !slices.Contains(conversions(), p.Convert) {
		k.bad(c, "a wire converts by %q, which is not known", p.Convert)
		return
	}
	alike := typeName(out) == typeName(in) || typeName(out) == "" || typeName(in) == ""
	if alike == p.Transform {
		k.warn(c, "a wire from %s to %s has the conversion %q", typeName(out), typeName(in), p.Convert)
	}
}

// typeName is a field's type; every structure is an object.
func typeName(f *Field) string {
	name, ok := f.Type.(string)
	if _, structure := f.Type.(*value.Object); structure {
		name, ok = "object", true
	}
	if !ok {
		return ""
	}
	if f.Collection {
		name += "[]"
	}
	return name
}

// most is how many If/Else cards are tried out in every combination.
const most = 10

// branches checks that no card reads what may not have run, but through a Join.
func (k *checker) branches(g *Graph, order []*Card, e edges, into map[*Card][]*Card) {
	var ifs []*Card
	for _, c := range g.Cards {
		if len(c.Branches) == 0 {
			continue
		}
		ifs = append(ifs, c)
		for _, b := range c.Branches {
			if g.byID[b.Card] == nil {
				k.bad(c, "a branch begins at the card %q, which is not in this flow", b.Card)
			}
		}
	}
	if len(ifs) == 0 || len(ifs) > most {
		return
	}
	told := map[*Card]bool{}
	for n := range 1 << len(ifs) {
		outcome := map[*Card]bool{}
		for i, c := range ifs {
			outcome[c] = n>>i&1 == 1
		}
		alive := live(order, e, into, outcome)
		for _, c := range order {
			if !alive[c] || told[c] || c.Is("control", "join") {
				continue
			}
			if i := slices.IndexFunc(into[c], func(src *Card) bool { return !alive[src] }); i >= 0 {
				told[c] = true
				k.bad(c, "reads from %s, which does not run in every case; only a Join may", into[c][i].UUID)
			}
		}
	}
}

var placeholder = regexp.MustCompile(`\{\{\{([^{}]*)\}\}\}`)

// card checks what a card says by itself.
func (k *checker) card(c *Card) {
	if c.Config != "" && k.d.Config(c.Config) == nil {
		k.warn(c, "its connection %s is not in the export; choose one", c.Config)
	}
	k.references(c)
	switch {
	case c.hidden():
		k.expand(c)
	case c.Is("string", "compose"), c.Is("math", "expression"):
		k.template(c)
	case c.Is("control", "let"), c.Is("control", "return"), c.Is("control", "callable"), c.Is("http", "accept"), c.Is("http", "delegated"):
		for _, in := range c.Inputs {
			if c.OutputNamed(in.Group, in.Key) == nil {
				k.warn(c, "the input %q has no output of the same name", in.Key)
			}
		}
	}
}

func (k *checker) template(c *Card) {
	keys := make(map[string]bool, len(c.Inputs))
	for _, in := range c.Inputs {
		keys[in.Key] = true
	}
	for _, in := range c.Inputs {
		text, ok := in.Data.(string)
		if in.Key != "_text_" || !ok {
			continue
		}
		for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
			if !keys[m[1]] {
				k.warn(c, "the text refers to %q, which the card does not have; it stays as it is written", m[1])
			}
		}
	}
}

// expand checks that what a hidden card takes out of an object is said alike
// twice: by a literal, and beside the value.
func (k *checker) expand(c *Card) {
	for _, key := range c.Outputs {
		if key.Key != "key" {
			continue
		}
		if val := c.OutputNamed(key.Group, "value"); val != nil && !value.Equal(key.Data, val.Path) {
			k.bad(c, "the path %s is %s beside the value", value.JSON(key.Data), value.JSON(val.Path))
		}
	}
}

// maxHelpers is of how many of the flows that one card names the inputs are
// looked at; no card calls more than one.
const maxHelpers = 10

// references checks what the inputs name: flows, tables.
func (k *checker) references(c *Card) {
	checked := map[*Flow]bool{} // with what else the card has
	for _, in := range c.Inputs {
		id, ok := in.Data.(string)
		if !ok || id == "" {
			continue
		}
		switch {
		case in.Type == "flo" && in.Group == "Streaming":
			k.streaming(c, in)
		case in.Type == "flo":
			helper := k.d.Flow(id)
			if helper == nil {
				k.warn(c, "the flow %s that %q names is not in the export", id, in.Key)
				continue
			}
			if !checked[helper] && len(checked) < maxHelpers {
				checked[helper] = true
				k.helper(c, helper)
			}
		case c.Module == "stash" && in.Group == "parameters" && in.Key == "stash" && k.d.Table(id) == nil:
			k.bad(c, "the table %s is not in the export", id)
		}
	}
	k.handler(c)
}

// handler checks the flow that is called when the card fails.
func (k *checker) handler(c *Card) {
	if c.OnError == nil || c.OnError.Text("type") != "flo" {
		return
	}
	if id := c.OnError.Text("flo"); k.d.Flow(id) == nil {
		k.warn(c, "the flow %s that is to handle its errors is not in the export", id)
	}
}

// streaming checks a flow that is run for each record of a list: what else stands
// beside it becomes its State.
func (k *checker) streaming(c *Card, in *Field) {
	if id, _ := in.Data.(string); k.d.Flow(id) == nil {
		k.warn(c, "the flow %s that is to take the records is not in the export", id)
	}
}

// helper checks that a called flow takes what it is given, and gives what is
// taken.
func (k *checker) helper(c *Card, helper *Flow) {
	root := helper.Graph.Root()
	if root == nil {
		return // told where the flow stands
	}
	for _, in := range c.Inputs {
		group, key := in.Group, in.Key
		if in.Proxy != nil && in.Proxy.Object("dest") != nil {
			dest := in.Proxy.Object("dest")
			group, key = dest.Text("group"), dest.Text("key")
		}
		if !in.Custom || in.Hidden || in.Type == "flo" || group == "context" {
			continue
		}
		if root.OutputNamed(group, key) == nil {
			k.warn(c, "gives %q to %q, which does not take it", key, helper.Name)
		}
	}
	if !c.Is("control", "spawn") {
		return
	}
	given := k.returnedBy(helper.Graph)
	for _, out := range c.Outputs {
		if len(given) > 0 && !given[out.Key] {
			k.warn(c, "takes %q from %q, which does not return it", out.Key, helper.Name)
		}
	}
}

// returnedBy are the keys of a flow's Return cards.
func (k *checker) returnedBy(g *Graph) map[string]bool {
	if keys, known := k.returned[g]; known {
		return keys
	}
	keys := map[string]bool{}
	for _, c := range g.Cards {
		if c.Is("control", "return") {
			for _, in := range c.Inputs {
				keys[in.Key] = true
			}
		}
	}
	k.returned[g] = keys
	return keys
}

// Methods returns how often each method is used, by address, in all flows and
// the bodies in them; kernel methods begin with "kernel:".
func (d *Document) Methods() map[string]int {
	n := map[string]int{}
	for c := range d.all() {
		address := c.Address()
		if c.Kernel {
			address = "kernel:" + address
		}
		n[strings.TrimSpace(address)]++
	}
	return n
}
