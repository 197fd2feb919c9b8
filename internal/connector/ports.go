package connector

import (
	"fmt"
	"slices"
	"strings"

	"sallyport/internal/errs"
	"sallyport/internal/secret"
	"sallyport/internal/value"
)

// fill brings values into the form that ports declare: converted, defaults
// filled in, what is null or the empty text left out. The error names the
// first port whose value does not fit. What is the word for a port in it.
func fill(ports []Port, values *value.Object, what string) (*value.Object, error) {
	out := value.NewObject(len(ports))
	for i := range ports {
		p := &ports[i]
		v, err := p.take(values.At(p.Name))
		if err != nil {
			return nil, errs.New(errs.Invalid, "%s %s: %v", what, p.Name, err)
		}
		if v != nil {
			out.Set(p.Name, v)
		}
	}
	return out, nil
}

// dropEmpty takes out what is empty of the objects for which an input asks for
// that.
func dropEmpty(ports []Port, inputs *value.Object) {
	for _, p := range ports {
		o, ok := inputs.At(p.Name).(*value.Object)
		if !ok || p.dropEmpty == "" || inputs.At(p.dropEmpty) != true {
			continue
		}
		kept := value.NewObject(o.Len())
		for name, v := range o.All() {
			if v != nil && v != "" {
				kept.Set(name, v)
			}
		}
		inputs.Set(p.Name, kept)
	}
}

// take converts and checks one value; nil is none.
func (p *Port) take(v any) (any, error) {
	v, err := value.Convert(v, p.Type)
	if err != nil {
		return nil, err
	}
	if v == nil || v == "" {
		v = p.Default
	}
	if v == nil {
		if p.Required {
			return nil, fmt.Errorf("it is required")
		}
		return nil, nil
	}
	if p.Required && value.Empty(v) {
		return nil, fmt.Errorf("it is required")
	}
	if p.normalize != nil {
		if v, err = p.normalize.Eval(map[string]any{"value": v}); err != nil {
			return nil, err
		}
	}
	if len(p.Enum) > 0 && !slices.ContainsFunc(p.Enum, func(e any) bool { return value.Equal(e, v) }) {
		return nil, fmt.Errorf("%s is none of %s", quoted(v), strings.Join(texts(p.Enum), ", "))
	}
	return v, firstFault(p.checks, scope{"value": v})
}

// quoted shows a value in an error, cut where it is long.
func quoted(v any) string {
	r := []rune(value.String(v))
	if len(r) > 60 {
		r = append(r[:60], '…')
	}
	return fmt.Sprintf("%q", string(r))
}

func texts(values []any) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = value.String(v)
	}
	return out
}

// firstFault returns the message of the first check that finds something.
func firstFault(checks []check, s scope) error {
	for _, c := range checks {
		found, err := c.when.True(s)
		if err != nil {
			return err
		}
		if !found {
			continue
		}
		v, err := c.message.Eval(s)
		if err != nil {
			return err
		}
		return fmt.Errorf("%s", value.String(v))
	}
	return nil
}

// unknownIn returns a name among values that no port has, or "".
func unknownIn(ports []Port, values *value.Object) string {
	for _, name := range values.Keys() {
		if portNamed(name, ports) == nil {
			return name
		}
	}
	return ""
}

// Masked returns inputs of the action as they may be shown: a mask in the place
// of secret ones.
func (a *Action) Masked(inputs *value.Object) *value.Object {
	if !slices.ContainsFunc(a.Inputs, func(p Port) bool { return p.Secret }) {
		return inputs
	}
	out := value.NewObject(inputs.Len())
	for name, v := range inputs.All() {
		if p := portNamed(name, a.Inputs); p != nil && p.Secret && v != nil {
			v = secret.Mask
		}
		out.Set(name, v)
	}
	return out
}

// Entities returns what a call with these inputs touches, without those that
// the inputs do not name. The inputs are taken as [Engine.Do] takes them.
func (a *Action) Entities(inputs *value.Object) []Entity {
	var out []Entity
	s := a.inputScope(inputs)
	for _, t := range a.Targets {
		for _, id := range flat(t.ID.Eval(s.lookup)) {
			if e := (Entity{t.Type, id}); !slices.Contains(out, e) {
				out = append(out, e)
			}
		}
	}
	return out
}

// EffectOf returns the effect of a call with these inputs. It is the action's
// Effect unless the inputs make it a lesser one, as GET does of an HTTP call.
func (a *Action) EffectOf(inputs *value.Object) Effect {
	s, whole := scope(nil), false
	for _, e := range a.do.effects {
		switch {
		case e.computed && !whole:
			s, whole = a.inputScope(inputs), true
		case s == nil:
			s = scope{"inputs": a.filled(inputs)}
		}
		if ok, err := e.when.True(s); err == nil && ok {
			return e.effect
		}
	}
	return a.Effect
}

// inputScope is what can be known of a call from its inputs alone. Inputs that
// do not fit are taken as they are: the call will fail for it.
func (a *Action) inputScope(inputs *value.Object) scope {
	s := scope{"inputs": a.filled(inputs)}
	vars, err := a.do.calculate(s)
	if err != nil {
		return s
	}
	return s.with(scope{"vars": vars})
}

func (a *Action) filled(inputs *value.Object) *value.Object {
	filled, err := fill(a.Inputs, inputs, "input")
	if err != nil {
		return inputs
	}
	return filled
}

// Reverse returns the call that undoes a call with these inputs and outputs,
// and whether there is one. The outputs are nil of a call in doubt: it has a
// way back where that needs none of them.
func (a *Action) Reverse(inputs, outputs *value.Object) (Call, bool) {
	if a.Undo == nil || outputs == nil && slices.ContainsFunc(a.Undo.Inputs.Refs(), func(r value.Ref) bool { return r[0] == "outputs" }) {
		return Call{}, false
	}
	s := scope{"inputs": inputs, "outputs": outputs}
	in, ok := a.Undo.Inputs.Eval(s.lookup).(*value.Object)
	return Call{Action: a.Undo.Action, Inputs: in}, ok
}

// calculate returns an action's variables, in their order.
func (p *plan) calculate(s scope) (*value.Object, error) {
	vars, open := value.NewObject(len(p.vars)), s.with(nil)
	for _, v := range p.vars {
		// Each sees those before it, and none can change them.
		seen := value.NewObject(vars.Len())
		for name, known := range vars.All() {
			seen.Set(name, known)
		}
		open["vars"] = seen
		out, err := v.from.Eval(open)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", v.name, err)
		}
		vars.Set(v.name, out)
	}
	return vars, nil
}
