package console

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

func server(t *testing.T) *httptest.Server {
	t.Helper()
	s, err := newSite(fstest.MapFS{
		"index.html":           {Data: []byte("<html>console</html>")},
		"theme.js":             {Data: []byte("theme()")},
		"favicon.svg":          {Data: []byte("<svg/>")},
		"assets/index-ab12.js": {Data: []byte(strings.Repeat("console;", 1000))},
		"assets/font.woff2":    {Data: []byte("font")},
	})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	return srv
}

func request(t *testing.T, srv *httptest.Server, method, path string, header ...string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, srv.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := (&http.Transport{DisableCompression: true}).RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	return resp
}

func body(t *testing.T, r io.Reader) string {
	t.Helper()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestServe(t *testing.T) {
	srv := server(t)
	cases := map[string]struct {
		method, path string
		status       int
		kind, cache  string
		contains     string
	}{
		"the root is the page":                       {"GET", "/", 200, "text/html", "no-store", "console"},
		"a page's address is the page":               {"GET", "/runs/01hv9z", 200, "text/html", "no-store", "console"},
		"an address with a dot is a page, too":       {"GET", "/events/user.session.start", 200, "text/html", "no-store", "console"},
		"the page by its own name is never kept":     {"GET", "/index.html", 200, "text/html", "no-store", "console"},
		"an asset is kept for good":                  {"GET", "/assets/index-ab12.js", 200, "text/javascript", "immutable", "console;"},
		"a font has its type":                        {"GET", "/assets/font.woff2", 200, "font/woff2", "immutable", "font"},
		"a file without a hash is asked for again":   {"GET", "/theme.js", 200, "text/javascript", "no-cache", "theme()"},
		"an asset of an older build is not found":    {"GET", "/assets/index-old.js", 404, "text/plain", "", ""},
		"a script that is not there is no page":      {"GET", "/nothing.js", 404, "text/plain", "", ""},
		"nothing outside is reached":                 {"GET", "/assets/../../console.go", 200, "text/html", "no-store", "console"},
		"a head has no body":                         {"HEAD", "/", 200, "text/html", "no-store", ""},
		"what changes things is not for the console": {"POST", "/", 405, "text/plain", "", ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			resp := request(t, srv, c.method, c.path)
			got := body(t, resp.Body)
			if resp.StatusCode != c.status || !strings.HasPrefix(resp.Header.Get("Content-Type"), c.kind) {
				t.Errorf("%d %s, want %d %s", resp.StatusCode, resp.Header.Get("Content-Type"), c.status, c.kind)
			}
			if !strings.Contains(resp.Header.Get("Cache-Control"), c.cache) || !strings.Contains(got, c.contains) {
				t.Errorf("Cache-Control %q, body %.40q", resp.Header.Get("Cache-Control"), got)
			}
			if c.method == http.MethodHead && got != "" {
				t.Errorf("body of a HEAD: %q", got)
			}
		})
	}
}

func TestCompressed(t *testing.T) {
	srv := server(t)
	resp := request(t, srv, "GET", "/assets/index-ab12.js", "Accept-Encoding", "br, gzip")
	if resp.Header.Get("Content-Encoding") != "gzip" || resp.ContentLength > 200 {
		t.Fatalf("Content-Encoding %q, %d bytes", resp.Header.Get("Content-Encoding"), resp.ContentLength)
	}
	r, err := gzip.NewReader(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if got := body(t, r); got != strings.Repeat("console;", 1000) {
		t.Errorf("unpacked %.40q", got)
	}
	if plain := request(t, srv, "GET", "/assets/font.woff2", "Accept-Encoding", "gzip"); plain.Header.Get("Content-Encoding") != "" {
		t.Error("a font was compressed again")
	}
}

func TestUnchanged(t *testing.T) {
	srv := server(t)
	tag := request(t, srv, "GET", "/theme.js").Header.Get("ETag")
	if resp := request(t, srv, "GET", "/theme.js", "If-None-Match", tag); resp.StatusCode != http.StatusNotModified {
		t.Errorf("%d for the tag %s", resp.StatusCode, tag)
	}
}

func TestNoPage(t *testing.T) {
	if _, err := newSite(fstest.MapFS{"theme.js": {Data: []byte("x")}}); err == nil {
		t.Error("a console without its page was accepted")
	}
}

func TestHandler(t *testing.T) {
	h, err := Handler()
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "/", nil))
	if Built() {
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `id="root"`) {
			t.Errorf("%d %s", w.Code, w.Body)
		}
		return
	}
	if w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), "make web build") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
