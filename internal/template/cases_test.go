package template_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"sallyport/content"
	"sallyport/internal/connector"
	"sallyport/internal/flow"
	"sallyport/internal/template"
)

// The cases of a template are a file beside it, NAME.test.yaml: what happens in a
// company (an Okta org, Slack, a mail server, stand-ins for everything else), and
// what the template's flows make of it. In every text of it
//
//	${id:LOGIN}     is the Okta id of a person; LOGIN may leave out the domain
//	${group:NAME}   is the Okta id of a group
//	${email:LOGIN}  is the address of a person
//	${slack:LOGIN}  is the Slack id of a person
//	${time:-5m}     is a time so long before or after the clock of the case
//	${row:TABLE/COLUMN}  is what the newest row of a table holds
//	${standin}      is the address of the stand-in for other systems
//	${okta}         is the address of the Okta org
//
// The clock stands until a step advances it.

// testCase is one story.
type testCase struct {
	Name        string                    `yaml:"name"`
	Options     map[string]any            `yaml:"options"`
	Connections map[string]testConnection `yaml:"connections"` // by slot, where the usual one is not meant
	Protected   []string                  `yaml:"protected"`   // groups that the guard keeps from harm
	DryRun      bool                      `yaml:"dry_run"`     // of the whole organization
	Replies     []testReply               `yaml:"replies"`     // of the stand-in; 200 and {} where none fits
	Steps       []testStep                `yaml:"steps"`
}

// testConnection fills a slot. Without it, a slot is filled by Okta, Slack or
// mail where one of them fits, and else by a connection of its first connector to
// the stand-in.
type testConnection struct {
	Connector string            `yaml:"connector"`
	Auth      string            `yaml:"auth"`
	Fields    map[string]string `yaml:"fields"` // settings and secrets
}

// testReply is what the stand-in answers to calls of a form such as
// "GET /v3/ips/*": the first that fits.
type testReply struct {
	Call   string            `yaml:"call"`
	Status int               `yaml:"status"`
	Header map[string]string `yaml:"header"`
	Body   any               `yaml:"body"` // a text is sent as it is, all else as JSON
	Times  int               `yaml:"times"`
}

// testStep is one thing that happens, or what is expected by then. It has one of
// these fields. After each, the events that it caused reach the flows, and the runs
// that are due are carried out.
type testStep struct {
	Scenario *testScenario    `yaml:"scenario"` // of the sandbox
	SignIn   *testSignIn      `yaml:"sign_in"`
	Event    *testEvent       `yaml:"event"` // that Okta logs
	Okta     *testOktaCall    `yaml:"okta"`  // that an administrator makes
	Run      *testRun         `yaml:"run"`   // of a flow that a person or another flow starts
	Schedule *testRun         `yaml:"schedule"`
	Row      *testRun         `yaml:"row"`
	Finding  *testRun         `yaml:"finding"` // that a judgement opened or closed; the input is what a run is given of it
	API      *testRequest     `yaml:"api"`
	Rows     map[string][]any `yaml:"rows"`       // that somebody puts into tables
	Change   *testRows        `yaml:"change_row"` // that somebody makes in the newest row of a table
	Advance  string           `yaml:"advance"`    // how far the clock moves on: 90s, 15m, 24h, 3d
	Fault    map[string]any   `yaml:"fault"`      // of the sandbox, as its control API takes it
	Heal     bool             `yaml:"heal"`       // takes all faults away
	Replies  []testReply      `yaml:"replies"`    // in place of those before
	Expect   *testExpect      `yaml:"expect"`
}

type testRows struct {
	Table  string         `yaml:"table"`
	Values map[string]any `yaml:"values"`
	Seal   []string       `yaml:"seal"` // columns that are kept sealed from then on
}

type testScenario struct {
	Name string `yaml:"name"`
	User string `yaml:"user"`
}

type testSignIn struct {
	User string     `yaml:"user"`
	From testClient `yaml:"from"`
}

// testClient is where somebody acts from.
type testClient struct {
	IP      string `yaml:"ip"`
	Agent   string `yaml:"agent"` // of the browser
	City    string `yaml:"city"`
	Country string `yaml:"country"`
	ASOrg   string `yaml:"as_org"`
	Proxy   bool   `yaml:"proxy"`
	Lat     float64
	Lon     float64
}

