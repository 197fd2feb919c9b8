package draft

import (
	"cmp"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi2"
	"github.com/getkin/kin-openapi/openapi2conv"
	"github.com/getkin/kin-openapi/openapi3"
	"go.yaml.in/yaml/v3"

	"sallyport/internal/connector"
	"sallyport/internal/errs"
	"sallyport/internal/value"
)

// The limits of an OpenAPI document.
const (
	MaxDocument   = 16 << 20 // bytes
	maxOperations = 3000
	maxOutputs    = 20
)

// OpenAPI reads an OpenAPI document of version 3, or 2 (Swagger), in JSON or YAML,
// and returns a draft with all operations of it that can be called with JSON or
// a form, and what was left out. References to other documents are refused.
func OpenAPI(text []byte) (Draft, []string, error) {
	doc, err := loadOpenAPI(text)
	if err != nil {
		return Draft{}, nil, err
	}
	r := &specReader{doc: doc, taken: map[string]bool{}}
	d := Draft{Title: "API"}
	if doc.Info != nil {
		d.Title, d.Description = cmp.Or(oneLine(doc.Info.Title, 100), d.Title), sentence(doc.Info.Description, 300)
	}
	if doc.ExternalDocs != nil && strings.HasPrefix(doc.ExternalDocs.URL, "http") {
		d.Docs = doc.ExternalDocs.URL
	}
	d.BaseURL = r.base(doc.Servers)
	d.Auth = r.signIn()
	d.Calls = r.calls()
	if len(d.Calls) == 0 {
		return d, nil, errs.New(errs.Invalid, "there is no operation in the document that this can take over")
	}
	return d, r.notes, nil
}

func loadOpenAPI(text []byte) (*openapi3.T, error) {
	if len(text) > MaxDocument {
		return nil, errs.New(errs.Invalid, "the document is larger than %d bytes", MaxDocument)
	}
	var whole yaml.Node
	if err := yaml.Unmarshal(text, &whole); err != nil {
		return nil, errs.New(errs.Invalid, "the document is neither JSON nor YAML: %.200s", err.Error())
	}
	if err := checkExpanded(&whole); err != nil {
		return nil, errs.New(errs.Invalid, "the document cannot be read: %v", err)
	}
	var head struct {
		OpenAPI string `yaml:"openapi"`
		Swagger string `yaml:"swagger"`
	}
	if err := whole.Decode(&head); err != nil {
		return nil, errs.New(errs.Invalid, "the document is neither JSON nor YAML: %.200s", err.Error())
	}
	switch {
	case head.OpenAPI == "" && head.Swagger == "":
		return nil, errs.New(errs.Invalid, "it is no OpenAPI document: neither openapi nor swagger says of which version it is")
	case head.Swagger != "":
		return loadSwagger(text)
	}
	loader := openapi3.NewLoader() // which reads no other documents
	doc, err := loader.LoadFromData(text)
	if err != nil {
		return nil, errs.New(errs.Invalid, "the OpenAPI document cannot be read: %.300s", err.Error())
	}
	return doc, nil
}

func loadSwagger(text []byte) (*openapi3.T, error) {
	var plain any
	if err := yaml.Unmarshal(text, &plain); err != nil {
		return nil, errs.New(errs.Invalid, "the document is neither JSON nor YAML: %.200s", err.Error())
	}
	asJSON, err := json.Marshal(plain)
	if err != nil {
		return nil, errs.New(errs.Invalid, "the Swagger document cannot be read: its keys must be texts")
	}
	var v2 openapi2.T
	if err := json.Unmarshal(asJSON, &v2); err != nil {
		return nil, errs.New(errs.Invalid, "the Swagger document cannot be read: %.300s", err.Error())
	}
	doc, err := openapi2conv.ToV3(&v2)
	if err != nil {
		return nil, errs.New(errs.Invalid, "the Swagger document cannot be read: %.300s", err.Error())
	}
	return doc, nil
}

