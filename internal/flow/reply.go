package flow

import (
	"context"

	"sallyport/internal/errs"
	"sallyport/internal/value"
)

// Answer is an HTTP answer that a flow made.
type Answer struct {
	Status  int
	Headers *value.Object
	Body    string
}

// object returns the answer as a value, for history and the run's result.
func (a Answer) object() *value.Object {
	return value.Map("status", float64(a.Status), "headers", a.Headers, "body", a.Body)
}

// reply makes the HTTP answer of a card. An answer card sends it at once.
func (x *execution) reply(ctx context.Context, f *frame, c *Card) (outcome, error) {
	a, err := c.Reply.answer(f)
	if err != nil {
		return failed(nil, err), nil
	}
	shown := a.object()
	o := outcome{state: StepDone, input: shown, output: shown}
	if c.Kind == CardRespond {
		o.end = &flowEnd{kind: CardRespond, result: shown}
	}
	if x.r.Answered != nil {
		x.r.Answered(ctx, x.run.Org, x.run.ID, a)
	}
	return o, nil
}

// answered is an answer as the run keeps it: not at all where it keeps no data.
func (x *execution) answered(o *value.Object) []byte {
	if !x.run.SaveData {
		return nil
	}
	return value.Store(o)
}

func (r *Reply) answer(f *frame) (Answer, error) {
	a := Answer{Status: 200}
	status, err := r.Status.Resolve(f.lookup)
	if err == nil {
		status, err = value.Convert(status, value.Number)
	}
	if err != nil {
		return a, errs.New(errs.Invalid, "status: %v", err)
	}
	if n, ok := status.(float64); ok {
		a.Status = int(n)
	}
	if a.Status < 200 || a.Status > 599 {
		return a, errs.New(errs.Invalid, "status: %d is no status of an HTTP answer; those are 200 to 599", a.Status)
	}
	headers, err := r.Headers.Resolve(f.lookup)
	if err == nil {
		headers, err = value.Convert(headers, value.Obj)
	}
	if err != nil {
		return a, errs.New(errs.Invalid, "headers: %v", err)
	}
	a.Headers, _ = headers.(*value.Object)
	body, err := r.Body.Resolve(f.lookup)
	if err != nil {
		return a, errs.New(errs.Invalid, "body: %v", err)
	}
	a.Body = value.String(body)
	return a, nil
}
