package value

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Operators lists the comparisons that [Compare] knows, as cards offer them.
func Operators() []string {
	return []string{
		"==", "!=", ">=", "<=", ">", "<", "%", "in", "not in", "has", "doesn't have",
		"is empty", "is not empty", "===", "!==",
	}
}

// Compare reports whether "a operator b" holds, by the loose rules of flows:
//
//   - A date against anything reads the other as a date, a boolean reads it as
//     a boolean, a number reads a text that is wholly numeric as a number. What
//     cannot be read is unequal, and neither above nor below.
//   - Texts are compared exactly, lists and objects deeply.
//   - Null, "", [] and {} equal each other, and null equals the text null.
//   - "in" looks for a in b: part of a text, item of a list, name of an object's
//     field. "has" looks for b in a. Null is in nothing and has nothing.
//   - "%" holds where a is a multiple of b, which is not 0.
//   - "===" and "!==" convert nothing.
//
// No operator at all is "==". An unknown one is an error.
func Compare(a any, operator string, b any) (bool, error) {
	known := strings.ToLower(strings.TrimSpace(operator))
	if holds, ok := compared(a, b, known); ok {
		return holds, nil
	}
	switch known {
	case "", "==":
		return Alike(a, b), nil
	case "!=":
		return !Alike(a, b), nil
	case "===":
		return Equal(a, b), nil
	case "!==":
		return !Equal(a, b), nil
	case "%":
		return multiple(a, b), nil
	case "in":
		return within(b, a), nil
	case "not in":
		return !within(b, a), nil
	case "has":
		return within(a, b), nil
	case "doesn't have":
		return !within(a, b), nil
	case "is empty":
		return Empty(a), nil
	case "is not empty":
		return !Empty(a), nil
	}
	return false, fmt.Errorf("%s is no comparison; there are %s", quoteShort(operator), strings.Join(Operators(), ", "))
}

// compared answers the operators of order, and says whether it was one.
func compared(a, b any, operator string) (holds, known bool) {
	switch c, ok := order(a, b); operator {
	case ">":
		return ok && c > 0, true
	case ">=":
		return ok && c >= 0, true
	case "<":
		return ok && c < 0, true
	case "<=":
		return ok && c <= 0, true
	}
	return false, false
}

// Alike reports whether two values are equal by the loose rules of [Compare].
func Alike(a, b any) bool {
	if Empty(a) && Empty(b) {
		return true
	}
	if a == nil || b == nil {
		return a == "null" || b == "null"
	}
	if isContainer(a) || isContainer(b) {
		return Equal(a, b)
	}
	c, ok := order(a, b)
	return ok && c == 0
}

// order compares two scalars, and says whether they can be compared.
func order(a, b any) (int, bool) {
	switch {
	case a == nil || b == nil || isContainer(a) || isContainer(b):
		return 0, false
	case isKind(Date, a, b):
		x, okX := instant(a)
		y, okY := instant(b)
		return x.Compare(y), okX && okY
	case isKind(Boolean, a, b):
		x, okX := truth(a)
		y, okY := truth(b)
		return cmp.Compare(x, y), okX && okY
	case isKind(Number, a, b):
		x, okX := numeric(a)
		y, okY := numeric(b)
		return CompareNumbers(x, y), okX && okY
	}
	x, okX := a.(string)
	y, okY := b.(string)
	return cmp.Compare(x, y), okX && okY
}

func isContainer(v any) bool {
	k := KindOf(v)
	return k == Obj || k == List
}

func isKind(k Kind, a, b any) bool { return KindOf(a) == k || KindOf(b) == k }

func instant(v any) (time.Time, bool) {
	d, err := Convert(v, Date)
	if err != nil {
		return time.Time{}, false
	}
	t, ok := d.(time.Time)
	return t, ok
}

// truth reads a scalar as a boolean: 1 or 0. A number counts as true unless it
// is 0.
func truth(v any) (int, bool) {
	if f, ok := Float(v); ok {
		v = f != 0
	}
	b, err := Convert(v, Boolean)
	is, ok := b.(bool)
	if err != nil || !ok {
		return 0, false
	}
	if is {
		return 1, true
	}
	return 0, true
}

// Numeric reads a number, or a text that is wholly one, rounded to a float64.
func Numeric(v any) (float64, bool) {
	n, ok := numeric(v)
	f, fits := Float(n)
	return f, ok && fits
}

// numeric reads a number, or a text that is wholly one, and loses nothing of it.
func numeric(v any) (any, bool) {
	if s, ok := v.(string); ok {
		return ParseNumber(strings.TrimSpace(s))
	}
	return v, KindOf(v) == Number
}

func multiple(a, b any) bool {
	a, okA := numeric(a)
	b, okB := numeric(b)
	return okA && okB && multipleOf(a, b)
}

// within looks for a part in a whole.
func within(whole, part any) bool {
	if whole == nil || part == nil {
		return false
	}
	switch w := whole.(type) {
	case []any:
		return Member(w, part)
	case *Object:
		_, has := w.Get(String(part))
		return has
	}
	// The documentation speaks of texts only; other scalars are taken by their
	// text form, which is an inference.
	return strings.Contains(String(whole), String(part))
}

// Member reports whether a list holds a value: the same one deeply, or one of
// the same text form, for a list of numbers is often asked for a text.
func Member(list []any, v any) bool {
	text := String(v)
	return slices.ContainsFunc(list, func(e any) bool { return Equal(e, v) || String(e) == text })
}

// Order orders values of all kinds, for sorting: numbers by value, after them
// dates, after those the rest by their text; null is last.
func Order(a, b any) int {
	if c := cmp.Compare(group(a), group(b)); c != 0 {
		return c
	}
	if KindOf(a) == Number {
		return CompareNumbers(a, b)
	}
	if t, ok := a.(time.Time); ok {
		return t.Compare(b.(time.Time)) // of the same group
	}
	return cmp.Compare(String(a), String(b))
}

func group(v any) int {
	switch KindOf(v) {
	case Number:
		return 0
	case Date:
		return 1
	case Null:
		return 3
	default:
		return 2
	}
}
