// Package detect finds the events that rules are about. Rules of every language
// are read into one form, an [Expr] over the paths of an event; many of them are
// compiled into one [Program], which reads an event's bytes once.
//
// What is compared is what Sigma says (Sigma specification 2.1, "Sigma Rules
// Specification"), and for what it leaves open:
//
//   - A path is dotted, "actor.alternateId". Through a list it leads into every
//     element; a segment of digits is an index there, and a segment that ends in
//     "{}" is the same as without it. The name of a segment is looked for as it is
//     written, and where an object has no such member in any case. Of members that
//     are written twice the last counts.
//   - A [Test] holds if one of the values at its path passes it; a path has no
//     values where there is nothing or null, and those of every scalar element
//     where there are lists. An object is no value.
//   - Texts are compared without regard to case unless Cased is set; case is that
//     of Unicode's simple folding. A number or boolean is compared with a text by
//     how it is written; two numbers by value.
package detect

import (
	"net/netip"

	"sallyport/internal/detect/regex"
)

// Expr is a condition on one event. It is one of And, Or, Not, Test, Same,
// Keyword and Always.
type Expr interface{ expr() }

type (
	// And holds if all of its parts do; the empty one holds.
	And []Expr
	// Or holds if one of its parts does; the empty one does not.
	Or []Expr
	// Not holds if its part does not.
	Not struct{ Expr Expr }
	// Always holds, or never does.
	Always bool
)

// Test compares the values at a path.
type Test struct {
	Path   string
	Op     Op
	Values []Value // what is compared with; none of Exists and Absent
	All    bool    // every one of Values must be found at the path, not just one
	Cased  bool    // texts are compared with regard to case
}

// Same holds if the expression holds of one element of the list at Path, or of
// the value that is there; null is no element. Inside of it paths begin at that
// element, and that element is all there is of the event.
type Same struct {
	Path string
	Expr Expr
}

// Keyword holds if one of Values, or all of them, is contained in any value of
// the event, at whatever path. Values are what Like takes, unanchored.
type Keyword struct {
	Values []Value
	All    bool
	Cased  bool
}

// Value is what a value of an event is compared with; each operation says which
// field it reads.
type Value struct {
	Text   string       // of the comparisons of texts; of those with another path that path
	Number float64      // of the comparisons of numbers, and of Equal if IsNum
	IsNum  bool         // Equal compares by number: 1, 1.0 and "1" are equal
	Regexp regex.Regexp // of Matches
	Prefix netip.Prefix // of InNetwork
}

// Op is a comparison.
type Op uint8

// refers reports whether the comparison is with what is at another path.
func (op Op) refers() bool {
	return op == SameAs || op == ContainsOther || op == StartsWithOther || op == EndsWithOther
}

// The comparisons.
const (
	Equal           Op = iota // the text, or the number
	Contains                  // the text is a part of it
	StartsWith                // it begins with the text
	EndsWith                  // it ends with the text
	Like                      // the text, in which * stands for any text and ? for one character; \*, \? and \\ stand for themselves
	Matches                   // Regexp matches a part of it
	Less                      // as a number; what is no number is not less
	LessEqual                 //
	Greater                   //
	GreaterEqual              //
	Before                    // as a text, byte by byte and with regard to case, it sorts before the text; for Okta's gt, ge, lt, le on texts
	NotAfter                  //
	After                     //
	NotBefore                 //
	InNetwork                 // as an IP address it is in Prefix
	SameAs                    // one of the values at the path Text equals it
	Exists                    // the path leads to something, be it null, a list or an object
	HasValue                  // the path leads to a value that is not null, or to a list or object that is not empty
	Absent                    // the path leads to nothing, or to null
	Minute                    // as an RFC 3339 time, its minute in the zone that is written is Number; in the same way the others
	Hour                      //
	Day                       // of the month
	Week                      // ISO 8601
	Month                     //
	Year                      //
	ContainsOther             // one of the values at the path Text, which is not empty, is a part of it; in the same way the others
	StartsWithOther           //
	EndsWithOther             //
)

func (And) expr()     {}
func (Or) expr()      {}
func (Not) expr()     {}
func (Always) expr()  {}
func (Test) expr()    {}
func (Same) expr()    {}
func (Keyword) expr() {}
