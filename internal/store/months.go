package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"sallyport/internal/errs"
	"sallyport/internal/event"
)

// On PostgreSQL the table event is partitioned by when its events were published:
// a partition for each calendar month in UTC, one for all before the first, one
// for all after the last. There is no default partition: a table could not be
// attached beside one without waiting for all who read.

// month is a calendar month in UTC, counted from the year 0; those before
// firstMonth are all one, and so are those after lastMonth.
type month int

const (
	firstMonth month = 2010 * 12
	lastMonth  month = 2100*12 - 1
)

// monthOf returns the month of a time in microseconds since 1970.
func monthOf(at int64) month {
	t := time.UnixMicro(at).UTC()
	return min(max(month(t.Year()*12+int(t.Month())-1), firstMonth-1), lastMonth+1)
}

// span returns the first moment of a month, and the first after it.
func (m month) span() (since, until int64) {
	since, until = minInt64, maxInt64
	if m >= firstMonth {
		since = m.begins()
	}
	if m <= lastMonth {
		until = (m + 1).begins()
	}
	return since, until
}

func (m month) begins() int64 {
	return time.Date(int(m/12), time.Month(m%12+1), 1, 0, 0, 0, 0, time.UTC).UnixMicro()
}

// table returns the name of a month's partition.
func (m month) table() string {
	switch {
	case m < firstMonth:
		return "event_early"
	case m > lastMonth:
		return "event_late"
	}
	return fmt.Sprintf("event_%04d_%02d", m/12, m%12+1)
}

// monthOfTable reads the name of a partition.
func monthOfTable(name string) (month, bool) {
	var year, n int
	if _, err := fmt.Sscanf(name, "event_%4d_%2d", &year, &n); err != nil {
		return 0, false
	}
	m := month(year*12 + n - 1)
	return m, m.table() == name
}

// months are the partitions that are known to be there. Another process may
// have dropped one since.
type months struct {
	mu    sync.Mutex
	known map[month]bool
}

// lacking returns those of some months that are not known.
func (ms *months) lacking(want []month) (out []month) {
	ms.mu.Lock()
	defer ms.mu.Unlock()
	for _, m := range want {
		if m >= firstMonth && m <= lastMonth && !ms.known[m] {
			out = append(out, m)
		}
	}
	return out
}

func (ms *months) set(known []month) {
	ms.mu.Lock()
	defer ms.mu.Unlock()
	ms.known = make(map[month]bool, len(known))
	for _, m := range known {
		ms.known[m] = true
	}
}

// eventMonths lists the months that have a partition, in order.
func eventMonths(ctx context.Context, on querier) ([]month, error) {
	names, err := list(ctx, on, scalar[string], `SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'event'::regclass`)
	out := make([]month, 0, len(names))
	for _, name := range names {
		if m, ok := monthOfTable(name); ok {
			out = append(out, m)
		}
	}
	slices.Sort(out)
	return out, err
}

