package store

import (
	"context"
	"fmt"
	"maps"
	"time"

	"github.com/jackc/pgx/v5"
)

// Bus carries short texts between the servers of one PostgreSQL database, by
// LISTEN and NOTIFY. It keeps nothing. On SQLite, which one process works on, there
// is nobody to talk to.
type Bus struct{ db *DB }

// Bus returns the bus between servers; nil where there can be one only.
func (db *DB) Bus() *Bus {
	if db.pool == nil {
		return nil
	}
	return &Bus{db}
}

// MaxText is how many bytes a text on the bus may have: PostgreSQL takes 8,000.
const MaxText = 7900

// busTopic begins the name of the channel; the schema ends it, as it does River's.
const busTopic = "sallyport_nodes"

// busAgain is how long it waits after the bus was lost.
const busAgain = time.Second

// Send tells every server, this one too, in one transaction of its own.
func (b *Bus) Send(ctx context.Context, texts []string) error {
	if len(texts) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, askFor)
	defer cancel()
	if _, err := b.db.pool.Exec(ctx, `SELECT pg_notify($1 || '.' || current_schema(), text) FROM unnest($2::text[]) AS text`, busTopic, texts); err != nil {
		return fmt.Errorf("tell other servers: %w", b.db.sorted(err))
	}
	return nil
}

// Hear calls heard with each text until ctx ends, and joined each time that it
// begins to listen: what was sent before that is lost.
func (b *Bus) Hear(ctx context.Context, joined func(), heard func(text string)) {
	for ctx.Err() == nil {
		err := b.hear(ctx, joined, heard)
		if ctx.Err() != nil {
			return
		}
		b.db.log.WarnContext(ctx, "what other servers tell is not heard: what they change shows late here", "err", err)
		wait := time.NewTimer(busAgain)
		select {
		case <-wait.C:
		case <-ctx.Done():
			wait.Stop()
		}
	}
}

func (b *Bus) hear(ctx context.Context, joined func(), heard func(text string)) error {
	cfg := b.db.pool.Config().ConnConfig.Copy()
	maps.Copy(cfg.RuntimeParams, keepalive())
	open, cancel := context.WithTimeout(ctx, askFor)
	defer cancel()
	conn, err := pgx.ConnectConfig(open, cfg)
	if err != nil {
		return err
	}
	defer func() {
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = conn.Close(last)
	}()
	var schema string
	if err := conn.QueryRow(open, `SELECT current_schema()`).Scan(&schema); err != nil {
		return err
	}
	if _, err := conn.Exec(open, `LISTEN `+pgx.Identifier{busTopic + "." + schema}.Sanitize()); err != nil {
		return err
	}
	joined()
	for {
		if err := b.next(ctx, conn, heard); err != nil {
			return err
		}
	}
}

// busQuiet is after how much silence it is asked whether the database is there
// still: a network that was cut closes no connection on this side.
const busQuiet = 10 * time.Second

// next waits for one text, or for the silence to be long enough to ask.
func (b *Bus) next(ctx context.Context, conn *pgx.Conn, heard func(text string)) error {
	quiet, cancel := context.WithTimeout(ctx, busQuiet)
	defer cancel()
	n, err := conn.WaitForNotification(quiet)
	if err == nil {
		heard(n.Payload)
		return nil
	}
	if ctx.Err() != nil || quiet.Err() == nil {
		return err
	}
	ask, done := context.WithTimeout(ctx, askFor)
	defer done()
	return conn.Ping(ask)
}
