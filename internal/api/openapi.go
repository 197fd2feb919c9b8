package api

import (
	"bytes"
	"cmp"
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"sallyport/internal/value"
)

// OpenAPI returns the document that describes the API (OpenAPI 3.1), made from
// the routes and their types.
func OpenAPI(version string) []byte {
	b := &builder{made: schemas{}, components: map[string]*schema{}}
	paths := value.NewObject(64)
	for _, rt := range Routes() {
		item := paths.Object(rt.Path())
		if item == nil {
			item = value.NewObject(4)
		}
		item.Set(strings.ToLower(rt.Method()), b.operation(rt))
		paths.Set(rt.Path(), item)
	}
	paths.Set(endpointPattern, b.endpoint())
	b.ref(b.made.of(reflect.TypeFor[ErrorBody]()))
	doc := value.Map(
		"openapi", "3.1.0",
		"info", value.Map("title", "Sallyport", "version", version, "description",
			"The HTTP API of Sallyport. Browsers sign in with a session cookie, programs with an API token as bearer."),
		"servers", []any{value.Map("url", "/")},
		"paths", paths,
		"components", value.Map(
			"securitySchemes", value.Map(
				"session", value.Map("type", "apiKey", "in", "cookie", "name", "__Host-sallyport", "description", "The session cookie that POST /api/v1/session sets. On plain http its name is sallyport."),
				"token", value.Map("type", "http", "scheme", "bearer", "description", "An API token: spt_…"),
				"clientToken", value.Map("type", "apiKey", "in", "header", "name", strings.ToLower(tokenHeader), "description", "A flow's client token: spc_… It may be the parameter "+tokenQuery+", too."),
			),
			"responses", value.Map("Error", value.Map(
				"description", "What went wrong. The status follows from the kind: 400 invalid, 401 unauthenticated, 403 denied, 404 not_found, 409 conflict, 429 too_many, 500 internal, 503 unavailable.",
				"headers", value.Map("X-Request-Id", value.Map("schema", value.Map("type", "string"))),
				"content", value.Map("application/json", value.Map("schema", value.Map("$ref", "#/components/schemas/ErrorBody"))),
			)),
			"schemas", b.schemas(),
		),
	)
	var out bytes.Buffer
	if err := json.Indent(&out, value.JSON(doc), "", "  "); err != nil {
		panic("api: the OpenAPI document is no JSON: " + err.Error()) // cannot be: it was just written
	}
	return append(out.Bytes(), '\n')
}

// builder makes the document.
type builder struct {
	made       schemas
	components map[string]*schema
}

func (b *builder) operation(rt Route) *value.Object {
	op := value.Map("operationId", rt.Name, "summary", rt.Doc.Summary, "tags", []any{tagOf(rt.Path())})
	help := rt.Doc.Help
	if rt.Doc.Fresh {
		help = strings.TrimSpace(help + " Wants a fresh proof of who asks, and none of an API token: else the error is step_up, see GET /api/v1/session/proof.")
	}
	if help != "" {
		op.Set("description", help)
	}
	if rt.Permission == anyone {
		op.Set("security", []any{})
	} else {
		op.Set("security", []any{value.Map("session", []any{}), value.Map("token", []any{})})
		if rt.Permission != signedIn {
			op.Set("x-permission", string(rt.Permission))
		}
	}
	if ps := b.parameters(rt); len(ps) > 0 {
		op.Set("parameters", ps)
	}
	if body := b.body(rt); body != nil {
		op.Set("requestBody", value.Map("required", rt.in.body == nil || rt.in.body.demands(), "content", body))
	}
	for _, t := range rt.Doc.Carries {
		b.ref(b.made.of(t))
	}
	op.Set("responses", value.Map(strconv.Itoa(rt.status()), b.response(rt), "default", value.Map("$ref", "#/components/responses/Error")))
	return op
}

// endpoint describes the address of a flow that requests start, which is no route:
// what it takes and answers is the flow's.
func (b *builder) endpoint() *value.Object {
	param := func(name, help string) any {
		return value.Map("name", name, "in", "path", "required", true, "description", help, "schema", value.Map("type", "string"))
	}
	item := value.Map("parameters", []any{param("org", "slug or id of the organization"), param("flow", "id of the flow, or its alias")})
	for _, method := range []string{"get", "post"} {
		op := value.Map(
			"operationId", method+"FlowEndpoint", "summary", "Start a flow, and read what it answers", "tags", []any{"endpoint"},
			"description", "For flows with an api trigger that are switched on. Who may call one is said by its trigger: everybody, who has its client token, or who has an API token "+
				"that may run flows. A GET with the header "+strings.ToLower(challengeHeader)+" is Okta's one-time verification, and starts nothing.",
			"security", []any{value.Map(), value.Map("clientToken", []any{}), value.Map("token", []any{})},
		)
		if method == "post" {
			op.Set("requestBody", value.Map("description", "What the flow takes: at most a megabyte.", "content", value.Map("*/*", value.Map())))
		}
		op.Set("responses", value.Map(
			"default", value.Map("description", "What the flow answers; 202 and {\"run\": id} where it did not answer within a minute, and the run goes on; or an error: 401 and 403 where the caller may not, 404 where there is no such flow, 413, 415 and 429."),
		))
		item.Set(method, op)
	}
	return item
}

