package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"iter"
	"strings"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/flow"
	"sallyport/internal/id"
	"sallyport/internal/table"
	"sallyport/internal/value"
)

// Tables is the data_table and data_row tables.
type Tables struct{ db *DB }

const tableColumns = `id, org_id, folder_id, slug, title, description, columns, created_at, updated_at`

func scanTable(rows *sql.Rows) (table.Table, error) {
	var t table.Table
	var folder sql.NullString
	var columns string
	var created, updated int64
	if err := rows.Scan(&t.ID, &t.Org, &folder, &t.Slug, &t.Title, &t.Description, &columns, &created, &updated); err != nil {
		return t, err
	}
	t.Folder, t.CreatedAt, t.UpdatedAt = folder.String, fromMicros(created), fromMicros(updated)
	if err := json.Unmarshal([]byte(columns), &t.Columns); err != nil {
		return t, fmt.Errorf("columns of table %s: %w", t.ID, err)
	}
	return t, nil
}

// List returns an organization's tables by title.
func (t Tables) List(ctx context.Context, org string) ([]table.Table, error) {
	return list(ctx, t.db, scanTable, `SELECT `+tableColumns+` FROM data_table WHERE org_id = ? ORDER BY title, id`, org)
}

// Counts returns how many rows an organization's tables have, by table.
func (t Tables) Counts(ctx context.Context, org string) (map[string]int, error) {
	return counts[string](ctx, t.db, `SELECT t.id, (SELECT count(*) FROM data_row r WHERE r.table_id = t.id AND r.org_id = t.org_id) FROM data_table t WHERE t.org_id = ?`, org)
}

// Add makes a table.
func (t Tables) Add(ctx context.Context, tab table.Table) error {
	return t.db.Write(ctx, func(tx *Tx) error { return tx.AddTable(ctx, tab) })
}

// Get returns one table, without its rows.
func (t Tables) Get(ctx context.Context, org, id string) (table.Table, error) {
	return getTable(ctx, t.db, org, id)
}

func getTable(ctx context.Context, on querier, org, id string) (table.Table, error) {
	return one(ctx, on, "table", scanTable, `SELECT `+tableColumns+` FROM data_table WHERE id = ? AND org_id = ?`, id, org)
}

// AddTable makes a table.
func (tx *Tx) AddTable(ctx context.Context, t table.Table) error {
	columns, err := json.Marshal(t.Columns)
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, `INSERT INTO data_table (`+tableColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		t.ID, t.Org, null(t.Folder), t.Slug, t.Title, t.Description, string(columns), toMicros(t.CreatedAt), toMicros(t.UpdatedAt))
	return err
}

// Set changes a table's title, description and columns.
func (t Tables) Set(ctx context.Context, tab table.Table) error {
	return t.db.Write(ctx, func(tx *Tx) error { return tx.SetTable(ctx, tab) })
}

// SetTable changes a table's title, description and columns.
func (tx *Tx) SetTable(ctx context.Context, tab table.Table) error {
	columns, err := json.Marshal(tab.Columns)
	if err != nil {
		return err
	}
	return tx.change(ctx, "table", `UPDATE data_table SET title = ?, description = ?, columns = ?, updated_at = ? WHERE id = ? AND org_id = ?`,
		tab.Title, tab.Description, string(columns), toMicros(tab.UpdatedAt), tab.ID, tab.Org)
}

// Remove deletes a table and its rows.
func (t Tables) Remove(ctx context.Context, org, id string) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		if _, err := tx.exec(ctx, `DELETE FROM data_row WHERE table_id = ? AND org_id = ?`, id, org); err != nil {
			return err
		}
		return tx.change(ctx, "table", `DELETE FROM data_table WHERE id = ? AND org_id = ?`, id, org)
	})
}

func scanRow(tab table.Table) func(*sql.Rows) (table.Row, error) {
	return func(rows *sql.Rows) (table.Row, error) {
		var r table.Row
		var doc string
		var created, updated int64
		if err := rows.Scan(&r.ID, &r.Seq, &doc, &created, &updated); err != nil {
			return r, err
		}
		v, err := value.Load([]byte(doc))
		if err != nil {
			return r, fmt.Errorf("row %s: %w", r.ID, err)
		}
		o, _ := v.(*value.Object)
		r.Doc, r.Values, r.CreatedAt, r.UpdatedAt = o, tab.Values(o), fromMicros(created), fromMicros(updated)
		return r, nil
	}
}

const rowColumns = `id, seq, doc, created_at, updated_at`

// Row returns one row.
func (t Tables) Row(ctx context.Context, tab table.Table, id string) (table.Row, error) {
	return getRow(ctx, t.db, tab, id)
}

func getRow(ctx context.Context, on querier, tab table.Table, id string) (table.Row, error) {
	return one(ctx, on, "row in the table "+tab.Title, scanRow(tab), `SELECT `+rowColumns+` FROM data_row WHERE table_id = ? AND org_id = ? AND id = ?`, tab.ID, tab.Org, id)
}

