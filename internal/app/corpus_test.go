package app_test

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"sallyport/content"
	"sallyport/internal/app"
	"sallyport/internal/config"
	"sallyport/internal/connector"
	"sallyport/internal/flopack"
	"sallyport/internal/flow"
	"sallyport/internal/functions"
	"sallyport/internal/migration"
	"sallyport/internal/rule"
	"sallyport/internal/store/storetest"
	"sallyport/internal/value"
)

// corpusDir holds exports that others have published; it is beside the checkout,
// or the tests that need it are skipped.
const corpusDir = "../../../shared/corpus/flopack"

func needCorpus(t testing.TB) {
	t.Helper()
	if _, err := os.Stat(corpusDir + "/cases.json"); err != nil {
		t.Skip("there is no ../shared/corpus/flopack")
	}
}

// export is one export of the corpus.
type export struct {
	name    string // of its folder
	text    []byte
	doc     *flopack.Document
	shelf   *connector.Shelf // with what stands in for actions that are not there
	parts   string           // folder with those
	content *app.Content
	stood   map[string]bool // the cards that something stands in for
}

func readExport(t testing.TB, name string) *export {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(corpusDir, name, "workflow.flopack"))
	if err != nil {
		t.Fatal(err)
	}
	e := &export{name: name, text: text, parts: t.TempDir(), stood: map[string]bool{}}
	var problems []flopack.Problem
	if e.doc, problems, err = flopack.Parse(text); err != nil || len(problems) > 0 {
		t.Fatalf("%s: %v, %v", name, problems, err)
	}
	e.standIns(t)
	return e
}

// loaded is what the program has, read once.
var loaded = sync.OnceValues(func() (*app.Content, error) { return app.LoadContent(config.Default()) })

// withRules is what the program has, with rules in files beside.
func withRules(t testing.TB, texts ...string) *app.Content {
	t.Helper()
	program, err := loaded()
	if err != nil {
		t.Fatal(err)
	}
	out := *program
	out.Rules = slices.Clone(program.Rules)
	for i, text := range texts {
		f := rule.Parse("test", fmt.Sprintf("test%d.yaml", i), []byte(text))
		if len(f.Problems) > 0 {
			t.Fatal(f.Problems)
		}
		out.Rules = append(out.Rules, f)
	}
	return &out
}

// options are those of a player of the export.
func (e *export) options(t testing.TB) app.PlayOptions {
	conf := config.Default()
	conf.DataDir = t.TempDir()
	storetest.Prepare(t, conf.DSN())
	return app.PlayOptions{Options: app.Options{Config: conf, Log: slog.New(slog.DiscardHandler), Content: e.content}}
}

// cards visits every card of a flow, those of bodies too.
func cards(g *flopack.Graph, visit func(*flopack.Card)) {
	for _, c := range g.Cards {
		visit(c)
		for _, in := range c.Inputs {
			if in.Body != nil {
				cards(in.Body, visit)
			}
		}
		if c.Handler != nil {
			cards(c.Handler, visit)
		}
	}
}

// again is the export as it is after it was translated and written anew.
func (e *export) again(t testing.TB) *export {
	t.Helper()
	cat := migration.Catalogue{Functions: functions.All(), Connectors: e.shelf}
	res, err := migration.Translate(e.doc, cat)
	if err != nil {
		t.Fatal(err)
	}
	out := *e
	if out.text, err = migration.Export(res, cat); err != nil {
		t.Fatal(err)
	}
	if out.doc, _, err = flopack.Parse(out.text); err != nil {
		t.Fatal(err)
	}
	return &out
}

func (e *export) cards(visit func(*flopack.Card)) {
	for _, f := range e.doc.Flows {
		cards(f.Graph, visit)
	}
}

