package connector

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"mime"
	"mime/multipart"
	"net/textproto"
	"net/url"
	"path"
	"strings"

	"sallyport/internal/egress"
	"sallyport/internal/value"
)

// file is the answer as a file: by the name that its header gives it
// (RFC 6266), or the last part of the URL that it came from.
func (a *answer) file(from *url.URL) (*value.Object, error) {
	if len(a.raw) > value.MaxFile {
		return nil, &egress.TooLargeError{Host: from.Host, Limit: value.MaxFile}
	}
	f := value.File{Name: path.Base(from.Path), Type: a.header.Get("Content-Type"), Data: a.raw}
	if _, params, err := mime.ParseMediaType(a.header.Get("Content-Disposition")); err == nil && params["filename"] != "" {
		f.Name = params["filename"]
	}
	if o, err := f.Object(); err == nil {
		return o, nil
	}
	f.Name, f.Type = "", "" // neither can be read
	return f.Object()
}

func typeOf(f value.File) string {
	if f.Type == "" {
		return "application/octet-stream"
	}
	return f.Type
}

// formData returns a body as a form with files (RFC 7578): of an object, each
// field that is an object is a file, each list several values of its name.
func formData(v any) (body []byte, contentType string, err error) {
	o, ok := v.(*value.Object)
	if !ok {
		return nil, "", fmt.Errorf("the form is a %s: an object is wanted", value.KindOf(v))
	}
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	if err := w.SetBoundary(borderOf(v)); err != nil {
		return nil, "", err
	}
	for name, e := range o.All() {
		list, ok := e.([]any)
		if !ok {
			list = []any{e}
		}
		for _, one := range list {
			if err := writeField(w, name, one); err != nil {
				return nil, "", fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	err = w.Close()
	return b.Bytes(), w.FormDataContentType(), err
}

func writeField(w *multipart.Writer, name string, v any) error {
	o, isObject := v.(*value.Object)
	switch {
	case v == nil:
		return nil
	case !isObject:
		return w.WriteField(name, value.String(v))
	}
	f, err := value.AnyFile(o)
	if err != nil {
		return err
	}
	if f.Name == "" {
		f.Name = "file"
	}
	part, err := w.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {multipart.FileContentDisposition(name, oneLine(f.Name))}, "Content-Type": {typeOf(f)},
	})
	if err != nil {
		return err
	}
	_, err = part.Write(f.Data)
	return err
}

// borderOf is what stands between the parts of a body. The same parts have the
// same border, and none holds it: it is made of a hash of them.
func borderOf(v any) string {
	sum := sha256.Sum256(value.JSON(v))
	return "part-" + hex.EncodeToString(sum[:16])
}

// withoutData is a body as people see it: of files, what they are.
func withoutData(v any) any {
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = withoutData(e)
		}
		return out
	case *value.Object:
		if f, err := value.ReadFile(v); err == nil && strings.TrimSpace(v.Text("name")) != "" {
			return value.Map("name", f.Name, "type", typeOf(f), "size", float64(len(f.Data)))
		}
		out := value.NewObject(v.Len())
		for k, e := range v.All() {
			out.Set(k, withoutData(e))
		}
		return out
	}
	return v
}
