// Package okta simulates one Okta org: the management API, the System Log,
// event hooks and the OAuth token endpoint, as an http.Handler that keeps
// everything in memory. The same seed and the same requests give the same
// ids, names and events.
//
// What it answers is held against recordings of real orgs (tools/fidelity)
// and Okta's OpenAPI description (oktaspec). docs/sandbox.md says what is
// simulated and how faithfully.
//
// Each noun of the API has a file with its routes and handlers; adding one is
// a file and a line in routes.
package okta

import (
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"sallyport/sandbox/okta/eventhook"
	"sallyport/sandbox/okta/logstream"
	"sallyport/sandbox/okta/outbox"
	"sallyport/sandbox/okta/ratelimit"
	"sallyport/sandbox/okta/scimclient"
	"sallyport/sandbox/okta/systemlog"
)

// Options are what an org is made from. The zero value gives fifty people at
// acme.example.
type Options struct {
	Users    int               // seeded people; 50 when zero
	Seed     uint64            // decides everything that looks random
	Domain   string            // "acme" makes people @acme.example; "acme" when empty
	BaseURL  string            // "http://127.0.0.1:8080", used in links; without it links follow the request
	Edition  ratelimit.Edition // rate-limit table; Workforce when empty
	Features Features

	Now   func() time.Time                                   // time.Now when nil
	After func(d time.Duration, f func()) (stop func() bool) // time.AfterFunc when nil
	Mail  func(to, subject, text string)                     // takes the mails that the org sends; nil drops them
	Log   *slog.Logger                                       // nil discards
	HTTP  *http.Client                                       // for event hooks and apps; http.DefaultClient when nil
	// ProvisioningPause is how long a request to an app waits that has failed,
	// where its server does not say; five minutes, as Okta, when zero.
	ProvisioningPause time.Duration
	// HTTPSOnly makes event hooks as strict as Okta's: without it, http is
	// good enough for an endpoint on this machine.
	HTTPSOnly bool
	// Weak makes an org with weaknesses, and ways to full control, that
	// [Planted] lists. All else is as it should be.
	Weak bool
	// Groups and Apps are how many there are to be, at least those that every
	// org has.
	Groups, Apps int
}

// Features switches on what not every org has. Recorded orgs differ in them;
// the zero value is what most recorded answers show.
type Features struct {
	// Governance is an org with Okta Identity Governance: users carry a
	// realmId and groups a link to their owners.
	Governance bool
	// ResetFactors shows the resetFactors link of users.
	ResetFactors bool
	// VerifiedEmails shows credentials.emails of users with a password.
	VerifiedEmails bool
}

// Late makes every so many events reach the System Log later than they
// happened.
type Late struct {
	Every int // 3 makes every third event late; 0 none
	By    time.Duration
}

// Org is a simulated Okta org. It is safe for concurrent use.
type Org struct {
	log       *slog.Logger
	now       func() time.Time
	after     func(time.Duration, func()) func() bool
	mail      func(to, subject, text string)
	httpsOnly bool
	domain    string
	company   string
	born      time.Time
	adminKey  string
	readKey   string
	base      atomic.Pointer[string]

	ids      *ids
	router   *router
	pages    *template.Template
	limits   *ratelimit.Limiter
	events   *systemlog.Log
	sender   *eventhook.Sender
	streamer *logstream.Sender
	outbox   *outbox.Outbox // what apps are told: accounts, ended sessions
	scim     *scimclient.Client
	client   http.Client // for the latter
	tokens   *tokenBox
	access   *accessBox

	timers timers

	hookMu      sync.RWMutex
	subscribers []subscriber
	taps        []logstream.Target // active log streams

	mu         sync.RWMutex // guards everything below
	features   Features
	late       Late
	lateCount  int
	dir        directory
	apps       appShelf
	hooks      ordered[*hook]
	streams    ordered[*stream]
	attributes map[string]attributeType
	settings   orgSettings
	brands     ordered[*brand]
	threats    threats
	things     things                    // what is on shelves
	idpUsers   []idpUser                 // who signs in by identity providers, in the order of their ids
	single     map[string]map[string]any // what there is one of, by path; replaced, never changed
	devices    ordered[*device]

	customRoles  ordered[*customRole]
	resourceSets ordered[*resourceSet]

	reports    map[string]reportable // what end users can report as suspicious, by token
	browsers   map[[32]byte]browser  // who is signed in to the pages, by digest of the cookie
	failures   []failure             // of provisioning, the oldest first
	departures map[string]departure  // that wait for an app, by id of the request to it

	orgID, realmID, userTypeID     string
	enrollmentPolicy, accessPolicy string
	signingKID                     string
}

