package functions

import "testing"

func TestUrlParse(t *testing.T) {
	check(t, "url.parse", map[string]example{
		"all parts": {`{"url":"https://user:pw@acme.example:8443/a%20b?x=1&y=%C3%A4&x=2#part"}`, `{"scheme":"https","host":"acme.example","port":8443,"path":"/a b","query":{"x":"1","y":"ä"},"fragment":"part"}`},
		"a path":    {`{"url":"/a"}`, `{"scheme":"","host":"","port":null,"path":"/a","query":{},"fragment":""}`},
		"null":      {`{}`, `{"scheme":"","host":"","port":null,"path":"","query":{},"fragment":""}`},
		"no URL":    {`{"url":"http://[::1"}`, ``},
		"no query":  {`{"url":"http://a?x=%zz"}`, ``},
	})
}
