package flow_test

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"sallyport/internal/flow"
	"sallyport/internal/value"
)

// The cards that have others within, and what they give.
func TestBlocks(t *testing.T) {
	tests := map[string]struct{ cards, input, want string }{
		"the first case that holds": {
			`
  - id: b
    branch:
      - { if: { a: "{{ input.who }}", is: "==", b: 1 }, do: [ { return: { x: one } } ] }
      - { unless: { a: "{{ input.who }}", is: is empty }, do: [ { return: { x: "some {{ input.who }}" } } ] }
    else: [ { return: { x: none } } ]
  - return: { x: "{{ b.x }}", branch: "{{ b.branch }}" }`, `{"who":"ada"}`, `{"x":"some ada","branch":1}`,
		},
		"else where no case holds": {
			`
  - id: b
    branch: [ { if: input.who == 'x', do: [ { return: { x: one } } ] } ]
    else: [ { id: t, use: text.compose, with: { text: other } } ]
  - return: { x: "{{ b.text }}", branch: "{{ b.branch }}" }`, `{}`, `{"x":"other","branch":"else"}`,
		},
		"what fails is caught, with what the other side said": {
			`
  - id: t
    try: [ { id: s, use: peer.suspend, with: { user: nobody } }, { return: { ok: true } } ]
    catch: [ { return: { ok: false, said: "{{ error.statusCode }} {{ error.errorSummary }}", by: "{{ error.method }}" } } ]
  - return: { ok: "{{ t.ok }}", said: "{{ t.said }}", by: "{{ t.by }}", failed: "{{ t.failed }}" }`, `{}`,
			`{"ok":false,"said":"404 no such person","by":"s","failed":true}`,
		},
		"what does not fail is not": {
			`
  - id: t
    try: [ { return: { ok: true } } ]
    catch: [ { return: { ok: false } } ]
  - return: { ok: "{{ t.ok }}", failed: "{{ t.failed }}" }`, `{}`, `{"ok":true,"failed":false}`,
		},
		"a flow's own failure is caught with its details": {
			`
  - id: t
    try: [ { fail: "no {{ input.who }}", status: 404, details: { hint: look } } ]
    catch: [ { return: { m: "{{ error.message }}", s: "{{ error.statusCode }}", h: "{{ error.hint }}" } } ]
  - return: { m: "{{ t.m }}", s: "{{ t.s }}", h: "{{ t.h }}" }`, `{"who":"ada"}`, `{"m":"no ada","s":404,"h":"look"}`,
		},
		"map gives the one field, or all": {
			`
  - { id: one, map: "{{ input.list }}", as: a, do: [ { return: { n: "{{ a }}" } } ] }
  - { id: all, map: "{{ input.list }}", as: a2, gives: object, do: [ { return: { n: "{{ a2 }}", i: "{{ index }}" } } ] }
  - return: { one: "{{ one.list }}", all: "{{ all.list }}" }`, `{"list":[5,6]}`, `{"one":[5,6],"all":[{"n":5,"i":0},{"n":6,"i":1}]}`,
		},
		"a round that stops gives null, and is not kept": {
			`
  - { id: m, map: "{{ input.list }}", as: a, do: [ { stop: small, if: a < 6 }, { return: { n: "{{ a }}" } } ] }
  - { id: f, filter: "{{ input.list }}", as: b, do: [ { stop: small, if: b < 6 }, { return: { keep: true } } ] }
  - return: { m: "{{ m.list }}", f: "{{ f.list }}" }`, `{"list":[5,6]}`, `{"m":[null,6],"f":[6]}`,
		},
		"reduce": {
			`
  - { id: sum, reduce: "{{ input.list }}", as: a, memo: 0, do: [ { id: add, use: number.add, with: { a: "{{ memo }}", b: "{{ a }}" } } ] }
  - { id: obj, reduce: "{{ input.list }}", as: b, memo: { last: null, n: 0 }, do: [ { id: inc, use: number.add, with: { a: "{{ memo.n }}", b: 1 } }, { return: { last: "{{ b }}", n: "{{ inc.number }}" } } ] }
  - return: { sum: "{{ sum.item }}", obj: "{{ obj.item }}" }`, `{"list":[5,6]}`, `{"sum":11,"obj":{"last":6,"n":2}}`,
		},
		"repeat": {
			`
  - { id: r, repeat: "{{ input.who }}", do: [ { id: t, use: text.compose, with: { text: "{{ index }}" } } ] }
  - return: { count: "{{ r.count }}" }`, `{"who":"3"}`, `{"count":3}`,
		},
		"filters": {
			`
  - return:
      parsed: "{{ input.who | parse | get \"a.b\" }}"
      list: "{{ input.list | stringify }}"
      text: "<{{ input.none | default \"-\" }}>"
      number: "{{ input.text | number }}"
      as: "{{ input.text | as \"number\" }}"`, `{"who":"{\"a\":{\"b\":7}}","list":[1,2],"text":"12 kg"}`,
			`{"parsed":7,"list":"[1,2]","text":"<->","number":12,"as":"12 kg"}`,
		},
		"a comment does nothing": {"\n  - comment: look here\n  - return: { x: 1 }", `{}`, `{"x":1}`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			l := newLab(t)
			l.peer.answer = func(w http.ResponseWriter, r *http.Request, _ int) bool {
				if !strings.Contains(r.URL.Path, "nobody") {
					return false
				}
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(http.StatusNotFound)
				_, _ = w.Write([]byte(`{"errorSummary":"no such person","message":"no such person"}`))
				return true
			}
			in, err := value.ParseJSON([]byte(tt.input))
			check(t, err)
			r, _ := l.run(withInputs(tt.cards), in.(*value.Object))
			if r.State != flow.Succeeded || string(r.Result) != tt.want {
				t.Errorf("%s %q\n got %s\nwant %s", r.State, r.Error, r.Result, tt.want)
			}
		})
	}
}

