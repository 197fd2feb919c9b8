package flow_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"sallyport/internal/flow"
	"sallyport/internal/guard"
	"sallyport/internal/store"
	"sallyport/internal/value"
)

// A step says how long its card took, changes and messages too.
func TestStepsHaveTheTimeTheyTook(t *testing.T) {
	l := newLab(t)
	l.peer.answer = func(http.ResponseWriter, *http.Request, int) bool {
		l.setClock(l.clock().Add(3 * time.Second))
		return false
	}
	_, steps := l.run(onDemand(`
  - { id: read, use: peer.get_user, with: { user: ada } }
  - { id: change, use: peer.suspend, with: { user: ada } }
  - { id: tell, use: peer.tell, with: { text: hello } }
`), nil)
	for id, s := range steps {
		if took := s.EndedAt.Sub(s.StartedAt); took < 3*time.Second || took > 9*time.Second {
			t.Errorf("%s took %v", id, took)
		}
	}
	if len(steps) != 3 {
		t.Errorf("steps = %+v", steps)
	}
}

// there, and says why it failed.
func TestConditionThatCannotBeEvaluated(t *testing.T) {
	l := newLab(t)
	id := l.publish("flow: f\n" + head + "trigger: { event: reported, where: int(event.n) > 5 }\ncards: [ { use: peer.suspend, with: { user: ada } } ]\n")
	uuid := l.accept(`{"uuid":"e1","eventType":"reported","published":"2026-03-04T05:06:00Z","n":"many"}`)
	r, _ := l.work(l.start(id, nil, func(r *flow.Run) { r.Cause, r.Event, r.Input = flow.OnEvent, uuid, nil }))
	if r.State != flow.Failed || !strings.Contains(r.Error, "the trigger's condition cannot be evaluated on this event: int(event.n) > 5") || len(l.peer.calls) != 0 {
		t.Errorf("run = %+v after %v", r, l.peer.calls)
	}
}

// Where the organization's policy lets nothing through, rows are only shown too.
func TestPolicyThatOnlyShows(t *testing.T) {
	l := newLab(t)
	check(t, l.db.Actions.SetPolicy(t.Context(), org, guard.Policy{Ceiling: 10, DryRun: true}))
	r, steps := l.run(onDemand(`
  - { id: change, use: peer.suspend, with: { user: ada } }
  - { id: row, use: table.create_row, table: reports, with: { Who: ada } }
`), nil)
	if r.State != flow.Succeeded || steps["row"].State != flow.StepDryRun || steps["change"].State != flow.StepDryRun || len(l.rows()) != 0 || len(l.peer.calls) != 0 {
		t.Errorf("run = %+v, steps %+v, rows %v, calls %v", r, steps, l.rows(), l.peer.calls)
	}
}

// A flow that does not save its data keeps no word of it, whatever goes wrong.
func TestNothingIsKeptOfDataInWords(t *testing.T) {
	const marker = "ZQX-marker"
	tests := map[string]struct{ cards, says string }{
		"what a peer says":   {"  - { id: a, use: peer.suspend, with: { user: '{{ input.who }}' } }", "the call failed with status 404"},
		"what a flow says":   {"  - fail: 'not contained: {{ input.who }}'", "not contained: •••"},
		"why it stopped":     {"  - stop: 'nothing to do for {{ input.who }}'", "nothing to do for •••"},
		"what went wrong":    {"  - { use: table.create_row, table: reports, with: { N: '{{ input.who }}' } }", "is not kept"},
		"after the last try": {"  - { id: b, use: peer.get_user, with: { user: '{{ input.who }}' }, retry: 1s }", "the call failed with status 503"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			l := newLab(t)
			l.peer.answer = func(w http.ResponseWriter, r *http.Request, _ int) bool {
				status := http.StatusNotFound
				if r.Method == http.MethodGet {
					status = http.StatusServiceUnavailable
				}
				http.Error(w, `{"message":"there is no `+marker+`"}`, status)
				return true
			}
			r, steps := l.run("save_data: false\n"+onDemand(tt.cards), value.Map("who", marker))
			kept := r.Error + r.Reason
			for _, s := range steps {
				kept += s.Error + s.Reason + string(s.Input) + string(s.Output)
			}
			if strings.Contains(kept, marker) || !strings.Contains(r.Error+r.Reason, tt.says) {
				t.Errorf("run = %+v, steps %+v", r, steps)
			}
		})
	}
}

