package migration_test

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/flopack"
	"sallyport/internal/migration"
)

// again exports what was translated, and translates the export.
func again(t testing.TB, res *migration.Result, cat migration.Catalogue) *migration.Result {
	t.Helper()
	text, err := migration.Export(res, cat)
	if err != nil {
		t.Fatal(err)
	}
	d, problems, err := flopack.Parse(text)
	if err != nil || len(problems) > 0 {
		t.Fatalf("%v, %v", problems, err)
	}
	out, err := migration.Translate(d, cat)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// What was imported can be exported, and comes back the same.
func TestRoundTrip(t *testing.T) {
	cat := catalogue(t)
	for _, file := range corpus(t) {
		t.Run(filepath.Base(filepath.Dir(file)), func(t *testing.T) {
			first, err := migration.Translate(read(t, file), cat)
			if err != nil {
				t.Fatal(err)
			}
			second := again(t, first, cat)
			if len(first.Flows) != len(second.Flows) {
				t.Fatalf("%d flows became %d", len(first.Flows), len(second.Flows))
			}
			bySlug := map[string]string{}
			for _, f := range second.Flows {
				bySlug[f.Slug] = f.YAML
			}
			for _, f := range first.Flows {
				if diff := cmp.Diff(f.YAML, bySlug[f.Slug]); diff != "" {
					t.Errorf("%s: %s", f.Slug, diff)
				}
			}
		})
	}
}
