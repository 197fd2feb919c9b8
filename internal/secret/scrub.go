package secret

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
)

// The shortest secrets that a [Scrubber] looks for: as they are, and in other
// forms. Shorter ones would blacken half of every text.
const (
	shortest        = 4
	shortestEncoded = 6
	shortestLine    = 16
)

// Scrubber takes secrets out of what is shown: wherever one stands as it is,
// escaped for JSON or a URL, or in base64, at any offset, the mask stands
// instead. The zero value and nil take nothing out.
type Scrubber struct{ replacer *strings.Replacer }

// NewScrubber returns a scrubber for some secrets.
func NewScrubber(secrets ...string) *Scrubber {
	var forms []string
	for _, s := range secrets {
		forms = append(forms, formsOf(s)...)
	}
	if len(forms) == 0 {
		return &Scrubber{}
	}
	// The replacer takes the first that fits: the longer ones must stand first.
	slices.SortFunc(forms, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	var pairs []string
	for _, f := range slices.Compact(forms) {
		pairs = append(pairs, f, Mask)
	}
	return &Scrubber{strings.NewReplacer(pairs...)}
}

// Text returns s without the secrets.
func (s *Scrubber) Text(text string) string {
	if s == nil || s.replacer == nil {
		return text
	}
	return s.replacer.Replace(text)
}

func formsOf(s string) []string {
	if len(s) < shortest {
		return nil
	}
	forms := []string{s}
	if lines := strings.Fields(s); len(lines) > 1 { // a key of several lines
		for _, line := range lines {
			if len(line) >= shortestLine {
				forms = append(forms, line)
			}
		}
	}
	if len(s) < shortestEncoded {
		return forms
	}
	for _, escaped := range []string{url.QueryEscape(s), url.PathEscape(s)} {
		forms = append(forms, escaped, lowerPercent(escaped))
	}
	if quoted, err := json.Marshal(s); err == nil {
		forms = append(forms, strings.Trim(string(quoted), `"`))
	}
	var plain strings.Builder
	enc := json.NewEncoder(&plain)
	enc.SetEscapeHTML(false)
	if enc.Encode(s) == nil {
		forms = append(forms, strings.Trim(plain.String(), "\"\n"))
	}
	return append(forms, base64Forms(s)...)
}

// lowerPercent writes the percent escapes of a text in lower case, as some do.
func lowerPercent(s string) string {
	b := []byte(s)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			copy(b[i+1:i+3], strings.ToLower(string(b[i+1:i+3])))
		}
	}
	return string(b)
}

// base64Forms returns what a secret looks like inside base64 of something that
// holds it: the letters that depend on nothing but the secret, for each of the
// three offsets at which it may begin.
func base64Forms(s string) []string {
	var forms []string
	for _, enc := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		for offset := range 3 {
			text := enc.EncodeToString([]byte(strings.Repeat("\x00", offset) + s))
			start := []int{0, 2, 3}[offset]
			end := len(text)
			if (offset+len(s))%3 != 0 {
				end-- // its bits mix with those of what follows
			}
			if end-start >= shortestEncoded {
				forms = append(forms, text[start:end])
			}
		}
	}
	return forms
}
