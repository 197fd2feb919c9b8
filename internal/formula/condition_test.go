package formula_test

import (
	"strings"
	"testing"

	"sallyport/internal/formula"
)

func TestHolds(t *testing.T) {
	for source, want := range map[string]bool{
		"true and (true or false) and (4>pi)": true,
		"true and false":                      false,
		"TRUE xor true":                       false,
		"true xor false xor true":             false,
		"false or true and false":             false,
		"not false":                           true,
		"not (1 == 1) or 2 >= 2":              true,
		"not not 5":                           true,
		"not 5 == 0":                          true,
		"-not 0 == -1":                        true,
		"1 != 2 # and false":                  true,
		"3!=6":                                true,
		"(3!) == 6":                           true,
		"2 + 2 <= 4 and 2 ^ 2 > 3":            true,
		"max(1, 2 > 1, 0) == 1":               true,
		"a == 3":                              true,
		"{{{b c}}} < 3":                       false,
		"0":                                   false,
		"0.1":                                 true,
		"0 / 0":                               false,
	} {
		if got, err := formula.Holds(source, numbers); err != nil || got != want {
			t.Errorf("%s: %v, %v", source, got, err)
		}
	}
	for source, says := range map[string]string{
		"":              "empty",
		"1 <":           "ends where",
		"1 < 2 < 3":     `"<" does not fit`,
		"true or":       "ends where",
		"and true":      `"and" does not fit`,
		"not":           "ends where",
		"x = 1":         `"=" does not fit`,
		"unknown == 1":  "no number named",
		"(true":         "a ) is missing",
		"1 << 2":        `"<" does not fit`,
		"true & false":  `"&" does not fit`,
		"open and true": "no number named",
	} {
		if got, err := formula.Holds(source, numbers); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, %v, want an error that says %q", source, got, err, says)
		}
	}
	// The words are names where no condition is asked for.
	if f, err := formula.Eval("and + 1", func(string) (float64, bool) { return 2, true }); err != nil || f != 3 {
		t.Errorf("%v, %v", f, err)
	}
}

// Whatever is written, it holds or not or is an error; and the opposite of a
// condition in parentheses is the opposite.
func FuzzHolds(f *testing.F) {
	for _, s := range []string{"true and (4>pi)", "not a == 2 or 1!=2", "1 <= {{{b c}}} xor # x", "((((", "not not not 1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, source string) {
		holds, err := formula.Holds(source, numbers)
		if err != nil {
			return
		}
		opposite, err := formula.Holds("not ("+source+"\n)", numbers)
		if err != nil && len(source) < 19000 && !strings.Contains(err.Error(), "deeper") || err == nil && opposite == holds {
			t.Fatalf("%q: %v, its opposite %v, %v", source, holds, opposite, err)
		}
	})
}
