package flow

import (
	"fmt"
	"slices"

	"sallyport/internal/errs"
	"sallyport/internal/secret"
	"sallyport/internal/value"
)

// secretType is the type of an option that is kept sealed: a text that only the
// flow's own cards see.
const secretType = "secret"

func secretOptions(ports []Port) (out []Port) {
	return slices.DeleteFunc(slices.Clone(ports), func(p Port) bool { return !p.Secret })
}

func openOptions(ports []Port) (out []Port) {
	return slices.DeleteFunc(slices.Clone(ports), func(p Port) bool { return p.Secret })
}

// secretsContext binds the sealed options of a flow to it.
func secretsContext(org, flow string) []byte { return []byte("flow/" + org + "/" + flow + "/options") }

// secrets returns the values of the options that are kept sealed.
func (f Flow) secrets(keys Sealer) (*value.Object, error) {
	if f.Bindings.Secrets == nil {
		return value.NewObject(0), nil
	}
	plain, err := keys.Unseal(f.Bindings.Secrets, secretsContext(f.Org, f.ID))
	if err != nil {
		return nil, fmt.Errorf("unseal the options of flow %s: %w", f.ID, err)
	}
	v, err := value.Load(plain)
	if err != nil {
		return nil, fmt.Errorf("read the options of flow %s: %w", f.ID, err)
	}
	o, _ := v.(*value.Object)
	return o, nil
}

// KeepSecrets returns the flow's bindings with changes of its secret options: of
// those that a definition has, the others are forgotten. Null, and the empty text,
// take one away.
func (f Flow) KeepSecrets(keys Sealer, d *Definition, changes *value.Object) (Bindings, error) {
	b, ports := f.Bindings, secretOptions(d.Options)
	touched := slices.ContainsFunc(ports, func(p Port) bool { _, ok := changes.Get(p.Name); return ok })
	gone := slices.ContainsFunc(b.Sealed, func(n string) bool { return !slices.ContainsFunc(ports, func(p Port) bool { return p.Name == n }) })
	if !touched && !gone {
		return b, nil
	}
	before, err := f.secrets(keys)
	if err != nil && !touched {
		return b, err
	} // else the key is lost, and they are entered again
	after := value.NewObject(0)
	b.Secrets, b.Sealed = nil, nil
	for _, p := range ports {
		v := before.At(p.Name)
		if given, ok := changes.Get(p.Name); ok {
			v = given
		}
		if v == nil || v == "" {
			continue
		}
		text, ok := v.(string)
		if !ok {
			return f.Bindings, errs.New(errs.Invalid, "option %q: a secret is a text", p.Name)
		}
		after.Set(p.Name, text)
		b.Sealed = append(b.Sealed, p.Name)
	}
	if after.Len() == 0 {
		return b, nil
	}
	if b.Secrets, err = keys.Seal(value.Store(after), secretsContext(f.Org, f.ID)); err != nil {
		return f.Bindings, fmt.Errorf("seal the options of flow %s: %w", f.ID, err)
	}
	return b, nil
}

// WithOptions returns the flow's bindings with these options, secret ones among them.
func (f Flow) WithOptions(keys Sealer, d *Definition, options *value.Object) (Bindings, error) {
	b, err := f.KeepSecrets(keys, d, options)
	if err != nil {
		return b, err
	}
	for _, p := range secretOptions(d.Options) {
		options = options.Without(p.Name)
	}
	b.Options = options
	return d.Bind(b)
}

// Reseal returns the flow's bindings with its secret options sealed with the
// current key.
func (f Flow) Reseal(keys Sealer) (Bindings, error) {
	b := f.Bindings
	if b.Secrets == nil {
		return b, nil
	}
	plain, err := keys.Unseal(b.Secrets, secretsContext(f.Org, f.ID))
	if err == nil {
		b.Secrets, err = keys.Seal(plain, secretsContext(f.Org, f.ID))
	}
	return b, err
}

// options returns what a flow's options hold in a run. What is secret is kept out
// of the run's history from here on.
func (x *execution) options(f *frame) (*value.Object, error) {
	ports := f.prog.Definition.Options
	wanted, given := secretOptions(ports), f.prog.Flow.Bindings.Options
	for _, p := range wanted {
		given = given.Without(p.Name) // it was none when that was chosen
	}
	out, err := fillPorts("option", openOptions(ports), given)
	if err == nil {
		err = x.addresses(f, ports, out)
	}
	if err != nil {
		return nil, &CardError{Message: errs.Message(err), Bare: "an option is not as the flow wants it"}
	}
	if len(wanted) == 0 {
		return out, nil
	}
	held, err := f.prog.Flow.secrets(x.r.Keys)
	if err != nil {
		const what = "the flow's secret options cannot be unsealed; was the key file replaced?"
		return nil, &CardError{Message: what, Bare: what}
	}
	for _, p := range wanted {
		text := held.Text(p.Name)
		if text == "" && p.Required {
			return nil, &CardError{Message: fmt.Sprintf("option %q: a value is wanted", p.Name), Bare: "an option is not as the flow wants it"}
		}
		out.Set(p.Name, held.At(p.Name))
		if text != "" && !slices.Contains(x.secrets, text) {
			x.secrets = append(x.secrets, text)
			x.hidden = secret.NewScrubber(x.secrets...)
		}
	}
	return out, nil
}

// addresses fills in the options that are the address of a flow, where nothing was
// chosen.
func (x *execution) addresses(f *frame, ports []Port, options *value.Object) error {
	for _, p := range ports {
		if p.Address == "" || !value.Empty(options.At(p.Name)) {
			continue
		}
		called, ok := x.book.bySlug[slugKey{f.prog.Flow.Folder, p.Address}]
		if !ok || x.r.Address == nil {
			return errs.New(errs.Invalid, "option %q: there is no published flow %q in the folder, whose address it is", p.Name, p.Address)
		}
		options.Set(p.Name, x.r.Address(x.run.Org, called.Flow.ID))
	}
	return nil
}
