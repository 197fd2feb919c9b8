package lite

import (
	"bytes"
	"context"
	"errors"
	"strings"

	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"
)

// Gate says what a question may read and call. Its errors are what whoever asked
// is told.
type Gate interface {
	// Read says whether a column of a table may be read; the column is empty where
	// none of them matters, as in count(*).
	Read(table, column string) error
	// Call says whether a function may be called.
	Call(function string) error
}

// Error is why SQLite did not do something.
type Error struct {
	Code   int32 // SQLite's, extended
	Msg    string
	Offset int // in bytes, of what is wrong in the text; -1 where that is not known
}

func (e *Error) Error() string { return e.Msg }

// Reasons of an [Error] that are no mistakes of the text.
var (
	errTooMany = errors.New("the question wants too many intermediate results at once: it has too many sorted, grouped or nested parts")
	errWrites  = errors.New("a question only reads: it begins with SELECT, WITH or VALUES")
	errSeveral = errors.New("a question is one statement")
	errEmpty   = errors.New("there is no question")
	errLong    = errors.New("the question is too long: it may have 20,000 bytes")
)

// full reports whether what a question keeps on the way is more than it may.
func (e *Error) full() bool { return e.Code&0xff == lib.SQLITE_FULL }

// TooLarge reports whether an error is that a question needs more room than it may
// take.
func TooLarge(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && (e.full() || e.Code&0xff == lib.SQLITE_NOMEM)
}

// NoFiles reports whether an error is that there is no place for temporary files.
func NoFiles(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && (e.Code&0xff == lib.SQLITE_CANTOPEN || e.Code&0xff == lib.SQLITE_IOERR)
}

// failed returns what SQLite said last, where a code is that of a failure. What the
// gate said, or that time is up, comes first.
func (d *DB) failed(rc int32) error {
	switch {
	case rc == lib.SQLITE_OK || rc == lib.SQLITE_ROW || rc == lib.SQLITE_DONE:
		return nil
	case d.denied != nil:
		return d.denied
	case rc&0xff == lib.SQLITE_INTERRUPT && d.ctx.Err() != nil:
		return d.ctx.Err()
	case d.db == 0:
		return &Error{Code: rc, Msg: "there is no room for another database", Offset: -1}
	}
	return &Error{Code: rc, Msg: libc.GoString(lib.Xsqlite3_errmsg(d.tls, d.db)), Offset: int(lib.Xsqlite3_error_offset(d.tls, d.db))}
}

// mayDo is SQLite's authorizer. While a question is compiled it lets through what
// reads, as far as the gate does, and nothing else.
func (d *DB) mayDo(_ *libc.TLS, _ uintptr, action int32, first, second, _, _ uintptr) int32 { //nolint:revive // as SQLite calls it
	if d.gate == nil {
		return lib.SQLITE_OK
	}
	var err error
	switch action {
	case lib.SQLITE_SELECT, lib.SQLITE_RECURSIVE:
	case lib.SQLITE_READ:
		err = d.gate.Read(libc.GoString(first), libc.GoString(second))
	case lib.SQLITE_FUNCTION:
		err = d.gate.Call(libc.GoString(second))
	default:
		err = errWrites
	}
	if action == lib.SQLITE_READ && libc.GoString(second) == "" && err != nil {
		// A name that a question gives to a part of itself is told like that of a
		// table. Which it is can be seen when the question is compiled.
		d.loose = append(d.loose, loose{libc.GoString(first), err})
		return lib.SQLITE_OK
	}
	if err != nil {
		if d.denied == nil { // the first is the one to tell
			d.denied = err
		}
		return lib.SQLITE_DENY
	}
	return lib.SQLITE_OK
}

// Question is a statement of somebody else, compiled.
type Question struct {
	d    *DB
	stmt uintptr
	gate Gate // which is asked again, should something be compiled on the way
}

// Ask compiles a question. It is one statement that reads, and reads what the gate
// lets it. Close it before anything else is done with the database.
func (d *DB) Ask(ctx context.Context, text string, gate Gate) (*Question, error) {
	if len(text) > maxText {
		return nil, errLong
	}
	if i := strings.IndexByte(text, 0); i >= 0 {
		return nil, &Error{Code: lib.SQLITE_ERROR, Msg: "there is a byte of zero in the question", Offset: i}
	}
	d.ctx, d.gate, d.denied, d.loose = ctx, gate, nil, nil
	q, err := d.ask(text)
	d.gate, d.denied = nil, nil
	if err != nil {
		return nil, err
	}
	for _, l := range d.loose {
		if d.has(l.name) {
			q.Close()
			return nil, l.err
		}
	}
	q.gate = gate
	return q, nil
}

// loose is a name that the gate refused, and that may be one of the question's own.
type loose struct {
	name string
	err  error
}

