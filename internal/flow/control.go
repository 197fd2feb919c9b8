package flow

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"sallyport/internal/errs"
	"sallyport/internal/value"
)

// maxDepth bounds how deep helper flows call each other.
const maxDepth = 100

// yield is what a block came to: the body of a loop, of a branch or of a try.
type yield struct {
	result  *value.Object // nil when it stopped, or gave nothing
	stopped bool
	end     *flowEnd // of the flow around; nil as a rule
}

// block runs a list of cards in which return and stop end no more than the list.
// A list of one card that ended by itself gives what the card gives.
func (x *execution) block(ctx context.Context, f *frame, cards []*Card) (yield, error) {
	end, err := x.cards(ctx, f, cards)
	switch {
	case err != nil:
		return yield{}, err
	case end == nil && len(cards) == 1:
		out, _ := f.vars[cards[0].ID].(*value.Object)
		return yield{result: out, stopped: cards[0].Kind == CardCall && f.stopped[cards[0].ID]}, nil
	case end == nil:
		return yield{}, nil
	case end.kind == CardStop:
		return yield{stopped: true}, nil
	case end.kind == CardReturn:
		return yield{result: end.result}, nil
	}
	return yield{end: end}, nil
}

func (x *execution) ifCard(ctx context.Context, f *frame, c *Card) (outcome, error) {
	ok, err := f.holds(c.If)
	if err != nil {
		return failed(nil, err), nil
	}
	side, branch := c.Then, "then"
	if !ok {
		side, branch = c.Else, "else"
	}
	o := outcome{state: StepDone, input: value.Map("if", ok), output: value.Map("holds", ok)}
	if o.end, err = x.cards(ctx, f, side); err != nil || o.end != nil {
		return o, err
	}
	left := room(maxValue)
	for _, j := range c.Join {
		t := j.Then
		if !ok {
			t = j.Else
		}
		v, err := f.eval(j.Name, t, &left)
		if err != nil {
			return failed(o.input, err), nil
		}
		o.output.Set(j.Name, v)
	}
	o.output.Set("branch", branch)
	return o, nil
}

func (x *execution) branch(ctx context.Context, f *frame, c *Card) (outcome, error) {
	o := outcome{state: StepDone}
	body, branch := c.Else, any("else")
	for i, k := range c.Cases {
		ok, err := f.holds(k.If)
		if err != nil {
			return failed(nil, fmt.Errorf("case %d: %w", i+1, err)), nil
		}
		if ok {
			body, branch = k.Do, float64(i)
			break
		}
	}
	o.input = value.Map("branch", branch)
	y, err := x.block(ctx, f, body)
	if err != nil {
		return o, err
	}
	o.output, o.end = y.result.With("branch", branch), y.end
	return o, nil
}

// try runs cards, and others where one of them fails. What is no card's failure
// (the run's time is up, it is cancelled) is not caught.
func (x *execution) tryCard(ctx context.Context, f *frame, c *Card) (outcome, error) {
	o := outcome{state: StepDone}
	y, err := x.block(ctx, f, c.Then)
	failure, ok := errors.AsType[*CardError](err)
	caught := ok && failure.Path != ""
	if caught {
		inner := f.inner(f.prefix)
		inner.states = f.states // it is no round
		inner.vars[nameError] = x.errorObject(f, failure)
		o.input = value.Map("error", failure.Error())
		y, err = x.block(ctx, inner, c.Catch)
	}
	if err != nil {
		return o, err
	}
	o.output, o.end = y.result.With("failed", caught), y.end
	return o, nil
}

// errorObject is a failure as flows see it: what it says, which card it was, and
// what the other side answered, with the simple fields of the answer beside it.
func (x *execution) errorObject(f *frame, e *CardError) *value.Object {
	o := value.Map("message", e.Message, "method", e.Card, "card", e.Title, "path", e.Path, "flo", f.prog.Flow.ID, "execution", x.run.ID)
	for k, v := range e.Fields.All() {
		o.Set(k, v)
	}
	if body, ok := o.At("body").(*value.Object); ok {
		for k, v := range body.All() {
			switch v.(type) {
			case *value.Object, []any:
				continue
			}
			if _, taken := o.Get(k); !taken {
				o.Set(k, v)
			}
		}
	}
	return o
}

func (x *execution) call(ctx context.Context, f *frame, c *Card, path string) (outcome, error) {
	in, err := f.inputs(c.Inputs)
	if err != nil {
		return failed(nil, err), nil
	}
	if c.Async {
		return x.spawn(ctx, f, c, path, in)
	}
	inner, err := x.callFrame(ctx, f, c.Flow, path, in)
	if err != nil {
		return x.uncalled(in, err)
	}
	y, stop, err := x.callee(ctx, inner)
	if failure, ok := errors.AsType[*CardError](err); ok && failure.Path != "" {
		o := outcome{state: StepFailed, input: in, err: failure.Error(), bare: failure.bare(), fault: failure.Fields}
		if failure.called { // tell the card where it went wrong, and not all the calls that led there
			o.err, o.bare = failure.Message, failure.Bare
		}
		return o, nil
	}
	if err != nil {
		return outcome{}, err
	}
	o := outcome{state: StepDone, input: in, output: y.result, end: y.end}
	if stop != nil {
		o.reason, o.bare = stop.reason, stop.bare
		f.stop(c.ID)
	}
	return o, nil
}

