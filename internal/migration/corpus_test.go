package migration_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
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

var shelf = sync.OnceValues(func() (*connector.Shelf, error) { return connector.LoadSound(content.FS) })

func catalogue(t testing.TB) migration.Catalogue {
	t.Helper()
	s, err := shelf()
	if err != nil {
		t.Fatal(err)
	}
	return migration.Catalogue{Functions: functions.All(), Connectors: s}
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

// unmapped are the cards of the exports that nothing of ours does, and why.
func unmapped() map[string]string {
	return map[string]string{
		"securecodewarrior_a770f79565564ffa8e4d965487451425:checkAssessmentCompletionForUser": "the vendor publishes that attempts can be listed, but not the fields that say whether one is completed",
	}
}

// Every card of real exports is mapped to a function, an action or a kind of card
// of ours, but for those of which we know why not.
func TestCardsAreMapped(t *testing.T) {
	cat := catalogue(t)
	files, missing := corpus(t), map[string]string{}
	for _, file := range files {
		res, err := migration.Translate(read(t, file), cat)
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for _, f := range res.Flows {
			for _, m := range f.Missing {
				missing[m.Address] = m.Needs
				if unmapped()[m.Address] == "" {
					t.Errorf("%s: %s: the card %s needs %s", filepath.Base(filepath.Dir(file)), f.Slug, m.Address, m.Needs)
				}
			}
		}
	}
	for address := range unmapped() {
		if missing[address] == "" {
			t.Errorf("%s is mapped, or not there: there is no reason to be told", address)
		}
	}
}

// Every flow of real exports is translated, and every card of them has its place
// in a flow of ours or is told of.
func TestCorpus(t *testing.T) {
	cat := catalogue(t)
	flows, cards, missing, values, secrets := 0, 0, map[string]int{}, 0, 0
	for _, file := range corpus(t) {
		d := read(t, file)
		res, err := migration.Translate(d, cat)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		if len(res.Flows) != len(d.Flows) || len(res.Tables) != len(d.Tables) || len(res.Connections) != len(d.Configs) {
			t.Errorf("%s: %d of %d flows, %d of %d tables", file, len(res.Flows), len(d.Flows), len(res.Tables), len(d.Tables))
		}
		for _, f := range res.Flows {
			flows++
			values, secrets = values+len(f.Values), secrets+len(f.Secrets)
			placed := map[[2]string]bool{}
			for _, c := range f.Cards {
				placed[[2]string{c.Graph, c.UUID}] = true
			}
			each(d.Flow(f.Export).Graph, func(g *flopack.Graph, c *flopack.Card) {
				if cards++; !placed[[2]string{g.Path, c.UUID}] {
					t.Errorf("%s: %s: the card %s %s has no place", file, f.Slug, c.Address(), c.UUID)
				}
			})
			for _, m := range f.Missing {
				missing[m.Address]++
			}
		}
	}
	t.Logf("%d flows of %d cards, %d values to replace, %d secrets, %d kinds of cards that cannot run yet", flows, cards, values, secrets, len(missing))
}

// each visits the cards that people see, and those of bodies; a body's trigger is
// none of our cards, and neither is that which stands beside a loop that is gone.
func each(g *flopack.Graph, visit func(*flopack.Graph, *flopack.Card)) {
	for _, c := range g.Cards {
		if c.Displayed && !c.Is("object", "expand") && (c != g.Root() || strings.Count(g.Path, ".") == 3) {
			visit(g, c)
		}
		for _, in := range c.Inputs {
			if in.Body != nil {
				each(in.Body, visit)
			}
		}
		if c.Handler != nil {
			each(c.Handler, visit)
		}
	}
}
