package scim

import "strings"

// maxSecret bounds a secret in an Authorization header, in bytes.
const maxSecret = 512

// Secret returns the secret in an Authorization header. Okta's wizard sends
// "Bearer …", its Header Auth template the field as it was typed in, so the word
// may be missing; the letter case of it and blanks around do not count. It is
// false for what can be no secret: none, another scheme, characters that a header
// does not carry.
func Secret(header string) (string, bool) {
	s := strings.Trim(header, " \t")
	if scheme, rest, ok := strings.Cut(s, " "); ok && strings.EqualFold(scheme, "Bearer") {
		s = strings.Trim(rest, " \t")
	}
	if s == "" || len(s) > maxSecret || strings.EqualFold(s, "Bearer") {
		return "", false
	}
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return "", false
		}
	}
	return s, true
}
