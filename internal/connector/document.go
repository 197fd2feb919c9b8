package connector

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
	"sallyport/internal/expr"
	"sallyport/internal/value"
)

// The limits of a file.
const (
	maxFile  = 1 << 20
	maxDepth = 100
)

// document is a YAML file as a value, which knows on which line each part of it
// stands, and gathers what is wrong with it.
type document struct {
	name  string
	root  any
	lines map[string]int // by path, its segments joined with a newline
	errs  []error
}

// readDocument reads a YAML file: one document of plain data. Anchors, tags
// and repeated keys are refused; a date stays the text that it is.
func readDocument(name string, text []byte) (*document, error) {
	d := &document{name: name, lines: map[string]int{}}
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
	d.root = root
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
func (d *document) errorAt(line int, format string, args ...any) error {
	return errs.New(errs.Invalid, "%s:%d: %s", d.name, max(line, 1), fmt.Sprintf(format, args...))
}

func (d *document) line(path []string) int {
	for ; len(path) > 0; path = path[:len(path)-1] {
		if line, ok := d.lines[strings.Join(path, "\n")]; ok {
			return line
		}
	}
	return 1
}

func (d *document) convert(n *yaml.Node, path []string) (any, error) {
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

func (d *document) object(n *yaml.Node, path []string) (any, error) {
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

func (d *document) scalar(n *yaml.Node) (any, error) {
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

// cursor stands at one place of a document. What it reads was checked against
// the schema before; what only the code can check, it fails at its line.
type cursor struct {
	doc  *document
	path []string
	v    any
}

func (d *document) cursor() cursor { return cursor{doc: d, v: d.root} }

func (c cursor) at(key string) cursor {
	o, _ := c.v.(*value.Object)
	return cursor{c.doc, append(slices.Clone(c.path), key), o.At(key)}
}

func (c cursor) present() bool { return c.v != nil }

func (c cursor) text(key string) string {
	s, _ := c.at(key).v.(string)
	return s
}

func (c cursor) bool(key string) bool {
	b, _ := c.at(key).v.(bool)
	return b
}

func (c cursor) number(key string) float64 {
	f, _ := c.at(key).v.(float64)
	return f
}

func (c cursor) texts(key string) []string {
	var out []string
	for e := range c.at(key).items() {
		s, _ := e.v.(string)
		out = append(out, s)
	}
	return out
}

// fields walks the fields of an object in the order of the file.
func (c cursor) fields() iter.Seq2[string, cursor] {
	return func(yield func(string, cursor) bool) {
		o, _ := c.v.(*value.Object)
		for _, k := range o.Keys() {
			if !yield(k, c.at(k)) {
				return
			}
		}
	}
}

// items walks the items of a list.
func (c cursor) items() iter.Seq[cursor] {
	return func(yield func(cursor) bool) {
		list, _ := c.v.([]any)
		for i, e := range list {
			if !yield(cursor{c.doc, append(slices.Clone(c.path), strconv.Itoa(i)), e}) {
				return
			}
		}
	}
}

// fail notes what is wrong here.
func (c cursor) fail(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if len(c.path) > 0 {
		text = strings.Join(c.path, ".") + ": " + text
	}
	c.doc.errs = append(c.doc.errs, c.doc.errorAt(c.doc.line(c.path), "%s", text))
}

// program compiles the expression that stands here, or returns nil where none
// does.
func (c cursor) program(names scopeNames) *expr.Program {
	if c.v == nil {
		return nil
	}
	source := value.String(c.v)
	p, err := expr.Compile(source, names.roots()...)
	if err != nil {
		c.fail("%v", err)
		return nil
	}
	if unknown := names.unknownIn(source); unknown != "" {
		c.fail("there is no %s", unknown)
	}
	return p
}

// tree reads the template that stands here; the empty one where none does.
func (c cursor) tree(names scopeNames) tree {
	if c.v == nil {
		return tree{}
	}
	t, err := parseTree(c.v)
	if err != nil {
		c.fail("%v", err)
		return tree{}
	}
	for _, ref := range t.refs() {
		if unknown := names.unknown(ref); unknown != "" {
			c.fail("there is no %s", unknown)
		}
	}
	return t
}
