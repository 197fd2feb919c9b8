package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/search"
)

// EventIndex is the tables event_block, event_page and event_index: what makes
// events quick to find. It is filled beside the events, so that taking them in
// costs no more for it; a search looks through those that are not in it yet.
type EventIndex struct{ db *DB }

// The sizes of blocks, in events. A block is made once there are enough events
// for one, which are few, as a search reads all that are in none; those that are
// small are merged.
const (
	blockEvents  = 256
	passEvents   = 8192
	smallBlock   = 32_768
	smallBlocks  = 16
	mergedAtMost = 65_536
)

// The numbers of a block's pages: the events' places, the columns, the terms.
const (
	timesPage   = 0
	columnsPage = 1
	termsPage   = 16
	pagesOf     = 1 << 24 // numbers that a block has
)

// acceptLock is the number of the lock, on PostgreSQL, that whoever inserts events
// shares until its transaction ends: whoever holds it alone knows that no number
// below the highest is still to come.
const acceptLock = 7325561

// indexLease is how long after its last pass a process alone indexes events.
const indexLease = 30 * time.Second

// blockRow is a block as the database lists it.
type blockRow struct {
	id          int64
	org         string
	docs, bits  int
	first, last search.Doc
	min, max    int64
	size        int64
}

const blockColumns = `id, org_id, docs, bits, first_at, first_seq, last_at, last_seq, min_seq, max_seq, size`

func scanBlock(rows *sql.Rows) (b blockRow, err error) {
	return b, rows.Scan(&b.id, &b.org, &b.docs, &b.bits, &b.first.At, &b.first.Seq, &b.last.At, &b.last.Seq, &b.min, &b.max, &b.size)
}

func (b blockRow) page(n int) int64 { return b.id*pagesOf + int64(n) }

