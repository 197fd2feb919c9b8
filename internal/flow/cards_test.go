package flow_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"sallyport/internal/flow"
	"sallyport/internal/guard"
	"sallyport/internal/value"
)

func TestTableCards(t *testing.T) {
	cards := `
  - { id: a, use: table.create_row, table: reports, with: { Who: ada, N: "7" } }
  - { id: b, use: table.create_row, table: reports, with: { Who: bob, N: 8 } }
  - { id: up, use: table.update_row, table: reports, with: { row_id: "{{ a.row_id }}", N: 9 } }
  - { id: read, use: table.read_row, table: reports, with: { row_id: "{{ a.row_id }}" } }
  - { id: found, use: table.search_rows, table: reports, with: { where: [ { column: N, op: ">", value: 8 } ] } }
  - { id: gone, use: table.delete_row, table: reports, with: { row_id: "{{ b.row_id }}" } }
  - { id: left, use: table.search_rows, table: reports }
`
	l := newLab(t)
	r, steps := l.run(onDemand(cards+`  - return: { n: "{{ read.N }}", found: "{{ found.first.Who }}", left: "{{ left.total }}" }`), nil)
	if r.State != flow.Succeeded || string(r.Result) != `{"n":9,"found":"ada","left":1}` {
		t.Errorf("ended %s with %s, %q", r.State, r.Result, r.Error)
	}
	if rows := l.rows(); len(rows) != 1 || rows[0] != `{"Who":"ada","N":9}` || steps["gone"].State != flow.StepDone {
		t.Errorf("rows %v", rows)
	}
	if r, _ = l.run(strings.Replace(onDemand("  - { use: table.clear, table: reports }"), "flow: f", "flow: g", 1), nil); r.State != flow.Succeeded || len(l.rows()) != 0 {
		t.Errorf("cleared: %s %q, %v", r.State, r.Error, l.rows())
	}

	// In a dry run nothing is changed, and what would be is shown.
	dry := newLab(t)
	run := dry.start(dry.publish(onDemand("  - { id: a, use: table.create_row, table: reports, with: { Who: ada } }\n  - { id: c, use: table.clear, table: reports }")), nil, func(r *flow.Run) { r.DryRun = true })
	if r, steps := dry.work(run); r.State != flow.Succeeded || steps["a"].State != flow.StepDryRun || steps["c"].State != flow.StepDryRun || string(steps["a"].Input) != `{"Who":"ada"}` || len(dry.rows()) != 0 {
		t.Errorf("dry run: %s %q, %+v, %v", r.State, r.Error, steps, dry.rows())
	}
}

