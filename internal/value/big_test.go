package value_test

import (
	"encoding/json"
	"math"
	"strconv"
	"testing"

	"sallyport/internal/value"
)

func TestBigNumbersOfGo(t *testing.T) {
	tests := map[string]struct{ in, want any }{
		"id of 64 bits":      {int64(math.MaxInt64), value.Big("9223372036854775807")},
		"unsigned":           {uint64(math.MaxUint64), value.Big("18446744073709551615")},
		"smallest":           {int64(-1<<53 - 1), value.Big("-9007199254740993")},
		"other digits":       {int64(1 << 60), value.Big("1152921504606846976")},
		"fits a float":       {int64(133008487710000000), 133008487710000000.0},
		"small":              {7, 7.0},
		"big number as such": {value.Big("9007199254740993"), value.Big("9007199254740993")},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got, err := value.Of(tt.in); err != nil || !value.Equal(got, tt.want) {
				t.Errorf("got %#v, %v, want %#v", got, err, tt.want)
			}
		})
	}
}

func TestBigNumbersForGo(t *testing.T) {
	for b, want := range map[value.Big]any{
		"9007199254740993":     int64(9007199254740993),
		"18446744073709551615": uint64(math.MaxUint64),
		"18446744073709551617": float64(1 << 64),
	} {
		if got := value.Native(b); got != want {
			t.Errorf("%s is %#v, want %#v", b, got, want)
		}
	}
	if text, err := json.Marshal([]any{value.Big("9007199254740993")}); err != nil || string(text) != "[9007199254740993]" {
		t.Errorf("marshalled as %s, %v", text, err)
	}
	if value.KindOf(value.Big("9007199254740993")) != value.Number {
		t.Error("a big number is no number")
	}
}

// The order of numbers is that of their digits, and one.
func FuzzCompareNumbers(f *testing.F) {
	f.Add("9007199254740993", 9007199254740992.0)
	f.Add("-123456789012345678901234567890", 1e300)
	f.Fuzz(func(t *testing.T, text string, g float64) {
		a, err := value.ParseJSON([]byte(text))
		if err != nil || value.KindOf(a) != value.Number || math.IsNaN(g) || math.IsInf(g, 0) {
			return
		}
		c := value.CompareNumbers(a, g)
		if c != -value.CompareNumbers(g, a) {
			t.Fatalf("%v and %v: the order depends on the side", a, g)
		}
		if (c == 0) != value.Equal(a, g) {
			t.Fatalf("%v and %v: level %v, equal %v", a, g, c == 0, value.Equal(a, g))
		}
		// Rounding does not turn the order round.
		rounded, ok := value.Float(a)
		if want := strconv.FormatFloat(rounded, 'g', -1, 64); !ok || rounded < g && c > 0 || rounded > g && c < 0 {
			t.Fatalf("%v, rounded to %s, and %v: order %d", a, want, g, c)
		}
	})
}
