package migration_test

import (
	"os"
	"path/filepath"
	"testing"

	"sallyport/content"
	"sallyport/internal/connector"
	"sallyport/internal/flopack"
	"sallyport/internal/functions"
	"sallyport/internal/migration"
)

// corpus are exports that others have published; they are beside the checkout,
// or the tests that need them are skipped.
func corpus(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob("../../../shared/corpus/flopack/*/*.flopack")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skip("there are no exports in ../shared/corpus/flopack")
	}
	return files
}

func catalogue(t testing.TB) migration.Catalogue {
	t.Helper()
	shelf, err := connector.Load(content.FS)
	if err != nil {
		t.Fatal(err)
	}
	return migration.Catalogue{Functions: functions.All(), Connectors: shelf}
}

func read(t testing.TB, file string) *flopack.Document {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	d, problems, err := flopack.Parse(text)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	for _, p := range problems {
		if !p.Warning {
			t.Fatalf("%s: %s", file, p)
		}
	}
	return d
}

func TestDump(t *testing.T) {
	cat := catalogue(t)
	dir := os.Getenv("DUMP")
	for _, file := range corpus(t) {
		res, err := migration.Translate(read(t, file), cat)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		name := filepath.Base(filepath.Dir(file))
		for _, f := range res.Flows {
			if dir != "" {
				os.MkdirAll(filepath.Join(dir, name), 0o755)
				os.WriteFile(filepath.Join(dir, name, f.Slug+".yaml"), []byte(f.YAML), 0o644)
			}
		}
	}
}
