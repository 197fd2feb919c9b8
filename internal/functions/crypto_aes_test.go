package functions

import "testing"

func TestCryptoAES(t *testing.T) {
	check(t, "crypto.aes", map[string]example{
		"as documented": {`{"algorithm":"aes-128-cbc","key":"my secret key","data":"My secret message!"}`, `{"text":"RTOnd5dSDvH8TXF/fiHQ7JuLuxxCpk4nAAfzg/1rHTY="}`},
		"not AES":       {`{"algorithm":"des-cbc","key":"k","data":"x"}`, ``},
	})
}
