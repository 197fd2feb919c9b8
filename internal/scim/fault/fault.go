// Package fault holds what a SCIM server refuses, by the names that RFC 7644
// section 3.12 and RFC 9865 give them. It does not write answers: the server
// does, in one place.
package fault

import (
	"fmt"
	"net/http"
)

// Type is a detail error keyword, "scimType" in an answer.
type Type string

// The keywords of RFC 7644 section 3.12, and of RFC 9865 section 2.2 the
// last two.
const (
	InvalidFilter Type = "invalidFilter"
	TooMany       Type = "tooMany"
	Uniqueness    Type = "uniqueness"
	Mutability    Type = "mutability"
	InvalidSyntax Type = "invalidSyntax"
	InvalidPath   Type = "invalidPath"
	NoTarget      Type = "noTarget"
	InvalidValue  Type = "invalidValue"
	InvalidCursor Type = "invalidCursor"
	InvalidCount  Type = "invalidCount"
)

// Error is a refusal. Detail is for the administrator of the client: it holds
// no secret.
type Error struct {
	Status int
	Type   Type // none for what has no keyword
	Detail string
	Allow  string // of a 405: the methods that there are, with commas
}

// Error returns the detail.
func (e *Error) Error() string { return e.Detail }

// New returns a refusal by a keyword, whose status is the one that RFC 7644
// gives the keyword.
func New(t Type, format string, args ...any) error {
	status := http.StatusBadRequest
	if t == Uniqueness {
		status = http.StatusConflict
	}
	return &Error{Status: status, Type: t, Detail: fmt.Sprintf(format, args...)}
}

// Status returns a refusal that is known by its HTTP status alone.
func Status(status int, format string, args ...any) error {
	return &Error{Status: status, Detail: fmt.Sprintf(format, args...)}
}
