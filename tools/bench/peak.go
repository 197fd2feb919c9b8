package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"time"
)

// runPeak runs a program to its end and returns the most memory it held, in MB. It
// reads what the kernel kept of the program itself (VmHWM, proc(5)): the figure of
// wait4(2) begins with what the parent held when it forked, and the parent here may
// be a simulated org of several hundred MB.
func runPeak(cmd *exec.Cmd) (float64, error) {
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	status := "/proc/" + strconv.Itoa(cmd.Process.Pid) + "/status"
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	peak := 0.0
	for {
		select {
		case err := <-ended:
			return peak, err
		case <-tick.C:
			peak = max(peak, highWater(status))
		}
	}
}

// highWater reads VmHWM of a process in MB; 0 where the kernel does not tell.
func highWater(status string) float64 {
	all, err := os.ReadFile(status)
	if err != nil {
		return 0
	}
	_, rest, found := bytes.Cut(all, []byte("VmHWM:"))
	var kB float64
	if !found {
		return 0
	}
	if _, err := fmt.Sscan(string(rest), &kB); err != nil {
		return 0
	}
	return kB / 1024
}
