package letter_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	netmail "net/mail"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	gosmtp "github.com/emersion/go-smtp"

	"sallyport/internal/errs"
	"sallyport/internal/letter"
	"sallyport/internal/secret"
	"sallyport/internal/smtp"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
)

func loopback() []netip.Prefix { return []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} }

// desk is what writes and sends letters, with a clock of its own.
type desk struct {
	*letter.Sender
	t    *testing.T
	db   *store.DB
	log  *log
	keys *secret.Keyring

	mu   sync.Mutex
	skew time.Duration
}

type log struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func newDesk(t *testing.T, db *store.DB, post letter.Post) *desk {
	t.Helper()
	keys, err := secret.Open(filepath.Join(t.TempDir(), "keys"))
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{t: t, db: db, log: &log{}, keys: keys}
	d.Sender = &letter.Sender{
		Office: &letter.Office{Post: post, Keys: keys, Server: "https://sallyport.example", Now: d.now}, Store: db.Letters, Log: slog.New(slog.NewJSONHandler(d.log, nil)),
	}
	return d
}

// The store's clock is the machine's: this one only goes ahead of it.
func (d *desk) now() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return time.Now().Add(d.skew)
}

const token = "one-time-token"

// write keeps a letter.
func (d *desk) write(kind letter.Kind, to string) letter.Letter {
	d.t.Helper()
	l, err := d.Office.Write(letter.Message{Kind: kind, Org: "acme", To: to, Name: "Ada", About: "Acme", Link: "https://sallyport.example/confirm#" + token, For: 24 * time.Hour})
	if err == nil {
		err = d.db.Letters.Add(d.t.Context(), l)
	}
	if err != nil {
		d.t.Fatal(err)
	}
	return l
}

// work makes an attempt, and returns the letter as it is then.
func (d *desk) work(l letter.Letter) (letter.Letter, time.Time) {
	d.t.Helper()
	again, err := d.Work(d.t.Context(), l.ID)
	if err != nil {
		d.t.Fatal(err)
	}
	return d.read(l.ID), again
}

func (d *desk) read(id string) letter.Letter {
	d.t.Helper()
	all, err := d.db.Letters.List(d.t.Context(), "acme", "", store.Place{}, 100)
	if err != nil {
		d.t.Fatal(err)
	}
	for _, l := range all {
		if l.ID == id {
			return l
		}
	}
	d.t.Fatalf("there is no letter %s", id)
	return letter.Letter{}
}

// retry has a letter tried again now.
func (d *desk) retry(l letter.Letter) {
	d.t.Helper()
	if _, err := d.db.Letters.Retry(d.t.Context(), "acme", l.ID); err != nil {
		d.t.Fatal(err)
	}
}

// A letter goes out by every protection and sign-in, and is wiped then.
func TestSend(t *testing.T) {
	for name, tt := range map[string]struct {
		security smtp.Security
		sasl     []string
		login    *smtp.Login
		logins   string
	}{
		"STARTTLS and AUTH PLAIN": {smtp.StartTLS, []string{sasl.Plain}, &smtp.Login{Username: "sallyport", Password: "pass-word-1"}, "PLAIN sallyport"},
		"STARTTLS and AUTH LOGIN": {smtp.StartTLS, []string{sasl.Login}, &smtp.Login{Username: "sallyport", Password: "pass-word-1"}, "LOGIN sallyport"},
		"TLS, nobody signs in":    {smtp.TLS, nil, nil, ""},
		"plain on this machine":   {smtp.None, nil, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			o := &office{sasl: tt.sasl}
			o.open(t, tt.security)
			d := newDesk(t, storetest.Open(t), o.post(tt.security, tt.login))
			l, again := d.work(d.write(letter.Confirm, "ada@acme.example"))
			if l.State != letter.Sent || l.Sealed != nil || l.Attempts != 1 || l.SentAt.IsZero() || !again.IsZero() || d.Health().Error != "" {
				t.Errorf("%+v, again %s, %+v\n%s", l, again, d.Health(), d.log)
			}
			if got := o.got(); len(got) != 1 || !strings.Contains(got[0], token) {
				t.Fatalf("the server got %q", got)
			}
			if got := strings.Join(o.logins, ", "); got != tt.logins {
				t.Errorf("signed in by %q, want %q", got, tt.logins)
			}
		})
	}
}

