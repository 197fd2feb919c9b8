package flow_test

import (
	"net/http"
	"slices"
	"testing"

	"sallyport/internal/flow"
)

// A stream by page runs its cards once for each page, of no more records than its
// limit allows, and goes on at the page at which it failed.
func TestStreamGoesByPage(t *testing.T) {
	l := newLab(t)
	l.peer.answer = listing(3, 4, func(next string, nth int) bool { return next == "2" && nth == 1 })
	id := l.publish(onDemand(`
  - id: s
    use: peer.list_people
    with: { who: x }
    stream:
      by: page
      as: people
      limit: 10
      do:
        - { id: text, use: text.join, with: { list: "{{ people }}", separator: " " } }
        - { id: t, use: peer.tell, with: { text: "{{ index }}: {{ text.text }}" } }
  - return: { n: "{{ s.streamed }}", failures: "{{ s.failures }}" }`))
	run := l.start(id, nil, nil)
	if r, _ := l.work(run); r.State != flow.Failed {
		t.Fatalf("%s %s", r.State, r.Error)
	}
	check(t, l.db.Runs.Retry(t.Context(), org, run))
	r, _ := l.work(run)
	want := []string{"0: x-0 x-1 x-2 x-3", "1: x-4 x-5 x-6 x-7", "2: x-8 x-9"}
	if string(r.Result) != `{"n":10,"failures":0}` || !slices.Equal(l.peer.told, want) {
		t.Errorf("%s %s %s, told %q", r.State, r.Error, r.Result, l.peer.told)
	}
}

// A call that must not be made twice is tried again after it may have been carried
// out where its card says that this is harmless, and there alone.
func TestRetryThatIsSafe(t *testing.T) {
	for retry, want := range map[string]struct {
		calls int
		state flow.StepState
	}{
		"{ times: 2, delay: 1m, safe: true }": {3, flow.StepDone},
		"{ times: 2, delay: 1m }":             {1, flow.StepUnknown},
	} {
		t.Run(retry, func(t *testing.T) {
			l := newLab(t)
			l.peer.answer = func(w http.ResponseWriter, _ *http.Request, nth int) bool {
				if nth < 3 {
					w.WriteHeader(http.StatusInternalServerError)
				}
				return nth < 3
			}
			_, steps := l.run(onDemand("  - { id: s, use: peer.tell, with: { text: x }, retry: "+retry+" }"), nil)
			if n := l.peer.count("POST /tell"); n != want.calls || steps["s"].State != want.state {
				t.Errorf("%d calls, %s %s", n, steps["s"].State, steps["s"].Error)
			}
		})
	}
}
