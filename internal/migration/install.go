package migration

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"sallyport/internal/flow"
	"sallyport/internal/id"
	"sallyport/internal/table"
	"sallyport/internal/value"
)

// Writer is the open transaction of an import.
type Writer interface {
	AddFolder(ctx context.Context, f flow.Folder) error
	AddTable(ctx context.Context, t table.Table) error
	AddFlow(ctx context.Context, f flow.Flow) error
	Publish(ctx context.Context, org string, d *flow.Definition, v flow.Version) (int, error)
}

// Installer makes what a translated export holds.
type Installer[W Writer] struct {
	Write     func(ctx context.Context, fn func(W) error) error
	Now       func() time.Time
	Catalogue *flow.Catalogue
}

// Order says how an export is installed.
type Order struct {
	Org         string
	Folder      string // the name of the new folder
	Author      string // account id
	Connections map[string]string
	Enable      bool // switch on what is complete
}

// Installed is what an import made. A flow that cannot run yet is a draft.
type Installed struct {
	Folder flow.Folder
	Tables []table.Table
	Flows  []InstalledFlow
}

// InstalledFlow is a flow that was made, and what keeps it from running.
type InstalledFlow struct {
	flow.Flow

	Source     *Flow
	Definition *flow.Definition // nil where it cannot be read
	Problems   flow.Problems
}

// Install makes one folder with the flows and tables of an export, all or nothing.
// Connections are ours by their id in the export, or by connector.
func (in Installer[W]) Install(ctx context.Context, r *Result, o Order) (Installed, error) {
	now := in.Now()
	made := Installed{Folder: flow.Folder{ID: id.At(now), Org: o.Org, Name: o.Folder, CreatedAt: now}}
	tables, err := made.tables(r, o, now)
	if err != nil {
		return made, err
	}
	helpers := map[string]*flow.Definition{}
	for _, f := range r.Flows {
		d, problems := flow.Read(f.YAML)
		got := InstalledFlow{Source: f, Definition: d, Problems: problems}
		if len(problems) > 0 {
			got.Definition = nil
		} else {
			helpers[f.Slug] = d
		}
		made.Flows = append(made.Flows, got)
	}
	for i := range made.Flows {
		f := &made.Flows[i]
		if f.Definition != nil {
			f.Problems = in.Catalogue.For(o.Org).Check(f.Definition, helpers)
		}
		f.Flow = f.flow(o, tables, made.Folder.ID, now)
		if f.Definition != nil {
			if f.Bindings, err = f.Definition.Bind(f.Bindings); err != nil {
				return made, fmt.Errorf("flow %s: %w", f.Slug, err)
			}
		}
	}
	err = in.Write(ctx, func(w W) error { return made.write(ctx, w, o, now) })
	return made, err
}

func (made *Installed) tables(r *Result, o Order, now time.Time) (map[string]string, error) {
	ids, slugs := map[string]string{}, map[string]bool{}
	for _, t := range r.Tables {
		tab := table.Table{ID: id.At(now), Org: o.Org, Folder: made.Folder.ID, Title: cmp.Or(t.Title, "Table"), Description: t.Description, CreatedAt: now, UpdatedAt: now}
		base := slug(tab.Title)
		tab.Slug = base
		for n := 2; slugs[tab.Slug]; n++ {
			tab.Slug = fmt.Sprintf("%s_%d", base, n)
		}
		slugs[tab.Slug] = true
		for _, c := range t.Columns {
			tab.Columns = append(tab.Columns, table.Column{Name: c.Name, Type: c.Type, Default: c.Default})
		}
		if err := tab.Check(); err != nil {
			return nil, fmt.Errorf("table %q: %w", t.Title, err)
		}
		ids[t.Export] = tab.ID
		made.Tables = append(made.Tables, tab)
	}
	return ids, nil
}

// flow is the row of a flow that is installed.
func (f *InstalledFlow) flow(o Order, tables map[string]string, folder string, now time.Time) flow.Flow {
	out := flow.Flow{
		ID: id.At(now), Org: o.Org, Folder: folder, Slug: f.Source.Slug, Title: cmp.Or(f.Source.Title, f.Source.Slug), SaveData: true, CreatedAt: now, UpdatedAt: now,
		Bindings: flow.Bindings{Connections: map[string]string{}, Tables: map[string]string{}, Options: value.NewObject(0)},
	}
	for _, s := range f.Source.Slots {
		if c := cmp.Or(o.Connections[s.Export], o.Connections[s.Connector]); c != "" {
			out.Bindings.Connections[s.Name] = c
		}
	}
	for slot, export := range f.Source.Tables {
		if t := tables[export]; t != "" {
			out.Bindings.Tables[slot] = t
		}
	}
	if f.Definition == nil || len(f.Problems) > 0 {
		out.Draft, out.DraftAt = f.Source.YAML, now
	}
	if f.Definition != nil {
		out.Title, out.Description, out.SaveData = f.Definition.Title, f.Definition.Description, f.Definition.SaveData
		out.Enabled = o.Enable && len(f.Problems) == 0
	}
	return out
}

func (made *Installed) write(ctx context.Context, w Writer, o Order, now time.Time) error {
	if err := w.AddFolder(ctx, made.Folder); err != nil {
		return err
	}
	for _, t := range made.Tables {
		if err := w.AddTable(ctx, t); err != nil {
			return err
		}
	}
	for i := range made.Flows {
		f := &made.Flows[i]
		if err := w.AddFlow(ctx, f.Flow); err != nil {
			return err
		}
		if f.Definition == nil || len(f.Problems) > 0 {
			continue
		}
		v := flow.Version{Flow: f.ID, Author: o.Author, Note: "imported from Okta Workflows", CreatedAt: now}
		n, err := w.Publish(ctx, o.Org, f.Definition, v)
		if err != nil {
			return err
		}
		f.Version = n
	}
	return nil
}
