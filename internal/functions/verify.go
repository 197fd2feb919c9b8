package functions

import (
	"crypto/ecdsa"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/x509"
	"math/big"

	"sallyport/internal/errs"
)

// verifyJWT checks a signature by one of the algorithms of RFC 7518, section
// 3.1.
func verifyJWT(algorithm, key string, data, signature []byte) error {
	kind, hash, err := algorithmOf(algorithm)
	if err != nil {
		return err
	}
	if key == "" {
		return errNoKey()
	}
	wrong := errs.New(errs.Invalid, "token: its signature does not fit the key")
	if kind == "HS" {
		// A public key is known to everybody: as a secret it would let anyone sign.
		if _, err := pemOf(key); err == nil {
			return errs.New(errs.Invalid, "key: a key in PEM is no secret for %s; choose its algorithm", algorithm)
		}
		mac := hmac.New(hash.New, []byte(key))
		mac.Write(data)
		if !hmac.Equal(mac.Sum(nil), signature) {
			return wrong
		}
		return nil
	}
	public, err := publicKey(key)
	if err != nil {
		return err
	}
	h := hash.New()
	h.Write(data)
	sum := h.Sum(nil)
	valid := false
	switch k := public.(type) {
	case *rsa.PublicKey:
		valid = kind == "RS" && rsa.VerifyPKCS1v15(k, hash, sum, signature) == nil ||
			kind == "PS" && rsa.VerifyPSS(k, hash, sum, signature, nil) == nil
	case *ecdsa.PublicKey:
		size := (k.Params().BitSize + 7) / 8
		valid = kind == "ES" && k.Curve == curveOf(hash) && len(signature) == 2*size &&
			ecdsa.Verify(k, sum, new(big.Int).SetBytes(signature[:size]), new(big.Int).SetBytes(signature[size:]))
	}
	if !valid {
		return wrong
	}
	return nil
}

// publicKey reads a public key in PEM, or the one of a certificate.
func publicKey(text string) (any, error) {
	block, err := pemOf(text)
	if err != nil {
		return nil, err
	}
	if k, err := x509.ParsePKIXPublicKey(block.Bytes); err == nil {
		return k, nil
	}
	if k, err := x509.ParsePKCS1PublicKey(block.Bytes); err == nil {
		return k, nil
	}
	if c, err := x509.ParseCertificate(block.Bytes); err == nil {
		return c.PublicKey, nil
	}
	return nil, errs.New(errs.Invalid, "key: the PEM block %q holds no public key of RSA or ECDSA that can be read", block.Type)
}
