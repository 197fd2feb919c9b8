package main

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// hasTerminal reports whether a pseudo-terminal can be opened, both ends of it.
// In some containers it cannot.
func hasTerminal() bool {
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		return false
	}
	defer func() { _ = master.Close() }()
	if err := unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		return false
	}
	n, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err != nil {
		return false
	}
	slave, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return false
	}
	return slave.Close() == nil
}
