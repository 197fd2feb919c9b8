package table_test

import (
	"bytes"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/table"
	"sallyport/internal/value"
)

func people(t testing.TB) table.Table {
	t.Helper()
	tab := table.Table{Title: "People", Columns: []table.Column{
		{Name: "Who", Type: value.Text}, {Name: "N", Type: value.Number, Default: "1"}, {Name: "When", Type: value.Date}, {Name: "OK", Type: value.Boolean},
	}}
	if err := tab.Check(); err != nil {
		t.Fatal(err)
	}
	return tab
}

func rows(t *testing.T, tab table.Table, docs ...*value.Object) []table.Row {
	t.Helper()
	var out []table.Row
	for i, o := range docs {
		doc, err := tab.Doc(o, nil)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, table.Row{ID: fmt.Sprint("r", i), Seq: int64(i), Values: tab.Values(doc), CreatedAt: time.Unix(int64(i), 0)})
	}
	return out
}

func TestCheck(t *testing.T) {
	for name, tt := range map[string]struct {
		tab  table.Table
		says string
	}{
		"no title":      {table.Table{}, "needs a title"},
		"no columns":    {table.Table{Title: "T"}, "at least one column"},
		"name twice":    {table.Table{Title: "T", Columns: []table.Column{{Name: "a", Type: value.Text}, {Name: "a", Type: value.Text}}}, `"a" is taken`},
		"name of ours":  {table.Table{Title: "T", Columns: []table.Column{{Name: "Row ID", Type: value.Text}}}, `"Row ID" is taken`},
		"type":          {table.Table{Title: "T", Columns: []table.Column{{Name: "a", Type: value.Obj}}}, "none of text"},
		"default":       {table.Table{Title: "T", Columns: []table.Column{{Name: "a", Type: value.Number, Default: "many"}}}, "the default"},
		"without names": {table.Table{Title: "T", Columns: []table.Column{{Name: " ", Type: value.Text}}}, "needs a name"},
	} {
		t.Run(name, func(t *testing.T) {
			err := tt.tab.Check()
			if errs.KindOf(err) != errs.Invalid || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("error = %v, want one with %q", err, tt.says)
			}
		})
	}
	tab := people(t)
	tab.Columns = append(tab.Columns[1:], table.Column{Name: "New", Type: value.Text})
	if err := tab.Check(); err != nil || tab.Columns[3].ID != "c1" && tab.Columns[3].ID != "c5" || tab.Columns[0].ID != "c2" {
		t.Errorf("ids after a change: %+v, %v", tab.Columns, err)
	}
}

