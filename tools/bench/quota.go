package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
)

// quota is a control group that holds one process to a share of a processor, as a
// container's CPU limit does (cpu.max of cgroup v2, cpu.cfs_quota_us of v1).
type quota struct{ dir string }

const (
	quotaRoot   = "/sys/fs/cgroup"
	quotaPeriod = 100_000 // µs
)

// hold puts a process into a group of its own with so many hundredths of a processor.
func hold(pid, percent int) (quota, error) {
	dir, file, limit := filepath.Join(quotaRoot, "cpu"), "cpu.cfs_quota_us", strconv.Itoa(quotaPeriod*percent/100)
	if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
		dir, file, limit = quotaRoot, "cpu.max", fmt.Sprintf("%s %d", limit, quotaPeriod)
	}
	q := quota{filepath.Join(dir, fmt.Sprintf("sallyport-bench-%d", pid))}
	if err := os.Mkdir(q.dir, 0o750); err != nil {
		return quota{}, fmt.Errorf("making a control group (-quota 0 goes without, and needs no root): %w", err)
	}
	for name, text := range map[string]string{file: limit, "cgroup.procs": strconv.Itoa(pid)} {
		if err := os.WriteFile(filepath.Join(q.dir, name), []byte(text), 0o600); err != nil {
			return quota{}, errors.Join(fmt.Errorf("setting %s of a control group: %w", name, err), q.release())
		}
	}
	return q, nil
}

// release deletes the group; its process must have ended.
func (q quota) release() error { return os.Remove(q.dir) }
