// Package checker says whether a server kept its promises. It is told what the
// simulated company saw (its System Log, and every request that reached it), and
// what the server says it did (events, alerts, runs, ledger), and believes the
// company. It shares no code with the server: an error in how the server counts is
// not made again here.
package checker

import (
	"fmt"
	"strings"
	"time"
)

// Evidence is all that a judgement rests on.
type Evidence struct {
	Log      []Event   // of the System Log, since the server was to read it
	Requests []Request // that reached the company, each once
	Kept     []string  // uuids of the events that the server exports
	Alerts   []Alert
	Runs     []Run
	Actions  []Action // the ledger
}

// Event is an event of the System Log, as far as it matters here.
type Event struct {
	UUID      string
	EventType string
	Published time.Time
	Actor     struct{ ID, AlternateID string }
}

// Request is one request that reached the company.
type Request struct {
	Seq                       uint64
	Service                   string
	Time                      time.Time
	Method, Path, Query, Body string
	Status                    int
	Duration                  int64 `json:"duration_us"` // microseconds
}

// Alert is an alert of the server.
type Alert struct {
	ID              string
	Type            string
	Rule            struct{ ID string }
	Entity          struct{ Kind, ID, Login string }
	Events, Hits    int
	FirstAt, LastAt time.Time
}

// Run is a run of a flow.
type Run struct {
	ID            string
	State         string
	Event         *struct{ UUID string }
	Error, Reason string
	Unknown       int // effects of which nobody knows whether they happened
	Refused       int
	WakeAt        time.Time
}

// Action is an entry of the ledger.
type Action struct {
	ID, Action, State, Run, StepPath, Event string
	Reason, Error                           string
	Target                                  *struct{ ID string }
	EndedAt                                 time.Time
}

// Terms say what was promised of one trial.
type Terms struct {
	Trigger string   // type of the events that each start one run
	Alert   string   // type of the alert that each of them raises; empty for none
	Effects []Effect // of a run, by the ledger's name
	// Told is the path at which a run tells of its event, by the uuid, once.
	Told string
	// Kills are the times at which a server was ended without warning.
	Kills []time.Time
	// Recovery is how long after a kill everything has to go on; 0 asks for nothing.
	Recovery time.Duration
	// Shifted says that the server's clock was not the company's: its times are not
	// compared with those of requests.
	Shifted bool
}

// Effect is what a run does to the person that its event is of.
type Effect struct{ Action, Method, Path string } // %s in the path is the person's id

// Violation is a broken promise.
type Violation struct {
	Promise string `json:"promise"`
	What    string `json:"what"`
}

// Verdict is what became of a trial.
type Verdict struct {
	Violations []Violation    `json:"violations"`
	Events     int            `json:"events"`   // that the company wrote
	Triggers   int            `json:"triggers"` // that each start a run
	Alerts     int            `json:"alerts"`
	Runs       map[string]int `json:"runs"`    // by state
	Actions    int            `json:"actions"` // that the ledger calls done
	Again      int            `json:"again"`   // calls under way at a fault that were made once more
	Unknown    int            `json:"unknown"` // effects that the server says it does not know of
	P50        time.Duration  `json:"p50_ns"`  // from an event to the first effect
	P99        time.Duration  `json:"p99_ns"`
	Recovery   time.Duration  `json:"recovery_ns"` // the longest that anything waited after a kill; 0 where nothing was killed
}

// The promises.
const (
	NoEventLost    = "no event is lost"
	NoEventTwice   = "no event is there twice"
	NoAlertTwice   = "no alert is raised twice"
	AlertRaised    = "every alert is raised"
	RunPerTrigger  = "an event starts one run"
	RunEnds        = "a run ends, or waits for a stated reason"
	NotRepeated    = "a completed effect is not repeated"
	LedgerIsTrue   = "what the ledger calls done was done"
	NothingUntold  = "a run that succeeded did all it had to"
	RecoversInTime = "after a kill everything goes on in time"
)

// judge collects what it finds.
type judge struct {
	e       Evidence
	t       Terms
	out     Verdict
	calls   map[string][]Request // by method and path
	runs    map[string][]Run     // by the uuid of their event
	actions map[string][]Action  // by run
}

