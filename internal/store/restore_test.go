package store

import (
	"encoding/json"
	"testing"
)

// Lines of a backup become SQL: names are ours or refused, values are of the
// kinds that columns have.
func FuzzRestoreLine(f *testing.F) {
	f.Add([]byte(`{"table":"event","columns":["uuid","raw"]}`))
	f.Add([]byte(`["u1","\u0001bAAEC",7,true,null,"\u0001t\u0001b"]`))
	f.Fuzz(func(t *testing.T, line []byte) {
		if !json.Valid(line) {
			return
		}
		if tab, err := restoreTable(line); err == nil {
			for _, c := range tab.Columns {
				for _, r := range c {
					if r != '_' && (r < 'a' || r > 'z') {
						t.Fatalf("the column %q was taken", c)
					}
				}
			}
		}
		row, err := restoreRow(line, 6)
		if err != nil {
			return
		}
		for _, v := range row {
			switch v.(type) {
			case nil, bool, int64, string, []byte:
			default:
				t.Fatalf("a %T was taken", v)
			}
		}
	})
}
