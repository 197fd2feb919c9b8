package functions

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"

	"sallyport/internal/errs"
	"sallyport/internal/function"
)

var _ = add(function.Of("crypto.sign", "Sign",
	"Signs a text with a private key in PEM: RSA (PKCS #1 v1.5) or ECDSA. Algorithms and results are those of crypto.hmac. Keys that a passphrase protects are not read.",
	cryptoSign).AsEffect().Serves("crypto:sign"))

type cryptoSignIn struct {
	Algorithm  string `port:",required"`
	Key        string `port:",required" okta:"privateKey/key"`
	Passphrase string `okta:"privateKey/passphrase"`
	Data       string
	Digest     string
}

func cryptoSign(_ function.Env, in cryptoSignIn) (cryptoHmacOut, error) {
	hash, ok := hashOf(in.Algorithm)
	if !ok {
		return cryptoHmacOut{}, errs.New(errs.Invalid, "algorithm: %.40q is not known", in.Algorithm)
	}
	if in.Passphrase != "" {
		return cryptoHmacOut{}, errs.New(errs.Invalid, "passphrase: keys that a passphrase protects are not read; store the key without one as a secret")
	}
	private, err := privateKey(in.Key)
	if err != nil {
		return cryptoHmacOut{}, err
	}
	h := hash.New()
	h.Write([]byte(in.Data))
	signature, err := signSum(private, hash, h.Sum(nil))
	if err != nil {
		return cryptoHmacOut{}, errs.New(errs.Invalid, "key: it cannot sign: %v", err)
	}
	out, err := digested(signature, in.Digest)
	return cryptoHmacOut{out}, err
}

// signSum signs a digest as OpenSSL does by default.
func signSum(private any, hash crypto.Hash, sum []byte) ([]byte, error) {
	switch k := private.(type) {
	case *rsa.PrivateKey:
		return rsa.SignPKCS1v15(rand.Reader, k, hash, sum)
	case *ecdsa.PrivateKey:
		return ecdsa.SignASN1(rand.Reader, k, sum)
	}
	return nil, errs.New(errs.Invalid, "an RSA or ECDSA key is wanted")
}
