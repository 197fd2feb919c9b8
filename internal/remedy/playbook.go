package remedy

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"sallyport/content"
	"sallyport/internal/connector"
	"sallyport/internal/connector/document"
	"sallyport/internal/errs"
	"sallyport/internal/expr"
	"sallyport/internal/value"
)

// Folder is where playbooks stand in a content folder.
const Folder = "playbooks"

// System is the connector whose actions playbooks use.
const System = "okta"

// Playbook says what is done to an object.
type Playbook struct {
	ID          string
	Title       string
	Description string
	For         string   // kind of object, as the inventory names it
	Removes     []string // relations of an access path that it takes away
	Fixes       []string // posture checks that it repairs
	Inputs      []Input
	Approval    string // why it always wants approval; empty where it does not
	Steps       []Part

	name   value.Template
	reads  []read
	people *expr.Program // how many people it touches; nil: one target an object
}

// Input is what an object of a playbook needs beside its id.
type Input struct {
	Name     string
	Title    string
	Help     string
	Optional bool
	Default  any
}

// Part is one step of a playbook.
type Part struct {
	Action string // of the connector
	// KeepsAccess is of a step after which an admin is as much of one as before.
	KeepsAccess bool

	each   *expr.Program
	unless []exception
	let    []binding
	with   value.Template
	says   value.Template
	verify *verification
}

// read is something to be known before.
type read struct {
	name     string
	path     value.Template
	list     bool
	optional bool
	when     *expr.Program // over object and read; nil: always
	pick     *expr.Program // over body, object and read
}

// exception is when a step has nothing to do.
type exception struct {
	when *expr.Program
	says value.Template
}

// binding is a value that is made of others: an object with some of its fields
// set to others, or an expression.
type binding struct {
	name string
	from value.Template
	set  []field
	drop []string
	expr *expr.Program
}

type field struct {
	path string
	to   value.Template
}

// verification is what Okta has to show after a step.
type verification struct {
	path value.Template
	when *expr.Program // over body and object
}

// Shelf holds playbooks.
type Shelf struct{ byID map[string]*Playbook }

var schema = sync.OnceValues(func() (*document.Schema, error) {
	text, err := fs.ReadFile(content.FS, Folder+"/schema.json")
	if err != nil {
		return nil, fmt.Errorf("read the schema of playbooks: %w", err)
	}
	return document.ParseSchema(text)
})

// Load reads the playbooks of content folders, for a connector that has the
// actions that they use. One of a later folder replaces that of the same name of
// an earlier one. The error tells everything that is wrong, with file and line.
func Load(con *connector.Connector, folders ...fs.FS) (*Shelf, error) {
	s := &Shelf{byID: map[string]*Playbook{}}
	var faults []error
	for _, folder := range folders {
		names, err := fs.Glob(folder, Folder+"/*.yaml")
		if err != nil {
			return nil, fmt.Errorf("list playbooks: %w", err)
		}
		for _, name := range names {
			if strings.HasSuffix(name, ".test.yaml") {
				continue
			}
			text, err := fs.ReadFile(folder, name)
			if err != nil {
				return nil, fmt.Errorf("read playbooks: %w", err)
			}
			b, err := Parse(con, path.Base(name), text)
			if err != nil {
				faults = append(faults, err)
				continue
			}
			s.byID[b.ID] = b
		}
	}
	return s, errors.Join(faults...)
}

// Get returns the playbook of an id.
func (s *Shelf) Get(id string) (*Playbook, error) {
	b, ok := s.byID[id]
	if !ok {
		return nil, errs.New(errs.NotFound, "there is no playbook %q", id)
	}
	return b, nil
}

// All returns the playbooks by title.
func (s *Shelf) All() []*Playbook {
	out := make([]*Playbook, 0, len(s.byID))
	for _, b := range s.byID {
		out = append(out, b)
	}
	slices.SortFunc(out, func(a, b *Playbook) int { return cmp.Or(cmp.Compare(a.Title, b.Title), cmp.Compare(a.ID, b.ID)) })
	return out
}

