// Package keytest makes keys for tests that sign in with passkeys.
package keytest

import "github.com/descope/virtualwebauthn"

// wholeKey is the length of a P-256 key in COSE (RFC 9053 section 7.1.1) whose
// coordinates have 32 bytes each.
const wholeKey = 77

// NewKey returns a key of an authenticator. The library writes coordinates without
// their leading zeros, which RFC 9053 section 7.1.1 does not allow, and a relying
// party refuses: such a key, one in 128, is not taken.
func NewKey() virtualwebauthn.Credential {
	for {
		if c := virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2); len(c.Key.AttestationData()) == wholeKey {
			return c
		}
	}
}
