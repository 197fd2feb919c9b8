package trial_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"sallyport/content"
	"sallyport/internal/connector/trial"
)

// spec returns the path of a specification beside the checkout.
func spec(t *testing.T, name string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		file := filepath.Join(dir, "..", "shared", "specs", name)
		if _, err := os.Stat(file); err == nil {
			return file
		}
	}
	t.Skipf("%s is not beside the checkout", name)
	return ""
}

// watched runs the cases of a connector, and returns how many requests were seen.
func watched(t *testing.T, id string, see trial.Watcher) int {
	t.Helper()
	shelf, err := shelves()
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	n := 0
	err = trial.Run(t.Context(), content.FS, shelf, id, func(name string, r *http.Request, body []byte) {
		mu.Lock()
		defer mu.Unlock()
		n++
		see(name, r, body)
	})
	if err != nil {
		t.Error(err)
	}
	return n
}

// Every request to Okta is one that its OpenAPI specification knows.
func TestOktaRequestsFitTheSpecification(t *testing.T) {
	// Cases about what a text may hold, and what the specification leaves out.
	odd := []string{"a login with a slash stays one segment", "somebody is assigned to an app, nobody knows who", "a body that cannot be read hides whom it names", "a person is logged out everywhere"}
	fitting(t, "okta", "okta/okta-management.yaml", "/", 30, func(name string, r *http.Request) bool {
		return strings.HasSuffix(r.URL.Path, "/oauth2/v1/token") || slices.Contains(odd, name)
	})
}

// Every request to Auth0 is one that its OpenAPI specification knows.
func TestAuth0RequestsFitTheSpecification(t *testing.T) {
	fitting(t, "auth0", "auth0/auth0-management.json", "/api/v2", 120, func(_ string, r *http.Request) bool {
		return r.URL.Path == "/oauth/token"
	})
}

// fitting holds the requests of a connector's cases against a specification whose
// paths are below base. What skip names is left out; of any call of one's own, only
// the operation counts.
func fitting(t *testing.T, id, file, base string, least int, skip func(string, *http.Request) bool) {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromFile(spec(t, file))
	if err != nil {
		t.Fatal(err)
	}
	relax(doc)
	doc.Servers = openapi3.Servers{{URL: base}}
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	n := watched(t, id, func(name string, r *http.Request, body []byte) {
		if skip(name, r) {
			return
		}
		req := r.Clone(context.Background())
		req.Body = http.NoBody
		if len(body) > 0 {
			req.Body = readCloser{bytes.NewReader(body)}
		}
		req.URL.Host, req.URL.Scheme = "", ""
		route, params, err := router.FindRoute(req)
		if err != nil {
			t.Errorf("%s: %s %s is no operation: %v", name, r.Method, r.URL.Path, err)
			return
		}
		for param := range r.URL.Query() {
			if !knows(route.Operation, route.PathItem, param) && !strings.HasPrefix(name, "any call") {
				t.Errorf("%s: %s %s has no parameter %s", name, r.Method, route.Path, param)
			}
		}
		if strings.HasPrefix(name, "any call") || strings.HasPrefix(name, "a body may be") {
			return
		}
		err = openapi3filter.ValidateRequest(context.Background(), &openapi3filter.RequestValidationInput{
			Request: req, PathParams: params, Route: route,
			Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, ExcludeReadOnlyValidations: true},
		})
		if err != nil {
			t.Errorf("%s: %s %s: %v", name, r.Method, route.Path, err)
		}
	})
	t.Logf("%d requests", n)
	if n < least {
		t.Errorf("only %d requests were made", n)
	}
}

type readCloser struct{ *bytes.Reader }

func (readCloser) Close() error { return nil }

func knows(op *openapi3.Operation, item *openapi3.PathItem, param string) bool {
	for _, list := range []openapi3.Parameters{op.Parameters, item.Parameters} {
		for _, p := range list {
			if p.Value.In == "query" && p.Value.Name == param {
				return true
			}
		}
	}
	return false
}

// relax takes out of a specification what Okta itself does not keep to.
func relax(doc *openapi3.T) {
	seen := map[*openapi3.Schema]bool{}
	var walk func(*openapi3.SchemaRef)
	walk = func(ref *openapi3.SchemaRef) {
		if ref == nil || ref.Value == nil || seen[ref.Value] {
			return
		}
		s := ref.Value
		seen[s] = true
		s.Nullable = true
		if s.Format == "date-time" || s.Format == "uri" {
			s.Format = ""
		}
		for _, list := range []openapi3.SchemaRefs{s.AllOf, s.AnyOf, s.OneOf} {
			for _, sub := range list {
				walk(sub)
			}
		}
		for _, sub := range s.Properties {
			walk(sub)
		}
		walk(s.Items)
		walk(s.Not)
		walk(s.AdditionalProperties.Schema)
	}
	for _, s := range doc.Components.Schemas {
		walk(s)
	}
	for _, item := range doc.Paths.Map() {
		for _, op := range item.Operations() {
			if op.RequestBody != nil && op.RequestBody.Value != nil {
				for _, media := range op.RequestBody.Value.Content {
					walk(media.Schema)
				}
			}
		}
	}
}

