package document

import (
	"slices"
	"strings"
	"time"

	"sallyport/internal/scim/fault"
	"sallyport/internal/scim/filter"
	"sallyport/internal/scim/schema"
	"sallyport/internal/value"
)

// Predicate reports whether a document, or a value of a list, is meant.
type Predicate func(v any) bool

// Compile returns what a filter asks of documents of a resource. The error is
// an invalidFilter fault: a comparison that the attribute's type does not have.
func Compile(r *schema.Resource, e filter.Expr) (Predicate, error) {
	return compile(scope{resource: r}, e)
}

// CompileValues returns what a filter in brackets asks of the values of an
// attribute; nil is an attribute that no schema knows.
func CompileValues(a *schema.Attribute, e filter.Expr) (Predicate, error) {
	return compile(scope{values: true, attr: a}, e)
}

// scope is what names in a filter are names of: a resource's attributes or the
// sub-attributes of an attribute's values.
type scope struct {
	resource *schema.Resource
	values   bool
	attr     *schema.Attribute
}

// walk calls f with each value at a path of v until f is true, and reports
// whether it was.
type walk func(v any, f func(any) bool) bool

func compile(s scope, e filter.Expr) (Predicate, error) {
	switch e := e.(type) {
	case *filter.And:
		terms, err := compileAll(s, e.Terms)
		return func(v any) bool {
			for _, t := range terms {
				if !t(v) {
					return false
				}
			}
			return true
		}, err
	case *filter.Or:
		terms, err := compileAll(s, e.Terms)
		return func(v any) bool {
			for _, t := range terms {
				if t(v) {
					return true
				}
			}
			return false
		}, err
	case *filter.Not:
		t, err := compile(s, e.Term)
		return func(v any) bool { return !t(v) }, err
	case *filter.Has:
		w, _, err := s.find(e.Path)
		return func(v any) bool { return w(v, func(any) bool { return true }) }, err
	case *filter.Compare:
		return compare(s, e)
	}
	return nil, fault.New(fault.InvalidFilter, "no filter")
}

