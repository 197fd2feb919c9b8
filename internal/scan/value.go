package scan

import (
	"encoding/binary"
	"math/bits"
)

// Value goes over a value that begins at i, with all that is in it; depth is how
// deep it is nested. It is one loop, that jumps: most of an event is skipped
// here, and a call for each text would cost as much again.
func Value(b []byte, i, depth int) int { //nolint:gocyclo,gocognit,funlen // see above
	var (
		objects uint64 // for each level, the innermost lowest, whether it is an object
		level   int
		m       uint64
		c       byte
	)
value:
	if i >= len(b) {
		return -1
	}
	switch c = b[i]; c {
	case '"':
		for i++; i+8 <= len(b); i += 8 {
			if m = stops(binary.LittleEndian.Uint64(b[i:])); m != 0 {
				if i += bits.TrailingZeros64(m) >> 3; b[i] == '"' {
					i++
					goto after
				}
				break
			}
		}
		if i, _ = Text(b, i); i < 0 {
			return i
		}
		i++
	case '{', '[':
		if depth+level >= MaxDepth {
			return -1
		}
		if level == 64 {
			if i = Value(b, i, depth+level); i < 0 {
				return i
			}
			goto after
		}
		if i++; i < len(b) && b[i] <= ' ' {
			i = Blank(b, i)
		}
		if i < len(b) && b[i] == c+2 { // '}' and ']'
			i++
			goto after
		}
		objects, level = objects<<1|uint64(c>>5&1), level+1
		if c == '{' {
			goto key
		}
		goto value
	default:
		if i = Scalar(b, i); i < 0 {
			return i
		}
	}
after:
	if level == 0 {
		return i
	}
	if i >= len(b) {
		return -1
	}
	if c = b[i]; c <= ' ' {
		if i = Blank(b, i); i >= len(b) {
			return -1
		}
		c = b[i]
	}
	i++
	switch c {
	case ',':
		if i < len(b) && b[i] <= ' ' {
			i = Blank(b, i)
		}
		if objects&1 == 0 {
			goto value
		}
	case '}', ']':
		if uint64(c>>5&1) != objects&1 {
			return -1
		}
		objects, level = objects>>1, level-1
		goto after
	default:
		return -1
	}
key:
	if i >= len(b) || b[i] != '"' {
		return -1
	}
	for i++; i+8 <= len(b); i += 8 {
		if m = stops(binary.LittleEndian.Uint64(b[i:])); m != 0 {
			if i += bits.TrailingZeros64(m) >> 3; b[i] == '"' {
				goto colon
			}
			break
		}
	}
	if i, _ = Text(b, i); i < 0 {
		return i
	}
colon:
	if i++; i < len(b) && b[i] <= ' ' {
		i = Blank(b, i)
	}
	if i >= len(b) || b[i] != ':' {
		return -1
	}
	if i++; i < len(b) && b[i] <= ' ' {
		i = Blank(b, i)
	}
	goto value
}

// Valid reports whether b is one JSON value.
func Valid(b []byte) bool {
	i := Value(b, Blank(b, 0), 0)
	return i >= 0 && Blank(b, i) == len(b)
}
