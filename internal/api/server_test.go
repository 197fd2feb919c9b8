package api

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"sallyport/internal/alert"
	"sallyport/internal/ask"
	"sallyport/internal/backtest"
	"sallyport/internal/exchange"
	"sallyport/internal/flow"
	"sallyport/internal/functions"
	"sallyport/internal/guard"
	"sallyport/internal/letter"
	"sallyport/internal/live"
	"sallyport/internal/portal"
	"sallyport/internal/secret"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
	"sallyport/internal/value"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// bench is the API at work on an empty database, with two organizations.
type bench struct {
	t         testing.TB
	deps      Deps
	url       string
	listening string // the same, whatever the server takes for its address
	db        *store.DB
	keys      *secret.Keyring
	acme      portal.Organization
	evil      portal.Organization
	log       *buffer
	mu        sync.Mutex
	skew      time.Duration
	folders   int
}

// buffer is a log that tests may read while it is written.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func (b *bench) now() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return time.Now().Add(b.skew)
}

func (b *bench) pass(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.skew += d
}

// readTimeout is the server's, where a route says nothing else.
const readTimeout = 2 * time.Second

const password = "correct horse battery"

func setup(t testing.TB, change ...func(*Deps)) *bench {
	t.Helper()
	return setupWith(t, func(*bench) *store.DB { return storetest.Open(t) }, change...)
}

// setupOn is setup on a database.
func setupOn(t testing.TB, db *store.DB, change ...func(*Deps)) *bench {
	t.Helper()
	return setupWith(t, func(*bench) *store.DB { return db }, change...)
}

