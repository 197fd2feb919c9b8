package flow

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"sallyport/internal/connector"
	"sallyport/internal/errs"
	"sallyport/internal/function"
	"sallyport/internal/secret"
	"sallyport/internal/value"
)

// execution is a run being carried on by a worker.
type execution struct {
	r         *Runner
	run       Run
	ref       Ref
	book      *Book
	began     time.Time
	cardBegan time.Time // when the card began that is being worked at
	deadline  time.Time
	known     map[string]Step   // steps written before this worker took the run up
	inDoubt   map[string]string // path → ledger entry
	pending   []Step            // steps not written yet
	seq       int
	unknown   int
	refused   int
	hidden    *secret.Scrubber // of outputs that history must not show; nil for none
	secrets   []string
}

func newExecution(r *Runner, c Claim) *execution {
	x := &execution{r: r, run: c.Run, ref: c.Ref, known: make(map[string]Step, len(c.Steps)), inDoubt: c.InDoubt}
	for _, s := range c.Steps {
		x.known[s.Path] = s
		x.seq = max(x.seq, s.Seq)
		x.count(s.State)
	}
	return x
}

func (x *execution) count(s StepState) {
	switch s {
	case StepUnknown:
		x.unknown++
	case StepRefused:
		x.refused++
	default:
	}
}

// frame is what the cards of one list see: the flow's own frame, and within it
// one for each round of a loop.
type frame struct {
	prog   *Program
	vars   map[string]any
	states *value.Object // steps.ID
	conns  map[string]connector.Connection
	outer  *frame // the frame around a loop's body
	prefix string // of the paths of its cards
	depth  int    // of calls
}

// inner returns the frame of one round of a loop.
func (f *frame) inner(prefix string) *frame {
	return &frame{prog: f.prog, vars: map[string]any{}, states: f.states, conns: f.conns, outer: f, prefix: prefix, depth: f.depth}
}

func (f *frame) lookup(ref value.Ref) any {
	if ref[0] == nameSteps {
		return value.Walk(f.states, ref[1:])
	}
	for at := f; at != nil; at = at.outer {
		if v, ok := at.vars[ref[0]]; ok {
			return value.Walk(v, ref[1:])
		}
	}
	return nil
}

// names returns every name that a condition may use.
func (f *frame) names() map[string]any {
	all := map[string]any{nameSteps: f.states}
	for at := f; at != nil; at = at.outer {
		for k, v := range at.vars {
			if _, inner := all[k]; !inner {
				all[k] = v
			}
		}
	}
	return all
}

// flowEnd is a card's wish to end its flow: return, stop or fail.
type flowEnd struct {
	kind   CardKind
	result *value.Object
	reason string
	bare   string // the reason without data
}

// CardError is the end of a run that did not go well, for people.
type CardError struct {
	Path    string // of the card; empty where it was none
	Title   string
	Message string
	Bare    string // the message without data, for runs that keep none
	called  bool   // the message tells the card of a called flow
}

func (f *CardError) Error() string {
	if f.Path == "" {
		return f.Message
	}
	return f.Title + " (" + f.Path + "): " + f.Message
}

// bare is Error without data. What was no card has none.
func (f *CardError) bare() string {
	if f.Path == "" {
		return cmp.Or(f.Bare, f.Message)
	}
	return f.Title + " (" + f.Path + "): " + cmp.Or(f.Bare, notKept)
}

// notKept stands for words that may hold data.
const notKept = "what was said is not kept, as the flow does not save its data"

// words returns what history keeps of words for people.
func (x *execution) words(full, bare string) string {
	if x.run.SaveData || full == "" {
		return x.scrubbed(full)
	}
	return x.scrubbed(cmp.Or(bare, notKept))
}

// pause is no error: the run waits, and goes on at a time.
type pause struct {
	until    time.Time
	reason   string
	bare     string // the reason without data
	draining bool
}

func (p *pause) Error() string { return "waits until " + p.until.String() + ": " + p.reason }

// cards runs a list of cards. It returns when they are through (nil, nil), when
// one of them ended the flow, or with the error that stopped it.
func (x *execution) cards(ctx context.Context, f *frame, cards []*Card) (*flowEnd, error) {
	for _, c := range cards {
		if err := x.mayGoOn(ctx); err != nil {
			return nil, err
		}
		end, err := x.card(ctx, f, c)
		if end != nil || err != nil {
			return end, err
		}
		if len(x.pending) >= flushAt {
			if err := x.flush(ctx); err != nil {
				return nil, err
			}
		}
	}
	return nil, nil
}

func (x *execution) mayGoOn(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	now := x.r.Now()
	if x.r.draining.Load() {
		return &pause{until: now, draining: true}
	}
	if now.After(x.deadline) {
		return &CardError{Message: fmt.Sprintf("the run did not end within %s", x.deadline.Sub(x.began))}
	}
	return nil
}

