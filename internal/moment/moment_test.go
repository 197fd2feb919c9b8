package moment_test

import (
	"math"
	"testing"
	"time"

	"sallyport/internal/moment"
)

func at(t *testing.T, text string) time.Time {
	t.Helper()
	v, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		t.Fatal(err)
	}
	return v.UTC()
}

func TestFormat(t *testing.T) {
	tests := map[string]struct{ at, zone, format, want string }{
		"a date":             {"2016-09-07T00:01:02.345Z", "", "YYYY-MM-DD", "2016-09-07"},
		"short":              {"2016-09-07T00:01:02.345Z", "", "M/D/YY h:mm a", "9/7/16 12:01 am"},
		"Y has four digits":  {"2016-09-07T00:01:02.345Z", "", "Y", "2016"},
		"yyyy too":           {"2016-09-07T00:01:02.345Z", "", "yyyy", "2016"},
		"ISO":                {"2016-09-07T00:01:02.345Z", "", "YYYY-MM-DDTHH:mm:ss.SSSZ", "2016-09-07T00:01:02.345+00:00"},
		"names":              {"2016-09-07T13:01:02Z", "", "dddd ddd dd d E MMMM MMM", "Wednesday Wed We 3 3 September Sep"},
		"clocks":             {"2016-09-07T13:01:02.345Z", "", "HH H hh h kk k mm m ss s SSS SS S A", "13 13 01 1 13 13 01 1 02 2 345 34 3 PM"},
		"midnight":           {"2016-09-07T00:00:00Z", "", "h hh k A", "12 12 24 AM"},
		"counts":             {"2016-09-07T00:01:02.345Z", "", "x X", "1473206462345 1473206462"},
		"days of the year":   {"2016-02-03T00:00:00Z", "", "DDDD DDD Q", "034 34 1"},
		"zone":               {"2016-09-07T00:01:02Z", "America/New_York", "YYYY-MM-DD HH:mm Z ZZ z", "2016-09-06 20:01 -04:00 -0400 EDT"},
		"old name of a zone": {"2016-12-07T00:01:02Z", "US/Pacific", "HH z", "16 PST"},
		"unknown zone":       {"2016-09-07T00:01:02Z", "America/Pacific", "HH z", "00 UTC"},
		"literals":           {"2016-09-07T00:01:02Z", "", "[Day] D, [MM]!", "Day 7, MM!"},
		"open bracket":       {"2016-09-07T00:01:02Z", "", "[D", "[7"},
		"ordinals":           {"2016-09-11T00:01:02Z", "", "Do", "11th"},
		"nothing":            {"2016-09-11T00:01:02Z", "", "", ""},
		"other letters":      {"2016-09-11T00:01:02Z", "", "é", "é"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := moment.Format(at(t, tt.at).In(moment.Zone(tt.zone)), tt.format); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
	if got := moment.Human(at(t, "2016-09-07T00:01:00Z")); got != "Wed, September 7th at 12:01 AM" {
		t.Error(got)
	}
	if got := moment.Stamp(at(t, "2016-09-07T00:01:00.9Z").In(moment.Zone("Asia/Calcutta"))); got != "2016-09-07T00:01:00Z" {
		t.Error(got)
	}
	for day, want := range map[string]string{"01": "1st", "02": "2nd", "03": "3rd", "04": "4th", "13": "13th", "21": "21st", "22": "22nd", "23": "23rd", "30": "30th"} {
		if got := moment.Format(at(t, "2016-09-"+day+"T00:00:00Z"), "Do"); got != want {
			t.Errorf("%s is %s", day, got)
		}
	}
}

func TestParse(t *testing.T) {
	tests := map[string]struct{ text, format, want string }{
		"a date":                {"2016-09-07", "YYYY-MM-DD", "2016-09-07T00:00:00Z"},
		"fewer digits":          {"9/7/2016", "MM/DD/YYYY", "2016-09-07T00:00:00Z"},
		"short year":            {"07.09.16", "DD.MM.YY", "2016-09-07T00:00:00Z"},
		"year of last century":  {"07.09.69", "DD.MM.YY", "1969-09-07T00:00:00Z"},
		"names":                 {"Wednesday, September 7th 2016", "dddd, MMMM Do YYYY", "2016-09-07T00:00:00Z"},
		"short names, any case": {"wed 7 sep 2016", "ddd D MMM YYYY", "2016-09-07T00:00:00Z"},
		"half days":             {"2016-09-07 12:01 AM", "YYYY-MM-DD hh:mm A", "2016-09-07T00:01:00Z"},
		"afternoon":             {"2016-09-07 1:01pm", "YYYY-MM-DD h:mma", "2016-09-07T13:01:00Z"},
		"offset":                {"2016-09-07T00:01:02.5+02:00", "YYYY-MM-DDTHH:mm:ss.SSSZ", "2016-09-06T22:01:02.5Z"},
		"offset without colon":  {"2016-09-07T00:01:02-0130", "YYYY-MM-DDTHH:mm:ssZ", "2016-09-07T01:31:02Z"},
		"Zulu":                  {"2016-09-07T00:01:02Z", "YYYY-MM-DDTHH:mm:ssZ", "2016-09-07T00:01:02Z"},
		"milliseconds":          {"1473206462345", "x", "2016-09-07T00:01:02.345Z"},
		"seconds":               {"1473206462.345", "X", "2016-09-07T00:01:02.345Z"},
		"day of the year":       {"2016 034", "YYYY DDDD", "2016-02-03T00:00:00Z"},
		"without separators":    {"20160907", "YYYYMMDD", "2016-09-07T00:00:00Z"},
		"other separators":      {"2016-09-07", "YYYY/MM/DD", ""},
		"this year":             {"09-07", "MM-DD", "2026-09-07T00:00:00Z"},
		"a leap day":            {"2016-02-29", "YYYY-MM-DD", "2016-02-29T00:00:00Z"},
		"no leap day":           {"2015-02-29", "YYYY-MM-DD", ""},
		"no month":              {"2015-13-01", "YYYY-MM-DD", ""},
		"no hour":               {"25:00", "HH:mm", ""},
		"no half-day hour":      {"13:00 PM", "hh:mm A", ""},
		"no minute":             {"12:60", "HH:mm", ""},
		"a word":                {"soon", "YYYY", ""},
		"left over":             {"2016-09-07 and", "YYYY-MM-DD", ""},
		"nothing":               {"", "YYYY", ""},
		"no name":               {"Fooember 2016", "MMMM YYYY", ""},
		"no offset":             {"12:00 CEST", "HH:mm Z", ""},
		"far away":              {"99999999999999999", "x", ""},
	}
	now := at(t, "2026-03-04T05:06:07Z")
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := moment.Parse(tt.text, tt.format, now)
			if (err != nil) != (tt.want == "") {
				t.Fatalf("%v, %v", got, err)
			}
			if err == nil && !got.Equal(at(t, tt.want)) {
				t.Errorf("got %v, want %s", got, tt.want)
			}
		})
	}
}

