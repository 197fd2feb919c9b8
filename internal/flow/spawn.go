package flow

import (
	"cmp"
	"context"
	"fmt"

	"sallyport/internal/errs"
	"sallyport/internal/id"
	"sallyport/internal/value"
)

// spawn starts a run of its own of a flow. The run is queued in one transaction
// with the card's step, so it is started once however the program ends.
func (x *execution) spawn(ctx context.Context, f *frame, c *Card, path string, in *value.Object) (outcome, error) {
	if s, ok := x.known[path]; ok && s.State.Settled() {
		return x.recall(s)
	}
	prog, err := x.helper(ctx, f.prog, c.Flow)
	if err != nil {
		o, err := x.uncalled(in, err)
		if err == nil {
			err = x.journal(ctx, f, c, path, &o, nil)
		}
		return o, err
	}
	args, err := prog.Definition.arguments(in)
	if err != nil {
		o := failed(in, err)
		return o, x.journal(ctx, f, c, path, &o, nil)
	}
	run := Run{
		ID: id.New(), Org: x.run.Org, Flow: prog.Flow.ID, Version: cmp.Or(x.run.Pins[prog.Flow.ID], prog.Flow.Version), State: Queued, Cause: OnCall, Event: x.run.Event, CausedBy: x.run.CausedBy,
		Depth: x.run.Depth, DryRun: x.run.DryRun, SaveData: prog.Flow.SaveData && !x.holdsHidden(args), Priority: prog.Definition.Priority, CreatedAt: x.r.Now(), Input: value.Store(args),
	}
	if !run.SaveData {
		if run.Input, err = x.r.Keys.Seal(run.Input, InputContext(run)); err != nil {
			return outcome{}, fmt.Errorf("seal the input of a run: %w", err)
		}
	}
	o := outcome{state: StepDone, input: in, output: value.Map("run_id", run.ID)}
	err = x.change(ctx, f, c, path, &o, Change{Op: StartRun, Run: &run})
	if err != nil && !isPassing(err) && errs.KindOf(err) == errs.NotFound {
		o = failed(in, err)
		return o, x.journal(ctx, f, c, path, &o, nil)
	}
	return o, err
}

// MaxDepth is how many runs may follow one another in which each was started by a
// change of a row that the one before made.
const MaxDepth = 5

// InputContext binds the sealed input of a run to it.
func InputContext(r Run) []byte { return []byte("flow_run/" + r.Org + "/" + r.ID + "/input") }
