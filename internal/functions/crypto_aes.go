package functions

import (
	"strings"

	"sallyport/internal/errs"
	"sallyport/internal/function"
)

var _ = add(function.Of("crypto.aes", "AES",
	"Encrypts a text with a passphrase, as crypto.encrypt does, by one of the AES algorithms.",
	cryptoAES).AsEffect().Serves("crypto:aes"))

func cryptoAES(env function.Env, in cryptoIn) (cryptoHmacOut, error) {
	if !strings.HasPrefix(strings.ToLower(in.Algorithm), "aes-") {
		return cryptoHmacOut{}, errs.New(errs.Invalid, "algorithm: %.40q is none of AES", in.Algorithm)
	}
	return cryptoEncrypt(env, in)
}
