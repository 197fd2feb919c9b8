package scim

import (
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"sallyport/internal/value"
)

// maxKept bounds each body of an [Exchange], in bytes.
const maxKept = 4096

// Exchange is one request and its answer, for the log that an administrator
// reads when provisioning does not work. It holds no password and no secret,
// and no header.
type Exchange struct {
	At       time.Time
	Took     time.Duration
	Method   string
	Path     string // behind the base, with the query
	Status   int
	Cause    string // why it was refused, as the client was told; "" if it was not
	Request  string // JSON, redacted and cut
	Response string
}

const hidden = "(hidden)"

func exchange(r *http.Request, began time.Time, sent []byte, a answer) Exchange {
	e := Exchange{At: began, Took: time.Since(began), Method: r.Method, Path: shownPath(r), Status: a.status}
	if a.status >= http.StatusBadRequest {
		e.Cause = a.body.Text("detail")
	}
	if a.body != nil {
		e.Response = cut(string(value.JSON(redact(brief(a.body)))))
	}
	if len(sent) > 0 {
		v, err := value.ParseJSON(sent)
		if err != nil {
			e.Request = "(no JSON)"
		} else {
			e.Request = cut(string(value.JSON(redact(v))))
		}
	}
	return e
}

// maxListed is how many resources of a list are kept with its answer.
const maxListed = 3

// brief leaves the resources out of a long list: it is their number that matters,
// and they would cost more to write down than to answer with.
func brief(body *value.Object) *value.Object {
	if list, _ := body.At("Resources").([]any); len(list) > maxListed {
		return body.With("Resources", manyListed(len(list)))
	}
	return body
}

func manyListed(n int) string { return fmt.Sprintf("(%d resources)", n) }

func shownPath(r *http.Request) string {
	path := r.URL.EscapedPath()
	switch query := r.URL.Query().Encode(); {
	case query == "":
	case secretName(r.URL.RawQuery), secretName(query):
		path += "?" + hidden
	default:
		path += "?" + r.URL.RawQuery
	}
	return cut(path)
}

// redact hides the values of what is named like a secret, and of operations
// that are about it.
func redact(v any) any {
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = redact(e)
		}
		return out
	case *value.Object:
		about := false
		for k, e := range v.All() {
			s, _ := e.(string)
			about = about || strings.EqualFold(k, "path") && secretName(s)
		}
		out := value.NewObject(v.Len())
		for k, e := range v.All() {
			if secretName(k) || about && strings.EqualFold(k, "value") {
				out.Set(k, hidden)
			} else {
				out.Set(k, redact(e))
			}
		}
		return out
	}
	return v
}

func secretName(s string) bool {
	s = Fold(s)
	return strings.Contains(s, "password") || strings.Contains(s, "secret") || strings.Contains(s, "token")
}

// cut bounds a text, at the end of a character.
func cut(s string) string {
	if len(s) <= maxKept {
		return s
	}
	n := maxKept
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}
