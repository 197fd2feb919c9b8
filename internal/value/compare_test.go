package value_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/value"
)

func TestCompare(t *testing.T) {
	at := time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC)
	obj := value.Map("a", 1.0, "b.c", nil)
	list := []any{1.0, "x", obj}
	tests := map[string]struct {
		a    any
		op   string
		b    any
		want bool
	}{
		"no operator is equality":          {1.0, "", 1.0, true},
		"texts exactly":                    {"a", "==", "A", false},
		"texts alphabetically":             {"80", ">", "9", false},
		"text before text":                 {"a", "<", "b", true},
		"number and numeric text":          {-1.0, "==", " -1 ", true},
		"number and other text":            {1.0, "==", "1a", false},
		"number unlike other text":         {1.0, "!=", "1a", true},
		"number above text":                {20.0, ">", "9", true},
		"number not above a word":          {20.0, ">", "nine", false},
		"number not below a word":          {20.0, "<=", "nine", false},
		"number and hexadecimal":           {16.0, "==", "0x10", false},
		"big numbers exactly":              {value.Big("9007199254740993"), "==", value.Big("9007199254740993"), true},
		"big numbers differ":               {value.Big("9007199254740993"), "==", 9007199254740992.0, false},
		"big number and its digits":        {"9007199254740993", "==", value.Big("9007199254740993"), true},
		"big number and other digits":      {"9007199254740992", "==", value.Big("9007199254740993"), false},
		"big number above the next":        {value.Big("9007199254740993"), ">", 9007199254740992.0, true},
		"big number below the next":        {value.Big("-9007199254740993"), "<", "-9007199254740992", true},
		"big number and a fraction":        {value.Big("9007199254740993"), ">", 1.5, true},
		"big number and infinite digits":   {value.Big("9007199254740993"), "<", 1e300, true},
		"big number is a multiple":         {value.Big("9007199254740993"), "%", 3.0, true},
		"big number is no multiple":        {value.Big("9007199254740993"), "%", 2.0, false},
		"big number is no multiple of 0":   {value.Big("9007199254740993"), "%", 0.0, false},
		"big number is true":               {true, "==", value.Big("9007199254740993"), true},
		"big number in a list":             {value.Big("9007199254740993"), "in", []any{9007199254740992.0}, false},
		"big number strictly":              {value.Big("9007199254740993"), "===", value.Big("9007199254740993"), true},
		"boolean and text":                 {false, "==", "False", true},
		"boolean and yes":                  {true, "==", "yes", true},
		"boolean and number":               {true, "==", 7.0, true},
		"boolean and another word":         {false, "==", "perhaps", false},
		"boolean and null":                 {false, "==", nil, false},
		"boolean and empty text":           {false, "==", "", false},
		"false below true":                 {false, "<", true, true},
		"date and text":                    {at, "==", "2026-03-04T00:00:00Z", true},
		"date and American text":           {"03/03/2026", "<", at, true},
		"date and number of milliseconds":  {at, "==", float64(at.UnixMilli()), true},
		"date and a word":                  {at, "==", "soon", false},
		"date unlike a word":               {at, "!=", "soon", true},
		"date not before a word":           {at, "<", "soon", false},
		"date and null":                    {at, "==", nil, false},
		"null and empty text":              {nil, "==", "", true},
		"null and empty list":              {nil, "==", []any{}, true},
		"null and the text null":           {"null", "==", nil, true},
		"null and another text":            {"x", "==", nil, false},
		"empty text and the text null":     {"", "==", "null", false},
		"null and zero":                    {nil, "==", 0.0, false},
		"null is not in order":             {nil, "<", 1.0, false},
		"null is not in order, either way": {1.0, ">=", nil, false},
		"null is not even level":           {nil, "<=", nil, false},
		"lists deeply":                     {[]any{1.0, obj}, "==", []any{1.0, value.Map("b.c", nil, "a", 1.0)}, true},
		"lists differ":                     {[]any{1.0}, "!=", []any{2.0}, true},
		"list and text":                    {[]any{"a"}, "==", "a", false},
		"lists have no order":              {[]any{1.0}, "<", []any{2.0}, false},
		"strictly the same":                {1.0, "===", 1.0, true},
		"strictly another kind":            {1.0, "===", "1", false},
		"strictly unlike":                  {1.0, "!==", "1", true},
		"multiple":                         {-9.0, "%", "3", true},
		"zero is a multiple":               {0.0, "%", 3.0, true},
		"no multiple":                      {10.0, "%", 3.0, false},
		"of zero nothing is a multiple":    {10.0, "%", 0.0, false},
		"a word is no multiple":            {"x", "%", 1.0, false},
		"in a text":                        {403.0, "in", "400,403,404", true},
		"in a text, not":                   {"5", "not in", "400,403", true},
		"in a text, case counts":           {"A", "in", "abc", false},
		"in a list":                        {"x", "in", list, true},
		"in a list, by text form":          {"1", "in", list, true},
		"in a list, deeply":                {value.Map("a", 1.0, "b.c", nil), "in", list, true},
		"in an object":                     {"a", "in", obj, true},
		"null in nothing":                  {nil, "in", "null", false},
		"in null":                          {"a", "in", nil, false},
		"not in null":                      {"a", "not in", nil, true},
		"has a key":                        {obj, "has", "b.c", true},
		"has no such key":                  {obj, "doesn't have", "x", true},
		"list has":                         {list, "has", "x", true},
		"list has not":                     {list, "has", "y", false},
		"empty":                            {[]any{}, "is empty", "ignored", true},
		"blanks are not empty":             {" ", "is empty", nil, false},
		"zero is not empty":                {0.0, "is not empty", nil, true},
		"operators in any case":            {nil, " Is Empty ", nil, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := value.Compare(tt.a, tt.op, tt.b)
			if err != nil || got != tt.want {
				t.Errorf("%v %s %v: %v, %v", tt.a, tt.op, tt.b, got, err)
			}
		})
	}
	if _, err := value.Compare(1.0, "like", 1.0); err == nil || !strings.Contains(err.Error(), `"like" is no comparison`) {
		t.Errorf("an unknown operator: %v", err)
	}
	for _, op := range value.Operators() {
		if _, err := value.Compare(nil, op, nil); err != nil {
			t.Errorf("%s is offered and refused: %v", op, err)
		}
	}
}

