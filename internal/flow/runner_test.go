package flow_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"sallyport/internal/flow"
	"sallyport/internal/guard"
	"sallyport/internal/value"
)

func onDemand(cards string) string {
	return "flow: f\n" + head + "trigger: { on_demand: { inputs: { who: text, list: list } } }\ncards:\n" + cards
}

func TestRunFromEventToEnd(t *testing.T) {
	l := newLab(t)
	id := l.publish("flow: f\n" + head + `
options: { greeting: { default: Hello } }
trigger: { event: reported }
cards:
  - { id: user, use: peer.get_user, with: { user: "{{ event.actor.id }}" } }
  - { id: stop_them, use: peer.suspend, with: { user: "{{ user.id }}" } }
  - { id: words, use: text.compose, with: { text: "{{ options.greeting }}, {{ user.login }} is {{ steps.stop_them.state }}" } }
  - { id: row, use: table.create_row, table: reports, with: { Who: "{{ user.login }}", N: "{{ event.n }}" } }
  - { id: tell, use: peer.tell, with: { text: "{{ words.text }}" } }
  - return: { row: "{{ row.row_id }}", said: "{{ tell.ts }}" }
`)
	uuid := l.accept(`{"uuid":"e1","eventType":"reported","published":"2026-03-04T05:06:00Z","actor":{"id":"ada"},"n":"7"}`)
	run := l.start(id, nil, func(r *flow.Run) { r.Cause, r.Event, r.Input = flow.OnEvent, uuid, nil })
	r, steps := l.work(run)
	if r.State != flow.Succeeded || r.Error != "" || r.EndedAt.IsZero() || r.StartedAt.IsZero() {
		t.Fatalf("run = %+v", r)
	}
	if got := strings.Join(l.peer.calls, ", "); got != "GET /users/ada, POST /users/id-ada/suspend, POST /tell" {
		t.Errorf("calls: %s", got)
	}
	if len(l.peer.told) != 1 || l.peer.told[0] != "Hello, ada@acme.example is done" {
		t.Errorf("told %q", l.peer.told)
	}
	if rows := l.rows(); len(rows) != 1 || rows[0] != `{"Who":"ada@acme.example","N":7}` {
		t.Errorf("rows %v", rows)
	}
	if len(steps) != 6 || string(steps["user"].Output) != `{"id":"id-ada","login":"ada@acme.example","email":"ada@acme.example"}` || string(steps["words"].Input) != `{"text":"Hello, ada@acme.example is done"}` {
		t.Errorf("steps = %+v", steps)
	}
	es := l.ledger()
	if len(es) != 1 || es[0].State != guard.Done || es[0].Why.Event != "e1" || es[0].Why.Run != run || es[0].Undo.Action != "unsuspend" || steps["stop_them"].Action.Ledger != es[0].ID {
		t.Errorf("ledger = %+v", es)
	}
	if strings.Contains(fmt.Sprint(es, steps), "c0nnection-s3cret") {
		t.Error("the connection's secret stands in the history")
	}
}

