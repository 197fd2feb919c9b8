package api

import (
	"bytes"
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// answers holds answers against the OpenAPI document. Each schema is compiled once.
type answers struct {
	routes routers.Router

	mu       sync.Mutex
	compiler *jsonschema.Compiler
	schemas  map[string]*jsonschema.Schema // by where they are in the document
}

// documented is what the document says of answers.
var documented = sync.OnceValues(func() (*answers, error) {
	text := OpenAPI("test")
	doc, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		return nil, err
	}
	routes, err := legacy.NewRouter(doc)
	if err != nil {
		return nil, err
	}
	raw, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	return &answers{routes: routes, compiler: c, schemas: map[string]*jsonschema.Schema{}}, c.AddResource("api.json", raw)
})

// check says what of an answer is not as the document has it. What the document
// has no route of is /metrics, and what tests ask for on purpose.
func (a *answers) check(r *http.Request, resp *http.Response, body []byte) error {
	known := r.Clone(r.Context())
	known.URL.Scheme, known.URL.Host, known.Host = "", "", ""
	route, _, err := a.routes.FindRoute(known)
	if err != nil {
		return nil //nolint:nilerr // it is not documented
	}
	key := strconv.Itoa(resp.StatusCode)
	said := route.Operation.Responses.Value(key)
	if said == nil {
		if key, said = "default", route.Operation.Responses.Default(); said == nil {
			return fmt.Errorf("the status %d is not documented", resp.StatusCode)
		}
	}
	if len(said.Value.Content) == 0 {
		return nil // a flow's own answers, for instance
	}
	media, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if err != nil {
		return fmt.Errorf("Content-Type %q: %w", resp.Header.Get("Content-Type"), err)
	}
	content := said.Value.Content[media]
	if content == nil {
		return fmt.Errorf("the media type %s is not documented", media)
	}
	if content.Schema == nil || !strings.HasSuffix(media, "json") {
		return nil
	}
	at := pointer("paths", route.Path, strings.ToLower(r.Method), "responses", key)
	if said.Ref != "" {
		at = said.Ref
	}
	schema, err := a.schema(at + strings.TrimPrefix(pointer("content", media, "schema"), "#"))
	if err != nil {
		return err
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	return schema.Validate(value)
}

// pointer is a place in the document, as JSON pointers name it (RFC 6901).
func pointer(names ...string) string {
	var b strings.Builder
	b.WriteString("#")
	for _, name := range names {
		b.WriteString("/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(name))
	}
	return b.String()
}

func (a *answers) schema(at string) (*jsonschema.Schema, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if s := a.schemas[at]; s != nil {
		return s, nil
	}
	s, err := a.compiler.Compile("api.json" + strings.NewReplacer("{", "%7B", "}", "%7D").Replace(at))
	if err != nil {
		return nil, fmt.Errorf("compile %s: %w", at, err)
	}
	a.schemas[at] = s
	return s, nil
}
