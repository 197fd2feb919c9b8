package flopack

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/value"
)

// The limits of an export.
const (
	maxSize    = 64 << 20 // bytes
	maxCards   = 20_000   // the largest of a hundred public exports has some 900
	maxDepth   = 12       // of bodies within bodies
	maxOnCard  = 5_000    // fields of one card; there they are 113 at most
	maxFields  = 250_000  // fields in all; there they are 3,319 at most
	maxColumns = 1_000    // of a table; there they are 26 at most
)

// Problem is something that is wrong with an export, and where.
type Problem struct {
	Path    string `json:"path"`           // in the file: data.flos.ID.data.methods[3]…
	Flow    string `json:"flow,omitempty"` // name of the flow
	Card    string `json:"card,omitempty"` // address and uuid of the card
	Message string `json:"message"`
	Warning bool   `json:"warning,omitempty"` // the export runs all the same
}

// String returns the problem in one line.
func (p Problem) String() string {
	where := p.Path
	if p.Card != "" {
		where = fmt.Sprintf("%s, card %s (%s)", p.Flow, p.Card, p.Path)
	} else if p.Flow != "" {
		where = fmt.Sprintf("%s (%s)", p.Flow, p.Path)
	}
	if p.Warning {
		return where + ": warning: " + p.Message
	}
	return where + ": " + p.Message
}

// Parse reads an export. Its error is that the text is no export at all; what is
// wrong in one is in the problems, and a document with an error among them is
// not to be used.
func Parse(text []byte) (*Document, []Problem, error) {
	if len(text) > maxSize {
		return nil, nil, errs.New(errs.Invalid, "an export of %d MB is too large; %d MB is the most", len(text)>>20, maxSize>>20)
	}
	v, err := value.ParseJSON(bytes.TrimLeft(text, space))
	if err != nil {
		return nil, nil, errs.Wrap(errs.Invalid, err, "the file is no export of Okta Workflows: %v", err)
	}
	top, ok := v.(*value.Object)
	if !ok || top.Text("type") != "flopack" {
		return nil, nil, errs.New(errs.Invalid, `the file is no export of Okta Workflows: it has no "type": "flopack"`)
	}
	r := &reader{}
	d := &Document{Version: top.Text("version"), Created: top.Text("created")}
	if !strings.HasPrefix(d.Version, "1.") {
		return nil, nil, errs.New(errs.Invalid, "the export is of version %q; versions 1.x are known", d.Version)
	}
	if _, minor, _ := strings.Cut(d.Version, "."); newer(minor) {
		r.problems = append(r.problems, Problem{Path: "version", Warning: true, Message: fmt.Sprintf("the export is of version %s, which is newer than 1.%d; something in it may not be known", d.Version, lastMinor)})
	}
	data := node{r: r, v: top.At("data"), path: "data"}
	r.document(d, data)
	d.index()
	return d, r.problems, nil
}

// lastMinor is the newest version 1.x that is known.
const lastMinor = 5

func newer(minor string) bool {
	head, _, _ := strings.Cut(minor, ".")
	n, err := strconv.Atoi(head)
	return err != nil || n > lastMinor
}

// space is what may stand before an export: white space and a byte order mark.
const space = "\ufeff \t\r\n"

// Looks reports whether a text may be an export: it begins as JSON does.
func Looks(text []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(text, space), []byte("{"))
}

type reader struct {
	problems []Problem
	cards    int
	fields   int
	flow     string
}

// maxProblems is how many problems one reading tells of, and how many warnings;
// the rest is mostly their consequence.
const maxProblems = 200

func (r *reader) bad(path, format string, args ...any) {
	if len(r.problems) <= maxProblems { // a warning of the version may be among them
		r.problems = append(r.problems, Problem{Path: path, Flow: r.flow, Message: fmt.Sprintf(format, args...)})
	}
}

// once tells of a limit, the first time that it is passed.
func (r *reader) once(path, format string, args ...any) {
	if message := fmt.Sprintf(format, args...); len(r.problems) == 0 || r.problems[len(r.problems)-1].Message != message {
		r.bad(path, "%s", message)
	}
}

// node is a place in the file. What is not of the kind that is wanted there is a
// problem, and reads as nothing.
type node struct {
	r    *reader
	v    any
	path string
}

func (n node) at(key string) node {
	o, _ := n.v.(*value.Object)
	var v any
	if o != nil {
		v = o.At(key)
	}
	return node{n.r, v, n.path + "." + key}
}

// fields calls fn for each field of an object. Null is an empty one.
func (n node) fields(fn func(key string, n node)) {
	switch o := n.v.(type) {
	case nil:
	case *value.Object:
		for k, v := range o.All() {
			fn(k, node{n.r, v, n.path + "." + k})
		}
	default:
		n.r.bad(n.path, "an object is wanted, not a %s", value.KindOf(n.v))
	}
}

