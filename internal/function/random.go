package function

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"io"
)

// Intn returns a random whole number from 0 up to, but not including, n, each
// as likely as the other. n must be above 0.
func (e Env) Intn(n uint64) (uint64, error) {
	from := e.Random
	if from == nil {
		from = rand.Reader
	}
	limit := -n % n // of 2^64 numbers, so many come once too often
	var b [8]byte
	for {
		if _, err := io.ReadFull(from, b[:]); err != nil {
			return 0, fmt.Errorf("draw a random number: %w", err)
		}
		if x := binary.LittleEndian.Uint64(b[:]); x >= limit {
			return x % n, nil
		}
	}
}