// callee runs a called flow, and returns what it gave, or how it stopped.
func (x *execution) callee(ctx context.Context, f *frame) (yield, *flowEnd, error) {
	end, err := x.cards(ctx, f, f.prog.Definition.Cards)
	if err != nil {
		return yield{}, nil, err
	}
	if end == nil {
		result, err := f.inputs(f.prog.Definition.Result)
		if err != nil {
			return yield{}, nil, &CardError{Path: f.prefix + "result", Title: f.prog.Flow.Title, Message: errs.Message(err)}
		}
		return yield{result: result}, nil, nil
	}
	switch end.kind {
	case CardStop:
		return yield{stopped: true}, end, nil
	case CardReturn:
		return yield{result: end.result}, nil, nil
	default:
		return yield{end: end}, nil, nil
	}
}

// uncalled is the outcome of a card whose flow could not be called.
func (x *execution) uncalled(in *value.Object, err error) (outcome, error) {
	if _, ok := errors.AsType[*CardError](err); ok {
		return outcome{}, err
	}
	switch errs.KindOf(err) {
	case errs.Internal, errs.Unavailable:
		return outcome{}, err
	default:
		return failed(in, err), nil
	}
}

// callFrame returns the frame in which a called flow runs.
func (x *execution) callFrame(ctx context.Context, f *frame, slug, path string, in *value.Object) (*frame, error) {
	if f.depth >= maxDepth {
		return nil, errs.New(errs.Invalid, "flows call each other more than %d deep", maxDepth)
	}
	prog, err := x.helper(ctx, f.prog, slug)
	if err != nil {
		return nil, err
	}
	args, err := prog.Definition.arguments(in)
	if err != nil {
		return nil, err
	}
	inner := &frame{prog: prog, vars: map[string]any{nameInput: args}, states: value.NewObject(8), prefix: path + "/", depth: f.depth + 1}
	if err := x.bind(ctx, inner); err != nil {
		return nil, err
	}
	inner.vars[nameContext] = x.contextOf(f, path)
	return inner, nil
}

// started is what the outermost flow of a run sees of what started it.
func (x *execution) started() (*value.Object, error) {
	o := x.contextOf(nil, "")
	v, err := value.Load(x.run.Context)
	if err != nil {
		return nil, fmt.Errorf("read what started the run: %w", err)
	}
	given, _ := v.(*value.Object)
	for k, v := range given.All() {
		o.Set(k, v)
	}
	return o, nil
}

// contextOf is what a flow sees of its caller, and of the card that called it.
func (x *execution) contextOf(caller *frame, path string) *value.Object {
	o := value.Map("index", nil, "execution_id", x.run.ID, "execution_time", value.Instant(x.began), "parent", nil, "error", nil, "user", nil, "started_by", value.OrNull(x.run.CausedBy), "change", nil)
	if caller == nil {
		return o
	}
	o.Set("index", caller.lookup(value.Ref{nameIndex}))
	o.Set("parent", value.Map("id", caller.prog.Flow.ID, "method", path[strings.LastIndexByte(path, '/')+1:], "name", caller.prog.Flow.Title,
		"execution_id", x.run.ID, "wf_id", caller.prog.Flow.ID, "root_execution_id", x.run.ID, "root_wf_id", x.run.Flow))
	return o
}

// helper returns the pinned version of a flow that a card calls.
func (x *execution) helper(ctx context.Context, caller *Program, slug string) (*Program, error) {
	fl, ok := x.book.helper(caller.Flow.Folder, slug)
	if !ok {
		return nil, errs.New(errs.NotFound, "there is no flow %q in the folder of %q, or it is off", slug, caller.Flow.Title)
	}
	version, ok := x.run.Pins[fl.ID]
	if !ok || version == 0 {
		return nil, errs.New(errs.Invalid, "the flow %q was not published when the run began", fl.Title)
	}
	return x.r.Library.Program(ctx, x.run.Org, fl.ID, version)
}

// handOver runs the flow that is to be told of a card's failure. What becomes of
// it does not change how the run ends, unless it does not get to run at all.
func (x *execution) handOver(ctx context.Context, f *frame, c *Card, failure *CardError) error {
	inner, err := x.callFrame(ctx, f, c.OnError.Flow, failure.Path+"!", nil)
	if err != nil {
		return err
	}
	told, _ := inner.vars[nameContext].(*value.Object)
	told.Set(nameError, x.errorObject(f, failure))
	_, _, err = x.callee(ctx, inner)
	if _, ok := errors.AsType[*CardError](err); ok && !isPassing(err) {
		return nil
	}
	return err
}
