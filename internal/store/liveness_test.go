package store

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
)

// said is a log that tells of its first line.
type said struct {
	once sync.Once
	line chan string
}

func (s *said) Write(p []byte) (int, error) {
	s.once.Do(func() { s.line <- string(p) })
	return len(p), nil
}

// A client whose jobs others may take says so, and why.
func TestLostLivenessIsLogged(t *testing.T) {
	pool, err := pgxpool.New(t.Context(), "postgres://u@127.0.0.1:1/nowhere?connect_timeout=1")
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	heard := &said{line: make(chan string, 1)}
	ctx, cancel := context.WithCancel(t.Context())
	l := &liveness{pool: pool, id: "me", log: slog.New(slog.NewTextHandler(heard, nil)), cancel: cancel}
	l.done.Go(func() { l.run(ctx, nil) })
	line := <-heard.line
	l.stop()
	if !strings.Contains(line, "lock of this job client not held") || !strings.Contains(line, "client=me") || !strings.Contains(line, "connection refused") {
		t.Error(line)
	}
}
