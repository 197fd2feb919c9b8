package api

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"sallyport/internal/connector"
	"sallyport/internal/flow"
	"sallyport/internal/guard"
	"sallyport/internal/value"
)

// Of a page whose runs did very much, the timeline says what it leaves out.
func TestTimelineSaysWhatItLeavesOut(t *testing.T) {
	b := setup(t)
	c := b.admin()
	f := b.fill(b.acme, "ada@acme.example")
	made := func(ago time.Duration, actions int) string {
		at := b.now().Add(-ago)
		run := b.run(b.acme, flow.Run{Flow: f.flow, Version: 1, Cause: flow.OnDemand, SaveData: true, State: flow.Waiting, CreatedAt: at})
		var all sync.WaitGroup
		for i := range actions {
			all.Go(func() {
				e := guard.Entry{
					ID: fmt.Sprintf("%s-%04d", run, i), Org: b.acme.ID, Actor: "flow:" + f.flow, Why: connector.Why{Cause: "on_demand", Flow: f.flow, Run: run}, Connection: f.connection,
					Connector: "desk", Action: "open_ticket", Effect: connector.Change, State: guard.Done, StartedAt: at.Add(time.Duration(i) * time.Millisecond),
				}
				if err := b.db.Actions.Add(t.Context(), e); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		return run
	}
	old, much := made(2*time.Hour, 3), made(time.Hour, maxTimelineActions+7)
	left := map[string][2]int{}
	for _, e := range items(c.get("/api/v1/timeline?until="+b.now().Add(-time.Minute).Format(time.RFC3339), 200)) {
		n, _ := e.At("actionsLeftOut").(float64)
		shown, _ := e.At("actions").([]any)
		left[value.String(at(e, "run.id"))] = [2]int{len(shown), int(n)}
	}
	if left[much] != [2]int{maxTimelineActions, 7} || left[old] != [2]int{0, 3} {
		t.Errorf("shown and left out: %v of the newer, %v of the older", left[much], left[old])
	}
}
