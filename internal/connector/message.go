package connector

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/wneessen/go-mail"

	"sallyport/internal/value"
)

// message returns a mail message as the body of a request (RFC 5322). Unlike one
// that is sent by SMTP it names the hidden receivers: whoever takes it removes
// them.
func (s *session) message(p *mailPlan) ([]byte, error) {
	e, err := s.composed(p)
	if err != nil {
		return nil, err
	}
	if bcc := e.shown.Header["Bcc"]; bcc != "" {
		e.msg.SetGenHeader("Bcc", bcc)
	}
	var b bytes.Buffer
	if _, err := e.msg.WriteTo(&b); err != nil {
		return nil, fmt.Errorf("write the message: %w", err)
	}
	return b.Bytes(), nil
}

func (s *session) composed(p *mailPlan) (envelope, error) {
	e := envelope{shown: Request{Header: map[string]string{}}}
	err := e.compose(s, p)
	return e, err
}

// plain is the message as an object: its headers and bodies by name.
func (e envelope) plain() *value.Object {
	out := value.NewObject(8)
	for _, name := range []string{"From", "To", "Cc", "Bcc", "Reply-To", "Subject"} {
		if text := e.shown.Header[name]; text != "" {
			out.Set(strings.ToLower(name), text)
		}
	}
	if body, ok := e.shown.Body.(*value.Object); ok {
		for name, v := range body.All() {
			out.Set(name, v)
		}
	}
	return out
}

// attach adds files to a message: objects with name, content_type, and text or
// base64.
func (e *envelope) attach(t tree, sc scope) error {
	v, _ := t.eval(sc)
	files, ok := v.([]any)
	if !ok && v != nil {
		return fmt.Errorf("attachments: a list is wanted, not a %s", value.KindOf(v))
	}
	var names []any
	for _, f := range files {
		o, ok := f.(*value.Object)
		if !ok {
			return fmt.Errorf("attachments: an object with a name and a text or base64 is wanted, not a %s", value.KindOf(f))
		}
		content := []byte(o.Text("text"))
		if encoded := o.Text("base64"); encoded != "" {
			var err error
			if content, err = base64.StdEncoding.DecodeString(encoded); err != nil {
				return fmt.Errorf("attachments: %s is not written in base64", quoted(o.Text("name")))
			}
		}
		name := oneLine(o.Text("name"))
		if name == "" {
			return fmt.Errorf("attachments: one has no name")
		}
		var opts []mail.FileOption
		if kind := oneLine(o.Text("content_type")); kind != "" {
			opts = append(opts, mail.WithFileContentType(mail.ContentType(kind)))
		}
		if err := e.msg.AttachReader(name, bytes.NewReader(content), opts...); err != nil {
			return fmt.Errorf("attachments: %s cannot be attached: %w", quoted(name), err)
		}
		names = append(names, name)
	}
	if body, ok := e.shown.Body.(*value.Object); ok && len(names) > 0 {
		body.Set("attachments", names)
	}
	return nil
}
