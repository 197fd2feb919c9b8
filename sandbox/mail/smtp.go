package mail

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// maxSize is the largest message that is taken.
const maxSize = 10 << 20

// Delivery is one message on its way into the mailbox.
type Delivery struct {
	From string
	To   []string
	Data []byte
	At   time.Time // when its data began
}

// Options are what a server is made from.
type Options struct {
	Box    *Mailbox
	Domain string // the name it greets with
	// Username and Password are those of AUTH PLAIN. Nobody has to sign in;
	// who does must know them.
	Username, Password string
	// Gate is asked before a message is taken, and may take its time. A code
	// other than 0 refuses it with that SMTP reply. Nil lets everything in.
	Gate func(context.Context, Delivery) (code int, text string)
	// Seen is told of every message and of the reply that it got. It may be
	// nil.
	Seen func(d Delivery, code int)
	Now  func() time.Time
	Log  *slog.Logger
}

// Server takes mails by SMTP (RFC 5321) until it is closed.
type Server struct {
	opt    Options
	smtp   *smtp.Server
	l      net.Listener
	ctx    context.Context //nolint:containedctx // the server's own life, ended by Close
	cancel context.CancelFunc
	done   sync.WaitGroup
}

// Serve starts a server on a listener, which it owns from then on.
func Serve(l net.Listener, opt Options) *Server {
	s := &Server{opt: opt, l: l}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.smtp = smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &session{server: s}, nil }))
	s.smtp.Domain, s.smtp.MaxMessageBytes, s.smtp.AllowInsecureAuth = opt.Domain, maxSize, true
	s.smtp.MaxRecipients, s.smtp.ReadTimeout, s.smtp.WriteTimeout = 100, time.Minute, time.Minute
	s.smtp.EnableSMTPUTF8 = true
	s.smtp.ErrorLog = quiet{opt.Log}
	s.done.Go(func() {
		if err := s.smtp.Serve(l); err != nil && !errors.Is(err, smtp.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
			opt.Log.ErrorContext(s.ctx, "mail server stopped", "err", err)
		}
	})
	return s
}

// Addr returns where the server listens.
func (s *Server) Addr() net.Addr { return s.l.Addr() }

// Close ends the server and its connections, and waits for it.
func (s *Server) Close() {
	s.cancel()
	_ = s.l.Close()    // the library knows it only once it serves
	_ = s.smtp.Close() // closes the listener again
	s.done.Wait()
}

// quiet passes what the SMTP library complains of on to the log.
type quiet struct{ log *slog.Logger }

func (q quiet) Printf(format string, v ...any) {
	q.log.Debug("mail connection failed", "err", fmt.Sprintf(format, v...))
}

func (q quiet) Println(v ...any) { q.Printf("%s", fmt.Sprint(v...)) }

// session is one connection.
type session struct {
	server *Server
	from   string
	to     []string
}

// AuthMechanisms implements smtp.AuthSession.
func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

// Auth implements smtp.AuthSession.
func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, username, password string) error {
		opt := s.server.opt
		same := subtle.ConstantTimeCompare([]byte(username+"\x00"+password), []byte(opt.Username+"\x00"+opt.Password))
		if same != 1 {
			return &smtp.SMTPError{Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 8}, Message: "Authentication credentials invalid"}
		}
		return nil
	}), nil
}

// Mail implements smtp.Session.
func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.from = from
	return nil
}

// Rcpt implements smtp.Session.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = append(s.to, to)
	return nil
}

// Data implements smtp.Session.
func (s *session) Data(r io.Reader) error {
	opt := s.server.opt
	d := Delivery{From: s.from, To: s.to, At: opt.Now()}
	var err error
	if d.Data, err = io.ReadAll(r); err != nil {
		return err
	}
	var refused *smtp.SMTPError
	if opt.Gate != nil {
		if code, text := opt.Gate(s.server.ctx, d); code != 0 {
			refused = &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCodeNotSet, Message: text}
		}
	}
	if refused != nil {
		s.server.seen(d, refused.Code)
		return refused
	}
	m := read(d.Data)
	m.From, m.To, m.Time, m.Via = d.From, d.To, d.At, "smtp"
	opt.Box.Add(m)
	s.server.seen(d, taken)
	return nil
}

// taken is the reply to a message that is in the mailbox.
const taken = 250

func (s *Server) seen(d Delivery, code int) {
	if s.opt.Seen != nil {
		s.opt.Seen(d, code)
	}
}

// Reset implements smtp.Session.
func (s *session) Reset() { s.from, s.to = "", nil }

// Logout implements smtp.Session.
func (s *session) Logout() error { return nil }
