package letter

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"slices"
	"strings"
	"testing"
	"time"
)

func wire(t testing.TB, l Letter, s said, from netmail.Address) []byte {
	t.Helper()
	m, err := compose(l, s, from)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := m.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// parts reads the bodies of a message by their type, as a mail reader does.
func parts(t testing.TB, m *netmail.Message) map[string]string {
	t.Helper()
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("the message is %q, %v", kind, err)
	}
	out := map[string]string{}
	for r := multipart.NewReader(m.Body, params["boundary"]); ; {
		p, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		if p.Header.Get("Content-Transfer-Encoding") != "quoted-printable" {
			t.Errorf("a part is in %q", p.Header.Get("Content-Transfer-Encoding"))
		}
		text, err := io.ReadAll(quotedprintable.NewReader(p))
		if err != nil {
			t.Fatal(err)
		}
		of, _, _ := mime.ParseMediaType(p.Header.Get("Content-Type"))
		out[of] = strings.ReplaceAll(string(text), "\r\n", "\n")
	}
}

var written = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

func TestCompose(t *testing.T) {
	link := "https://sallyport.example/confirm#abc=def&x=1"
	s, err := say(Message{Kind: Confirm, Name: "Zoë <b>", About: "Straßenbau & Söhne", Link: link, For: 24 * time.Hour}, "https://sallyport.example")
	if err != nil {
		t.Fatal(err)
	}
	l := Letter{ID: "0letter", To: "zoe@acme.example", CreatedAt: written}
	raw := wire(t, l, s, netmail.Address{Name: "Sällyport", Address: "sallyport@acme.example"})
	for line := range bytes.SplitSeq(raw, []byte("\r\n")) {
		if len(line) > 998 || slices.ContainsFunc(line, func(b byte) bool { return b >= 0x80 || b == '\r' || b == '\n' }) {
			t.Errorf("no line of a message: %q", line)
		}
	}
	m, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	dec := new(mime.WordDecoder)
	subject, _ := dec.DecodeHeader(m.Header.Get("Subject"))
	from, err := m.Header.AddressList("From")
	if subject != "Confirm your address for Straßenbau & Söhne" || err != nil || from[0].Name != "Sällyport" || from[0].Address != "sallyport@acme.example" {
		t.Errorf("subject %q from %v", subject, from)
	}
	for name, want := range map[string]string{"To": "<zoe@acme.example>", "Message-Id": "<0letter@sallyport>", "Date": "Wed, 04 Mar 2026 12:00:00 +0000", "Auto-Submitted": "auto-generated", "Mime-Version": "1.0", "User-Agent": ""} {
		if got := m.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	bodies := parts(t, m)
	text, page := bodies["text/plain"], bodies["text/html"]
	if !strings.Contains(text, "Hello Zoë <b>,") || !strings.Contains(text, "\n"+link+"\n") || !strings.Contains(text, "for 24 hours") {
		t.Errorf("the text is\n%s", text)
	}
	if strings.Contains(page, "<b>") || !strings.Contains(page, `href="https://sallyport.example/confirm#abc=def&amp;x=1"`) || !strings.Contains(page, "Straßenbau &amp; Söhne") {
		t.Errorf("the page is\n%s", page)
	}
}

// Every kind is in words, with and without what may be left out.
func TestSay(t *testing.T) {
	for _, kind := range Kinds() {
		for _, m := range []Message{{Kind: kind}, {Kind: kind, Name: "Ada", About: "Acme", Link: "https://x.example/", Facts: []Fact{{"From", "192.0.2.1"}}, For: time.Hour}} {
			s, err := say(m, "https://sallyport.example")
			if err != nil || s.Subject == "" || !strings.Contains(s.Text, "https://sallyport.example") || strings.Contains(s.Text+s.HTML, "<no value>") || strings.Contains(s.Text, "{{") {
				t.Errorf("%s: %+v %v", kind, s, err)
			}
			if m.Facts != nil && (!strings.Contains(s.Text, "From: 192.0.2.1\n") || !strings.Contains(s.HTML, "192.0.2.1</td>")) {
				t.Errorf("%s: the facts are not told: %s", kind, s.Text)
			}
		}
	}
	if _, err := say(Message{Kind: "nothing"}, ""); err == nil {
		t.Error("a kind without words was said")
	}
}

// What others named is a name and no more: no line, and nothing that mail readers
// make a link of.
func TestPlain(t *testing.T) {
	for in, want := range map[string]string{
		"Acme":                         "Acme",
		"A\r\nBcc: x@y.example":        "A Bcc: x at y.example",
		"See https://evil.example/now": "See https evil.example now",
		strings.Repeat("é", 101):       strings.Repeat("é", 100) + "…",
		"a\u2028b\x00c":                "a b c",
		"\xff":                         "�",
	} {
		if got := plain(in); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}

func TestLife(t *testing.T) {
	for d, want := range map[time.Duration]string{time.Second: "1 minute", 90 * time.Minute: "1 hour", 24 * time.Hour: "24 hours", 72 * time.Hour: "3 days", 10 * time.Minute: "10 minutes"} {
		if got := life(d); got != want {
			t.Errorf("%s is %s, want %s", d, got, want)
		}
	}
}

// Whatever people and organizations are named, a letter has the headers that it is
// to have, and no others, and goes to one address.
func FuzzCompose(f *testing.F) {
	f.Add("ada@acme.example", "Ada", "Acme", "Sallyport", "203.0.113.7")
	f.Add("ada@acme.example\r\nBcc: eve@evil.example", "A\r\nX: y", "B\nSubject: z", "C\r", "\u2028")
	f.Add(`"a b"@acme.example`, strings.Repeat("é", 500), strings.Repeat("x", 2000), "=?utf-8?q?=0D=0ABcc:?=", "\x00\xff")
	headers := []string{"Auto-Submitted", "Content-Type", "Date", "From", "Message-Id", "Mime-Version", "Subject", "To", "X-Auto-Response-Suppress"}
	f.Fuzz(func(t *testing.T, to, name, about, from, fact string) {
		if _, err := address(to); err != nil {
			t.Skip()
		}
		s, err := say(Message{Kind: SignIn, To: to, Name: name, About: about, Link: "https://x.example/", Facts: []Fact{{fact, fact}}, For: time.Hour}, "https://x.example")
		if err != nil {
			t.Fatal(err)
		}
		msg, err := compose(Letter{ID: "id", To: to, CreatedAt: written}, s, netmail.Address{Name: from, Address: "s@x.example"})
		if err != nil {
			t.Skip() // it is not sent
		}
		var b bytes.Buffer
		if _, err := msg.WriteTo(&b); err != nil {
			t.Skip()
		}
		m, err := netmail.ReadMessage(&b)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for h, values := range m.Header {
			if got = append(got, h); len(values) != 1 {
				t.Errorf("%s is there %d times", h, len(values))
			}
		}
		if slices.Sort(got); !slices.Equal(got, headers) {
			t.Errorf("the headers are %v", got)
		}
		if list, err := m.Header.AddressList("To"); err != nil || len(list) != 1 {
			t.Errorf("to %q: %v %v", m.Header.Get("To"), list, err)
		}
		if n := len(parts(t, m)); n != 2 {
			t.Errorf("it has %d bodies", n)
		}
	})
}
