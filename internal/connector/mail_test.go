package connector_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/mail"
	"net/textproto"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"sallyport/internal/connector"
	"sallyport/internal/egress"
	"sallyport/internal/value"
)

// post is a mail server of another maker than the client.
type post struct {
	refuse func(verb, arg string) error // what to say to a command

	mu     sync.Mutex
	logins []string
	from   string
	to     []string
	text   string
	plain  bool // something was said on an open connection that should not be
}

type postSession struct {
	post *post
	conn *smtp.Conn
}

func (p *post) NewSession(c *smtp.Conn) (smtp.Session, error) { return &postSession{p, c}, nil }

func (s *postSession) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *postSession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		s.post.mu.Lock()
		defer s.post.mu.Unlock()
		s.post.logins = append(s.post.logins, user+":"+password)
		if _, secured := s.conn.TLSConnectionState(); !secured {
			s.post.plain = true
		}
		if password != "pass-word-1" {
			return &smtp.SMTPError{Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 8}, Message: "Authentication credentials invalid"}
		}
		return nil
	}), nil
}

func (s *postSession) say(verb, arg string) error {
	if s.post.refuse != nil {
		return s.post.refuse(verb, arg)
	}
	return nil
}

func (s *postSession) Mail(from string, _ *smtp.MailOptions) error {
	s.post.from = from
	return s.say("MAIL", from)
}

func (s *postSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.post.to = append(s.post.to, to)
	return s.say("RCPT", to)
}

func (s *postSession) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.post.mu.Lock()
	s.post.text = string(text)
	s.post.mu.Unlock()
	return s.say("DATA", "")
}

func (s *postSession) Reset()        {}
func (s *postSession) Logout() error { return nil }

