package migration

import (
	"regexp"
	"strings"

	"sallyport/internal/flopack"
	"sallyport/internal/value"
)

var (
	oktaID  = regexp.MustCompile(`\b0[0-9a-z][A-Za-z0-9]{18}\b`)
	uuid    = regexp.MustCompile(`\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b`)
	url     = regexp.MustCompile(`https?://[^\s"'<>{}]+`)
	address = regexp.MustCompile(`[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}`)
)

// value notes a literal that others than the author replace.
func (u *unit) value(key string, kind ValueKind, text string) {
	mark := u.at + "\x00" + key + "\x00" + text
	if text == "" || u.found[mark] {
		return
	}
	u.found[mark] = true
	u.out.Values = append(u.out.Values, Value{Card: u.at, Title: u.title, Key: key, Kind: kind, Text: text})
}

// own notes what in a text looks like the author's own.
func (u *unit) own(key, text string) {
	for _, looks := range []struct {
		form *regexp.Regexp
		kind ValueKind
	}{{url, ValueURL}, {address, ValueAddress}, {oktaID, ValueID}, {uuid, ValueID}} {
		for _, s := range looks.form.FindAllString(text, 5) {
			u.value(key, looks.kind, s)
		}
	}
}

// secretForms are how secrets look whose kind is known. The first group, where
// there is one, is the secret.
var secretForms = []*regexp.Regexp{
	regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)`),
	regexp.MustCompile(`\bxox[abprs]-[A-Za-z0-9-]{10,}`),
	regexp.MustCompile(`\bhttps://hooks\.slack\.com/services/[A-Za-z0-9/]{20,}`),
	regexp.MustCompile(`\bSSWS\s+([A-Za-z0-9_-]{20,})`),
	regexp.MustCompile(`\bBearer\s+([A-Za-z0-9._~+/-]{16,}=*)`),
	regexp.MustCompile(`\bBasic\s+([A-Za-z0-9+/]{16,}=*)`),
	regexp.MustCompile(`\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}`),
	regexp.MustCompile(`\bAKIA[0-9A-Z]{16}\b`),
	regexp.MustCompile(`\bAIza[0-9A-Za-z_-]{35}`),
	regexp.MustCompile(`\bgh[pousr]_[A-Za-z0-9]{36,}`),
	regexp.MustCompile(`\bsk-[A-Za-z0-9_-]{20,}`),
	regexp.MustCompile(`\b00[A-Za-z0-9_-]{40}\b`),
	secretMark,
}

// secretMark is what an export of our own has in place of an option.
var secretMark = regexp.MustCompile(`<secret: [a-z0-9_]+>`)

var secretKey = regexp.MustCompile(`(?i)password|passwd|secret|api[ _-]?key|token|authorization|private[ _-]?key|credential`)

// random reports whether a text looks like nobody could have thought of it.
func random(s string) bool {
	if len(s) < 12 || strings.ContainsAny(s, " \t\n{}<>:/\\@") {
		return false
	}
	digits := strings.ContainsAny(s, "0123456789")
	return digits && strings.ToLower(s) != s || digits && len(s) >= 20
}

// masked returns a text without the secrets in it, and whether there were any:
// mark is what stands in the place of each, by the option that it became.
func (u *unit) masked(key, s string, mark func(option string) string) (string, bool) {
	_, title := cutKey(key)
	if title = keySuffix.ReplaceAllString(title, ""); title == "" {
		title = key
	}
	if secretKey.MatchString(key) && random(s) {
		return mark(u.secret(title, key)), true
	}
	found := false
	for _, form := range secretForms {
		var b strings.Builder
		rest := s
		for m := form.FindStringSubmatchIndex(rest); m != nil; m = form.FindStringSubmatchIndex(rest) {
			start, stop := m[0], m[1]
			if len(m) > 2 && m[2] >= 0 {
				start, stop = m[2], m[3]
			}
			name := title
			if form == secretMark {
				name = rest[start+len("<secret: ") : stop-1]
			}
			b.WriteString(rest[:start])
			b.WriteString(mark(u.secret(name, key)))
			rest, found = rest[stop:], true
		}
		if b.Len() > 0 {
			b.WriteString(rest)
			s = b.String()
		}
	}
	return s, found
}

// secret makes an option to be filled in.
func (u *unit) secret(title, key string) string {
	name := u.secrets.give(title, "secret")
	u.options.Set(name, "secret")
	u.out.Secrets = append(u.out.Secrets, Secret{Option: name, Card: u.at, Key: key})
	return name
}

// literal is a field's own value, without secrets.
func (u *unit) literal(c *flopack.Card, in *flopack.Field) expr {
	e, known := u.literals[in]
	if !known {
		e = literal(literalOf(in))
		e.size = len(value.String(e.lit))
	}
	if u.size += e.size; u.size > maxSource {
		u.fail(c, "with its values the flow would be larger than %d MB", maxSource>>20)
		return literal(nil)
	}
	if known {
		return e
	}
	if in.Type != "flo" && !in.Option && in.Group != "_expr" {
		size := e.size
		e = u.scanned(in, e)
		e.size = size
	}
	u.literals[in] = e
	return e
}

// maxSource bounds the text of a flow, in bytes.
const maxSource = 8 << 20

func (u *unit) scanned(in *flopack.Field, e expr) expr {
	key := grouped(in)
	found := false
	var walk func(key string, v any, depth int) any
	walk = func(key string, v any, depth int) any {
		switch v := v.(type) {
		case string:
			s, any := u.masked(key, v, func(option string) string { return ref("options", option).String() })
			if any {
				found = true
				return s
			}
			u.own(key, v)
			return value.Literal(v).Source()
		case []any:
			out := make([]any, len(v))
			for i := range v {
				out[i] = walk(key, v[i], depth+1)
			}
			return out
		case *value.Object:
			out := value.NewObject(v.Len())
			for k, sub := range v.All() {
				out.Set(k, walk(k, sub, depth+1))
			}
			return out
		}
		return v
	}
	switch v := e.lit.(type) {
	case string:
		s, any := u.masked(key, v, func(option string) string { return ref("options", option).String() })
		if any {
			return expr{text: s}
		}
		u.own(key, v)
	case []any, *value.Object:
		if out := walk(key, v, 0); found {
			return expr{tree: out}
		}
	}
	return e
}
