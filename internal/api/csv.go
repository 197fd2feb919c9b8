package api

import (
	"context"
	"errors"
	"io"
	"iter"
	"mime"
	"mime/multipart"
	"net/http"

	"sallyport/internal/portal"
	"sallyport/internal/table"
)

// maxCSV bounds a file of rows, in bytes.
const maxCSV = 64 << 20

var (
	_ = add("GET /api/v1/tables/{id}/csv", portal.TablesRead, doc{Summary: "A table's rows as CSV", Gives: "text/csv", Long: true}, exportRows)
	_ = add("POST /api/v1/tables/{id}/csv", portal.TablesWrite, doc{
		Summary: "Add rows from CSV", Help: "The first line names columns. All rows are added or none; the error names the line that is wrong.", Max: maxCSV, Long: true,
	}, importRows)
)

// csvFile is the rows of a table as a file.
type csvFile struct {
	table table.Table
	rows  iter.Seq2[table.Row, error]
}

func exportRows(ctx context.Context, d Deps, c portal.Caller, in idIn) (csvFile, error) {
	t, err := d.DB.Tables.Get(ctx, c.Org.ID, in.ID)
	return csvFile{t, d.DB.Tables.Rows(ctx, t)}, err
}

func (f csvFile) answer(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.table.Slug + ".csv"}))
	if err := f.table.WriteCSV(w, f.rows); err != nil {
		panic(http.ErrAbortHandler) // half of the file is sent: only a broken connection says so
	}
}

// Imported says what an import did.
type Imported struct {
	Added int `json:"added" doc:"rows"`
}

type importRowsIn struct {
	ID   string `path:"id"`
	File upload
}

func importRows(ctx context.Context, d Deps, c portal.Caller, in importRowsIn) (Imported, error) {
	t, err := d.DB.Tables.Get(ctx, c.Org.ID, in.ID)
	if err != nil {
		return Imported{}, err
	}
	file, err := in.File.file("text/csv", "text/csv")
	if err != nil {
		return Imported{}, err
	}
	rows, err := t.ReadCSV(file)
	if err != nil {
		if large, ok := errors.AsType[*http.MaxBytesError](err); ok {
			return Imported{}, bodyError(large)
		}
		return Imported{}, err
	}
	if err := d.DB.Tables.AddRows(ctx, t, rows, d.Now()); err != nil {
		return Imported{}, err
	}
	tableChanged(d, c, t.ID)
	return Imported{len(rows)}, nil
}

// part is the part "file" of a form (RFC 7578).
func (u upload) part(boundary string) (io.Reader, error) {
	form := multipart.NewReader(u.Reader, boundary)
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, badField("file", "the form has no file")
		}
		if err != nil {
			return nil, bodyError(err)
		}
		if part.FormName() == "file" {
			return part, nil
		}
	}
}
