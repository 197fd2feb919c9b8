package value_test

import (
	"testing"

	"sallyport/internal/value"
)

func TestParseDate(t *testing.T) {
	tests := map[string]struct{ in, want string }{
		"RFC 3339":               {"2026-03-04T05:06:07.089Z", "2026-03-04T05:06:07.089Z"},
		"an offset":              {"2026-03-04T05:06:07+02:00", "2026-03-04T03:06:07.000Z"},
		"a short offset":         {"2026-03-04T05:06:07+0200", "2026-03-04T03:06:07.000Z"},
		"an offset of hours":     {"2026-03-04T05:06:07+02", "2026-03-04T03:06:07.000Z"},
		"no seconds":             {"2026-03-04T05:06Z", "2026-03-04T05:06:00.000Z"},
		"no zone":                {"2026-03-04 05:06:07", "2026-03-04T05:06:07.000Z"},
		"a day":                  {"2026-03-04", "2026-03-04T00:00:00.000Z"},
		"a month":                {"2026-03", "2026-03-01T00:00:00.000Z"},
		"without signs":          {"20260304", "2026-03-04T00:00:00.000Z"},
		"seconds":                {"1767225600", "2026-01-01T00:00:00.000Z"},
		"milliseconds":           {" 1767225600999 ", "2026-01-01T00:00:00.999Z"},
		"American":               {"3/4/2026", "2026-03-04T00:00:00.000Z"},
		"American, short":        {"03/04/26", "2026-03-04T00:00:00.000Z"},
		"American, afternoon":    {"3/4/2026 1:05 PM", "2026-03-04T13:05:00.000Z"},
		"RFC 2822":               {"Wed, 4 Mar 2026 05:06:07 +0200", "2026-03-04T03:06:07.000Z"},
		"RFC 2822, two digits":   {"Wed, 04 Mar 2026 05:06:07 GMT", "2026-03-04T05:06:07.000Z"},
		"RFC 2822, named zone":   {"Wed, 04 Mar 2026 05:06:07 EST", "2026-03-04T10:06:07.000Z"},
		"RFC 2822, no seconds":   {"Wed, 4 Mar 2026 05:06 +0000", "2026-03-04T05:06:00.000Z"},
		"no weekday, no seconds": {"4 Mar 2026 05:06 GMT", "2026-03-04T05:06:00.000Z"},
		"a zone that may be two": {"Wed, 04 Mar 2026 05:06:07 IST", ""},
		"a word":                 {"soon", ""},
		"nothing":                {"", ""},
		"no such day":            {"2026-02-30", ""},
		"a late year":            {"99999999999999999", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			at, err := value.ParseDate(tt.in)
			if (err != nil) != (tt.want == "") || err == nil && value.ISO(at) != tt.want {
				t.Errorf("%q is %v, %v, want %s", tt.in, at, err, tt.want)
			}
		})
	}
}

// A number is the date that its text is.
func TestNumberAsDate(t *testing.T) {
	for n, want := range map[float64]string{1700000000: "2023-11-14T22:13:20.000Z", 1700000000000: "2023-11-14T22:13:20.000Z", 0: "1970-01-01T00:00:00.000Z", 86400000: "1970-01-02T00:00:00.000Z"} {
		at, err := value.Convert(n, value.Date)
		if err != nil || value.String(at) != want {
			t.Errorf("%.0f is %s, %v, want %s", n, value.String(at), err, want)
		}
	}
}
