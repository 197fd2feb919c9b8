package function

import (
	"crypto/rand"
	"fmt"
	"io"
	"math"
)

// Below returns a random whole number from 0 up to, but not including, n, each
// as likely as the other. n must be above 0.
func (e Env) Below(n int) (int, error) {
	from := e.Random
	if from == nil {
		from = rand.Reader
	}
	// Of the 2^63 numbers that are drawn, those behind the last multiple of n are
	// drawn again: some results would come more often.
	limit := math.MaxInt64 - (math.MaxInt64%int64(n)+1)%int64(n)
	var b [8]byte
	for {
		if _, err := io.ReadFull(from, b[:]); err != nil {
			return 0, fmt.Errorf("draw a random number: %w", err)
		}
		var x int64
		for _, c := range b {
			x = x<<8 | int64(c)
		}
		if x &= math.MaxInt64; x <= limit {
			return int(x % int64(n)), nil
		}
	}
}

// Bytes returns n random bytes.
func (e Env) Bytes(n int) ([]byte, error) {
	from := e.Random
	if from == nil {
		from = rand.Reader
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(from, b); err != nil {
		return nil, fmt.Errorf("draw random bytes: %w", err)
	}
	return b, nil
}
