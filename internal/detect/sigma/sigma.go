// Package sigma reads detection rules in Sigma's format (Sigma specification
// 2.1: rules, correlation rules, filters and the appendix of modifiers) and turns
// what they look for into conditions of package detect.
//
// What the specification leaves open is settled so:
//
//   - A text equals without regard to case, also after an encoding; a regular
//     expression regards it. Regular expressions are RE2's: look-around and
//     back-references are refused, since no engine bounds their time.
//   - A list of values with neq holds where none of them is equal, so also where
//     the field is missing; field: null holds where it is missing or null.
//   - true, 'true' and "TRUE" are the same value, and so are 1, 1.0 and '1'
//     unless they are written as texts in the rule.
//   - A placeholder that no value was given for is an error, not a rule that
//     fires on everything. {name} is one too where [Options] know it; see
//     [Meta.Unfilled].
//   - The condition of a filter is joined by and to the rule's own, as pySigma
//     does: a filter that takes matches away says "not selection".
//   - cased, and any order of the modifiers that are not encodings, as in pySigma.
//
// One modifier is ours: target|same has a map, or a list of maps, that must hold
// of one element of the list at target. Our own blocks of a document stand under
// the key "sallyport", where [Correlation] may stand too, with types of ours.
package sigma

import (
	"fmt"
	"time"

	"go.yaml.in/yaml/v3"

	"sallyport/internal/detect"
	"sallyport/internal/detect/correlate"
)

// Options are what a rule's text does not say.
type Options struct {
	// Placeholders are the values of %name% (with the modifier expand) and of
	// {name}. Values are patterns with wildcards, as in a rule.
	Placeholders map[string][]string
	// Fields are the paths in an event of fields that rules call otherwise.
	Fields map[string]string
	// Prefix is taken off the beginning of every field: "data." of rules that
	// were written for events in the envelope of a log stream.
	Prefix string
}

// Document is one YAML document: *Rule, *Correlation or *Filter.
type Document interface {
	// Metadata returns what the document says about itself.
	Metadata() *Meta
}

// Meta is what rules of all kinds say about themselves. What a document does not
// say is empty.
type Meta struct {
	ID             string // a UUID in lower case
	Name           string // what correlations of the same file may call it
	Title          string
	Status         string // stable, test, experimental, deprecated, unsupported
	Level          string // informational, low, medium, high, critical
	Description    string
	Author         string
	License        string // an SPDX expression
	Date, Modified string // YYYY-MM-DD
	References     []string
	Tags           []string
	FalsePositives []string
	Fields         []string
	Scope          []string
	Related        []Related
	LogSource      LogSource

	Line int // where in the text the document begins
	// Unfilled are placeholders in braces that no value was given for. They are
	// compared as they are written, so the rule does not do what it is meant to.
	Unfilled []string
	// Raw are the top-level keys that Sigma does not define.
	Raw map[string]*yaml.Node
}

// Metadata returns m.
func (m *Meta) Metadata() *Meta { return m }

// Related is a rule that a rule has to do with.
type Related struct{ ID, Type string }

// LogSource says which events a rule is about.
type LogSource struct{ Category, Product, Service, Definition string }

// Rule is a rule about one event.
type Rule struct {
	Meta
	// Expr is nil if the document has no detection, which only one with a block
	// of ours may lack.
	Expr detect.Expr
}

// Correlation is a rule about several events, which other rules find.
type Correlation struct {
	Meta
	Type    correlate.Type
	Rules   []string // ids or names of rules or correlations
	Without []string // of our type absent: those of which none may follow
	GroupBy []string // paths, or names of Aliases
	// Aliases are the paths by the name of the alias and of the rule.
	Aliases   map[string]map[string]string
	Timespan  time.Duration
	Condition correlate.Condition
	Field     []string      // the paths whose values are counted
	Learning  time.Duration // of our type first_seen: how long a group only learns
	Generate  bool          // the rules referred to are rules of their own too
}

// Filter is a condition that is added to other rules.
type Filter struct {
	Meta
	Rules []string // ids or names; of all rules if Any
	Any   bool
	Expr  detect.Expr
}

// Error says where in a text something is wrong, and what to do.
type Error struct {
	Line int    // from 1
	Path string // "detection.selection.eventType|contains"; "" of the whole
	Msg  string
}

func (e *Error) Error() string {
	if e.Path == "" {
		return fmt.Sprintf("line %d: %s", e.Line, e.Msg)
	}
	return fmt.Sprintf("line %d, %s: %s", e.Line, e.Path, e.Msg)
}
