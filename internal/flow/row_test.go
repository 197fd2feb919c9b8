package flow_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/flow"
	"sallyport/internal/store"
	"sallyport/internal/value"
)

const watching = "flow: NAME\ntables: { reports: { columns: { Who: text, N: number } } }\ntrigger: { row: { table: reports, on: [ON] } }\ncards:\n"

func watcher(name, on, cards string) string {
	return strings.NewReplacer("NAME", name, "ON", on).Replace(watching) + cards
}

const tellRow = `  - return: { text: '{{ context.change }} {{ row.row_id }} {{ row.Who }} {{ row.N }} was {{ before.Who }} {{ before.N }}' }
`

// queued returns the runs that have not ended, the oldest first.
func (l *lab) queued() []flow.Run {
	l.t.Helper()
	runs, err := l.db.Runs.List(l.t.Context(), org, store.RunFilter{States: []flow.State{flow.Queued, flow.Running, flow.Waiting}, Limit: 1000})
	check(l.t, err)
	return runs
}

// settle works all runs to their ends, and returns the results of those of a flow.
func (l *lab) settle(flowID string) []string {
	l.t.Helper()
	for n := 0; ; n++ {
		open := l.queued()
		if len(open) == 0 {
			break
		}
		if n > 100 {
			l.t.Fatal("the runs do not come to an end")
		}
		for _, r := range open {
			l.work(r.ID)
		}
	}
	runs, err := l.db.Runs.List(l.t.Context(), org, store.RunFilter{Flow: flowID, Limit: 1000})
	check(l.t, err)
	out := []string{}
	for _, r := range runs {
		o, _ := load(l.t, r.Result).(*value.Object)
		text := o.Text("text")
		if r.State != flow.Succeeded {
			text = string(r.State) + ": " + r.Error
		}
		out = append(out, text)
	}
	slices.Sort(out) // the clock stands still
	return out
}

func (l *lab) changeRow(op flow.TableOp, row string, values *value.Object) {
	l.t.Helper()
	_, err := l.db.Tables.Change(l.t.Context(), org, flow.Change{Op: op, Table: "tab1", Row: row, Values: values}, l.clock())
	check(l.t, err)
}

