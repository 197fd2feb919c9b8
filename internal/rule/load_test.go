package rule_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/rule"
)

// corpus is a catalogue of rules that others wrote.
func corpus(t *testing.T, name string) rule.Source {
	t.Helper()
	path := filepath.Join("..", "..", "..", "shared", "corpus", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("there is no ../shared/corpus/%s", name)
	}
	return rule.Source{Name: name, FS: os.DirFS(path)}
}

func TestSigmaHQLoadsAsItIs(t *testing.T) {
	source := corpus(t, "sigma")
	shelf, report, err := rule.Load(source)
	if err != nil {
		t.Fatal(err)
	}
	if len(shelf.All()) != 23 || len(report.Problems) != 1 || !strings.Contains(report.Problems[0].Message, "legtimate_identifiers") {
		t.Errorf("%d rules, problems %v", len(shelf.All()), report.Problems)
	}
	source.Placeholders = map[string][]string{"legtimate_identifiers": {"@example.com"}}
	if shelf, report, err = rule.Load(source); err != nil || len(shelf.All()) != 24 || len(report.Problems) != 0 {
		t.Errorf("with its placeholder: %d rules, problems %v, %v", len(shelf.All()), report.Problems, err)
	}
	for _, r := range shelf.All() {
		if r.Author == "" || r.ID == "" || r.Title == "" || len(r.Tags) == 0 || r.Language != rule.Sigma {
			t.Errorf("%s has lost something: %+v", r.File, r)
		}
	}
}

func TestOktasCatalogueLoadsAsItIs(t *testing.T) {
	shelf, report, err := rule.Load(corpus(t, "okta-detections"))
	if err != nil {
		t.Fatal(err)
	}
	if len(shelf.All()) != 37 {
		t.Errorf("%d rules", len(shelf.All()))
	}
	for _, p := range report.Problems {
		if !strings.Contains(p.Message, "only a search for Splunk") {
			t.Errorf("%s", p)
		}
	}
	if len(report.Problems) != 9 {
		t.Errorf("%d files have only a search for Splunk", len(report.Problems))
	}
	r, ok := shelf.Get("okta-detections/itp_brute_force")
	if !ok {
		t.Fatal("there is no itp_brute_force")
	}
	if diff := cmp.Diff([]string{"attack.credential-access", "attack.defense-evasion", "attack.t1556.006", "attack.t1562.008"}, r.Tags); diff != "" {
		t.Error(diff)
	}
	if r.Language != rule.OktaFilter || !r.Enabled || r.Severity != rule.Medium || len(r.Response) == 0 {
		t.Errorf("%+v", r)
	}
	if hunt, ok := shelf.Get("okta-detections/hunt_mfa_abandonment"); !ok || hunt.Enabled {
		t.Errorf("a hunt is on: %v", ok)
	}
}

const minimal = `title: A factor is reset
id: 6f0d2a57-94b5-4e35-8a0c-6d0ad1f4b5a1
logsource: { product: okta, service: okta }
detection: { selection: { eventType: user.mfa.factor.reset_all }, condition: selection }
`

func load(t *testing.T, files map[string]string) (*rule.Shelf, rule.Report) {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	shelf, report, err := rule.Load(rule.Source{Name: "pack", FS: fsys})
	if err != nil {
		t.Fatal(err)
	}
	return shelf, report
}

