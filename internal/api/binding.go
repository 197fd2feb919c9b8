package api

import (
	"context"
	"maps"
	"slices"

	"sallyport/internal/errs"
	"sallyport/internal/flow"
	"sallyport/internal/value"
)

// bind changes what a flow is installed with, as far as a patch says so. What it
// names must be there, be the organization's, and fit. Choices for slots and
// options that the definition has no more are forgotten.
func bind(ctx context.Context, d Deps, f *flow.Flow, def *flow.Definition, in patchFlowIn) error {
	for slot, id := range in.Connections {
		if err := checkConnection(ctx, d, f.Org, def, slot, id); err != nil {
			return &field{"connections." + slot, err}
		}
	}
	for slot, id := range in.Tables {
		if err := checkTable(ctx, d, f.Org, def, slot, id); err != nil {
			return &field{"tables." + slot, err}
		}
	}
	options, err := chooseOptions(def.Options, f.Bindings.Options, in.Options)
	if err != nil {
		return err
	}
	b, err := f.KeepSecrets(d.Keys, def, in.Options)
	if err != nil {
		return err
	}
	b.Connections = chosen(b.Connections, in.Connections, func(slot string) bool { return hasSlot(def, slot) })
	b.Tables = chosen(b.Tables, in.Tables, func(slot string) bool { return hasTable(def, slot) })
	b.Options = options
	f.Bindings = b
	return nil
}

func hasSlot(def *flow.Definition, slot string) bool {
	return slices.ContainsFunc(def.Connections, func(s flow.Slot) bool { return s.Name == slot })
}

func hasTable(def *flow.Definition, slot string) bool {
	return slices.ContainsFunc(def.Tables, func(s flow.TableSlot) bool { return s.Name == slot })
}

// chooseOptions returns the options that are chosen, in the order of the
// definition: those before with the changes, of which null takes a choice away.
// Secret ones are not among them.
func chooseOptions(ports []flow.Port, before, changes *value.Object) (*value.Object, error) {
	for name := range changes.All() {
		if !slices.ContainsFunc(ports, func(p flow.Port) bool { return p.Name == name }) {
			return nil, badField("options."+name, "the flow has no option %q", name)
		}
	}
	out := value.NewObject(len(ports))
	for _, p := range ports {
		if p.Secret {
			continue
		}
		v := before.At(p.Name)
		if given, ok := changes.Get(p.Name); ok {
			fit, err := fitPort(p, given)
			if err != nil {
				return nil, &field{"options." + p.Name, err}
			}
			v = fit
		}
		if v != nil {
			out.Set(p.Name, v)
		}
	}
	return out, nil
}

// fitPort returns a value as a port takes it.
func fitPort(p flow.Port, v any) (any, error) {
	fit, err := value.Convert(v, p.Type)
	if err != nil {
		return nil, errs.New(errs.Invalid, "%v", err)
	}
	if len(p.Choices) > 0 && fit != nil && !slices.Contains(p.Choices, value.String(fit)) {
		return nil, errs.New(errs.Invalid, "%q is not one of the choices", value.String(fit))
	}
	return fit, nil
}

// missing returns what has to be chosen before a flow can run: slots, and options
// that want a value and have no default.
func missing(def *flow.Definition, b flow.Bindings) []string {
	out := append([]string{}, def.Unbound(b)...)
	for _, o := range def.Options {
		if o.Required && o.Address == "" && value.Empty(o.Default) && value.Empty(b.Options.At(o.Name)) && !slices.Contains(b.Sealed, o.Name) {
			out = append(out, "option "+o.Name)
		}
	}
	return out
}

// chosen returns what was chosen with the changes; the empty id takes a choice
// away.
func chosen(before, changes map[string]string, there func(slot string) bool) map[string]string {
	out := map[string]string{}
	for _, choices := range []map[string]string{before, changes} {
		for slot, id := range choices {
			if id == "" || !there(slot) {
				delete(out, slot)
				continue
			}
			out[slot] = id
		}
	}
	return out
}