// Pass indexes some of the events that are not indexed yet, if they are enough
// for a block, and merges blocks that have become many. It returns how many
// events it indexed; with 0 there is nothing more to do for now. Of several that
// call it at a time, in whatever process, one has its way.
func (t EventIndex) Pass(ctx context.Context) (int, error) {
	from, to, err := t.waiting(ctx)
	if err != nil || to-from < blockEvents {
		return 0, err
	}
	rows, err := list(ctx, t.db, scanIndexed, `SELECT seq, org_id, source_id, published_at, raw FROM event WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?`, from, to, passEvents)
	if err != nil {
		return 0, err
	}
	if len(rows) == passEvents {
		to = rows[len(rows)-1].at.Seq
	}
	blocks, err := buildBlocks(rows)
	if err != nil {
		return 0, err
	}
	err = t.db.Write(ctx, func(tx *Tx) error {
		n, err := tx.affected(ctx, `UPDATE event_index SET seq = ? WHERE id = 1 AND seq = ?`, to, from)
		if err != nil || n == 0 { // another has indexed them
			return err
		}
		for _, b := range blocks {
			if err := tx.addBlock(ctx, b.org, b.Block); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("index events: %w", err)
	}
	for _, b := range blocks {
		if err := t.merge(ctx, b.org); err != nil {
			return 0, fmt.Errorf("merge blocks of events: %w", err)
		}
	}
	return max(1, len(rows)), nil
}

// waiting returns between which numbers the events are that can be indexed.
func (t EventIndex) waiting(ctx context.Context) (from, to int64, err error) {
	if from, err = one(ctx, t.db, "index", scalar[int64], `SELECT seq FROM event_index WHERE id = 1`); err != nil {
		return 0, 0, err
	}
	const newest = `SELECT COALESCE(max(seq), 0) FROM event`
	if to, err = one(ctx, t.db, "event", scalar[int64], newest); err != nil || t.db.pool == nil || to-from < blockEvents {
		return from, to, err
	}
	// What another is about to have done is not worth doing.
	if held, err := t.db.Leases.Hold(ctx, "event index", t.db.self, indexLease); err != nil || !held {
		return from, from, err
	}
	err = t.db.Write(ctx, func(tx *Tx) error {
		if _, err := tx.exec(ctx, `SELECT pg_advisory_xact_lock(?)`, acceptLock); err != nil {
			return err
		}
		to, err = one(ctx, tx, "event", scalar[int64], newest)
		return err
	})
	return from, to, err
}

// accepting is called before events are inserted.
func (tx *Tx) accepting(ctx context.Context) error {
	if tx.db.pool == nil {
		return nil
	}
	_, err := tx.exec(ctx, `SELECT pg_advisory_xact_lock_shared(?)`, acceptLock)
	return err
}

type indexedRow struct {
	at          search.Doc
	org, source string
	raw         []byte // packed
}

func scanIndexed(rows *sql.Rows) (r indexedRow, err error) {
	return r, rows.Scan(&r.at.Seq, &r.org, &r.source, &r.at.At, &r.raw)
}

// orgBlock is a block with the organization that its events are of.
type orgBlock struct {
	*search.Block

	org string
}

func buildBlocks(rows []indexedRow) ([]orgBlock, error) {
	slices.SortFunc(rows, func(a, b indexedRow) int {
		return cmp.Or(cmp.Compare(a.org, b.org), cmp.Compare(a.at.At, b.at.At), cmp.Compare(a.at.Seq, b.at.Seq))
	})
	var out []orgBlock
	b := search.NewBuilder()
	for i, r := range rows {
		raw, err := unpack(r.raw)
		if err != nil {
			return nil, err
		}
		b.Add(r.at, r.source, raw)
		if i+1 == len(rows) || rows[i+1].org != r.org {
			out = append(out, orgBlock{b.Block(), r.org})
		}
	}
	return out, nil
}

func (tx *Tx) addBlock(ctx context.Context, org string, b *search.Block) error {
	pages := make([][]any, 0, len(b.Pages)+len(b.Columns)+1)
	size := 0
	add := func(n int, body []byte) {
		if len(body) > 0 {
			pages, size = append(pages, []any{int64(n), body}), size+len(body)
		}
	}
	add(timesPage, b.Times)
	for i, c := range b.Columns {
		add(columnsPage+i, c)
	}
	for i, p := range b.Pages {
		add(termsPage+i, p)
	}
	id, err := one(ctx, tx, "block", scalar[int64], `INSERT INTO event_block (org_id, docs, bits, first_at, first_seq, last_at, last_seq, min_seq, max_seq, size)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`, org, b.Docs, b.Bits, b.First.At, b.First.Seq, b.Last.At, b.Last.Seq, b.MinSeq, b.MaxSeq, size)
	if err != nil {
		return err
	}
	for _, p := range pages {
		p[0] = id*pagesOf + p[0].(int64)
	}
	return tx.insertMany(ctx, "event_page", "id, body", "", pages)
}

// removeBlock takes a block out, and reports whether it was there.
func (tx *Tx) removeBlock(ctx context.Context, id int64) (bool, error) {
	n, err := tx.affected(ctx, `DELETE FROM event_block WHERE id = ?`, id)
	if err != nil || n == 0 {
		return false, err
	}
	_, err = tx.exec(ctx, `DELETE FROM event_page WHERE id >= ? AND id < ?`, id*pagesOf, (id+1)*pagesOf)
	return true, err
}

// merge makes one block of an organization's small ones, once they are many or
// large together.
func (t EventIndex) merge(ctx context.Context, org string) error {
	small, err := list(ctx, t.db, scanBlock, `SELECT `+blockColumns+` FROM event_block WHERE org_id = ? AND docs < ? ORDER BY min_seq`, org, smallBlock)
	if err != nil {
		return err
	}
	docs := 0
	for i, b := range small {
		if docs+b.docs > mergedAtMost {
			small = small[:i]
			break
		}
		docs += b.docs
	}
	if len(small) < 2 || len(small) < smallBlocks && docs < smallBlock {
		return nil
	}
	blocks := make([]*search.Block, len(small))
	for i, b := range small {
		if blocks[i], err = t.read(ctx, b); err != nil {
			return err
		}
	}
	merged, err := search.Merge(blocks)
	if err != nil {
		return err
	}
	return t.replace(ctx, org, small, merged)
}

// errOutrun is that blocks were changed by another meanwhile.
var errOutrun = errs.New(errs.Conflict, "blocks of events were changed meanwhile")

func (t EventIndex) replace(ctx context.Context, org string, old []blockRow, merged *search.Block) error {
	err := t.db.Write(ctx, func(tx *Tx) error {
		for _, b := range old {
			there, err := tx.removeBlock(ctx, b.id)
			if err != nil {
				return err
			}
			if !there {
				return errOutrun
			}
		}
		return tx.addBlock(ctx, org, merged)
	})
	if err == errOutrun { //nolint:errorlint // it is returned as it is
		return nil
	}
	return err
}

// read reads a whole block.
func (t EventIndex) read(ctx context.Context, b blockRow) (*search.Block, error) {
	out := &search.Block{Docs: b.docs, Bits: b.bits, First: b.first, Last: b.last, MinSeq: b.min, MaxSeq: b.max, Pages: make([][]byte, 1<<b.bits)}
	pages, err := list(ctx, t.db, scanPage, `SELECT id, body FROM event_page WHERE id >= ? AND id < ?`, b.page(0), b.page(pagesOf))
	for _, p := range pages {
		switch n := int(p.id - b.page(0)); {
		case n == timesPage:
			out.Times = p.body
		case n < termsPage && n-columnsPage < len(out.Columns):
			out.Columns[n-columnsPage] = p.body
		case n >= termsPage && n-termsPage < len(out.Pages):
			out.Pages[n-termsPage] = p.body
		}
	}
	return out, err
}

type pageRow struct {
	id   int64
	body []byte
}

func scanPage(rows *sql.Rows) (p pageRow, err error) { return p, rows.Scan(&p.id, &p.body) }
