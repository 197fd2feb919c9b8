package correlate

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"unicode/utf8"
)

// Key names a group.
type Key struct {
	Spec  string // the id of the correlation
	Group string // the values that its events have in common, joined by |
}

// maxValue is how long a value is kept as it is; of a longer one the end is
// replaced by what tells it from others.
const maxValue = 256

// maxCombinations is in how many groups one event counts at most.
const maxCombinations = 64

// fold makes a value comparable: values differ no more by case than those of
// conditions do, since what somebody types as a name must not split what they do.
func fold(v string) string {
	if len(v) > maxValue {
		sum := sha256.Sum256([]byte(strings.ToLower(v)))
		cut := maxValue - 16
		for cut > 0 && !utf8.RuneStart(v[cut]) {
			cut--
		}
		v = v[:cut] + hex.EncodeToString(sum[:8])
	}
	return strings.ToLower(v)
}

var escape = strings.NewReplacer(`\`, `\\`, `|`, `\|`)

// combine joins one value of each of several lists, in every way. Where one list
// is empty there is none.
func combine(lists [][]string) []string {
	if len(lists) == 1 && !slices.ContainsFunc(lists[0], func(v string) bool { return strings.ContainsAny(v, `\|`) }) {
		return lists[0]
	}
	var joined []string
	for i, values := range lists {
		var next []string
		for _, v := range values {
			v = escape.Replace(v)
			if i == 0 {
				next = append(next, v)
				continue
			}
			for _, begun := range joined {
				next = append(next, begun+"|"+v)
			}
		}
		joined = next[:min(len(next), maxCombinations)]
	}
	return joined
}

// split is the opposite of joining.
func split(key string) []string {
	var parts []string
	var b strings.Builder
	for i := 0; i < len(key); i++ {
		switch c := key[i]; {
		case c == '\\' && i+1 < len(key):
			i++
			b.WriteByte(key[i])
		case c == '|':
			parts = append(parts, b.String())
			b.Reset()
		default:
			b.WriteByte(c)
		}
	}
	return append(parts, b.String())
}

// group is what the key of a group says, by the names of what it is grouped by.
func (s *Spec) group(key string) map[string]string {
	if len(s.Group) == 0 {
		return nil
	}
	values := map[string]string{}
	parts := split(key)
	for i, f := range s.Group {
		if i < len(parts) {
			values[f.label()] = parts[i]
		}
	}
	return values
}
