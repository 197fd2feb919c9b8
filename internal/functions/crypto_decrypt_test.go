package functions

import (
	"encoding/base64"
	"strings"
	"testing"

	"sallyport/internal/value"
)

func TestCryptoDecrypt(t *testing.T) {
	check(t, "crypto.decrypt", map[string]example{
		"as documented":    {`{"algorithm":"aes-256-cbc","key":"my secret key","data":"hrDDPCtB0Cijc8EFAHhABiYEKdYBgt+e63RGV288SOI="}`, `{"text":"My secret message!"}`},
		"another key":      {`{"algorithm":"aes-256-cbc","key":"my secret","data":"hrDDPCtB0Cijc8EFAHhABiYEKdYBgt+e63RGV288SOI="}`, ``},
		"no Base64":        {`{"algorithm":"aes-256-cbc","key":"k","data":"?"}`, ``},
		"half a block":     {`{"algorithm":"aes-256-cbc","key":"k","data":"AAAA"}`, ``},
		"nothing":          {`{"algorithm":"aes-256-cbc","key":"k","data":""}`, ``},
		"too short a seal": {`{"algorithm":"aes-256-gcm","key":"k","data":"AAAA"}`, ``},
		"another":          {`{"algorithm":"none","key":"k","data":"AAAA"}`, ``},
	})
}

// What is encrypted is decrypted by the same algorithm and key, and a sealed
// text that was altered by none.
func TestCryptoDecryptWhatWasEncrypted(t *testing.T) {
	for _, algorithm := range []string{"aes-256-gcm", "aes-128-cbc", "aes-128-ecb", "aes-256-cbc", "aes-256-ecb", "des-cbc", "des-ecb"} {
		for _, data := range []string{"", "x", "sixteen bytes ok", "ä longer text 😀 of more than one block"} {
			sealed, err := find(t, "crypto.encrypt").Run(fixed(false), value.Map("algorithm", algorithm, "key", "k", "data", data))
			if err != nil {
				t.Fatal(err)
			}
			in := value.Map("algorithm", algorithm, "key", "k", "data", sealed.Text("text"))
			if out, err := find(t, "crypto.decrypt").Run(fixed(false), in); err != nil || out.Text("text") != data {
				t.Errorf("%s of %q: %s, %v", algorithm, data, value.JSON(out), err)
			}
			if algorithm != "aes-256-gcm" {
				continue
			}
			raw, err := base64.StdEncoding.DecodeString(sealed.Text("text"))
			if err != nil {
				t.Fatal(err)
			}
			raw[len(raw)-1] ^= 1
			if out, err := find(t, "crypto.decrypt").Run(fixed(false), in.With("data", base64.StdEncoding.EncodeToString(raw))); err == nil {
				t.Errorf("an altered text gave %s", value.JSON(out))
			}
		}
	}
}

// Whatever is decrypted, it is a text or an error; what OpenSSL's ciphers give
// is what encrypts to the same again, where it is a text.
func FuzzDecrypt(f *testing.F) {
	f.Add("hrDDPCtB0Cijc8EFAHhABiYEKdYBgt+e63RGV288SOI=", "my secret key", "aes-256-cbc")
	f.Add("y1BMK9ako4M=", "k", "des-ecb")
	f.Fuzz(func(t *testing.T, data, key, algorithm string) {
		if strings.HasSuffix(algorithm, "gcm") {
			return // slow by design
		}
		out, err := find(t, "crypto.decrypt").Run(fixed(false), value.Map("algorithm", algorithm, "key", key, "data", data))
		if err != nil || strings.Contains(out.Text("text"), "\uFFFD") {
			return
		}
		again, err := find(t, "crypto.encrypt").Run(fixed(false), value.Map("algorithm", algorithm, "key", key, "data", out.Text("text")))
		raw, err2 := base64.StdEncoding.DecodeString(strings.TrimSpace(data))
		if err != nil || err2 != nil || again.Text("text") != base64.StdEncoding.EncodeToString(raw) {
			t.Fatalf("%q gave %s, and that %s, %v", data, value.JSON(out), value.JSON(again), err)
		}
	})
}
