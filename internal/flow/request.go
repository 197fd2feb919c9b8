package flow

import (
	"mime"
	"net/url"
	"strings"

	"sallyport/internal/value"
)

// Has reports whether the trigger has an input of a name.
func (t Trigger) Has(name string) bool {
	for _, p := range t.Inputs {
		if p.Name == name {
			return true
		}
	}
	return false
}

// Request is an HTTP request that starts a run: method, headers (by their names in
// small letters), query and body as they came, and the address that it came from.
// It returns the run's input. What the trigger names is taken from the fields of
// the body (JSON, or a form), from the query and from the headers.
func (t Trigger) Request(request *value.Object) *value.Object {
	in := value.NewObject(len(t.Inputs))
	headers := request.Object("headers")
	kind, _, err := mime.ParseMediaType(headers.Text("content-type"))
	if err != nil {
		kind = ""
	}
	body := bodyFields(kind, request.Text("body"))
	query, err := url.ParseQuery(strings.TrimPrefix(request.Text("query"), "?"))
	if err != nil {
		query = nil
	}
	for _, p := range t.Inputs {
		key := p.Key
		if key == "" {
			key = p.Name
		}
		switch p.From {
		case FromQuery:
			if query.Has(key) {
				in.Set(p.Name, query.Get(key))
			}
		case FromHeader:
			if v, ok := headers.Get(strings.ToLower(key)); ok {
				in.Set(p.Name, v)
			}
		default:
			if v, ok := body.Get(key); ok {
				in.Set(p.Name, v)
			}
		}
	}
	return value.Map(nameInput, in, nameRequest, request)
}

// bodyFields are the fields of a body: of a form where it says that it is one, of
// JSON otherwise; none where it is neither.
func bodyFields(kind, body string) *value.Object {
	if kind == "application/x-www-form-urlencoded" {
		fields, err := url.ParseQuery(body)
		if err != nil {
			return nil
		}
		out := value.NewObject(len(fields))
		for k, v := range fields {
			out.Set(k, v[0])
		}
		return out
	}
	v, err := value.ParseJSON([]byte(body))
	if err != nil {
		return nil
	}
	o, _ := v.(*value.Object)
	return o
}
