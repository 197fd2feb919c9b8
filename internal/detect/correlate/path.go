package correlate

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Path leads to values of an event: names with dots between them, as in
// conditions, of which each may choose among the elements of a list:
// target[type=User].id is the id of every target whose type is User.
type Path []segment

type segment struct {
	name        string
	key, equals string // of name[key=equals]; key is empty without it
}

// ParsePath reads a path. The name within brackets is one name, and what it
// equals is compared without regard to case.
func ParsePath(text string) (Path, error) {
	var p Path
	for rest := text; ; {
		n := strings.IndexAny(rest, ".[")
		if n < 0 {
			n = len(rest)
		}
		s := segment{name: strings.TrimSuffix(rest[:n], "{}")}
		rest = rest[n:]
		if strings.HasPrefix(rest, "[") {
			inside, after, closed := strings.Cut(rest[1:], "]")
			key, equals, ok := strings.Cut(inside, "=")
			if s.key, s.equals = strings.TrimSpace(key), strings.TrimSpace(equals); !closed || !ok || s.key == "" || s.equals == "" {
				return nil, fmt.Errorf("the path %q chooses elements as target[type=User].id does", text)
			}
			rest = after
		}
		if s.name == "" || rest != "" && rest[0] != '.' {
			return nil, fmt.Errorf("the path %q has an empty part; write names with one dot between them, such as target[type=User].id", text)
		}
		if p = append(p, s); rest == "" {
			return p, nil
		}
		rest = rest[1:]
	}
}

// Values are the texts, numbers and booleans that the path leads to in a decoded
// event, as they are written.
func (p Path) Values(event any) []string {
	var found []string
	p.walk(event, func(text string) { found = append(found, text) })
	return found
}

func (p Path) walk(v any, found func(string)) {
	if list, ok := v.([]any); ok {
		if i, isIndex := p.index(); isIndex {
			if i < len(list) {
				p[1:].walk(list[i], found)
			}
			return
		}
		for _, element := range list {
			p.walk(element, found)
		}
		return
	}
	if len(p) == 0 {
		if text, ok := scalar(v); ok {
			found(text)
		}
		return
	}
	for _, member := range members(v, p[0].name) {
		for _, chosen := range p[0].choose(member) {
			p[1:].walk(chosen, found)
		}
	}
}

func (p Path) index() (int, bool) {
	if len(p) == 0 || p[0].key != "" {
		return 0, false
	}
	i, err := strconv.ParseUint(p[0].name, 10, 31)
	return int(i), err == nil
}

// members are what an object calls by a name: as it is written, or otherwise in
// any case.
func members(v any, name string) []any {
	object, ok := v.(map[string]any)
	if !ok {
		return nil
	}
	if member, ok := object[name]; ok {
		return []any{member}
	}
	var found []any
	for _, key := range slices.Sorted(maps.Keys(object)) {
		if strings.EqualFold(key, name) {
			found = append(found, object[key])
		}
	}
	return found
}

// choose are the elements that the segment is about.
func (s segment) choose(v any) []any {
	if s.key == "" {
		return []any{v}
	}
	if list, ok := v.([]any); ok {
		var chosen []any
		for _, element := range list {
			chosen = append(chosen, s.choose(element)...)
		}
		return chosen
	}
	for _, member := range members(v, s.key) {
		if text, ok := scalar(member); ok && strings.EqualFold(text, s.equals) {
			return []any{v}
		}
	}
	return nil
}

func scalar(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case bool:
		return strconv.FormatBool(v), true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), true
	}
	return "", false
}
