package flow_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"sallyport/internal/flow"
	"sallyport/internal/store"
	"sallyport/internal/value"
)

const withSecret = `flow: tells
connections: { peer: peer }
options: { token: { type: secret, required: true }, where: text }
trigger: { on_demand: }
cards:
  - { id: t, use: peer.tell, with: { text: "{{ options.where }}={{ options.token }}" } }
  - { id: c, call: child, async: true, with: { word: "{{ options.token }}" } }
  - stop: "told {{ options.token }}"
`

// A secret option reaches what the cards call, and stands nowhere else: not in the
// database, not in the run's history, not in the input of a run that it starts.
func TestSecretOption(t *testing.T) {
	l := newLab(t)
	ctx := t.Context()
	l.publish("flow: child\ntrigger: { call: { inputs: { word: text } } }\ncards: [ { return: { w: '{{ input.word }}' } } ]\n")
	id := l.publish(withSecret)
	if r, _ := l.work(l.start(id, nil, nil)); r.State != flow.Failed || !strings.Contains(r.Error, `option "token": a value is wanted`) {
		t.Errorf("without it: %s %q", r.State, r.Error)
	}
	set := func(options *value.Object) error {
		f, err := l.db.Flows.Get(ctx, org, id)
		check(t, err)
		d, err := flow.Parse(withSecret)
		check(t, err)
		b, err := f.WithOptions(l.keys, d, options)
		if err != nil {
			return err
		}
		return l.db.Flows.Set(ctx, org, id, store.Settings{Enabled: true, SaveData: true, Bindings: b}, l.clock())
	}
	if err := set(value.Map("token", 4.0)); err == nil || !strings.Contains(err.Error(), "a secret is a text") {
		t.Errorf("a number was taken: %v", err)
	}
	check(t, set(value.Map("token", "hunter2hunter2", "where", "here")))
	check(t, set(value.Map("where", "there"))) // the other stays
	f, err := l.db.Flows.Get(ctx, org, id)
	check(t, err)
	if !slices.Equal(f.Bindings.Sealed, []string{"token"}) || strings.Contains(fmt.Sprintf("%s %s", f.Bindings.Secrets, value.JSON(f.Bindings.Options)), "hunter2") {
		t.Errorf("kept as %+v", f.Bindings)
	}
	check(t, l.keys.Rotate())
	n, err := l.db.Flows.Reseal(ctx, func(f flow.Flow) (flow.Bindings, error) { return f.Reseal(l.keys) })
	if after, _ := l.db.Flows.Get(ctx, org, id); err != nil || n != 1 || string(after.Bindings.Secrets) == string(f.Bindings.Secrets) {
		t.Errorf("sealed %d anew, %v", n, err)
	}

	r, steps := l.work(l.start(id, nil, nil))
	if r.State != flow.Stopped || r.Reason != "told •••" || !slices.Equal(l.peer.told, []string{"there=hunter2hunter2"}) {
		t.Errorf("%s %q, told %q", r.State, r.Reason, l.peer.told)
	}
	kept := fmt.Sprintf("%+v %+v", r, l.ledger())
	for _, s := range steps {
		kept += s.Error + s.Reason + string(s.Input) + string(s.Output)
	}
	runs, err := l.db.Runs.List(ctx, org, store.RunFilter{Limit: 10})
	check(t, err)
	for _, r := range runs {
		kept += string(r.Input)
		if r.Cause == flow.OnCall {
			if done, _ := l.work(r.ID); done.State != flow.Succeeded || done.SaveData || strings.Contains(string(done.Result), "hunter2") {
				t.Errorf("the child: %s %s", done.State, done.Result)
			}
		}
	}
	if strings.Contains(kept, "hunter2") {
		t.Errorf("the secret stands in %s", kept)
	}
	check(t, set(value.Map("token", nil)))
	if f, _ := l.db.Flows.Get(ctx, org, id); f.Bindings.Secrets != nil || f.Bindings.Sealed != nil {
		t.Errorf("taken away: %+v", f.Bindings)
	}
}

// A secret has no value that stands in the flow.
func TestSecretOptionHasNoDefault(t *testing.T) {
	for name, option := range map[string]string{"default": "{ type: secret, default: x }", "choices": "{ type: secret, choices: [a] }"} {
		_, err := flow.Parse("flow: f\noptions: { o: " + option + " }\ntrigger: { on_demand: }\ncards: [ { stop: x } ]\n")
		if err == nil || !strings.Contains(err.Error(), "neither a default nor choices") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := flow.Parse("flow: f\ntrigger: { on_demand: { inputs: { i: secret } } }\ncards: [ { stop: x } ]\n"); err == nil {
		t.Error("an input was taken to be secret")
	}
}
