package flow_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"sallyport/internal/flow"
	"sallyport/internal/guard"
	"sallyport/internal/value"
)

// answers gives the peer a status for each try of a call: the last for all that
// follow, 0 for the peer's own answer.
func answers(call string, status ...int) func(http.ResponseWriter, *http.Request, int) bool {
	return func(w http.ResponseWriter, r *http.Request, nth int) bool {
		if r.Method+" "+r.URL.Path != call {
			return false
		}
		s := status[min(nth, len(status))-1]
		if s == http.StatusTooManyRequests {
			w.Header().Set("Retry-After", "30")
		}
		if s != 0 {
			w.WriteHeader(s)
		}
		return s != 0
	}
}

// either lets several answer.
func either(all ...func(http.ResponseWriter, *http.Request, int) bool) func(http.ResponseWriter, *http.Request, int) bool {
	return func(w http.ResponseWriter, r *http.Request, nth int) bool {
		for _, answer := range all {
			if answer(w, r, nth) {
				return true
			}
		}
		return false
	}
}

const (
	suspendAda = "POST /users/ada/suspend"
	chargeAda  = "POST /users/ada/charge"
	tellCall   = "POST /tell"
)

// A change in doubt that the flow goes on from, whichever way, is not made again
// each time the run is resumed.
func TestDoubtIsNotRepeatedOnResume(t *testing.T) {
	const again = "{ id: s, use: peer.suspend, with: { user: ada }, retry: 0s }"
	tests := map[string]struct{ helper, cards string }{
		"a loop that ignores errors": {"", "  - { id: loop, each: '{{ input.list }}', ignore_errors: true, do: [ " + again + " ] }"},
		"a call that may fail":       {"flow: h\nconnections: { peer: peer }\ntrigger: { call: }\ncards: [ " + again + " ]\n", "  - { id: c, call: h, on_error: continue }"},
		"a card that may fail":       {"", "  - " + strings.Replace(again, "0s", "0s, on_error: continue", 1)},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLab(t)
			if tt.helper != "" {
				l.publish(tt.helper)
			}
			l.peer.answer = either(answers(suspendAda, 500), answers(tellCall, 429, 429, 429, 0))
			r, _ := l.run(onDemand(tt.cards+"\n  - { id: tell, use: peer.tell, with: { text: x } }"), value.Map("list", []any{"ada"}))
			if n := l.peer.count(suspendAda); r.State != flow.Succeeded || r.Unknown != 1 || n != 1 || len(l.ledger()) != 1 {
				t.Errorf("ended %s %q, unknown %d, after %d calls", r.State, r.Error, r.Unknown, n)
			}
		})
	}
}

// Whether a change happened stays open when a later try of it is refused, shown,
// or fails in a way that leaves no doubt of its own.
func TestDoubtStays(t *testing.T) {
	const card = "  - { id: s, use: peer.suspend, with: { user: ada }%s }"
	protect := func(l *lab) {
		check(l.t, l.db.Actions.SetPolicy(l.t.Context(), org, guard.Policy{Ceiling: 9, ProtectedUsers: []string{"ada@acme.example"}}))
	}
	show := func(l *lab) {
		check(l.t, l.db.Actions.SetPolicy(l.t.Context(), org, guard.Policy{Ceiling: 9, DryRun: true}))
	}
	gone := func(l *lab) { check(l.t, l.db.Connections.Remove(l.t.Context(), org, "conn1")) }
	tests := map[string]struct {
		options string
		status  []int
		then    func(*lab) // between the tries
		state   flow.State
	}{
		"a retry is answered 400":          {"", []int{500, 400}, nil, flow.Failed},
		"a retry is protected against":     {"", []int{500, 0}, protect, flow.Succeeded},
		"the same, and it is to stop then": {", on_refused: stop", []int{500, 0}, protect, flow.Failed},
		"a retry is only shown":            {"", []int{500, 0}, show, flow.Succeeded},
		"the connection is gone":           {"", []int{500, 0}, gone, flow.Failed},
		"a rate limit is between":          {"", []int{500, 429, 400}, nil, flow.Failed},
	}
	for name, tt := range tests {
		for _, way := range []string{"by itself", "by hand"} {
			t.Run(name+", retried "+way, func(t *testing.T) {
				t.Parallel()
				l := newLab(t)
				l.peer.answer = answers(suspendAda, tt.status...)
				options := tt.options
				if way == "by hand" {
					options += ", retry: 0s"
				}
				run := l.start(l.publish(onDemand(strings.Replace(card, "%s", options, 1))), nil, nil)
				if _, err := l.runner.Work(t.Context(), org, run); err != nil {
					t.Fatal(err)
				}
				if tt.then != nil {
					tt.then(l)
				}
				if way == "by hand" {
					check(t, l.db.Runs.Retry(t.Context(), org, run))
				}
				l.setClock(l.clock().Add(time.Minute))
				r, steps := l.work(run)
				if r.State != tt.state || r.Unknown != 1 || steps["s"].State != flow.StepUnknown {
					t.Errorf("ended %s %q, unknown %d; the step is %s: %s %s", r.State, r.Error, r.Unknown, steps["s"].State, steps["s"].Error, steps["s"].Reason)
				}
				if e := l.ledger()[0]; e.State != guard.Unknown || e.Undo == nil || e.Undo.Action != "unsuspend" {
					t.Errorf("the ledger says %s, undone by %v", e.State, e.Undo)
				}
			})
		}
	}
}

