package api

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// ssoPage is a page for somebody who signs in: what there is to say, and a form or
// a link to go on.
type ssoPage struct {
	Title    string
	Text     []string
	Action   string // of a form; empty for none
	Fields   url.Values
	Button   string
	Link     string
	LinkText string
	Script   template.JS // what goes on by itself; empty where the person does
}

const (
	submitForm template.JS = `document.forms[0].submit()`
	followLink template.JS = `location.replace(document.links[0].href)`
)

var (
	//go:embed ssopage.css
	pageStyle string
	//go:embed ssopage.html
	pageText string
)

func pageTemplate() *template.Template {
	return template.Must(template.New("page").Funcs(template.FuncMap{"style": func() template.CSS { return template.CSS(pageStyle) }}).Parse(pageText)) //nolint:gosec // it is ours
}

func sourceHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// page writes a page. Nothing in it is fetched from anywhere. Where a form leads
// to the identity provider, where that leads on to is not known here, and browsers
// hold form-action against that as well.
func (s *server) page(w http.ResponseWriter, r *http.Request, status int, p ssoPage) {
	policy := "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; style-src " + sourceHash(pageStyle)
	if p.Script != "" {
		policy += "; script-src " + sourceHash(string(p.Script))
	}
	if p.Script != submitForm {
		policy += "; form-action 'self'"
	}
	var out bytes.Buffer
	if err := pageTemplate().Execute(&out, p); err != nil {
		s.fail(w, r, err)
		return
	}
	setSecurity(w.Header(), policy)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	if _, err := w.Write(out.Bytes()); err != nil {
		s.Log.DebugContext(r.Context(), "answer not sent", "route", r.Pattern, "err", err)
	}
}

// retryAfter is a wait as headers say it: in whole seconds.
func retryAfter(d time.Duration) string { return strconv.Itoa(int(math.Ceil(d.Seconds()))) }
