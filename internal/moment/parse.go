package moment

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Parse reads a text by the tokens of a format. What the format does not say
// is the first of January of the year of now, at midnight; without an offset it
// is UTC. Literal signs and blanks may differ, as in the common JavaScript
// library; digits may be fewer than the token has.
func Parse(text, format string, now time.Time) (time.Time, error) {
	r := reading{rest: strings.TrimSpace(text), year: now.UTC().Year(), month: 1, day: 1, zone: time.UTC}
	for _, p := range split(format) {
		if !p.token {
			r.literal(p.text)
			continue
		}
		if err := r.token(p.text); err != nil {
			return time.Time{}, fmt.Errorf("%.60q does not fit the format %.60q: %w", text, format, err)
		}
	}
	if strings.TrimSpace(r.rest) != "" {
		return time.Time{}, fmt.Errorf("%.60q does not fit the format %.60q: %.20q is left over", text, format, r.rest)
	}
	t, err := r.time()
	if err != nil {
		return time.Time{}, fmt.Errorf("%.60q is no date: %w", text, err)
	}
	return t, nil
}

// reading is a date in the making.
type reading struct {
	rest                                       string
	year, month, day, hour, minute, second, ms int
	half                                       string // AM or PM
	yearDay                                    int
	zone                                       *time.Location
	instant                                    *time.Time
}

func (r *reading) literal(text string) {
	for _, c := range text {
		r.rest = strings.TrimPrefix(r.rest, string(c))
	}
}

func (r *reading) token(token string) (err error) {
	switch token {
	case "YYYY", "yyyy", "Y":
		r.year, err = r.number(token, 4)
	case "YY", "yy":
		err = r.shortYear(token)
	case "MMMM", "MMM":
		r.month, err = r.name(months())
	case "MM", "M":
		r.month, err = r.number(token, 2)
	case "DD", "D", "Do":
		err = r.dayOfMonth(token)
	case "DDDD", "DDD":
		r.yearDay, err = r.number(token, 3)
	case "dddd", "ddd", "dd":
		_, err = r.name(weekdays())
	case "d", "E", "Q":
		_, err = r.number(token, 1)
	case "Z", "ZZ", "z", "zz":
		err = r.offset()
	case "x", "X":
		err = r.count(token)
	default:
		err = r.clock(token)
	}
	return err
}

func (r *reading) clock(token string) (err error) {
	switch token {
	case "mm", "m":
		r.minute, err = r.number(token, 2)
	case "ss", "s":
		r.second, err = r.number(token, 2)
	case "SSS", "SS", "S":
		err = r.fraction(token)
	case "A", "a":
		err = r.halfDay()
	default:
		r.hour, err = r.number(token, 2)
	}
	return err
}

// number reads up to digits digits.
func (r *reading) number(token string, digits int) (int, error) {
	n := 0
	for n < len(r.rest) && n < digits && r.rest[n] >= '0' && r.rest[n] <= '9' {
		n++
	}
	if n == 0 {
		return 0, fmt.Errorf("a number is wanted for %s at %.20q", token, r.rest)
	}
	v, err := strconv.Atoi(r.rest[:n])
	r.rest = r.rest[n:]
	return v, err
}

// shortYear reads a year of two digits: 69 to 99 are of the last century.
func (r *reading) shortYear(token string) error {
	y, err := r.number(token, 2)
	r.year = 2000 + y
	if y > 68 {
		r.year = 1900 + y
	}
	return err
}

func (r *reading) dayOfMonth(token string) (err error) {
	r.day, err = r.number(token, 2)
	if token == "Do" {
		for _, s := range []string{"st", "nd", "rd", "th"} {
			r.rest = strings.TrimPrefix(r.rest, s)
		}
	}
	return err
}

func (r *reading) fraction(token string) error {
	before := r.rest
	ms, err := r.number(token, len(token))
	for range 3 - (len(before) - len(r.rest)) {
		ms *= 10
	}
	r.ms = ms
	return err
}

