package api

import (
	"io"
	"net/http"
	"time"
)

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
}

// Read implements io.Reader.
func (b *body) Read(p []byte) (int, error) {
	b.begun = true
	return b.ReadCloser.Read(p)
}

// drain reads on to the end of the body, and drops it. A client that waits to be
// asked for its body has not sent it, and is not asked now (RFC 9110 section
// 10.1.1).
func (b *body) drain(w http.ResponseWriter, r *http.Request) {
	if b.ReadCloser == http.NoBody || !b.begun && r.Header.Get("Expect") != "" {
		return
	}
	conn := http.NewResponseController(w)
	if err := conn.SetReadDeadline(time.Now().Add(drainTimeout)); err != nil {
		return // it could wait for ever
	}
	if _, err := io.CopyN(io.Discard, b.ReadCloser, maxDrain); err == io.EOF { //nolint:errorlint // Copy returns it bare
		_ = conn.SetReadDeadline(time.Time{}) // the connection goes on
	}
}