// monthsOf returns the months of events, each once.
func monthsOf(events []event.Event) []month {
	var out []month
	for _, e := range events {
		if m := monthOf(toMicros(e.Published)); len(out) == 0 || out[len(out)-1] != m {
			out = append(out, m)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// inMonths runs fn, which inserts events of some months in a transaction of its
// own, once there is a place for them. The places are made before, as a
// transaction that is long would hold back others who make some. fn runs again if
// another process has dropped a month that had become empty.
func (db *DB) inMonths(ctx context.Context, want []month, fn func() error) error {
	if db.pool == nil {
		return fn()
	}
	for try := 1; ; try++ {
		if err := db.makeMonths(ctx, want); err != nil {
			return fmt.Errorf("make a place for events: %w", err)
		}
		err := fn()
		if !placeless(err) || try == attempts {
			return err
		}
		db.months.set(nil)
	}
}

// placeless reports whether an event was of a month that has no partition.
func placeless(err error) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && e.Code == "23514" && e.TableName == "event" // check_violation
}

// makeMonths makes the partitions that are not there yet.
func (db *DB) makeMonths(ctx context.Context, want []month) error {
	if len(db.months.lacking(want)) == 0 {
		return nil
	}
	there, err := eventMonths(ctx, db)
	if err != nil {
		return err
	}
	db.months.set(there)
	lacking := db.months.lacking(want)
	if len(lacking) == 0 {
		return nil
	}
	for some := range slices.Chunk(lacking, 20) { // each holds a few locks until the transaction ends
		err := db.patiently(ctx, makeLock, func(tx *Tx) error {
			for _, m := range some {
				if err := tx.makeMonth(ctx, m); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	db.months.set(append(there, lacking...))
	return nil
}

// makeMonth makes a partition, unless another process just has; makeLock is held. A table is made
// apart and attached, which waits for nobody who reads or inserts; CREATE TABLE …
// PARTITION OF would. The check spares the attaching a look through the table.
// A uuid is unique within its month by the partition's own index: an index of
// the whole would have to hold the time too.
func (tx *Tx) makeMonth(ctx context.Context, m month) error {
	n, err := one(ctx, tx, "count", scalar[int], `SELECT count(*) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
		WHERE i.inhparent = 'event'::regclass AND c.relname = ?`, m.table())
	if err != nil || n > 0 {
		return err
	}
	since, until := m.span()
	name := m.table()
	_, err = tx.exec(ctx, fmt.Sprintf(`CREATE TABLE %[1]s (LIKE event INCLUDING DEFAULTS INCLUDING STORAGE, CONSTRAINT %[1]s_month CHECK (published_at >= %[2]d AND published_at < %[3]d));
		CREATE UNIQUE INDEX %[1]s_key ON %[1]s (org_id, key);
		ALTER TABLE event ATTACH PARTITION %[1]s FOR VALUES FROM (%[2]d) TO (%[3]d);
		ALTER TABLE %[1]s DROP CONSTRAINT %[1]s_month`, name, since, until))
	return err
}

// The names under which one at a time makes or drops partitions, and empties one.
const (
	makeLock  = "partitions of events"
	sweepLock = "sweep of events"
)

// A lock that all wait behind is waited for only so long, and some more times.
const (
	lockFor   = `SET LOCAL lock_timeout = '200ms'`
	lockTries = 8
)

// patiently runs fn, one at a time of a name, in a transaction that gives up a lock
// that it does not get soon, and tries again after others had their turn.
func (db *DB) patiently(ctx context.Context, name string, fn func(*Tx) error) error {
	for try := 1; ; try++ {
		err := db.Write(ctx, func(tx *Tx) error {
			if err := tx.hold(ctx, name); err != nil {
				return err
			}
			if _, err := tx.exec(ctx, lockFor); err != nil {
				return err
			}
			return fn(tx)
		})
		if !lockedOut(err) || try == lockTries {
			return err
		}
		wait := time.NewTimer(time.Duration(try) * 50 * time.Millisecond)
		select {
		case <-wait.C:
		case <-ctx.Done():
			wait.Stop()
			return err
		}
	}
}

// lockedOut reports whether a lock was not to be had.
func lockedOut(err error) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && e.Code == "55P03" // lock_not_available
}

// gaps returns what is left of a span of time without some months, in order.
func gaps(since, until int64, without []month) (out [][2]int64) {
	slices.SortFunc(without, func(a, b month) int { return cmp.Compare(a, b) })
	for _, m := range without {
		from, to := m.span()
		if since < from && from < until {
			out = append(out, [2]int64{since, from})
		}
		since = max(since, to)
	}
	if since < until {
		out = append(out, [2]int64{since, until})
	}
	return out
}

// restoredMonths are the months that a restore has made.
type restoredMonths struct{ made map[month]bool }

// make makes a place for rows of the table event, and notes their strays.
func (rm *restoredMonths) make(ctx context.Context, tx *Tx, at backupTable, rows [][]any) error {
	org, key, published := slices.Index(at.Columns, "org_id"), slices.Index(at.Columns, "key"), slices.Index(at.Columns, "published_at")
	if org < 0 || key < 0 || published < 0 {
		return errs.New(errs.Invalid, "the events of the backup lack columns")
	}
	byMonth := map[month][][]any{}
	for _, row := range rows {
		n, _ := row[published].(int64)
		byMonth[monthOf(n)] = append(byMonth[monthOf(n)], []any{row[org], row[key]})
	}
	if rm.made == nil {
		rm.made = map[month]bool{firstMonth - 1: true, lastMonth + 1: true}
		if err := tx.hold(ctx, makeLock); err != nil {
			return err
		}
	}
	for m, some := range byMonth {
		if !rm.made[m] {
			if err := tx.makeMonth(ctx, m); err != nil {
				return err
			}
			rm.made[m] = true
		}
		if err := tx.addStrays(ctx, m, some, slices.Repeat([]bool{true}, len(some))); err != nil {
			return err
		}
	}
	return nil
}
