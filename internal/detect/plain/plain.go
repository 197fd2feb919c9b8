// Package plain says whether a condition holds of one event, as slowly and
// plainly as it can be written down. It decides what is right: the tests compare
// the compiled program of package detect with it.
package plain

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"sallyport/internal/detect"
)

// Decode reads an event's JSON into what Holds takes: numbers stay as they are
// written.
func Decode(raw []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var event any
	if err := dec.Decode(&event); err != nil {
		return nil, fmt.Errorf("decode event: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("decode event: text after the value")
	}
	return event, nil
}

// Holds reports whether e holds of an event that Decode returned.
func Holds(e detect.Expr, event any) bool {
	switch e := e.(type) {
	case detect.And:
		return !slices.ContainsFunc(e, func(part detect.Expr) bool { return !Holds(part, event) })
	case detect.Or:
		return slices.ContainsFunc(e, func(part detect.Expr) bool { return Holds(part, event) })
	case detect.Not:
		return !Holds(e.Expr, event)
	case detect.Always:
		return bool(e)
	case detect.Test:
		return test(e, event)
	case detect.Same:
		return slices.ContainsFunc(elements(At(event, e.Path)), func(element any) bool { return Holds(e.Expr, element) })
	case detect.Keyword:
		all := everything(event)
		return among(e.Values, e.All, func(want detect.Value) bool {
			pattern := append(append([]token{star}, tokens(want.Text, e.Cased)...), star)
			return slices.ContainsFunc(all, func(v any) bool { return like(pattern, letters(text(v), e.Cased)) })
		})
	}
	return false
}

func test(t detect.Test, event any) bool {
	at := At(event, t.Path)
	switch t.Op { //nolint:exhaustive // the others compare values
	case detect.Exists:
		return len(at) > 0
	case detect.HasValue:
		return slices.ContainsFunc(at, hasValue)
	case detect.Absent:
		return !slices.ContainsFunc(at, func(v any) bool { return v != nil })
	}
	values := scalars(at)
	return among(t.Values, t.All, func(want detect.Value) bool {
		return slices.ContainsFunc(values, func(v any) bool { return passes(t, want, text(v), event) })
	})
}

func among(values []detect.Value, all bool, found func(detect.Value) bool) bool {
	if all {
		return !slices.ContainsFunc(values, func(v detect.Value) bool { return !found(v) })
	}
	return slices.ContainsFunc(values, found)
}

// At returns what a path leads to in an event.
func At(event any, path string) []any {
	return walk(event, strings.Split(path, "."))
}

func walk(v any, path []string) []any {
	if len(path) == 0 {
		return []any{v}
	}
	name := strings.TrimSuffix(path[0], "{}")
	var found []any
	switch v := v.(type) {
	case []any:
		if isIndex(name) {
			if i, err := strconv.Atoi(name); err == nil && i < len(v) {
				return walk(v[i], path[1:])
			}
			return nil
		}
		for _, element := range v {
			found = append(found, walk(element, path)...)
		}
	case map[string]any:
		if member, ok := v[name]; ok {
			return walk(member, path[1:])
		}
		for _, member := range slices.Sorted(maps.Keys(v)) {
			if strings.EqualFold(member, name) {
				found = append(found, walk(v[member], path[1:])...)
			}
		}
	}
	return found
}

func isIndex(name string) bool {
	return name != "" && strings.Trim(name, "0123456789") == ""
}

// scalars are the texts, numbers and booleans among values, in lists too.
func scalars(values []any) []any {
	var found []any
	for _, v := range values {
		switch v := v.(type) {
		case nil, map[string]any:
		case []any:
			found = append(found, scalars(v)...)
		default:
			found = append(found, v)
		}
	}
	return found
}

// elements are what there is at a path of a Same: what is in lists, or the value.
func elements(values []any) []any {
	var found []any
	for _, v := range values {
		switch v := v.(type) {
		case nil:
		case []any:
			found = append(found, elements(v)...)
		default:
			found = append(found, v)
		}
	}
	return found
}

// everything is every scalar in a value, at whatever path.
func everything(v any) []any {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		var found []any
		for _, element := range v {
			found = append(found, everything(element)...)
		}
		return found
	case map[string]any:
		var found []any
		for _, member := range v {
			found = append(found, everything(member)...)
		}
		return found
	}
	return []any{v}
}

func hasValue(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case []any:
		return len(v) > 0
	case map[string]any:
		return len(v) > 0
	}
	return true
}

// text is how a scalar is written.
func text(v any) string { return fmt.Sprint(v) }
