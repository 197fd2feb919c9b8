package api

import (
	"net/http"
	"strings"
	"testing"

	"sallyport/internal/flow"
	"sallyport/internal/portal"
	"sallyport/internal/store"
	"sallyport/internal/value"
)

// ticket is a flow that opens a ticket for each of some names, unless it is for
// nobody.
const ticket = `flow: ticket
title: Open tickets
description: One for each.
connections:
  desk: { connector: desk, title: Help desk }
tables:
  log: { title: Log, columns: { title: text, ticket: text } }
options:
  team: { type: text, required: true, title: Team, choices: [red, blue] }
trigger:
  on_demand:
    inputs:
      names: { type: list, required: true }
cards:
  - id: none
    title: Nobody?
    if: size(input.names) == 0
    stop: "There is nobody."
  - id: all
    title: Each name
    map: "{{ input.names }}"
    as: name
    do:
      - id: open
        title: Open the ticket
        use: desk.open_ticket
        with: { title: "{{ options.team }}: {{ name }}" }
      - id: keep
        use: table.create_row
        table: log
        with: { title: "{{ name }}", ticket: "{{ open.id }}" }
      - return: { id: "{{ open.id }}" }
  - id: many
    if: size(input.names) > 1
    then:
      - id: greet
        title: Greet
        call: greet
        with: { name: everybody }
    else:
      - id: text
        use: text.compose
        with: { text: just one }
    out:
      words: { then: "{{ greet.greeting }}", else: "{{ text.text }}" }
  - return: { ids: "{{ all }}", words: "{{ many.words }}" }
`

func (b *bench) folder(c *client, name string) string {
	b.t.Helper()
	return c.post("/api/v1/folders", value.Map("name", name), 201).Text("id")
}

func problems(o *value.Object) string {
	var out []string
	list, _ := o.At("problems").([]any)
	for _, p := range list {
		out = append(out, value.String(at(p.(*value.Object), "message")))
	}
	return strings.Join(out, "\n")
}

func TestFolders(t *testing.T) {
	b := setup(t)
	c := b.admin()
	id := b.folder(c, " Containment ")
	c.post("/api/v1/folders", value.Map("name", "Containment"), 409)
	if got := failure(c.post("/api/v1/folders", value.Map("name", "  "), 400)); got.Text("field") != "name" {
		t.Errorf("%s", value.JSON(got))
	}
	other := b.folder(c, "Other")
	c.do(http.MethodPatch, "/api/v1/folders/"+other, value.Map("name", "Containment"), 409)
	c.do(http.MethodPatch, "/api/v1/folders/"+other, value.Map("name", "Third"), 204)
	c.post("/api/v1/flows", value.Map("folder", id, "yaml", greeting), 201)
	if list := items(c.get("/api/v1/folders", 200)); len(list) != 2 || list[0].Text("name") != "Containment" || list[0].At("flows") != 1.0 || list[1].Text("name") != "Third" {
		t.Errorf("%v", list)
	}
	c.do(http.MethodDelete, "/api/v1/folders/"+id, nil, 409)
	c.post("/api/v1/tables", value.Map("title", "T", "folder", other, "columns", []any{value.Map("name", "a", "type", "text")}), 201)
	c.do(http.MethodDelete, "/api/v1/folders/"+other, nil, 409)
	third := b.folder(c, "Empty")
	c.do(http.MethodDelete, "/api/v1/folders/"+third, nil, 204)
	c.do(http.MethodDelete, "/api/v1/folders/"+third, nil, 404)
}

