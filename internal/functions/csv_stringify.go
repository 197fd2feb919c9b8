package functions

import (
	"encoding/csv"
	"errors"

	"sallyport/internal/errs"
	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("csv.stringify", "Stringify CSV",
	"Rows as comma-separated values (RFC 4180): of objects, with a first row of all their names, or of lists.",
	csvStringify))

type csvStringifyIn struct {
	Rows      []any
	Separator string
	NoHeader  bool
}

type csvStringifyOut struct {
	Text string
}

func csvStringify(_ function.Env, in csvStringifyIn) (csvStringifyOut, error) {
	separator, err := separatorOf(in.Separator)
	if err != nil {
		return csvStringifyOut{}, err
	}
	columns := value.NewObject(8)
	for i, row := range in.Rows {
		switch row := row.(type) {
		case *value.Object:
			for k := range row.All() {
				columns.Set(k, true)
			}
		case []any:
		default:
			return csvStringifyOut{}, errs.New(errs.Invalid, "rows: row %d is a %s; an object or a list is wanted", i, value.KindOf(row))
		}
	}
	names := columns.Keys()
	if len(names)*len(in.Rows) > function.MaxResult {
		return csvStringifyOut{}, errs.New(errs.Invalid, "rows: too many names and rows for %d MB", function.MaxResult>>20)
	}
	var out text
	w := csv.NewWriter(&out)
	w.Comma = separator
	if len(names) > 0 && !in.NoHeader {
		err = w.Write(names)
	}
	for _, row := range in.Rows {
		record := cells(row, names)
		if len(record) == 1 && record[0] == "" {
			// Nothing at all would be an empty line, which readers pass over.
			w.Flush()
			out.add("\"\"\n")
			continue
		}
		if err == nil {
			err = w.Write(record)
		}
	}
	w.Flush()
	if err = errors.Join(err, w.Error(), out.err); err != nil {
		return csvStringifyOut{}, errs.New(errs.Invalid, "rows: %v", err)
	}
	return csvStringifyOut{out.String()}, nil
}

func cells(row any, names []string) []string {
	if list, ok := row.([]any); ok {
		record := make([]string, len(list))
		for i, v := range list {
			record[i] = value.String(v)
		}
		return record
	}
	o, _ := row.(*value.Object)
	record := make([]string, len(names))
	for i, name := range names {
		record[i] = value.String(o.At(name))
	}
	return record
}
