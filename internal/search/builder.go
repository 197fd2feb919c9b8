package search

import (
	"encoding/binary"
	"slices"
)

// Doc is an event's place: when it was published, in microseconds since 1970, and
// the number that it was accepted under. Events are ordered by both.
type Doc struct{ At, Seq int64 }

// Less reports whether a comes before b.
func (a Doc) Less(b Doc) bool { return a.At < b.At || a.At == b.At && a.Seq < b.Seq }

// posting is the events that a term occurs in: the first, and how far each other
// is from the one before it, as varints.
type posting struct {
	term        Term
	n           int
	first, last int
	rest        []byte
}

// Builder makes blocks of events. It is not safe for concurrent use.
type Builder struct {
	ascii   *ascii
	paths   *node
	w       walker
	emit    func(Term)
	docs    []Doc
	slots   []int32 // of an open hash table, 1 + the index of the posting
	terms   []posting
	columns [columnCount]columnBuilder
	seen    [columnCount]bool // that the event under way has a value
}

// NewBuilder returns a builder.
func NewBuilder() *Builder {
	b := &Builder{ascii: newASCII(), paths: newPaths()}
	b.w.visit = b.look
	b.emit = b.add
	b.reset()
	return b
}

func (b *Builder) reset() {
	b.docs, b.terms = nil, b.terms[:0]
	if b.slots == nil {
		b.slots = make([]int32, 1<<12)
	}
	clear(b.slots)
	for i := range b.columns {
		b.columns[i] = columnBuilder{ids: map[string]uint32{}}
	}
}

// Len returns how many events were added.
func (b *Builder) Len() int { return len(b.docs) }

// Add adds an event with the source that it came from. Events are added in their
// order.
func (b *Builder) Add(at Doc, source string, raw []byte) {
	b.docs = append(b.docs, at)
	clear(b.seen[:])
	b.w.walk(b.paths, raw)
	b.add(b.ascii.value(sourceField, []byte(source)))
	for c := range b.columns {
		if !b.seen[c] {
			b.columns[c].add(nil)
		}
	}
}

func (b *Builder) look(at *node, text []byte) {
	if at != nil {
		if at.unread {
			return
		}
		if at.field != 0 {
			b.add(b.ascii.value(at.field, text))
		}
		if at.column >= 0 && !b.seen[at.column] {
			b.seen[at.column] = true
			b.columns[at.column].add(text)
		}
	}
	b.ascii.words(text, b.emit)
}

// add notes that a term occurs in the event that was added last.
func (b *Builder) add(t Term) {
	if len(b.terms)*2 >= len(b.slots) {
		b.grow()
	}
	mask, doc := len(b.slots)-1, len(b.docs)-1
	i := int(t) & mask //nolint:gosec // of 48 bits
	for ; b.slots[i] != 0; i = (i + 1) & mask {
		if p := &b.terms[b.slots[i]-1]; p.term == t {
			if p.last != doc {
				p.rest = binary.AppendUvarint(p.rest, uint64(doc-p.last)) //nolint:gosec // events rise
				p.n, p.last = p.n+1, doc
			}
			return
		}
	}
	b.terms = append(b.terms, posting{term: t, n: 1, first: doc, last: doc})
	b.slots[i] = int32(len(b.terms)) //nolint:gosec // a block has far less
}

func (b *Builder) grow() {
	b.slots = make([]int32, 2*len(b.slots))
	mask := len(b.slots) - 1
	for n, p := range b.terms {
		i := int(p.term) & mask //nolint:gosec // of 48 bits
		for ; b.slots[i] != 0; i = (i + 1) & mask {
		}
		b.slots[i] = int32(n + 1)
	}
}

// place is where a term's posting is: to be sorted in its stead, as it is small.
type place struct {
	term Term
	at   int
}

// Block returns the block of the events that were added, and begins another.
func (b *Builder) Block() *Block {
	order := make([]place, len(b.terms))
	for i, p := range b.terms {
		order[i] = place{p.term, i}
	}
	slices.SortFunc(order, func(x, y place) int { return int(x.term) - int(y.term) }) //nolint:gosec // of 48 bits
	e := newEncoder(b.docs)
	for _, p := range order {
		e.posting(b.terms[p.at])
	}
	for c := range b.columns {
		e.block.Columns[c] = b.columns[c].encode()
	}
	b.reset()
	return e.end()
}
