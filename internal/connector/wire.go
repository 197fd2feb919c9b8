package connector

import (
	"fmt"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strings"

	"sallyport/internal/egress"
	"sallyport/internal/errs"
	"sallyport/internal/secret"
	"sallyport/internal/value"
)

// wire is one request, ready to be sent, and as it is shown.
type wire struct {
	method string
	url    *url.URL
	base   *url.URL // what it may not leave; nil where it may go anywhere
	header http.Header
	body   []byte
	shown  Request
}

// newWire makes the request of a call, once for the peer and once to be shown.
func newWire(s *session) (*wire, error) {
	w, err := build(s)
	if err != nil {
		return nil, errs.New(errs.Invalid, "%v", err)
	}
	if w.shown, err = show(s, w); err != nil {
		return nil, errs.New(errs.Invalid, "%v", err)
	}
	return w, nil
}

func build(s *session) (*wire, error) {
	r, sc := s.step.request, s.real
	w := &wire{method: strings.ToUpper(r.method.text(sc)), header: http.Header{}}
	if !slices.Contains(methods(), w.method) {
		return nil, fmt.Errorf("%s is no method: %s are", quoted(w.method), strings.Join(methods(), ", "))
	}
	var err error
	if w.url, w.base, err = address(s, false); err != nil {
		return nil, err
	}
	if err := addHeaders(s, w.header, sc); err != nil {
		return nil, err
	}
	var body []byte
	var contentType string
	if !r.parts && r.message == nil {
		body, contentType, err = r.encoded(sc)
	}
	if r.parts {
		body, contentType, err = related(r.body, sc)
	}
	if r.message != nil {
		contentType = "message/rfc822"
		body, err = s.message(r.message)
	}
	if err != nil {
		return nil, err
	}
	if r.most > 0 && len(body) > r.most {
		return nil, fmt.Errorf("the message is too long: %d bytes, and %d are the most that %s takes", len(body), r.most, s.connector.Title)
	}
	w.body = body
	if contentType != "" && w.header.Get("Content-Type") == "" {
		w.header.Set("Content-Type", contentType)
	}
	return w, nil
}

func methods() []string {
	return []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodHead, http.MethodOptions}
}

// address returns the URL of the request, and the base that it must stay
// below. Where it is shown, secrets in it are masks.
func address(s *session, shown bool) (u, base *url.URL, err error) {
	r, sc := s.step.request, s.real
	if shown {
		sc = s.shown
	}
	baseText := s.base().text(sc)
	if baseText != "" {
		if base, err = parseBase(baseText); err != nil {
			return nil, nil, err
		}
	}
	switch {
	case !r.url.empty():
		u, err = resolve(base, r.url.text(sc))
	case base == nil:
		return nil, nil, fmt.Errorf("the connection has no base URL")
	default:
		var path string
		if path, err = r.pathText(sc, shown); err == nil {
			if path != "" {
				baseText = strings.TrimRight(baseText, "/")
			}
			u, err = url.Parse(baseText + path)
		}
	}
	if err != nil {
		return nil, nil, err
	}
	return u, base, r.addQuery(u, sc)
}

// base is what the paths of the present request are joined to.
func (s *session) base() tree {
	if b := s.step.request.base; !b.empty() {
		return b
	}
	return s.connector.profile.base
}

func parseBase(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil {
		return nil, fmt.Errorf("the base URL of the connection is none: write it as https://host/path")
	}
	return u, nil
}

// resolve reads a URL that a user gave: one below the base, as a path or
// written out, or any where there is no base.
func resolve(base *url.URL, text string) (*url.URL, error) {
	text = strings.TrimSpace(text)
	u, err := url.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("%s is no URL", quoted(text))
	}
	u.Fragment, u.RawFragment, u.RawQuery = "", "", escapedQuery(u.RawQuery)
	if u.User != nil {
		return nil, fmt.Errorf("a URL must not hold a user name or password: choose a way to sign in instead")
	}
	if base == nil {
		if u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			return nil, fmt.Errorf("%s is no whole URL: write it as https://host/path", quoted(text))
		}
		return u, nil
	}
	if u.Host == "" && u.Scheme == "" {
		u, err = url.Parse(strings.TrimRight(base.String(), "/") + "/" + strings.TrimLeft(text, "/"))
		if err != nil {
			return nil, fmt.Errorf("%s is no URL", quoted(text))
		}
		if strings.HasPrefix(text, "//") {
			return nil, fmt.Errorf("%s leads away from %s", quoted(text), base.Host)
		}
		u.Fragment, u.RawFragment, u.RawQuery = "", "", escapedQuery(u.RawQuery)
	}
	if !egress.SameOrigin(u, base) || !strings.HasPrefix(u.Path+"/", strings.TrimRight(base.Path, "/")+"/") {
		return nil, fmt.Errorf("%s leads away from %s", quoted(text), base.Host)
	}
	return u, plainPath(u)
}

// escapedQuery escapes what may not stand in a query as it is, such as the blanks
// and quotes of a filter that somebody typed. What is escaped stays so.
func escapedQuery(query string) string {
	var b strings.Builder
	for i := range len(query) {
		if c := query[i]; c <= ' ' || c >= 0x7f || strings.IndexByte("\"<>\\^`{|}", c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
			continue
		}
		b.WriteByte(query[i])
	}
	return b.String()
}

