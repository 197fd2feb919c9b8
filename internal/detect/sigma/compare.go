package sigma

import (
	"fmt"
	"math"
	"net/netip"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"sallyport/internal/detect"
)

// comparisons collects the tests of one field, those of one kind together.
type comparisons struct {
	path  string
	mods  modifiers
	tests []detect.Expr
}

func (c *comparisons) add(op detect.Op, values ...detect.Value) {
	for i, e := range c.tests {
		if t, ok := e.(detect.Test); ok && t.Op == op {
			t.Values = append(t.Values, values...)
			c.tests[i] = t
			return
		}
	}
	c.tests = append(c.tests, detect.Test{Path: c.path, Op: op, Values: values, Cased: c.mods.cased})
}

// expr joins what was collected.
func (c *comparisons) expr() detect.Expr {
	for i, e := range c.tests {
		if t, ok := e.(detect.Test); ok && c.mods.all && len(t.Values) > 1 {
			t.All = true
			c.tests[i] = t
		}
	}
	var e detect.Expr
	switch {
	case len(c.tests) == 1:
		e = c.tests[0]
	case c.mods.all:
		e = detect.And(c.tests)
	default:
		e = detect.Or(c.tests)
	}
	if c.mods.neq {
		e = detect.Not{Expr: e}
	}
	return e
}

// compare compares a field with values.
func (r *reader) compare(at string, values []*yaml.Node, path string, mods modifiers) detect.Expr {
	c := &comparisons{path: at, mods: mods}
	for _, n := range values {
		if err := r.one(c, n); err != nil {
			r.fail(n, path, err.Error())
		}
	}
	if len(c.tests) == 0 {
		return detect.Always(false)
	}
	return c.expr()
}

// one adds the comparison with one value.
func (r *reader) one(c *comparisons, n *yaml.Node) error {
	switch m := c.mods; {
	case m.compare == "exists":
		return c.exists(n)
	case isNull(n):
		if m.compare != "" || m.part != "" || m.fieldref || len(m.encodings) > 0 || m.expand {
			return fmt.Errorf("null goes with no modifier but neq and all")
		}
		c.tests = append(c.tests, detect.Test{Path: c.path, Op: detect.Absent})
		return nil
	case m.part != "":
		return c.timePart(n)
	case m.compare == "cidr":
		return c.network(n)
	case m.compare == "lt" || m.compare == "lte" || m.compare == "gt" || m.compare == "gte":
		return c.ordered(n)
	case m.fieldref:
		return r.fieldRef(c, n)
	case m.compare == "re":
		return r.expression(c, n)
	}
	return r.textual(c, n)
}

func (c *comparisons) exists(n *yaml.Node) error {
	var there bool
	if err := n.Decode(&there); err != nil {
		if there, err = strconv.ParseBool(n.Value); err != nil {
			return fmt.Errorf("exists has the value true or false")
		}
	}
	var e detect.Expr = detect.Test{Path: c.path, Op: detect.Exists}
	if !there {
		e = detect.Not{Expr: e}
	}
	c.tests = append(c.tests, e)
	return nil
}

// number reads a number, or a text that is one.
func number(n *yaml.Node) (float64, error) {
	var f float64
	if err := n.Decode(&f); err != nil {
		if f, err = strconv.ParseFloat(n.Value, 64); err != nil {
			return 0, fmt.Errorf("%q is no number, and one is wanted here", n.Value)
		}
	}
	if math.IsInf(f, 0) || math.IsNaN(f) {
		return 0, fmt.Errorf("%q is no number that an event can have", n.Value)
	}
	return f, nil
}

func (c *comparisons) ordered(n *yaml.Node) error {
	f, err := number(n)
	if err == nil {
		op := map[string]detect.Op{"lt": detect.Less, "lte": detect.LessEqual, "gt": detect.Greater, "gte": detect.GreaterEqual}[c.mods.compare]
		c.add(op, detect.Value{Number: f, IsNum: true})
	}
	return err
}

