package migration

import (
	"cmp"
	"slices"

	"sallyport/internal/flow"
)

// OfFlow is the result of a flow that is written in our language already, as if it
// had been translated.
func OfFlow(source string) (*Result, error) { return OfFlows([]flow.Text{{Body: source}}) }

// OfFlows is the result of flows of one folder that are written in our language
// already. Slots that are filled with the same table share it.
func OfFlows(texts []flow.Text) (*Result, error) {
	res := &Result{}
	for _, text := range texts {
		d, err := flow.Parse(text.Body)
		if err != nil {
			return nil, err
		}
		f := &Flow{Slug: d.Slug, Title: d.Title, YAML: text.Body, Tables: map[string]string{}}
		for _, s := range d.Connections {
			f.Slots = append(f.Slots, Slot{Name: s.Name, Connector: s.Connectors[0]})
		}
		for _, t := range d.Tables {
			id := cmp.Or(text.Flow.Bindings.Tables[t.Name], t.Name)
			f.Tables[t.Name] = id
			if slices.ContainsFunc(res.Tables, func(have Table) bool { return have.Export == id }) {
				continue
			}
			tab := Table{Export: id, Title: t.Title}
			for _, c := range t.Columns {
				tab.Columns = append(tab.Columns, Column{Name: c.Name, Type: c.Type, Default: c.Default})
			}
			res.Tables = append(res.Tables, tab)
		}
		res.Flows = append(res.Flows, f)
	}
	return res, nil
}
