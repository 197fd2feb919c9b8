package functions

import (
	"testing"

	"sallyport/internal/value"
)

func TestURLFormat(t *testing.T) {
	check(t, "url.format", map[string]example{
		"all":                  {`{"protocol":"http","host":"www.example.com","port":8080,"path":"test url","query":"a=b&c=d"}`, `{"url":"http://www.example.com:8080/test%20url?a=b&c=d"}`},
		"the host":             {`{"host":"example.com"}`, `{"url":"https://example.com"}`},
		"signs at their ends":  {`{"protocol":"HTTPS://","host":"example.com","path":"/a/b","query":"?x=1"}`, `{"url":"https://example.com/a/b?x=1"}`},
		"encoded before":       {`{"host":"example.com","path":"/a%2Fb/%20"}`, `{"url":"https://example.com/a%2Fb/%20"}`},
		"an address":           {`{"host":"::1","port":"80"}`, `{"url":"https://[::1]:80"}`},
		"a percent":            {`{"host":"example.com","path":"100%"}`, `{"url":"https://example.com/100%25"}`},
		"a query in the path":  {`{"host":"example.com","path":"/a?b#c"}`, `{"url":"https://example.com/a%3Fb%23c"}`},
		"no host":              {`{"path":"/a"}`, ``},
		"a user in the host":   {`{"host":"u:p@example.com"}`, ``},
		"a path in the host":   {`{"host":"example.com/a"}`, ``},
		"a line in the host":   {`{"host":"example.com\r\nX: y"}`, ``},
		"a mark in the query":  {`{"host":"example.com","query":"a#b"}`, ``},
		"no port":              {`{"host":"example.com","port":0}`, ``},
		"no protocol it takes": {`{"host":"example.com","protocol":"java script"}`, ``},
	})
	checkLoose(t, "url.format", map[string]example{
		"no host": {`{"path":"/a"}`, ``},
	})
}

// Whatever the parts hold, the URL has the host and the query that were given.
func FuzzURLFormat(f *testing.F) {
	f.Add("https", "example.com", "/a b", "x=1")
	f.Add("http", "[::1]:1", "//evil.example/", "?")
	f.Add("", "a@b", "\\..", "#")
	f.Fuzz(func(t *testing.T, protocol, host, path, query string) {
		out, err := find(t, "url.format").Run(fixed(false), value.Map("protocol", protocol, "host", host, "path", path, "query", query))
		if err != nil {
			return
		}
		parts, err := find(t, "url.parse").Run(fixed(false), value.Map("url", out.Text("url")))
		if err != nil {
			return // a query may hold what is no query of fields
		}
		if parts.Text("fragment") != "" || path == "" && parts.Text("path") != "" {
			t.Fatalf("%q: %s", out.Text("url"), value.JSON(parts))
		}
	})
}