func TestDoc(t *testing.T) {
	tab := people(t)
	doc, err := tab.Doc(value.Map("Who", 7.0, "OK", "yes"), nil)
	if err != nil || string(value.JSON(tab.Values(doc))) != `{"Who":"7","N":1,"When":null,"OK":true}` {
		t.Errorf("a new row is %s, %v", value.JSON(tab.Values(doc)), err)
	}
	doc, err = tab.Doc(value.Map("N", nil), tab.Values(doc))
	if err != nil || string(value.JSON(tab.Values(doc))) != `{"Who":"7","N":null,"When":null,"OK":true}` {
		t.Errorf("a changed row is %s, %v", value.JSON(tab.Values(doc)), err)
	}
	for name, bad := range map[string]*value.Object{"no column": value.Map("Whom", "x"), "does not fit": value.Map("When", "soon")} {
		if _, err := tab.Doc(bad, nil); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestQuery(t *testing.T) {
	tab := people(t)
	all := rows(t, tab, value.Map("Who", "ada", "N", 3.0, "When", "2026-01-02"), value.Map("Who", "Bob", "N", 20.0), value.Map("Who", "cy", "N", nil, "OK", true), value.Map("Who", "", "N", 3.0))
	where := func(column string, op table.Op, v any) table.Query {
		return table.Query{Where: []table.Term{{Column: column, Op: op, Value: v}}}
	}
	tests := map[string]struct {
		q    table.Query
		want string
	}{
		"everything":             {table.Query{}, "r0 r1 r2 r3"},
		"is":                     {where("Who", table.Is, "ada"), "r0"},
		"is exact":               {where("Who", table.Is, "ADA"), ""},
		"is not":                 {where("N", table.IsNot, "3"), "r1 r2"},
		"more, as numbers":       {where("N", table.More, "3"), "r1"},
		"null is not less":       {where("N", table.Less, "5"), "r0 r3"},
		"date":                   {where("When", table.AtLeast, "2026-01-02T00:00:00Z"), "r0"},
		"empty":                  {where("Who", table.IsEmpty, nil), "r3"},
		"null equals empty":      {where("N", table.Is, ""), "r2"},
		"not empty":              {where("OK", table.NotEmpty, nil), "r2"},
		"contains":               {where("Who", table.Contains, "b"), "r1"},
		"row id":                 {where("Row ID", table.Is, "r2"), "r2"},
		"created":                {where("Created", table.AtMost, "1970-01-01T00:00:01Z"), "r0 r1"},
		"search in any case":     {table.Query{Search: "BOB"}, "r1"},
		"sorted, null first":     {table.Query{Sort: "N"}, "r2 r0 r3 r1"},
		"sorted the other way":   {table.Query{Sort: "N", Descending: true}, "r1 r0 r3 r2"},
		"the newest":             {table.Query{Descending: true, Limit: 1}, "r3"},
		"a page past the end":    {table.Query{Offset: 9}, ""},
		"a page in the middle":   {table.Query{Offset: 1, Limit: 2}, "r1 r2"},
		"all of several":         {table.Query{Where: []table.Term{{Column: "N", Op: table.Is, Value: 3.0}, {Column: "Who", Op: table.NotEmpty}}}, "r0"},
		"boolean as a text":      {where("OK", table.Is, "true"), "r2"},
		"contains in a number":   {where("N", table.Contains, "2"), "r1"},
		"sorted by a row's time": {table.Query{Sort: "Created", Descending: true, Limit: 2}, "r3 r2"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			q, err := tab.Prepare(tt.q)
			if err != nil {
				t.Fatal(err)
			}
			found, _ := q.Apply(all)
			var ids []string
			for _, r := range found {
				ids = append(ids, r.ID)
			}
			if got := strings.Join(ids, " "); got != tt.want {
				t.Errorf("found %q, want %q", got, tt.want)
			}
		})
	}
	for name, q := range map[string]table.Query{"no column": where("X", table.Is, 1.0), "no sort": {Sort: "X"}, "no op": where("N", "~", 1.0), "no number": where("N", table.Is, "x")} {
		if _, err := tab.Prepare(q); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func seq(rs []table.Row) iter.Seq2[table.Row, error] {
	return func(yield func(table.Row, error) bool) {
		for _, r := range rs {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// What is written as CSV is read back as the same rows.
func TestCSVRoundTrip(t *testing.T) {
	tab := people(t)
	in := rows(t, tab, value.Map("Who", `=1+1, "x"`+"\nline", "N", -3.5, "When", "2026-01-02", "OK", false), value.Map("Who", "'quoted"), value.Map("Who", nil, "N", nil))
	var out bytes.Buffer
	if err := tab.WriteCSV(&out, seq(in)); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), `"'=1+1, ""x""`) {
		t.Errorf("a text that a spreadsheet takes for a formula is not guarded: %s", out.String())
	}
	got, err := tab.ReadCSV(strings.NewReader("\ufeff" + out.String()))
	if err != nil || len(got) != 3 {
		t.Fatalf("read %d rows, %v", len(got), err)
	}
	for i, o := range got {
		doc, err := tab.Doc(o, nil)
		want := in[i].Values
		if want.At("Who") == nil {
			want = want.With("Who", "") // CSV knows no null
		}
		if err != nil || !value.Equal(tab.Values(doc), want) {
			t.Errorf("row %d is %s, want %s, %v", i, value.JSON(tab.Values(doc)), value.JSON(want), err)
		}
	}
}

func TestReadCSVRefuses(t *testing.T) {
	tab := people(t)
	for name, tt := range map[string]struct{ file, says string }{
		"nothing":        {"", "the file is empty"},
		"unknown column": {"Who,Whom\n", `no column "Whom"`},
		"column twice":   {"Who,Who\n", "stands there twice"},
		"short line":     {"Who,N\nada\n", "line 2 has 1 fields"},
		"no number":      {"Who,N\nada,1\nbob,many\n", "line 3: column \"N\""},
		"open quote":     {"Who\n\"ada\n", "line"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := tab.ReadCSV(strings.NewReader(tt.file))
			if errs.KindOf(err) != errs.Invalid || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("error = %v, want one with %q", err, tt.says)
			}
		})
	}
}

func FuzzReadCSV(f *testing.F) {
	f.Add("Who,N\nada,1\n\"b,\"\"x\",\n")
	f.Fuzz(func(t *testing.T, file string) {
		tab := people(t)
		got, err := tab.ReadCSV(strings.NewReader(file))
		if err != nil {
			return
		}
		for _, o := range got {
			if _, err := tab.Doc(o, nil); err != nil {
				t.Fatalf("a row was taken that does not fit: %v", err)
			}
		}
		if slices.ContainsFunc(got, func(o *value.Object) bool { return o.Len() > len(tab.Columns) }) {
			t.Fatal("more values than columns")
		}
	})
}

// Numbers that a float64 would change are sorted by their value as well.
func TestSortOfLongNumbers(t *testing.T) {
	tab := table.Table{Title: "Numbers", Columns: []table.Column{{Name: "N", Type: value.Number}}}
	if err := tab.Check(); err != nil {
		t.Fatal(err)
	}
	var rows []table.Row
	for _, n := range []any{value.Big("9007199254740993"), 9.0, value.Big("9007199254740991999")} {
		rows = append(rows, table.Row{ID: value.String(n), Values: value.Map("N", n)})
	}
	q, err := tab.Prepare(table.Query{Sort: "N"})
	if err != nil {
		t.Fatal(err)
	}
	found, _ := q.Apply(rows)
	if len(found) != 3 || found[0].ID != "9" || found[1].ID != "9007199254740993" {
		t.Errorf("sorted as %v", found)
	}
}
