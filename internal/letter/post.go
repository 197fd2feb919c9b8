package letter

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	netmail "net/mail"
	"net/netip"
	"time"

	"github.com/wneessen/go-mail"

	"sallyport/internal/smtp"
)

// Post carries letters: a mail server, or the log of a demo.
type Post interface {
	// From is who writes.
	From() netmail.Address
	// Name says to people where letters go: smtps://mail.example.com:465.
	Name() string
	// Carry hands over one message; without one it only tries whether it could. Its
	// error is an [smtp.Error] where the mail server was asked.
	Carry(ctx context.Context, m *mail.Msg) error
}

// Mail is a mail server.
type Mail struct {
	Server  smtp.Server
	Sender  netmail.Address
	Out     smtp.Dialer
	Timeout time.Duration // of one message
}

// From implements [Post].
func (p *Mail) From() netmail.Address { return p.Sender }

// Name implements [Post].
func (p *Mail) Name() string { return p.Server.URL() }

// Carry implements [Post].
func (p *Mail) Carry(ctx context.Context, m *mail.Msg) error {
	ctx, cancel := context.WithTimeout(ctx, p.Timeout)
	defer cancel()
	out := p.Out
	if p.Server.Security == smtp.None {
		out = near{p.Out}
	}
	return smtp.Send(ctx, out, p.Server, m, p.Timeout)
}

// near makes connections that stay on this machine: letters have secrets in them,
// and are not sent over a network in the open.
type near struct{ smtp.Dialer }

// DialContext looks at the address that a name resolved to.
func (n near) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	conn, err := n.Dialer.DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	if peer, err := netip.ParseAddrPort(conn.RemoteAddr().String()); err != nil || !peer.Addr().Unmap().IsLoopback() {
		return nil, errors.Join(fmt.Errorf("%s is not this machine: mail goes to other machines protected only", addr), conn.Close())
	}
	return conn, nil
}

// Log writes letters to the server's log, links and all: for a demo on loopback.
type Log struct {
	Sender netmail.Address
	Log    *slog.Logger
}

// From implements [Post].
func (p *Log) From() netmail.Address { return p.Sender }

// Name implements [Post].
func (p *Log) Name() string { return "log" }

// Carry implements [Post].
func (p *Log) Carry(ctx context.Context, m *mail.Msg) error {
	if m == nil {
		return nil
	}
	text := ""
	for _, part := range m.GetParts() {
		if part.GetContentType() == mail.TypeTextPlain {
			content, err := part.GetContent()
			if err != nil {
				return fmt.Errorf("read the text of a letter: %w", err)
			}
			text = string(content)
		}
	}
	p.Log.InfoContext(ctx, "letter", "to", m.GetToString(), "text", text)
	return nil
}
