package api

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"sallyport/internal/portal"
)

// A client that asks before it sends its body is told at once what is wrong, and
// sends nothing.
func TestBodyIsNotAskedFor(t *testing.T) {
	b := setup(t)
	c := b.admin()
	token := c.do(http.MethodPost, "/api/v1/tokens", map[string]any{"name": "t", "permissions": allowed(portal.Admin)}, 201).Text("token")
	conn, err := (&net.Dialer{Timeout: 5 * time.Second}).DialContext(t.Context(), "tcp", strings.TrimPrefix(c.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(drainTimeout / 2)); err != nil {
		t.Fatal(err)
	}
	_, _ = fmt.Fprintf(conn, "POST /api/v1/folders?colour=red HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: 900000\r\nExpect: 100-continue\r\n\r\n", token)
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusBadRequest || !strings.Contains(string(answer), "colour") {
		t.Errorf("%d %s, %v", resp.StatusCode, answer, err)
	}
}

// A body that comes drop by drop is not waited for.
func TestBodyThatTrickles(t *testing.T) {
	t.Parallel()
	b := setup(t)
	conn, err := (&net.Dialer{Timeout: 5 * time.Second}).DialContext(t.Context(), "tcp", strings.TrimPrefix(b.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetReadDeadline(time.Now().Add(3 * signInWithin)); err != nil {
		t.Fatal(err)
	}
	_, _ = fmt.Fprint(conn, "POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n")
	stop := make(chan struct{})
	var dripping sync.WaitGroup
	defer dripping.Wait()
	defer close(stop)
	dripping.Go(func() {
		drip := time.NewTicker(50 * time.Millisecond)
		defer drip.Stop()
		for {
			select {
			case <-stop:
				return
			case <-drip.C:
				_, _ = conn.Write([]byte(" "))
			}
		}
	})
	answers := bufio.NewReader(conn)
	resp, err := http.ReadResponse(answers, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if answer, _ := io.ReadAll(resp.Body); resp.StatusCode != http.StatusBadRequest || !strings.Contains(string(answer), "did not come in time") {
		t.Errorf("%d %s", resp.StatusCode, answer)
	}
	if _, err := answers.ReadByte(); errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error("the connection is held")
	}
}

// A stream is not ended by the time in which a body has to come.
func TestStreamsAreNotHurried(t *testing.T) {
	t.Parallel()
	s := setup(t).admin().live(nil)
	until := time.Now().Add(readTimeout + 500*time.Millisecond)
	for time.Now().Before(until) {
		if line, err := s.lines.ReadString('\n'); err != nil {
			t.Fatalf("%q %v", line, err)
		}
	}
}

// A body that is too large is read on, and so the answer arrives.
func TestBodyThatIsTooLarge(t *testing.T) {
	c := setup(t).admin()
	large := `{"name":"` + strings.Repeat("x", 20*maxBody) + `"}`
	for range 5 {
		resp, raw := c.send(http.MethodPost, "/api/v1/folders", "application/json", strings.NewReader(large))
		if resp.StatusCode != http.StatusBadRequest || !strings.Contains(string(raw), "larger than 1048576 bytes") {
			t.Fatalf("%d %s", resp.StatusCode, raw)
		}
	}
}
