package saml

import (
	"bytes"
	"encoding/xml"
	"reflect"
	"strings"
	"testing"
)

// FuzzPlain holds what is taken for plain against what it reads as once it was
// written.
func FuzzPlain(f *testing.F) {
	for _, s := range []string{`<a>`, `</a>`, `<a:b c:d="e" xmlns:c="urn:x" xmlns="y">`, `x y`, `<a:b:c>`, `<:a>`, `<a b=":">`, `<a :b="c">`, `<a b:="c">`, `<a b="&#10;">`, "<a\u00b7>", `<x::Root>`, "a\r\nb", `<a b=" c  d ">`, `<a b="c\td">`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d := xml.NewDecoder(strings.NewReader(text))
		for {
			token, err := d.RawToken()
			if err != nil {
				return
			}
			token = xml.CopyToken(token)
			if _, isEnd := token.(xml.EndElement); isEnd || !plain(token) {
				if isEnd && plain(token) && !plain(xml.StartElement{Name: token.(xml.EndElement).Name}) {
					t.Fatalf("the end %v is plain and its beginning is not", token)
				}
				continue
			}
			again, err := xml.NewDecoder(bytes.NewReader(written(token))).RawToken()
			if err != nil {
				t.Fatalf("%#v was written as %q: %v", token, written(token), err)
			}
			if start, ok := again.(xml.StartElement); ok && len(start.Attr) == 0 {
				start.Attr = token.(xml.StartElement).Attr[:0]
				again = start
			}
			if !reflect.DeepEqual(token, again) {
				t.Fatalf("%#v was written as %q and reads %#v", token, written(token), again)
			}
		}
	})
}

// written writes a token as it is, with nothing escaped.
func written(t xml.Token) []byte {
	name := func(n xml.Name) string {
		if n.Space == "" {
			return n.Local
		}
		return n.Space + ":" + n.Local
	}
	if text, ok := t.(xml.CharData); ok {
		return text
	}
	start := t.(xml.StartElement)
	out := "<" + name(start.Name)
	for _, a := range start.Attr {
		out += " " + name(a.Name) + `="` + a.Value + `"`
	}
	return []byte(out + ">")
}
