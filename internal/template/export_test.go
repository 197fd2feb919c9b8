package template_test

import (
	"bytes"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sallyport/content"
	"sallyport/internal/connector"
	"sallyport/internal/exchange"
	"sallyport/internal/flopack"
	"sallyport/internal/flow"
	"sallyport/internal/functions"
	"sallyport/internal/migration"
	"sallyport/internal/template"
)

var update = flag.Bool("update", false, "write the exports of templates anew")

// The example that Okta gives of Workflows and Auth0 is an export, too, which stands
// beside the template. What comes of importing that does the same.
func TestExampleIsAnExport(t *testing.T) {
	const id, file = "auth0_user_deactivated", "auth0_user_deactivated.flopack"
	connectors, err := connector.LoadSound(content.FS)
	if err != nil {
		t.Fatal(err)
	}
	tpl, err := shelf(t).Get(id)
	if err != nil {
		t.Fatal(err)
	}
	catalogue := flow.NewCatalogue(functions.All(), connectors)
	s := newStage(t, connectors, tpl, testCase{})
	desk := exchange.Desk{DB: s.core.DB, Shelf: connectors, Catalogue: catalogue, Now: s.clock.now}
	text, err := desk.Export(t.Context(), s.org, s.made.Folder.ID)
	if err != nil {
		t.Fatal(err)
	}
	path := "templates/" + id + "/" + file
	if *update {
		if err := os.WriteFile(filepath.Join("..", "..", "content", path), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	held, err := fs.ReadFile(content.FS, path)
	if err != nil && !*update {
		t.Fatal(err)
	}
	if !*update && !bytes.Equal(names(t, held, catalogue, connectors), names(t, text, catalogue, connectors)) {
		t.Errorf("the export is not that of the template: %s", cmp.Diff(string(held), string(text)))
	}
	imported := imported(t, text, catalogue, connectors)
	for _, c := range testCases(t, id) {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, connectors, imported, c)
			for _, step := range c.Steps {
				s.at = "imported"
				s.play(step)
			}
		})
	}
}

// imported is what comes of an export, as a template.
func imported(t *testing.T, text []byte, catalogue *flow.Catalogue, connectors *connector.Shelf) *template.Template {
	t.Helper()
	doc, problems, err := flopack.Parse(text)
	if err != nil || len(problems) > 0 {
		t.Fatalf("%v, %v", problems, err)
	}
	res, err := migration.Translate(doc, migration.Catalogue{Functions: functions.All(), Connectors: connectors})
	if err != nil {
		t.Fatal(err)
	}
	out := &template.Template{ID: "imported", Title: "Imported", Category: "Identity Automation + Response"}
	helpers := map[string]*flow.Definition{}
	for _, f := range res.Flows {
		if len(f.Missing) > 0 {
			t.Errorf("%s lacks %+v", f.Slug, f.Missing)
		}
		d, err := flow.Parse(f.YAML)
		if err != nil {
			t.Fatalf("%s: %v", f.Slug, err)
		}
		out.Flows, helpers[d.Slug] = append(out.Flows, d), d
	}
	for _, d := range out.Flows {
		if err := catalogue.Check(d, helpers).Err(); err != nil {
			t.Fatalf("%s: %v", d.Slug, err)
		}
	}
	return out
}

// names is the flows of an export, which say the same whatever ids it has.
func names(t *testing.T, text []byte, catalogue *flow.Catalogue, connectors *connector.Shelf) []byte {
	t.Helper()
	var out bytes.Buffer
	for _, d := range imported(t, text, catalogue, connectors).Flows {
		out.WriteString(d.Source)
	}
	return out.Bytes()
}
