package functions

import (
	"testing"

	"sallyport/internal/value"
)

// The first two are the examples of Okta's documentation; the others are what
// OpenSSL gives (openssl enc -md md5 -nosalt).
func TestCryptoEncrypt(t *testing.T) {
	check(t, "crypto.encrypt", map[string]example{
		"aes-256-cbc":   {`{"algorithm":"aes-256-cbc","key":"my secret key","data":"My secret message!"}`, `{"text":"hrDDPCtB0Cijc8EFAHhABiYEKdYBgt+e63RGV288SOI="}`},
		"aes-128-cbc":   {`{"algorithm":"AES-128-CBC","key":"my secret key","data":"My secret message!"}`, `{"text":"RTOnd5dSDvH8TXF/fiHQ7JuLuxxCpk4nAAfzg/1rHTY="}`},
		"aes-128-ecb":   {`{"algorithm":"aes-128-ecb","key":"k","data":""}`, `{"text":"gNuW7o27zE09+KUbCVMwdQ=="}`},
		"des-cbc":       {`{"algorithm":"des-cbc","key":"k","data":"12345678"}`, `{"text":"BrxJA5z1LXw6a+ktyu/L3Q=="}`},
		"des-ecb":       {`{"algorithm":"des-ecb","key":"k","data":"x"}`, `{"text":"y1BMK9ako4M="}`},
		"another":       {`{"algorithm":"rot13","key":"k","data":"x"}`, ``},
		"no algorithm":  {`{"key":"k","data":"x"}`, ``},
		"no passphrase": {`{"algorithm":"aes-256-cbc","data":"x"}`, ``},
	})
	checkLoose(t, "crypto.encrypt", map[string]example{
		"no passphrase": {`{"algorithm":"aes-256-cbc","data":"x"}`, ``},
	})
}

func TestCryptoEncryptIsAnother(t *testing.T) {
	f, env := find(t, "crypto.encrypt"), fixed(false)
	in := value.Map("algorithm", "aes-256-gcm", "key", "k", "data", "x")
	first, err := f.Run(env, in)
	if err != nil {
		t.Fatal(err)
	}
	second, err := f.Run(env, in)
	if err != nil || value.Equal(first, second) {
		t.Errorf("twice %s, %v", value.JSON(first), err)
	}
}
