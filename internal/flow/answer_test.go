package flow_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/flow"
	"sallyport/internal/value"
)

const answering = `flow: a
save_data: false
trigger: { api: { access: public } }
cards:
  - { id: n, use: number.random_integer, with: { from: 0, before: 1000000 } }
  - { id: first, answer: { status: 202, body: "{{ n.number }}" } }
  - { id: w, wait: { for: 1, unit: hours } }
  - { id: last, respond: { body: too late } }
`

// answerOf opens what a run answers.
func (l *lab) answerOf(run string) (flow.Answer, flow.Run) {
	l.t.Helper()
	r, _ := l.look(run)
	if r.Answer == nil {
		return flow.Answer{}, r
	}
	plain, err := l.keys.Unseal(r.Answer, flow.AnswerContext(r))
	check(l.t, err)
	a, err := flow.ReadAnswer(plain)
	check(l.t, err)
	return a, r
}

// An answer is there once its card is done, is told of once, and stays the same
// however the run goes on, on another server or after a crash.
func TestAnswerIsGivenOnce(t *testing.T) {
	l := newLab(t)
	told := 0
	l.runner.Answered = func(string, string, string) { told++ }
	run := l.start(l.publish(answering), value.Map("input", value.NewObject(0), "request", value.NewObject(0)), func(r *flow.Run) { r.Cause = flow.OnAPI })
	_, err := l.runner.Work(t.Context(), org, run)
	check(t, err)
	first, r := l.answerOf(run)
	if r.State != flow.Waiting || first.Status != 202 || first.Body == "" || told != 1 {
		t.Fatalf("%s: %+v, told %d times", r.State, first, told)
	}
	for range 2 { // workers that take it up again
		_, err := l.runner.Work(t.Context(), org, run)
		check(t, err)
	}
	l.setClock(l.clock().Add(time.Hour))
	l.work(run)
	last, r := l.answerOf(run)
	if diff := cmp.Diff(first.Body, last.Body); diff != "" || r.State != flow.Succeeded || told != 1 {
		t.Errorf("%s, told %d times: %s", r.State, told, diff)
	}
	check(t, l.db.Runs.ForgetAnswers(t.Context(), l.clock()))
	if _, r := l.answerOf(run); r.Answer == nil {
		t.Error("an answer is forgotten at once")
	}
	check(t, l.db.Runs.ForgetAnswers(t.Context(), l.clock().Add(time.Second)))
	if _, r := l.answerOf(run); r.Answer != nil {
		t.Error("an answer is not forgotten")
	}
}
