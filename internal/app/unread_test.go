package app_test

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sallyport/sandbox"
)

// crawl reads everything that the API shows, whatever it leads to.
type crawl struct {
	*company

	routes map[string][]string            // of the description: what else their query takes, by path
	ids    map[string][]string            // of the lists, by their address
	read   map[string]int                 // answers with 200, by path of the description
	look   func(address string, b []byte) // at every answer
}

// mostOfList bounds how many things of a list are gone into.
const mostOfList = 25

func newCrawl(c *company, look func(address string, b []byte)) *crawl {
	x := &crawl{company: c, routes: map[string][]string{}, ids: map[string][]string{}, read: map[string]int{}, look: look}
	var doc struct {
		Paths map[string]struct {
			Get *struct {
				Parameters []struct {
					Name, In string
					Schema   object
				}
			}
		}
		Components struct{ Schemas map[string]object }
	}
	c.api.ask(0, http.MethodGet, "/api/openapi.json", nil, &doc)
	for path, methods := range doc.Paths {
		get := methods.Get
		// A stream that does not end, what starts a flow, and what browsers come back to.
		if get == nil || slices.Contains([]string{"/api/v1/live", "/api/flows/{org}/{flow}", "/oauth/callback"}, path) {
			continue
		}
		x.routes[path] = []string{""}
		for _, p := range get.Parameters {
			schema := p.Schema
			if ref, is := schema["$ref"].(string); is {
				schema = doc.Components.Schemas[ref[strings.LastIndex(ref, "/")+1:]]
			}
			options, _ := schema["enum"].([]any)
			for _, o := range options {
				if p.In == "query" {
					x.routes[path] = append(x.routes[path], "?"+url.Values{p.Name: {fmt.Sprint(o)}}.Encode())
				}
			}
		}
	}
	return x
}

// all visits every route, lists before what is in them.
func (x *crawl) all() {
	params := func(path string) int { return strings.Count(path, "{") }
	for _, path := range slices.SortedFunc(maps.Keys(x.routes), func(a, b string) int {
		if n := params(a) - params(b); n != 0 {
			return n
		}
		return strings.Compare(a, b)
	}) {
		for _, at := range x.addresses(path) {
			for _, query := range x.routes[path] {
				x.visit(path, at+query)
			}
		}
	}
}

// addresses are those of a route, for everything that the lists before it have.
func (x *crawl) addresses(path string) []string {
	out := []string{""}
	for part := range strings.SplitSeq(strings.TrimPrefix(path, "/"), "/") {
		var next []string
		for _, at := range out {
			if !strings.HasPrefix(part, "{") {
				next = append(next, at+"/"+part)
				continue
			}
			for _, id := range x.ids[at] {
				next = append(next, at+"/"+url.PathEscape(id))
			}
		}
		out = next
	}
	return out
}

func (x *crawl) visit(path, address string) {
	x.t.Helper()
	status, b := x.raw(http.MethodGet, x.api.urls[0]+address, "Bearer "+x.api.token, "", "")
	if status == http.StatusOK {
		x.read[path]++
	}
	x.look(address, unpacked(b))
	var v any
	if !strings.Contains(address, "?") && json.Unmarshal(b, &v) == nil {
		x.ids[address] = named(v)
	}
}

// named are the ids of a list, or of the first list of an object.
func named(v any) (out []string) {
	switch v := v.(type) {
	case map[string]any:
		return named(v["items"])
	case []any:
		for _, e := range v {
			o, _ := e.(map[string]any)
			for _, key := range []string{"id", "uuid", "slug"} {
				if id, is := o[key].(string); is && len(out) < mostOfList {
					out = append(out, id)
					break
				}
			}
		}
	}
	return out
}

// unpacked is a file, with what is in it where it is an archive.
func unpacked(b []byte) []byte {
	r, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return b
	}
	for _, f := range r.File {
		in, err := f.Open()
		if err != nil {
			continue
		}
		text, _ := io.ReadAll(io.LimitReader(in, 8<<20)) // what was read counts
		b = append(b, text...)
	}
	return b
}

// readsSecret is a flow that takes the secret out of the table, and keeps its data.
const readsSecret = `flow: reads
title: Reads the secret
tables: { configuration: { title: configuration, columns: { name: text, value: text } } }
trigger: { call: {} }
cards:
  - { id: row, use: table.search_rows, table: configuration, with: { where: { name: client_secret }, limit: 1 } }
  - { id: text, use: text.compose, with: { text: "it is {{ row.first.value }}" } }
  - { return: { secret: "{{ text.text }}", row: "{{ row.first }}" } }
`

