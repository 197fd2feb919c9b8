package flow

import (
	"errors"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"sallyport/internal/expr"
	"sallyport/internal/value"
)

// maxSource bounds a definition's text, in bytes.
const maxSource = 8 << 20

// Priorities of a flow's runs: what waits in the queue is taken in this order.
const (
	PriorityContainment = 1
	PriorityNormal      = 2
	PriorityBulk        = 4
)

// DefaultTimeout ends a run that has not ended by itself.
const DefaultTimeout = 24 * time.Hour

// Parse reads a definition from YAML. The error is [Problems.Err] of all that
// is wrong with its form; whether what it refers to exists is [Check]'s matter.
func Parse(source string) (*Definition, error) {
	d, ps := Read(source)
	if err := ps.Err(); err != nil {
		return nil, err
	}
	return d, nil
}

// Read is Parse with the problems one by one. With any, the definition is not
// to be used.
func Read(source string) (*Definition, Problems) {
	r := &reader{}
	d := &Definition{Source: source, SaveData: true, Timeout: DefaultTimeout, Priority: PriorityNormal}
	if len(source) > maxSource {
		r.bad(Position{}, "", "a flow of %d MB is too large; %d MB is the most", len(source)>>20, maxSource>>20)
		return d, r.problems
	}
	doc := r.document(source)
	if len(r.problems) > 0 {
		return d, r.problems
	}
	if len(doc.Content) == 0 {
		r.bad(Position{}, "", "the flow is empty")
		return d, r.problems
	}
	r.definition(d, doc.Content[0])
	if len(r.problems) == 0 {
		r.scopes(d)
	}
	return d, r.problems
}

// document reads the one YAML document of a source.
func (r *reader) document(source string) *yaml.Node {
	var doc, more yaml.Node
	dec := yaml.NewDecoder(strings.NewReader(source))
	switch err := dec.Decode(&doc); {
	case errors.Is(err, io.EOF):
		return &doc
	case err != nil:
		r.syntax(err)
		return &doc
	}
	switch err := dec.Decode(&more); {
	case errors.Is(err, io.EOF):
	case err != nil:
		r.syntax(err)
	default:
		r.bad(position(&more), "", "a file holds one flow; a second document begins here")
	}
	return &doc
}

var lineOf = regexp.MustCompile(`^line ([0-9]+): `)

// syntax tells of a fault of the YAML itself, which says only the line.
func (r *reader) syntax(err error) {
	text, at := strings.TrimPrefix(err.Error(), "yaml: "), Position{}
	if m := lineOf.FindStringSubmatch(text); m != nil {
		at.Line, _ = strconv.Atoi(m[1]) // digits
		at.Column, text = 1, text[len(m[0]):]
	}
	r.bad(at, "", "%s", text)
}

func (r *reader) definition(d *Definition, n *yaml.Node) {
	for _, e := range r.mapping(n, "", "flow", "title", "description", "save_data", "loose", "priority", "timeout", "concurrency", "connections", "tables", "options", "trigger", "cards", "result") {
		switch e.key {
		case "flow":
			d.Slug = r.name(e)
		case "title":
			d.Title = r.text(e)
		case "description":
			d.Description = r.text(e)
		case "save_data":
			d.SaveData = r.boolean(e)
		case "loose":
			d.Loose = r.boolean(e)
		case "concurrency":
			d.Concurrency = r.count(e, 1, maxConcurrency)
		case "result":
			d.Result = r.inputs(e)
		case "priority":
			d.Priority = map[string]int{"containment": PriorityContainment, "normal": PriorityNormal, "bulk": PriorityBulk}[oneOf(r, e, "containment", "normal", "bulk")]
		case "timeout":
			d.Timeout = r.duration(e)
		case "connections":
			d.Connections = r.slots(e)
		case "tables":
			d.Tables = r.tables(e)
		case "options":
			d.Options = r.options(e)
		case "trigger":
			d.Trigger = r.trigger(e)
		case "cards":
			d.Cards = r.cards(e.value, e.path, 0)
		}
	}
	r.whole(d, position(n))
}

// whole tells of what a definition lacks.
func (r *reader) whole(d *Definition, at Position) {
	if d.Slug == "" {
		r.bad(at, "flow", "the flow needs a name")
	}
	if d.Title == "" {
		d.Title = d.Slug
	}
	if len(d.Cards) == 0 && !d.Loose {
		r.bad(at, "cards", "the flow does nothing: cards is a list of at least one card")
	}
	if d.Trigger.Kind == "" {
		r.bad(at, "trigger", "what starts the flow is missing: event, schedule, api, on_demand, delegated, row or call")
	}
}

