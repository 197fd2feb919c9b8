package detect

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// resolve reads an event anew in which an object has a name twice or in two
// cases, and so slowly that it can tell which of them each path means. Okta sends
// no such events; those who want to be overlooked may.
func (s *state) resolve() {
	tree := decode(s.event)
	s.raw = nil
	for slot, path := range s.scope.paths {
		s.slots[slot] = s.slots[slot][:0]
		for _, v := range lead(tree, segments(path)) {
			s.put(slot, v)
		}
	}
}

// decode decodes what is known to be JSON.
func decode(raw []byte) any {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var tree any
	_ = dec.Decode(&tree)
	return tree
}

// lead returns what a path leads to.
func lead(v any, path []string) []any {
	if len(path) == 0 {
		return []any{v}
	}
	var all []any
	switch v := v.(type) {
	case []any:
		if i, ok := index(path[0]); ok {
			if i >= 0 && i < len(v) {
				return lead(v[i], path[1:])
			}
			return nil
		}
		for _, element := range v {
			all = append(all, lead(element, path)...)
		}
	case map[string]any:
		if member, ok := v[path[0]]; ok {
			return lead(member, path[1:])
		}
		for _, name := range slices.Sorted(maps.Keys(v)) {
			if strings.EqualFold(name, path[0]) {
				all = append(all, lead(v[name], path[1:])...)
			}
		}
	}
	return all
}

// put writes a value into raw, and notes it in a slot.
func (s *state) put(slot int, v any) {
	f := found{kind: isNumber}
	switch v := v.(type) {
	case nil:
		f.kind = isNull
	case bool:
		f.kind = isBool
	case string:
		f.kind, f.escaped = isText, true
	case map[string]any:
		f.kind, f.empty = isObject, len(v) == 0
	case []any:
		f.kind, f.empty = isList, len(v) == 0
		for _, element := range v {
			s.put(slot, element)
		}
	}
	text, err := json.Marshal(v)
	if err != nil {
		return
	}
	if s.raw = append(s.raw, text...); f.kind == isText {
		text = text[1 : len(text)-1]
		f.from, f.to = uint32(len(s.raw)-len(text)-1), uint32(len(s.raw)-1) //nolint:gosec // see maxEvent
	} else {
		f.from, f.to = uint32(len(s.raw)-len(text)), uint32(len(s.raw)) //nolint:gosec // see maxEvent
	}
	s.slots[slot] = append(s.slots[slot], f)
}