// items calls fn for each item of a list.
func (n node) items(fn func(n node)) {
	switch l := n.v.(type) {
	case nil:
	case []any:
		for i, v := range l {
			fn(node{n.r, v, fmt.Sprintf("%s[%d]", n.path, i)})
		}
	default:
		n.r.bad(n.path, "a list is wanted, not a %s", value.KindOf(n.v))
	}
}

// text returns a text; null is the empty one.
func (n node) text() string {
	switch s := n.v.(type) {
	case nil:
		return ""
	case string:
		return s
	}
	n.r.bad(n.path, "a text is wanted, not a %s", value.KindOf(n.v))
	return ""
}

func (n node) object() *value.Object {
	o, _ := n.v.(*value.Object)
	return o
}

// yes returns whether something is so; null is no.
func (n node) yes() bool {
	switch b := n.v.(type) {
	case nil:
		return false
	case bool:
		return b
	}
	n.r.bad(n.path, "true or false is wanted, not a %s", value.KindOf(n.v))
	return false
}

func (r *reader) document(d *Document, data node) {
	data.at("configs").fields(func(id string, n node) {
		d.Configs = append(d.Configs, Config{ID: id, Name: n.at("name").text(), Module: n.at("module").text()})
	})
	data.at("groups").fields(func(id string, n node) {
		d.Folders = append(d.Folders, Folder{ID: id, Name: n.at("name").text()})
	})
	data.at("tables").fields(func(id string, n node) { d.Tables = append(d.Tables, table(id, n)) })
	data.at("flos").fields(func(id string, n node) { d.Flows = append(d.Flows, r.flowOf(id, n)) })
	if len(d.Flows) == 0 {
		r.bad("data.flos", "the export holds no flow")
	}
}

func table(id string, n node) Table {
	t := Table{ID: id, Name: n.at("name").text(), Description: n.at("description").text(), Folder: n.at("data").at("group_id").text()}
	n.at("data").at("structure").items(func(n node) {
		if len(t.Columns) == maxColumns {
			n.r.once(n.path, "more than %d columns", maxColumns)
			return
		}
		c := Column{Name: n.at("name").text(), Type: n.at("type").text(), Default: n.at("default").v}
		if !slices.Contains([]string{"str", "dte", "bln", "dec"}, c.Type) {
			n.r.bad(n.path+".type", "a column is of the type str, dte, bln or dec, not %q", c.Type)
		}
		t.Columns = append(t.Columns, c)
	})
	return t
}

func (r *reader) flowOf(id string, n node) *Flow {
	data := n.at("data")
	f := &Flow{
		ID: id, Name: strings.TrimSpace(n.at("name").text()), Description: n.at("description").text(), Folder: data.at("group").text(),
		Scheduled: data.at("scheduled").yes(), Cron: data.at("cron").object(), Security: data.at("security_level").text(), Log: data.at("log").v != false,
	}
	r.flow = f.Name
	defer func() { r.flow = "" }()
	f.Graph = r.graph(data, 0)
	return f
}

func (r *reader) graph(n node, depth int) *Graph {
	g := &Graph{Path: n.path, byID: map[string]*Card{}}
	if depth > maxDepth {
		r.bad(n.path, "flows within flows deeper than %d", maxDepth)
		return g
	}
	n.at("methods").items(func(n node) {
		if r.cards++; r.cards == maxCards+1 {
			r.bad(n.path, "more than %d cards", maxCards)
		}
		if r.cards > maxCards {
			return
		}
		c := r.card(n, depth)
		switch {
		case c.UUID == "":
			r.bad(n.path+".uuid", "the card has no uuid")
			return
		case g.byID[c.UUID] != nil:
			r.bad(n.path+".uuid", "the uuid %q is another card's already", c.UUID)
			return
		}
		g.Cards = append(g.Cards, c)
		g.byID[c.UUID] = c
	})
	if len(g.Cards) == 0 && r.cards <= maxCards {
		r.bad(n.path+".methods", "there are no cards")
	}
	seen := map[[2]string]bool{}
	n.at("orderings").fields(func(_ string, n node) {
		var pair []string
		n.items(func(n node) { pair = append(pair, n.text()) })
		if len(pair) != 2 {
			r.bad(n.path, "two cards are wanted: the one before and the one after")
			return
		}
		if edge := [2]string{pair[0], pair[1]}; edge[0] != edge[1] && !seen[edge] {
			seen[edge] = true
			g.Orderings = append(g.Orderings, edge)
		}
	})
	if roots := g.roots(g.edges()); len(roots) == 1 {
		g.root = roots[0]
	}
	return g
}

