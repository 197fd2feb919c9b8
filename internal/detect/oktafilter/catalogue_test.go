package oktafilter_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"sallyport/internal/detect/oktafilter"
)

const catalogueDir = "../../../../shared/corpus/okta-detections"

// Okta publishes detections in this language. All of them are read, and the one
// that names a field that no event has is found.
func TestCatalogue(t *testing.T) {
	files, _ := filepath.Glob(catalogueDir + "/*.yml")
	if len(files) == 0 {
		t.Skip("there is no ../shared/corpus/okta-detections")
	}
	expressions, unknown := 0, map[string][]string{}
	for _, file := range files {
		for name, filter := range filters(t, file) {
			expressions++
			e, err := oktafilter.Parse(filter)
			if err != nil {
				t.Errorf("%s, %s: %v", filepath.Base(file), name, err)
				continue
			}
			if paths := oktafilter.Unknown(e); paths != nil {
				unknown[filepath.Base(file)] = paths
			}
		}
	}
	if expressions != 37 {
		t.Errorf("%d expressions, want 37", expressions)
	}
	if diff := cmp.Diff(map[string][]string{"detect_aitm_phishing_using_okta_fastpass.yml": {"result"}}, unknown); diff != "" {
		t.Errorf("unknown fields (-want +got):\n%s", diff)
	}
}

// filters are the System Log filters of a file of the catalogue.
func filters(t *testing.T, file string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var d struct {
		Detection struct {
			SystemLog map[string]string `yaml:"okta_systemlog"`
		}
	}
	if err := yaml.Unmarshal(text, &d); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	delete(d.Detection.SystemLog, "datadog")
	return d.Detection.SystemLog
}
