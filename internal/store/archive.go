package store

import (
	"bytes"
	"compress/gzip"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"sallyport/internal/errs"
)

// Archive copies an SQLite database again and again to a folder, beside a server that
// works on it, so that it can be had as it was at any moment since. A generation is a
// copy of the whole file, and from then on what is added to the write-ahead log, which
// is kept from being begun anew meanwhile. Its names say when: NNN/base-MICROS.gz,
// NNN/log-MICROS.gz.
type Archive struct {
	Path string // of the database
	Dir  string
	// Roll is how large the log may become before the next generation; 64 MB where
	// nothing is said.
	Roll int64
	// Keep is how long moments stay to be had; 0 is for ever.
	Keep time.Duration
	Now  func() time.Time

	db    *sql.DB
	held  *sql.Conn // reads, and so keeps the log
	gen   string    // the folder of the generation
	state walState
	began int64 // where in the log the generation begins
}

const rollAt = 64 << 20

// Open begins the first generation.
func (a *Archive) Open(ctx context.Context) error {
	if a.Roll == 0 {
		a.Roll = rollAt
	}
	if _, err := os.Stat(a.Path); err != nil {
		return err
	}
	if err := os.MkdirAll(a.Dir, 0o700); err != nil {
		return err
	}
	q := url.Values{"_pragma": {fmt.Sprintf("busy_timeout(%d)", emptyWithin.Milliseconds()), "wal_autocheckpoint(0)"}, "mode": {"rw"}}
	var err error
	if a.db, err = sql.Open("sqlite", "file:"+escapePath(a.Path)+"?"+q.Encode()); err != nil {
		return err
	}
	a.db.SetMaxOpenConns(2)
	if err := a.begin(ctx, false); err != nil {
		return errors.Join(err, a.Close())
	}
	return nil
}

// Close lets go of the database.
func (a *Archive) Close() error {
	var err error
	if a.held != nil {
		err = a.held.Close()
	}
	return errors.Join(err, a.db.Close())
}

