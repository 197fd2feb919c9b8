package search

import (
	"encoding/binary"
	"math/bits"
)

// pageSize is about how large a page of terms is, in bytes.
const pageSize = 4096

// Block is the index of some events as it is stored.
type Block struct {
	Docs        int
	First, Last Doc
	MinSeq      int64
	MaxSeq      int64
	Bits        int      // there are 1<<Bits pages; the high bits of a term say which
	Pages       [][]byte // of the terms
	Times       []byte   // the events' places
	Columns     [columnCount][]byte
}

// How the events of a term are written.
const (
	asOne    = iota // the one that it occurs in
	asList          // the first, then the distances, as varints
	asBitmap        // a bit for each event of the block
	asAll           // nothing: it occurs in each
)

// encoder writes a block, of which the terms come in order.
type encoder struct {
	block *Block
	terms []Term
	ends  []int // of each term's events in body
	body  []byte
}

func newEncoder(docs []Doc) *encoder {
	b := &Block{Docs: len(docs), First: docs[0], Last: docs[len(docs)-1], MinSeq: docs[0].Seq, MaxSeq: docs[0].Seq}
	var last Doc
	for _, d := range docs {
		b.Times = binary.AppendUvarint(b.Times, uint64(d.At-last.At)) //nolint:gosec // they rise
		b.Times = binary.AppendVarint(b.Times, d.Seq-last.Seq)
		b.MinSeq, b.MaxSeq, last = min(b.MinSeq, d.Seq), max(b.MaxSeq, d.Seq), d
	}
	return &encoder{block: b}
}

// posting adds a term.
func (e *encoder) posting(p posting) {
	switch docs := e.block.Docs; {
	case p.n == docs && docs > 1:
		e.head(p.n, asAll)
	case p.n == 1:
		e.body = binary.AppendUvarint(e.body, uint64(p.first)<<2) //nolint:gosec // not negative; asOne is 0
	case len(p.rest) > docs/8:
		e.head(p.n, asBitmap)
		at := len(e.body)
		e.body = append(e.body, make([]byte, (docs+7)/8)...)
		p.each(func(doc int) { e.body[at+doc>>3] |= 1 << (doc & 7) })
	default:
		e.head(p.n, asList)
		first := binary.AppendUvarint(nil, uint64(p.first)) //nolint:gosec // not negative
		e.body = binary.AppendUvarint(e.body, uint64(len(first)+len(p.rest)))
		e.body = append(append(e.body, first...), p.rest...)
	}
	e.terms, e.ends = append(e.terms, p.term), append(e.ends, len(e.body))
}

func (e *encoder) head(n, how int) {
	e.body = binary.AppendUvarint(e.body, uint64(n)<<2|uint64(how)) //nolint:gosec // not negative
}

// each calls fn with the events of a posting.
func (p posting) each(fn func(doc int)) {
	doc := p.first
	fn(doc)
	for rest := p.rest; len(rest) > 0; {
		n, size := binary.Uvarint(rest)
		doc, rest = doc+int(n), rest[size:] //nolint:gosec // it was written so
		fn(doc)
	}
}

// end puts the terms into pages.
func (e *encoder) end() *Block {
	b := e.block
	if pages := (len(e.body) + 5*len(e.terms)) / pageSize; pages > 0 {
		b.Bits = bits.Len(uint(pages))
	}
	b.Pages = make([][]byte, 1<<b.Bits)
	start := 0
	var last Term
	page := -1
	for i, t := range e.terms {
		if at := b.page(t); at != page {
			page, last = at, 0
		}
		out := binary.AppendUvarint(b.Pages[page], uint64(t-last))
		b.Pages[page] = append(out, e.body[start:e.ends[i]]...)
		start, last = e.ends[i], t
	}
	return b
}

func (b *Block) page(t Term) int { return PageOf(t, b.Bits) }

// PageOf returns the number of the page that a term would be in.
func PageOf(t Term, bits int) int { return int(t >> (termBits - bits)) } //nolint:gosec // of 48 bits

// DecodeTimes reads the places of a block's events.
func DecodeTimes(b []byte, docs int) ([]Doc, error) {
	if docs < 0 || docs > len(b) {
		return nil, errPage
	}
	out := make([]Doc, docs)
	var last Doc
	for i := range out {
		at, n := binary.Uvarint(b)
		if n <= 0 {
			return nil, errPage
		}
		seq, m := binary.Varint(b[n:])
		if m <= 0 {
			return nil, errPage
		}
		last.At, last.Seq, b = last.At+int64(at), last.Seq+seq, b[n+m:] //nolint:gosec // it was written so
		out[i] = last
	}
	return out, nil
}

// entry is a term as a page has it.
type entry struct {
	term Term
	n    int
	how  int
	body []byte // of asList: the varints; of asBitmap: the bits
	one  int    // of asOne
}

// pageReader goes over the terms of a page.
type pageReader struct {
	b    []byte
	docs int
	last Term
}

// next returns the next term; the last one is followed by none.
func (r *pageReader) next() (e entry, ok bool, err error) {
	if len(r.b) == 0 {
		return e, false, nil
	}
	t, err := r.uvarint()
	if err != nil {
		return e, false, err
	}
	head, err := r.uvarint()
	if err != nil {
		return e, false, err
	}
	r.last += Term(t)
	e = entry{term: r.last, n: int(head >> 2), how: int(head & 3)}
	size := 0
	switch e.how {
	case asOne:
		e.one, e.n = e.n, 1
		if e.one < 0 || e.one >= r.docs {
			return e, false, errPage
		}
	case asList:
		n, err := r.uvarint()
		if err != nil || n > uint64(len(r.b)) {
			return e, false, errPage
		}
		size = int(n) //nolint:gosec // it is not more than what there is
	case asBitmap:
		size = (r.docs + 7) / 8
	}
	if size > len(r.b) {
		return e, false, errPage
	}
	e.body, r.b = r.b[:size], r.b[size:]
	return e, true, nil
}

func (r *pageReader) uvarint() (uint64, error) {
	n, size := binary.Uvarint(r.b)
	if size <= 0 {
		return 0, errPage
	}
	r.b = r.b[size:]
	return n, nil
}

// LookUp returns the events of a block of so many that a term occurs in; page is
// the one that the term would be in.
func LookUp(page []byte, docs int, t Term) (Set, error) {
	for r := (pageReader{b: page, docs: docs}); ; {
		e, ok, err := r.next()
		if err != nil {
			return nil, err
		}
		if !ok || e.term > t {
			return newSet(docs), nil
		}
		if e.term == t {
			return e.set(docs)
		}
	}
}

func (e entry) set(docs int) (Set, error) {
	if e.how == asAll {
		return fullSet(docs), nil
	}
	s := newSet(docs)
	switch e.how {
	case asBitmap:
		for i, c := range e.body {
			s[i>>3] |= uint64(c) << (8 * (i & 7))
		}
		s.trim(docs)
		return s, nil
	case asOne:
		s.add(e.one)
		return s, nil
	}
	doc := 0
	for b := e.body; len(b) > 0; {
		n, size := binary.Uvarint(b)
		if size <= 0 || n >= uint64(docs) || doc+int(n) >= docs { //nolint:gosec // it is less than docs
			return nil, errPage
		}
		doc, b = doc+int(n), b[size:] //nolint:gosec // it is less than docs
		s.add(doc)
	}
	return s, nil
}
