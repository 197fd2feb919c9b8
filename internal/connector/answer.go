package connector

import (
	"bytes"
	"mime"
	"net/http"
	"strings"
	"unicode/utf8"

	"sallyport/internal/expr"
	"sallyport/internal/secret"
	"sallyport/internal/value"
)

// answer is what the peer said.
type answer struct {
	status int
	header http.Header
	raw    []byte
	text   string
	body   any  // the JSON it is, or the text
	broken bool // it says that it is JSON, and is not
}

func newAnswer(status int, h http.Header, body []byte) *answer {
	a := &answer{status: status, header: h, raw: body, text: string(body)}
	if !utf8.Valid(body) {
		a.text = strings.ToValidUTF8(a.text, "\uFFFD")
	}
	if looksJSON(h.Get("Content-Type"), body) {
		v, err := value.ParseJSON(body)
		if err == nil {
			a.body = v
			return a
		}
		a.broken = strings.Contains(h.Get("Content-Type"), "json") && len(bytes.TrimSpace(body)) > 0
	}
	if a.text != "" {
		a.body = a.text
	}
	return a
}

// looksJSON reports whether a body is JSON by what its header says, or, where
// that says little, by how it begins: many a server calls its JSON plain text.
func looksJSON(contentType string, body []byte) bool {
	kind, _, err := mime.ParseMediaType(contentType)
	if kind == "application/json" || strings.HasSuffix(kind, "+json") || kind == "text/json" {
		return true
	}
	start := bytes.TrimLeft(body, " \t\r\n")
	return (err != nil || kind == "text/plain") && len(start) > 0 && (start[0] == '{' || start[0] == '[')
}

// scope is what expressions see of an answer. Names of headers are in lower case.
func (a *answer) scope() scope {
	h := value.NewObject(len(a.header))
	for name := range a.header {
		h.Set(strings.ToLower(name), strings.Join(a.header.Values(name), ", "))
	}
	return scope{"status": float64(a.status), "header": h, "body": a.body, "text": a.text}
}

// open is what expressions see of a call: no secrets.
func (s *session) open() scope {
	out := scope{"inputs": s.real["inputs"], "settings": s.real["settings"], "vars": s.real["vars"], "auth": s.real["auth"], "now": s.real["now"]}
	for _, name := range []string{"answers", "item"} {
		if v, ok := s.real[name]; ok {
			out[name] = v
		}
	}
	return out
}

// outputs calculates what the call gives. The call has been carried out, so
// what cannot be calculated, or does not fit its port, is null.
func (s *session) outputs(seen scope) *value.Object {
	out := value.NewObject(len(s.action.do.outputs))
	for _, o := range s.action.do.outputs {
		v, err := o.from.Eval(seen)
		if err == nil {
			v, err = value.Convert(v, o.port.Type)
		}
		if err != nil {
			v = nil
		}
		out.Set(o.port.Name, o.shaped(v, seen))
	}
	return out
}

// shaped makes of a list's items, or of an object, what they are to be. Each is
// calculated by itself, so that a long list costs no more than it has to.
func (o outputPlan) shaped(v any, seen scope) any {
	if o.each == nil || v == nil {
		return v
	}
	list, ok := v.([]any)
	if !ok {
		return eval(o.each, seen.with(scope{"item": v}))
	}
	out := make([]any, len(list))
	for i, item := range list {
		out[i] = eval(o.each, seen.with(scope{"item": item}))
	}
	return out
}

// eval returns what an expression gives, or nil where there is none or it fails.
func eval(p *expr.Program, s scope) any {
	if p == nil {
		return nil
	}
	v, err := p.Eval(s)
	if err != nil {
		return nil
	}
	return v
}

// holds reports whether a condition holds; one that fails does not.
func holds(p *expr.Program, s scope) bool {
	if p == nil {
		return false
	}
	ok, err := p.True(s)
	return err == nil && ok
}

// ScrubValue takes the secrets of a call out of a value.
func ScrubValue(scrub *secret.Scrubber, v any) any {
	switch v := v.(type) {
	case string:
		return scrub.Text(v)
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = ScrubValue(scrub, e)
		}
		return out
	case *value.Object:
		if v == nil {
			return v
		}
		out := value.NewObject(v.Len())
		for k, e := range v.All() {
			out.Set(scrub.Text(k), ScrubValue(scrub, e))
		}
		return out
	}
	return v
}

// ScrubRequest takes secrets out of what is shown of a request.
func ScrubRequest(scrub *secret.Scrubber, r Request) Request {
	r.URL = scrub.Text(r.URL)
	for name, text := range r.Header {
		r.Header[name] = scrub.Text(text)
	}
	r.Body = ScrubValue(scrub, r.Body)
	return r
}
