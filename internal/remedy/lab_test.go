package remedy_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"sallyport/content"
	"sallyport/internal/connector"
	"sallyport/internal/egress"
	"sallyport/internal/guard"
	"sallyport/internal/id"
	"sallyport/internal/portal"
	"sallyport/internal/quota"
	"sallyport/internal/remedy"
	"sallyport/internal/secret"
	"sallyport/internal/store"
	"sallyport/internal/value"
)

const org = "org1"

// lab is an engine on a real database, before a peer that answers as it is told,
// over sockets. Its clock stands still until it is moved.
type lab struct {
	*remedy.Engine

	t    *testing.T
	db   *store.DB
	peer *peer
	conn connector.Connection
	con  *connector.Connector

	engine *connector.Engine
	head   int // of the org's people; 0: not known

	mu  sync.Mutex
	now time.Time
}

var connectors = sync.OnceValues(func() (*connector.Shelf, error) { return connector.LoadSound(content.FS) })

func okta(t testing.TB) *connector.Connector {
	t.Helper()
	s, err := connectors()
	if err != nil {
		t.Fatal(err)
	}
	con, _ := s.Get(remedy.System)
	return con
}

var books = sync.OnceValues(func() (*remedy.Shelf, error) {
	s, err := connectors()
	if err != nil {
		return nil, err
	}
	con, _ := s.Get(remedy.System)
	return remedy.Load(con, content.FS)
})

func shelf(t testing.TB) *remedy.Shelf {
	t.Helper()
	s, err := books()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// newLab returns a lab. Approval is wanted by no number of targets where easy.
func newLab(t *testing.T, db *store.DB, easy bool) *lab {
	t.Helper()
	l := &lab{t: t, db: db, peer: &peer{answers: value.NewObject(0)}, now: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)}
	srv := httptest.NewServer(l.peer)
	t.Cleanup(srv.Close)
	l.connect(srv.URL, secret.NewText("00t0ken"))
	if err := db.Organizations.Add(t.Context(), portal.Organization{ID: org, Slug: "acme", Name: "Acme"}); err != nil && !easy {
		t.Fatal(err)
	}
	if easy {
		p := guard.DefaultPolicy()
		p.Plans.HourTargets = 100_000
		l.policy(p)
	}
	return l
}

func (l *lab) connect(url string, token secret.Text) {
	l.t.Helper()
	l.con = okta(l.t)
	all, err := connectors()
	if err != nil {
		l.t.Fatal(err)
	}
	keys, err := secret.Open(filepath.Join(l.t.TempDir(), "key"))
	if err != nil {
		l.t.Fatal(err)
	}
	l.engine = connector.NewEngine(connector.Options{
		Shelf: all, Keyring: keys, Quota: quota.NewRegistry(quota.Options{Now: l.clock}), Now: l.clock,
		Egress: egress.New(egress.Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}),
	})
	l.conn = connector.Connection{Org: org, ID: "c1", Connector: remedy.System, Name: "Okta", Auth: connector.APIKey, Settings: value.Map("domain", url, "rate_percent", 100.0)}
	l.seal("api_key", token.Reveal())
	g := &guard.Guard{Ledger: l.db.Actions, Tenants: l.db.Connections, Directory: &guard.Directory{Caller: l.engine, Now: l.clock}, Caller: l.engine, Log: slog.New(slog.DiscardHandler), Now: l.clock}
	l.Engine = &remedy.Engine{Books: shelf(l.t), Guard: g, Conns: l, Plans: l.db.Remedies, People: l, Times: l.db.RemedySchedules, Now: l.clock, Log: g.Log, LookEvery: time.Nanosecond}
}

func (l *lab) seal(name, text string) {
	l.t.Helper()
	var err error
	if l.conn.Sealed, err = l.engine.Seal(l.conn, map[string]secret.Text{name: secret.NewText(text)}); err != nil {
		l.t.Fatal(err)
	}
}

func (l *lab) clock() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.now
}

func (l *lab) pass(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.now = l.now.Add(d)
}

