// Package oktaspec holds a server and its clients against Okta's OpenAPI
// description, in tests. The description is not part of the repository: it is
// looked for beside the checkout (shared/specs/okta), and without it nothing
// is checked.
//
// Real orgs break their own description in a quarter of their answers. What
// they break is relaxed (see relax): null is good for every type, times need
// no certain form, statuses that the description does not list are let pass.
// With that, 95 % of recorded answers of real orgs pass.
package oktaspec

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
)

// Wrap returns a handler that passes everything on to h and fails the test
// for each request or answer that does not fit the description. Requests that
// are answered with an error are not checked, since tests send bad ones on
// purpose. Paths that the description does not know are not checked either.
//
// Without the description the test says so in its log and h is returned as it
// is.
func Wrap(t testing.TB, h http.Handler) http.Handler {
	t.Helper()
	c, err := load()
	if errors.Is(err, os.ErrNotExist) {
		t.Log("answers are not held against Okta's description: it is not here (shared/specs/okta)")
		return h
	}
	if err != nil {
		t.Fatal(err)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Errorf("%s %s: read the request: %v", r.Method, r.URL.Path, err)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		if err := c.Check(r, body, rec); err != nil {
			t.Errorf("%s %s (answered %d) does not fit Okta's description: %v\nanswer: %.2000s", r.Method, r.URL, rec.Code, err, rec.Body)
		}
		maps.Copy(w.Header(), rec.Header())
		w.WriteHeader(rec.Code)
		if _, err := w.Write(rec.Body.Bytes()); err != nil {
			t.Logf("%s %s: the client did not take the answer: %v", r.Method, r.URL.Path, err)
		}
	})
}

// Checker holds exchanges against the description.
type Checker struct{ routers []routers.Router }

// load reads the description once for all tests of a program: that takes half
// a second.
var load = sync.OnceValues(func() (*Checker, error) {
	dir, err := locate()
	if err != nil {
		return nil, err
	}
	openapi3filter.RegisterBodyDecoder("text/xml", openapi3filter.RegisteredBodyDecoder("text/plain")) // SAML metadata
	var c Checker
	for _, name := range []string{"okta-management.yaml", "okta-oauth.yaml"} {
		doc, err := openapi3.NewLoader().LoadFromFile(filepath.Join(dir, name))
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		relax(doc)
		doc.Servers = openapi3.Servers{{URL: "/"}}
		r, err := gorillamux.NewRouter(doc)
		if err != nil {
			return nil, fmt.Errorf("read the paths of %s: %w", name, err)
		}
		c.routers = append(c.routers, r)
	}
	return &c, nil
})

// locate finds the description in a directory "shared" beside or above the
// working directory.
func locate() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find the working directory: %w", err)
	}
	for {
		for _, base := range []string{dir, filepath.Dir(dir)} {
			path := filepath.Join(base, "shared", "specs", "okta")
			if _, err := os.Stat(filepath.Join(path, "okta-management.yaml")); err == nil {
				return path, nil
			}
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", fmt.Errorf("find Okta's description: %w", os.ErrNotExist)
		}
		dir = up
	}
}

// Check holds one exchange against the description.
func (c *Checker) Check(r *http.Request, body []byte, rec *httptest.ResponseRecorder) error {
	u := *r.URL
	u.Scheme, u.Host = "http", "org.example"
	req := r.Clone(context.Background())
	req.URL, req.Body = &u, io.NopCloser(bytes.NewReader(body))
	for _, router := range c.routers {
		route, params, err := router.FindRoute(req)
		if err != nil {
			continue
		}
		in := &openapi3filter.RequestValidationInput{
			Request: req, PathParams: params, Route: route,
			Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, ExcludeReadOnlyValidations: true},
		}
		if rec.Code < 400 {
			if err := openapi3filter.ValidateRequest(context.Background(), in); err != nil {
				return fmt.Errorf("the request: %w", brief(err))
			}
		}
		if rec.Code >= 400 && rec.Body.Len() == 0 {
			return nil // what is wrong with an access token stands in a header alone
		}
		out := &openapi3filter.ResponseValidationInput{
			RequestValidationInput: in, Status: rec.Code, Header: rec.Header(), Options: in.Options, Body: io.NopCloser(bytes.NewReader(rec.Body.Bytes())),
		}
		if err := openapi3filter.ValidateResponse(context.Background(), out); err != nil {
			return fmt.Errorf("the answer: %w", brief(err))
		}
		return nil
	}
	return nil
}

// brief names what is wrong and where, without the schema and the value that
// the validator's errors carry.
func brief(err error) error {
	text, _, _ := strings.Cut(err.Error(), "\nSchema:")
	path := ""
	for e := new(openapi3.SchemaError); errors.As(err, &e); err = e.Origin {
		if at := strings.Join(e.JSONPointer(), "/"); at != "" {
			path = at
		}
		text = "/" + path + ": " + e.Reason + " (" + e.SchemaField + ")"
	}
	return errors.New(text)
}
