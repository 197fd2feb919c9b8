package search

import (
	"encoding/binary"
	"slices"
)

// Merge makes one block of several.
func Merge(blocks []*Block) (*Block, error) {
	m, err := newMerger(blocks)
	if err != nil {
		return nil, err
	}
	e := newEncoder(m.docs)
	if err := m.terms(e); err != nil {
		return nil, err
	}
	for c := range columnCount {
		if e.block.Columns[c], err = m.column(c); err != nil {
			return nil, err
		}
	}
	return e.end(), nil
}

// merger is several blocks that become one.
type merger struct {
	blocks []*Block
	docs   []Doc
	to     [][]int // for each block and event, its number in the new one
	from   []struct{ block, doc int32 }
}

func newMerger(blocks []*Block) (*merger, error) {
	m := &merger{blocks: blocks, to: make([][]int, len(blocks))}
	times := make([][]Doc, len(blocks))
	for i, b := range blocks {
		var err error
		if times[i], err = DecodeTimes(b.Times, b.Docs); err != nil {
			return nil, err
		}
		m.to[i] = make([]int, b.Docs)
		for doc := range b.Docs {
			m.from = append(m.from, struct{ block, doc int32 }{int32(i), int32(doc)})
		}
	}
	slices.SortStableFunc(m.from, func(x, y struct{ block, doc int32 }) int {
		a, b := times[x.block][x.doc], times[y.block][y.doc]
		switch {
		case a.Less(b):
			return -1
		case b.Less(a):
			return 1
		}
		return 0
	})
	for n, f := range m.from {
		m.to[f.block][f.doc] = n
		m.docs = append(m.docs, times[f.block][f.doc])
	}
	return m, nil
}

// blockReader goes over the terms of a block.
type blockReader struct {
	of   *Block
	to   []int
	page int
	r    pageReader
	at   entry
	more bool
}

func (r *blockReader) next() error {
	for {
		e, ok, err := r.r.next()
		if err != nil {
			return err
		}
		if ok {
			r.at, r.more = e, true
			return nil
		}
		if r.page++; r.page >= len(r.of.Pages) {
			r.more = false
			return nil
		}
		r.r = pageReader{b: r.of.Pages[r.page], docs: r.of.Docs}
	}
}

func (m *merger) terms(e *encoder) error {
	readers := make([]blockReader, len(m.blocks))
	for i, b := range m.blocks {
		readers[i] = blockReader{of: b, to: m.to[i], page: -1}
		if err := readers[i].next(); err != nil {
			return err
		}
	}
	var docs []int
	for {
		least, some := Term(0), false
		for i := range readers {
			if readers[i].more && (!some || readers[i].at.term < least) {
				least, some = readers[i].at.term, true
			}
		}
		if !some {
			return nil
		}
		docs = docs[:0]
		for i := range readers {
			r := &readers[i]
			if !r.more || r.at.term != least {
				continue
			}
			var err error
			if docs, err = r.at.append(docs, r.to); err != nil {
				return err
			}
			if err := r.next(); err != nil {
				return err
			}
		}
		if len(docs) == 0 {
			return errPage
		}
		e.posting(newPosting(least, docs))
	}
}

// append adds the events of a term, by the numbers that they get.
func (e entry) append(docs, to []int) ([]int, error) {
	if e.how == asOne {
		return append(docs, to[e.one]), nil
	}
	s, err := e.set(len(to))
	if err != nil {
		return nil, err
	}
	for doc := range s.All() {
		docs = append(docs, to[doc])
	}
	return docs, nil
}

func newPosting(t Term, docs []int) posting {
	if !slices.IsSorted(docs) {
		slices.Sort(docs)
	}
	p := posting{term: t, n: len(docs), first: docs[0], last: docs[0]}
	for _, doc := range docs[1:] {
		p.rest = binary.AppendUvarint(p.rest, uint64(doc-p.last)) //nolint:gosec // they rise
		p.last = doc
	}
	return p
}

func (m *merger) column(c Column) ([]byte, error) {
	var out columnBuilder
	out.ids = map[string]uint32{}
	cols, ids := make([]ColumnValues, len(m.blocks)), make([][]uint32, len(m.blocks))
	for i, b := range m.blocks {
		var err error
		if cols[i], err = DecodeColumn(b.Columns[c], b.Docs); err != nil {
			return nil, err
		}
		ids[i] = make([]uint32, len(cols[i].Values))
		for n, v := range cols[i].Values {
			ids[i][n] = out.id(v)
		}
	}
	for _, f := range m.from {
		out.docs = append(out.docs, ids[f.block][cols[f.block].ID(int(f.doc))])
	}
	return out.encode(), nil
}
