package table

import (
	"cmp"
	"slices"
	"strings"

	"sallyport/internal/errs"
	"sallyport/internal/value"
)

// Query says which rows, in which order.
type Query struct {
	Where      []Term
	Search     string // a text that some column contains, in any case
	Sort       string // a column's name; "" is the order of insertion
	Descending bool
	Limit      int // 0 is all
	Offset     int
}

// Term is one condition, or a group of them; all of a query hold.
type Term struct {
	Column string `json:"column"`
	Op     Op     `json:"op"`
	Value  any    `json:"value"`
	Any    []Term `json:"any,omitempty"` // one of these at least
	All    []Term `json:"all,omitempty"` // every one of these
}

// maxGroups bounds how deep groups of conditions are nested.
const maxGroups = 20

// Group reports whether the term is a group.
func (w Term) Group() bool { return len(w.Any) > 0 || len(w.All) > 0 }

// Op compares a column with a value.
type Op string

// The comparisons. Texts are compared exactly, case and all.
const (
	Is       Op = "="
	IsNot    Op = "!="
	Less     Op = "<"
	AtMost   Op = "<="
	More     Op = ">"
	AtLeast  Op = ">="
	Contains Op = "contains"
	IsEmpty  Op = "empty"
	NotEmpty Op = "not_empty"
)

// Ops lists the comparisons.
func Ops() []Op {
	return []Op{Is, IsNot, Less, AtMost, More, AtLeast, Contains, IsEmpty, NotEmpty}
}

// MaxRows is the most rows that one search returns.
const MaxRows = 10_000

// Prepare returns the query with its values in the types of their columns, or
// what is wrong with it.
func (t *Table) Prepare(q Query) (Query, error) {
	var err error
	if q.Where, err = t.prepared(q.Where, 0); err != nil {
		return q, err
	}
	if _, ok := t.kindOf(q.Sort); q.Sort != "" && !ok {
		return q, errs.New(errs.Invalid, "the table %q has no column %q to sort by", t.Title, q.Sort)
	}
	return q, nil
}

// prepared returns terms with their values in the types of their columns.
func (t *Table) prepared(terms []Term, depth int) ([]Term, error) {
	if depth > maxGroups {
		return nil, errs.New(errs.Invalid, "where: groups are nested deeper than %d", maxGroups)
	}
	out := slices.Clone(terms)
	for i, w := range out {
		var err error
		if w.Group() {
			if out[i].Any, err = t.prepared(w.Any, depth+1); err == nil {
				out[i].All, err = t.prepared(w.All, depth+1)
			}
		} else {
			out[i].Value, err = t.operand(w)
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// operand returns a term's value in the type of its column.
func (t *Table) operand(w Term) (any, error) {
	kind, ok := t.kindOf(w.Column)
	if !ok {
		return nil, errs.New(errs.Invalid, "the table %q has no column %q", t.Title, w.Column)
	}
	if !slices.Contains(Ops(), w.Op) {
		return nil, errs.New(errs.Invalid, "column %q: there is no comparison %q", w.Column, w.Op)
	}
	if w.Op == Contains {
		kind = value.Text
	}
	v, err := value.Convert(w.Value, kind)
	if err != nil {
		return nil, errs.New(errs.Invalid, "column %q: %v", w.Column, err)
	}
	return v, nil
}

func (t *Table) kindOf(column string) (value.Kind, bool) {
	switch column {
	case RowID:
		return value.Text, true
	case CreatedAt, UpdatedAt:
		return value.Date, true
	}
	c, ok := t.Column(column)
	return c.Type, ok
}

// field returns a row's value of a column, its own fields among them.
func (r Row) field(column string) any {
	switch column {
	case RowID:
		return r.ID
	case CreatedAt:
		return value.Instant(r.CreatedAt)
	case UpdatedAt:
		return value.Instant(r.UpdatedAt)
	}
	return r.Values.At(column)
}

// Match reports whether a row is one that a prepared query asks for.
func (q Query) Match(r Row) bool {
	for _, w := range q.Where {
		if !w.holds(r) {
			return false
		}
	}
	if q.Search == "" {
		return true
	}
	needle := strings.ToLower(q.Search)
	for _, v := range r.Values.All() {
		if strings.Contains(strings.ToLower(value.String(v)), needle) {
			return true
		}
	}
	return false
}

// holds reports whether a term, or group, holds for a row.
func (w Term) holds(r Row) bool {
	if !w.Group() {
		return w.match(r.field(w.Column))
	}
	some := func(t Term) bool { return t.holds(r) }
	fails := func(t Term) bool { return !t.holds(r) }
	return (len(w.Any) == 0 || slices.ContainsFunc(w.Any, some)) && !slices.ContainsFunc(w.All, fails)
}

func (w Term) match(v any) bool {
	switch w.Op {
	case IsEmpty:
		return value.Empty(v)
	case NotEmpty:
		return !value.Empty(v)
	case Contains:
		return strings.Contains(value.String(v), value.String(w.Value))
	case Is:
		return value.Equal(v, w.Value) || value.Empty(v) && value.Empty(w.Value)
	case IsNot:
		return !value.Equal(v, w.Value) && (!value.Empty(v) || !value.Empty(w.Value))
	default:
	}
	if v == nil || w.Value == nil {
		return false
	}
	c := compare(v, w.Value)
	switch w.Op {
	case Less:
		return c < 0
	case AtMost:
		return c <= 0
	case More:
		return c > 0
	default:
		return c >= 0
	}
}

// compare orders two values of one column; null comes first.
func compare(a, b any) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return -1
	case b == nil:
		return 1
	}
	return value.Order(a, b)
}

// Apply returns the rows of a prepared query, in its order, and how many there
// are without its limit.
func (q Query) Apply(rows []Row) ([]Row, int) {
	out := make([]Row, 0, len(rows))
	for _, r := range rows {
		if q.Match(r) {
			out = append(out, r)
		}
	}
	slices.SortStableFunc(out, func(a, b Row) int {
		c := 0
		if q.Sort != "" {
			c = compare(a.field(q.Sort), b.field(q.Sort))
		} else {
			c = cmp.Compare(a.Seq, b.Seq)
		}
		if q.Descending {
			c = -c
		}
		return c
	})
	total := len(out)
	out = out[min(q.Offset, total):]
	if q.Limit > 0 && len(out) > q.Limit {
		out = out[:q.Limit]
	}
	return out, total
}
