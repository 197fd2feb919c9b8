package secret

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/tink-crypto/tink-go/v2/keyset"
)

// maxFile bounds what is read as a keyring: one holds a few hundred bytes a key.
const maxFile = 1 << 20

func stampOf(info fs.FileInfo) stamp { return stamp{info.Size(), info.ModTime()} }

// read returns the keyring file, unless somebody but its owner may read it.
func read(path string) ([]byte, stamp, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, stamp{}, err
	}
	defer func() { _ = f.Close() }() // it was only read
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, stamp{}, err
	case !info.Mode().IsRegular():
		return nil, stamp{}, fmt.Errorf("%s is not a plain file", path)
	case othersRead(info):
		return nil, stamp{}, fmt.Errorf("%s can be read by others (mode %04o): take their rights away with chmod 600, "+
			"and rotate the keys if somebody may have read it", path, info.Mode().Perm())
	case info.Size() > maxFile:
		return nil, stamp{}, fmt.Errorf("%s is too large for a keyring", path)
	}
	text, err := io.ReadAll(io.LimitReader(f, maxFile))
	return text, stampOf(info), err
}

// othersRead reports whether somebody may read a file who is not to. As with the
// keys of PostgreSQL, one that is root's may be read by its group besides, to which
// root has given it: so secrets reach a process that is nobody in a container.
func othersRead(info fs.FileInfo) bool {
	allowed := fs.FileMode(0o700)
	if st, ok := info.Sys().(*syscall.Stat_t); ok && st.Uid == 0 && os.Geteuid() != 0 {
		allowed = 0o740
	}
	return info.Mode().Perm()&^allowed != 0
}

// create makes a keyring file with one key. When another process makes it at
// the same moment, the one that is there first stays.
func create(path string) error {
	text, err := withFreshKey(keyset.NewManager())
	if err != nil {
		return fmt.Errorf("make a key: %w", err)
	}
	tmp, err := write(path, text)
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(tmp) }()
	if err := os.Link(tmp, path); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("create %s: %w", path, err)
	}
	return syncDir(path)
}

// replace puts a new keyring file in the place of the old one in one step.
func replace(path string, text []byte) error {
	tmp, err := write(path, text)
	if err != nil {
		return err
	}
	if err := os.Rename(tmp, path); err != nil {
		_ = os.Remove(tmp)
		return fmt.Errorf("replace %s: %w", path, err)
	}
	return syncDir(path)
}

// write stores text in a new file beside path, safely on disk.
func write(path string, text []byte) (tmp string, err error) {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".new-*") // 0600
	if err != nil {
		return "", err
	}
	_, err = f.Write(text)
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		_ = os.Remove(f.Name())
		return "", fmt.Errorf("write %s: %w", f.Name(), err)
	}
	return f.Name(), nil
}

// syncDir makes the names in the folder of path durable.
func syncDir(path string) error {
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// lock keeps two processes from changing a keyring at the same time.
func lock(path string) (unlock func(), err error) {
	name := path + ".lock"
	f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("another rotation is going on: if that is not so, remove %s", name)
	}
	if err != nil {
		return nil, err
	}
	return func() { _ = errors.Join(f.Close(), os.Remove(name)) }, nil
}
