package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"sallyport/internal/search"
)

// EventRetention is the event_retention table: how long events are kept.
type EventRetention struct{ db *DB }

// Retention is how long an organization's events are kept. The zero value keeps
// them for ever.
type Retention struct {
	Days  int   // since they were published; 0 for no bound
	Bytes int64 // that they take; 0 for no bound
}

// EventStock is what an organization has stored of events. Bytes is an estimate
// from the newest of them.
type EventStock struct {
	Events, Bytes int64
	Oldest        time.Time // zero where there is none
}

// rowBytes is what an event takes in the database beside its packed bytes: its
// columns, their indexes, its part of the blocks.
const rowBytes = 700

// Get returns how long an organization's events are kept.
func (t EventRetention) Get(ctx context.Context, org string) (Retention, error) {
	got, err := list(ctx, t.db, func(rows *sql.Rows) (r Retention, err error) { return r, rows.Scan(&r.Days, &r.Bytes) },
		`SELECT days, bytes FROM event_retention WHERE org_id = ?`, org)
	if err != nil || len(got) == 0 {
		return Retention{}, err
	}
	return got[0], nil
}

// Set says how long an organization's events are kept from now on.
func (t EventRetention) Set(ctx context.Context, org string, r Retention, now time.Time) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		_, err := tx.exec(ctx, `INSERT INTO event_retention (org_id, days, bytes, updated_at) VALUES (?, ?, ?, ?)
			ON CONFLICT (org_id) DO UPDATE SET days = excluded.days, bytes = excluded.bytes, updated_at = excluded.updated_at`, org, r.Days, r.Bytes, toMicros(now))
		return err
	})
}

// Stock returns what an organization has stored.
func (t EventRetention) Stock(ctx context.Context, org string) (EventStock, error) {
	type sum struct{ n, bytes int64 }
	scan := func(rows *sql.Rows) (s sum, err error) { return s, rows.Scan(&s.n, &s.bytes) }
	stored, err := one(ctx, t.db, "count", scan, `SELECT COALESCE(sum(docs), 0), 0 FROM event_block WHERE org_id = ?`, org)
	if err != nil {
		return EventStock{}, err
	}
	late, err := one(ctx, t.db, "count", scan, `SELECT count(*), 0 FROM event WHERE seq > (SELECT seq FROM event_index WHERE id = 1) AND org_id = ?`, org)
	if err != nil {
		return EventStock{}, err
	}
	newest, err := one(ctx, t.db, "sum", scan, `SELECT count(*), COALESCE(sum(length(raw)), 0) FROM (SELECT raw FROM event WHERE org_id = ? ORDER BY published_at DESC LIMIT 1000) newest`, org)
	if err != nil {
		return EventStock{}, err
	}
	out := EventStock{Events: stored.n + late.n}
	if newest.n > 0 {
		out.Bytes = out.Events * (newest.bytes/newest.n + rowBytes)
	}
	out.Oldest, err = t.db.Events.First(ctx, org)
	return out, err
}

// retaining is an organization with what it wants kept.
type retaining struct {
	org  string
	keep Retention
}

// Sweep deletes, for every organization, the events that are not to be kept any
// longer, and returns how many. Events that are evidence of an alert stay. On
// PostgreSQL a month that is over for all goes as a whole; everything else goes in
// pieces. The places of the months to come are made on the way.
func (t EventRetention) Sweep(ctx context.Context, now time.Time) (int, error) {
	all, err := list(ctx, t.db, func(rows *sql.Rows) (r retaining, err error) {
		return r, rows.Scan(&r.org, &r.keep.Days, &r.keep.Bytes)
	},
		`SELECT org_id, days, bytes FROM event_retention WHERE days > 0 OR bytes > 0 ORDER BY org_id`)
	if err != nil {
		return 0, err
	}
	ends := map[string]int64{}
	for _, r := range all {
		before, err := t.before(ctx, r, now)
		if err != nil {
			return 0, err
		}
		if !before.IsZero() {
			ends[r.org] = toMicros(before)
		}
	}
	whole, err := t.db.sweepMonths(ctx, ends, now)
	total := whole.deleted
	if err != nil {
		return total, fmt.Errorf("delete events of a month: %w", err)
	}
	for _, r := range all {
		before, ok := ends[r.org]
		if !ok {
			continue
		}
		n, err := t.deleteBefore(ctx, r.org, before, whole)
		if total += n; err != nil {
			return total, fmt.Errorf("delete events of organization %s: %w", r.org, err)
		}
	}
	return total, t.db.dropMonths(ctx, now)
}

// before returns the time before which events are not to be kept, zero for none.
func (t EventRetention) before(ctx context.Context, r retaining, now time.Time) (time.Time, error) {
	var before time.Time
	if r.keep.Days > 0 {
		before = now.AddDate(0, 0, -r.keep.Days)
	}
	if r.keep.Bytes == 0 {
		return before, nil
	}
	stock, err := t.Stock(ctx, r.org)
	if err != nil || stock.Bytes <= r.keep.Bytes {
		return before, err
	}
	// The events that fit are those of the newest blocks that do.
	left := r.keep.Bytes / max(1, stock.Bytes/max(1, stock.Events))
	blocks, err := list(ctx, t.db, scanBlock, `SELECT `+blockColumns+` FROM event_block WHERE org_id = ? ORDER BY last_at DESC`, r.org)
	if err != nil {
		return before, err
	}
	for _, b := range blocks {
		if left -= int64(b.docs); left < 0 {
			if at := fromMicros(b.last.At); at.After(before) {
				before = at
			}
			break
		}
	}
	return before, nil
}

