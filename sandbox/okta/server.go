package okta

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"sallyport/sandbox/okta/ratelimit"
	"sallyport/sandbox/okta/systemlog"
)

// maxBody is the largest request body that is read.
const maxBody = 4 << 20

// ServeHTTP answers a request as the org would.
func (o *Org) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &call{r: r, base: *o.base.Load()}
	c.change = change{Org: o, id: o.ids.request(), path: r.URL.Path, query: r.URL.RawQuery, from: clientOf(r), session: "trs" + o.ids.session()[3:]}
	if c.base == "" {
		c.base = "http://" + r.Host
		if r.TLS != nil {
			c.base = "https://" + r.Host
		}
	}
	h := w.Header()
	h.Set("X-Okta-Request-Id", c.id)
	h.Set("Date", o.now().UTC().Format(http.TimeFormat))
	h.Set("Cache-Control", "no-cache, no-store")
	h.Set("Pragma", "no-cache")
	h.Set("Expires", "0")
	h.Set("X-Content-Type-Options", "nosniff")
	leave, room := o.limits.Enter()
	defer leave()
	if !room {
		tooMany(o, c, h)
		write(o, w, c, answer{}, errRateLimit())
		return
	}
	a, err := serve(o, c, h)
	write(o, w, c, a, err)
	for _, f := range c.effects {
		f()
	}
}

// serve finds the route of a call, checks who makes it, counts it, and runs
// the handler.
func serve(o *Org, c *call, h http.Header) (answer, error) {
	rt, values, err := o.router.find(c.r)
	c.values = values
	var denied error
	if c.who, denied = identify(o, c); c.who == nil {
		c.who = &principal{}
	}
	if refused := count(o, c, h); refused != nil {
		return answer{}, refused
	}
	if err == nil && rt.scope != "" {
		if denied != nil {
			return answer{}, denied
		}
		o.mu.RLock()
		denied = authorize(c.who, rt, c)
		o.mu.RUnlock()
		if denied != nil {
			return answer{}, denied
		}
	}
	if err != nil {
		if denied != nil && strings.HasPrefix(c.r.URL.Path, "/api/") { // who is not known learns nothing about paths
			return answer{}, denied
		}
		return answer{}, err
	}
	if c.body, err = readBody(c.r); err != nil {
		return answer{}, err
	}
	return run(o, c, rt)
}

// run calls a handler under the org's lock and writes its events.
func run(o *Org, c *call, rt route) (answer, error) {
	if rt.unlocked {
		a, err := rt.handle(c)
		finish(o, c)
		return a, err
	}
	if rt.method == http.MethodGet {
		o.mu.RLock()
		defer o.mu.RUnlock()
		a, err := rt.handle(c)
		if err == nil {
			a.body, err = encoded(a.body) // what handlers return may be changed once the lock is free
		}
		return a, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	a, err := rt.handle(c)
	if err == nil {
		a.body, err = encoded(a.body)
	}
	if err != nil { // nothing happened
		c.pending, c.effects = nil, nil
	}
	subscribe(o)
	tap(o)
	c.flush()
	return a, err
}

// finish writes the events of a handler without lock.
func finish(o *Org, c *call) {
	o.mu.Lock()
	defer o.mu.Unlock()
	subscribe(o)
	tap(o)
	c.flush()
}

func readBody(r *http.Request) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil || len(b) > maxBody {
		return nil, errBody()
	}
	ct := r.Header.Get("Content-Type")
	if len(b) > 0 && ct != "" && !strings.Contains(ct, "json") && !strings.Contains(ct, "form-urlencoded") {
		return nil, errMediaType()
	}
	return b, nil
}

