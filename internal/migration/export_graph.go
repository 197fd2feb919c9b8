package migration

import (
	"fmt"
	"strconv"

	"sallyport/internal/value"
)

// writer writes one flow.
type writer struct {
	x        *exporter
	flow     *Flow
	src      *value.Object
	title    string
	n        int
	inner    *graph // of an event flow: what runs for each event
	cron     *value.Object
	security any
	endpoint [][3]string // of an api trigger: name, group and key of each input
	err      error
}

// fail keeps the first thing that an export cannot say, and where.
func (w *writer) fail(at, format string, args ...any) {
	if w.err == nil {
		w.err = fmt.Errorf("%s: %s", at, fmt.Sprintf(format, args...))
	}
}

func (w *writer) id() string {
	w.n++
	return shortIDOf(w.src.Text("flow"), strconv.Itoa(w.n))
}

// graph is one graph on its way into an export.
type graph struct {
	w         *writer
	outer     *graph
	holder    *xcard // the card of the outer graph that has this one
	root      *xcard
	all       []*xcard
	last      *xcard
	orderings [][2]string
	names     map[string]func(path []string) (*xfield, []string) // what references begin with
	taken     map[string]*xfield                                 // parts of outputs, and what comes from outside
	finish    func()
}

// xcard is one card of an export.
type xcard struct {
	uuid, address, key, title, comment string
	hidden, webhook                    bool
	config                             any
	policy                             *value.Object
	handler                            *graph
	in, out                            []*xfield
	branches                           *value.Object
	joins                              *value.Object
	pins                               []*xpin
}

// xfield is one input or output.
type xfield struct {
	card       *xcard
	id         string
	group, key string
	title      string
	kind       *xtype
	data       any
	index      int
	option     bool
	custom     bool
	hidden     bool
	proxy      *value.Object
	path       []any
	body       *graph // of type flo
	textual    bool   // it becomes part of a text, whatever it is
}

// xpin is one wire.
type xpin struct {
	from, to *xfield
	convert  string // our filter; "" for none
	wrap     bool
}

// xtype is the type of fields that wires without conversion connect: one for all.
type xtype struct {
	name string
	list bool
	same *xtype
}

func (t *xtype) end() *xtype {
	for t.same != nil {
		t = t.same
	}
	return t
}

func (t *xtype) set(name string, list bool) {
	if e := t.end(); e.name == "" && name != "" {
		e.name, e.list = name, list
	}
}

// join makes two types one; where both are known they stay as they are.
func (t *xtype) join(other *xtype) {
	a, b := t.end(), other.end()
	switch {
	case a == b:
	case b.name == "":
		b.same = a
	case a.name == "":
		a.same = b
	case a.name == b.name && a.list == b.list:
		b.same = a
	}
}

func typeOf(k value.Kind) (string, bool) {
	if k == value.List {
		return "object", true
	}
	return map[value.Kind]string{value.Text: "string", value.Number: "number", value.Boolean: "boolean", value.Obj: "object", value.Date: "Date"}[k], false
}

func (w *writer) graph(outer *graph, holder *xcard) *graph {
	return &graph{w: w, outer: outer, holder: holder, names: map[string]func([]string) (*xfield, []string){}, taken: map[string]*xfield{}}
}

// add makes a card that runs after those before it.
func (g *graph) add(address, title string) *xcard {
	c := g.loose(address, title)
	if g.last != nil {
		g.order(g.last, c)
	}
	g.last = c
	if g.root == nil {
		g.root = c
	}
	return c
}

// loose makes a card that is in no order yet.
func (g *graph) loose(address, title string) *xcard {
	c := &xcard{uuid: g.w.id(), address: address, title: title, branches: value.NewObject(0), joins: value.NewObject(0)}
	g.all = append(g.all, c)
	return c
}

func (g *graph) order(a, b *xcard) { g.orderings = append(g.orderings, [2]string{a.uuid, b.uuid}) }

func (g *graph) input(c *xcard, group, key string) *xfield {
	f := &xfield{card: c, id: g.w.id(), group: group, key: key, kind: &xtype{}, index: len(c.in)}
	c.in = append(c.in, f)
	return f
}

// output returns a card's output, which it gets where it has it not yet.
func (g *graph) output(c *xcard, group, key string) *xfield {
	for _, f := range c.out {
		if f.group == group && f.key == key {
			return f
		}
	}
	f := &xfield{card: c, id: g.w.id(), group: group, key: key, kind: &xtype{}, index: len(c.out)}
	c.out = append(c.out, f)
	return f
}

// wire connects an output to an input, by way of a conversion.
func (g *graph) wire(from, to *xfield, convert string, wrap bool) {
	from.card.pins = append(from.card.pins, &xpin{from, to, convert, wrap})
	switch convert {
	case "":
		if !to.textual {
			from.kind.join(to.kind)
		}
	case "parse":
		from.kind.set("string", false)
		to.kind.set("object", wrap)
	case "date":
		from.kind.set("string", false)
		to.kind.set("Date", false)
	case "list":
		if e := from.kind.end(); e.name != "" {
			to.kind.set(e.name, true)
		}
		to.kind.set("object", true)
	case "stringify":
		from.kind.set("object", false)
		to.kind.set("string", false)
	case "text":
		from.kind.set("number", false)
		to.kind.set("string", false)
	case "number":
		from.kind.set("string", false)
		to.kind.set("number", false)
	case "iso":
		from.kind.set("Date", false)
		to.kind.set("string", false)
	}
}