func TestControl(t *testing.T) {
	tests := map[string]struct {
		cards  string
		input  *value.Object
		state  flow.State
		result string
		says   string // in the run's error or reason
	}{
		"if, and its join": {
			cards: `
  - id: which
    if: input.who == 'ada'
    then: [ { id: a, use: text.compose, with: { text: "it is {{ input.who }}" } } ]
    else: [ { id: b, use: text.compose, with: { text: other } } ]
    out: { text: { then: "{{ a.text }}", else: "{{ b.text }}" } }
  - return: { text: "{{ which.text }}", branch: "{{ which.branch }}" }`,
			input: value.Map("who", "ada"), state: flow.Succeeded, result: `{"text":"it is ada","branch":"then"}`,
		},
		"map, whose body is one card": {
			cards: `
  - id: all
    map: "{{ input.list }}"
    as: one
    do: [ { id: c, use: text.compose, with: { text: "{{ index }}:{{ one.n }}" } } ]
  - return: { list: "{{ all.list }}" }`,
			input: value.Map("list", []any{value.Map("n", 1.0), value.Map("n", 2.0)}), state: flow.Succeeded, result: `{"list":["0:1","1:2"]}`,
		},
		"return inside a loop ends the round": {
			cards: `
  - each: "{{ input.list }}"
    as: one
    do: [ { return: { first: "{{ one }}" }, if: one < 4 }, { fail: not reached } ]
  - return: { all: true }`,
			input: value.Map("list", []any{1.0, 2.0, 3.0}), state: flow.Succeeded, result: `{"all":true}`,
		},
		"stop is no failure": {
			cards: `
  - { stop: "nothing to do for {{ input.who }}", if: input.who == 'ada' }
  - fail: not reached`,
			input: value.Map("who", "ada"), state: flow.Stopped, says: "nothing to do for ada",
		},
		"stop that does not hold": {
			cards: `
  - { stop: x, if: input.who == 'bob' }
  - return: { a: 1 }`,
			input: value.Map("who", "ada"), state: flow.Succeeded, result: `{"a":1}`,
		},
		"fail": {cards: `  - fail: "no {{ input.who }}"`, input: value.Map("who", "ada"), state: flow.Failed, says: "no ada"},
		"missing fields are null": {
			cards: `
  - { id: c, if: input.who == null || input.who.x == 1, then: [ { stop: absent } ] }`,
			input: value.Map(), state: flow.Stopped, says: "absent",
		},
		"a function refuses its input":        {cards: `  - { id: c, title: Filter, use: list.filter, with: { list: "{{ input.list }}", path: { a: 1 } } }` + "\n  - return: { n: \"{{ c.count }}\" }", input: value.Map("list", []any{}), state: flow.Succeeded, result: `{"n":0}`},
		"an error that the flow goes on from": {cards: "  - { id: c, use: list.filter, with: { list: [1], path: [ {} ], value: 1 }, on_error: continue }\n  - return: { state: \"{{ steps.c.state }}\" }", input: value.Map(), state: flow.Succeeded, result: `{"state":"done"}`},
		"an input that is not there":          {cards: `  - stop: x`, input: value.Map("whom", "ada"), state: flow.Failed, says: `no input "whom"`},
		"the list is none": {
			cards: "  - { each: \"{{ input.who }}\", do: [ { stop: x } ], title: Loop }",
			input: value.Map("who", ""), state: flow.Succeeded, result: ``,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, _ := newLab(t).run(onDemand(tt.cards), tt.input)
			if r.State != tt.state || string(r.Result) != tt.result || !strings.Contains(r.Error+r.Reason, tt.says) {
				t.Errorf("ended %s with %s, %q %q", r.State, r.Result, r.Error, r.Reason)
			}
		})
	}
}

func TestHelperFlow(t *testing.T) {
	l := newLab(t)
	helper := "flow: find\ntitle: Find\nconnections: { peer: peer }\ntrigger: { call: { inputs: { who: { type: text, required: true }, loud: { type: boolean, default: true } } } }\ncards:\n"
	hid := l.publish(helper + "  - { id: u, use: peer.get_user, with: { user: \"{{ input.who }}\" } }\n  - return: { login: \"{{ u.login }}\", loud: \"{{ input.loud }}\" }\n")
	caller := l.publish(onDemand("  - { id: found, call: find, with: { who: \"{{ input.who }}\" } }\n  - return: { login: \"{{ found.login }}\", loud: \"{{ found.loud }}\" }"))
	r, steps := l.work(l.start(caller, value.Map("who", "ada"), nil))
	if r.State != flow.Succeeded || string(r.Result) != `{"login":"ada@acme.example","loud":true}` {
		t.Fatalf("run = %+v", r)
	}
	if s, ok := steps["found/u"]; !ok || s.Flow != hid || r.Pins[hid] != 1 {
		t.Errorf("the helper's card is %+v, pins %v", s, r.Pins)
	}
	r, _ = l.work(l.start(caller, value.Map("who", ""), nil))
	if r.State != flow.Failed || !strings.Contains(r.Error, `input "who": a value is wanted`) {
		t.Errorf("without a required input: %s %q", r.State, r.Error)
	}
}

