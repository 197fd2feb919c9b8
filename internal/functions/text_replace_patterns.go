package functions

import (
	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("text.replace_patterns", "Replace Patterns",
	"Puts a text in place of what regular expressions find, one expression after the other. $1 stands for a group.",
	textReplacePatterns).Serves("string:replaceAny"))

type textReplacePatternsIn struct {
	Text          *string       `okta:"text"`
	Patterns      *value.Object `okta:"patterns/*"`
	Replacement   string        `okta:"replacement"`
	All           bool          `okta:"global"`
	CaseSensitive *bool         `okta:"case sensitive"`
}

// textReplacePatterns takes patterns as regular expressions: that is inferred
// from the card's name, since what exported flows hold would do as plain text
// too. Here is the place to change it.
func textReplacePatterns(_ function.Env, in textReplacePatternsIn) (changedOut, error) {
	if in.Text == nil {
		return changedOut{}, nil
	}
	out := *in.Text
	for name, p := range in.Patterns.All() {
		source := value.String(p)
		if source == "" {
			continue
		}
		re, err := pattern("patterns: "+name, source, in.CaseSensitive == nil || *in.CaseSensitive)
		if err != nil {
			return changedOut{}, err
		}
		if out, err = replace(out, re, in.Replacement, in.All); err != nil {
			return changedOut{}, err
		}
	}
	return changedOut{&out}, nil
}
