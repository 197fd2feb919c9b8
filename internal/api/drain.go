package api

import (
	"errors"
	"io"
	"net/http"
	"os"
	"time"
)

// How long a body may take to come: one that came slower would hold its
// connection as long as its sender likes.
const (
	signInWithin = 5 * time.Second // where nobody is signed in yet
	bodyWithin   = 20 * time.Second
	largeWithin  = 50 * time.Second // a flow's YAML; requestTimeout is above it
	fileWithin   = 5 * time.Minute  // where the answer may take long, too
)

// within returns how long a route's body may take to come.
func (rt Route) within() time.Duration {
	switch {
	case rt.Permission == anyone:
		return signInWithin
	case rt.Doc.Max > 0 && rt.Doc.Long:
		return fileWithin
	case rt.Doc.Max > 0:
		return largeWithin
	}
	return bodyWithin
}

// hurry has reading the body end in time. The server takes the deadline off when
// it has seen the body's end, so that it does not end a stream; where there is no
// body it has seen it already.
func hurry(w http.ResponseWriter, r *http.Request, within time.Duration) {
	if r.Body != http.NoBody {
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(within)) // without one, the server's own holds
	}
}

// A client that is still sending when its connection is closed reads no answer:
// it is told that the connection was reset. So what is left of the body of a
// request that failed is read first, within these bounds.
const (
	maxDrain     = 64 << 20 // bytes
	drainTimeout = 5 * time.Second
)

// body is a request's body that knows whether it was asked for.
type body struct {
	io.ReadCloser

	begun bool
	late  bool // it did not come in time
}

// Read implements io.Reader.
func (b *body) Read(p []byte) (int, error) {
	b.begun = true
	n, err := b.ReadCloser.Read(p)
	b.late = b.late || errors.Is(err, os.ErrDeadlineExceeded)
	return n, err
}

// drain reads on to the end of the body, and drops it. A client that waits to be
// asked for its body has not sent it, and is not asked now (RFC 9110 section
// 10.1.1).
func (b *body) drain(w http.ResponseWriter, r *http.Request) {
	if b.ReadCloser == http.NoBody || b.late || !b.begun && r.Header.Get("Expect") != "" {
		return
	}
	conn := http.NewResponseController(w)
	if err := conn.SetReadDeadline(time.Now().Add(drainTimeout)); err != nil {
		return // it could wait for ever
	}
	_, _ = io.CopyN(io.Discard, b.ReadCloser, maxDrain)
}