func withInputs(cards string) string {
	return strings.Replace(onDemand(cards), "who: text, list: list", "who: text, list: list, none: any, text: text", 1)
}

// What the flow gives where no return says so.
func TestResult(t *testing.T) {
	l := newLab(t)
	r, _ := l.run(onDemand("\n  - { id: t, use: text.compose, with: { text: hi } }")+"\nresult: { output: \"{{ t.text }}\" }\n", nil)
	if string(r.Result) != `{"output":"hi"}` {
		t.Errorf("%s %q %s", r.State, r.Error, r.Result)
	}
}

// A wait holds no worker, is not begun anew, and does not count towards the
// run's time.
func TestWait(t *testing.T) {
	l := newLab(t)
	body := onDemand("\n  - { id: w, wait: { for: 3, unit: days } }\n  - { use: peer.tell, with: { text: x } }\n  - return: { until: \"{{ w.until }}\" }")
	began := l.clock()
	r, steps := l.run(body, nil)
	if r.State != flow.Succeeded {
		t.Fatalf("%s %q", r.State, r.Error)
	}
	until := began.Add(72 * time.Hour)
	if got := steps["w"]; got.State != flow.StepDone || l.clock().Before(until) || l.peer.count("POST /tell") != 1 {
		t.Errorf("step %+v at %s, told %d times", got, l.clock(), l.peer.count("POST /tell"))
	}
}

// Rounds that may run at the same time do: each waits for the others at the peer.
// What they give stands in the order of the items.
func TestRoundsAtTheSameTime(t *testing.T) {
	l := newLab(t)
	const rounds = 4
	arrived, all := make(chan struct{}, rounds), make(chan struct{})
	l.peer.answer = func(_ http.ResponseWriter, r *http.Request, _ int) bool {
		if !strings.Contains(r.URL.Path, "/users/") {
			return false
		}
		if arrived <- struct{}{}; len(arrived) == rounds {
			close(all)
		}
		select {
		case <-all:
		case <-time.After(10 * time.Second):
			t.Error("the rounds wait for each other")
		}
		return false
	}
	r, steps := l.run(onDemand(`
  - { id: m, map: "{{ input.list }}", as: who, concurrency: 4, do: [ { id: u, use: peer.get_user, with: { user: "{{ who }}" } }, { return: { login: "{{ u.login }}" } } ] }
  - return: { all: "{{ m.list }}" }`), value.Map("list", []any{"ada", "bob", "cid", "dan"}))
	if want := `{"all":["ada@acme.example","bob@acme.example","cid@acme.example","dan@acme.example"]}`; string(r.Result) != want || steps["m#3/u"].State != flow.StepDone {
		t.Errorf("%s %q %s", r.State, r.Error, r.Result)
	}
}

