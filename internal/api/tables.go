package api

import (
	"context"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/id"
	"sallyport/internal/live"
	"sallyport/internal/portal"
	"sallyport/internal/table"
	"sallyport/internal/value"
)

var (
	_ = add("GET /api/v1/tables", portal.TablesRead, doc{Summary: "Tables"}, listTables)
	_ = add("POST /api/v1/tables", portal.TablesWrite, doc{Summary: "Make a table", Status: http.StatusCreated}, createTable)
	_ = add("GET /api/v1/tables/{id}", portal.TablesRead, doc{Summary: "A table, without its rows"}, getTable)
	_ = add("PATCH /api/v1/tables/{id}", portal.TablesWrite, doc{Summary: "Change a table's title or columns", Help: "A column that keeps its id keeps its values, under whatever name. Values of a column that is left out are lost."}, patchTable)
	_ = add("DELETE /api/v1/tables/{id}", portal.TablesWrite, doc{Summary: "Delete a table and its rows", Help: "One that flows use is not deleted: the error names them."}, deleteTable)
)

// Table is a table, without its rows.
type Table struct {
	ID          string    `json:"id"`
	Slug        string    `json:"slug"`
	Title       string    `json:"title"`
	Description string    `json:"description"`
	Folder      *Ref      `json:"folder,omitempty"`
	Columns     []Column  `json:"columns"`
	Rows        int       `json:"rows" doc:"how many"`
	Flows       []Ref     `json:"flows" doc:"that use it"`
	CreatedAt   time.Time `json:"createdAt"`
	UpdatedAt   time.Time `json:"updatedAt"`
}

// Column is a typed column.
type Column struct {
	ID      string     `json:"id" doc:"stays when the column is renamed"`
	Name    string     `json:"name"`
	Type    value.Kind `json:"type" doc:"text, number, boolean or date"`
	Default any        `json:"default,omitempty"`
}

// NewColumn is a column as it is entered.
type NewColumn struct {
	ID      string     `json:"id,omitempty" max:"20" doc:"of a column that is there already"`
	Name    string     `json:"name" min:"1" max:"100"`
	Type    value.Kind `json:"type" doc:"text, number, boolean or date"`
	Default any        `json:"default,omitempty"`
}

// tableShower shows tables by what they belong to.
type tableShower struct {
	folders map[string]string
	rows    map[string]int
	flows   map[string][]Ref
}

func newTableShower(ctx context.Context, d Deps, c portal.Caller) (tableShower, error) {
	s := tableShower{flows: map[string][]Ref{}}
	var err error
	if s.folders, err = folderNames(ctx, d, c); err != nil {
		return s, err
	}
	if s.rows, err = d.DB.Tables.Counts(ctx, c.Org.ID); err != nil {
		return s, err
	}
	flows, err := d.DB.Flows.List(ctx, c.Org.ID)
	for _, f := range flows {
		for _, id := range slices.Compact(slices.Sorted(maps.Values(f.Bindings.Tables))) {
			s.flows[id] = append(s.flows[id], Ref{f.ID, f.Title})
		}
	}
	return s, err
}

func (s tableShower) table(t table.Table) Table {
	return Table{
		ID: t.ID, Slug: t.Slug, Title: t.Title, Description: t.Description, Folder: refIf(s.folders, t.Folder), Rows: s.rows[t.ID],
		Columns: each(t.Columns, func(c table.Column) Column { return Column(c) }), Flows: append([]Ref{}, s.flows[t.ID]...), CreatedAt: t.CreatedAt, UpdatedAt: t.UpdatedAt,
	}
}

func listTables(ctx context.Context, d Deps, c portal.Caller, _ none) ([]Table, error) {
	ts, err := d.DB.Tables.List(ctx, c.Org.ID)
	if err != nil {
		return nil, err
	}
	s, err := newTableShower(ctx, d, c)
	return each(ts, s.table), err
}

func getTable(ctx context.Context, d Deps, c portal.Caller, in idIn) (Table, error) {
	t, err := d.DB.Tables.Get(ctx, c.Org.ID, in.ID)
	if err != nil {
		return Table{}, err
	}
	s, err := newTableShower(ctx, d, c)
	return s.table(t), err
}

