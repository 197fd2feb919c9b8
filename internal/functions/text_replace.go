package functions

import (
	"regexp"
	"strings"

	"sallyport/internal/function"
)

var _ = add(function.Of("text.replace", "Replace",
	"Puts one text in place of another: the first time it is found, or all times. Case counts unless said otherwise.",
	textReplace).Serves("string:replace"))

type textReplaceIn struct {
	Text          *string `okta:"string"`
	Find          string  `okta:"src"`
	Replacement   string  `okta:"dest"`
	All           bool    `okta:"global"`
	CaseSensitive *bool   `okta:"sensitive"`
}

// textReplace takes what it looks for literally, and finds nothing where that
// is empty; the documentation of the card leaves both open.
func textReplace(_ function.Env, in textReplaceIn) (changedOut, error) {
	if in.Text == nil || in.Find == "" {
		return changedOut{in.Text}, nil
	}
	if in.CaseSensitive == nil || *in.CaseSensitive {
		return in.exactly()
	}
	re, err := pattern("find", regexp.QuoteMeta(in.Find), false)
	if err != nil {
		return changedOut{}, err
	}
	out, err := replace(*in.Text, re, strings.ReplaceAll(in.Replacement, "$", "$$"), in.All)
	return changedOut{&out}, err
}

func (in textReplaceIn) exactly() (changedOut, error) {
	var made text
	rest := *in.Text
	for again := true; again && made.err == nil; again = again && in.All {
		var before, after string
		if before, after, again = strings.Cut(rest, in.Find); again {
			made.add(before)
			made.add(in.Replacement)
			rest = after
		}
	}
	made.add(rest)
	out := made.String()
	return changedOut{&out}, made.err
}
