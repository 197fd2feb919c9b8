package functions

import (
	"unicode/utf16"

	"sallyport/internal/function"
)

var _ = add(function.Of("text.segment", "Text Segment",
	"The part of a text from a position, counted from 0, to before another; without one, to the end.",
	textSegment).Serves("string:substr"))

type textSegmentIn struct {
	Text  *string  `okta:"string"`
	Start *float64 `okta:"start"`
	End   *float64 `okta:"end"`
}

type textSegmentOut struct {
	Text *string `okta:"output"`
}

// textSegment follows JavaScript's substring: positions outside are brought
// in, and if they are the wrong way round they are changed over. That is an
// inference.
func textSegment(_ function.Env, in textSegmentIn) (textSegmentOut, error) {
	if in.Text == nil {
		return textSegmentOut{}, nil
	}
	u := units(*in.Text)
	from, to := bring(in.Start, 0, len(u)), bring(in.End, len(u), len(u))
	if from > to {
		from, to = to, from
	}
	out := string(utf16.Decode(u[from:to]))
	return textSegmentOut{&out}, nil
}

// bring returns a position within 0 to length, or fallback where there is none.
func bring(at *float64, fallback, length int) int {
	if at == nil {
		return fallback
	}
	return int(min(max(*at, 0), float64(length)))
}
