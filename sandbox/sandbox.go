// Package sandbox puts a simulated company on one listener: an Okta org, an
// Auth0 tenant, a Slack workspace, a Teams channel and everybody's mailbox, with a control API
// beside them that says what arrived, makes things happen and makes them fail.
//
// Nothing in it knows the product: what the product does to the sandbox it
// does as it would to the real services, by their URLs and tokens.
package sandbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"sallyport/sandbox/auth0"
	"sallyport/sandbox/mail"
	"sallyport/sandbox/okta"
	"sallyport/sandbox/scenario"
	"sallyport/sandbox/slack"
	"sallyport/sandbox/teams"
)

// Options are what a sandbox is made from. The zero value gives fifty people
// at acme.example.
type Options struct {
	Users  int    // seeded people; 50 when zero
	Seed   uint64 // decides everything that looks random
	Domain string // "acme" makes people @acme.example; "acme" when empty
	// Accounts is how many people have an account in the Auth0 tenant, too; 500 when
	// zero.
	Accounts int
	// Groups and Apps are how many the Okta org is to have, at least those that
	// every one has.
	Groups, Apps int
	// Weak makes an Okta org with weaknesses; see [okta.Planted].
	Weak bool

	// BaseURL is where the sandbox is reached: "http://127.0.0.1:8080". Serve
	// sets it when it is empty.
	BaseURL string
	// MailListen is where mail is taken: "127.0.0.1:0" when empty.
	MailListen string

	// History has the org begin so long ago, with the ordinary life of its
	// people since then in its log.
	History time.Duration
	// Traffic is how many events of ordinary life there are a minute from now
	// on; 0 is none.
	Traffic float64

	Now func() time.Time // time.Now when nil
	Log *slog.Logger     // nil discards
}

// Sandbox is a simulated company. It is an http.Handler and safe for
// concurrent use.
type Sandbox struct {
	opt       Options
	now       func() time.Time
	log       *slog.Logger
	base      atomic.Pointer[string]
	auth0At   atomic.Pointer[string] // where the tenant is reached by itself; nil for nowhere else
	transport *http.Transport        // of event hooks

	org    *okta.Org
	auth0  *auth0.Tenant
	slack  *slack.Workspace
	teams  *teams.Channel
	box    *mail.Mailbox
	smtp   *mail.Server
	player *scenario.Player

	slackToken, slackSecret, mailPassword string

	requests *requestLog
	faults   *faultList
	control  http.Handler

	life life

	mu       sync.Mutex
	switches Switches
}

// New makes a sandbox and starts its mail server. Close must be called to end
// it.
func New(opt Options) (*Sandbox, error) {
	if opt.Domain == "" {
		opt.Domain = "acme"
	}
	if opt.MailListen == "" {
		opt.MailListen = "127.0.0.1:0"
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	before := &past{now: opt.Now}
	if opt.History > 0 {
		before.at = opt.Now().Add(-opt.History)
		opt.Now = before.Now
	}
	r := rand.New(rand.NewPCG(opt.Seed, 0x73616e64626f78)) //nolint:gosec // made-up secrets, repeatable on purpose
	s := &Sandbox{
		opt: opt, now: opt.Now, log: opt.Log, box: mail.NewMailbox(opt.Now), requests: newRequestLog(), faults: newFaultList(opt.Now),
		slackToken: fmt.Sprintf("xoxb-sandbox-%016x", r.Uint64()), mailPassword: fmt.Sprintf("mail-sandbox-%016x", r.Uint64()),
		switches: defaultSwitches(),
	}
	s.slackSecret = fmt.Sprintf("slack-sandbox-%016x", r.Uint64())
	s.SetBaseURL(opt.BaseURL)
	s.control = control{s}.handler()
	if err := s.begin(before); err != nil {
		s.Close()
		return nil, fmt.Errorf("make a sandbox: %w", err)
	}
	return s, nil
}

// begin makes the services, and what happened before and happens from now on.
func (s *Sandbox) begin(before *past) error {
	if err := s.open(); err != nil {
		return err
	}
	if s.opt.History > 0 {
		if err := s.play(before, s.opt.History); err != nil {
			return err
		}
	}
	return s.SetTraffic(TrafficSwitch{s.opt.Traffic})
}

// open makes the services.
func (s *Sandbox) open() error {
	opt := s.opt
	if t, ok := http.DefaultTransport.(*http.Transport); ok {
		s.transport = t.Clone()
	} else {
		s.transport = &http.Transport{}
	}
	var err error
	s.org, err = okta.New(okta.Options{
		Users: opt.Users, Seed: opt.Seed, Domain: opt.Domain, BaseURL: opt.BaseURL, Now: opt.Now, Log: opt.Log,
		Groups: opt.Groups, Apps: opt.Apps, Weak: opt.Weak,
		Mail: post{s}.takeFromOkta, HTTP: &http.Client{Transport: hookTransport{s}},
	})
	if err != nil {
		return err
	}
	s.auth0 = auth0.New(auth0.Options{Seed: opt.Seed, Name: opt.Domain, People: accounts(s.org, opt.Accounts), BaseURL: auth0URL(opt.BaseURL), Now: opt.Now, Log: opt.Log, HTTP: &http.Client{Transport: s.transport}})
	s.player = scenario.New(scenario.Options{Org: s.org, Auth0: s.auth0, Seed: opt.Seed, Now: opt.Now})
	s.slack = slack.New(slack.Options{
		Token: s.slackToken, SigningSecret: s.slackSecret, Team: companyName(opt.Domain), Seed: opt.Seed, Now: opt.Now, People: people{s.org},
		Base: func() string { return s.baseURL() + "/slack" },
	})
	s.teams = teams.New(teams.Options{Seed: opt.Seed, Now: opt.Now})
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", opt.MailListen)
	if err != nil {
		return fmt.Errorf("listen for mail: %w", err)
	}
	s.smtp = mail.Serve(l, mail.Options{
		Box: s.box, Domain: "mail." + opt.Domain + ".example", Username: mailUser, Password: s.mailPassword,
		Gate: post{s}.gate, Seen: post{s}.seen, Now: opt.Now, Log: opt.Log,
	})
	return nil
}

// companyName makes a name of a domain.
func companyName(domain string) string { return strings.ToUpper(domain[:1]) + domain[1:] }

// Close ends the mail server and the org's deliveries, and waits for them.
func (s *Sandbox) Close() {
	s.life.mu.Lock()
	s.life.stop()
	s.life.mu.Unlock()
	if s.org != nil {
		s.org.Close()
	}
	if s.auth0 != nil {
		s.auth0.Close()
	}
	if s.smtp != nil {
		s.smtp.Close()
	}
	s.transport.CloseIdleConnections()
}

// Org returns the Okta org.
func (s *Sandbox) Org() *okta.Org { return s.org }

// SetBaseURL says where the sandbox is reached. Until it is known, URLs follow
// the request.
func (s *Sandbox) SetBaseURL(url string) {
	url = strings.TrimSuffix(url, "/")
	s.base.Store(&url)
	if s.org != nil {
		s.org.SetBaseURL(url)
	}
	if s.auth0 != nil && s.auth0At.Load() == nil {
		s.auth0.SetBaseURL(auth0URL(url))
	}
}

// Auth0 is the tenant by itself, for a listener of its own at a URL: then it is on
// another machine than the Okta org, as it is in life.
func (s *Sandbox) Auth0(url string) http.Handler {
	url = strings.TrimSuffix(url, "/")
	s.auth0At.Store(&url)
	s.auth0.SetBaseURL(url)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		in := r.Clone(r.Context())
		if in.URL.Path = "/auth0" + r.URL.Path; r.URL.RawPath != "" {
			in.URL.RawPath = "/auth0" + r.URL.RawPath
		}
		s.ServeHTTP(w, in)
	})
}

