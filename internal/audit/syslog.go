package audit

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Target is a syslog collector.
type Target struct {
	Network string // udp, tcp or tls
	Addr    string // host:port
}

// ParseTarget reads udp://host:514, tcp://host:601 or tls://host:6514; those are the
// ports where none is named.
func ParseTarget(text string) (Target, error) {
	u, err := url.Parse(text)
	if err != nil {
		return Target{}, errors.New("this is no URL: write it as tls://collector.example.com:6514")
	}
	port, ok := map[string]string{"udp": "514", "tcp": "601", "tls": "6514"}[u.Scheme]
	if !ok || u.Hostname() == "" || u.User != nil || u.Path != "" && u.Path != "/" || u.RawQuery != "" {
		return Target{}, errors.New("a syslog collector is udp://, tcp:// or tls:// with a host and a port, such as tls://collector.example.com:6514")
	}
	if u.Port() != "" {
		port = u.Port()
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 || !hostForm.MatchString(u.Hostname()) {
		return Target{}, errors.New("the host or the port of the syslog collector is none")
	}
	return Target{u.Scheme, net.JoinHostPort(u.Hostname(), port)}, nil
}

var hostForm = regexp.MustCompile(`^[A-Za-z0-9._:-]+$`)

// String returns the target as it is written.
func (t Target) String() string { return t.Network + "://" + t.Addr }

// priority is facility 13 (log audit) and severity 5 (notice) of RFC 5424.
const priority = 13*8 + 5

// maxDatagram is the most bytes of a message by UDP.
const maxDatagram = 8 << 10

// Message returns an entry as a message of RFC 5424. Its text is a JSON object of
// all fields of the entry.
func (e Entry) Message(host string) []byte {
	body, _ := json.Marshal(e.Fields()) // texts and numbers can always be written
	return fmt.Appendf(nil, "<%d>1 %s %s sallyport - %s - %s", priority, e.At.UTC().Format("2006-01-02T15:04:05.000000Z07:00"), word(host, 255), word(e.Action, 32), body)
}

// Fields returns an entry as an object of JSON: what is exported, and sent.
func (e Entry) Fields() map[string]any {
	var detail any = json.RawMessage(e.Detail)
	if !json.Valid([]byte(e.Detail)) { // somebody has changed it: verifying says so
		detail = e.Detail
	}
	return map[string]any{
		"org": e.Org, "seq": e.Seq, "at": e.At.UTC().Format("2006-01-02T15:04:05.000000Z07:00"), "actor": e.Actor, "actorName": e.ActorName, "action": e.Action, "object": e.Object,
		"outcome": e.Outcome, "detail": detail, "addr": e.Addr, "requestId": e.Request, "prev": e.Prev, "hash": e.Hash,
	}
}

// word returns a text as a field of a syslog header: printable ASCII, "-" for none.
func word(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		if r <= ' ' || r > '~' {
			return -1
		}
		return r
	}, s)
	if s == "" {
		return "-"
	}
	return s[:min(len(s), most)]
}

// Sender sends entries to a collector. It is used from one goroutine.
type Sender struct {
	Target Target
	Host   string      // of this machine, in the messages
	TLS    *tls.Config // optional
	Within time.Duration

	conn net.Conn
}

// Send sends entries in their order. After an error the connection is closed; what
// was sent since the last call that had none may arrive twice.
func (s *Sender) Send(ctx context.Context, es []Entry) error {
	if err := s.open(ctx); err != nil {
		return fmt.Errorf("connect to %s: %w", s.Target, err)
	}
	if err := s.conn.SetWriteDeadline(time.Now().Add(s.Within)); err != nil {
		return errors.Join(err, s.Close())
	}
	for _, e := range es {
		m := e.Message(s.Host)
		if s.Target.Network == "udp" {
			m = m[:min(len(m), maxDatagram)]
		} else { // octets counted (RFC 5425 section 4.3, RFC 6587 section 3.4.1)
			m = append([]byte(strconv.Itoa(len(m))+" "), m...)
		}
		if _, err := s.conn.Write(m); err != nil {
			return errors.Join(fmt.Errorf("send to %s: %w", s.Target, err), s.Close())
		}
	}
	return nil
}

func (s *Sender) open(ctx context.Context) (err error) {
	if s.conn != nil && s.Target.Network != "udp" {
		if closed(s.conn) {
			_ = s.Close() // it is gone anyway
		}
	}
	if s.conn != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, s.Within)
	defer cancel()
	if s.Target.Network == "tls" {
		s.conn, err = (&tls.Dialer{Config: s.TLS}).DialContext(ctx, "tcp", s.Target.Addr)
		return err
	}
	s.conn, err = (&net.Dialer{}).DialContext(ctx, s.Target.Network, s.Target.Addr)
	return err
}

// closed reports whether the collector has closed a connection: it never says
// anything else.
func closed(c net.Conn) bool {
	if err := c.SetReadDeadline(time.Now().Add(time.Millisecond)); err != nil {
		return true
	}
	_, err := c.Read(make([]byte, 1))
	timeout, ok := errors.AsType[net.Error](err)
	return err != nil && (!ok || !timeout.Timeout())
}

// Close closes the connection.
func (s *Sender) Close() error {
	if s.conn == nil {
		return nil
	}
	err := s.conn.Close()
	s.conn = nil
	return err
}
