package template_test

import (
	"errors"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"sallyport/content"
	"sallyport/internal/connector"
	"sallyport/internal/errs"
	"sallyport/internal/flow"
	"sallyport/internal/functions"
	"sallyport/internal/portal"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
	"sallyport/internal/template"
	"sallyport/internal/value"
)

const (
	org = "org1"

	head = "template: contain\ntitle: Contain\ncategory: Response\ndescription: Contains accounts.\nflows: [main.yaml, helper.yaml]\n"

	mainFlow = `
flow: contain
title: Contain an account
save_data: false
connections: { okta: okta, chat: { connector: [slack, teams], title: Where to tell } }
tables:
  reports: { title: Reports, columns: { Who: text, Times: { type: number, default: 1 } } }
  notes: { title: Notes }
options:
  channel: { type: text, default: "#security" }
  revoke: { type: boolean, default: false }
trigger: { event: user.session.start }
cards:
  - { id: clear, use: okta.clear_user_sessions, with: { user: "{{ event.actor.id }}", oauth_tokens: "{{ options.revoke }}" } }
  - { id: row, use: table.create_row, table: reports, with: { Who: "{{ event.actor.id }}" } }
  - { id: tell, call: tell, with: { text: "{{ event.actor.id }}" } }
`
	helperFlow = `
flow: tell
title: Tell the channel
connections: { chat: { connector: [slack, teams], title: Another title } }
options: { channel: { type: text, default: "#other" } }
trigger: { call: { inputs: { text: text } } }
cards:
  - { use: chat.send_message, with: { channel: "{{ options.channel }}", text: "{{ input.text }}" } }
`
)

func catalogue(t *testing.T) *flow.Catalogue {
	t.Helper()
	shelf, err := connector.LoadSound(content.FS)
	if err != nil {
		t.Fatal(err)
	}
	return flow.NewCatalogue(functions.All(), shelf)
}

// files is a folder with one template, some of its files replaced, or taken
// away by an empty text.
func files(changes map[string]string) fstest.MapFS {
	all := map[string]string{"template.yaml": head, "README.md": "# Contain\n", "main.yaml": mainFlow, "helper.yaml": helperFlow}
	maps.Copy(all, changes)
	out := fstest.MapFS{}
	for name, text := range all {
		if text != "" {
			out["templates/contain/"+name] = &fstest.MapFile{Data: []byte(text)}
		}
	}
	return out
}

func load(t *testing.T, changes map[string]string) *template.Template {
	t.Helper()
	shelf, err := template.Load(catalogue(t), files(changes))
	if err != nil {
		t.Fatal(err)
	}
	tpl, err := shelf.Get("contain")
	if err != nil {
		t.Fatal(err)
	}
	return tpl
}

func TestLoad(t *testing.T) {
	tpl := load(t, nil)
	if tpl.Title != "Contain" || tpl.Category != "Response" || tpl.Description != "Contains accounts." || tpl.Readme != "# Contain\n" || len(tpl.Flows) != 2 {
		t.Errorf("%+v", tpl)
	}
	// What several flows want is wanted once, as the first of them says it.
	var wants []string
	for _, s := range tpl.Connections() {
		wants = append(wants, s.Name+" "+s.Title)
	}
	for _, p := range tpl.Options() {
		wants = append(wants, p.Name+" "+value.String(p.Default))
	}
	for _, s := range tpl.Tables() { // one without columns is not made
		wants = append(wants, s.Name+" "+s.Title)
	}
	if got := strings.Join(wants, ", "); got != "okta okta, chat Where to tell, channel #security, revoke false, reports Reports" {
		t.Errorf("wants %s", got)
	}
}

