package checker_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"sallyport/tools/chaos/checker"
)

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func terms() checker.Terms {
	return checker.Terms{
		Trigger: "reported", Alert: "report", Told: "/slack/api/chat.postMessage",
		Effects: []checker.Effect{{Action: "clear_user_sessions", Method: "DELETE", Path: "/api/v1/users/%s/sessions"}},
		Kills:   []time.Time{start.Add(1500 * time.Millisecond)}, Recovery: 5 * time.Second,
	}
}

// sound is evidence of three reports, one a second, in which nothing is wrong.
func sound() checker.Evidence {
	var e checker.Evidence
	for i := range 3 {
		at, uuid, who, run := start.Add(time.Duration(i)*time.Second), fmt.Sprintf("uuid-%d", i), fmt.Sprintf("00u%d", i), fmt.Sprintf("run-%d", i)
		ev := checker.Event{UUID: uuid, EventType: "reported", Published: at}
		ev.Actor.ID = who
		other := checker.Event{UUID: "other-" + uuid, EventType: "signed in", Published: at}
		e.Log = append(e.Log, ev, other)
		e.Kept = append(e.Kept, uuid, other.UUID)
		a := checker.Alert{ID: "alert-" + uuid, Type: "report", Events: 1, Hits: 1, FirstAt: at, LastAt: at}
		a.Rule.ID, a.Entity.Kind, a.Entity.ID = "rule", "user", who
		e.Alerts = append(e.Alerts, a)
		r := checker.Run{ID: run, State: "succeeded"}
		r.Event = &struct{ UUID string }{uuid}
		e.Runs = append(e.Runs, r)
		e.Requests = append(e.Requests,
			checker.Request{Method: "DELETE", Path: "/api/v1/users/" + who + "/sessions", Status: 204, Time: at.Add(time.Millisecond)},
			checker.Request{Method: "POST", Path: "/slack/api/chat.postMessage", Status: 200, Body: "about " + uuid, Time: at.Add(2 * time.Millisecond)})
		e.Actions = append(e.Actions, checker.Action{ID: "action-" + uuid, Action: "clear_user_sessions", State: "done", Run: run, StepPath: "clear", EndedAt: at.Add(5 * time.Millisecond)})
	}
	return e
}

func TestSoundEvidenceIsAccepted(t *testing.T) {
	v := checker.Check(sound(), terms())
	if len(v.Violations) > 0 {
		t.Fatal(v.Violations)
	}
	if v.Events != 6 || v.Triggers != 3 || v.Alerts != 3 || v.Runs["succeeded"] != 3 || v.Actions != 3 || v.Again != 0 {
		t.Errorf("it counted %+v", v)
	}
	if v.P50 != time.Millisecond || v.Recovery != time.Millisecond {
		t.Errorf("effects took %s and waited %s for the kill; want 1ms each", v.P50, v.Recovery)
	}
}

