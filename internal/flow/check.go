package flow

import (
	"maps"
	"slices"
	"strings"

	"sallyport/internal/connector"
	"sallyport/internal/function"
	"sallyport/internal/value"
)

// Catalogue is what flows may be made of.
type Catalogue struct {
	functions  map[string]function.Function
	connectors *connector.Shelf
}

// NewCatalogue returns a catalogue of functions and connectors.
func NewCatalogue(fs []function.Function, cs *connector.Shelf) *Catalogue {
	c := &Catalogue{functions: make(map[string]function.Function, len(fs)), connectors: cs}
	for _, f := range fs {
		c.functions[f.ID] = f
	}
	return c
}

// For returns the catalogue as an organization sees it: with the connectors that
// it has made itself.
func (c *Catalogue) For(org string) *Catalogue {
	cs := c.connectors.For(org)
	if cs == c.connectors {
		return c
	}
	return &Catalogue{functions: c.functions, connectors: cs}
}

// Function returns the function of an id.
func (c *Catalogue) Function(id string) (function.Function, bool) {
	f, ok := c.functions[id]
	return f, ok
}

// Functions returns all functions, in the order of their ids.
func (c *Catalogue) Functions() []function.Function {
	return slices.SortedFunc(maps.Values(c.functions), func(a, b function.Function) int { return strings.Compare(a.ID, b.ID) })
}

// Action returns an action of a connector.
func (c *Catalogue) Action(connectorID, action string) (*connector.Action, bool) {
	con, ok := c.connectors.Get(connectorID)
	if !ok {
		return nil, false
	}
	a, ok := con.Actions[action]
	return a, ok
}

// actionOf returns an action of a connection.
func (c *Catalogue) actionOf(conn connector.Connection, action string) (*connector.Action, bool) {
	con, ok := c.connectors.Of(conn.Org, conn.Connector)
	if !ok {
		return nil, false
	}
	a, ok := con.Actions[action]
	return a, ok
}

// Check returns what a definition refers to that is not there: functions,
// connectors, actions, inputs, columns, helper flows. helpers are the flows that
// it may call, by slug; nil leaves calls unchecked.
func (c *Catalogue) Check(d *Definition, helpers map[string]*Definition) Problems {
	k := &checker{c: c, d: d, helpers: helpers, r: &reader{}}
	for _, s := range d.Connections {
		for _, id := range s.Connectors {
			if _, ok := c.connectors.Get(id); !ok {
				k.r.bad(s.At, "connections."+s.Name, "there is no connector %q", id)
			}
		}
	}
	Walk(d.Cards, k.card)
	k.references(d)
	return k.r.problems
}

type checker struct {
	c       *Catalogue
	d       *Definition
	helpers map[string]*Definition
	r       *reader
	ids     map[string]*Card
}

func (k *checker) card(c *Card) {
	switch c.Kind {
	case CardFunction:
		k.function(c)
	case CardAction:
		k.action(c)
	case CardTable:
		k.table(c)
	case CardRemedy:
		k.plan(c)
	case CardCall:
		k.call(c)
	default:
	}
	if c.OnError.Way == HandOver {
		k.callable(c, c.OnError.Flow, "on_error.call")
	}
}

// port is a name that a card's input may have.
type port struct {
	name     string
	required bool
	kind     value.Kind // that a value written in the flow has to fit; empty for any
}

// inputs checks a card's inputs against ports; what names the thing they belong to.
func (k *checker) inputs(c *Card, what string, ports []port, extensible bool) {
	for _, in := range c.Inputs {
		if !extensible && !slices.ContainsFunc(ports, func(p port) bool { return p.name == in.Name }) {
			names := make([]string, len(ports))
			for i, p := range ports {
				names[i] = p.name
			}
			k.r.bad(in.At, join(c.path, "with."+in.Name), "%s has no input of this name; it has: %s", what, strings.Join(names, ", "))
		}
		k.literal(c, in, ports)
	}
	for _, p := range ports {
		if p.required && !k.d.Loose && !slices.ContainsFunc(c.Inputs, func(in Input) bool { return in.Name == p.name }) {
			k.r.bad(c.At, join(c.path, "with"), "%s wants the input %q", what, p.name)
		}
	}
}

// literal checks a value that is written in the flow against the kind of its port.
func (k *checker) literal(c *Card, in Input, ports []port) {
	v, ok := in.Value.Literal()
	i := slices.IndexFunc(ports, func(p port) bool { return p.name == in.Name })
	if !ok || i < 0 || k.d.Loose {
		return
	}
	if _, err := value.Convert(v, ports[i].kind); err != nil {
		k.r.bad(in.At, join(c.path, "with."+in.Name), "%v", err)
	}
}

