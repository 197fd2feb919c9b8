package store

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// grown is the size, in bytes, from which it matters how a table is searched.
const grown = 64 << 10

// analyzeEvery is how often tables that have grown are looked for.
const analyzeEvery = time.Second

// A table of partitions is looked at less often: to analyze it takes longer, as
// each of its partitions is analyzed too.
const (
	analyzePartitionedEvery = time.Minute
	analyzePartitionedFor   = 10 * time.Minute
)

// keepAnalyzed tells PostgreSQL's planner of tables that have grown and that it
// knows nothing of, until ctx ends. Its own autovacuum may take a minute to come
// by; until then those of a new database would be searched by the plans of empty
// tables, which take any index that will do.
func keepAnalyzed(ctx context.Context, pool *pgxpool.Pool, log *slog.Logger) {
	tick := time.NewTicker(analyzeEvery)
	defer tick.Stop()
	var again time.Time
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		if err := analyzeGrown(ctx, pool); err != nil && ctx.Err() == nil {
			log.DebugContext(ctx, "tables that have grown not analyzed", "err", err)
		}
		if time.Now().Before(again) {
			continue
		}
		if err := analyzePartitioned(ctx, pool); err != nil && ctx.Err() == nil {
			log.DebugContext(ctx, "tables of partitions not analyzed", "err", err)
		}
		again = time.Now().Add(analyzePartitionedEvery)
	}
}

func analyzeGrown(ctx context.Context, pool *pgxpool.Pool) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	return analyzeThose(ctx, pool, `SELECT oid::regclass::text FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'
		AND (reltuples < 0 OR reltuples = 0 AND relpages = 0) AND pg_relation_size(oid) > $1`, grown)
}

// analyzePartitioned analyzes tables of partitions that have become twice as large
// since it did: autovacuum sees to the partitions, never to the whole. Before
// PostgreSQL 14 the whole does not say how large it was, and is left as it is.
func analyzePartitioned(ctx context.Context, pool *pgxpool.Pool) error {
	ctx, cancel := context.WithTimeout(ctx, analyzePartitionedFor)
	defer cancel()
	return analyzeThose(ctx, pool, `SELECT p.oid::regclass::text FROM pg_class p WHERE p.relnamespace = current_schema()::regnamespace AND p.relkind = 'p'
		AND current_setting('server_version_num')::bigint >= 140000 AND 2 * greatest(p.reltuples, 0) + $1
			< (SELECT sum(greatest(c.reltuples, 0)) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = p.oid)`, grownRows)
}

// grownRows is the number of rows from which a whole is analyzed.
const grownRows = 1000

// analyzeThose analyzes the tables that a query names.
func analyzeThose(ctx context.Context, pool *pgxpool.Pool, q string, args ...any) error {
	rows, err := pool.Query(ctx, q, args...)
	if err != nil {
		return err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, name := range names { // quoted by PostgreSQL where need be
		if _, err := pool.Exec(ctx, `ANALYZE `+name); err != nil {
			return fmt.Errorf("analyze the table %s: %w", name, err)
		}
	}
	return nil
}
