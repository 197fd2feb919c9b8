// Package console serves the web console: the pages that people work with in a
// browser. They are built from web/, and embedded where the binary is built with
// the tag console; without it one page says how to build them.
//
// The console is a single-page application: an address that is no file is
// answered with its one page, which finds out itself what to show. Everything
// that it needs comes from here, so a content security policy of
// default-src 'self' is enough for it.
package console

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"
)

// index is the page that all addresses lead to which are no files.
const index = "index.html"

// Built reports whether the console is in the binary.
func Built() bool { return embedded() != nil }

// Handler returns the console, for all addresses that nothing else answers. It
// sets no security headers: they are the same for all that the server answers.
func Handler() (http.Handler, error) {
	dist := embedded()
	if dist == nil {
		return http.HandlerFunc(unbuilt), nil
	}
	return newSite(dist)
}

// site is the built console.
type site struct{ files map[string]*file }

// file is one file of it.
type file struct {
	kind   string // media type
	etag   string
	body   []byte
	zipped func() []byte // gzip (RFC 1952); nil for what does not shrink
}

func newSite(dist fs.FS) (*site, error) {
	s := &site{files: map[string]*file{}}
	err := fs.WalkDir(dist, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := fs.ReadFile(dist, name)
		if err != nil {
			return err
		}
		s.files[name] = newFile(name, body)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the console: %w", err)
	}
	if s.files[index] == nil {
		return nil, fmt.Errorf("read the console: there is no %s", index)
	}
	return s, nil
}

func newFile(name string, body []byte) *file {
	sum := sha256.Sum256(body)
	f := &file{kind: kindOf(name), etag: `"` + hex.EncodeToString(sum[:12]) + `"`, body: body}
	if strings.HasPrefix(f.kind, "text/") || strings.HasPrefix(f.kind, "image/svg") {
		f.zipped = sync.OnceValue(func() []byte { return zip(body) })
	}
	return f
}

// kindOf does not ask the system's table, which differs between machines.
func kindOf(name string) string {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".woff2":
		return "font/woff2"
	}
	if kind := mime.TypeByExtension(path.Ext(name)); kind != "" {
		return kind
	}
	return "application/octet-stream"
}

func zip(body []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write(body) // a buffer takes everything
	_ = w.Close()
	return b.Bytes()
}

// ServeHTTP answers with a file, or with the page for what is no file.
func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "only GET is for this address", http.StatusMethodNotAllowed)
		return
	}
	name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
	f, ok := s.files[name]
	switch {
	case ok && name != index:
	case isAsset(name):
		// A page of an older build asks for what is not there any more. The
		// page instead would be an error that nobody understands.
		http.NotFound(w, r)
		return
	default:
		name, f = index, s.files[index]
	}
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Cache-Control", caching(name))
	h.Set("Vary", "Accept-Encoding")
	if name != index {
		h.Set("ETag", f.etag)
		if strings.Contains(r.Header.Get("If-None-Match"), f.etag) {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	body := f.body
	if f.zipped != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		body = f.zipped()
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("Content-Length", fmt.Sprint(len(body)))
	if r.Method == http.MethodGet {
		_, _ = w.Write(body) // nobody is left to tell
	}
}

// isAsset reports whether a name is that of a file, and of no page of the
// console: those have no ending.
func isAsset(name string) bool {
	return strings.HasPrefix(name, "assets/") || path.Ext(name) == ".js" || path.Ext(name) == ".css" || path.Ext(name) == ".map"
}

// caching says how long a browser may keep a file. Those under assets have a
// hash of what is in them in their names.
func caching(name string) string {
	switch {
	case name == index:
		return "no-store"
	case strings.HasPrefix(name, "assets/"):
		return "public, max-age=31536000, immutable"
	}
	return "no-cache"
}
