package connector

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"sallyport/internal/value"
)

// A reference in a path stays one segment: the server sees the same text there
// and nothing else changes.
func FuzzSegment(f *testing.F) {
	for _, s := range []string{"ada", "..", "a/../b", "%2e%2e", "a?b=c#d", "a;b", "\\..\\", "//evil.example", "é\x00\n", " ", "{{ x }}"} {
		f.Add(s)
	}
	path, err := parseTree("/api/v1/users/{{ inputs.user }}/lifecycle/suspend")
	if err != nil {
		f.Fatal(err)
	}
	r := &requestPlan{path: path}
	f.Fuzz(func(t *testing.T, user string) {
		text, err := r.pathText(scope{"inputs": value.Map("user", user)}, false)
		if err != nil {
			if user != "" && user != "." && user != ".." {
				t.Fatalf("%q was refused: %v", user, err)
			}
			return
		}
		u, err := url.Parse("https://acme.okta.com" + text)
		if err != nil {
			t.Fatalf("%q makes %q, which is no URL: %v", user, text, err)
		}
		segments := strings.Split(u.EscapedPath(), "/")
		if len(segments) != 7 || u.Host != "acme.okta.com" || u.RawQuery != "" || u.Fragment != "" {
			t.Fatalf("%q makes %s", user, u)
		}
		if got, err := url.PathUnescape(segments[4]); err != nil || got != user {
			t.Fatalf("%q arrives as %q, %v", user, got, err)
		}
	})
}

// Whatever URL a user gives, it stays below the base and names what it seems to.
func FuzzResolve(f *testing.F) {
	for _, s := range []string{"/api/v1/users/1?a=b", "//evil.example/x", "https://acme.okta.com/api", "https://acme.okta.com.evil.example/", "../x", "/%2e%2e/x", "\\\\evil", "javascript:x", "/a;b", "https://a@acme.okta.com/", "?x", "", "/x?filter=a eq \"é b\"&q=%20"} {
		f.Add(s)
	}
	base, err := url.Parse("https://acme.okta.com/api")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		u, err := resolve(base, text)
		if err != nil {
			return
		}
		again, err := url.Parse(u.String())
		if err != nil || again.Host != "acme.okta.com" || again.Scheme != "https" || again.User != nil || !strings.HasPrefix(again.Path+"/", "/api/") {
			t.Fatalf("%q leads to %s, %v", text, u, err)
		}
		if strings.ContainsAny(u.RawQuery, " \"\n") {
			t.Fatalf("%q asks %q", text, u.RawQuery)
		}
		if strings.Contains(again.Path, "/../") || strings.HasSuffix(again.Path, "/..") || strings.Contains(again.EscapedPath(), "//") {
			t.Fatalf("%q leads to %s", text, u)
		}
	})
}

func FuzzNextLink(f *testing.F) {
	for _, s := range []string{
		`<https://a/b?after=1>; rel="next"`, `<https://a/b>; rel="self", <https://a/c,d>; title="a, b; c"; rel=next`, `<a>; rel="prev next"`,
		`<a>; rel="next`, `a; rel="next"`, `<`, `<a>;;;=,=;"`, `<a>; rel=nextish`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, header string) {
		if got := nextLink([]string{header}); got != "" && !strings.Contains(header, "<"+got+">") {
			t.Fatalf("%q names %q", header, got)
		}
	})
}

func TestNextLink(t *testing.T) {
	tests := map[string]struct {
		headers []string
		want    string
	}{
		"Okta's two headers": {[]string{`<https://a/b>; rel="self"`, `<https://a/b?after=1>; rel="next"`}, "https://a/b?after=1"},
		"one header":         {[]string{`<https://a/b>; rel="self", <https://a/b?x=1,2>; rel="next"`}, "https://a/b?x=1,2"},
		"no quotes":          {[]string{`<b> ; title="a, <c>; rel=next" ; rel=next`}, "b"},
		"several relations":  {[]string{`<b>; rel="last next"`}, "b"},
		"capitals":           {[]string{`<b>; REL="Next"`}, "b"},
		"only the last page": {[]string{`<b>; rel="self"`}, ""},
		"something like it":  {[]string{`<b>; rel=nextish`}, ""},
		"nothing":            {nil, ""},
	}
	for name, tt := range tests {
		if got := nextLink(tt.headers); got != tt.want {
			t.Errorf("%s: got %q, want %q", name, got, tt.want)
		}
	}
}

func FuzzAnswer(f *testing.F) {
	f.Add("application/json", []byte(`{"a":[1,"\u00e9"]}`))
	f.Add("text/html; charset=x", []byte("<html>\xff"))
	f.Add("", []byte("  [1]"))
	f.Fuzz(func(t *testing.T, contentType string, body []byte) {
		a := newAnswer(200, http.Header{"Content-Type": {contentType}}, body)
		if _, err := value.Of(a.body); err != nil {
			t.Fatalf("the body is no value: %v", err)
		}
		if len(body) > 0 && a.body == nil && string(body) != "null" && strings.TrimSpace(string(body)) != "null" {
			t.Fatalf("%q was lost", body)
		}
	})
}