// Search returns the rows that a query asks for, and how many there are without
// its limit. Texts that are compared for equality narrow what the database
// reads; everything is decided by the query itself, so that both databases agree.
func (t Tables) Search(ctx context.Context, tab table.Table, q table.Query) ([]table.Row, int, error) {
	q, err := tab.Prepare(q)
	if err != nil {
		return nil, 0, err
	}
	w := where{}
	w.add(`table_id = ?`, tab.ID)
	w.add(`org_id = ?`, tab.Org)
	for _, term := range q.Where {
		text, isText := term.Value.(string)
		c, isColumn := tab.Column(term.Column)
		switch {
		case term.Op == table.Is && term.Column == table.RowID:
			w.add(`id = ?`, value.String(term.Value))
		case term.Op == table.Is && isColumn && isText && text != "" && c.Type == value.Text:
			w.add(t.db.d.text("doc", c.ID)+` = ?`, text)
		}
	}
	rows, err := list(ctx, t.db, scanRow(tab), `SELECT `+rowColumns+` FROM data_row `+w.text()+` ORDER BY seq`, w.args...)
	if err != nil {
		return nil, 0, err
	}
	found, total := q.Apply(rows)
	return found, total, nil
}

// Rows walks a table's rows in the order of insertion, a page at a time.
func (t Tables) Rows(ctx context.Context, tab table.Table) iter.Seq2[table.Row, error] {
	return func(yield func(table.Row, error) bool) {
		const page = 1000
		after := int64(0)
		for {
			rows, err := list(ctx, t.db, scanRow(tab), `SELECT `+rowColumns+` FROM data_row WHERE table_id = ? AND org_id = ? AND seq > ? ORDER BY seq LIMIT ?`, tab.ID, tab.Org, after, page)
			if err != nil {
				yield(table.Row{}, err)
				return
			}
			for _, r := range rows {
				after = r.Seq
				if !yield(r, nil) {
					return
				}
			}
			if len(rows) < page {
				return
			}
		}
	}
}

// AddRows adds rows of values by column name, all or none, and queues the runs
// that they start.
func (t Tables) AddRows(ctx context.Context, tab table.Table, rows []*value.Object, now time.Time) error {
	data, added := make([][]any, len(rows)), make([]table.Row, len(rows))
	for i, r := range rows {
		doc, err := tab.Doc(r, nil)
		if err != nil {
			return errs.New(errs.Invalid, "row %d: %s", i+1, errs.Message(err))
		}
		added[i] = table.Row{ID: id.New(), Values: tab.Values(doc), CreatedAt: now, UpdatedAt: now}
		data[i] = []any{tab.ID, tab.Org, added[i].ID, string(value.Store(doc)), toMicros(now), toMicros(now)}
	}
	return t.db.Write(ctx, func(tx *Tx) error {
		if err := tx.insertMany(ctx, "data_row", "table_id, org_id, id, doc, created_at, updated_at", "", data); err != nil {
			return err
		}
		w, err := tx.watch(ctx, tab.Org, tab.ID, rowCause{at: now})
		if err != nil {
			return err
		}
		for _, r := range added {
			w.add(flow.RowCreated, r, nil)
		}
		return w.start(ctx)
	})
}

// Change carries out one change of rows: what a person does in the grid.
func (t Tables) Change(ctx context.Context, org string, c flow.Change, now time.Time) (*value.Object, error) {
	var result *value.Object
	err := t.db.Write(ctx, func(tx *Tx) error {
		var err error
		result, err = tx.changeRows(ctx, org, c, rowCause{at: now})
		return err
	})
	return result, err
}

// Read carries out a read that people ask for: one row, or a search. What is kept
// sealed is masked.
func (t Tables) Read(ctx context.Context, org string, c flow.Change) (*value.Object, error) {
	out, _, err := t.read(ctx, org, c, func(_ table.Table, r table.Row) (table.Row, []string, error) { return r, nil, nil })
	return out, err
}

// ReadOpen carries out a read that a flow asks for, as [Tables.Read] does, with what
// is kept sealed, and returns those texts besides: history must not show them. Files
// of rows stay masked, as they are made to be sent away.
func (t Tables) ReadOpen(ctx context.Context, org string, c flow.Change, keys Unsealer) (*value.Object, []string, error) {
	return t.read(ctx, org, c, func(tab table.Table, r table.Row) (table.Row, []string, error) {
		return tab.Open(r, openCell(keys, tab.Org, tab.ID, r.ID))
	})
}

// opener makes of a row what whoever reads it is to see, and says what of it is secret.
type opener func(table.Table, table.Row) (table.Row, []string, error)

