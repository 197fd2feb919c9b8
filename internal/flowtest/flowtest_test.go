package flowtest_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/flowtest"
	"sallyport/internal/value"
)

const one = `cases:
  - name: one
    now: 2026-03-04T12:00:00Z
    input: { who: ann }
    answers: [{ call: okta.get_user, with: { user: ann }, times: 1, outputs: { id: 1 } }]
    expect: { status: returned, outputs: { a: { b: [1, x] } }, calls: [{ call: okta.get_user, with: { user: ann } }], tables: { seen: [{ Who: ann }] } }
`

func TestRead(t *testing.T) {
	cases, err := flowtest.Read("dir/notice.test.yaml", []byte(one))
	if err != nil || len(cases) != 1 {
		t.Fatal(cases, err)
	}
	c := cases[0]
	if c.Flow != "notice" || c.Line != 2 || c.Now.Hour() != 12 || len(c.Answers) != 1 || c.Answers[0].Times != 1 || len(c.Expect.Calls) != 1 {
		t.Errorf("%+v", c)
	}
}

func TestReadRefuses(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"no cases":        {"cases: []", "x.test.yaml:1"},
		"no expectation":  {"cases: [{name: a}]", "missing property 'expect'"},
		"another key":     {"cases:\n  - name: a\n    inputs: {}\n    expect: {status: failed}", "x.test.yaml:3: cases.0.inputs: there is no such key"},
		"no time":         {"cases: [{name: a, now: noon, expect: {status: failed}}]", "now"},
		"no status":       {"cases: [{name: a, expect: {status: well}}]", "status"},
		"a call of a dot": {"cases: [{name: a, answers: [{call: okta}], expect: {status: failed}}]", "call"},
		"no YAML":         {"cases: [", "x.test.yaml:1"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := flowtest.Read("x.test.yaml", []byte(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("it says %v, want %q", err, c.want)
			}
		})
	}
}

func TestCompare(t *testing.T) {
	cases, err := flowtest.Read("notice.test.yaml", []byte(one))
	if err != nil {
		t.Fatal(err)
	}
	sound := func() flowtest.Outcome {
		return flowtest.Outcome{
			Status: "returned", Outputs: value.Map("a", value.Map("b", []any{1.0, "x"})),
			Calls:  []flowtest.Call{{Connector: "okta", Action: "get_user", Inputs: value.Map("user", "ann", "more", true)}},
			Tables: map[string][]*value.Object{"seen": {value.Map("Who", "ann", "When", "now")}},
		}
	}
	for name, c := range map[string]struct {
		change func(*flowtest.Outcome)
		want   []string
	}{
		"as expected":      {func(*flowtest.Outcome) {}, nil},
		"another status":   {func(o *flowtest.Outcome) { o.Status, o.Error = "failed", "it broke" }, []string{"status: failed, want returned: it broke"}},
		"another value":    {func(o *flowtest.Outcome) { o.Outputs = value.Map("a", value.Map("b", []any{2.0, "x"})) }, []string{"outputs.a.b[0]: 2, want 1"}},
		"one more value":   {func(o *flowtest.Outcome) { o.Outputs.Set("c", 1.0) }, []string{"outputs.c: 1, which nobody expects"}},
		"one value less":   {func(o *flowtest.Outcome) { o.Outputs = nil }, []string{`outputs.a: nothing, want {"b":[1,"x"]}`}},
		"no call":          {func(o *flowtest.Outcome) { o.Calls = nil }, []string{"call 1: none, want okta.get_user"}},
		"another call":     {func(o *flowtest.Outcome) { o.Calls[0].Action = "x" }, []string{`call 1: okta.x {"user":"ann","more":true}, want okta.get_user`}},
		"one call more":    {func(o *flowtest.Outcome) { o.Calls = append(o.Calls, flowtest.Call{Connector: "a", Action: "b"}) }, []string{"call 2: a.b {}, which nobody expects"}},
		"another input":    {func(o *flowtest.Outcome) { o.Calls[0].Inputs = value.Map("user", "bob") }, []string{`call 1 (okta.get_user).user: "bob", want "ann"`}},
		"no row":           {func(o *flowtest.Outcome) { o.Tables = nil }, []string{"table seen: 0 rows, want 1: []"}},
		"another row":      {func(o *flowtest.Outcome) { o.Tables["seen"][0] = value.Map("Who", "bob") }, []string{`table seen, row 1.Who: "bob", want "ann"`}},
		"a list for a map": {func(o *flowtest.Outcome) { o.Outputs = value.Map("a", []any{}) }, []string{`outputs.a: [], want {"b":[1,"x"]}`}},
	} {
		t.Run(name, func(t *testing.T) {
			got := sound()
			c.change(&got)
			if diff := cmp.Diff(c.want, cases[0].Expect.Compare(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPick(t *testing.T) {
	answers := []flowtest.Answer{{Call: "a.b", With: value.Map("x", 1.0), Times: 1}, {Call: "a.b"}}
	call := flowtest.Call{Connector: "a", Action: "b", Inputs: value.Map("x", 1.0)}
	if i, ok := flowtest.Pick(answers, []int{0, 0}, call); !ok || i != 0 {
		t.Errorf("the first fits: %d, %v", i, ok)
	}
	if i, ok := flowtest.Pick(answers, []int{1, 0}, call); !ok || i != 1 {
		t.Errorf("the first is used up: %d, %v", i, ok)
	}
	if _, ok := flowtest.Pick(answers, []int{0, 0}, flowtest.Call{Connector: "a", Action: "c"}); ok {
		t.Error("nothing fits another call")
	}
}

func FuzzRead(f *testing.F) {
	f.Add(one)
	f.Add("cases: [{name: a, expect: {status: failed}}]")
	f.Fuzz(func(t *testing.T, text string) {
		cases, err := flowtest.Read("x.test.yaml", []byte(text))
		if err == nil && len(cases) == 0 {
			t.Error("no cases, and no error")
		}
		for _, c := range cases {
			c.Expect.Compare(flowtest.Outcome{})
		}
	})
}
