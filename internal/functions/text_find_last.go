package functions

import (
	"slices"

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
	u, find := units(in.Text), units(in.Find)
	for at := bring(in.Until, len(u), len(u)); at >= 0; at-- {
		if at+len(find) <= len(u) && slices.Equal(u[at:at+len(find)], find) {
			return positionOut{float64(at)}, nil
		}
	}
	return positionOut{-1}, nil
}
