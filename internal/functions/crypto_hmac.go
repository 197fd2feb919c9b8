package functions

import (
	"crypto/hmac"
	"encoding/base64"
	"encoding/hex"
	"strings"

	"sallyport/internal/errs"
	"sallyport/internal/function"
)

var _ = add(function.Of("crypto.hmac", "HMAC",
	"Signs a text with a key (RFC 2104). The algorithm is sha256 or another of md5, sha1, sha224, sha384, sha512 and the sha3 kinds; the result is base64, hex or binary.",
	cryptoHmac).Serves("crypto:hmac"))

type cryptoHmacIn struct {
	Algorithm string `port:",required"`
	Key       string
	Data      string
	Digest    string
}

type cryptoHmacOut struct {
	Text string `okta:"output"`
}

func cryptoHmac(_ function.Env, in cryptoHmacIn) (cryptoHmacOut, error) {
	h, ok := hashOf(in.Algorithm)
	if !ok {
		return cryptoHmacOut{}, errs.New(errs.Invalid, "algorithm: %.40q is none of md5, sha1, sha224, sha256, sha384, sha512, sha3-256, sha3-384 and sha3-512", in.Algorithm)
	}
	mac := hmac.New(h.New, []byte(in.Key))
	mac.Write([]byte(in.Data))
	out, err := digested(mac.Sum(nil), in.Digest)
	return cryptoHmacOut{out}, err
}

// digested writes bytes as text, in Base64 unless said otherwise.
func digested(sum []byte, digest string) (string, error) {
	switch strings.ToLower(digest) {
	case "", "base64":
		return base64.StdEncoding.EncodeToString(sum), nil
	case "hex":
		return hex.EncodeToString(sum), nil
	case "binary":
		// A character for each byte, as JavaScript's runtimes do.
		runes := make([]rune, len(sum))
		for i, b := range sum {
			runes[i] = rune(b)
		}
		return string(runes), nil
	}
	return "", errs.New(errs.Invalid, "digest: %.40q is none of base64, hex and binary", digest)
}