// standIns writes connectors that have an action for each card of the export that
// nothing serves, so that the rest of its flow can be tried.
func (e *export) standIns(t testing.TB) {
	t.Helper()
	have, err := loaded()
	if err != nil {
		t.Fatal(err)
	}
	ours := have.Shelf
	e.shelf, e.content = ours, have
	res, err := migration.Translate(e.doc, migration.Catalogue{Functions: functions.All(), Connectors: ours})
	if err != nil {
		t.Fatal(err)
	}
	missing := map[string]bool{}
	for _, f := range res.Flows {
		for _, m := range f.Missing {
			if strings.HasPrefix(m.Needs, "an action that") {
				missing[m.Address] = true
			}
		}
	}
	byConnector := map[string]map[string]*standIn{}
	e.cards(func(c *flopack.Card) {
		if c.Kernel || c.Webhook || !missing[c.Address()] {
			return
		}
		id := regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(strings.ToLower(c.Module), "_")
		if byConnector[id] == nil {
			byConnector[id] = map[string]*standIn{}
		}
		s := byConnector[id][c.Address()]
		if s == nil {
			s = &standIn{}
			byConnector[id][c.Address()] = s
		}
		s.add(c)
	})
	if err := os.MkdirAll(filepath.Join(e.parts, connector.Folder), 0o700); err != nil {
		t.Fatal(err)
	}
	for id, actions := range byConnector {
		name, head := id+".yaml", value.Map("connector", id, "title", id, "auth", []any{value.Map("kind", "none")}, "base_url", "https://stand-in.invalid")
		if _, ok := ours.Get(id); ok {
			name, head = id+".standin.yaml", value.Map("extends", id)
		}
		all := value.NewObject(len(actions))
		for address, s := range actions {
			e.stood[address] = true
			all.Set(fmt.Sprintf("standin_%d", all.Len()), s.action(address))
		}
		head.Set("actions", all)
		if err := os.WriteFile(filepath.Join(e.parts, connector.Folder, name), value.JSON(head), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if len(e.stood) == 0 {
		return
	}
	if e.shelf, err = connector.LoadSound(content.FS, os.DirFS(e.parts)); err != nil {
		t.Fatal(err)
	}
	e.content = &app.Content{Shelf: e.shelf, Catalogue: flow.NewCatalogue(functions.All(), e.shelf), Templates: have.Templates, Checks: have.Checks}
}

// standIn is an action for a card that none of ours serves.
type standIn struct {
	inputs, outputs []string
	streams         bool
}

func (s *standIn) add(c *flopack.Card) {
	put := func(list []string, f *flopack.Field) []string {
		if key := keyText(f); f.Type != "flo" && !slices.Contains(list, key) {
			return append(list, key)
		}
		return list
	}
	for _, in := range c.Inputs {
		s.inputs = put(s.inputs, in)
		s.streams = s.streams || in.Type == "flo"
	}
	for _, out := range c.Outputs {
		s.outputs = put(s.outputs, out)
	}
}

func keyText(f *flopack.Field) string {
	if f.Group == "" {
		return f.Key
	}
	return f.Group + "/" + f.Key
}

func (s *standIn) action(address string) *value.Object {
	inputs, outputs, card := value.NewObject(0), value.NewObject(0), value.Map("card", address)
	a := value.Map("effect", "read", "repeat", "safe", "inputs", inputs, "request", value.Map("method", "GET", "path", "/"), "outputs", outputs, "okta_workflows", []any{card})
	into, from := value.NewObject(0), value.NewObject(0)
	for i, key := range s.inputs {
		name := fmt.Sprintf("in_%d", i)
		inputs.Set(name, value.Map("type", "any"))
		into.Set(key, name)
	}
	for i, key := range s.outputs {
		name := fmt.Sprintf("out_%d", i)
		outputs.Set(name, value.Map("type", "any", "from", "body"))
		from.Set(key, name)
	}
	if s.streams {
		inputs.Set("next", value.NewObject(0))
		a.Set("pages", value.Map("next", "link", "start", "inputs.next", "items", "body"))
		outputs.Set("records", value.Map("type", "list", "from", "items"))
		outputs.Set("next", value.Map("from", "next"))
		a.Set("stream", "records")
		card.Set("stream", "records")
	}
	card.Set("inputs", into)
	card.Set("outputs", from)
	return a
}