type specReader struct {
	doc   *openapi3.T
	taken map[string]bool // names of calls
	notes []string
}

func oneLine(s string, most int) string {
	s = strings.Join(strings.Fields(s), " ")
	if runes := []rune(s); len(runes) > most {
		s = strings.TrimSpace(string(runes[:most-1])) + "…"
	}
	return plainText(s)
}

// sentence returns the beginning of a description: its first paragraph.
func sentence(s string, most int) string {
	first, _, _ := strings.Cut(strings.TrimSpace(s), "\n\n")
	return oneLine(first, most)
}

// base returns the first address of those that are whole.
func (r *specReader) base(servers openapi3.Servers) string {
	for _, s := range servers {
		if s == nil {
			continue
		}
		at := s.URL
		for name, v := range s.Variables {
			if v != nil {
				at = strings.ReplaceAll(at, "{"+name+"}", v.Default)
			}
		}
		if u, err := url.Parse(at); err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http") && !strings.ContainsAny(at, "{}?#@") {
			return strings.TrimRight(at, "/")
		}
	}
	r.notes = append(r.notes, "The document does not say at which address the API is: enter it.")
	return ""
}

// signIn returns the first way to sign in that a draft can have: of those that
// the whole document wants, or else of all.
func (r *specReader) signIn() Way {
	if r.doc.Components == nil || len(r.doc.Components.SecuritySchemes) == 0 {
		return Way{Kind: connector.None}
	}
	schemes := r.doc.Components.SecuritySchemes
	var names []string
	for _, wanted := range r.doc.Security {
		for name := range wanted {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range append(names, slices.Sorted(maps.Keys(schemes))...) {
		if ref := schemes[name]; ref != nil && ref.Value != nil {
			if w := wayOf(ref.Value); w.Kind != "" {
				return w
			}
		}
	}
	r.notes = append(r.notes, "None of the document's ways to sign in was taken over: choose one.")
	return Way{Kind: connector.None}
}

func wayOf(s *openapi3.SecurityScheme) Way {
	switch s.Type {
	case "http":
		switch strings.ToLower(s.Scheme) {
		case "bearer":
			return Way{Kind: connector.Bearer}
		case "basic":
			return Way{Kind: connector.Basic}
		}
	case "apiKey":
		switch s.In {
		case "header":
			return Way{Kind: connector.APIKey, Header: plainText(s.Name)}
		case "query":
			return Way{Kind: connector.APIKeyQuery, Param: plainText(s.Name)}
		}
	case "oauth2":
		if s.Flows == nil {
			return Way{}
		}
		if f := s.Flows.ClientCredentials; f != nil && whole(f.TokenURL) {
			return Way{Kind: connector.ClientCredentials, TokenURL: f.TokenURL}
		}
		if f := s.Flows.AuthorizationCode; f != nil && whole(f.TokenURL) && whole(f.AuthorizationURL) {
			return Way{Kind: connector.AuthorizationCode, TokenURL: f.TokenURL, AuthorizeURL: f.AuthorizationURL}
		}
	}
	return Way{}
}

func whole(at string) bool {
	u, err := url.Parse(at)
	return err == nil && u.Host != "" && !strings.Contains(at, "{")
}

// calls returns the operations in the order of their paths and methods.
func (r *specReader) calls() []Call {
	var out []Call
	for _, path := range r.doc.Paths.InMatchingOrder() {
		item := r.doc.Paths.Value(path)
		if item == nil {
			continue
		}
		operations := item.Operations()
		for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"} {
			op := operations[method]
			if op == nil {
				continue
			}
			if len(out) == maxOperations {
				r.notes = append(r.notes, "There are more operations; the first ones are here.")
				return out
			}
			if c, ok := r.call(method, path, item, op); ok {
				out = append(out, c)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Call) int { return strings.Compare(a.Path, b.Path) })
	return out
}

// call makes a call of an operation; false where its body cannot be sent.
func (r *specReader) call(method, path string, item *openapi3.PathItem, op *openapi3.Operation) (Call, bool) {
	c := Call{Method: method, Description: sentence(op.Description, 300)}
	c.Effect, c.Repeat = effectOf(method)
	params := slices.Concat(op.Parameters, item.Parameters)
	path = c.pathParams(path, params)
	c.Path = path
	c.otherParams(params)
	if !c.requestBody(op.RequestBody) {
		r.notes = append(r.notes, "Left out, because its body is neither JSON nor a form: "+method+" "+oneLine(path, 100))
		return c, false
	}
	id, title := callName(method, path)
	if op.OperationID != "" {
		id = nameOf(op.OperationID)
	}
	id = among(id, slices.Collect(maps.Keys(r.taken)))
	r.taken[id] = true
	c.ID, c.Title = id, cmp.Or(oneLine(op.Summary, 100), title)
	c.responses(op.Responses)
	return c, true
}

// pathParams puts inputs in the place of the path's parameters, and returns the
// path.
func (c *Call) pathParams(path string, params openapi3.Parameters) string {
	var out strings.Builder
	rest := "/" + strings.TrimLeft(path, "/")
	for {
		head, tail, ok := strings.Cut(rest, "{")
		name, after, closed := strings.Cut(tail, "}")
		if !ok || !closed {
			out.WriteString(strings.NewReplacer("{", "", "}", "", "?", "", "#", "").Replace(rest))
			return out.String()
		}
		out.WriteString(strings.NewReplacer("}", "", "?", "", "#", "").Replace(head))
		p := Param{Name: name, Type: value.Text, Required: true}
		for _, ref := range params {
			if ref != nil && ref.Value != nil && ref.Value.In == "path" && ref.Value.Name == name {
				p = paramOf(name, ref.Value.Description, ref.Value.Schema, true)
			}
		}
		out.WriteString(c.add(p))
		rest = after
	}
}

// signInHeaders are what signing in, or the request itself, sets.
var signInHeaders = []string{"authorization", "accept", "content-type", "cookie", "host", "content-length"}

func (c *Call) otherParams(params openapi3.Parameters) {
	seen := map[string]bool{}
	for _, ref := range params {
		if ref == nil || ref.Value == nil {
			continue
		}
		p := ref.Value
		in := p.In + " " + p.Name
		if seen[in] || p.Name == "" || len(c.Inputs) >= 2*maxInputs {
			continue
		}
		seen[in] = true
		switch p.In {
		case "query":
			c.Query = append(c.Query, Pair{plainText(p.Name), c.add(paramOf(p.Name, p.Description, p.Schema, p.Required))})
		case "header":
			if !slices.Contains(signInHeaders, strings.ToLower(p.Name)) {
				c.Headers = append(c.Headers, Pair{plainText(p.Name), c.add(paramOf(p.Name, p.Description, p.Schema, p.Required))})
			}
		}
	}
	c.Headers = distinct(c.Headers)
}

// requestBody puts inputs in the place of the body's fields; false where it is
// of a kind that cannot be sent, and must be.
func (c *Call) requestBody(ref *openapi3.RequestBodyRef) bool {
	if ref == nil || ref.Value == nil || len(ref.Value.Content) == 0 {
		return true
	}
	schema, found := mediaOf(ref.Value.Content, "json", "*/*")
	c.Encode = "json"
	if !found {
		schema, found = mediaOf(ref.Value.Content, "/x-www-form-urlencoded")
		c.Encode = "form"
	}
	if !found {
		c.Encode = ""
		return !ref.Value.Required
	}
	props, required := propsOf(schema, 0)
	if len(props) == 0 || len(props) > maxInputs {
		kind := kindOfSchema(schema)
		if c.Encode == "form" {
			kind = value.Obj
		}
		c.Body = `"` + c.add(Param{Name: "body", Type: kind, Required: ref.Value.Required}) + `"`
		return true
	}
	o := value.NewObject(len(props))
	for _, name := range sorted(props) {
		description := ""
		if s := props[name]; s != nil && s.Value != nil {
			if s.Value.ReadOnly {
				continue
			}
			description = s.Value.Description
		}
		p := paramOf(name, description, props[name], slices.Contains(required, name) && ref.Value.Required)
		p.Secret = secretive(name) && p.Type == value.Text
		o.Set(plainText(name), c.add(p))
	}
	c.Body = indented(o)
	return true
}

// mediaOf returns the schema of the first of the media types that ends in one of
// the ends.
func mediaOf(content openapi3.Content, ends ...string) (schema *openapi3.SchemaRef, found bool) {
	for _, name := range slices.Sorted(maps.Keys(content)) {
		kind, _, _ := strings.Cut(name, ";")
		if !slices.ContainsFunc(ends, func(end string) bool { return strings.HasSuffix(kind, end) }) {
			continue
		}
		if m := content[name]; m != nil {
			schema = m.Schema
		}
		return schema, true
	}
	return nil, false
}

// responses makes outputs of the fields of the answer.
func (c *Call) responses(all *openapi3.Responses) {
	c.Outputs = []Result{{"status_code", value.Number, "status"}}
	var schema *openapi3.SchemaRef
	for _, status := range []string{"200", "201", "202", "2XX", "default"} {
		if ref := all.Value(status); ref != nil && ref.Value != nil && schema == nil {
			schema, _ = mediaOf(ref.Value.Content, "json")
		}
	}
	props, _ := propsOf(schema, 0)
	taken := []string{"status_code", "body"}
	for _, name := range sorted(props) {
		if len(c.Outputs) > maxOutputs {
			break
		}
		out := among(nameOf(name), taken)
		taken = append(taken, out)
		c.Outputs = append(c.Outputs, Result{out, kindOfSchema(props[name]), "body[" + quotedCEL(name) + "]"})
	}
	c.Outputs = append(c.Outputs, Result{"body", kindOfSchema(schema), "body"})
}

// quotedCEL writes a text as an expression has it.
func quotedCEL(s string) string {
	out, err := json.Marshal(s)
	if err != nil {
		return `""`
	}
	return string(out)
}

// propsOf returns the properties of an object, those of all that it is made of
// too, and which of them it must have.
func propsOf(ref *openapi3.SchemaRef, depth int) (openapi3.Schemas, []string) {
	if ref == nil || ref.Value == nil || depth > 8 {
		return nil, nil
	}
	props, required := openapi3.Schemas{}, slices.Clone(ref.Value.Required)
	for _, part := range ref.Value.AllOf {
		more, wanted := propsOf(part, depth+1)
		maps.Copy(props, more)
		required = append(required, wanted...)
	}
	maps.Copy(props, ref.Value.Properties)
	return props, required
}

func sorted(props openapi3.Schemas) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(props)), func(name string) bool { return name == "" })
}

func paramOf(name, help string, schema *openapi3.SchemaRef, required bool) Param {
	p := Param{Name: name, Title: oneLine(name, 100), Help: sentence(help, 200), Type: kindOfSchema(schema), Required: required}
	if schema != nil && schema.Value != nil && p.Type == value.Text {
		for _, e := range schema.Value.Enum {
			if text, ok := e.(string); ok && text != "" && len(p.Choices) < 50 && !slices.Contains(p.Choices, text) {
				p.Choices = append(p.Choices, text)
			}
		}
	}
	return p
}

func kindOfSchema(ref *openapi3.SchemaRef) value.Kind {
	if ref == nil || ref.Value == nil {
		return value.Any
	}
	s := ref.Value
	switch {
	case s.Type.Is("string"):
		return value.Text
	case s.Type.Is("integer"), s.Type.Is("number"):
		return value.Number
	case s.Type.Is("boolean"):
		return value.Boolean
	case s.Type.Is("array"):
		return value.List
	case s.Type.Is("object"), len(s.Properties) > 0, len(s.AllOf) > 0:
		return value.Obj
	}
	return value.Any
}
