package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"time"
)

const (
	// lookAtLog is how often the length of the write-ahead log is looked at.
	lookAtLog = 2 * time.Second
	// longLog is how long it may become until it is begun anew: more than an [Archive]
	// lets it, which begins it anew itself.
	longLog = 2 * rollAt
	// emptyWithin is how long it is waited for readers to end, while nobody writes.
	emptyWithin = time.Second
	// emptyAgain is how long after a try that readers had fail the next one may come;
	// it doubles up to emptySeldom.
	emptyAgain, emptySeldom = 10 * time.Second, 5 * time.Minute
)

// keepShort has the write-ahead log of an SQLite database begun anew when it has become
// long. SQLite does that by itself only in a moment in which nobody reads, which does
// not come while much is asked: the log grows without end then, and every read looks
// for its pages in all of it.
func (db *DB) keepShort(ctx context.Context, every time.Duration, most int64, log *slog.Logger) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	var after time.Time
	wait := emptyAgain
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		info, err := os.Stat(db.path + "-wal")
		if errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() < most || time.Now().Before(after) {
			continue
		}
		if err == nil {
			err = db.emptyLog(ctx)
		}
		switch {
		case ctx.Err() != nil:
			return
		case errors.Is(err, errLogRead):
			after, wait = time.Now().Add(wait), min(2*wait, emptySeldom)
			log.DebugContext(ctx, "the write-ahead log is still read", "bytes", info.Size())
		case err != nil:
			after = time.Now().Add(wait)
			log.WarnContext(ctx, "the write-ahead log stays long", "err", err)
		default:
			wait = emptyAgain
		}
	}
}

// errLogRead says that somebody reads for so long that the log could not be begun anew.
var errLogRead = errors.New("somebody still reads the write-ahead log")

// emptyLog puts the whole log into the file. Nobody writes meanwhile; who begins to
// read does not need the log any more.
func (db *DB) emptyLog(ctx context.Context) (err error) {
	conn, err := db.w.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if _, err := conn.ExecContext(ctx, fmt.Sprintf(`PRAGMA busy_timeout = %d`, emptyWithin.Milliseconds())); err != nil {
		return err
	}
	defer func() {
		_, again := conn.ExecContext(context.WithoutCancel(ctx), fmt.Sprintf(`PRAGMA busy_timeout = %d`, busyFor.Milliseconds()))
		err = errors.Join(err, again)
	}()
	var busy, pages, moved int
	if err := conn.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &pages, &moved); err != nil {
		return fmt.Errorf("put the write-ahead log into the database: %w", err)
	}
	if busy != 0 {
		return errLogRead
	}
	return nil
}
