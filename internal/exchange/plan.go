package exchange

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"sallyport/internal/errs"
	"sallyport/internal/flow"
	"sallyport/internal/id"
	"sallyport/internal/store"
	"sallyport/internal/table"
	"sallyport/internal/value"
)

// Plan is what has to be changed so that an organization has what a project says.
type Plan struct {
	Changes []Change `json:"changes"`
	Unbound []string `json:"unbound"` // what is to be chosen by hand before flows can be switched on

	folders []flow.Folder
	tables  []tableWrite
	flows   []flowWrite
	remove  []string
}

// Change is one thing that a plan does, or finds as it is to be.
type Change struct {
	Do     Deed     `json:"do"`
	What   string   `json:"what"` // folder, table, flow
	Folder string   `json:"folder"`
	Name   string   `json:"name"`
	File   string   `json:"file,omitempty"`
	Diff   []string `json:"diff,omitempty"` // lines with - or + before them, or what else changes
}

// Deed is what is done.
type Deed string

// The deeds.
const (
	Create    Deed = "create"
	Alter     Deed = "change"
	Unchanged Deed = "unchanged"
	Delete    Deed = "delete"
)

type tableWrite struct {
	table table.Table
	fresh bool
}

type flowWrite struct {
	flow    flow.Flow
	def     *flow.Definition // nil where nothing is published
	fresh   bool
	enabled bool
}

// planner holds a project against what an organization has.
type planner struct {
	d       *Desk
	p       *Project
	org     string
	prune   bool
	plan    *Plan
	conns   []store.Connection
	folders []flow.Folder
	flows   []flow.Flow
	tables  []table.Table
	bad     []string
}

// Plan holds a project against what an organization has. Flows that are not in the
// project stay, but where prune is given those of its folders are deleted. The
// error tells everything that is wrong with the flows, with file and line.
func (d *Desk) Plan(ctx context.Context, org string, p *Project, prune bool) (*Plan, error) {
	x := &planner{d: d, p: p, org: org, prune: prune, plan: &Plan{Changes: []Change{}, Unbound: []string{}}}
	var err error
	if x.conns, err = d.DB.Connections.List(ctx, org); err != nil {
		return nil, err
	}
	if x.folders, err = d.DB.Flows.Folders(ctx, org); err != nil {
		return nil, err
	}
	if x.flows, err = d.DB.Flows.List(ctx, org); err != nil {
		return nil, err
	}
	if x.tables, err = d.DB.Tables.List(ctx, org); err != nil {
		return nil, err
	}
	for _, f := range p.Folders {
		if len(f.Flows) == 0 {
			continue
		}
		if err := x.folder(ctx, f); err != nil {
			return nil, err
		}
	}
	if len(x.bad) > 0 {
		return nil, errs.New(errs.Invalid, "%s", strings.Join(x.bad, "\n"))
	}
	return x.plan, nil
}

func (x *planner) add(c Change) { x.plan.Changes = append(x.plan.Changes, c) }

func (x *planner) folder(ctx context.Context, f ProjectFolder) error {
	at := slices.IndexFunc(x.folders, func(have flow.Folder) bool { return have.Name == f.Name })
	var folder flow.Folder
	if at >= 0 {
		folder = x.folders[at]
	} else {
		folder = flow.Folder{ID: id.At(x.d.Now()), Org: x.org, Name: f.Name, CreatedAt: x.d.Now()}
		x.plan.folders = append(x.plan.folders, folder)
		x.add(Change{Do: Create, What: "folder", Folder: f.Name, Name: f.Name})
	}
	helpers, err := x.helpers(ctx, f, folder.ID)
	if err != nil {
		return err
	}
	for _, pf := range f.Flows {
		for _, p := range x.d.Catalogue.For(x.org).Check(pf.Definition, helpers) {
			x.bad = append(x.bad, pf.File+":"+p.String())
		}
		if err := x.flow(ctx, folder, pf); err != nil {
			return fmt.Errorf("%s: %w", pf.File, err)
		}
	}
	for _, have := range x.flows {
		if have.Folder == folder.ID && x.prune && !slices.ContainsFunc(f.Flows, func(pf ProjectFlow) bool { return pf.Definition.Slug == have.Slug }) {
			x.plan.remove = append(x.plan.remove, have.ID)
			x.add(Change{Do: Delete, What: "flow", Folder: f.Name, Name: have.Slug})
		}
	}
	return nil
}

