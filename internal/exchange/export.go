package exchange

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/flow"
	"sallyport/internal/migration"
	"sallyport/internal/store"
	"sallyport/internal/table"
)

// Format is what flows are written as.
type Format string

// The formats.
const (
	YAML    Format = "yaml"    // our own: a file for each flow
	Flopack Format = "flopack" // an export of Okta Workflows
)

// File is a flow as a file.
type File struct {
	Name string // users.yaml
	Text string
}

// Files returns the flows of a folder, or one flow, as files of our own: what is
// published, or the draft where nothing is.
func (d *Desk) Files(ctx context.Context, org, id string) ([]File, error) {
	flows, _, err := d.pick(ctx, org, id)
	if err != nil {
		return nil, err
	}
	var out []File
	for _, f := range flows {
		text, err := d.text(ctx, f)
		if err != nil {
			return nil, err
		}
		out = append(out, File{f.Slug + ".yaml", text})
	}
	return out, nil
}

// Export writes a folder, or one flow and those that it calls, as an export of Okta
// Workflows. The error names the card that such an export has no words for.
func (d *Desk) Export(ctx context.Context, org, id string) ([]byte, error) {
	flows, folder, err := d.pick(ctx, org, id)
	if err != nil {
		return nil, err
	}
	whole := folder.ID == id
	if !whole {
		if flows, err = d.called(ctx, org, flows); err != nil {
			return nil, err
		}
	}
	res, err := d.result(ctx, flows, folder, whole)
	if err != nil {
		return nil, err
	}
	return migration.Export(res, d.catalogue())
}

// Zip packs files into an archive.
func Zip(files []File) ([]byte, error) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range files {
		w, err := z.CreateHeader(&zip.FileHeader{Name: f.Name, Method: zip.Deflate, Modified: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)})
		if err != nil {
			return nil, fmt.Errorf("pack %s: %w", f.Name, err)
		}
		if _, err := w.Write([]byte(f.Text)); err != nil {
			return nil, fmt.Errorf("pack %s: %w", f.Name, err)
		}
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("pack: %w", err)
	}
	return b.Bytes(), nil
}

// Named finds a folder or a flow by its id, its name, or its folder and slug:
// "Onboarding/welcome". It returns the id.
func (d *Desk) Named(ctx context.Context, org, name string) (string, error) {
	folders, err := d.DB.Flows.Folders(ctx, org)
	if err != nil {
		return "", err
	}
	flows, err := d.DB.Flows.List(ctx, org)
	if err != nil {
		return "", err
	}
	names, ids := map[string]string{}, []string{}
	for _, f := range folders {
		names[f.ID] = f.Name
		if f.ID == name || f.Name == name {
			return f.ID, nil
		}
	}
	for _, f := range flows {
		if f.ID == name {
			return f.ID, nil
		}
		if f.Slug == name || f.Title == name || names[f.Folder]+"/"+f.Slug == name {
			ids = append(ids, f.ID)
		}
	}
	switch len(ids) {
	case 0:
		return "", errs.New(errs.NotFound, "there is no folder and no flow %q", name)
	case 1:
		return ids[0], nil
	}
	return "", errs.New(errs.Invalid, "there are several flows %q: say FOLDER/%s", name, name)
}

// pick returns the flows of a folder, or the one flow, with its folder.
func (d *Desk) pick(ctx context.Context, org, id string) ([]flow.Flow, flow.Folder, error) {
	folder, err := d.DB.Flows.Folder(ctx, org, id)
	if errs.KindOf(err) == errs.NotFound {
		f, err := d.DB.Flows.Get(ctx, org, id)
		if err != nil {
			return nil, folder, err
		}
		folder, err = d.DB.Flows.Folder(ctx, org, f.Folder)
		return []flow.Flow{f}, folder, err
	}
	if err != nil {
		return nil, folder, err
	}
	flows, err := d.inFolder(ctx, org, id)
	return flows, folder, err
}

func (d *Desk) inFolder(ctx context.Context, org, folder string) ([]flow.Flow, error) {
	all, err := d.DB.Flows.List(ctx, org)
	return slices.DeleteFunc(all, func(f flow.Flow) bool { return f.Folder != folder }), err
}

