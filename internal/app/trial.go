package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"

	"sallyport/internal/alert"
	"sallyport/internal/connector"
	"sallyport/internal/errs"
	"sallyport/internal/event"
	"sallyport/internal/flow"
	"sallyport/internal/flowtest"
	"sallyport/internal/migration"
	"sallyport/internal/store"
	"sallyport/internal/value"
	"sallyport/sandbox"
)

// Trial runs cases of flow tests, each in a database of its own that is thrown
// away.
type Trial struct {
	Options

	Flows []flow.Text // of the folder that the case is of
	// Sandbox makes connections lead to a sandbox, a new one for each case; the
	// answers of the case do not count. Without it nothing is sent at all.
	Sandbox bool
	Users   int    // people in the sandbox's Okta org
	Seed    uint64 // that it is made from
}

// Run carries a case out and says what it came to. An error is one of the case, or
// of this machine.
func (t Trial) Run(ctx context.Context, c flowtest.Case) (flowtest.Outcome, error) {
	dir, err := os.MkdirTemp("", "sallyport-test-")
	if err != nil {
		return flowtest.Outcome{}, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	t.Config.DataDir = dir
	r := &recorder{answers: c.Answers, used: make([]int, len(c.Answers))}
	o := PlayOptions{Options: t.Options, At: c.Now, Answers: r.answer}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if !t.Sandbox {
		return t.play(ctx, o, c, r)
	}
	box, served, err := startSandbox(ctx, DemoOptions{Options: t.Options, Users: t.Users, Seed: t.Seed})
	if err != nil {
		return flowtest.Outcome{}, err
	}
	state := box.State()
	o.box = &state
	o.Config.Egress.Allow = append(slices.Clone(o.Config.Egress.Allow), "127.0.0.0/8", "::1/128")
	out, err := t.play(ctx, o, c, r)
	cancel()
	err = errors.Join(err, <-served)
	box.Close()
	return out, err
}

func (t Trial) play(ctx context.Context, o PlayOptions, c flowtest.Case, r *recorder) (flowtest.Outcome, error) {
	p, err := openPlayer(ctx, o, "test", func(*Core) (*migration.Result, error) { return migration.OfFlows(t.Flows) })
	if err != nil {
		return flowtest.Outcome{}, err
	}
	if t.Sandbox {
		p.caller = recording{p.Core.Engine, r}
	}
	out, err := p.try(ctx, c, r)
	return out, errors.Join(err, p.Close())
}

func (p *Player) try(ctx context.Context, c flowtest.Case, r *recorder) (flowtest.Outcome, error) {
	var out flowtest.Outcome
	f, err := p.Find(c.Flow)
	if err != nil {
		return out, err
	}
	if c.Options.Len() > 0 {
		b, err := f.WithOptions(p.Core.Keys, f.Definition, c.Options)
		if err != nil {
			return out, err
		}
		if err := p.Core.DB.Flows.Set(ctx, p.org, f.ID, store.Settings{Enabled: true, SaveData: f.SaveData, Bindings: b}, p.Core.Now()); err != nil {
			return out, fmt.Errorf("set options: %w", err)
		}
	}
	for title, v := range c.Tables.All() {
		if err := p.Fill(ctx, title, objects(v)); err != nil {
			return out, err
		}
	}
	given, err := givenOf(f.Definition.Trigger.Kind, c)
	if err != nil {
		return out, err
	}
	got, err := p.Run(ctx, f, given)
	if err != nil {
		return out, err
	}
	out = flowtest.Outcome{
		Status: got.Status(), Error: got.Run.Error, Reason: got.Run.Reason, Outputs: got.Outputs(), Calls: r.calls, Tables: map[string][]*value.Object{},
	}
	for title := range c.Expect.Tables.All() {
		if out.Tables[title], err = p.Rows(ctx, title); err != nil {
			return out, err
		}
	}
	return out, nil
}

// givenOf is what the run of a case begins with.
func givenOf(kind flow.TriggerKind, c flowtest.Case) (Given, error) {
	out := Given{Input: c.Input, Context: c.Context}
	var err error
	switch kind {
	case flow.OnEvent:
		out.Input, err = completed(c.Event)
	case flow.OnAlert:
		out.Input = alerted(c.Input)
		if c.Event != nil {
			out.Event, err = completed(c.Event)
		}
	case flow.OnFinding:
		out.Input = completedWith(flow.FindingInput(flow.Found{}), c.Input)
	default: // the input is all
	}
	if out.Input == nil {
		out.Input = value.NewObject(0)
	}
	return out, err
}

// alerted gives the alert of a case, and whom it is about, what all have.
func alerted(in *value.Object) *value.Object {
	return completedWith(flow.AlertInput(alert.Alert{State: alert.Open, Number: 1, Hits: 1, Events: 1}), in)
}

// completedWith puts into parts of what a run is given what a case says of them.
func completedWith(out, in *value.Object) *value.Object {
	for part, v := range out.All() {
		of, _ := v.(*value.Object)
		for key, said := range in.Object(part).All() {
			of.Set(key, said)
		}
	}
	return out
}

func objects(v any) []*value.Object {
	list, _ := v.([]any)
	out := make([]*value.Object, 0, len(list))
	for _, e := range list {
		o, _ := e.(*value.Object)
		out = append(out, o)
	}
	return out
}

// completed gives an event of a case what every event has.
func completed(e *value.Object) (*value.Object, error) {
	out := value.Map("uuid", "00000000-0000-0000-0000-000000000001", "eventType", "test", "published", "2026-01-01T00:00:00Z", "severity", "INFO", "displayMessage", "")
	for k, v := range e.All() {
		out.Set(k, v)
	}
	if _, err := event.NewParser().Parse(value.JSON(out)); err != nil {
		return nil, errs.Wrap(errs.Invalid, err, "the event: %v", err)
	}
	return out, nil
}

// recorder keeps the calls of a case, and answers them as the case says.
type recorder struct {
	mu      sync.Mutex
	calls   []flowtest.Call
	answers []flowtest.Answer
	used    []int
}

func (r *recorder) note(c connector.Connection, call connector.Call) flowtest.Call {
	made := flowtest.Call{Connector: c.Connector, Action: call.Action, Inputs: call.Inputs}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls = append(r.calls, made)
	return made
}

func (r *recorder) answer(_ context.Context, c connector.Connection, call connector.Call) (connector.Result, error) {
	made := r.note(c, call)
	r.mu.Lock()
	defer r.mu.Unlock()
	i, ok := flowtest.Pick(r.answers, r.used, made)
	if !ok {
		return connector.Result{}, errs.New(errs.Invalid, "the test has no answer to %s.%s %s", c.Connector, call.Action, value.JSON(call.Inputs))
	}
	r.used[i]++
	a := r.answers[i]
	if a.Error == nil {
		if a.Outputs == nil {
			return connector.Result{Outputs: value.NewObject(0)}, nil
		}
		return connector.Result{Outputs: a.Outputs}, nil
	}
	status, _ := a.Error.At("status").(float64)
	return connector.Result{}, &connector.Error{Message: a.Error.Text("message"), Code: a.Error.Text("code"), Status: int(status), Body: a.Error.At("body")}
}

// recording is the engine, with a record of its calls.
type recording struct {
	flow.Caller

	r *recorder
}

// Do makes the call.
func (r recording) Do(ctx context.Context, c connector.Connection, call connector.Call) (connector.Result, error) {
	r.r.note(c, call)
	return r.Caller.Do(ctx, c, call)
}

// connectSandbox makes a connection to each service of a sandbox.
func (p *Player) connectSandbox(ctx context.Context, s sandbox.State) (map[string]string, error) {
	out := map[string]string{}
	for _, n := range sandboxConnections(s) {
		made, err := p.Core.connect(ctx, p.org, n)
		if err != nil {
			return nil, fmt.Errorf("connect %s: %w", n.name, err)
		}
		out[n.connector] = made
	}
	return out, nil
}
