package api

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"time"

	"sallyport/internal/flow"
	"sallyport/internal/id"
	"sallyport/internal/portal"
	"sallyport/internal/table"
	"sallyport/internal/value"
)

var (
	_ = add("GET /api/v1/tables/{id}/rows", portal.TablesRead, doc{Summary: "A table's rows", Carries: []reflect.Type{reflect.TypeFor[RowFilter]()}}, listRows)
	_ = add("POST /api/v1/tables/{id}/rows", portal.TablesWrite, doc{Summary: "Add a row", Status: http.StatusCreated}, createRow)
	_ = add("PATCH /api/v1/tables/{id}/rows/{row}", portal.TablesWrite, doc{Summary: "Change a row", Help: "Columns that are not named keep their value."}, patchRow)
	_ = add("DELETE /api/v1/tables/{id}/rows/{row}", portal.TablesWrite, doc{Summary: "Delete a row"}, deleteRow)
)

// Row is a row of a table.
type Row struct {
	ID        string        `json:"id"`
	Values    *value.Object `json:"values" doc:"by column name, in the order of the columns"`
	Sealed    []string      `json:"sealed,omitempty" doc:"columns whose values are kept sealed: flows see them, and people a mask in their place"`
	CreatedAt time.Time     `json:"createdAt"`
	UpdatedAt time.Time     `json:"updatedAt"`
}

func showRow(t table.Table) func(table.Row) Row {
	return func(r table.Row) Row { return Row{r.ID, r.Values, t.Sealed(r), r.CreatedAt, r.UpdatedAt} }
}

// TableRows is a page of a table's rows.
type TableRows struct {
	Page[Row]

	Total int `json:"total" doc:"rows that the search and filters leave, on all pages"`
}

// RowFilter is a condition on a column.
type RowFilter struct {
	Column string   `json:"column"`
	Op     table.Op `json:"op"`
	Value  any      `json:"value,omitempty"`
}

type listRowsIn struct {
	paging

	ID         string   `path:"id"`
	Search     string   `query:"search" max:"200" doc:"a text that some column contains, in any case"`
	Sort       string   `query:"sort" doc:"name of the column to sort by, or Row ID, Created or Updated; the order of insertion where nothing is said"`
	Descending bool     `query:"descending"`
	Filter     []string `query:"filter" doc:"conditions that all hold, each a RowFilter as JSON"`
}

func listRows(ctx context.Context, d Deps, c portal.Caller, in listRowsIn) (TableRows, error) {
	out := TableRows{Page: Page[Row]{Items: []Row{}}}
	t, err := d.DB.Tables.Get(ctx, c.Org.ID, in.ID)
	if err != nil {
		return out, err
	}
	q := table.Query{Search: in.Search, Sort: in.Sort, Descending: in.Descending, Limit: in.limit()}
	if q.Offset, err = in.offset(); err != nil {
		return out, err
	}
	for i, text := range in.Filter {
		term, err := readFilter(fmt.Sprintf("filter[%d]", i), text)
		if err != nil {
			return out, err
		}
		q.Where = append(q.Where, term)
	}
	rows, total, err := d.DB.Tables.Search(ctx, t, q)
	if err != nil {
		return out, err
	}
	out.Total = total
	if end := q.Offset + len(rows); end < total {
		out.Next = offsetCursor(end)
	}
	out.Items = each(rows, showRow(t))
	return out, nil
}

func readFilter(name, text string) (table.Term, error) {
	v, err := value.ParseJSON([]byte(text))
	if err != nil {
		return table.Term{}, badField(name, "this is no JSON")
	}
	if err := schemaOf(reflect.TypeFor[RowFilter]()).check(v, name); err != nil {
		return table.Term{}, err
	}
	o, _ := v.(*value.Object)
	return table.Term{Column: o.Text("column"), Op: table.Op(o.Text("op")), Value: o.At("value")}, nil
}

type rowIn struct {
	ID  string `path:"id"`
	Row string `path:"row"`
}

type createRowIn struct {
	ID     string        `path:"id"`
	Values *value.Object `json:"values" doc:"by column name; a column that is not named takes its default"`
	Seal   []string      `json:"seal,omitempty" doc:"columns of texts whose values are kept sealed: nobody reads them again, but flows"`
}

func createRow(ctx context.Context, d Deps, c portal.Caller, in createRowIn) (Row, error) {
	return changeRow(ctx, d, c, flow.Change{Op: flow.CreateRow, Table: in.ID, Row: id.New(), Values: in.Values, Seal: in.Seal})
}

type patchRowIn struct {
	ID     string        `path:"id"`
	Row    string        `path:"row"`
	Values *value.Object `json:"values" doc:"by column name; the mask leaves a value that is kept sealed as it is"`
	Seal   []string      `json:"seal,omitempty" doc:"columns of texts whose values are kept sealed from now on; what is sealed stays so"`
}

func patchRow(ctx context.Context, d Deps, c portal.Caller, in patchRowIn) (Row, error) {
	return changeRow(ctx, d, c, flow.Change{Op: flow.UpdateRow, Table: in.ID, Row: in.Row, Values: in.Values, Seal: in.Seal})
}

func changeRow(ctx context.Context, d Deps, c portal.Caller, ch flow.Change) (Row, error) {
	if _, err := d.DB.Tables.Change(ctx, c.Org.ID, ch, d.Now()); err != nil {
		return Row{}, err
	}
	tableChanged(d, c, ch.Table)
	t, err := d.DB.Tables.Get(ctx, c.Org.ID, ch.Table)
	if err != nil {
		return Row{}, err
	}
	r, err := d.DB.Tables.Row(ctx, t, ch.Row)
	return showRow(t)(r), err
}

func deleteRow(ctx context.Context, d Deps, c portal.Caller, in rowIn) (none, error) {
	_, err := d.DB.Tables.Change(ctx, c.Org.ID, flow.Change{Op: flow.DeleteRow, Table: in.ID, Row: in.Row}, d.Now())
	if err == nil {
		tableChanged(d, c, in.ID)
	}
	return none{}, err
}
