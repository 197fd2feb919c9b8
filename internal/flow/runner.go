package flow

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"sync/atomic"
	"time"

	"sallyport/internal/connector"
	"sallyport/internal/errs"
	"sallyport/internal/event"
	"sallyport/internal/trace"
	"sallyport/internal/value"
)

// Gate decides about effects before they are made.
type Gate interface {
	// Begin returns a permit, or an error when it cannot decide now.
	Begin(ctx context.Context, in connector.Intent) (connector.Permit, error)
	// OnlyShows reports whether the organization lets no effect through at all.
	OnlyShows(ctx context.Context, org string) (bool, error)
}

// Caller carries out actions. Every error of Do is a [connector.Error].
type Caller interface {
	Do(ctx context.Context, c connector.Connection, call connector.Call) (connector.Result, error)
	Preview(c connector.Connection, call connector.Call) (connector.Request, error)
}

// Sources is what a run reads beside its own journal.
type Sources interface {
	Connection(ctx context.Context, org, id string) (connector.Connection, error)
	Event(ctx context.Context, org, uuid string) (event.Event, error)
	// TableRows carries out a read of a table: ReadRow or SearchRows. What of it is
	// kept sealed in the table is hidden, besides: no history shows it.
	TableRows(ctx context.Context, org string, c Change) (out *value.Object, hidden []string, err error)
}

// Sealer hides the data of runs that do not keep it. The context binds a sealed
// value to its place.
type Sealer interface {
	Seal(plaintext, context []byte) ([]byte, error)
	Unseal(sealed, context []byte) ([]byte, error)
}

// Runner carries out runs.
type Runner struct {
	Store     Store
	Library   *Library
	Catalogue *Catalogue
	Gate      Gate
	Caller    Caller
	Sources   Sources
	Planner   Planner // nil where remediation is not planned
	Keys      Sealer
	Tracer    *trace.Tracer // nil where nobody collects traces
	Now       func() time.Time
	Random    io.Reader // of functions that draw lots; nil for the machine's own
	Log       *slog.Logger
	// Changed is called when a run has moved: once its new state is durable.
	Changed func(org, run, flowID string, s State)
	// Answered is called when a run that an HTTP request started has answered it
	// and goes on: once its answer is durable. May be nil.
	Answered func(org, run, flowID string)
	// Export writes flows, the first of which is the one that was asked for, as an
	// export of Okta Workflows. May be nil: then there are none.
	Export func(flows []Text) ([]byte, error)

	// Address is where HTTP requests start a flow of an organization. May be nil:
	// then flows have none.
	Address func(org, flow string) string

	draining atomic.Bool
}

// Drain makes runs stop before their next card, to be resumed by whoever works
// next. It does not wait for them.
func (r *Runner) Drain() { r.draining.Store(true) }

// Work carries a run on: to its end (the zero time), or to a point where it
// waits (the time to be called again). An error is one of ours, not the run's.
func (r *Runner) Work(ctx context.Context, org, run string) (time.Time, error) {
	c, err := r.Store.Claim(ctx, org, run)
	if err != nil {
		if errs.KindOf(err) == errs.NotFound { // deleted with its organization or by retention
			return time.Time{}, nil
		}
		if errors.Is(err, ErrFenced) {
			r.left(ctx, run)
			return time.Time{}, nil
		}
		return time.Time{}, fmt.Errorf("take up run %s: %w", run, err)
	}
	if c.Run.State.Ended() {
		return time.Time{}, nil
	}
	ctx, span := r.Tracer.Start(trace.Continue(ctx, c.Run.Trace), "run", trace.Text("sallyport.run", run), trace.Text("sallyport.flow", c.Run.Flow), trace.Text("sallyport.cause", string(c.Run.Cause)))
	defer span.End()
	x := newExecution(r, c)
	again, err := x.work(ctx)
	if err != nil {
		span.Fail("it could not be carried on")
	}
	switch {
	case err == nil:
		return again, nil
	case errors.Is(err, ErrFenced):
		r.left(ctx, run)
		return time.Time{}, nil
	case ctx.Err() != nil:
		return r.Now(), nil // the program stops: whoever works next goes on at once
	}
	return time.Time{}, fmt.Errorf("run %s: %w", run, err)
}

func (r *Runner) left(ctx context.Context, run string) {
	r.Log.InfoContext(ctx, "run left to another worker", "run", run)
}