// problems are the problems of a report, in lines.
func problems(r rule.Report) string {
	lines := make([]string, len(r.Problems))
	for i, p := range r.Problems {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

func TestLoadPassesOverWhatIsNoRule(t *testing.T) {
	shelf, report := load(t, map[string]string{
		"deep/er/reset.yml":       minimal,
		".github/workflow.yml":    "on: push\n",
		".hidden.yaml":            minimal,
		"mkdocs.yml":              "site_name: rules\n",
		"windows.yml":             strings.ReplaceAll(minimal, "product: okta", "product: windows"),
		"README.md":               "detection:\n",
		"deep/er/reset.test.yaml": "cases: []\n",
	})
	if len(shelf.All()) != 1 || report.Files != 1 || report.Foreign != 2 || len(report.Problems) != 0 {
		t.Errorf("%d rules, %d files, %d foreign, %s", len(shelf.All()), report.Files, report.Foreign, problems(report))
	}
	r := shelf.All()[0]
	if r.Key() != "pack/reset" || r.Category != "er" || r.Type != rule.Detection || r.Window != rule.DefaultWindow || r.Entity != rule.DefaultEntity {
		t.Errorf("%+v", r)
	}
}

func TestLoadTellsWhatIsWrong(t *testing.T) {
	for name, tc := range map[string]struct{ text, want string }{
		"no YAML":                    {"detection: [\n", "x.yaml:1: this is not YAML"},
		"no condition":               {"title: A\nlogsource: { product: okta }\ndetection:\n  a: { b: c }\n", "x.yaml:4: detection.condition: "},
		"an unknown key of ours":     {minimal + "sallyport:\n  severity: high\n", "x.yaml:6: sallyport.severity: there is no such key"},
		"an entity nobody knows":     {minimal + "sallyport: { entity: someone }\n", `x.yaml:5: sallyport.entity: entity "someone"`},
		"a window without unit":      {minimal + "sallyport: { window: 10 }\n", `x.yaml:5: sallyport.window: "10": a span`},
		"a window that never ends":   {minimal + "sallyport: { window: 400d }\n", `x.yaml:5: sallyport.window: "400d": a span`},
		"enabled, perhaps":           {minimal + "sallyport: { enabled: perhaps }\n", "x.yaml:5: sallyport.enabled: true or false"},
		"a block that is a list":     {minimal + "sallyport: [a]\n", "x.yaml:5: sallyport: a map is wanted"},
		"a detection and a filter":   {minimal + "sallyport: { filter: 'eventType eq \"a\"' }\n", "x.yaml:5: sallyport.filter: a rule has either"},
		"a filter that is none":      {"title: A\nsallyport: { filter: 'eventType is \"a\"' }\n", "x.yaml:2: sallyport.filter: "},
		"neither of them":            {"title: A\nsallyport: { why: b }\n", "x.yaml:1: detection: a rule needs"},
		"a correlation of nothing":   {"title: A\ncorrelation: { type: event_count, rules: [nobody], timespan: 1h, condition: { gte: 2 } }\n", "x.yaml:1: correlation.rules: there is no rule nobody"},
		"a level nobody knows":       {strings.Replace(minimal, "title:", "level: severe\ntitle:", 1), "x.yaml:1: level: "},
		"an item with a bad filter":  {"title: A\nid: b\ndetection:\n  okta_systemlog:\n    OIE: eventType is\n", "x.yaml:5: detection.okta_systemlog.OIE: "},
		"an item without any filter": {"title: A\nid: b\ndetection:\n  okta_systemlog: { datadog: x }\n", "x.yaml:4: detection.okta_systemlog: a filter is wanted"},
	} {
		t.Run(name, func(t *testing.T) {
			_, report := load(t, map[string]string{"x.yaml": tc.text})
			if !strings.Contains(problems(report), tc.want) {
				t.Errorf("%q is not in:\n%s", tc.want, problems(report))
			}
		})
	}
}

func TestTwoRulesOfOneID(t *testing.T) {
	shelf, report := load(t, map[string]string{"a.yaml": minimal, "b.yaml": minimal})
	if len(shelf.All()) != 1 || problems(report) != "b.yaml:1: id: pack/a has the same id or name" {
		t.Errorf("%d rules: %s", len(shelf.All()), problems(report))
	}
	if shelf, report = load(t, map[string]string{"x/a.yaml": minimal, "y/a.yaml": strings.Replace(minimal, "6f0d2a57", "6f0d2a58", 1)}); len(shelf.All()) != 1 {
		t.Errorf("two files of one name: %s", problems(report))
	}
}

const correlated = `title: Two resets
id: 0f7b6a0c-9f3e-4b0b-9a55-4d5c7e0f2a10
correlation: { type: event_count, rules: [REF], group-by: [actor.id], timespan: 1h, condition: { gte: 2 } }
`

func TestCorrelationsFindTheirRules(t *testing.T) {
	part := "---\n" + strings.Replace(strings.Replace(minimal, "title:", "name: reset\ntitle:", 1), "id: 6f0d2a57-94b5-4e35-8a0c-6d0ad1f4b5a1\n", "", 1)
	named := strings.Replace(minimal, "title:", "name: reset\ntitle:", 1)
	for name, tc := range map[string]struct {
		files map[string]string
		rules string // that make hits
	}{
		"by name in their file, which is only a part":    {map[string]string{"a.yaml": strings.Replace(correlated, "REF", "reset", 1) + part}, "a"},
		"by name in their file, which makes hits, too":   {map[string]string{"a.yaml": strings.Replace(strings.Replace(correlated, "REF", "reset", 1), "timespan", "generate: true, timespan", 1) + part}, "a a.reset"},
		"by id in another file, which goes on":           {map[string]string{"a.yaml": strings.Replace(correlated, "REF", "6f0d2a57-94b5-4e35-8a0c-6d0ad1f4b5a1", 1), "b.yaml": minimal}, "a b"},
		"by name in another file":                        {map[string]string{"a.yaml": strings.Replace(correlated, "REF", "reset", 1), "b.yaml": named}, "a b"},
		"by name: each file's own where several have it": {map[string]string{"a.yaml": strings.Replace(correlated, "REF", "reset", 1) + part, "b.yaml": strings.Replace(strings.Replace(correlated, "REF", "reset", 1), "0f7b6a0c", "0f7b6a0d", 1) + part}, "a b"},
		"never themselves":                               {map[string]string{"a.yaml": strings.Replace(strings.Replace(correlated, "REF", "me", 1), "title:", "name: me\ntitle:", 1)}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			shelf, report := load(t, tc.files)
			var slugs []string
			for _, r := range shelf.All() {
				slugs = append(slugs, r.Slug)
			}
			if got := strings.Join(slugs, " "); got != tc.rules {
				t.Errorf("%q, want %q: %s", got, tc.rules, problems(report))
			}
		})
	}
}

func TestAFileThatIsTooLarge(t *testing.T) {
	shelf, report := load(t, map[string]string{"a.yaml": minimal + "#" + strings.Repeat("x", 1<<20)})
	if len(shelf.All()) != 0 || !strings.Contains(problems(report), "larger than a megabyte") {
		t.Errorf("%d rules: %s", len(shelf.All()), problems(report))
	}
}

func FuzzParse(f *testing.F) {
	f.Add(minimal)
	f.Add(strings.Replace(correlated, "REF", "reset", 1) + "---\n" + minimal)
	f.Add(counting)
	f.Add(absent)
	f.Add("title: A\nid: b\ndetection:\n  okta_systemlog: { OIE: 'eventType eq \"a\"' }\nthreat: { Technique: [ 'T1078: x' ] }\n")
	f.Add(minimal + "sallyport: { entity: [actor, ip], window: 2h, enabled: false, response: [a], type: detection, why: b, category: c }\n")
	f.Fuzz(func(t *testing.T, text string) {
		file := rule.Parse("pack", "a/b.yaml", []byte(text))
		if file.Foreign && len(file.Rules) > 0 {
			t.Errorf("it is foreign, and has %d rules", len(file.Rules))
		}
		shelf, _ := rule.NewShelf(file, file)
		book, err := rule.NewBook(shelf.All())
		if err != nil || len(book.Rules()) != len(shelf.All()) {
			t.Errorf("what is on a shelf makes no book: %v", err)
		}
	})
}

func FuzzReadCases(f *testing.F) {
	f.Add("given: { eventType: a, outcome: { result: SUCCESS } }\ncases:\n  - { name: b, fires: true, about: c, with: { outcome.result: FAILURE }, events: [{ at: 1m, times: 3, every: 1s, actor.id: 'u{n}' }], until: 1h }\n")
	f.Add("cases: [{ name: a, fires: 2, with: { eventType: b, a.b.c: null, a.b: [1, 2.5, true] } }]\n")
	f.Fuzz(func(t *testing.T, text string) {
		cases, err := rule.ReadCases("a.test.yaml", []byte(text))
		if err != nil {
			return
		}
		for _, k := range cases {
			for _, e := range k.Events {
				if e.UUID == "" || e.Type == "" || e.Published.IsZero() {
					t.Errorf("%s has an event that is none: %s", k.Name, e.Raw)
				}
			}
		}
	})
}