// Nor does it when the run cannot even begin, because of what it was given.
func TestNothingIsKeptOfUnfitInputs(t *testing.T) {
	const marker = "ZQX-marker"
	trigger := "trigger: { on_demand: { inputs: { who: { choices: [a, b] }, n: number } } }\ncards: [ { use: text.trim, with: { text: x } } ]\n"
	tests := map[string]struct {
		input *value.Object
		says  string
	}{
		"a choice that there is not": {value.Map("who", marker), "is not one of the choices"},
		"no number":                  {value.Map("n", marker), "is no number"},
		"no such input":              {value.Map(marker, "a"), "there is no input"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			l := newLab(t)
			if r, _ := l.run("flow: f\n"+trigger, tt.input); r.State != flow.Failed || !strings.Contains(r.Error, tt.says) || !strings.Contains(r.Error, marker) {
				t.Errorf("where data is kept, it ended %s %q", r.State, r.Error)
			}
			r, _ := l.run("flow: g\nsave_data: false\n"+trigger, tt.input)
			if kept := r.Error + r.Reason; r.State != flow.Failed || strings.Contains(kept, marker) || kept != "an input is not as the flow wants it" {
				t.Errorf("ended %s %q", r.State, kept)
			}
		})
	}
}

// An option that does not fit any more is not told by its value either.
func TestNothingIsKeptOfUnfitOptions(t *testing.T) {
	const marker = "ZQX-marker"
	l := newLab(t)
	id := l.publish("flow: f\nsave_data: false\noptions: { n: { type: number } }\ntrigger: { on_demand: }\ncards: [ { use: text.trim, with: { text: x } } ]\n")
	f, err := l.db.Flows.Get(t.Context(), org, id)
	check(t, err)
	f.Bindings.Options = value.Map("n", marker)
	check(t, l.db.Flows.Set(t.Context(), org, id, store.Settings{Enabled: true, Bindings: f.Bindings}, l.clock()))
	if r, _ := l.work(l.start(id, nil, nil)); r.State != flow.Failed || r.Error != "an option is not as the flow wants it" {
		t.Errorf("ended %s %q", r.State, r.Error)
	}
}

// A card that failed, and that its flow goes on after, is not made again when its
// run waits and is resumed; it is when somebody retries the run.
func TestFailedCardsAreMadeAgainByRetryAlone(t *testing.T) {
	l := newLab(t)
	refuse := http.StatusForbidden
	l.peer.answer = func(w http.ResponseWriter, r *http.Request, nth int) bool {
		switch {
		case strings.HasSuffix(r.URL.Path, "/suspend") && refuse != 0:
			http.Error(w, `{"message":"not allowed"}`, refuse)
			return true
		case r.URL.Path == "/tell" && nth == 1:
			w.Header().Set("Retry-After", "30")
			http.Error(w, `{"message":"slow down"}`, http.StatusTooManyRequests)
			return true
		}
		return false
	}
	r, steps := l.run(onDemand(`
  - { id: stop_them, use: peer.suspend, with: { user: ada }, on_error: continue }
  - { id: tell, use: peer.tell, with: { text: "{{ steps.stop_them.state }}" } }
  - { fail: not stopped, if: steps.stop_them.state != 'done' }
`), nil)
	if r.State != flow.Failed || r.Error != "not stopped" || l.peer.count("POST /users/ada/suspend") != 1 || l.peer.count("POST /tell") != 2 || steps["stop_them"].State != flow.StepFailed {
		t.Fatalf("run = %+v after %v", r, l.peer.calls)
	}
	refuse = 0
	check(t, l.db.Runs.Retry(t.Context(), org, r.ID))
	if _, steps := l.look(r.ID); steps["stop_them"].State != flow.StepAgain || steps["tell"].State != flow.StepDone {
		t.Errorf("retried, the steps are %+v", steps)
	}
	r, steps = l.work(r.ID)
	if r.State != flow.Succeeded || l.peer.count("POST /users/ada/suspend") != 2 || l.peer.count("POST /tell") != 2 || steps["stop_them"].State != flow.StepDone {
		t.Errorf("run = %+v after %v, steps %+v", r, l.peer.calls, steps)
	}
}

// A wait that is over does not count towards the time of a run that keeps no data
// either, and its card gives the same when the run is resumed once more.
func TestWaitOfARunThatKeepsNoData(t *testing.T) {
	l := newLab(t)
	l.peer.answer = answers("GET /users/ada", 429, 0)
	yaml := onDemand("  - { id: w, wait: { for: 2, unit: hours } }\n  - { id: u, use: peer.get_user, with: { user: ada } }\n  - { id: tell, use: peer.tell, with: { text: 'until {{ w.until }}' } }")
	want := "until " + value.ISO(l.clock().Add(2*time.Hour))
	r, _ := l.run(strings.Replace(yaml, "flow: f\n", "flow: f\nsave_data: false\ntimeout: 10m\n", 1), nil)
	if r.State != flow.Succeeded || len(l.peer.told) != 1 || l.peer.told[0] != want {
		t.Errorf("ended %s %q, told %q, want %q", r.State, r.Error, l.peer.told, want)
	}
}
