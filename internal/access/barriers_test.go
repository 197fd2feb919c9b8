package access_test

import (
	"context"
	"os"
	"testing"

	"go.yaml.in/yaml/v3"
)

// No path goes by what Okta forbids, and the paths of these worlds are there as
// soon as nothing forbids them.
func TestBarriers(t *testing.T) {
	text, err := os.ReadFile("testdata/barriers.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Barrier, Says string
		Path          []string
		World         map[string]any
		But           struct {
			Set   map[string]map[string]any
			Edges map[string]any
			Drop  []string
		}
	}
	if err := yaml.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	tried := map[string]bool{}
	for _, c := range cases {
		tried[c.Barrier] = true
		leads := func(w map[string]any) bool {
			g := load(t, world(t, w))
			if !g.Has(node(c.Path[0])) || !g.Has(node(c.Path[1])) {
				return false
			}
			paths, err := g.PathsTo(context.Background(), node(c.Path[0]), node(c.Path[1]), 1)
			if err != nil {
				t.Fatal(err)
			}
			return len(paths) > 0
		}
		if leads(c.World) {
			t.Errorf("%s, %s: there is a path from %s to %s", c.Barrier, c.Says, c.Path[0], c.Path[1])
		}
		if !leads(patched(t, c.World, c.But.Set, c.But.Edges, c.But.Drop)) {
			t.Errorf("%s, %s: there is no path without it, so that the test proves nothing", c.Barrier, c.Says)
		}
	}
	for _, b := range []string{"B1", "B2", "B3", "B4", "B5", "B6", "B7", "B8"} {
		if !tried[b] {
			t.Errorf("%s is not tried", b)
		}
	}
}
