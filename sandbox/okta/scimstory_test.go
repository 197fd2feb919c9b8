package okta_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// story is a test that Okta's customers run with BlazeMeter (formerly
// Runscope), in the form in which it is exported.
type story struct {
	Steps []struct {
		Kind       string `json:"step_type"`
		Method     string
		URL        string
		Body       string
		Note       string
		Headers    map[string]any
		Assertions []struct {
			Source, Property, Comparison string
			Value                        any
		}
		Variables []struct{ Name, Source, Property string }
	}
}

var (
	variable = regexp.MustCompile(`\{\{(\w+)\}\}`)
	step     = regexp.MustCompile(`[^.\[\]]+`)
)

// readStory reads one of Okta's SCIM tests, which lie beside the checkout.
func readStory(t *testing.T, name string) story {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; filepath.Dir(dir) != dir; dir = filepath.Dir(dir) {
		b, err := os.ReadFile(filepath.Join(dir, "shared", "corpus", "scim", name))
		if err != nil {
			continue
		}
		var s story
		if err := json.Unmarshal(b, &s); err != nil {
			t.Fatal(err)
		}
		return s
	}
	t.Skipf("%s is not here (shared/corpus/scim)", name)
	return story{}
}

// TestOktasOwnProvisioningTest plays Okta's CRUD test: what it does to the org
// has to arrive at the server, for both kinds of apps.
func TestOktasOwnProvisioningTest(t *testing.T) {
	s := readStory(t, "Okta-SCIM-20-CRUD-Test.json")
	for _, mode := range []string{"wizard", "catalogue"} {
		t.Run(mode, func(t *testing.T) {
			x, d := serve(t), newDirectory(t)
			path := x.provision(d, mode)
			values := map[string]string{
				"oktaOrgUrl": x.url, "oktaAppId": filepath.Base(path), "oktaToken": x.token, "SCIMUrl": d.base, "SCIMAuth": "Bearer s3cret",
				"okta_user_firstname": "Runa", "okta_user_firstname_update": "Runar", "okta_user_lastname": "Scope", "okta_user_email": "runa.scope@test.example",
				"okta_user_title": "Tester", "okta_user_primaryphone": "123-444-4444",
			}
			x.play(s, d, values)
		})
	}
}

func (x *tenant) play(s story, d *directory, values map[string]string) {
	x.Helper()
	fill := func(text string) string {
		return variable.ReplaceAllStringFunc(text, func(name string) string { return values[name[2:len(name)-2]] })
	}
	checks := 0
	for _, st := range s.Steps {
		if st.Kind != "request" {
			x.settled(d)
			continue
		}
		to := fill(st.URL)
		if head, query, ok := strings.Cut(to, "filter="); ok {
			to = head + "filter=" + url.QueryEscape(query)
		}
		req, err := http.NewRequest(st.Method, to, strings.NewReader(fill(st.Body)))
		if err != nil {
			x.Fatal(err)
		}
		for name, v := range st.Headers {
			if list, ok := v.([]any); ok {
				v = list[0]
			}
			req.Header.Set(name, fill(fmt.Sprint(v)))
		}
		r := x.send(req)
		var body any
		_ = json.Unmarshal(r.body, &body)
		for _, a := range st.Assertions {
			checks++
			got := fmt.Sprint(r.status)
			if a.Source == "response_json" {
				got = fmt.Sprint(at(body, step.FindAllString(a.Property, -1)...))
			}
			if want := fill(fmt.Sprint(a.Value)); got != want {
				x.Errorf("%s: %s %s is %s, want %s", st.Note, a.Source, a.Property, got, want)
			}
		}
		for _, v := range st.Variables {
			values[v.Name] = fmt.Sprint(at(body, step.FindAllString(v.Property, -1)...))
		}
	}
	if checks < 20 {
		x.Errorf("only %d checks", checks)
	}
}