func TestAdd(t *testing.T) {
	tests := map[string]struct {
		at   string
		n    float64
		unit string
		want string
	}{
		"days":                {"2026-02-27T05:00:00Z", 2, "days", "2026-03-01T05:00:00Z"},
		"fraction of days":    {"2026-02-27T05:00:00Z", 0.5, "days", "2026-02-27T17:00:00Z"},
		"weeks back":          {"2026-02-27T05:00:00Z", -1, "Weeks", "2026-02-20T05:00:00Z"},
		"month of fewer days": {"2026-01-31T05:00:00Z", 1, "months", "2026-02-28T05:00:00Z"},
		"months back":         {"2026-03-31T05:00:00Z", -1, "month", "2026-02-28T05:00:00Z"},
		"over the year":       {"2026-11-30T05:00:00Z", 3, "months", "2027-02-28T05:00:00Z"},
		"years":               {"2024-02-29T05:00:00Z", 1, "years", "2025-02-28T05:00:00Z"},
		"milliseconds":        {"2024-02-29T05:00:00Z", 1, "milliseconds", "2024-02-29T05:00:00.001Z"},
		"seconds":             {"2024-02-29T05:00:00Z", 90, "seconds", "2024-02-29T05:01:30Z"},
		"minutes":             {"2024-02-29T05:00:00Z", 90, "minutes", "2024-02-29T06:30:00Z"},
		"hours":               {"2024-02-29T05:00:00Z", 24, "hours", "2024-03-01T05:00:00Z"},
		"no unit":             {"2024-02-29T05:00:00Z", 1, "fortnights", ""},
		"too far":             {"2024-02-29T05:00:00Z", 1e9, "years", ""},
		"too far in days":     {"2024-02-29T05:00:00Z", 1e9, "days", ""},
		"before the first":    {"2024-02-29T05:00:00Z", -3000, "years", ""},
		"beyond numbers":      {"2024-02-29T05:00:00Z", math.Inf(1), "years", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := moment.Add(at(t, tt.at), tt.n, tt.unit)
			if (err != nil) != (tt.want == "") || err == nil && !got.Equal(at(t, tt.want)) {
				t.Errorf("got %v, %v, want %s", got, err, tt.want)
			}
		})
	}
}

func TestMonths(t *testing.T) {
	tests := map[string]struct {
		from, to string
		want     float64
	}{
		"none":           {"2026-01-15T00:00:00Z", "2026-01-15T00:00:00Z", 0},
		"whole":          {"2026-01-15T00:00:00Z", "2026-04-15T00:00:00Z", 3},
		"back":           {"2026-04-15T00:00:00Z", "2026-01-15T00:00:00Z", -3},
		"half":           {"2026-06-01T00:00:00Z", "2026-06-16T00:00:00Z", 0.5},
		"over years":     {"2024-02-29T00:00:00Z", "2026-02-28T00:00:00Z", 24},
		"a part of July": {"2026-07-01T00:00:00Z", "2026-07-02T00:00:00Z", 1.0 / 31},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := moment.Months(at(t, tt.from), at(t, tt.to)); math.Abs(got-tt.want) > 0.04 {
				t.Errorf("got %v, want %v", got, tt.want)
			}
			if a, b := moment.Months(at(t, tt.from), at(t, tt.to)), moment.Months(at(t, tt.to), at(t, tt.from)); a != -b && -a != b {
				t.Errorf("%v one way, %v the other", a, b)
			}
		})
	}
}

// What a full format writes reads back to the same moment.
func FuzzParse(f *testing.F) {
	f.Add("2016-09-07", "YYYY-MM-DD")
	f.Add("1473206462345", "x")
	f.Add("Wed 7th 1:01pm +01", "ddd Do h:mma Z")
	now := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	f.Fuzz(func(t *testing.T, text, format string) {
		got, err := moment.Parse(text, format, now)
		if err != nil {
			return
		}
		_ = moment.Format(got, format)
		const full = "dddd, MMMM Do YYYY, HH:mm:ss.SSS Z"
		again, err := moment.Parse(moment.Format(got, full), full, now)
		if err != nil || !again.Equal(got.Truncate(time.Millisecond)) {
			t.Fatalf("%q by %q is %v, written %q, read %v, %v", text, format, got, moment.Format(got, full), again, err)
		}
	})
}
