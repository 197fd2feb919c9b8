package value

import (
	"strconv"
	"strings"
)

// Lookup returns what stands at a dotted path of v: "actor.alternateId",
// "target.0.id". A segment names a field, or is the position in a list. A name
// that holds the rest of the path literally, dots and all, wins over splitting
// it. A text met on the way is read as JSON where it is JSON. The empty path is
// v itself; what is not there is null.
func Lookup(v any, path string) any {
	if path == "" {
		return v
	}
	switch v := v.(type) {
	case *Object:
		// The longest name first, so that {"a.b": 1} answers a.b.
		for end := len(path); end > 0; end = strings.LastIndexByte(path[:end], '.') {
			if sub, ok := v.Get(path[:end]); ok {
				return Lookup(sub, strings.TrimPrefix(path[end:], "."))
			}
		}
	case []any:
		head, rest, _ := strings.Cut(path, ".")
		if i, err := strconv.Atoi(head); err == nil && i >= 0 && i < len(v) {
			return Lookup(v[i], rest)
		}
	case string:
		if looksJSON(v) {
			if sub, err := ParseJSON([]byte(v)); err == nil {
				return Lookup(sub, path)
			}
		}
	}
	return nil
}

// Walk follows segments that are never split.
func Walk(v any, segments []string) any {
	for _, s := range segments {
		switch cur := v.(type) {
		case *Object:
			v = cur.At(s)
		case []any:
			i, err := strconv.Atoi(s)
			if err != nil || i < 0 || i >= len(cur) {
				return nil
			}
			v = cur[i]
		default:
			return nil
		}
	}
	return v
}

func looksJSON(s string) bool {
	s = strings.TrimSpace(s)
	return s != "" && (s[0] == '{' || s[0] == '[')
}
