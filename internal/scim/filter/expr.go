// Package filter reads the filters and the attribute paths of SCIM (RFC 7644
// sections 3.4.2.2 and 3.5.2). It knows the grammar and no schema: what a name
// means, and how values compare, is the reader's.
package filter

import (
	"strings"

	"sallyport/internal/value"
)

// Op is a comparison.
type Op string

// The comparisons. Present has no value to compare with.
const (
	Equal          Op = "eq"
	NotEqual       Op = "ne"
	Contains       Op = "co"
	StartsWith     Op = "sw"
	EndsWith       Op = "ew"
	Greater        Op = "gt"
	GreaterOrEqual Op = "ge"
	Less           Op = "lt"
	LessOrEqual    Op = "le"
	Present        Op = "pr"
)

// Expr is a filter: one of *[And], *[Or], *[Not], *[Compare] and *[Has].
// String writes it so that [Parse] reads it again.
type Expr interface {
	String() string
	precedence() int
}

// And holds where all of its terms, two or more, hold.
type And struct{ Terms []Expr }

// Or holds where one of its terms, two or more, holds.
type Or struct{ Terms []Expr }

// Not holds where its term does not.
type Not struct{ Term Expr }

// Compare holds where a value at the path compares so. The value is a text, a
// number, a boolean or null.
type Compare struct {
	Path  Path
	Op    Op
	Value any
}

// Has holds where the path, which has a filter, leads to a value:
// emails[type eq "work"].
type Has struct{ Path Path }

// Path names an attribute: urn:…:User:emails[type eq "work"].value. Names are
// as they were written: they mean the same in any letter case.
type Path struct {
	URN    string // of the schema; often none
	Attr   string
	Filter Expr // nil for none; its paths are of sub-attributes
	Sub    string
}

func (*Or) precedence() int      { return 1 }
func (*And) precedence() int     { return 2 }
func (*Not) precedence() int     { return 3 }
func (*Compare) precedence() int { return 3 }
func (*Has) precedence() int     { return 3 }

func (e *And) String() string { return joined(e.Terms, " and ", e.precedence()) }

func (e *Or) String() string { return joined(e.Terms, " or ", e.precedence()) }

func (e *Not) String() string { return "not (" + e.Term.String() + ")" }

func (e *Has) String() string { return e.Path.String() }

func (e *Compare) String() string {
	if e.Op == Present {
		return e.Path.String() + " pr"
	}
	return e.Path.String() + " " + string(e.Op) + " " + string(value.JSON(e.Value))
}

func joined(terms []Expr, word string, precedence int) string {
	var b strings.Builder
	for i, t := range terms {
		if i > 0 {
			b.WriteString(word)
		}
		if t.precedence() <= precedence {
			b.WriteString("(" + t.String() + ")")
		} else {
			b.WriteString(t.String())
		}
	}
	return b.String()
}

// String returns the path as it is written.
func (p Path) String() string {
	s := p.Attr
	if p.URN != "" {
		s = p.URN + ":" + s
	}
	if p.Filter != nil {
		s += "[" + p.Filter.String() + "]"
	}
	if p.Sub != "" {
		s += "." + p.Sub
	}
	return s
}
