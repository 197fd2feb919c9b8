package api

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"sallyport/internal/scim"
	scimfault "sallyport/internal/scim/fault"
	"sallyport/internal/store"
)

// SCIMLog writes exchanges down: together, some time after, so that the log costs
// the identity provider nothing. What was not written when the server dies is lost.
type SCIMLog struct {
	keep func(context.Context, []store.SCIMExchange) error
	log  *slog.Logger

	mu      sync.Mutex
	waiting []store.SCIMExchange
	timer   *time.Timer // nil where nothing waits
}

// NewSCIMLog returns a log that keeps exchanges by a function.
func NewSCIMLog(keep func(context.Context, []store.SCIMExchange) error, log *slog.Logger) *SCIMLog {
	return &SCIMLog{keep: keep, log: log}
}

const (
	// writeEvery is how long exchanges wait to be written.
	writeEvery = time.Second
	// mostWaiting is how many do. Of more those go that would not be kept after, and
	// then the oldest.
	mostWaiting = 3 * store.KeptExchanges
	// logWithin bounds how long writing them may take.
	logWithin = 10 * time.Second
)

// observe is told of an exchange by the SCIM server.
func (l *SCIMLog) observe(ctx context.Context, e scim.Exchange) {
	if seen, ok := ctx.Value(scimKey{}).(*scimSeen); ok {
		l.add(exchangeOf(seen, e))
	}
}

// refused is told of a request that was not let in. Of one that was meant for
// nobody there is no log.
func (l *SCIMLog) refused(seen *scimSeen, r *http.Request, f *scimfault.Error, at time.Time) {
	if seen.org == "" {
		return
	}
	path := r.URL.EscapedPath()
	l.add(exchangeOf(seen, scim.Exchange{At: at, Method: r.Method, Path: path[:min(len(path), 1000)], Status: f.Status, Cause: f.Detail}))
}

func (l *SCIMLog) add(e store.SCIMExchange) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.waiting) >= mostWaiting {
		newest := store.NewestExchanges(l.waiting)
		l.waiting = newest[max(0, len(newest)-2*store.KeptExchanges):]
	}
	l.waiting = append(l.waiting, e)
	if l.timer == nil {
		l.timer = time.AfterFunc(writeEvery, func() { l.Write(context.Background()) })
	}
}

// Write writes down what waits.
func (l *SCIMLog) Write(ctx context.Context) {
	l.mu.Lock()
	es := l.waiting
	l.waiting = nil
	if l.timer != nil {
		l.timer.Stop()
		l.timer = nil
	}
	l.mu.Unlock()
	if len(es) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, logWithin)
	defer cancel()
	if err := l.keep(ctx, es); err != nil {
		l.log.WarnContext(ctx, "scim exchanges not kept", "err", err, "exchanges", len(es))
	}
}
