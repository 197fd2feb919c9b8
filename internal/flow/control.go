package flow

import (
	"context"
	"errors"
	"fmt"

	"sallyport/internal/errs"
	"sallyport/internal/value"
)

// maxDepth bounds how deep helper flows call each other.
const maxDepth = 20

func (x *execution) ifCard(ctx context.Context, f *frame, c *Card) (outcome, error) {
	ok, err := f.holds(c)
	if err != nil {
		return failed(nil, err), nil
	}
	side, branch := c.Then, "then"
	if !ok {
		side, branch = c.Else, "else"
	}
	o := outcome{state: StepDone, input: value.Map("if", ok), output: value.NewObject(len(c.Join) + 1)}
	if o.end, err = x.cards(ctx, f, side); err != nil {
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

func (x *execution) each(ctx context.Context, f *frame, c *Card, path string) (outcome, error) {
	left := room(maxValue)
	v, err := f.eval("the list", c.Each.List, &left)
	if err != nil {
		return failed(nil, err), nil
	}
	if v, err = value.Convert(v, value.List); err != nil {
		return failed(nil, errs.New(errs.Invalid, "the list: %v", err)), nil
	}
	left = room(maxValue)
	items, _ := v.([]any)
	o := outcome{state: StepDone, input: value.Map("items", float64(len(items)))}
	collected, failures := []any{}, 0
	for i, item := range items {
		inner := f.inner(fmt.Sprintf("%s#%d/", path, i))
		inner.vars[c.Each.As], inner.vars[nameIndex] = item, float64(i)
		end, err := x.cards(ctx, inner, c.Each.Body)
		if failure, ok := errors.AsType[*CardError](err); ok && c.Each.IgnoreErrors && failure.Path != "" {
			failures++
			continue
		}
		if err != nil {
			return o, err
		}
		if end != nil {
			o.end = end
			break
		}
		if c.Each.Collects {
			item, err := inner.eval("what is collected", c.Each.Collect, &left)
			if err != nil {
				return failed(o.input, err), nil
			}
			collected = append(collected, item)
		}
	}
	o.output = value.Map("count", float64(len(items)), "failures", float64(failures))
	if c.Each.Collects {
		o.output.Set("list", collected)
	}
	return o, nil
}

func (x *execution) call(ctx context.Context, f *frame, c *Card, path string) (outcome, error) {
	in, err := f.inputs(c)
	if err != nil {
		return failed(nil, err), nil
	}
	if f.depth >= maxDepth {
		return failed(in, errs.New(errs.Invalid, "flows call each other more than %d deep", maxDepth)), nil
	}
	prog, err := x.helper(ctx, f.prog, c.Flow)
	if err != nil {
		if errs.KindOf(err) == errs.Internal || errs.KindOf(err) == errs.Unavailable {
			return outcome{}, err
		}
		return failed(in, err), nil
	}
	args, err := prog.Definition.Trigger.arguments(in)
	if err != nil {
		return failed(in, err), nil
	}
	inner := &frame{prog: prog, vars: map[string]any{nameInput: args}, states: value.NewObject(8), prefix: path + "/", depth: f.depth + 1}
	if err := x.bind(ctx, inner); err != nil {
		return outcome{}, err
	}
	end, err := x.cards(ctx, inner, prog.Definition.Cards)
	if failure, ok := errors.AsType[*CardError](err); ok && failure.Path != "" {
		o := outcome{state: StepFailed, input: in, err: failure.Error(), bare: failure.bare()}
		if failure.called { // tell the card where it went wrong, and not all the calls that led there
			o.err, o.bare = failure.Message, failure.Bare
		}
		return o, nil
	}
	if err != nil {
		return outcome{}, err
	}
	o := outcome{state: StepDone, input: in}
	switch {
	case end == nil:
	case end.kind == CardFail:
		return outcome{state: StepFailed, input: in, err: end.reason, bare: end.bare}, nil
	case end.kind == CardStop:
		o.reason, o.bare = end.reason, end.bare
	default:
		o.output = end.result
	}
	return o, nil
}

// helper returns the pinned version of a flow that a card calls.
func (x *execution) helper(ctx context.Context, caller *Program, slug string) (*Program, error) {
	fl, ok := x.book.helper(caller.Flow.Folder, slug)
	if !ok {
		return nil, errs.New(errs.NotFound, "there is no flow %q in the folder of %q", slug, caller.Flow.Title)
	}
	version, ok := x.run.Pins[fl.ID]
	if !ok || version == 0 {
		return nil, errs.New(errs.Invalid, "the flow %q was not published when the run began", fl.Title)
	}
	return x.r.Library.Program(ctx, x.run.Org, fl.ID, version)
}