// A flow's life: made as a draft, published, filled, switched on, changed,
// switched off, deleted.
func TestFlowLife(t *testing.T) {
	b := setup(t)
	c := b.admin()
	folder := b.folder(c, "F")
	helper := c.post("/api/v1/flows", value.Map("folder", folder, "yaml", greeting), 201)
	c.post("/api/v1/flows/"+helper.Text("id")+"/publish", value.Map(), 200)

	made := c.post("/api/v1/flows", value.Map("folder", folder, "yaml", ticket), 201)
	path := "/api/v1/flows/" + made.Text("id")
	for at0, want := range map[string]any{
		"slug": "ticket", "enabled": false, "version": 0.0, "draft": true, "showing.draft": true, "folder.name": "F", "trigger.kind": "on_demand",
		"definition.trigger.inputs.0.name": "names", "unbound.0": "connection desk", "unbound.1": "table log", "unbound.2": "option team", "problems": []any{},
	} {
		if got := at(made, at0); !value.Equal(got, want) {
			t.Errorf("new: %s is %v, want %v", at0, got, want)
		}
	}
	c.post("/api/v1/flows", value.Map("folder", folder, "yaml", ticket), 409) // the name is taken
	c.do(http.MethodPatch, path, value.Map("enabled", true), 409)             // nothing is published

	c.post(path+"/publish", value.Map("note", "the first"), 200)
	e := failure(c.do(http.MethodPatch, path, value.Map("enabled", true), 409))
	if got := string(value.JSON(e.At("unbound"))); got != `["connection desk","table log","option team"]` || !strings.Contains(problems(e), "switched off") {
		t.Errorf("not ready: %s", value.JSON(e))
	}
	conn := b.deskConnection(c, "http://127.0.0.1:1", false)
	tab := c.post("/api/v1/tables", value.Map("title", "Log", "columns", []any{value.Map("name", "title", "type", "text"), value.Map("name", "ticket", "type", "text")}), 201).Text("id")
	for field, body := range map[string]*value.Object{
		"connections.nope": value.Map("connections", value.Map("nope", conn)), "connections.desk": value.Map("connections", value.Map("desk", "nope")),
		"tables.log": value.Map("tables", value.Map("log", "nope")), "options.team": value.Map("options", value.Map("team", "green")), "options.nope": value.Map("options", value.Map("nope", 1.0)),
	} {
		resp, raw := c.send(http.MethodPatch, path, "application/json", strings.NewReader(string(value.JSON(body))))
		if resp.StatusCode < 400 || resp.StatusCode > 404 || !strings.Contains(string(raw), `"field":"`+field+`"`) {
			t.Errorf("%s: %d %s", field, resp.StatusCode, raw)
		}
	}
	bound := c.do(http.MethodPatch, path, value.Map("connections", value.Map("desk", conn), "tables", value.Map("log", tab), "options", value.Map("team", "red")), 200)
	for at0, want := range map[string]any{"unbound": []any{}, "definition.connections.0.bound.name": "Desk", "definition.tables.0.bound.name": "Log", "definition.options.0.value": "red", "slotChoices.0.connections.0.id": conn} {
		if got := at(bound, at0); !value.Equal(got, want) {
			t.Errorf("bound: %s is %v, want %v", at0, got, want)
		}
	}
	c.do(http.MethodPatch, path, value.Map("enabled", true), 409) // the helper is still off
	c.do(http.MethodPatch, "/api/v1/flows/"+helper.Text("id"), value.Map("enabled", true), 200)
	if on := c.do(http.MethodPatch, path, value.Map("enabled", true, "saveData", false), 200); on.At("enabled") != true || on.At("saveData") != false {
		t.Errorf("on: %v %v", on.At("enabled"), on.At("saveData"))
	}
	failure(c.do(http.MethodPatch, path, value.Map("connections", value.Map("desk", "")), 409)) // a flow that is on keeps what it needs

	if got := failure(c.do(http.MethodDelete, "/api/v1/flows/"+helper.Text("id"), nil, 409)); at(got, "usedBy.0.name") != "Open tickets" {
		t.Errorf("%s", value.JSON(got))
	}
	if got := failure(c.do(http.MethodDelete, "/api/v1/tables/"+tab, nil, 409)); at(got, "usedBy.0.name") != "Open tickets" {
		t.Errorf("%s", value.JSON(got))
	}
	c.do(http.MethodDelete, path, nil, 204)
	c.get(path, 404)
	c.do(http.MethodDelete, "/api/v1/flows/"+helper.Text("id"), nil, 204)
	c.do(http.MethodDelete, "/api/v1/tables/"+tab, nil, 204)
	if left, err := b.db.Flows.List(t.Context(), b.acme.ID); err != nil || len(left) != 0 {
		t.Errorf("%v %v", left, err)
	}
}

// The picture of a flow says what each card does and where each value comes from.
// A secret option is written, and never read.
func TestSecretOption(t *testing.T) {
	b := setup(t)
	c := b.admin()
	const yaml = "flow: f\noptions: { key: { type: secret, required: true } }\ntrigger: { on_demand: }\ncards: [ { stop: '{{ options.key }}' } ]\n"
	path := "/api/v1/flows/" + c.post("/api/v1/flows", value.Map("folder", b.folder(c, "F"), "yaml", yaml), 201).Text("id")
	if got := c.post(path+"/publish", value.Map(), 200); at(got, "unbound.0") != "option key" {
		t.Errorf("new: %s", value.JSON(got.At("unbound")))
	}
	failure(c.do(http.MethodPatch, path, value.Map("options", value.Map("key", true)), 400))
	got := c.do(http.MethodPatch, path, value.Map("options", value.Map("key", "0pen-sesame")), 200)
	if at(got, "definition.options.0.secret") != true || at(got, "definition.options.0.set") != true || at(got, "definition.options.0.value") != nil || !value.Equal(got.At("unbound"), []any{}) {
		t.Errorf("set: %s", value.JSON(got))
	}
	got = c.do(http.MethodPatch, path, value.Map("enabled", true), 200)
	if all := string(value.JSON(got)); strings.Contains(all, "sesame") || got.At("enabled") != true {
		t.Errorf("on: %s", all)
	}
}

