// Package smtp hands messages to mail servers (RFC 5321): one connection, one
// message, one answer. It knows nothing of who writes to whom and why, and tries
// nothing twice.
package smtp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"strconv"
	"time"

	"github.com/wneessen/go-mail"
)

// Security is how a connection is protected.
type Security string

// The ways to protect a connection.
const (
	StartTLS Security = "starttls" // RFC 3207: it is begun in the open, and not gone on with unless it is protected
	TLS      Security = "tls"      // from its first byte (RFC 8314)
	None     Security = "none"
)

// Port returns where mail servers listen for such connections; 0 where the
// security is none of the above.
func (s Security) Port() int { return map[Security]int{TLS: 465, StartTLS: 587, None: 25}[s] }

// Server is where mail goes, and as whom.
type Server struct {
	Host     string
	Port     int
	Security Security
	Hello    string // the name that it is greeted with
	Login    *Login // nil where nobody signs in
}

// Login is how one signs in: by what hides the password, or in the open on a
// protected connection.
type Login struct{ Username, Password string }

// Address returns host and port.
func (s Server) Address() string { return net.JoinHostPort(s.Host, strconv.Itoa(s.Port)) }

// URL returns the server as an smtp:// or smtps:// URL, without who signs in.
func (s Server) URL() string {
	if s.Security == TLS {
		return "smtps://" + s.Address()
	}
	return "smtp://" + s.Address()
}

// Dialer makes connections: [egress.Egress].
type Dialer interface {
	DialContext(ctx context.Context, network, addr string) (net.Conn, error)
	TLSConfig(host string) *tls.Config
}

// Error is a message that was not taken, as far as is known.
type Error struct {
	// Code is the server's reply (RFC 5321 section 4.2); 0 where it gave none: it
	// was not reached, or was lost.
	Code int
	// Maybe is set where the message may have been taken all the same: its end was
	// on the way.
	Maybe bool
	Err   error
}

func (e *Error) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Temporary reports whether another try may do: the server was not reached, or
// said that it is a trouble of now (4yz).
func (e *Error) Temporary() bool { return e.Code < 500 }

// Auth reports whether the server wants somebody else to sign in.
func (e *Error) Auth() bool { return e.Code == 535 || e.Code == 530 || e.Code == 534 || e.Code == 538 }

// Send hands a message to a server, within timeout; without a message it only
// signs in. It returns when ctx ends. Its error is an [Error], or else one of the
// server's description: nothing was connected to.
func Send(ctx context.Context, out Dialer, to Server, msg *mail.Msg, timeout time.Duration) error {
	var opened net.Conn
	stop := func() bool { return true }
	defer func() { stop() }()
	client, err := client(out, to, timeout, func(conn net.Conn) {
		opened = conn
		stop = context.AfterFunc(ctx, func() { _ = conn.Close() })
	})
	if err != nil {
		return err
	}
	conn, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		if opened != nil { // the library leaves it open
			_ = opened.Close()
		}
		return failure(ctx, err, false)
	}
	defer func() { _ = client.CloseWithSMTPClient(conn) }() // what counts was said before
	if msg == nil {
		return nil
	}
	if err := client.SendWithSMTPClient(conn, msg); err != nil && !msg.IsDelivered() {
		return failure(ctx, err, maybeDelivered(err))
	}
	return nil
}

func client(out Dialer, to Server, timeout time.Duration, opened func(net.Conn)) (*mail.Client, error) {
	opts := []mail.Option{
		mail.WithPort(to.Port), mail.WithTimeout(timeout), mail.WithHELO(to.Hello),
		mail.WithTLSConfig(out.TLSConfig(to.Host)), mail.WithTLSPolicy(mail.NoTLS),
		mail.WithDialContextFunc(func(ctx context.Context, network, addr string) (net.Conn, error) {
			conn, err := out.DialContext(ctx, network, addr)
			if err != nil {
				return nil, err
			}
			opened(conn)
			if to.Security == TLS {
				secured := tls.Client(conn, out.TLSConfig(to.Host))
				return secured, secured.HandshakeContext(ctx)
			}
			return conn, nil
		}),
	}
	if to.Security == StartTLS {
		opts = append(opts, mail.WithTLSPolicy(mail.TLSMandatory))
	}
	if to.Login != nil {
		// Those that hide the password first; the last two only where the connection hides it.
		opts = append(opts, mail.WithUsername(to.Login.Username), mail.WithPassword(to.Login.Password),
			mail.WithOpportunisticSMTPAuth(mail.SMTPAuthSCRAMSHA256, mail.SMTPAuthSCRAMSHA1, mail.SMTPAuthCramMD5, mail.SMTPAuthPlain, mail.SMTPAuthLogin))
	}
	c, err := mail.NewClient(to.Host, opts...)
	if err != nil {
		return nil, fmt.Errorf("the mail server is none that can be connected to: %w", err)
	}
	return c, nil
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

func failure(ctx context.Context, err error, maybe bool) *Error {
	code := 0
	if reply, ok := errors.AsType[*textproto.Error](err); ok {
		code = reply.Code
	} else if e, ok := errors.AsType[*mail.SendError](err); ok {
		code = e.ErrorCode()
	}
	if code == 0 && ctx.Err() != nil {
		err = ctx.Err()
	}
	return &Error{Code: code, Maybe: maybe, Err: err}
}
