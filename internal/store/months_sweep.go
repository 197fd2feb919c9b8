package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// sweptMonths says what came of the months that were over.
type sweptMonths struct {
	deleted int             // events
	orgs    map[string]bool // whose they were
	busy    []month         // those that somebody read all the while; their turn comes the next time
}

// sweepMonths deletes the events of whole months: those of which no organization
// keeps an event any longer. ends says, in microseconds since 1970, before when an
// organization's events are not to be kept; one that is not in it keeps all.
func (db *DB) sweepMonths(ctx context.Context, ends map[string]int64, now time.Time) (out sweptMonths, err error) {
	out.orgs = map[string]bool{}
	if db.pool == nil {
		return out, nil
	}
	soon := monthOf(toMicros(now))
	if err := db.makeMonths(ctx, []month{soon, soon + 1}); err != nil {
		return out, err
	}
	all, err := eventMonths(ctx, db)
	for _, m := range all {
		s := monthSweep{db: db, month: m, ends: ends}
		worth, err := s.worth(ctx)
		if dropped(err) || err == nil && !worth {
			continue
		}
		if err != nil {
			return out, err
		}
		switch err := db.patiently(ctx, sweepLock, func(tx *Tx) error { return s.clear(ctx, tx) }); {
		case lockedOut(err):
			out.busy = append(out.busy, m)
			continue
		case dropped(err):
			continue
		case err != nil:
			return out, err
		}
		out.deleted += s.deleted
		for _, org := range s.orgs {
			out.orgs[org] = true
		}
	}
	return out, err
}

// monthSweep empties a month.
type monthSweep struct {
	db      *DB
	month   month
	ends    map[string]int64
	orgs    []string // that have events in it
	stored  int      // events, before
	deleted int
}

// worth reports whether the month is over for everyone, and more of it goes than
// stays: what is left of a month that went before is a row here and there.
func (s *monthSweep) worth(ctx context.Context) (bool, error) {
	over, err := s.over(ctx, s.db)
	if err != nil || !over || len(s.orgs) == 0 {
		return false, err
	}
	kept := 0
	for _, org := range s.orgs {
		keys, err := evidence(ctx, s.db, org)
		if err != nil {
			return false, err
		}
		n, err := one(ctx, s.db, "count", scalar[int], `SELECT count(*) FROM `+s.month.table()+` WHERE org_id = ? AND key = ANY (?::bytea[])`, org, keys)
		if err != nil {
			return false, err
		}
		kept += n
	}
	s.stored, err = one(ctx, s.db, "count", scalar[int], `SELECT count(*) FROM `+s.month.table())
	return s.stored > 2*kept, err
}

// over reports whether no organization that has events in the month keeps it. It
// goes from one to the next by the index, past all of their events.
func (s *monthSweep) over(ctx context.Context, on querier) (bool, error) {
	_, until := s.month.span()
	s.orgs = nil
	for last := ""; ; {
		next, err := list(ctx, on, scalar[string], `SELECT org_id FROM `+s.month.table()+` WHERE org_id > ? ORDER BY org_id LIMIT 1`, last)
		if err != nil || len(next) == 0 {
			return err == nil, err
		}
		last = next[0]
		if end, ok := s.ends[last]; !ok || end < until {
			return false, nil
		}
		s.orgs = append(s.orgs, last)
	}
}

// clear puts what stays aside, empties the month, and puts it back. Whoever reads
// or inserts waits meanwhile, but only at this month.
func (s *monthSweep) clear(ctx context.Context, tx *Tx) error {
	table := s.month.table()
	// This locks the whole too, a little: first, as everyone locks it before its parts.
	if _, err := tx.exec(ctx, `CREATE TABLE event_kept (LIKE event INCLUDING STORAGE)`); err != nil {
		return err
	}
	if _, err := tx.exec(ctx, `LOCK TABLE `+table+` IN ACCESS EXCLUSIVE MODE`); err != nil {
		return err
	}
	if over, err := s.over(ctx, tx); err != nil || !over { // an organization came meanwhile, or has none there any more
		s.deleted, s.orgs = 0, nil
		return errors.Join(err, tx.dropKept(ctx))
	}
	for _, org := range s.orgs {
		keys, err := evidence(ctx, tx, org)
		if err != nil {
			return err
		}
		if _, err := tx.exec(ctx, `INSERT INTO event_kept SELECT * FROM `+table+` WHERE org_id = ? AND key = ANY (?::bytea[])`, org, keys); err != nil {
			return err
		}
	}
	if _, err := tx.exec(ctx, `TRUNCATE `+table); err != nil {
		return err
	}
	kept, err := tx.affected(ctx, `INSERT INTO `+table+` SELECT * FROM event_kept`)
	if err != nil {
		return err
	}
	s.deleted = s.stored - kept
	return tx.dropKept(ctx)
}

func (tx *Tx) dropKept(ctx context.Context) error {
	_, err := tx.exec(ctx, `DROP TABLE event_kept`)
	return err
}

// dropMonths drops the partitions of months that are past and have become empty.
// That wants the whole table for a moment; if somebody reads for long, they are
// dropped some other time.
func (db *DB) dropMonths(ctx context.Context, now time.Time) error {
	if db.pool == nil {
		return nil
	}
	all, err := eventMonths(ctx, db)
	if err != nil {
		return err
	}
	past := slices.DeleteFunc(slices.Clone(all), func(m month) bool { return m >= monthOf(toMicros(now)) })
	empty, err := emptyMonths(ctx, db, past)
	if err != nil || len(empty) == 0 {
		if dropped(err) { // another process was here
			return nil
		}
		return err
	}
	err = db.patiently(ctx, makeLock, func(tx *Tx) error { return tx.dropMonths(ctx, empty) })
	if lockedOut(err) {
		return nil
	}
	db.months.set(slices.DeleteFunc(all, func(m month) bool { return slices.Contains(empty, m) }))
	return err
}

func (tx *Tx) dropMonths(ctx context.Context, empty []month) error {
	if _, err := tx.exec(ctx, `LOCK TABLE event IN ACCESS EXCLUSIVE MODE`); err != nil {
		return err
	}
	there, err := eventMonths(ctx, tx)
	if err != nil {
		return err
	}
	empty = slices.DeleteFunc(slices.Clone(empty), func(m month) bool { return !slices.Contains(there, m) })
	if empty, err = emptyMonths(ctx, tx, empty); err != nil {
		return err
	}
	for _, m := range empty {
		if _, err := tx.exec(ctx, `DROP TABLE `+m.table()); err != nil {
			return err
		}
	}
	return nil
}

// emptyMonths returns those of some months that have no event.
func emptyMonths(ctx context.Context, on querier, of []month) (out []month, err error) {
	for _, m := range of {
		some, err := one(ctx, on, "count", scalar[bool], fmt.Sprintf(`SELECT EXISTS (SELECT 1 FROM %s)`, m.table()))
		if err != nil {
			return nil, err
		}
		if !some {
			out = append(out, m)
		}
	}
	return out, nil
}

// dropped reports whether another process has dropped a month meanwhile.
func dropped(err error) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && e.Code == "42P01" // undefined_table
}
