package formula_test

import (
	"math"
	"strings"
	"testing"

	"sallyport/internal/formula"
)

func numbers(name string) (float64, bool) {
	f, ok := map[string]float64{"a": 3, "b c": 4, "octet_1": 192, "e": 7}[name]
	return f, ok
}

func TestEval(t *testing.T) {
	tests := map[string]struct {
		source string
		want   float64
	}{
		"a number":                       {"1.5e3", 1500},
		"strength":                       {"1 + 2 * 3 - 4 / 2", 5},
		"from left to right":             {"8 - 4 - 2", 2},
		"division from left":             {"8 / 4 / 2", 1},
		"parentheses":                    {"(1 + 2) * 3", 9},
		"power from the right":           {"2 ^ 3 ^ 2", 512},
		"power before sign":              {"-2 ^ 2", -4},
		"negative exponent":              {"2 ^ -1", 0.5},
		"signs":                          {"--+-2", -2},
		"sign after an operator":         {"3 * -2", -6},
		"remainder":                      {"10 % 4", 2},
		"remainder of a negative number": {"-1 % 4", 3},
		"factorial":                      {"5!", 120},
		"factorial before power":         {"2 ^ 3!", 64},
		"factorial twice":                {"3!!", 720},
		"names":                          {"a + {{{b c}}} * octet_1", 771},
		"a name before a constant":       {"e", 7},
		"constants":                      {"cos(PI)", -1},
		"comment":                        {"1 + # one\n2 # and two", 3},
		"functions":                      {"abs(-1) + ceil(0.2) + floor(1.9) + sqrt(16) + min(3, 2) + max(1, 5, 2)", 14},
		"round":                          {"round(2.345, 2) + round(0.6)", 3.35},
		"round to much":                  {"round(2.5, 400)", 2.5},
		"logarithms":                     {"log(8, 2) + log10(100) + ln(1)", 5},
		"mod":                            {"mod(7, 4) + pow(2, 2) + sign(-5) + sum(1, 2) + mean(2, 4)", 12},
		"an address":                     {"69*256^3+173*256^2+127*256+24", 1168998168},
		"LDAP time":                      {"({{{a}}} * 0 + 1656375171 + 11644473600) * 10000000", 133008487710000000},
		"no blanks":                      {"2*(3+4)^2", 98},
		"an e is no exponent":            {"2*e", 14},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := formula.Eval(tt.source, numbers)
			if err != nil || math.Abs(got-tt.want) > 1e-12*math.Abs(tt.want) {
				t.Errorf("%s = %v, %v, want %v", tt.source, got, err, tt.want)
			}
		})
	}
}

func TestEvalRefuses(t *testing.T) {
	for name, tt := range map[string]struct{ source, says string }{
		"nothing":            {" # only words", "empty"},
		"no operand":         {"1 +", "ends where a value is wanted"},
		"no operator":        {"1 2", `"2" does not fit at position 3`},
		"open":               {"(1", "a ) is missing"},
		"closed":             {"1)", `")" does not fit`},
		"an open name":       {"{{{a", "not closed"},
		"an unknown name":    {"x + 1", `no number named "x"`},
		"an unknown call":    {"system(1)", `no function "system"`},
		"too many":           {"abs(1, 2)", "abs takes one"},
		"too few":            {"pow(1)", "pow takes 2"},
		"none":               {"max()", "got none"},
		"by zero":            {"1 / 0", "division by zero"},
		"beyond":             {"10 ^ 400", "beyond"},
		"root below zero":    {"sqrt(-1)", "no number"},
		"half a factorial":   {"0.5!", "no factorial"},
		"a large factorial":  {"171!", "no factorial"},
		"two points":         {"1.2.3", "is no number"},
		"other signs":        {"1 & 2", `"&" does not fit`},
		"deep":               {strings.Repeat("(", 300) + "1", "deeper"},
		"deep powers":        {strings.Repeat("1^", 300) + "1", "deeper"},
		"long":               {strings.Repeat("1+", 20000) + "1", "more than"},
		"a comma outside":    {"1, 2", `"," does not fit`},
		"an empty argument":  {"max(1,,2)", `"," does not fit`},
		"assignment is none": {"a = 1", `"=" does not fit`},
	} {
		t.Run(name, func(t *testing.T) {
			if f, err := formula.Eval(tt.source, numbers); err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("%v, %v, want an error that says %q", f, err, tt.says)
			}
		})
	}
}

// Whatever is written, the result is a number or an error, and a formula in
// parentheses is the same formula.
func FuzzEval(f *testing.F) {
	for _, s := range []string{"1 + 2 * (3 - a)^2", "max(1, {{{b c}}})!", "# x\n-2^-.5e1 % 3", "((((("} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, source string) {
		got, err := formula.Eval(source, numbers)
		if err != nil {
			return
		}
		if math.IsNaN(got) || math.IsInf(got, 0) {
			t.Fatalf("%q is %v", source, got)
		}
		again, err := formula.Eval("("+source+"\n)", numbers)
		if err != nil && len(source) < 19000 && !strings.Contains(err.Error(), "deeper") || err == nil && again != got {
			t.Fatalf("%q is %v, and %v, %v in parentheses", source, got, again, err)
		}
	})
}