// A helper published anew while a run waits does not change that run.
func TestRunKeepsTheVersionsItBeganWith(t *testing.T) {
	l := newLab(t)
	helper := func(says string) string {
		return "flow: h\ntrigger: { call: }\ncards: [ { return: { says: " + says + " } } ]\n"
	}
	hid := l.publish(helper("old"))
	caller := l.publish(onDemand("  - { id: tell, use: peer.tell, with: { text: x } }\n  - { id: h, call: h }\n  - return: { says: \"{{ h.says }}\" }"))
	l.peer.answer = func(w http.ResponseWriter, _ *http.Request, nth int) bool {
		if nth == 1 {
			w.Header().Set("Retry-After", "60")
			w.WriteHeader(http.StatusTooManyRequests)
		}
		return nth == 1
	}
	run := l.start(caller, nil, nil)
	if again, err := l.runner.Work(t.Context(), org, run); err != nil || again.Sub(l.clock()) != time.Minute {
		t.Fatalf("again at %v, %v", again, err)
	}
	d, err := flow.Parse(helper("new"))
	check(t, err)
	check(t, l.db.Write(t.Context(), publishing(l, d, hid)))
	if r, _ := l.work(run); string(r.Result) != `{"says":"old"}` {
		t.Errorf("the run ended with %s, %s", r.Result, r.Error)
	}
	if r, _ := l.work(l.start(caller, nil, nil)); string(r.Result) != `{"says":"new"}` {
		t.Errorf("the next run ended with %s", r.Result)
	}
}

func TestRetries(t *testing.T) {
	suspend := onDemand("  - { id: s, title: Suspend them, use: peer.suspend, with: { user: ada } }\n  - { id: tell, use: peer.tell, with: { text: done } }")
	fails := func(status, times int) func(http.ResponseWriter, *http.Request, int) bool {
		return func(w http.ResponseWriter, r *http.Request, nth int) bool {
			if !strings.HasSuffix(r.URL.Path, "suspend") || nth > times {
				return false
			}
			w.WriteHeader(status)
			return true
		}
	}
	tests := map[string]struct {
		answer func(http.ResponseWriter, *http.Request, int) bool
		yaml   string
		state  flow.State
		calls  int
		says   string
	}{
		"down for a while":   {answer: fails(500, 5), yaml: suspend, state: flow.Succeeded, calls: 6},
		"down for good":      {answer: fails(500, 1000), yaml: suspend, state: flow.Failed, says: "Suspend them (s): the peer answered 500"},
		"refused for good":   {answer: fails(403, 1000), yaml: suspend, state: flow.Failed, calls: 1, says: "the peer answered 403"},
		"no retry wanted":    {answer: fails(500, 1000), yaml: strings.Replace(suspend, "with: { user: ada }", "with: { user: ada }, retry: 0s", 1), state: flow.Failed, calls: 1, says: "the peer answered 500"},
		"token not valid":    {answer: fails(401, 1000), yaml: suspend, state: flow.Failed, calls: 1, says: `the credential of connection "The peer" is refused`},
		"goes on regardless": {answer: fails(403, 1000), yaml: strings.Replace(suspend, "with: { user: ada }", "with: { user: ada }, on_error: continue", 1), state: flow.Succeeded, calls: 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLab(t)
			l.peer.answer = tt.answer
			began := l.clock()
			r, steps := l.run(tt.yaml, nil)
			if r.State != tt.state || !strings.Contains(r.Error, tt.says) {
				t.Errorf("ended %s: %q", r.State, r.Error)
			}
			n := l.peer.count("POST /users/ada/suspend")
			if tt.calls != 0 && n != tt.calls {
				t.Errorf("%d calls, want %d", n, tt.calls)
			}
			if steps["s"].Attempt != n {
				t.Errorf("attempt %d is noted after %d calls", steps["s"].Attempt, n)
			}
			if waited := l.clock().Sub(began); tt.calls == 0 && (waited < 30*time.Minute || waited > flow.DefaultRetry) {
				t.Errorf("gave up after %v", waited)
			}
			if es := l.ledger(); len(es) != 1 || es[0].Attempt != n || (es[0].State == guard.Done) != (steps["s"].State == flow.StepDone) {
				t.Errorf("%d entries in the ledger", len(es))
			}
		})
	}
}

