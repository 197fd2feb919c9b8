package functions

import (
	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("object.expand", "Expand",
	"Values deep within an object. paths is a list of paths, each a list of names and positions that are taken as they are.",
	objectExpand).Serves("object:expand"))

type objectExpandIn struct {
	Object any
	Paths  []any
}

type objectExpandOut struct {
	Values []any `okta:"*/*"`
}

// objectExpand serves a hidden card, whose outputs are pairs of a path and the
// value at it: the values are in the order of the paths.
func objectExpand(_ function.Env, in objectExpandIn) (objectExpandOut, error) {
	out := objectExpandOut{make([]any, len(in.Paths))}
	for i, p := range in.Paths {
		names, ok := p.([]any)
		if !ok {
			names = []any{p}
		}
		at := in.Object
		for _, name := range names {
			if s, ok := at.(string); ok { // JSON text on the way is read
				if v, err := value.ParseJSON([]byte(s)); err == nil {
					at = v
				}
			}
			at = value.Walk(at, []string{value.String(name)})
		}
		out.Values[i] = at
	}
	return out, nil
}
