package moment

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Format writes t, in its own zone, by the tokens of a format.
func Format(t time.Time, format string) string {
	var b strings.Builder
	for _, p := range split(format) {
		if p.token {
			b.WriteString(write(t, p.text))
		} else {
			b.WriteString(p.text)
		}
	}
	return b.String()
}

// Human is the form that people read: Wed, September 7th at 12:01 AM.
func Human(t time.Time) string { return Format(t, "ddd, MMMM Do [at] h:mm A") }

// Stamp is ISO 8601 without a fraction, in UTC: 2016-09-07T00:01:00Z.
func Stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z07:00") }

func write(t time.Time, token string) string {
	switch token[0] {
	case 'Y', 'y', 'Q', 'M', 'D', 'd', 'E':
		return writeDay(t, token)
	case 'Z', 'z', 'x', 'X':
		return writeInstant(t, token)
	}
	return writeClock(t, token)
}

func writeDay(t time.Time, token string) string {
	switch token {
	case "YYYY", "yyyy":
		return fmt.Sprintf("%04d", t.Year())
	case "Y":
		return strconv.Itoa(t.Year())
	case "YY", "yy":
		return fmt.Sprintf("%02d", t.Year()%100)
	case "Q":
		return strconv.Itoa((int(t.Month()) + 2) / 3)
	case "MMMM":
		return t.Month().String()
	case "MMM":
		return t.Month().String()[:3]
	case "MM":
		return fmt.Sprintf("%02d", int(t.Month()))
	case "M":
		return strconv.Itoa(int(t.Month()))
	case "DDDD":
		return fmt.Sprintf("%03d", t.YearDay())
	case "DDD":
		return strconv.Itoa(t.YearDay())
	case "DD":
		return fmt.Sprintf("%02d", t.Day())
	case "Do":
		return ordinal(t.Day())
	case "D":
		return strconv.Itoa(t.Day())
	}
	return writeWeekday(t, token)
}

func writeWeekday(t time.Time, token string) string {
	day := t.Weekday()
	switch token {
	case "dddd":
		return day.String()
	case "ddd":
		return day.String()[:3]
	case "dd":
		return day.String()[:2]
	case "E":
		return strconv.Itoa((int(day)+6)%7 + 1)
	}
	return strconv.Itoa(int(day))
}

func writeClock(t time.Time, token string) string {
	hour := t.Hour()
	switch token {
	case "hh", "h":
		hour = (hour+11)%12 + 1
	case "kk", "k":
		hour = (hour+23)%24 + 1
	case "mm", "m":
		hour = t.Minute()
	case "ss", "s":
		hour = t.Second()
	case "SSS":
		return fmt.Sprintf("%03d", t.Nanosecond()/1e6)
	case "SS":
		return fmt.Sprintf("%02d", t.Nanosecond()/1e7)
	case "S":
		return strconv.Itoa(t.Nanosecond() / 1e8)
	case "A":
		return t.Format("PM")
	case "a":
		return t.Format("pm")
	}
	if len(token) == 2 {
		return fmt.Sprintf("%02d", hour)
	}
	return strconv.Itoa(hour)
}

func writeInstant(t time.Time, token string) string {
	switch token {
	case "Z":
		return t.Format("-07:00")
	case "ZZ":
		return t.Format("-0700")
	case "x":
		return strconv.FormatInt(t.UnixMilli(), 10)
	case "X":
		return strconv.FormatInt(t.Unix(), 10)
	}
	return t.Format("MST")
}

func ordinal(n int) string {
	suffix := "th"
	if n/10 != 1 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return strconv.Itoa(n) + suffix
}