// An answer that never came leaves open whether the action happened: the card
// fails, the ledger does not say that nothing was done, and the way back is there.
func TestFailureInDoubt(t *testing.T) {
	l := newLab(t)
	l.peer.answer = func(_ http.ResponseWriter, r *http.Request, _ int) bool {
		if strings.HasSuffix(r.URL.Path, "/suspend") {
			<-r.Context().Done()
			return true
		}
		return false
	}
	cards := "  - { id: s, title: Suspend them, use: peer.suspend, with: { user: ada }, timeout: 1s, retry: 0s%s }\n  - { id: after, use: text.compose, with: { text: x } }"
	r, steps := l.run(onDemand(fmt.Sprintf(cards, "")), nil)
	if r.State != flow.Failed || !strings.Contains(r.Error, "did not answer in time. It may have happened all the same: look") || r.Unknown != 1 || steps["s"].State != flow.StepUnknown {
		t.Errorf("ended %s %q; the step is %s, unknown %d", r.State, r.Error, steps["s"].State, r.Unknown)
	}
	failed := r.ID
	r, steps = l.run(strings.Replace(onDemand(fmt.Sprintf(cards, ", on_error: continue")), "flow: f", "flow: g", 1), nil)
	if r.State != flow.Succeeded || steps["s"].State != flow.StepUnknown || steps["s"].Error == "" || steps["after"].State != flow.StepDone {
		t.Errorf("ended %s %q; the step is %+v", r.State, r.Error, steps["s"])
	}
	e := l.ledger()[0]
	if e.State != guard.Unknown || e.Undo == nil || e.Undo.Action != "unsuspend" {
		t.Fatalf("ledger: %s, undone by %v", e.State, e.Undo)
	}
	if back, err := l.guard.Undo(t.Context(), shelfOf{l}, org, "account:a1", e.ID); err != nil || back.State != guard.Done {
		t.Errorf("undo: %+v, %v", back, err)
	}
	// Taken up again, a change that may be repeated is.
	l.peer.answer = nil
	check(t, l.db.Runs.Retry(t.Context(), org, failed))
	if r, steps := l.work(failed); r.State != flow.Succeeded || steps["s"].State != flow.StepDone || r.Unknown != 0 {
		t.Errorf("taken up again it ended %s %q", r.State, r.Error)
	}
}

// A refusal after a try of which nobody knows whether it was carried out does
// not say that nothing was done: it may be refused because it was.
func TestRefusalAfterDoubt(t *testing.T) {
	l := newLab(t)
	l.peer.answer = func(w http.ResponseWriter, r *http.Request, nth int) bool {
		if strings.HasSuffix(r.URL.Path, "/suspend") {
			w.WriteHeader(map[bool]int{true: http.StatusInternalServerError, false: http.StatusBadRequest}[nth == 1])
			return true
		}
		return false
	}
	r, steps := l.run(onDemand("  - { id: s, use: peer.suspend, with: { user: ada } }"), nil)
	if e := l.ledger()[0]; r.State != flow.Failed || steps["s"].State != flow.StepUnknown || steps["s"].Attempt != 2 || e.State != guard.Unknown || e.Undo == nil {
		t.Errorf("ended %s %q; the step is %s, the ledger says %s", r.State, r.Error, steps["s"].State, e.State)
	}
}

