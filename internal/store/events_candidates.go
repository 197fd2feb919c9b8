package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strconv"
	"time"

	"sallyport/internal/search"
)

// maxTail is the most events outside of the index that a search by it looks
// through. There are more only while very many come in at once; until they are
// indexed a search goes by time alone.
const maxTail = 20_000

// indexed finds candidates by the index, and in what is not in it yet.
type indexed struct {
	*scan

	blocks []blockRow // that were not looked at yet, in order
	batch  int        // how many are looked at next
	found  []candidate
}

// newIndexed reports whether the index is far enough to search by it.
func newIndexed(ctx context.Context, sc *scan) (*indexed, bool, error) {
	tail, ok, err := sc.tail(ctx)
	if err != nil || !ok {
		return nil, false, err
	}
	x := &indexed{scan: sc, batch: 1, found: tail}
	sc.sort(x.found)
	x.blocks, err = sc.blocks(ctx)
	return x, true, err
}

// blocks lists the blocks that have events within the span, in the order in which
// they may have the next ones.
func (sc *scan) blocks(ctx context.Context) ([]blockRow, error) {
	w := where{}
	w.add(`org_id = ?`, sc.org)
	w.addIf(sc.span.from.At != minInt64, `last_at >= ?`, sc.span.from.At)
	w.addIf(sc.span.to.At != maxInt64, `first_at <= ?`, sc.span.to.At)
	blocks, err := list(ctx, sc.tx, scanBlock, `SELECT `+blockColumns+` FROM event_block `+w.text(), w.args...)
	slices.SortFunc(blocks, func(a, b blockRow) int {
		return cmp.Or(sc.before(sc.head(a), sc.head(b)), cmp.Compare(a.id, b.id))
	})
	return blocks, err
}

// head is the event that a block would come up with first.
func (sc *scan) head(b blockRow) search.Doc {
	if sc.s.Oldest {
		return b.first
	}
	return b.last
}

// tail lists the events that are in no block; ok is false where they are too many.
func (sc *scan) tail(ctx context.Context) (out []candidate, ok bool, err error) {
	type row struct {
		org string
		at  search.Doc
	}
	rows, err := list(ctx, sc.tx, func(rows *sql.Rows) (r row, err error) { return r, rows.Scan(&r.at.Seq, &r.org, &r.at.At) },
		`SELECT seq, org_id, published_at FROM event WHERE seq > (SELECT seq FROM event_index WHERE id = 1) ORDER BY seq LIMIT `+strconv.Itoa(maxTail+1))
	for _, r := range rows {
		if r.org == sc.org && sc.span.has(r.at) {
			out = append(out, candidate{at: r.at})
		}
	}
	return out, len(rows) <= maxTail, err
}

func (x *indexed) next(ctx context.Context, n int) ([]candidate, error) {
	for {
		ready := len(x.found)
		if len(x.blocks) > 0 { // what comes after the next block's first event has to wait
			head := x.head(x.blocks[0])
			ready, _ = slices.BinarySearchFunc(x.found, head, func(c candidate, d search.Doc) int { return x.before(c.at, d) })
		}
		if ready = min(ready, n); ready > 0 {
			out := x.found[:ready]
			x.found = x.found[ready:]
			return out, nil
		}
		if len(x.blocks) == 0 {
			return nil, nil
		}
		if time.Now().After(x.until) { // nothing was found for long: the search goes on from here
			head := x.head(x.blocks[0])
			if !x.s.Oldest {
				head.Seq++
			} else {
				head.Seq--
			}
			return []candidate{{at: head}}, nil
		}
		if err := x.open(ctx); err != nil {
			return nil, err
		}
	}
}

// maxOpen is how many blocks are looked at together.
const maxOpen = 64

// open looks at the next blocks, of which there are more each time.
func (x *indexed) open(ctx context.Context) error {
	n := min(x.batch, len(x.blocks))
	x.batch = min(2*x.batch, maxOpen)
	some := x.blocks[:n]
	x.blocks = x.blocks[n:]
	sets, err := x.find(ctx, some)
	if err != nil {
		return err
	}
	var hit []blockRow
	for _, b := range some {
		if sets[b.id].Count() > 0 {
			hit = append(hit, b)
		}
	}
	times, err := x.times(ctx, hit)
	if err != nil {
		return err
	}
	for _, b := range hit {
		docs := times[b.id]
		for doc := range sets[b.id].All() {
			if x.span.has(docs[doc]) {
				x.found = append(x.found, candidate{at: docs[doc]})
			}
		}
	}
	x.sort(x.found)
	return nil
}

// find returns what the plan finds in blocks, by block.
func (sc *scan) find(ctx context.Context, blocks []blockRow) (map[int64]search.Set, error) {
	var ids []int64
	for _, b := range blocks {
		for _, t := range sc.plan.Terms() {
			ids = append(ids, b.page(termsPage+search.PageOf(t, b.bits)))
		}
		for _, c := range sc.plan.Columns() {
			ids = append(ids, b.page(columnsPage+int(c)))
		}
	}
	pages, err := sc.pages(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[int64]search.Set, len(blocks))
	for _, b := range blocks {
		v := search.View{Docs: b.docs, Pages: map[search.Term][]byte{}, Columns: map[search.Column][]byte{}}
		for _, t := range sc.plan.Terms() {
			v.Pages[t] = pages[b.page(termsPage+search.PageOf(t, b.bits))]
		}
		for _, c := range sc.plan.Columns() {
			v.Columns[c] = pages[b.page(columnsPage+int(c))]
		}
		if out[b.id], err = sc.plan.Find(v); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// times returns the places of the events of blocks, by block.
func (sc *scan) times(ctx context.Context, blocks []blockRow) (map[int64][]search.Doc, error) {
	ids := make([]int64, len(blocks))
	for i, b := range blocks {
		ids[i] = b.page(timesPage)
	}
	pages, err := sc.pages(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[int64][]search.Doc, len(blocks))
	for _, b := range blocks {
		if out[b.id], err = search.DecodeTimes(pages[b.page(timesPage)], b.docs); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// pages reads pages by id.
func (sc *scan) pages(ctx context.Context, ids []int64) (map[int64][]byte, error) {
	slices.Sort(ids)
	ids = slices.Compact(ids)
	out := make(map[int64][]byte, len(ids))
	for chunk := range slices.Chunk(ids, 500) {
		pages, err := list(ctx, sc.tx, scanPage, `SELECT id, body FROM event_page WHERE id IN `+in(len(chunk)), anys(chunk)...)
		if err != nil {
			return nil, err
		}
		for _, p := range pages {
			out[p.id] = p.body
		}
	}
	return out, nil
}
