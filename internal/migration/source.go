package migration

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"time"
	"unicode"

	"go.yaml.in/yaml/v3"

	"sallyport/internal/value"
)

// span writes milliseconds as a span of time: 2m, 90s, 150ms.
func span(ms float64) string {
	d := time.Duration(max(0, min(ms, 1e12))) * time.Millisecond
	for _, unit := range []struct {
		of   time.Duration
		name string
	}{{time.Hour, "h"}, {time.Minute, "m"}, {time.Second, "s"}} {
		if d > 0 && d%unit.of == 0 {
			return strconv.FormatInt(int64(d/unit.of), 10) + unit.name
		}
	}
	return strconv.FormatInt(d.Milliseconds(), 10) + "ms"
}

// maxNesting bounds how deep a flow may be nested: what is deeper cannot be read
// back.
const maxNesting = 200

var errNested = errors.New("the cards and values are nested too deep")

// writeYAML writes a flow. Texts stay readable: those of several lines as blocks,
// small mappings in one line.
func writeYAML(flow *value.Object) (string, error) {
	n, err := node(flow, 0)
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(n); err != nil {
		return "", err
	}
	if err := enc.Close(); err != nil {
		return "", err
	}
	return b.String(), nil
}

func node(v any, depth int) (*yaml.Node, error) {
	if depth > maxNesting {
		return nil, errNested
	}
	switch v := v.(type) {
	case nil:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"}, nil
	case bool:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: strconv.FormatBool(v)}, nil
	case float64, value.Big:
		return &yaml.Node{Kind: yaml.ScalarNode, Value: value.String(v)}, nil
	case []any:
		n := &yaml.Node{Kind: yaml.SequenceNode}
		for _, e := range v {
			sub, err := node(e, depth+1)
			if err != nil {
				return nil, err
			}
			n.Content = append(n.Content, sub)
		}
		if small(n) {
			n.Style = yaml.FlowStyle
		}
		return n, nil
	case *value.Object:
		return mapping(v, depth)
	}
	return text(value.String(v)), nil
}

func mapping(o *value.Object, depth int) (*yaml.Node, error) {
	n := &yaml.Node{Kind: yaml.MappingNode}
	for k, e := range o.All() {
		sub, err := node(e, depth+1)
		if err != nil {
			return nil, err
		}
		n.Content = append(n.Content, text(k), sub)
	}
	if small(n) && !isCard(o) {
		n.Style = yaml.FlowStyle
	}
	return n, nil
}

// isCard reports whether a mapping is a card: it begins with its id, or is a
// comment or the call in a loop.
func isCard(o *value.Object) bool {
	keys := o.Keys()
	return len(keys) > 1 && keys[0] == "id" || len(keys) > 0 && (keys[0] == "comment" || keys[0] == "call" && o.Text("call") != "")
}

// small reports whether a collection of plain values fits on a line.
func small(n *yaml.Node) bool {
	const most = 90
	size := 0
	for _, c := range n.Content {
		switch {
		case c.Kind == yaml.ScalarNode && (c.Style == 0 || len(c.Value) < 40 && c.Style&yaml.LiteralStyle == 0), c.Kind != yaml.ScalarNode && len(c.Content) == 0:
			size += len(c.Value) + 4
		case c.Kind != yaml.ScalarNode && c.Style&yaml.FlowStyle != 0:
			for _, sub := range c.Content {
				size += len(sub.Value) + 4 + 90*len(sub.Content)
			}
		default:
			return false
		}
	}
	return size <= most
}

// text writes a text such that it is read back as it is: as a block where it has
// several lines, in quotes where it holds what YAML would change.
func text(s string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s}
	odd := strings.ContainsFunc(s, func(c rune) bool {
		return c != '\n' && (!unicode.IsPrint(c) || c == '\uFEFF' || c == unicode.ReplacementChar)
	})
	switch {
	case odd:
		n.Style = yaml.DoubleQuotedStyle
	case !strings.Contains(s, "\n"):
	case s[0] == ' ' || s[0] == '\n' || strings.Contains(s, " \n") || strings.TrimSpace(s) == "":
		n.Style = yaml.DoubleQuotedStyle
	default:
		n.Style = yaml.LiteralStyle
	}
	return n
}

// readYAML reads a flow that writeYAML may have written.
func readYAML(source string) (any, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(source), &doc); err != nil {
		return nil, err
	}
	if len(doc.Content) == 0 {
		return nil, nil
	}
	return data(doc.Content[0], 0)
}

func data(n *yaml.Node, depth int) (any, error) {
	if depth > maxNesting {
		return nil, errNested
	}
	switch n.Kind {
	case yaml.SequenceNode:
		out := make([]any, len(n.Content))
		for i, c := range n.Content {
			v, err := data(c, depth+1)
			if err != nil {
				return nil, err
			}
			out[i] = v
		}
		return out, nil
	case yaml.MappingNode:
		o := value.NewObject(len(n.Content) / 2)
		for i := 0; i+1 < len(n.Content); i += 2 {
			v, err := data(n.Content[i+1], depth+1)
			if err != nil {
				return nil, err
			}
			o.Set(n.Content[i].Value, v)
		}
		return o, nil
	case yaml.ScalarNode:
		switch n.ShortTag() {
		case "!!null":
			return nil, nil
		case "!!bool":
			return strings.EqualFold(n.Value, "true"), nil
		case "!!int", "!!float":
			if v, ok := value.ParseNumber(n.Value); ok { // with all of its digits
				return v, nil
			}
			var f float64
			err := n.Decode(&f)
			return f, err
		}
		return n.Value, nil
	default:
		return nil, errors.New("anchors and aliases are not taken")
	}
}
