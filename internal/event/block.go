package event

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
)

// blockSize is how much of a file is in a block, in bytes: some 400 events.
const blockSize = 1 << 20

// Block is many events of an export as they came, in the order of the file.
type Block struct {
	what  string // what is numbered: lines or events
	first int    // the number of the first
	lines []byte
	list  [][]byte // in place of lines
}

// Events returns the block's events with their numbers, counted from 1 in the
// file. They share the block's memory. Nothing is checked of them.
func (b Block) Events() iter.Seq2[int, []byte] {
	return func(yield func(int, []byte) bool) {
		for i, raw := range b.list {
			if !yield(b.first+i, raw) {
				return
			}
		}
		n := b.first
		for line := range bytes.Lines(b.lines) {
			if line = bytes.TrimSpace(line); len(line) > 0 && !yield(n, line) {
				return
			}
			n++
		}
	}
}

// At names an event by its number: "line 12", "event 3".
func (b Block) At(n int) string { return fmt.Sprintf("%s %d", b.what, n) }

// Block returns the next events, for those who read many at a time; [io.EOF]
// after the last. A reader that has begun with Block goes on with it.
func (r *Reader) Block() (Block, error) {
	if r.n == 0 && r.dec == nil {
		if err := r.start(); err != nil {
			return Block{}, err
		}
	}
	if r.dec != nil {
		return r.elements()
	}
	return r.lines()
}

func (r *Reader) elements() (Block, error) {
	b := Block{what: "event", first: r.n + 1}
	for size := 0; size < blockSize; {
		raw, err := r.element()
		if err == nil {
			r.n++
			size += len(raw)
			b.list = append(b.list, raw)
			continue
		}
		if len(b.list) > 0 {
			return b, nil // the error comes again
		}
		if errors.Is(err, io.EOF) && !r.inList {
			return b, io.EOF
		}
		return b, fmt.Errorf("event %d: %w", r.n+1, err)
	}
	return b, nil
}

// lines reads up to a line's end. What is behind it is kept for the next block.
func (r *Reader) lines() (Block, error) {
	b := Block{what: "line", first: r.n + 1}
	text := make([]byte, 0, blockSize+len(r.rest))
	text = append(text, r.rest...)
	r.rest = nil
	for {
		room := len(text)
		n, err := io.ReadFull(r.in, text[room:cap(text)])
		text = text[:room+n]
		end := bytes.LastIndexByte(text, '\n') + 1
		switch {
		case err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
			return b, err
		case err != nil && len(text) == 0:
			return b, io.EOF
		case err != nil:
			end = len(text)
		case end == 0 && len(text) > maxEvent:
			return b, fmt.Errorf("line %d is longer than %d MB: this is no file of events", r.n+1, maxEvent>>20)
		case end == 0:
			text = append(make([]byte, 0, 2*cap(text)), text...)
			continue
		}
		b.lines, r.rest = text[:end], bytes.Clone(text[end:])
		r.n += bytes.Count(b.lines, []byte{'\n'})
		return b, nil
	}
}