func (r *reader) card(n node, depth int) *Card {
	model := n.at("node").at("model")
	c := &Card{
		UUID: n.at("uuid").text(), Path: n.path, Title: model.at("metadata").at("name").text(), Displayed: model.at("displayed").yes(),
		Webhook: model.at("webhook").yes(), Config: model.at("config").text(), OnError: model.at("policy").at("error").object(),
	}
	if ms, ok := model.at("timeout").v.(float64); ok && ms > 0 && ms < 1e12 {
		c.Timeout = time.Duration(ms) * time.Millisecond
	}
	c.Comment = comment(model.at("comments").v)
	r.address(c, n.at("address"))
	c.Inputs = r.fieldsOf(model.at("inputs").at("data"), depth)
	c.Outputs = r.fieldsOf(model.at("outputs").at("data"), depth)
	c.inputs, c.outputs = newFields(c.Inputs), newFields(c.Outputs)
	if handler := model.at("policy").at("error").at("flo"); handler.object() != nil {
		c.Handler = r.graph(handler, depth+1)
	}
	n.at("branches").fields(func(card string, n node) { c.Branches = append(c.Branches, Branch{card, n.yes()}) })
	n.at("joins").fields(func(in string, n node) {
		j := Join{Input: in}
		n.items(func(n node) { j.Outputs = append(j.Outputs, n.at("output").text()) })
		c.Joins = append(c.Joins, j)
	})
	n.at("pins").fields(func(out string, n node) {
		n.fields(func(card string, n node) {
			n.items(func(n node) { c.Pins = append(c.Pins, pin(out, card, n)) })
		})
	})
	return c
}

// comment returns what people wrote at a card, or on one that is there for that:
// a text, or a title and the text under it.
func comment(v any) string {
	o, ok := v.(*value.Object)
	if !ok {
		s, _ := v.(string)
		return tidy(s)
	}
	return strings.TrimSpace(tidy(o.Text("title")) + "\n\n" + tidy(o.Text("markdown")))
}

// tidy returns a text without white space at its ends and at those of its lines.
func tidy(s string) string {
	lines := strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " \t")
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// address reads root:kernel:MODULE:VERSION:METHOD and
// root:channels:http:CHANNEL:VERSION:METHOD. The version says nothing about what
// the card does.
func (r *reader) address(c *Card, n node) {
	parts := strings.Split(n.text(), ":")
	switch {
	case len(parts) == 5 && parts[0] == "root" && parts[1] == "kernel":
		c.Kernel, c.Module, c.Method = true, parts[2], parts[4]
	case len(parts) == 6 && parts[0] == "root" && parts[1] == "channels":
		c.Module, c.Method = parts[3], parts[5]
	default:
		r.bad(n.path, "%q is no address of a card: root:kernel:MODULE:VERSION:METHOD or root:channels:http:CHANNEL:VERSION:METHOD is wanted", n.text())
	}
}

func (r *reader) fieldsOf(n node, depth int) []*Field {
	var out []*Field
	at := n.path
	n.fields(func(id string, n node) {
		switch r.fields++; {
		case r.fields > maxFields:
			r.once("data", "more than %d inputs and outputs", maxFields)
			return
		case len(out) == maxOnCard:
			r.once(at, "more than %d inputs or outputs on a card", maxOnCard)
			return
		}
		val, meta := n.at("value"), n.at("metadata")
		f := &Field{
			ID: id, Group: n.at("group").text(), Key: n.at("key").text(), Title: meta.at("displayname").text(), Type: val.at("type").v,
			Collection: val.at("collection").yes(), Data: val.at("data").v, Option: strings.Contains(n.at("flags").text(), "p"),
			Proxy: val.at("proxy").object(), Hidden: meta.at("forceHide").yes() || meta.at("hidden").yes(), Custom: meta.at("custom").yes(),
		}
		f.Index, _ = meta.at("index").v.(float64)
		f.Path, _ = meta.at("path").v.([]any)
		if f.Path == nil {
			f.Path, _ = val.at("metadata").at("path").v.([]any)
		}
		if body := val.at("data"); f.Type == "flo" && body.object() != nil {
			f.Body = r.graph(body, depth+1)
		}
		out = append(out, f)
	})
	slices.SortStableFunc(out, func(a, b *Field) int {
		return cmp.Or(cmp.Compare(a.Index, b.Index), cmp.Compare(a.Group, b.Group), cmp.Compare(a.Key, b.Key))
	})
	return out
}

func pin(out, card string, n node) Pin {
	p := Pin{Output: out, Card: card, Input: n.at("input").text()}
	n.at("transform").fields(func(_ string, n node) {
		p.Transform, p.Convert, p.ForceWrap = true, n.at("convert").text(), n.at("forceWrapArray").yes()
	})
	return p
}
