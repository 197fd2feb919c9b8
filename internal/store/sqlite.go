package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"runtime"
	"strings"
	"time"

	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"sallyport/internal/errs"
)

// openSQLite opens the file at path, creating it if need be. One connection
// writes, so that writers queue here and not in SQLite's busy loop; readers
// have a pool, and see the last committed state (WAL).
func openSQLite(ctx context.Context, path string) (*DB, error) {
	pragmas := url.Values{"_pragma": {
		busyTimeout(), "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)",
		"cache_size(-24576)", "temp_store(MEMORY)", "wal_autocheckpoint(4000)", "journal_size_limit(67108864)",
	}, "_txlock": {"immediate"}}
	w, err := openRemembering("file:" + escapePath(path) + "?" + pragmas.Encode())
	if err != nil {
		return nil, err
	}
	w.SetMaxOpenConns(1)
	if err := enterWAL(ctx, w, path); err != nil {
		return nil, errors.Join(err, w.Close())
	}
	pragmas = url.Values{"_pragma": {busyTimeout(), "query_only(1)", "cache_size(-4096)", "temp_store(MEMORY)"}}
	r, err := openRemembering("file:" + escapePath(path) + "?" + pragmas.Encode())
	if err != nil {
		return nil, errors.Join(err, w.Close())
	}
	r.SetMaxOpenConns(max(4, runtime.NumCPU()))
	r.SetMaxIdleConns(max(4, runtime.NumCPU()))
	return &DB{w: w, r: r, path: path, d: dialect{
		name: "sqlite", maxArgs: 512,
		kind: sqliteKind,
		again: func(err error) bool {
			e, ok := errors.AsType[*sqlite.Error](err)
			return ok && e.Code()&0xff == lib.SQLITE_BUSY
		},
		schema: strings.NewReplacer(),
		columns: `SELECT m.name, c.name, CASE WHEN c."notnull" = 1 OR c.pk > 0 THEN 'NO' ELSE 'YES' END
			FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' ORDER BY 1, 2`,
		text: func(column, key string) string { return fmt.Sprintf(`%s ->> '%s'`, column, key) },
		micros: func(time string) string {
			return fmt.Sprintf(`CAST((julianday(%s) - 2440587.5) * 86400000000 AS INTEGER)`, time)
		},
	}}, nil
}

// busyFor is how long a connection waits for others that hold the file.
const busyFor = 10 * time.Second

func busyTimeout() string { return fmt.Sprintf("busy_timeout(%d)", busyFor.Milliseconds()) }

// enterWAL makes the first connection, which turns a new file to WAL. SQLite does
// not wait for others there, however long its busy timeout, so we do. Nobody else
// on the machine may read what the database says about people.
func enterWAL(ctx context.Context, w *sql.DB, path string) error {
	unlock, err := lockFile(path+".migrate-lock", true)
	if err != nil {
		return err
	}
	defer unlock()
	// The files beside the database take its mode.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	if err := f.Close(); err != nil {
		return err
	}
	return w.PingContext(ctx)
}

// escapePath keeps the characters of a path that would end it in a file: URI.
func escapePath(path string) string { return (&url.URL{Path: path}).EscapedPath() }

func sqliteKind(err error) (errs.Kind, bool) {
	e, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return 0, false
	}
	switch e.Code() {
	case lib.SQLITE_CONSTRAINT_UNIQUE, lib.SQLITE_CONSTRAINT_PRIMARYKEY, lib.SQLITE_CONSTRAINT_FOREIGNKEY:
		return errs.Conflict, true
	}
	switch e.Code() & 0xff {
	case lib.SQLITE_BUSY, lib.SQLITE_LOCKED, lib.SQLITE_FULL, lib.SQLITE_IOERR, lib.SQLITE_CANTOPEN:
		return errs.Unavailable, true
	}
	return 0, false
}
