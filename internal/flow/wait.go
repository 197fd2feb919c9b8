package flow

import (
	"context"
	"fmt"
	"strings"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/value"
)

// maxWait bounds how long a card may wait.
const maxWait = 366 * 24 * time.Hour

// wait lets the run wait without a worker. When it is over it does not count
// towards the time that the run may take.
func (x *execution) wait(f *frame, c *Card, path string) (outcome, error) {
	known := x.known[path]
	if known.State.Settled() && known.State != "" {
		return x.recall(known)
	}
	began, until, err := known.StartedAt, time.Time{}, error(nil)
	if known.State == StepWaiting {
		until, err = x.waitsUntil(known)
	} else {
		began = x.r.Now()
		until, err = c.Wait.end(f, began)
	}
	if err != nil {
		return failed(nil, err), nil
	}
	o := outcome{state: StepDone, output: value.Map("until", until)}
	if !until.After(x.r.Now()) {
		f.began = began
		s, err := x.effectStep(f, c, path, &o) // the run's time is reckoned from it
		if err != nil {
			return o, err
		}
		x.pending, x.known[path], o.quiet = append(x.pending, s), s, true
		return o, nil
	}
	if known.State != StepWaiting {
		o.state = StepWaiting
		f.began = began
		s, err := x.effectStep(f, c, path, &o)
		if err != nil {
			return o, err
		}
		s.EndedAt = time.Time{}
		x.pending = append(x.pending, s)
	}
	const form = "%s: waits until %s"
	reason := fmt.Sprintf(form, c.Title, value.ISO(until))
	return outcome{}, &pause{until: until, reason: reason, bare: reason}
}

// waitsUntil reads from a step until when it waits.
func (x *execution) waitsUntil(s Step) (time.Time, error) {
	o, err := x.recall(s)
	if err != nil {
		return time.Time{}, err
	}
	until, ok := o.output.At("until").(time.Time)
	if !ok {
		return time.Time{}, errs.New(errs.Invalid, "until when it waits is not known any more")
	}
	return until, nil
}

// waited moves the run's end by the waits that it has made or is at, before any
// card is taken up.
func (x *execution) waited(ctx context.Context, prog *Program) error {
	waits := map[string]map[string]bool{}
	for _, s := range x.known {
		cards, ok := waits[s.Flow]
		if !ok {
			p := prog
			if s.Flow != prog.Flow.ID {
				var err error
				if p, err = x.r.Library.Program(ctx, x.run.Org, s.Flow, x.run.Pins[s.Flow]); errs.KindOf(err) == errs.NotFound {
					continue // the flow is gone, and told where it is called
				} else if err != nil {
					return err
				}
			}
			cards = map[string]bool{}
			Walk(p.Definition.Cards, func(c *Card) { cards[c.ID] = cards[c.ID] || c.Kind == CardWait })
			waits[s.Flow] = cards
		}
		if !cards[s.Card] || s.State != StepWaiting && s.State != StepDone {
			continue
		}
		if until, err := x.waitsUntil(s); err == nil && until.After(s.StartedAt) {
			x.deadline = x.deadline.Add(until.Sub(s.StartedAt))
		}
	}
	return nil
}

// end returns when a wait that begins now is over.
func (w *Wait) end(f *frame, now time.Time) (time.Time, error) {
	if w.Dated {
		v, err := w.Until.Resolve(f.lookup)
		if err == nil {
			v, err = value.Convert(v, value.Date)
		}
		if err != nil {
			return now, errs.New(errs.Invalid, "until: %v", err)
		}
		t, ok := v.(time.Time)
		if !ok {
			return now, nil
		}
		return within(now, t)
	}
	amount, err := w.For.Resolve(f.lookup)
	if err == nil {
		amount, err = value.Convert(amount, value.Number)
	}
	if err != nil {
		return now, errs.New(errs.Invalid, "for: %v", err)
	}
	unit, err := w.Unit.Resolve(f.lookup)
	if err != nil {
		return now, errs.New(errs.Invalid, "unit: %v", err)
	}
	one, ok := units()[strings.TrimSuffix(strings.ToLower(strings.TrimSpace(value.String(unit))), "s")]
	if !ok {
		return now, errs.New(errs.Invalid, "unit: %q is none of: seconds, minutes, hours, days, weeks", value.String(unit))
	}
	n, _ := value.Float(amount)
	if n > float64(maxWait/one) {
		return now, errs.New(errs.Invalid, "a wait of %v %v is longer than %d days", n, value.String(unit), maxWait/(24*time.Hour))
	}
	return now.Add(time.Duration(n * float64(one))), nil
}

func units() map[string]time.Duration {
	return map[string]time.Duration{"second": time.Second, "minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour, "week": 7 * 24 * time.Hour}
}

func within(now, t time.Time) (time.Time, error) {
	if t.Sub(now) > maxWait {
		return now, errs.New(errs.Invalid, "until: %s is more than %d days away", value.ISO(t), maxWait/(24*time.Hour))
	}
	return t, nil
}
