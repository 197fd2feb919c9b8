package onboard

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"sallyport/internal/errs"
)

// kind says what an entry of a journal is.
type kind string

// What is made in an org.
const (
	kindApp         kind = "app"
	kindGrant       kind = "grant"
	kindRole        kind = "role" // an assignment of one
	kindCustomRole  kind = "custom role"
	kindResourceSet kind = "resource set"
	kindKey         kind = "key"
	kindNetwork     kind = "network" // from where an app may be used, as it was: Label is JSON
)

// entry is something that was made, or was about to be.
type entry struct {
	Kind  kind   `json:"kind"`
	ID    string `json:"id,omitempty"`    // empty: it is not known whether it was made
	App   string `json:"app,omitempty"`   // the client id of the app that it is of
	Label string `json:"label,omitempty"` // by which it is found where its id is not known
	Key   string `json:"key,omitempty"`   // the kid of the app's key, or of the key itself
}

func (e entry) String() string {
	if e.ID == "" {
		return fmt.Sprintf("%s %q, if it was made", e.Kind, e.Label)
	}
	return fmt.Sprintf("%s %s", e.Kind, e.ID)
}

// record is what stands in a journal. Neither token nor private key does.
type record struct {
	Org     string    `json:"org"`
	Tenant  string    `json:"tenant"`
	Begun   time.Time `json:"begun"`
	Entries []entry   `json:"entries"`
}

// journal is a file that says what was made in an org, so that a run that dies
// leaves nothing behind that nobody knows of. Each entry is on the disk before the
// request is made that it is of, and its id before the next.
type journal struct {
	path   string
	record record
}

// begin makes a journal. That there is one already means that a run is under way,
// or ended before its time.
func begin(path string, r record) (*journal, error) {
	j := &journal{path: path, record: r}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil, &EarlierError{Journal: path}
	}
	if err != nil {
		return nil, fmt.Errorf("begin the journal: %w", err)
	}
	if err := f.Close(); err != nil {
		return nil, fmt.Errorf("begin the journal: %w", err)
	}
	return j, j.save()
}

// resume reads a journal that was left.
func resume(path string) (*journal, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errs.New(errs.NotFound, "%s is not there: nothing was left behind", path)
	}
	if err != nil {
		return nil, fmt.Errorf("read the journal: %w", err)
	}
	j := &journal{path: path}
	if len(text) == 0 { // it ended before it asked for anything
		return j, nil
	}
	if err := json.Unmarshal(text, &j.record); err != nil {
		return nil, fmt.Errorf("read the journal %s: %w", path, err)
	}
	return j, nil
}

// intend notes what is about to be made.
func (j *journal) intend(e entry) error {
	j.record.Entries = append(j.record.Entries, e)
	return j.save()
}

// made notes the id of what was intended last.
func (j *journal) made(id string) error {
	e := &j.record.Entries[len(j.record.Entries)-1]
	if e.ID = id; e.Kind == kindApp {
		e.App = id
	}
	return j.save()
}

// not notes that what was intended last was not made.
func (j *journal) not() error {
	j.record.Entries = j.record.Entries[:len(j.record.Entries)-1]
	return j.save()
}

// left says what stands in the journal.
func (j *journal) left() []string {
	out := []string{}
	for _, e := range j.record.Entries {
		out = append(out, e.String())
	}
	return out
}

// forget takes entries out.
func (j *journal) forget(which func(entry) bool) {
	j.record.Entries = slices.DeleteFunc(j.record.Entries, which)
}

// end removes the journal.
func (j *journal) end() error {
	if err := os.Remove(j.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove the journal: %w", err)
	}
	return nil
}

// save replaces the file by one that says what the record does.
func (j *journal) save() error {
	text, err := json.MarshalIndent(j.record, "", "  ")
	if err != nil {
		return fmt.Errorf("write the journal: %w", err)
	}
	if err := replace(j.path, append(text, '\n')); err != nil {
		return fmt.Errorf("write the journal: %w", err)
	}
	return nil
}

// replace writes a file whole or not at all, for its owner alone.
func replace(path string, text []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".journal-") // of mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	_, err = f.Write(text)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return nil // the file is there: a crash of the machine alone could lose it
	}
	return errors.Join(dir.Sync(), dir.Close())
}