// helpers are the flows that those of a folder may call.
func (x *planner) helpers(ctx context.Context, f ProjectFolder, folder string) (map[string]*flow.Definition, error) {
	out := map[string]*flow.Definition{}
	for _, have := range x.flows {
		if have.Folder != folder || have.Version == 0 || x.prune {
			continue
		}
		text, err := x.d.text(ctx, have)
		if err != nil {
			return nil, err
		}
		if def, _ := flow.Read(text); def != nil {
			out[have.Slug] = def
		}
	}
	for _, pf := range f.Flows {
		out[pf.Definition.Slug] = pf.Definition
	}
	return out, nil
}

func (x *planner) flow(ctx context.Context, folder flow.Folder, pf ProjectFlow) error {
	def := pf.Definition
	c := Change{Do: Create, What: "flow", Folder: folder.Name, Name: def.Slug, File: pf.File}
	w, err := x.begun(ctx, folder, def, &c)
	if err != nil {
		return err
	}
	b, err := x.bind(folder, def, w.flow.Bindings)
	if err != nil {
		return err
	}
	if !w.fresh && !equal(b, w.flow.Bindings) {
		c.Diff = append(c.Diff, "what it is installed with changes")
	}
	w.flow.Bindings = b
	if err := x.enable(&w, def, folder, &c); err != nil {
		return err
	}
	if !w.fresh && len(c.Diff) == 0 {
		c.Do = Unchanged
	} else {
		x.plan.flows = append(x.plan.flows, w)
	}
	x.add(c)
	return nil
}

// begun is the flow as it is, with what is to be published; a new one where there
// is none.
func (x *planner) begun(ctx context.Context, folder flow.Folder, def *flow.Definition, c *Change) (flowWrite, error) {
	at := slices.IndexFunc(x.flows, func(f flow.Flow) bool { return f.Folder == folder.ID && f.Slug == def.Slug })
	if at < 0 {
		now := x.d.Now()
		return flowWrite{fresh: true, def: def, flow: flow.Flow{
			ID: id.At(now), Org: x.org, Folder: folder.ID, Slug: def.Slug, Title: def.Title, Description: def.Description, SaveData: def.SaveData, CreatedAt: now, UpdatedAt: now,
		}}, nil
	}
	w, before := flowWrite{flow: x.flows[at], def: def}, ""
	c.Do = Alter
	if w.flow.Version > 0 {
		var err error
		if before, err = x.d.text(ctx, w.flow); err != nil {
			return w, err
		}
	}
	if before == def.Source {
		w.def = nil
		return w, nil
	}
	c.Diff = lineDiff(before, def.Source)
	if w.flow.Draft != "" {
		c.Diff = append(c.Diff, "its draft is lost")
	}
	return w, nil
}

// enable switches a flow on where the project says so and nothing is left to be
// chosen.
func (x *planner) enable(w *flowWrite, def *flow.Definition, folder flow.Folder, c *Change) error {
	unbound := def.Unbound(w.flow.Bindings)
	w.enabled = w.flow.Enabled || len(unbound) == 0 && (slices.Contains(x.p.Enable, def.Slug) || slices.Contains(x.p.Enable, "*"))
	if w.enabled && len(unbound) > 0 {
		return errs.New(errs.Invalid, "it is switched on, and would lack: %s", strings.Join(unbound, ", "))
	}
	for _, slot := range unbound {
		x.plan.Unbound = append(x.plan.Unbound, folder.Name+"/"+def.Slug+": "+slot)
	}
	if w.enabled != w.flow.Enabled {
		c.Diff = append(c.Diff, "it is switched on")
	}
	return nil
}

func equal(a, b flow.Bindings) bool {
	sort := func(m map[string]string) string { return fmt.Sprint(m) }
	return sort(a.Connections) == sort(b.Connections) && sort(a.Tables) == sort(b.Tables) && value.Equal(optionsOf(a), optionsOf(b))
}

func optionsOf(b flow.Bindings) *value.Object {
	if b.Options == nil {
		return value.NewObject(0)
	}
	return b.Options
}

// bind chooses what a flow is installed with: what the project says, what it had,
// or what goes by the name.
func (x *planner) bind(folder flow.Folder, def *flow.Definition, before flow.Bindings) (flow.Bindings, error) {
	out := flow.Bindings{Connections: map[string]string{}, Tables: map[string]string{}, Options: value.NewObject(0), Secrets: before.Secrets, Sealed: before.Sealed}
	for _, s := range def.Connections {
		id, err := x.connection(s, before.Connections[s.Name])
		if err != nil {
			return out, err
		}
		if id != "" {
			out.Connections[s.Name] = id
		}
	}
	for _, s := range def.Tables {
		id, err := x.table(folder, s, before.Tables[s.Name])
		if err != nil {
			return out, err
		}
		if id != "" {
			out.Tables[s.Name] = id
		}
	}
	for _, from := range []*value.Object{before.Options, x.p.Options.Object(def.Slug)} {
		for name, v := range from.All() {
			if slices.ContainsFunc(def.Options, func(p flow.Port) bool { return p.Name == name }) {
				out.Options.Set(name, v)
			} else if from != before.Options {
				return out, errs.New(errs.Invalid, "%s: options.%s: the flow has no option %q", projectFile, def.Slug, name)
			}
		}
	}
	return def.Bind(out)
}