// What people do to rows starts the flows that watch for it, with the row as it is
// and as it was.
func TestRowsStartFlows(t *testing.T) {
	tests := map[string]struct {
		on   string
		want []string
	}{
		"made":    {"created", []string{"created r1 ada 1 was  ", "created r2 bob  was  "}},
		"changed": {"updated", []string{"updated r1 ada 2 was ada 1"}},
		"deleted": {"deleted", []string{"deleted r1 ada 2 was ada 2", "deleted r2 bob  was bob "}},
		"all":     {"created, updated, deleted", []string{"created r1 ada 1 was  ", "created r2 bob  was  ", "updated r1 ada 2 was ada 1", "deleted r1 ada 2 was ada 2", "deleted r2 bob  was bob "}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			l := newLab(t)
			id := l.publish(watcher("w", tt.on, tellRow))
			var got []string
			for _, do := range []func(){
				func() { l.changeRow(flow.CreateRow, "r1", value.Map("Who", "ada", "N", 1.0)) },
				func() { check(t, l.db.Tables.AddRows(t.Context(), l.table, nil, l.clock())) },
				func() { l.changeRow(flow.CreateRow, "r2", value.Map("Who", "bob")) },
				func() { l.changeRow(flow.UpdateRow, "r1", value.Map("N", 2.0)) },
				func() { l.changeRow(flow.UpdateRow, "r1", value.Map("N", 2.0)) }, // nothing changes
				func() { l.changeRow(flow.DeleteRow, "r1", nil) },
				func() { l.changeRow(flow.ClearTable, "", nil) },
			} {
				do()
				got = l.settle(id)
			}
			slices.Sort(tt.want)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// The data of a flow that keeps none is sealed on its way, rows too.
func TestRowOfAFlowThatKeepsNoData(t *testing.T) {
	l := newLab(t)
	l.publish("save_data: false\n" + watcher("w", "created", "  - { id: f, fail: \"{{ row.Who }}\" }\n"))
	l.changeRow(flow.CreateRow, "r1", value.Map("Who", "ada-s3cret"))
	r := l.queued()[0]
	if strings.Contains(string(r.Input), "ada") {
		t.Errorf("the input is %s", r.Input)
	}
	done, _ := l.work(r.ID)
	if done.State != flow.Failed || done.Input != nil {
		t.Errorf("%s, input %s", done.State, done.Input)
	}
}

// A flow that was switched off, or watches another table by now, is not started.
func TestRowsStartWhatIsOn(t *testing.T) {
	l := newLab(t)
	id := l.publish(watcher("w", "created", tellRow))
	check(t, l.db.Flows.Set(t.Context(), org, id, store.Settings{Enabled: false, SaveData: true, Bindings: flow.Bindings{Tables: map[string]string{"reports": "tab1"}}}, l.clock()))
	l.changeRow(flow.CreateRow, "r1", value.Map("Who", "ada"))
	check(t, l.db.Flows.Set(t.Context(), org, id, store.Settings{Enabled: true, SaveData: true, Bindings: flow.Bindings{Tables: map[string]string{"reports": "other"}}}, l.clock()))
	l.changeRow(flow.CreateRow, "r2", value.Map("Who", "ada"))
	check(t, l.db.Flows.Set(t.Context(), org, id, store.Settings{Enabled: true, SaveData: true, Bindings: flow.Bindings{Tables: map[string]string{"reports": "tab1"}}}, l.clock()))
	l.changeRow(flow.CreateRow, "r3", value.Map("Who", "ada"))
	if got := l.settle(id); len(got) != 1 || !strings.Contains(got[0], "r3") {
		t.Errorf("started for %q", got)
	}
}

// What flows do to rows starts other flows, never the same; and a circle of flows
// that start one another comes to an end.
func TestFlowsStartOneAnotherByRows(t *testing.T) {
	add := "  - { use: table.create_row, table: reports, with: { Who: \"NAME\", N: 1 } }\n"
	l := newLab(t)
	own := l.publish(watcher("own", "created", strings.ReplaceAll(add, "NAME", "own")))
	l.changeRow(flow.CreateRow, "r1", value.Map("Who", "start"))
	l.settle(own)
	if got := l.rows(); len(got) != 2 {
		t.Errorf("a flow that adds a row for each row made %v", got)
	}
	l.publish(watcher("other", "created", strings.ReplaceAll(add, "NAME", "other")))
	before := len(l.rows())
	l.changeRow(flow.CreateRow, "r2", value.Map("Who", "start"))
	l.settle(own)
	// Both are started by the row, and each by the rows of the other, five deep.
	if made := len(l.rows()) - before - 1; made != 2*flow.MaxDepth {
		t.Errorf("%d rows were made, want %d", made, 2*flow.MaxDepth)
	}
}

// The row and the runs that it starts are written together or not at all.
func TestRowAndItsRunsAreOne(t *testing.T) {
	l := newLab(t)
	id := l.publish("flow: maker\n" + head + "trigger: { on_demand: }\ncards: [ { id: c, use: table.create_row, table: reports, with: { Who: ada } } ]\n")
	for i := range 3 {
		l.publish(watcher(fmt.Sprint("w", i), "created", tellRow))
	}
	run := l.start(id, nil, nil)
	_, err := l.runner.Work(t.Context(), org, run)
	check(t, err)
	if got := l.queued(); len(got) != 3 || got[0].Depth != 1 || got[0].Cause != flow.OnRow {
		t.Errorf("queued: %+v", got)
	}
	// The card is journaled: taken up again, it starts nothing again.
	_, err = l.runner.Work(t.Context(), org, run)
	check(t, err)
	if n := len(l.queued()); n != 3 {
		t.Errorf("%d are queued", n)
	}
}
