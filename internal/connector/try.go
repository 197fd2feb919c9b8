package connector

import (
	"context"

	"sallyport/internal/value"
)

// Test tries a connection out by the steps that its connector's file declares,
// and learns settings from the answers. What a step finds is in the report; an
// error is that there is nothing to try: the connection does not fit its
// connector.
func (e *Engine) Test(ctx context.Context, conn Connection) (Report, error) {
	c, auth, err := e.resolve(conn)
	if err != nil {
		return Report{}, err
	}
	settings, err := c.settings(auth, conn.Settings)
	if err != nil {
		return Report{}, err
	}
	r := Report{OK: true, Learned: value.NewObject(1)}
	s := scope{"settings": settings, "auth": string(auth.Kind)}
	for _, step := range c.profile.test {
		if step.when != nil && !holds(step.when, s) {
			continue
		}
		check := e.try(ctx, conn, step, s, r.Learned)
		r.Checks = append(r.Checks, check)
		if !check.OK {
			r.OK = false
			break
		}
	}
	return r, nil
}

// try makes one step of a test.
func (e *Engine) try(ctx context.Context, conn Connection, step testStep, s scope, learned *value.Object) Check {
	check := Check{Action: step.action, Title: step.title}
	inputs, _ := step.inputs.eval(s)
	in, _ := inputs.(*value.Object)
	res, err := e.Do(ctx, conn, Call{Action: step.action, Inputs: in})
	if err != nil {
		check.Message = err.Error()
		return check
	}
	s = s.with(scope{"outputs": res.Outputs})
	if err := firstFault(step.checks, s); err != nil {
		check.Message = err.Error()
		return check
	}
	for _, l := range step.learn {
		if v := eval(l.from, s); v != nil {
			learned.Set(l.name, v)
		}
	}
	check.OK, check.Message = true, value.String(eval(step.says, s))
	return check
}
