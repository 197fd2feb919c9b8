//go:build chaos

package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync/atomic"
	"time"
)

// clock is the machine's moved by what the file says that CHAOS_CLOCK
// names, such as "-90s", from when it says it. Programs that are released have none
// of this.
func clock(out io.Writer) func() time.Time {
	file := os.Getenv("CHAOS_CLOCK")
	if file == "" {
		return nil
	}
	_, _ = fmt.Fprintln(out, "this program is for tests of faults: its clock can be moved")
	var by atomic.Int64
	go func() {
		for ; ; time.Sleep(50 * time.Millisecond) {
			text, err := os.ReadFile(file) //nolint:gosec // it is named by who starts the program
			if err != nil {
				continue
			}
			if d, err := time.ParseDuration(strings.TrimSpace(string(text))); err == nil {
				by.Store(int64(d))
			}
		}
	}()
	return func() time.Time { return time.Now().Round(0).Add(time.Duration(by.Load())) }
}
