package draft_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/connector"
	"sallyport/internal/connector/draft"
	"sallyport/internal/value"
)

// compiled returns the file of a draft, which must compile and be the same draft
// again.
func compiled(t *testing.T, d draft.Draft) (string, *connector.Connector) {
	t.Helper()
	text, err := d.YAML("own_api")
	if err != nil {
		t.Fatalf("%+v: %v", d, err)
	}
	c, err := connector.ParseOwn("own_api", text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	again, ok := draft.Of(text)
	if !ok {
		t.Fatalf("it is no draft any more:\n%s", text)
	}
	if twice, err := again.YAML("own_api"); err != nil || twice != text {
		t.Fatalf("%v\n%s", err, cmp.Diff(text, twice))
	}
	return text, c
}

// of makes a draft of an example, as the console does.
func of(ex draft.Example) draft.Draft {
	return draft.Draft{Title: "API", BaseURL: ex.BaseURL, Auth: ex.Auth, Secrets: ex.More, Calls: []draft.Call{ex.Call}}
}

func TestCurl(t *testing.T) {
	tests := map[string]struct {
		command string
		base    string
		auth    draft.Way
		call    draft.Call // but for outputs, effect and inputs, which stand in names
		names   string
		secrets map[string]string
	}{
		"a bearer token and a JSON body": {
			command: `curl -X POST https://api.example.com/v1/users/8341/notes -H 'Authorization: Bearer s3cret-token' \
  -H "Content-Type: application/json" -d '{"text": "hello", "pinned": true, "tags": ["a"], "author": {"displayName": "Ada"}}'`,
			base: "https://api.example.com", auth: draft.Way{Kind: connector.Bearer},
			call: draft.Call{
				ID: "create_user_note", Title: "Create user note", Method: "POST", Path: "/v1/users/{{ inputs.user_id }}/notes", Encode: "json",
				Body: "{\n  \"text\": \"{{ inputs.text }}\",\n  \"pinned\": \"{{ inputs.pinned }}\",\n  \"tags\": \"{{ inputs.tags }}\",\n  \"author\": {\n    \"displayName\": \"{{ inputs.display_name }}\"\n  }\n}",
			},
			names: "user_id:text! text:text pinned:boolean tags:list display_name:text", secrets: map[string]string{"token": "s3cret-token"},
		},
		"a key in a header, parameters, no method": {
			command: `curl "https://api.example.com/search?q=blue%20sky&limit=5" -H "X-Api-Key: k3y" --compressed -s`,
			base:    "https://api.example.com", auth: draft.Way{Kind: connector.APIKey, Header: "X-Api-Key"},
			call: draft.Call{
				ID: "list_search", Title: "List search", Method: "GET", Path: "/search",
				Query: []draft.Pair{{Name: "q", Value: "{{ inputs.q }}"}, {Name: "limit", Value: "{{ inputs.limit }}"}},
			},
			names: "q:text limit:text", secrets: map[string]string{"api_key": "k3y"},
		},
		"a key in the query, and a second one": {
			command: `curl 'https://api.example.com/v2/ip/lookup?apikey=abc123&format=json' -H 'X-Signature: zzz'`,
			base:    "https://api.example.com", auth: draft.Way{Kind: connector.APIKey, Header: "X-Signature"},
			call: draft.Call{
				ID: "list_ip_lookup", Title: "List ip lookup", Method: "GET", Path: "/v2/ip/lookup",
				Query: []draft.Pair{{Name: "apikey", Value: "{{ secrets.apikey }}"}, {Name: "format", Value: "{{ inputs.format }}"}},
			},
			names: "format:text", secrets: map[string]string{"api_key": "zzz", "apikey": "abc123"},
		},
		"a user and a password, a form": {
			command: `curl -u ada:pa:ss --request PUT --data-urlencode 'name=Ada L' -d role=admin https://h.example/teams/5f0e8c1a-aaaa-bbbb-cccc-1234567890ab`,
			base:    "https://h.example", auth: draft.Way{Kind: connector.Basic},
			call: draft.Call{
				ID: "replace_team", Title: "Replace team", Method: "PUT", Path: "/teams/{{ inputs.team_id }}", Encode: "form",
				Body: "{\n  \"name\": \"{{ inputs.name }}\",\n  \"role\": \"{{ inputs.role }}\"\n}",
			},
			names: "team_id:text! name:text role:text", secrets: map[string]string{"username": "ada", "password": "pa:ss"},
		},
		"a scheme of its own, placeholders, no secret but its place": {
			command: `curl -sSXDELETE https://${DOMAIN}.okta.example/api/v1/users/{userId}/sessions/:sid -H "Authorization: SSWS $TOKEN" -H 'Accept: application/json'`,
			base:    "", auth: draft.Way{},
		},
		"placeholders of documentation": {
			command: `curl -sSXDELETE https://acme.okta.example/api/v1/users/{userId}/sessions/:sid -H "Authorization: SSWS $TOKEN" -H 'Accept: application/json'`,
			base:    "https://acme.okta.example", auth: draft.Way{Kind: connector.APIKey, Header: "Authorization", Prefix: "SSWS "},
			call: draft.Call{
				ID: "delete_user_session", Title: "Delete user session", Method: "DELETE", Path: "/api/v1/users/{{ inputs.user_id }}/sessions/{{ inputs.sid }}",
				Headers: []draft.Pair{{Name: "Accept", Value: "application/json"}},
			},
			names: "user_id:text! sid:text!", secrets: map[string]string{},
		},
		"what a browser copies": {
			command: `curl 'https://app.example.com/api/items' -H 'accept: */*' -H 'sec-fetch-mode: cors' -H 'user-agent: Mozilla/5.0' -b 'sid=s3cret' --data-raw $'{"q":"it\'s"}' ; rm -rf /`,
			base:    "https://app.example.com", auth: draft.Way{},
			call: draft.Call{
				ID: "create_item", Title: "Create item", Method: "POST", Path: "/api/items", Headers: []draft.Pair{{Name: "accept", Value: "*/*"}}, Encode: "json", Body: "{\n  \"q\": \"{{ inputs.q }}\"\n}",
			},
			names: "q:text", secrets: map[string]string{},
		},
		"data that goes into the query": {
			command: `curl -G https://h.example/find --data-urlencode "name=a b" -d max=3`,
			base:    "https://h.example",
			call: draft.Call{
				ID: "list_find", Title: "List find", Method: "GET", Path: "/find", Query: []draft.Pair{{Name: "name", Value: "{{ inputs.name }}"}, {Name: "max", Value: "{{ inputs.max }}"}},
			},
			names: "name:text max:text", secrets: map[string]string{},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			ex, err := draft.Curl(tt.command)
			if tt.base == "" {
				if err == nil {
					t.Fatalf("%+v", ex)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, p := range ex.Call.Inputs {
				n := p.Name + ":" + string(p.Type)
				if p.Required {
					n += "!"
				}
				names = append(names, n)
			}
			got := ex.Call
			got.Inputs, got.Outputs, got.Effect, got.Repeat = nil, nil, "", ""
			if diff := cmp.Diff(tt.call, got); diff != "" {
				t.Error(diff)
			}
			if ex.BaseURL != tt.base || strings.Join(names, " ") != tt.names || !cmp.Equal(ex.Auth, tt.auth) || !cmp.Equal(ex.Secrets, tt.secrets) {
				t.Errorf("%q %q %+v %v", ex.BaseURL, names, ex.Auth, ex.Secrets)
			}
			text, _ := compiled(t, of(ex))
			for _, s := range ex.Secrets {
				if len(s) > 2 && strings.Contains(text, s) {
					t.Errorf("the file holds the secret %s:\n%s", s, text)
				}
			}
		})
	}
}

func TestCurlRefuses(t *testing.T) {
	for command, want := range map[string]string{
		"wget https://h.example":                   "must begin with curl",
		"curl -X POST":                             "no address",
		"curl 'https://h.example":                  "not closed",
		"curl https://a.example https://b.example": "two addresses",
		"curl -d @file https://h.example":          "in a file",
		"curl -F a=b https://h.example":            "sends files",
		"curl ftp://h.example/x":                   "none of HTTP",
		"curl https://h.example -H":                "nothing after -H",
	} {
		if _, err := draft.Curl(command); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", command, err, want)
		}
	}
}

const petstore = `
openapi: 3.0.3
info: { title: Pets, version: "1", description: "All about pets.\n\nAnd more." }
servers: [{ url: "https://{region}.pets.example/v1/", variables: { region: { default: eu } } }]
security: [{ key: [] }]
components:
  securitySchemes:
    basic: { type: http, scheme: basic }
    key: { type: apiKey, in: header, name: X-Key }
  schemas:
    Pet:
      type: object
      required: [name]
      properties:
        id: { type: string, readOnly: true }
        name: { type: string, description: What it is called }
        kind: { type: string, enum: [cat, dog] }
        apiToken: { type: string }
        parents: { type: array, items: { $ref: "#/components/schemas/Pet" } }
paths:
  /pets/{petId}:
    parameters: [{ name: petId, in: path, required: true, schema: { type: integer } }]
    get:
      operationId: getPet
      summary: Read a pet
      parameters: [{ name: verbose, in: query, schema: { type: boolean } }, { name: Authorization, in: header, schema: { type: string } }]
      responses: { "200": { description: ok, content: { application/json: { schema: { $ref: "#/components/schemas/Pet" } } } } }
    put:
      operationId: getPet
      requestBody: { required: true, content: { application/json: { schema: { $ref: "#/components/schemas/Pet" } } } }
      responses: { "204": { description: done } }
  /photos:
    post:
      requestBody: { required: true, content: { image/png: { schema: { type: string } } } }
      responses: { "204": { description: done } }
`

func TestOpenAPI(t *testing.T) {
	d, notes, err := draft.OpenAPI([]byte(petstore))
	if err != nil {
		t.Fatal(err)
	}
	if len(notes) != 1 || !strings.Contains(notes[0], "POST /photos") {
		t.Errorf("notes: %q", notes)
	}
	if d.Title != "Pets" || d.Description != "All about pets." || d.BaseURL != "https://eu.pets.example/v1" || !cmp.Equal(d.Auth, draft.Way{Kind: connector.APIKey, Header: "X-Key"}) {
		t.Errorf("%+v", d)
	}
	want := []draft.Call{
		{
			ID: "get_pet", Title: "Read a pet", Effect: connector.Read, Repeat: connector.Safe, Method: "GET", Path: "/pets/{{ inputs.pet_id }}",
			Inputs:  []draft.Param{{Name: "pet_id", Title: "petId", Type: value.Number, Required: true}, {Name: "verbose", Title: "verbose", Type: value.Boolean}},
			Query:   []draft.Pair{{Name: "verbose", Value: "{{ inputs.verbose }}"}},
			Outputs: []draft.Result{{"status_code", value.Number, "status"}, {"api_token", value.Text, `body["apiToken"]`}, {"id", value.Text, `body["id"]`}, {"kind", value.Text, `body["kind"]`}, {"name", value.Text, `body["name"]`}, {"parents", value.List, `body["parents"]`}, {"body", value.Obj, "body"}},
		},
		{
			ID: "get_pet_2", Title: "Replace pet", Effect: connector.Change, Repeat: connector.Safe, Method: "PUT", Path: "/pets/{{ inputs.pet_id }}",
			Inputs: []draft.Param{
				{Name: "pet_id", Title: "petId", Type: value.Number, Required: true},
				{Name: "api_token", Title: "apiToken", Type: value.Text, Secret: true},
				{Name: "kind", Title: "kind", Type: value.Text, Choices: []string{"cat", "dog"}},
				{Name: "name", Title: "name", Help: "What it is called", Type: value.Text, Required: true},
				{Name: "parents", Title: "parents", Type: value.List},
			},
			Encode:  "json",
			Body:    "{\n  \"apiToken\": \"{{ inputs.api_token }}\",\n  \"kind\": \"{{ inputs.kind }}\",\n  \"name\": \"{{ inputs.name }}\",\n  \"parents\": \"{{ inputs.parents }}\"\n}",
			Outputs: []draft.Result{{"status_code", value.Number, "status"}, {"body", value.Any, "body"}},
		},
	}
	if diff := cmp.Diff(want, d.Calls); diff != "" {
		t.Error(diff)
	}
	compiled(t, d)
}

func TestSwagger(t *testing.T) {
	d, _, err := draft.OpenAPI([]byte(`{"swagger":"2.0","info":{"title":"Old","version":"1"},"host":"old.example","basePath":"/api","schemes":["https"],
		"paths":{"/things":{"get":{"parameters":[{"name":"q","in":"query","type":"string"}],"responses":{"200":{"description":"ok"}}}}}}`))
	if err != nil || d.BaseURL != "https://old.example/api" || len(d.Calls) != 1 || d.Calls[0].ID != "list_things" {
		t.Errorf("%+v %v", d, err)
	}
	compiled(t, d)
}

func TestOpenAPIRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":               "no OpenAPI document",
		"a: [":           "neither JSON nor YAML",
		"openapi: 3.0.0": "no operation",
		"hello":          "neither JSON nor YAML",
		`{"openapi":"3.0.0","info":{"title":"x","version":"1"},"paths":{"/a":{"$ref":"file:///etc/passwd"}}}`:                                           "cannot be read",
		`{"openapi":"3.0.0","info":{"title":"x","version":"1"},"paths":{"/a":{"get":{"parameters":[{"$ref":"http://127.0.0.1:1/x"}],"responses":{}}}}}`: "cannot be read",
	} {
		if _, _, err := draft.OpenAPI([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

// What vendors publish makes connectors that compile.
func TestPublishedDocuments(t *testing.T) {
	files, _ := filepath.Glob("../../../../shared/specs/*/*")
	n := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil || len(text) > draft.MaxDocument || !strings.Contains(string(text[:min(len(text), 2000)]), "openapi") && !strings.Contains(string(text[:min(len(text), 2000)]), "swagger") {
			continue
		}
		d, notes, err := draft.OpenAPI(text)
		if err != nil {
			if !strings.Contains(err.Error(), "no operation") { // some hold schemas alone
				t.Errorf("%s: %v", filepath.Base(file), err)
			}
			continue
		}
		n++
		d.Calls = d.Calls[:min(len(d.Calls), 200)]
		t.Logf("%s: %d calls, %d notes, %s", filepath.Base(file), len(d.Calls), len(notes), d.Auth.Kind)
		for chosen := range chunks(d.Calls, 40) { // a connector file is a megabyte at most
			d.Calls = chosen
			compiled(t, d)
		}
	}
	if n == 0 {
		t.Skip("../shared/specs is not there")
	}
}

func chunks(all []draft.Call, n int) func(func([]draft.Call) bool) {
	return func(yield func([]draft.Call) bool) {
		for len(all) > 0 && yield(all[:min(n, len(all))]) {
			all = all[min(n, len(all)):]
		}
	}
}

// A file that says more than a form shows is no draft.
func TestOfRefusesMore(t *testing.T) {
	text, _ := compiled(t, draft.Draft{Title: "API", BaseURL: "https://h.example", Calls: []draft.Call{{ID: "get", Effect: connector.Read, Repeat: connector.Safe, Method: "GET", Path: "/"}}})
	if _, ok := draft.Of(text + "rate_limit: okta\n"); ok {
		t.Error("the rate limit would be lost")
	}
	if _, ok := draft.Of("a: ["); ok {
		t.Error("it is no YAML")
	}
}

func FuzzCurl(f *testing.F) {
	f.Add(`curl -X POST 'https://h.example/a/{id}?k=v&token=t' -H "A: b" -d '{"a":{"b":[1]}}'`)
	f.Add(`curl -u a:b h.example/1 --data-urlencode =x -G $'\x41'`)
	f.Fuzz(func(t *testing.T, command string) {
		ex, err := draft.Curl(command)
		if err != nil {
			return
		}
		text, err := of(ex).YAML("own_api")
		if err != nil {
			return
		}
		if _, err := connector.ParseOwn("own_api", text); err == nil {
			if _, ok := draft.Of(text); !ok {
				t.Errorf("it is no draft any more:\n%s", text)
			}
		}
	})
}

func FuzzOpenAPI(f *testing.F) {
	f.Add([]byte(petstore))
	f.Add([]byte(`{"swagger":"2.0","host":"h","paths":{"/a/{b}":{"post":{"parameters":[{"in":"body","name":"x","schema":{"type":"object"}}]}}}}`))
	f.Fuzz(func(_ *testing.T, text []byte) {
		d, _, err := draft.OpenAPI(text)
		if err == nil {
			_, _ = d.YAML("own_api")
		}
	})
}

func FuzzOf(f *testing.F) {
	f.Add("connector: own_api\ntitle: x\nauth: [{kind: none}]\nactions: {}\n")
	f.Fuzz(func(t *testing.T, text string) {
		if d, ok := draft.Of(text); ok {
			if _, err := d.YAML("own_api"); err != nil {
				t.Error(err)
			}
		}
	})
}

// A small document that is large once its aliases are written out is refused before
// anything of it is; one with aliases that is not is read.
func TestAliasesAreBounded(t *testing.T) {
	doc := func(more string) []byte {
		return []byte("openapi: 3.0.0\ninfo: {title: x, version: '1'}\nservers: [{url: 'https://acme.example'}]\n" + more +
			"paths:\n  /a: {get: {operationId: a, responses: &r {'200': {description: ok}}}}\n  /b: {get: {operationId: b, responses: *r}}\n")
	}
	if d, _, err := draft.OpenAPI(doc("")); err != nil || len(d.Calls) != 2 {
		t.Errorf("%d calls, %v", len(d.Calls), err)
	}
	for name, more := range map[string]string{
		"a long text, many times": "x-a: &a " + strings.Repeat("y", 100_000) + "\nx-b: [" + strings.Repeat("*a,", 1000) + "*a]\n",
		"lists of lists": "x-a: &a [lol,lol,lol,lol,lol,lol,lol,lol,lol,lol]\nx-b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nx-c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nx-d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n" +
			"x-e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nx-f: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\nx-g: &g [*f,*f,*f,*f,*f,*f,*f,*f,*f,*f]\nx-h: &h [*g,*g,*g,*g,*g,*g,*g,*g,*g,*g]\n",
		"itself": "x-a: &a [*a]\n",
	} {
		began := time.Now()
		if _, _, err := draft.OpenAPI(doc(more)); err == nil || !strings.Contains(err.Error(), "cannot be read") && !strings.Contains(err.Error(), "neither JSON nor YAML") {
			t.Errorf("%s: %v", name, err)
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%s: it took %s", name, took)
		}
	}
}
