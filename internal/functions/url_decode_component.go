package functions

import (
	"net/url"
	"strings"

	"sallyport/internal/errs"
	"sallyport/internal/function"
)

var _ = add(function.Of("url.decode_component", "Decode Component", "The text that a part of a URL stands for: %20 is a blank.", urlDecodeComponent).Serves("url:decodeComponent"))

func urlDecodeComponent(_ function.Env, in changedIn) (changedOut, error) {
	if in.Text == nil {
		return changedOut{}, nil
	}
	out, err := url.PathUnescape(*in.Text)
	if err != nil {
		return changedOut{}, errs.New(errs.Invalid, "text: %v", err)
	}
	out = strings.ToValidUTF8(out, "\uFFFD")
	return changedOut{&out}, nil
}