func TestLoadTellsWhatIsBroken(t *testing.T) {
	tests := map[string]struct {
		changes map[string]string
		says    []string
		absent  bool // a file is not there
	}{
		"no YAML":                      {changes: map[string]string{"template.yaml": "template: ["}, says: []string{"line 1"}},
		"an unknown key":               {changes: map[string]string{"template.yaml": head + "colour: red\n"}, says: []string{"line 6", "colour"}},
		"another name than its folder": {changes: map[string]string{"template.yaml": strings.Replace(head, "contain", "detain", 1)}, says: []string{"the name of its folder"}},
		"no title":                     {changes: map[string]string{"template.yaml": "template: contain\ncategory: x\nflows: [main.yaml]\n"}, says: []string{"title, category and flows are wanted"}},
		"no flows":                     {changes: map[string]string{"template.yaml": "template: contain\ntitle: x\ncategory: x\n"}, says: []string{"flows are wanted"}},
		"no readme":                    {changes: map[string]string{"README.md": ""}, says: []string{"README.md"}, absent: true},
		"a flow that is not there":     {changes: map[string]string{"helper.yaml": ""}, says: []string{"helper.yaml"}, absent: true},
		"a flow whose form is wrong":   {changes: map[string]string{"main.yaml": "flow: contain\ncolour: red\ntrigger: { on_demand: }\n"}, says: []string{"main.yaml: 2:1 colour"}},
		"a flow that calls a stranger": {changes: map[string]string{"main.yaml": "flow: contain\ntrigger: { on_demand: }\ncards:\n  - { id: a, call: stranger }\n"}, says: []string{"flow contain: 4:5", "stranger"}},
		"a flow with unknown actions":  {changes: map[string]string{"helper.yaml": strings.Replace(helperFlow, "send_message", "send_pigeon", 1)}, says: []string{"flow tell: 8:5", "send_pigeon"}},
	}
	c := catalogue(t)
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			shelf, err := template.Load(c, files(tt.changes))
			if err == nil {
				t.Fatalf("loaded %v", shelf.All())
			}
			for _, part := range append(tt.says, "template templates/contain/template.yaml: ") {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("the error does not say %q: %v", part, err)
				}
			}
			if tt.absent && !errors.Is(err, fs.ErrNotExist) || !tt.absent && errs.KindOf(err) != errs.Invalid {
				t.Errorf("kind %v: %v", errs.KindOf(err), err)
			}
		})
	}
}

// A template of one's own replaces the one of that name.
func TestLoadReplaces(t *testing.T) {
	own := files(map[string]string{"template.yaml": strings.Replace(head, "title: Contain", "title: A own", 1)})
	shelf, err := template.Load(catalogue(t), content.FS, files(nil), own)
	if err != nil {
		t.Fatal(err)
	}
	if tpl, err := shelf.Get("contain"); err != nil || tpl.Title != "A own" {
		t.Errorf("%+v, %v", tpl, err)
	}
	all := shelf.All()
	if len(all) < 2 || !slices.IsSortedFunc(all, func(a, b *template.Template) int { return strings.Compare(a.Title, b.Title) }) {
		t.Errorf("%d templates, not by title", len(all))
	}
	if _, err := shelf.Get("none"); errs.KindOf(err) != errs.NotFound {
		t.Errorf("error %v", err)
	}
}

var when = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

func installer(db *store.DB) template.Installer[*store.Tx] {
	return template.Installer[*store.Tx]{Write: db.Write, Now: func() time.Time { return when }}
}

func withOrg(t *testing.T, db *store.DB) {
	t.Helper()
	if err := db.Organizations.Add(t.Context(), portal.Organization{ID: org, Slug: "acme", Name: "Acme"}); err != nil {
		t.Fatal(err)
	}
}

