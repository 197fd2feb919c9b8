// Package auth0 is a simulated Auth0 tenant: an HTTP server that answers like
// Auth0's Authentication and Management API, keeps everything in memory,
// writes tenant logs, and signs people in, for which it runs the JavaScript of
// post-login Actions for real (see package actions).
//
// docs/sandbox.md says how faithful it is.
package auth0

import (
	"context"
	"crypto/rsa"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"sallyport/sandbox/auth0/actions"
)

// doc is a JSON object as the API shows it.
type doc = map[string]any

// Person is somebody who has an account from the start.
type Person struct {
	Email, First, Last string
}

// Options are what a tenant is made from. The zero value gives a tenant called
// acme with twelve customers.
type Options struct {
	Seed      uint64
	Name      string   // of the tenant; "acme" when empty
	People    []Person // who have accounts in the database connection
	Customers int      // people of nowhere else, besides; 12 when zero, none when negative
	// Bare leaves out everything that a new tenant would not have: people, roles,
	// organizations, Actions.
	Bare bool
	// BaseURL is where the tenant is reached, without a slash at the end. Until
	// it is known, URLs follow the request.
	BaseURL string
	Runner  actions.Runner
	// ActionTime is how long the Actions of a sign-in may take: Auth0's 20 s
	// when zero.
	ActionTime time.Duration
	HTTP       *http.Client // what log streams are sent with; http.DefaultClient when nil
	Now        func() time.Time
	Log        *slog.Logger
}

// Tenant is a simulated tenant. It is an http.Handler and safe for concurrent
// use.
type Tenant struct {
	opt    Options
	now    func() time.Time
	log    *slog.Logger
	base   atomic.Pointer[string]
	routes []route
	limits *limiter
	key    func() (*rsa.PrivateKey, error) // made when it is first needed: that takes a while

	ctx    context.Context //nolint:containedctx // the tenant's own life, ended by Close
	cancel context.CancelFunc
	wg     sync.WaitGroup

	mu          sync.Mutex
	closed      bool
	rand        *rand.Rand
	count       uint64
	users       []*user
	byID        map[string]*user
	byEmail     map[string][]*user // nil until it is needed
	shelves     map[string]*shelf
	settings    map[string]any // single objects, by their path
	bindings    map[string][]doc
	actions     map[string]*action
	logs        []doc
	live        map[string]time.Time // access tokens that are good, by id, and until when
	kept        map[string][]doc     // lists that belong to an object: "credentials CLIENT"
	codes       map[string]grant
	jobs        map[string]*job
	attempts    map[string]int // failed ones, by address and account
	m2m         doc            // the client that Sallyport is given
	executions  map[string]doc
	subscribers []func(context.Context, Change)
}

// Change is something about a person that others may wait for.
type Change struct {
	UserID string
	What   string // "metadata", "blocked", "deleted"
}

// New makes a tenant. Close must be called to end what it sends.
func New(opt Options) *Tenant {
	if opt.Name == "" {
		opt.Name = "acme"
	}
	if opt.Customers == 0 {
		opt.Customers = 12
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if opt.HTTP == nil {
		opt.HTTP = http.DefaultClient
	}
	t := &Tenant{
		opt: opt, now: opt.Now, log: opt.Log, limits: newLimiter(opt.Now), key: sync.OnceValues(newKey),
		rand: rand.New(rand.NewPCG(opt.Seed, 0x6175746830)), //nolint:gosec // a simulation, repeatable on purpose
		byID: map[string]*user{}, shelves: map[string]*shelf{}, settings: map[string]any{}, bindings: map[string][]doc{},
		actions: map[string]*action{}, live: map[string]time.Time{}, kept: map[string][]doc{}, codes: map[string]grant{}, jobs: map[string]*job{}, attempts: map[string]int{},
		executions: map[string]doc{},
	}
	t.ctx, t.cancel = context.WithCancel(context.Background())
	t.SetBaseURL(opt.BaseURL)
	for _, s := range shelves() {
		t.shelves[s.path] = s.fresh()
	}
	t.routes = routes(t)
	t.mu.Lock()
	defer t.mu.Unlock()
	seed(t)
	return t
}

// Close ends what the tenant does by itself, and waits for it.
func (t *Tenant) Close() {
	t.mu.Lock()
	t.closed = true
	t.mu.Unlock()
	t.cancel()
	t.wg.Wait()
}

// spawn does something beside the answer, until the tenant is closed. The
// caller holds the lock.
func (t *Tenant) spawn(f func()) {
	if !t.closed {
		t.wg.Go(f)
	}
}

// SetBaseURL says where the tenant is reached.
func (t *Tenant) SetBaseURL(url string) {
	url = strings.TrimSuffix(url, "/")
	t.base.Store(&url)
}

// Credentials returns the id and secret of the machine-to-machine client that
// may do everything.
func (t *Tenant) Credentials() (clientID, secret string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return str(t.m2m, "client_id"), str(t.m2m, "client_secret")
}

// Name returns the name of the tenant.
func (t *Tenant) Name() string { return t.opt.Name }

// RevokeTokens makes every access token that was issued so far useless, and
// says so to whoever uses one.
func (t *Tenant) RevokeTokens() {
	t.mu.Lock()
	defer t.mu.Unlock()
	clear(t.live)
}

// EnforceRateLimits has calls over the limits refused from now on, or not. The limits
// are so many times the published ones.
func (t *Tenant) EnforceRateLimits(on bool, scale int) { t.limits.enforce(on, scale) }

// Subscribe has f called for each change of a person that the Management API
// makes, beside the answer. Its context ends with the tenant.
func (t *Tenant) Subscribe(f func(context.Context, Change)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.subscribers = append(t.subscribers, f)
}

// changed tells who wants to know. The caller holds the lock.
func (t *Tenant) changed(id, what string) {
	told := slices.Clone(t.subscribers)
	if len(told) == 0 {
		return
	}
	t.spawn(func() {
		for _, f := range told {
			f(t.ctx, Change{id, what})
		}
	})
}

// letters of identifiers.
const (
	hexDigits = "0123456789abcdef"
	base62    = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

// letters returns n random ones. The caller holds the lock, as for everything
// that makes identifiers.
func (t *Tenant) letters(of string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = of[t.rand.IntN(len(of))]
	}
	return string(b)
}

// uuid returns a random one.
func (t *Tenant) uuid() string {
	h := t.letters(hexDigits, 32)
	return h[:8] + "-" + h[8:12] + "-4" + h[13:16] + "-a" + h[17:20] + "-" + h[20:]
}

// objectID returns an id as those of users are: it grows with time.
func (t *Tenant) objectID() string {
	t.count++
	return fmt.Sprintf("%08x", t.now().Unix()&0xffffffff) + t.letters(hexDigits, 10) + fmt.Sprintf("%06x", t.count&0xffffff)
}

// stamp is a time as the API writes it.
func stamp(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05.000Z") }

// str returns a text of an object; empty when it is none.
func str(d doc, key string) string {
	s, _ := d[key].(string)
	return s
}

// truth returns a boolean of an object.
func truth(d doc, key string) bool {
	b, _ := d[key].(bool)
	return b
}

// sub returns an object inside an object, which is empty when there is none.
func sub(d doc, key string) doc {
	if m, ok := d[key].(doc); ok {
		return m
	}
	return doc{}
}

// texts returns the texts of a list.
func texts(v any) []string {
	switch v := v.(type) {
	case []string:
		return v
	case []any:
		out := []string{}
		for _, x := range v {
			if s, ok := x.(string); ok {
				out = append(out, s)
			}
		}
		return out
	}
	return nil
}