// A secret that is typed into a connection or the table of a flow is read back
// nowhere: not through any route, in an export, in a run, in the audit log or the
// log. The database has it sealed.
func TestASecretIsNotReadBack(t *testing.T) {
	c := startCompany(t, sandbox.Options{})
	secret := c.box.State().Auth0.ClientSecret
	c.export("auth0_user_deactivated", secret)
	p, account := c.next()
	c.leave(p)
	c.ends("succeeded", "")
	c.marked(p, account)
	c.template("auth0_deactivation_marks", "Mark Deactivated in Auth0", nil)
	c.readSecret()
	wrong := "wrong-" + secret // of a connection that cannot sign in
	var tested object
	c.api.ask(0, http.MethodPost, "/api/v1/connections", object{
		"connector": "auth0", "name": "Wrong", "auth": "oauth2_client_credentials",
		"settings": object{"base_url": c.box.State().Auth0.URL, "client_id": c.box.State().Auth0.ClientID}, "secrets": object{"client_secret": wrong},
	}, &tested)
	told := map[string]bool{}
	look := func(where string, b []byte) {
		for name, text := range map[string]string{"the secret": secret, "the secret in base64": base64.StdEncoding.EncodeToString([]byte(secret)), "the secret in a URL": url.QueryEscape(secret), "an access token": "eyJhbGciOiJSUzI1NiIs"} {
			if bytes.Contains(b, []byte(text)) && !told[where+name] {
				told[where+name] = true
				at := bytes.Index(b, []byte(text))
				t.Errorf("%s has %s: …%s", where, name, b[max(0, at-80):at])
			}
		}
	}
	x := newCrawl(c, look)
	x.all()
	for _, path := range []string{
		"/api/v1/connections/{id}", "/api/v1/tables/{id}", "/api/v1/tables/{id}/rows", "/api/v1/tables/{id}/csv", "/api/v1/runs", "/api/v1/runs/{id}", "/api/v1/runs/{id}/steps",
		"/api/v1/flows/{id}", "/api/v1/flows/{id}/versions", "/api/v1/flows/{id}/export", "/api/v1/folders/{id}/export", "/api/v1/templates/{id}", "/api/v1/actions", "/api/v1/actions/{id}",
		"/api/v1/audit", "/api/v1/audit/ndjson", "/api/v1/events/ndjson", "/api/v1/events/{uuid}", "/api/v1/timeline", "/api/v1/overview",
	} {
		if x.read[path] == 0 {
			t.Errorf("%s was not read", path)
		}
	}
	if len(x.read) < len(x.routes)*6/10 {
		t.Errorf("of %d routes %d were read: %v", len(x.routes), len(x.read), slices.Sorted(maps.Keys(x.read)))
	}
	look("the log", []byte(c.log.String()))
	files, err := filepath.Glob(c.dsn + "*")
	if err != nil || len(files) == 0 {
		t.Fatalf("%v, %v", files, err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		look(filepath.Base(file), b)
	}
}

// readSecret has a flow that keeps its data read the sealed cell of the table.
func (c *company) readSecret() {
	c.t.Helper()
	var tables []struct{ ID, Title string }
	c.api.ask(0, http.MethodGet, "/api/v1/tables", nil, &tables)
	at := slices.IndexFunc(tables, func(x struct{ ID, Title string }) bool { return x.Title == "configuration" })
	var folder, made struct{ ID string }
	var run struct {
		ID, State string
		Result    map[string]any
	}
	c.api.ask(0, http.MethodPost, "/api/v1/folders", object{"name": "Curious"}, &folder)
	c.api.ask(0, http.MethodPost, "/api/v1/flows", object{"folder": folder.ID, "yaml": readsSecret}, &made)
	c.api.ask(0, http.MethodPost, "/api/v1/flows/"+made.ID+"/publish", object{}, nil)
	if status := c.api.ask(0, http.MethodPatch, "/api/v1/flows/"+made.ID, object{"enabled": true, "tables": object{"configuration": tables[at].ID}}, nil); status != http.StatusOK {
		c.t.Fatalf("switched on with %d", status)
	}
	c.api.ask(0, http.MethodPost, "/api/v1/flows/"+made.ID+"/run", object{}, &run)
	c.until("the secret is read", func() bool {
		c.api.ask(0, http.MethodGet, "/api/v1/runs/"+run.ID, nil, &run)
		return run.State == "succeeded" || run.State == "failed"
	})
	if run.State != "succeeded" || !strings.HasPrefix(fmt.Sprint(run.Result["secret"]), "it is ") {
		c.t.Errorf("the run: %+v", run)
	}
}