// tagOf returns the noun of a path.
func tagOf(path string) string {
	rest, _ := strings.CutPrefix(path, "/api/v1/")
	head, _, _ := strings.Cut(strings.TrimPrefix(rest, "/"), "/")
	return head
}

func (b *builder) parameters(rt Route) []any {
	var out []any
	for _, p := range rt.in.params {
		s := b.made.of(p.typ)
		o := value.Map("name", p.name, "in", p.where)
		if p.where == "path" {
			o.Set("required", true)
		}
		if help := p.tag.Get("doc"); help != "" {
			o.Set("description", help)
		}
		plain := reflect.StructTag(strings.ReplaceAll(string(p.tag), "doc:", "said:"))
		o.Set("schema", b.ref(s.tagged(plain)))
		out = append(out, o)
	}
	return out
}

func (b *builder) body(rt Route) *value.Object {
	switch {
	case rt.in.upload != nil:
		media := cmp.Or(rt.Doc.Takes, "text/csv")
		raw := value.Map("schema", value.Map("type", "string"))
		file := value.Map("schema", value.Map("type", "object", "required", []any{"file"}, "properties",
			value.Map("file", value.Map("type", "string", "contentMediaType", media))))
		return value.Map(media, raw, "multipart/form-data", file)
	case rt.in.body != nil:
		return value.Map("application/json", value.Map("schema", b.ref(rt.in.body)))
	}
	return nil
}

func (b *builder) response(rt Route) *value.Object {
	o := value.Map("description", answerWord(rt))
	switch {
	case rt.Doc.Gives != "":
		o.Set("content", value.Map(rt.Doc.Gives, value.Map("schema", value.Map("type", "string"))))
	case rt.status() != http.StatusNoContent:
		o.Set("content", value.Map("application/json", value.Map("schema", b.ref(b.made.of(rt.Out)))))
	}
	return o
}

func answerWord(rt Route) string {
	switch rt.status() {
	case http.StatusNoContent:
		return "Done; there is nothing to say."
	case http.StatusCreated:
		return "Made."
	}
	return "The answer."
}

// ref returns a schema as it stands in a place: by name where it has one.
func (b *builder) ref(s *schema) *value.Object {
	switch {
	case s.of != nil:
		o := b.ref(s.of)
		return extend(o, s)
	case s.name != "":
		if _, there := b.components[s.name]; !there {
			b.components[s.name] = s
		}
		return value.Map("$ref", "#/components/schemas/"+s.name)
	}
	return b.written(s)
}

// written returns a schema written out.
func (b *builder) written(s *schema) *value.Object {
	o := value.NewObject(4)
	if s.kind != "" {
		o.Set("type", s.kind)
	}
	if s.format != "" {
		o.Set("format", s.format)
	}
	if len(s.enum) > 0 {
		o.Set("enum", list(s.enum))
	}
	if s.items != nil {
		o.Set("items", b.ref(s.items))
	}
	if s.kind == "object" {
		b.object(o, s)
	}
	return extend(o, s)
}

func (b *builder) object(o *value.Object, s *schema) {
	var required []string
	props := value.NewObject(len(s.props))
	for _, p := range s.props {
		props.Set(p.name, b.ref(p.schema))
		if p.required {
			required = append(required, p.name)
		}
	}
	if len(required) > 0 {
		o.Set("required", list(required))
	}
	if len(s.props) > 0 {
		o.Set("properties", props)
	}
	if s.rest == nil {
		o.Set("additionalProperties", false)
		return
	}
	if s.rest.kind == "" && s.rest.name == "" {
		o.Set("additionalProperties", true)
		return
	}
	o.Set("additionalProperties", b.ref(s.rest))
}

// extend adds a description and bounds to a schema.
func extend(o *value.Object, s *schema) *value.Object {
	if s.help != "" {
		o.Set("description", s.help)
	}
	names := map[string][2]string{"string": {"minLength", "maxLength"}, "array": {"minItems", "maxItems"}, "integer": {"minimum", "maximum"}, "number": {"minimum", "maximum"}}[s.kind]
	if s.min != nil {
		o.Set(names[0], float64(*s.min))
	}
	if s.max != nil {
		o.Set(names[1], float64(*s.max))
	}
	return o
}

func list(words []string) []any {
	out := make([]any, len(words))
	for i, w := range words {
		out[i] = w
	}
	return out
}

// schemas returns the components by name. Writing one out may find others.
func (b *builder) schemas() *value.Object {
	done := map[string]*value.Object{}
	for len(done) < len(b.components) {
		for name, s := range b.components {
			if done[name] == nil {
				done[name] = b.written(s)
				break
			}
		}
	}
	names := make([]string, 0, len(done))
	for name := range done {
		names = append(names, name)
	}
	slices.Sort(names)
	out := value.NewObject(len(names))
	for _, name := range names {
		out.Set(name, done[name])
	}
	return out
}

func (s *server) serveOpenAPI(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if _, err := w.Write(s.openapi); err != nil {
		s.Log.DebugContext(r.Context(), "answer not sent", "route", r.Pattern, "err", err)
	}
}
