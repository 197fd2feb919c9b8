package app_test

import (
	"testing"

	"sallyport/internal/value"
)

// What is compared is of the kind that the card declares, in every card that
// compares, wherever it comes from.
func TestOperands(t *testing.T) {
	for name, tt := range map[string]struct {
		left, operator, right string
		a, b                  any
		want                  bool
	}{
		"numbers, below":         {"number", "<", "number", "9", "80", true},
		"numbers, equal":         {"number", "==", "number", "1.0", "1", true},
		"texts, below":           {"string", "<", "string", 80.0, 9.0, true},
		"texts, equal":           {"string", "==", "string", 5.0, "5", true},
		"dates, below":           {"Date", "<", "Date", "2/1/2024", "10/1/2024", true},
		"dates, equal":           {"Date", "==", "Date", "2024-01-01T00:00:00Z", "2024-01-01T00:00:00.000Z", true},
		"dates, unequal":         {"Date", "!=", "Date", "2024-01-01", "2024-01-01T00:00:00Z", false},
		"booleans":               {"boolean", "==", "boolean", "true", "True", true},
		"an item of a list":      {"string", "in", "string[]", "a", "abc", false},
		"an empty object":        {"object", "is empty", "string", "{}", nil, true},
		"an empty list":          {"string[]", "is empty", "string", "[]", nil, true},
		"objects":                {"object", "==", "object", `{"a":1}`, value.Map("a", 1.0), true},
		"an object in a text":    {"string", "is empty", "string", value.NewObject(0), nil, true},
		"a list that has":        {"string", "has", "string", []any{"abc"}, "b", false},
		"a number and a date":    {"number", "==", "Date", "x", "2024-01-01", false},
		"a text that is no kind": {"number", "==", "string", "x", "x", true},
	} {
		t.Run(name, func(t *testing.T) {
			from := start(slot{key: "l", typ: tt.left}, slot{key: "r", typ: tt.right})
			operands := []slot{{key: "left-operand", typ: tt.left, data: wire{from, "l"}}, {key: "operator", typ: "string", data: tt.operator}, {key: "right-operand", typ: tt.right, data: wire{from, "r"}}}
			compare := &box{address: "boolean:compare", in: operands, out: []slot{{key: "result", typ: "boolean"}}}
			assign := &box{address: "control:assignIf", in: append(operands[:3:3], slot{key: "valueIfTrue", typ: "string", data: "yes"}, slot{key: "valueIfFalse", typ: "string", data: "no"}), out: []slot{{key: "output", typ: "string"}}}
			goOn := &box{address: "control:continueIf", in: append(operands[:3:3], slot{key: "otherwise/message", typ: "string", data: "no"})}
			input := value.Map("l", tt.a, "r", tt.b)
			want := `{"compare":false,"assign":"no"}`
			if tt.want {
				want = `{"compare":true,"assign":"yes"}`
			}
			if got := (flows{"main": {from, compare, assign, give(slot{key: "compare", typ: "boolean", data: wire{compare, "result"}}, slot{key: "assign", typ: "string", data: wire{assign, "output"}})}}).play(t, input); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
			want = `{}`
			if tt.want {
				want = `{"went":"on"}`
			}
			if got := (flows{"main": {from, goOn, give(slot{key: "went", typ: "string", data: "on"})}}).play(t, input); got != want {
				t.Errorf("Continue If gave %s, want %s", got, want)
			}
		})
	}
}
