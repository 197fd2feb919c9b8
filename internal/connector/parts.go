package connector

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/textproto"

	"sallyport/internal/value"
)

// related returns a body of several parts (RFC 2387): objects with
// content_type and json, or files.
func related(t tree, sc scope) (body []byte, contentType string, err error) {
	v, _ := t.eval(sc)
	list, ok := v.([]any)
	if !ok {
		return nil, "", fmt.Errorf("the parts are a %s: a list is wanted", value.KindOf(v))
	}
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	if err := w.SetBoundary(borderOf(v)); err != nil {
		return nil, "", err
	}
	for _, e := range list {
		o, _ := e.(*value.Object)
		content, kind, err := partOf(o)
		if err != nil {
			return nil, "", err
		}
		part, err := w.CreatePart(textproto.MIMEHeader{"Content-Type": {kind}})
		if err == nil {
			_, err = part.Write(content)
		}
		if err != nil {
			return nil, "", err
		}
	}
	err = w.Close()
	return b.Bytes(), "multipart/related; boundary=" + w.Boundary(), err
}

func partOf(o *value.Object) (content []byte, kind string, err error) {
	if kind = o.Text("content_type"); bytes.ContainsAny([]byte(kind), "\r\n") {
		return nil, "", fmt.Errorf("the content type of a part must be one line")
	}
	if o.At("json") != nil {
		if kind == "" {
			kind = "application/json; charset=UTF-8"
		}
		return value.JSON(o.At("json")), kind, nil
	}
	f, err := value.AnyFile(o)
	if err != nil {
		return nil, "", fmt.Errorf("a part: %w", err)
	}
	return f.Data, typeOf(f), nil
}