// What was in doubt and must not be made twice is passed over by a retry of its
// run: the call is not made, and the run goes on.
func TestRetryPassesOverWhatMustNotBeRepeated(t *testing.T) {
	l := newLab(t)
	l.peer.answer = answers("POST /users/ada/grant", 501)
	r, steps := l.run(onDemand("  - { id: g, use: peer.grant, with: { user: ada } }\n  - { id: tell, use: peer.tell, with: { text: x } }"), nil)
	if r.State != flow.Failed || r.Unknown != 1 || steps["g"].State != flow.StepUnknown || steps["g"].Error == "" {
		t.Fatalf("ended %s %q, the step is %+v", r.State, r.Error, steps["g"])
	}
	check(t, l.db.Runs.Retry(t.Context(), org, r.ID))
	r, steps = l.work(r.ID)
	if n := l.peer.count("POST /users/ada/grant"); r.State != flow.Succeeded || r.Unknown != 1 || n != 1 || steps["g"].State != flow.StepUnknown || len(l.peer.told) != 1 {
		t.Errorf("ended %s %q after %d calls, the step is %+v", r.State, r.Error, n, steps["g"])
	}
	if es := l.ledger(); len(es) != 1 || es[0].State != guard.Unknown {
		t.Errorf("ledger = %+v", es)
	}
}

// A change that was under way when the program died and is refused when it is
// made again may have been made before.
func TestRefusalAfterCrash(t *testing.T) {
	l := newLab(t)
	run := l.start(l.publish(onDemand("  - { id: s, use: peer.suspend, with: { user: ada } }")), nil, nil)
	l.crash(run, suspendAda)
	l.peer.answer = answers(suspendAda, 0, 400)
	if r, steps := l.work(run); r.State != flow.Failed || r.Unknown != 1 || steps["s"].State != flow.StepUnknown {
		t.Errorf("ended %s %q; the step is %s", r.State, r.Error, steps["s"].State)
	}
	if es := l.ledger(); len(es) != 1 || es[0].State != guard.Unknown || es[0].Undo == nil {
		t.Errorf("ledger = %+v", es)
	}
}

// endings are the ways in which a run ends that cannot go on to the end of what
// it has begun.
func endings() map[string]func(l *lab, run string) {
	return map[string]func(l *lab, run string){
		"its deadline": func(l *lab, run string) {
			l.setClock(l.clock().Add(time.Hour))
			l.work(run)
		},
		"being cancelled": func(l *lab, run string) {
			if r, err := l.db.Runs.Cancel(l.t.Context(), org, run); err != nil {
				l.t.Fatal(err)
			} else if r.State == flow.Running { // its worker is gone; whoever takes it up next ends it
				l.work(run)
			}
		},
	}
}

