package rule_test

import (
	"io/fs"
	"strings"
	"testing"

	"sallyport/internal/connector/document"
	"sallyport/internal/rule"
)

// TestBuiltInFitsItsSchema holds every document of the built-in rules against
// the schema that editors use.
func TestBuiltInFitsItsSchema(t *testing.T) {
	own, err := rule.BuiltIn()
	if err != nil {
		t.Fatal(err)
	}
	schema := schemaOf(t, own.FS)
	err = fs.WalkDir(own.FS, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.Contains(name, "/") || !strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, rule.CasesSuffix) {
			return err
		}
		text, err := fs.ReadFile(own.FS, name)
		if err != nil {
			return err
		}
		for one := range strings.SplitSeq(string(text), "\n---\n") {
			d, err := document.Read(name, []byte(one))
			if err != nil {
				t.Error(err)
				continue
			}
			if err := d.Check(schema); err != nil {
				t.Error(err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func schemaOf(t *testing.T, files fs.FS) *document.Schema {
	t.Helper()
	text, err := fs.ReadFile(files, "schema.json")
	if err != nil {
		t.Fatal(err)
	}
	s, err := document.ParseSchema(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestSchemaRefuses makes sure that the schema says anything at all.
func TestSchemaRefuses(t *testing.T) {
	own, err := rule.BuiltIn()
	if err != nil {
		t.Fatal(err)
	}
	schema := schemaOf(t, own.FS)
	for name, text := range map[string]string{
		"a key nobody knows":   minimal + "severity: high\n",
		"a block of others":    minimal + "sallyport: { severity: high }\n",
		"a level nobody knows": minimal + "level: severe\n",
		"no title":             "level: low\n",
		"another product":      strings.Replace(minimal, "product: okta", "product: windows", 1),
	} {
		d, err := document.Read("x.yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if d.Check(schema) == nil {
			t.Errorf("%s is taken", name)
		}
	}
}
