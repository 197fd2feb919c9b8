package functions

import (
	"encoding/base64"

	"sallyport/internal/function"
)

var _ = add(function.Of("crypto.encrypt", "Encrypt",
	"Encrypts a text with a passphrase; the result is Base64. aes-256-gcm also shows when the result was altered, and gives another one each time: take it where the other side does not ask for aes-128-cbc, aes-256-cbc, aes-128-ecb, aes-256-ecb, des-cbc or des-ecb.",
	cryptoEncrypt).AsEffect().Serves("crypto:cipher"))

type cryptoIn struct {
	Algorithm string `port:",required"`
	Key       string `port:",required"`
	Data      string
}

func cryptoEncrypt(env function.Env, in cryptoIn) (cryptoHmacOut, error) {
	if len(in.Data) > maxEncrypted {
		return cryptoHmacOut{}, errTooLong()
	}
	sealed, err := encrypt(env, in.Algorithm, in.Key, []byte(in.Data))
	if err != nil {
		return cryptoHmacOut{}, err
	}
	return cryptoHmacOut{base64.StdEncoding.EncodeToString(sealed)}, nil
}