// Whatever is compared, a comparison and its opposite disagree, and equality
// does not depend on the side.
func FuzzCompare(f *testing.F) {
	f.Add([]byte(`"1"`), []byte(`1`))
	f.Add([]byte(`null`), []byte(`{"$date":"2026-01-01T00:00:00Z"}`))
	f.Add([]byte(`[1,"a"]`), []byte(`"a"`))
	f.Add([]byte(`9007199254740993`), []byte(`"9007199254740992"`))
	f.Fuzz(func(t *testing.T, left, right []byte) {
		a, errA := value.Load(left)
		b, errB := value.Load(right)
		if errA != nil || errB != nil {
			return
		}
		holds := func(a any, op string, b any) bool {
			ok, err := value.Compare(a, op, b)
			if err != nil {
				t.Fatal(err)
			}
			return ok
		}
		for op, opposite := range map[string]string{"==": "!=", "===": "!==", "in": "not in", "has": "doesn't have", "is empty": "is not empty"} {
			if holds(a, op, b) == holds(a, opposite, b) {
				t.Errorf("%s: both %s and %s %s", left, op, opposite, right)
			}
		}
		if holds(a, "==", b) != holds(b, "==", a) || holds(a, "<", b) != holds(b, ">", a) {
			t.Errorf("%s and %s differ by side", left, right)
		}
	})
}

// Values of all kinds have one order, whichever way they are given.
func TestOrderOfAllKinds(t *testing.T) {
	at := time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC)
	want := []any{-1.0, 10.0, value.Big("9007199254740993"), value.Big("9007199254740995"), at, at.Add(time.Hour), "10", "a", true, nil}
	got := slices.Clone(want)
	slices.Reverse(got)
	slices.SortStableFunc(got, value.Order)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
