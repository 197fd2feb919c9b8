package access_test

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"sallyport/internal/access"
	"sallyport/internal/inventory"
)

// now is the moment of the worlds in testdata.
func now() time.Time { return time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC) }

type edgeCase struct {
	Edge  access.EdgeKind
	Says  string
	Step  []string
	Path  string // who reaches tier 0 by it
	World map[string]any
	Why   string
	Near  []struct {
		Says  string
		Set   map[string]map[string]any
		Edges map[string]any
		Drop  []string
		Stays bool // the step is there still, but the path is gone
	}
}

func edgeCases(t testing.TB) []edgeCase {
	t.Helper()
	files, err := filepath.Glob("testdata/edges/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	var all []edgeCase
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var list []edgeCase
		if err := yaml.Unmarshal(text, &list); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		all = append(all, list...)
	}
	return all
}

// Each kind of step is there when its preconditions hold, and not when one of
// them does not.
func TestEdges(t *testing.T) {
	tried := map[access.EdgeKind]bool{}
	for _, c := range edgeCases(t) {
		tried[c.Edge] = true
		t.Run(strings.ReplaceAll(string(c.Edge)+" "+c.Says, " ", "_"), func(t *testing.T) {
			g := load(t, world(t, c.World))
			s, ok := stepOf(t, g, c.Edge, c.Step)
			if !ok {
				t.Fatalf("there is no %s from %s to %s:\n%s", c.Edge, c.Step[0], c.Step[1], listing(t, g))
			}
			if !strings.Contains(s.Why, c.Why) {
				t.Errorf("it says %q, want %q", s.Why, c.Why)
			}
			if c.Path != "" && !reachesTop(t, g, c.Path) {
				t.Errorf("%s does not reach tier 0", c.Path)
			}
			for _, n := range c.Near {
				near := load(t, world(t, patched(t, c.World, n.Set, n.Edges, n.Drop)))
				if _, there := stepOf(t, near, c.Edge, c.Step); there != n.Stays {
					t.Errorf("%s: step is there: %t", n.Says, there)
				}
				if c.Path != "" && reachesTop(t, near, c.Path) && n.Stays {
					t.Errorf("%s: %s reaches tier 0", n.Says, c.Path)
				}
			}
			if len(c.Near) == 0 && c.Edge != access.SuperAdminMay {
				t.Error("there is no near miss")
			}
		})
	}
	for _, k := range access.Kinds() {
		if !tried[k.Kind] {
			t.Errorf("%s has no world", k.Kind)
		}
	}
}

func world(t testing.TB, w map[string]any) *inventory.World {
	t.Helper()
	text, err := yaml.Marshal(w)
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, string(text))
}

func parse(t testing.TB, text string) *inventory.World {
	t.Helper()
	w, err := inventory.ParseWorld([]byte(text))
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return w
}

func load(t testing.TB, r inventory.Reader) *access.Graph {
	t.Helper()
	g, err := access.Load(context.Background(), r, access.Options{Now: now()})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func stepOf(t testing.TB, g *access.Graph, kind access.EdgeKind, ends []string) (access.Step, bool) {
	t.Helper()
	var found access.Step
	ok := false
	_ = g.Steps(func(s access.Step) error {
		if s.Kind == kind && s.From.String() == ends[0] && s.To.String() == ends[1] {
			found, ok = s, true
		}
		return nil
	})
	return found, ok
}

func listing(t testing.TB, g *access.Graph) string {
	t.Helper()
	var out []string
	_ = g.Steps(func(s access.Step) error {
		if s.Kind != access.SuperAdminMay {
			out = append(out, string(s.Kind)+" "+s.From.String()+" → "+s.To.String())
		}
		return nil
	})
	return strings.Join(out, "\n")
}

// node reads a node as it is written: kind/id#aspect.
func node(text string) access.Node {
	kind, id, _ := strings.Cut(text, "/")
	id, aspect, _ := strings.Cut(id, "#")
	return access.Node{Ref: inventory.Ref{Kind: inventory.Kind(kind), ID: id}, Aspect: access.Aspect(aspect)}
}

func reachesTop(t testing.TB, g *access.Graph, start string) bool {
	t.Helper()
	if !g.Has(node(start)) {
		return false
	}
	paths, err := g.Paths(context.Background(), node(start), 1)
	if err != nil {
		t.Fatal(err)
	}
	return len(paths) > 0
}

// patched is a copy of a world with some of it changed.
func patched(t testing.TB, w map[string]any, set map[string]map[string]any, edges map[string]any, drop []string) map[string]any {
	t.Helper()
	text, err := yaml.Marshal(w)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]any{}
	if err := yaml.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	entities, _ := out["entities"].(map[string]any)
	for ref, fields := range set {
		kind, id, _ := strings.Cut(ref, "/")
		list, _ := entities[kind].([]any)
		at := slices.IndexFunc(list, func(x any) bool { return x.(map[string]any)["id"] == id })
		if at < 0 {
			t.Fatalf("there is no %s to change", ref)
		}
		merge(list[at].(map[string]any), fields)
	}
	relations, _ := out["edges"].(map[string]any)
	if relations == nil {
		relations = map[string]any{}
		out["edges"] = relations
	}
	maps.Copy(relations, edges)
	for _, r := range drop {
		if relations[r] == nil {
			t.Fatalf("there is no %s to drop", r)
		}
		delete(relations, r)
	}
	return out
}

func merge(into, from map[string]any) {
	for k, v := range from {
		old, isMap := into[k].(map[string]any)
		if more, ok := v.(map[string]any); ok && isMap {
			merge(old, more)
			continue
		}
		into[k] = v
	}
}
