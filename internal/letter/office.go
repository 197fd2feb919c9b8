package letter

import (
	"encoding/json"
	"fmt"
	netmail "net/mail"
	"net/url"
	"time"

	"github.com/wneessen/go-mail"

	"sallyport/internal/errs"
	"sallyport/internal/id"
)

// Keys seals what letters say: a keyring.
type Keys interface {
	Seal(plaintext, context []byte) ([]byte, error)
	Unseal(sealed, context []byte) ([]byte, error)
}

// Office writes letters. The zero Post has none sent: it says so.
type Office struct {
	Post   Post // how they are sent
	Keys   Keys
	Server string // the URL of this server
	Now    func() time.Time
}

// Ready returns what is to be done where no letter can be sent.
func (o *Office) Ready() error {
	if o.Post == nil {
		return errs.New(errs.Unavailable, "this server sends no mail: whoever runs it sets mail.url and mail.from in its configuration")
	}
	return nil
}

// maxLife bounds how long a letter is worth sending.
const maxLife = 30 * 24 * time.Hour

// Write puts a message in words and seals it. What it returns is kept by whoever
// keeps what it tells of, in one transaction: store's Tx.AddLetter. The error is
// of kind Unavailable where no mail is configured.
func (o *Office) Write(m Message) (Letter, error) {
	if err := o.Ready(); err != nil {
		return Letter{}, err
	}
	if _, err := address(m.To); err != nil {
		return Letter{}, err
	}
	if u, err := url.Parse(m.Link); m.Link != "" && (err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http") {
		return Letter{}, errs.New(errs.Internal, "the link of a letter is no http or https URL")
	}
	if m.For <= 0 || m.For > maxLife {
		return Letter{}, errs.New(errs.Internal, "a letter is true for %s, which is no life for one", m.For)
	}
	s, err := say(m, o.Server)
	if err != nil {
		return Letter{}, err
	}
	plain, err := json.Marshal(s)
	if err != nil {
		return Letter{}, fmt.Errorf("pack a letter: %w", err)
	}
	now := o.Now()
	l := Letter{ID: id.At(now), Org: m.Org, Kind: m.Kind, To: m.To, State: Queued, DueAt: now, ExpiresAt: now.Add(m.For), CreatedAt: now, UpdatedAt: now}
	l.Sealed, err = o.Keys.Seal(plain, l.Context())
	return l, err
}

// open returns what a letter says.
func (o *Office) open(l Letter) (said, error) {
	var s said
	plain, err := o.Keys.Unseal(l.Sealed, l.Context())
	if err != nil {
		return s, fmt.Errorf("open a letter: %w", err)
	}
	if err := json.Unmarshal(plain, &s); err != nil {
		return s, fmt.Errorf("unpack a letter: %w", err)
	}
	return s, nil
}

// Reseal seals what a letter says with the key of now.
func (o *Office) Reseal(l Letter) ([]byte, error) {
	plain, err := o.Keys.Unseal(l.Sealed, l.Context())
	if err != nil {
		return nil, err
	}
	return o.Keys.Seal(plain, l.Context())
}

// compose makes a letter's message: text and HTML as alternatives (RFC 2046
// section 5.1.4), in quoted-printable, with words of other scripts encoded (RFC
// 2047), marked as written by a program (RFC 3834), the same at every attempt.
func compose(l Letter, s said, from netmail.Address) (*mail.Msg, error) {
	to, err := address(l.To)
	if err != nil {
		return nil, err
	}
	m := mail.NewMsg(mail.WithEncoding(mail.EncodingQP), mail.WithNoDefaultUserAgent())
	m.FromMailAddress(&netmail.Address{Name: oneLine(from.Name), Address: from.Address})
	if err := m.To(to.String()); err != nil {
		return nil, errs.Wrap(errs.Invalid, err, "the address cannot be written to")
	}
	m.Subject(oneLine(s.Subject))
	m.SetDateWithValue(l.CreatedAt.UTC())
	m.SetMessageIDWithValue(l.MessageID())
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	m.SetGenHeader("X-Auto-Response-Suppress", "All") // Exchange's word for the same
	m.SetBodyString(mail.TypeTextPlain, s.Text)
	m.AddAlternativeString(mail.TypeTextHTML, s.HTML)
	return m, nil
}