// serve starts the server, and returns the settings of a connection to it.
func (p *post) serve(t *testing.T, security string) (*value.Object, egress.Options) {
	t.Helper()
	cert, pool := certificate(t, "127.0.0.1")
	s := smtp.NewServer(p)
	s.AllowInsecureAuth, s.ErrorLog = true, quiet{}
	s.ReadTimeout, s.WriteTimeout = 10*time.Second, 10*time.Second
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	config := &tls.Config{Certificates: []tls.Certificate{cert}}
	switch security {
	case "starttls":
		s.TLSConfig = config
	case "tls":
		l = tls.NewListener(l, config)
	}
	var wg sync.WaitGroup
	wg.Go(func() { _ = s.Serve(l) })
	t.Cleanup(func() { s.Close(); l.Close(); wg.Wait() }) // the server may not have begun to serve
	host, port, _ := net.SplitHostPort(l.Addr().String())
	return value.Map("host", host, "port", port, "security", security, "from", "Sallyport <security@acme.example>", "username", "sallyport"), egress.Options{Roots: pool}
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

func letter() *value.Object {
	return value.Map("to", []any{"ada@acme.example"}, "bcc", []any{"bob@acme.example"}, "subject", "Hello", "text", "Line one\n.\nline three")
}

func TestMailByEveryProtection(t *testing.T) {
	for _, security := range []string{"starttls", "tls", "none"} {
		t.Run(security, func(t *testing.T) {
			p := &post{}
			settings, out := p.serve(t, security)
			b := newBench(t, out)
			auth := connector.Basic
			if security == "none" {
				auth = connector.None
			}
			secrets := []string{"password", "pass-word-1"}
			if auth == connector.None {
				secrets = nil
			}
			res, err := b.do(b.connection("mail", auth, settings, secrets...), "send", letter())
			if err != nil {
				t.Fatal(err)
			}
			if p.plain || p.from != "security@acme.example" || fmt.Sprint(p.to) != "[ada@acme.example bob@acme.example]" {
				t.Errorf("from %s to %s, password in the open: %v", p.from, p.to, p.plain)
			}
			m, parseErr := mail.ReadMessage(strings.NewReader(p.text))
			if parseErr != nil {
				t.Fatal(parseErr)
			}
			if m.Header.Get("Bcc") != "" || strings.Trim(m.Header.Get("Message-ID"), "<>") != res.Outputs.At("message_id") {
				t.Errorf("header %v, outputs %s", m.Header, value.JSON(res.Outputs))
			}
			if security != "none" && fmt.Sprint(p.logins) != "[sallyport:pass-word-1]" {
				t.Errorf("logins %v", p.logins)
			}
		})
	}
}

// The password never goes over an open connection, and a server that does not
// protect is not used where protection was asked for.
func TestMailIsNotSentUnprotected(t *testing.T) {
	p := &post{}
	settings, out := p.serve(t, "none")
	b := newBench(t, out)
	for _, security := range []string{"starttls", "tls"} {
		_, err := b.do(b.connection("mail", connector.Basic, settings.With("security", security), "password", "pass-word-1"), "send", letter())
		if err == nil || err.Sent || p.text != "" || len(p.logins) > 0 {
			t.Errorf("%s: error %+v, the server got %v", security, err, p.logins)
		}
	}
	untrusted := &post{}
	settings, _ = untrusted.serve(t, "tls")
	_, err := b.do(b.connection("mail", connector.Basic, settings, "password", "pass-word-1"), "send", letter())
	if err == nil || len(untrusted.logins) > 0 {
		t.Errorf("error %v, an unknown certificate was trusted", err)
	}
}

func TestMailFails(t *testing.T) {
	temporary := &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: "Greylisted, try again"}
	permanent := &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "No such user"}
	tests := map[string]struct {
		verb                  string
		refusal               error
		password              string
		code                  string
		transient, auth, sent bool
	}{
		"wrong password":        {password: "wrong-word-1", code: "smtp_535", auth: true},
		"sender refused":        {verb: "MAIL", refusal: permanent, code: "smtp_550"},
		"one receiver refused":  {verb: "RCPT", refusal: permanent, code: "smtp_550"},
		"receiver greylisted":   {verb: "RCPT", refusal: temporary, code: "smtp_451", transient: true},
		"message refused":       {verb: "DATA", refusal: permanent, code: "smtp_550"},
		"message refused later": {verb: "DATA", refusal: temporary, code: "smtp_451", transient: true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p := &post{refuse: func(verb, arg string) error {
				if verb == tt.verb && arg != "bob@acme.example" {
					return tt.refusal
				}
				return nil
			}}
			settings, out := p.serve(t, "starttls")
			b := newBench(t, out)
			if tt.password == "" {
				tt.password = "pass-word-1"
			}
			_, err := b.do(b.connection("mail", connector.Basic, settings, "password", tt.password), "send", letter())
			if err == nil || err.Code != tt.code || err.Transient != tt.transient || err.Auth != tt.auth || err.Sent != tt.sent {
				t.Fatalf("error %+v, want %+v", err, tt)
			}
			if strings.Contains(fmt.Sprintf("%+v %v", err, err.Err), tt.password) || err.Request.Header["Subject"] != "Hello" {
				t.Errorf("error %+v shows the password, or not the message", err)
			}
		})
	}
}

// A server that goes away before it says whether it took the message: nobody
// knows. One that goes before the message cannot have taken it.
func TestMailMayHaveArrived(t *testing.T) {
	for name, tt := range map[string]struct {
		last string
		sent bool
	}{"after the message": {".", true}, "before the message": {"DATA", false}} {
		t.Run(name, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			var wg sync.WaitGroup
			wg.Go(func() {
				for {
					conn, err := l.Accept()
					if err != nil {
						return
					}
					hangUpAfter(conn, tt.last)
				}
			})
			defer func() { l.Close(); wg.Wait() }()
			host, port, _ := net.SplitHostPort(l.Addr().String())
			b := newBench(t, egress.Options{})
			conn := b.connection("mail", connector.None, value.Map("host", host, "port", port, "security", "none", "from", "a@b.example"))
			_, failure := b.do(conn, "send", letter())
			if failure == nil || failure.Sent != tt.sent || !failure.Transient {
				t.Errorf("error %+v, want sent: %v", failure, tt.sent)
			}
		})
	}
}

