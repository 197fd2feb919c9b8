package connector

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"net/textproto"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	"sallyport/internal/errs"
	"sallyport/internal/value"
)

// envelope is a message, ready to be sent, and as it is shown.
type envelope struct {
	server server
	msg    *mail.Msg // nil where the server is only tried out
	id     string
	shown  Request
}

// server is where mail goes.
type server struct {
	host     string
	port     int
	security string // starttls, tls or none
	hello    string
}

func (s server) address() string { return net.JoinHostPort(s.host, strconv.Itoa(s.port)) }

func (s server) url() string {
	if s.security == "tls" {
		return "smtps://" + s.address()
	}
	return "smtp://" + s.address()
}

func (p *smtpPlan) server(sc scope) (server, error) {
	s := server{host: p.host.text(sc), security: p.security.text(sc), hello: p.hello.text(sc)}
	s.port = map[string]int{"tls": 465, "starttls": 587, "none": 25}[s.security]
	if text := p.port.text(sc); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 65535 {
			return s, fmt.Errorf("%s is no port", quoted(text))
		}
		s.port = n
	}
	if s.host == "" || s.port == 0 || strings.ContainsAny(s.host+s.hello, " \r\n/@") {
		return s, fmt.Errorf("the connection names no mail server")
	}
	if s.hello == "" {
		s.hello = "localhost"
	}
	return s, nil
}

// newEnvelope makes the message of a call.
func newEnvelope(s *session) (envelope, error) {
	server, err := s.connector.profile.smtp.server(s.real)
	if err != nil {
		return envelope{}, errs.New(errs.Invalid, "%v", err)
	}
	e := envelope{server: server, shown: Request{Method: "SMTP", URL: server.url(), Header: map[string]string{}}}
	if s.action.do.mail == nil {
		return e, nil
	}
	if err := e.compose(s, s.action.do.mail); err != nil {
		return envelope{}, errs.New(errs.Invalid, "%v", err)
	}
	if e.shown.Header["From"] == "" {
		return envelope{}, errs.New(errs.Invalid, "from: one address is wanted")
	}
	e.shown = ScrubRequest(s.scrub, e.shown)
	return e, nil
}

// compose makes the message of a plan. Without a from it has none: the server
// knows whose it is.
func (e *envelope) compose(s *session, p *mailPlan) error {
	e.msg = mail.NewMsg()
	from, err := addresses(p.from, s.real)
	switch {
	case err != nil || len(from) > 1:
		return fmt.Errorf("from: one address is wanted: %w", orNone(err))
	case len(from) == 1:
		e.msg.FromMailAddress(from[0])
		e.shown.Header["From"] = from[0].String()
	}
	count := 0
	for name, part := range map[string]tree{"To": p.to, "Cc": p.cc, "Bcc": p.bcc, "Reply-To": p.replyTo} {
		list, err := addresses(part, s.real)
		if err != nil {
			return fmt.Errorf("%s: %w", strings.ToLower(name), err)
		}
		if len(list) == 0 {
			continue
		}
		e.shown.Header[name] = joined(list)
		if name == "Reply-To" {
			err = e.msg.ReplyTo(list[0].String())
		} else {
			count += len(list)
			err = e.msg.SetAddrHeader(mail.AddrHeader(name), strung(list)...)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", strings.ToLower(name), err)
		}
	}
	if count == 0 {
		return fmt.Errorf("to: nobody is named")
	}
	e.write(s, p)
	return e.attach(p.attachments, s.real)
}

// write adds subject, bodies and an identity to a message.
func (e *envelope) write(s *session, p *mailPlan) {
	subject := oneLine(p.subject.text(s.real))
	e.msg.Subject(subject)
	e.shown.Header["Subject"] = oneLine(p.subject.text(s.shown))
	e.msg.SetDateWithValue(s.engine.now())
	e.id = messageID(s.call.Key, e.msg)
	e.msg.SetMessageIDWithValue(e.id)
	body := value.NewObject(2)
	text, html := p.text.text(s.real), p.html.text(s.real)
	if text != "" || html == "" {
		e.msg.SetBodyString(mail.TypeTextPlain, text)
		body.Set("text", p.text.text(s.shown))
	}
	if html != "" {
		if text != "" {
			e.msg.AddAlternativeString(mail.TypeTextHTML, html)
		} else {
			e.msg.SetBodyString(mail.TypeTextHTML, html)
		}
		body.Set("html", p.html.text(s.shown))
	}
	e.shown.Body = body
}

// messageID is the same for the same call, so that readers show a message once
// that was sent twice.
func messageID(key string, m *mail.Msg) string {
	if key == "" {
		m.SetMessageID()
		return strings.Trim(m.GetMessageID(), "<>")
	}
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:16]) + "@sallyport"
}

func orNone(err error) error {
	if err == nil {
		return errors.New("there is none, or more than one")
	}
	return err
}

// oneLine takes the line breaks and other controls out of a header.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\u2028' || r == '\u2029' }), " ")
}

// addresses reads a list of addresses: each item one, or several with commas.
func addresses(t tree, sc scope) ([]*netmail.Address, error) {
	v, _ := t.eval(sc)
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	var out []*netmail.Address
	for _, e := range list {
		text := strings.TrimSpace(value.String(e))
		if text == "" {
			continue
		}
		got, err := netmail.ParseAddressList(text)
		if err != nil {
			return nil, fmt.Errorf("%s is no address", quoted(text))
		}
		out = append(out, got...)
	}
	return out, nil
}

