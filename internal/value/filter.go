package value

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Filter changes a value on its way from where it is referred to: parse in
// {{ read.body | parse }}, or get with the argument "a.b".
type Filter struct {
	Name string
	Arg  string
	form filterForm
}

// filterForm is what a filter does. The names are those of the conversions that
// Okta Workflows puts on a wire between fields of different types, and a few more.
type filterForm struct {
	arg   bool // it wants an argument
	apply func(v any, arg string) (any, error)
}

func filterForms() map[string]filterForm {
	plain := func(f func(any) (any, error)) filterForm {
		return filterForm{apply: func(v any, _ string) (any, error) {
			if v == nil {
				return nil, nil
			}
			return f(v)
		}}
	}
	return map[string]filterForm{
		"parse":     plain(parsed),                                                                                    // the value that a JSON text stands for; what is no text stays as it is
		"date":      plain(toDate),                                                                                    // a date, of a text in any of the usual forms
		"list":      plain(func(v any) (any, error) { return inList(v), nil }),                                        // a list of the one value; a list stays as it is
		"stringify": plain(func(v any) (any, error) { return String(v), nil }),                                        // compact JSON; a text stays as it is
		"text":      plain(func(v any) (any, error) { return String(v), nil }),                                        // a text
		"number":    plain(prefixNumber),                                                                              // the number that a text begins with
		"iso":       plain(func(v any) (any, error) { return isoText(v), nil }),                                       // a date as text: 2026-01-02T03:04:05.678Z
		"as":        {arg: true, apply: func(v any, kind string) (any, error) { return Loosely(v, Kind(kind)), nil }}, // the kind that is named, if nothing is lost by it; else the value as it is
		"get":       {arg: true, apply: func(v any, path string) (any, error) { return Lookup(v, path), nil }},        // what stands at a dotted path: "profile.email"
		"default":   {arg: true, apply: orElse},                                                                       // another text where the value is empty
	}
}

func parsed(v any) (any, error) {
	s, ok := v.(string)
	if !ok {
		return v, nil
	}
	if strings.TrimSpace(s) == "" {
		return nil, nil
	}
	out, err := ParseJSON([]byte(s))
	if err != nil {
		return nil, fmt.Errorf("%s is no JSON: %w", quoteShort(s), err)
	}
	return out, nil
}

func toDate(v any) (any, error) {
	switch v := v.(type) {
	case time.Time:
		return v, nil
	case string:
		if strings.TrimSpace(v) == "" {
			return nil, nil
		}
		return ParseDate(v)
	}
	return Convert(v, Date)
}

func inList(v any) any {
	if list, ok := v.([]any); ok {
		return list
	}
	return []any{v}
}

var numberPrefix = regexp.MustCompile(`^\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?`)

// prefixNumber reads the number that a text begins with, as JavaScript's parseFloat.
func prefixNumber(v any) (any, error) {
	s, ok := v.(string)
	if !ok {
		return Convert(v, Number)
	}
	if strings.TrimSpace(s) == "" {
		return nil, nil
	}
	return Convert(numberPrefix.FindString(s)+rest(s), Number)
}

// rest returns the text itself where it does not begin with a number, so that the
// error shows it.
func rest(s string) string {
	if numberPrefix.MatchString(s) {
		return ""
	}
	return s
}

func isoText(v any) any {
	if t, ok := v.(time.Time); ok {
		return ISO(t)
	}
	return v
}

func orElse(v any, arg string) (any, error) {
	if Empty(v) {
		return arg, nil
	}
	return v, nil
}

// parseFilter reads `get "a.b"`.
func parseFilter(s string) (Filter, error) {
	s = strings.TrimSpace(s)
	name, arg, given := strings.Cut(s, " ")
	form, ok := filterForms()[name]
	f := Filter{Name: name, form: form}
	if !ok {
		return f, fmt.Errorf("there is no filter %s; there are: as, date, default, get, iso, list, number, parse, stringify, text", quoteShort(name))
	}
	if !form.arg {
		if given && strings.TrimSpace(arg) != "" {
			return f, fmt.Errorf("the filter %s takes no argument", name)
		}
		return f, nil
	}
	text, err := strconv.Unquote(strings.TrimSpace(arg))
	if err != nil {
		return f, fmt.Errorf("the filter %s wants an argument in quotes", name)
	}
	f.Arg = text
	if name == "as" && !slices.Contains(Kinds(), Kind(text)) {
		return f, fmt.Errorf("the filter as knows no kind %s", quoteShort(text))
	}
	return f, nil
}

func (f Filter) String() string {
	if f.form.arg {
		return f.Name + " " + strconv.Quote(f.Arg)
	}
	return f.Name
}

func (f Filter) apply(v any) (any, error) {
	out, err := f.form.apply(v, f.Arg)
	if err != nil {
		return nil, fmt.Errorf("| %s: %w", f.Name, err)
	}
	return out, nil
}
