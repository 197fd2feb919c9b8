package rule

import (
	"fmt"
	"slices"
	"strings"

	"sallyport/internal/detect"
)

// unreachable says which parts of a condition no event can fulfil, because two
// of its comparisons exclude each other. It knows of what stands alone in an
// event: in lists, each of two values can be that of another element.
func unreachable(e detect.Expr) []string {
	var dead []string
	reach(e, nil, &dead)
	slices.Sort(dead)
	return slices.Compact(dead)
}

// reach reports whether a condition can hold where others hold already, and
// notes the parts that cannot.
func reach(e detect.Expr, held []detect.Expr, dead *[]string) bool {
	switch e := e.(type) {
	case detect.Always:
		if !e {
			*dead = append(*dead, "this never holds")
		}
		return bool(e)
	case detect.And:
		parts := flat(e)
		for _, p := range parts {
			if _, ok := p.(detect.Or); !ok && !fits(p, held, dead) {
				return false
			}
			held = append(slices.Clone(held), p)
		}
		for _, p := range parts {
			if or, ok := p.(detect.Or); ok && !reach(or, held, dead) {
				return false
			}
		}
		return true
	case detect.Or:
		any := len(e) == 0
		for _, p := range e {
			any = reach(p, held, dead) || any
		}
		return any
	default:
		return fits(e, held, dead)
	}
}

// flat takes the parts of inner Ands out.
func flat(e detect.And) []detect.Expr {
	var parts []detect.Expr
	for _, p := range e {
		if inner, ok := p.(detect.And); ok {
			parts = append(parts, flat(inner)...)
		} else {
			parts = append(parts, p)
		}
	}
	return parts
}

func fits(e detect.Expr, held []detect.Expr, dead *[]string) bool {
	for _, h := range held {
		if !excludes(h, e) {
			continue
		}
		*dead = append(*dead, fmt.Sprintf("%v and %v never hold together", h, e))
		return false
	}
	return true
}

// excludes reports whether two conditions cannot hold of one event.
func excludes(a, b detect.Expr) bool {
	if not, ok := a.(detect.Not); ok {
		a, b = b, not
	}
	if not, ok := b.(detect.Not); ok {
		return fmt.Sprint(a) == fmt.Sprint(not.Expr) || within(a, not.Expr)
	}
	x, ok := a.(detect.Test)
	y, ok2 := b.(detect.Test)
	if !ok || !ok2 || !strings.EqualFold(x.Path, y.Path) || repeats(x.Path) {
		return false
	}
	if x.Op == detect.Absent || y.Op == detect.Absent {
		return x.Op != y.Op && x.Op != detect.Exists && y.Op != detect.Exists
	}
	return x.Op == detect.Equal && y.Op == detect.Equal && !slices.ContainsFunc(x.Values, func(v detect.Value) bool {
		return slices.ContainsFunc(y.Values, func(w detect.Value) bool { return equal(v, w) })
	})
}

// within reports whether every value that a test lets through is one that
// another test lets through.
func within(a, b detect.Expr) bool {
	x, ok := a.(detect.Test)
	y, ok2 := b.(detect.Test)
	if !ok || !ok2 || !strings.EqualFold(x.Path, y.Path) || repeats(x.Path) || x.Op != detect.Equal || y.Op != detect.Equal {
		return false
	}
	return !slices.ContainsFunc(x.Values, func(v detect.Value) bool {
		return !slices.ContainsFunc(y.Values, func(w detect.Value) bool { return equal(v, w) })
	})
}

func equal(a, b detect.Value) bool {
	return a.IsNum && b.IsNum && a.Number == b.Number || strings.EqualFold(a.Text, b.Text) || a.IsNum != b.IsNum
}

// repeats reports whether a path leads through a list of an event, or may.
func repeats(path string) bool {
	for _, list := range []string{"target", "request.ipchain", "client.ipchain", "securitycontext.userbehaviors", "securitycontext.risk.reasons"} {
		if p := strings.ToLower(path); p == list || strings.HasPrefix(p, list+".") {
			return true
		}
	}
	return strings.Contains(path, "{}") || strings.HasPrefix(path, "data.details.")
}