// crash works a run until the peer is called for the nth time, and ends there
// as a kill would: nothing after the call is written.
func (l *lab) crash(run, call string) {
	l.t.Helper()
	ctx, kill := context.WithCancel(l.t.Context())
	defer kill()
	l.peer.answer = func(_ http.ResponseWriter, r *http.Request, nth int) bool {
		if r.Method+" "+r.URL.Path == call && nth == 1 {
			kill()
			<-r.Context().Done()
			return true
		}
		return false
	}
	if _, err := l.runner.Work(ctx, org, run); err != nil && !errors.Is(err, context.Canceled) {
		l.t.Fatal(err)
	}
	l.peer.answer = nil
}

func TestCrashInTheMiddleOfAnEffect(t *testing.T) {
	cards := `
  - { id: user, use: peer.get_user, with: { user: ada } }
  - { id: now, use: date.now }
  - { id: row, use: table.create_row, table: reports, with: { Who: ada } }
  - { id: effect, use: peer.%s }
  - return: { state: "{{ steps.effect.state }}", at: "{{ now.date }}" }`
	tests := map[string]struct {
		effect, call string
		calls        int // of the effect, all in all
		state        flow.StepState
		ledger       guard.State
	}{
		"a change that may be repeated":     {"suspend, with: { user: ada }", "POST /users/ada/suspend", 2, flow.StepDone, guard.Done},
		"a change that must not be":         {"charge, with: { user: ada }", "POST /users/ada/charge", 1, flow.StepUnknown, guard.Unknown},
		"a message, which is sent once":     {"tell, with: { text: x }", "POST /tell", 1, flow.StepUnknown, ""},
		"a read, which is simply read anew": {"get_user, with: { user: bob }", "GET /users/bob", 2, flow.StepDone, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLab(t)
			run := l.start(l.publish(onDemand(fmt.Sprintf(cards, tt.effect))), nil, nil)
			l.crash(run, tt.call)
			at := l.clock()
			l.setClock(at.Add(time.Hour))
			r, steps := l.work(run)
			if r.State != flow.Succeeded || steps["effect"].State != tt.state || r.Unknown != map[bool]int{true: 1}[tt.state == flow.StepUnknown] {
				t.Errorf("ended %s %q; the effect is %s, unknown %d", r.State, r.Error, steps["effect"].State, r.Unknown)
			}
			if n := l.peer.count(tt.call); n != tt.calls {
				t.Errorf("%d calls, want %d", n, tt.calls)
			}
			if n := l.peer.count("GET /users/ada"); n != 1 {
				t.Errorf("what was completed before was done %d times", n)
			}
			if rows := l.rows(); len(rows) != 1 {
				t.Errorf("%d rows", len(rows))
			}
			if want := `"at":{"$date":"` + value.ISO(at) + `"}`; !strings.Contains(string(r.Result), want) {
				t.Errorf("now has moved: %s", r.Result)
			}
			es := l.ledger()
			if tt.ledger != "" && (len(es) != 1 || es[0].State != tt.ledger) {
				t.Errorf("ledger = %+v", es)
			}
		})
	}
}

// A crash at any call of a loop repeats at most the call that was under way.
func TestCrashInALoop(t *testing.T) {
	l := newLab(t)
	var who []any
	for i := range 300 {
		who = append(who, fmt.Sprint("u", i))
	}
	yaml := onDemand("  - { id: all, each: \"{{ input.list }}\", as: one, do: [ { id: s, use: peer.suspend, with: { user: \"{{ one }}\" } }, { id: w, use: text.compose, with: { text: x } } ] }\n  - return: { n: \"{{ all.count }}\" }")
	check(t, l.db.Actions.SetPolicy(t.Context(), org, guard.Policy{Ceiling: 1000}))
	run := l.start(l.publish(yaml), value.Map("list", who), nil)
	for _, n := range []int{0, 7, 150, 299} {
		l.crash(run, fmt.Sprintf("POST /users/u%d/suspend", n))
	}
	r, steps := l.work(run)
	if r.State != flow.Succeeded || string(r.Result) != `{"n":300}` || len(steps) != 602 {
		t.Errorf("ended %s with %s, %q, %d steps", r.State, r.Result, r.Error, len(steps))
	}
	for i := range 300 {
		n := l.peer.count(fmt.Sprintf("POST /users/u%d/suspend", i))
		if crashed := i == 0 || i == 7 || i == 150 || i == 299; n != 1 && (!crashed || n != 2) {
			t.Errorf("u%d was suspended %d times", i, n)
		}
	}
}

