// Package storetest opens databases for tests: an SQLite file always, and
// PostgreSQL too where TEST_POSTGRES names a server.
package storetest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"sallyport/internal/store"
)

// Open returns an empty SQLite database, closed when the test ends.
func Open(t testing.TB) *store.DB {
	t.Helper()
	return open(t, Prepared(t))
}

// migrated is an SQLite database with its tables, as a file.
var migrated = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "storetest")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "test.db")
	db, err := store.Open(context.Background(), store.Options{DSN: path})
	if err != nil {
		return nil, err
	}
	if err := db.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

// Prepare writes an empty SQLite database to a path. Its tables are made once and
// copied: that takes longer than most tests do.
func Prepare(t testing.TB, path string) {
	t.Helper()
	file, err := migrated()
	if err == nil {
		err = os.WriteFile(path, file, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Prepared returns the path of an empty SQLite database.
func Prepared(t testing.TB) string {
	t.Helper()
	path := SQLite(t)
	Prepare(t, path)
	return path
}

// SQLite returns the path of an SQLite database that is not there yet.
func SQLite(t testing.TB) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "test.db")
}

// Each runs a test on an empty database of each kind.
func Each(t *testing.T, test func(t *testing.T, db *store.DB)) {
	t.Helper()
	EachDSN(t, func(t *testing.T, dsn string) { test(t, open(t, dsn)) })
}

// EachDSN runs a test with the name of an empty database of each kind.
func EachDSN(t *testing.T, test func(t *testing.T, dsn string)) {
	t.Helper()
	each(t, Prepared, PreparedPostgres, test)
}

// EachFresh runs a test with the name of a database of each kind that has no
// tables yet.
func EachFresh(t *testing.T, test func(t *testing.T, dsn string)) {
	t.Helper()
	each(t, SQLite, Postgres, test)
}

func each(t *testing.T, lite, full func(testing.TB) string, test func(t *testing.T, dsn string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, lite(t))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, full(t))
	})
}

// Postgres returns the URL of a PostgreSQL database that has no tables yet, and is
// dropped when the test ends. Without a server the test is skipped.
func Postgres(t testing.TB) string {
	t.Helper()
	return postgres(t, "")
}

// PreparedPostgres returns the URL of an empty PostgreSQL database.
func PreparedPostgres(t testing.TB) string {
	t.Helper()
	_ = server(t) // it skips, or says what is missing, before anything else fails
	template, err := migratedPostgres()
	if err != nil {
		t.Fatal(err)
	}
	return postgres(t, ` TEMPLATE "`+template+`"`)
}

// migratedPostgres is the name of a PostgreSQL database with its tables, of which
// others are copies. It stays until the server goes, which is the tests' own.
var migratedPostgres = sync.OnceValues(func() (string, error) {
	ctx, name := context.Background(), "template_"+strings.ToLower(rand.Text())
	admin, err := sql.Open("pgx", os.Getenv("TEST_POSTGRES"))
	if err != nil {
		return "", err
	}
	defer func() { _ = admin.Close() }()
	if _, err := admin.ExecContext(ctx, `CREATE DATABASE "`+name+`"`); err != nil {
		return "", err
	}
	dsn, err := named(name)
	if err != nil {
		return "", err
	}
	db, err := store.Open(ctx, store.Options{DSN: dsn})
	if err != nil {
		return "", err
	}
	return name, db.Close()
})

// server returns the URL of the PostgreSQL server of the tests; without one the
// test is skipped.
func server(t testing.TB) string {
	t.Helper()
	url := os.Getenv("TEST_POSTGRES")
	if url == "" {
		if os.Getenv("REQUIRE_POSTGRES") != "" {
			t.Fatal("TEST_POSTGRES is not set: run the tests through make test")
		}
		t.Skip("TEST_POSTGRES is not set: run the tests through make test")
	}
	return url
}

// postgres makes a database of its own for a test.
func postgres(t testing.TB, as string) string {
	t.Helper()
	admin, err := sql.Open("pgx", server(t))
	if err != nil {
		t.Fatal(err)
	}
	name := "t_" + strings.ToLower(rand.Text())
	if _, err := admin.ExecContext(t.Context(), `CREATE DATABASE "`+name+`"`+as); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := admin.ExecContext(context.Background(), `DROP DATABASE "`+name+`" WITH (FORCE)`); err != nil {
			t.Error(err)
		}
		_ = admin.Close()
	})
	dsn, err := named(name)
	if err != nil {
		t.Fatal(err)
	}
	return dsn
}

// named returns the URL of a database of the tests' server.
func named(name string) (string, error) {
	u, err := url.Parse(os.Getenv("TEST_POSTGRES"))
	if err != nil {
		return "", err
	}
	q := u.Query()
	q.Set("pool_max_conns", "8")
	u.Path, u.RawQuery = "/"+name, q.Encode()
	return u.String(), nil
}

func open(t testing.TB, dsn string) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{DSN: dsn, Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}
