package flow

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"

	"sallyport/internal/connector"
	"sallyport/internal/value"
)

// flushAt is how many steps of pure cards wait for an effect to be written
// along with it.
const flushAt = 256

// context binds what is sealed to its run and place.
func (x *execution) context(place string) []byte {
	return []byte("flow_run/" + x.run.Org + "/" + x.run.ID + "/" + place)
}

// saved returns a value as history keeps it: itself, or its shape.
func (x *execution) saved(v any) []byte {
	if v == nil {
		return nil
	}
	if o, ok := v.(*value.Object); ok && o == nil {
		return nil
	}
	if !x.run.SaveData {
		return value.Store(Shape(v))
	}
	if x.hidden != nil {
		v = connector.ScrubValue(x.hidden, v)
	}
	return value.Store(v)
}

// Shape returns what may be known of a value whose data is not to be kept: its
// kinds and sizes, the names of its fields, and nothing that it says.
func Shape(v any) any {
	switch v := v.(type) {
	case nil:
		return nil
	case string:
		return "text, " + plural(utf8.RuneCountInString(v), "character")
	case []any:
		if len(v) == 0 {
			return "list, empty"
		}
		return []any{"list, " + plural(len(v), "item"), Shape(v[0])}
	case *value.Object:
		o := value.NewObject(v.Len())
		for k, e := range v.All() {
			o.Set(k, Shape(e))
		}
		return o
	}
	return string(value.KindOf(v))
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return strconv.Itoa(n) + " " + word + "s"
}

// step returns a card's step as it is to be written.
func (x *execution) step(f *frame, c *Card, path string, o outcome) Step {
	seq := x.known[path].Seq
	if seq == 0 {
		x.seq++
		seq = x.seq
	}
	return Step{
		Path: path, Seq: seq, Flow: f.prog.Flow.ID, Card: c.ID, State: o.state, Attempt: max(1, x.known[path].Attempt),
		Input: x.saved(o.input), Output: x.saved(o.output), Error: x.words(o.err, o.bare), Reason: x.words(o.reason, o.bare), StartedAt: f.began, EndedAt: x.r.Now(), Action: o.action,
	}
}

// add keeps the step of a card that is no effect, to be written with the next
// effect or the end. One that is in the history already is not written again.
func (x *execution) add(f *frame, c *Card, path string, began time.Time, o outcome) {
	if s, ok := x.known[path]; ok && s.State == o.state {
		return
	}
	s := x.step(f, c, path, o)
	s.StartedAt = began
	x.pending = append(x.pending, s)
	x.known[path] = s
	x.count(o.state)
}

// take returns the steps to be written, once.
func (x *execution) take() []Step {
	steps := x.pending
	x.pending = nil
	return steps
}

func (x *execution) flush(ctx context.Context) error {
	if len(x.pending) == 0 {
		return nil
	}
	err := x.write(ctx, x.take(), nil)
	x.ref.Fresh = false
	return err
}

// write writes steps. Other rounds go on meanwhile.
func (x *execution) write(ctx context.Context, steps []Step, ch *Change) error {
	ref, err := x.ref, error(nil)
	// What came back is written although the program stops: the group has its bound.
	x.away(func() { err = x.r.Store.Record(context.WithoutCancel(ctx), ref, steps, ch) })
	return err
}

// away does what takes time, and touches nothing of the execution. Rounds of the
// same loop go on meanwhile.
func (x *execution) away(fn func()) {
	x.mu.Unlock()
	defer x.mu.Lock()
	fn()
}

// wrote notes that a step is durable.
func (x *execution) wrote(s Step) {
	fresh := x.ref.Fresh
	x.ref.Fresh = false
	x.known[s.Path] = s
	if fresh {
		x.changed(Running)
	}
}

// journal writes an effect's step, and with it whatever waits to be written.
// When it returns the effect will not be repeated.
func (x *execution) journal(ctx context.Context, f *frame, c *Card, path string, o *outcome, a *attempt) error {
	s, err := x.effectStep(f, c, path, o)
	if err != nil {
		return err
	}
	if a != nil {
		s.Attempt = a.before.Attempt + 1
		if a.before.State == StepStarted { // this attempt, begun by ourselves
			s.Attempt = a.before.Attempt
		}
	}
	return x.record(ctx, s, o, nil)
}