func TestFlowDefinition(t *testing.T) {
	b := setup(t)
	c := b.admin()
	folder := b.folder(c, "F")
	helper := c.post("/api/v1/flows", value.Map("folder", folder, "yaml", greeting), 201)
	c.post("/api/v1/flows/"+helper.Text("id")+"/publish", value.Map(), 200)
	made := c.post("/api/v1/flows", value.Map("folder", folder, "yaml", ticket), 201)
	d := made.Object("definition")
	for path, want := range map[string]any{
		"cards.0.kind": "stop", "cards.0.if.cel": "size(input.names) == 0", "cards.0.reason.value": "There is nobody.", "cards.0.reason.kind": "literal", "cards.0.line": 15.0,
		"cards.1.kind": "map", "cards.1.loop.as": "name", "cards.1.loop.over.kind": "reference", "cards.1.loop.over.references.0.from": "input", "cards.1.loop.over.references.0.path.0": "names",
		"cards.1.loop.body.2.inputs.0.value.references.0.card": "open",
		"cards.1.loop.body.0.kind":                             "action", "cards.1.loop.body.0.use": "desk.open_ticket", "cards.1.loop.body.0.name": "Open ticket",
		"cards.1.loop.body.0.connector": "desk", "cards.1.loop.body.0.connectorTitle": "Help desk", "cards.1.loop.body.0.effect": "change", "cards.1.loop.body.0.onRefused": "continue",
		"cards.1.loop.body.0.inputs.0.title": "Title", "cards.1.loop.body.0.inputs.0.required": true, "cards.1.loop.body.0.inputs.0.value.kind": "template",
		"cards.1.loop.body.0.inputs.0.value.value":             "{{ options.team }}: {{ name }}",
		"cards.1.loop.body.0.inputs.0.value.references.0.from": "options", "cards.1.loop.body.0.inputs.0.value.references.1.from": "item",
		"cards.1.loop.body.1.kind": "table", "cards.1.loop.body.1.use": "table.create_row", "cards.1.loop.body.1.name": "Create row", "cards.1.loop.body.1.inputs.1.type": "text",
		"cards.1.loop.body.1.inputs.1.value.references.0.title": "Open the ticket",
		"cards.2.kind": "if", "cards.2.then.0.kind": "call", "cards.2.then.0.calls.id": helper.Text("id"), "cards.2.then.0.name": "Greet", "cards.2.then.0.inputs.0.value.kind": "literal",
		"cards.2.else.0.name": "Compose", "cards.2.gives.0.name": "words", "cards.2.gives.0.then.references.0.title": "Greet",
		"cards.3.kind": "return", "cards.3.inputs.1.value.references.0.card": "many",
		"options.0.choices.1": "blue", "priority": "normal", "timeoutSeconds": 86400.0,
	} {
		if got := value.Lookup(d, path); !value.Equal(got, want) {
			t.Errorf("%s is %s, want %v", path, value.JSON(got), want)
		}
	}
	if got := c.get("/api/v1/flows/"+helper.Text("id"), 200); got.Text("yaml") != greeting || at(got, "showing.version") != 1.0 {
		t.Errorf("%s", value.JSON(got.At("showing")))
	}
}

