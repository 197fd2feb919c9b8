package functions

import (
	"strings"

	"sallyport/internal/errs"
	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("json.parse", "Parse", "The value that a JSON text stands for. What is no text stays as it is; nothing is null.", jsonParse).Serves("json:parse"))

type jsonParseIn struct {
	Text any `okta:"string"`
}

type jsonParseOut struct {
	Value any `okta:"output"`
}

func jsonParse(_ function.Env, in jsonParseIn) (jsonParseOut, error) {
	s, ok := in.Text.(string)
	if !ok {
		return jsonParseOut{in.Text}, nil
	}
	s = strings.TrimPrefix(strings.TrimSpace(s), "\uFEFF")
	if s == "" {
		return jsonParseOut{}, nil
	}
	v, err := value.ParseJSON([]byte(s))
	if err != nil {
		return jsonParseOut{}, errs.New(errs.Invalid, "text: %v", err)
	}
	return jsonParseOut{v}, nil
}
