package exchange_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/errs"
	"sallyport/internal/exchange"
)

func project(t *testing.T, files map[string]string) *exchange.Project {
	t.Helper()
	p, err := readProject(files)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func readProject(files map[string]string) (*exchange.Project, error) {
	all := fstest.MapFS{}
	for name, text := range files {
		all[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return exchange.ReadProject(all, "main")
}

func apply(t *testing.T, d *exchange.Desk, prune bool, files map[string]string) *exchange.Plan {
	t.Helper()
	plan, err := d.Plan(t.Context(), org, project(t, files), prune)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Apply(t.Context(), org, plan, "somebody"); err != nil {
		t.Fatal(err)
	}
	return plan
}

// brief is a plan in a line for each change.
func brief(p *exchange.Plan) []string {
	var out []string
	for _, c := range p.Changes {
		out = append(out, strings.Join(append([]string{string(c.Do), c.What, c.Folder + "/" + c.Name}, c.Diff...), " "))
	}
	return out
}

func TestApply(t *testing.T) {
	d := desk(t)
	first := apply(t, d, false, map[string]string{"notice.yaml": notice, "sallyport.yaml": "enable: [notice]"})
	if diff := cmp.Diff([]string{"create folder main/main", "create table main/Seen", "create flow main/notice it is switched on"}, brief(first)); diff != "" {
		t.Error(diff)
	}
	id, err := d.Named(t.Context(), org, "main/notice")
	if err != nil {
		t.Fatal(err)
	}
	f, err := d.DB.Flows.Get(t.Context(), org, id)
	if err != nil {
		t.Fatal(err)
	}
	if f.Version != 1 || !f.Enabled || f.Bindings.Connections["okta"] != "c-okta" {
		t.Errorf("the flow is %+v", f)
	}
	wider := strings.Replace(notice, "columns: {Who: text}", "columns: {Who: text, When: date}", 1)
	second := apply(t, d, false, map[string]string{"notice.yaml": wider})
	want := []string{
		"change table main/Seen + column When: date",
		"change flow main/notice -   seen: {title: Seen, columns: {Who: text}} +   seen: {title: Seen, columns: {Who: text, When: date}}",
	}
	if diff := cmp.Diff(want, brief(second)); diff != "" {
		t.Error(diff)
	}
	if f, err = d.DB.Flows.Get(t.Context(), org, id); err != nil || f.Version != 2 || !f.Enabled {
		t.Errorf("the flow is %+v, %v", f, err)
	}
	third := apply(t, d, false, map[string]string{"notice.yaml": wider, "sallyport.yaml": "connections: {okta: Production}"})
	if diff := cmp.Diff([]string{"unchanged flow main/notice"}, brief(third)); diff != "" {
		t.Error(diff)
	}
}

// A plan that cannot be carried out to its end leaves nothing behind.
func TestApplyIsAllOrNothing(t *testing.T) {
	d := desk(t)
	plan, err := d.Plan(t.Context(), org, project(t, map[string]string{"a/one.yaml": "flow: one\ntrigger: {call: {}}\ncards: [{stop: x}]", "b/notice.yaml": notice}), false)
	if err != nil {
		t.Fatal(err)
	}
	take(t, d, notice, exchange.Order{Folder: "b"}) // somebody else was faster
	before := left(t, d)
	if err := d.Apply(t.Context(), org, plan, "somebody"); errs.KindOf(err) != errs.Conflict {
		t.Errorf("it says %v", err)
	}
	if now := left(t, d); now != before {
		t.Errorf("there were %v folders, flows and tables, and now %v", before, now)
	}
}

func TestProjectRefuses(t *testing.T) {
	stop := "flow: one\ntrigger: {call: {}}\ncards: [{stop: x}]"
	for name, c := range map[string]struct {
		files map[string]string
		want  string
	}{
		"no flow":               {map[string]string{"a/one.yaml": "flow: ["}, "a/one.yaml:1"},
		"a flow twice":          {map[string]string{"a.yaml": stop, "b.yaml": stop}, "a.yaml and b.yaml are both the flow one"},
		"a folder twice":        {map[string]string{"a/one.yaml": stop, "b/one.yaml": stop, "sallyport.yaml": "folders: {a: X, b: X}"}, `are both the folder "X"`},
		"an unknown key":        {map[string]string{"sallyport.yaml": "folder: x\ncolour: red"}, "sallyport.yaml:2: colour: there is no such key"},
		"a folder that is none": {map[string]string{"sallyport.yaml": "x: ["}, "sallyport.yaml:1"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := readProject(c.files); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("it says %v, want %q", err, c.want)
			}
		})
	}
}

func TestPlanRefuses(t *testing.T) {
	d := desk(t)
	for name, c := range map[string]struct {
		files map[string]string
		want  string
	}{
		"a helper that is not there": {map[string]string{"a/one.yaml": "flow: one\ntrigger: {call: {}}\ncards: [{call: two}]"}, `a/one.yaml:3:9 cards[0].call: there is no flow "two"`},
		"a connection of another":    {map[string]string{"notice.yaml": notice, "sallyport.yaml": "connections: {okta: Chat}"}, `"Chat" is one of slack`},
		"a connection of no name":    {map[string]string{"notice.yaml": notice, "sallyport.yaml": "connections: {okta: None}"}, `there is no connection "None"`},
		"an option of no name":       {map[string]string{"notice.yaml": notice, "sallyport.yaml": "options: {notice: {x: 1}}"}, `the flow has no option "x"`},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := readProject(c.files)
			if err == nil {
				_, err = d.Plan(t.Context(), org, p, false)
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("it says %v, want %q", err, c.want)
			}
		})
	}
}

func FuzzReadProject(f *testing.F) {
	f.Add(notice, "folder: x\nenable: [\"*\"]\nconnections: {okta: x}\noptions: {a: {b: 1}}")
	f.Fuzz(func(_ *testing.T, flow, config string) {
		_, _ = readProject(map[string]string{"a/flow.yaml": flow, "sallyport.yaml": config})
	})
}
