// Package lite is a small SQLite database for the questions of strangers: it is
// private to the program, holds what was put into it and nothing else, and reads
// for others only within bounds of time, memory and disk.
//
// It does not go through database/sql, because what keeps a question within its
// bounds (the authorizer, the progress handler, a file system that counts) is not
// to be had there.
package lite

import (
	"context"
	"errors"
	"fmt"
	"unsafe"

	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"
)

// The bounds of every database.
const (
	// maxText is how many bytes of SQL a question may have.
	maxText = 20_000
	// MaxValue is how many bytes one value may have, stored or made.
	MaxValue = 1 << 20
	// cacheKB is how much of the database, and of each sort, is in memory.
	cacheKB = 8 << 10
	// maxHeaps is how many sorts and other results that are kept on the way a
	// question may have. Each may take cacheKB of memory.
	maxHeaps = 40
	// lookEvery is after how many steps of SQLite's machine it is looked whether the
	// question still has time.
	lookEvery = 2000
)

// DB is a database in files without names, which vanish with it. It is not safe
// for concurrent use.
type DB struct {
	tls  *libc.TLS
	db   uintptr
	disk *disk
	gate Gate            // of whoever asks; nil while we work ourselves
	ctx  context.Context //nolint:containedctx // of what runs now: SQLite's callbacks have no other way to it
	// denied is what the gate said last.
	denied error
	loose  []loose

	// Go's functions that SQLite holds pointers to, kept so that they stay.
	authorize func(*libc.TLS, uintptr, int32, uintptr, uintptr, uintptr, uintptr) int32
	progress  func(*libc.TLS, uintptr) int32
}

