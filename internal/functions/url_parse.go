package functions

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"sallyport/internal/errs"
	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("url.parse", "Parse URL", "The parts of a URL (RFC 3986). Of query fields that come several times, the first counts; encoded_path and query_text are as they stand in the URL.", urlParse).Serves("url:parse"))

type urlParseIn struct {
	URL string `port:"url"`
}

type urlParseOut struct {
	Scheme      string `okta:"protocol"`
	Host        string
	Port        any    `kind:"number"`
	EncodedPath string `okta:"path"`
	QueryText   string `okta:"query"`
	Path        string
	Query       *value.Object
	Fragment    string
}

func urlParse(_ function.Env, in urlParseIn) (urlParseOut, error) {
	u, err := url.Parse(strings.TrimSpace(in.URL))
	if err != nil {
		return urlParseOut{}, errs.New(errs.Invalid, "url: it is no URL that can be read")
	}
	fields, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return urlParseOut{}, errs.New(errs.Invalid, "url: its query cannot be read")
	}
	query := value.NewObject(len(fields))
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		query.Set(name, fields.Get(name))
	}
	out := urlParseOut{Scheme: u.Scheme, Host: u.Hostname(), Path: u.Path, Query: query, Fragment: u.Fragment, EncodedPath: u.EscapedPath(), QueryText: u.RawQuery}
	if port, err := strconv.Atoi(u.Port()); err == nil {
		out.Port = port
	}
	return out, nil
}
