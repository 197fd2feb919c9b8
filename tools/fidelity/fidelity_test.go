package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"sallyport/sandbox/okta"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestFloors holds what has been reached: the org may answer more recordings
// as they were, never fewer.
func TestFloors(t *testing.T) {
	for _, file := range []string{"corpus/okta-recorded/okta-recorded.jsonl.gz", "specs/okta/okta-management.yaml"} {
		if _, err := locate(file); err != nil {
			t.Skip(err)
		}
	}
	o := options{paths: "/api/v1/users,/api/v1/groups,/.well-known"}
	results, err := o.measure(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	floors := []struct{ stories, statuses, shapes float64 }{
		{0.72, 0.91, 0.71},
		{0.91, 0.98, 0.76},
		{0.91, 0.98, 0.97},
	}
	for i, r := range results {
		stories, statuses, shapes := float64(r.StoriesOK)/float64(r.Stories), float64(r.Statuses)/float64(r.Requests), float64(r.Shapes)/float64(r.Requests)
		t.Logf("%s: stories %.3f, statuses %.3f, structures %.3f", r.name, stories, statuses, shapes)
		if f := floors[i]; stories < f.stories || statuses < f.statuses || shapes < f.shapes {
			t.Errorf("%s: stories %.3f, statuses %.3f, structures %.3f, want at least %v", r.name, stories, statuses, shapes, f)
		}
	}
}

// write packs exchanges the way recordings come.
func write(t *testing.T, all ...exchange) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	enc := json.NewEncoder(z)
	for _, x := range all {
		if err := enc.Encode(x); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "recorded.jsonl.gz")
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// groupStory makes a group, reads it by the id it had then, and deletes it.
func groupStory(source string, last int) []exchange {
	const host, id = "https://acme.okta.example", "00g1abcdefGHIJKLM0h7"
	group := func(more string) string {
		return `{"id":"` + id + `","objectClass":["okta:user_group"],"type":"OKTA_GROUP","created":"x","lastUpdated":"x","lastMembershipUpdated":"x",
			"profile":{"name":"Night shift","description":null},"_links":{"logo":[{"name":"medium","href":"x","type":"image/png"}],"users":{"href":"x"},"apps":{"href":"x"}` + more + `}}`
	}
	return []exchange{
		{Source: source, Method: "POST", URL: host + "/api/v1/groups", Request: `{"profile":{"name":"Night shift"}}`, Status: 200, Answer: group("")},
		{Source: source, Method: "GET", URL: host + "//api/v1/groups/" + id, Status: 200, Answer: group(`,"odd":{}`)},
		{Source: source, Method: "DELETE", URL: host + "/api/v1/groups/" + id, Status: last},
	}
}

// TestReplay replays recordings against a server that the command itself
// serves.
func TestReplay(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	r, w := io.Pipe()
	done := make(chan int)
	go func() { done <- run(ctx, []string{"-serve"}, w, io.Discard) }()
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	base, token, _ := strings.Cut(strings.TrimSpace(line), " ")
	recorded := append(groupStory("first", 204), groupStory("second", 409)...)
	recorded = append(recorded, exchange{Source: "elsewhere", Method: "GET", URL: "https://acme.okta.example/api/v1/policies", Status: 200})
	var out, errs bytes.Buffer
	if code := run(ctx, []string{"-v", "-url", base + "/", "-token", token, "-corpus", write(t, recorded...)}, &out, &errs); code != 0 {
		t.Fatalf("%d %s", code, errs.String())
	}
	stop()
	if code := <-done; code != 0 {
		t.Errorf("serving ended with %d", code)
	}
	want := `as one org
  stories       1 of    2   50.0 %
  statuses      5 of    6   83.3 %
  structures    3 of    6   50.0 %
     2  GET /api/v1/groups/{id} /_links/odd missing
     1  DELETE /api/v1/groups/{id} want 409 got 204
     1  a status of second
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
}

func TestRunRefuses(t *testing.T) {
	for name, tt := range map[string]struct {
		args []string
		code int
		says string
	}{
		"an unknown flag":         {[]string{"-loud"}, 2, "loud"},
		"recordings that are not": {[]string{"-corpus", filepath.Join(t.TempDir(), "none.gz")}, 1, "read the recordings"},
		"a description that is not": {
			[]string{"-corpus", write(t, groupStory("x", 204)...), "-spec", filepath.Join(t.TempDir(), "none.yaml")}, 1, "read the description",
		},
		"recordings that are not packed": {[]string{"-corpus", "fidelity_test.go"}, 1, "unpack the recordings"},
	} {
		t.Run(name, func(t *testing.T) {
			var out, errs bytes.Buffer
			if code := run(t.Context(), tt.args, &out, &errs); code != tt.code || !strings.Contains(errs.String(), tt.says) {
				t.Errorf("%d %q", code, errs.String())
			}
		})
	}
}

func TestCompare(t *testing.T) {
	for name, tt := range map[string]struct {
		want, got string
		diffs     []string
	}{
		"equal":                          {`{"a":1,"b":[{"c":"x"}]}`, `{"b":[{"c":"y"}],"a":2}`, nil},
		"missing and extra":              {`{"a":1}`, `{"b":1}`, []string{"/a missing", "/b extra"}},
		"another type":                   {`{"a":1}`, `{"a":"1"}`, []string{"/a type number->text"}},
		"null goes with everything":      {`{"a":null,"b":{}}`, `{"a":[],"b":null}`, nil},
		"booleans are numbers":           {`{"a":true}`, `{"a":1}`, nil},
		"the first element of a list":    {`[{"a":1},{"b":1}]`, `[{"a":1},{"c":1}]`, nil},
		"an empty list":                  {`[]`, `[{"a":1}]`, nil},
		"another status":                 {`{"status":"ACTIVE"}`, `{"status":"STAGED"}`, []string{"/status ACTIVE->STAGED"}},
		"a name in a profile":            {`{"profile":{"name":"a"}}`, `{"profile":{"name":"b"}}`, nil},
		"a name that is an id":           {`{"name":"00g1abcdefGHIJKLM0h7"}`, `{"name":"other"}`, nil},
		"list for object":                {`[]`, `{}`, []string{"/ type list->object"}},
		"an answer that is not recorded": {``, `{}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			want, err1 := parse(tt.want)
			got, err2 := parse(tt.got)
			if err1 != nil || err2 != nil {
				t.Fatal(err1, err2)
			}
			if diff := cmp.Diff(tt.diffs, compare(want, got, "")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestLearn(t *testing.T) {
	want, _ := parse(`[{"id":"00u1aaaaaaaaaaaaaaa1","x":{"userId":"00u1aaaaaaaaaaaaaaa2","note":"00u1aaaaaaaaaaaaaaa3"}},{"id":"short"},{"id":"00u1aaaaaaaaaaaaaaa4"}]`)
	got, _ := parse(`[{"id":"00u1bbbbbbbbbbbbbbb1","x":{"userId":"00u1bbbbbbbbbbbbbbb2","note":"n"}},{"id":"s"}]`)
	known := &idMap{}
	learn(want, got, known)
	learn(map[string]any{"id": "00u1aaaaaaaaaaaaaaa1"}, map[string]any{"id": "00u1ccccccccccccccc1"}, known)
	in := "/1aaaaaaaaaaaaaaa1/00u1aaaaaaaaaaaaaaa1/00u1aaaaaaaaaaaaaaa2/00u1aaaaaaaaaaaaaaa3/short"
	if got, want := known.substitute(in), "/1aaaaaaaaaaaaaaa1/00u1ccccccccccccccc1/00u1bbbbbbbbbbbbbbb2/00u1aaaaaaaaaaaaaaa3/short"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestFeatures(t *testing.T) {
	for name, tt := range map[string]struct {
		answer string
		want   okta.Features
	}{
		"none":            {`{"id":"x","credentials":{},"_links":{}}`, okta.Features{}},
		"realms":          {`[{"realmId":"r","credentials":{}}]`, okta.Features{Governance: true}},
		"owners":          {`{"objectClass":[],"_links":{"owners":{}}}`, okta.Features{Governance: true}},
		"reset factors":   {`{"credentials":{},"_links":{"resetFactors":{}}}`, okta.Features{ResetFactors: true}},
		"verified emails": {`{"_embedded":{"user":{"credentials":{"emails":[]}}}}`, okta.Features{VerifiedEmails: true}},
		"no JSON":         {`<html>`, okta.Features{}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, story{exchanges: []exchange{{Answer: tt.answer}}}.features()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestComplete(t *testing.T) {
	spec := filepath.Join(t.TempDir(), "spec.yaml")
	err := os.WriteFile(spec, []byte(`
openapi: 3.0.3
info: {title: x, version: "1"}
paths:
  /things:
    post:
      requestBody: {required: true, content: {application/json: {schema: {type: object}}}}
      responses: {"200": {description: made}}
  /things/close:
    post:
      responses: {"200": {description: closed}}
`), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		x    exchange
		kept bool
	}{
		"with its body":      {exchange{Method: "POST", path: "/things", Request: "{}", Status: 200}, true},
		"body lost":          {exchange{Method: "POST", path: "/things", Status: 200}, false},
		"refused without":    {exchange{Method: "POST", path: "/things", Status: 400}, true},
		"needs none":         {exchange{Method: "POST", path: "/things/close", Status: 200}, true},
		"not described":      {exchange{Method: "POST", path: "/others", Status: 200}, true},
		"no readable method": {exchange{Method: "a b", path: "/things", Status: 200}, true},
	} {
		t.Run(name, func(t *testing.T) {
			kept, err := complete(spec, []story{{exchanges: []exchange{tt.x}}})
			if err != nil || len(kept) == 1 != tt.kept {
				t.Errorf("%v %v", kept, err)
			}
		})
	}
}

// TestNobodyThere counts requests without answer as wrong.
func TestNobodyThere(t *testing.T) {
	var out bytes.Buffer
	code := run(t.Context(), []string{"-url", "http://127.0.0.1:1", "-corpus", write(t, groupStory("x", 204)...)}, &out, io.Discard)
	if want := fmt.Sprintf("statuses   %4d of %4d", 0, 3); code != 0 || !strings.Contains(out.String(), want) {
		t.Errorf("%d %s", code, out.String())
	}
}