func refusal(code int) error { return &gosmtp.SMTPError{Code: code, Message: "no"} }

// What a mail server answers decides whether a letter is tried again.
func TestAnswers(t *testing.T) {
	tests := map[string]struct {
		verb  string
		err   error
		state letter.State
		says  string
		down  bool
	}{
		"a server that goes":        {"EHLO", refusal(421), letter.Queued, "answered", true},
		"an address that is busy":   {"RCPT", refusal(450), letter.Queued, "450", false},
		"an address that is none":   {"RCPT", refusal(550), letter.Failed, "550", false},
		"a letter that is no good":  {"DATA", refusal(554), letter.Failed, "554", false},
		"a disk that is full":       {"DATA", refusal(452), letter.Queued, "452", false},
		"a sender that is unwanted": {"MAIL", refusal(553), letter.Failed, "553", false},
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		for name, tt := range tests {
			t.Run(name, func(t *testing.T) {
				o := &office{}
				o.open(t, smtp.None)
				o.will(tt.verb, tt.err)
				d := newDesk(t, db, o.post(smtp.None, nil))
				l, again := d.work(d.write(letter.Reset, strings.ReplaceAll(name, " ", ".")+"@acme.example"))
				if l.State != tt.state || !strings.Contains(l.Error, tt.says) || l.Sealed == nil || (tt.state == letter.Queued) == again.IsZero() || (d.Health().Error != "") != tt.down {
					t.Errorf("%s %q, again at %s, %+v", l.State, l.Error, again, d.Health())
				}
				if strings.Contains(d.log.String()+l.Error, token) {
					t.Errorf("the link is told: %s", d.log)
				}
				o.will("", nil)
				d.retry(l)
				if l, _ = d.work(l); l.State != letter.Sent || l.Error != "" {
					t.Errorf("after a retry it is %s %q", l.State, l.Error)
				}
			})
		}
	})
}

// Who signs in with another password than is wanted is told which option that is,
// and the letter waits for it.
func TestWrongPassword(t *testing.T) {
	o := &office{sasl: []string{sasl.Plain}}
	o.open(t, smtp.StartTLS)
	d := newDesk(t, storetest.Open(t), o.post(smtp.StartTLS, &smtp.Login{Username: "sallyport", Password: "pass-word-2"}))
	l, _ := d.work(d.write(letter.Reset, "ada@acme.example"))
	if l.State != letter.Queued || !strings.Contains(l.Error, "mail.user") || strings.Contains(l.Error, "pass-word-2") || d.Health().Error == "" {
		t.Errorf("%s %q %+v", l.State, l.Error, d.Health())
	}
}

// A server whose certificate nobody vouches for, or that offers no STARTTLS, gets no
// letter.
func TestUnprotected(t *testing.T) {
	for name, open := range map[string]smtp.Security{"no authority": smtp.StartTLS, "no STARTTLS": smtp.None} {
		t.Run(name, func(t *testing.T) {
			o := &office{}
			o.open(t, open)
			d := newDesk(t, storetest.Open(t), postTo(o.address, smtp.StartTLS, nil, nil))
			if l, _ := d.work(d.write(letter.Reset, "ada@acme.example")); l.State != letter.Queued || l.Error == "" || len(o.got()) != 0 {
				t.Errorf("%s %q, got %q", l.State, l.Error, o.got())
			}
		})
	}
}

// elsewhere leads to what is not this machine.
type elsewhere struct{ smtp.Dialer }

func (elsewhere) DialContext(context.Context, string, string) (net.Conn, error) {
	a, b := net.Pipe()
	return a, b.Close()
}

func TestPlainStaysHere(t *testing.T) {
	p := postTo("127.0.0.1:25", smtp.None, nil, nil)
	p.Out = elsewhere{p.Out}
	if err := p.Carry(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "is not this machine") {
		t.Errorf("plain mail went elsewhere: %v", err)
	}
}

// raw serves one connection after another with fn.
func raw(t *testing.T, fn func(net.Conn)) string {
	t.Helper()
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
			wg.Go(func() { fn(conn); _ = conn.Close() })
		}
	})
	t.Cleanup(func() { _ = l.Close(); wg.Wait() })
	return l.Addr().String()
}

