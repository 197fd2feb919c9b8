package flow

import (
	"context"
	"errors"
	"fmt"

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
	for i, item := range items {
		if err := x.round(ctx, &t, i, item); err != nil {
			return o, err
		}
		if t.left < 0 {
			return failed(o.input, tooLarge("the list")), nil
		}
		if t.end != nil {
			o.end = t.end
			return o, nil
		}
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
	times, _ := n.(float64)
	if times > maxRounds {
		return nil, errs.New(errs.Invalid, "%.0f rounds are more than the %d that a loop may have", times, maxRounds)
	}
	return make([]any, max(0, int(times))), nil
}

// round runs a loop's body once.
func (x *execution) round(ctx context.Context, t *tally, i int, item any) error {
	c, l := t.card, t.card.Loop
	inner := t.frame.inner(fmt.Sprintf("%s#%d/", t.path, i))
	inner.vars[nameIndex] = float64(i)
	if l.As != "" {
		inner.vars[l.As] = item
	}
	if c.Kind == CardReduce {
		inner.vars[nameMemo] = t.memo
	}
	y, err := x.block(ctx, inner, l.Body)
	if failure, ok := errors.AsType[*CardError](err); ok && l.IgnoreErrors && failure.Path != "" {
		t.failures++
		if c.Kind == CardMap {
			t.list = append(t.list, nil)
		}
		return nil
	}
	if err != nil {
		return err
	}
	t.end = y.end
	switch c.Kind {
	case CardMap:
		given := y.value(l.Gives)
		t.left.take(given)
		t.list = append(t.list, given)
	case CardFilter:
		if keep, err := value.Convert(y.value(GivesField), value.Boolean); err == nil && keep == true {
			t.list = append(t.list, item)
		}
	case CardReduce:
		t.memo = y.next(t.memo)
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
// memo is an object, the object of all of them, unless the one field holds the
// object itself. A round that gives nothing leaves it as it was.
func (y yield) next(memo any) any {
	if y.stopped || y.result == nil || y.result.Len() == 0 {
		return memo
	}
	first := y.value(GivesField)
	if _, object := memo.(*value.Object); !object || y.result.Len() == 1 && value.KindOf(first) == value.Obj {
		return first
	}
	return y.result
}
