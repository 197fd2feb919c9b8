package flow

import (
	"slices"

	"sallyport/internal/errs"
	"sallyport/internal/value"
)

// fillPorts returns the values of ports: those given, converted to their types,
// and the defaults of the rest. What is required and missing, does not fit, or
// belongs to no port is an error that names it.
// An option that is the address of a flow is not missing.
func fillPorts(what string, ports []Port, given *value.Object) (*value.Object, error) {
	for name := range given.All() {
		if !slices.ContainsFunc(ports, func(p Port) bool { return p.Name == name }) {
			return nil, errs.New(errs.Invalid, "there is no %s %q", what, name)
		}
	}
	out := value.NewObject(len(ports))
	for _, p := range ports {
		v, err := value.Convert(given.At(p.Name), p.Type)
		if err != nil {
			return nil, errs.New(errs.Invalid, "%s %q: %v", what, p.Name, err)
		}
		if v == nil {
			v = p.Default
		}
		if value.Empty(v) && p.Required && p.Address == "" {
			return nil, errs.New(errs.Invalid, "%s %q: a value is wanted", what, p.Name)
		}
		if len(p.Choices) > 0 && v != nil && !slices.Contains(p.Choices, value.String(v)) {
			return nil, errs.New(errs.Invalid, "%s %q: %q is not one of the choices", what, p.Name, value.String(v))
		}
		out.Set(p.Name, v)
	}
	return out, nil
}

// Bind checks what a flow is installed with against its definition, and returns
// it with the defaults of the options filled in.
func (d *Definition) Bind(b Bindings) (Bindings, error) {
	for _, p := range secretOptions(d.Options) {
		if b.Options.At(p.Name) != nil {
			return b, errs.New(errs.Invalid, "option %q is a secret: it is entered in the flow's setup, and stands nowhere in clear", p.Name)
		}
	}
	options, err := fillPorts("option", openOptions(d.Options), b.Options)
	if err != nil {
		return b, err
	}
	for name := range b.Connections {
		if !slices.ContainsFunc(d.Connections, func(s Slot) bool { return s.Name == name }) {
			return b, errs.New(errs.Invalid, "the flow has no connection %q", name)
		}
	}
	for name := range b.Tables {
		if !slices.ContainsFunc(d.Tables, func(s TableSlot) bool { return s.Name == name }) {
			return b, errs.New(errs.Invalid, "the flow has no table %q", name)
		}
	}
	b.Options = options
	return b, nil
}

// BindSome is Bind of a flow that is installed and not to be switched on yet: what
// is required may be chosen later.
func (d *Definition) BindSome(b Bindings) (Bindings, error) {
	some := *d
	some.Options = slices.Clone(d.Options)
	for i := range some.Options {
		some.Options[i].Required = false
	}
	return some.Bind(b)
}

// Unbound returns the slots that nothing is bound to: a flow with any cannot
// be turned on.
func (d *Definition) Unbound(b Bindings) []string {
	var out []string
	for _, s := range d.Connections {
		if b.Connections[s.Name] == "" {
			out = append(out, "connection "+s.Name)
		}
	}
	for _, s := range d.Tables {
		if b.Tables[s.Name] == "" {
			out = append(out, "table "+s.Name)
		}
	}
	return out
}