func TestCardsThatFail(t *testing.T) {
	tests := map[string]struct {
		cards string
		state flow.State
		says  string // in the run's error, or its result
	}{
		"a row that is not there":             {"  - { id: a, title: Read it, use: table.read_row, table: reports, with: { row_id: none } }", flow.Failed, "Read it (a): "},
		"a row to change that is not there":   {"  - { id: a, use: table.update_row, table: reports, with: { row_id: none, N: 1 } }", flow.Failed, "(a): "},
		"a column's value that does not fit":  {"  - { id: a, use: table.create_row, table: reports, with: { N: many } }", flow.Failed, "N"},
		"a search by a column that is not":    {"  - { id: a, use: table.search_rows, table: reports, with: { where: { Whom: ada } } }", flow.Failed, "Whom"},
		"and the flow goes on":                {"  - { id: a, use: table.read_row, table: reports, with: { row_id: none }, on_error: continue }\n  - return: { s: \"{{ steps.a.state }}\" }", flow.Succeeded, `{"s":"failed"}`},
		"one round of a loop":                 {"  - { id: a, map: [ada, root, bob], as: who, ignore_errors: true, do: [ { use: peer.suspend, with: { user: \"{{ who }}\" } }, { id: w, use: text.compose, with: { text: \"{{ who }}\" } }, { return: { x: \"{{ w.text }}\" } } ] }\n  - return: { all: \"{{ a.list }}\", failures: \"{{ a.failures }}\" }", flow.Succeeded, `{"all":["ada",null,"bob"],"failures":1}`},
		"a round that is not to be ignored":   {"  - { id: a, each: [ada, root, bob], as: who, do: [ { id: s, use: peer.suspend, with: { user: \"{{ who }}\" } } ] }", flow.Failed, "(a#1/s): the peer answered 403"},
		"a called flow that fails by itself":  {"  - { id: a, title: Ask, call: fails }", flow.Failed, "Ask (a): not today"},
		"a failure without a word":            {"  - { id: a, title: Ask, fail: \"\" }", flow.Failed, "the flow returned an error"},
		"a card of a called flow":             {"  - { id: a, title: Ask, call: breaks }", flow.Failed, "(a/s): the peer answered 403"},
		"a called flow that stops":            {"  - { id: a, call: stops }\n  - return: { s: \"{{ steps.a.state }}\", why: \"{{ steps.a.reason }}\" }", flow.Succeeded, `{"s":"done","why":"enough"}`},
		"flows that call each other for ever": {"  - { id: a, call: turns }", flow.Failed, "flows call each other more than 100 deep"},
		"a flow that is not there":            {"  - { id: a, call: nobody }", flow.Failed, `there is no flow "nobody" in the folder of`},
		"a condition that has no answer":      {"  - { id: a, if: '\"a\" in input.who', then: [ { stop: x } ] }", flow.Failed, "condition"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLab(t)
			l.peer.answer = func(w http.ResponseWriter, r *http.Request, _ int) bool {
				if !strings.Contains(r.URL.Path, "root/suspend") {
					return false
				}
				w.WriteHeader(http.StatusForbidden)
				return true
			}
			for slug, card := range map[string]string{"fails": "{ fail: not today }", "breaks": "{ id: s, use: peer.suspend, with: { user: root } }", "stops": "{ stop: enough }", "turns": "{ call: turns }"} {
				l.publish(fmt.Sprintf("flow: %s\n%strigger: { call: }\ncards: [ %s ]\n", slug, head, card))
			}
			r, _ := l.run(onDemand(tt.cards), value.Map("who", 7.0))
			if r.State != tt.state || !strings.Contains(r.Error+string(r.Result), tt.says) {
				t.Errorf("ended %s with %s, %q; want %s with %q", r.State, r.Result, r.Error, tt.state, tt.says)
			}
		})
	}
}

// A called flow sees which flow and card called it, and which flow it all began with.
func TestParent(t *testing.T) {
	l := newLab(t)
	l.publish("flow: told\n" + head + "trigger: { call: }\ncards: [ { return: { of: \"{{ context.parent }}\" } } ]\n")
	l.publish("flow: between\n" + head + "trigger: { call: }\ncards: [ { id: ask, call: told }, { return: { of: \"{{ ask.of }}\" } } ]\n")
	r, _ := l.run(onDemand("  - { id: a, call: between }\n  - return: { method: \"{{ a.of.method }}\", name: \"{{ a.of.name }}\", id: \"{{ a.of.wf_id }}\", root: \"{{ a.of.root_wf_id }}\" }"), nil)
	got, err := value.Load(r.Result)
	check(t, err)
	o, _ := got.(*value.Object)
	if o.Text("method") != "ask" || o.Text("name") != "between" || o.Text("root") != r.Flow || o.Text("id") == "" || o.Text("id") == r.Flow {
		t.Errorf("ended %s with %s, %q", r.State, r.Result, r.Error)
	}
}

// A refusal is no failure, unless the card says that it ends the flow.
func TestOnRefused(t *testing.T) {
	for name, tt := range map[string]struct {
		end   string
		state flow.State
		says  string
	}{
		"by itself": {"", flow.Succeeded, ""},
		"stop":      {", on_refused: stop", flow.Failed, `Suspend (s): refused: ada@acme.example is a protected account`},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t)
			check(t, l.db.Actions.SetPolicy(t.Context(), org, guard.Policy{Ceiling: 9, ProtectedUsers: []string{"id-ada"}}))
			r, _ := l.run(onDemand("  - { id: s, title: Suspend, use: peer.suspend, with: { user: ada }"+tt.end+" }"), nil)
			if r.State != tt.state || r.Error != tt.says || r.Refused != 1 {
				t.Errorf("ended %s %q, %d refused", r.State, r.Error, r.Refused)
			}
		})
	}
}
