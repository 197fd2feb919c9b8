package value

import (
	"math"
	"strconv"
	"time"
)

// ISO returns t as flows show it: UTC with milliseconds and Z.
func ISO(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z07:00") }

// String returns v as text: null is empty, a number has the fewest digits that
// name it and no exponent below 1e21 (a [Big] never has one), a date is its ISO text, an object or list
// is compact JSON.
func String(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case float64:
		return string(appendNumber(nil, v))
	case Big:
		return string(v)
	case time.Time:
		return ISO(v)
	}
	return string(JSON(v))
}

// OrNull returns a text, or null for the empty one.
func OrNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// appendNumber writes f as ECMAScript's Number::toString does, which is also
// valid JSON for every finite number.
func appendNumber(b []byte, f float64) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return append(b, "null"...)
	}
	if f == 0 {
		return append(b, '0') // also for -0
	}
	format := byte('f')
	if abs := math.Abs(f); abs >= 1e21 || abs < 1e-6 {
		format = 'e'
	}
	b = strconv.AppendFloat(b, f, format, -1, 64)
	if n := len(b); format == 'e' && n >= 4 && b[n-4] == 'e' && b[n-3] == '-' && b[n-2] == '0' {
		b[n-2] = b[n-1] // e-07 is written e-7
		b = b[:n-1]
	}
	return b
}
