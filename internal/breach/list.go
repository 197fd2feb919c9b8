// Package breach knows passwords that others have found out already: those of a
// file in the form of Have I Been Pwned, without asking anybody outside, and those
// that follow a pattern which everybody tries first.
package breach

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // the form of the list; nothing is kept by it
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"sallyport/internal/errs"
)

// List is a file of the SHA-1 hashes of passwords in the order of their digits, a
// line each, with how often the password was seen behind a colon: the download
// that is "ordered by hash". It is searched where it lies and not loaded.
type List struct {
	file io.ReaderAt
	size int64
	done func() error
}

// maxLine bounds a line: 40 digits, a colon, a count and the line's end, with room.
const maxLine = 128

const hashLength = 2 * sha1.Size

// Open opens a list, and refuses a file that is none.
func Open(path string) (*List, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errs.New(errs.Invalid, "there is no list of breached passwords at %s", path)
	}
	if err != nil {
		return nil, fmt.Errorf("open the list of breached passwords: %w", err)
	}
	info, err := f.Stat()
	if err == nil && info.IsDir() {
		err = errs.New(errs.Invalid, "%s is a folder; a list of breached passwords is one file", path)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	l, err := NewList(f, info.Size())
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), f.Close())
	}
	l.done = f.Close
	return l, nil
}

// probes is how many places of a file are looked at when it is opened.
const probes = 64

// NewList returns the list that a file holds, and refuses one of another form, or
// of another order as far as a few looks can tell.
func NewList(file io.ReaderAt, size int64) (*List, error) {
	l := &List{file: file, size: size, done: func() error { return nil }}
	last := ""
	for i := range int64(probes) {
		line, _, err := l.lineFrom(size / probes * i)
		if err != nil {
			return nil, err
		}
		if line == "" {
			break
		}
		hash, err := hashOf(line)
		if err != nil {
			return nil, err
		}
		if hash < last {
			return nil, errs.New(errs.Invalid, "the list of breached passwords is not in the order of its hashes: the download that is ordered by hash is wanted")
		}
		last = hash
	}
	if last == "" {
		return nil, errs.New(errs.Invalid, "the list of breached passwords is empty")
	}
	return l, nil
}

// Close closes the file.
func (l *List) Close() error { return l.done() }

// Contains reports whether a password is on the list.
func (l *List) Contains(password string) (bool, error) {
	sum := sha1.Sum([]byte(password)) //nolint:gosec // see above
	want := strings.ToUpper(hex.EncodeToString(sum[:]))
	// The line that is looked for begins, if it is there, in [from, to).
	from, to := int64(0), l.size
	for from < to {
		middle := from + (to-from)/2
		line, next, err := l.lineFrom(middle)
		if err != nil {
			return false, err
		}
		if line == "" || next-int64(len(line)) >= to && middle > from { // no line begins behind the middle: look before it
			to = middle
			continue
		}
		hash, err := hashOf(line)
		switch {
		case err != nil:
			return false, err
		case hash == want:
			return true, nil
		case hash < want:
			from = next
		default:
			to = middle
		}
	}
	return false, nil
}

// lineFrom returns the first line that begins at a place or after it, and where
// the next one does; "" where there is none.
func (l *List) lineFrom(at int64) (line string, next int64, err error) {
	start := max(0, at-1) // a line begins where the one before has ended
	var buf [2 * maxLine]byte
	n, err := l.file.ReadAt(buf[:], start)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", 0, fmt.Errorf("read the list of breached passwords: %w", err)
	}
	text := buf[:n]
	if at > 0 {
		end := bytes.IndexByte(text, '\n')
		if end < 0 {
			return "", l.size, l.tooLong(start, n)
		}
		start, text = start+int64(end)+1, text[end+1:]
	}
	end := bytes.IndexByte(text, '\n')
	if end < 0 {
		if err := l.tooLong(start, len(text)); err != nil {
			return "", 0, err
		}
		end = len(text) - 1
	}
	return string(text[:end+1]), start + int64(end) + 1, nil
}

// tooLong is an error where a line does not end that should have.
func (l *List) tooLong(start int64, n int) error {
	if start+int64(n) < l.size {
		return notAList()
	}
	return nil
}

// hashOf returns the hash that a line begins with.
func hashOf(line string) (string, error) {
	hash, count, counted := strings.Cut(strings.TrimRight(line, "\r\n"), ":")
	if len(hash) != hashLength || counted && strings.Trim(count, "0123456789") != "" {
		return "", notAList()
	}
	if _, err := hex.DecodeString(hash); err != nil {
		return "", notAList()
	}
	return strings.ToUpper(hash), nil
}

func notAList() error {
	return errs.New(errs.Invalid, "the list of breached passwords has a line that is not 40 hexadecimal digits of a SHA-1 hash, and a colon and a count behind them")
}
