package ask

import (
	"context"

	"sallyport/internal/inventory"
)

// entities makes a view of which each row is an entity of a kind.
func entities(name string, kind inventory.Kind, doc string, columns ...Column) View {
	id := column("id", Text, "Okta's id", func(r row) any { return r.ID })
	columns = append(append([]Column{id}, columns...), whole("all that Okta's API shows of it"), ofTenant())
	return View{Name: name, Doc: doc, Area: OfInventory, Columns: columns, keys: []string{"id"}, rows: func(ctx context.Context, in from, each func(row) error) error {
		return in.Reader(in.tenant).Entities(ctx, kind, func(e inventory.Entity) error { return each(rowOf(in, e)) })
	}}
}

func rowOf(in from, e inventory.Entity) row {
	return row{tenant: in.tenant.ID, Ref: e.Ref, name: e.Name, body: decode(e.Body), whole: e.Body}
}

// parts makes a view of which each row is a part of an entity of a kind: what of its
// body tells them.
func parts(name string, kind inventory.Kind, doc string, of func(object) []object, columns ...Column) View {
	return View{Name: name, Doc: doc, Area: OfInventory, Columns: append(columns, ofTenant()), rows: func(ctx context.Context, in from, each func(row) error) error {
		return in.Reader(in.tenant).Entities(ctx, kind, func(e inventory.Entity) error {
			r := rowOf(in, e)
			for _, part := range of(r.body) {
				r.body, r.whole = part, nil
				if err := each(r); err != nil {
					return err
				}
			}
			return nil
		})
	}}
}

// list tells the parts that are a list of the body, at a path.
func list(path string) func(object) []object {
	return func(o object) []object { return o.objects(path) }
}

// words tells the texts of a list of the body, each as an object with a value.
func words(path string) func(object) []object {
	return func(o object) []object {
		all, _ := o.at(path).([]any)
		var out []object
		for _, v := range all {
			out = append(out, object{"value": v})
		}
		return out
	}
}

// owner is the column with the id of the entity that a part is of.
func owner(name, doc string) Column {
	return column(name, Text, doc, func(r row) any { return r.ID })
}

// edges makes a view of which each row is an edge of some relations.
func edges(name, doc string, relations []inventory.Relation, columns ...Column) View {
	return View{Name: name, Doc: doc, Area: OfInventory, Columns: append(columns, ofTenant()), rows: func(ctx context.Context, in from, each func(row) error) error {
		for _, relation := range relations {
			err := in.Reader(in.tenant).Edges(ctx, relation, func(e inventory.Edge) error {
				return each(row{tenant: in.tenant.ID, edge: e, body: decode(e.Body)})
			})
			if err != nil {
				return err
			}
		}
		return nil
	}}
}

// end is a column with the id of one end of an edge, where it is of a kind; of any
// where that is empty.
func begin(name string, kind inventory.Kind, doc string) Column {
	return column(name, Text, doc, func(r row) any { return idOf(r.edge.From, kind) })
}

func end(name string, kind inventory.Kind, doc string) Column {
	return column(name, Text, doc, func(r row) any { return idOf(r.edge.To, kind) })
}

func idOf(r inventory.Ref, kind inventory.Kind) any {
	if kind != "" && r.Kind != kind {
		return nil
	}
	return r.ID
}

// made are the columns of when something was made and changed.
func made() []Column {
	return []Column{field("created", Time, "created", "when it was made"), field("updated", Time, "lastUpdated", "when it was last changed")}
}

// with returns columns with others behind them.
func with(columns []Column, more ...Column) []Column { return append(columns, more...) }