// Connection and Connector make the lab the guard's Connections, and People what
// counts them.
func (l *lab) Connection(context.Context, string, string) (connector.Connection, error) {
	return l.conn, nil
}
func (l *lab) Connector(string) (*connector.Connector, bool) { return l.con, true }
func (l *lab) People(context.Context, string, string) (int, bool, error) {
	return l.head, l.head > 0, nil
}

func (l *lab) policy(p guard.Policy) {
	l.t.Helper()
	if err := l.db.Actions.SetPolicy(l.t.Context(), org, p); err != nil {
		l.t.Fatal(err)
	}
}

func (l *lab) order(book string, objects ...remedy.Object) remedy.Order {
	return remedy.Order{Org: org, Connection: "c1", Playbook: book, Cause: remedy.Cause{Kind: "hand"}, Actor: "account:a1", Objects: objects}
}

func (l *lab) draft(book string, objects ...remedy.Object) remedy.Plan {
	l.t.Helper()
	p, err := l.Draft(l.t.Context(), l.order(book, objects...))
	if err != nil {
		l.t.Fatal(err)
	}
	return p
}

// ask asks for a plan, and approves it as another where it wants that.
func (l *lab) ask(p remedy.Plan) remedy.Plan {
	l.t.Helper()
	asked, err := l.Run(l.t.Context(), org, p.ID)
	if err != nil {
		l.t.Fatal(err)
	}
	if asked.State == remedy.Waiting && asked.Needs != "" {
		if asked, err = l.Decide(l.t.Context(), org, p.ID, remedy.Decision{By: "account:a2", Approved: true}); err != nil {
			l.t.Fatal(err)
		}
	}
	return asked
}

// work works at a plan until it wants no more.
func (l *lab) work(p remedy.Plan) remedy.Plan {
	l.t.Helper()
	for range 100 {
		again, err := l.Work(l.t.Context(), org, p.ID)
		if err != nil {
			l.t.Fatal(err)
		}
		if again.IsZero() {
			return l.get(p.ID)
		}
		l.pass(max(time.Millisecond, again.Sub(l.clock())))
	}
	l.t.Fatal("the plan does not end")
	return p
}

func (l *lab) get(plan string) remedy.Plan {
	l.t.Helper()
	p, err := l.db.Remedies.Get(l.t.Context(), org, plan)
	if err != nil {
		l.t.Fatal(err)
	}
	return p
}

// peer answers a GET by its path, and writes down all else. Whoever calls is a
// super admin.
type peer struct {
	mu      sync.Mutex
	answers *value.Object
	after   *value.Object // answers once something was changed
	calls   []string
	changed bool
	fail    func(r *http.Request) int // status that a call fails with; 0 for none
}

func (p *peer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	key := r.URL.Path
	w.Header().Set("Content-Type", "application/json")
	if r.Method != http.MethodGet && key != "/oauth2/v1/token" {
		body, _ := io.ReadAll(r.Body)
		line := r.Method + " " + r.URL.Path
		if len(body) > 0 {
			line += " " + string(body)
		}
		p.calls, key = append(p.calls, line), r.Method+" "+key
		p.changed = true
	}
	if p.fail != nil {
		if status := p.fail(r); status != 0 {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, `{"errorCode":"E0000006","errorSummary":"You do not have permission"}`)
			return
		}
	}
	v, ok := p.answers.Get(key)
	if over, has := p.after.Get(key); has && p.changed {
		v, ok = over, true
	}
	switch {
	case ok:
	case r.Method != http.MethodGet:
		v = value.Map("id", "new-"+id.New())
	case key == "/api/v1/users/me":
		v = value.Map("id", "00uself")
	case key == "/api/v1/users/00uself/roles":
		v = []any{value.Map("id", "raself", "type", "SUPER_ADMIN", "status", "ACTIVE")}
	case strings.HasSuffix(key, "/roles"):
		v = []any{}
	default:
		w.WriteHeader(http.StatusNotFound)
		v = value.Map("errorCode", "E0000007", "errorSummary", "Not found: "+key)
	}
	_ = json.NewEncoder(w).Encode(v)
}

// sent returns what was sent that changes something.
func (p *peer) sent() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.calls, "\n")
}

func (p *peer) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls = nil
}
