package secret

import "crypto/x509"

// PrivateKey reads an unencrypted private key in DER, the bytes of a PEM block:
// PKCS#8 (RFC 5958), PKCS#1 (RFC 8017), or SEC 1 (RFC 5915). It is nil where the
// bytes are none of them.
func PrivateKey(der []byte) any {
	if k, err := x509.ParsePKCS8PrivateKey(der); err == nil {
		return k
	}
	if k, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return k
	}
	if k, err := x509.ParseECPrivateKey(der); err == nil {
		return k
	}
	return nil
}