// A server that says nothing is given up after the timeout, and a connection that
// is cut in the middle of a letter has it sent again with the same Message-ID.
func TestTroubleOnTheWay(t *testing.T) {
	t.Run("it hangs", func(t *testing.T) {
		address := raw(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })
		p := postTo(address, smtp.None, nil, nil)
		p.Timeout = time.Second
		d := newDesk(t, storetest.Open(t), p)
		if l, again := d.work(d.write(letter.Reset, "ada@acme.example")); l.State != letter.Queued || again.IsZero() || d.Health().Error == "" {
			t.Errorf("%s %q", l.State, l.Error)
		}
	})
	t.Run("it is cut", func(t *testing.T) {
		o := &office{}
		o.open(t, smtp.None)
		cut := raw(t, func(c net.Conn) { relayUntilDot(c, o.address) })
		d := newDesk(t, storetest.Open(t), postTo(cut, smtp.None, nil, nil))
		l, _ := d.work(d.write(letter.Reset, "ada@acme.example"))
		if l.State != letter.Queued || !strings.Contains(l.Error, "does not answer") {
			t.Errorf("%s %q", l.State, l.Error)
		}
		d.Office.Post = o.post(smtp.None, nil)
		d.retry(l)
		if l, _ = d.work(l); l.State != letter.Sent {
			t.Errorf("%s %q", l.State, l.Error)
		}
		got := o.got()
		if len(got) == 0 {
			t.Fatal("nothing came")
		}
		for _, text := range got {
			m, err := netmail.ReadMessage(strings.NewReader(text))
			if err != nil || m.Header.Get("Message-Id") != "<"+l.MessageID()+">" {
				t.Errorf("it came as %q, %v", m.Header.Get("Message-Id"), err)
			}
		}
	})
}

// relayUntilDot passes everything on to a mail server, and loses its answer to the
// end of a message.
func relayUntilDot(c net.Conn, to string) {
	up, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	defer func() { _ = up.Close() }()
	var back sync.WaitGroup
	ended := make(chan struct{})
	back.Go(func() {
		buf := make([]byte, 4096)
		for {
			n, err := up.Read(buf)
			if err != nil {
				return
			}
			select {
			case <-ended:
				_ = c.Close()
				return
			default:
				_, _ = c.Write(buf[:n])
			}
		}
	})
	var seen []byte
	buf := make([]byte, 4096)
	for {
		n, err := c.Read(buf)
		if err != nil {
			break
		}
		if seen = append(seen, buf[:n]...); bytes.HasSuffix(seen, []byte("\r\n.\r\n")) {
			close(ended)
			_, _ = up.Write(buf[:n])
			break
		}
		_, _ = up.Write(buf[:n])
	}
	back.Wait()
}

// A letter whose link is over is not sent, and what it says is gone.
func TestExpired(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := &office{}
		o.open(t, smtp.None)
		d := newDesk(t, db, o.post(smtp.None, nil))
		l := d.write(letter.Confirm, "ada@acme.example")
		d.mu.Lock()
		d.skew = 25 * time.Hour
		d.mu.Unlock()
		l, again := d.work(l)
		if l.State != letter.Expired || l.Sealed != nil || !again.IsZero() || len(o.got()) != 0 {
			t.Errorf("%+v, got %d", l, len(o.got()))
		}
		if _, err := db.Letters.Retry(t.Context(), "acme", l.ID); errs.KindOf(err) != errs.Conflict {
			t.Errorf("an expired letter is tried again: %v", err)
		}
	})
}

// Attempts are spread over about a day, and then it has failed.
func TestBackoff(t *testing.T) {
	o := &office{}
	o.open(t, smtp.None)
	o.will("RCPT", refusal(450))
	d := newDesk(t, storetest.Open(t), o.post(smtp.None, nil))
	l := d.write(letter.Invite, "ada@acme.example")
	var total time.Duration
	for n := range 20 {
		from := d.now()
		r, again := d.attempt(l, n+1)
		if r.State == letter.Failed {
			break
		}
		total += again.Sub(from)
	}
	if total < 20*time.Hour || total > 28*time.Hour {
		t.Errorf("it was tried for %s", total)
	}
}

