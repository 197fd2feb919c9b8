package functions

import (
	"sallyport/internal/errs"
	"sallyport/internal/function"
)

var _ = add(function.Of("crypto.hash", "Hash", "The digest of a text. Algorithms and results are those of crypto.hmac.", cryptoHash).Serves("crypto:hash"))

type cryptoHashIn struct {
	Algorithm string `port:",required"`
	Data      string
	Digest    string
}

func cryptoHash(_ function.Env, in cryptoHashIn) (cryptoHmacOut, error) {
	h, ok := hashOf(in.Algorithm)
	if !ok {
		return cryptoHmacOut{}, errs.New(errs.Invalid, "algorithm: %.40q is not known", in.Algorithm)
	}
	sum := h.New()
	sum.Write([]byte(in.Data))
	out, err := digested(sum.Sum(nil), in.Digest)
	return cryptoHmacOut{out}, err
}
