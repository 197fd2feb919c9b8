package api

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"sallyport/internal/errs"
	"sallyport/internal/portal"
	"sallyport/internal/value"
)

// maxBody bounds a body, in bytes, where its route says nothing else.
const maxBody = 1 << 20

// sessionToken is the token in the request's session cookie, "" for none.
type sessionToken string

// knownOrgs is what the request's cookie holds of the organizations that the
// browser has signed in to, nil for nothing.
type knownOrgs []byte

// upload is a body that is no JSON, as it comes.
type upload struct {
	io.Reader

	media string // its Content-Type
}

// param is a field of an In that comes from the path or the query.
type param struct {
	name  string
	where string // path or query
	index []int
	tag   reflect.StructTag
	typ   reflect.Type
}

// input is what an In is filled from.
type input struct {
	params []param
	body   *schema // of the JSON body; nil where there is none
	upload []int   // the field of a body that is no JSON; nil where there is none
	from   []int
	cookie []int
	known  []int
}

func inputOf(t reflect.Type) input {
	in := input{}
	if slices.Contains([]reflect.Type{reflect.TypeFor[none]()}, t) {
		return in
	}
	bodyFields := 0
	for _, f := range reflect.VisibleFields(t) {
		path, isPath := f.Tag.Lookup("path")
		query, isQuery := f.Tag.Lookup("query")
		switch {
		case f.Anonymous:
		case isPath:
			in.params = append(in.params, param{path, "path", f.Index, f.Tag, f.Type})
		case isQuery:
			in.params = append(in.params, param{query, "query", f.Index, f.Tag, f.Type})
		case f.Type == reflect.TypeFor[upload]():
			in.upload = f.Index
		case f.Type == reflect.TypeFor[portal.From]():
			in.from = f.Index
		case f.Type == reflect.TypeFor[sessionToken]():
			in.cookie = f.Index
		case f.Type == reflect.TypeFor[knownOrgs]():
			in.known = f.Index
		default:
			bodyFields++
		}
	}
	if bodyFields > 0 {
		in.body = schemaOf(t)
	}
	return in
}

// field is an error about one of the values that were given.
type field struct {
	name string
	err  error
}

func (f *field) Error() string { return f.err.Error() }

func (f *field) Unwrap() error { return f.err }

// FieldName returns which value it was.
func (f *field) FieldName() string { return f.name }

func badField(name, format string, args ...any) error {
	return &field{name, errs.New(errs.Invalid, format, args...)}
}

// decode fills a new In from a request.
func (rt Route) decode(s *server, w http.ResponseWriter, r *http.Request) (any, error) {
	in := reflect.New(rt.In)
	if err := rt.in.fillParams(in.Elem(), r, rt.Doc.Open); err != nil {
		return nil, err
	}
	if rt.in.from != nil {
		in.Elem().FieldByIndex(rt.in.from).Set(reflect.ValueOf(s.from(r)))
	}
	if rt.in.cookie != nil {
		in.Elem().FieldByIndex(rt.in.cookie).SetString(cookieOf(s.BaseURL, r))
	}
	if rt.in.known != nil {
		in.Elem().FieldByIndex(rt.in.known).SetBytes(knownOf(s.BaseURL, r))
	}
	limit := rt.Doc.Max
	if limit == 0 {
		limit = maxBody
	}
	body := http.MaxBytesReader(w, r.Body, limit)
	if rt.in.upload != nil {
		in.Elem().FieldByIndex(rt.in.upload).Set(reflect.ValueOf(upload{body, r.Header.Get("Content-Type")}))
		return in.Interface(), nil
	}
	if rt.in.body == nil {
		return in.Interface(), nil
	}
	return in.Interface(), rt.in.fillBody(in.Interface(), body, r.Header.Get("Content-Type"))
}

