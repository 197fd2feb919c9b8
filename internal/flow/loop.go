package flow

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"sallyport/internal/errs"
	"sallyport/internal/value"
)

// maxRounds bounds the rounds of one loop.
const maxRounds = 1_000_000

// tally is what the rounds of a loop came to.
type tally struct {
	frame    *frame // around the loop
	card     *Card
	path     string
	failures int
	list     []any
	memo     any
	end      *flowEnd
	left     room // for what is collected
}

func (x *execution) loop(ctx context.Context, f *frame, c *Card, path string) (outcome, error) {
	items, err := c.items(f)
	if err != nil {
		return failed(nil, err), nil
	}
	o := outcome{state: StepDone, input: value.Map("items", float64(len(items)))}
	t := tally{frame: f, card: c, path: path, list: []any{}, left: maxValue}
	if c.Kind == CardReduce {
		left := room(maxValue)
		if t.memo, err = f.eval("memo", c.Loop.Memo, &left); err != nil {
			return failed(o.input, err), nil
		}
	}
	if err := x.rounds(ctx, &t, items); err != nil {
		return o, err
	}
	if t.end != nil {
		o.end = t.end
		return o, nil
	}
	if t.left < 0 {
		return failed(o.input, tooLarge("the list")), nil
	}
	switch c.Kind {
	case CardMap, CardFilter:
		o.output = value.Map("list", t.list)
	case CardReduce:
		o.output = value.Map("item", t.memo)
	default:
		o.output = value.Map("count", float64(len(items)))
	}
	o.output.Set("failures", float64(t.failures))
	return o, nil
}

// items are the list that a loop goes through, or as many nulls as it has rounds.
func (c *Card) items(f *frame) ([]any, error) {
	left := room(maxValue)
	v, err := f.eval("the list", c.Loop.Over, &left)
	if err != nil {
		return nil, err
	}
	if o, ok := v.(*value.Object); ok && c.Kind != CardRepeat {
		return pairs(o), nil
	}
	if c.Kind != CardRepeat {
		list, err := value.Convert(v, value.List)
		if err != nil {
			return nil, errs.New(errs.Invalid, "the list: %v", err)
		}
		items, _ := list.([]any)
		return items, nil
	}
	n, err := value.Convert(v, value.Number)
	if err != nil {
		return nil, errs.New(errs.Invalid, "how often: %v", err)
	}
	times, _ := value.Float(n)
	if times > maxRounds {
		return nil, errs.New(errs.Invalid, "%.0f rounds are more than the %d that a loop may have", times, maxRounds)
	}
	return make([]any, max(0, int(times))), nil
}

// pairs are the fields of an object, each as an item.
func pairs(o *value.Object) []any {
	out := make([]any, 0, o.Len())
	for k, v := range o.All() {
		out = append(out, value.Map("key", k, "value", v))
	}
	return out
}

// rounds runs a loop's rounds: one after another, or several at the same time.
// What they come to is taken in the order of the items.
func (x *execution) rounds(ctx context.Context, t *tally, items []any) error {
	most := min(t.card.Loop.Concurrency, len(items))
	if most > 1 && t.card.Kind != CardReduce {
		return x.abreast(ctx, t, items, most)
	}
	for i, item := range items {
		y, err := x.round(ctx, t, i, item)
		if err := t.take(item, y, err); err != nil || t.over() {
			return err
		}
	}
	return nil
}

// abreast runs rounds at the same time. When one fails or has to wait no further
// ones are begun, and those under way go as far as they can.
func (x *execution) abreast(ctx context.Context, t *tally, items []any, most int) error {
	if x.ref.Fresh { // of several writers one alone could be the first
		if err := x.write(ctx, x.take(), nil); err != nil {
			return err
		}
		x.ref.Fresh = false
		x.changed(Running)
	}
	type came struct {
		y   yield
		err error
	}
	results, next, halted := make([]came, len(items)), 0, false
	var work sync.WaitGroup
	var panicked any
	for range most {
		work.Go(func() {
			x.mu.Lock()
			defer x.mu.Unlock()
			defer func() { // whoever works the run deals with it
				if p := recover(); p != nil {
					panicked, halted = p, true
				}
			}()
			for !halted && next < len(items) {
				i := next
				next++
				y, err := x.round(ctx, t, i, items[i])
				results[i] = came{y, err}
				halted = halted || err != nil && !t.forgives(err) && !errors.Is(err, errAbandoned) || y.end != nil
			}
		})
	}
	x.away(work.Wait)
	if panicked != nil {
		panic(panicked)
	}
	err := t.takeAll(items[:next], func(i int) (yield, error) { return results[i].y, results[i].err })
	if _, failed := errors.AsType[*CardError](err); failed {
		x.abandon(t.path)
	}
	return err
}