// Open makes an empty database that may take so many bytes of disk, with all that
// is kept on the way to answers.
func Open(maxDisk int64) (*DB, error) {
	d := &DB{tls: libc.NewTLS(), ctx: context.Background()}
	var err error
	if d.disk, err = newDisk(d.tls, maxDisk); err != nil {
		d.tls.Close()
		return nil, err
	}
	if err := d.open(); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

func (d *DB) open() error {
	empty, err := libc.CString("") // a file of its own, that nobody else can name
	if err != nil {
		return err
	}
	defer libc.Xfree(d.tls, empty)
	at := allocate(libc.Xcalloc, d.tls, wordSize)
	defer libc.Xfree(d.tls, at)
	rc := lib.Xsqlite3_open_v2(d.tls, empty, at, lib.SQLITE_OPEN_READWRITE|lib.SQLITE_OPEN_CREATE|lib.SQLITE_OPEN_PRIVATECACHE, d.disk.name)
	d.db = libc.AtomicLoadPUintptr(at)
	if rc != lib.SQLITE_OK {
		return d.failed(rc)
	}
	lib.Xsqlite3_extended_result_codes(d.tls, d.db, 1)
	d.configure(lib.SQLITE_DBCONFIG_DEFENSIVE, 1)
	d.configure(lib.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
	d.configure(lib.SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0)
	d.configure(lib.SQLITE_DBCONFIG_ENABLE_TRIGGER, 0)
	d.configure(lib.SQLITE_DBCONFIG_DQS_DML, 0) // "x" is a name and never a text, so that a wrong name is an error
	d.configure(lib.SQLITE_DBCONFIG_DQS_DDL, 0)
	for id, most := range map[int32]int32{
		lib.SQLITE_LIMIT_LENGTH: MaxValue, lib.SQLITE_LIMIT_SQL_LENGTH: maxText + 100, lib.SQLITE_LIMIT_COLUMN: 500, lib.SQLITE_LIMIT_EXPR_DEPTH: 200,
		lib.SQLITE_LIMIT_COMPOUND_SELECT: 50, lib.SQLITE_LIMIT_VDBE_OP: 25_000, lib.SQLITE_LIMIT_FUNCTION_ARG: 50, lib.SQLITE_LIMIT_ATTACHED: 0,
		lib.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 500, lib.SQLITE_LIMIT_VARIABLE_NUMBER: 500, lib.SQLITE_LIMIT_TRIGGER_DEPTH: 1, lib.SQLITE_LIMIT_WORKER_THREADS: 0,
	} {
		lib.Xsqlite3_limit(d.tls, d.db, id, most)
	}
	for _, pragma := range []string{
		"temp_store=FILE", "journal_mode=OFF", "synchronous=OFF", "locking_mode=EXCLUSIVE", fmt.Sprintf("cache_size=-%d", cacheKB), "mmap_size=0",
	} {
		if err := d.Exec(context.Background(), "PRAGMA "+pragma); err != nil {
			return err
		}
	}
	d.authorize, d.progress = d.mayDo, d.mayGoOn
	lib.Xsqlite3_set_authorizer(d.tls, d.db, pointer(d.authorize), 0)
	lib.Xsqlite3_progress_handler(d.tls, d.db, lookEvery, pointer(d.progress), 0)
	return nil
}

func (d *DB) configure(option, on int32) {
	args := allocate(libc.Xcalloc, d.tls, 16)
	defer libc.Xfree(d.tls, args)
	lib.Xsqlite3_db_config(d.tls, d.db, option, libc.VaList(args, on, uintptr(0)))
}

// Close forgets the database and its files.
func (d *DB) Close() error {
	if d.db != 0 {
		lib.Xsqlite3_close_v2(d.tls, d.db)
		d.db = 0
	}
	d.disk.close(d.tls)
	d.tls.Close()
	return nil
}

const wordSize = unsafe.Sizeof(uintptr(0))

// allocate calls calloc, whose numbers have another type on each system.
func allocate[N ~uint | ~uint32 | ~uint64](calloc func(*libc.TLS, N, N) uintptr, tls *libc.TLS, size uintptr) uintptr {
	return calloc(tls, 1, N(size))
}

// pointer returns a Go function as SQLite calls it: as the pointer to what the
// function value points to. Whoever calls it keeps the function for as long as
// SQLite may call it; the memory of Go's heap does not move.
func pointer[F any](f F) uintptr {
	return *(*uintptr)(unsafe.Pointer(&f)) //nolint:gosec // see above
}

// mayGoOn is SQLite's progress handler.
func (d *DB) mayGoOn(*libc.TLS, uintptr) int32 {
	if d.ctx.Err() != nil {
		return 1
	}
	return 0
}

// Exec carries out a statement of our own.
func (d *DB) Exec(ctx context.Context, text string, args ...any) error {
	in, err := d.Insert(ctx, text)
	if err != nil {
		return err
	}
	defer in.Close()
	return in.Row(args)
}

// Insert prepares a statement of our own that is carried out for many rows.
func (d *DB) Insert(ctx context.Context, text string) (*Inserter, error) {
	d.ctx, d.gate = ctx, nil
	s, _, err := d.prepare(text)
	if err != nil {
		return nil, err
	}
	return &Inserter{d: d, stmt: s}, nil
}

// Inserter carries out one statement for rows of arguments.
type Inserter struct {
	d    *DB
	stmt uintptr
}

// Row carries the statement out with arguments: nil, int64, float64 and string.
func (in *Inserter) Row(args []any) error {
	d := in.d
	var held []uintptr
	defer func() {
		for _, p := range held {
			libc.Xfree(d.tls, p)
		}
	}()
	for i, arg := range args {
		n := int32(i + 1)
		var rc int32
		switch v := arg.(type) {
		case nil:
			rc = lib.Xsqlite3_bind_null(d.tls, in.stmt, n)
		case int64:
			rc = lib.Xsqlite3_bind_int64(d.tls, in.stmt, n, v)
		case float64:
			rc = lib.Xsqlite3_bind_double(d.tls, in.stmt, n, v)
		case string:
			p, err := libc.CString(v)
			if err != nil {
				return err
			}
			held = append(held, p)
			rc = lib.Xsqlite3_bind_text(d.tls, in.stmt, n, p, int32(len(v)), 0) //nolint:gosec // a longer one is refused by the limit
		default:
			return fmt.Errorf("no value for SQLite: %T", arg)
		}
		if rc != lib.SQLITE_OK {
			return d.failed(rc)
		}
	}
	rc := lib.Xsqlite3_step(d.tls, in.stmt)
	for rc == lib.SQLITE_ROW {
		rc = lib.Xsqlite3_step(d.tls, in.stmt)
	}
	err := d.failed(rc)
	lib.Xsqlite3_reset(d.tls, in.stmt)
	return err
}

// Close frees the statement.
func (in *Inserter) Close() { lib.Xsqlite3_finalize(in.d.tls, in.stmt) }

// prepare compiles the first statement of a text, and returns what is behind it.
func (d *DB) prepare(text string) (stmt uintptr, rest string, err error) {
	p, err := libc.CString(text)
	if err != nil {
		return 0, "", err
	}
	defer libc.Xfree(d.tls, p)
	at := allocate(libc.Xcalloc, d.tls, 2*wordSize)
	defer libc.Xfree(d.tls, at)
	if rc := lib.Xsqlite3_prepare_v3(d.tls, d.db, p, -1, 0, at, at+wordSize); rc != lib.SQLITE_OK {
		return 0, "", d.failed(rc)
	}
	return libc.AtomicLoadPUintptr(at), libc.GoString(libc.AtomicLoadPUintptr(at + wordSize)), nil
}
