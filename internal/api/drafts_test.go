package api

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"sallyport/internal/flow"
	"sallyport/internal/functions"
	"sallyport/internal/portal"
	"sallyport/internal/value"
)

func withOwn(t *testing.T) func(*Deps) {
	diary := withDiary(t)
	return func(d *Deps) {
		diary(d)
		*d.Shelf = *d.Shelf.WithOwn(d.DB.Connectors, d.Now) // the engine has it already
		d.Catalogue = flow.NewCatalogue(functions.All(), d.Shelf)
	}
}

// A connector is made of a curl command, connected, and called by a flow's card;
// nobody else sees it, and the secret is in nothing that is shown.
func TestOwnConnector(t *testing.T) {
	b := setup(t, withOwn(t))
	c := b.admin()
	peer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "SSWS s3cret-key" || r.URL.Path != "/v1/users/ada" {
			w.WriteHeader(http.StatusForbidden)
		}
		fmt.Fprintf(w, `{"name":"Ada","q":%q}`, r.URL.Query().Get("verbose"))
	}))
	t.Cleanup(peer.Close)

	got := c.post("/api/v1/connector-drafts/curl", value.Map("command", "curl '"+peer.URL+"/v1/users/{id}?verbose=1' -H 'Authorization: SSWS s3cret-key'"), 200)
	if got.Object("secrets").Text("api_key") != "s3cret-key" || strings.Contains(string(value.JSON(got.Object("call"))), "s3cret") {
		t.Fatalf("%s", value.JSON(got))
	}
	draft := value.Map("title", "People", "baseUrl", got.Text("baseUrl"), "auth", got.Object("auth"), "calls", []any{got.Object("call")})
	checked := c.post("/api/v1/connector-drafts/check", value.Map("id", "own_people", "draft", draft), 200)
	if list, _ := checked.At("problems").([]any); len(list) > 0 || checked.Object("draft") == nil {
		t.Fatalf("%s", value.JSON(checked))
	}
	made := c.post("/api/v1/connectors", value.Map("id", "own_people", "draft", draft), 201)
	if made.Text("yaml") != checked.Text("yaml") || strings.Contains(made.Text("yaml"), "s3cret") {
		t.Errorf("%s", value.JSON(made))
	}
	c.post("/api/v1/connectors", value.Map("id", "own_people", "draft", draft), 409)
	if own := c.get("/api/v1/connectors/own_people", 200); own.At("own") != true {
		t.Errorf("%s", value.JSON(own))
	}

	conn := c.post("/api/v1/connections", value.Map("connector", "own_people", "name", "People", "settings", value.Map("base_url", peer.URL), "secrets", value.Map("api_key", "s3cret-key")), 201)
	const good = "flow: f\ntrigger: { on_demand: }\nconnections: { people: { connector: own_people } }\ncards: [{ use: people.get_user, with: { id: ada } }]\n"
	flow := c.post("/api/v1/flows", value.Map("folder", b.folder(c, "F"), "yaml", good), 201).Text("id")
	tried := c.post("/api/v1/flows/"+flow+"/try", value.Map("use", "people.get_user", "connection", conn.Text("id"), "with", value.Map("id", "ada", "verbose", "yes")), 200)
	if tried.Text("state") != "done" || tried.Object("output").Object("body").Text("name") != "Ada" || strings.Contains(string(value.JSON(tried)), "s3cret") {
		t.Errorf("%s", value.JSON(tried))
	}
	if p, _ := c.post("/api/v1/flows/check", value.Map("yaml", good), 200).At("problems").([]any); len(p) > 0 {
		t.Errorf("%s", value.JSON(p))
	}

	other := b.as(b.evil, "eve@other.example", portal.Admin)
	other.get("/api/v1/connectors/own_people", 404)
	other.get("/api/v1/connectors/own_people/file", 404)
	other.post("/api/v1/connections", value.Map("connector", "own_people", "name", "P"), 400)
	if p, _ := other.post("/api/v1/flows/check", value.Map("yaml", good), 200).At("problems").([]any); len(p) == 0 {
		t.Error("another organization's flow uses it")
	}
	other.do(http.MethodDelete, "/api/v1/connectors/own_people", nil, 404)

	// It is changed by who has seen it as it is, and its secrets go nowhere else.
	path := "/api/v1/connectors/own_people/file"
	moved := strings.ReplaceAll(made.Text("yaml"), "{{ settings.base_url }}", "https://evil.example")
	if e := failure(c.do(http.MethodPut, path, value.Map("yaml", moved, "updatedAt", made.Text("updatedAt")), 409)); !strings.Contains(e.Text("message"), "go elsewhere") {
		t.Errorf("%s", value.JSON(e))
	}
	renamed := strings.ReplaceAll(made.Text("yaml"), "title: People", "title: Persons")
	c.do(http.MethodPut, path, value.Map("yaml", renamed, "updatedAt", "2020-01-01T00:00:00Z"), 409)
	c.do(http.MethodPut, path, value.Map("yaml", renamed, "updatedAt", made.Text("updatedAt")), 200)
	if got := c.get("/api/v1/connectors/own_people", 200); got.Text("title") != "Persons" {
		t.Errorf("%s", value.JSON(got))
	}
	c.do(http.MethodDelete, "/api/v1/connectors/own_people", nil, 409)
	c.do(http.MethodDelete, "/api/v1/connections/"+conn.Text("id"), nil, 204)
	c.do(http.MethodDelete, "/api/v1/connectors/own_people", nil, 204)
	c.get("/api/v1/connectors/own_people", 404)
	if strings.Contains(b.log.String(), "s3cret") {
		t.Error("the secret is in the log")
	}
	b.as(b.acme, "rob@acme.example", portal.Responder).post("/api/v1/connectors", value.Map("id", "own_x", "draft", draft), 403)
}

func TestOwnConnectorRefuses(t *testing.T) {
	b := setup(t, withOwn(t))
	c := b.admin()
	file := func(more string) string {
		return "connector: own_x\ntitle: X\nauth: [{ kind: none }]\nbase_url: https://h.example\n" + more + "\nactions: { get: { effect: read, repeat: safe, request: { method: GET, path: / } } }\n"
	}
	for name, tt := range map[string]struct{ id, yaml, want string }{
		"an id of those that are built in":  {"diary", file(""), "own_"},
		"an id that is no name":             {"own_X-1", file(""), "small letters"},
		"another id in the file":            {"own_y", file(""), "own_x.yaml"},
		"what the guard goes by":            {"own_x", file("judge: { action: a, hosts: '[]', also: 'false' }"), "has no judge"},
		"mail":                              {"own_x", file("smtp: { host: h, security: tls }"), "has no smtp"},
		"what is no YAML":                   {"own_x", "a: [", "own_x.yaml"},
		"a secret that there is not":        {"own_x", file("headers: { X: '{{ secrets.none }}' }"), "own_x.yaml:5"},
		"everything that is wrong, by line": {"own_x", file("category: odd\nodd: 1"), "own_x.yaml:5"},
	} {
		e := failure(c.post("/api/v1/connectors", value.Map("id", tt.id, "yaml", tt.yaml), 400))
		if !strings.Contains(e.Text("message"), tt.want) || e.Text("field") == "" {
			t.Errorf("%s: %s", name, value.JSON(e))
		}
	}
	c.post("/api/v1/connector-drafts/curl", value.Map("command", "wget x"), 400)
}
