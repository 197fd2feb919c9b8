package detect_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/detect"
	"sallyport/internal/scan"
)

func matcher(t testing.TB, es []detect.Expr, extract ...string) *detect.Matcher {
	t.Helper()
	rules := make([]detect.Rule, len(es))
	for i, e := range es {
		rules[i] = detect.Rule{ID: "r", Expr: e}
	}
	p, err := detect.Compile(rules, extract...)
	if err != nil {
		t.Fatal(err)
	}
	return p.Matcher()
}

func TestOperations(t *testing.T) {
	for want, es := range map[bool]map[string]detect.Expr{true: holding(), false: failing()} {
		for name, e := range es {
			m := matcher(t, []detect.Expr{e})
			for range 2 { // the second time with a plan that is made
				hits, err := m.Match([]byte(signOn))
				if err != nil {
					t.Fatal(err)
				}
				if (len(hits) == 1) != want {
					t.Errorf("%s: %v: hits %v", name, e, hits)
				}
			}
		}
	}
}

// All of them together give what each gives alone.
func TestOperationsTogether(t *testing.T) {
	var es []detect.Expr
	var want []int
	for _, e := range holding() {
		want = append(want, len(es))
		es = append(es, e)
	}
	for _, e := range failing() {
		es = append(es, e)
	}
	m := matcher(t, es)
	for range 2 {
		hits, err := m.Match([]byte(signOn))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, hits); diff != "" {
			t.Error(diff)
		}
	}
}

func TestMalformed(t *testing.T) {
	m := matcher(t, []detect.Expr{test("a.b", detect.Exists)})
	_, err := m.Match([]byte(`{"a":{"c":[1,2,],"b":1}}`))
	if e, ok := errors.AsType[*scan.SyntaxError](err); !ok || e.Offset != 15 {
		t.Errorf("error is %v, want one at byte 15", err)
	}
	if hits, err := m.Match([]byte(`{"a":{"b":1}}`)); err != nil || len(hits) != 1 {
		t.Errorf("after a malformed event: %v, %v", hits, err)
	}
}

func TestExtracted(t *testing.T) {
	m := matcher(t, []detect.Expr{detect.Always(true)}, "target.id", "actor.alternateId", "outcome.reason", "target.1.tags")
	if _, err := m.Match([]byte(signOn)); err != nil {
		t.Fatal(err)
	}
	for i, want := range [][]string{{"u1", "a1"}, {"Ada@Acme.example"}, nil, {"x", "y", "2"}} {
		if diff := cmp.Diff(want, m.Extracted(i)); diff != "" {
			t.Errorf("extract %d: %s", i, diff)
		}
	}
}

func TestCompileRefuses(t *testing.T) {
	for name, e := range map[string]detect.Expr{
		"nothing":               nil,
		"a pattern is missing":  detect.Test{Path: "a", Op: detect.Matches, Values: texts("x")},
		"a network is missing":  detect.Test{Path: "a", Op: detect.InNetwork, Values: texts("x")},
		"there is no operation": detect.And{detect.Test{Path: "a", Op: 99, Values: texts("x")}},
		"in an element":         detect.Same{Path: "a", Expr: detect.Not{}},
		"in all":                detect.Or{detect.Test{Path: "a", Op: detect.Matches, Values: texts("x", "y"), All: true}},
	} {
		if _, err := detect.Compile([]detect.Rule{{ID: "r7", Expr: e}}); err == nil || !strings.Contains(err.Error(), "r7") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPaths(t *testing.T) {
	e := detect.And{
		test("b", detect.Equal, "x"),
		detect.Not{Expr: test("a.b", detect.SameAs, "c")},
		detect.Or{detect.Same{Path: "target", Expr: test("type", detect.Exists)}, detect.Keyword{Values: texts("k")}, test("b", detect.Exists)},
	}
	if diff := cmp.Diff([]string{"a.b", "b", "c", "target", "target.type"}, detect.Paths(e)); diff != "" {
		t.Error(diff)
	}
	const want = `and(b equal "x", not(a.b sameas "c"), or(same target(type exists), keyword "k", b exists))`
	if got := e.String(); got != want {
		t.Errorf("it says %s", got)
	}
}

// An event of which no rule holds costs no allocation.
func TestNoAllocation(t *testing.T) {
	es := slices.Collect(func(yield func(detect.Expr) bool) {
		for name, e := range failing() {
			if !strings.Contains(name, "keyword") && !strings.Contains(name, "time") && !yield(e) {
				return
			}
		}
	})
	var many []detect.Value
	for i := range 100 {
		many = append(many, detect.Value{Text: fmt.Sprintf("Users/%d", i)})
	}
	es = append(es, detect.Test{Path: "requestUri", Op: detect.Contains, Values: many})
	m := matcher(t, es)
	raw := []byte(signOn)
	if n := testing.AllocsPerRun(100, func() {
		if hits, err := m.Match(raw); err != nil || len(hits) > 0 {
			t.Fatal(hits, err)
		}
	}); n > 0 {
		t.Errorf("%v allocations an event", n)
	}
}
