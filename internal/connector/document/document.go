// Package document reads YAML files that describe something: plain data that
// knows on which line each part of it stands, checked against a JSON Schema.
// What is wrong is gathered, each with file and line, so that the writer of a
// file sees all of it at once.
package document

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"sallyport/internal/errs"
	"sallyport/internal/value"
)

// The limits of a file.
const (
	maxFile  = 1 << 20
	maxDepth = 100
)

// Document is a YAML file as a value, which knows on which line each part of it
// stands, and gathers what is wrong with it.
type Document struct {
	// Sound says that the document was compiled before, by tests, and is known to be
	// right: what costs time may be put off until it is used.
	Sound bool

	Name  string         // of the file
	Root  any            // a value as package value describes it
	lines map[string]int // by path, its segments joined with a newline
	errs  []error
}

// Read reads a YAML file: one document of plain data. Anchors, tags and
// repeated keys are refused; a date stays the text that it is. The error names
// file and line.
func Read(name string, text []byte) (*Document, error) {
	d := &Document{Name: name, lines: map[string]int{}}
	if len(text) > maxFile {
		return nil, d.errorAt(1, "the file is larger than %d bytes", maxFile)
	}
	dec := yaml.NewDecoder(bytes.NewReader(text))
	var node yaml.Node
	if err := dec.Decode(&node); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, d.errorAt(1, "the file is empty")
		}
		line, text := yamlFault(err)
		return nil, d.errorAt(line, "%s", text)
	}
	root, err := d.convert(node.Content[0], nil)
	if err != nil {
		return nil, err
	}
	d.Root = root
	if err := dec.Decode(&yaml.Node{}); !errors.Is(err, io.EOF) {
		return nil, d.errorAt(1, "the file holds more than one document")
	}
	return d, nil
}

// yamlFault takes the line out of what the YAML reader says.
func yamlFault(err error) (line int, text string) {
	text = strings.TrimPrefix(err.Error(), "yaml: ")
	if rest, ok := strings.CutPrefix(text, "line "); ok {
		number, after, _ := strings.Cut(rest, ": ")
		if n, err := strconv.Atoi(number); err == nil {
			return n, after
		}
	}
	return 1, text
}

// errorAt returns an error about a line of the file.
func (d *Document) errorAt(line int, format string, args ...any) error {
	return errs.New(errs.Invalid, "%s:%d: %s", d.Name, max(line, 1), fmt.Sprintf(format, args...))
}

func (d *Document) line(path []string) int {
	for ; len(path) > 0; path = path[:len(path)-1] {
		if line, ok := d.lines[strings.Join(path, "\n")]; ok {
			return line
		}
	}
	return 1
}

func (d *Document) convert(n *yaml.Node, path []string) (any, error) {
	if len(path) > maxDepth {
		return nil, d.errorAt(n.Line, "nested deeper than %d", maxDepth)
	}
	d.lines[strings.Join(path, "\n")] = n.Line
	if n.Anchor != "" || n.Kind == yaml.AliasNode {
		return nil, d.errorAt(n.Line, "anchors are not taken here: write it out")
	}
	switch n.Kind {
	case yaml.MappingNode:
		return d.object(n, path)
	case yaml.SequenceNode:
		list := make([]any, len(n.Content))
		for i, e := range n.Content {
			v, err := d.convert(e, append(path, strconv.Itoa(i)))
			if err != nil {
				return nil, err
			}
			list[i] = v
		}
		return list, nil
	default:
		return d.scalar(n)
	}
}

func (d *Document) object(n *yaml.Node, path []string) (any, error) {
	o := value.NewObject(len(n.Content) / 2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Kind != yaml.ScalarNode || key.ShortTag() == "!!merge" || key.Anchor != "" {
			return nil, d.errorAt(key.Line, "a name must be a plain text")
		}
		if _, ok := o.Get(key.Value); ok {
			return nil, d.errorAt(key.Line, "%s stands here twice", key.Value)
		}
		v, err := d.convert(n.Content[i+1], append(path, key.Value))
		if err != nil {
			return nil, err
		}
		d.lines[strings.Join(append(path, key.Value), "\n")] = key.Line
		o.Set(key.Value, v)
	}
	return o, nil
}

