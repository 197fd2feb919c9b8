package keytest_test

import (
	"bytes"
	"testing"

	"sallyport/internal/passkey/keytest"
)

// Of a thousand keys about eight would have a coordinate that is too short.
func TestKeysAreWhole(t *testing.T) {
	x, y := []byte{0x21, 0x58, 32}, []byte{0x22, 0x58, 32} // in CBOR: the coordinates -2 and -3, of 32 bytes
	for range 1000 {
		key := keytest.NewKey().Key.AttestationData()
		if len(key) != 77 || !bytes.Equal(key[7:10], x) || !bytes.Equal(key[42:45], y) {
			t.Fatalf("not a whole key: % x", key)
		}
	}
}