func (in input) fillParams(to reflect.Value, r *http.Request, open bool) error {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return errs.Wrap(errs.Invalid, err, "the query %q is not well formed: write %% as %%25, ; as %%3B and & as %%26 inside of a value", r.URL.RawQuery)
	}
	for name := range query {
		if !open && !slices.ContainsFunc(in.params, func(p param) bool { return p.where == "query" && p.name == name }) {
			return badField(name, "there is no parameter %q", name)
		}
	}
	for _, p := range in.params {
		texts := query[p.name]
		if p.where == "path" {
			texts = []string{r.PathValue(p.name)}
		}
		if len(texts) == 0 || len(texts) == 1 && texts[0] == "" {
			continue
		}
		if err := p.set(to.FieldByIndex(p.index), texts); err != nil {
			return err
		}
	}
	return nil
}

// set gives a field the value of its texts; only a list takes several.
func (p param) set(to reflect.Value, texts []string) error {
	if p.typ.Kind() != reflect.Slice {
		if len(texts) > 1 {
			return badField(p.name, "the parameter %q stands there twice", p.name)
		}
		return p.setOne(to, texts[0])
	}
	list := reflect.MakeSlice(p.typ, len(texts), len(texts))
	for i, text := range texts {
		if err := p.setOne(list.Index(i), text); err != nil {
			return err
		}
	}
	to.Set(list)
	return nil
}

func (p param) setOne(to reflect.Value, text string) error {
	var v any = text
	switch {
	case to.Type() == reflect.TypeFor[time.Time]():
		t, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return badField(p.name, "%q is no time such as 2026-01-31T12:00:00Z", text)
		}
		to.Set(reflect.ValueOf(t))
		return nil
	case to.Kind() == reflect.String:
		to.SetString(text)
	case to.Kind() == reflect.Int:
		n, err := strconv.Atoi(text)
		if err != nil {
			return badField(p.name, "%q is no whole number", text)
		}
		to.SetInt(int64(n))
		v = float64(n)
	case to.Kind() == reflect.Bool:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return badField(p.name, "%q is neither true nor false", text)
		}
		to.SetBool(b)
		v = b
	default:
		return fmt.Errorf("parameter %s: a %s cannot be given in an address", p.name, to.Type())
	}
	return schemaFor(to.Type(), p.tag).check(v, p.name)
}

// fillBody reads a JSON body: it is held against the schema first, which names
// what is wrong, and then decoded.
func (in input) fillBody(to any, body io.Reader, media string) error {
	raw, err := io.ReadAll(body)
	if err != nil {
		return bodyError(err)
	}
	if len(raw) == 0 && !in.body.demands() {
		return nil
	}
	if kind, _, err := mime.ParseMediaType(media); err != nil || kind != "application/json" {
		return errs.New(errs.Invalid, "the Content-Type is %q; application/json is wanted", media)
	}
	v, err := value.ParseJSON(raw)
	if err != nil {
		return errs.Wrap(errs.Invalid, err, "the body is no JSON: %s", strings.TrimPrefix(err.Error(), "read JSON: "))
	}
	if err := in.body.check(v, ""); err != nil {
		return err
	}
	if err := json.Unmarshal(raw, to); err != nil {
		return notTaken(err)
	}
	return nil
}

// notTaken says what is wrong with a body that is JSON of the right form.
func notTaken(err error) error {
	syntax, ok := errors.AsType[*jsontext.SyntacticError](err)
	switch {
	case ok && errors.Is(err, jsontext.ErrDuplicateName):
		name := placeOf(syntax.JSONPointer)
		return badField(name, "the field %s stands there twice", name)
	case ok:
		return errs.Wrap(errs.Invalid, err, "the body is no JSON in UTF-8: see byte %d", syntax.ByteOffset)
	}
	return errs.Wrap(errs.Invalid, err, "the body is not what this route takes")
}

// placeOf writes a JSON pointer as the path of a field: columns[0].name.
func placeOf(p jsontext.Pointer) string {
	var out strings.Builder
	for name := range p.Tokens() {
		if _, err := strconv.ParseUint(name, 10, 32); err == nil {
			out.WriteString("[" + name + "]")
			continue
		}
		if out.Len() > 0 {
			out.WriteByte('.')
		}
		out.WriteString(name)
	}
	return out.String()
}

func bodyError(err error) error {
	if large, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return errs.New(errs.Invalid, "the body is larger than %d bytes", large.Limit)
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return errs.New(errs.Invalid, "the body did not come in time")
	}
	return errs.Wrap(errs.Invalid, err, "the body could not be read")
}
