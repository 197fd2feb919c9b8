package store

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// livenessClass is the first number of the advisory locks that clients hold on
// their ids, apart from every other lock of ours.
const livenessClass = 732556

// sweepEvery is how often each client looks for jobs of dead ones.
const sweepEvery = time.Second

// liveness tells the living from the dead. Each client of the queue holds an
// advisory lock on its id for as long as its session lives, which PostgreSQL
// frees the moment the process is gone. Once a second each client frees what a
// client had that holds no lock: its running jobs, its leases, and the leadership
// of the queue, by which jobs that wait for their time are called. River's own
// rescuer cannot tell a dead worker from a slow one, and waits an hour.
type liveness struct {
	pool   *pgxpool.Pool
	id     string
	log    *slog.Logger
	cancel context.CancelFunc
	done   sync.WaitGroup
}

func startLiveness(ctx context.Context, pool *pgxpool.Pool, id string, log *slog.Logger) (*liveness, error) {
	l := &liveness{pool: pool, id: id, log: log}
	conn, err := l.hold(ctx)
	if err != nil {
		return nil, fmt.Errorf("hold the lock of job client %s: %w", id, err)
	}
	loop, cancel := context.WithCancel(context.WithoutCancel(ctx))
	l.cancel = cancel
	l.done.Go(func() { l.run(loop, conn) })
	return l, nil
}

func (l *liveness) stop() {
	l.cancel()
	l.done.Wait()
}

// askFor bounds a question to the database.
const askFor = 10 * time.Second

// keepalive has PostgreSQL miss a client whose machine or network is gone, which
// closes no connection, within a quarter of a minute; else it takes two hours.
func keepalive() map[string]string {
	return map[string]string{"tcp_keepalives_idle": "5", "tcp_keepalives_interval": "3", "tcp_keepalives_count": "3", "tcp_user_timeout": "14000"}
}

// hold opens a session of its own and takes the lock on our id. A lost session of
// ours that the server has not missed yet may still have it.
func (l *liveness) hold(ctx context.Context) (*pgx.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, askFor)
	defer cancel()
	cfg := l.pool.Config().ConnConfig.Copy()
	maps.Copy(cfg.RuntimeParams, keepalive())
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return nil, err
	}
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock($1, hashtext($2))`, livenessClass, l.id); err != nil {
		_ = conn.Close(ctx)
		return nil, err
	}
	return conn, nil
}

func (l *liveness) run(ctx context.Context, conn *pgx.Conn) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		if conn != nil {
			if err := l.sweep(ctx, conn); err != nil && ctx.Err() == nil {
				l.log.WarnContext(ctx, "sweep of dead job clients failed", "err", err)
				_ = conn.Close(ctx)
				conn = nil
			}
		}
		if conn == nil {
			// The session is lost, and with it the lock: others may now take our
			// jobs. The runs' epochs keep two workers from writing the same run.
			var err error
			if conn, err = l.hold(ctx); err != nil && ctx.Err() == nil {
				l.log.WarnContext(ctx, "lock of this job client not held: others take its jobs over", "err", err, "client", l.id)
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			if conn != nil {
				_ = conn.Close(context.WithoutCancel(ctx))
			}
			return
		}
	}
}

func (l *liveness) sweep(ctx context.Context, conn *pgx.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, askFor)
	defer cancel()
	rows, err := conn.Query(ctx, `SELECT DISTINCT attempted_by[array_upper(attempted_by, 1)] FROM river_job WHERE state = 'running'
		UNION SELECT id FROM node WHERE gone_at = 0`)
	if err != nil {
		return err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[*string])
	if err != nil {
		return err
	}
	for _, id := range ids {
		if id == nil || *id == l.id {
			continue
		}
		if err := l.free(ctx, conn, *id); err != nil {
			return err
		}
	}
	return nil
}

// free makes available what a client had, if the client is dead.
func (l *liveness) free(ctx context.Context, conn *pgx.Conn, id string) error {
	var dead bool
	if err := conn.QueryRow(ctx, `SELECT pg_try_advisory_lock($1, hashtext($2))`, livenessClass, id).Scan(&dead); err != nil || !dead {
		return err
	}
	err := l.inherit(ctx, conn, id)
	if _, unlockErr := conn.Exec(ctx, `SELECT pg_advisory_unlock($1, hashtext($2))`, livenessClass, id); err == nil {
		err = unlockErr
	}
	return err
}

// inherit frees the jobs, leases and leadership of a client that is dead. One that
// only lost its session, and lives, learns of it: its runs by their epochs, its
// batches by their lease.
func (l *liveness) inherit(ctx context.Context, conn *pgx.Conn, id string) error {
	tag, err := conn.Exec(ctx, `UPDATE river_job SET state = 'available' WHERE state = 'running' AND attempted_by[array_upper(attempted_by, 1)] = $1`, id)
	if err != nil {
		return err
	}
	jobs := tag.RowsAffected()
	if tag, err = conn.Exec(ctx, `DELETE FROM lease WHERE holder = $1 OR starts_with(holder, $1 || '/')`, id); err != nil {
		return err
	}
	leases := tag.RowsAffected()
	// The others are told as the leader itself would have told them, or they would
	// wait for its term to end.
	if _, err = conn.Exec(ctx, `WITH led AS (DELETE FROM river_leader WHERE leader_id = $1 RETURNING leader_id)
		SELECT pg_notify(current_schema() || '.river_leadership', json_build_object('action', 'resigned', 'leader_id', leader_id)::text) FROM led`, id); err != nil {
		return err
	}
	if _, err = conn.Exec(ctx, `UPDATE node SET gone_at = $2 WHERE id = $1 AND gone_at = 0`, id, toMicros(time.Now())); err != nil {
		return err
	}
	if jobs+leases > 0 {
		l.log.InfoContext(ctx, "jobs and leases of a dead client freed", "client", id, "jobs", jobs, "leases", leases)
	}
	return nil
}