type createTableIn struct {
	Title       string      `json:"title" min:"1" max:"100"`
	Description string      `json:"description,omitempty" max:"1000"`
	Folder      string      `json:"folder,omitempty" doc:"id of the folder"`
	Columns     []NewColumn `json:"columns" min:"1"`
}

func createTable(ctx context.Context, d Deps, c portal.Caller, in createTableIn) (Table, error) {
	if in.Folder != "" {
		if _, err := d.DB.Flows.Folder(ctx, c.Org.ID, in.Folder); err != nil {
			return Table{}, &field{"folder", err}
		}
	}
	now := d.Now()
	t := table.Table{
		ID: id.At(now), Org: c.Org.ID, Folder: in.Folder, Slug: slugOf(in.Title), Title: strings.TrimSpace(in.Title), Description: in.Description,
		Columns: columnsOf(in.Columns), CreatedAt: now, UpdatedAt: now,
	}
	if err := t.Check(); err != nil {
		return Table{}, err
	}
	if err := d.DB.Tables.Add(ctx, t); err != nil {
		return Table{}, err
	}
	return changedTable(ctx, d, c, t.ID)
}

func columnsOf(cs []NewColumn) []table.Column {
	return each(cs, func(c NewColumn) table.Column { return table.Column(c) })
}

var notSlug = regexp.MustCompile(`[^a-z0-9]+`)

// slugOf makes a name of a title.
func slugOf(title string) string {
	s := strings.Trim(notSlug.ReplaceAllString(strings.ToLower(title), "_"), "_")
	if s == "" || s[0] < 'a' {
		return "table_" + s
	}
	return s
}

type patchTableIn struct {
	ID          string      `path:"id"`
	Title       *string     `json:"title,omitempty" min:"1" max:"100"`
	Description *string     `json:"description,omitempty" max:"1000"`
	Columns     []NewColumn `json:"columns,omitempty" doc:"all of them, in their order"`
}

func patchTable(ctx context.Context, d Deps, c portal.Caller, in patchTableIn) (Table, error) {
	t, err := d.DB.Tables.Get(ctx, c.Org.ID, in.ID)
	if err != nil {
		return Table{}, err
	}
	if in.Title != nil {
		t.Title = strings.TrimSpace(*in.Title)
	}
	if in.Description != nil {
		t.Description = *in.Description
	}
	if in.Columns != nil {
		before := t.Columns
		t.Columns = columnsOf(in.Columns)
		if err := sameTypes(before, t.Columns); err != nil {
			return Table{}, err
		}
	}
	t.UpdatedAt = d.Now()
	if err := t.Check(); err != nil {
		return Table{}, err
	}
	if err := d.DB.Tables.Set(ctx, t); err != nil {
		return Table{}, err
	}
	return changedTable(ctx, d, c, t.ID)
}

// sameTypes refuses to give a column that is there another type: its values
// would not be of it.
func sameTypes(before, after []table.Column) error {
	for i, col := range after {
		j := slices.IndexFunc(before, func(b table.Column) bool { return b.ID == col.ID })
		switch {
		case col.ID == "":
		case j < 0:
			return badField("columns", "there is no column of the id %q", col.ID)
		case before[j].Type != col.Type:
			return badField("columns", "column %q holds %s; make a new column for another type", before[j].Name, before[j].Type)
		case slices.ContainsFunc(after[:i], func(b table.Column) bool { return b.ID == col.ID }):
			return badField("columns", "the column of the id %q stands there twice", col.ID)
		}
	}
	return nil
}

// changedTable tells those who look at a table that it has changed, and shows it.
func changedTable(ctx context.Context, d Deps, c portal.Caller, id string) (Table, error) {
	tableChanged(d, c, id)
	return getTable(ctx, d, c, idIn{id})
}

func tableChanged(d Deps, c portal.Caller, id string) {
	d.Live.Publish(c.Org.ID, live.Message{Topic: live.Table, ID: id})
}

func deleteTable(ctx context.Context, d Deps, c portal.Caller, in idIn) (none, error) {
	t, err := getTable(ctx, d, c, in)
	if err != nil {
		return none{}, err
	}
	if len(t.Flows) > 0 {
		return none{}, &detailed{error: errs.New(errs.Conflict, "the table is in use"), usedBy: t.Flows}
	}
	if err := d.DB.Tables.Remove(ctx, c.Org.ID, in.ID); err != nil {
		return none{}, err
	}
	tableChanged(d, c, in.ID)
	return none{}, nil
}
