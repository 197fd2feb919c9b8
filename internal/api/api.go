// Package api serves the HTTP API: what the console, the command line and
// programs of others work with.
//
// Each route is one add line in the file of its noun: its pattern, the permission
// that it wants, and a function from typed input to typed output. Decoding,
// signing in, errors, and the OpenAPI document are made from that line, in one
// place each. A handler never sees a request, and never takes an organization
// from its input: it is the caller's.
package api

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"time"

	"sallyport/internal/alert"
	"sallyport/internal/ask"
	"sallyport/internal/audit"
	"sallyport/internal/backtest"
	"sallyport/internal/connector"
	"sallyport/internal/exchange"
	"sallyport/internal/flow"
	"sallyport/internal/guard"
	"sallyport/internal/inventory"
	"sallyport/internal/letter"
	"sallyport/internal/live"
	"sallyport/internal/notify"
	"sallyport/internal/okta"
	"sallyport/internal/portal"
	"sallyport/internal/posture"
	"sallyport/internal/quota"
	"sallyport/internal/remedy"
	"sallyport/internal/secret"
	"sallyport/internal/source"
	"sallyport/internal/store"
	"sallyport/internal/template"
	"sallyport/internal/value"
)

// Caller carries out single actions, for whoever tries one out.
type Caller interface {
	// Do carries out an action. Its errors are [connector.Error].
	Do(ctx context.Context, c connector.Connection, call connector.Call) (connector.Result, error)
	// Preview returns the request that an action would send first.
	Preview(c connector.Connection, call connector.Call) (connector.Request, error)
}

// Looker looks at the peers of connections.
type Looker interface {
	// Raw carries a call out and returns the peer's answer, whatever its status.
	Raw(ctx context.Context, c connector.Connection, call connector.Call) (connector.Raw, error)
	// Usage returns how far the peer's rate limits are used up, as far as known.
	Usage(c connector.Connection, call connector.Call) ([]quota.Usage, error)
	// Signed reports whether a connection's secret signs a message.
	Signed(c connector.Connection, with string, message, sum []byte) (bool, error)
}

// Consenter lets people consent to what connections do for them.
type Consenter interface {
	// Consent begins a sign-in by which somebody lets a connection act for them.
	Consent(c connector.Connection, redirect, state string) (connector.Consent, error)
	// Redeem ends it.
	Redeem(ctx context.Context, c connector.Connection, back connector.Return) error
	// Consented reports whether a connection has what consent it needs.
	Consented(ctx context.Context, c connector.Connection) (bool, error)
}

// Engine is what the API asks of the connector engine: [connector.Engine].
type Engine interface {
	Caller
	Looker
	Consenter

	// Normalize returns a connection's settings as they are to be kept.
	Normalize(c connector.Connection) (*value.Object, error)
	// Seal returns a connection's secrets sealed, with changes over what it has.
	Seal(c connector.Connection, secrets map[string]secret.Text) ([]byte, error)
	// Test tries a connection out.
	Test(ctx context.Context, c connector.Connection) (connector.Report, error)
	// Granted returns the scopes that a connection's token has, and false where
	// nothing tells.
	Granted(ctx context.Context, c connector.Connection) (connector.Granted, bool, error)
}

// Keys seals what the database keeps: [secret.Keyring].
type Keys interface {
	Seal(plaintext, context []byte) ([]byte, error)
	Unseal(sealed, context []byte) ([]byte, error)
}