// attempt is one at a letter that had so many.
func (d *desk) attempt(l letter.Letter, n int) (letter.Result, time.Time) {
	d.t.Helper()
	kept := &one{letter: l}
	kept.letter.Attempts, kept.letter.ExpiresAt = n, d.now().Add(240*time.Hour)
	s := *d.Office
	sender := &letter.Sender{Office: &s, Store: kept, Log: d.Log}
	again, err := sender.Work(d.t.Context(), l.ID)
	if err != nil {
		d.t.Fatal(err)
	}
	return kept.result, again
}

// one is a store of one letter.
type one struct {
	letter letter.Letter
	result letter.Result
}

func (o *one) Take(context.Context, string, time.Time) (letter.Letter, bool, error) {
	return o.letter, true, nil
}

func (o *one) End(_ context.Context, _ letter.Letter, r letter.Result) error {
	o.result = r
	return nil
}

// Of two attempts at once, one is made.
func TestOneAttemptAtATime(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := newDesk(t, db, &letter.Log{Log: slog.New(slog.DiscardHandler)})
		l := d.write(letter.Confirm, "ada@acme.example")
		until := time.Now().Add(time.Minute).Truncate(time.Microsecond)
		var wg sync.WaitGroup
		mine := make(chan bool, 8)
		for range cap(mine) {
			wg.Go(func() {
				got, is, err := db.Letters.Take(t.Context(), l.ID, until)
				if err != nil || !is && !got.DueAt.Equal(until) {
					t.Errorf("due at %s, %v", got.DueAt, err)
				}
				mine <- is
			})
		}
		wg.Wait()
		close(mine)
		n := 0
		for is := range mine {
			if is {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%d took it", n)
		}
	})
}

// An address gets so many letters of a kind and no more, however it is written.
func TestLimit(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := newDesk(t, db, &letter.Log{Log: slog.New(slog.DiscardHandler)})
		for range letter.MostOfKind {
			d.write(letter.Reset, "ada@acme.example")
		}
		d.write(letter.Confirm, "ada@acme.example")
		d.write(letter.Reset, "bob@acme.example")
		l, err := d.Office.Write(letter.Message{Kind: letter.Reset, Org: "acme", To: "ADA@acme.example", For: time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		err = db.Letters.Add(t.Context(), l)
		if limit, ok := errors.AsType[*letter.LimitError](err); !ok || limit.RetryAfter <= 0 || limit.RetryAfter > letter.LimitSpan {
			t.Errorf("one more: %v", err)
		}
	})
}

// What a letter says is sealed, and opens with a new key after a rotation.
func TestSealed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := &office{}
		o.open(t, smtp.None)
		d := newDesk(t, db, o.post(smtp.None, nil))
		l := d.write(letter.Reset, "ada@acme.example")
		if bytes.Contains(l.Sealed, []byte(token)) {
			t.Error("the link is kept in the open")
		}
		if err := d.keys.Rotate(); err != nil {
			t.Fatal(err)
		}
		if n, err := db.Letters.Reseal(t.Context(), d.Office.Reseal); n != 1 || err != nil || !d.keys.Current(d.read(l.ID).Sealed) {
			t.Errorf("%d sealed anew, %v", n, err)
		}
		if l, _ := d.work(l); l.State != letter.Sent {
			t.Errorf("%s %q", l.State, l.Error)
		}
	})
}

func TestWriteRefuses(t *testing.T) {
	d := newDesk(t, storetest.Open(t), nil)
	_, err := d.Office.Write(letter.Message{Kind: letter.Reset, To: "ada@acme.example", For: time.Hour})
	if errs.KindOf(err) != errs.Unavailable || !strings.Contains(errs.Message(err), "mail.url") {
		t.Errorf("without mail: %v", err)
	}
	d.Office.Post = &letter.Log{}
	for name, m := range map[string]letter.Message{
		"no address":      {Kind: letter.Reset, To: "ada", For: time.Hour},
		"two addresses":   {Kind: letter.Reset, To: "a@x.example, b@x.example", For: time.Hour},
		"a line in it":    {Kind: letter.Reset, To: "a@x.example\r\nBcc: b@x.example", For: time.Hour},
		"a name with it":  {Kind: letter.Reset, To: "Ada <a@x.example>", For: time.Hour},
		"no link":         {Kind: letter.Reset, To: "a@x.example", Link: "javascript:alert(1)", For: time.Hour},
		"no life":         {Kind: letter.Reset, To: "a@x.example"},
		"no kind of ours": {Kind: "news", To: "a@x.example", For: time.Hour},
	} {
		if _, err := d.Office.Write(m); err == nil {
			t.Errorf("%s: it was written", name)
		}
	}
}

