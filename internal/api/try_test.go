package api

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"sallyport/internal/value"
)

// A card is tried out on sample values: what only looks is done, what changes is shown.
func TestTryCard(t *testing.T) {
	b := setup(t)
	c := b.admin()
	var asked []string
	peer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Method+" "+r.URL.Path)
		_, _ = w.Write([]byte(`{"name":"first line"}`))
	}))
	t.Cleanup(peer.Close)
	conn := b.deskConnection(c, peer.URL, false)
	tab := c.post("/api/v1/tables", value.Map("title", "Log", "columns", []any{value.Map("name", "title", "type", "text")}), 201).Text("id")
	path := "/api/v1/flows/" + c.post("/api/v1/flows", value.Map("folder", b.folder(c, "F"), "yaml", ticket), 201).Text("id") + "/try"
	sample := value.Map("event", value.Map("who", "Ada"), "steps", value.Map("a", value.Map("state", "done")))
	tests := map[string]struct {
		in   *value.Object
		want map[string]any
	}{
		"a function":            {value.Map("use", "text.compose", "with", value.Map("text", "Hello {{ event.who }}")), map[string]any{"state": "done", "input.text": "Hello Ada", "output.text": "Hello Ada"}},
		"a function that fails": {value.Map("use", "date.add", "with", value.Map("date", "never", "amount", 1.0, "unit", "days")), map[string]any{"state": "failed"}},
		"no function":           {value.Map("use", "text.nope"), map[string]any{"state": "failed", "error": `there is no function "text.nope"`}},
		"a bad reference":       {value.Map("use", "text.compose", "with", value.Map("text", "{{ a")), map[string]any{"state": "failed"}},
		"a read":                {value.Map("use", "desk.get_queue", "connection", conn), map[string]any{"state": "done", "output.name": "first line", "request.method": "GET"}},
		"a change":              {value.Map("use", "desk.open_ticket", "connection", conn, "with", value.Map("title", "{{ event.who }}")), map[string]any{"state": "dry_run", "request.method": "POST", "request.body.title": "Ada", "output": nil}},
		"a missing input":       {value.Map("use", "desk.open_ticket", "connection", conn), map[string]any{"state": "failed"}},
		"no action":             {value.Map("use", "desk.nope", "connection", conn), map[string]any{"state": "failed", "error": `the connector "desk" has no action "nope"`}},
		"a condition":           {value.Map("if", "steps.a.state == 'done' && event.who != 'Bob'", "sample", sample), map[string]any{"state": "done", "holds": true}},
		"a bad condition":       {value.Map("if", "nobody == 1"), map[string]any{"state": "failed"}},
		"rows":                  {value.Map("use", "table.search_rows", "table", tab, "with", value.Map("limit", 5.0)), map[string]any{"state": "done", "output.count": 0.0}},
		"a new row":             {value.Map("use", "table.create_row", "table", tab, "with", value.Map("title", "{{ event.who }}")), map[string]any{"state": "dry_run", "input.title": "Ada"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			tt.in.Set("sample", sample)
			got := c.post(path, tt.in, 200)
			for at0, want := range tt.want {
				if v := at(got, at0); !value.Equal(v, want) {
					t.Errorf("%s is %v, want %v in %s", at0, v, want, value.JSON(got))
				}
			}
			if got.Text("state") == "failed" && got.Text("error") == "" {
				t.Errorf("it does not say why it failed: %s", value.JSON(got))
			}
		})
	}
	for _, a := range asked {
		if !strings.HasPrefix(a, "GET ") {
			t.Errorf("the desk was asked to %s", a)
		}
	}
	if rows := items(c.get("/api/v1/tables/"+tab+"/rows", 200)); len(rows) != 0 {
		t.Errorf("%d rows were written", len(rows))
	}
}

func TestCatalogue(t *testing.T) {
	b := setup(t)
	got := b.admin().get("/api/v1/catalogue", 200)
	if at(got, "connectors.0.id") != "desk" || at(got, "connectors.0.actions.0.id") == nil || at(got, "connectors.0.settings.0.name") == nil {
		t.Errorf("%s", value.JSON(got.Object("connectors")))
	}
	list, _ := got.At("functions").([]any)
	for _, v := range list {
		if f := v.(*value.Object); f.Text("id") == "text.compose" && at(f, "inputs.0.name") == "text" && at(f, "outputs.0.type") == "text" {
			return
		}
	}
	t.Errorf("text.compose is not among %d functions", len(list))
}

// A draft that was made of what somebody else has changed since is refused.
func TestDraftEdition(t *testing.T) {
	b := setup(t)
	c := b.admin()
	const begun = "flow: begun\ntrigger: { on_demand: }\ncards: []\n"
	c.post("/api/v1/flows", value.Map("folder", b.folder(c, "F"), "yaml", begun), 400)
	folder := b.folder(c, "G")
	c.post("/api/v1/flows", value.Map("folder", folder, "yaml", "title: nameless", "begun", true), 400)
	made := c.post("/api/v1/flows", value.Map("folder", folder, "yaml", begun, "begun", true), 201)
	path := "/api/v1/flows/" + made.Text("id")
	draft := func(yaml string, edition string, status int) *value.Object {
		return c.do(http.MethodPut, path+"/draft", value.Map("yaml", yaml, "edition", edition), status)
	}
	mine := draft(begun+"# mine\n", made.Text("edition"), 200)
	if !strings.Contains(problems(mine), "does nothing") {
		t.Errorf("problems: %s", value.JSON(mine))
	}
	failure(draft(begun+"# theirs\n", made.Text("edition"), 409))
	if got := c.get(path, 200); got.Text("draftYaml") != begun+"# mine\n" || got.Text("edition") != mine.Text("edition") {
		t.Errorf("kept: %s", value.JSON(got))
	}
	draft("flow: begun\ntrigger: { on_demand: }\ncards: [ { stop: enough } ]\n", mine.Text("edition"), 200)
	published := c.post(path+"/publish", value.Map(), 200)
	failure(draft("", mine.Text("edition"), 409))
	draft("", published.Text("edition"), 200)
	draft(begun, "", 200) // whoever does not ask takes it as it comes
}

// A flow that is on is given new slots as they are published.
func TestPublishChoosesSlots(t *testing.T) {
	b := setup(t)
	c := b.admin()
	conn := b.deskConnection(c, "http://127.0.0.1:1", false)
	made := c.post("/api/v1/flows", value.Map("folder", b.folder(c, "F"), "yaml", "flow: grows\ntrigger: { on_demand: }\ncards: [ { stop: x } ]\n"), 201)
	path := "/api/v1/flows/" + made.Text("id")
	c.post(path+"/publish", value.Map(), 200)
	c.do(http.MethodPatch, path, value.Map("enabled", true), 200)
	c.do(http.MethodPut, path+"/draft", value.Map("yaml", "flow: grows\nconnections: { desk: desk }\ntrigger: { on_demand: }\ncards: [ { use: desk.get_queue } ]\n"), 200)
	failure(c.post(path+"/publish", value.Map(), 409))
	failure(c.post(path+"/publish", value.Map("connections", value.Map("nope", conn)), 400))
	got := c.post(path+"/publish", value.Map("connections", value.Map("desk", conn)), 200)
	if got.At("version") != 2.0 || got.At("enabled") != true || at(got, "definition.connections.0.bound.id") != conn {
		t.Errorf("%s", value.JSON(got))
	}
}
