package trial

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"net/textproto"
	"strings"
	"sync"

	"sallyport/internal/value"
)

// mailbox is a mail server that takes everything, and keeps the last message.
type mailbox struct {
	listener net.Listener
	done     sync.WaitGroup

	mu   sync.Mutex
	last *value.Object
}

func newMailbox(l net.Listener) *mailbox {
	m := &mailbox{listener: l}
	m.done.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			m.done.Go(func() { m.serve(conn) })
		}
	})
	return m
}

func (m *mailbox) close() {
	_ = m.listener.Close()
	m.done.Wait()
}

// take returns the message: sender and receivers of the envelope, the login,
// headers and parts by their names.
func (m *mailbox) take() *value.Object {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.last
}

// serve speaks SMTP (RFC 5321) with one client.
func (m *mailbox) serve(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	t := textproto.NewConn(conn)
	say := func(line string) bool { return t.PrintfLine("%s", line) == nil }
	got := value.Map("from", "", "to", []any{})
	for ok := say("220 trial"); ok; {
		line, err := t.ReadLine()
		if err != nil {
			return
		}
		verb, rest, _ := strings.Cut(line, " ")
		switch strings.ToUpper(verb) {
		case "EHLO":
			ok = say("250-trial") && say("250 AUTH PLAIN")
		case "AUTH":
			login, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(rest, "PLAIN "))
			got.Set("login", strings.ReplaceAll(strings.TrimPrefix(string(login), "\x00"), "\x00", ":"))
			ok = say("235 ok")
		case "MAIL":
			got.Set("from", inAngles(rest))
			ok = say("250 ok")
		case "RCPT":
			to, _ := got.At("to").([]any)
			got.Set("to", append(to, inAngles(rest)))
			ok = say("250 ok")
		case "DATA":
			if !say("354 go on") {
				return
			}
			text, err := io.ReadAll(t.DotReader())
			if err != nil {
				return
			}
			m.keep(got, text)
			ok = say("250 ok")
		case "QUIT":
			say("221 bye")
			return
		default:
			ok = say("250 ok")
		}
	}
}

func inAngles(s string) string {
	_, s, _ = strings.Cut(s, "<")
	s, _, _ = strings.Cut(s, ">")
	return s
}

func (m *mailbox) keep(got *value.Object, text []byte) {
	if msg, err := mail.ReadMessage(bufio.NewReader(bytes.NewReader(text))); err == nil {
		dec := new(mime.WordDecoder)
		for name := range msg.Header {
			if plain, err := dec.DecodeHeader(msg.Header.Get(name)); err == nil {
				got.Set(name, plain)
			}
		}
		parts(got, textproto.MIMEHeader(msg.Header), msg.Body)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.last = got
}

// parts sets the text and html of a message.
func parts(got *value.Object, h textproto.MIMEHeader, body io.Reader) {
	kind, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil {
		return
	}
	if strings.HasPrefix(kind, "multipart/") {
		for r := multipart.NewReader(body, params["boundary"]); ; {
			part, err := r.NextRawPart()
			if err != nil {
				return
			}
			parts(got, part.Header, part)
		}
	}
	switch strings.ToLower(h.Get("Content-Transfer-Encoding")) {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	}
	text, err := io.ReadAll(body)
	if err != nil {
		return
	}
	got.Set(strings.TrimPrefix(kind, "text/"), strings.TrimRight(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n"))
}
