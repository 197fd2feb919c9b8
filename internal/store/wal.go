package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
)

// SQLite's write-ahead log, as https://www.sqlite.org/fileformat2.html#walformat has
// it: a head, then frames of a page each. A frame that ends a transaction says how many
// pages the database has then.
const (
	walHead  = 32
	walFrame = 24
)

// walState is how far a log was read.
type walState struct {
	salt   [8]byte // of the log; another one is another log
	page   int64   // bytes of a page
	offset int64   // up to which it was read, the end of a transaction
	sum    [2]uint32
	order  binary.ByteOrder // of the words that are summed up
}

// readWAL returns what a log has from where it was read to, up to the end of its last
// transaction, and the state after it. A log that is not there yet is empty. errOther
// says that it is another one.
func readWAL(path string, at walState) ([]byte, walState, error) {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, at, nil
	}
	if err != nil {
		return nil, at, err
	}
	defer func() { _ = f.Close() }()
	var head [walHead]byte
	if _, err := f.ReadAt(head[:], 0); err != nil {
		if errors.Is(err, io.EOF) && at.offset == 0 {
			return nil, at, nil
		}
		if errors.Is(err, io.EOF) {
			return nil, at, errOtherLog
		}
		return nil, at, err
	}
	if at.offset > 0 && at.salt != [8]byte(head[16:24]) {
		return nil, at, errOtherLog
	}
	if at.offset == 0 {
		if at, err = beginWAL(head); err != nil {
			return nil, at, err
		}
	}
	rest, err := io.ReadAll(io.NewSectionReader(f, at.offset, 1<<40))
	if err != nil {
		return nil, at, err
	}
	return at.transactions(head, rest)
}

// errOtherLog says that a log was begun anew since it was read.
var errOtherLog = errors.New("the log was begun anew")

func beginWAL(head [walHead]byte) (walState, error) {
	s := walState{page: int64(binary.BigEndian.Uint32(head[8:])), order: binary.LittleEndian}
	switch binary.BigEndian.Uint32(head[:]) {
	case 0x377f0682:
	case 0x377f0683:
		s.order = binary.BigEndian
	default:
		return s, errors.New("this is no write-ahead log of SQLite")
	}
	if s.page < 512 || s.page > 65536 {
		return s, fmt.Errorf("a page of %d bytes is none of SQLite's", s.page)
	}
	s.salt = [8]byte(head[16:24])
	s.add(head[:24])
	return s, nil
}

// add sums bytes up, eight at a time.
func (s *walState) add(b []byte) {
	for ; len(b) >= 8; b = b[8:] {
		s.sum[0] += s.order.Uint32(b) + s.sum[1]
		s.sum[1] += s.order.Uint32(b[4:]) + s.sum[0]
	}
}

// transactions returns the part of what follows that is whole transactions. What is
// being written just now is not yet summed up right, and is left for later.
func (s walState) transactions(head [walHead]byte, rest []byte) ([]byte, walState, error) {
	var out []byte
	from := int64(0)
	if s.offset == 0 {
		out, s.offset = append(out, head[:]...), walHead
		if int64(len(rest)) < walHead {
			return nil, walState{}, nil
		}
		from = walHead
	}
	whole, at := s, s
	taken := from
	for end := from + walFrame + s.page; end <= int64(len(rest)); end += walFrame + s.page {
		frame := rest[end-walFrame-s.page : end]
		at.add(frame[:8])
		at.add(frame[walFrame:])
		if [8]byte(frame[8:16]) != s.salt || binary.BigEndian.Uint32(frame[16:]) != at.sum[0] || binary.BigEndian.Uint32(frame[20:]) != at.sum[1] {
			break
		}
		at.offset += walFrame + s.page
		if binary.BigEndian.Uint32(frame[4:]) > 0 {
			whole, taken = at, end
		}
	}
	if taken == from {
		if from > 0 { // no transaction yet: the head comes with the first
			return nil, walState{}, nil
		}
		return nil, s, nil
	}
	return append(out, rest[from:taken]...), whole, nil
}