func TestDataNotKept(t *testing.T) {
	l := newLab(t)
	yaml := strings.Replace(onDemand(`
  - { id: user, use: peer.get_user, with: { user: "{{ input.who }}" } }
  - { id: words, use: text.compose, with: { text: "hello {{ user.login }}" } }
  - { id: s, use: peer.suspend, with: { user: "{{ user.id }}" } }
  - return: { login: "{{ user.login }}" }`), "flow: f\n", "flow: f\nsave_data: false\n", 1)
	run := l.start(l.publish(yaml), value.Map("who", "ada"), nil)
	l.crash(run, "POST /users/id-ada/suspend") // so that it goes on from what was journaled, sealed
	r, steps := l.work(run)
	if r.State != flow.Succeeded || l.peer.count("GET /users/ada") != 1 || l.peer.count("POST /users/id-ada/suspend") != 2 {
		t.Errorf("ended %s %q, calls %v", r.State, r.Error, l.peer.calls)
	}
	if all := fmt.Sprint(r, steps); strings.Contains(all, "acme.example") || strings.Contains(all, "hello ") {
		t.Errorf("values are kept: %s", all)
	}
	if string(steps["user"].Output) != `{"id":"text, 6 characters","login":"text, 16 characters","email":"text, 16 characters"}` || steps["user"].Journal != nil {
		t.Errorf("output %s, journal %v", steps["user"].Output, steps["user"].Journal)
	}
}

// A secret that an action gives goes on to later cards, and never to history.
func TestSecretOutput(t *testing.T) {
	l := newLab(t)
	run := l.start(l.publish(onDemand(`
  - { id: link, use: peer.make_link, with: { user: ada } }
  - { id: words, use: text.compose, with: { text: "open {{ link.url }}" } }
  - { id: tell, use: peer.tell, with: { text: "{{ words.text }}" } }
  - return: { url: "{{ link.url }}" }`)), nil, nil)
	l.crash(run, "POST /tell")
	r, steps := l.work(run)
	if r.State != flow.Succeeded || steps["tell"].State != flow.StepUnknown {
		t.Errorf("ended %s %q, tell %s", r.State, r.Error, steps["tell"].State)
	}
	r2, steps2 := l.work(l.start(r.Flow, nil, nil))
	if len(l.peer.told) != 1 || l.peer.told[0] != "open https://acme.example/reset/t0p-s3cret" {
		t.Errorf("told %q", l.peer.told)
	}
	if all := fmt.Sprint(r, steps, r2, steps2, l.ledger()); strings.Contains(all, "t0p-s3cret") {
		t.Errorf("the secret stands in the history: %s", all)
	}
}