// A crash in the middle of a loop of many repeats nothing that was done.
func TestCrashInALongLoop(t *testing.T) {
	for name, concurrency := range map[string]string{"one after another": "1", "several at the same time": "5"} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t)
			const many = 90 // fewer than the guard lets through in an hour
			list := make([]any, many)
			for i := range list {
				list[i] = "user" + strconv.Itoa(i)
			}
			run := l.start(l.publish(onDemand(`
  - { id: e, each: "{{ input.list }}", as: who, concurrency: `+concurrency+`, do: [ { id: s, use: peer.suspend, with: { user: "{{ who }}" } } ] }
  - return: { n: "{{ e.count }}" }`)), value.Map("list", list), nil)
			ctx, crash := context.WithCancel(t.Context())
			calls := atomic.Int32{}
			l.peer.answer = func(_ http.ResponseWriter, r *http.Request, _ int) bool {
				if strings.HasSuffix(r.URL.Path, "/suspend") && calls.Add(1) == many/2 {
					crash()
				}
				return false
			}
			if _, err := l.runner.Work(ctx, org, run); err != nil && ctx.Err() == nil {
				t.Fatal(err)
			}
			done := int(calls.Load())
			r, _ := l.work(run)
			if r.State != flow.Succeeded || string(r.Result) != `{"n":90}` {
				t.Fatalf("%s %q %s", r.State, r.Error, r.Result)
			}
			// What was under way when it broke off is made again: at most one call a round.
			if again := int(calls.Load()) - many; done < many/2 || again < 0 || again > 5 {
				t.Errorf("%d calls before, %d more than there are people", done, again)
			}
		})
	}
}

// A card says how often, how far apart, and after which failures it is tried again.
func TestRetryTimes(t *testing.T) {
	tests := map[string]struct {
		retry  string
		status int
		calls  int
	}{
		"so many times, whatever the failure": {"{ times: 2, delay: 1m }", http.StatusBadRequest, 3},
		"rate limits only, and it is none":    {"{ times: 2, delay: 1m, only: rate_limits }", http.StatusBadRequest, 1},
		"rate limits only, and it is one":     {"{ times: 2, delay: [1m, 3m], only: rate_limits }", http.StatusTooManyRequests, 3},
		"not at all":                          {"{ times: 0 }", http.StatusTooManyRequests, 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			l := newLab(t)
			l.peer.answer = func(w http.ResponseWriter, _ *http.Request, _ int) bool {
				w.WriteHeader(tt.status)
				return true
			}
			began := l.clock()
			r, steps := l.run(onDemand("  - { id: s, use: peer.suspend, with: { user: ada }, retry: "+tt.retry+" }"), nil)
			if n := l.peer.count("POST /users/ada/suspend"); r.State != flow.Failed || n != tt.calls || steps["s"].Attempt != tt.calls {
				t.Errorf("%s after %d calls, attempt %d", r.State, n, steps["s"].Attempt)
			}
			if waited := l.clock().Sub(began); tt.calls == 3 && (waited < 2*time.Minute || waited > 6*time.Minute+time.Second) {
				t.Errorf("waited %s", waited)
			}
		})
	}
}

// A flow that was imported waits for rate limits, and fails at once by all else.
func TestRetryOfLooseFlows(t *testing.T) {
	l := newLab(t)
	l.peer.answer = func(w http.ResponseWriter, _ *http.Request, _ int) bool {
		w.WriteHeader(http.StatusServiceUnavailable)
		return true
	}
	r, _ := l.run(onDemand("  - { id: s, use: peer.get_user, with: { user: ada } }")+"\nloose: true\n", nil)
	if n := l.peer.count("GET /users/ada"); r.State != flow.Failed || n > 3 { // the engine itself repeats a read, quickly
		t.Errorf("%s %q after %d calls", r.State, r.Error, n)
	}
}
