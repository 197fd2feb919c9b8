package connector

import (
	"context"
	"net/http"

	"sallyport/internal/errs"
	"sallyport/internal/value"
)

// maxItems bounds the requests that one step makes.
const maxItems = 1000

// run carries the call out.
func (s *session) run(ctx context.Context) (Result, *Error) {
	if s.connector.profile.smtp != nil {
		return (&courier{s}).carry(ctx)
	}
	j := &journey{session: s, real: s.real, shown: s.shown, answers: value.NewObject(len(s.action.do.steps)), last: list{scope: s.open()}}
	for _, step := range s.action.do.steps {
		if failure := j.take(ctx, step); failure != nil {
			failure.Sent = failure.Sent || j.changed
			return Result{}, failure
		}
	}
	return Result{Outputs: s.outputs(j.last.scope), Request: j.request, Status: j.last.status}, nil
}

// journey is a call on its way through its requests.
type journey struct {
	*session

	real, shown scope // as the call began
	answers     *value.Object
	last        list    // what the last request gave
	request     Request // the last one
	changed     bool    // a request was answered that may have changed something
}

// take makes the requests of one step.
func (j *journey) take(ctx context.Context, st *step) *Error {
	items, err := j.enter(st)
	if err != nil {
		return asError(err)
	}
	gave := make([]any, 0, len(items))
	for _, item := range items {
		a, failure := j.once(ctx, st, item)
		if failure != nil {
			return failure
		}
		gave = append(gave, a)
	}
	switch {
	case st.id == "":
		return nil
	case st.each != nil:
		j.answers = j.answers.With(st.id, gave)
	case len(gave) == 1:
		j.answers = j.answers.With(st.id, gave[0])
	}
	j.last.scope = j.last.scope.with(scope{"answers": j.answers})
	return nil
}

// once makes one request of a step, and returns what later ones see of it.
func (j *journey) once(ctx context.Context, st *step, item any) (any, *Error) {
	if err := j.stand(st, j.real, j.shown, scope{"answers": j.answers, "item": item}); err != nil {
		return nil, asError(err)
	}
	w, err := newWire(j.session)
	if err != nil {
		return nil, asError(err)
	}
	got, failure := j.pages(ctx, w)
	if failure != nil {
		return nil, failure
	}
	j.last, j.request = got, w.shown
	j.changed = j.changed || w.method != http.MethodGet && w.method != http.MethodHead && j.action.Repeat != Safe
	out := value.Map("item", item, "status", float64(got.status), "header", got.scope["header"], "body", got.scope["body"], "text", got.scope["text"])
	if st.pages != nil {
		out.Set("items", got.scope["items"])
	}
	return out, nil
}

// enter returns the items that a step is taken for: one that is nothing where it
// is taken once, none where it is not taken.
func (j *journey) enter(st *step) ([]any, error) {
	seen := j.open().with(scope{"answers": j.answers, "vars": j.real["vars"]})
	return st.items(seen)
}

func (st *step) items(seen scope) ([]any, error) {
	if st.when != nil {
		ok, err := st.when.True(seen)
		if err != nil || !ok {
			return nil, err
		}
	}
	if st.each == nil {
		return []any{nil}, nil
	}
	v, err := st.each.Eval(seen)
	if err != nil {
		return nil, err
	}
	items, ok := v.([]any)
	switch {
	case !ok && v != nil:
		return nil, errs.New(errs.Invalid, "%s wants a list, not a %s", st.id, value.KindOf(v))
	case len(items) > maxItems:
		return nil, errs.New(errs.Invalid, "%s would make %d requests: %d are the most", st.id, len(items), maxItems)
	}
	return items, nil
}

// stand has the session make a request of a step: its variables are calculated,
// and the scopes show what came before.
func (s *session) stand(st *step, real, shown, more scope) error {
	s.step = st
	if st.id == "" {
		s.real, s.shown = real, shown
		return nil
	}
	for _, to := range []struct {
		from scope
		set  *scope
	}{{real, &s.real}, {shown, &s.shown}} {
		out := to.from.with(more)
		vars, _ := out["vars"].(*value.Object)
		for _, v := range st.vars {
			got, err := v.from.Eval(out)
			if err != nil {
				return errs.Wrap(errs.Invalid, err, "%s cannot be made of what came before: %s", s.action.Title, v.name)
			}
			vars = vars.With(v.name, got)
			out["vars"] = vars
		}
		*to.set = out
	}
	return nil
}

// first makes the request that the call begins with, or returns nil where it
// makes none.
func (s *session) first() (*wire, error) {
	answers := value.NewObject(0)
	for _, st := range s.action.do.steps {
		items, err := st.items(s.open().with(scope{"answers": answers}))
		if err != nil {
			return nil, errs.Wrap(errs.Invalid, err, "%s cannot be made of these inputs", s.action.Title)
		}
		if len(items) == 0 {
			continue
		}
		if err := s.stand(st, s.real, s.shown, scope{"answers": answers, "item": items[0]}); err != nil {
			return nil, err
		}
		return newWire(s)
	}
	return nil, nil
}
