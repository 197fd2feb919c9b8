package scan

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// SyntaxError says where a text is no JSON, and why.
type SyntaxError struct {
	Offset int // of the byte that is wrong; the length of the text where it ends too early
	Reason string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("byte %d: %s", e.Offset, e.Reason) }

// Check returns what is wrong with a text, as a [*SyntaxError]; nil if it is one
// JSON value. It takes its time: it is for texts that were found wanting.
func Check(b []byte) error {
	var whole json.RawMessage
	err := json.Unmarshal(b, &whole)
	e, ok := errors.AsType[*json.SyntaxError](err)
	if !ok {
		return err
	}
	at, said := int(e.Offset)-1, e.Error()
	// At the end encoding/json goes on with a blank, and may not like that one.
	if strings.HasPrefix(said, "unexpected end") || at == len(b)-1 && b[at] != ' ' && strings.HasPrefix(said, "invalid character ' '") {
		return &SyntaxError{Offset: len(b), Reason: "the text ends in the middle of a value"}
	}
	if strings.Contains(said, "in literal") { // the word is wrong, not just one letter
		for at > 0 && b[at-1]-'a' < 26 {
			at--
		}
	}
	return &SyntaxError{Offset: at, Reason: reason(said)}
}

// reason says in our words what encoding/json says.
func reason(said string) string {
	for _, r := range [...]struct{ part, reason string }{
		{"in string literal", "a control character in a text"},
		{"escape", "no such escape in a text"},
		{"in numeric literal", "a digit is wanted"},
		{"exponent", "a digit is wanted"},
		{"object key string", "a name in quotes is wanted"},
		{"after object key:value pair", "a comma or the end is wanted"},
		{"after array element", "a comma or the end is wanted"},
		{"after object key", "a colon is wanted"},
		{"after top-level value", "text after the value"},
		{"max depth", "nested too deep"},
		{"in literal", "no value begins here"},
		{"beginning of value", "no value begins here"},
	} {
		if strings.Contains(said, r.part) {
			return r.reason
		}
	}
	return said
}
