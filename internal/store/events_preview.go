package store

import (
	"context"
	"slices"
	"time"

	"sallyport/internal/search"
)

// Gone is what a retention takes away of what is stored.
type Gone struct {
	Before time.Time // what was published before; zero where nothing goes
	Events int64     // that go
	Stay   int64     // that are as old, and stay because an alert rests on them
	Oldest time.Time // of all that is as old; zero where nothing is
}

// Preview says what the next [EventRetention.Sweep] would take away by a
// retention. It counts by blocks, and reads no event that is in one.
func (t EventRetention) Preview(ctx context.Context, org string, r Retention, now time.Time) (Gone, error) {
	before, err := t.before(ctx, retaining{org, r}, now)
	if err != nil || before.IsZero() {
		return Gone{}, err
	}
	keys, err := evidence(ctx, t.db, org)
	if err != nil {
		return Gone{}, err
	}
	out := Gone{Before: before}
	err = t.db.snapshot(ctx, func(tx *Tx) error {
		old, err := tx.countBefore(ctx, org, before)
		if err != nil {
			return err
		}
		out.Stay, err = tx.countKeysBefore(ctx, org, keys, before)
		out.Events = old - out.Stay
		return err
	})
	if err != nil {
		return out, err
	}
	oldest, err := t.db.Events.First(ctx, org)
	if oldest.Before(before) {
		out.Oldest = oldest
	}
	return out, err
}

// countBefore counts the events that were published before a time.
func (tx *Tx) countBefore(ctx context.Context, org string, before time.Time) (int64, error) {
	at := toMicros(before)
	n, err := one(ctx, tx, "count", scalar[int64], `SELECT COALESCE(sum(docs), 0) FROM event_block WHERE org_id = ? AND last_at < ?`, org, at)
	if err != nil {
		return 0, err
	}
	late, err := one(ctx, tx, "count", scalar[int64], `SELECT count(*) FROM event WHERE seq > (SELECT seq FROM event_index WHERE id = 1) AND org_id = ? AND published_at < ?`, org, at)
	if err != nil {
		return 0, err
	}
	n += late
	cut, err := list(ctx, tx, scanBlock, `SELECT `+blockColumns+` FROM event_block WHERE org_id = ? AND first_at < ? AND last_at >= ?`, org, at, at)
	if err != nil {
		return 0, err
	}
	for _, b := range cut {
		pages, err := list(ctx, tx, scanPage, `SELECT id, body FROM event_page WHERE id = ?`, b.page(timesPage))
		if err != nil || len(pages) == 0 {
			return n, err
		}
		docs, err := search.DecodeTimes(pages[0].body, b.docs)
		if err != nil {
			return n, err
		}
		for _, d := range docs {
			if d.At < at {
				n++
			}
		}
	}
	return n, nil
}

// countKeysBefore counts those events of some keys that were published before a
// time.
func (tx *Tx) countKeysBefore(ctx context.Context, org string, keys [][]byte, before time.Time) (int64, error) {
	total := int64(0)
	for some := range slices.Chunk(keys, 500) {
		args := []any{org, toMicros(before)}
		for _, k := range some {
			args = append(args, k)
		}
		n, err := one(ctx, tx, "count", scalar[int64], `SELECT count(*) FROM event WHERE org_id = ? AND published_at < ? AND key IN `+in(len(some)), args...)
		if err != nil {
			return 0, err
		}
		total += n
	}
	return total, nil
}
