package flow_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/flow"
)

const limited = "flow: l\nconcurrency: 2\ntrigger: { on_demand: }\ncards: [ { id: w, wait: { for: 1, unit: hours } } ]\n"

// At most as many runs as the flow says are under way, those that wait for a time
// among them; the others begin in the order in which they came.
func TestRunsOfAFlowAtOnce(t *testing.T) {
	l := newLab(t)
	id := l.publish(limited)
	var runs []string
	for i := range 5 {
		l.setClock(l.clock().Add(time.Second))
		runs = append(runs, l.start(id, nil, func(r *flow.Run) {
			if i == 4 {
				r.Priority = flow.PriorityContainment
			}
		}))
	}
	states := func() string {
		t.Helper()
		var out []string
		for _, r := range runs {
			got, _ := l.look(r)
			out = append(out, string(got.State))
		}
		return strings.Join(out, " ")
	}
	try := func() {
		t.Helper()
		for _, r := range slices.Backward(runs) { // whatever the order in which workers come
			got, _ := l.look(r)
			if got.State != flow.Queued {
				continue
			}
			_, err := l.runner.Work(t.Context(), org, r)
			check(t, err)
		}
	}
	end := func(i int) {
		t.Helper()
		l.setClock(l.clock().Add(time.Hour))
		r, _ := l.work(runs[i])
		if r.State != flow.Succeeded {
			t.Errorf("run %d: %s %s", i, r.State, r.Error)
		}
	}
	var got []string
	for _, do := range []func(){
		try,
		func() { end(0); try() },
		func() { _, err := l.db.Runs.Cancel(t.Context(), org, runs[4]); check(t, err); try() },
		func() { end(1); end(2); try() },
		func() { end(3) },
	} {
		do()
		got = append(got, states())
	}
	want := []string{
		"waiting queued queued queued waiting",
		"succeeded waiting queued queued waiting",
		"succeeded waiting waiting queued cancelled",
		"succeeded succeeded succeeded waiting cancelled",
		"succeeded succeeded succeeded succeeded cancelled",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// A run that is held says why, and a run that was under way when the program died
// keeps its place.
func TestHeldRunSaysWhy(t *testing.T) {
	l := newLab(t)
	id := l.publish(strings.Replace(limited, "2", "1", 1))
	first := l.start(id, nil, nil)
	l.setClock(l.clock().Add(time.Second))
	second := l.start(id, nil, nil)
	for _, r := range []string{first, second} {
		_, err := l.runner.Work(t.Context(), org, r)
		check(t, err)
	}
	check(t, l.db.Close())
	l.open()
	l.build(l.runner.Catalogue)
	if r, _ := l.look(second); r.State != flow.Queued || !strings.Contains(r.Reason, "at the same time") {
		t.Errorf("%s: %q", r.State, r.Reason)
	}
	_, err := l.runner.Work(t.Context(), org, second)
	check(t, err)
	if r, _ := l.look(second); r.State != flow.Queued {
		t.Errorf("after a restart it is %s", r.State)
	}
	l.setClock(l.clock().Add(time.Hour))
	l.work(first)
	if r, _ := l.work(second); r.State != flow.Succeeded || r.Reason != "" {
		t.Errorf("%s: %q", r.State, r.Reason)
	}
}
