package value

import (
	"cmp"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// Big is a whole number whose digits a float64 would change, such as
// 9007199254740993: ids and times of other systems are such numbers. It is
// written in decimal, with a minus sign at most. Its kind is [Number]. Whatever
// a float64 writes with the same digits is a float64, so the two are never equal.
// Big numbers are passed on, printed and compared exactly; to calculate, they
// are rounded ([Float]).
type Big string

// MarshalJSON writes the digits.
func (b Big) MarshalJSON() ([]byte, error) { return []byte(b), nil }

// Float returns the number that v is, rounded to a float64 where it is a [Big].
func Float(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case Big:
		f, err := strconv.ParseFloat(string(v), 64)
		return f, err == nil
	}
	return 0, false
}

// exactFrom is the length from which digits may not fit a float64.
const exactFrom = 16

// number returns what a decimal text that f was read from stands for: f, or a
// [Big] where f has other digits.
func number(text string, f float64) any {
	if len(text) < exactFrom {
		return f
	}
	sign, digits := "", strings.TrimPrefix(text, "+")
	if rest, negative := strings.CutPrefix(digits, "-"); negative {
		sign, digits = "-", rest
	}
	digits = strings.TrimLeft(digits, "0")
	if strings.Trim(digits, "0123456789") != "" || sign+digits == strconv.FormatFloat(f, 'f', -1, 64) {
		return f
	}
	if digits == "" { // a row of zeros
		return f
	}
	return Big(sign + digits)
}

// whole returns the number that an integer is.
func whole(n *big.Int) any {
	f, _ := new(big.Float).SetInt(n).Float64()
	return number(n.String(), f)
}

// CompareNumbers orders two numbers: -1, 0 or 1. What is no number counts as 0.
func CompareNumbers(a, b any) int {
	_, bigA := a.(Big)
	_, bigB := b.(Big)
	if bigA || bigB {
		if x, y := decimalOf(a), decimalOf(b); x != nil && y != nil {
			return x.Cmp(y)
		}
	}
	f, _ := Float(a)
	g, _ := Float(b)
	return cmp.Compare(f, g)
}

// decimalOf returns a whole number by the digits that it is written with, or
// nil for any other.
func decimalOf(v any) *big.Int {
	text := ""
	switch v := v.(type) {
	case Big:
		text = string(v)
	case float64:
		text = strconv.FormatFloat(v, 'f', -1, 64)
	}
	n, ok := new(big.Int).SetString(text, 10)
	if !ok {
		return nil
	}
	return n
}

// multipleOf reports whether one number is a multiple of another that is not 0.
func multipleOf(a, b any) bool {
	x, y := decimalOf(a), decimalOf(b)
	if x != nil && y != nil {
		return y.Sign() != 0 && new(big.Int).Rem(x, y).Sign() == 0
	}
	f, _ := Float(a)
	g, _ := Float(b)
	return g != 0 && math.Mod(f, g) == 0
}
