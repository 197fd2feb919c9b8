// Package template is ready-made flows: folders of flows and the tables that
// they write, which are installed into an organization with its connections.
// The templates themselves are files in content/templates.
package template

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"sallyport/internal/errs"
	"sallyport/internal/flow"
	"sallyport/internal/id"
	"sallyport/internal/table"
	"sallyport/internal/value"
)

// Template is a folder of flows that can be installed.
type Template struct {
	ID          string
	Title       string
	Category    string
	Description string
	Readme      string // Markdown
	Flows       []*flow.Definition
}

// head is template.yaml.
type head struct {
	Template    string   `yaml:"template"`
	Title       string   `yaml:"title"`
	Category    string   `yaml:"category"`
	Description string   `yaml:"description"`
	Flows       []string `yaml:"flows"`
}

// Shelf holds templates.
type Shelf struct {
	byID map[string]*Template
}

// Load reads the templates of file systems that are laid out like content:
// templates/NAME/template.yaml with its flows beside it. A later one of a name
// replaces an earlier one. Every flow is checked against the catalogue.
func Load(c *flow.Catalogue, systems ...fs.FS) (*Shelf, error) {
	s := &Shelf{byID: map[string]*Template{}}
	for _, fsys := range systems {
		files, err := fs.Glob(fsys, "templates/*/template.yaml")
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			t, err := load(c, fsys, file)
			if err != nil {
				return nil, fmt.Errorf("template %s: %w", file, err)
			}
			s.byID[t.ID] = t
		}
	}
	return s, nil
}

func load(c *flow.Catalogue, fsys fs.FS, file string) (*Template, error) {
	text, err := fs.ReadFile(fsys, file)
	if err != nil {
		return nil, err
	}
	var h head
	dec := yaml.NewDecoder(strings.NewReader(string(text)))
	dec.KnownFields(true)
	if err := dec.Decode(&h); err != nil {
		return nil, errs.Wrap(errs.Invalid, err, "%v", err)
	}
	dir := path.Dir(file)
	if h.Template != path.Base(dir) || h.Title == "" || h.Category == "" || len(h.Flows) == 0 {
		return nil, errs.New(errs.Invalid, "template (the name of its folder), title, category and flows are wanted")
	}
	t := &Template{ID: h.Template, Title: h.Title, Category: h.Category, Description: h.Description}
	readme, err := fs.ReadFile(fsys, path.Join(dir, "README.md"))
	if err != nil {
		return nil, err
	}
	t.Readme = string(readme)
	helpers := map[string]*flow.Definition{}
	for _, name := range h.Flows {
		body, err := fs.ReadFile(fsys, path.Join(dir, name))
		if err != nil {
			return nil, err
		}
		d, err := flow.Parse(string(body))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		t.Flows = append(t.Flows, d)
		helpers[d.Slug] = d
	}
	for _, d := range t.Flows {
		if err := c.Check(d, helpers).Err(); err != nil {
			return nil, fmt.Errorf("flow %s: %w", d.Slug, err)
		}
	}
	return t, nil
}

// All returns the templates by title.
func (s *Shelf) All() []*Template {
	out := make([]*Template, 0, len(s.byID))
	for _, t := range s.byID {
		out = append(out, t)
	}
	slices.SortFunc(out, func(a, b *Template) int { return cmp.Compare(a.Title, b.Title) })
	return out
}

// Get returns the template of an id.
func (s *Shelf) Get(id string) (*Template, error) {
	t, ok := s.byID[id]
	if !ok {
		return nil, errs.New(errs.NotFound, "there is no template %q", id)
	}
	return t, nil
}

// Connections returns the connections that the flows of a template want, each
// once. Flows that want one of the same name share it.
func (t *Template) Connections() []flow.Slot {
	return distinct(t, func(d *flow.Definition) []flow.Slot { return d.Connections }, func(s flow.Slot) string { return s.Name })
}

// Options returns the options of a template's flows, each once.
func (t *Template) Options() []flow.Port {
	return distinct(t, func(d *flow.Definition) []flow.Port { return d.Options }, func(p flow.Port) string { return p.Name })
}

// Tables returns the tables that installing a template makes.
func (t *Template) Tables() []flow.TableSlot {
	all := distinct(t, func(d *flow.Definition) []flow.TableSlot { return d.Tables }, func(s flow.TableSlot) string { return s.Name })
	return slices.DeleteFunc(all, func(s flow.TableSlot) bool { return len(s.Columns) == 0 })
}

