package functions

import (
	"strings"

	"sallyport/internal/function"
)

var _ = add(function.Of("text.find", "Find", "The position, counted from 0, at which a text is first found in another; -1 where it is not.", textFind).Serves("string:find"))

type textFindIn struct {
	Text string `okta:"string"`
	Find string `okta:"substr"`
}

type positionOut struct {
	Position float64 `okta:"output"`
}

func textFind(_ function.Env, in textFindIn) (positionOut, error) {
	return positionOut{unitsBefore(in.Text, strings.Index(in.Text, in.Find))}, nil
}