func TestGuard(t *testing.T) {
	cards := "  - { id: s, use: peer.suspend, with: { user: \"{{ input.who }}\" } }\n  - { id: tell, use: peer.tell, with: { text: \"{{ steps.s.state }}: {{ steps.s.reason }}\" } }"
	tests := map[string]struct {
		policy guard.Policy
		who    string
		dry    bool
		calls  int
		state  flow.StepState
		told   string
	}{
		"nobody protected":      {guard.Policy{Ceiling: 9}, "ada", false, 1, flow.StepDone, "done: "},
		"protected by login":    {guard.Policy{Ceiling: 9, ProtectedUsers: []string{"ADA@acme.example"}}, "ada", false, 0, flow.StepRefused, "refused: ada@acme.example is a protected account"},
		"protected by group":    {guard.Policy{Ceiling: 9, ProtectedGroups: []string{"break glass"}}, "root", false, 0, flow.StepRefused, `refused: root@acme.example is a member of the protected group "Break glass"`},
		"in another group":      {guard.Policy{Ceiling: 9, ProtectedGroups: []string{"break glass"}}, "ada", false, 1, flow.StepDone, "done: "},
		"ceiling of the flow":   {guard.Policy{Ceiling: 0}, "ada", false, 0, flow.StepRefused, "refused: the flow has made 0 changes"},
		"dry run of the run":    {guard.Policy{Ceiling: 9}, "ada", true, 0, flow.StepDryRun, ""},
		"dry run for everybody": {guard.Policy{Ceiling: 9, DryRun: true}, "ada", false, 0, flow.StepDryRun, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLab(t)
			check(t, l.db.Actions.SetPolicy(t.Context(), org, tt.policy))
			run := l.start(l.publish(onDemand(cards)), value.Map("who", tt.who), func(r *flow.Run) { r.DryRun = tt.dry })
			r, steps := l.work(run)
			if r.State != flow.Succeeded || steps["s"].State != tt.state {
				t.Errorf("ended %s %q; the step is %s %q", r.State, r.Error, steps["s"].State, steps["s"].Reason)
			}
			if n := l.peer.count("POST /users/" + tt.who + "/suspend"); n != tt.calls {
				t.Errorf("%d calls, want %d", n, tt.calls)
			}
			if told := strings.Join(l.peer.told, ""); !strings.HasPrefix(told, tt.told) || tt.told == "" && told != "" {
				t.Errorf("told %q, want %q", told, tt.told)
			}
			if tt.state == flow.StepDryRun && !strings.Contains(string(steps["s"].Output), `"method":"POST"`) {
				t.Errorf("a dry run shows %s", steps["s"].Output)
			}
		})
	}
}

// When the guard cannot look somebody up, nothing is done until it can.
func TestGuardCannotDecide(t *testing.T) {
	l := newLab(t)
	check(t, l.db.Actions.SetPolicy(t.Context(), org, guard.Policy{Ceiling: 9, ProtectedGroups: []string{"Break glass"}}))
	l.peer.answer = func(w http.ResponseWriter, r *http.Request, nth int) bool {
		if strings.HasSuffix(r.URL.Path, "groups") && nth <= 12 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return true
		}
		return false
	}
	run := l.start(l.publish(onDemand("  - { id: s, use: peer.suspend, with: { user: ada } }")), nil, nil)
	if again, err := l.runner.Work(t.Context(), org, run); err != nil || again.IsZero() {
		t.Fatal(again, err)
	}
	if r, _ := l.look(run); r.State != flow.Waiting || !strings.Contains(r.Reason, "the guard cannot look up") || l.peer.count("POST /users/ada/suspend") != 0 {
		t.Errorf("run is %s, %q", r.State, r.Reason)
	}
	if r, _ := l.work(run); r.State != flow.Succeeded || l.peer.count("POST /users/ada/suspend") != 1 {
		t.Errorf("ended %s %q", r.State, r.Error)
	}
}

func TestUndo(t *testing.T) {
	l := newLab(t)
	l.run(onDemand("  - { id: s, use: peer.suspend, with: { user: ada } }\n  - { id: c, use: peer.charge, with: { user: ada } }"), nil)
	byAction := map[string]string{}
	for _, e := range l.ledger() {
		byAction[e.Action] = e.ID
	}
	conns := shelfOf{l}
	done, err := l.guard.Undo(t.Context(), conns, org, "account:me", byAction["suspend"])
	if err != nil || done.State != guard.Done || done.Why.UndoOf != byAction["suspend"] || l.peer.count("POST /users/ada/unsuspend") != 1 {
		t.Errorf("undone: %+v, %v", done, err)
	}
	for name, id := range map[string]string{"twice": byAction["suspend"], "no way back": byAction["charge"], "the undoing, which has none": done.ID} {
		if _, err := l.guard.Undo(t.Context(), conns, org, "account:me", id); err == nil {
			t.Errorf("%s: undone", name)
		}
	}
	if _, err := l.guard.Undo(t.Context(), conns, "other", "account:me", byAction["suspend"]); err == nil {
		t.Error("another organization's action was undone")
	}
}

