package api

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"sallyport/internal/live"
	"sallyport/internal/portal"
	"sallyport/internal/value"
)

// liveStream is an open stream of messages.
type liveStream struct {
	t      testing.TB
	status int
	body   io.ReadCloser
	lines  *bufio.Reader
	cancel context.CancelFunc
}

// live opens the stream and waits until it is there.
func (c *client) live(header http.Header) *liveStream {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), 20*time.Second)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.url+"/api/v1/live", nil)
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header = header.Clone()
	if req.Header == nil {
		req.Header = http.Header{}
	}
	if c.bearer != "" {
		req.Header.Set("Authorization", "Bearer "+c.bearer)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	s := &liveStream{c.t, resp.StatusCode, resp.Body, bufio.NewReader(resp.Body), cancel}
	c.t.Cleanup(s.close)
	return s
}

func (s *liveStream) close() {
	s.cancel()
	_ = s.body.Close()
}

// event returns the next event, or false at the end of the stream.
func (s *liveStream) event() (name, data string, ok bool) {
	s.t.Helper()
	for {
		line, err := s.lines.ReadString('\n')
		if err != nil {
			if errors.Is(err, context.DeadlineExceeded) {
				s.t.Fatal("nothing came in time")
			}
			return name, data, false
		}
		switch line = strings.TrimSuffix(line, "\n"); {
		case line == "" && name != "":
			return name, data, true
		case strings.HasPrefix(line, "event: "):
			name = line[7:]
		case strings.HasPrefix(line, "data: "):
			data = line[6:]
		}
	}
}

// next returns the next message of a topic.
func (s *liveStream) next(topic string) *value.Object {
	s.t.Helper()
	for {
		name, data, ok := s.event()
		if !ok {
			s.t.Fatalf("the stream ended before a message on %s", topic)
		}
		if name != topic {
			continue
		}
		v, err := value.ParseJSON([]byte(data))
		if err != nil {
			s.t.Fatal(err)
		}
		o, _ := v.(*value.Object)
		return o
	}
}

// ends waits for the stream's end.
func (s *liveStream) ends() {
	s.t.Helper()
	for {
		if _, _, ok := s.event(); !ok {
			return
		}
	}
}

func TestLive(t *testing.T) {
	b := setup(t)
	c := b.admin()
	s := c.live(nil)
	c.post("/api/v1/tables", value.Map("title", "T", "columns", []any{value.Map("name", "a", "type", "text")}), 201)
	if m := s.next("table"); m.Text("id") == "" {
		t.Errorf("%s", value.JSON(m))
	}
	b.deps.Live.Publish(b.evil.ID, live.Message{Topic: live.Table, ID: "theirs"})
	b.deps.Live.Publish(b.acme.ID, EventsAccepted("src", 12))
	if name, data, _ := s.event(); name != "event" || data != `{"topic":"event","id":"src","data":{"count":12}}` {
		t.Errorf("%s %s", name, data)
	}
	again := c.live(http.Header{"Last-Event-Id": {"1"}})
	if name, _, _ := again.event(); name != "lost" {
		t.Errorf("a stream that is taken up again begins with %s", name)
	}
	b.deps.Live.Publish(b.acme.ID, live.Message{Topic: live.Lost}) // as the hub says it to who reads too slowly
	b.deps.Live.Publish(b.acme.ID, live.Message{Topic: live.Run, ID: "last"})
	s.next("lost")
	if m := s.next("run"); m.Text("id") != "last" {
		t.Errorf("%s", value.JSON(m))
	}
	b.deps.Live.Close()
	s.ends()
}

// Messages are for those who may see what they are about.
func TestLiveByPermission(t *testing.T) {
	b := setup(t)
	nobody := b.member(b.acme, "nil@acme.example", portal.Admin)
	c := b.anybody()
	c.signIn("nil@acme.example")
	b.setRole(b.acme, nobody, "")
	s := c.live(nil)
	for _, topic := range live.Topics() {
		b.deps.Live.Publish(b.acme.ID, live.Message{Topic: topic, ID: string(topic)})
	}
	if name, data, _ := s.event(); name != "lost" {
		t.Errorf("somebody without a permission is told %s %s", name, data)
	}
}

// A stream ends with what it was opened by.
func TestLiveEnds(t *testing.T) {
	tests := map[string]func(t *testing.T, b *bench, c *client){
		"signed out":                   func(_ *testing.T, _ *bench, c *client) { c.do(http.MethodDelete, "/api/v1/session", nil, 204) },
		"the session is too old":       func(_ *testing.T, b *bench, _ *client) { b.pass(13 * time.Hour) },
		"nobody was there for an hour": func(_ *testing.T, b *bench, _ *client) { b.pass(time.Hour) },
		"ended from elsewhere": func(t *testing.T, b *bench, c *client) {
			mine := items(c.get("/api/v1/sessions", 200))[0].Text("id")
			other := b.anybody()
			other.signIn("ada@acme.example")
			other.do(http.MethodDelete, "/api/v1/sessions/"+mine, nil, 204)
		},
		"the password was changed elsewhere": func(t *testing.T, b *bench, _ *client) {
			other := b.anybody()
			other.signIn("ada@acme.example")
			other.do(http.MethodPut, "/api/v1/session/password", value.Map("current", password, "password", "a quite new password"), 204)
		},
		"the account was disabled": func(t *testing.T, b *bench, _ *client) {
			a, err := b.db.Accounts.ByEmail(t.Context(), "ada@acme.example")
			if err == nil {
				b.setRole(b.acme, a, portal.Auditor) // with another administrator
				err = b.deps.Portal.People.Set(t.Context(), b.acme.ID, a.ID, portal.MemberChange{Disabled: new(true)})
			}
			if err != nil {
				t.Fatal(err)
			}
		},
	}
	for name, end := range tests {
		t.Run(name, func(t *testing.T) {
			b := setup(t)
			c := b.admin()
			s := c.live(nil)
			end(t, b, c)
			s.ends()
			c.get("/api/v1/session", 401)
		})
	}
	t.Run("the API token was ended", func(t *testing.T) {
		b := setup(t)
		c := b.admin()
		made := c.post("/api/v1/tokens", value.Map("name", "x", "permissions", allowed("auditor")), 201)
		program := b.anybody()
		program.bearer = made.Text("token")
		s := program.live(nil)
		c.do(http.MethodDelete, "/api/v1/tokens/"+made.Text("id"), nil, 204)
		s.ends()
	})
}
