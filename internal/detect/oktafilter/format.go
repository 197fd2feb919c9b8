package oktafilter

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"sallyport/internal/detect"
	"sallyport/internal/errs"
)

// Format writes a condition as a filter, which Parse reads into the same
// condition again. A condition that the language cannot say (a regular
// expression, an empty list) is an error of the kind errs.Invalid.
func Format(e detect.Expr) (string, error) {
	var b strings.Builder
	if err := write(&b, e); err != nil {
		return "", err
	}
	return b.String(), nil
}

func write(b *strings.Builder, e detect.Expr) error {
	switch e := e.(type) {
	case detect.And:
		return writeJoined(b, " and ", e)
	case detect.Or:
		return writeJoined(b, " or ", e)
	case detect.Not:
		return writeNot(b, e)
	case detect.Same:
		if !isPath(e.Path) {
			return errs.New(errs.Invalid, "a filter cannot name the field %q", e.Path)
		}
		b.WriteString(e.Path + "[")
		err := write(b, e.Expr)
		b.WriteByte(']')
		return err
	case detect.Test:
		return writeTest(b, e, "eq")
	default:
		return errs.New(errs.Invalid, "a filter has no words for %T", e)
	}
}

func writeJoined(b *strings.Builder, word string, parts []detect.Expr) error {
	if len(parts) == 0 {
		return errs.New(errs.Invalid, "a filter cannot join no parts")
	}
	for i, part := range parts {
		if i > 0 {
			b.WriteString(word)
		}
		if err := writePart(b, part); err != nil {
			return err
		}
	}
	return nil
}

// writePart puts what consists of several parts in parentheses.
func writePart(b *strings.Builder, e detect.Expr) error {
	switch e.(type) {
	case detect.And, detect.Or:
		b.WriteByte('(')
		err := write(b, e)
		b.WriteByte(')')
		return err
	}
	return write(b, e)
}

func writeNot(b *strings.Builder, e detect.Not) error {
	if t, ok := e.Expr.(detect.Test); ok && (t.Op == detect.Absent || t.Op == detect.Equal && len(t.Values) == 1) {
		return writeTest(b, t, "ne")
	}
	b.WriteString("not (")
	err := write(b, e.Expr)
	b.WriteByte(')')
	return err
}

func writeTest(b *strings.Builder, t detect.Test, equal string) error {
	name, ok := operatorOf(t.Op, equal)
	if !ok || !isPath(t.Path) || t.Cased || t.All {
		return errs.New(errs.Invalid, "a filter has no words for the comparison of %s", t.Path)
	}
	if t.Op == detect.Equal && len(t.Values) > 1 {
		name = "in"
	}
	b.WriteString(t.Path + " " + name)
	switch {
	case t.Op == detect.HasValue || t.Op == detect.Absent:
		return nil
	case name == "in":
		return writeList(b, t.Values)
	case len(t.Values) != 1:
		return errs.New(errs.Invalid, "a filter compares %s with one value, not with %d", t.Path, len(t.Values))
	}
	b.WriteByte(' ')
	return writeValue(b, t.Values[0], t.Op)
}

// operatorOf is the word of a comparison; one that a filter lacks has none.
func operatorOf(op detect.Op, equal string) (string, bool) {
	name, ok := map[detect.Op]string{
		detect.Equal: equal, detect.Absent: equal + " null", detect.HasValue: "pr",
		detect.Contains: "co", detect.StartsWith: "sw", detect.EndsWith: "ew",
		detect.After: "gt", detect.NotBefore: "ge", detect.Before: "lt", detect.NotAfter: "le",
		detect.Greater: "gt", detect.GreaterEqual: "ge", detect.Less: "lt", detect.LessEqual: "le",
	}[op]
	return name, ok
}

func writeList(b *strings.Builder, values []detect.Value) error {
	b.WriteString(" [")
	for i, v := range values {
		if i > 0 {
			b.WriteString(", ")
		}
		if err := writeValue(b, v, detect.Equal); err != nil {
			return err
		}
	}
	b.WriteByte(']')
	return nil
}

func writeValue(b *strings.Builder, v detect.Value, op detect.Op) error {
	if v.IsNum || op == detect.Less || op == detect.LessEqual || op == detect.Greater || op == detect.GreaterEqual {
		b.WriteString(strconv.FormatFloat(v.Number, 'g', -1, 64))
		return nil
	}
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v.Text); err != nil {
		return fmt.Errorf("write a value: %w", err)
	}
	b.Write(bytes.TrimRight(text.Bytes(), "\n"))
	return nil
}

// isPath reports whether a path can stand in a filter as it is.
func isPath(path string) bool {
	p := parser{source: path}
	if err := p.next(); err != nil || p.tok.kind != word || p.pos != len(path) || p.tok.at != 0 {
		return false
	}
	_, err := p.path()
	return err == nil
}