func compileAll(s scope, terms []filter.Expr) ([]Predicate, error) {
	out := make([]Predicate, len(terms))
	for i, t := range terms {
		var err error
		if out[i], err = compile(s, t); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func compare(s scope, e *filter.Compare) (Predicate, error) {
	w, leaf, err := s.find(e.Path)
	if err != nil {
		return nil, err
	}
	if e.Op == filter.Present || e.Value == nil {
		there := func(v any) bool { return w(v, present) }
		switch e.Op {
		case filter.Present, filter.NotEqual:
			return there, nil
		case filter.Equal:
			return func(v any) bool { return !there(v) }, nil
		default:
			return nil, fault.New(fault.InvalidFilter, "%s: null has only eq and ne", e)
		}
	}
	if leaf != nil && leaf.Type == schema.Complex {
		val := leaf.Lookup("value")
		if val == nil {
			return nil, fault.New(fault.InvalidFilter, "%s: %s has sub-attributes, of which one is to be compared", e, leaf.Name)
		}
		leaf, w = val, w.field("value")
	}
	test, err := tester(leaf, e)
	if err != nil {
		return nil, err
	}
	if e.Op != filter.NotEqual {
		return func(v any) bool { return w(v, test) }, nil
	}
	// What has no value is not equal to any.
	return func(v any) bool { return w(v, test) || !w(v, present) }, nil
}

// present is true of a value that is not empty.
func present(v any) bool { return !value.Empty(v) }

// find returns the way to a path's values, and what they are.
func (s scope) find(p filter.Path) (walk, *schema.Attribute, error) {
	if s.values {
		if p.URN != "" || p.Sub != "" {
			return nil, nil, fault.New(fault.InvalidFilter, "%s: in brackets stand sub-attributes", p)
		}
		a := s.attr.Lookup(p.Attr)
		if s.attr != nil && s.attr.Type != schema.Complex && strings.EqualFold(p.Attr, "value") {
			a = s.attr
		}
		return walk(self).field(name(a, p.Attr)), a, nil
	}
	at := s.resource.Resolve(p)
	w := walk(self)
	if at.Extension != "" {
		w = w.field(at.Extension)
	}
	if at.AttrName == "" {
		return w, &schema.Attribute{Name: at.Extension, Type: schema.Complex}, nil
	}
	w = w.field(at.AttrName)
	if p.Filter != nil {
		if at.Attr != nil && at.Attr.Type != schema.Complex && !at.Attr.Multi {
			return nil, nil, fault.New(fault.InvalidFilter, "%s: %s has no values to choose from", p, at.AttrName)
		}
		match, err := CompileValues(at.Attr, p.Filter)
		if err != nil {
			return nil, nil, err
		}
		w = w.where(match)
	}
	if at.SubName != "" {
		w = w.field(at.SubName)
	}
	return w, at.Leaf(), nil
}

func name(a *schema.Attribute, written string) string {
	if a != nil {
		return a.Name
	}
	return written
}

// self walks to the value itself.
func self(v any, f func(any) bool) bool { return f(v) }

// field goes on to a field of each value, and to each item where that is a
// list. What is no object is its own value.
func (w walk) field(name string) walk {
	return func(v any, f func(any) bool) bool {
		return w(v, func(v any) bool {
			o, ok := v.(*value.Object)
			if !ok {
				return name == "value" && f(v)
			}
			_, v = Field(o, name)
			list, ok := v.([]any)
			if !ok {
				return v != nil && f(v)
			}
			return slices.ContainsFunc(list, f)
		})
	}
}

func (w walk) where(match Predicate) walk {
	return func(v any, f func(any) bool) bool {
		return w(v, func(v any) bool { return match(v) && f(v) })
	}
}

// tester returns the comparison of one value.
func tester(a *schema.Attribute, e *filter.Compare) (func(any) bool, error) {
	if a == nil {
		return untyped(e), nil
	}
	switch a.Type {
	case schema.Boolean:
		want, err := boolean(a.Name, e.Value)
		if err != nil || want == nil || e.Op != filter.Equal && e.Op != filter.NotEqual {
			return nil, fault.New(fault.InvalidFilter, "%s: a boolean is eq or ne true or false", e)
		}
		return func(v any) bool { return (v == want) == (e.Op == filter.Equal) }, nil
	case schema.Integer:
		n, ok := value.Numeric(e.Value)
		if !ok || !ordered(e.Op) {
			return nil, fault.New(fault.InvalidFilter, "%s: a number is compared with numbers by eq, ne, gt, ge, lt and le", e)
		}
		return func(v any) bool { return verdict(e.Op, value.CompareNumbers(v, n)) }, nil
	case schema.DateTime:
		return moments(e)
	case schema.Binary:
		if e.Op != filter.Equal && e.Op != filter.NotEqual {
			return nil, fault.New(fault.InvalidFilter, "%s: binary values are eq or ne", e)
		}
		return texts(e.Op, e.Value, true), nil
	default:
		return texts(e.Op, e.Value, a.CaseExact), nil
	}
}

// moments compares dates as such, and by co, sw and ew as they are written.
func moments(e *filter.Compare) (func(any) bool, error) {
	if !ordered(e.Op) {
		return texts(e.Op, e.Value, true), nil
	}
	t, ok := instant(e.Value)
	if !ok {
		return nil, fault.New(fault.InvalidFilter, "%s: a date is written as 2011-05-13T04:42:34Z", e)
	}
	return dates(e.Op, t), nil
}

// untyped compares what no schema knows by what it is.
func untyped(e *filter.Compare) func(any) bool {
	asText := texts(e.Op, e.Value, false)
	date, isDate := instant(e.Value)
	asDate := dates(e.Op, date)
	return func(v any) bool {
		if o, ok := v.(*value.Object); ok {
			_, v = Field(o, "value")
		}
		_, number := value.Float(v)
		_, wanted := value.Float(e.Value)
		if number && wanted && ordered(e.Op) {
			return verdict(e.Op, value.CompareNumbers(v, e.Value))
		}
		if _, ok := instant(v); ok && isDate && ordered(e.Op) {
			return asDate(v)
		}
		return asText(v)
	}
}

func dates(op filter.Op, want time.Time) func(any) bool {
	return func(v any) bool {
		t, ok := instant(v)
		return ok && verdict(op, t.Compare(want))
	}
}

// instant reads a date of RFC 7643 section 2.3.5; one without zone is UTC.
func instant(v any) (time.Time, bool) {
	s, ok := v.(string)
	if !ok || len(s) < len("2006-01-02T15:04:05") {
		return time.Time{}, false
	}
	if t, err := time.Parse(time.RFC3339Nano, s); err == nil {
		return t, true
	}
	t, err := time.Parse("2006-01-02T15:04:05.999999999", s)
	return t, err == nil
}

// texts compares as text, without letter case if that does not count.
func texts(op filter.Op, want any, exact bool) func(any) bool {
	fold := Fold
	if exact {
		fold = func(s string) string { return s }
	}
	w := fold(value.String(want))
	return func(v any) bool {
		s := fold(value.String(v))
		switch op {
		case filter.Contains:
			return strings.Contains(s, w)
		case filter.StartsWith:
			return strings.HasPrefix(s, w)
		case filter.EndsWith:
			return strings.HasSuffix(s, w)
		default:
			return verdict(op, strings.Compare(s, w))
		}
	}
}

// ordered reports whether a comparison asks for order or equality.
func ordered(op filter.Op) bool {
	return op != filter.Contains && op != filter.StartsWith && op != filter.EndsWith
}

// verdict says whether a comparison holds of two values in this order.
func verdict(op filter.Op, order int) bool {
	switch op {
	case filter.Equal:
		return order == 0
	case filter.NotEqual:
		return order != 0
	case filter.Greater:
		return order > 0
	case filter.GreaterOrEqual:
		return order >= 0
	case filter.Less:
		return order < 0
	case filter.LessOrEqual:
		return order <= 0
	default:
		return false
	}
}
