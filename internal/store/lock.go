package store

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"sallyport/internal/errs"
)

// lockFile holds an exclusive lock on a file until unlock, or until the process
// ends however it ends. With wait it waits for whoever has it. The file stays:
// removing it would let two processes lock two files of one name.
func lockFile(path string, wait bool) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open lock file: %w", err)
	}
	how := syscall.LOCK_EX
	if !wait {
		how |= syscall.LOCK_NB
	}
	if err := syscall.Flock(int(f.Fd()), how); err != nil {
		_ = f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, errs.New(errs.Conflict, "another sallyport works on this database (%s is locked); stop it, or use PostgreSQL to run several", path)
		}
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	return func() { _ = f.Close() }, nil
}
