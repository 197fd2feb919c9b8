// Package table is the tables of rows that flows write and people read: typed
// columns, rows, search, CSV.
package table

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/value"
)

// Table is a table: its columns, not its rows.
type Table struct {
	ID          string    `json:"id"`
	Org         string    `json:"-"`
	Folder      string    `json:"folder,omitempty"`
	Slug        string    `json:"slug"`
	Title       string    `json:"title"`
	Description string    `json:"description"`
	Columns     []Column  `json:"columns"`
	CreatedAt   time.Time `json:"createdAt"`
	UpdatedAt   time.Time `json:"updatedAt"`
}

// Column is a typed column. Its ID stays when it is renamed.
type Column struct {
	ID      string     `json:"id"`
	Name    string     `json:"name"`
	Type    value.Kind `json:"type"`
	Default any        `json:"default,omitempty"`
}

// Row is a row; its values are by column name, in the order of the columns.
type Row struct {
	ID        string
	Seq       int64 // the order of insertion
	Values    *value.Object
	Doc       *value.Object // its stored form, by column id: see [Table.Doc]
	CreatedAt time.Time
	UpdatedAt time.Time
}

// The columns that every table has beside its own.
const (
	RowID     = "Row ID"
	CreatedAt = "Created"
	UpdatedAt = "Updated"
)

// MaxColumns bounds a table's columns.
const MaxColumns = 200

// columnKinds are the kinds that a column may have.
func columnKinds() []value.Kind {
	return []value.Kind{value.Text, value.Number, value.Boolean, value.Date}
}

// Check returns what is wrong with a table's definition, and gives columns
// without an id one.
func (t *Table) Check() error {
	switch {
	case strings.TrimSpace(t.Title) == "":
		return errs.New(errs.Invalid, "the table needs a title")
	case len(t.Columns) == 0:
		return errs.New(errs.Invalid, "a table has at least one column")
	case len(t.Columns) > MaxColumns:
		return errs.New(errs.Invalid, "a table has at most %d columns, not %d", MaxColumns, len(t.Columns))
	}
	next := 1
	ids, names := map[string]bool{}, map[string]bool{RowID: true, CreatedAt: true, UpdatedAt: true}
	for _, c := range t.Columns {
		ids[c.ID] = true
	}
	for i := range t.Columns {
		c := &t.Columns[i]
		switch {
		case strings.TrimSpace(c.Name) == "":
			return errs.New(errs.Invalid, "column %d needs a name", i+1)
		case names[c.Name]:
			return errs.New(errs.Invalid, "the column name %q is taken", c.Name)
		case !slices.Contains(columnKinds(), c.Type):
			return errs.New(errs.Invalid, "column %q: the type %q is none of text, number, boolean, date", c.Name, c.Type)
		}
		names[c.Name] = true
		for c.ID == "" || c.ID == "c0" {
			if id := fmt.Sprintf("c%d", next); !ids[id] {
				c.ID, ids[id] = id, true
			}
			next++
		}
		def, err := value.Convert(c.Default, c.Type)
		if err != nil {
			return errs.New(errs.Invalid, "column %q: the default: %v", c.Name, err)
		}
		c.Default = def
	}
	return nil
}

// Column returns the column of a name.
func (t *Table) Column(name string) (Column, bool) {
	i := slices.IndexFunc(t.Columns, func(c Column) bool { return c.Name == name })
	if i < 0 {
		return Column{}, false
	}
	return t.Columns[i], true
}

// Doc returns a row's stored form of values by column name: converted to the
// columns' types, by column id. With old, columns that are not given keep
// their value; without, they take their default. A name that is no column is
// an error, and so is a value that does not fit.
func (t *Table) Doc(values, old *value.Object) (*value.Object, error) {
	for name := range values.All() {
		if _, ok := t.Column(name); !ok {
			return nil, errs.New(errs.Invalid, "the table %q has no column %q", t.Title, name)
		}
	}
	doc := value.NewObject(len(t.Columns))
	for _, c := range t.Columns {
		v, given := values.Get(c.Name)
		switch {
		case given:
			conv, err := value.Convert(v, c.Type)
			if err != nil {
				return nil, errs.New(errs.Invalid, "column %q: %v", c.Name, err)
			}
			v = conv
		case old != nil:
			v = old.At(c.Name)
		default:
			v = c.Default
		}
		doc.Set(c.ID, v)
	}
	return doc, nil
}

// Values returns the values by column name of a row's stored form, the [Mask] for
// cells that are kept sealed.
func (t *Table) Values(doc *value.Object) *value.Object {
	o := value.NewObject(len(t.Columns))
	for _, c := range t.Columns {
		v := doc.At(c.ID)
		if _, ok := sealedOf(v); ok {
			v = Mask
		}
		o.Set(c.Name, v)
	}
	return o
}

// Object returns the row as flows see it: the values and the row's own fields.
func (r Row) Object() *value.Object {
	o := value.NewObject(r.Values.Len() + 3)
	o.Set(RowID, r.ID)
	o.Set(CreatedAt, value.Instant(r.CreatedAt))
	o.Set(UpdatedAt, value.Instant(r.UpdatedAt))
	for k, v := range r.Values.All() {
		o.Set(k, v)
	}
	return o
}
