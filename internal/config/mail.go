package config

import (
	"net/mail"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"sallyport/internal/errs"
)

// MailLog is the mail.url of a demo: letters are written to the server's log.
const MailLog = "log"

// MailServer is where letters go.
type MailServer struct {
	Host  string
	Port  int
	TLS   bool // from the first byte, and not by STARTTLS
	Local bool // this machine: it is spoken to in the open
}

// Server reads the mail server's URL. There is none where it is empty or [MailLog].
func (m Mail) Server() (s MailServer, ok bool, err error) {
	if m.URL == "" || m.URL == MailLog {
		return s, false, nil
	}
	u, err := url.Parse(m.URL)
	if err != nil || u.Hostname() == "" || u.Scheme != "smtp" && u.Scheme != "smtps" {
		return s, false, notMailURL()
	}
	if strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return s, false, notMailURL()
	}
	if u.User != nil {
		return s, false, errs.New(errs.Invalid, "mail.url: user and password stand in mail.user and mail.password")
	}
	s = MailServer{Host: u.Hostname(), TLS: u.Scheme == "smtps"}
	s.Local = !s.TLS && hereAlone(s.Host)
	s.Port, err = s.port(u.Port())
	return s, err == nil, err
}

func notMailURL() error {
	return errs.New(errs.Invalid, "mail.url: this is no URL of a mail server: write it as smtps://mail.example.com or smtp://mail.example.com:587")
}

// hereAlone reports whether a host is this machine, whoever asks.
func hereAlone(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.Unmap().IsLoopback()
}

// port is the one that is named, or the one that such servers listen at.
func (s MailServer) port(named string) (int, error) {
	switch {
	case named != "":
		n, err := strconv.Atoi(named)
		if err != nil || n < 1 || n > 65535 {
			return 0, errs.New(errs.Invalid, "mail.url: %q is no port", named)
		}
		return n, nil
	case s.TLS:
		return 465, nil
	case s.Local:
		return 25, nil
	}
	return 587, nil
}

// Sender returns who letters come from.
func (m Mail) Sender() mail.Address { return mail.Address{Name: m.Name, Address: m.From} }

func (c Config) checkMail() error {
	m := c.Mail
	_, server, err := m.Server()
	if err != nil {
		return err
	}
	if m.URL == "" {
		if m.User != "" || m.From != "" || !m.Password.Empty() {
			return errs.New(errs.Invalid, "mail: url is wanted with the rest")
		}
		return nil
	}
	if err := m.checkSender(); err != nil {
		return err
	}
	switch local, _ := Loopback(c.Listen); {
	case m.URL == MailLog && !local:
		return errs.New(errs.Invalid, "mail.url: log is for a server on loopback alone: whoever reads the log could sign in as others")
	case (m.User == "") != m.Password.Empty():
		return errs.New(errs.Invalid, "mail: user and password go together")
	case server && (m.Timeout < time.Second || m.Timeout > 2*time.Minute):
		return errs.New(errs.Invalid, "mail.timeout: a span from 1s to 2m is wanted")
	}
	return nil
}

func (m Mail) checkSender() error {
	from, err := mail.ParseAddress(m.From)
	switch {
	case err != nil || from.Name != "" || from.Address != m.From:
		return errs.New(errs.Invalid, "mail.from: %q is no address: write it as sallyport@example.com, and the name in mail.name", m.From)
	case strings.ContainsFunc(m.Name, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return errs.New(errs.Invalid, "mail.name: one line is wanted")
	}
	return nil
}

// Hello is the name that the mail server is greeted with: the one by which people
// reach this server.
func (c Config) Hello() string {
	u, err := url.Parse(c.URL())
	if err != nil || u.Hostname() == "" {
		return "localhost"
	}
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil { // RFC 5321 section 4.1.3
		if ip.Is6() {
			return "[IPv6:" + ip.String() + "]"
		}
		return "[" + ip.String() + "]"
	}
	return u.Hostname()
}

// Networks of machines beside this one, at which the mail server may stand without
// being allowed: it is named here, and by nobody who uses the server.
func (m Mail) Networks() []netip.Prefix {
	return []netip.Prefix{
		netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128"), netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("172.16.0.0/12"),
		netip.MustParsePrefix("192.168.0.0/16"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("fc00::/7"),
	}
}
