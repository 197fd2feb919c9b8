// Package auth0spec holds a server and its clients against Auth0's OpenAPI
// description of the Management API, and log entries against its schema of
// tenant logs, in tests. Both are not part of the repository: they are looked
// for beside the checkout (shared/specs/auth0), and without them nothing is
// checked, which tests say in their log.
//
// Auth0 breaks its own description: recorded answers have fields that objects
// closed to others do not list, null for empty, and statuses that are not
// there (200 for a deployed Action instead of 202). That is let pass.
package auth0spec

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Transport sends requests on, and fails the test for each exchange that does
// not fit the description. Requests that are answered with an error are not
// checked, as tests send bad ones on purpose. Base is the URL of the tenant.
func Transport(t testing.TB, base string) http.RoundTripper {
	t.Helper()
	router, err := load()
	if errors.Is(err, os.ErrNotExist) {
		t.Log("answers are not held against Auth0's description: it is not here (shared/specs/auth0)")
	} else if err != nil {
		t.Fatal(err)
	}
	return &transport{t: t, base: base, router: router}
}

type transport struct {
	t      testing.TB
	base   string
	router routers.Router
}

// RoundTrip implements http.RoundTripper.
func (x *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	var sent []byte
	if r.Body != nil {
		var err error
		if sent, err = io.ReadAll(r.Body); err != nil {
			return nil, fmt.Errorf("read the request: %w", err)
		}
		r.Body = io.NopCloser(bytes.NewReader(sent))
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	got, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	resp.Body = io.NopCloser(bytes.NewReader(got))
	if path, is := strings.CutPrefix(r.URL.String(), x.base+"/api/v2"); is && x.router != nil {
		if err := x.check(r, path, sent, resp, got); err != nil {
			x.t.Errorf("%s %s (answered %d) does not fit Auth0's description: %v\nsent: %.1000s\nanswer: %.2000s", r.Method, r.URL, resp.StatusCode, err, sent, got)
		}
	}
	return resp, nil
}

// check holds one exchange against the description.
func (x *transport) check(r *http.Request, path string, sent []byte, resp *http.Response, got []byte) error {
	req, err := http.NewRequestWithContext(context.Background(), r.Method, "http://tenant.example"+path, bytes.NewReader(sent)) //nolint:gosec // it is never sent
	if err != nil {
		return err
	}
	req.Header = r.Header.Clone()
	route, params, err := x.router.FindRoute(req)
	if err != nil {
		return nil //nolint:nilerr // what the description does not know cannot be held against it
	}
	in := &openapi3filter.RequestValidationInput{
		Request: req, PathParams: params, Route: route, Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, ExcludeReadOnlyValidations: true},
	}
	if resp.StatusCode < 400 {
		if err := openapi3filter.ValidateRequest(context.Background(), in); err != nil {
			return fmt.Errorf("the request: %w", brief(err))
		}
	}
	status := resp.StatusCode
	if status == http.StatusOK && strings.HasSuffix(path, "/deploy") {
		status = http.StatusAccepted // as recorded
	}
	out := &openapi3filter.ResponseValidationInput{RequestValidationInput: in, Status: status, Header: resp.Header, Options: in.Options, Body: io.NopCloser(bytes.NewReader(got))}
	if err := openapi3filter.ValidateResponse(context.Background(), out); err != nil {
		return fmt.Errorf("the answer: %w", brief(err))
	}
	return nil
}

// brief names what is wrong and where, without the schema and the value.
func brief(err error) error {
	text, _, _ := strings.Cut(err.Error(), "\nSchema:")
	var path []string
	for e := new(openapi3.SchemaError); errors.As(err, &e); err = e.Origin {
		path = append(path, e.JSONPointer()...)
		text = "/" + strings.Join(path, "/") + ": " + e.Reason + " (" + e.SchemaField + ")"
	}
	return errors.New(text)
}

// load reads the description once for all tests of a program.
var load = sync.OnceValues(func() (routers.Router, error) {
	file, err := locate("auth0-management.json")
	if err != nil {
		return nil, err
	}
	doc, err := openapi3.NewLoader().LoadFromFile(file)
	if err != nil {
		return nil, fmt.Errorf("read Auth0's description: %w", err)
	}
	relax(doc)
	doc.Servers = openapi3.Servers{{URL: "/"}}
	return gorillamux.NewRouter(doc)
})

