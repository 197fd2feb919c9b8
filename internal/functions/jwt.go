package functions

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"encoding/pem"
	"slices"
	"strings"

	"sallyport/internal/errs"
	"sallyport/internal/secret"
)

// signJWT signs with one of the algorithms of RFC 7518, section 3.1.
func signJWT(algorithm, key string, data []byte) ([]byte, error) {
	kind, hash, err := algorithmOf(algorithm)
	if err != nil {
		return nil, err
	}
	if key == "" {
		return nil, errNoKey()
	}
	if kind == "HS" {
		mac := hmac.New(hash.New, []byte(key))
		mac.Write(data)
		return mac.Sum(nil), nil
	}
	private, err := privateKey(key)
	if err != nil {
		return nil, err
	}
	h := hash.New()
	h.Write(data)
	sum := h.Sum(nil)
	switch k := private.(type) {
	case *rsa.PrivateKey:
		return signRSA(kind, k, hash, sum)
	case *ecdsa.PrivateKey:
		if kind == "ES" {
			return signECDSA(k, hash, sum)
		}
	}
	return nil, errs.New(errs.Invalid, "key: it is of another kind than %s", algorithm)
}

// errNoKey refuses the empty secret, with which anyone can sign.
func errNoKey() error { return errs.New(errs.Invalid, "key: a value is wanted") }

// algorithmOf takes an algorithm apart: HS, RS, ES or PS, and its hash.
func algorithmOf(name string) (kind string, hash crypto.Hash, err error) {
	hashes := map[string]crypto.Hash{"256": crypto.SHA256, "384": crypto.SHA384, "512": crypto.SHA512}
	if len(name) == 5 && slices.Contains([]string{"HS", "RS", "ES", "PS"}, name[:2]) {
		if hash, ok := hashes[name[2:]]; ok {
			return name[:2], hash, nil
		}
	}
	return "", 0, errs.New(errs.Invalid, "algorithm: %.20q is none of HS, RS, ES and PS with 256, 384 or 512", name)
}

// curveOf is the curve that goes with a hash.
func curveOf(hash crypto.Hash) elliptic.Curve {
	switch hash {
	case crypto.SHA384:
		return elliptic.P384()
	case crypto.SHA512:
		return elliptic.P521()
	default:
		return elliptic.P256()
	}
}

func signRSA(kind string, key *rsa.PrivateKey, hash crypto.Hash, sum []byte) (out []byte, err error) {
	switch kind {
	case "RS":
		out, err = rsa.SignPKCS1v15(rand.Reader, key, hash, sum)
	case "PS":
		out, err = rsa.SignPSS(rand.Reader, key, hash, sum, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
	default:
		return nil, errs.New(errs.Invalid, "key: an RSA key does not sign %s", kind)
	}
	if err != nil {
		return nil, errs.New(errs.Invalid, "key: it cannot sign: %v", err)
	}
	return out, nil
}

// signECDSA writes both numbers at the length of the curve, as RFC 7518,
// section 3.4, has it.
func signECDSA(key *ecdsa.PrivateKey, hash crypto.Hash, sum []byte) ([]byte, error) {
	curve := curveOf(hash)
	if key.Curve != curve {
		return nil, errs.New(errs.Invalid, "key: a key of the curve %s is wanted", curve.Params().Name)
	}
	r, s, err := ecdsa.Sign(rand.Reader, key, sum)
	if err != nil {
		return nil, errs.New(errs.Invalid, "key: it cannot sign: %v", err)
	}
	size := (curve.Params().BitSize + 7) / 8
	return append(r.FillBytes(make([]byte, size)), s.FillBytes(make([]byte, size))...), nil
}

// pemOf reads a PEM block, on one line with \\n for the ends of lines, too.
func pemOf(text string) (*pem.Block, error) {
	block, _ := pem.Decode([]byte(strings.ReplaceAll(strings.TrimSpace(text), `\n`, "\n")))
	if block == nil {
		return nil, errs.New(errs.Invalid, "key: a key in PEM is wanted, which begins with five dashes")
	}
	return block, nil
}

// privateKey reads a private key in PEM. Its text is in no error.
func privateKey(text string) (any, error) {
	block, err := pemOf(text)
	if err != nil {
		return nil, err
	}
	if k := secret.PrivateKey(block.Bytes); k != nil {
		return k, nil
	}
	return nil, errs.New(errs.Invalid, "key: the PEM block %q holds no private key of RSA or ECDSA that can be read; is it encrypted?", block.Type)
}
