package functions

import (
	"encoding/base64"
	"strings"

	"sallyport/internal/errs"
	"sallyport/internal/function"
)

var _ = add(function.Of("crypto.decrypt", "Decrypt",
	"The text that crypto.encrypt made a result of, with the same algorithm and passphrase.",
	cryptoDecrypt).Serves("crypto:decipher"))

func cryptoDecrypt(_ function.Env, in cryptoIn) (cryptoHmacOut, error) {
	if len(in.Data) > 2*maxEncrypted {
		return cryptoHmacOut{}, errTooLong()
	}
	sealed, err := base64.StdEncoding.DecodeString(strings.TrimSpace(in.Data))
	if err != nil {
		return cryptoHmacOut{}, errs.New(errs.Invalid, "data: it is no Base64")
	}
	plain, err := decrypt(in.Algorithm, in.Key, sealed)
	if err != nil {
		return cryptoHmacOut{}, err
	}
	return cryptoHmacOut{strings.ToValidUTF8(string(plain), "\uFFFD")}, nil
}