// Deps is what handlers work with. What is said to be optional may be left out.
type Deps struct {
	DB        *store.DB
	Portal    *portal.Portal
	SSO       *portal.SSO
	Library   *flow.Library
	Rules     *alert.Library
	Backtests *backtest.Runner
	Catalogue *flow.Catalogue
	Shelf     *connector.Shelf
	Engine    Engine
	Guard     *guard.Guard
	Remedies  *remedy.Engine
	Ask       *ask.Engine
	Keys      Keys
	Live      *live.Hub
	Templates *template.Shelf // optional: without it there are none
	Exchange  *exchange.Desk
	People    *okta.People // optional: without it people are read of Okta each time
	Metrics   *Metrics
	Log       *slog.Logger
	Now       func() time.Time

	Version string // of the program
	BaseURL string // by which people reach the server: https://sallyport.example.com
	Sandbox string // base URL of the sandbox, where one runs; optional
	// SandboxOrg is the slug of the organization that the sandbox is for. To all
	// others there is none.
	SandboxOrg string

	// MetricsToken is what /metrics wants as a bearer token. Without one it is
	// answered to this machine alone.
	MetricsToken secret.Text
	// Proxies are the networks of the proxies before the server, whose
	// X-Forwarded-For is believed.
	Proxies []netip.Prefix
	// Heartbeat is how often streams say that they are still there; 0 is
	// [DefaultHeartbeat].
	Heartbeat time.Duration
	// AnswerWithin is how long a request that started a flow waits for the run's
	// answer; 0 is [DefaultAnswerWithin].
	AnswerWithin time.Duration
	// CallRate is how many requests a second start one flow; 0 is
	// [DefaultCallRate].
	CallRate int
	// Provisioning lets identity providers in, and SCIMLog keeps what they asked;
	// without a log there is one that nobody closes.
	Provisioning *portal.Provisioning
	SCIMLog      *SCIMLog
	// SCIMRate is how many requests a second an organization's identity provider may
	// make, over some time; 0 is [DefaultSCIMRate].
	SCIMRate int
	// Working reports whether runs are worked; optional.
	Working func() error
	// Sink takes the events of files; optional: without it none are taken.
	Sink source.Sink
	// Meet says which Okta org a connection leads to, and SyncsChanged is called when
	// one is to be read; without them none can be asked for.
	Meet         func(context.Context, store.Connection) (inventory.Tenant, error)
	SyncsChanged func()
	// OktaSetups makes apps in Okta orgs; without it none can be asked for.
	OktaSetups OktaSetups
	// Checks are those of posture. Judge judges an org by a profile, the one that is
	// set for it where that is empty; PostureChanged is called when what an org is
	// judged by was changed.
	Checks         []*posture.Check
	Judge          func(ctx context.Context, t inventory.Tenant, by posture.Profile, cause string) (store.PostureRun, error)
	PostureChanged func(inventory.Tenant)
	// SourcesChanged is called when a source was added, changed or deleted, so
	// that its reader need not wait for its next look; optional.
	SourcesChanged func()
	// Notices tell of alerts; optional: without it channels cannot be tried out,
	// and nothing can be done from Slack.
	Notices *notify.Sender
	// AuditStream sends the audit log on; optional.
	AuditStream *audit.Stream
	// Letters are the server's own; optional: without it the server sends no mail.
	Letters *letter.Sender

	graphs *graphs // of access, that were made lately
}

// server is the API at work.
type server struct {
	Deps

	origins *http.CrossOriginProtection
	mux     *http.ServeMux
	openapi []byte
	untold  sync.Once       // that a proxy is not trusted
	calls   *portal.Limiter // of flows, by flow
	scim    provisions
}

// New returns the API as one handler, for /api/, /scim/, /hooks/slack/, /oauth/, /healthz, /readyz and /metrics.
func New(d Deps) (http.Handler, error) {
	if d.SCIMLog == nil {
		d.SCIMLog = NewSCIMLog(d.DB.SCIMExchanges.Add, d.Log)
	}
	d.graphs = &graphs{}
	base, err := url.Parse(d.BaseURL)
	if err != nil {
		return nil, err
	}
	s := &server{Deps: d, origins: http.NewCrossOriginProtection(), mux: http.NewServeMux(), openapi: OpenAPI(d.Version), calls: portal.NewLimiter(callLimit(d.CallRate), d.Now)}
	s.scim = newProvisions(s.Deps)
	if base.Host != "" {
		if err := s.origins.AddTrustedOrigin(base.Scheme + "://" + base.Host); err != nil {
			return nil, err
		}
	}
	for _, rt := range Routes() {
		s.mux.Handle(rt.Pattern, s.route(rt))
	}
	s.mux.HandleFunc(endpointPattern, s.serveEndpoint)
	s.mux.HandleFunc(slackPattern, s.serveSlack)
	s.mux.HandleFunc(scimPath, s.serveSCIM)
	s.serveSSO()
	s.mux.HandleFunc("GET /api/openapi.json", s.serveOpenAPI)
	s.mux.HandleFunc("GET /metrics", s.serveMetrics)
	s.mux.HandleFunc("/", s.notFound)
	return s.outermost(s.mux), nil
}
