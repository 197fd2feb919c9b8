package draft

import (
	"encoding/json"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"sallyport/internal/connector"
)

// jsonEncoder writes JSON in lines, and <, > and & as they are.
func jsonEncoder(w io.Writer) *json.Encoder {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc
}

// maxName bounds a name, in characters.
const maxName = 60

// nameOf makes a name of connector files of any text: userName, user-name and
// "User name" are user_name.
func nameOf(text string) string {
	var out strings.Builder
	before := '_'
	for _, r := range text {
		switch {
		case out.Len() >= maxName:
		case r >= 'A' && r <= 'Z':
			if unicode.IsLower(before) || before >= '0' && before <= '9' {
				out.WriteByte('_')
			}
			out.WriteRune(unicode.ToLower(r))
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			out.WriteRune(r)
		case out.Len() > 0 && before != '_':
			out.WriteByte('_')
			r = '_'
		default:
			r = '_'
		}
		before = r
	}
	name := strings.Trim(out.String(), "_")
	if name == "" {
		return "value"
	}
	if name[0] >= '0' && name[0] <= '9' {
		name = "n" + name
	}
	return name
}

// among returns a name that is none of those taken.
func among(name string, taken []string) string {
	for i := 2; ; i++ {
		candidate := name
		if i > 2 {
			candidate = name + "_" + strconv.Itoa(i-1)
		}
		if !slices.Contains(taken, candidate) {
			return candidate
		}
	}
}

// add puts an input among those of a call, under a name that is free, and returns
// the reference to it.
func (c *Call) add(p Param) string {
	var taken []string
	for _, in := range c.Inputs {
		taken = append(taken, in.Name)
	}
	p.Name = among(nameOf(p.Name), taken)
	c.Inputs = append(c.Inputs, p)
	return reference(p.Name)
}

func reference(name string) string { return "{{ inputs." + name + " }}" }

// effectOf guesses what a method does; a person looks at it.
func effectOf(method string) (connector.Effect, connector.Repeat) {
	switch method {
	case "GET", "HEAD", "OPTIONS":
		return connector.Read, connector.Safe
	case "DELETE":
		return connector.Destructive, connector.Safe
	case "PUT":
		return connector.Change, connector.Safe
	}
	return connector.Change, connector.Never
}

var (
	secretName = regexp.MustCompile(`(?i)(^|[^a-z])(api[-_]?key|key|token|secret|password|passwd|pwd|auth|authorization|credential|signature|sig|session|cookie|bearer|jwt)($|[^a-z])`)
	camelWord  = regexp.MustCompile(`([a-z0-9])([A-Z])`)
)

// secretive reports whether a value of this name is one that nobody should see.
func secretive(name string) bool {
	return secretName.MatchString(camelWord.ReplaceAllString(name, "${1}_${2}")) || strings.Contains(strings.ToLower(name), "apikey")
}

// opaque reports whether a text looks like a key: long, of letters and digits
// mixed, with no blank.
func opaque(text string) bool {
	return len(text) >= 20 && strings.ContainsAny(text, "0123456789") && strings.ContainsFunc(text, unicode.IsLetter) && !strings.ContainsAny(text, " /;,{}()")
}

// idlike reports whether a segment of a path names one thing among many.
func idlike(segment string) bool {
	digits, letters := 0, 0
	for _, r := range segment {
		switch {
		case unicode.IsDigit(r):
			digits++
		case unicode.IsLetter(r):
			letters++
		}
	}
	version := len(segment) <= 5 && (segment[0] == 'v' || segment[0] == 'V')
	switch {
	case strings.ContainsRune(segment, '@'):
		return true
	case letters == 0:
		return digits > 0
	case version:
		return false
	}
	return digits >= 2 && len(segment) >= 8 || len(segment) >= 24 && digits > 0
}

// singular makes the name of one of many: users is user.
func singular(name string) string {
	switch {
	case strings.HasSuffix(name, "ies"):
		return strings.TrimSuffix(name, "ies") + "y"
	case strings.HasSuffix(name, "sses"):
		return strings.TrimSuffix(name, "es")
	case strings.HasSuffix(name, "ss"), !strings.HasSuffix(name, "s"):
		return name
	}
	return strings.TrimSuffix(name, "s")
}
