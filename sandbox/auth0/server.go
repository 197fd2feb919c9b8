package auth0

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// maxBody is the largest request body that is read.
const maxBody = 2 << 20

// principal is who makes a call.
type principal struct {
	client doc
	scopes []string
	token  string // its id
}

// call is one request that is being answered.
type call struct {
	*Tenant

	r       *http.Request
	route   route
	who     principal
	args    map[string]string // of the path
	raw     []byte
	body    doc
	base    string   // URL of the tenant
	secrets []string // that the answer shows
}

// answer is what a handler gives back.
type answer struct {
	status int
	body   any // nil for none
	header http.Header
}

func ok(body any) (answer, error)      { return answer{status: http.StatusOK, body: body}, nil }
func created(body any) (answer, error) { return answer{status: http.StatusCreated, body: body}, nil }
func none() (answer, error)            { return answer{status: http.StatusNoContent}, nil }

// accepted is a 202 without a body: what is asked for is done.
func accepted() (answer, error) { return answer{status: http.StatusAccepted}, nil }

// ServeHTTP answers a request as the tenant would.
func (t *Tenant) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &call{Tenant: t, r: r, base: *t.base.Load()}
	if c.base == "" {
		c.base = "http://" + r.Host
	}
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Date", t.now().UTC().Format(http.TimeFormat))
	if t.limits.take(r.URL.Path, h) {
		c.noteLimit()
		c.fail(w, tooMany("Global limit has been reached"))
		return
	}
	a, err := c.serve()
	if err != nil {
		c.fail(w, err)
		return
	}
	c.write(w, a)
}