func TestInstall(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withOrg(t, db)
		order := template.Order{Org: org, Author: "a1", Connections: map[string]string{"okta": "c1", "stranger": "c2"}, Options: value.Map("channel", "#soc", "stranger", 1.0)}
		made, err := installer(db).Install(t.Context(), load(t, nil), order)
		if err != nil {
			t.Fatal(err)
		}
		folders, err := db.Flows.Folders(t.Context(), org)
		if err != nil || len(folders) != 1 || folders[0].Name != "Contain" || folders[0].Template != "contain" || folders[0].ID != made.Folder.ID {
			t.Errorf("folders %+v, %v", folders, err)
		}
		tables, err := db.Tables.List(t.Context(), org)
		if err != nil || len(tables) != 1 || tables[0].Slug != "reports" || tables[0].Folder != made.Folder.ID || len(tables[0].Columns) != 2 || tables[0].Columns[1].Default != 1.0 {
			t.Fatalf("tables %+v, %v", tables, err)
		}
		flows, err := db.Flows.List(t.Context(), org)
		if err != nil || len(flows) != 2 {
			t.Fatalf("flows %+v, %v", flows, err)
		}
		for _, f := range flows {
			if f.Enabled || f.Version != 1 || f.Folder != made.Folder.ID {
				t.Errorf("%+v", f)
			}
			if got := f.Bindings.Options.Text("channel"); got != "#soc" {
				t.Errorf("%s: channel %q", f.Slug, got)
			}
			if _, ok := f.Bindings.Options.Get("stranger"); ok || f.Bindings.Connections["stranger"] != "" {
				t.Errorf("%s was given what it does not want: %+v", f.Slug, f.Bindings)
			}
		}
		i := slices.IndexFunc(flows, func(f flow.Flow) bool { return f.Slug == "contain" })
		if b := flows[i].Bindings; flows[i].SaveData || b.Connections["okta"] != "c1" || b.Connections["chat"] != "" || b.Tables["reports"] != tables[0].ID || b.Options.At("revoke") != false {
			t.Errorf("%+v", flows[i])
		}
		versions, err := db.Flows.Versions(t.Context(), org, flows[i].ID)
		if err != nil || len(versions) != 1 || versions[0].Author != "a1" || versions[0].Note != "installed from the template Contain" {
			t.Errorf("versions %+v, %v", versions, err)
		}
	})
}

// Whatever is to be chosen can be chosen once a template is installed.
func TestEveryTemplateInstallsBare(t *testing.T) {
	shelf, err := template.Load(catalogue(t), content.FS)
	if err != nil {
		t.Fatal(err)
	}
	db := storetest.Open(t)
	withOrg(t, db)
	for _, tpl := range shelf.All() {
		if _, err := installer(db).Install(t.Context(), tpl, template.Order{Org: org}); err != nil {
			t.Errorf("%s: %v", tpl.ID, err)
		}
	}
}

// Of an installation that fails nothing is left.
func TestInstallAllOrNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withOrg(t, db)
		twice := load(t, map[string]string{"template.yaml": strings.Replace(head, "helper.yaml", "helper.yaml, again.yaml", 1), "again.yaml": helperFlow})
		for name, o := range map[string]struct {
			tpl   *template.Template
			order template.Order
			says  string
		}{
			"a flow twice":              {twice, template.Order{Org: org}, ""},
			"an option of another type": {load(t, nil), template.Order{Org: org, Options: value.Map("revoke", "perhaps")}, "flow contain: "},
		} {
			if _, err := installer(db).Install(t.Context(), o.tpl, o.order); err == nil || !strings.Contains(err.Error(), o.says) {
				t.Errorf("%s: error %v", name, err)
			}
			folders, err := db.Flows.Folders(t.Context(), org)
			tables, err2 := db.Tables.List(t.Context(), org)
			flows, err3 := db.Flows.List(t.Context(), org)
			if err := errors.Join(err, err2, err3); err != nil || len(folders)+len(tables)+len(flows) > 0 {
				t.Errorf("%s left %v, %v, %v; %v", name, folders, tables, flows, err)
			}
		}
		// The same template can be installed twice, in folders of their own.
		for _, folder := range []string{"", " Second "} {
			made, err := installer(db).Install(t.Context(), load(t, nil), template.Order{Org: org, Folder: folder})
			if err != nil || folder != "" && made.Folder.Name != "Second" {
				t.Errorf("%+v, %v", made.Folder, err)
			}
		}
	})
}

// A template.yaml of any content is loaded as it says, or refused.
func FuzzLoad(f *testing.F) {
	f.Add(head)
	f.Add("template: contain\ntitle: x\ncategory: y\nflows: [main.yaml, ../contain/helper.yaml]\n")
	shelf, err := connector.LoadSound(content.FS)
	if err != nil {
		f.Fatal(err)
	}
	c := flow.NewCatalogue(functions.All(), shelf)
	f.Fuzz(func(t *testing.T, text string) {
		loaded, err := template.Load(c, files(map[string]string{"template.yaml": text}))
		if err != nil {
			return
		}
		for _, tpl := range loaded.All() {
			if tpl.ID != "contain" || tpl.Title == "" || tpl.Category == "" || len(tpl.Flows) == 0 {
				t.Fatalf("taken: %+v", tpl)
			}
		}
	})
}
