package detect

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Paths returns the paths that a condition reads, each once and in order. Those
// inside of a [Same] begin with its path.
func Paths(e Expr) []string {
	var all []string
	gather(e, "", func(path string) { all = append(all, path) })
	slices.Sort(all)
	return slices.Compact(all)
}

func gather(e Expr, prefix string, found func(path string)) {
	switch e := e.(type) {
	case And:
		for _, part := range e {
			gather(part, prefix, found)
		}
	case Or:
		for _, part := range e {
			gather(part, prefix, found)
		}
	case Not:
		gather(e.Expr, prefix, found)
	case Test:
		found(prefix + e.Path)
		if e.Op.refers() {
			for _, v := range e.Values {
				found(prefix + v.Text)
			}
		}
	case Same:
		found(prefix + e.Path)
		gather(e.Expr, prefix+e.Path+".", found)
	}
}

// String is for messages.
func (op Op) String() string {
	if int(op) < len(opNames) {
		return opNames[op]
	}
	return "op" + strconv.Itoa(int(op))
}

//nolint:gochecknoglobals // a table
var opNames = [...]string{
	"equal", "contains", "startswith", "endswith", "like", "matches", "<", "<=", ">", ">=",
	"before", "notafter", "after", "notbefore", "in", "sameas", "exists", "hasvalue", "absent",
	"minute", "hour", "day", "week", "month", "year",
	"containsother", "startswithother", "endswithother",
}

// String is for messages: no language reads it.
func (e And) String() string { return list("and", e) }

// String is for messages: no language reads it.
func (e Or) String() string { return list("or", e) }

func list(word string, parts []Expr) string {
	texts := make([]string, len(parts))
	for i, p := range parts {
		texts[i] = fmt.Sprint(p)
	}
	return word + "(" + strings.Join(texts, ", ") + ")"
}

// String is for messages: no language reads it.
func (e Not) String() string { return fmt.Sprintf("not(%v)", e.Expr) }

// String is for messages: no language reads it.
func (e Always) String() string {
	if e {
		return "always"
	}
	return "never"
}

// String is for messages: no language reads it.
func (t Test) String() string {
	return quoted(t.Path) + " " + t.Op.String() + values(t.Op, t.Values, t.All, t.Cased)
}

// quoted puts a path into quotes if it would be taken for something else.
func quoted(path string) string {
	if strings.Trim(path, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.{}$") == "" && path != "" {
		return path
	}
	return strconv.Quote(path)
}

// String is for messages: no language reads it.
func (s Same) String() string { return fmt.Sprintf("same %s(%v)", quoted(s.Path), s.Expr) }

// String is for messages: no language reads it.
func (k Keyword) String() string { return "keyword" + values(Like, k.Values, k.All, k.Cased) }

func values(op Op, vs []Value, all, cased bool) string {
	var b strings.Builder
	if cased {
		b.WriteString(" cased")
	}
	if all {
		b.WriteString(" all of")
	}
	for i, v := range vs {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte(' ')
		switch {
		case v.Regexp != nil:
			b.WriteString("/" + strconv.Quote(v.Regexp.String()))
		case op == InNetwork:
			b.WriteString(v.Prefix.String())
		case v.IsNum || op >= Less && op <= GreaterEqual || op >= Minute && !op.refers():
			b.WriteString(strconv.FormatFloat(v.Number, 'g', -1, 64))
		default:
			b.WriteString(strconv.Quote(v.Text))
		}
	}
	return b.String()
}