// plainPath refuses paths that a server may read as another path than they
// seem to be, so that what a path names is what it reaches.
func plainPath(u *url.URL) error {
	path := u.EscapedPath()
	bad := strings.Contains(path, "//") || strings.ContainsAny(path, ";\\")
	for segment := range strings.SplitSeq(u.Path, "/") {
		bad = bad || segment == "." || segment == ".."
	}
	for i := 0; i+2 < len(path); i++ {
		if path[i] != '%' {
			continue
		}
		c, err := url.PathUnescape(path[i : i+3])
		bad = bad || err != nil || strings.ContainsAny(c, "./\\;%-_~") || isAlphanumeric(c[0])
	}
	if bad {
		return fmt.Errorf("the path %s is not written plainly: leave out dots, semicolons and escapes that it does not need", quoted(path))
	}
	return nil
}

func isAlphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// pathText returns the path, with each reference escaped as one segment.
func (r *requestPlan) pathText(sc scope, shown bool) (string, error) {
	var bad error
	path := value.String(r.path.leaf.Eval(func(ref value.Ref) any {
		segment := value.String(sc.lookup(ref))
		switch {
		case shown && segment == secret.Mask:
			return segment
		case segment == "" || segment == "." || segment == "..":
			bad = fmt.Errorf("%s is %s, which names nothing in a path", ref, quoted(segment))
		}
		return url.PathEscape(segment)
	}))
	return path, bad
}

// addQuery adds the query to a URL. A list becomes a parameter for each item.
func (r *requestPlan) addQuery(u *url.URL, sc scope) error {
	v, ok := r.query.eval(sc)
	if !ok || v == nil {
		return nil
	}
	q := u.Query()
	switch v := v.(type) {
	case *value.Object:
		addParams(q, v)
	case string:
		more, err := url.ParseQuery(strings.TrimPrefix(v, "?"))
		if err != nil {
			return fmt.Errorf("the query %s is none", quoted(v))
		}
		for name, values := range more {
			q[name] = append(q[name], values...)
		}
	default:
		return fmt.Errorf("the query is a %s: an object or a text is wanted", value.KindOf(v))
	}
	u.RawQuery = q.Encode()
	return nil
}

func addParams(q url.Values, o *value.Object) {
	for name, v := range o.All() {
		list, ok := v.([]any)
		if !ok {
			list = []any{v}
		}
		for _, e := range list {
			if e != nil {
				q.Add(name, value.String(e))
			}
		}
	}
}

// addHeaders adds those of the connector, then those of the action.
func addHeaders(s *session, h http.Header, sc scope) error {
	for _, named := range s.connector.profile.headers {
		if err := setHeader(h, named.name, named.tree.text(sc)); err != nil {
			return err
		}
	}
	v, _ := s.step.request.headers.eval(sc)
	o, ok := v.(*value.Object)
	if !ok && v != nil {
		return fmt.Errorf("the headers are a %s: an object is wanted", value.KindOf(v))
	}
	for name, e := range o.All() {
		if err := setHeader(h, name, value.String(e)); err != nil {
			return err
		}
	}
	if key := s.action.do.key; key != "" && s.call.Key != "" {
		return setHeader(h, key, s.call.Key)
	}
	return nil
}

// setHeader sets a header, unless it is one that the connection itself needs,
// or no header at all.
func setHeader(h http.Header, name, text string) error {
	canonical := textproto.CanonicalMIMEHeaderKey(name)
	switch canonical {
	case "Host", "Connection", "Content-Length", "Transfer-Encoding", "Upgrade", "Te", "Trailer", "Proxy-Authorization", "Proxy-Connection":
		return fmt.Errorf("the header %s cannot be set", canonical)
	}
	if !isToken(name) {
		return fmt.Errorf("%s is no name of a header", quoted(name))
	}
	if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
		return fmt.Errorf("the header %s must be one line of text", canonical)
	}
	if text != "" {
		h.Set(canonical, text)
	}
	return nil
}

// isToken reports whether s is a token (RFC 9110 section 5.6.2).
func isToken(s string) bool {
	for i := range len(s) {
		if !isAlphanumeric(s[i]) && !strings.ContainsRune("!#$%&'*+-.^_`|~", rune(s[i])) {
			return false
		}
	}
	return s != ""
}

// encoded returns the body and what kind of content it is.
func (r *requestPlan) encoded(sc scope) (body []byte, contentType string, err error) {
	v, ok := r.body.eval(sc)
	if !ok || v == nil {
		return nil, "", nil
	}
	switch encode := r.encode.text(sc); encode {
	case "form":
		o, ok := v.(*value.Object)
		if !ok {
			return nil, "", fmt.Errorf("the form is a %s: an object is wanted", value.KindOf(v))
		}
		q := url.Values{}
		addParams(q, o)
		body, contentType = []byte(q.Encode()), "application/x-www-form-urlencoded"
	case "text":
		body, contentType = []byte(value.String(v)), "text/plain; charset=utf-8"
	case "json":
		body, contentType = value.JSON(v), "application/json"
	case "file":
		f, err := value.AnyFile(v)
		if err != nil {
			return nil, "", fmt.Errorf("the body: %w", err)
		}
		body, contentType = f.Data, typeOf(f)
	case "multipart":
		if body, contentType, err = formData(v); err != nil {
			return nil, "", err
		}
	default:
		return nil, "", fmt.Errorf("%s is no encoding: json, form, text, file and multipart are", quoted(encode))
	}
	if own := r.content.text(sc); own != "" {
		contentType = own
	}
	return body, contentType, nil
}
