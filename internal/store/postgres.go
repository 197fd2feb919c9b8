package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"

	"sallyport/internal/errs"
)

// openPostgres opens the database at a URL. One pool serves our queries, which
// speak database/sql, and River, which speaks pgx.
func openPostgres(ctx context.Context, dsn string) (*DB, error) {
	cfg, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("the URL is not understood: %s", withoutPassword(err))
	}
	if !strings.Contains(dsn, "pool_max_conns") {
		cfg.MaxConns = 24
	}
	if cfg.ConnConfig.RuntimeParams["application_name"] == "" {
		cfg.ConnConfig.RuntimeParams["application_name"] = "sallyport"
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, err
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, err
	}
	conn := stdlib.OpenDBFromPool(pool)
	return &DB{w: conn, r: conn, pool: pool, d: dialect{
		name: "postgres", numbered: true, maxArgs: 60000,
		kind: postgresKind,
		again: func(err error) bool {
			e, ok := errors.AsType[*pgconn.PgError](err)
			return ok && (e.Code == "40001" || e.Code == "40P01")
		},
		columns: `SELECT table_name, column_name, is_nullable FROM information_schema.columns
			WHERE table_schema = current_schema() ORDER BY 1, 2`,
		forUpdate: ` FOR UPDATE`,
		lockTx:    `SELECT pg_advisory_xact_lock(?)`,
		text:      func(column, key string) string { return fmt.Sprintf(`%s::jsonb ->> '%s'`, column, key) },
		snapshot:  sql.LevelRepeatableRead,
		closed:    pool.Close,
	}}, nil
}

// withoutPassword is the first line of pgx's message, in which the URL itself,
// password and all, does not stand.
func withoutPassword(err error) string {
	if parse, ok := errors.AsType[*pgconn.ParseConfigError](err); ok && parse.Unwrap() != nil {
		return parse.Unwrap().Error()
	}
	return "see the form postgres://user:password@host:5432/database"
}

func postgresKind(err error) (errs.Kind, bool) {
	if pgconn.Timeout(err) {
		return errs.Unavailable, true
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return errs.Unavailable, true
	}
	e, ok := errors.AsType[*pgconn.PgError](err)
	if !ok {
		return 0, false
	}
	switch {
	case e.Code == "23505" || e.Code == "23503": // unique_violation, foreign_key_violation
		return errs.Conflict, true
	case e.Code == "40001", e.Code == "40P01", // serialization_failure, deadlock_detected
		strings.HasPrefix(e.Code, "57"), strings.HasPrefix(e.Code, "53"), strings.HasPrefix(e.Code, "08"): // shutdown, no resources, connection
		return errs.Unavailable, true
	}
	return 0, false
}