func TestCancelAndTimeout(t *testing.T) {
	l := newLab(t)
	l.peer.answer = func(w http.ResponseWriter, _ *http.Request, _ int) bool { w.WriteHeader(500); return true }
	yaml := strings.Replace(onDemand("  - { id: s, use: peer.suspend, with: { user: ada }, retry: 100h }"), "flow: f\n", "flow: f\ntimeout: 10m\n", 1)
	id := l.publish(yaml)
	run := l.start(id, nil, nil)
	if _, err := l.runner.Work(t.Context(), org, run); err != nil {
		t.Fatal(err)
	}
	if r, err := l.db.Runs.Cancel(t.Context(), org, run); err != nil || r.State != flow.Cancelled {
		t.Errorf("a waiting run cancelled is %s, %v", r.State, err)
	}
	if again, err := l.runner.Work(t.Context(), org, run); err != nil || !again.IsZero() {
		t.Errorf("a cancelled run goes on at %v, %v", again, err)
	}
	began := l.clock()
	if r, _ := l.work(l.start(id, nil, nil)); r.State != flow.Failed || l.clock().Sub(began) > 10*time.Minute {
		t.Errorf("ended %s after %v: %q", r.State, l.clock().Sub(began), r.Error)
	}
}

func TestRetryFromTheFailedCard(t *testing.T) {
	l := newLab(t)
	l.peer.answer = func(w http.ResponseWriter, r *http.Request, nth int) bool {
		if strings.HasSuffix(r.URL.Path, "charge") && nth == 1 {
			w.WriteHeader(403)
			return true
		}
		return false
	}
	r, _ := l.run(onDemand("  - { id: s, use: peer.suspend, with: { user: ada } }\n  - { id: c, use: peer.charge, with: { user: ada } }\n  - return: { ok: \"{{ c.ok }}\" }"), nil)
	if r.State != flow.Failed {
		t.Fatalf("ended %s", r.State)
	}
	check(t, l.db.Runs.Retry(t.Context(), org, r.ID))
	r, steps := l.work(r.ID)
	if r.State != flow.Succeeded || string(r.Result) != `{"ok":true}` || l.peer.count("POST /users/ada/suspend") != 1 || l.peer.count("POST /users/ada/charge") != 2 || steps["c"].State != flow.StepDone {
		t.Errorf("ended %s %q, calls %v", r.State, r.Error, l.peer.calls)
	}
}

// A run stops between two cards when the program is to stop, and goes on after.
func TestDrain(t *testing.T) {
	l := newLab(t)
	run := l.start(l.publish(onDemand("  - { id: a, use: peer.suspend, with: { user: ada } }\n  - { id: b, use: peer.suspend, with: { user: bob } }")), nil, nil)
	l.peer.answer = func(http.ResponseWriter, *http.Request, int) bool {
		l.runner.Drain()
		return false
	}
	if again, err := l.runner.Work(t.Context(), org, run); err != nil || again.After(l.clock()) || again.IsZero() {
		t.Fatal(again, err)
	}
	if n := l.peer.count("POST /users/bob/suspend"); n != 0 {
		t.Error("the run went on")
	}
	l.peer.answer = nil
	l.build(l.runner.Catalogue) // the program is started again
	if r, _ := l.work(run); r.State != flow.Succeeded || l.peer.count("POST /users/ada/suspend") != 1 {
		t.Errorf("ended %s, calls %v", r.State, l.peer.calls)
	}
}

func TestBindingsThatAreGone(t *testing.T) {
	l := newLab(t)
	id := l.publish(onDemand("  - { id: s, title: Suspend, use: peer.suspend, with: { user: ada } }"))
	check(t, l.db.Connections.Remove(t.Context(), org, "conn1"))
	if r, _ := l.work(l.start(id, nil, nil)); r.State != flow.Failed || !strings.Contains(r.Error, `no connection is chosen for "peer"`) {
		t.Errorf("ended %s %q", r.State, r.Error)
	}
}

type shelfOf struct{ *lab }

// A trigger whose condition cannot be evaluated does not keep quiet: the run is