// timePart compares a part of a time. Since each part has few values, an order
// is a list of them.
func (c *comparisons) timePart(n *yaml.Node) error {
	f, err := number(n)
	if err != nil {
		return err
	}
	part := map[string]struct {
		op        detect.Op
		low, high float64
	}{
		"minute": {detect.Minute, 0, 59}, "hour": {detect.Hour, 0, 23}, "day": {detect.Day, 1, 31},
		"week": {detect.Week, 1, 53}, "month": {detect.Month, 1, 12}, "year": {detect.Year, 1970, 2170},
	}[c.mods.part]
	if f != math.Trunc(f) || f < part.low || f > part.high {
		return fmt.Errorf("a %s is a whole number from %g to %g", c.mods.part, part.low, part.high)
	}
	var values []detect.Value
	for v := part.low; v <= part.high; v++ {
		if holds := map[string]bool{"": v == f, "lt": v < f, "lte": v <= f, "gt": v > f, "gte": v >= f}; holds[c.mods.compare] {
			values = append(values, detect.Value{Number: v, IsNum: true})
		}
	}
	if len(values) == 0 {
		return fmt.Errorf("no %s is %s %g", c.mods.part, c.mods.compare, f)
	}
	c.add(part.op, values...)
	return nil
}

func (c *comparisons) network(n *yaml.Node) error {
	prefix, err := netip.ParsePrefix(n.Value)
	if addr, single := netip.ParseAddr(n.Value); err != nil && single == nil {
		prefix, err = addr.WithZone("").Prefix(addr.BitLen())
	}
	if err != nil {
		return fmt.Errorf("%q is no network; write one such as 192.0.2.0/24 or 2001:db8::/32", n.Value)
	}
	c.add(detect.InNetwork, detect.Value{Prefix: prefix.Masked()})
	return nil
}

func (r *reader) fieldRef(c *comparisons, n *yaml.Node) error {
	before := len(r.faults)
	at, ok := r.path(n, n.Value, c.path, false)
	if !ok {
		r.faults = r.faults[:before]
		return fmt.Errorf("%q is no field", n.Value)
	}
	op := map[string]detect.Op{
		"contains": detect.ContainsOther, "startswith": detect.StartsWithOther, "endswith": detect.EndsWithOther, "": detect.SameAs,
	}[c.mods.compare]
	c.add(op, detect.Value{Text: at})
	return nil
}

// textual compares with a text, a number or a boolean.
func (r *reader) textual(c *comparisons, n *yaml.Node) error {
	if v, ok, err := plainNumber(n); err != nil {
		return err
	} else if ok && c.mods.compare == "" && len(c.mods.encodings) == 0 {
		c.add(detect.Equal, v)
		return nil
	}
	texts, err := r.expanded(n, c.mods.expand)
	if err != nil {
		return err
	}
	for _, text := range texts {
		patterns, err := encode(parsePattern(text), c.mods.encodings)
		if err != nil {
			return err
		}
		op := c.mods.operation()
		for _, p := range patterns {
			if text, ok := p.literal(); ok && text == "" && op != detect.Equal {
				return fmt.Errorf("every text has an empty one in it; write what to look for, or exists: true")
			}
			op, text := p.around(op).test()
			c.add(op, detect.Value{Text: text})
		}
	}
	return nil
}

// plainNumber is the value of an unquoted number. One that a float64 cannot
// hold is compared by how it is written.
func plainNumber(n *yaml.Node) (detect.Value, bool, error) {
	switch n.ShortTag() {
	case "!!int", "!!float":
	default:
		return detect.Value{}, false, nil
	}
	f, err := number(n)
	if err != nil {
		return detect.Value{}, false, err
	}
	if math.Abs(f) >= 1<<53 && n.ShortTag() == "!!int" {
		return detect.Value{Text: strings.ReplaceAll(n.Value, "_", "")}, true, nil
	}
	return detect.Value{Number: f, IsNum: true}, true, nil
}

// keywords looks for texts in the whole event.
func (r *reader) keywords(values []*yaml.Node, path string, mods modifiers) detect.Expr {
	if mods.compare != "" && mods.compare != "contains" || mods.part != "" || mods.fieldref || mods.neq {
		r.fail(values[0], path, "texts without a field are found anywhere in the event; name a field, or use no modifier but all, cased, expand and encodings")
		return detect.Always(false)
	}
	k := detect.Keyword{All: mods.all, Cased: mods.cased}
	for _, n := range values {
		if isNull(n) || n.Value == "" {
			r.fail(n, path, "an empty text is in every event; write what to look for")
			continue
		}
		texts, err := r.expanded(n, mods.expand)
		for _, text := range texts {
			var patterns []pattern
			if patterns, err = encode(parsePattern(text), mods.encodings); err != nil {
				break
			}
			for _, p := range patterns {
				k.Values = append(k.Values, detect.Value{Text: p.String()})
			}
		}
		if err != nil {
			r.fail(n, path, err.Error())
		}
	}
	if k.All && len(k.Values) == 1 {
		k.All = false
	}
	return k
}
