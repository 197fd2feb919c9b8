// Package filter reads the SCIM-like expressions that Okta takes in its
// "filter" and "search" parameters, and decides whether a thing matches one.
//
// The grammar is that of developer.okta.com/docs/reference/core-okta-api/#filter:
// attribute operator value, "pr", and, or, not, parentheses. Operators are
// case-insensitive, attribute names are not. Square brackets are refused, as
// Okta refuses them. What attributes exist, and which operators each of them
// takes, is the caller's business.
package filter

import (
	"cmp"
	"math"
	"strings"
	"time"
)

// Op is a comparison operator, in lower case.
type Op string

// The operators of Okta's filter and search parameters.
const (
	Equal        Op = "eq"
	NotEqual     Op = "ne"
	Contains     Op = "co"
	StartsWith   Op = "sw"
	EndsWith     Op = "ew"
	Present      Op = "pr"
	Greater      Op = "gt"
	GreaterEqual Op = "ge"
	Less         Op = "lt"
	LessEqual    Op = "le"
)

// Expr is a parsed expression: And, Or, Not or Comparison.
type Expr interface {
	match(m *Matcher) bool
}

// And holds when both sides hold.
type And struct{ Left, Right Expr }

// Or holds when one side holds.
type Or struct{ Left, Right Expr }

// Not holds when the inner expression does not.
type Not struct{ Expr Expr }

// Comparison is one attribute against one literal. Value is a string, a
// float64, a bool or nil; for Present it is nil.
type Comparison struct {
	Attr  string
	Op    Op
	Value any
}

// Matcher answers for one thing what its attributes hold.
type Matcher struct {
	// Values returns the values of an attribute: none when it is absent,
	// several when it is a list. A value is a string, float64, bool or
	// time.Time.
	Values func(attr string) []any
	// Fold makes comparisons of strings ignore case.
	Fold bool
}

// Match says whether the thing that m speaks for matches e.
func (m *Matcher) Match(e Expr) bool { return e.match(m) }

func (e And) match(m *Matcher) bool { return e.Left.match(m) && e.Right.match(m) }
func (e Or) match(m *Matcher) bool  { return e.Left.match(m) || e.Right.match(m) }
func (e Not) match(m *Matcher) bool { return !e.Expr.match(m) }

// match compares any value: for a list one matching element is enough, and
// "ne" holds when no element is equal.
func (c Comparison) match(m *Matcher) bool {
	values := m.Values(c.Attr)
	switch c.Op {
	case Present:
		for _, v := range values {
			if v != nil && v != "" {
				return true
			}
		}
		return false
	case NotEqual:
		for _, v := range values {
			if compare(v, Equal, c.Value, m.Fold) {
				return false
			}
		}
		return true
	default:
		for _, v := range values {
			if compare(v, c.Op, c.Value, m.Fold) {
				return true
			}
		}
		return c.Op == Equal && c.Value == nil && len(values) == 0
	}
}

// Walk calls f for every comparison of e, left to right.
func Walk(e Expr, f func(Comparison)) {
	switch e := e.(type) {
	case And:
		Walk(e.Left, f)
		Walk(e.Right, f)
	case Or:
		Walk(e.Left, f)
		Walk(e.Right, f)
	case Not:
		Walk(e.Expr, f)
	case Comparison:
		f(e)
	}
}

// Required returns the comparisons that everything that matches e must meet:
// the operands of its topmost "and"s. An index can start from them.
func Required(e Expr) []Comparison {
	switch e := e.(type) {
	case And:
		return append(Required(e.Left), Required(e.Right)...)
	case Comparison:
		return []Comparison{e}
	default:
		return nil
	}
}

func compare(have any, op Op, want any, fold bool) bool {
	switch have := have.(type) {
	case time.Time:
		return compareTime(have, op, want)
	case string:
		s, ok := want.(string)
		if fold {
			have, s = strings.ToLower(have), strings.ToLower(s)
		}
		return ok && compareText(have, op, s)
	case float64:
		f, ok := want.(float64)
		return ok && !math.IsNaN(f) && order(cmp.Compare(have, f), op)
	case bool:
		return op == Equal && compareBool(have, want)
	default:
		return op == Equal && have == nil && want == nil
	}
}

func compareTime(have time.Time, op Op, want any) bool {
	s, ok := want.(string)
	if !ok {
		return false
	}
	at, err := ParseTime(s)
	return err == nil && order(have.Compare(at), op)
}

// compareBool takes a boolean in quotes too, since that is what people write.
func compareBool(have bool, want any) bool {
	switch want := want.(type) {
	case bool:
		return have == want
	case string:
		return have && strings.EqualFold(want, "true") || !have && strings.EqualFold(want, "false")
	default:
		return false
	}
}

func compareText(have string, op Op, want string) bool {
	switch op {
	case Contains:
		return strings.Contains(have, want)
	case StartsWith:
		return strings.HasPrefix(have, want)
	case EndsWith:
		return strings.HasSuffix(have, want)
	default:
		return order(strings.Compare(have, want), op)
	}
}

// order says whether a comparison that came out as n satisfies op.
func order(n int, op Op) bool {
	switch op {
	case Equal:
		return n == 0
	case Greater:
		return n > 0
	case GreaterEqual:
		return n >= 0
	case Less:
		return n < 0
	case LessEqual:
		return n <= 0
	default:
		return false
	}
}

// ParseTime reads a time as Okta takes it: ISO 8601 with or without
// fractions of a second, an offset or, as its users often leave out, neither.
func ParseTime(s string) (time.Time, error) {
	var first error
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02T15:04:05.999999999", "2006-01-02T15:04Z07:00", "2006-01-02"} {
		at, err := time.Parse(layout, s)
		if err == nil {
			return at, nil
		}
		if first == nil {
			first = err
		}
	}
	return time.Time{}, first
}