func checkTable(ctx context.Context, d Deps, org string, def *flow.Definition, slot, id string) error {
	if !hasTable(def, slot) {
		return errs.New(errs.Invalid, "the flow has no table %q", slot)
	}
	if id == "" {
		return nil
	}
	_, err := d.DB.Tables.Get(ctx, org, id)
	return err
}

func checkConnection(ctx context.Context, d Deps, org string, def *flow.Definition, slot, id string) error {
	i := slices.IndexFunc(def.Connections, func(s flow.Slot) bool { return s.Name == slot })
	if i < 0 {
		return errs.New(errs.Invalid, "the flow has no connection %q", slot)
	}
	if id == "" {
		return nil
	}
	conn, err := d.DB.Connections.Get(ctx, org, id)
	if err != nil {
		return err
	}
	if !slices.Contains(def.Connections[i].Connectors, conn.Connector) {
		return errs.New(errs.Invalid, "%q is a connection of %s, which does not fit", conn.Name, conn.Connector)
	}
	return nil
}

// mayRun returns why a flow cannot be switched on or run, with the lists of what
// is missing.
func mayRun(ctx context.Context, d Deps, f flow.Flow, def *flow.Definition) error {
	if f.Version == 0 {
		return errs.New(errs.Conflict, "the flow has no published version yet; publish it first")
	}
	folder, err := folderOf(ctx, d, f)
	if err != nil {
		return err
	}
	problems := append(flowProblems(d, f, def, folder), folder.off(def.Cards)...)
	unbound := missing(def, f.Bindings)
	if len(problems) > 0 || len(unbound) > 0 {
		return &detailed{
			error:    errs.New(errs.Conflict, "the flow is not ready: %d slots are empty, %d problems are to be solved", len(unbound), len(problems)),
			problems: problems, unbound: unbound,
		}
	}
	_, err = def.Bind(f.Bindings)
	return err
}

// folder is the flows that stand beside a flow.
type folder struct {
	flows       map[string]flow.Flow // by slug
	definitions map[string]*flow.Definition
}

// folderOf returns the flows of a flow's folder, with the definitions that can be
// read of those that are published.
func folderOf(ctx context.Context, d Deps, f flow.Flow) (folder, error) {
	all, err := d.DB.Flows.List(ctx, f.Org)
	if err != nil {
		return folder{}, err
	}
	out := folder{flows: map[string]flow.Flow{}, definitions: map[string]*flow.Definition{}}
	for _, other := range all {
		if other.Folder != f.Folder {
			continue
		}
		out.flows[other.Slug] = other
		if other.Version == 0 {
			continue
		}
		def, _, err := publishedOf(ctx, d, other, other.Version)
		if err != nil {
			return out, err
		}
		if def != nil {
			out.definitions[other.Slug] = def
		}
	}
	return out, nil
}

// off returns a problem for each card that calls a flow which is switched off.
func (fo folder) off(cards []*flow.Card) flow.Problems {
	var out flow.Problems
	flow.Walk(cards, func(c *flow.Card) {
		if helper, ok := fo.flows[c.Flow]; c.Kind == flow.CardCall && ok && !helper.Enabled {
			out = append(out, flow.Problem{At: c.At, Path: c.ID, Message: "the flow " + c.Flow + ", which this card calls, is switched off"})
		}
	})
	return out
}

// callers returns the flows of a folder whose published version calls a flow.
func (fo folder) callers(f flow.Flow) []Ref {
	out := []Ref{}
	for _, slug := range slices.Sorted(maps.Keys(fo.definitions)) {
		if slug != f.Slug && calls(fo.definitions[slug].Cards, f.Slug) {
			out = append(out, Ref{fo.flows[slug].ID, fo.flows[slug].Title})
		}
	}
	return out
}

func calls(cards []*flow.Card, slug string) bool {
	found := false
	flow.Walk(cards, func(c *flow.Card) {
		found = found || c.Kind == flow.CardCall && c.Flow == slug || c.OnError.Flow == slug
	})
	return found
}
