package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"sallyport/internal/event"
)

// ingest reads a file of events into each database, a tenth of it first, so that
// it shows whether memory grows with the file. The reference is the same file
// read and parsed, and nothing more.
func (b bench) ingest(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "sallyport-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	sizes := []int{b.events / 10, b.events}
	for _, n := range sizes {
		if err := writeEvents(filepath.Join(dir, fmt.Sprint(n)), n); err != nil {
			return err
		}
	}
	file := filepath.Join(dir, fmt.Sprint(b.events))
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	b.say("ingest of %d events from a file of %.1f GB (%d bytes an event)", b.events, float64(info.Size())/1e9, info.Size()/int64(b.events))
	floor, err := parseOnly(file)
	if err != nil {
		return err
	}
	b.say("  %-10s %9d events %9.0f events/s", "parse only", b.events, floor)
	databases := map[string]string{"sqlite": filepath.Join(dir, "bench.db")}
	if b.postgres != "" {
		databases["postgres"] = b.postgres
	}
	for _, name := range []string{"sqlite", "postgres"} {
		if databases[name] == "" {
			b.say("  %-10s not measured: TEST_POSTGRES names no server", name)
			continue
		}
		for _, n := range sizes {
			if err := b.importFile(ctx, name, databases[name], filepath.Join(dir, fmt.Sprint(n)), n, floor); err != nil {
				return err
			}
		}
	}
	return nil
}

func parseOnly(file string) (float64, error) {
	f, err := os.Open(file)
	if err != nil {
		return 0, err
	}
	defer func() { _ = f.Close() }()
	began, n := time.Now(), 0
	for r := event.NewReader(f); ; n++ {
		if _, err := r.Next(); errors.Is(err, io.EOF) {
			return float64(n) / time.Since(began).Seconds(), nil
		} else if err != nil {
			return 0, err
		}
	}
}

// importFile has the program import a file into an empty database.
func (b bench) importFile(ctx context.Context, name, dsn, file string, n int, floor float64) error {
	dsn, drop, err := empty(ctx, dsn)
	if err != nil {
		return err
	}
	defer drop()
	data, err := os.MkdirTemp("", "sallyport-bench-data-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(data) }()
	cmd := exec.CommandContext(ctx, b.bin, "events", "import", "--json", file) //nolint:gosec // the program that was named
	cmd.Env = append(os.Environ(), "SALLYPORT_DATA_DIR="+data, "SALLYPORT_DATABASE="+dsn, "SALLYPORT_LOG_LEVEL=error")
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	began := time.Now()
	peak, err := runPeak(cmd)
	if err != nil {
		return fmt.Errorf("%w: %s", err, &said)
	}
	rate := float64(n) / time.Since(began).Seconds()
	b.say("  %-10s %9d events %9.0f events/s  %4.2f of parse only  %5.0f MB at most  %s", name, n, rate, rate/floor, peak, bytes.TrimSpace(out.Bytes()))
	return nil
}

func postgresURL(dsn string) (*url.URL, bool) {
	u, err := url.Parse(dsn)
	return u, err == nil && strings.HasPrefix(u.Scheme, "postgres")
}

// empty returns the name of an empty database beside the one that is named, and
// what deletes it again.
func empty(ctx context.Context, dsn string) (string, func(), error) {
	u, isURL := postgresURL(dsn)
	if !isURL {
		files := func() {
			for _, ending := range []string{"", "-wal", "-shm", ".lock", ".migrate-lock"} {
				_ = os.Remove(dsn + ending)
			}
		}
		files()
		return dsn, files, nil
	}
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return "", nil, err
	}
	if _, err := conn.Exec(ctx, `DROP SCHEMA IF EXISTS bench CASCADE; CREATE SCHEMA bench`); err != nil {
		return "", nil, err
	}
	q := u.Query()
	q.Set("search_path", "bench")
	u.RawQuery = q.Encode()
	return u.String(), func() {
		_, _ = conn.Exec(context.WithoutCancel(ctx), `DROP SCHEMA bench CASCADE`)
		_ = conn.Close(context.WithoutCancel(ctx))
	}, nil
}
