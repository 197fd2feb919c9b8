package rule

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"sallyport/internal/detect/oktafilter"
)

// block reads what stands under "sallyport:" in a document.
type block struct {
	file   *File
	rule   *Rule
	broken bool // the filter is there, and wrong
}

// The bounds of a window: below, an alert would hold one event; above, it
// would never end.
const (
	minWindow = time.Minute
	maxWindow = 30 * 24 * time.Hour
)

func (b *block) read(n *yaml.Node) {
	if n == nil {
		return
	}
	if n.Kind != yaml.MappingNode {
		b.fail(n, "", "a map is wanted here, of names and values")
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		b.key(n.Content[i], n.Content[i+1])
	}
}

func (b *block) fail(n *yaml.Node, key, format string, args ...any) {
	at := "sallyport"
	if key != "" {
		at += "." + key
	}
	b.file.problem(n.Line, at, format, args...)
}

func (b *block) key(key, n *yaml.Node) {
	r := b.rule
	switch key.Value {
	case "why":
		r.Why = b.text(key, n)
	case "category":
		r.Category = b.text(key, n)
	case "type":
		r.Type = b.text(key, n)
	case "response":
		r.Response = b.texts(key, n)
	case "enabled":
		on, err := strconv.ParseBool(n.Value)
		if n.Kind != yaml.ScalarNode || err != nil {
			b.fail(n, key.Value, "true or false is wanted here")
		}
		r.Enabled = on
	case "entity":
		e, err := ParseEntity(strings.Join(b.texts(key, n), ","))
		if err != nil {
			b.fail(n, key.Value, "%s", err)
			return
		}
		r.Entity = e
	case "window":
		w, err := parseSpan(b.text(key, n))
		if err != nil {
			b.fail(n, key.Value, "%s", err)
			return
		}
		r.Window = w
	case "filter":
		b.filter(key, n)
	case "correlation": // read with the document
	default:
		b.fail(key, key.Value, "there is no such key; there are why, category, type, entity, window, response, enabled, filter and correlation")
	}
}

// filter reads a filter expression in place of a detection.
func (b *block) filter(key, n *yaml.Node) {
	if b.rule.Expr != nil || b.rule.correlation != nil {
		b.broken = true
		b.fail(n, key.Value, "a rule has either a detection or a filter")
		return
	}
	e, err := oktafilter.Parse(b.text(key, n))
	if err != nil {
		b.broken = true
		b.fail(n, key.Value, "%s", err)
		return
	}
	b.rule.Language, b.rule.Expr = OktaFilter, e
}

func (b *block) text(key, n *yaml.Node) string {
	if n.Kind != yaml.ScalarNode {
		b.fail(n, key.Value, "one text is wanted here")
		return ""
	}
	return strings.TrimSpace(n.Value)
}

// texts reads a list; a single text is a list of itself.
func (b *block) texts(key, n *yaml.Node) []string {
	if n.Kind == yaml.ScalarNode {
		return []string{b.text(key, n)}
	}
	if n.Kind != yaml.SequenceNode {
		b.fail(n, key.Value, "a list of texts is wanted here")
		return nil
	}
	var list []string
	for _, e := range n.Content {
		list = append(list, b.text(key, e))
	}
	return slices.DeleteFunc(list, func(s string) bool { return s == "" })
}

// parseSpan reads a span the way Sigma's timespan is written: 90s, 15m, 12h, 7d.
func parseSpan(text string) (time.Duration, error) {
	units := map[byte]time.Duration{'s': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour}
	if text != "" {
		n, err := strconv.Atoi(text[:len(text)-1])
		if unit := units[text[len(text)-1]]; err == nil && unit > 0 && n > 0 && n < int(maxWindow/time.Second) {
			if w := time.Duration(n) * unit; w >= minWindow && w <= maxWindow {
				return w, nil
			}
		}
	}
	return 0, fmt.Errorf("%q: a span such as 15m, 1h or 7d is wanted, between a minute and 30 days", text)
}