// outcome is what a card came to.
type outcome struct {
	state  StepState
	input  any
	output *value.Object
	err    string // of a card that failed, for people
	reason string
	bare   string // err or reason without data
	end    *flowEnd
	quiet  bool // the step was written already, or is none of its own
	action *ActionEnd
}

// card runs one card and gives its output to the frame.
func (x *execution) card(ctx context.Context, f *frame, c *Card) (*flowEnd, error) {
	path := f.prefix + c.ID
	began := x.r.Now()
	x.cardBegan = began
	out, err := x.run1(ctx, f, c, path)
	if err != nil {
		return nil, err
	}
	if !out.quiet {
		x.add(f, c, path, began, out)
	}
	state := value.Map("state", string(out.state), "reason", nullIfEmpty(out.reason), "error", nullIfEmpty(out.err))
	f.states.Set(c.ID, state)
	if out.output == nil {
		out.output = value.NewObject(0)
	}
	f.vars[c.ID] = out.output
	failed := (out.state == StepFailed || out.state == StepUnknown && out.err != "") && c.OnError != Continue
	refused := out.state == StepRefused && c.OnRefused == Stop
	if failed || refused {
		e := &CardError{Path: path, Title: c.Title, Message: out.err, Bare: out.bare, called: c.Kind == CardCall}
		if refused {
			e.Message, e.Bare = "refused: "+out.reason, "refused by the guard"
		}
		return nil, e
	}
	return out.end, nil
}

func nullIfEmpty(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// run1 does what a card of its kind does.
func (x *execution) run1(ctx context.Context, f *frame, c *Card, path string) (outcome, error) {
	switch c.Kind {
	case CardFunction:
		return x.function(ctx, f, c, path)
	case CardAction:
		return x.action(ctx, f, c, path)
	case CardTable:
		return x.table(ctx, f, c, path)
	case CardIf:
		return x.ifCard(ctx, f, c)
	case CardEach:
		return x.each(ctx, f, c, path)
	case CardCall:
		return x.call(ctx, f, c, path)
	default:
		return x.endCard(f, c)
	}
}

// inputs evaluates a card's inputs.
func (f *frame) inputs(c *Card) (*value.Object, error) {
	in, left := value.NewObject(len(c.Inputs)), room(maxValue)
	for _, i := range c.Inputs {
		v, err := f.eval(i.Name, i.Value, &left)
		if err != nil {
			return nil, err
		}
		in.Set(i.Name, v)
	}
	return in, nil
}

// holds evaluates a card's condition.
func (f *frame) holds(c *Card) (bool, error) {
	ok, err := c.If.True(f.names())
	if err != nil {
		return false, fmt.Errorf("condition %s: %w", c.If.Source(), err)
	}
	return ok, nil
}

func failed(input any, err error) outcome {
	msg := err.Error()
	if errs.KindOf(err) != errs.Internal {
		msg = errs.Message(err)
	}
	return outcome{state: StepFailed, input: input, err: msg}
}

func (x *execution) function(ctx context.Context, f *frame, c *Card, path string) (outcome, error) {
	fn, ok := x.r.Catalogue.Function(c.Use)
	if !ok {
		return failed(nil, errs.New(errs.Invalid, "there is no function %q here", c.Use)), nil
	}
	if s, ok := x.known[path]; ok && fn.Effect && s.State.Settled() {
		return x.recall(s)
	}
	in, err := f.inputs(c)
	if err != nil {
		return failed(nil, err), nil
	}
	out, err := fn.Run(function.Env{Now: x.r.Now}, in)
	o := outcome{state: StepDone, input: in, output: out}
	if err != nil {
		o = failed(in, err)
	}
	if fn.Effect {
		return o, x.journal(ctx, f, c, path, &o, nil)
	}
	return o, nil
}

func (x *execution) endCard(f *frame, c *Card) (outcome, error) {
	if c.If != nil {
		ok, err := f.holds(c)
		if err != nil {
			return failed(nil, err), nil
		}
		if !ok {
			return outcome{state: StepDone, input: value.Map("if", false)}, nil
		}
	}
	if c.Kind == CardReturn {
		result, err := f.inputs(c)
		if err != nil {
			return failed(nil, err), nil
		}
		return outcome{state: StepDone, input: result, output: result, end: &flowEnd{kind: CardReturn, result: result}}, nil
	}
	left := room(maxValue)
	reason, err := f.eval("the reason", c.Reason, &left)
	if err != nil {
		return failed(nil, err), nil
	}
	end := &flowEnd{
		kind:   c.Kind,
		reason: value.String(reason),
		bare:   value.String(c.Reason.Eval(func(value.Ref) any { return secret.Mask })),
	}
	return outcome{state: StepDone, input: value.Map("reason", end.reason), end: end}, nil
}

// isPassing reports whether an error is the run's way and no card's failure.
func isPassing(err error) bool {
	_, paused := errors.AsType[*pause](err)
	return paused || errors.Is(err, ErrFenced) || errors.Is(err, ErrCancelled) || errors.Is(err, context.Canceled)
}
