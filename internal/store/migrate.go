package store

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"path"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
)

// The migrations are written as SQLite has it; [dialect.schema] puts the few words
// that another database has otherwise. A line that begins with "-- postgres: " is
// for that one alone.
//
//go:embed migrations
var migrations embed.FS

// migrationLock is the number of the lock under which migrations run.
const migrationLock = 7325560

// migrate brings River's tables up to date, then runs the migrations of ours
// that have not been run, in the order of their names, each in a transaction.
// Of several processes one migrates and the others wait for it.
func (db *DB) migrate(ctx context.Context) error {
	unlock, err := db.lockMigrations(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	if err := db.migrateRiver(ctx); err != nil {
		return fmt.Errorf("job queue: %w", err)
	}
	if _, err := db.w.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS migration (name TEXT NOT NULL PRIMARY KEY)`); err != nil {
		return db.sorted(err)
	}
	if err := db.Fits(ctx); err != nil {
		return err
	}
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return err
	}
	for _, name := range files {
		if err := db.migrateOne(ctx, name); err != nil {
			return fmt.Errorf("migration %s: %w", path.Base(name), err)
		}
	}
	return nil
}

func (db *DB) migrateOne(ctx context.Context, name string) error {
	text, err := migrations.ReadFile(name)
	if err != nil {
		return err
	}
	return db.Write(ctx, func(tx *Tx) error {
		n, err := tx.affected(ctx, `INSERT INTO migration (name) VALUES (?) ON CONFLICT DO NOTHING`, path.Base(name))
		if err != nil || n == 0 {
			return err
		}
		if needs := needs(string(text)); needs != "" {
			if err := tx.contract(ctx, name, needs); err != nil {
				return err
			}
		}
		_, err = tx.tx.ExecContext(ctx, db.d.schema.Replace(string(text))) //nolint:gosec // the text is the program's own
		return db.sorted(err)
	})
}

// lockMigrations holds a session's lock on PostgreSQL, and one on a file beside
// an SQLite database.
func (db *DB) lockMigrations(ctx context.Context) (unlock func(), err error) {
	if db.pool == nil {
		return lockFile(db.path+".migrate-lock", true)
	}
	conn, err := db.pool.Acquire(ctx)
	if err != nil {
		return nil, db.sorted(err)
	}
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock($1)`, migrationLock); err != nil {
		conn.Release()
		return nil, db.sorted(err)
	}
	return func() {
		_, _ = conn.Exec(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1)`, migrationLock)
		conn.Release()
	}, nil
}

func (db *DB) migrateRiver(ctx context.Context) error {
	if db.pool != nil {
		return migrateRiver(ctx, db, riverpgxv5.New(db.pool))
	}
	return migrateRiver(ctx, db, riversqlite.New(db.w))
}

func migrateRiver[T any](ctx context.Context, db *DB, driver riverdriver.Driver[T]) error {
	m, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: quiet(db.log)})
	if err != nil {
		return err
	}
	_, err = m.Migrate(ctx, rivermigrate.DirectionUp, nil)
	return err
}