// Letters that wait when the server stops are sent by the next one.
func TestRestart(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := &office{}
		o.open(t, smtp.None)
		d := newDesk(t, db, o.post(smtp.None, nil))
		done := make(chan letter.Result, 10)
		d.Done = func(_ letter.Letter, r letter.Result) { done <- r }
		serve := func() func() {
			w, err := db.StartWorkers(t.Context(), store.WorkerOptions{
				Workers: 1, Run: func(context.Context, string, string) (time.Time, error) { return time.Time{}, nil }, Letter: d.Work, Log: slog.New(slog.DiscardHandler),
			})
			if err != nil {
				t.Fatal(err)
			}
			return func() {
				if err := w.Stop(t.Context()); err != nil {
					t.Error(err)
				}
			}
		}
		o.will("MAIL", refusal(451))
		stop := serve()
		l := d.write(letter.Confirm, "ada@acme.example")
		if r := <-done; r.State != letter.Queued {
			t.Errorf("while the server is ill: %+v", r)
		}
		stop()
		o.will("", nil)
		d.retry(l)
		stop = serve()
		if r := <-done; r.State != letter.Sent {
			t.Errorf("after the restart: %+v", r)
		}
		stop()
		if n := len(o.got()); n != 1 {
			t.Errorf("it came %d times", n)
		}
	})
}

func TestTry(t *testing.T) {
	o := &office{}
	o.open(t, smtp.None)
	d := newDesk(t, storetest.Open(t), o.post(smtp.None, nil))
	if err := d.Try(t.Context(), "ada@acme.example"); err != nil || len(o.got()) != 1 || d.Health().At.IsZero() {
		t.Errorf("%v, %d came", err, len(o.got()))
	}
	o.will("RCPT", refusal(550))
	if err := d.Try(t.Context(), "ada@acme.example"); errs.KindOf(err) != errs.Unavailable || !strings.Contains(errs.Message(err), "550") {
		t.Errorf("a refusal is %v", err)
	}
}

// What a letter says that failed is wiped when its link is over, and letters are
// forgotten once they have ended.
func TestWipe(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := newDesk(t, db, &letter.Log{Log: slog.New(slog.DiscardHandler)})
		fresh := d.write(letter.Confirm, "ada@acme.example")
		over, failed := fresh, fresh
		over.ID, over.To, over.ExpiresAt = "over", "over@acme.example", time.Now().Add(-time.Second)
		failed.ID, failed.To, failed.ExpiresAt = "failed", "failed@acme.example", time.Now().Add(-time.Second)
		for _, l := range []letter.Letter{over, failed} {
			if err := db.Letters.Add(t.Context(), l); err != nil {
				t.Fatal(err)
			}
		}
		if err := db.Letters.End(t.Context(), failed, letter.Result{State: letter.Failed, Error: "550"}); err != nil {
			t.Fatal(err)
		}
		if err := db.Letters.Wipe(t.Context()); err != nil {
			t.Fatal(err)
		}
		for id, want := range map[string]letter.State{fresh.ID: letter.Queued, "over": letter.Expired, "failed": letter.Failed} {
			if l := d.read(id); l.State != want || (l.Sealed == nil) != (id != fresh.ID) {
				t.Errorf("%s is %s, wiped: %v", id, l.State, l.Sealed == nil)
			}
		}
		if err := db.Letters.Forget(t.Context(), time.Now().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		if n, err := db.Letters.Count(t.Context(), "acme", time.Time{}); err != nil || len(n) != 1 || n[letter.Queued] != 1 {
			t.Errorf("left are %v, %v", n, err)
		}
	})
}
