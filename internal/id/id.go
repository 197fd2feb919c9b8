// Package id makes the identifiers of rows: short texts that sort by the time
// they were made, and say nothing else.
package id

import (
	"crypto/rand"
	"encoding/binary"
	"time"
)

// alphabet is Crockford's base 32 in lower case: no i, l, o or u to misread.
const alphabet = "0123456789abcdefghjkmnpqrstvwxyz"

const (
	timeChars   = 9  // 45 bits of milliseconds: until the year 3084
	randomChars = 11 // 55 bits
)

// New returns an identifier of 20 characters. Those made in a later millisecond
// sort after it.
func New() string { return At(time.Now()) }

// At returns an identifier as if made at t.
func At(t time.Time) string {
	var b [timeChars + randomChars]byte
	ms := uint64(max(0, t.UnixMilli()))
	for i := timeChars - 1; i >= 0; i-- {
		b[i] = alphabet[ms&31]
		ms >>= 5
	}
	var raw [8]byte
	_, _ = rand.Read(raw[:]) // crypto/rand never fails: it ends the program instead
	r := binary.LittleEndian.Uint64(raw[:])
	for i := timeChars; i < len(b); i++ {
		b[i] = alphabet[r&31]
		r >>= 5
	}
	return string(b[:])
}

// Short returns an identifier of 10 random characters, for the few things that
// stand in the keys of many rows.
func Short() string { return New()[timeChars+1:] }