// Check holds evidence against what was promised.
func Check(e Evidence, t Terms) Verdict {
	j := &judge{e: e, t: t, out: Verdict{Violations: []Violation{}, Runs: map[string]int{}}, calls: map[string][]Request{}, runs: map[string][]Run{}, actions: map[string][]Action{}}
	for _, r := range e.Requests {
		j.calls[r.Method+" "+r.Path] = append(j.calls[r.Method+" "+r.Path], r)
	}
	for _, r := range e.Runs {
		if r.Event != nil {
			j.runs[r.Event.UUID] = append(j.runs[r.Event.UUID], r)
		}
	}
	for _, a := range e.Actions {
		j.actions[a.Run] = append(j.actions[a.Run], a)
	}
	j.events()
	j.alerts()
	j.everyRun()
	j.ledger()
	told := j.told()
	for _, ev := range j.triggers() {
		j.trigger(ev, told[ev.UUID])
	}
	j.speed()
	return j.out
}

func (j *judge) broken(promise, format string, args ...any) {
	j.out.Violations = append(j.out.Violations, Violation{promise, fmt.Sprintf(format, args...)})
}

// triggers are the events that start runs.
func (j *judge) triggers() []Event {
	var out []Event
	for _, ev := range j.e.Log {
		if ev.EventType == j.t.Trigger {
			out = append(out, ev)
		}
	}
	return out
}

func (j *judge) events() {
	kept := map[string]int{}
	for _, uuid := range j.e.Kept {
		kept[uuid]++
	}
	for uuid, n := range kept {
		if n > 1 {
			j.broken(NoEventTwice, "event %s is there %d times", uuid, n)
		}
	}
	j.out.Events = len(j.e.Log)
	for _, ev := range j.e.Log {
		if kept[ev.UUID] == 0 {
			j.broken(NoEventLost, "event %s (%s of %s at %s) is not there", ev.UUID, ev.EventType, ev.Actor.AlternateID, ev.Published.Format(time.RFC3339Nano))
		}
	}
}

// alerts looks for alerts about the same at the same time, and for those of the
// triggers.
func (j *judge) alerts() {
	j.out.Alerts = len(j.e.Alerts)
	about := map[string][]Alert{}
	for _, a := range j.e.Alerts {
		key := a.Rule.ID + " about " + a.Entity.Kind + " " + a.Entity.ID
		for _, other := range about[key] {
			if !a.FirstAt.After(other.LastAt) && !other.FirstAt.After(a.LastAt) {
				j.broken(NoAlertTwice, "%s has the alerts %s and %s at the same time", key, other.ID, a.ID)
			}
		}
		about[key] = append(about[key], a)
	}
	if j.t.Alert == "" {
		return
	}
	want, got := map[string]int{}, map[string]int{}
	for _, ev := range j.triggers() {
		want[ev.Actor.ID]++
	}
	for _, a := range j.e.Alerts {
		if a.Type == j.t.Alert {
			got[a.Entity.ID] += a.Events
		}
	}
	for who, n := range want {
		switch {
		case got[who] < n:
			j.broken(AlertRaised, "%d events of %s are in alerts of %d", n, who, got[who])
		case got[who] > n:
			j.broken(NoAlertTwice, "%d events of %s are counted %d times by alerts", n, who, got[who])
		}
	}
}

func (j *judge) everyRun() {
	for _, r := range j.e.Runs {
		j.out.Runs[r.State]++
		j.out.Unknown += r.Unknown
		switch r.State {
		case "succeeded", "cancelled", "stopped":
		case "failed":
			if r.Error == "" {
				j.broken(RunEnds, "run %s failed and does not say why", r.ID)
			}
		case "waiting":
			if r.Reason == "" {
				j.broken(RunEnds, "run %s waits and does not say for what", r.ID)
			}
		default:
			j.broken(RunEnds, "run %s is still %s", r.ID, r.State)
		}
	}
}

// ledger sees that nothing is entered as done twice.
func (j *judge) ledger() {
	done := map[string]string{}
	for _, a := range j.e.Actions {
		if a.State != "done" {
			continue
		}
		j.out.Actions++
		if a.Run == "" {
			continue
		}
		key := a.Run + " " + a.StepPath
		if other, again := done[key]; again {
			j.broken(NotRepeated, "step %s of run %s is done twice, as %s and %s", a.StepPath, a.Run, other, a.ID)
		}
		done[key] = a.ID
	}
}

// told counts the messages about each event that the company took.
func (j *judge) told() map[string]int {
	out := map[string]int{}
	if j.t.Told == "" {
		return out
	}
	var bodies []string
	for _, r := range j.calls["POST "+j.t.Told] {
		if ok(r) {
			bodies = append(bodies, r.Body)
		}
	}
	all := strings.Join(bodies, "\n")
	for _, ev := range j.triggers() {
		if !strings.Contains(all, ev.UUID) {
			continue
		}
		for _, b := range bodies {
			if strings.Contains(b, ev.UUID) {
				out[ev.UUID]++
			}
		}
	}
	return out
}

func ok(r Request) bool { return r.Status >= 200 && r.Status < 300 }
