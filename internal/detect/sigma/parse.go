package sigma

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"sallyport/internal/errs"
)

// The bounds of a text: its length in bytes, and how many parts a document has
// when its aliases are followed.
const (
	maxLength = 1 << 20
	maxNodes  = 50_000
	maxDepth  = 32
)

// Parse reads the documents of a text. Those that can be read are returned also
// where others cannot; the error, of the kind errs.Invalid, then says everything
// that is wrong with those, each as an [Error].
func Parse(text []byte, o Options) ([]Document, error) {
	if len(text) > maxLength {
		return nil, invalid(&Error{Line: 1, Msg: "the text is longer than a megabyte; split it into several files"})
	}
	var docs []Document
	var faults []error
	for dec := yaml.NewDecoder(bytes.NewReader(text)); ; {
		var node yaml.Node
		err := dec.Decode(&node)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			faults = append(faults, yamlError(err))
			break
		}
		r := &reader{options: o}
		if d := r.document(&node); len(r.faults) > 0 {
			faults = append(faults, r.faults...)
		} else if d != nil {
			docs = append(docs, d)
		}
	}
	if len(faults) > 0 {
		return docs, invalid(faults...)
	}
	if len(docs) == 0 {
		return nil, invalid(&Error{Line: 1, Msg: "there is no document; a rule begins with title: and has logsource: and detection:"})
	}
	return docs, nil
}

func invalid(faults ...error) error {
	err := errors.Join(faults...)
	return errs.Wrap(errs.Invalid, err, "%s", err)
}

// yamlError is an error of the YAML parser, which has its line in the text.
func yamlError(err error) error {
	e := &Error{Line: 1, Msg: strings.TrimPrefix(err.Error(), "yaml: ")}
	if m := regexp.MustCompile(`^(?:unmarshal errors:\s*)?line (\d+): (?s:(.*))$`).FindStringSubmatch(e.Msg); m != nil {
		e.Line, _ = strconv.Atoi(m[1])
		e.Msg = m[2]
	}
	e.Msg = "this is not YAML: " + e.Msg
	return e
}

// reader reads one document and collects what is wrong with it.
type reader struct {
	options  Options
	faults   []error
	nodes    int
	unfilled []string
}

func (r *reader) fail(n *yaml.Node, path, msg string) {
	if len(r.faults) < 50 {
		r.faults = append(r.faults, &Error{Line: max(n.Line, 1), Path: path, Msg: msg})
	}
}

// entry is one line of a map.
type entry struct {
	name  string
	key   *yaml.Node
	value *yaml.Node
}

// resolved follows aliases and counts, so that no text grows beyond its bounds.
func (r *reader) resolved(n *yaml.Node) *yaml.Node {
	for range maxDepth {
		if r.nodes++; r.nodes > maxNodes {
			break
		}
		if n.Kind != yaml.AliasNode || n.Alias == nil {
			return n
		}
		n = n.Alias
	}
	if r.nodes <= maxNodes+1 {
		r.fail(n, "", "the document has too many parts; do without anchors and aliases")
	}
	r.nodes = maxNodes + 1
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Line: n.Line}
}

// entries returns the lines of a map, or none and a fault.
func (r *reader) entries(n *yaml.Node, path string) []entry {
	n = r.resolved(n)
	if n.Kind != yaml.MappingNode {
		r.fail(n, path, "a map is wanted here, of names and values")
		return nil
	}
	var entries []entry
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := r.resolved(n.Content[i])
		switch {
		case key.Kind != yaml.ScalarNode:
			r.fail(key, path, "a name is wanted here, and not a list or a map")
		case key.ShortTag() == "!!merge":
			r.fail(key, path, "merging maps by << is not known here; write the lines out")
		case slices.ContainsFunc(entries, func(e entry) bool { return e.name == key.Value }):
			r.fail(key, join(path, key.Value), "this stands here twice; put the values into one list, or into a second map")
		default:
			entries = append(entries, entry{key.Value, key, r.resolved(n.Content[i+1])})
		}
	}
	return entries
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// text returns a scalar as it is written.
func (r *reader) text(e entry, path string) string {
	if e.value.Kind != yaml.ScalarNode {
		r.fail(e.value, path, "one text is wanted here")
		return ""
	}
	if isNull(e.value) {
		return ""
	}
	return strings.TrimSpace(e.value.Value)
}

// texts returns a list of scalars; a single one is a list of itself.
func (r *reader) texts(e entry, path string) []string {
	if e.value.Kind == yaml.ScalarNode {
		if t := r.text(e, path); t != "" {
			return []string{t}
		}
		return nil
	}
	if e.value.Kind != yaml.SequenceNode {
		r.fail(e.value, path, "a list of texts is wanted here")
		return nil
	}
	var list []string
	for _, n := range e.value.Content {
		if n = r.resolved(n); n.Kind != yaml.ScalarNode {
			r.fail(n, path, "a text is wanted here")
		} else if !isNull(n) {
			list = append(list, strings.TrimSpace(n.Value))
		}
	}
	return list
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

// document reads one document; nil without a fault is an empty one.
func (r *reader) document(n *yaml.Node) Document {
	if n.Kind == yaml.DocumentNode && len(n.Content) == 1 {
		n = n.Content[0]
	}
	if n.Kind == 0 || isNull(n) {
		return nil
	}
	entries := r.entries(n, "")
	m := Meta{Line: max(n.Line, 1), Raw: map[string]*yaml.Node{}}
	bodies := map[string]entry{}
	for _, e := range entries {
		switch e.name {
		case "detection", "correlation", "filter":
			bodies[e.name] = e
		case "logsource":
			m.LogSource = r.logSource(e)
		case "action":
			r.fail(e.key, "action", "collections of Sigma 1 are gone; write whole documents, and correlations as correlation:")
		default:
			r.metadata(&m, e)
		}
	}
	if m.Title == "" {
		r.fail(n, "title", "a rule needs a title; say in a few words what it finds")
	}
	d := r.body(n, m, bodies)
	if d != nil {
		d.Metadata().Unfilled = r.unfilled
	}
	return d
}

// body reads what makes the document a rule, a correlation or a filter.
func (r *reader) body(n *yaml.Node, m Meta, bodies map[string]entry) Document {
	own, hasOwn := m.Raw["sallyport"], m.Raw["sallyport"] != nil
	if hasOwn && own.Kind == yaml.MappingNode {
		for _, e := range r.entries(own, "sallyport") {
			if e.name == "correlation" {
				bodies["sallyport.correlation"] = e
			}
		}
	}
	if len(bodies) > 1 {
		r.fail(n, "", "a document has one of detection, correlation and filter; begin another one with ---")
		return nil
	}
	for name, e := range bodies {
		switch name {
		case "detection":
			r.needLogSource(n, m)
			return &Rule{Meta: m, Expr: r.detection(e.value, name)}
		case "filter":
			r.needLogSource(n, m)
			return r.filter(e, m)
		default:
			return r.correlation(e, m, name)
		}
	}
	if hasOwn {
		return &Rule{Meta: m}
	}
	r.fail(n, "detection", "a rule needs a detection: with at least one selection and a condition")
	return nil
}

func (r *reader) needLogSource(n *yaml.Node, m Meta) {
	if m.LogSource == (LogSource{}) {
		r.fail(n, "logsource", "a rule needs a logsource:, such as product: okta with service: okta")
	}
}
