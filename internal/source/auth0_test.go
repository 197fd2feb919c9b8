package source_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"sallyport/internal/okta"
	"sallyport/internal/source"
)

// log is the log of an Auth0 tenant.
type log struct {
	mu      sync.Mutex
	ids     []string
	gone    bool // entries before are not known any more
	status  int  // of every answer, unless it is 0
	asked   []string
	written time.Time
}

func (l *log) write(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for range n {
		l.ids = append(l.ids, fmt.Sprintf("900%05d", len(l.ids)))
	}
}

// ServeHTTP answers GET /api/v2/logs, by search or by checkpoint.
func (l *log) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	q := r.URL.Query()
	l.asked = append(l.asked, r.URL.RawQuery)
	from := q.Get("from")
	switch {
	case l.status != 0:
		http.Error(w, `{"message":"no"}`, l.status)
		return
	case from != "" && l.gone:
		l.gone = false
		http.Error(w, `{"message":"no such log"}`, http.StatusNotFound)
		return
	}
	var page []string
	if q.Get("q") == "" {
		take, _ := strconv.Atoi(q.Get("take"))
		for _, id := range l.ids {
			if id > from && len(page) < take {
				page = append(page, id)
				from = id
			}
		}
		if from != "" {
			w.Header().Set("Link", fmt.Sprintf(`<http://%s/api/v2/logs?from=%s&take=%d>; rel="next"`, r.Host, from, take))
		}
	} else if len(l.ids) > 0 {
		page = append(page, l.ids[0])
	}
	for i, id := range page {
		page[i] = fmt.Sprintf(`{"log_id":%q,"type":"s","date":%q}`, id, l.written.Format(time.RFC3339))
	}
	_, _ = fmt.Fprintf(w, "[%s]", strings.Join(page, ","))
}

// polling polls a tenant until it is stopped.
func polling(t *testing.T, m *memory, l *log) (stop func()) {
	t.Helper()
	srv := httptest.NewServer(l)
	p := &source.Poller{
		Store: m, Leases: m, Sink: m, Fetcher: func(source.Source) okta.Fetcher { return plain{srv.URL} }, Holder: "me",
		Intervals: source.Intervals{Least: time.Millisecond, Most: 2 * time.Millisecond}, Now: time.Now, Log: slog.New(slog.DiscardHandler),
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan struct{})
	go func() {
		p.Run(ctx)
		close(done)
	}()
	stop = sync.OnceFunc(func() {
		cancel()
		<-done
		srv.Close()
	})
	t.Cleanup(stop)
	return stop
}

// taken waits until n events were taken, and returns their ids. What is durable is
// the place to go on from.
func taken(t *testing.T, m *memory, n int) []string {
	t.Helper()
	var ids []string
	for began := time.Now(); len(ids) < n; {
		if time.Since(began) > 20*time.Second {
			t.Fatalf("of %d events %d came", n, len(ids))
		}
		b := wait(t, m.got)
		for _, e := range b.Events {
			ids = append(ids, e.UUID)
		}
		m.mu.Lock()
		m.source.Cursor = b.Cursor
		m.mu.Unlock()
	}
	return ids
}

func tenant() (*memory, *log) {
	m := newMemory(source.Source{ID: "s", Org: "o", Kind: source.Auth0, Poll: true, StartAt: time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)})
	m.got = make(chan source.Batch, 10_000)
	return m, &log{written: time.Date(2026, 1, 2, 3, 0, 0, 0, time.UTC)}
}

// What a tenant writes meanwhile is read page by page, without a gap and without
// an entry twice; another poller goes on where the first was stopped.
func TestAuth0PollGoesOn(t *testing.T) {
	m, l := tenant()
	l.write(1) // the newest before the poll begins
	stop := polling(t, m, l)
	l.write(250)
	got := taken(t, m, 250)
	stop()
	for len(m.got) > 0 { // what it had asked for still
		if b := <-m.got; len(b.Events) > 0 {
			t.Fatalf("an empty page brought %d events", len(b.Events))
		}
	}
	l.write(120)
	polling(t, m, l)
	got = append(got, taken(t, m, 120)...)
	if want := l.ids[1:]; !slices.Equal(got, want) {
		t.Errorf("%d entries are read, want %d in their order", len(got), len(want))
	}
	if first := l.asked[0]; !strings.Contains(first, "q=date%3A%5B%2A+TO+2026-01-01T23%3A59%3A00.000Z%5D") {
		t.Errorf("it began with %s", first)
	}
	if n := slices.IndexFunc(l.asked[1:], func(q string) bool { return strings.Contains(q, "q=") }); n >= 0 {
		t.Errorf("the place was looked for again: %s", l.asked[n+1])
	}
}

// An entry that is not known any more: the poll begins again before the newest
// event that it had.
func TestAuth0PollBeginsAgain(t *testing.T) {
	m, l := tenant()
	l.write(1)
	stop := polling(t, m, l)
	l.write(2)
	taken(t, m, 2)
	l.mu.Lock()
	l.gone = true
	l.mu.Unlock()
	l.write(1)
	ids := taken(t, m, 3) // from the first again: what is there already counts as nothing
	stop()
	if ids[len(ids)-1] != "90000003" {
		t.Errorf("read again: %v", ids)
	}
	if again := slices.ContainsFunc(l.asked[2:], func(q string) bool { return strings.Contains(q, "2026-01-02T02%3A44%3A00") }); !again {
		t.Errorf("it did not begin a quarter of an hour before the newest event: %v", l.asked)
	}
}

// A tenant that refuses is told of, with what to do, and is not asked again at once.
func TestAuth0PollRefused(t *testing.T) {
	for status, want := range map[int]string{403: "read:logs", 401: "renew it", 400: "Auth0 answered 400", 503: "Auth0 answered 503"} {
		t.Run(strconv.Itoa(status), func(t *testing.T) {
			m, l := tenant()
			l.status = status
			stop := polling(t, m, l)
			if note := wait(t, m.noted); !strings.Contains(note, want) {
				t.Errorf("noted %q, want %q", note, want)
			}
			stop()
			if len(l.asked) > 5 {
				t.Errorf("it was asked %d times", len(l.asked))
			}
		})
	}
}
