package exchange_test

import (
	"archive/zip"
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sallyport/content"
	"sallyport/internal/connector"
	"sallyport/internal/errs"
	"sallyport/internal/exchange"
	"sallyport/internal/flow"
	"sallyport/internal/functions"
	"sallyport/internal/portal"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
	"sallyport/internal/value"
)

const org = "org-1"

// notice is a flow with everything that a file can hold: a connection, a table, and
// texts.
const notice = `flow: notice
title: Notice
loose: true
connections: {okta: {connector: okta, title: Production}}
tables:
  seen: {title: Seen, columns: {Who: text}}
trigger:
  call: {inputs: {who: text}}
cards:
  - id: read_user
    title: Read User
    use: okta.get_user
    with: {user: '{{ input.who }}'}
  - id: compose
    use: text.compose
    with: {text: 'See https://acme.example/who/'}
  - id: create_row
    use: table.create_row
    table: seen
    with: {Who: '{{ input.who }}'}
  - id: return
    return: {text: '{{ compose.text }}'}
`

// desk is a desk with an organization that has two connections.
func desk(t *testing.T) *exchange.Desk {
	t.Helper()
	shelf, err := connector.LoadSound(content.FS)
	if err != nil {
		t.Fatal(err)
	}
	db := storetest.Open(t)
	d := &exchange.Desk{DB: db, Shelf: shelf, Catalogue: flow.NewCatalogue(functions.All(), shelf), Now: time.Now}
	if err := db.Organizations.Add(t.Context(), portal.Organization{ID: org, Slug: "acme", Name: "Acme", CreatedAt: time.Now()}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []connector.Connection{{ID: "c-okta", Connector: "okta", Name: "Production"}, {ID: "c-slack", Connector: "slack", Name: "Chat"}} {
		c.Org, c.Settings = org, value.NewObject(0)
		if err := db.Connections.Add(t.Context(), store.Connection{Connection: c, Own: c.Settings, State: store.ConnectionOK, CreatedAt: time.Now(), UpdatedAt: time.Now()}); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

// left is how much there is in the organization.
func left(t *testing.T, d *exchange.Desk) [3]int {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	folders, err1 := d.DB.Flows.Folders(ctx, org)
	flows, err2 := d.DB.Flows.List(ctx, org)
	tables, err3 := d.DB.Tables.List(ctx, org)
	if err1 != nil || err2 != nil || err3 != nil {
		t.Fatal(err1, err2, err3)
	}
	return [3]int{len(folders), len(flows), len(tables)}
}

func take(t *testing.T, d *exchange.Desk, text string, o exchange.Order) exchange.ImportReport {
	t.Helper()
	o.Org, o.Author = org, "somebody"
	r, err := d.Import(t.Context(), []byte(text), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestImport(t *testing.T) {
	d := desk(t)
	dry := take(t, d, notice, exchange.Order{Folder: "Mine", DryRun: true})
	if dry.Made != nil || left(t, d) != [3]int{} {
		t.Errorf("a dry run made %v, %+v", left(t, d), dry.Made)
	}
	made := take(t, d, notice, exchange.Order{Folder: "Mine", Connections: map[string]string{"okta": "production"}})
	if made.Made == nil || left(t, d) != [3]int{1, 1, 1} {
		t.Fatalf("it made %v, %+v", left(t, d), made.Made)
	}
	f, err := d.DB.Flows.Get(t.Context(), org, made.Made.Flows["notice"])
	if err != nil {
		t.Fatal(err)
	}
	if f.Enabled || f.Version != 1 || f.Bindings.Connections["okta"] != "c-okta" || f.Bindings.Tables["seen"] != made.Made.Tables["Seen"] {
		t.Errorf("the flow is %+v", f)
	}
	want := exchange.ReportConnection{Key: "okta", Name: "okta", Connector: "okta", Known: true, Flows: 1, Choices: []exchange.ReportChoice{{ID: "c-okta", Name: "Production"}}, Chosen: "c-okta"}
	if diff := cmp.Diff([]exchange.ReportConnection{want}, made.Connections); diff != "" {
		t.Error(diff)
	}
}

// What was exported comes back as the same, with its connection to be mapped anew.
func TestThereAndBack(t *testing.T) {
	d := desk(t)
	made := take(t, d, notice, exchange.Order{Folder: "Mine", Connections: map[string]string{"okta": "c-okta"}})
	for name, id := range map[string]string{"folder": made.Made.Folder, "flow": made.Made.Flows["notice"]} {
		t.Run(name, func(t *testing.T) {
			text, err := d.Export(t.Context(), org, id)
			if err != nil {
				t.Fatal(err)
			}
			again := take(t, d, string(text), exchange.Order{Folder: "Again " + name, Connections: map[string]string{"production": "c-okta"}})
			if len(again.Connections) != 1 || again.Connections[0].Name != "Production" || again.Connections[0].Chosen != "c-okta" {
				t.Errorf("connections: %+v", again.Connections)
			}
			f := again.Flows[0]
			if !f.Ready || len(f.Values) != 1 || f.Values[0].Text != "https://acme.example/who/" {
				t.Errorf("the flow: %+v", f)
			}
			files, err := d.Files(t.Context(), org, again.Made.Folder)
			if err != nil || len(files) != 1 {
				t.Fatal(files, err)
			}
			if diff := cmp.Diff(notice, files[0].Text); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A secret of the file is told of by its place, and kept nowhere.
func TestSecretsAreNotTaken(t *testing.T) {
	d := desk(t)
	made := take(t, d, notice, exchange.Order{Folder: "Mine"})
	text, err := d.Export(t.Context(), org, made.Made.Folder)
	if err != nil {
		t.Fatal(err)
	}
	const token = "xoxb-1234567890-abcdefghijkl"
	r := take(t, d, strings.ReplaceAll(string(text), "See https://acme.example/who/", "Bearer "+token), exchange.Order{Folder: "Leaky"})
	if len(r.Flows[0].Secrets) != 1 {
		t.Fatalf("%+v", r.Flows[0])
	}
	files, err := d.Files(t.Context(), org, r.Made.Folder)
	if err != nil || strings.Contains(files[0].Text, token) || !strings.Contains(files[0].Text, "options."+r.Flows[0].Secrets[0].Option) {
		t.Errorf("%v, %v", files, err)
	}
	var kept bytes.Buffer
	if _, err := d.DB.Backup(t.Context(), &kept); err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(kept.Bytes(), []byte(token)) {
		t.Error("the secret is in the database")
	}
}

// What is refused leaves nothing behind, and says where it is wrong.
func TestRefused(t *testing.T) {
	d := desk(t)
	made := take(t, d, notice, exchange.Order{Folder: "Mine", Connections: map[string]string{"okta": "c-okta"}})
	sound, err := d.Export(t.Context(), org, made.Made.Folder)
	if err != nil {
		t.Fatal(err)
	}
	before := left(t, d)
	for name, c := range map[string]struct {
		text  string
		order exchange.Order
		want  string
	}{
		"half a file":           {string(sound[:len(sound)/2]), exchange.Order{}, "no export"},
		"another type":          {`{"type":"zip"}`, exchange.Order{}, "no export"},
		"an unknown card":       {strings.Replace(string(sound), `"address":"root`, `"address":"none`, 1), exchange.Order{}, "data.flos."},
		"a flow that is none":   {"flow: [", exchange.Order{}, "1:"},
		"a folder that is":      {notice, exchange.Order{Folder: "Mine"}, `there is a folder "Mine" already`},
		"an unknown connection": {notice, exchange.Order{Connections: map[string]string{"okta": "c-none"}}, `there is no connection "c-none"`},
		"one of another kind":   {notice, exchange.Order{Connections: map[string]string{"okta": "c-slack"}}, `"okta" wants one of okta`},
		"one it does not have":  {notice, exchange.Order{Connections: map[string]string{"teams": "c-slack"}}, `no connection "teams"`},
		"too large a file":      {strings.Repeat(" ", exchange.MaxSize+1), exchange.Order{}, "64 MB is the most"},
	} {
		t.Run(name, func(t *testing.T) {
			c.order.Org = org
			_, err := d.Import(t.Context(), []byte(c.text), c.order)
			if err == nil || !strings.Contains(errs.Message(err), c.want) {
				t.Errorf("it says %v, want %q", err, c.want)
			}
			if now := left(t, d); now != before {
				t.Errorf("there were %v folders, flows and tables, and now %v", before, now)
			}
		})
	}
}

func TestNamed(t *testing.T) {
	d := desk(t)
	first := take(t, d, notice, exchange.Order{Folder: "One"})
	take(t, d, notice, exchange.Order{Folder: "Two"})
	for name, want := range map[string]string{"One": first.Made.Folder, first.Made.Folder: first.Made.Folder, "One/notice": first.Made.Flows["notice"]} {
		if got, err := d.Named(t.Context(), org, name); err != nil || got != want {
			t.Errorf("%s is %s, %v", name, got, err)
		}
	}
	if _, err := d.Named(t.Context(), org, "notice"); errs.KindOf(err) != errs.Invalid {
		t.Errorf("two flows of a name: %v", err)
	}
	if _, err := d.Named(t.Context(), org, "none"); errs.KindOf(err) != errs.NotFound {
		t.Errorf("no flow of a name: %v", err)
	}
}

func TestZip(t *testing.T) {
	packed, err := exchange.Zip([]exchange.File{{Name: "a.yaml", Text: "flow: a"}})
	if err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	if err != nil || len(z.File) != 1 || z.File[0].Name != "a.yaml" {
		t.Fatal(z, err)
	}
	in, err := z.File[0].Open()
	if err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(in); err != nil || string(text) != "flow: a" {
		t.Errorf("%q, %v", text, err)
	}
}

// Every real export comes in, and its folder goes out and comes in again.
func TestCorpus(t *testing.T) {
	files, err := filepath.Glob("../../../shared/corpus/flopack/*/*.flopack")
	if err != nil || len(files) == 0 {
		t.Skip("there are no exports in ../shared/corpus/flopack")
	}
	d, flows, ready := desk(t), 0, 0
	for _, file := range files {
		name := filepath.Base(filepath.Dir(file))
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		r, err := d.Import(t.Context(), text, exchange.Order{Org: org, Folder: name})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		readable := true
		for _, f := range r.Flows {
			readable = readable && f.Trigger != ""
			flows++
			if f.Ready {
				ready++
			} else if len(f.Missing)+len(f.Secrets)+len(f.Problems) == 0 {
				t.Errorf("%s: %s is not ready, and nothing says why", name, f.Slug)
			}
		}
		if !readable {
			t.Logf("%s does not go out: a flow of it cannot be read yet", name)
			continue
		}
		if text, err = d.Export(t.Context(), org, r.Made.Folder); err != nil {
			t.Errorf("%s: export: %v", name, err)
			continue
		}
		again, err := d.Import(t.Context(), text, exchange.Order{Org: org, DryRun: true})
		if err != nil || len(again.Flows) != len(r.Flows) || len(again.Tables) != len(r.Tables) {
			t.Errorf("%s: it comes back as %d flows and %d tables, of %d and %d: %v", name, len(again.Flows), len(again.Tables), len(r.Flows), len(r.Tables), err)
		}
	}
	t.Logf("%d flows of %d exports, %d of them ready", flows, len(files), ready)
}
