package migration

import (
	"cmp"
	"slices"
	"strings"

	"sallyport/internal/errs"
	"sallyport/internal/flopack"
	"sallyport/internal/function"
	"sallyport/internal/value"
)

// Translate returns the flows of an export in our language. An export with
// anything wrong beyond warnings is not translated; the error says what is wrong
// and where.
func Translate(d *flopack.Document, cat Catalogue) (*Result, error) {
	res := &Result{}
	var bad []string
	for _, p := range flopack.Check(d) {
		if p.Warning {
			res.Warnings = append(res.Warnings, p)
			continue
		}
		bad = append(bad, p.String())
	}
	if len(bad) > 0 {
		return nil, errs.New(errs.Invalid, "%s", strings.Join(bad, "\n"))
	}
	t := &translator{d: d, cat: cat, functions: map[string]function.Function{}, slugs: map[string]string{}, folders: map[string]string{}}
	for _, f := range cat.Functions {
		if f.Okta != "" {
			t.functions[f.Okta] = f
		}
	}
	for _, g := range d.Folders {
		t.folders[g.ID] = strings.TrimSpace(g.Name)
	}
	flows, err := t.named()
	if err != nil {
		return nil, err
	}
	t.things(res)
	for _, f := range flows {
		out, err := t.flow(f)
		if err != nil {
			return nil, err
		}
		res.Flows = append(res.Flows, out)
	}
	return res, nil
}

// translator is the translation of one export.
type translator struct {
	d         *flopack.Document
	cat       Catalogue
	functions map[string]function.Function // by the method that they serve
	slugs     map[string]string            // by the flow's id in the export
	folders   map[string]string            // names by id
}

// named gives each flow a name of its own, and returns them by it. Those that are
// called the same are told apart by what they come to in our language, for ids and
// the order in the file say nothing.
func (t *translator) named() ([]*flopack.Flow, error) {
	elsewhere := t.elsewhere()
	count, prints := map[string]int{}, map[*flopack.Flow]string{}
	for _, f := range t.d.Flows {
		t.slugs[f.ID] = newNames().give(f.Name, "flow")
		count[t.slugs[f.ID]]++
	}
	for _, f := range t.d.Flows {
		if count[t.slugs[f.ID]] == 1 {
			continue
		}
		out, err := t.flow(f)
		if err != nil {
			return nil, err
		}
		prints[f] = out.Folder + "\x00" + out.YAML
	}
	flows := slices.Clone(t.d.Flows)
	slices.SortFunc(flows, func(a, b *flopack.Flow) int {
		return cmp.Or(cmp.Compare(t.slugs[a.ID], t.slugs[b.ID]), cmp.Compare(prints[a], prints[b]))
	})
	n := newNames(elsewhere...)
	for _, f := range flows {
		t.slugs[f.ID] = n.give(f.Name, "flow")
	}
	return flows, nil
}

// elsewhere names the flows that cards refer to and the export does not have, and
// returns their names: no other flow is to be taken for one of them.
func (t *translator) elsewhere() []string {
	var names []string
	for _, id := range t.d.Elsewhere() {
		t.slugs[id] = slug(id)
		names = append(names, t.slugs[id])
	}
	return names
}

// things lists the folders, tables and connections.
func (t *translator) things(res *Result) {
	for _, name := range t.folders {
		res.Folders = append(res.Folders, name)
	}
	for _, c := range t.d.Configs {
		res.Connections = append(res.Connections, Connection{Export: c.ID, Name: c.Name, Connector: t.connectorOf(c.Module)})
	}
	for _, src := range t.d.Tables {
		res.Tables = append(res.Tables, Table{Export: src.ID, Title: strings.TrimSpace(src.Name), Description: src.Description, Folder: t.folders[src.Folder], Columns: columnsOf(src)})
	}
	slices.Sort(res.Folders)
	slices.SortFunc(res.Connections, func(a, b Connection) int {
		return cmp.Or(cmp.Compare(a.Connector, b.Connector), cmp.Compare(a.Name, b.Name))
	})
	slices.SortFunc(res.Tables, func(a, b Table) int { return cmp.Compare(a.Title, b.Title) })
}

// unit is the translation of one flow.
type unit struct {
	t          *translator
	src        *flopack.Flow
	out        *Flow
	names      *names // of cards
	slots      *names
	tables     *names
	options    *value.Object
	secrets    *names
	returned   bool   // somebody looks at what the flow gives
	at         string // the card of ours that is being made
	title      string // of the card
	literals   map[*flopack.Field]expr
	tableOrder []string
	depth      int // of loops with cards in them
	expanding  int // hidden cards that are being looked through
	found      map[string]bool
	size       int // of the literals written so far
	err        error
}

