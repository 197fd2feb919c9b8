package functions

import (
	"net/url"
	"strings"

	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("url.encode_query", "Encode Query",
	"An object as the query of a URL, its fields in their order: name=John%20Doe. A list gives its field several times, and null an empty one.",
	urlEncodeQuery).Serves("url:encode"))

type urlEncodeQueryIn struct {
	Fields *value.Object `okta:"query"`
}

type urlEncodeQueryOut struct {
	Query string `okta:"output"`
}

func urlEncodeQuery(_ function.Env, in urlEncodeQueryIn) (urlEncodeQueryOut, error) {
	var out text
	for name, v := range in.Fields.All() {
		items, ok := v.([]any)
		if !ok {
			items = []any{v}
		}
		for _, item := range items {
			if out.Len() > 0 {
				out.add("&")
			}
			out.add(escaped(name) + "=" + escaped(value.String(item)))
		}
	}
	return urlEncodeQueryOut{out.String()}, out.err
}

// escaped writes a blank as %20, which servers of all kinds read.
func escaped(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }
