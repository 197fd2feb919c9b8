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

// keepAnalyzed tells PostgreSQL's planner of tables that have grown and that it
// knows nothing of, until ctx ends. Its own autovacuum may take a minute to come
// by; until then those of a new database would be searched by the plans of empty
// tables, which take any index that will do.
func keepAnalyzed(ctx context.Context, pool *pgxpool.Pool, log *slog.Logger) {
	tick := time.NewTicker(analyzeEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		if err := analyzeGrown(ctx, pool); err != nil && ctx.Err() == nil {
			log.DebugContext(ctx, "tables that have grown not analyzed", "err", err)
		}
	}
}

func analyzeGrown(ctx context.Context, pool *pgxpool.Pool) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	rows, err := pool.Query(ctx, `SELECT oid::regclass::text FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'
		AND (reltuples < 0 OR reltuples = 0 AND relpages = 0) AND pg_relation_size(oid) > $1`, grown)
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
