package functions

import (
	"strings"
	"unicode/utf16"

	"sallyport/internal/errs"
	"sallyport/internal/function"
)

// text is a text in the making that stops at the bound of results, so that
// little input cannot make endless output.
type text struct {
	strings.Builder
	err error
}

func (t *text) add(s string) {
	if t.err != nil {
		return
	}
	if t.Len()+len(s) > function.MaxResult {
		t.err = errs.New(errs.Invalid, "the text would be larger than %d MB", function.MaxResult>>20)
		return
	}
	_, t.err = t.WriteString(s)
}

// units is a text as the cards of Okta Workflows count it: in units of UTF-16,
// as JavaScript does. Lengths and positions are inferred to be of that origin.
func units(s string) []uint16 { return utf16.Encode([]rune(s)) }

// unitsBefore is the position in units of a position in bytes, or -1.
func unitsBefore(s string, at int) float64 {
	if at < 0 {
		return -1
	}
	return float64(len(units(s[:at])))
}
