package connector

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	netmail "net/mail"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	"sallyport/internal/errs"
	"sallyport/internal/smtp"
	"sallyport/internal/value"
)

// envelope is a message, ready to be sent, and as it is shown.
type envelope struct {
	server smtp.Server
	msg    *mail.Msg // nil where the server is only tried out
	id     string
	shown  Request
}

func (p *smtpPlan) server(sc scope) (smtp.Server, error) {
	s := smtp.Server{Host: p.host.text(sc), Security: smtp.Security(p.security.text(sc)), Hello: p.hello.text(sc)}
	s.Port = s.Security.Port()
	if text := p.port.text(sc); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 65535 {
			return s, fmt.Errorf("%s is no port", quoted(text))
		}
		s.Port = n
	}
	if s.Host == "" || s.Port == 0 || strings.ContainsAny(s.Host+s.Hello, " \r\n/@") {
		return s, fmt.Errorf("the connection names no mail server")
	}
	if s.Hello == "" {
		s.Hello = "localhost"
	}
	return s, nil
}

// newEnvelope makes the message of a call.
func newEnvelope(s *session) (envelope, error) {
	server, err := s.connector.profile.smtp.server(s.real)
	if err != nil {
		return envelope{}, errs.New(errs.Invalid, "%v", err)
	}
	e := envelope{server: server, shown: Request{Method: "SMTP", URL: server.URL(), Header: map[string]string{}}}
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
	budget := c.budget(e.server.Address())
	permit, err := budget.Acquire(ctx, c.ask(c.action.ID))
	if err != nil {
		return 0, c.critic().lost(err, false)
	}
	defer permit.Observe(0, nil)
	timeout := DefaultTimeout
	if deadline, ok := ctx.Deadline(); ok {
		timeout = max(time.Until(deadline), time.Second)
	}
	err = smtp.Send(ctx, c.engine.egress, c.signedIn(e.server), e.msg, timeout)
	if failed, ok := errors.AsType[*smtp.Error](err); ok {
		return 0, c.refusal(failed)
	}
	if err != nil {
		return 0, asError(errs.New(errs.Invalid, "%v", err))
	}
	return 250, nil
}

// signedIn returns a server with the connection's login.
func (c *courier) signedIn(to smtp.Server) smtp.Server {
	if c.auth.Kind == Basic {
		settings, _ := c.real["settings"].(*value.Object)
		to.Login = &smtp.Login{Username: settings.Text("username"), Password: c.secrets["password"]}
	}
	return to
}

// refusal returns the error of a try that failed.
func (c *courier) refusal(failed *smtp.Error) *Error {
	if failed.Code == 0 {
		return c.critic().lost(failed.Err, failed.Maybe)
	}
	e := &Error{Status: failed.Code, Code: "smtp_" + strconv.Itoa(failed.Code), Transient: failed.Temporary(), Sent: failed.Maybe, Auth: failed.Auth()}
	e.Message = fmt.Sprintf("the mail server refused: %s", oneLine(failed.Error()))
	kind := errs.Invalid
	switch {
	case e.Auth:
		kind = errs.Denied
	case e.Transient:
		kind = errs.Unavailable
	}
	e.Err = errs.Wrap(kind, failed.Err, "%s", e.Message)
	return e
}
