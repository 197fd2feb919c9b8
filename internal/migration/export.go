package migration

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"sallyport/internal/connector"
	"sallyport/internal/errs"
	"sallyport/internal/flopack"
	"sallyport/internal/function"
	"sallyport/internal/value"
)

// Export writes flows, with the tables and folders that are theirs, as an export
// of Okta Workflows. Of each flow it takes the YAML, the folder, and what its
// slots are filled with: [Slot.Export] and [Flow.Tables] name connections and
// tables of r. The error names the card that an export has no words for.
func Export(r *Result, cat Catalogue) ([]byte, error) {
	x := &exporter{r: r, functions: map[string]function.Function{}, actions: map[string][]connector.Serving{}, flows: map[string]*value.Object{}, ids: map[string]string{}}
	for _, f := range cat.Functions {
		x.functions[f.ID] = f
	}
	x.catalogue(cat.Connectors)
	flos := value.NewObject(len(r.Flows))
	for _, f := range r.Flows {
		v, err := readYAML(f.YAML)
		o, ok := v.(*value.Object)
		if err != nil || !ok {
			return nil, errs.New(errs.Invalid, "%s: a flow is wanted: %v", f.Slug, err)
		}
		x.flows[o.Text("flow")] = o
		x.ids[o.Text("flow")] = longID("flow", f.Folder, o.Text("flow"))
	}
	for _, f := range r.Flows {
		flo, err := x.flow(f)
		if err != nil {
			return nil, err
		}
		flos.Set(flo.Text("id"), flo)
	}
	data := value.Map("flos", flos, "configs", x.configs(), "tables", x.tables(), "groups", x.groups())
	flags := value.Map("auto-transform", true, "looseBooleans", true, "looseStrings", true, "looseNulls", true)
	text := value.JSON(value.Map("type", "flopack", "version", "1.5.0", "flags", flags, "data", data))
	return text, x.sound(text)
}

// sound makes sure that what was written is an export that can be read.
func (x *exporter) sound(text []byte) error {
	d, problems, err := flopack.Parse(text)
	if err != nil {
		return fmt.Errorf("read export back: %w", err)
	}
	for _, p := range append(problems, flopack.Check(d)...) {
		if !p.Warning {
			return errs.New(errs.Invalid, "the export would not be sound: %s", p)
		}
	}
	return nil
}

type exporter struct {
	r         *Result
	functions map[string]function.Function   // by our id
	actions   map[string][]connector.Serving // by connector and action
	flows     map[string]*value.Object       // by slug
	ids       map[string]string              // of flows in the export, by slug
	events    []eventCard
}

func (x *exporter) catalogue(shelf *connector.Shelf) {
	if shelf == nil {
		return
	}
	for _, c := range shelf.All() {
		for _, id := range c.ActionIDs() {
			for _, card := range c.Actions[id].Cards {
				name := c.ID + "." + id
				x.actions[name] = append(x.actions[name], connector.Serving{Connector: c, Action: c.Actions[id], Card: card})
			}
		}
		x.events = append(x.events, c.Events...)
	}
}

// longID is an id like those of flows and tables, the same each time.
func longID(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	h := hex.EncodeToString(sum[:16])
	return h[:8] + "-" + h[8:12] + "-4" + h[13:16] + "-8" + h[17:20] + "-" + h[20:]
}

// shortID is an id like those of cards and fields.
func shortIDOf(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return base64.RawURLEncoding.EncodeToString(sum[:])[:11]
}

func (x *exporter) configs() *value.Object {
	o := value.NewObject(len(x.r.Connections))
	for _, c := range x.r.Connections {
		o.Set(x.configID(c.Export), value.Map("id", x.configID(c.Export), "name", c.Name, "module", c.Connector, "data", nil))
	}
	return o
}

func (x *exporter) configID(id string) string { return longID("connection", id) }

func (x *exporter) tableID(id string) string { return longID("table", id) }

func (x *exporter) groups() *value.Object {
	o := value.NewObject(len(x.r.Folders))
	for _, name := range x.r.Folders {
		o.Set(longID("folder", name), value.Map("id", longID("folder", name), "name", name))
	}
	return o
}

// folderID is the id of a folder; null where there is none.
func (x *exporter) folderID(name string) any {
	if name == "" || !slices.Contains(x.r.Folders, name) {
		return nil
	}
	return longID("folder", name)
}

func (x *exporter) tables() *value.Object {
	types := map[value.Kind]string{}
	for name, k := range columnTypes() {
		types[k] = name
	}
	o := value.NewObject(len(x.r.Tables))
	for _, t := range x.r.Tables {
		columns := make([]any, len(t.Columns))
		for i, c := range t.Columns {
			var def any = ""
			if c.Default != nil {
				def = value.String(c.Default)
			}
			columns[i] = value.Map("name", c.Name, "type", types[c.Type], "default", def)
		}
		id := x.tableID(t.Export)
		o.Set(id, value.Map("id", id, "name", t.Title, "description", t.Description,
			"data", value.Map("class", "simple", "group_id", x.folderID(t.Folder), "structure", columns)))
	}
	return o
}

// flow writes one flow.
func (x *exporter) flow(f *Flow) (*value.Object, error) {
	v, err := readYAML(f.YAML)
	if err != nil {
		return nil, err
	}
	src, _ := v.(*value.Object)
	w := &writer{x: x, flow: f, src: src, title: src.Text("title")}
	g := w.graph(nil, nil)
	g.trigger(src.Object("trigger"))
	inner := g
	if w.inner != nil {
		inner = w.inner
	}
	cards, _ := src.At("cards").([]any)
	inner.cards(cards, "cards")
	inner.result(src.Object("result"))
	if w.err != nil {
		return nil, errs.New(errs.Invalid, "flow %s: %v", src.Text("flow"), w.err)
	}
	if g.finish != nil {
		g.finish()
	}
	data := g.data()
	data.Set("group", x.folderID(f.Folder))
	data.Set("log", src.At("save_data") != false)
	data.Set("scheduled", w.cron != nil)
	data.Set("cron", w.cron)
	data.Set("security_level", w.security)
	id := x.ids[src.Text("flow")]
	title := src.Text("title")
	if title == "" {
		title = src.Text("flow")
	}
	return value.Map("id", id, "name", title, "description", src.Text("description"), "data", data), nil
}
