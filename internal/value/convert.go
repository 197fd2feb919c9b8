package value

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Convert returns v as a value of kind k, if nothing is lost by it: numeric
// text to number and back, the texts true and false to boolean and back, ISO
// text to date and back, JSON text to object or list and back, and one value
// to a list of it. Null stays null, and the empty text is null for every kind
// but text. What does not fit is an error that says why.
func Convert(v any, k Kind) (any, error) {
	if v == nil || k == Any || k == "" || KindOf(v) == k {
		return v, nil
	}
	if s, ok := v.(string); ok {
		return fromText(s, k)
	}
	switch k {
	case Text:
		return String(v), nil
	case List:
		return []any{v}, nil
	case Number, Boolean, Date:
		if out, ok := fromScalar(v, k); ok {
			return out, nil
		}
	default:
	}
	return nil, fmt.Errorf("a %s is no %s", KindOf(v), k)
}

// Loosely returns v as [Convert] does, and v itself where it does not fit: the
// rule for the flows of Okta Workflows, whose cards declare kinds that are
// often wrong.
func Loosely(v any, k Kind) any {
	if out, err := Convert(v, k); err == nil {
		return out
	}
	return v
}

// fromScalar turns a date into a number of milliseconds and back, and 0 and 1
// into booleans. A number that would be seconds in a text is seconds here too.
func fromScalar(v any, k Kind) (any, bool) {
	switch v := v.(type) {
	case time.Time:
		return float64(v.UnixMilli()), k == Number
	case float64:
		if k == Boolean {
			return v == 1, v == 0 || v == 1
		}
		if n := math.Abs(v); n >= 1e8 && n < 1e11 { // seconds, as in a text
			return time.Unix(int64(v), 0).UTC(), k == Date
		}
		return time.UnixMilli(int64(v)).UTC(), k == Date && math.Abs(v) < 1e15
	}
	return nil, false
}

func fromText(s string, k Kind) (any, error) {
	trimmed := strings.TrimSpace(s)
	if trimmed == "" {
		return nil, nil
	}
	switch k {
	case Number:
		if n, ok := ParseNumber(trimmed); ok {
			return n, nil
		}
	case Boolean:
		switch strings.ToLower(trimmed) {
		case "true", "yes", "1":
			return true, nil
		case "false", "no", "0":
			return false, nil
		}
	case Date:
		if t, err := ParseDate(trimmed); err == nil {
			return t, nil
		}
	case Obj, List:
		if v, err := ParseJSON([]byte(trimmed)); err == nil && KindOf(v) == k {
			return v, nil
		}
		if k == List {
			return []any{s}, nil
		}
	default:
	}
	return nil, fmt.Errorf("%s is no %s", quoteShort(s), k)
}

// ParseNumber reads a text that is wholly a decimal number, and neither
// hexadecimal nor infinity. A whole number keeps all of its digits ([Big]).
func ParseNumber(s string) (any, bool) {
	if strings.Trim(s, "0123456789+-.eE") != "" {
		return nil, false
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return nil, false
	}
	return number(s, f), true
}

// quoteShort quotes a text for an error, and cuts it where it is long.
func quoteShort(s string) string {
	if r := []rune(s); len(r) > 40 {
		s = string(r[:40]) + "…"
	}
	return strconv.Quote(s)
}

// dateLayouts are the forms that ParseDate reads, the common ones first.
// RFC 3339 and ISO 8601, then the American form, then RFC 2822.
func dateLayouts() []string {
	return []string{
		time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999",
		"2006-01-02 15:04:05.999999999Z07:00", "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02",
		"2006-01-02T15:04Z07:00", "2006-01-02T15:04:05.999999999Z07", "20060102T150405Z07:00", "20060102T150405", "20060102", "2006-01",
		"1/2/2006", "1/2/06", "1/2/2006 15:04", "1/2/2006 15:04:05", "1/2/2006 3:04 PM", "1/2/2006 3:04:05 PM",
		"Mon, 2 Jan 2006 15:04:05 -0700", "2 Jan 2006 15:04:05 -0700", "Mon, 2 Jan 2006 15:04 -0700", "2 Jan 2006 15:04 -0700", "2 Jan 2006",
	}
}

// ParseDate reads a date leniently. Without a zone it is UTC, without a time of
// day it is midnight; a whole number counts as seconds or, from 1e11 on, as
// milliseconds since 1970.
func ParseDate(s string) (time.Time, error) {
	s = strings.TrimSpace(s)
	if n, err := strconv.ParseInt(s, 10, 64); err == nil && len(s) >= 9 {
		if n > -1e11 && n < 1e11 {
			return time.Unix(n, 0).UTC(), nil
		}
		return withYear(time.UnixMilli(n).UTC(), s)
	}
	s = numericZone(s)
	for _, layout := range dateLayouts() {
		if t, err := time.Parse(layout, s); err == nil {
			return withYear(Instant(t), s)
		}
	}
	return time.Time{}, fmt.Errorf("%s is no date: write it as 2006-01-02T15:04:05Z", quoteShort(s))
}

// numericZone writes the zones that RFC 2822, section 4.3, knows by name as
// offsets. Other names are no zones: which one IST is cannot be known.
func numericZone(s string) string {
	head, name, ok := cutLast(s, " ")
	if !ok {
		return s
	}
	offset, known := map[string]string{
		"UT": "+0000", "UTC": "+0000", "GMT": "+0000", "Z": "+0000", "EST": "-0500", "EDT": "-0400",
		"CST": "-0600", "CDT": "-0500", "MST": "-0700", "MDT": "-0600", "PST": "-0800", "PDT": "-0700",
	}[name]
	if !known {
		return s
	}
	return head + " " + offset
}

func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// withYear refuses a date whose year has no four digits: its text form could
// not be read again.
func withYear(t time.Time, s string) (time.Time, error) {
	if y := t.Year(); y < 1 || y > 9999 {
		return time.Time{}, fmt.Errorf("%s is a date of the year %d", quoteShort(s), y)
	}
	return t, nil
}