// baseURL returns where the sandbox is reached, without a slash at the end.
func (s *Sandbox) baseURL() string { return *s.base.Load() }

// SetInteractivity says where the Slack app is told of the buttons that people
// press.
func (s *Sandbox) SetInteractivity(url string) { s.slack.SetInteractivity(url) }

// shutdownTime is how long requests may take to end once the sandbox is told
// to stop.
const shutdownTime = 2 * time.Second

// Serve answers requests on a listener until ctx is done. It does not close
// the sandbox.
func (s *Sandbox) Serve(ctx context.Context, l net.Listener) error {
	if s.baseURL() == "" {
		s.SetBaseURL("http://" + l.Addr().String())
	}
	return s.serveOn(ctx, l, s)
}

// ServeAuth0 answers requests to the tenant on a listener of its own until ctx is
// done.
func (s *Sandbox) ServeAuth0(ctx context.Context, l net.Listener) error {
	return s.serveOn(ctx, l, s.Auth0("http://"+l.Addr().String()))
}

func (s *Sandbox) serveOn(ctx context.Context, l net.Listener, h http.Handler) error {
	server := &http.Server{
		Handler: h, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
		ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	stopped := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		late, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTime)
		defer cancel()
		err := server.Shutdown(late)
		if errors.Is(err, context.DeadlineExceeded) {
			err = server.Close() // what still runs is a request that waits for nothing good
		}
		stopped <- err
	})
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		stop()
		return fmt.Errorf("serve the sandbox: %w", err)
	}
	if err := <-stopped; err != nil {
		return fmt.Errorf("stop the sandbox: %w", err)
	}
	return nil
}

// Services of the sandbox, as requests and faults name them.
const (
	serviceOkta  = "okta"
	serviceAuth0 = "auth0"
	serviceSlack = "slack"
	serviceTeams = "teams"
	serviceMail  = "mail"
	serviceHooks = "hooks" // what the org's event hooks have sent
)

// ServeHTTP hands a request to the service that it is for.
func (s *Sandbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := r.URL.Path
	switch {
	case path == "/_sandbox" || strings.HasPrefix(path, "/_sandbox/"):
		s.control.ServeHTTP(w, r)
	case strings.HasPrefix(path, "/auth0/"):
		s.serve(w, r, serviceAuth0, http.StripPrefix("/auth0", s.auth0))
	case strings.HasPrefix(path, "/slack/"):
		s.serve(w, r, serviceSlack, http.StripPrefix("/slack", s.slack))
	case strings.HasPrefix(path, "/teams/"):
		s.serve(w, r, serviceTeams, http.StripPrefix("/teams", s.teams))
	default:
		s.serve(w, r, serviceOkta, s.org)
	}
}

// serve has a service answer a request, unless a fault does, and notes it.
func (s *Sandbox) serve(w http.ResponseWriter, r *http.Request, service string, h http.Handler) {
	began := s.now()
	body := &tap{ReadCloser: r.Body}
	r.Body = body
	out := &watched{ResponseWriter: w, status: http.StatusOK}
	if f, hit := s.faults.take(service, r.Method, r.URL.Path); hit {
		misbehave(s, out, r, f, h)
	} else {
		h.ServeHTTP(out, r)
	}
	s.requests.add(Request{
		Service: service, Time: began, Method: r.Method, Path: r.URL.Path, Query: redacted(r.URL.RawQuery), Body: body.text(r),
		Truncated: body.more, Status: out.status, Duration: s.now().Sub(began), Auth: authScheme(r), UserAgent: r.UserAgent(),
	})
}
