package scan

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

const tooShort = "unexpected end of JSON input"

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
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		at, reason := int(e.Offset)-1, e.Error()
		// At the end encoding/json goes on with a blank, and may not like that one.
		if reason == tooShort || at == len(b)-1 && b[at] != ' ' && strings.HasPrefix(reason, "invalid character ' '") {
			at, reason = len(b), tooShort
		}
		return &SyntaxError{Offset: at, Reason: reason}
	}
	return err
}
