package migration_test

import (
	"testing"

	"sallyport/internal/flopack"
	"sallyport/internal/flow"
	"sallyport/internal/migration"
)

// Flows of a folder become one export, in which a table that two of them use is
// there once.
func TestOfFlows(t *testing.T) {
	const one = "flow: one\ntables: { people: { title: People, columns: { Name: text } } }\ntrigger: { call: }\ncards:\n  - { use: table.create_row, table: people, with: { Name: Ada } }\n  - { id: file, use: flow.export, with: { flow: two } }\n"
	const two = "flow: two\ntables: { staff: { title: Staff, columns: { Name: text } } }\ntrigger: { call: }\ncards:\n  - { use: table.clear, table: staff }\n  - { call: one }\n"
	same := func(slot string) flow.Flow {
		return flow.Flow{Bindings: flow.Bindings{Tables: map[string]string{slot: "t1"}}}
	}
	for name, tt := range map[string]struct {
		texts  []flow.Text
		tables int
	}{
		"filled with the same table": {[]flow.Text{{Flow: same("people"), Body: one}, {Flow: same("staff"), Body: two}}, 1},
		"not filled":                 {[]flow.Text{{Body: one}, {Body: two}}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			cat := catalogue(t)
			res, err := migration.OfFlows(tt.texts)
			if err != nil {
				t.Fatal(err)
			}
			text, err := migration.Export(res, cat)
			if err != nil {
				t.Fatal(err)
			}
			d, problems, err := flopack.Parse(text)
			if err != nil || len(problems) > 0 || len(d.Flows) != 2 || len(d.Tables) != tt.tables {
				t.Fatalf("%v, %v: %d flows and %d tables", err, problems, len(d.Flows), len(d.Tables))
			}
			back, err := migration.Translate(d, cat)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range back.Flows {
				if len(f.Missing) > 0 {
					t.Errorf("%s: %v", f.Slug, f.Missing)
				}
			}
		})
	}
}