// abandoned is the reason of a step whose round waited when another round of its
// loop failed. It is not gone on with, also when the run is resumed after what
// caught the failure.
const abandoned = "its round was left, as another one failed"

// errAbandoned is what a round comes to that was left.
var errAbandoned = errors.New(abandoned)

// abandon ends the steps of a loop's rounds that wait, written or not.
func (x *execution) abandon(path string) {
	waits := func(s Step) bool { return !s.State.Settled() && strings.HasPrefix(s.Path, path+"#") }
	var left []Step
	for _, s := range x.known {
		if waits(s) {
			left = append(left, s)
		}
	}
	x.pending = slices.DeleteFunc(x.pending, waits)
	slices.SortFunc(left, func(a, b Step) int { return cmp.Compare(a.Seq, b.Seq) })
	for _, s := range left {
		doubt := s.State == StepStarted || s.Reason == Doubted
		s.State, s.Reason, s.Error, s.EndedAt = StepFailed, abandoned, abandoned, x.r.Now()
		if doubt {
			s.State = StepUnknown
		}
		if s.Action != nil {
			s.Action = &ActionEnd{Ledger: s.Action.Ledger, State: string(s.State), Error: abandoned}
		}
		x.known[s.Path] = s
		x.pending = append(x.pending, s)
		x.count(s.State)
	}
}

// takeAll takes what rounds came to, in order. A round that waits is told of only
// where none failed; of several the one that goes on first.
func (t *tally) takeAll(items []any, came func(int) (yield, error)) error {
	var waits *pause
	var left error
	for i, item := range items {
		y, err := came(i)
		if errors.Is(err, errAbandoned) {
			left = err
			continue
		}
		if p, ok := errors.AsType[*pause](err); ok {
			if waits == nil || p.draining || !waits.draining && p.until.Before(waits.until) {
				waits = p
			}
			continue
		}
		if err := t.take(item, y, err); err != nil {
			return err
		}
	}
	if waits != nil {
		return waits
	}
	return left
}

// over reports whether no further round is to be run.
func (t *tally) over() bool { return t.end != nil || t.left < 0 }

// forgives reports whether a loop goes on after a round that failed.
func (t *tally) forgives(err error) bool {
	failure, ok := errors.AsType[*CardError](err)
	return ok && t.card.Loop.IgnoreErrors && failure.Path != ""
}

// round runs a loop's body once.
func (x *execution) round(ctx context.Context, t *tally, i int, item any) (yield, error) {
	inner := t.frame.inner(fmt.Sprintf("%s#%d/", t.path, i))
	inner.vars[nameIndex] = float64(i)
	if as := t.card.Loop.As; as != "" {
		inner.vars[as] = item
	}
	if t.card.Kind == CardReduce {
		inner.vars[nameMemo] = t.memo
	}
	return x.block(ctx, inner, t.card.Loop.Body)
}

// take takes what a round came to. The error ends the loop.
func (t *tally) take(item any, y yield, err error) error {
	if err != nil && t.forgives(err) {
		t.failures++
		if t.card.Kind == CardMap {
			t.list = append(t.list, nil)
		}
		return nil
	}
	if err != nil {
		return err
	}
	if y.end != nil && t.end == nil {
		t.end = y.end
	}
	switch t.card.Kind {
	case CardMap:
		given := y.value(t.card.Loop.Gives)
		t.left.take(given)
		t.list = append(t.list, given)
	case CardFilter:
		if keep, err := value.Convert(y.value(GivesField), value.Boolean); err == nil && keep == true {
			t.list = append(t.list, item)
		}
	case CardReduce:
		t.memo = y.next(t.memo, t.card.Loop.Gives)
	default:
	}
	return nil
}

// value is what a round gives: the first field that its body returned, or the
// object of them all. A round that stopped gives null.
func (y yield) value(g Gives) any {
	if y.stopped || y.result == nil {
		return nil
	}
	if g == GivesObject {
		return y.result
	}
	for _, v := range y.result.All() {
		return v
	}
	return nil
}

// next is the memo after a round: the one field that was returned, or, where the
// memo is an object or said to be one, the object of all of them, unless the one
// field holds the object itself. A round that gives nothing leaves it as it was.
func (y yield) next(memo any, g Gives) any {
	if y.stopped || y.result == nil || y.result.Len() == 0 {
		return memo
	}
	first := y.value(GivesField)
	_, object := memo.(*value.Object)
	if !object && g != GivesObject || y.result.Len() == 1 && value.KindOf(first) == value.Obj {
		return first
	}
	return y.result
}
