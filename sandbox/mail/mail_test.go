package mail

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/smtp"
	"net/textproto"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// world is a server behind a socket.
type world struct {
	box  *Mailbox
	addr string

	mu    sync.Mutex
	codes []int
	gate  func(Delivery) (int, string)
}

func setup(t *testing.T) *world {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	x := &world{box: NewMailbox(time.Now), addr: l.Addr().String(), gate: func(Delivery) (int, string) { return 0, "" }}
	s := Serve(l, Options{
		Box: x.box, Domain: "mail.acme.example", Username: "sandbox", Password: "sandbox-mail-7", Now: time.Now, Log: slog.New(slog.DiscardHandler),
		Gate: func(_ context.Context, d Delivery) (int, string) {
			x.mu.Lock()
			defer x.mu.Unlock()
			return x.gate(d)
		},
		Seen: func(_ Delivery, code int) {
			x.mu.Lock()
			defer x.mu.Unlock()
			x.codes = append(x.codes, code)
		},
	})
	t.Cleanup(s.Close)
	return x
}

const plain = "From: Ops <ops@acme.example>\r\nTo: ada@acme.example\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n\r\nHello\r\n.\r\nAda\r\n"

const both = "Subject: Both\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n" +
	"--a\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n" +
	"--b\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nna=EFve\r\n" +
	"--b\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\nPGI+bmFpdmU8L2I+\r\n--b--\r\n" +
	"--a\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=x.txt\r\n\r\nattached\r\n--a--\r\n"

// TestTakesMail sends with the client of the standard library.
func TestTakesMail(t *testing.T) {
	x := setup(t)
	if err := smtp.SendMail(x.addr, nil, "ops@acme.example", []string{"ada@acme.example", "ben@acme.example"}, []byte(plain)); err != nil {
		t.Fatal(err)
	}
	auth := smtp.PlainAuth("", "sandbox", "sandbox-mail-7", "127.0.0.1")
	if err := smtp.SendMail(x.addr, auth, "ops@acme.example", []string{"ben@acme.example"}, []byte(both)); err != nil {
		t.Fatal(err)
	}
	want := []Message{
		{
			ID: 1, From: "ops@acme.example", To: []string{"ada@acme.example", "ben@acme.example"}, Subject: "Grüße", Text: "Hello\n.\nAda\n", Via: "smtp",
			Headers: map[string]string{"From": "Ops <ops@acme.example>", "To": "ada@acme.example", "Subject": "Grüße"},
		},
		{
			ID: 2, From: "ops@acme.example", To: []string{"ben@acme.example"}, Subject: "Both", Text: "naïve", HTML: "<b>naive</b>", Via: "smtp",
			Headers: map[string]string{"Subject": "Both", "Mime-Version": "1.0", "Content-Type": "multipart/mixed; boundary=a"},
		},
	}
	if diff := cmp.Diff(want, x.box.Messages(""), cmpopts.IgnoreFields(Message{}, "Time")); diff != "" {
		t.Error(diff)
	}
	if got := x.box.Messages("ADA@acme.example"); len(got) != 1 || got[0].ID != 1 {
		t.Errorf("to Ada: %+v", got)
	}
}

func TestWrongPassword(t *testing.T) {
	x := setup(t)
	auth := smtp.PlainAuth("", "sandbox", "guess", "127.0.0.1")
	err := smtp.SendMail(x.addr, auth, "a@acme.example", []string{"b@acme.example"}, []byte(plain))
	if e, ok := errors.AsType[*textproto.Error](err); !ok || e.Code != 535 {
		t.Errorf("%v, want 535", err)
	}
}

func TestRefusesWhatTheGateRefuses(t *testing.T) {
	x := setup(t)
	x.gate = func(d Delivery) (int, string) {
		if d.To[0] == "ada@acme.example" {
			return 451, "Try again later"
		}
		return 0, ""
	}
	err := smtp.SendMail(x.addr, nil, "a@acme.example", []string{"ada@acme.example"}, []byte(plain))
	if e, ok := errors.AsType[*textproto.Error](err); !ok || e.Code != 451 {
		t.Errorf("%v, want 451", err)
	}
	if err := smtp.SendMail(x.addr, nil, "a@acme.example", []string{"ben@acme.example"}, []byte(plain)); err != nil {
		t.Error(err)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if diff := cmp.Diff([]int{451, taken}, x.codes); diff != "" {
		t.Error(diff)
	}
	if n := len(x.box.Messages("")); n != 1 {
		t.Errorf("%d messages in the box, want 1", n)
	}
}

func TestClosesAtOnce(t *testing.T) {
	for range 50 {
		l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		Serve(l, Options{Box: NewMailbox(time.Now), Now: time.Now, Log: slog.New(slog.DiscardHandler)}).Close()
	}
}

func TestKeepsTheNewest(t *testing.T) {
	b := NewMailbox(time.Now)
	for range maxMessages + 1 {
		b.Add(Message{})
	}
	got := b.Messages("")
	if len(got) != maxMessages*9/10 || got[len(got)-1].ID != maxMessages+1 {
		t.Errorf("%d messages, the last is number %d", len(got), got[len(got)-1].ID)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(plain))
	f.Add([]byte(both))
	f.Add([]byte("no header at all"))
	f.Add([]byte("Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m := read(raw)
		for _, s := range []string{m.Subject, m.Text, m.HTML} {
			if !utf8.ValidString(s) {
				t.Errorf("not UTF-8: %q", s)
			}
		}
	})
}