// sweepPiece is how many events are deleted in one transaction.
const sweepPiece = 2000

// deleteBefore deletes the events that were published before a time, but for months
// that are to go as a whole the next time, and makes the blocks anew that they were
// in, or that months were in which went.
func (t EventRetention) deleteBefore(ctx context.Context, org string, before int64, whole sweptMonths) (int, error) {
	keys, err := evidence(ctx, t.db, org)
	if err != nil {
		return 0, err
	}
	stay := make(map[string]bool, len(keys))
	for _, k := range keys {
		stay[string(k)] = true
	}
	total := 0
	for _, gap := range gaps(minInt64, before, whole.busy) {
		n, err := t.deleteWithin(ctx, org, gap, stay)
		if total += n; err != nil {
			return total, err
		}
	}
	if total == 0 && !whole.orgs[org] {
		return 0, nil
	}
	return total, t.db.EventIndex.prune(ctx, org, before)
}

// deleteWithin deletes the events that were published within a time.
func (t EventRetention) deleteWithin(ctx context.Context, org string, within [2]int64, stay map[string]bool) (total int, err error) {
	at := search.Doc{At: within[0], Seq: minInt64}
	for {
		sp := span{at, search.Doc{At: within[1], Seq: minInt64}}
		n, next, err := t.deletePiece(ctx, org, sp, stay)
		if total += n; err != nil {
			return total, err
		}
		if next == at {
			return total, nil
		}
		at = next
	}
}

// evidence returns the keys of the events of an organization that stay.
func evidence(ctx context.Context, on querier, org string) ([][]byte, error) {
	uuids, err := list(ctx, on, scalar[string], `SELECT DISTINCT event_uuid FROM alert_event WHERE org_id = ?`, org)
	out := make([][]byte, len(uuids))
	for i, u := range uuids {
		out[i] = eventKey(u)
	}
	return out, err
}

// deletePiece deletes some events of a span, the oldest, and returns where the
// next ones begin: where the span does if there are none.
func (t EventRetention) deletePiece(ctx context.Context, org string, sp span, stay map[string]bool) (int, search.Doc, error) {
	type row struct {
		at  search.Doc
		key []byte
	}
	w := where{}
	w.add(`org_id = ?`, org)
	sp.where(&w)
	// The newest number stays: SQLite would give it out again, and the index would
	// take the event that gets it for one that it has.
	w.add(`seq < (SELECT max(seq) FROM event)`)
	rows, err := list(ctx, t.db, func(rows *sql.Rows) (r row, err error) { return r, rows.Scan(&r.at.Seq, &r.at.At, &r.key) },
		`SELECT seq, published_at, key FROM event `+w.text()+` ORDER BY published_at, seq LIMIT ?`, append(w.args, sweepPiece)...)
	if err != nil || len(rows) == 0 {
		return 0, sp.from, err
	}
	var seqs []int64
	for _, r := range rows {
		if !stay[string(r.key)] {
			seqs = append(seqs, r.at.Seq)
		}
	}
	last := rows[len(rows)-1].at
	last.Seq++
	if len(seqs) == 0 {
		return 0, last, nil
	}
	err = t.db.Write(ctx, func(tx *Tx) error {
		for some := range slices.Chunk(seqs, 500) {
			ofSeqs, args := among(t.db, "seq", "bigint", some)
			if _, err := tx.exec(ctx, `DELETE FROM event WHERE `+ofSeqs+` AND published_at >= ? AND published_at <= ?`, append(args, rows[0].at.At, last.At)...); err != nil {
				return err
			}
		}
		return nil
	})
	return len(seqs), last, err
}

// prune makes the blocks anew that have events from before a time, of those of
// their events that are still there.
func (t EventIndex) prune(ctx context.Context, org string, before int64) error {
	blocks, err := list(ctx, t.db, scanBlock, `SELECT `+blockColumns+` FROM event_block WHERE org_id = ? AND first_at < ?`, org, before)
	if err != nil {
		return err
	}
	for _, b := range blocks {
		if err := t.renew(ctx, b); err != nil {
			return err
		}
	}
	return nil
}

func (t EventIndex) renew(ctx context.Context, b blockRow) error {
	pages, err := list(ctx, t.db, scanPage, `SELECT id, body FROM event_page WHERE id = ?`, b.page(timesPage))
	if err != nil || len(pages) == 0 { // it was merged meanwhile, and is pruned the next time
		return err
	}
	docs, err := search.DecodeTimes(pages[0].body, b.docs)
	if err != nil {
		return err
	}
	var left []indexedRow
	for some := range slices.Chunk(docs, 500) {
		q, args := t.db.byPlace(`seq, org_id, source_id, published_at, raw`, some)
		rows, err := list(ctx, t.db, scanIndexed, q, args...)
		if err != nil {
			return err
		}
		left = append(left, rows...)
	}
	if len(left) == len(docs) {
		return nil
	}
	made, err := buildBlocks(left)
	if err != nil {
		return err
	}
	err = t.db.Write(ctx, func(tx *Tx) error {
		there, err := tx.removeBlock(ctx, b.id)
		if err != nil || !there {
			return err
		}
		for _, n := range made {
			if err := tx.addBlock(ctx, n.org, n.Block); err != nil {
				return err
			}
		}
		return nil
	})
	return err
}