func (t *translator) flow(src *flopack.Flow) (*Flow, error) {
	u := &unit{
		t: t, src: src, names: newNames(reserved()...), slots: newNames(t.families()...), tables: newNames(), options: value.NewObject(0),
		secrets: newNames(), found: map[string]bool{}, literals: map[*flopack.Field]expr{},
		out: &Flow{Export: src.ID, Slug: t.slugs[src.ID], Title: src.Name, Folder: t.folders[src.Folder], Tables: map[string]string{}},
	}
	f := u.frame(src.Graph, nil, nil)
	if f.root == nil {
		return nil, errs.New(errs.Invalid, "%s (%s): one card starts a flow", src.Name, src.Graph.Path)
	}
	u.source(f, f.root, "trigger", "")
	u.at = "trigger"
	trigger, inner := u.trigger(f)
	u.returned = has(trigger, "call") || has(trigger, "on_demand") || has(trigger, "schedule")
	cards := inner.cards(inner.order, "cards")
	flow := u.whole(trigger, cards, u.result(inner))
	if u.err != nil {
		return nil, u.err
	}
	text, err := writeYAML(flow)
	if err != nil {
		return nil, errs.Wrap(errs.Invalid, err, "%s (%s): %v", src.Name, src.Graph.Path, err)
	}
	if len(text) > maxSource {
		return nil, errs.New(errs.Invalid, "%s (%s): the flow would be larger than %d MB", src.Name, src.Graph.Path, maxSource>>20)
	}
	u.out.YAML = text
	return u.out, nil
}

// families are the first words of the names of functions, which a connection slot
// must not have.
func (t *translator) families() []string {
	out := []string{tableFamily}
	for _, f := range t.cat.Functions {
		head, _, _ := strings.Cut(f.ID, ".")
		out = append(out, head)
	}
	return out
}

// whole puts a flow together.
func (u *unit) whole(trigger *value.Object, cards []any, result *value.Object) *value.Object {
	o := value.Map("flow", u.out.Slug)
	if u.src.Name != "" {
		o.Set("title", u.src.Name)
	}
	if u.src.Description != "" {
		o.Set("description", u.src.Description)
	}
	o.Set("loose", true)
	if !u.src.Log {
		o.Set("save_data", false)
	}
	if slots := u.slotsSource(); slots.Len() > 0 {
		o.Set("connections", slots)
	}
	if tables := u.tablesSource(); tables.Len() > 0 {
		o.Set("tables", tables)
	}
	if u.options.Len() > 0 {
		o.Set("options", u.options)
	}
	o.Set("trigger", trigger)
	o.Set("cards", cards)
	if result.Len() > 0 {
		o.Set("result", result)
	}
	return o
}

// result is what a flow that ends without a return gives: the outputs of its
// last card, or what its trigger gives where there is no other.
func (u *unit) result(f *frame) *value.Object {
	out := value.NewObject(0)
	last := len(f.order) - 1
	for last >= 0 && f.order[last].Is("control", "comment") {
		last--
	}
	if f.outer != nil || !u.returned {
		return out
	}
	if last < 0 {
		for _, field := range f.root.Outputs {
			if e := f.output(f.root, field); field.Group != "context" && e.isRef() {
				out.Set(field.Key, e.source())
			}
		}
		return out
	}
	c := f.order[last]
	if c.Is("control", "return") {
		return out
	}
	for _, field := range c.Outputs {
		if e := f.output(c, field); e.isRef() {
			out.Set(keyOf(c, field).Name, e.source())
		}
	}
	return out
}

// fail keeps the first reason why the flow cannot be translated.
func (u *unit) fail(c *flopack.Card, format string, args ...any) {
	if u.err == nil {
		u.err = errs.New(errs.Invalid, "%s, card %s %s (%s): %s", u.src.Name, c.Address(), c.UUID, c.Path, sprintf(format, args...))
	}
}

func (u *unit) source(f *frame, c *flopack.Card, at, id string) {
	u.out.Cards = append(u.out.Cards, Card{Path: at, ID: id, UUID: c.UUID, Address: c.Address(), Graph: f.g.Path})
}

func (u *unit) missing(c *flopack.Card, format string, args ...any) {
	u.out.Missing = append(u.out.Missing, Missing{Card: u.at, Title: cmp.Or(c.Title, c.Method), Address: c.Address(), Needs: sprintf(format, args...)})
}