// connection finds the organization's connection for a slot.
func (x *planner) connection(s flow.Slot, before string) (string, error) {
	names := append([]string{s.Name}, s.Connectors...)
	for _, name := range names {
		want := x.p.Connections[name]
		if want == "" {
			continue
		}
		c, err := find(x.conns, want)
		if err == nil && !slices.Contains(s.Connectors, c.Connector) {
			err = errs.New(errs.Invalid, "the connection %q is one of %s; %s wants one of %s", c.Name, c.Connector, s.Name, strings.Join(s.Connectors, ", "))
		}
		return c.ID, err
	}
	var fit []string
	for _, c := range x.conns {
		if c.ID == before {
			return before, nil
		}
		if !slices.Contains(s.Connectors, c.Connector) {
			continue
		}
		if strings.EqualFold(c.Name, s.Title) || strings.EqualFold(c.Name, s.Name) {
			return c.ID, nil
		}
		fit = append(fit, c.ID)
	}
	if len(fit) == 1 {
		return fit[0], nil
	}
	return "", nil
}

// table finds the table for a slot in the folder, and makes it or gives it columns
// where it has to be.
func (x *planner) table(folder flow.Folder, s flow.TableSlot, before string) (string, error) {
	now := x.d.Now()
	i := slices.IndexFunc(x.tables, func(t table.Table) bool { return t.ID == before })
	if i < 0 {
		i = slices.IndexFunc(x.tables, func(t table.Table) bool {
			return t.Folder == folder.ID && (t.Slug == s.Name || t.Title == s.Title)
		})
	}
	if i < 0 {
		if len(s.Columns) == 0 {
			return "", nil
		}
		t := table.Table{ID: id.At(now), Org: x.org, Folder: folder.ID, Slug: s.Name, Title: cmp.Or(s.Title, s.Name), CreatedAt: now, UpdatedAt: now}
		addColumns(&t, s.Columns)
		if err := t.Check(); err != nil {
			return "", fmt.Errorf("table %s: %w", s.Name, err)
		}
		x.tables = append(x.tables, t)
		x.plan.tables = append(x.plan.tables, tableWrite{t, true})
		x.add(Change{Do: Create, What: "table", Folder: folder.Name, Name: t.Title})
		return t.ID, nil
	}
	t := x.tables[i]
	t.Columns = slices.Clone(t.Columns)
	if added := addColumns(&t, s.Columns); len(added) > 0 {
		if err := t.Check(); err != nil {
			return "", fmt.Errorf("table %s: %w", s.Name, err)
		}
		t.UpdatedAt, x.tables[i] = now, t
		x.write(t)
		x.add(Change{Do: Alter, What: "table", Folder: folder.Name, Name: t.Title, Diff: added})
	}
	return t.ID, nil
}

// write plans the write of a table, in place of one that is planned already.
func (x *planner) write(t table.Table) {
	for i := range x.plan.tables {
		if x.plan.tables[i].table.ID == t.ID {
			x.plan.tables[i].table = t
			return
		}
	}
	x.plan.tables = append(x.plan.tables, tableWrite{t, false})
}

func addColumns(t *table.Table, want []flow.Port) []string {
	var added []string
	for _, c := range want {
		if _, ok := t.Column(c.Name); !ok {
			t.Columns = append(t.Columns, table.Column{Name: c.Name, Type: c.Type, Default: c.Default})
			added = append(added, fmt.Sprintf("+ column %s: %s", c.Name, c.Type))
		}
	}
	return added
}

// Apply makes what a plan says, all or nothing, and publishes what changes.
func (d *Desk) Apply(ctx context.Context, org string, p *Plan, author string) error {
	now := d.Now()
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		for _, f := range p.folders {
			if err := tx.AddFolder(ctx, f); err != nil {
				return err
			}
		}
		for _, t := range p.tables {
			put := tx.SetTable
			if t.fresh {
				put = tx.AddTable
			}
			if err := put(ctx, t.table); err != nil {
				return fmt.Errorf("table %s: %w", t.table.Title, err)
			}
		}
		for _, w := range p.flows {
			if err := w.write(ctx, tx, author, now); err != nil {
				return fmt.Errorf("flow %s: %w", w.flow.Slug, err)
			}
		}
		for _, id := range p.remove {
			if err := tx.RemoveFlow(ctx, org, id); err != nil {
				return err
			}
		}
		return nil
	})
}
