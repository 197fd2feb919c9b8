package table_test

import (
	"testing"

	"sallyport/internal/table"
	"sallyport/internal/value"
)

func TestGroups(t *testing.T) {
	tab := table.Table{Title: "People", Columns: []table.Column{{ID: "c1", Name: "Name", Type: value.Text}, {ID: "c2", Name: "Age", Type: value.Number}}}
	row := func(name string, age any) table.Row { return table.Row{Values: value.Map("Name", name, "Age", age)} }
	rows := []table.Row{row("Ada", 36.0), row("Bob", 20.0), row("Cid", nil)}
	is := func(name string) table.Term { return table.Term{Column: "Name", Op: table.Is, Value: name} }
	older := func(n any) table.Term { return table.Term{Column: "Age", Op: table.More, Value: n} }
	for name, tt := range map[string]struct {
		where []table.Term
		want  int
	}{
		"any":        {[]table.Term{{Any: []table.Term{is("Ada"), is("Cid")}}}, 2},
		"all":        {[]table.Term{{All: []table.Term{is("Ada"), older("30")}}}, 1},
		"one in two": {[]table.Term{{Any: []table.Term{{All: []table.Term{is("Ada"), older(40.0)}}, is("Bob")}}}, 1},
		"beside":     {[]table.Term{older(10.0), {Any: []table.Term{is("Ada"), is("Bob")}}}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			q, err := tab.Prepare(table.Query{Where: tt.where})
			if err != nil {
				t.Fatal(err)
			}
			if got, _ := q.Apply(rows); len(got) != tt.want {
				t.Errorf("%d rows, want %d", len(got), tt.want)
			}
		})
	}
	if _, err := tab.Prepare(table.Query{Where: []table.Term{{Any: []table.Term{{Column: "None", Op: table.Is}}}}}); err == nil {
		t.Error("a column that is not there was taken")
	}
}

func TestCSVOfSomeColumns(t *testing.T) {
	tab := table.Table{Title: "People", Columns: []table.Column{{ID: "c1", Name: "Name", Type: value.Text}, {ID: "c2", Name: "Age", Type: value.Number}}}
	rows := []table.Row{{Values: value.Map("Name", "=Ada; B", "Age", 36.0)}}
	for name, tt := range map[string]struct {
		columns   []string
		separator string
		want      string // "" for an error
	}{
		"all":                 {nil, "", "Name,Age\n'=Ada; B,36\n"},
		"some, by semicolons": {[]string{"Name"}, ";", "Name\n\"'=Ada; B\"\n"},
		"no such column":      {[]string{"None"}, "", ""},
		"no separator":        {nil, "::", ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := tab.CSV(rows, tt.columns, tt.separator); got != tt.want && (err == nil || tt.want != "") {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
}