func (r *reading) halfDay() error {
	for _, half := range []string{"AM", "PM"} {
		if len(r.rest) >= 2 && strings.EqualFold(r.rest[:2], half) {
			r.half, r.rest = half, r.rest[2:]
			return nil
		}
	}
	return fmt.Errorf("AM or PM is wanted at %.20q", r.rest)
}

// name reads a name or its first letters, and returns its place from 1.
func (r *reading) name(names []string) (int, error) {
	n := 0
	for n < len(r.rest) && (r.rest[n]|0x20) >= 'a' && (r.rest[n]|0x20) <= 'z' {
		n++
	}
	for i, full := range names {
		if n >= 2 && n <= len(full) && strings.EqualFold(full[:n], r.rest[:n]) {
			r.rest = r.rest[n:]
			return i + 1, nil
		}
	}
	return 0, fmt.Errorf("a name like %s is wanted at %.20q", names[0], r.rest)
}

func months() []string {
	var names []string
	for m := time.January; m <= time.December; m++ {
		names = append(names, m.String())
	}
	return names
}

func weekdays() []string {
	var names []string
	for d := time.Sunday; d <= time.Saturday; d++ {
		names = append(names, d.String())
	}
	return names
}

// offset reads Z, UTC, GMT, +01:00, +0100 or +01.
func (r *reading) offset() error {
	for _, name := range []string{"UTC", "GMT", "Z"} {
		if len(r.rest) >= len(name) && strings.EqualFold(r.rest[:len(name)], name) {
			r.rest = r.rest[len(name):]
			return nil
		}
	}
	for _, layout := range []string{"-07:00", "-0700", "-07"} {
		if len(r.rest) < len(layout) {
			continue
		}
		if t, err := time.Parse(layout, r.rest[:len(layout)]); err == nil {
			r.zone, r.rest = t.Location(), r.rest[len(layout):]
			return nil
		}
	}
	return fmt.Errorf("an offset like +01:00 or Z is wanted at %.20q", r.rest)
}

// count reads milliseconds (x) or seconds (X) since 1970, with a fraction or
// without.
func (r *reading) count(token string) error {
	n := 0
	for n < len(r.rest) && strings.ContainsRune("-.0123456789", rune(r.rest[n])) {
		n++
	}
	f, err := strconv.ParseFloat(r.rest[:n], 64)
	if err != nil || f > maxSpan || f < -maxSpan {
		return fmt.Errorf("a number since 1970 is wanted at %.20q", r.rest)
	}
	if token == "X" {
		f *= 1000
	}
	t := time.UnixMilli(int64(f)).UTC()
	r.instant, r.rest = &t, r.rest[n:]
	return nil
}

func (r *reading) time() (time.Time, error) {
	if r.instant != nil {
		return inYears(*r.instant)
	}
	if r.half != "" {
		if r.hour < 1 || r.hour > 12 {
			return time.Time{}, fmt.Errorf("there is no hour %d %s", r.hour, r.half)
		}
		r.hour %= 12
		if r.half == "PM" {
			r.hour += 12
		}
	}
	if r.hour > 23 || r.minute > 59 || r.second > 59 {
		return time.Time{}, errors.New("no clock shows such a time")
	}
	day := time.Date(r.year, time.Month(r.month), r.day, 0, 0, 0, 0, time.UTC)
	if r.yearDay > 0 {
		day = time.Date(r.year, 1, r.yearDay, 0, 0, 0, 0, time.UTC)
		r.month, r.day = int(day.Month()), day.Day()
	}
	if day.Year() != r.year || int(day.Month()) != r.month || day.Day() != r.day {
		return time.Time{}, errors.New("no calendar has such a day")
	}
	t := time.Date(r.year, day.Month(), r.day, r.hour, r.minute, r.second, r.ms*1e6, r.zone)
	return inYears(t.UTC())
}
