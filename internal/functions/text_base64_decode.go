package functions

import (
	"encoding/base64"
	"strings"
	"unicode"

	"sallyport/internal/errs"
	"sallyport/internal/function"
)

var _ = add(function.Of("text.base64_decode", "Base64 Decode",
	"The text that Base64 stands for, with the usual alphabet or the one for URLs. What is no text in it is replaced.",
	textBase64Decode).Serves("string:base64Decode"))

func textBase64Decode(env function.Env, in changedIn) (changedOut, error) {
	if in.Text == nil {
		return changedOut{}, nil
	}
	plain := strings.Map(func(c rune) rune {
		switch {
		case c == '-':
			return '+'
		case c == '_':
			return '/'
		case unicode.IsSpace(c) || c == '=':
			return -1
		case env.Loose && (c > unicode.MaxASCII || !strings.ContainsRune("+/", c) && !unicode.IsLetter(c) && !unicode.IsDigit(c)):
			return -1 // as JavaScript's reader does, by inference
		}
		return c
	}, *in.Text)
	raw, err := base64.RawStdEncoding.DecodeString(plain)
	if err != nil && !env.Loose {
		return changedOut{}, errs.New(errs.Invalid, "text: it is no Base64: %v", err)
	}
	out := strings.ToValidUTF8(string(raw), "\uFFFD")
	return changedOut{&out}, nil
}
