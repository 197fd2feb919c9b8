package functions

import (
	"encoding/csv"
	"strings"
	"unicode/utf8"

	"sallyport/internal/errs"
	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("csv.parse", "Parse CSV",
	"The rows of a text of comma-separated values (RFC 4180): objects by the names in the first row, or lists where there is no such row. Values are texts.",
	csvParse))

type csvParseIn struct {
	Text      string
	Separator string
	NoHeader  bool
}

type csvParseOut struct {
	Rows  []any
	Count float64
}

// maxDocument bounds, in bytes, the text of tables and documents that is read:
// as values it takes many times the room.
const maxDocument = 4 << 20

func csvParse(_ function.Env, in csvParseIn) (csvParseOut, error) {
	separator, err := separatorOf(in.Separator)
	if err != nil {
		return csvParseOut{}, err
	}
	if len(in.Text) > maxDocument {
		return csvParseOut{}, errs.New(errs.Invalid, "text: more than %d MB", maxDocument>>20)
	}
	// Whatever ends lines, a \n does, within values too.
	lines := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.TrimPrefix(in.Text, "\uFEFF"))
	r := csv.NewReader(strings.NewReader(lines))
	r.Comma, r.FieldsPerRecord = separator, -1
	records, err := r.ReadAll()
	if err != nil {
		return csvParseOut{}, errs.New(errs.Invalid, "text: %v", err)
	}
	out := csvParseOut{Rows: []any{}}
	var names []string
	if !in.NoHeader && len(records) > 0 {
		names, records = records[0], records[1:]
	}
	for i, record := range records {
		if names != nil && len(record) > len(names) {
			return csvParseOut{}, errs.New(errs.Invalid, "text: row %d has %d values, and there are names for %d", i+2, len(record), len(names))
		}
		out.Rows = append(out.Rows, rowOf(names, record))
	}
	out.Count = float64(len(out.Rows))
	return out, nil
}

// rowOf makes an object of a row, or a list where there are no names. Values
// that a row is short of are null.
func rowOf(names, record []string) any {
	if names == nil {
		list := make([]any, len(record))
		for i, cell := range record {
			list[i] = cell
		}
		return list
	}
	row := value.NewObject(len(names))
	for i, name := range names {
		if i < len(record) {
			row.Set(name, record[i])
		} else {
			row.Set(name, nil)
		}
	}
	return row
}

func separatorOf(s string) (rune, error) {
	if s == "" {
		return ',', nil
	}
	if s == `\t` {
		return '\t', nil
	}
	c, size := utf8.DecodeRuneInString(s)
	if size != len(s) || strings.ContainsRune("\"\r\n\uFFFD", c) {
		return 0, errs.New(errs.Invalid, "separator: one character is wanted, not %.20q", s)
	}
	return c, nil
}
