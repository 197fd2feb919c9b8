package secret

import (
	"fmt"
	"io"
	"log/slog"
)

// Mask is what stands in the place of a secret wherever one would be shown.
const Mask = "•••"

// Text is a secret text. However it is printed, logged or marshalled, it
// shows as [Mask]; only [Text.Reveal] gives its value.
type Text struct{ value string }

// NewText returns s as a secret.
func NewText(s string) Text { return Text{value: s} }

// Reveal returns the secret itself. Call it where the secret is used, and
// nowhere else.
func (t Text) Reveal() string { return t.value }

// Empty reports whether there is no secret at all.
func (t Text) Empty() bool { return t.value == "" }

// String returns the mask, or "" where there is no secret, so that a reader
// sees whether one is set.
func (t Text) String() string {
	if t.value == "" {
		return ""
	}
	return Mask
}

// Format writes the mask for every verb, %#v and %x among them.
func (t Text) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, t.String()) }

// LogValue implements [slog.LogValuer].
func (t Text) LogValue() slog.Value { return slog.StringValue(t.String()) }

// MarshalText writes the mask: JSON, YAML and XML encoders all ask it.
func (t Text) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText takes a secret from a configuration file or a request.
func (t *Text) UnmarshalText(text []byte) error {
	t.value = string(text)
	return nil
}
