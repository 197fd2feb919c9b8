package exchange

import (
	"cmp"
	"slices"

	"sallyport/internal/flow"
	"sallyport/internal/migration"
	"sallyport/internal/store"
)

// ImportReport says what a file holds, what came or will come of it, and what is left to
// do by hand.
type ImportReport struct {
	Folder      string             `json:"folder" doc:"the name of the folder that is made"`
	Made        *ImportMade        `json:"made,omitempty" doc:"what was made; not there where nothing was, because only the report was wanted"`
	Flows       []ReportFlow       `json:"flows"`
	Tables      []ReportTable      `json:"tables"`
	Folders     []string           `json:"folders" doc:"of the file; all that is in them comes into one folder"`
	Connections []ReportConnection `json:"connections" doc:"to be mapped to connections of the organization"`
	Warnings    []FileWarning      `json:"warnings" doc:"what is odd in the file and keeps nothing from running"`
}

// ImportMade is what an import made.
type ImportMade struct {
	Folder string            `json:"folder" doc:"id"`
	Flows  map[string]string `json:"flows" doc:"ids by slug"`
	Tables map[string]string `json:"tables" doc:"ids by title"`
}

// ReportFlow is a flow of a file. It arrives switched off.
type ReportFlow struct {
	Slug     string         `json:"slug" doc:"the name by which other flows of the folder call it"`
	Title    string         `json:"title"`
	Folder   string         `json:"folder" doc:"of the file; empty where it is in none"`
	Trigger  string         `json:"trigger" doc:"what starts it: event, schedule, api …; empty where that cannot be read"`
	Ready    bool           `json:"ready" doc:"all of its cards can run; it is published, and a draft else"`
	Missing  []MissingCard  `json:"missing" doc:"cards that cannot run yet"`
	Values   []AuthorValue  `json:"values" doc:"values of the author's own, to be looked at and replaced"`
	Secrets  []SecretOption `json:"secrets" doc:"where the file had a secret. It was not taken over: fill in the option"`
	Problems []string       `json:"problems" doc:"what else keeps it from being published"`
}

// MissingCard is a card that cannot run yet.
type MissingCard struct {
	Card  string `json:"card" doc:"path in the flow: cards[2].then[0]"`
	Title string `json:"title"`
	Is    string `json:"is" doc:"what it was: okta:readUser"`
	Needs string `json:"needs"`
}

// AuthorValue is a value that names something of the author's own.
type AuthorValue struct {
	Card  string `json:"card" doc:"path in the flow"`
	Title string `json:"title"`
	Key   string `json:"key" doc:"the card's field"`
	Kind  string `json:"kind" enum:"id,url,address,option,unused" doc:"unused: chosen on the card, and without a place in the action that does its work here"`
	Text  string `json:"text"`
}

// SecretOption is an option that is to be filled in.
type SecretOption struct {
	Option string `json:"option"`
	Card   string `json:"card" doc:"path in the flow"`
	Key    string `json:"key" doc:"the card's field"`
}

// ReportTable is a table of a file. Rows are in no file.
type ReportTable struct {
	Title   string   `json:"title"`
	Folder  string   `json:"folder"`
	Columns []string `json:"columns"`
}

// ReportConnection is a connection of a file.
type ReportConnection struct {
	Key       string         `json:"key" doc:"by which it is mapped: its id in the file, or the connector of cards that had none"`
	Name      string         `json:"name"`
	Connector string         `json:"connector"`
	Known     bool           `json:"known" doc:"there is such a connector"`
	Flows     int            `json:"flows" doc:"how many use it"`
	Choices   []ReportChoice `json:"choices" doc:"the organization's connections that fit"`
	Chosen    string         `json:"chosen" doc:"id of the connection; empty for none"`
}

// ReportChoice is a connection of the organization.
type ReportChoice struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// FileWarning is something odd in a file.
type FileWarning struct {
	Path    string `json:"path" doc:"in the file"`
	Flow    string `json:"flow"`
	Message string `json:"message"`
}

// report tells of what was, or would be, installed.
func (d *Desk) report(res *migration.Result, made migration.Installed, conns []store.Connection, chosen map[string]string) ImportReport {
	out := ImportReport{Folder: made.Folder.Name, Flows: []ReportFlow{}, Tables: []ReportTable{}, Folders: append([]string{}, res.Folders...), Connections: d.connections(res, conns, chosen), Warnings: []FileWarning{}}
	for _, f := range made.Flows {
		out.Flows = append(out.Flows, flowOf(f))
	}
	for _, t := range res.Tables {
		columns := []string{}
		for _, c := range t.Columns {
			columns = append(columns, c.Name)
		}
		out.Tables = append(out.Tables, ReportTable{t.Title, t.Folder, columns})
	}
	for _, p := range res.Warnings {
		out.Warnings = append(out.Warnings, FileWarning{p.Path, p.Flow, p.Message})
	}
	return out
}

func flowOf(f migration.InstalledFlow) ReportFlow {
	src := f.Source
	out := ReportFlow{
		Slug: src.Slug, Title: cmp.Or(src.Title, src.Slug), Folder: src.Folder, Ready: f.Definition != nil && len(f.Problems) == 0,
		Missing: []MissingCard{}, Values: []AuthorValue{}, Secrets: []SecretOption{}, Problems: []string{},
	}
	if f.Definition != nil {
		out.Trigger = string(f.Definition.Trigger.Kind)
	}
	for _, m := range src.Missing {
		out.Missing = append(out.Missing, MissingCard{m.Card, m.Title, m.Address, m.Needs})
	}
	for _, v := range src.Values {
		out.Values = append(out.Values, AuthorValue{v.Card, v.Title, v.Key, string(v.Kind), v.Text})
	}
	for _, s := range src.Secrets {
		out.Secrets = append(out.Secrets, SecretOption(s))
	}
	for _, p := range f.Problems {
		if !told(src.Missing, p) {
			out.Problems = append(out.Problems, p.String())
		}
	}
	return out
}

// told reports whether a problem is that of a card which is told to be missing.
func told(missing []migration.Missing, p flow.Problem) bool {
	return slices.ContainsFunc(missing, func(m migration.Missing) bool {
		return p.Path == m.Card || len(p.Path) > len(m.Card) && p.Path[:len(m.Card)] == m.Card && p.Path[len(m.Card)] == '.'
	})
}

// connections are the connections that flows of a file use, each once.
func (d *Desk) connections(res *migration.Result, conns []store.Connection, chosen map[string]string) []ReportConnection {
	out := []ReportConnection{}
	add := func(key, name, id string) *ReportConnection {
		for i := range out {
			if out[i].Key == key {
				return &out[i]
			}
		}
		_, known := d.Shelf.Get(id)
		c := ReportConnection{Key: key, Name: name, Connector: id, Known: known, Choices: []ReportChoice{}, Chosen: chosen[key]}
		for _, have := range conns {
			if have.Connector == id {
				c.Choices = append(c.Choices, ReportChoice{have.ID, have.Name})
			}
		}
		out = append(out, c)
		return &out[len(out)-1]
	}
	for _, c := range res.Connections {
		add(c.Export, c.Name, c.Connector)
	}
	for _, f := range res.Flows {
		for _, s := range f.Slots {
			key := s.Export
			if key == "" {
				key = s.Connector
			}
			add(key, s.Connector, s.Connector).Flows++
		}
	}
	return out
}