// Parse reads one playbook.
func Parse(con *connector.Connector, name string, text []byte) (*Playbook, error) {
	d, err := document.Read(name, text)
	if err != nil {
		return nil, err
	}
	s, err := schema()
	if err != nil {
		return nil, err
	}
	if err := d.Check(s); err != nil {
		return nil, err
	}
	c := d.Cursor()
	b := &Playbook{
		ID: c.Text("playbook"), Title: c.Text("title"), Description: strings.TrimSpace(c.Text("description")), For: c.Text("for"),
		Removes: c.Texts("removes"), Fixes: c.Texts("fixes"), Approval: c.Text("approval"),
	}
	if b.ID+".yaml" != name {
		c.At("playbook").Fail("the file of the playbook %s is named so", b.ID)
	}
	for key, in := range c.At("inputs").Fields() {
		b.Inputs = append(b.Inputs, Input{Name: key, Title: in.Text("title"), Help: in.Text("help"), Optional: in.Bool("optional"), Default: in.At("default").Value})
	}
	b.name = template(c.At("name"), "object", "read")
	b.people = program(c.At("people"), "object", "read")
	for key, r := range c.At("reads").Fields() {
		b.reads = append(b.reads, newRead(key, r))
	}
	for p := range c.At("steps").Items() {
		b.Steps = append(b.Steps, newPart(con, p))
	}
	return b, d.Err()
}

func newRead(name string, c document.Cursor) read {
	r := read{name: name, optional: c.Bool("optional"), list: c.At("list").Present()}
	at := c.At("get")
	if r.list {
		at = c.At("list")
	}
	r.path = template(at, "object", "read")
	r.when = program(c.At("when"), "object", "read")
	r.pick = program(c.At("pick"), "body", "object", "read")
	return r
}

func newPart(con *connector.Connector, c document.Cursor) Part {
	p := Part{Action: c.Text("action"), KeepsAccess: c.Bool("keeps_access")}
	action := con.Actions[p.Action]
	if action == nil || action.Effect == connector.Read {
		c.At("action").Fail("%s has no action %q that changes something", con.ID, p.Action)
		return p
	}
	p.each = program(c.At("each"), "object", "read")
	for u := range c.At("unless").Items() {
		p.unless = append(p.unless, exception{program(u.At("when"), seen()...), template(u.At("says"), append(seen(), "name")...)})
	}
	for key, l := range c.At("let").Fields() {
		b := binding{name: key, from: template(l.At("from"), append(seen(), "let")...), drop: l.Texts("drop")}
		b.expr = program(l.At("expr"), append(seen(), "let")...)
		for at, to := range l.At("set").Fields() {
			b.set = append(b.set, field{at, template(to, append(seen(), "let")...)})
		}
		p.let = append(p.let, b)
	}
	for key, w := range c.At("with").Fields() {
		if !slices.ContainsFunc(action.Inputs, func(in connector.Port) bool { return in.Name == key }) {
			w.Fail("%s has no input %q", p.Action, key)
		}
	}
	for _, in := range action.Inputs {
		if in.Required && !c.At("with").At(in.Name).Present() {
			c.Fail("%s wants the input %q", p.Action, in.Name)
		}
	}
	p.with = template(c.At("with"), append(seen(), "let", "name")...)
	p.says = template(c.At("says"), append(seen(), "let", "name")...)
	if v := c.At("verify"); v.Present() {
		p.verify = &verification{template(v.At("get"), seen()...), program(v.At("when"), "body", "object", "item")}
	}
	return p
}

// seen is what the expressions of a step see.
func seen() []string { return []string{"object", "read", "item"} }

// template reads a template that sees only some names.
func template(c document.Cursor, names ...string) value.Template {
	if !c.Present() {
		return value.Literal(nil)
	}
	t, err := value.ParseTemplate(c.Value)
	if err != nil {
		c.Fail("%v", err)
		return value.Literal(nil)
	}
	for _, ref := range t.Refs() {
		if !slices.Contains(names, ref[0]) {
			c.Fail("%s is nothing that is known here: %s are", ref[0], strings.Join(names, ", "))
		}
	}
	return t
}

// program reads an expression; nil where there is none.
func program(c document.Cursor, names ...string) *expr.Program {
	text, ok := c.Value.(string)
	if !ok {
		return nil
	}
	p, err := expr.Compile(text, names...)
	if err != nil {
		c.Fail("%v", err)
		return nil
	}
	return p
}
