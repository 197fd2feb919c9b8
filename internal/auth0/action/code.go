// Package action keeps Sallyport's Action in an Auth0 tenant: the code that runs
// after every sign-in, and refuses whoever is marked as deactivated at Okta.
package action

import (
	"encoding/json"
	"regexp"
	"strings"

	"sallyport/internal/errs"
)

// The places where a mark may be.
const (
	UserMetadata = "user_metadata" // which applications may let people change
	AppMetadata  = "app_metadata"  // which they cannot
)

// What the Action is, where nothing else is said.
const (
	DefaultName    = "Sallyport deactivated in Okta"
	DefaultMessage = "This account is closed. Ask the help desk if it should not be."
)

// maxMessage bounds what people are told, in bytes: it is shown on a page.
const maxMessage = 500

// Options say what the Action is.
type Options struct {
	Name    string // in Auth0
	Message string // with which people are refused
	Kind    string // UserMetadata or AppMetadata
}

// complete fills in what is left out, and checks the rest.
func (o Options) complete() (Options, error) {
	if o.Name = strings.TrimSpace(o.Name); o.Name == "" {
		o.Name = DefaultName
	}
	if o.Message = strings.TrimSpace(o.Message); o.Message == "" {
		o.Message = DefaultMessage
	}
	if o.Kind == "" {
		o.Kind = UserMetadata
	}
	switch {
	case len(o.Message) > maxMessage:
		return o, errs.New(errs.Invalid, "the message has %d bytes; at most %d are wanted", len(o.Message), maxMessage)
	case o.Kind != UserMetadata && o.Kind != AppMetadata:
		return o, errs.New(errs.Invalid, "the mark is in %s or %s, not in %q", UserMetadata, AppMetadata, o.Kind)
	}
	return o, nil
}

// mark begins the code of every Action that is ours, and of no other.
const mark = "// Kept by Sallyport: what is changed here is lost when it is deployed again.\n"

// Code returns the JavaScript of the Action. The mark is the text "true", as the
// flows write it, or the boolean; nothing of the path to it has to be there.
func Code(o Options) (string, error) {
	o, err := o.complete()
	if err != nil {
		return "", err
	}
	message, err := json.Marshal(o.Message) // JSON is JavaScript
	if err != nil {
		return "", err
	}
	return mark + `const message = ` + string(message) + `;
const closed = (user) => String(user?.` + o.Kind + `?.okta?.deactivated) === "true";

exports.onExecutePostLogin = async (event, api) => {
  if (closed(event.user)) {
    api.access.deny(message);
  }
};
`, nil
}

// IsOurs reports whether code is that of an Action of ours, however old or changed.
func IsOurs(code string) bool { return strings.HasPrefix(strings.ReplaceAll(code, "\r\n", "\n"), mark) }

var (
	messageLine = regexp.MustCompile(`(?m)^const message = (".*");$`)
	closedLine  = regexp.MustCompile(`(?m)^const closed = \(user\) => String\(user\?\.(user_metadata|app_metadata)\?\.okta`)
)

// Read returns what an Action of ours says and where it looks, and false where its
// code is not, to the letter, what [Code] writes.
func Read(code string) (Options, bool) {
	var o Options
	message, kind := messageLine.FindStringSubmatch(code), closedLine.FindStringSubmatch(code)
	if !IsOurs(code) || message == nil || kind == nil || json.Unmarshal([]byte(message[1]), &o.Message) != nil {
		return o, false
	}
	o.Kind = kind[1]
	again, err := Code(o)
	return o, err == nil && again == code
}