func distinct[T any](t *Template, of func(*flow.Definition) []T, name func(T) string) []T {
	var out []T
	for _, d := range t.Flows {
		for _, e := range of(d) {
			if !slices.ContainsFunc(out, func(o T) bool { return name(o) == name(e) }) {
				out = append(out, e)
			}
		}
	}
	return out
}

// Writer is the open transaction of an installation.
type Writer interface {
	AddFolder(ctx context.Context, f flow.Folder) error
	AddTable(ctx context.Context, t table.Table) error
	AddFlow(ctx context.Context, f flow.Flow) error
	Publish(ctx context.Context, org string, d *flow.Definition, v flow.Version) (int, error)
}

// Installer installs templates.
type Installer[W Writer] struct {
	Write func(ctx context.Context, fn func(W) error) error
	Now   func() time.Time
}

// Order says how a template is installed.
type Order struct {
	Org         string
	Folder      string            // the name of the new folder; empty is the template's title
	Author      string            // account id
	Connections map[string]string // slot → connection id; what is left out is chosen later
	Options     *value.Object     // what is left out takes its default
}

// Installed is what an installation made. Every flow is off.
type Installed struct {
	Folder flow.Folder
	Flows  []flow.Flow
	Tables []table.Table
}

// Install makes a folder with the template's flows and tables, all or nothing.
func (in Installer[W]) Install(ctx context.Context, t *Template, o Order) (Installed, error) {
	now := in.Now()
	made := Installed{Folder: flow.Folder{ID: id.At(now), Org: o.Org, Name: cmp.Or(strings.TrimSpace(o.Folder), t.Title), Template: t.ID, CreatedAt: now}}
	tables := map[string]string{}
	for _, slot := range t.Tables() {
		tab := table.Table{ID: id.At(now), Org: o.Org, Folder: made.Folder.ID, Slug: slot.Name, Title: slot.Title, CreatedAt: now, UpdatedAt: now}
		for _, c := range slot.Columns {
			tab.Columns = append(tab.Columns, table.Column{Name: c.Name, Type: c.Type, Default: c.Default})
		}
		if err := tab.Check(); err != nil {
			return made, err
		}
		tables[slot.Name] = tab.ID
		made.Tables = append(made.Tables, tab)
	}
	for _, d := range t.Flows {
		f, err := bound(d, o, tables)
		if err != nil {
			return made, fmt.Errorf("flow %s: %w", d.Slug, err)
		}
		f.ID, f.Org, f.Folder, f.CreatedAt, f.UpdatedAt = id.At(now), o.Org, made.Folder.ID, now, now
		made.Flows = append(made.Flows, f)
	}
	err := in.Write(ctx, func(w W) error { return write(ctx, w, t, o, made, now) })
	return made, err
}

// bound returns the flow of a definition with the part of an order that is for it.
func bound(d *flow.Definition, o Order, tables map[string]string) (flow.Flow, error) {
	b := flow.Bindings{Connections: map[string]string{}, Tables: map[string]string{}, Options: value.NewObject(len(d.Options))}
	for _, s := range d.Connections {
		if c := o.Connections[s.Name]; c != "" {
			b.Connections[s.Name] = c
		}
	}
	for _, s := range d.Tables {
		if tab := tables[s.Name]; tab != "" {
			b.Tables[s.Name] = tab
		}
	}
	for _, p := range d.Options {
		if v, ok := o.Options.Get(p.Name); ok {
			b.Options.Set(p.Name, v)
		}
	}
	b, err := d.BindSome(b)
	return flow.Flow{Slug: d.Slug, Title: d.Title, Description: d.Description, SaveData: d.SaveData, Bindings: b}, err
}

func write[W Writer](ctx context.Context, w W, t *Template, o Order, made Installed, now time.Time) error {
	if err := w.AddFolder(ctx, made.Folder); err != nil {
		return err
	}
	for _, tab := range made.Tables {
		if err := w.AddTable(ctx, tab); err != nil {
			return err
		}
	}
	for i, f := range made.Flows {
		if err := w.AddFlow(ctx, f); err != nil {
			return err
		}
		v := flow.Version{Flow: f.ID, Author: o.Author, Note: "installed from the template " + t.Title, CreatedAt: now}
		n, err := w.Publish(ctx, o.Org, t.Flows[i], v)
		if err != nil {
			return err
		}
		made.Flows[i].Version = n
	}
	return nil
}
