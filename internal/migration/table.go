package migration

import (
	"slices"
	"strings"

	"sallyport/internal/flopack"
	"sallyport/internal/table"
	"sallyport/internal/value"
)

// Tables are a connector of Okta Workflows, and no connector of ours.
const (
	tableChannel = "stash"
	tableFamily  = "table"
)

// tableOperations are what our table cards do.
func tableOperations() []string {
	return []string{"create_row", "read_row", "update_row", "delete_row", "search_rows", "clear", "export_csv", "columns"}
}

func columnTypes() map[string]value.Kind {
	return map[string]value.Kind{"str": value.Text, "dec": value.Number, "bln": value.Boolean, "dte": value.Date}
}

// columnName is the name that a column of an export has here: one that is called as
// every row's own fields are gets another.
func columnName(name string) string {
	switch name {
	case table.RowID, table.CreatedAt, table.UpdatedAt:
		return name + " (column)"
	}
	return name
}

func columnsOf(t flopack.Table) []Column {
	out := make([]Column, len(t.Columns))
	for i, c := range t.Columns {
		out[i] = Column{Name: columnName(c.Name), Type: columnTypes()[c.Type]}
		if s, ok := c.Default.(string); !ok || s != "" {
			out[i].Default = value.Loosely(c.Default, out[i].Type)
		}
	}
	return out
}

// tableSlot is the flow's slot for a table of the export.
func (u *unit) tableSlot(id string) string {
	for slot, of := range u.out.Tables {
		if of == id {
			return slot
		}
	}
	name := ""
	if t := u.t.d.Table(id); t != nil {
		name = t.Name
	}
	slot := u.tables.give(name, "table")
	u.out.Tables[slot] = id
	u.tableOrder = append(u.tableOrder, slot)
	return slot
}

// tablesSource are the table slots of the flow, as they are used first.
func (u *unit) tablesSource() *value.Object {
	o := value.NewObject(len(u.tableOrder))
	for _, slot := range u.tableOrder {
		t := u.t.d.Table(u.out.Tables[slot])
		if t == nil {
			o.Set(slot, value.NewObject(0))
			continue
		}
		columns := value.NewObject(len(t.Columns))
		for _, c := range columnsOf(*t) {
			if c.Default == nil {
				columns.Set(c.Name, string(c.Type))
				continue
			}
			columns.Set(c.Name, value.Map("type", string(c.Type), "default", c.Default))
		}
		o.Set(slot, value.Map("title", strings.TrimSpace(t.Name), "columns", columns))
	}
	return o
}

// table translates a card on a table's rows.
func (f *frame) table(c *flopack.Card, at string) *value.Object {
	o := f.begin(c, at, "")
	with := value.NewObject(len(c.Inputs))
	use := map[string]string{
		"createRow": "create_row", "readRow": "read_row", "updateRow": "update_row", "deleteRow": "delete_row",
		"clearTable": "clear", "searchRows": "search_rows", "searchRows2": "search_rows", "exportToCSV": "export_csv", "readTable": "columns",
	}[c.Method]
	if use == "" {
		use = slug(c.Method)
	}
	if !slices.Contains(tableOperations(), use) {
		f.u.missing(c, "a table card that does what %s does", c.Method)
	}
	o.Set("use", tableFamily+"."+use)
	id, _ := f.at(c, "parameters", "stash").lit.(string)
	o.Set("table", f.u.tableSlot(id))
	switch use {
	case "search_rows", "export_csv":
		f.search(c, id, use, with)
	case "read_row", "update_row", "delete_row":
		for _, group := range []string{"Read By", "Update By", "Delete By"} {
			if in := named(c, group, "Row ID"); in != nil {
				with.Set("row_id", f.value(c, in).source())
			}
		}
	}
	kept := f.columns(c, id, with)
	if with.Len() > 0 {
		o.Set("with", with)
	}
	if kept {
		o.Set("empty", "keep")
	}
	f.tableOutputs(c, use)
	return o
}

// columns are the values of a row's columns. It reports whether those that turn
// out empty when the flow runs leave a column as it is.
func (f *frame) columns(c *flopack.Card, id string, with *value.Object) (kept bool) {
	t := f.u.t.d.Table(id)
	// Empty inputs leave a column as it is, unless the card says otherwise.
	keep := c.Method == "updateRow" && value.String(f.at(c, "parameters", "updateEmptyInputs").lit) != "Yes"
	for _, in := range c.Inputs {
		if in.Group != "Fields" || t != nil && !slices.ContainsFunc(t.Columns, func(col flopack.Column) bool { return col.Name == in.Key }) {
			continue
		}
		e := f.value(c, in)
		switch {
		case e.empty() && (keep || c.Method != "updateRow"):
		default:
			with.Set(columnName(in.Key), e.source())
			kept = kept || keep && !e.plain()
		}
	}
	return kept
}

