package flow_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"sallyport/internal/flow"
	"sallyport/internal/store"
	"sallyport/internal/value"
)

// once closes a channel the first time.
func closing(c chan struct{}) func() { return sync.OnceFunc(func() { close(c) }) }

// What steps.ID says in one round is not what it says in another that runs at the
// same time.
func TestStepsAreOfTheirRound(t *testing.T) {
	l := newLab(t)
	var told sync.WaitGroup
	told.Add(2)
	l.peer.answer = func(w http.ResponseWriter, r *http.Request, _ int) bool {
		if r.URL.Path == "/tell" { // both rounds have got here before either goes on
			told.Done()
			told.Wait()
			return false
		}
		if r.URL.Path == "/users/bad" {
			w.WriteHeader(http.StatusNotFound)
		}
		return r.URL.Path == "/users/bad"
	}
	r, _ := l.run(onDemand(`
  - id: all
    map: "{{ input.list }}"
    as: one
    concurrency: 2
    do:
      - { id: a, use: peer.get_user, with: { user: "{{ one }}" }, on_error: continue }
      - { id: b, use: peer.tell, with: { text: "{{ one }}" } }
      - { id: c, if: steps.a.state == "failed" && steps.b.state == "done", then: [ { return: { s: "{{ one }} {{ steps.a.state }}" } } ] }
      - { return: { s: "{{ one }} {{ steps.a.state }}" } }
  - return: { list: "{{ all.list }}" }`), value.Map("list", []any{"bad", "ada"}))
	if string(r.Result) != `{"list":["bad failed","ada done"]}` {
		t.Errorf("%s %s", r.Result, r.Error)
	}
}

