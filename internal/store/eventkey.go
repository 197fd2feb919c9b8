package store

import (
	"crypto/sha256"
	"encoding/hex"
)

// eventKeySize is the length of an event's key in bytes.
const eventKeySize = 16

// eventKey returns what an event's uuid is found by. Okta's are UUIDs of version
// 1 (RFC 9562 section 5.1), made of the time. They are turned so that the time's
// highest part comes first, as in version 6: then the keys of a log rise, and
// the index grows at its end instead of being written all over. Anything else
// is hashed.
func eventKey(uuid string) []byte {
	var b [eventKeySize]byte
	if !decodeUUID1(&b, uuid) {
		sum := sha256.Sum256([]byte(uuid))
		return sum[:eventKeySize]
	}
	b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7] = b[6], b[7], b[4], b[5], b[0], b[1], b[2], b[3]
	return b[:]
}

// decodeUUID1 reads a UUID of version 1 in its usual form with small letters;
// others are not taken for one, as two spellings are two texts.
func decodeUUID1(b *[eventKeySize]byte, s string) bool {
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[14] != '1' || s[18] != '-' || s[23] != '-' {
		return false
	}
	var digits [2 * eventKeySize]byte
	copy(digits[0:8], s[0:8])
	copy(digits[8:12], s[9:13])
	copy(digits[12:16], s[14:18])
	copy(digits[16:20], s[19:23])
	copy(digits[20:], s[24:])
	for _, c := range digits {
		if 'A' <= c && c <= 'F' {
			return false
		}
	}
	_, err := hex.Decode(b[:], digits[:])
	return err == nil
}
