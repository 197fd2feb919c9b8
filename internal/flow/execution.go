package flow

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"sallyport/internal/connector"
	"sallyport/internal/errs"
	"sallyport/internal/function"
	"sallyport/internal/secret"
	"sallyport/internal/trace"
	"sallyport/internal/value"
)

// execution is a run being carried on by a worker.
type execution struct {
	// mu is held by whoever works at a card. Rounds of a loop that run at the same
	// time let go of it while they are away: see [execution.away].
	mu sync.Mutex

	r        *Runner
	run      Run
	ref      Ref
	book     *Book
	began    time.Time
	deadline time.Time
	known    map[string]Step   // steps written before this worker took the run up
	inDoubt  map[string]string // path → ledger entry
	pending  []Step            // steps not written yet
	seq      int
	unknown  int
	refused  int
	sealed   bool             // a step has a sealed result
	hidden   *secret.Scrubber // of outputs that history must not show; nil for none
	secrets  []string
}

func newExecution(r *Runner, c Claim) *execution {
	x := &execution{r: r, run: c.Run, ref: c.Ref, known: make(map[string]Step, len(c.Steps)), inDoubt: c.InDoubt}
	for _, s := range c.Steps {
		x.known[s.Path] = s
		x.seq = max(x.seq, s.Seq)
		x.sealed = x.sealed || s.Journal != nil
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
	prog    *Program
	vars    map[string]any
	states  *value.Object // steps.ID
	conns   map[string]connector.Connection
	began   time.Time       // of the card that is being worked at
	stopped map[string]bool // calls whose flow stopped
	outer   *frame          // the frame around a loop's body
	prefix  string          // of the paths of its cards
	depth   int             // of calls
}

// stop notes that a called flow stopped, and gave nothing.
func (f *frame) stop(card string) {
	if f.stopped == nil {
		f.stopped = map[string]bool{}
	}
	f.stopped[card] = true
}

// inner returns the frame of one round of a loop.
func (f *frame) inner(prefix string) *frame {
	return &frame{prog: f.prog, vars: map[string]any{}, states: value.NewObject(4), conns: f.conns, outer: f, prefix: prefix, depth: f.depth}
}

// steps are the states of the cards so far: those of a round stand before those
// around its loop.
func (f *frame) steps() *value.Object {
	if f.outer == nil {
		return f.states
	}
	all := value.NewObject(f.states.Len())
	for at := f; at != nil; at = at.outer {
		for card, state := range at.states.All() {
			if _, inner := all.Get(card); !inner {
				all.Set(card, state)
			}
		}
	}
	return all
}

func (f *frame) lookup(ref value.Ref) any {
	if ref[0] == nameSteps {
		return value.Walk(f.steps(), ref[1:])
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
	all := map[string]any{nameSteps: f.steps()}
	for at := f; at != nil; at = at.outer {
		for k, v := range at.vars {
			if _, inner := all[k]; !inner {
				all[k] = v
			}
		}
	}
	return all
}

// flowEnd is a card's wish to end its block or flow: return, stop or respond.
type flowEnd struct {
	kind   CardKind
	result *value.Object
	reason string
	bare   string // the reason without data
}

// CardError is the end of a run that did not go well, for people.
type CardError struct {
	Path    string // of the card; empty where it was none
	Card    string // its id
	Title   string
	Message string
	Bare    string        // the message without data, for runs that keep none
	Fields  *value.Object // what else is known: status, code, body
	called  bool          // the message tells the card of a called flow
	said    bool          // the message is what the flow says, and tells all
}

func (f *CardError) Error() string {
	if f.Path == "" || f.said {
		return f.Message
	}
	return f.Title + " (" + f.Path + "): " + f.Message
}

// bare is Error without data. What was no card has none.
func (f *CardError) bare() string {
	if f.Path == "" {
		return cmp.Or(f.Bare, f.Message)
	}
	if f.said {
		return f.Bare
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
	hidden []string // texts of the output that history must not show
	err    string   // of a card that failed, for people
	reason string
	bare   string // err or reason without data
	end    *flowEnd
	fault  *value.Object // what a catch sees of the error, beside the message
	quiet  bool          // the step was written already, or is none of its own
	action *ActionEnd
}

// card runs one card and gives its output to the frame.
func (x *execution) card(ctx context.Context, f *frame, c *Card) (*flowEnd, error) {
	path := f.prefix + c.ID
	if s, ok := x.known[path]; ok && s.Reason == abandoned && s.State.Settled() {
		return nil, errAbandoned
	}
	began := x.r.Now()
	f.began = began
	out, err := x.traced(ctx, f, c, path)
	if err != nil {
		return nil, err
	}
	if !out.quiet {
		x.add(f, c, path, began, out)
	}
	state := value.Map("state", string(out.state), "reason", value.OrNull(out.reason), "error", value.OrNull(out.err))
	f.states.Set(c.ID, state)
	if out.output == nil {
		out.output = value.NewObject(0)
	}
	f.vars[c.ID] = out.output
	if e := c.failure(path, out); e != nil {
		return x.onError(ctx, f, c, e)
	}
	return out.end, nil
}

// traced runs a card as a step of its own: its name and kind are known to who looks
// at traces, what it works with is not.
func (x *execution) traced(ctx context.Context, f *frame, c *Card, path string) (outcome, error) {
	if !x.r.Tracer.On() {
		return x.run1(ctx, f, c, path)
	}
	ctx, span := x.r.Tracer.Start(ctx, "card", trace.Text("sallyport.card", path), trace.Text("sallyport.card.kind", string(c.Kind)))
	defer span.End()
	out, err := x.run1(ctx, f, c, path)
	span.Set(trace.Text("sallyport.card.state", string(out.state)))
	if out.state == StepFailed {
		span.Fail("the card failed")
	}
	return out, err
}

// failure is what a card that did not succeed comes to, nil where the run just
// goes on.
func (c *Card) failure(path string, out outcome) *CardError {
	e := &CardError{Path: path, Card: c.ID, Title: c.Title, Message: out.err, Bare: out.bare, Fields: out.fault, called: c.Kind == CardCall, said: c.Kind == CardFail}
	if e.Fields == nil {
		e.Fields = out.output.Object("error")
	}
	switch {
	case out.state == StepRefused && c.OnRefused.Way == Stop:
		e.Message, e.Bare = "refused: "+out.reason, "refused by the guard"
	case out.state == StepFailed || out.state == StepUnknown && out.err != "":
		if c.OnError.Way == Continue {
			return nil
		}
	default:
		return nil
	}
	return e
}

// onError does what the card says is to be done about its failure.
func (x *execution) onError(ctx context.Context, f *frame, c *Card, e *CardError) (*flowEnd, error) {
	switch c.OnError.Way {
	case HandOver:
		if err := x.handOver(ctx, f, c, e); err != nil && !isFault(err) {
			return nil, err
		}
	case GiveBack:
		result, err := f.inputs(c.OnError.Return)
		if err != nil {
			return nil, &CardError{Path: e.Path, Card: c.ID, Title: c.Title, Message: "on_error: " + errs.Message(err)}
		}
		return &flowEnd{kind: CardReturn, result: result}, nil
	default:
	}
	return nil, e
}

// run1 does what a card of its kind does.
func (x *execution) run1(ctx context.Context, f *frame, c *Card, path string) (outcome, error) {
	switch c.Kind {
	case CardFunction:
		return x.function(ctx, f, c, path)
	case CardAction:
		if c.Loop != nil {
			return x.stream(ctx, f, c, path)
		}
		return x.action(ctx, f, c, path)
	case CardRemedy:
		return x.plan(ctx, f, c, path)
	case CardTable:
		return x.table(ctx, f, c, path)
	case CardIf:
		return x.ifCard(ctx, f, c)
	case CardBranch:
		return x.branch(ctx, f, c)
	case CardTry:
		return x.tryCard(ctx, f, c)
	case CardEach, CardMap, CardFilter, CardReduce, CardRepeat:
		return x.loop(ctx, f, c, path)
	case CardCall:
		return x.call(ctx, f, c, path)
	case CardWait:
		return x.wait(f, c, path)
	case CardRespond, CardAnswer:
		return x.reply(ctx, f, c, path)
	case CardComment:
		return outcome{quiet: true}, nil
	default:
		return x.endCard(f, c)
	}
}

// inputs works out the values of inputs.
func (f *frame) inputs(ins []Input) (*value.Object, error) {
	out, left := value.NewObject(len(ins)), room(maxValue)
	for _, i := range ins {
		v, err := f.eval(i.Name, i.Value, &left)
		if err != nil {
			return nil, err
		}
		out.Set(i.Name, v)
	}
	return out, nil
}

// holds evaluates a condition.
func (f *frame) holds(c *Condition) (bool, error) {
	ok, err := f.compares(c)
	return ok != c.Unless, err
}

func (f *frame) compares(c *Condition) (bool, error) {
	if c.CEL != nil {
		ok, err := c.CEL.True(f.names())
		if err != nil {
			return false, fmt.Errorf("condition %s: %w", c.CEL.Source(), err)
		}
		return ok, nil
	}
	a, err := c.A.Resolve(f.lookup)
	if err != nil {
		return false, err
	}
	b, err := c.B.Resolve(f.lookup)
	if err != nil {
		return false, err
	}
	return value.Compare(a, c.Is, b)
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
	in, err := f.inputs(c.Inputs)
	if err != nil {
		return failed(nil, err), nil
	}
	env := function.Env{Now: x.r.Now, Random: x.r.Random, Loose: f.prog.Definition.Loose}
	env.Export = func(slug, format string) ([]byte, error) { return x.export(ctx, f.prog, slug, format) }
	out, err := fn.Run(env, in)
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
		ok, err := f.holds(c.If)
		if err != nil {
			return failed(nil, err), nil
		}
		if !ok {
			return outcome{state: StepDone, input: value.Map("if", false)}, nil
		}
	}
	switch c.Kind {
	case CardReturn:
		result, err := f.inputs(c.Inputs)
		if err != nil {
			return failed(nil, err), nil
		}
		return outcome{state: StepDone, input: result, output: result, end: &flowEnd{kind: CardReturn, result: result}}, nil
	case CardFail:
		return x.fail(f, c)
	default:
		reason, bare, err := f.reason(c)
		if err != nil {
			return failed(nil, err), nil
		}
		return outcome{state: StepDone, input: value.Map("reason", reason), end: &flowEnd{kind: c.Kind, reason: reason, bare: bare}}, nil
	}
}

// reason is why a card ends its flow, and the same without data.
func (f *frame) reason(c *Card) (full, bare string, err error) {
	left := room(maxValue)
	v, err := f.eval("the reason", c.Reason, &left)
	if err != nil {
		return "", "", err
	}
	return value.String(v), value.String(c.Reason.Eval(func(value.Ref) any { return secret.Mask })), nil
}

// noReason is what a card says that fails without a word.
const noReason = "the flow returned an error"

// fail is a card that fails because the flow says so.
func (x *execution) fail(f *frame, c *Card) (outcome, error) {
	reason, bare, err := f.reason(c)
	if err != nil {
		return failed(nil, err), nil
	}
	if reason == "" {
		reason, bare = noReason, noReason
	}
	fault, err := f.inputs(c.Details)
	if err != nil {
		return failed(nil, err), nil
	}
	status, err := c.Status.Resolve(f.lookup)
	if err != nil {
		return failed(nil, err), nil
	}
	if value.Empty(status) {
		status = float64(http.StatusInternalServerError)
	}
	fault.Set("statusCode", value.Loosely(status, value.Number))
	return outcome{state: StepFailed, input: fault.With("reason", reason), err: reason, bare: bare, fault: fault}, nil
}

// isFault reports whether an error is a flow's: of one of its cards, or of its
// being called.
func isFault(err error) bool {
	if _, ok := errors.AsType[*CardError](err); ok {
		return !isPassing(err)
	}
	kind := errs.KindOf(err)
	return kind == errs.NotFound || kind == errs.Invalid
}

// isPassing reports whether an error is the run's way and no card's failure.
func isPassing(err error) bool {
	_, paused := errors.AsType[*pause](err)
	return paused || errors.Is(err, ErrFenced) || errors.Is(err, ErrCancelled) || errors.Is(err, context.Canceled)
}