func TestDrafts(t *testing.T) {
	b := setup(t)
	c := b.admin()
	made := c.post("/api/v1/flows", value.Map("folder", b.folder(c, "F"), "yaml", greeting), 201)
	path := "/api/v1/flows/" + made.Text("id")
	if got := failure(c.do(http.MethodPut, path+"/draft", value.Map("yaml", ""), 409)); !strings.Contains(got.Text("message"), "nothing but this draft") {
		t.Errorf("%s", value.JSON(got))
	}
	c.post(path+"/publish", value.Map("note", "first"), 200)
	c.post(path+"/publish", value.Map(), 409) // there is no draft
	tests := map[string]struct {
		yaml, message, path string
		line                float64
	}{
		"no YAML":               {"flow: greet\n  title: [", "", "", 2},
		"a key that is not":     {strings.Replace(greeting, "title: Greet", "titel: Greet", 1), "there is no such key", "titel", 2},
		"a wrong reference":     {strings.Replace(greeting, "{{ input.name }}", "{{ input.nam }}", 1), `the trigger has no input "nam"`, "cards[0].with.text", 12},
		"no such function":      {strings.Replace(greeting, "text.compose", "text.decompose", 1), `there is no function "text.decompose"`, "cards[0].use", 9},
		"another name":          {strings.Replace(greeting, "flow: greet", "flow: salute", 1), "by which others call it", "flow", 0},
		"a condition that errs": {strings.Replace(greeting, "  - return:", "  - if: nope == 1\n    fail: x\n  - return:", 1), "", "cards[1].if", 13},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := c.do(http.MethodPut, path+"/draft", value.Map("yaml", tt.yaml), 200)
			first, _ := at(got, "problems.0").(*value.Object)
			if !strings.Contains(first.Text("message"), tt.message) || first.Text("path") != tt.path || at(first, "line") != tt.line && (tt.line != 0 || first.At("line") != nil) {
				t.Errorf("%s", value.JSON(got))
			}
			e := failure(c.post(path+"/publish", value.Map(), 400))
			if e.Text("kind") != "invalid" || problems(e) != problems(got) {
				t.Errorf("publish: %s", value.JSON(e))
			}
			if shown := c.get(path+"?draft=true", 200); problems(shown) == "" || at(shown, "showing.draft") != true || shown.Text("draftYaml") != tt.yaml {
				t.Errorf("shown: %s", value.JSON(shown.At("problems")))
			}
			if shown := c.get(path, 200); problems(shown) != "" || at(shown, "showing.version") != 1.0 || shown.At("draft") != true {
				t.Errorf("the published one: %s", value.JSON(shown.At("problems")))
			}
		})
	}
	better := strings.Replace(greeting, "Hello", "Good day", 1)
	if got := c.do(http.MethodPut, path+"/draft", value.Map("yaml", better), 200); problems(got) != "" {
		t.Errorf("%s", value.JSON(got))
	}
	if got := c.post(path+"/publish", value.Map("note", "politer"), 200); got.At("version") != 2.0 || got.Text("yaml") != better || got.At("draft") != false {
		t.Errorf("%s", value.JSON(got.At("showing")))
	}
	versions := items(c.get(path+"/versions", 200))
	if len(versions) != 2 || versions[0].Text("note") != "politer" || at(versions[0], "author.name") != "Ada" || versions[1].At("version") != 1.0 {
		t.Errorf("%v", versions)
	}
	if old := c.get(path+"?version=1", 200); old.Text("yaml") != greeting {
		t.Errorf("the first version: %s", old.Text("yaml"))
	}
	c.get(path+"?version=9", 404)
	c.do(http.MethodPut, path+"/draft", value.Map("yaml", better+"#"), 200)
	c.do(http.MethodPut, path+"/draft", value.Map("yaml", ""), 200)
	if got := c.get(path, 200); got.At("draft") != false {
		t.Error("the dropped draft is still there")
	}
	if got := c.post("/api/v1/flows/check", value.Map("yaml", ticket), 200); problems(got) != "" {
		t.Errorf("helpers are unchecked without a folder: %s", value.JSON(got))
	}
	if got := c.post("/api/v1/flows/check", value.Map("yaml", ticket, "folder", b.folder(c, "G")), 200); !strings.Contains(problems(got), `no flow "greet"`) {
		t.Errorf("%s", value.JSON(got))
	}
	e := failure(c.post("/api/v1/flows", value.Map("folder", at(made, "folder.id"), "yaml", "flow: x"), 400))
	if !strings.Contains(problems(e), "what starts the flow is missing") {
		t.Errorf("%s", value.JSON(e))
	}
}

