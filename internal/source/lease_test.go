package source_test

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sallyport/internal/okta"
	"sallyport/internal/source"
)

// shared is a source that several pollers read, and its lease.
type shared struct {
	mu      sync.Mutex
	source  source.Source
	holder  string
	until   time.Time
	away    bool // the database does not answer about leases
	lost    []source.Lease
	notes   int
	batches []source.Batch
}

func (s *shared) All(context.Context) ([]source.Source, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return []source.Source{s.source}, nil
}

func (s *shared) Get(context.Context, string, string) (source.Source, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.source, nil
}

func (s *shared) Failed(context.Context, string, string, string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.notes++
	return nil
}

func (s *shared) Accept(ctx context.Context, b source.Batch) (source.Accepted, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case ctx.Err() != nil:
		return source.Accepted{}, ctx.Err()
	case b.Lease.Holder != s.holder:
		s.lost = append(s.lost, b.Lease)
		return source.Accepted{}, source.ErrLost
	}
	s.batches = append(s.batches, b)
	s.source.Cursor = b.Cursor
	return source.Accepted{New: len(b.Events)}, nil
}

func (s *shared) Hold(ctx context.Context, _, holder string, d time.Duration) (bool, error) {
	s.mu.Lock()
	away := s.away
	s.mu.Unlock()
	if away {
		<-ctx.Done()
		return false, ctx.Err()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.holder != holder && time.Now().Before(s.until) {
		return false, nil
	}
	s.holder, s.until = holder, time.Now().Add(d)
	return true, nil
}

func (s *shared) Release(_ context.Context, _, holder string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.holder == holder {
		s.holder, s.until = "", time.Time{}
	}
	return nil
}

// set changes what is shared.
func (s *shared) set(fn func(*shared)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fn(s)
}

// slow is an org that takes its time over each page, which it counts, and then
// has none more.
type slow struct {
	takes time.Duration
	mu    sync.Mutex
	asked []string
	cut   int // requests whose context ended
}

func (o *slow) Fetch(ctx context.Context, target string) (okta.Answer, error) {
	o.mu.Lock()
	o.asked = append(o.asked, target)
	o.mu.Unlock()
	select {
	case <-time.After(o.takes):
		return okta.Answer{Status: http.StatusOK, Header: http.Header{"Link": {`<` + target + `x>; rel="next"`}}, Body: []byte("[]")}, nil
	case <-ctx.Done():
		o.mu.Lock()
		defer o.mu.Unlock()
		o.cut++
		return okta.Answer{}, ctx.Err()
	}
}

func (o *slow) first() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.asked) == 0 {
		return ""
	}
	return o.asked[0]
}

// start runs a poller in a bubble until the returned function is called.
func start(ctx context.Context, s *shared, o *slow, holder string) (stop func()) {
	p := &source.Poller{
		Store: s, Leases: s, Sink: s, Fetcher: func(source.Source) okta.Fetcher { return o }, Holder: holder,
		Intervals: source.Intervals{Least: time.Second, Most: 2 * time.Second}, Now: time.Now, Log: slog.New(slog.DiscardHandler),
	}
	ctx, cancel := context.WithCancel(ctx)
	var done sync.WaitGroup
	done.Go(func() { p.Run(ctx) })
	return func() {
		cancel()
		done.Wait()
	}
}

func reads(cursor string) *shared {
	return &shared{source: source.Source{ID: "s", Org: "o", Poll: true, Enabled: true, Cursor: cursor}}
}

// A poller that takes a source over goes on from where the source is then, and
// not from where it was when it began to wait.
func TestTakeoverGoesOnFromTheCursorOfThen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, o := reads("/old"), &slow{}
		s.holder, s.until = "another", time.Now().Add(time.Minute)
		stop := start(t.Context(), s, o, "me")
		defer stop()
		time.Sleep(30 * time.Second)
		if got := o.first(); got != "" {
			t.Fatalf("read %s while another had the lease", got)
		}
		s.set(func(s *shared) { s.source.Cursor = "/new" })
		time.Sleep(40 * time.Second)
		synctest.Wait()
		if got := o.first(); got != "/new" {
			t.Errorf("went on from %q", got)
		}
	})
}

// However long an answer takes, its reader keeps the source.
func TestLeaseIsRenewedWhileReading(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, one, other := reads("/a"), &slow{takes: 44 * time.Second}, &slow{}
		stop := start(t.Context(), s, one, "one")
		defer stop()
		synctest.Wait()
		stopOther := start(t.Context(), s, other, "other")
		defer stopOther()
		time.Sleep(3 * time.Minute)
		synctest.Wait()
		if got := other.first(); got != "" {
			t.Errorf("another read %s meanwhile", got)
		}
		s.set(func(s *shared) {
			if len(s.batches) < 3 || len(s.lost) > 0 {
				t.Errorf("%d pages accepted, %d refused", len(s.batches), len(s.lost))
			}
		})
	})
}

// A reader that lost its lease to another ends what it is reading, and writes
// neither events nor health.
func TestReaderWithoutLeaseWritesNothing(t *testing.T) {
	tests := map[string]func(*shared){
		"another took it":              func(s *shared) { s.holder, s.until = "another", time.Now().Add(time.Hour) },
		"the database does not answer": func(s *shared) { s.away = true },
	}
	for name, lose := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, o := reads("/a"), &slow{takes: 40 * time.Second}
				stop := start(t.Context(), s, o, "me")
				defer stop()
				time.Sleep(time.Second)
				s.set(lose)
				time.Sleep(2 * time.Minute)
				synctest.Wait()
				s.set(func(s *shared) {
					s.away = false
					if len(s.batches) > 0 || s.notes > 0 || o.cut != 1 {
						t.Errorf("%d pages and %d notes written, %d requests cut off", len(s.batches), s.notes, o.cut)
					}
				})
			})
		})
	}
}

// One whose lease goes while its page is on the way to the database hears it
// from there.
func TestPageThatCameTooLateIsNotNoted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, o := reads("/a"), &slow{takes: 5 * time.Second}
		stop := start(t.Context(), s, o, "me")
		defer stop()
		time.Sleep(time.Second)
		s.set(func(s *shared) { s.holder, s.until = "another", time.Now().Add(time.Hour) })
		time.Sleep(time.Minute)
		synctest.Wait()
		s.set(func(s *shared) {
			if len(s.batches) > 0 || len(s.lost) != 1 || s.notes > 0 {
				t.Errorf("%d pages accepted, %d refused, %d notes", len(s.batches), len(s.lost), s.notes)
			}
		})
	})
}

// A poller that stops gives the source up at once.
func TestStoppedPollerLeavesTheSource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, one, other := reads("/a"), &slow{}, &slow{}
		stop := start(t.Context(), s, one, "one")
		time.Sleep(time.Second)
		stop()
		stopOther := start(t.Context(), s, other, "other")
		defer stopOther()
		synctest.Wait()
		if other.first() == "" {
			t.Error("it is not read")
		}
	})
}
