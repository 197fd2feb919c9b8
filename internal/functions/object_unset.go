package functions

import (
	"strconv"
	"strings"

	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("object.unset", "Unset", "A copy of an object without what stands at a dotted path. Items of lists behind it move up. Where nothing stands there nothing changes.", objectUnset).Serves("object:unset"))

type objectUnsetIn struct {
	Object any `kind:"object"`
	Path   string
}

func objectUnset(_ function.Env, in objectUnsetIn) (objectSetOut, error) {
	return objectSetOut{unset(in.Object, in.Path)}, nil
}

// unset takes the way that value.Lookup takes: the longest name first.
func unset(v any, path string) any {
	switch v := v.(type) {
	case *value.Object:
		for end := len(path); end > 0; end = strings.LastIndexByte(path[:end], '.') {
			sub, ok := v.Get(path[:end])
			switch {
			case ok && end == len(path):
				return without(v, path)
			case ok:
				return v.With(path[:end], unset(sub, path[end+1:]))
			}
		}
	case []any:
		head, rest, deeper := strings.Cut(path, ".")
		i, err := strconv.Atoi(head)
		if err != nil || i < 0 || i >= len(v) {
			return v
		}
		out := append([]any{}, v[:i]...)
		if deeper {
			out = append(out, unset(v[i], rest))
		}
		return append(out, v[i+1:]...)
	}
	return v
}