// begin begins a generation: the log is kept, and the file copied. What of the file
// changes under the copy stands in the log, which is put over it when it is restored.
// shorten has the log put into the file and begun anew before, unless others read it
// for long.
func (a *Archive) begin(ctx context.Context, shorten bool) error {
	if a.held != nil {
		_, _ = a.held.ExecContext(ctx, `ROLLBACK`)
		if err := a.held.Close(); err != nil {
			return err
		}
		a.held = nil
	}
	if shorten {
		if _, err := a.db.ExecContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`); err != nil {
			return fmt.Errorf("checkpoint: %w", err)
		}
	}
	var err error
	if a.held, err = a.db.Conn(ctx); err != nil {
		return err
	}
	if _, err := a.held.ExecContext(ctx, `BEGIN`); err != nil {
		return err
	}
	var n int
	if err := a.held.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema`).Scan(&n); err != nil {
		return err
	}
	a.state = walState{}
	a.gen = filepath.Join(a.Dir, fmt.Sprintf("%019d", a.Now().UnixMicro()))
	if err := os.MkdirAll(a.gen, 0o700); err != nil {
		return err
	}
	f, err := os.Open(a.Path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	tmp := filepath.Join(a.gen, "begun")
	if err := packed(tmp, f); err != nil {
		return fmt.Errorf("copy the database: %w", err)
	}
	added, state, err := readWAL(a.Path+"-wal", a.state)
	if err != nil {
		return err
	}
	at := a.Now().UnixMicro()
	if err := a.log(added, at); err != nil {
		return err
	}
	a.state, a.began = state, state.offset
	// Now, and not before, is there a moment that can be had: all that the copy may
	// have of later transactions is in the log that stands beside it.
	return os.Rename(tmp, filepath.Join(a.gen, fmt.Sprintf("base-%019d.gz", at)))
}

// Step copies what was added since the last one, and returns how many bytes that was.
func (a *Archive) Step(ctx context.Context) (int, error) {
	added, state, err := readWAL(a.Path+"-wal", a.state)
	if errors.Is(err, errOtherLog) {
		return 0, a.begin(ctx, false)
	}
	if err != nil {
		return 0, fmt.Errorf("read the log: %w", err)
	}
	if err := a.log(added, a.Now().UnixMicro()); err != nil {
		return 0, err
	}
	if a.state = state; a.state.offset-a.began < a.Roll {
		return len(added), nil
	}
	if err := a.begin(ctx, true); err != nil {
		return len(added), err
	}
	return len(added), a.prune()
}

func (a *Archive) log(added []byte, at int64) error {
	if len(added) == 0 {
		return nil
	}
	name := filepath.Join(a.gen, fmt.Sprintf("log-%019d.gz", at))
	if err := packed(name+".part", bytes.NewReader(added)); err != nil {
		return fmt.Errorf("keep the log: %w", err)
	}
	return os.Rename(name+".part", name)
}

// prune deletes the generations before the last one that a moment to be kept needs.
func (a *Archive) prune() error {
	if a.Keep == 0 {
		return nil
	}
	gens, err := generations(a.Dir)
	if err != nil {
		return err
	}
	last := -1
	for i, g := range gens {
		if g.from <= a.Now().Add(-a.Keep).UnixMicro() {
			last = i
		}
	}
	for _, g := range gens[:max(0, last)] {
		if err := os.RemoveAll(g.dir); err != nil {
			return err
		}
	}
	return nil
}

// packed writes a file that is on the disk when it returns.
func packed(name string, r io.Reader) error {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	zip, _ := gzip.NewWriterLevel(f, gzip.BestSpeed) // it is a level that there is
	_, err = io.Copy(zip, r)
	return errors.Join(err, zip.Close(), f.Sync(), f.Close())
}

// generation is what of a generation there is.
type generation struct {
	dir, base string
	from      int64    // the first moment
	logs      []string // in their order
}

func archivedAt(name, prefix string) (int64, bool) {
	text, ok := strings.CutPrefix(name, prefix)
	if !ok {
		return 0, false
	}
	text, ok = strings.CutSuffix(text, ".gz")
	n, err := strconv.ParseInt(text, 10, 64)
	return n, ok && err == nil
}

// generations lists those of a folder that are whole, the oldest first.
func generations(dir string) ([]generation, error) {
	folders, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var out []generation
	for _, f := range folders {
		g := generation{dir: filepath.Join(dir, f.Name())}
		files, err := os.ReadDir(g.dir)
		if err != nil {
			continue // no folder of ours
		}
		for _, file := range files {
			if at, ok := archivedAt(file.Name(), "base-"); ok {
				g.base, g.from = file.Name(), at
			}
			if _, ok := archivedAt(file.Name(), "log-"); ok {
				g.logs = append(g.logs, file.Name())
			}
		}
		slices.Sort(g.logs)
		if g.base != "" {
			out = append(out, g)
		}
	}
	return out, nil
}

// RestoreArchive makes an SQLite database as it was at a moment, in a file that is not
// there yet. It returns the moment that was had: that of the last copy until then.
func RestoreArchive(ctx context.Context, dir, into string, at time.Time) (time.Time, error) {
	gens, err := generations(dir)
	if err != nil {
		return time.Time{}, err
	}
	if len(gens) == 0 {
		return time.Time{}, errs.New(errs.NotFound, "%s is no archive: there is no whole generation in it", dir)
	}
	i := len(gens) - 1
	for i > 0 && gens[i].from > at.UnixMicro() {
		i--
	}
	g := gens[i]
	if g.from > at.UnixMicro() {
		return time.Time{}, errs.New(errs.NotFound, "the archive begins at %s", fromMicros(g.from).Format(time.RFC3339))
	}
	if err := inflate(filepath.Join(g.dir, g.base), into, os.O_EXCL); err != nil {
		return time.Time{}, fmt.Errorf("write the database: %w", err)
	}
	got := g.from
	for _, name := range g.logs {
		n, _ := archivedAt(name, "log-")
		if n > at.UnixMicro() {
			break
		}
		if err := inflate(filepath.Join(g.dir, name), into+"-wal", os.O_APPEND); err != nil {
			return time.Time{}, fmt.Errorf("write the log: %w", err)
		}
		got = n
	}
	return fromMicros(got), settleWAL(ctx, into)
}

// inflate writes what is packed to a file.
func inflate(from, to string, how int) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	zip, err := gzip.NewReader(in)
	if err != nil {
		return err
	}
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|how, 0o600)
	if err != nil {
		if errors.Is(err, os.ErrExist) {
			return errs.New(errs.Conflict, "%s is there already; restore into a new one", to)
		}
		return err
	}
	_, err = io.Copy(out, zip) //nolint:gosec // it is as long as we made it
	return errors.Join(err, out.Sync(), out.Close())
}

// settleWAL puts the log into the file, and looks whether the file is whole.
func settleWAL(ctx context.Context, path string) error {
	db, err := sql.Open("sqlite", "file:"+escapePath(path)+"?mode=rw")
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	var said string
	if _, err = db.ExecContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`); err == nil {
		err = db.QueryRowContext(ctx, `PRAGMA quick_check(1)`).Scan(&said)
	}
	if err == nil && said != "ok" {
		err = errs.New(errs.Invalid, "what was restored is damaged: %s", said)
	}
	return errors.Join(err, db.Close())
}
