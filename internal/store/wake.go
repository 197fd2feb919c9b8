package store

import (
	"context"
	"database/sql"
	"strings"
	"sync"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riversqlite"
)

// wakeDriver is River's SQLite driver with a listener, so that a job starts when
// the transaction that inserted it has committed and not at the next poll.
// River asks a driver for a listener where the database can notify; SQLite
// cannot, but its one process can tell itself.
type wakeDriver struct {
	*riversqlite.Driver
	w *waker
}

func newWakeDriver(db *sql.DB, w *waker) *wakeDriver { return &wakeDriver{riversqlite.New(db), w} }

// SupportsListener makes River use GetListener. SupportsListenNotify stays
// false, so that it does not ask the database to notify.
func (d *wakeDriver) SupportsListener() bool { return true }

// GetListener returns a listener on the waker.
func (d *wakeDriver) GetListener(*riverdriver.GetListenenerParams) riverdriver.Listener {
	return &wakeListener{w: d.w, heard: make(chan *riverdriver.Notification, 1)}
}

// waker tells the listeners of this process that jobs were inserted.
type waker struct {
	mu        sync.Mutex
	listeners map[*wakeListener]bool
}

func newWaker() *waker { return &waker{listeners: map[*wakeListener]bool{}} }

func (w *waker) wake() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for l := range w.listeners {
		select {
		case l.heard <- &riverdriver.Notification{Topic: l.topic, Payload: `{"queue":"default"}`}:
		default: // it has one to read already
		}
	}
}

type wakeListener struct {
	w     *waker
	topic string
	heard chan *riverdriver.Notification
}

// Connect has nothing to connect to.
func (l *wakeListener) Connect(context.Context) error { return nil }

// Ping always answers.
func (l *wakeListener) Ping(context.Context) error { return nil }

// Schema is SQLite's only one.
func (l *wakeListener) Schema() string { return "" }

// SetAfterConnectExec has no connection to run anything on.
func (l *wakeListener) SetAfterConnectExec(string) {}

// Listen subscribes to the topic of inserted jobs; the others (control,
// leadership) are never spoken of in one process.
func (l *wakeListener) Listen(_ context.Context, topic string) error {
	if strings.HasSuffix(topic, "insert") {
		l.w.mu.Lock()
		defer l.w.mu.Unlock()
		l.topic = topic
		l.w.listeners[l] = true
	}
	return nil
}

// Unlisten ends a subscription.
func (l *wakeListener) Unlisten(_ context.Context, topic string) error {
	if strings.HasSuffix(topic, "insert") {
		return l.Close(context.Background())
	}
	return nil
}

// Close ends the subscription.
func (l *wakeListener) Close(context.Context) error {
	l.w.mu.Lock()
	defer l.w.mu.Unlock()
	delete(l.w.listeners, l)
	return nil
}

// WaitForNotification waits until jobs were inserted.
func (l *wakeListener) WaitForNotification(ctx context.Context) (*riverdriver.Notification, error) {
	select {
	case n := <-l.heard:
		return n, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
