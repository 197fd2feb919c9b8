package exchange

import (
	"context"
	"fmt"
	"strings"

	"sallyport/internal/errs"
	"sallyport/internal/migration"
	"sallyport/internal/store"
)

// Order says how a file is taken in.
type Order struct {
	Org    string
	Author string // account id
	Folder string // the name of the new folder
	// Connections maps connections of the file to the organization's: the key is
	// the id or name in the file, or a connector; the value an id or a name.
	Connections map[string]string
	DryRun      bool // make nothing: only report
}

// Import makes a folder with the flows and tables of a file, all or nothing. The
// flows arrive switched off; those that cannot run yet are drafts. Secrets of the
// file are not taken over.
func (d *Desk) Import(ctx context.Context, text []byte, o Order) (ImportReport, error) {
	res, err := d.Read(text)
	if err != nil {
		return ImportReport{}, err
	}
	conns, err := d.DB.Connections.List(ctx, o.Org)
	if err != nil {
		return ImportReport{}, err
	}
	chosen, err := choose(res, conns, o.Connections)
	if err != nil {
		return ImportReport{}, err
	}
	if o.Folder, err = d.folder(ctx, res, o); err != nil {
		return ImportReport{}, err
	}
	in := migration.Installer[*store.Tx]{Write: d.DB.Write, Now: d.Now, Catalogue: d.Catalogue}
	if o.DryRun {
		in.Write = func(context.Context, func(*store.Tx) error) error { return nil }
	}
	made, err := in.Install(ctx, res, migration.Order{Org: o.Org, Folder: o.Folder, Author: o.Author, Connections: chosen})
	if err != nil {
		return ImportReport{}, err
	}
	out := d.report(res, made, conns, chosen)
	if !o.DryRun {
		out.Made = &ImportMade{Folder: made.Folder.ID, Flows: map[string]string{}, Tables: map[string]string{}}
		for _, f := range made.Flows {
			out.Made.Flows[f.Slug] = f.ID
		}
		for _, t := range made.Tables {
			out.Made.Tables[t.Title] = t.ID
		}
	}
	return out, nil
}

// folder is the name of the folder that is made: what is wanted, which must be
// free, or one after what the file holds.
func (d *Desk) folder(ctx context.Context, res *migration.Result, o Order) (string, error) {
	have, err := d.DB.Flows.Folders(ctx, o.Org)
	if err != nil {
		return "", err
	}
	taken := map[string]bool{}
	for _, f := range have {
		taken[f.Name] = true
	}
	name := strings.TrimSpace(o.Folder)
	switch {
	case len([]rune(name)) > maxName:
		return "", errs.New(errs.Invalid, "the name of a folder has %d letters at most", maxName)
	case name != "" && taken[name]:
		return "", errs.New(errs.Conflict, "there is a folder %q already", name)
	case name != "":
		return name, nil
	}
	return free(suggested(res), taken), nil
}

// maxName bounds the name of a folder, in letters.
const maxName = 100

// suggested names a folder after the only folder or flow of a file.
func suggested(res *migration.Result) string {
	name := "Import"
	switch {
	case len(res.Folders) == 1 && res.Folders[0] != "":
		name = res.Folders[0]
	case len(res.Flows) == 1:
		name = res.Flows[0].Title
	}
	if letters := []rune(strings.TrimSpace(name)); len(letters) > maxName-4 {
		return string(letters[:maxName-4])
	} else if len(letters) > 0 {
		return string(letters)
	}
	return "Import"
}

// choose finds the organization's connections for those of the file, by the keys
// of the installer.
func choose(res *migration.Result, conns []store.Connection, given map[string]string) (map[string]string, error) {
	out := map[string]string{}
	for name, want := range given {
		if want == "" {
			continue
		}
		keys := keysOf(res, name)
		if len(keys) == 0 {
			return nil, errs.New(errs.Invalid, "the file has no connection %q", name)
		}
		c, err := find(conns, want)
		if err != nil {
			return nil, err
		}
		for key, id := range keys {
			if c.Connector != id {
				return nil, errs.New(errs.Invalid, "the connection %q is one of %s; %q wants one of %s", c.Name, c.Connector, name, id)
			}
			out[key] = c.ID
		}
	}
	return out, nil
}

// keysOf are the connections of a file that a name means, and their connectors.
func keysOf(res *migration.Result, name string) map[string]string {
	out := map[string]string{}
	for _, c := range res.Connections {
		if c.Export == name || strings.EqualFold(strings.TrimSpace(c.Name), strings.TrimSpace(name)) {
			out[c.Export] = c.Connector
		}
	}
	if len(out) > 0 {
		return out
	}
	for _, f := range res.Flows {
		for _, s := range f.Slots {
			if s.Connector == name || s.Export == name {
				key := s.Export
				if key == "" {
					key = s.Connector
				}
				out[key] = s.Connector
			}
		}
	}
	return out
}

// find returns a connection of the organization by its id or name.
func find(conns []store.Connection, want string) (store.Connection, error) {
	var named []store.Connection
	for _, c := range conns {
		if c.ID == want {
			return c, nil
		}
		if strings.EqualFold(c.Name, want) {
			named = append(named, c)
		}
	}
	switch len(named) {
	case 0:
		return store.Connection{}, errs.New(errs.Invalid, "there is no connection %q", want)
	case 1:
		return named[0], nil
	}
	return store.Connection{}, errs.New(errs.Invalid, "there are several connections of the name %q: give the id", want)
}

// free is a name that is not taken: the name, or the name with a number.
func free(name string, taken map[string]bool) string {
	out := name
	for n := 2; taken[out]; n++ {
		out = fmt.Sprintf("%s %d", name, n)
	}
	return out
}
