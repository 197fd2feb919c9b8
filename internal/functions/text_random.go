package functions

import (
	"sallyport/internal/errs"
	"sallyport/internal/function"
)

var _ = add(function.Of("text.random", "Random", "A text of random letters and digits.", textRandom).AsEffect().Serves("string:random"))

type textRandomIn struct {
	Length float64
}

type textRandomOut struct {
	Text string `okta:"output"`
}

// maxRandom bounds the length of a random text.
const maxRandom = 10000

func textRandom(env function.Env, in textRandomIn) (textRandomOut, error) {
	const signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	if in.Length < 0 || in.Length > maxRandom {
		return textRandomOut{}, errs.New(errs.Invalid, "length: a number from 0 to %d is wanted, not %g", maxRandom, in.Length)
	}
	out := make([]byte, int(in.Length))
	for i := range out {
		n, err := env.Below(len(signs))
		if err != nil {
			return textRandomOut{}, err
		}
		out[i] = signs[n]
	}
	return textRandomOut{string(out)}, nil
}