// text is what a flow says.
func (d *Desk) text(ctx context.Context, f flow.Flow) (string, error) {
	if f.Version == 0 {
		return f.Draft, nil
	}
	v, err := d.DB.Flows.Version(ctx, f.Org, f.ID, f.Version)
	return v.Body, err
}

// called adds the flows that flows call, and those that these call.
func (d *Desk) called(ctx context.Context, org string, flows []flow.Flow) ([]flow.Flow, error) {
	all, err := d.inFolder(ctx, org, flows[0].Folder)
	if err != nil {
		return nil, err
	}
	for i := 0; i < len(flows); i++ {
		text, err := d.text(ctx, flows[i])
		if err != nil {
			return nil, err
		}
		def, _ := flow.Read(text)
		if def == nil {
			continue
		}
		flow.Walk(def.Cards, func(c *flow.Card) {
			for _, slug := range []string{c.Flow, c.OnError.Flow} {
				at := slices.IndexFunc(all, func(f flow.Flow) bool { return slug != "" && f.Slug == slug })
				if at >= 0 && !slices.ContainsFunc(flows, func(f flow.Flow) bool { return f.ID == all[at].ID }) {
					flows = append(flows, all[at])
				}
			}
		})
	}
	return flows, nil
}

// result lays flows out as if they had just been translated: with the tables that
// they use, and where the folder is whole all that are in it.
func (d *Desk) result(ctx context.Context, flows []flow.Flow, folder flow.Folder, whole bool) (*migration.Result, error) {
	conns, err := d.DB.Connections.List(ctx, folder.Org)
	if err != nil {
		return nil, err
	}
	tables, err := d.DB.Tables.List(ctx, folder.Org)
	if err != nil {
		return nil, err
	}
	res, used := &migration.Result{Folders: []string{folder.Name}}, map[string]bool{}
	for _, f := range flows {
		out, err := d.sourceOf(ctx, f, conns)
		if err != nil {
			return nil, fmt.Errorf("flow %s: %w", f.Slug, err)
		}
		out.Folder = folder.Name
		for _, s := range out.Slots {
			used[s.Export] = true
		}
		for _, id := range out.Tables {
			used[id] = true
		}
		res.Flows = append(res.Flows, out)
	}
	for _, c := range conns {
		if used[c.ID] {
			res.Connections = append(res.Connections, migration.Connection{Export: c.ID, Name: c.Name, Connector: c.Connector})
		}
	}
	for _, t := range tables {
		if used[t.ID] || whole && t.Folder == folder.ID {
			res.Tables = append(res.Tables, tableOf(t, folder.Name))
		}
	}
	return res, nil
}

// sourceOf is a flow as a translation gives it.
func (d *Desk) sourceOf(ctx context.Context, f flow.Flow, conns []store.Connection) (*migration.Flow, error) {
	text, err := d.text(ctx, f)
	if err != nil {
		return nil, err
	}
	def, err := flow.Parse(text)
	if err != nil {
		return nil, err
	}
	out := &migration.Flow{Slug: f.Slug, Title: f.Title, YAML: text, Tables: map[string]string{}}
	for _, s := range def.Connections {
		id, fits := f.Bindings.Connections[s.Name], s.Connectors[0]
		for _, c := range conns {
			if c.ID == id {
				fits = c.Connector
			}
		}
		out.Slots = append(out.Slots, migration.Slot{Name: s.Name, Connector: fits, Export: id})
	}
	for _, t := range def.Tables {
		id := f.Bindings.Tables[t.Name]
		if id == "" {
			return nil, errs.New(errs.Invalid, "no table is chosen for %q, and an export has to name one", t.Name)
		}
		out.Tables[t.Name] = id
	}
	return out, nil
}

func tableOf(t table.Table, folder string) migration.Table {
	out := migration.Table{Export: t.ID, Title: t.Title, Description: t.Description, Folder: folder}
	for _, c := range t.Columns {
		out.Columns = append(out.Columns, migration.Column{Name: c.Name, Type: c.Type, Default: c.Default})
	}
	return out
}