func (k *checker) function(c *Card) {
	f, ok := k.c.functions[c.Use]
	if !ok {
		head, _, _ := strings.Cut(c.Use, ".")
		k.r.bad(c.At, join(c.path, "use"), "there is no function %q, and no connection %q", c.Use, head)
		return
	}
	ports := make([]port, len(f.In))
	for i, p := range f.In {
		ports[i] = port{p.Name, p.Required, p.Type}
	}
	k.inputs(c, c.Use, ports, f.Extensible)
}

func (k *checker) action(c *Card) {
	i := slices.IndexFunc(k.d.Connections, func(s Slot) bool { return s.Name == c.Slot })
	for _, id := range k.d.Connections[i].Connectors {
		if _, ok := k.c.connectors.Get(id); !ok {
			continue // told where the slot stands
		}
		a, ok := k.c.Action(id, c.Use)
		if !ok {
			k.r.bad(c.At, join(c.path, "use"), "the connector %q has no action %q", id, c.Use)
			continue
		}
		ports := make([]port, len(a.Inputs))
		for i, p := range a.Inputs {
			ports[i] = port{p.Name, p.Required, p.Type}
		}
		k.inputs(c, id+"."+c.Use, ports, false)
	}
}

// tableInputs are the inputs of the operations, but for the columns.
func tableInputs(op TableOp) ([]port, bool) {
	switch op {
	case CreateRow:
		return nil, true
	case ReadRow, DeleteRow:
		return []port{{"row_id", true, ""}}, false
	case UpdateRow:
		return []port{{"row_id", true, ""}}, true
	case SearchRows:
		return []port{{"where", false, ""}, {"sort", false, value.Text}, {"descending", false, value.Boolean}, {"limit", false, value.Number}, {"offset", false, value.Number}}, false
	case ExportCSV:
		return []port{
			{"where", false, ""},
			{"sort", false, value.Text},
			{"descending", false, value.Boolean},
			{"limit", false, value.Number},
			{"offset", false, value.Number},
			{"filename", false, value.Text},
			{"separator", false, value.Text},
			{"columns", false, value.List},
		}, false
	default:
		return nil, false
	}
}

func (k *checker) table(c *Card) {
	i := slices.IndexFunc(k.d.Tables, func(s TableSlot) bool { return s.Name == c.Slot })
	if i < 0 {
		k.r.bad(c.At, join(c.path, "table"), "there is no table %q; name it under tables", c.Slot)
		return
	}
	ops := []TableOp{CreateRow, ReadRow, UpdateRow, DeleteRow, SearchRows, ClearTable, ExportCSV, Columns}
	if !slices.Contains(ops, TableOp(c.Use)) {
		k.r.bad(c.At, join(c.path, "use"), "there is no table operation %q", c.Use)
		return
	}
	ports, columns := tableInputs(TableOp(c.Use))
	if columns {
		for _, col := range k.d.Tables[i].Columns {
			ports = append(ports, port{col.Name, false, col.Type})
		}
	}
	// Without declared columns the table is one that is there already, and its
	// columns are known where the flow is bound to it.
	k.inputs(c, "table."+c.Use, ports, columns && len(k.d.Tables[i].Columns) == 0)
}

func (k *checker) call(c *Card) {
	h := k.callable(c, c.Flow, "call")
	if h == nil {
		return
	}
	ports := make([]port, len(h.Trigger.Inputs))
	for i, p := range h.Trigger.Inputs {
		ports[i] = port{p.Name, p.Required && p.Default == nil, p.Type}
	}
	k.inputs(c, c.Flow, ports, k.d.Loose)
}

// callable returns a flow that a card may call, nil where it is not known or may
// not be.
func (k *checker) callable(c *Card, slug, key string) *Definition {
	if k.helpers == nil {
		return nil
	}
	h, ok := k.helpers[slug]
	switch {
	case !ok:
		k.r.bad(c.At, join(c.path, key), "there is no flow %q in this folder", slug)
		return nil
	case h.Trigger.Kind == OnEvent || h.Trigger.Kind == OnRow || h.Trigger.Kind == OnAlert || h.Trigger.Kind == OnFinding:
		k.r.bad(c.At, join(c.path, key), "the flow %q starts by an %s and cannot be called", slug, h.Trigger.Kind)
		return nil
	}
	return h
}

// arguments returns the inputs of a trigger from what was given: converted,
// defaults filled in. A loose flow takes what it is given as it is.
func (d *Definition) arguments(given *value.Object) (*value.Object, error) {
	if !d.Loose {
		return fillPorts("input", d.Trigger.Inputs, given)
	}
	out := value.NewObject(len(d.Trigger.Inputs))
	for _, p := range d.Trigger.Inputs {
		v, ok := given.Get(p.Name)
		if !ok {
			v = p.Default
		}
		out.Set(p.Name, v)
	}
	return out, nil
}
