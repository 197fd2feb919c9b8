package functions

import (
	"net/url"
	"strings"

	"sallyport/internal/errs"
	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("url.decode_query", "Decode Query",
	"The fields of a URL's query as an object, in their order, with a ? before it or without. A field that comes several times is a list.",
	urlDecodeQuery).Serves("url:decode"))

type urlDecodeQueryIn struct {
	Query string
}

type urlDecodeQueryOut struct {
	Fields *value.Object `okta:"output"`
}

func urlDecodeQuery(_ function.Env, in urlDecodeQueryIn) (urlDecodeQueryOut, error) {
	if len(in.Query) > maxDocument {
		return urlDecodeQueryOut{}, errs.New(errs.Invalid, "query: more than %d MB", maxDocument>>20)
	}
	out := value.NewObject(4)
	for pair := range strings.SplitSeq(strings.TrimPrefix(strings.TrimSpace(in.Query), "?"), "&") {
		if pair == "" {
			continue
		}
		key, text, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(key)
		decoded, err2 := url.QueryUnescape(text)
		if err != nil || err2 != nil {
			return urlDecodeQueryOut{}, errs.New(errs.Invalid, "query: %.40q is not encoded as URLs are", pair)
		}
		name, v := strings.ToValidUTF8(name, "\uFFFD"), strings.ToValidUTF8(decoded, "\uFFFD")
		switch before, ok := out.Get(name); list := before.(type) {
		case []any:
			out.Set(name, append(list, v))
		default:
			if ok {
				out.Set(name, []any{before, v})
			} else {
				out.Set(name, v)
			}
		}
	}
	return urlDecodeQueryOut{out}, nil
}