// A flow whose published version cannot be read any more is shown with what is
// wrong with it, and can be switched off.
func TestFlowThatCannotBeRead(t *testing.T) {
	b := setup(t)
	c := b.admin()
	now := b.now()
	f := flow.Flow{ID: "f1", Org: b.acme.ID, Folder: b.folder(c, "F"), Slug: "old", Title: "Old", Enabled: true, SaveData: true, CreatedAt: now, UpdatedAt: now}
	err := b.db.Write(t.Context(), func(tx *store.Tx) error {
		if err := tx.AddFlow(t.Context(), f); err != nil {
			return err
		}
		_, err := tx.Publish(t.Context(), b.acme.ID, &flow.Definition{Title: "Old", Source: "flow: old\nlooks: like nothing now\n"}, flow.Version{Flow: "f1", Author: "x", CreatedAt: now})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := c.get("/api/v1/flows/f1", 200); got.At("definition") != nil || !strings.Contains(problems(got), "there is no such key") || got.At("enabled") != true {
		t.Errorf("%s", value.JSON(got))
	}
	if list := items(c.get("/api/v1/flows", 200)); len(list) != 1 || list[0].At("trigger") != nil {
		t.Errorf("%v", list)
	}
	c.do(http.MethodPatch, "/api/v1/flows/f1", value.Map("options", value.Map("a", 1.0)), 400)
	c.post("/api/v1/flows/f1/run", value.Map(), 400)
	if got := c.do(http.MethodPatch, "/api/v1/flows/f1", value.Map("enabled", false), 200); got.At("enabled") != false {
		t.Errorf("%s", value.JSON(got))
	}
	c.do(http.MethodPatch, "/api/v1/flows/f1", value.Map("enabled", true), 400)
}

// The list says how each flow has been doing.
func TestFlowList(t *testing.T) {
	b := setup(t)
	c := b.admin()
	f := b.fill(b.acme, "ada@acme.example")
	old := flow.Run{Flow: f.flow, Version: 1, Cause: flow.OnEvent, SaveData: true, State: flow.Failed, CreatedAt: b.now().Add(-25 * 60 * 60 * 1e9)}
	b.run(b.acme, old)
	b.run(b.acme, flow.Run{Flow: f.flow, Version: 1, Cause: flow.OnEvent, SaveData: true, State: flow.Succeeded, CreatedAt: b.now()})
	list := items(c.get("/api/v1/flows", 200))
	if len(list) != 2 {
		t.Fatalf("%d flows", len(list))
	}
	for path, want := range map[string]any{
		"title": "Watch sign-ins", "trigger.kind": "event", "trigger.events.0": "user.session.start", "day.runs": 2.0, "day.failed": 1.0, "lastRun.state": "succeeded", "folder.id": f.folder, "version": 1.0,
	} {
		if got := at(list[1], path); got != want {
			t.Errorf("%s is %v, want %v", path, got, want)
		}
	}
	if list[0].At("lastRun") != nil || at(list[0], "day.runs") != 0.0 {
		t.Errorf("one without runs: %s", value.JSON(list[0]))
	}
}

func TestTemplates(t *testing.T) {
	b := setup(t)
	c := b.admin()
	if list := items(c.get("/api/v1/templates", 200)); len(list) != 0 {
		t.Errorf("%d templates of none", len(list))
	}
	b = setup(t, func(d *Deps) { d.Templates = (&bench{t: t, deps: *d}).templates() })
	c = b.admin()
	list := items(c.get("/api/v1/templates", 200))
	if len(list) != 1 || list[0].Text("category") != "sign-in" || at(list[0], "events.0") != "user.session.start" {
		t.Fatalf("%v", list)
	}
	got := c.get("/api/v1/templates/watch", 200)
	for path, want := range map[string]any{"readme": "# Watch\n", "tables.0.columns.0.name": "login", "options.0.default": "Hello", "flows.1.trigger.kind": "on_demand", "installed": []any{}} {
		if !value.Equal(at(got, path), want) {
			t.Errorf("%s is %v", path, at(got, path))
		}
	}
	c.get("/api/v1/templates/nope", 404)
	if e := failure(c.post("/api/v1/templates/watch/install", value.Map("options", value.Map("greeting", "Hey")), 400)); e.Text("field") != "options.greeting" {
		t.Errorf("%s", value.JSON(e))
	}
	if e := failure(c.post("/api/v1/templates/watch/install", value.Map("connections", value.Map("okta", "x")), 400)); e.Text("field") != "connections.okta" {
		t.Errorf("%s", value.JSON(e))
	}
	made := c.post("/api/v1/templates/watch/install", value.Map("folder", "Mine", "options", value.Map("greeting", "Good day"), "enable", true), 201)
	if at(made, "folder.name") != "Mine" || at(made, "flows.0.enabled") != true || at(made, "tables.0.name") != "Seen" {
		t.Errorf("%s", value.JSON(made))
	}
	c.post("/api/v1/templates/watch/install", value.Map("folder", "Mine"), 409)
	c.post("/api/v1/templates/watch/install", value.Map(), 201)
	if got := c.get("/api/v1/templates/watch", 200); at(got, "installed.1.name") != "Watch" {
		t.Errorf("%s", value.JSON(got.At("installed")))
	}
	b.as(b.acme, "vic@acme.example", portal.Auditor).post("/api/v1/templates/watch/install", value.Map(), 403)
}
