package mail

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"unicode/utf8"
)

// maxDepth is how deep parts may be nested in each other.
const maxDepth = 8

// read takes a message as it is sent apart (RFC 5322, 2045, 2046, 2047): its
// headers, and the first plain and HTML parts that are no attachments. What
// cannot be read is left as it is.
func read(raw []byte) Message {
	in, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return Message{Text: valid(raw)}
	}
	m := Message{Headers: map[string]string{}}
	words := mime.WordDecoder{CharsetReader: charsetReader}
	for name, values := range in.Header {
		v, err := words.DecodeHeader(values[0])
		if err != nil {
			v = values[0]
		}
		m.Headers[name] = valid([]byte(v))
	}
	m.Subject = m.Headers["Subject"]
	header := func(name string) string { return in.Header.Get(name) }
	m.part(header, in.Body, 0)
	return m
}

// part reads one part of a message, or the parts in it.
func (m *Message) part(header func(string) string, body io.Reader, depth int) {
	kind, params, err := mime.ParseMediaType(header("Content-Type"))
	if err != nil {
		kind, params = "text/plain", nil // what RFC 2045 assumes
	}
	if strings.HasPrefix(kind, "multipart/") && params["boundary"] != "" && depth < maxDepth {
		parts := multipart.NewReader(body, params["boundary"])
		for {
			p, err := parts.NextRawPart()
			if err != nil {
				return
			}
			m.part(p.Header.Get, p, depth+1)
		}
	}
	if disposition, _, _ := mime.ParseMediaType(header("Content-Disposition")); disposition == "attachment" {
		return
	}
	var into *string
	switch kind {
	case "text/plain":
		into = &m.Text
	case "text/html":
		into = &m.HTML
	default:
		return
	}
	if *into == "" {
		*into = strings.ReplaceAll(decoded(body, header("Content-Transfer-Encoding"), params["charset"]), "\r\n", "\n")
	}
}

// decoded reads a body in its transfer encoding and charset. What comes after
// a mistake in the encoding is lost.
func decoded(body io.Reader, encoding, charset string) string {
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	}
	if charset != "" {
		if r, err := charsetReader(charset, body); err == nil {
			body = r
		}
	}
	b, _ := io.ReadAll(body) // as far as it goes
	return valid(b)
}

// charsetReader turns the charsets that mails still have into UTF-8. Others
// are taken for it.
func charsetReader(charset string, in io.Reader) (io.Reader, error) {
	switch strings.ToLower(charset) {
	case "iso-8859-1", "latin1", "windows-1252":
		b, err := io.ReadAll(in)
		out := make([]rune, len(b))
		for i, c := range b {
			out[i] = rune(c)
		}
		return strings.NewReader(string(out)), err
	default:
		return in, nil
	}
}

func valid(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	return strings.ToValidUTF8(string(b), "\uFFFD")
}
