package functions

import (
	"sallyport/internal/errs"
	"sallyport/internal/function"
)

var _ = add(function.Of("text.find_pattern", "Find Pattern",
	"The position, counted from 0, at which a regular expression first fits a text; -1 where it does not.",
	textFindPattern).Serves("string:match"))

type textFindPatternIn struct {
	Text    string `okta:"string"`
	Pattern string `okta:"target"`
}

func textFindPattern(_ function.Env, in textFindPatternIn) (positionOut, error) {
	re, err := pattern("pattern", in.Pattern, true)
	if err != nil {
		return positionOut{}, err
	}
	if err := re.Fits(in.Text); err != nil {
		return positionOut{}, errs.New(errs.Invalid, "text: %v", err)
	}
	if at := re.FindStringIndex(in.Text); at != nil {
		return positionOut{unitsBefore(in.Text, at[0])}, nil
	}
	return positionOut{-1}, nil
}
