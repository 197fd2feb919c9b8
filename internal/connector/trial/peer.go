package trial

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"sallyport/internal/value"
)

// peer plays the system outside for one case: it answers as the case says, and
// keeps what it got.
type peer struct {
	address string
	server  *http.Server
	mail    *mailbox // instead of the server, where the case expects mail

	name     string
	watchers []Watcher

	mu  sync.Mutex
	of  []Exchange
	got []*received
}

// received is one request as it arrived.
type received struct {
	method string
	path   string // as it was escaped
	query  map[string][]string
	header http.Header
	body   []byte
}

func newPeer(ctx context.Context, c Case, watchers []Watcher) (*peer, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("play the system outside: %w", err)
	}
	p := &peer{address: l.Addr().String(), name: c.Name, of: c.Exchanges, watchers: watchers}
	if c.Mail != nil {
		p.mail = newMailbox(l)
		return p, nil
	}
	p.server = &http.Server{Handler: p, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = p.server.Serve(l) }() // it ends when it is closed
	return p, nil
}

func (p *peer) close() {
	if p.mail != nil {
		p.mail.close()
		return
	}
	_ = p.server.Close()
}

// fill puts the peer's address in the place of {{ peer }}, and its host and
// port in that of {{ peer_host }} and {{ peer_port }}.
func (p *peer) fill(v any) any {
	switch v := v.(type) {
	case string:
		host, port, _ := net.SplitHostPort(p.address)
		return strings.NewReplacer("{{ peer }}", "http://"+net.JoinHostPort(host, port), "{{ peer_host }}", host, "{{ peer_port }}", port).Replace(v)
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = p.fill(e)
		}
		return out
	case *value.Object:
		if v == nil {
			return v
		}
		out := value.NewObject(v.Len())
		for k, e := range v.All() {
			out.Set(k, p.fill(e))
		}
		return out
	}
	return v
}

// ServeHTTP implements [http.Handler].
func (p *peer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 64<<20))
	if err != nil {
		return
	}
	for _, watch := range p.watchers {
		watch(p.name, r, body)
	}
	p.mu.Lock()
	n := len(p.got)
	p.got = append(p.got, &received{r.Method, r.URL.EscapedPath(), r.URL.Query(), r.Header, body})
	p.mu.Unlock()
	if n >= len(p.of) {
		http.Error(w, "nothing more was expected", http.StatusTeapot)
		return
	}
	answer(w, p.fill(p.of[n].Response).(*value.Object))
}

func answer(w http.ResponseWriter, say *value.Object) {
	status, _ := say.At("status").(float64)
	if status == 0 {
		status = http.StatusOK
	}
	body := []byte(say.Text("text"))
	if v, ok := say.Get("json"); ok {
		body = value.JSON(v)
		w.Header().Set("Content-Type", "application/json")
	}
	for name, v := range say.Object("headers").All() {
		list, ok := v.([]any)
		if !ok {
			list = []any{v}
		}
		w.Header().Del(name)
		for _, e := range list {
			w.Header().Add(name, value.String(e))
		}
	}
	w.WriteHeader(int(status))
	if status != http.StatusNoContent {
		_, _ = w.Write(body) // a caller that went away is what is tested
	}
}