type testEvent struct {
	Type    string         `yaml:"type"`
	Actor   string         `yaml:"actor"` // login
	From    testClient     `yaml:"from"`
	Targets []testTarget   `yaml:"targets"`
	Result  string         `yaml:"result"`
	Reason  string         `yaml:"reason"`
	Message string         `yaml:"message"`
	Debug   map[string]any `yaml:"debug"`
	Session string         `yaml:"session"`
	Times   int            `yaml:"times"` // 1 unless said
	Every   string         `yaml:"every"` // and how far the clock moves on after each
}

type testTarget struct {
	Login       string         `yaml:"login"` // a person; or else the rest
	ID          string         `yaml:"id"`
	Type        string         `yaml:"type"`
	AlternateID string         `yaml:"alternate_id"`
	Name        string         `yaml:"name"`
	Detail      map[string]any `yaml:"detail"`
}

type testOktaCall struct {
	As     string `yaml:"as"`   // login of an administrator; security.lead unless said
	Call   string `yaml:"call"` // POST /api/v1/users/maya.chen/lifecycle/suspend
	Body   any    `yaml:"body"`
	Status int    `yaml:"status"` // 2xx unless said
}

// testRun starts a flow by hand, by another one, by the clock or by a row.
type testRun struct {
	Flow   string         `yaml:"flow"` // the only one with such a trigger unless said
	User   string         `yaml:"user"` // whom a delegated run is for
	Input  map[string]any `yaml:"input"`
	Row    map[string]any `yaml:"row"`
	Before map[string]any `yaml:"before"`
}

// testRequest is an HTTP request that reaches the endpoint of a flow.
type testRequest struct {
	Flow    string            `yaml:"flow"`
	Method  string            `yaml:"method"`
	Headers map[string]string `yaml:"headers"` // small letters
	Query   string            `yaml:"query"`
	Body    any               `yaml:"body"` // a text as it is, all else as JSON
	IP      string            `yaml:"ip"`
}

// testCases reads the cases of a template.
func testCases(t *testing.T, id string) []testCase {
	t.Helper()
	text, err := fs.ReadFile(content.FS, path.Join("templates", id, id+".test.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Cases []testCase `yaml:"cases"`
	}
	dec := yaml.NewDecoder(bytes.NewReader(text))
	dec.KnownFields(true)
	if err := dec.Decode(&file); err != nil {
		t.Fatal(err)
	}
	if len(file.Cases) == 0 {
		t.Fatal("there are no cases")
	}
	return file.Cases
}

func shelf(t *testing.T) *template.Shelf {
	t.Helper()
	s, err := template.Load(catalogue(t), content.FS)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestTemplates tells the stories of all templates.
func TestTemplates(t *testing.T) {
	connectors, err := connector.LoadSound(content.FS)
	if err != nil {
		t.Fatal(err)
	}
	for _, tpl := range shelf(t).All() {
		t.Run(tpl.ID, func(t *testing.T) {
			for _, c := range testCases(t, tpl.ID) {
				t.Run(c.Name, func(t *testing.T) {
					t.Parallel()
					s := newStage(t, connectors, tpl, c)
					for i, step := range c.Steps {
						s.at = fmt.Sprintf("step %d", i+1)
						s.play(step)
					}
				})
			}
		})
	}
}

// Every template is in one of the gallery's categories, says in its README what
// people need to know, and names everything that they are asked for.
func TestTemplatesAreComplete(t *testing.T) {
	categories := []string{
		"Security Awareness", "Identity Automation + Response", "Incident Investigation + Response", "Threat Intelligence", "User Behavior Analytics",
	}
	for _, tpl := range shelf(t).All() {
		t.Run(tpl.ID, func(t *testing.T) {
			if !slices.Contains(categories, tpl.Category) {
				t.Errorf("category %q", tpl.Category)
			}
			if tpl.Description == "" || len(tpl.Description) > 500 {
				t.Errorf("a description of %d characters", len(tpl.Description))
			}
			for _, part := range []string{"# " + tpl.Title + "\n", "\n## Before", "\n## What it does not do"} {
				if !strings.Contains(tpl.Readme, part) {
					t.Errorf("the README lacks %q", part)
				}
			}
			for _, o := range tpl.Options() {
				if o.Title == o.Name || o.Help == "" && o.Type != "boolean" {
					t.Errorf("the option %s has no title, or no help", o.Name)
				}
			}
			for _, d := range tpl.Flows {
				if d.Title == "" || d.Description == "" {
					t.Errorf("the flow %s has no title or no description", d.Slug)
				}
				flow.Walk(d.Cards, func(c *flow.Card) {
					if c.Title == c.ID {
						t.Errorf("%s: the card %s has no title", d.Slug, c.ID)
					}
				})
			}
		})
	}
}
