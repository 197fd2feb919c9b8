package search

import (
	"iter"
	"math/bits"
)

// Set is a set of the events of one block, by their number.
type Set []uint64

func newSet(docs int) Set { return make(Set, (docs+63)/64) }

func fullSet(docs int) Set {
	s := newSet(docs)
	for i := range s {
		s[i] = ^uint64(0)
	}
	s.trim(docs)
	return s
}

// trim takes out what is no event.
func (s Set) trim(docs int) {
	if docs%64 != 0 {
		s[len(s)-1] &= 1<<(docs%64) - 1
	}
}

func (s Set) add(doc int) { s[doc>>6] |= 1 << (doc & 63) }

// Has reports whether an event is in the set.
func (s Set) Has(doc int) bool { return s[doc>>6]&(1<<(doc&63)) != 0 }

func (s Set) and(o Set) {
	for i := range s {
		s[i] &= o[i]
	}
}

func (s Set) or(o Set) {
	for i := range s {
		s[i] |= o[i]
	}
}

func (s Set) not(docs int) {
	for i := range s {
		s[i] = ^s[i]
	}
	s.trim(docs)
}

// Count returns how many events are in the set.
func (s Set) Count() int {
	n := 0
	for _, w := range s {
		n += bits.OnesCount64(w)
	}
	return n
}

// All goes over the events, the oldest first.
func (s Set) All() iter.Seq[int] {
	return func(yield func(int) bool) {
		for i, w := range s {
			for ; w != 0; w &= w - 1 {
				if !yield(i<<6 + bits.TrailingZeros64(w)) {
					return
				}
			}
		}
	}
}

// Keep leaves the events that fn is true of.
func (s Set) Keep(fn func(doc int) bool) {
	for doc := range s.All() {
		if !fn(doc) {
			s[doc>>6] &^= 1 << (doc & 63)
		}
	}
}
