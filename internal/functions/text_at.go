package functions

import (
	"math"
	"unicode/utf16"

	"sallyport/internal/function"
)

var _ = add(function.Of("text.at", "At", "The character at a position of a text, counted from 0; null where there is none.", textAt))

type textAtIn struct {
	Text  string `okta:"string"`
	Index *float64
}

func textAt(_ function.Env, in textAtIn) (changedOut, error) {
	u := units(in.Text)
	if in.Index == nil || *in.Index < 0 || *in.Index >= float64(len(u)) || *in.Index != math.Trunc(*in.Index) {
		return changedOut{}, nil
	}
	at := int(*in.Index)
	from, to := at, at+1
	// Both halves of a pair are the whole character.
	if utf16.IsSurrogate(rune(u[at])) {
		if u[at] >= 0xdc00 {
			from--
		} else {
			to++
		}
	}
	out := string(utf16.Decode(u[from:to]))
	return changedOut{&out}, nil
}
