//go:build unix

package actions

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// confine limits what the process can use: memory, processor time, files. What
// it has open already stays open.
func confine(job Job) error {
	seconds := uint64(max(0, job.Timeout/time.Second)) + 2
	limits := []struct {
		resource int
		most     uint64
	}{{unix.RLIMIT_CPU, seconds}, {unix.RLIMIT_FSIZE, 0}, {unix.RLIMIT_CORE, 0}, {unix.RLIMIT_NOFILE, 32}}
	if mapped, known := addressSpace(); known {
		// The runtime maps more than it uses; what is there already is no use of the Action's.
		limits = append(limits, struct {
			resource int
			most     uint64
		}{unix.RLIMIT_AS, mapped + 2*job.Memory + 128<<20})
	}
	for _, l := range limits {
		if err := unix.Setrlimit(l.resource, &unix.Rlimit{Cur: l.most, Max: l.most}); err != nil {
			return fmt.Errorf("resource %d: %w", l.resource, err)
		}
	}
	return nil
}

// addressSpace returns how much the process has mapped, in bytes.
func addressSpace() (uint64, bool) {
	if runtime.GOOS != "linux" {
		return 0, false
	}
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0, false
	}
	pages, _, _ := strings.Cut(string(b), " ")
	n, err := strconv.ParseUint(pages, 10, 64)
	return n * uint64(os.Getpagesize()), err == nil //nolint:gosec // a page has a size
}
