package flow

import (
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
		o, err := x.recall(known)
		x.waited(known.StartedAt, o.output)
		return o, err
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
		x.waited(began, o.output)
		x.cardBegan = began
		return o, nil
	}
	if known.State != StepWaiting {
		o.state = StepWaiting
		x.cardBegan = began
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

// waited moves the run's end by a wait that is over.
func (x *execution) waited(began time.Time, out *value.Object) {
	if until, ok := out.At("until").(time.Time); ok && until.After(began) {
		x.deadline = x.deadline.Add(until.Sub(began))
	}
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
	n, _ := amount.(float64)
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