var nameForm = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// name returns a text that other places refer to.
func (r *reader) name(e entry) string {
	s := r.text(e)
	if !nameForm.MatchString(s) || len(s) > 100 {
		r.bad(position(e.value), e.path, "%q is no name: lower-case letters, digits and _ after a letter", s)
	}
	return s
}

func (r *reader) slots(of entry) []Slot {
	var out []Slot
	for _, e := range r.mapping(of.value, of.path) {
		s := Slot{Name: e.key, Title: e.key, At: e.at}
		if !nameForm.MatchString(e.key) {
			r.bad(e.at, e.path, "%q is no name: lower-case letters, digits and _ after a letter", e.key)
		}
		if e.value.Kind == yaml.ScalarNode {
			s.Connectors = []string{r.text(e)}
			out = append(out, s)
			continue
		}
		for _, k := range r.mapping(e.value, e.path, "connector", "title") {
			if k.key == "title" {
				s.Title = r.text(k)
			} else {
				s.Connectors = r.texts(k)
			}
		}
		if len(s.Connectors) == 0 {
			r.bad(e.at, e.path, "which connector it is for is missing")
		}
		out = append(out, s)
	}
	return out
}

func (r *reader) tables(of entry) []TableSlot {
	var out []TableSlot
	for _, e := range r.mapping(of.value, of.path) {
		s := TableSlot{Name: e.key, Title: e.key}
		for _, k := range r.mapping(e.value, e.path, "title", "columns") {
			if k.key == "title" {
				s.Title = r.text(k)
			} else {
				s.Columns = r.ports(k)
			}
		}
		out = append(out, s)
	}
	return out
}

// ports reads "name: type" or "name: {type, title, help, required, default, choices}".
func (r *reader) ports(of entry) []Port {
	var out []Port
	ofOptions := of.path == "options"
	for _, e := range r.mapping(of.value, of.path) {
		p := Port{Name: e.key, Title: e.key, Type: value.Text}
		if e.value.Kind == yaml.ScalarNode {
			r.portType(&p, e)
			out = append(out, p)
			continue
		}
		for _, k := range r.mapping(e.value, e.path, "type", "title", "help", "required", "default", "choices", "from", "key", "address") {
			r.port(&p, k)
		}
		if p.Address != "" && !ofOptions {
			r.bad(e.at, e.path, "only an option is the address of a flow")
		}
		if v, err := value.Convert(p.Default, p.Type); err != nil {
			r.bad(e.at, e.path, "default: %v", err)
		} else {
			p.Default = v
		}
		if len(p.Choices) > 0 && p.Default != nil && !slices.Contains(p.Choices, value.String(p.Default)) {
			r.bad(e.at, e.path, "the default %q is not one of the choices", value.String(p.Default))
		}
		out = append(out, p)
	}
	return out
}

// options reads the options of a flow, which may be secret.
func (r *reader) options(of entry) []Port {
	out := r.ports(of)
	for _, p := range out {
		if p.Secret && (p.Default != nil || len(p.Choices) > 0) {
			r.bad(of.at, of.path+"."+p.Name, "a secret has neither a default nor choices")
		}
		if p.Address != "" && (p.Secret || p.Type != value.Text || p.Default != nil) {
			r.bad(of.at, of.path+"."+p.Name, "the address of a flow is a text without a default, and no secret")
		}
	}
	return out
}

func (r *reader) portType(p *Port, k entry) {
	if strings.HasPrefix(k.path, "options.") && k.value.Kind == yaml.ScalarNode && k.value.Value == secretType {
		p.Type, p.Secret = value.Text, true
		return
	}
	p.Type = oneOf(r, k, value.Kinds()...)
}

func (r *reader) port(p *Port, k entry) {
	switch k.key {
	case "type":
		r.portType(p, k)
	case "title":
		p.Title = r.text(k)
	case "help":
		p.Help = r.text(k)
	case "required":
		p.Required = r.boolean(k)
	case "default":
		p.Default = r.data(k.value, k.path, 0)
	case "choices":
		p.Choices = r.texts(k)
	case "from":
		p.From = oneOf(r, k, FromBody, FromQuery, FromHeader)
	case "key":
		p.Key = r.text(k)
	case "address":
		p.Address = r.text(k)
	}
}

// condition compiles a CEL expression.
func (r *reader) condition(e entry, vars ...string) *expr.Program {
	text := r.text(e)
	if text == "" {
		return nil
	}
	p, err := expr.CompileCondition(text, vars...)
	if err != nil {
		r.bad(position(e.value), e.path, "%v", err)
	}
	return p
}