// New makes an org and fills it.
func New(opt Options) (*Org, error) {
	opt = opt.withDefaults()
	if strings.ContainsAny(opt.Domain, "/@ ") {
		return nil, fmt.Errorf("make an okta org: %q is no domain", opt.Domain)
	}
	if !slices.Contains(ratelimit.Editions(), opt.Edition) {
		return nil, fmt.Errorf("make an okta org: %q is no edition", opt.Edition)
	}
	pages, err := template.New("pages").Parse(pagesHTML)
	if err != nil {
		return nil, fmt.Errorf("make an okta org: read its pages: %w", err)
	}
	o := &Org{
		log: opt.Log, now: opt.Now, after: opt.After, mail: opt.Mail, httpsOnly: opt.HTTPSOnly,
		domain: opt.Domain, company: companyName(opt.Domain), features: opt.Features,
		ids: newIDs(opt.Seed), router: newRouter(routes()), pages: pages, limits: ratelimit.New(opt.Edition, opt.Now), events: systemlog.New(opt.Now),
		tokens: newTokenBox(), dir: newDirectory(), apps: appShelf{byClient: map[string]*app{}}, attributes: baseAttributes(),
		things: things{}, single: map[string]map[string]any{}, reports: map[string]reportable{}, browsers: map[[32]byte]browser{}, departures: map[string]departure{},
	}
	o.SetBaseURL(opt.BaseURL)
	o.orgID, o.realmID, o.userTypeID = o.ids.next("00o"), o.ids.next("guo"), o.ids.next("oty")
	o.enrollmentPolicy, o.accessPolicy = o.ids.next("rst"), o.ids.next("rst")
	o.signingKID = o.ids.secret(43)
	o.access = newAccessBox(o.ids.secret(32), o.signingKID)
	o.settings = newOrgSettings(o.company)
	o.brands = newBrands(o.orgID, o.company)
	o.sender = eventhook.New(eventhook.Options{
		HTTP: opt.HTTP, Now: opt.Now, After: opt.After, NewID: o.ids.uuid, Log: opt.Log, Failed: o.deliveryFailed,
	})
	o.streamer = logstream.New(logstream.Options{HTTP: opt.HTTP, After: opt.After, Log: opt.Log, Refused: o.streamRefused})
	o.outbox = outbox.New(outbox.Options{After: opt.After, Pause: opt.ProvisioningPause})
	o.scim, o.client = scimclient.New(opt.HTTP), *opt.HTTP
	o.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if err := seed(o, opt); err != nil {
		return nil, fmt.Errorf("make an okta org: %w", err)
	}
	o.events.OnAppend(o.deliver)
	o.events.OnAppend(o.pour)
	return o, nil
}

func (opt Options) withDefaults() Options {
	if opt.Users == 0 {
		opt.Users = 50
	}
	if opt.Domain == "" {
		opt.Domain = "acme"
	}
	if opt.Edition == "" {
		opt.Edition = ratelimit.Workforce
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.After == nil {
		opt.After = func(d time.Duration, f func()) func() bool { return time.AfterFunc(d, f).Stop }
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if opt.HTTP == nil {
		opt.HTTP = http.DefaultClient
	}
	return opt
}

// Close stops deliveries and late events, and waits for what is under way.
func (o *Org) Close() {
	o.timers.close()
	o.sender.Close()
	o.streamer.Close()
	o.outbox.Close()
}

// SetBaseURL says under what URL the org is reached. It is used in links, as
// issuer of tokens and as audience of client assertions.
func (o *Org) SetBaseURL(url string) {
	url = strings.TrimSuffix(url, "/")
	o.base.Store(&url)
}

// baseURL returns the URL of the org for what has no request to follow.
func (o *Org) baseURL() string {
	if url := *o.base.Load(); url != "" {
		return url
	}
	return "https://" + o.domain + ".okta.example"
}

// AdminToken returns an API token of a super admin. It never expires.
func (o *Org) AdminToken() string { return o.adminKey }

// ReadOnlyToken returns an API token of a read-only admin.
func (o *Org) ReadOnlyToken() string { return o.readKey }

// SetEdition changes the rate-limit table.
func (o *Org) SetEdition(e ratelimit.Edition) { o.limits.SetEdition(e) }

// SetRateScale multiplies every rate limit.
func (o *Org) SetRateScale(by int) { o.limits.SetScale(by) }

// EnforceRateLimits makes the org refuse calls over the limit. Without it,
// calls are counted and shown in headers, and never refused.
func (o *Org) EnforceRateLimits(on bool) { o.limits.Enforce(on) }

// SetFeatures changes what the org has.
func (o *Org) SetFeatures(f Features) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.features = f
}

// SetLate makes events of later changes reach the System Log late.
func (o *Org) SetLate(l Late) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.late, o.lateCount = l, 0
}

// SetHookFaults changes what goes wrong with event hook deliveries.
func (o *Org) SetHookFaults(f eventhook.Faults) { o.sender.SetFaults(f) }

// job starts a change that no request makes: the system does it.
func (o *Org) job(prefix string) *change {
	return &change{Org: o, actor: systemActor(), id: o.ids.next(prefix), job: true}
}

func systemActor() systemlog.Actor {
	return systemlog.Actor{ID: "okta.system", Type: "SystemPrincipal", AlternateID: "system@okta.com", DisplayName: "Okta System"}
}

func userActor(u *user) systemlog.Actor {
	return systemlog.Actor{ID: u.id, Type: "User", AlternateID: u.login(), DisplayName: u.name()}
}

func clientActor(a *app) systemlog.Actor {
	return systemlog.Actor{ID: a.clientID(), Type: "PublicClientApp", AlternateID: a.clientID(), DisplayName: a.label}
}

// timers runs functions later, until it is closed.
type timers struct {
	mu     sync.Mutex
	closed bool
	next   int
	stops  map[int]func() bool
	wg     sync.WaitGroup
}

// later runs f after d, unless the org is closed by then.
func (o *Org) later(d time.Duration, f func()) {
	t := &o.timers
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return
	}
	if t.stops == nil {
		t.stops = map[int]func() bool{}
	}
	t.next++
	no := t.next
	t.stops[no] = o.after(d, func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		delete(t.stops, no)
		if !t.closed {
			t.wg.Go(f)
		}
	})
}

func (t *timers) close() {
	t.mu.Lock()
	t.closed = true
	for _, stop := range t.stops {
		stop()
	}
	t.mu.Unlock()
	t.wg.Wait()
}

// dtHash is a hash of what Okta calls the device token of a client.
func dtHash(f Client) string {
	sum := digest(f.token())
	return fmt.Sprintf("%x", sum)
}

// companyName makes a name of a domain.
func companyName(domain string) string {
	return strings.ToUpper(domain[:1]) + domain[1:]
}
