package migration

import (
	"slices"

	"sallyport/internal/value"
)

// tableCard writes an operation on a table's rows.
func (g *graph) tableCard(o *value.Object, operation, at string) {
	method := map[string]string{
		"create_row": "createRow", "read_row": "readRow", "update_row": "updateRow", "delete_row": "deleteRow",
		"clear": "clearTable", "search_rows": "searchRows2", "export_csv": "exportToCSV", "columns": "readTable",
	}[operation]
	if method == "" {
		g.w.fail(at, "Okta Workflows has no card that does what %s does", o.Text("use"))
		return
	}
	c := g.begin(o, channelAddress(tableChannel, method), "")
	g.errorPolicy(c, o, at)
	with := o.Object("with")
	one := operation == "search_rows" && with.At("limit") == 1.0 && !g.w.refersTo(o.Text("id"), "rows")
	switch operation {
	case "search_rows":
		g.searching(c, with, "Sort", one, at)
	case "export_csv":
		g.searching(c, with, "Options", false, at)
		for _, key := range [][3]string{{"filename", "File", "Filename"}, {"separator", "Options", "Delimiter"}, {"columns", "Options", "Columns"}} {
			if v, ok := with.Get(key[0]); ok {
				g.field(c, key[1], key[2], v, at)
			}
		}
	default:
		g.row(c, o, operation, at)
	}
	table := g.input(c, "parameters", "stash")
	table.option = true
	g.literal(table, g.w.x.tableID(g.w.flow.Tables[o.Text("table")]))
	if g.w.flow.Tables[o.Text("table")] == "" {
		g.w.fail(at, "no table is chosen for %q", o.Text("table"))
	}
	g.gives(o, func(path []string) (*xfield, []string) { return g.tableOutput(c, operation, one, path) })
}

// row writes the row that an operation is about, and its columns.
func (g *graph) row(c *xcard, o *value.Object, operation, at string) {
	for name, v := range o.Object("with").All() {
		if group, ok := map[string]string{"read_row": "Read By", "update_row": "Update By", "delete_row": "Delete By"}[operation]; ok && name == "row_id" {
			g.field(c, group, "Row ID", v, at)
			continue
		}
		g.field(c, "Fields", name, v, at)
	}
	if operation == "update_row" {
		yes := map[bool]string{true: "No", false: "Yes"}[o.Text("empty") == "keep" || g.noEmpty(o.Object("with"))]
		f := g.input(c, "parameters", "updateEmptyInputs")
		f.option = true
		g.literal(f, yes)
	}
}

// noEmpty reports whether all columns have values that are known not to be empty.
func (g *graph) noEmpty(with *value.Object) bool {
	for name, v := range with.All() {
		lit, ok := g.plain(v)
		if name != "row_id" && (!ok || value.Empty(lit)) {
			return false
		}
	}
	return true
}

func (g *graph) searching(c *xcard, with *value.Object, group string, one bool, at string) {
	filter := g.input(c, "Filter", "Where Expression")
	expr := g.terms(c, with.At("where"), at)
	filter.data = value.NewObject(0)
	if len(expr) > 0 {
		filter.data = value.Map("expr", expr)
	}
	filter.kind.set("object", false)
	if v, ok := with.Get("sort"); ok {
		g.field(c, "Sort", "Column", v, at)
	}
	if group == "Sort" {
		g.literal(g.input(c, "Sort", "Direction"), map[bool]string{true: "desc", false: "asc"}[with.At("descending") == true])
		f := g.input(c, "parameters", "resultSet")
		f.option = true
		g.literal(f, map[bool]string{true: "one", false: "all-new"}[one])
	}
	for _, key := range [][2]string{{"limit", "Limit"}, {"offset", "Offset"}} {
		if v, ok := with.Get(key[0]); ok && (!one || key[0] != "limit") {
			g.field(c, group, key[1], v, at)
		}
	}
}