// listing answers so many pages of people; fail may refuse one.
func listing(pages, per int, fail func(next string, nth int) bool) func(http.ResponseWriter, *http.Request, int) bool {
	return func(w http.ResponseWriter, r *http.Request, nth int) bool {
		path, found := strings.CutPrefix(r.URL.Path, "/people/")
		if !found {
			return false
		}
		who, next, _ := strings.Cut(path, "/")
		if fail != nil && fail(next, nth) {
			w.WriteHeader(http.StatusForbidden)
			return true
		}
		n := 0
		_, _ = fmt.Sscan(next, &n)
		var people []any
		for i := range per {
			people = append(people, fmt.Sprintf("%s-%d", who, n*per+i))
		}
		body := value.Map("people", people)
		if n+1 < pages {
			body.Set("next", fmt.Sprint(n+1))
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(value.JSON(body))
		return true
	}
}

// A stream that failed at a page goes on there when it is retried, however many
// rounds were forgotten.
func TestStreamGoesOnWhereItFailed(t *testing.T) {
	l := newLab(t)
	l.peer.answer = listing(4, 400, func(next string, nth int) bool { return next == "3" && nth == 1 })
	id := l.publish(onDemand(`
  - { id: s, use: peer.list_people, with: { who: x }, stream: { as: p, do: [ { id: t, use: peer.tell, with: { text: "{{ p }}" } } ] } }
  - return: { n: "{{ s.streamed }}" }`))
	run := l.start(id, nil, nil)
	if r, _ := l.work(run); r.State != flow.Failed || len(l.peer.told) != 1200 {
		t.Fatalf("%s %s, told %d", r.State, r.Error, len(l.peer.told))
	}
	check(t, l.db.Runs.Retry(t.Context(), org, run))
	if r, _ := l.work(run); string(r.Result) != `{"n":1600}` || len(l.peer.told) != 1600 {
		t.Errorf("%s %s %s, told %d", r.State, r.Error, r.Result, len(l.peer.told))
	}
}

// A stream in one round forgets nothing of another round.
func TestStreamForgetsItsOwnRoundsAlone(t *testing.T) {
	l := newLab(t)
	last, charged := make(chan struct{}), make(chan struct{})
	lastCame, chargeCame, page := closing(last), closing(charged), listing(3, 600, nil)
	l.peer.answer = func(w http.ResponseWriter, r *http.Request, nth int) bool {
		switch r.URL.Path {
		case "/people/x/2":
			lastCame()
			<-charged
		case "/users/wait":
			<-last
		case "/users/ada/charge":
			defer chargeCame()
		}
		return page(w, r, nth)
	}
	id := l.publish(onDemand(`
  - id: all
    each: "{{ input.list }}"
    as: one
    concurrency: 2
    do:
      - if: one == "x"
        then: [ { id: s, use: peer.list_people, with: { who: "{{ one }}" }, stream: { as: p, do: [ { id: t, use: peer.tell, with: { text: "{{ p }}" } } ] } } ]
        else: [ { id: g, use: peer.get_user, with: { user: wait } }, { id: c, use: peer.charge, with: { user: ada } } ]
      - { id: w, wait: { for: 1, unit: hours } }`))
	r, steps := l.work(l.start(id, value.Map("list", []any{"x", "y"}), nil))
	if n := l.peer.count("POST /users/ada/charge"); n != 1 || r.State != flow.Succeeded || steps["all#1/c"].State != flow.StepDone {
		t.Errorf("ada was charged %d times; %s %s", n, r.State, r.Error)
	}
}

// A round that waits to try again, when another fails and that is caught, is left
// for good: also when the run is resumed.
func TestRoundThatWaitsIsLeftWhenAnotherFails(t *testing.T) {
	l := newLab(t)
	limited, begun := make(chan struct{}), make(chan struct{})
	wasLimited, bothBegun := closing(limited), closing(begun)
	l.peer.answer = func(w http.ResponseWriter, r *http.Request, nth int) bool {
		switch {
		case r.URL.Path == "/users/x/suspend" && nth == 1:
			<-begun
			defer wasLimited()
			w.Header().Set("Retry-After", "60")
			w.WriteHeader(http.StatusTooManyRequests)
			return true
		case r.URL.Path == "/users/y/suspend":
			bothBegun()
			<-limited
			w.WriteHeader(http.StatusNotFound)
			return true
		}
		return false
	}
	id := l.publish(onDemand(`
  - try:
      - { id: all, each: "{{ input.list }}", as: one, concurrency: 2, do: [ { id: s, use: peer.suspend, with: { user: "{{ one }}" } }, { id: t, use: peer.tell, with: { text: "{{ one }} is suspended" } } ] }
    catch:
      - { id: u, use: peer.unsuspend, with: { user: x } }
      - { id: w, wait: { for: 1, unit: hours } }
  - return: { ok: true }`))
	r, _ := l.work(l.start(id, value.Map("list", []any{"x", "y"}), nil))
	if n := l.peer.count("POST /users/x/suspend"); n != 1 || len(l.peer.told) != 0 || r.State != flow.Succeeded {
		t.Errorf("%s %s: %v, told %v", r.State, r.Error, l.peer.calls, l.peer.told)
	}
}

// A run of its own is of the version with which the run that starts it began.
func TestRunOfItsOwnIsOfThePinnedVersion(t *testing.T) {
	l := newLab(t)
	helper := func(n string) string {
		return "flow: h\ntrigger: { call: { inputs: { " + n + ": { type: text, required: true } } } }\ncards: [ { return: { says: " + n + " } } ]\n"
	}
	called := l.publish(helper("a"))
	caller := l.publish(onDemand("  - { id: tell, use: peer.tell, with: { text: x } }\n  - { id: h, call: h, async: true, with: { a: one } }"))
	next, err := flow.Parse(helper("b"))
	check(t, err)
	l.peer.answer = func(http.ResponseWriter, *http.Request, int) bool {
		check(t, l.db.Write(context.Background(), func(tx *store.Tx) error {
			_, err := tx.Publish(context.Background(), org, next, flow.Version{Flow: called, CreatedAt: l.clock()})
			return err
		}))
		return false
	}
	if r, _ := l.work(l.start(caller, nil, nil)); r.State != flow.Succeeded {
		t.Fatal(r.State, r.Error)
	}
	runs, err := l.db.Runs.List(t.Context(), org, store.RunFilter{Flow: called, Limit: 10})
	if err != nil || len(runs) != 1 {
		t.Fatal(runs, err)
	}
	if r, _ := l.work(runs[0].ID); r.Version != 1 || r.State != flow.Succeeded {
		t.Errorf("version %d: %s %s", r.Version, r.State, r.Error)
	}
}

// failing is a store that fails to write some steps.
type failing struct {
	flow.Store
	fail func([]flow.Step) error
}

func (f failing) Record(ctx context.Context, ref flow.Ref, steps []flow.Step, c *flow.Change) error {
	if err := f.fail(steps); err != nil {
		return err
	}
	return f.Store.Record(ctx, ref, steps, c)
}

// Whoever is to be told of a failure is told, although the database was away for a
// moment.
func TestFlowThatIsToldOfAFailureIsNotLost(t *testing.T) {
	l := newLab(t)
	l.publish("flow: h\nconnections: { peer: peer }\ntrigger: { call: }\ncards: [ { id: g, use: peer.get_user, with: { user: ada } }, { id: tell, use: peer.tell, with: { text: failed } } ]\n")
	id := l.publish(onDemand("  - { id: bad, use: peer.get_user, with: { user: bad }, on_error: { call: h } }"))
	l.peer.answer = answers("GET /users/bad", http.StatusNotFound)
	away := true
	l.runner.Store = failing{l.db.Runs, func(steps []flow.Step) error {
		for _, s := range steps {
			if s.Card == "g" && away {
				away = false
				return errors.New("the database is away")
			}
		}
		return nil
	}}
	run := l.start(id, nil, nil)
	if _, err := l.runner.Work(t.Context(), org, run); err == nil {
		t.Error("the run went on without its database")
	}
	if r, _ := l.work(run); r.State != flow.Failed || len(l.peer.told) != 1 {
		t.Errorf("%s %s, told %v", r.State, r.Error, l.peer.told)
	}
}