// setupWith is setup on a database that is opened for it.
func setupWith(t testing.TB, open func(*bench) *store.DB, change ...func(*Deps)) *bench {
	t.Helper()
	b := &bench{t: t, log: &buffer{}}
	keys, err := secret.Open(filepath.Join(t.TempDir(), "keys"))
	if err != nil {
		t.Fatal(err)
	}
	b.keys = keys
	b.db = open(b)
	shelf, engine := connectors(t, keys)
	catalogue := flow.NewCatalogue(functions.All(), shelf)
	log := slog.New(slog.NewJSONHandler(b.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	b.deps = Deps{
		DB: b.db, Library: &flow.Library{Shelf: b.db.Flows}, Catalogue: catalogue, Shelf: shelf, Engine: engine, Keys: keys, Live: &live.Hub{},
		Provisioning: &portal.Provisioning{Keys: b.db.SCIMKeys, Organizations: b.db.Organizations, Seal: keys, Now: b.now, Guesses: portal.NewLimiter(portal.DefaultGuesses(), b.now)},
		SCIMLog:      NewSCIMLog(b.db.SCIMExchanges.Add, log),
		Backtests:    &backtest.Runner{Shelf: b.db.Backtests, Log: log, Now: b.now},
		Rules:        &alert.Library{Shelf: b.db.Rules, Packs: packs(), Log: log},
		Exchange:     &exchange.Desk{DB: b.db, Shelf: shelf, Catalogue: catalogue, Now: b.now},
		Guard:        &guard.Guard{Ledger: b.db.Actions, Tenants: b.db.Connections, Directory: &guard.Directory{Caller: engine, Now: b.now}, Caller: engine, Log: log, Now: b.now},
		Metrics:      NewMetrics(prometheus.NewRegistry(), b.db.Runs), Log: log, Now: b.now, Version: "1.2.3", Heartbeat: 20 * time.Millisecond, SandboxOrg: "acme",
		Checks: checks(t), Judge: b.judge, Ask: asks(t, b),
	}
	b.deps.Remedies = remedies(t, b.deps)
	srv := httptest.NewUnstartedServer(nil)
	srv.Config.ReadTimeout = readTimeout
	b.url = "http://" + srv.Listener.Addr().String()
	b.listening = b.url
	b.deps.BaseURL = b.url
	for _, c := range change {
		c(&b.deps)
	}
	if b.deps.Portal == nil {
		b.deps.Portal = portal.New(portalOptions(b.deps))
	}
	if b.deps.SSO == nil {
		b.deps.SSO = b.sso()
	}
	h, err := New(b.deps)
	if err != nil {
		t.Fatal(err)
	}
	srv.Config.Handler = h
	srv.Start()
	b.db.WatchSessions(func(org, session string) { b.deps.Live.Publish(org, SessionEnded(session)) })
	t.Cleanup(func() {
		b.deps.SCIMLog.Write(context.Background())
		b.deps.Live.Close()
		b.deps.Backtests.Close()
		srv.Close()
	})
	for slug, org := range map[string]*portal.Organization{"acme": &b.acme, "evil": &b.evil} {
		if *org, err = b.deps.Portal.People.EnsureOrganization(t.Context(), slug, strings.ToUpper(slug)); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

// portalOptions are those of a portal on a database.
func portalOptions(d Deps) portal.Options {
	office := &letter.Office{Keys: d.Keys, Server: d.BaseURL, Now: d.Now}
	if d.Letters != nil {
		office = d.Letters.Office
	}
	return portal.Options{
		Organizations: d.DB.Organizations, Accounts: d.DB.Accounts, Roles: d.DB.Roles, Sessions: d.DB.Sessions, Tokens: d.DB.Tokens, Links: d.DB.Links, Confirmations: d.DB.Confirmations,
		Asker:   &portal.Asker{Office: office, Server: d.BaseURL, Now: d.Now},
		Letters: office,
		Factors: d.DB.Factors, Codes: d.DB.Codes, Steps: d.DB.Steps, Provings: d.DB.Sessions, Policies: d.DB.Policies, Devices: d.DB.Devices, Resets: d.DB.Resets, Invitations: d.DB.Invitations, Managing: d.DB.Managing, Keys: d.Keys,
		Hasher: portal.NewHasher(portal.Cost{Memory: 64, Passes: 1, Threads: 1}, 2), Now: d.Now, Log: d.Log,
		Limits: portal.Limits{
			Pair: portal.Limit{Burst: 5, Every: time.Minute}, Addr: portal.Limit{Burst: 500, Every: time.Second}, Account: portal.Limit{Burst: 100, Every: time.Second},
		},
	}
}

// member makes an account with a role in an organization; the empty role is a
// membership that allows nothing.
func (b *bench) member(org portal.Organization, email, r string) portal.Account {
	b.t.Helper()
	a, err := b.deps.Portal.People.Add(b.t.Context(), org.ID, portal.NewAccount{Email: email, Name: strings.ToUpper(email[:1]) + strings.Split(email[1:], "@")[0], Password: password}, portal.Admin)
	if err != nil {
		b.t.Fatal(err)
	}
	b.setRole(org, a, r)
	return a
}

// allowed are the permissions of a builtin role, as they stand in a request.
func allowed(role string) []any {
	r, _ := portal.Builtin(role)
	return each(r.Permissions, func(p portal.Permission) any { return string(p) })
}

// roleIDs are the ids of an answer's roles.
func roleIDs(o *value.Object) string {
	var out []string
	rs, _ := o.At("roles").([]any)
	for _, r := range rs {
		out = append(out, r.(*value.Object).Text("id"))
	}
	return strings.Join(out, " ")
}

// setRole changes a role beside the portal, which refuses what is no role and to
// take the last administrator's.
func (b *bench) setRole(org portal.Organization, a portal.Account, r string) {
	b.t.Helper()
	if r == portal.Admin {
		return
	}
	spare := portal.Account{ID: "spare-" + a.ID, Email: "spare-" + a.ID + "@x.example", Name: "Spare", PasswordHash: "of nothing"}
	if err := b.db.Accounts.Join(b.t.Context(), spare, portal.Membership{Org: org.ID, Account: spare.ID, Roles: []string{portal.Admin}}); err != nil {
		b.t.Fatal(err)
	}
	roles := []string{}
	if r != "" {
		roles = append(roles, r)
	}
	if err := b.db.Accounts.SetMember(b.t.Context(), org.ID, a.ID, portal.MemberChange{Roles: roles}, b.now()); err != nil {
		b.t.Fatal(err)
	}
}

// client makes requests as somebody, and holds every answer against the OpenAPI
// document.
type client struct {
	t      testing.TB
	url    string
	http   *http.Client
	bearer string
	header http.Header
}

// anybody is a client who has not signed in.
func (b *bench) anybody() *client {
	jar := &cookies{}
	return &client{t: b.t, url: b.url, header: http.Header{}, http: &http.Client{Jar: nil, Transport: &checked{t: b.t, jar: jar, next: &http.Transport{DisableKeepAlives: true, ExpectContinueTimeout: time.Second}}}}
}

// as is a client with a session of an account, which it makes in an organization.
func (b *bench) as(org portal.Organization, email, r string) *client {
	b.t.Helper()
	b.member(org, email, r)
	c := b.anybody()
	c.signIn(email)
	return c
}

func (c *client) signIn(email string) {
	c.t.Helper()
	c.post("/api/v1/session", value.Map("email", email, "password", password), 200)
}

// admin is a client with a session of acme's administrator.
func (b *bench) admin() *client {
	b.t.Helper()
	return b.as(b.acme, "ada@acme.example", portal.Admin)
}

// cookies is a jar that keeps what it is given, Secure or not.
type cookies struct {
	mu   sync.Mutex
	held map[string]*http.Cookie
}

func (j *cookies) apply(r *http.Request) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, c := range j.held {
		r.AddCookie(&http.Cookie{Name: c.Name, Value: c.Value})
	}
}

func (j *cookies) keep(cs []*http.Cookie) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.held == nil {
		j.held = map[string]*http.Cookie{}
	}
	for _, c := range cs {
		if c.MaxAge < 0 {
			delete(j.held, c.Name)
			continue
		}
		j.held[c.Name] = c
	}
}

// checked is a transport that holds answers against the OpenAPI document.
type checked struct {
	t    testing.TB
	jar  *cookies
	next http.RoundTripper
}

func (c *checked) RoundTrip(r *http.Request) (*http.Response, error) {
	c.jar.apply(r)
	resp, err := c.next.RoundTrip(r)
	if err != nil {
		return resp, err
	}
	c.jar.keep(resp.Cookies())
	if media := resp.Header.Get("Content-Type"); media == "text/event-stream" || media == "application/x-ndjson" { // which the checker cannot read
		return resp, nil
	}
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	c.check(r, resp, body)
	return resp, nil
}

func (c *checked) check(r *http.Request, resp *http.Response, body []byte) {
	c.t.Helper()
	if resp.Header.Get("X-Request-Id") == "" || resp.Header.Get("X-Content-Type-Options") != "nosniff" {
		c.t.Errorf("%s %s: headers are missing: %v", r.Method, r.URL.Path, resp.Header)
	}
	doc, err := documented()
	if err != nil {
		c.t.Error(err)
		return
	}
	if err := doc.check(r, resp, body); err != nil {
		c.t.Errorf("%s %s: the answer %s is not what the document says: %v", r.Method, r.URL.Path, body, err)
	}
}

// send makes a request with any body and returns the answer, read.
func (c *client) send(method, path, media string, body io.Reader) (*http.Response, []byte) {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.url+path, body)
	if err != nil {
		c.t.Fatal(err)
	}
	if media != "" {
		req.Header.Set("Content-Type", media)
	}
	if c.bearer != "" {
		req.Header.Set("Authorization", "Bearer "+c.bearer)
	}
	maps.Copy(req.Header, c.header)
	resp, err := c.http.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return resp, raw
}

// do makes a request with a JSON body, wants a status, and returns the answer.
func (c *client) do(method, path string, body any, status int) *value.Object {
	c.t.Helper()
	var r io.Reader
	media := ""
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			c.t.Fatal(err)
		}
		r, media = bytes.NewReader(text), "application/json"
	}
	resp, raw := c.send(method, path, media, r)
	if resp.StatusCode != status {
		c.t.Fatalf("%s %s: status %d, want %d: %s", method, path, resp.StatusCode, status, raw)
	}
	if len(raw) == 0 {
		return nil
	}
	v, err := value.ParseJSON(raw)
	if err != nil {
		c.t.Fatalf("%s %s: %v: %s", method, path, err, raw)
	}
	if list, ok := v.([]any); ok {
		return value.Map("items", list)
	}
	o, _ := v.(*value.Object)
	return o
}

func (c *client) get(path string, status int) *value.Object {
	c.t.Helper()
	return c.do(http.MethodGet, path, nil, status)
}

func (c *client) post(path string, body any, status int) *value.Object {
	c.t.Helper()
	return c.do(http.MethodPost, path, body, status)
}

// items returns the items of an answer.
func items(o *value.Object) []*value.Object {
	all, _ := o.At("items").([]any)
	out := make([]*value.Object, len(all))
	for i, e := range all {
		out[i], _ = e.(*value.Object)
	}
	return out
}

// failure returns the error of an answer.
func failure(o *value.Object) *value.Object { return o.Object("error") }

// at returns what stands at a path of an answer.
func at(o *value.Object, path string) any { return value.Lookup(o, path) }

// asks answers questions in SQL from the bench's database.
func asks(t testing.TB, b *bench) *ask.Engine {
	t.Helper()
	e := ask.New(b.db.Asked(), b.now, slog.New(slog.DiscardHandler))
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}
