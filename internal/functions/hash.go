package functions

import (
	"crypto"
	_ "crypto/md5"    //nolint:gosec // a flow names the algorithm that the other side asks for
	_ "crypto/sha1"   //nolint:gosec // a flow names the algorithm that the other side asks for
	_ "crypto/sha256" // what a hash is called for must be in the program
	_ "crypto/sha3"
	_ "crypto/sha512"
	"strings"
)

// hashOf returns a hash by its name. The names are those of OpenSSL, which
// knows each by several: sha256, SHA-256 and RSA-SHA256.
func hashOf(name string) (crypto.Hash, bool) {
	name = strings.TrimPrefix(strings.ToLower(strings.TrimSpace(name)), "rsa-")
	name = strings.TrimSuffix(name, "withrsaencryption")
	switch strings.NewReplacer("-", "", "_", "", "/", "").Replace(name) {
	case "md5":
		return crypto.MD5, true
	case "sha1":
		return crypto.SHA1, true
	case "sha224":
		return crypto.SHA224, true
	case "sha256":
		return crypto.SHA256, true
	case "sha384":
		return crypto.SHA384, true
	case "sha512":
		return crypto.SHA512, true
	case "sha512224":
		return crypto.SHA512_224, true
	case "sha512256":
		return crypto.SHA512_256, true
	case "sha3224":
		return crypto.SHA3_224, true
	case "sha3256":
		return crypto.SHA3_256, true
	case "sha3384":
		return crypto.SHA3_384, true
	case "sha3512":
		return crypto.SHA3_512, true
	}
	return 0, false
}