// settle gives a wire into a text the conversion that its source needs.
func (p *xpin) settle() {
	if !p.to.textual || p.convert != "" {
		return
	}
	t := p.from.kind.end()
	p.to.kind.set("string", false)
	switch {
	case t.name == "":
		t.name = "string"
	case t.list, t.name == "object":
		p.convert = "stringify"
	case t.name == "number", t.name == "boolean":
		p.convert = "text"
	case t.name == "Date":
		*p.to.kind.end() = *t
	}
}

func conversionOf(p *xpin) string {
	if p.convert == "text" && p.from.kind.end().name == "boolean" {
		return "booleanToString"
	}
	return map[string]string{
		"parse": "parse", "date": "dateTime", "list": "wrapArray", "stringify": "stringify", "text": "toString", "number": "parseFloat", "iso": "isoString",
	}[p.convert]
}

// settle does it for all wires of the graph and of those within.
func (g *graph) settle() {
	for _, c := range g.all {
		for _, p := range c.pins {
			p.settle()
		}
		for _, f := range c.in {
			if f.body != nil {
				f.body.settle()
			}
		}
		if c.handler != nil {
			c.handler.settle()
		}
	}
}

// data writes the graph.
func (g *graph) data() *value.Object {
	g.settle()
	methods := make([]any, len(g.all))
	for i, c := range g.all {
		methods[i] = c.method()
	}
	orderings := value.NewObject(len(g.orderings))
	for i, o := range g.orderings {
		orderings.Set("o"+strconv.Itoa(i+1), []any{o[0], o[1]})
	}
	return value.Map("uuid", g.w.id(), "methods", methods, "orderings", orderings)
}

func (c *xcard) method() *value.Object {
	var comment any = c.comment
	if c.address == commentAddress {
		comment = value.Map("title", "", "markdown", c.comment)
	}
	policy := c.policy
	if policy == nil {
		policy = value.Map("type", "finish")
	}
	if c.handler != nil {
		policy = policy.With("flo", c.handler.data())
	}
	in, out := value.NewObject(len(c.in)), value.NewObject(len(c.out))
	for _, f := range c.in {
		in.Set(f.id, f.source(true))
	}
	for _, f := range c.out {
		out.Set(f.id, f.source(false))
	}
	var hook any = false
	if c.webhook {
		hook = value.Map("where", []any{"headers"}, "key", "x-okta-verification-challenge")
	}
	model := value.Map("type", "method", "key", c.key, "displayed", !c.hidden, "webhook", c.webhook, "webhookList", c.webhook, "webhookConditions", hook,
		"timeout", 300000.0, "policy", value.Map("error", policy), "metadata", value.Map("id", nil, "name", c.title), "config", c.config,
		"inputs", value.Map("extensible", false, "data", in), "outputs", value.Map("extensible", false, "data", out), "comments", comment)
	pins := value.NewObject(len(c.pins))
	for _, p := range c.pins {
		to := pins.Object(p.from.id)
		if to == nil {
			to = value.NewObject(1)
			pins.Set(p.from.id, to)
		}
		list, _ := to.At(p.to.card.uuid).([]any)
		var transform any
		if p.convert != "" {
			transform = value.Map(p.from.id, value.Map("convert", conversionOf(p), "forceWrapArray", p.wrap, "dest", p.from.id))
		}
		to.Set(p.to.card.uuid, append(list, value.Map("input", p.to.id, "transform", transform)))
	}
	return value.Map("uuid", c.uuid, "address", c.address, "branches", c.branches, "joins", c.joins, "node", value.Map("key", c.key, "model", model), "pins", pins)
}

func (f *xfield) source(input bool) *value.Object {
	t := f.kind.end()
	name := t.name
	if name == "" {
		name = "string"
	}
	if f.body != nil {
		f.data = f.body.data()
	}
	val := value.Map("type", name, "collection", t.list, "data", f.data)
	if f.proxy != nil {
		val.Set("proxy", f.proxy)
	}
	if f.path != nil {
		val.Set("metadata", value.Map("path", f.path))
	}
	meta := value.Map("index", float64(f.index))
	if f.title != "" {
		meta.Set("displayname", f.title)
	}
	if f.custom {
		meta.Set("custom", true)
	}
	if f.hidden {
		meta.Set("forceHide", true)
	}
	o := value.Map("id", f.id, "group", nil, "key", f.key, "value", val, "required", false, "ref", false, "metadata", meta)
	if f.group != "" {
		o.Set("group", f.group)
	}
	if input {
		flag := "d"
		if f.option {
			flag = "p"
		}
		o.Set("flags", flag)
	}
	return o
}