// relax opens every schema of a description.
func relax(doc *openapi3.T) {
	seen := map[*openapi3.Schema]bool{}
	for _, s := range doc.Components.Schemas {
		open(s.Value, seen)
	}
	content := func(c openapi3.Content) {
		for _, m := range c {
			if m.Schema != nil {
				open(m.Schema.Value, seen)
			}
		}
	}
	for _, path := range doc.Paths.Map() {
		for _, op := range path.Operations() {
			for _, p := range op.Parameters {
				if p.Value.Schema != nil {
					open(p.Value.Schema.Value, seen)
				}
			}
			if op.RequestBody != nil {
				content(op.RequestBody.Value.Content)
			}
			for _, r := range op.Responses.Map() {
				content(r.Value.Content)
			}
		}
	}
}

// open lets objects have fields that they do not list, everything be null, and
// texts have any form.
func open(s *openapi3.Schema, seen map[*openapi3.Schema]bool) {
	if s == nil || seen[s] {
		return
	}
	seen[s] = true
	s.Nullable, s.Format, s.Pattern = true, "", ""
	if slices.Contains(s.Enum, any("post-login")) {
		s.Enum = append(s.Enum, "mcp-tool") // a trigger that was recorded
	}
	if len(s.OneOf) > 0 { // once objects are open, several may fit
		s.AnyOf, s.OneOf = append(s.AnyOf, s.OneOf...), nil
	}
	yes := true
	s.AdditionalProperties = openapi3.AdditionalProperties{Has: &yes}
	for _, p := range s.Properties {
		open(p.Value, seen)
	}
	if s.Items != nil {
		open(s.Items.Value, seen)
	}
	for _, list := range []openapi3.SchemaRefs{s.AnyOf, s.AllOf} {
		for _, x := range list {
			open(x.Value, seen)
		}
	}
}

// locate finds a file of the description beside or above the working
// directory.
func locate(name string) (string, error) {
	dir, err := os.Getwd()
	for ; err == nil; dir = filepath.Dir(dir) {
		path := filepath.Join(dir, "shared", "specs", "auth0", name)
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
		if dir == filepath.Dir(dir) {
			break
		}
	}
	return "", fmt.Errorf("find %s: %w", name, os.ErrNotExist)
}

// Log holds a log entry, as a stream sends it, against the schema of its type.
// Known is false when there is no schema here, or none of that type.
func Log(kind string, entry []byte) (known bool, err error) {
	schemas, err := logs()
	if err != nil {
		if errors.Is(err, os.ErrNotExist) {
			err = nil
		}
		return false, err
	}
	s, known := schemas(kind)
	if !known {
		return false, nil
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(entry))
	if err != nil {
		return true, fmt.Errorf("read the entry: %w", err)
	}
	if err := s.Validate(v); err != nil {
		return true, fmt.Errorf("an entry of type %s does not fit Auth0's schema: %w", kind, err)
	}
	return true, nil
}

// logs reads the schema of tenant logs.
var logs = sync.OnceValues(func() (func(string) (*jsonschema.Schema, bool), error) {
	file, err := locate("auth0-tenant-logs-schema.json")
	if err != nil {
		return nil, err
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the schema of tenant logs: %w", err)
	}
	var types struct {
		Components struct {
			Schemas map[string]json.RawMessage `json:"schemas"`
		} `json:"components"`
	}
	if err := json.Unmarshal(b, &types); err != nil {
		return nil, fmt.Errorf("read the schema of tenant logs: %w", err)
	}
	whole, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("read the schema of tenant logs: %w", err)
	}
	var mu sync.Mutex
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	if err := c.AddResource("logs.json", whole); err != nil {
		return nil, fmt.Errorf("read the schema of tenant logs: %w", err)
	}
	return func(kind string) (*jsonschema.Schema, bool) {
		if _, known := types.Components.Schemas[kind]; !known {
			return nil, false
		}
		mu.Lock()
		defer mu.Unlock()
		s, err := c.Compile("logs.json#/components/schemas/" + kind)
		return s, err == nil
	}, nil
})