// serve finds the route of a call, checks who makes it, and runs the handler.
func (c *call) serve() (answer, error) {
	rt, args, found := find(c.routes, c.r)
	if !found {
		return answer{}, noPath()
	}
	c.route, c.args = rt, args
	if len(rt.scopes) > 0 {
		if err := c.identify(); err != nil {
			return answer{}, err
		}
	}
	if err := c.read(); err != nil {
		return answer{}, err
	}
	if rt.unlocked {
		return rt.handle(c)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	a, err := rt.handle(c)
	if err == nil && a.body != nil {
		a.body, err = encoded(a.body) // what is shown may change once the lock is free
	}
	c.note(a, err)
	return a, err
}

// read reads the body: JSON or a form.
func (c *call) read() error {
	b, err := io.ReadAll(io.LimitReader(c.r.Body, maxBody+1))
	if err != nil || len(b) > maxBody {
		return &apiError{http.StatusRequestEntityTooLarge, "", "Payload content length greater than maximum allowed"}
	}
	c.raw, c.body = b, doc{}
	if len(bytes.TrimSpace(b)) == 0 {
		return nil
	}
	if strings.Contains(c.r.Header.Get("Content-Type"), "x-www-form-urlencoded") {
		form, err := url.ParseQuery(string(b))
		if err != nil {
			return refused("Invalid request payload form format", "invalid_body")
		}
		for k := range form {
			c.body[k] = form.Get(k)
		}
		return nil
	}
	if json.Unmarshal(b, &c.body) != nil {
		c.body = doc{}
		if !json.Valid(b) {
			return refused("Invalid request payload JSON format", "")
		}
	}
	return nil
}

// list reads a body that is a list.
func (c *call) list(into any) error {
	if json.Unmarshal(c.raw, into) != nil {
		return badBody("Invalid type: object (expected array)")
	}
	return nil
}

// param returns a parameter of the query.
func (c *call) param(name string) string { return c.r.URL.Query().Get(name) }

// identify finds out who makes a call, and whether they may.
func (c *call) identify() error {
	scheme, token, _ := strings.Cut(c.r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		return unauthorized("Missing authentication")
	}
	claims, err := c.verify(strings.TrimSpace(token))
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(claims.Audience, func(a string) bool { return c.isAPI(a, c.base) }) {
		return unauthorized("Bad audience: " + strings.Join(claims.Audience, ","))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	client, known := c.shelves["/clients"].find(claims.ClientID)
	if _, alive := c.live[claims.ID]; !alive || !known {
		return unauthorized("Invalid token")
	}
	c.who = principal{client: client, scopes: strings.Fields(claims.Scope), token: claims.ID}
	if !c.may(c.route.scopes...) {
		return scopeMissing(c.route.scopes)
	}
	return nil
}

// may reports whether the caller has one of some scopes.
func (c *call) may(any ...string) bool {
	return slices.ContainsFunc(any, func(s string) bool { return slices.Contains(c.who.scopes, s) })
}

// encoded turns a body into JSON.
func encoded(body any) ([]byte, error) {
	if b, is := body.([]byte); is {
		return b, nil
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(body); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// fail writes an error.
func (c *call) fail(w http.ResponseWriter, err error) {
	if e, is := errors.AsType[*oauthError](err); is {
		c.write(w, answer{status: e.status, body: e.body()})
		return
	}
	e, is := errors.AsType[*apiError](err)
	if !is {
		c.log.ErrorContext(c.r.Context(), "request failed", "err", err, "path", c.r.URL.Path)
		e = &apiError{http.StatusInternalServerError, "", "Internal error"}
	}
	c.write(w, answer{status: e.status, body: e.body()})
}

func (c *call) write(w http.ResponseWriter, a answer) {
	h := w.Header()
	maps.Copy(h, a.header)
	var b []byte
	if a.body != nil {
		var err error
		if b, err = encoded(a.body); err != nil {
			c.log.ErrorContext(c.r.Context(), "answer was not encoded", "err", err, "path", c.r.URL.Path)
			a.status = http.StatusInternalServerError
		}
		if h.Get("Content-Type") == "" {
			h.Set("Content-Type", "application/json; charset=utf-8")
		}
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(b) // nobody is left to tell
}

// address returns where a request comes from: the first address that a proxy
// names, or the one of the connection.
func address(r *http.Request) string {
	if via, _, _ := strings.Cut(r.Header.Get("X-Forwarded-For"), ","); strings.TrimSpace(via) != "" {
		return strings.TrimSpace(via)
	}
	ip, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return ip
}

// note writes the log of a call of the Management API: of changes, and of
// answers that show secrets.
func (c *call) note(a answer, err error) {
	if len(c.route.scopes) == 0 {
		return
	}
	kind, text := "sapi", c.route.title
	status := a.status
	switch {
	case c.r.Method == http.MethodGet && len(c.secrets) > 0 && err == nil:
		kind = "mgmt_api_read"
	case c.r.Method == http.MethodGet:
		return
	case err != nil:
		e, is := errors.AsType[*apiError](err)
		if !is {
			return
		}
		kind, text, status, a.body = "fapi", e.message, e.status, e.body()
	}
	var sent, shown any = doc{}, doc{}
	if json.Unmarshal(c.raw, &sent) != nil {
		sent = doc{}
	}
	if b, is := a.body.([]byte); is && json.Unmarshal(b, &shown) != nil {
		shown = doc{}
	} else if !is && a.body != nil {
		shown = a.body
	}
	query := doc{}
	for k := range c.r.URL.Query() {
		query[k] = c.param(k)
	}
	details := doc{
		"request": doc{
			"method": strings.ToLower(c.r.Method), "path": c.r.URL.Path, "query": query, "userAgent": c.r.UserAgent(), "body": hide(sent), "channel": "api", "ip": address(c.r),
			"auth": doc{"user": str(c.who.client, "client_id") + "@clients", "strategy": "jwt", "credentials": doc{"jti": c.who.token, "scopes": c.who.scopes}},
		},
		"response": doc{"statusCode": status, "body": hide(shown)},
	}
	if len(c.secrets) > 0 {
		details["accessedSecrets"] = c.secrets
	}
	c.record(kind, text, doc{"ip": address(c.r), "user_agent": c.r.UserAgent(), "client_id": c.who.client["client_id"], "client_name": str(c.who.client, "name"), "details": details})
}

// hide returns a copy without secrets.
func hide(v any) any {
	switch v := v.(type) {
	case doc:
		out := doc{}
		for k, x := range v {
			switch k {
			case "client_secret", "password", "httpAuthorization", "secrets", "pem", "signing_keys":
				out[k] = "*****"
			default:
				out[k] = hide(x)
			}
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = hide(x)
		}
		return out
	}
	return v
}

// noteLimit writes the log of a call over a limit.
func (c *call) noteLimit() {
	c.mu.Lock()
	defer c.mu.Unlock()
	b := bucketOf(c.r.URL.Path)
	c.record("api_limit", "Global limit has been reached", doc{
		"ip": address(c.r), "user_agent": c.r.UserAgent(), "client_id": "", "client_name": "", "hostname": c.host(),
		"details": doc{"limit": doc{"bucket": b.name, "global": true, "size": int(b.burst)}, "request": doc{"method": c.r.Method, "path": c.r.URL.Path}},
	})
}

// host returns the host of the tenant's URL.
func (c *call) host() string { return hostOf(c.base) }

func hostOf(base string) string {
	u, err := url.Parse(base)
	if err != nil {
		return base
	}
	return u.Host
}

// millis is a time in milliseconds, as details of logs have it.
func millis(at time.Time) int64 { return at.UnixMilli() }
