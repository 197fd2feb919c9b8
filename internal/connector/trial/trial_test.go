package trial_test

import (
	"os"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"sallyport/content"
	"sallyport/internal/connector"
	"sallyport/internal/connector/trial"
)

// shelves loads the connectors once: it takes a moment.
var shelves = sync.OnceValues(func() (*connector.Shelf, error) { return connector.Load(content.FS) })

// Every connector has cases, for every action, and they hold.
func TestContent(t *testing.T) {
	shelf, err := shelves()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range shelf.All() {
		t.Run(c.ID, func(t *testing.T) {
			t.Parallel()
			cases, err := trial.ReadCases(content.FS, c.ID)
			if err != nil {
				t.Fatal(err)
			}
			tried := map[string]bool{}
			for _, one := range cases.Cases {
				tried[one.Action] = true
			}
			for _, id := range c.ActionIDs() {
				if !tried[id] {
					t.Errorf("%s has no case", id)
				}
			}
			if err := trial.Run(t.Context(), content.FS, shelf, c.ID); err != nil {
				t.Error(err)
			}
		})
	}
}

// The worked example of the guide works.
func TestExampleOfTheGuide(t *testing.T) {
	text, err := os.ReadFile("../../../docs/connectors.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "## Writing one\n")
	section, _, _ = strings.Cut(section, "\n## ")
	var blocks []string
	for rest, ok := section, true; ok; {
		_, rest, ok = strings.Cut(rest, "```yaml\n")
		var block string
		if block, rest, _ = strings.Cut(rest, "```"); ok {
			blocks = append(blocks, block)
		}
	}
	if len(blocks) != 2 {
		t.Fatalf("%d blocks of YAML, want the connector and its cases", len(blocks))
	}
	folder := fstest.MapFS{
		"connectors/pagerduty.yaml":      {Data: []byte(blocks[0])},
		"connectors/pagerduty.test.yaml": {Data: []byte(blocks[1])},
	}
	shelf, err := connector.Load(folder)
	if err != nil {
		t.Fatal(err)
	}
	if err := trial.Run(t.Context(), folder, shelf, "pagerduty"); err != nil {
		t.Error(err)
	}
}

func mapFS(cases string) fstest.MapFS {
	return fstest.MapFS{"connectors/http.test.yaml": {Data: []byte(cases)}}
}
