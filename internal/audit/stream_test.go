package audit_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"sallyport/internal/audit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestParseTarget(t *testing.T) {
	for text, want := range map[string]string{
		"tls://logs.example.com": "tls://logs.example.com:6514", "tcp://10.0.0.1:1514": "tcp://10.0.0.1:1514", "udp://[2001:db8::1]": "udp://[2001:db8::1]:514",
		"": "", "logs.example.com:514": "", "http://logs.example.com": "", "tls://": "", "tls://u:p@logs.example.com": "", "tls://logs.example.com/path": "",
	} {
		got, err := audit.ParseTarget(text)
		if (err == nil) != (want != "") || err == nil && got.String() != want {
			t.Errorf("%q is %v %v, want %q", text, got, err, want)
		}
	}
}

func FuzzParseTarget(f *testing.F) {
	f.Add("tls://logs.example.com:6514")
	f.Fuzz(func(t *testing.T, text string) {
		if got, err := audit.ParseTarget(text); err == nil {
			if again, err := audit.ParseTarget(got.String()); err != nil || again != got {
				t.Errorf("%q is %v, and that is %v %v", text, got, again, err)
			}
		}
	})
}

func TestMessage(t *testing.T) {
	es, _ := chain(1)
	got := string(es[0].Message("here now\n"))
	head, body, ok := strings.Cut(got, " {")
	if want := "<109>1 1970-01-01T00:00:00.000000Z herenow sallyport - role.changed -"; !ok || head != want {
		t.Errorf("%q, want %q", head, want)
	}
	var fields map[string]any
	if err := json.Unmarshal([]byte("{"+body), &fields); err != nil || fields["hash"] != es[0].Hash || fields["actorName"] != "Ada" {
		t.Errorf("%v %v", fields, err)
	}
}

// queue is a log in memory.
type queue struct {
	mu   sync.Mutex
	es   []audit.Entry
	sent int64
}

func (q *queue) Orgs(context.Context) ([]string, error) { return []string{"acme"}, nil }

func (q *queue) Unsent(_ context.Context, _, _ string, limit int) ([]audit.Entry, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	rest := q.es[q.sent:]
	return rest[:min(len(rest), limit)], nil
}

func (q *queue) SetSent(_ context.Context, _, _ string, seq int64) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.sent = seq
	return nil
}

func (q *queue) add(e audit.Entry) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.es = append(q.es, e)
}

// collect takes n messages of a listener's next connection, octets counted.
func collect(t *testing.T, ln net.Listener, n int) []string {
	t.Helper()
	conn, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	in := bufio.NewReader(conn)
	var out []string
	for range n {
		size, err := in.ReadString(' ')
		if err != nil {
			t.Fatal(err)
		}
		length, err := strconv.Atoi(strings.TrimSuffix(size, " "))
		if err != nil {
			t.Fatal(err)
		}
		m := make([]byte, length)
		if _, err := io.ReadFull(in, m); err != nil {
			t.Fatal(err)
		}
		out = append(out, string(m))
	}
	return out
}

// What is written while the collector is down is sent when it is there again, once
// and in order.
func TestStreamOutlivesTheCollector(t *testing.T) {
	es, _ := chain(5)
	q := &queue{es: es[:3:3]}
	ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := ln.Addr().String()
	var s *audit.Stream
	failed := make(chan struct{})
	var once sync.Once
	hold := func(context.Context) (bool, error) {
		if s.State().Error != "" {
			once.Do(func() { close(failed) })
		}
		return true, nil
	}
	s = &audit.Stream{
		Queue: q, Sender: &audit.Sender{Target: audit.Target{Network: "tcp", Addr: addr}, Host: "h", Within: time.Second}, Every: 2 * time.Millisecond,
		Hold: hold, Now: time.Now, Log: slog.New(slog.DiscardHandler),
	}
	ctx, cancel := context.WithCancel(t.Context())
	var done sync.WaitGroup
	done.Go(func() { s.Run(ctx) })
	defer done.Wait()
	defer cancel()
	if got := collect(t, ln, 3); !strings.Contains(got[2], es[2].Hash) {
		t.Errorf("%v", got)
	}
	if err := ln.Close(); err != nil {
		t.Fatal(err)
	}
	q.add(es[3])
	<-failed
	q.add(es[4])
	if ln, err = (&net.ListenConfig{}).Listen(t.Context(), "tcp", addr); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	got := collect(t, ln, 2)
	if !strings.Contains(got[0], es[3].Hash) || !strings.Contains(got[1], es[4].Hash) {
		t.Errorf("%v", got)
	}
}