// Every card is one that Microsoft's schema of Adaptive Cards takes.
func TestTeamsCardsFitTheirSchema(t *testing.T) {
	text, err := os.ReadFile(spec(t, "teams/adaptive-card-1.5.json"))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("card.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("card.json")
	if err != nil {
		t.Fatal(err)
	}
	cards := 0
	watched(t, "teams", func(name string, _ *http.Request, body []byte) {
		var message struct {
			Attachments []struct{ Content any }
		}
		if err := json.Unmarshal(body, &message); err != nil || len(message.Attachments) != 1 {
			t.Errorf("%s: %v in %s", name, err, body)
			return
		}
		card, _ := message.Attachments[0].Content.(map[string]any)
		delete(card, "msteams") // Teams' own addition
		if err := schema.Validate(card); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		cards++
	})
	if cards < 5 {
		t.Errorf("only %d cards were sent", cards)
	}
}

// Every method of Slack, and every argument, is one that its (archived)
// specification lists.
func TestSlackArgumentsExist(t *testing.T) {
	text, err := os.ReadFile(spec(t, "slack/slack-web-v2.json"))
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Paths map[string]map[string]struct {
			Parameters []struct{ Name, In string }
		}
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	watched(t, "slack", func(name string, r *http.Request, body []byte) {
		op, ok := doc.Paths["/"+path.Base(r.URL.Path)][strings.ToLower(r.Method)]
		if !ok && r.Method == http.MethodPost { // any method takes POST
			op, ok = doc.Paths["/"+path.Base(r.URL.Path)]["get"]
		}
		if !ok {
			t.Errorf("%s: there is no %s %s", name, r.Method, r.URL.Path)
			return
		}
		args := map[string]any{}
		if err := json.Unmarshal(body, &args); err != nil && len(body) > 0 {
			t.Errorf("%s: %v", name, err)
		}
		for arg := range r.URL.Query() {
			args[arg] = true
		}
		for arg := range args {
			known := false
			for _, p := range op.Parameters {
				known = known || p.Name == arg
			}
			if !known {
				t.Errorf("%s: %s has no argument %s", name, r.URL.Path, arg)
			}
		}
	})
}

func TestCasesThatDoNotHold(t *testing.T) {
	shelf, err := shelves()
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct{ cases, want string }{
		"another path":    {"request: { path: /y }\n    response: {}", `path of request 1 is "/x", want "/y"`},
		"another header":  {"request: { headers: { Accept: text/html } }\n    response: {}", "header Accept of request 1"},
		"no header":       {"request: { headers: { User-Agent: null } }\n    response: {}", "header User-Agent of request 1"},
		"another output":  {"response: { json: 1 }\n    outputs: { body: 2 }", "output body is 1, want 2"},
		"no request":      {"exchanges: []", "1 requests arrived, want 0"},
		"one more":        {"exchanges: [{}, {}]", "1 requests arrived, want 2"},
		"no error":        {"response: {}\n    error: {}", "the call did not fail"},
		"an error":        {"response: { status: 500 }", "the call failed"},
		"another error":   {"response: { status: 500 }\n    error: { code: x }", "code of the error"},
		"another message": {"response: { status: 500 }\n    error: { message: x_y }", "the message is"},
		"another effect":  {"response: {}\n    effect: notify", "the effect is read"},
		"another target":  {"response: {}\n    targets: [{ type: user, id: x }]", "the targets are []"},
		"another undo":    {"response: {}\n    undo: { action: x }", "it is undone by"},
	} {
		t.Run(name, func(t *testing.T) {
			folder := mapFS("connection: {}\ncases:\n  x:\n    action: request\n    inputs: { url: \"{{ peer }}/x\" }\n    " + tt.cases)
			err := trial.Run(t.Context(), folder, shelf, "http")
			if _, ok := errors.AsType[trial.CaseError](err); !ok || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "http.test.yaml:3: x: ") {
				t.Errorf("error %v, want %q in it", err, tt.want)
			}
		})
	}
	t.Run("unknown key", func(t *testing.T) {
		if err := trial.Run(t.Context(), mapFS("connection: {}\ncases:\n  x: { actoin: y }"), shelf, "http"); err == nil || !strings.Contains(err.Error(), "http.test.yaml:3") {
			t.Errorf("error %v, want one that names file and line", err)
		}
	})
}
