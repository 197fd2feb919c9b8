package guard_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"sallyport/internal/connector"
	"sallyport/internal/egress"
	"sallyport/internal/guard"
	"sallyport/internal/portal"
	"sallyport/internal/quota"
	"sallyport/internal/secret"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
	"sallyport/internal/value"
)

const org = "org1"

// lab is a guard on a real ledger, before a directory that it reaches over
// sockets. Its clock stands still until it is moved.
type lab struct {
	*guard.Guard

	t      *testing.T
	db     *store.DB
	shelf  *connector.Shelf
	conn   connector.Connection
	people *directory

	mu  sync.Mutex
	now time.Time
}

// directory is the peer: ada and bob are in Everyone, root is in Break glass
// too, and nobody else is there.
type directory struct {
	mu     sync.Mutex
	calls  []string
	member map[string]string // person → further group
	down   int               // status that is answered in place of everything
	breaks bool              // the connection ends after a change was received
}

func (d *directory) set(change func(*directory)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	change(d)
}

func (d *directory) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.calls = append(d.calls, r.Method+" "+r.URL.Path)
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	name := strings.TrimSuffix(strings.TrimPrefix(parts[min(1, len(parts)-1)], "id-"), "@acme.example")
	w.Header().Set("Content-Type", "application/json")
	switch {
	case d.breaks && r.Method == http.MethodPost:
		panic(http.ErrAbortHandler)
	case d.down != 0:
		w.WriteHeader(d.down)
	case r.Method != http.MethodGet:
		_, _ = io.WriteString(w, `{"ok":true}`)
	case parts[0] == "groups" && name == "g2":
		_, _ = io.WriteString(w, `{"profile":{"name":"Break glass"}}`)
	case parts[0] == "groups" || d.member[name] == "":
		w.WriteHeader(http.StatusNotFound)
	case len(parts) == 3:
		_, _ = fmt.Fprintf(w, `[{"id":"g1","profile":{"name":"Everyone"}},{"id":"%s","profile":{"name":"%s"}}]`, "id of "+d.member[name], d.member[name])
	default:
		_, _ = fmt.Fprintf(w, `{"id":"id-%[1]s","login":"%[1]s@acme.example","email":"%[1]s@mail.example"}`, name)
	}
}

// count returns how often calls that begin so were made.
func (d *directory) count(call string) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := 0
	for _, c := range d.calls {
		if strings.HasPrefix(c, call) {
			n++
		}
	}
	return n
}

// eachLab runs a test with a ledger in each kind of database.
func eachLab(t *testing.T, test func(t *testing.T, l *lab)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) { test(t, newLab(t, db)) })
}

func newLab(t *testing.T, db *store.DB) *lab {
	t.Helper()
	l := &lab{t: t, db: db, people: &directory{member: map[string]string{"ada": "Staff", "bob": "Staff", "root": "Break glass"}}, now: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)}
	srv := httptest.NewUnstartedServer(l.people)
	srv.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	srv.Start()
	t.Cleanup(srv.Close)
	var err error
	if l.shelf, err = connector.Load(os.DirFS("testdata/shelf")); err != nil {
		t.Fatal(err)
	}
	keys, err := secret.Open(filepath.Join(t.TempDir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	engine := connector.NewEngine(connector.Options{
		Shelf: l.shelf, Keyring: keys, Quota: quota.NewRegistry(quota.Options{Now: l.clock}), Now: l.clock,
		Egress: egress.New(egress.Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}),
	})
	l.conn = connector.Connection{Org: org, ID: "c1", Connector: "directory", Name: "The directory", Auth: connector.Bearer, Settings: value.Map("base_url", srv.URL)}
	if l.conn.Sealed, err = engine.Seal(l.conn, map[string]secret.Text{"token": secret.NewText("t0ken-of-the-directory")}); err != nil {
		t.Fatal(err)
	}
	l.Guard = &guard.Guard{Ledger: db.Actions, Tenants: db.Connections, Directory: &guard.Directory{Caller: engine, Now: l.clock}, Caller: engine, Log: slog.New(slog.DiscardHandler), Now: l.clock}
	if err := db.Organizations.Add(t.Context(), portal.Organization{ID: org, Slug: "acme", Name: "Acme"}); err != nil {
		t.Fatal(err)
	}
	return l
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

func (l *lab) policy(p guard.Policy) {
	l.t.Helper()
	if p.Ceiling == 0 {
		p.Ceiling = guard.DefaultCeiling
	}
	if err := p.Check(); err != nil {
		l.t.Fatal(err)
	}
	if err := l.db.Actions.SetPolicy(l.t.Context(), org, p); err != nil {
		l.t.Fatal(err)
	}
}

// intent is what a flow wants to do.
func (l *lab) intent(action string, inputs *value.Object) connector.Intent {
	l.t.Helper()
	con, _ := l.shelf.Get("directory")
	a := con.Actions[action]
	if a == nil {
		l.t.Fatalf("no action %s", action)
	}
	return connector.Intent{
		Org: org, Actor: "flow:f1", Why: connector.Why{Cause: "event", Flow: "f1", Run: "r1", Path: "card", Event: "e1"}, Connection: l.conn, Connector: con, Action: a,
		Call: connector.Call{Action: action, Inputs: inputs}, Effect: a.EffectOf(inputs), Attempt: 1,
	}
}

// begin asks for an effect.
func (l *lab) begin(in connector.Intent) connector.Permit {
	l.t.Helper()
	p, err := l.Begin(l.t.Context(), in)
	if err != nil {
		l.t.Fatal(err)
	}
	return p
}

// make asks for an effect, carries it out and ends its entry, as a run does.
func (l *lab) make(action, user string) guard.Entry {
	l.t.Helper()
	in := l.intent(action, value.Map("user", user))
	p := l.begin(in)
	if p.Verdict != connector.Proceed {
		l.t.Fatalf("%s of %s: %+v", action, user, p)
	}
	res, err := l.Caller.Do(l.t.Context(), in.Connection, in.Call)
	if err != nil {
		l.t.Fatal(err)
	}
	end := guard.End{ID: p.Ledger, State: guard.Done, Status: res.Status, At: l.clock()}
	if undo, ok := in.Action.Reverse(in.Call.Inputs, res.Outputs); ok {
		end.Undo = &undo
	}
	if err := l.Ledger.End(l.t.Context(), org, end); err != nil {
		l.t.Fatal(err)
	}
	return l.entry(p.Ledger)
}

func (l *lab) entry(id string) guard.Entry {
	l.t.Helper()
	e, err := l.Ledger.Get(l.t.Context(), org, id)
	if err != nil {
		l.t.Fatal(err)
	}
	return e
}

func (l *lab) entries() []guard.Entry {
	l.t.Helper()
	es, err := l.db.Actions.List(l.t.Context(), org, store.ActionFilter{Limit: 100})
	if err != nil {
		l.t.Fatal(err)
	}
	return es
}

// Connection and Connector make the lab the guard's Connections.
func (l *lab) Connection(context.Context, string, string) (connector.Connection, error) {
	return l.conn, nil
}

func (l *lab) Connector(id string) (*connector.Connector, bool) { return l.shelf.Get(id) }