func (x *execution) record(ctx context.Context, s Step, o *outcome, ch *Change) error {
	o.quiet = true
	err := x.write(ctx, append(x.take(), s), ch)
	if err == nil || errors.Is(err, ErrCancelled) {
		x.wrote(s)
		x.count(o.state)
	}
	return err
}

// What is journaled of an effect, sealed.
const (
	journalOutput = "output"
	journalError  = "error"
	journalReason = "reason"
	journalHidden = "hidden"
)

// effectStep is the step of an effect, with what it came to journaled where
// history does not keep that as it is: later cards see the same when the run is
// resumed.
func (x *execution) effectStep(f *frame, c *Card, path string, o *outcome) (Step, error) {
	s := x.step(f, c, path, *o)
	came := value.Map(journalError, o.err, journalReason, o.reason)
	if o.output != nil {
		came.Set(journalOutput, o.output)
	}
	if len(o.hidden) > 0 {
		came.Set(journalHidden, anyOf(o.hidden))
	}
	if x.run.SaveData && !x.holdsHidden(came) || o.output == nil && s.Error == o.err && s.Reason == o.reason {
		return s, nil
	}
	sealed, err := x.r.Keys.Seal(value.Store(came), x.context(path))
	if err != nil {
		return s, fmt.Errorf("seal the result of %s: %w", path, err)
	}
	s.Journal, x.sealed = sealed, true
	return s, nil
}

func anyOf(texts []string) []any {
	out := make([]any, len(texts))
	for i, t := range texts {
		out[i] = t
	}
	return out
}

// recall returns the outcome of an effect that was journaled.
func (x *execution) recall(s Step) (outcome, error) {
	o := outcome{state: s.State, err: s.Error, reason: s.Reason, quiet: true}
	if s.Journal == nil {
		if !x.run.SaveData {
			return o, nil
		}
		v, err := value.Load(s.Output)
		o.output, _ = v.(*value.Object)
		return o, err
	}
	plain, err := x.r.Keys.Unseal(s.Journal, x.context(s.Path))
	if err != nil {
		const what = "its journaled result cannot be unsealed; was the key file replaced?"
		return o, &CardError{Path: s.Path, Title: s.Card, Message: what, Bare: what}
	}
	v, err := value.Load(plain)
	if err != nil {
		return o, fmt.Errorf("read the journaled result of %s: %w", s.Path, err)
	}
	came, _ := v.(*value.Object)
	o.err, o.reason, o.bare = came.Text(journalError), came.Text(journalReason), cmp.Or(s.Error, s.Reason)
	o.output, _ = came.At(journalOutput).(*value.Object)
	hidden, _ := came.At(journalHidden).([]any)
	for _, text := range hidden {
		x.conceal([]string{value.String(text)})
	}
	return o, nil
}

// change writes a change of rows together with its step.
func (x *execution) change(ctx context.Context, f *frame, c *Card, path string, o *outcome, ch Change) error {
	s, err := x.effectStep(f, c, path, o)
	if err != nil {
		return err
	}
	steps := append(x.take(), s)
	last := &steps[len(steps)-1]
	var sealErr error
	called := false
	ch.Done = func(result *value.Object) {
		called = true
		o.output = result
		full, err := x.effectStep(f, c, path, o)
		if err != nil {
			sealErr = err
			return
		}
		last.Output, last.Journal = full.Output, full.Journal
	}
	err = x.r.Store.Record(context.WithoutCancel(ctx), x.ref, steps, &ch) // not away: Done reads what others write
	switch {
	case sealErr != nil:
		return sealErr
	case err != nil && !errors.Is(err, ErrCancelled):
		// The steps before it were not written either.
		x.pending = append(steps[:len(steps)-1], x.pending...)
		return err
	case !called:
		return errLost
	}
	o.quiet = true
	x.wrote(*last)
	return err
}
