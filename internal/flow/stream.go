package flow

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"sallyport/internal/connector"
	"sallyport/internal/errs"
	"sallyport/internal/value"
)

// keepRounds is how many rounds of a stream are kept in the run's history. Of the
// further ones the numbers are kept, so that a million records take no more room
// than a thousand.
const keepRounds = 1000

// flowing is how far a stream has come. It is written after each page.
type flowing struct {
	records string // the output that holds the records
	limit   int    // records at most

	next     any // the cursor of the next page; nil for the first, and at the end
	pages    int
	streamed int
	failures int
	done     bool
}

func (s flowing) object() *value.Object {
	return value.Map("next", s.next, "pages", float64(s.pages), "streamed", float64(s.streamed), "failures", float64(s.failures))
}

// stream runs the card's block for each record of an action's list, page by page.
func (x *execution) stream(ctx context.Context, f *frame, c *Card, path string) (outcome, error) {
	known := x.known[path]
	if known.State != "" && known.State.Settled() {
		return x.recall(known)
	}
	s, err := x.flowed(known)
	if err == nil {
		s.limit, err = c.Loop.limit(f)
	}
	if err == nil {
		s.records, err = x.recordsOf(f, c)
	}
	if err != nil {
		return failed(nil, err), nil
	}
	for !s.done {
		before := x.seq
		o, end, err := x.page(ctx, f, c, path, &s)
		if err == nil && end == nil && o.state == StepFailed {
			// A retry goes on from here: what the pages before came to stands.
			o.output = s.object()
			return o, x.journal(ctx, f, c, path, &o, nil)
		}
		if err != nil || end != nil {
			o.end = end
			return o, err
		}
		if err := x.passed(ctx, f, c, path, before, s); err != nil {
			return outcome{}, err
		}
	}
	o := outcome{state: StepDone, output: value.Map("streamed", float64(s.streamed), "failures", float64(s.failures))}
	return o, x.journal(ctx, f, c, path, &o, nil)
}

func (l *Loop) limit(f *frame) (int, error) {
	v, err := l.Limit.Resolve(f.lookup)
	if err == nil {
		v, err = value.Convert(v, value.Number)
	}
	if err != nil {
		return 0, errs.New(errs.Invalid, "limit: %v", err)
	}
	if n, ok := v.(float64); ok && n > 0 && n < maxRounds {
		return int(n), nil
	}
	return maxRounds, nil
}

// flowed reads from a step how far the stream had come.
func (x *execution) flowed(known Step) (flowing, error) {
	if known.State != StepWaiting && known.State != StepAgain {
		return flowing{}, nil
	}
	o, err := x.recall(known)
	if err != nil {
		return flowing{}, err
	}
	number := func(key string) int { n, _ := o.output.At(key).(float64); return int(n) }
	s := flowing{next: o.output.At("next"), pages: number("pages"), streamed: number("streamed"), failures: number("failures")}
	s.done = s.pages > 0 && value.Empty(s.next)
	return s, nil
}

// recordsOf names the output of a card's action that holds the records.
func (x *execution) recordsOf(f *frame, c *Card) (string, error) {
	act, ok := x.r.Catalogue.actionOf(f.conns[c.Slot], c.Use)
	if !ok {
		return "", errs.New(errs.Invalid, "no connection is chosen for %q, or it has no action %q", c.Slot, c.Use)
	}
	if act.Effect != connector.Read {
		return "", errs.New(errs.Invalid, "%q changes something; only what reads a list can be streamed", c.Use)
	}
	if act.Stream != "" {
		return act.Stream, nil
	}
	// Its pages, if there are any, are gone through by its own input and output next.
	i := slices.IndexFunc(act.Outputs, func(p connector.Port) bool { return p.Type == value.List })
	if i < 0 {
		return "", errs.New(errs.Invalid, "%q gives no list", c.Use)
	}
	return act.Outputs[i].Name, nil
}

// page reads one page and runs the block for its records.
func (x *execution) page(ctx context.Context, f *frame, c *Card, path string, s *flowing) (outcome, *flowEnd, error) {
	one := *c
	one.Loop, one.page = nil, true
	if s.next != nil {
		one.Inputs = append(slices.Clone(c.Inputs), Input{Name: "next", Value: value.Literal(s.next)})
	}
	at := fmt.Sprintf("%s@%d", path, s.pages)
	o, err := x.action(ctx, f, &one, at)
	if err != nil || o.state == StepFailed || o.state == StepUnknown {
		o.state, o.quiet = StepFailed, false
		return o, nil, err
	}
	list, _ := o.output.At(s.records).([]any)
	if over := s.streamed + len(list) - s.limit; over > 0 {
		list, s.done = list[:len(list)-over], true
	}
	for _, part := range c.Loop.rounds(list) {
		t := tally{frame: f, card: c, path: path}
		y, err := x.round(ctx, &t, s.round(c.Loop), part.item)
		if err := t.take(part.item, y, err); err != nil || t.end != nil {
			return o, t.end, err
		}
		s.streamed += part.records
		s.failures += t.failures
		if len(x.pending) >= flushAt {
			if err := x.flush(ctx); err != nil {
				return o, nil, err
			}
		}
	}
	s.next = o.output.At("next")
	s.pages++
	s.done = s.done || value.Empty(s.next)
	return o, nil, nil
}

// portion is what one round of a stream is for.
type portion struct {
	item    any
	records int
}

// rounds are the rounds of a page: one for each record, or one for all of them.
func (l *Loop) rounds(page []any) []portion {
	if l.Pages {
		if len(page) == 0 {
			return nil
		}
		return []portion{{page, len(page)}}
	}
	out := make([]portion, len(page))
	for i, record := range page {
		out[i] = portion{record, 1}
	}
	return out
}

// round is the number of the next round: that of its record, or of its page.
func (s *flowing) round(l *Loop) int {
	if l.Pages {
		return s.pages
	}
	return s.streamed
}

// passed writes how far the stream has come, and forgets the steps of the page: in
// memory all of them, as nobody comes back to it, and in the history those that
// need not be kept.
func (x *execution) passed(ctx context.Context, f *frame, c *Card, path string, before int, s flowing) error {
	if s.done {
		s.next = nil
	}
	o := outcome{state: StepWaiting, output: s.object()}
	f.began = x.r.Now()
	step, err := x.effectStep(f, c, path, &o)
	if err != nil {
		return err
	}
	var ch *Change
	within := func(at string) bool { return strings.HasPrefix(at, path+"#") || strings.HasPrefix(at, path+"@") }
	if s.streamed > keepRounds && x.seq > before {
		ch = &Change{Op: ForgetSteps, After: before, UpTo: x.seq, Within: path, Done: func(*value.Object) {}}
		x.pending = slices.DeleteFunc(x.pending, func(s Step) bool { return within(s.Path) })
	}
	maps.DeleteFunc(x.known, func(at string, k Step) bool { return k.Seq > before && within(at) })
	steps := append(x.take(), step)
	if err := x.r.Store.Record(ctx, x.ref, steps, ch); err != nil {
		return err
	}
	x.wrote(step)
	return nil
}