// terms writes what rows must have, from left to right.
func (g *graph) terms(c *xcard, where any, at string) []any {
	join := "AND"
	list, ok := where.([]any)
	if o, group := where.(*value.Object); group {
		for _, name := range []string{"any", "all"} {
			if l, found := o.At(name).([]any); found && o.Len() == 1 {
				list, ok, join = l, true, map[string]string{"any": "OR", "all": "AND"}[name]
			}
		}
		if !ok { // columns and their values
			ok = true
			for k, v := range o.All() {
				list = append(list, value.Map("column", k, "op", "=", "value", v))
			}
		}
	}
	if !ok && where != nil {
		g.w.fail(at, "an export takes the terms of a search one by one")
	}
	var out []any
	for i, v := range list {
		o, _ := v.(*value.Object)
		if has(o, "any") || has(o, "all") {
			if i > 0 {
				g.w.fail(at, "an export takes the terms of a search from left to right; a group comes first")
			}
			out = g.terms(c, v, at)
		} else {
			out = append(out, g.oneTerm(c, o, at))
		}
		if last, ok := out[len(out)-1].(*value.Object); ok {
			last.Set("join", join)
		}
	}
	return out
}

func (g *graph) oneTerm(c *xcard, o *value.Object, at string) *value.Object {
	op := o.Text("op")
	if op == "" {
		op = "="
	}
	if !slices.Contains([]string{"=", "!=", "<", "<=", ">", ">="}, op) {
		g.w.fail(at, "an export has no words for the search operator %q", op)
	}
	term := value.Map("lhs", o.Text("column"), "op", op, "join", "AND")
	if lit, ok := g.plain(o.At("value")); ok {
		return term.With("rhs", lit)
	}
	key := shortIDOf(c.uuid, "term", g.w.id())
	f := g.input(c, "_expr", key)
	f.hidden = true
	g.fill(f, o.At("value"), at)
	return term.With("rhd", value.Map("outputId", key, "methodId", c.uuid))
}

func (g *graph) tableOutput(c *xcard, operation string, one bool, path []string) (*xfield, []string) {
	if len(path) < 2 {
		return nil, nil
	}
	name, rest := path[1], path[2:]
	switch {
	case operation == "read_row":
		return g.rowField(c, name), rest
	case operation == "search_rows" && one && name == "first" && len(rest) > 0:
		return g.rowField(c, rest[0]), rest[1:]
	case operation == "search_rows" && !one && name == "rows":
		out := g.output(c, "Result", "Rows")
		out.kind.set("object", true)
		return out, rest
	}
	for _, known := range [][4]string{
		{"create_row", "row_id", "Output", "Row ID"},
		{"clear", "cleared", "Table", "Cleared Rows"},
		{"columns", "columns", "Output", "Column Schema"},
		{"export_csv", "file", "CSV", "File Content"},
	} {
		if operation == known[0] && name == known[1] {
			return g.output(c, known[2], known[3]), rest
		}
	}
	return nil, nil
}

// rowField is an output of a card that gives one row.
func (g *graph) rowField(c *xcard, name string) *xfield {
	group := "Fields"
	if slices.Contains([]string{"Row ID", "Created", "Updated"}, name) {
		group = "Row"
	}
	return g.output(c, group, name)
}

// refersTo reports whether anything in the flow refers to an output of a card.
func (w *writer) refersTo(id, output string) bool {
	var search func(v any) bool
	search = func(v any) bool {
		switch v := v.(type) {
		case string:
			_, refs := pieces(v)
			return slices.ContainsFunc(refs, func(s string) bool {
				r, err := parseRef(s)
				return err == nil && len(r.path) > 1 && r.path[0] == id && r.path[1] == output
			})
		case []any:
			return slices.ContainsFunc(v, search)
		case *value.Object:
			for _, e := range v.All() {
				if search(e) {
					return true
				}
			}
		}
		return false
	}
	return search(w.src.At("cards")) || search(w.src.At("result"))
}
