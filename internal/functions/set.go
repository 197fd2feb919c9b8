package functions

import (
	"slices"

	"sallyport/internal/value"
)

// set is a set of values that are equal deeply. The zero value is empty.
type set struct{ items map[string][]any }

// has reports whether the set holds a value.
func (s *set) has(v any) bool {
	return slices.ContainsFunc(s.items[bucket(v)], func(e any) bool { return value.Equal(e, v) })
}

// add puts a value into the set, and reports whether it is new.
func (s *set) add(v any) bool {
	if s.has(v) {
		return false
	}
	if s.items == nil {
		s.items = map[string][]any{}
	}
	key := bucket(v)
	s.items[key] = append(s.items[key], v)
	return true
}

func setOf(list []any) *set {
	var s set
	for _, v := range list {
		s.add(v)
	}
	return &s
}

// bucket is a text that equal values have in common: the stored form with the
// fields of objects in the order of their names.
func bucket(v any) string { return string(value.Store(ordered(v))) }

func ordered(v any) any {
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = ordered(e)
		}
		return out
	case *value.Object:
		keys := v.Keys()
		slices.Sort(keys)
		out := value.NewObject(len(keys))
		for _, k := range keys {
			out.Set(k, ordered(v.At(k)))
		}
		return out
	}
	return v
}
