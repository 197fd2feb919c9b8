package flow_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"sallyport/internal/flow"
	"sallyport/internal/value"
)

// What a table keeps sealed reaches what the cards call, whether the run goes through
// at once or is retried by another program, and stands nowhere else.
func TestSealedCell(t *testing.T) {
	for name, again := range map[string]bool{"at once": false, "at a second try": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLab(t)
			ctx := t.Context()
			_, err := l.db.Tables.Change(ctx, org, flow.Change{Op: flow.CreateRow, Table: l.table.ID, Row: "r1", Values: value.Map("Who", "hunter2hunter2"), Seal: []string{"Who"}}, l.clock())
			check(t, err)
			run := l.start(l.publish(onDemand(`  - { id: row, use: table.search_rows, table: reports, with: { limit: 1 } }
  - { id: csv, use: table.export_csv, table: reports }
  - { id: tell, use: peer.tell, with: { text: "is {{ row.first.Who }} {{ csv.file.data }}" } }
  - stop: "told {{ row.first.Who }}"`)), nil, nil)
			if again {
				l.peer.answer = answers(tellCall, 403, 0)
				if r, _ := l.work(run); r.State != flow.Failed || strings.Contains(r.Error, "hunter2") {
					t.Fatalf("ended %s %q", r.State, r.Error)
				}
				check(t, l.db.Runs.Retry(ctx, org, run))
			}
			r, steps := l.work(run)
			if r.State != flow.Stopped || r.Reason != "told •••" || len(l.peer.told) != 1 || !strings.HasPrefix(l.peer.told[0], "is hunter2hunter2 ") {
				t.Errorf("%s %q, told %q", r.State, r.Reason, l.peer.told)
			}
			kept := fmt.Sprintf("%+v %+v", r, l.ledger())
			for _, s := range steps {
				kept += s.Error + s.Reason + string(s.Input) + string(s.Output)
			}
			if strings.Contains(kept, "hunter2") {
				t.Errorf("the secret stands in %s", kept)
			}
			if got := fmt.Sprint(l.rows()); strings.Contains(got, "hunter2") || !strings.Contains(got, "•••") {
				t.Errorf("the table shows %s", got)
			}
			if slices.ContainsFunc(l.peer.told, func(s string) bool { return strings.Contains(s[len("is hunter2hunter2"):], "aHVudGVyMg") }) {
				t.Errorf("the file holds it: %q", l.peer.told)
			}
		})
	}
}
