package flow

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"sallyport/internal/errs"
	"sallyport/internal/value"
)

// Problem is something wrong with a definition, and where.
type Problem struct {
	At      Position `json:"at"`
	Path    string   `json:"path"` // "cards[2].with.user_id"
	Message string   `json:"message"`
}

// String returns the problem in one line: "12:5 cards[2].use: …".
func (p Problem) String() string {
	at := ""
	if p.At.Line > 0 {
		at = fmt.Sprintf("%d:%d ", p.At.Line, p.At.Column)
	}
	if p.Path != "" {
		return at + p.Path + ": " + p.Message
	}
	return at + p.Message
}

// Problems are all that is wrong with a definition.
type Problems []Problem

// Err returns the problems as one error of the kind Invalid, nil for none.
func (ps Problems) Err() error {
	if len(ps) == 0 {
		return nil
	}
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return errs.New(errs.Invalid, "%s", strings.Join(lines, "\n"))
}

// maxProblems is how many problems one reading tells of; the rest is mostly
// their consequence.
const maxProblems = 50

// reader walks YAML nodes and collects what is wrong.
type reader struct {
	problems Problems
}

func (r *reader) bad(at Position, path, format string, args ...any) {
	if len(r.problems) < maxProblems {
		r.problems = append(r.problems, Problem{At: at, Path: path, Message: fmt.Sprintf(format, args...)})
	}
}

func position(n *yaml.Node) Position { return Position{Line: n.Line, Column: n.Column} }

// entry is one key of a mapping.
type entry struct {
	key   string
	at    Position
	value *yaml.Node
	path  string
}

// mapping returns the entries of a mapping in order. With allowed, another key
// is a problem that names the ones there are.
func (r *reader) mapping(n *yaml.Node, path string, allowed ...string) []entry {
	if n.Kind != yaml.MappingNode {
		r.bad(position(n), path, "a mapping is wanted")
		return nil
	}
	seen := map[string]bool{}
	var out []entry
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		at := join(path, k.Value)
		switch {
		case k.Kind != yaml.ScalarNode:
			r.bad(position(k), path, "a name is wanted")
		case seen[k.Value]:
			r.bad(position(k), at, "stands here twice")
		case len(allowed) > 0 && !slices.Contains(allowed, k.Value):
			r.bad(position(k), at, "there is no such key; there are: %s", strings.Join(allowed, ", "))
		default:
			out = append(out, entry{k.Value, position(k), v, at})
		}
		seen[k.Value] = true
	}
	return out
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// text returns a scalar's text.
func (r *reader) text(e entry) string {
	if e.value.Kind != yaml.ScalarNode || e.value.Tag == "!!null" {
		r.bad(position(e.value), e.path, "a text is wanted")
		return ""
	}
	return e.value.Value
}

// texts returns a text, or a list of texts.
func (r *reader) texts(e entry) []string {
	if e.value.Kind != yaml.SequenceNode {
		return []string{r.text(e)}
	}
	var out []string
	for i, n := range e.value.Content {
		out = append(out, r.text(entry{value: n, path: fmt.Sprintf("%s[%d]", e.path, i)}))
	}
	return out
}

func (r *reader) boolean(e entry) bool {
	b, err := strconv.ParseBool(e.value.Value)
	if e.value.Kind != yaml.ScalarNode || err != nil {
		r.bad(position(e.value), e.path, "true or false is wanted")
	}
	return b
}

// count returns a whole number between two bounds.
func (r *reader) count(e entry, least, most int) int {
	n, err := strconv.Atoi(e.value.Value)
	if e.value.Kind != yaml.ScalarNode || err != nil || n < least || n > most {
		r.bad(position(e.value), e.path, "a whole number from %d to %d is wanted", least, most)
		return least
	}
	return n
}

func (r *reader) duration(e entry) time.Duration {
	d, err := time.ParseDuration(e.value.Value)
	if e.value.Kind != yaml.ScalarNode || err != nil || d < 0 {
		r.bad(position(e.value), e.path, "a span of time is wanted, such as 30s, 15m or 24h")
		return 0
	}
	return d
}

func oneOf[T ~string](r *reader, e entry, among ...T) T {
	s := T(r.text(e))
	if !slices.Contains(among, s) {
		words := make([]string, len(among))
		for i, w := range among {
			words[i] = string(w)
		}
		r.bad(position(e.value), e.path, "%q is not one of: %s", string(s), strings.Join(words, ", "))
	}
	return s
}

// maxNesting bounds how deep values and cards may be nested.
const maxNesting = 40

// data returns a node as a value.
func (r *reader) data(n *yaml.Node, path string, depth int) any {
	if depth > maxNesting {
		r.bad(position(n), path, "nested deeper than %d", maxNesting)
		return nil
	}
	switch n.Kind {
	case yaml.SequenceNode:
		out := make([]any, len(n.Content))
		for i, c := range n.Content {
			out[i] = r.data(c, fmt.Sprintf("%s[%d]", path, i), depth+1)
		}
		return out
	case yaml.MappingNode:
		o := value.NewObject(len(n.Content) / 2)
		for _, e := range r.mapping(n, path) {
			o.Set(e.key, r.data(e.value, e.path, depth+1))
		}
		return o
	case yaml.ScalarNode:
		return r.scalar(n, path)
	default:
		r.bad(position(n), path, "anchors and aliases are not taken; write the value out")
		return nil
	}
}

func (r *reader) scalar(n *yaml.Node, path string) any {
	switch n.ShortTag() {
	case "!!null":
		return nil
	case "!!bool":
		return strings.EqualFold(n.Value, "true")
	case "!!int", "!!float":
		var f float64
		if err := n.Decode(&f); err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
			r.bad(position(n), path, "%s is no number of a flow", n.Value)
		}
		if big, ok := value.ParseNumber(n.Value); ok { // with all of its digits
			return big
		}
		return f
	}
	return n.Value
}

// template reads a node as a value with references.
func (r *reader) template(n *yaml.Node, path string) value.Template {
	t, err := value.ParseTemplate(r.data(n, path, 0))
	if err != nil {
		r.bad(position(n), path, "%v", err)
	}
	return t
}
