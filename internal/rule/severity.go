package rule

import (
	"slices"

	"sallyport/internal/errs"
)

// Severity is how bad what a rule finds would be. Its order is that of the
// constants.
type Severity int

// The severities, which are Sigma's levels.
const (
	Informational Severity = iota
	Low
	Medium
	High
	Critical
)

var severities = []string{"informational", "low", "medium", "high", "critical"}

// ParseSeverity reads Sigma's word for a severity. The empty word is Medium.
func ParseSeverity(word string) (Severity, error) {
	if word == "" {
		return Medium, nil
	}
	if i := slices.Index(severities, word); i >= 0 {
		return Severity(i), nil
	}
	return Medium, errs.New(errs.Invalid, "level %q: one of informational, low, medium, high, critical is wanted", word)
}

// String returns Sigma's word.
func (s Severity) String() string {
	if s < 0 || int(s) >= len(severities) {
		return "medium"
	}
	return severities[s]
}

// MarshalText implements encoding.TextMarshaler.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *Severity) UnmarshalText(text []byte) error {
	parsed, err := ParseSeverity(string(text))
	if err != nil {
		return err
	}
	*s = parsed
	return nil
}