func strung(list []*netmail.Address) []string {
	out := make([]string, len(list))
	for i, a := range list {
		out[i] = a.String()
	}
	return out
}

func joined(list []*netmail.Address) string { return strings.Join(strung(list), ", ") }

// courier carries out calls of a connector that speaks SMTP.
type courier struct{ *session }

// carry carries out a call that sends a message, or only tries the server.
func (c *courier) carry(ctx context.Context) (Result, *Error) {
	e, err := newEnvelope(c.session)
	if err != nil {
		return Result{}, asError(err)
	}
	for try := 0; ; try++ {
		reply, failure := c.deliver(ctx, e)
		if failure == nil {
			seen := c.open().with(scope{"status": float64(reply), "body": value.Map("message_id", e.id)})
			return Result{Outputs: c.outputs(seen), Request: e.shown, Status: reply}, nil
		}
		if try >= maxRetries || failure.Sent || failure.Code != "unreachable" || !pause(ctx, try) {
			failure.Request = e.shown
			return Result{}, failure
		}
	}
}

// deliver makes one try, and returns the reply code of the server.
func (c *courier) deliver(ctx context.Context, e envelope) (int, *Error) {
	budget := c.budget(e.server.address())
	permit, err := budget.Acquire(ctx, c.ask(c.action.ID))
	if err != nil {
		return 0, c.critic().lost(err, false)
	}
	defer permit.Observe(0, nil)
	stop := func() bool { return true }
	defer func() { stop() }()
	client, err := c.client(ctx, e.server, func(conn net.Conn) {
		stop = context.AfterFunc(ctx, func() { _ = conn.Close() })
	})
	if err != nil {
		return 0, asError(errs.New(errs.Invalid, "%v", err))
	}
	conn, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return 0, c.refusal(ctx, err, false)
	}
	defer func() { _ = client.CloseWithSMTPClient(conn) }() // what counts was said before
	if e.msg == nil {
		return 250, nil
	}
	if err := client.SendWithSMTPClient(conn, e.msg); err != nil && !e.msg.IsDelivered() {
		return 0, c.refusal(ctx, err, maybeDelivered(err))
	}
	return 250, nil
}

func (c *courier) client(ctx context.Context, to server, opened func(net.Conn)) (*mail.Client, error) {
	timeout := DefaultTimeout
	if deadline, ok := ctx.Deadline(); ok {
		timeout = max(time.Until(deadline), time.Second)
	}
	out := c.engine.egress
	opts := []mail.Option{
		mail.WithPort(to.port), mail.WithTimeout(timeout), mail.WithHELO(to.hello),
		mail.WithTLSConfig(out.TLSConfig(to.host)), mail.WithTLSPolicy(mail.NoTLS),
		mail.WithDialContextFunc(func(ctx context.Context, network, addr string) (net.Conn, error) {
			conn, err := out.DialContext(ctx, network, addr)
			if err != nil {
				return nil, err
			}
			opened(conn)
			if to.security == "tls" {
				secured := tls.Client(conn, out.TLSConfig(to.host))
				return secured, secured.HandshakeContext(ctx)
			}
			return conn, nil
		}),
	}
	if to.security == "starttls" {
		opts = append(opts, mail.WithTLSPolicy(mail.TLSMandatory))
	}
	if c.auth.Kind == Basic {
		settings, _ := c.real["settings"].(*value.Object)
		// Those that hide the password first; the last two only where the connection hides it.
		opts = append(opts, mail.WithUsername(settings.Text("username")), mail.WithPassword(c.secrets["password"]),
			mail.WithOpportunisticSMTPAuth(mail.SMTPAuthSCRAMSHA256, mail.SMTPAuthSCRAMSHA1, mail.SMTPAuthCramMD5, mail.SMTPAuthPlain, mail.SMTPAuthLogin))
	}
	return mail.NewClient(to.host, opts...)
}

// maybeDelivered reports whether a message may have been taken although
// sending it failed: its end was on the way.
func maybeDelivered(err error) bool {
	e, ok := errors.AsType[*mail.SendError](err)
	if !ok {
		return true
	}
	switch e.Reason {
	case mail.ErrSMTPDataClose, mail.ErrWriteContent, mail.ErrAmbiguous:
		return e.ErrorCode() == 0 // with a code, the server said no
	default:
		return false
	}
}

// refusal returns the error of a try that failed.
func (c *courier) refusal(ctx context.Context, err error, sent bool) *Error {
	code := 0
	if reply, ok := errors.AsType[*textproto.Error](err); ok {
		code = reply.Code
	} else if e, ok := errors.AsType[*mail.SendError](err); ok {
		code = e.ErrorCode()
	}
	if code == 0 {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return c.critic().lost(err, sent)
	}
	e := &Error{Status: code, Code: "smtp_" + strconv.Itoa(code), Transient: code < 500, Sent: sent, Auth: code == 535 || code == 530}
	e.Message = fmt.Sprintf("the mail server refused: %s", oneLine(err.Error()))
	kind := errs.Invalid
	switch {
	case e.Auth:
		kind = errs.Denied
	case e.Transient:
		kind = errs.Unavailable
	}
	e.Err = errs.Wrap(kind, err, "%s", e.Message)
	return e
}
