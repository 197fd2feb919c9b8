package event

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// maxEvent is the size from which one event is refused, in bytes. Okta's are
// 1 to 8 kB; the largest seen, of bulk changes, stay below 200 kB.
const maxEvent = 4 << 20

// Reader reads events from an export: one JSON object a line (NDJSON), or one
// JSON list of objects, or lists one after another as pages of the API are
// saved. It holds one event at a time, however large the file.
type Reader struct {
	in     *bufio.Reader
	parse  Parse
	dec    *json.Decoder // when the file holds lists
	inList bool
	n      int    // events or lines read
	rest   []byte // of lines, behind the last block
}

// Parse reads one event; what it returns may keep raw.
type Parse func(raw []byte) (Event, error)

// NewReader returns a reader of r, whose events are Okta's.
func NewReader(r io.Reader) *Reader { return NewReaderOf(r, NewParser().Parse) }

// NewReaderOf returns a reader of r, whose events are what parse makes of them.
func NewReaderOf(r io.Reader, parse Parse) *Reader {
	return &Reader{in: bufio.NewReaderSize(r, 1<<16), parse: parse}
}

// ReadError is one event that could not be read; the reader can go on after it.
type ReadError struct {
	At  string // "line 12", "event 3"
	Err error
}

func (b *ReadError) Error() string { return b.At + ": " + b.Err.Error() }

func (b *ReadError) Unwrap() error { return b.Err }

// Next returns the next event, [io.EOF] after the last. A [*ReadError] may be
// skipped by calling Next again; every other error is final.
func (r *Reader) Next() (Event, error) {
	if r.n == 0 && r.dec == nil {
		if err := r.start(); err != nil {
			return Event{}, err
		}
	}
	if r.dec != nil {
		return r.fromList()
	}
	return r.fromLine()
}

// start finds out what kind of file it is.
func (r *Reader) start() error {
	list, err := r.startsList()
	if list {
		r.dec = json.NewDecoder(r.in)
	}
	return err
}

// startsList reports whether the first thing in the file is a list, and leaves
// the file at it.
func (r *Reader) startsList() (bool, error) {
	if bom, err := r.in.Peek(3); err == nil && string(bom) == "\ufeff" {
		_, _ = r.in.Discard(3)
	}
	for {
		c, err := r.in.ReadByte()
		if err != nil {
			return false, err
		}
		switch c {
		case ' ', '\n', '\r', '\t':
			continue
		}
		return c == '[', r.in.UnreadByte()
	}
}

func (r *Reader) fromLine() (Event, error) {
	for {
		line, err := r.line()
		if err != nil && (len(line) == 0 || !errors.Is(err, io.EOF)) {
			return Event{}, err
		}
		r.n++
		if line = bytes.TrimSpace(line); len(line) == 0 {
			if err != nil {
				return Event{}, err
			}
			continue
		}
		e, err := r.parse(line)
		if err != nil {
			return e, &ReadError{fmt.Sprintf("line %d", r.n), err}
		}
		return e, nil
	}
}

// line returns the next line in memory of its own.
func (r *Reader) line() ([]byte, error) {
	var line []byte
	for {
		part, err := r.in.ReadSlice('\n')
		line = append(line, part...)
		if len(line) > maxEvent {
			return nil, fmt.Errorf("line %d is longer than %d MB: this is no file of events", r.n+1, maxEvent>>20)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
	}
}

func (r *Reader) fromList() (Event, error) {
	raw, err := r.element()
	if err != nil {
		if errors.Is(err, io.EOF) {
			return Event{}, io.EOF
		}
		return Event{}, fmt.Errorf("event %d: %w", r.n+1, err)
	}
	r.n++
	if len(raw) > maxEvent {
		return Event{}, &ReadError{fmt.Sprintf("event %d", r.n), fmt.Errorf("it is larger than %d MB", maxEvent>>20)}
	}
	e, err := r.parse(raw)
	if err != nil {
		return e, &ReadError{fmt.Sprintf("event %d", r.n), err}
	}
	return e, nil
}

// element returns the next element, going over the brackets between lists. It is
// not the end if a list is not closed.
func (r *Reader) element() (json.RawMessage, error) {
	for !r.inList || !r.dec.More() {
		tok, err := r.dec.Token()
		if errors.Is(err, io.EOF) && r.inList {
			return nil, io.ErrUnexpectedEOF
		}
		if err != nil {
			return nil, err
		}
		d, ok := tok.(json.Delim)
		if !ok || d != '[' && d != ']' {
			return nil, fmt.Errorf("a list of events is wanted, not %v", tok)
		}
		r.inList = d == '['
	}
	var raw json.RawMessage
	err := r.dec.Decode(&raw)
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return raw, err
}