// work runs the flow and writes how it ended, or that it waits.
func (x *execution) work(ctx context.Context) (time.Time, error) {
	if x.run.Cancel { // while nobody worked at it
		return time.Time{}, x.finish(ctx, Ending{State: Cancelled, Unknown: x.unknown, Refused: x.refused})
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	var end *flowEnd
	f, err := x.start(ctx)
	if errors.Is(err, errHeld) {
		return time.Time{}, nil
	}
	if err == nil {
		end, err = x.whole(ctx, f)
	}
	if p, ok := errors.AsType[*pause](err); ok {
		return p.until, x.pauseRun(ctx, p)
	}
	e, ours := x.ending(end, err)
	if ours != nil {
		return time.Time{}, ours
	}
	if err := x.finish(ctx, e); err != nil && !errors.Is(err, ErrCancelled) {
		return time.Time{}, err
	}
	return time.Time{}, nil
}

// whole runs the flow's cards, and works out what it gives when none of them says.
func (x *execution) whole(ctx context.Context, f *frame) (*flowEnd, error) {
	end, err := x.cards(ctx, f, f.prog.Definition.Cards)
	if end != nil || err != nil || len(f.prog.Definition.Result) == 0 {
		return end, err
	}
	result, err := f.inputs(f.prog.Definition.Result)
	if err != nil {
		return nil, &CardError{Message: "the result: " + errs.Message(err), Bare: "the result cannot be worked out"}
	}
	return &flowEnd{result: result}, nil
}

// ending turns what the cards came to into how the run ended. What is no end of
// a run comes back as an error.
func (x *execution) ending(end *flowEnd, err error) (Ending, error) {
	e := Ending{State: Succeeded, Unknown: x.unknown, Refused: x.refused}
	failure, failed := errors.AsType[*CardError](err)
	switch {
	case errors.Is(err, ErrCancelled):
		e.State = Cancelled
	case failed:
		e.State, e.Error = Failed, x.words(failure.Error(), failure.bare())
	case err != nil:
		return e, err
	case end == nil:
	case end.kind == CardStop:
		e.State, e.Reason = Stopped, x.words(end.reason, end.bare)
	case end.kind == CardRespond:
		e.Result = x.saved(end.result)
	case end.result != nil:
		e.Result = x.saved(end.result)
	}
	if e.State == Cancelled {
		return e, nil
	}
	e.Answer, err = x.sealedAnswer(x.lastAnswer(end, failure))
	return e, err
}

func (x *execution) finish(ctx context.Context, e Ending) error {
	steps := x.take()
	e.Journaled = x.sealed
	if err := x.r.Store.End(ctx, x.ref, steps, e); err != nil {
		return fmt.Errorf("end: %w", err)
	}
	x.changed(e.State)
	return nil
}

func (x *execution) pauseRun(ctx context.Context, p *pause) error {
	if p.draining {
		if err := x.flush(ctx); !errors.Is(err, ErrCancelled) {
			return err
		}
		return x.finish(ctx, Ending{State: Cancelled, Unknown: x.unknown, Refused: x.refused})
	}
	err := x.r.Store.Pause(ctx, x.ref, x.take(), p.until, x.words(p.reason, p.bare))
	if errors.Is(err, ErrCancelled) {
		return x.finish(ctx, Ending{State: Cancelled, Unknown: x.unknown, Refused: x.refused})
	}
	if err != nil {
		return fmt.Errorf("pause: %w", err)
	}
	x.changed(Waiting)
	return nil
}

func (x *execution) changed(s State) {
	if x.r.Changed != nil {
		x.r.Changed(x.run.Org, x.run.ID, x.run.Flow, s)
	}
}

// start loads what the run is of, and returns its outermost frame.
func (x *execution) start(ctx context.Context) (*frame, error) {
	book, err := x.r.Library.Book(ctx, x.run.Org)
	if err != nil {
		return nil, err
	}
	x.book = book
	prog, err := x.r.Library.programOf(ctx, book, x.run.Org, x.run.Flow, x.run.Version)
	if err != nil {
		if errs.KindOf(err) == errs.NotFound {
			return nil, &CardError{Message: "the flow, or this version of it, is not there any more"}
		}
		return nil, err
	}
	if err := x.enter(ctx, prog.Definition.Concurrency); err != nil {
		return nil, err
	}
	x.began = x.run.StartedAt
	if x.began.IsZero() {
		x.began = x.r.Now()
	}
	x.deadline = x.began.Add(prog.Definition.Timeout)
	if err := x.pin(ctx, prog); err != nil {
		return nil, err
	}
	if err := x.waited(ctx, prog); err != nil {
		return nil, err
	}
	about, err := x.started()
	if err != nil {
		return nil, err
	}
	f := &frame{prog: prog, vars: map[string]any{nameContext: about}, states: value.NewObject(8)}
	if err := x.root(ctx, f); err != nil {
		return nil, err
	}
	return f, x.bind(ctx, f)
}

// errHeld says that a run does not begin yet: others of its flow are under way.
var errHeld = errors.New("the run is held")

// enter lets the run begin, where its flow allows another one at the same time.
func (x *execution) enter(ctx context.Context, limit int) error {
	if !x.ref.Fresh {
		return nil
	}
	if x.ref.Limited = limit > 0; !x.ref.Limited {
		return nil
	}
	in, err := x.r.Store.Enter(ctx, x.ref, limit)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	if !in {
		return errHeld
	}
	x.ref.Fresh, x.run.StartedAt = false, x.r.Now()
	x.changed(Running)
	return nil
}

// pin fixes the versions of every helper flow before the first card runs, so
// that a run resumed after somebody published goes on as it began.
func (x *execution) pin(ctx context.Context, prog *Program) error {
	if x.run.Pins != nil {
		return nil
	}
	pins := x.book.helpers(prog)
	if len(pins) == 0 {
		return nil
	}
	x.run.Pins = maps.Clone(pins)
	if err := x.r.Store.Pin(ctx, x.ref, pins); err != nil {
		return fmt.Errorf("pin helper flows: %w", err)
	}
	return nil
}

// root gives the outermost frame the run's input: the event, or the arguments.
func (x *execution) root(ctx context.Context, f *frame) error {
	if x.run.Cause == OnEvent {
		e, err := x.r.Sources.Event(ctx, x.run.Org, x.run.Event)
		if errs.KindOf(err) == errs.NotFound {
			return &CardError{Message: "the event that started the run is not stored any more"}
		}
		if err != nil {
			return err
		}
		v, err := value.ParseJSON(e.Raw)
		if err != nil {
			const what = "the event cannot be read"
			return &CardError{Message: what + ": " + err.Error(), Bare: what}
		}
		f.vars[nameEvent] = v
		if f.prog.Definition.usesTrigger() {
			f.vars[nameTrigger] = EventCard(v)
		}
		return f.prog.canDecide(map[string]any{nameEvent: v})
	}
	stored := x.run.Input
	if !x.run.SaveData && stored != nil {
		plain, err := x.r.Keys.Unseal(stored, InputContext(x.run))
		if err != nil {
			return &CardError{Message: "the run's input cannot be unsealed; was the key file replaced?"}
		}
		stored = plain
	}
	v, err := value.Load(stored)
	if err != nil {
		return err
	}
	given, _ := v.(*value.Object)
	if x.run.Cause == OnAlert {
		return x.alerted(ctx, f, given)
	}
	return f.given(given)
}

// alerted gives the outermost frame the alert as it was when it started the run,
// and its newest event, null if that is not stored any more.
func (x *execution) alerted(ctx context.Context, f *frame, given *value.Object) error {
	vars := map[string]any{nameAlert: given.At(nameAlert), nameEntity: given.At(nameEntity), nameEvent: nil}
	e, err := x.r.Sources.Event(ctx, x.run.Org, x.run.Event)
	if err != nil && errs.KindOf(err) != errs.NotFound {
		return err
	}
	if err == nil {
		if vars[nameEvent], err = value.ParseJSON(e.Raw); err != nil {
			const what = "the alert's event cannot be read"
			return &CardError{Message: what + ": " + err.Error(), Bare: what}
		}
	}
	maps.Copy(f.vars, vars)
	return f.prog.canDecide(vars)
}

// given takes what started the run, but for an event: inputs, a request, a row.
func (f *frame) given(v *value.Object) error {
	d := f.prog.Definition
	switch d.Trigger.Kind {
	case OnRow:
		f.vars[nameRow], f.vars[nameBefore] = v.At(nameRow), v.At(nameBefore)
		return nil
	case OnFinding:
		found := map[string]any{nameFinding: v.At(nameFinding), nameCheck: v.At(nameCheck), nameTenant: v.At(nameTenant)}
		maps.Copy(f.vars, found)
		return f.prog.canDecide(found)
	case OnSchedule:
		return nil
	case OnAPI:
		f.vars[nameRequest] = v.At(nameRequest)
		v = v.Object(nameInput)
	default:
	}
	args, err := d.arguments(v)
	if err != nil {
		return &CardError{Message: errs.Message(err), Bare: "an input is not as the flow wants it", Fields: value.Map("statusCode", float64(http.StatusBadRequest))}
	}
	f.vars[nameInput] = args
	return nil
}

// canDecide fails where the trigger's condition cannot be evaluated on an event, alert
// or finding.
// Whether it holds was decided when the run was queued, or by who started it.
func (p *Program) canDecide(vars map[string]any) error {
	where := p.Definition.Trigger.Where
	if where == nil {
		return nil
	}
	vars = maps.Clone(vars)
	vars[nameOptions] = p.Flow.Bindings.Options
	if _, err := where.True(vars); err != nil {
		what := "the trigger's condition cannot be evaluated on this " + string(p.Definition.Trigger.Kind)
		return &CardError{Message: fmt.Sprintf("%s: %s: %v", what, where.Source(), err), Bare: what}
	}
	return nil
}

// bind gives a frame what its flow is installed with.
func (x *execution) bind(ctx context.Context, f *frame) error {
	f.conns = map[string]connector.Connection{}
	settings := value.NewObject(len(f.prog.Definition.Connections))
	for _, slot := range f.prog.Definition.Connections {
		id := f.prog.Flow.Bindings.Connections[slot.Name]
		if id == "" {
			continue // told by the card that needs it
		}
		c, err := x.r.Sources.Connection(ctx, x.run.Org, id)
		if errs.KindOf(err) == errs.NotFound {
			continue
		}
		if err != nil {
			return err
		}
		f.conns[slot.Name] = c
		settings.Set(slot.Name, c.Settings)
	}
	options, err := x.options(f)
	if err != nil {
		return err
	}
	f.vars[nameConnections], f.vars[nameOptions] = settings, options
	f.vars[nameRun] = value.Map("id", x.run.ID, "flow", x.run.Flow, "dry_run", x.run.DryRun, "started_at", value.Instant(x.run.CreatedAt))
	return nil
}