// A run that ends does not leave open what it has begun: neither in its history
// nor in the ledger.
func TestEndSettlesWhatIsOpen(t *testing.T) {
	tests := map[string]struct {
		card   string
		answer func(http.ResponseWriter, *http.Request, int) bool
		crash  string // at this call, in place of an answer
		state  flow.StepState
		ledger guard.State // "" for no entry
	}{
		"a retry after doubt":                  {"suspend, with: { user: ada }, retry: 9h", answers(suspendAda, 500), "", flow.StepUnknown, guard.Unknown},
		"a retry of what was not done":         {"suspend, with: { user: ada }, retry: 9h", answers(suspendAda, 429), "", flow.StepFailed, guard.Failed},
		"a change under way at a crash":        {"suspend, with: { user: ada }", nil, suspendAda, flow.StepUnknown, guard.Unknown},
		"the same, which must not be repeated": {"charge, with: { user: ada }", nil, chargeAda, flow.StepUnknown, guard.Unknown},
		"a message under way at a crash":       {"tell, with: { text: x }", nil, tellCall, flow.StepUnknown, ""},
	}
	for name, tt := range tests {
		for ending, end := range endings() {
			t.Run(name+", ended by "+ending, func(t *testing.T) {
				t.Parallel()
				l := newLab(t)
				yaml := onDemand("  - { id: row, use: table.create_row, table: reports, with: { Who: ada } }\n  - { id: s, use: peer." + tt.card + " }\n  - { id: after, use: text.compose, with: { text: x } }")
				run := l.start(l.publish(strings.Replace(yaml, "flow: f\n", "flow: f\ntimeout: 10m\n", 1)), nil, nil)
				if tt.crash != "" {
					l.crash(run, tt.crash)
				} else {
					l.peer.answer = tt.answer
					_, err := l.runner.Work(t.Context(), org, run)
					check(t, err)
				}
				calls := len(l.peer.calls)
				end(l, run)
				if len(l.peer.calls) != calls {
					t.Errorf("it has ended, and yet there was another call: %v", l.peer.calls)
				}
				r, steps := l.look(run)
				s := steps["s"]
				if !r.State.Ended() || s.State != tt.state || s.Card != "s" || s.EndedAt.IsZero() || s.Seq < 2 || s.Error+s.Reason == "" {
					t.Errorf("ended %s %q; the step is %+v", r.State, r.Error, s)
				}
				if want := map[bool]int{true: 1}[tt.state == flow.StepUnknown]; r.Unknown != want {
					t.Errorf("unknown %d, want %d", r.Unknown, want)
				}
				es := l.ledger()
				if tt.ledger == "" {
					if len(es) != 0 {
						t.Errorf("ledger = %+v", es)
					}
					return
				}
				e := es[0]
				if e.State != tt.ledger || e.EndedAt.IsZero() || e.Error == "" || (e.WhyNotUndo() == "") != (strings.HasPrefix(tt.card, "suspend") && tt.ledger == guard.Unknown) {
					t.Errorf("ledger = %+v, why not undo: %s", e, e.WhyNotUndo())
				}
				// Taken up again, what must not be made twice is not.
				l.peer.answer = nil
				before := l.peer.count(chargeAda)
				check(t, l.db.Runs.Retry(t.Context(), org, run))
				if r, _ := l.work(run); r.State != flow.Succeeded || l.peer.count(chargeAda) != before {
					t.Errorf("taken up again it ended %s %q", r.State, r.Error)
				}
			})
		}
	}
}

// A card that failed, and is not come by again when the run is retried, has
// failed.
func TestEndSettlesWhatARetryPassesBy(t *testing.T) {
	l := newLab(t)
	l.peer.answer = either(answers(suspendAda, 403, 0), answers("POST /users/ada/unsuspend", 403))
	r, _ := l.run(onDemand(`
  - { id: s, use: peer.suspend, with: { user: ada }, on_error: continue }
  - { id: q, if: "steps.s.state == 'failed'", then: [ { id: un, use: peer.unsuspend, with: { user: ada } } ] }
`), nil)
	check(t, l.db.Runs.Retry(t.Context(), org, r.ID))
	r, steps := l.work(r.ID)
	if r.State != flow.Succeeded || steps["s"].State != flow.StepDone || steps["un"].State != flow.StepFailed || steps["un"].Error == "" {
		t.Errorf("ended %s %q; the steps are %+v", r.State, r.Error, steps)
	}
}

// cancelling is a store on which somebody cancels the run just before it is
// written that a call is under way.
type cancelling struct {
	*lab
	flow.Store
}

func (c cancelling) Record(ctx context.Context, ref flow.Ref, steps []flow.Step, ch *flow.Change) error {
	if steps[len(steps)-1].State == flow.StepStarted {
		_, err := c.db.Runs.Cancel(ctx, org, ref.Run)
		check(c.t, err)
	}
	return c.Store.Record(ctx, ref, steps, ch)
}

// A message that is not sent, because the run is cancelled as it is about to be,
// is not in doubt: it is sent when the run is retried.
func TestCancelBeforeAMessage(t *testing.T) {
	l := newLab(t)
	l.runner.Store = cancelling{l, l.db.Runs}
	r, steps := l.run(onDemand("  - { id: row, use: table.create_row, table: reports, with: { Who: ada } }\n  - { id: tell, use: peer.tell, with: { text: hello } }"), nil)
	if r.State != flow.Cancelled || r.Unknown != 0 || steps["tell"].State != flow.StepFailed || !strings.Contains(steps["tell"].Error, "cancelled") || len(l.peer.calls) != 0 {
		t.Errorf("ended %s, unknown %d; the step is %+v, calls %v", r.State, r.Unknown, steps["tell"], l.peer.calls)
	}
	l.runner.Store = l.db.Runs
	check(t, l.db.Runs.Retry(t.Context(), org, r.ID))
	if r, steps := l.work(r.ID); r.State != flow.Succeeded || r.Unknown != 0 || steps["tell"].State != flow.StepDone || len(l.peer.told) != 1 || len(l.rows()) != 1 {
		t.Errorf("retried, it ended %s, unknown %d; the step is %+v, told %q", r.State, r.Unknown, steps["tell"], l.peer.told)
	}
}