// TestViolationsAreFound plants one violation at a time.
func TestViolationsAreFound(t *testing.T) {
	for name, c := range map[string]struct {
		plant func(*checker.Evidence)
		want  string
	}{
		"an event is missing":            {func(e *checker.Evidence) { e.Kept = e.Kept[1:] }, checker.NoEventLost},
		"an event is there twice":        {func(e *checker.Evidence) { e.Kept = append(e.Kept, "uuid-1") }, checker.NoEventTwice},
		"an alert is there twice":        {func(e *checker.Evidence) { e.Alerts[2] = e.Alerts[1] }, checker.NoAlertTwice},
		"an alert counts an event twice": {func(e *checker.Evidence) { e.Alerts[0].Events = 2 }, checker.NoAlertTwice},
		"an alert is missing":            {func(e *checker.Evidence) { e.Alerts = e.Alerts[1:] }, checker.AlertRaised},
		"an event started two runs": {func(e *checker.Evidence) {
			again := e.Runs[0]
			again.ID = "run-9"
			e.Runs = append(e.Runs, again)
		}, checker.RunPerTrigger},
		"an event started no run":    {func(e *checker.Evidence) { e.Runs = e.Runs[1:] }, checker.RunPerTrigger},
		"a run never ended":          {func(e *checker.Evidence) { e.Runs[1].State = "running" }, checker.RunEnds},
		"a run was never begun":      {func(e *checker.Evidence) { e.Runs[1].State = "queued" }, checker.RunEnds},
		"a run waits for nothing":    {func(e *checker.Evidence) { e.Runs[1].State = "waiting" }, checker.RunEnds},
		"a run failed without words": {func(e *checker.Evidence) { e.Runs[1].State = "failed" }, checker.RunEnds},
		"an effect was repeated after its end": {func(e *checker.Evidence) {
			again := e.Requests[0]
			again.Time = again.Time.Add(time.Second)
			e.Requests = append(e.Requests, again)
		}, checker.NotRepeated},
		"a step is done twice": {func(e *checker.Evidence) {
			again := e.Actions[0]
			again.ID = "action-9"
			e.Actions = append(e.Actions, again)
		}, checker.NotRepeated},
		"the channel was told twice": {func(e *checker.Evidence) { e.Requests = append(e.Requests, e.Requests[1]) }, checker.NotRepeated},
		"the channel was never told": {func(e *checker.Evidence) { e.Requests[1].Body = "" }, checker.NothingUntold},
		"a done effect was refused":  {func(e *checker.Evidence) { e.Requests[0].Status = 500 }, checker.LedgerIsTrue},
		"a done effect never came":   {func(e *checker.Evidence) { e.Requests = e.Requests[1:] }, checker.LedgerIsTrue},
		"an effect is not entered":   {func(e *checker.Evidence) { e.Actions = e.Actions[1:] }, checker.NothingUntold},
		"an effect waited too long": {func(e *checker.Evidence) {
			e.Requests[2].Time, e.Actions[1].EndedAt = start.Add(7*time.Second), start.Add(8*time.Second)
		}, checker.RecoversInTime},
	} {
		t.Run(name, func(t *testing.T) {
			e := sound()
			c.plant(&e)
			v := checker.Check(e, terms())
			if !slices.ContainsFunc(v.Violations, func(v checker.Violation) bool { return v.Promise == c.want }) {
				t.Errorf("found %v; want a breach of %q", v.Violations, c.want)
			}
		})
	}
}

// TestWhatAFaultMayDo holds that what is no violation is not called one.
func TestWhatAFaultMayDo(t *testing.T) {
	for name, change := range map[string]func(*checker.Evidence){
		"a call under way at the kill was made again": func(e *checker.Evidence) {
			again := e.Requests[0]
			again.Time = again.Time.Add(time.Millisecond) // and only then was it noted
			e.Requests = append(e.Requests, again)
		},
		"a run that waits says for what": func(e *checker.Evidence) { e.Runs[0].State, e.Runs[0].Reason = "waiting", "the rate limit" },
		"a message of which nobody knows": func(e *checker.Evidence) {
			e.Requests[1].Body, e.Runs[0].Unknown = "", 1
		},
		"the company wrote of what the server knows more": func(e *checker.Evidence) { e.Kept = append(e.Kept, "later") },
	} {
		t.Run(name, func(t *testing.T) {
			e := sound()
			change(&e)
			if v := checker.Check(e, terms()); len(v.Violations) > 0 {
				t.Errorf("found %v", v.Violations)
			}
		})
	}
}

// TestShiftedClock holds that times of a server whose clock jumps are not compared,
// and what was repeated is found all the same.
func TestShiftedClock(t *testing.T) {
	shifted := terms()
	shifted.Kills, shifted.Shifted = nil, true
	e := sound()
	for i := range e.Actions {
		e.Actions[i].EndedAt = e.Actions[i].EndedAt.Add(-time.Hour)
	}
	if v := checker.Check(e, shifted); len(v.Violations) > 0 {
		t.Errorf("found %v", v.Violations)
	}
	e.Requests = append(e.Requests, e.Requests[0])
	if v := checker.Check(e, shifted); len(v.Violations) != 1 || v.Violations[0].Promise != checker.NotRepeated {
		t.Errorf("found %v; want a breach of %q", v.Violations, checker.NotRepeated)
	}
}
