package functions

import (
	"strings"
	"unicode/utf16"

	"sallyport/internal/function"
)

var _ = add(function.Of("text.find_last", "Find Last",
	"The position, counted from 0, at which a text is last found in another, and not behind a right-most position; -1 where it is not.",
	textFindLast).Serves("string:lastIndexOf"))

type textFindLastIn struct {
	Text  string   `okta:"string"`
	Find  string   `okta:"substr"`
	Until *float64 `okta:"index"`
}

func textFindLast(_ function.Env, in textFindLastIn) (positionOut, error) {
	if in.Until != nil {
		if *in.Until < 0 {
			return positionOut{-1}, nil
		}
		u := units(in.Text)
		last := bring(in.Until, len(u), len(u)) + len(units(in.Find))
		in.Text = string(utf16.Decode(u[:min(last, len(u))]))
	}
	return positionOut{unitsBefore(in.Text, strings.LastIndex(in.Text, in.Find))}, nil
}
