package functions

import (
	"net/url"
	"strings"

	"sallyport/internal/function"
)

var _ = add(function.Of("url.encode_component", "Encode Component",
	"Makes a text fit to stand in a part of a URL, as JavaScript's encodeURIComponent does: letters, digits and - _ . ! ~ * ' ( ) stay.",
	urlEncodeComponent).Serves("url:encodeComponent"))

func urlEncodeComponent(_ function.Env, in changedIn) (changedOut, error) {
	return in.by(func(s string) string {
		return strings.NewReplacer("+", "%20", "%21", "!", "%27", "'", "%28", "(", "%29", ")", "%2A", "*").Replace(url.QueryEscape(s))
	})
}
