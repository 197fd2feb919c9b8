package functions

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/des" //nolint:gosec // a flow names the algorithm that the other side asks for
	"crypto/md5" //nolint:gosec // how OpenSSL makes a key of a passphrase
	"crypto/pbkdf2"
	"crypto/sha256"
	"strings"

	"sallyport/internal/errs"
	"sallyport/internal/function"
)

// maxEncrypted bounds, in bytes, a text that is encrypted.
const maxEncrypted = 8 << 20

func errTooLong() error {
	return errs.New(errs.Invalid, "data: more than %d MB", maxEncrypted>>20)
}

// What aes-256-gcm gives is a salt, a nonce, and the sealed text. The key is
// made of the passphrase by PBKDF2 (RFC 8018) with HMAC-SHA-256.
const (
	saltSize   = 16
	nonceSize  = 12
	iterations = 100_000
)

func encrypt(env function.Env, algorithm, passphrase string, plain []byte) ([]byte, error) {
	if strings.EqualFold(algorithm, "aes-256-gcm") {
		head, err := env.Bytes(saltSize + nonceSize)
		if err != nil {
			return nil, err
		}
		aead, err := sealer(passphrase, head[:saltSize])
		if err != nil {
			return nil, err
		}
		return aead.Seal(head, head[saltSize:], plain, nil), nil
	}
	block, iv, err := openSSL(algorithm, passphrase)
	if err != nil {
		return nil, err
	}
	// The padding of PKCS #7 (RFC 5652, section 6.3).
	size := block.BlockSize()
	pad := size - len(plain)%size
	out := append(bytes.Clone(plain), bytes.Repeat([]byte{byte(pad)}, pad)...) //nolint:gosec // 16 at most
	if iv != nil {
		cipher.NewCBCEncrypter(block, iv).CryptBlocks(out, out)
		return out, nil
	}
	for b := out; len(b) > 0; b = b[size:] {
		block.Encrypt(b, b)
	}
	return out, nil
}

func decrypt(algorithm, passphrase string, sealed []byte) ([]byte, error) {
	wrong := errs.New(errs.Invalid, "data: it was not encrypted with this algorithm and key")
	if strings.EqualFold(algorithm, "aes-256-gcm") {
		if len(sealed) < saltSize+nonceSize {
			return nil, wrong
		}
		aead, err := sealer(passphrase, sealed[:saltSize])
		if err != nil {
			return nil, err
		}
		plain, err := aead.Open(nil, sealed[saltSize:saltSize+nonceSize], sealed[saltSize+nonceSize:], nil)
		if err != nil {
			return nil, wrong
		}
		return plain, nil
	}
	block, iv, err := openSSL(algorithm, passphrase)
	if err != nil {
		return nil, err
	}
	size := block.BlockSize()
	if len(sealed) == 0 || len(sealed)%size != 0 {
		return nil, wrong
	}
	out := bytes.Clone(sealed)
	if iv != nil {
		cipher.NewCBCDecrypter(block, iv).CryptBlocks(out, out)
	} else {
		for b := out; len(b) > 0; b = b[size:] {
			block.Decrypt(b, b)
		}
	}
	pad := int(out[len(out)-1])
	if pad < 1 || pad > size || !bytes.Equal(out[len(out)-pad:], bytes.Repeat(out[len(out)-1:], pad)) {
		return nil, wrong
	}
	return out[:len(out)-pad], nil
}

func sealer(passphrase string, salt []byte) (cipher.AEAD, error) {
	key, err := pbkdf2.Key(sha256.New, passphrase, salt, iterations, 32)
	if err != nil {
		return nil, errs.New(errs.Invalid, "key: %v", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// openSSL returns a block cipher by its name in OpenSSL, and where blocks are
// chained (CBC) the first one. Both come of the passphrase as OpenSSL's
// EVP_BytesToKey makes them, with MD5, once, and without salt: so the cards do
// whose results are documented.
func openSSL(algorithm, passphrase string) (block cipher.Block, iv []byte, err error) {
	sizes := map[string]int{
		"aes-128-cbc": 16, "aes-128-ecb": 16, "aes-192-cbc": 24, "aes-192-ecb": 24,
		"aes-256-cbc": 32, "aes-256-ecb": 32, "des-cbc": 8, "des-ecb": 8,
	}
	name := strings.ToLower(strings.TrimSpace(algorithm))
	size, ok := sizes[name]
	if !ok {
		return nil, nil, errs.New(errs.Invalid, "algorithm: %.40q is none of aes-256-gcm, aes-128-cbc, aes-256-cbc, aes-128-ecb, aes-256-ecb, des-cbc and des-ecb", algorithm)
	}
	if passphrase == "" {
		return nil, nil, errs.New(errs.Invalid, "key: a value is wanted")
	}
	var made, last []byte
	for len(made) < size+aes.BlockSize {
		sum := md5.Sum(append(last, passphrase...)) //nolint:gosec // see above
		last = sum[:]
		made = append(made, last...)
	}
	if strings.HasPrefix(name, "des") {
		block, err = des.NewCipher(made[:size]) //nolint:gosec // see above
	} else {
		block, err = aes.NewCipher(made[:size])
	}
	if err == nil && strings.HasSuffix(name, "cbc") {
		iv = made[size : size+block.BlockSize()]
	}
	return block, iv, err
}
