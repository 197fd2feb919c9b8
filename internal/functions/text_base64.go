package functions

import (
	"encoding/base64"

	"sallyport/internal/function"
)

var _ = add(function.Of("text.base64", "Base64", "The text's bytes in Base64 (RFC 4648, section 4).", textBase64).Serves("string:base64"))

func textBase64(_ function.Env, in changedIn) (changedOut, error) {
	return in.by(func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) })
}
