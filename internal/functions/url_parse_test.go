package functions

import (
	"strings"
	"testing"

	"sallyport/internal/value"
)

func TestUrlParse(t *testing.T) {
	check(t, "url.parse", map[string]example{
		"all parts": {`{"url":"https://user:pw@acme.example:8443/a%20b?x=1&y=%C3%A4&x=2#part"}`, `{"scheme":"https","host":"acme.example","port":8443,"encoded_path":"/a%20b","query_text":"x=1&y=%C3%A4&x=2","path":"/a b","query":{"x":"1","y":"ä"},"fragment":"part"}`},
		"a path":    {`{"url":"/a"}`, `{"scheme":"","host":"","port":null,"encoded_path":"/a","query_text":"","path":"/a","query":{},"fragment":""}`},
		"null":      {`{}`, `{"scheme":"","host":"","port":null,"encoded_path":"","query_text":"","path":"","query":{},"fragment":""}`},
		"no URL":    {`{"url":"http://[::1"}`, ``},
		"no query":  {`{"url":"http://a?x=%zz"}`, ``},
	})
}

// Whatever is read, its parts are texts, and the encoded path stands for the
// path.
func FuzzURLParse(f *testing.F) {
	for _, s := range []string{"https://u:p@example.com:8443/a%20b?x=1&x=2#part", "//h", "mailto:a@b", "http://[::1]:80", "%", "/a?b=%"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, source string) {
		out, err := find(t, "url.parse").Run(fixed(false), value.Map("url", source))
		if err != nil {
			return
		}
		decoded, err := find(t, "url.decode_component").Run(fixed(false), value.Map("text", out.Text("encoded_path")))
		if err != nil || value.String(decoded.At("text")) != strings.ToValidUTF8(out.Text("path"), "\uFFFD") {
			t.Fatalf("%q: %s is not %s, %v", source, value.JSON(out), value.JSON(decoded), err)
		}
	})
}