// search is what rows are looked for.
func (f *frame) search(c *flopack.Card, id, use string, with *value.Object) {
	if where := f.where(c); where != nil {
		with.Set("where", where)
	}
	if use == "export_csv" {
		for _, key := range [][3]string{{"File", "Filename", "filename"}, {"Options", "Delimiter", "separator"}, {"Options", "Columns", "columns"}} {
			if e := f.at(c, key[0], key[1]); !e.empty() {
				with.Set(key[2], e.source())
			}
		}
		if t := f.u.t.d.Table(id); t != nil && f.at(c, "Options", "Columns").empty() {
			with.Set("columns", wholeRow(*t))
		}
	}
	if e := f.at(c, "Sort", "Column"); !e.empty() {
		with.Set("sort", e.source())
		switch d := f.at(c, "Sort", "Direction"); {
		case d.isRef():
			f.u.missing(c, "a direction of sorting that is known beforehand")
		case value.String(d.lit) == "desc":
			with.Set("descending", true)
		}
	}
	for _, key := range [][2]string{{"Limit", "limit"}, {"Offset", "offset"}} {
		e := f.at(c, "Sort", key[0])
		if use == "export_csv" {
			e = f.at(c, "Options", key[0])
		}
		if n, ok := value.Numeric(e.lit); !e.empty() && !(ok && n == 0) {
			with.Set(key[1], e.source())
		}
	}
	if one(c) {
		with.Set("limit", 1.0)
	}
}

// wholeRow are the columns of a file that was to have all: the row's own fields
// come first.
func wholeRow(t flopack.Table) []any {
	names := []any{table.RowID, table.CreatedAt, table.UpdatedAt}
	for _, c := range columnsOf(t) {
		names = append(names, c.Name)
	}
	return names
}

// one reports whether a search gives the first row that it finds.
func one(c *flopack.Card) bool {
	in := named(c, "parameters", "resultSet")
	return in != nil && in.Data == "one"
}

// where is what rows must have: a list of terms that all hold, or groups of them
// where the export has an OR. Terms are taken from left to right.
func (f *frame) where(c *flopack.Card) any {
	in := named(c, "Filter", "Where Expression")
	if in == nil {
		return nil
	}
	filter, _ := in.Data.(*value.Object)
	list, _ := filter.At("expr").([]any)
	var terms []any
	join := "" // of the terms so far
	before := "AND"
	for _, item := range list {
		o, ok := item.(*value.Object)
		if !ok {
			continue
		}
		term := f.term(c, o)
		how := before
		if before = strings.ToUpper(o.Text("join")); before != "OR" {
			before = "AND"
		}
		switch {
		case len(terms) == 0:
			terms = []any{term}
			continue
		case join == "" || join == how:
			terms = append(terms, term)
		default:
			terms = []any{value.Map(groupName(join), terms), term}
		}
		join = how
	}
	switch {
	case len(terms) == 0:
		return nil
	case join == "OR":
		return value.Map("any", terms)
	}
	return terms
}

func groupName(join string) string {
	if join == "OR" {
		return "any"
	}
	return "all"
}

func (f *frame) term(c *flopack.Card, o *value.Object) *value.Object {
	op := o.Text("op")
	term := value.Map("column", o.Text("lhs"), "op", op)
	e := literal(o.At("rhs"))
	if by := o.Object("rhd"); by != nil {
		e = literal(nil)
		if in := c.InputNamed("_expr", by.Text("outputId")); in != nil {
			e = f.value(c, in)
		}
	}
	term.Set("value", e.source())
	return term
}

// field is the name of a row's field: of a column, or of the row's own.
func field(out *flopack.Field) string {
	if out.Group == "Fields" {
		return columnName(out.Key)
	}
	return out.Key
}

// tableOutputs says where the outputs of a table card are.
func (f *frame) tableOutputs(c *flopack.Card, use string) {
	first := one(c)
	f.outputs(c, func(out *flopack.Field) []string {
		switch {
		case use == "search_rows" && first:
			return []string{"first", field(out)}
		case use == "search_rows":
			return []string{"rows"}
		case use == "create_row":
			return []string{"row_id"}
		case use == "clear":
			return []string{"cleared"}
		case use == "columns":
			return []string{"columns"}
		case use == "export_csv":
			return []string{"file"}
		}
		return []string{field(out)}
	})
	made := f.made[c]
	f.made[c] = func(out *flopack.Field) expr {
		e := made(out)
		e.kind = kindOf(out)
		return e
	}
}
