package functions

import (
	"net/url"
	"strings"

	"sallyport/internal/function"
)

var _ = add(function.Of("url.encode", "Encode for a URL",
	"Makes a text fit to stand as a value in a URL (RFC 3986, section 2.1).", urlEncode))

type urlEncodeIn struct {
	Text string
}

type urlEncodeOut struct {
	Text string
}

func urlEncode(_ function.Env, in urlEncodeIn) (urlEncodeOut, error) {
	return urlEncodeOut{strings.ReplaceAll(url.QueryEscape(in.Text), "+", "%20")}, nil
}