func (t Tables) read(ctx context.Context, org string, c flow.Change, open opener) (*value.Object, []string, error) {
	tab, err := t.Get(ctx, org, c.Table)
	if err != nil {
		return nil, nil, err
	}
	switch c.Op {
	case flow.ReadRow:
		r, err := t.Row(ctx, tab, c.Row)
		if err != nil {
			return nil, nil, err
		}
		r, hidden, err := open(tab, r)
		return r.Object(), hidden, err
	case flow.Columns:
		names := []any{}
		for _, col := range tab.Columns {
			names = append(names, col.Name)
		}
		return value.Map("columns", names), nil, nil
	default:
	}
	q, err := queryOf(c.Values)
	if err != nil {
		return nil, nil, err
	}
	rows, total, err := t.Search(ctx, tab, q)
	if err != nil {
		return nil, nil, err
	}
	if c.Op == flow.ExportCSV {
		out, err := exported(tab, rows, c.Values)
		return out, nil, err
	}
	out, hidden, err := found(tab, rows, open)
	if err != nil {
		return nil, nil, err
	}
	return value.Map("rows", out, "count", float64(len(out)), "total", float64(total), "first", firstOf(out)), hidden, nil
}

// found returns rows as flows see them, and what of them is secret.
func found(tab table.Table, rows []table.Row, open opener) ([]any, []string, error) {
	out := make([]any, len(rows))
	var hidden []string
	for i, r := range rows {
		r, texts, err := open(tab, r)
		if err != nil {
			return nil, nil, err
		}
		out[i], hidden = r.Object(), append(hidden, texts...)
	}
	return out, hidden, nil
}

func firstOf(rows []any) any {
	if len(rows) == 0 {
		return nil
	}
	return rows[0]
}

// termsOf reads conditions. at is the place of them, for messages.
func termsOf(at string, w any, depth int) ([]table.Term, error) {
	switch w := w.(type) {
	case nil:
		return nil, nil
	case *value.Object:
		if t, ok, err := groupOf(at, w, depth); ok || err != nil {
			return []table.Term{t}, err
		}
		var out []table.Term
		for column, v := range w.All() {
			out = append(out, table.Term{Column: column, Op: table.Is, Value: v})
		}
		return out, nil
	case []any:
		var out []table.Term
		for i, e := range w {
			o, ok := e.(*value.Object)
			if !ok {
				return nil, errs.New(errs.Invalid, "%s[%d]: an object of column, op and value is wanted", at, i)
			}
			t, group, err := groupOf(fmt.Sprintf("%s[%d]", at, i), o, depth)
			if err != nil {
				return nil, err
			}
			if !group {
				t = table.Term{Column: o.Text("column"), Op: table.Op(strings.ToLower(o.Text("op"))), Value: o.At("value")}
			}
			out = append(out, t)
		}
		return out, nil
	}
	return nil, errs.New(errs.Invalid, "%s: an object of columns and values, or a list of {column, op, value}, is wanted", at)
}

// groupOf reads {any: […]} and {all: […]}; any other object is no group.
func groupOf(at string, o *value.Object, depth int) (t table.Term, ok bool, err error) {
	for _, key := range []string{"any", "all"} {
		list, isList := o.At(key).([]any)
		if o.Len() != 1 || !isList {
			continue
		}
		if depth > 20 {
			return t, true, errs.New(errs.Invalid, "%s: groups are nested too deep", at)
		}
		terms, err := termsOf(at+"."+key, list, depth+1)
		if key == "any" {
			return table.Term{Any: terms}, true, err
		}
		return table.Term{All: terms}, true, err
	}
	return t, false, nil
}

// exported is a file of rows.
func exported(tab table.Table, rows []table.Row, in *value.Object) (*value.Object, error) {
	var columns []string
	names, err := value.Convert(in.At("columns"), value.List)
	if err != nil {
		return nil, errs.New(errs.Invalid, "columns: %v", err)
	}
	list, _ := names.([]any)
	for _, n := range list {
		if name := value.String(n); name != "" {
			columns = append(columns, name)
		}
	}
	text, err := tab.CSV(rows, columns, in.Text("separator"))
	if err != nil {
		return nil, err
	}
	file, err := value.File{Name: cmp.Or(in.Text("filename"), tab.Slug+".csv"), Type: "text/csv", Data: []byte(text)}.Object()
	if err != nil {
		return nil, errs.New(errs.Invalid, "%v", err)
	}
	return value.Map("file", file, "count", float64(len(rows))), nil
}

// queryOf reads the inputs of a search card: where is an object of columns and
// the values that they have, or a list of {column, op, value} and of groups
// {any: […]} and {all: […]}, or one such group.
func queryOf(in *value.Object) (table.Query, error) {
	q := table.Query{Sort: in.Text("sort"), Limit: table.MaxRows}
	var err error
	if q.Where, err = termsOf("where", in.At("where"), 0); err != nil {
		return q, err
	}
	for name, into := range map[string]*int{"limit": &q.Limit, "offset": &q.Offset} {
		v, err := value.Convert(in.At(name), value.Number)
		if f, ok := v.(float64); err == nil && ok && f >= 0 {
			*into = int(f)
		} else if v != nil || err != nil {
			return q, errs.New(errs.Invalid, "%s: a number from 0 is wanted", name)
		}
	}
	if q.Limit == 0 || q.Limit > table.MaxRows {
		q.Limit = table.MaxRows
	}
	v, err := value.Convert(in.At("descending"), value.Boolean)
	if err != nil {
		return q, errs.New(errs.Invalid, "descending: %v", err)
	}
	q.Descending, _ = v.(bool)
	return q, nil
}