// hangUpAfter speaks SMTP until a line comes, and says nothing to that.
func hangUpAfter(conn net.Conn, last string) {
	defer conn.Close()
	c := textproto.NewConn(conn)
	_ = c.PrintfLine("220 ready")
	for inData := false; ; {
		line, err := c.ReadLine()
		if err != nil || line == last {
			return
		}
		switch {
		case inData:
		case line == "DATA":
			inData = true
			_ = c.PrintfLine("354 go on")
		default:
			_ = c.PrintfLine("250 ok")
		}
	}
}

func TestMailServerIsTriedOut(t *testing.T) {
	p := &post{}
	settings, out := p.serve(t, "starttls")
	b := newBench(t, out)
	conn := b.connection("mail", connector.Basic, settings, "password", "pass-word-1")
	report, err := b.Test(t.Context(), conn)
	if err != nil || !report.OK || p.from != "" || len(p.logins) != 1 {
		t.Errorf("report %+v, %v; logins %v, mail from %q", report, err, p.logins, p.from)
	}
	conn = b.connection("mail", connector.Basic, settings, "password", "wrong-word-1")
	if report, _ := b.Test(t.Context(), conn); report.OK || !strings.Contains(report.Checks[0].Message, "535") {
		t.Errorf("report %+v, want a refused password", report)
	}
	inward := newBench(t, egress.Options{Allow: loopbackOnly("127.0.0.2/32")})
	_, failure := inward.do(inward.connection("mail", connector.None, settings), "check_server", nil)
	if failure == nil || failure.Code != "blocked" {
		t.Errorf("error %+v, want a blocked connection", failure)
	}
}

func TestSilentMailServer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	host, port, _ := net.SplitHostPort(l.Addr().String())
	b := newBench(t, egress.Options{})
	conn := b.connection("mail", connector.None, value.Map("host", host, "port", port, "security", "none", "from", "a@b.example"))
	_, doErr := b.Do(t.Context(), conn, connector.Call{Action: "send", Inputs: letter(), Timeout: 200 * time.Millisecond})
	if e := connector.AsError(doErr); e == nil || e.Code != "timeout" || e.Sent {
		t.Errorf("error %+v, want a timeout before anything was sent", e)
	}
}

func TestCancelledMail(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		c := textproto.NewConn(conn)
		_ = c.PrintfLine("220 ready")
		_, _ = c.ReadLine()
		cancel() // and never answer
		_, _ = c.ReadLine()
	})
	host, port, _ := net.SplitHostPort(l.Addr().String())
	b := newBench(t, egress.Options{})
	conn := b.connection("mail", connector.None, value.Map("host", host, "port", port, "security", "none", "from", "a@b.example"))
	start := time.Now()
	_, doErr := b.Do(ctx, conn, connector.Call{Action: "send", Inputs: letter()})
	wg.Wait()
	if e := connector.AsError(doErr); e == nil || e.Code != "cancelled" || e.Sent || time.Since(start) > 10*time.Second {
		t.Errorf("error %+v after %v, want a cancelled call", e, time.Since(start))
	}
}

func TestSameCallSameMessageID(t *testing.T) {
	p := &post{}
	settings, out := p.serve(t, "none")
	b := newBench(t, out)
	conn := b.connection("mail", connector.None, settings)
	ids := map[any]bool{}
	for _, key := range []string{"run-1/card-2", "run-1/card-2", "run-1/card-3"} {
		res, err := b.Do(t.Context(), conn, connector.Call{Action: "send", Inputs: letter(), Key: key})
		if err != nil {
			t.Fatal(err)
		}
		ids[res.Outputs.At("message_id")] = true
	}
	if len(ids) != 2 {
		t.Errorf("message ids %v, want the same for the same call", ids)
	}
	shown, err := b.Preview(conn, connector.Call{Action: "send", Inputs: letter()})
	if err != nil || shown.Method != "SMTP" || !strings.HasPrefix(shown.URL, "smtp://127.0.0.1:") || shown.Header["Bcc"] != "<bob@acme.example>" {
		t.Errorf("preview %+v, %v", shown, err)
	}
}
