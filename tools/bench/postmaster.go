package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// postmaster is the process of a PostgreSQL on this machine that all its others are
// children of; 0 where it is on another.
func postmaster(ctx context.Context, dsn string) (int, error) {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return 0, err
	}
	defer func() { _ = conn.Close(ctx) }()
	var pid int
	if err := conn.QueryRow(ctx, `SELECT pg_backend_pid()`).Scan(&pid); err != nil {
		return 0, err
	}
	if f := procStat(strconv.Itoa(pid)); len(f) > 1 {
		return strconv.Atoi(f[1])
	}
	return 0, nil
}

// procStat returns what the system says of a process, from its state on.
func procStat(pid string) []string {
	text, err := os.ReadFile(filepath.Join("/proc", pid, "stat"))
	if err != nil {
		return nil
	}
	return strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
}

// cpuOf is how long the processes of a PostgreSQL have had processors: those that
// live, and those that the first has seen end.
func cpuOf(postmaster int) (sum time.Duration) {
	if postmaster == 0 {
		return 0
	}
	all, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return 0
	}
	for _, dir := range all {
		f := procStat(filepath.Base(dir))
		if len(f) < 15 {
			continue
		}
		from, to := 11, 13 // utime and stime
		switch {
		case filepath.Base(dir) == fmt.Sprint(postmaster):
			to = 15 // and those of its children that have ended
		case f[1] != fmt.Sprint(postmaster):
			continue
		}
		for _, text := range f[from:to] {
			if n, err := strconv.Atoi(text); err == nil {
				sum += time.Duration(n) * 10 * time.Millisecond
			}
		}
	}
	return sum
}
