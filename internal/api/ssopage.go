package api

import (
	"bytes"
	"crypto/sha256"
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
	Submit   bool // the form goes by itself
	Link     string
	LinkText string
}

const (
	pageStyle  = `body{font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:12vh auto;padding:0 1.5rem;color:#1c2430;background:#f6f7f9}h1{font-size:1.4rem}button{font:inherit;padding:.5rem 1rem;margin:1rem 1rem 0 0}@media(prefers-color-scheme:dark){body{color:#e6e9ee;background:#12161c}a{color:#8ab4ff}}`
	pageScript = `document.forms[0].submit()`
)

func pageTemplate() *template.Template {
	return template.Must(template.New("page").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{{.Title}} - Sallyport</title><style>` + pageStyle + `</style></head>
<body><main><h1>{{.Title}}</h1>
{{range .Text}}<p>{{.}}</p>
{{end}}{{if .Action}}<form method="post" action="{{.Action}}">{{range $name, $values := .Fields}}{{range $values}}<input type="hidden" name="{{$name}}" value="{{.}}">{{end}}{{end}}<button>{{.Button}}</button></form>
{{end}}{{if .Link}}<p><a href="{{.Link}}">{{.LinkText}}</a></p>{{end}}</main>{{if .Submit}}<script>` + pageScript + `</script>{{end}}</body></html>
`))
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
	if p.Submit {
		policy += "; script-src " + sourceHash(pageScript)
	} else {
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
