package table

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"unicode/utf8"

	"sallyport/internal/errs"
	"sallyport/internal/sheet"
	"sallyport/internal/value"
)

// WriteCSV writes rows as RFC 4180 text: a line of names, then a line a row. The
// row's own fields come first. A text that a spreadsheet would take for a
// formula is written with an apostrophe before it, which ReadCSV takes away.
func (t *Table) WriteCSV(w io.Writer, rows iter.Seq2[Row, error]) error {
	head := []string{RowID, CreatedAt, UpdatedAt}
	for _, c := range t.Columns {
		head = append(head, c.Name)
	}
	return writeCSV(csv.NewWriter(w), head, rows)
}

// CSV returns rows as RFC 4180 text, of some columns or of all that the table was
// given, with a separator of one character or a comma.
func (t *Table) CSV(rows []Row, columns []string, separator string) (string, error) {
	if len(columns) == 0 {
		for _, c := range t.Columns {
			columns = append(columns, c.Name)
		}
	}
	for _, name := range columns {
		if _, ok := t.kindOf(name); !ok {
			return "", errs.New(errs.Invalid, "the table %q has no column %q", t.Title, name)
		}
	}
	var b strings.Builder
	out := csv.NewWriter(&b)
	switch separator {
	case "":
	case `\t`:
		out.Comma = '\t'
	default:
		r, size := utf8.DecodeRuneInString(separator)
		if size != len(separator) || strings.ContainsRune("\"\r\n", r) || r == utf8.RuneError {
			return "", errs.New(errs.Invalid, "the separator %q is not one character", separator)
		}
		out.Comma = r
	}
	all := func(yield func(Row, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
	err := writeCSV(out, columns, all)
	return b.String(), err
}

func writeCSV(out *csv.Writer, head []string, rows iter.Seq2[Row, error]) error {
	if err := out.Write(head); err != nil {
		return fmt.Errorf("write CSV: %w", err)
	}
	line := make([]string, len(head))
	for r, err := range rows {
		if err != nil {
			return err
		}
		for i, name := range head {
			line[i] = guardFormula(r.field(name))
		}
		if err := out.Write(line); err != nil {
			return fmt.Errorf("write CSV: %w", err)
		}
	}
	out.Flush()
	return out.Error()
}

func guardFormula(v any) string {
	s := value.String(v)
	switch _, isText := v.(string); {
	case !isText:
		return s
	case strings.HasPrefix(s, "'"): // or it would be taken away again
		return "'" + s
	}
	return sheet.Cell(s)
}

// ReadCSV reads rows to be added. The first line names columns of the table, in
// any order; the row's own fields may be among them and are passed over. The
// error names the line, and no row of a file with an error is returned.
func (t *Table) ReadCSV(r io.Reader) ([]*value.Object, error) {
	in := csv.NewReader(&skipBOM{r: r})
	in.FieldsPerRecord = -1
	head, err := in.Read()
	if err != nil {
		if errors.Is(err, io.EOF) {
			return nil, errs.New(errs.Invalid, "the file is empty; its first line names the columns")
		}
		return nil, errs.Wrap(errs.Invalid, err, "line 1: %v", err)
	}
	if err := t.checkHead(head); err != nil {
		return nil, err
	}
	var out []*value.Object
	for {
		rec, err := in.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil { // which names the line itself
			return nil, errs.Wrap(errs.Invalid, err, "%v", err)
		}
		line, _ := in.FieldPos(0)
		if len(rec) != len(head) {
			return nil, errs.New(errs.Invalid, "line %d has %d fields, the first line %d", line, len(rec), len(head))
		}
		if len(out) == MaxImport {
			return nil, errs.New(errs.Invalid, "the file has more than %d rows; split it", MaxImport)
		}
		row := value.NewObject(len(head))
		for i, name := range head {
			if _, ok := t.Column(name); ok {
				row.Set(name, strings.TrimPrefix(rec[i], "'"))
			}
		}
		if _, err := t.Doc(row, nil); err != nil {
			return nil, errs.New(errs.Invalid, "line %d: %s", line, errs.Message(err))
		}
		out = append(out, row)
	}
}

// MaxImport is the most rows that one file may add.
const MaxImport = 100_000

func (t *Table) checkHead(head []string) error {
	for i, name := range head {
		if _, ok := t.kindOf(name); !ok {
			return errs.New(errs.Invalid, "line 1: the table %q has no column %q", t.Title, name)
		}
		if slices.Contains(head[:i], name) {
			return errs.New(errs.Invalid, "line 1: the column %q stands there twice", name)
		}
	}
	return nil
}

// skipBOM drops the byte order mark that spreadsheets write.
type skipBOM struct {
	r       io.Reader
	started bool
}

func (s *skipBOM) Read(p []byte) (int, error) {
	if s.started || len(p) < 3 {
		return s.r.Read(p)
	}
	s.started = true
	n, err := io.ReadFull(s.r, p[:3])
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	if string(p[:n]) == "\ufeff" {
		return s.r.Read(p)
	}
	return n, err
}
