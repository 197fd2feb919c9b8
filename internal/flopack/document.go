// Package flopack reads exports of Okta Workflows: .flopack, .folder and .flow
// files, which are one format. It says what an export holds and what is wrong
// with it; it runs nothing.
package flopack

import (
	"iter"
	"time"

	"sallyport/internal/value"
)

// Document is an export.
type Document struct {
	Version string // 1.2.0 … 1.5.0
	Created string
	Flows   []*Flow
	Configs []Config
	Tables  []Table
	Folders []Folder
	flows   map[string]*Flow
	tables  map[string]*Table
	configs map[string]*Config
}

// index makes what is in the document found by its id.
func (d *Document) index() {
	d.flows, d.tables, d.configs = map[string]*Flow{}, map[string]*Table{}, map[string]*Config{}
	for _, f := range d.Flows {
		d.flows[f.ID] = f
	}
	for i := range d.Tables {
		d.tables[d.Tables[i].ID] = &d.Tables[i]
	}
	for i := range d.Configs {
		d.configs[d.Configs[i].ID] = &d.Configs[i]
	}
}

// Flow returns the flow of an id, nil if it is not in the export.
func (d *Document) Flow(id string) *Flow { return d.flows[id] }

// Elsewhere returns the ids of flows that cards refer to and that are not in the
// export, in the order in which they are met.
func (d *Document) Elsewhere() []string {
	var out []string
	seen := map[string]bool{}
	for c := range d.all() {
		for _, id := range c.Flows() {
			if d.Flow(id) == nil && !seen[id] {
				seen[id] = true
				out = append(out, id)
			}
		}
	}
	return out
}

// all are the cards of all flows, those in bodies among them.
func (d *Document) all() iter.Seq[*Card] {
	return func(yield func(*Card) bool) {
		for _, f := range d.Flows {
			if !f.Graph.all(yield) {
				return
			}
		}
	}
}

func (g *Graph) all(yield func(*Card) bool) bool {
	for _, c := range g.Cards {
		if !yield(c) {
			return false
		}
		for _, in := range c.Inputs {
			if in.Body != nil && !in.Body.all(yield) {
				return false
			}
		}
		if c.Handler != nil && !c.Handler.all(yield) {
			return false
		}
	}
	return true
}

// Table returns the table of an id, nil if it is not in the export.
func (d *Document) Table(id string) *Table { return d.tables[id] }

// Config returns the connection of an id, nil if it is not in the export.
func (d *Document) Config(id string) *Config { return d.configs[id] }

// Config is a connection: its name and connector, and no secrets.
type Config struct {
	ID, Name, Module string
}

// Folder is a folder of flows and tables.
type Folder struct {
	ID, Name string
}

// Table is a table's columns; rows are not exported.
type Table struct {
	ID, Name, Description, Folder string
	Columns                       []Column
}

// Column is one column of a table.
type Column struct {
	Name    string
	Type    string // str, dte, bln or dec
	Default any
}

// Flow is one flow of an export.
type Flow struct {
	ID, Name, Description string
	Folder                string
	Scheduled             bool
	Cron                  *value.Object // seconds, minutes, …, timeZone; nil where there is none
	Security              string        // of an API endpoint: open, medium, high; empty for none
	Log                   bool          // execution data is kept
	Graph                 *Graph
}

// Graph is cards and the order in which they run: a flow, or the body of a card
// that has one.
type Graph struct {
	Path      string // in the file
	Cards     []*Card
	Orderings [][2]string // before and after, by uuid, without loops and repetitions
	byID      map[string]*Card
	root      *Card
}

// Card returns the card of a uuid, nil if it is not in the graph.
func (g *Graph) Card(uuid string) *Card { return g.byID[uuid] }

// Card is one card.
type Card struct {
	UUID      string
	Path      string // in the file
	Module    string // the module of a kernel function, or the channel of a connector
	Method    string
	Kernel    bool
	Title     string
	Comment   string
	Displayed bool
	Webhook   bool // it is an event trigger
	Timeout   time.Duration
	Config    string // id of its connection; empty for none
	OnError   *value.Object
	Handler   *Graph // what runs when the card fails; nil for none
	Inputs    []*Field
	Outputs   []*Field
	Branches  []Branch
	Joins     []Join
	Pins      []Pin
	inputs    fields
	outputs   fields
}

// fields are those of one side of a card, by what they are looked for by.
type fields struct {
	byID   map[string]*Field
	byName map[[2]string]*Field // group and key; the first of several
}

func newFields(list []*Field) fields {
	f := fields{make(map[string]*Field, len(list)), make(map[[2]string]*Field, len(list))}
	for _, field := range list {
		f.byID[field.ID] = field
		if name := [2]string{field.Group, field.Key}; f.byName[name] == nil {
			f.byName[name] = field
		}
	}
	return f
}

// Address is how messages name what a card does: string:trim, okta:readUser.
func (c *Card) Address() string { return c.Module + ":" + c.Method }

// Flows returns the ids of the flows that the card names.
func (c *Card) Flows() []string {
	var out []string
	for _, in := range c.Inputs {
		if id, ok := in.Data.(string); ok && in.Type == "flo" && id != "" {
			out = append(out, id)
		}
	}
	if c.OnError != nil && c.OnError.Text("type") == "flo" && c.OnError.Text("flo") != "" {
		out = append(out, c.OnError.Text("flo"))
	}
	return out
}

// Is reports whether the card is a kernel method: Is("control", "if").
func (c *Card) Is(module, method string) bool {
	return c.Kernel && c.Module == module && c.Method == method
}

// Input returns the input of an id, nil for none.
func (c *Card) Input(id string) *Field { return c.inputs.byID[id] }

// InputNamed returns the first input of a group and key, nil for none.
func (c *Card) InputNamed(group, key string) *Field { return c.inputs.byName[[2]string{group, key}] }

// Output returns the output of an id, nil for none.
func (c *Card) Output(id string) *Field { return c.outputs.byID[id] }

// OutputNamed returns the first output of a group and key, nil for none.
func (c *Card) OutputNamed(group, key string) *Field { return c.outputs.byName[[2]string{group, key}] }

// Field is an input or an output of a card. Fields are in the order that they
// have on the card.
type Field struct {
	ID         string
	Group      string // "" for none
	Key        string
	Title      string
	Type       any // string, number, boolean, Date, object, file, flo, or an object that describes a structure
	Collection bool
	Data       any    // the literal
	Body       *Graph // of type flo, where the flow stands here itself
	Option     bool   // an option of the card, not data
	Index      float64
	Proxy      *value.Object // of an iterator's input: where its value comes from
	Path       []any         // of an output of object:expand: the path that it takes
	Hidden     bool
	Custom     bool
}

// Branch is one side of an If/Else: the card that heads it, and for which outcome.
type Branch struct {
	Card string
	When bool
}

// Join says which outputs an input of a join card becomes.
type Join struct {
	Input   string
	Outputs []string
}

// Pin carries an output's value to an input of another card of the same graph.
type Pin struct {
	Output    string
	Card      string
	Input     string
	Convert   string // empty where the types are alike
	ForceWrap bool
	Transform bool // there is a conversion
}
