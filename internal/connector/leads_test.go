package connector_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"sallyport/content"
	"sallyport/internal/connector"
)

// What a connection's secrets go by is known of every connector from its file.
func TestLeads(t *testing.T) {
	shelf, err := connector.Load(content.FS, fstest.MapFS{"connectors/winding.yaml": {Data: []byte(`
connector: winding
title: Winding
settings:
  region: { title: Region, default: eu }
  site: { title: Site }
  color: { title: Color }
auth: [{ kind: none, title: None }]
base_url: "https://{{ settings.region }}.api.example"
actions:
  look:
    title: Look
    effect: read
    repeat: safe
    let:
      place: settings.site.orElse("x")
      there: '"https://" + vars.place + ".example"'
    request: { method: GET, url: "{{ vars.there }}/{{ settings.color }}" }
`)}})
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]string{
		"winding": "color region site", "okta": "domain", "mail": "host port security", "http": "base_url", "teams": "",
	} {
		c, ok := shelf.Get(id)
		if !ok {
			t.Fatalf("there is no connector %s", id)
		}
		if got := strings.Join(slices.Sorted(maps.Keys(c.Leads(""))), " "); got != want {
			t.Errorf("%s leads where %q says, want %q", id, got, want)
		}
	}
}