// encoded turns a body into bytes.
func encoded(body any) (any, error) {
	switch body := body.(type) {
	case nil, []byte:
		return body, nil
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(body); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// failed makes the answer of an error.
func failed(o *Org, c *call, err error) answer {
	if e, isOAuth := errors.AsType[*oauthError](err); isOAuth {
		return e.answer()
	}
	e, known := errors.AsType[*apiError](err)
	if !known {
		o.log.ErrorContext(c.r.Context(), "request failed", "err", err, "path", c.r.URL.Path)
		e = errInternal()
	}
	a := answer{status: e.status, body: e.body(o.ids.errorID()), header: e.header}
	if e.noBody {
		a.body = nil
	}
	return a
}

// write sends an answer or an error.
func write(o *Org, w http.ResponseWriter, c *call, a answer, err error) {
	h := w.Header()
	if err != nil {
		a = failed(o, c, err)
	}
	b, err := encoded(a.body)
	if err != nil {
		o.log.ErrorContext(c.r.Context(), "answer was not encoded", "err", err, "path", c.r.URL.Path)
		a.status = http.StatusInternalServerError
	}
	for name, values := range a.header {
		h[http.CanonicalHeaderKey(name)] = values
	}
	body, _ := b.([]byte)
	if body != nil && h.Get("Content-Type") == "" {
		h.Set("Content-Type", "application/json")
	}
	w.WriteHeader(a.status)
	if _, err := w.Write(body); err != nil {
		o.log.DebugContext(c.r.Context(), "answer was not taken", "err", err)
	}
}

// identify finds out who makes a call. Without credentials, or with bad ones,
// it returns the error that a route which needs some answers with.
func identify(o *Org, c *call) (*principal, error) {
	if in, inside := insideOf(c.r); inside && in.as != "" {
		return identifyConsole(o, c, in)
	}
	scheme, token, _ := strings.Cut(c.r.Header.Get("Authorization"), " ")
	token = strings.TrimSpace(token)
	switch {
	case strings.EqualFold(scheme, "SSWS"):
		return identifyUser(o, c, token)
	case strings.EqualFold(scheme, "Bearer"), strings.EqualFold(scheme, "DPoP"):
		return identifyClient(o, c, token, strings.EqualFold(scheme, "DPoP"))
	default:
		return nil, errToken()
	}
}

func identifyUser(o *Org, c *call, token string) (*principal, error) {
	t, ok := o.tokens.use(token, o.now())
	if !ok {
		return nil, errToken()
	}
	o.mu.RLock()
	allowed := o.allows(t.network, c.from.IP)
	o.mu.RUnlock()
	if !allowed {
		return nil, outside(o, c, t)
	}
	o.mu.RLock()
	defer o.mu.RUnlock()
	u := t.owner
	if u.status == Deprovisioned || u.status == Suspended || u.status == LockedOut {
		return nil, errToken() // a token is worth what its owner is
	}
	c.actor, c.tokenID = userActor(u), t.id
	return &principal{user: u, id: t.id, roles: u.roleTypes(), permissions: u.permissions()}, nil
}

func identifyClient(o *Org, c *call, token string, dpop bool) (*principal, error) {
	t, ok := o.access.get(token)
	switch {
	case !ok:
		return nil, bearerError(c, http.StatusUnauthorized, "", "invalid_token", "The access token is invalid.")
	case o.now().After(t.expires):
		return nil, bearerError(c, http.StatusUnauthorized, "", "invalid_token", "The access token has expired.")
	case t.bound != "" && !dpop:
		return nil, bearerError(c, http.StatusUnauthorized, "", "invalid_request", "The resource request must use the DPoP authentication scheme when using a DPoP bound token.")
	}
	if t.bound != "" {
		thumb, fail := checkProof(c, proofUse{url: c.base + c.r.URL.Path, token: token})
		if fail != nil {
			return nil, bearerError(c, http.StatusUnauthorized, "", fail.code, fail.description)
		}
		if thumb != t.bound {
			return nil, bearerError(c, http.StatusUnauthorized, "", "invalid_dpop_proof", "The access_token is not bound to the provided DPoP proof.")
		}
	}
	o.mu.RLock()
	defer o.mu.RUnlock()
	if t.client.status != "ACTIVE" {
		return nil, bearerError(c, http.StatusUnauthorized, "", "invalid_token", "The access token is invalid.")
	}
	c.actor = clientActor(t.client)
	p := &principal{client: t.client, id: t.client.id, scopes: t.scopes, roles: t.client.roleTypes(), permissions: permissionsOf(t.client.roles.items), scoped: t.client.service}
	if o.settings.clientPrivileges {
		p.roles = append(p.roles, "SUPER_ADMIN")
	}
	return p, nil
}

// count counts a call against the rate limits and writes the headers.
func count(o *Org, c *call, h http.Header) error {
	v := o.limits.Take(c.r.Method, c.r.URL.Path, c.who.id)
	h.Set("X-Rate-Limit-Limit", strconv.Itoa(v.Limit))
	h.Set("X-Rate-Limit-Remaining", strconv.Itoa(v.Remaining))
	h.Set("X-Rate-Limit-Reset", strconv.FormatInt(v.Reset.Unix(), 10))
	if v.Warned {
		limitEvent(o, c, "system.org.rate_limit.warning", v)
	}
	if v.Violated {
		limitEvent(o, c, "system.org.rate_limit.violation", v)
	}
	if v.Refused {
		return errRateLimit()
	}
	return nil
}

// limitEvent logs that a bucket runs low or is empty.
func limitEvent(o *Org, c *call, eventType string, v ratelimit.Verdict) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if c.actor.ID == "" {
		c.actor = systemActor()
	}
	sum := digest(o.orgID + v.Bucket)
	id := uuidOf(sum[:])
	debug := map[string]any{
		"rateLimitBucketUuid": id, "rateLimitScopeType": "ORG", "threshold": strconv.Itoa(v.Limit), "timeSpan": "1", "timeUnit": "MINUTES",
		"rateLimitSecondsToReset": strconv.Itoa(int(v.Reset.Sub(o.now()) / time.Second)), "userId": c.actor.ID, "urlPattern": v.Bucket,
	}
	if eventType == "system.org.rate_limit.warning" {
		debug["warningPercent"] = "60"
	}
	c.emit(eventType, fact{targets: []systemlog.Target{{ID: v.Bucket, Type: "URL Pattern"}, {ID: id, Type: "Bucket Uuid"}}, debug: debug})
	c.flush()
}

// tooMany writes the headers of a concurrency violation, whose limit and
// remainder are zero, and logs it.
func tooMany(o *Org, c *call, h http.Header) {
	h.Set("X-Rate-Limit-Limit", "0")
	h.Set("X-Rate-Limit-Remaining", "0")
	h.Set("X-Rate-Limit-Reset", strconv.FormatInt(o.now().Add(time.Minute).Unix(), 10))
	o.mu.Lock()
	defer o.mu.Unlock()
	c.actor = systemActor()
	c.emit("core.concurrency.org.limit.violation", fact{})
	c.flush()
}

// clientOf reads the client of a request: the first address that a proxy
// names, or the one that the request comes from.
func clientOf(r *http.Request) Client {
	if in, inside := insideOf(r); inside {
		return in.from
	}
	ip, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		ip = r.RemoteAddr
	}
	f := Client{IP: ip, UserAgent: r.UserAgent()}
	if via := r.Header.Get("X-Forwarded-For"); via != "" {
		hops := strings.Split(via, ",")
		f.IP = strings.TrimSpace(hops[0])
		for _, hop := range hops[1:] {
			f.Via = append(f.Via, strings.TrimSpace(hop))
		}
		f.Via = append(f.Via, ip)
	}
	return f
}
