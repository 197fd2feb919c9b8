package app_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
)

// A request that is under way when the server is told to stop is answered, and
// what it wrote is there; new ones are not taken.
func TestRequestUnderWayAtShutdown(t *testing.T) {
	d := startDemo(t, storetest.Prepared(t))
	at, err := url.Parse(d.is.API)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", at.Host)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	body := `{"protectedUsers":["root@acme.example"],"protectedGroups":[],"ceiling":7,"flowCeilings":{},"dryRun":false}`
	_, err = fmt.Fprintf(conn, "PUT %s/guard/policy HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n",
		at.Path, at.Host, d.is.Token, len(body))
	if err != nil {
		t.Fatal(err)
	}
	answers := bufio.NewReader(conn)
	for _, want := range []string{"HTTP/1.1 100 Continue", ""} { // the server has read the head, and waits for the body
		if line, err := answers.ReadString('\n'); err != nil || strings.TrimSpace(line) != want {
			t.Fatalf("before the body: %q, %v", line, err)
		}
	}
	d.stop()
	for began := time.Now(); ; pause(10 * time.Millisecond) {
		other, err := net.Dial("tcp", at.Host)
		if err != nil {
			break
		}
		_ = other.Close()
		if time.Since(began) > 20*time.Second {
			t.Fatal("the server still takes connections")
		}
	}
	if _, err := io.WriteString(conn, body); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(answers, nil)
	if err != nil {
		t.Fatal(err)
	}
	said, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("status %d: %s, %v", resp.StatusCode, said, err)
	}
	db, err := store.Open(t.Context(), store.Options{DSN: d.dsn})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	org, err := db.Organizations.BySlug(t.Context(), "demo")
	if err != nil {
		t.Fatal(err)
	}
	if p, err := db.Actions.Policy(t.Context(), org.ID); err != nil || p.Ceiling != 7 {
		t.Errorf("what was answered is not written: %+v, %v", p, err)
	}
}
