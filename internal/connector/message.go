package connector

import (
	"bytes"
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

// attach adds files to a message; see [value.AnyFile].
func (e *envelope) attach(t tree, sc scope) error {
	v, _ := t.eval(sc)
	files, ok := v.([]any)
	if !ok && v != nil {
		return fmt.Errorf("attachments: a list is wanted, not a %s", value.KindOf(v))
	}
	var names []any
	for _, f := range files {
		file, err := value.AnyFile(f)
		if err != nil {
			return fmt.Errorf("attachments: %w", err)
		}
		name := oneLine(file.Name)
		if name == "" {
			return fmt.Errorf("attachments: one has no name")
		}
		var opts []mail.FileOption
		if kind := oneLine(file.Type); kind != "" {
			opts = append(opts, mail.WithFileContentType(mail.ContentType(kind)))
		}
		if err := e.msg.AttachReader(name, bytes.NewReader(file.Data), opts...); err != nil {
			return fmt.Errorf("attachments: %s cannot be attached: %w", quoted(name), err)
		}
		names = append(names, name)
	}
	if body, ok := e.shown.Body.(*value.Object); ok && len(names) > 0 {
		body.Set("attachments", names)
	}
	return nil
}