func (d *Document) scalar(n *yaml.Node) (any, error) {
	var err error
	switch n.ShortTag() {
	case "!!str", "!!timestamp":
		return n.Value, nil
	case "!!null":
		return nil, nil
	case "!!bool":
		var b bool
		err = n.Decode(&b)
		return b, err
	case "!!int", "!!float":
		var f float64
		if err = n.Decode(&f); err == nil && !math.IsInf(f, 0) && !math.IsNaN(f) {
			return f, nil
		}
		return nil, d.errorAt(n.Line, "%s is no number to use here", n.Value)
	}
	return nil, d.errorAt(n.Line, "%s is no kind of value to use here", n.ShortTag())
}

// Cursor stands at one place of a document. What it reads was checked against
// the schema before; what only the code can check, it fails at its line.
type Cursor struct {
	Value any // what stands there
	doc   *Document
	path  []string
}

// Cursor returns the place at the top.
func (d *Document) Cursor() Cursor { return Cursor{doc: d, Value: d.Root} }

// At returns the place of a field, where nothing may stand.
func (c Cursor) At(key string) Cursor {
	o, _ := c.Value.(*value.Object)
	return Cursor{o.At(key), c.doc, append(slices.Clone(c.path), key)}
}

// Sound reports whether the document is known to be right: see [Document.Sound].
func (c Cursor) Sound() bool { return c.doc.Sound }

// Present reports whether something stands here.
func (c Cursor) Present() bool { return c.Value != nil }

// Text returns the field named key if it is a text, or "".
func (c Cursor) Text(key string) string {
	s, _ := c.At(key).Value.(string)
	return s
}

// Bool returns the field named key if it is true or false, or false.
func (c Cursor) Bool(key string) bool {
	b, _ := c.At(key).Value.(bool)
	return b
}

// Number returns the field named key if it is a number, or 0.
func (c Cursor) Number(key string) float64 {
	f, _ := c.At(key).Value.(float64)
	return f
}

// Texts returns the texts of the list named key.
func (c Cursor) Texts(key string) []string {
	var out []string
	for e := range c.At(key).Items() {
		s, _ := e.Value.(string)
		out = append(out, s)
	}
	return out
}

// Fields walks the fields of an object in the order of the file.
func (c Cursor) Fields() iter.Seq2[string, Cursor] {
	return func(yield func(string, Cursor) bool) {
		o, _ := c.Value.(*value.Object)
		for _, k := range o.Keys() {
			if !yield(k, c.At(k)) {
				return
			}
		}
	}
}

// Items walks the items of a list.
func (c Cursor) Items() iter.Seq[Cursor] {
	return func(yield func(Cursor) bool) {
		list, _ := c.Value.([]any)
		for i, e := range list {
			if !yield(Cursor{e, c.doc, append(slices.Clone(c.path), strconv.Itoa(i))}) {
				return
			}
		}
	}
}

// Fail notes what is wrong here.
func (c Cursor) Fail(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if len(c.path) > 0 {
		text = strings.Join(c.path, ".") + ": " + text
	}
	c.doc.errs = append(c.doc.errs, c.doc.errorAt(c.Line(), "%s", text))
}

// Err returns everything that is wrong with the document, joined; nil where
// nothing is.
func (d *Document) Err() error { return errors.Join(d.errs...) }

// Line returns the line that the cursor stands on, or the nearest one above.
func (c Cursor) Line() int { return c.doc.line(c.path) }

// Where returns the file and line that the cursor stands on: okta.yaml:12.
func (c Cursor) Where() string { return fmt.Sprintf("%s:%d", c.doc.Name, c.Line()) }