// has reports whether there is a table of a name, or what can be read like one.
func (d *DB) has(name string) bool {
	stmt, _, err := d.prepare(`SELECT 1 FROM main."` + strings.ReplaceAll(name, `"`, `""`) + `"`)
	if err == nil {
		lib.Xsqlite3_finalize(d.tls, stmt)
	}
	e, ok := errors.AsType[*Error](err)
	return !ok || !strings.HasPrefix(e.Msg, "no such table")
}

func (d *DB) ask(text string) (*Question, error) {
	stmt, rest, err := d.prepare(text)
	if err != nil {
		return nil, err
	}
	if stmt == 0 {
		return nil, errEmpty
	}
	q := &Question{d: d, stmt: stmt}
	if err := q.check(text, rest); err != nil {
		q.Close()
		return nil, err
	}
	return q, nil
}

func (q *Question) check(text, rest string) error {
	d := q.d
	for strings.TrimSpace(rest) != "" {
		more, behind, err := d.prepare(rest)
		if err != nil {
			return errSeveral
		}
		if more != 0 {
			lib.Xsqlite3_finalize(d.tls, more)
			return errSeveral
		}
		if behind == rest {
			break
		}
		rest = behind // a comment, or a lone semicolon
	}
	if lib.Xsqlite3_stmt_readonly(d.tls, q.stmt) == 0 || lib.Xsqlite3_column_count(d.tls, q.stmt) == 0 {
		return errWrites
	}
	if lib.Xsqlite3_stmt_isexplain(d.tls, q.stmt) != 0 {
		return nil
	}
	return d.countHeaps(text)
}

// countHeaps refuses a question that keeps too much on the way. SQLite bounds what
// each sort and each intermediate result takes of memory, but not how many there
// are; its program for the question says that.
func (d *DB) countHeaps(text string) error {
	stmt, _, err := d.prepare("EXPLAIN " + text)
	if err != nil {
		return err
	}
	defer lib.Xsqlite3_finalize(d.tls, stmt)
	n := 0
	for rc := lib.Xsqlite3_step(d.tls, stmt); rc != lib.SQLITE_DONE; rc = lib.Xsqlite3_step(d.tls, stmt) {
		if rc != lib.SQLITE_ROW {
			return d.failed(rc)
		}
		switch libc.GoString(lib.Xsqlite3_column_text(d.tls, stmt, 1)) {
		case "SorterOpen", "OpenEphemeral", "OpenAutoindex":
			if n++; n > maxHeaps {
				return errTooMany
			}
		}
	}
	return nil
}

// Column is a column of an answer.
type Column struct {
	Name string
	Type string // as the table has it; empty of what was computed
}

// Columns returns the columns of the answer.
func (q *Question) Columns() []Column {
	tls := q.d.tls
	out := make([]Column, lib.Xsqlite3_column_count(tls, q.stmt))
	for i := range out {
		n := int32(i)
		out[i] = Column{libc.GoString(lib.Xsqlite3_column_name(tls, q.stmt, n)), libc.GoString(lib.Xsqlite3_column_decltype(tls, q.stmt, n))}
	}
	return out
}

// Rows reads the answer, row by row, until each says that it has enough. Values are
// nil, int64, float64, string, and []byte of what is no text.
func (q *Question) Rows(ctx context.Context, each func([]any) bool) error {
	d := q.d
	d.ctx, d.gate = ctx, q.gate
	defer func() { d.gate, d.denied = nil, nil }()
	n := lib.Xsqlite3_column_count(d.tls, q.stmt)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		rc := lib.Xsqlite3_step(d.tls, q.stmt)
		if rc != lib.SQLITE_ROW {
			return d.failed(rc)
		}
		row := make([]any, n)
		for i := range n {
			row[i] = q.value(i)
		}
		if !each(row) {
			return nil
		}
	}
}

func (q *Question) value(i int32) any {
	tls := q.d.tls
	switch lib.Xsqlite3_column_type(tls, q.stmt, i) {
	case lib.SQLITE_INTEGER:
		return lib.Xsqlite3_column_int64(tls, q.stmt, i)
	case lib.SQLITE_FLOAT:
		return lib.Xsqlite3_column_double(tls, q.stmt, i)
	case lib.SQLITE_TEXT:
		p := lib.Xsqlite3_column_text(tls, q.stmt, i)
		return string(bytesAt(p, lib.Xsqlite3_column_bytes(tls, q.stmt, i)))
	case lib.SQLITE_BLOB:
		p := lib.Xsqlite3_column_blob(tls, q.stmt, i)
		return bytes.Clone(bytesAt(p, lib.Xsqlite3_column_bytes(tls, q.stmt, i)))
	default:
		return nil
	}
}

// bytesAt are bytes of SQLite's, which change with its next step.
func bytesAt(p uintptr, n int32) []byte {
	if p == 0 || n == 0 {
		return nil
	}
	return libc.GoBytes(p, int(n))
}

// Close frees the question.
func (q *Question) Close() { lib.Xsqlite3_finalize(q.d.tls, q.stmt) }
