package migration_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/flopack"
	"sallyport/internal/migration"
	"sallyport/internal/value"
)

// Flows, tables and connections that are called the same are told apart, and the
// same each time.
func TestSameNames(t *testing.T) {
	cat := catalogue(t)
	flow := func(slug, text string) *migration.Flow {
		return &migration.Flow{
			Slug: slug, Folder: "Box", YAML: "flow: " + slug + "\ntitle: 1. Same name!\nloose: true\nconnections: {okta: okta, other: okta}\ntables: {people: {}, again: {}}\ntrigger: {call: {}}\ncards:\n" + text,
			Slots:  []migration.Slot{{Name: "okta", Connector: "okta", Export: "c1"}, {Name: "other", Connector: "okta", Export: "c2"}},
			Tables: map[string]string{"people": "t1", "again": "t2"},
		}
	}
	one := flow("one", `
  - {id: b, title: Read, use: other.get_user, with: {user: x}}
  - {id: a, title: Read, use: okta.get_user, with: {user: x}}
  - {id: d, title: Clear, use: table.clear, table: again}
  - {id: c, title: Clear, use: table.clear, table: people}
`)
	two := flow("two", "  - {id: call_flow, call: one}\n")
	folded := []migration.Column{{Name: "A", Type: value.Text}}
	make := func(flows ...*migration.Flow) *migration.Result {
		return again(t, &migration.Result{
			Flows: flows, Folders: []string{"Box"},
			Tables:      []migration.Table{{Export: "t1", Title: "People", Columns: folded}, {Export: "t2", Title: "People", Columns: folded}},
			Connections: []migration.Connection{{Export: "c1", Name: "First", Connector: "okta"}, {Export: "c2", Name: "Second", Connector: "okta"}},
		}, cat)
	}
	res := make(one, two)
	var slugs []string
	for _, f := range res.Flows {
		slugs = append(slugs, f.Slug)
		if f.Folder != "Box" || f.Title != "1. Same name!" {
			t.Errorf("%q in %q", f.Title, f.Folder)
		}
	}
	if diff := cmp.Diff([]string{"same_name", "same_name_2"}, slugs); diff != "" {
		t.Error(diff)
	}
	for i, f := range make(two, one).Flows {
		if diff := cmp.Diff(res.Flows[i].YAML, f.YAML); diff != "" {
			t.Error(diff)
		}
	}
	for _, want := range []string{
		"okta: {connector: okta, title: Second}\n  okta_2: {connector: okta, title: First}", "people_2:", "table: people_2", "id: read_2", "call: same_name\n",
	} {
		if !strings.Contains(res.Flows[0].YAML+res.Flows[1].YAML, want) {
			t.Errorf("%q is not in\n%s\n%s", want, res.Flows[0].YAML, res.Flows[1].YAML)
		}
	}
}

// What cannot run yet, what names the author's own things, and what the export
// itself has stale is told of.
func TestReport(t *testing.T) {
	cat := catalogue(t)
	cards := `
  - id: read_user
    title: Read User
    use: okta.get_user
    with: {user: 00uabcdefghijklmnop1}
  - id: get_lead
    title: Get Lead
    use: crm.getLead
    with: {Lead/ID: '{{ read_user.id }}'}
  - id: compose
    use: text.compose
    with: {text: 'Write to ann@acme.example or see https://acme.example/x?y=1'}`
	res := again(t, whole(t, cards), cat)
	for _, f := range res.Flows {
		if f.Slug != "one" {
			continue
		}
		missing := []migration.Missing{{Card: "cards[1]", Title: "Get Lead", Address: "crm:getLead", Needs: "an action that does what crm:getLead does"}}
		if diff := cmp.Diff(missing, f.Missing); diff != "" {
			t.Error(diff)
		}
		values := map[string]migration.ValueKind{}
		for _, v := range f.Values {
			values[v.Card+" "+v.Text] = v.Kind
		}
		want := map[string]migration.ValueKind{
			"cards[0] 00uabcdefghijklmnop1": migration.ValueID, "cards[2] ann@acme.example": migration.ValueAddress, "cards[2] https://acme.example/x?y=1": migration.ValueURL,
		}
		if diff := cmp.Diff(want, values); diff != "" {
			t.Error(diff)
		}
		var at []string
		for _, c := range f.Cards {
			at = append(at, c.Path+" "+c.ID+" "+c.Address)
		}
		if diff := cmp.Diff([]string{"trigger  control:callable", "cards[0] read_user okta:readUser", "cards[1] get_lead crm:getLead", "cards[2] compose string:compose"}, at); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]migration.Slot{{Name: "okta", Connector: "okta", Export: f.Slots[0].Export}, {Name: "crm", Connector: "crm"}}, f.Slots); diff != "" || f.Slots[0].Export != res.Connections[0].Export {
			t.Error(diff, res.Connections)
		}
	}
}

// A card of an event flow stands in a loop in the export; ours starts once for each
// event, and its source map still knows where the cards were.
func TestEventFlow(t *testing.T) {
	cat := catalogue(t)
	const flow = `flow: one
title: one
loose: true
trigger: {event: user.lifecycle.suspend}
cards:
  - id: compose
    use: text.compose
    with: {text: '{{ trigger["Okta User"]["Display Name"] }} at {{ trigger["Date and Time"] }} ({{ context.execution_id }})'}
  - id: if_error
    try:
      - id: trim
        use: text.trim
        with: {text: '{{ trigger["Okta User"].ID }}'}
      - return: {}
    catch:
      - id: trim_2
        use: text.trim
        with: {text: '{{ trigger.UUID }}'}
      - return: {}
`
	text, err := migration.Export(&migration.Result{Flows: []*migration.Flow{{Slug: "one", YAML: flow}}}, cat)
	if err != nil {
		t.Fatal(err)
	}
	d, _, err := flopack.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	if root := d.Flows[0].Graph.Root(); !root.Webhook || root.Method != "userSuspended" || d.Methods()["kernel:list:asyncEach"] != 1 {
		t.Errorf("%+v, %v", root, d.Methods())
	}
	res, err := migration.Translate(d, cat)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(tree(t, flow), tree(t, res.Flows[0].YAML)); diff != "" {
		t.Error(diff)
	}
	for _, c := range res.Flows[0].Cards {
		if c.ID == "trim_2" && (c.Path != "cards[1].catch[0]" || !strings.Contains(c.Graph, ".policy.error.flo")) {
			t.Errorf("%+v", c)
		}
	}
}
