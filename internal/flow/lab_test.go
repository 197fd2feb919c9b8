package flow_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sallyport/internal/connector"
	"sallyport/internal/egress"
	"sallyport/internal/event"
	"sallyport/internal/flow"
	"sallyport/internal/functions"
	"sallyport/internal/guard"
	"sallyport/internal/id"
	"sallyport/internal/portal"
	"sallyport/internal/quota"
	"sallyport/internal/secret"
	"sallyport/internal/source"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
	"sallyport/internal/table"
	"sallyport/internal/value"
)

const org = "org1"

// lab is everything that a run needs, real but for the peer's behaviour and the
// clock: the connector engine over sockets, the guard, the database.
type lab struct {
	t       *testing.T
	dsn     string
	db      *store.DB
	keys    *secret.Keyring
	engine  *connector.Engine
	runner  *flow.Runner
	guard   *guard.Guard
	peer    *peer
	table   table.Table
	mu      sync.Mutex
	now     time.Time
	changed []flow.State
}

// peer is the system that the flows act on.
type peer struct {
	mu    sync.Mutex
	calls []string // "POST /users/ada/suspend"
	told  []string
	// answer, when set, may answer a call in place of the peer.
	answer func(w http.ResponseWriter, r *http.Request, nth int) bool
}

func (p *peer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	p.mu.Lock()
	call := r.Method + " " + r.URL.Path
	p.calls = append(p.calls, call)
	nth := 0
	for _, c := range p.calls {
		if c == call {
			nth++
		}
	}
	answer := p.answer
	p.mu.Unlock()
	if answer != nil && answer(w, r, nth) {
		return
	}
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	w.Header().Set("Content-Type", "application/json")
	switch {
	case r.URL.Path == "/tell":
		var in struct{ Text string }
		_ = json.Unmarshal(body, &in)
		p.mu.Lock()
		p.told = append(p.told, in.Text)
		p.mu.Unlock()
		_, _ = io.WriteString(w, `{"ts":"1"}`)
	case len(parts) == 2:
		_, _ = fmt.Fprintf(w, `{"id":"id-%[1]s","login":"%[1]s@acme.example","email":"%[1]s@acme.example"}`, strings.TrimPrefix(parts[1], "id-"))
	case parts[2] == "groups":
		groups := `[{"id":"g1","profile":{"name":"Everyone"}}]`
		if strings.HasSuffix(parts[1], "root") {
			groups = `[{"id":"g2","profile":{"name":"Break glass"}}]`
		}
		_, _ = io.WriteString(w, groups)
	case parts[2] == "link":
		_, _ = io.WriteString(w, `{"url":"https://acme.example/reset/t0p-s3cret"}`)
	default:
		_, _ = io.WriteString(w, `{"ok":true}`)
	}
}

// count returns how often a call was made.
func (p *peer) count(call string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for _, c := range p.calls {
		if c == call {
			n++
		}
	}
	return n
}

func newLab(t *testing.T) *lab {
	t.Helper()
	l := &lab{t: t, peer: &peer{}, now: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC), dsn: filepath.Join(t.TempDir(), "lab.db")}
	storetest.Prepare(t, l.dsn)
	srv := httptest.NewServer(l.peer)
	t.Cleanup(srv.Close)
	shelf, err := connector.Load(os.DirFS("testdata/shelf"))
	if err != nil {
		t.Fatal(err)
	}
	l.keys, err = secret.Open(filepath.Join(t.TempDir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	l.open()
	out := egress.New(egress.Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	l.engine = connector.NewEngine(connector.Options{Shelf: shelf, Keyring: l.keys, Egress: out, Quota: quota.NewRegistry(quota.Options{Now: l.clock}), Now: l.clock})
	l.build(flow.NewCatalogue(functions.All(), shelf))
	l.furnish(srv.URL)
	return l
}

// open opens the lab's database; again after a crash.
func (l *lab) open() {
	db, err := store.Open(l.t.Context(), store.Options{DSN: l.dsn, Now: l.clock, Keys: l.keys})
	if err != nil {
		l.t.Fatal(err)
	}
	l.db = db
	l.t.Cleanup(func() { _ = db.Close() })
}

func (l *lab) build(c *flow.Catalogue) {
	log := slog.New(slog.DiscardHandler)
	l.guard = &guard.Guard{Ledger: l.db.Actions, Tenants: l.db.Connections, Directory: &guard.Directory{Caller: l.engine, Now: l.clock}, Caller: l.engine, Log: log, Now: l.clock}
	l.runner = &flow.Runner{
		Store: l.db.Runs, Library: &flow.Library{Shelf: l.db.Flows}, Catalogue: c, Gate: l.guard, Caller: l.engine, Sources: l, Keys: l.keys, Now: l.clock, Log: log,
		Changed: func(_, _, _ string, s flow.State) {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.changed = append(l.changed, s)
		},
	}
}

// furnish adds an organization with a connection, a table and a folder.
func (l *lab) furnish(peerURL string) {
	ctx := l.t.Context()
	check(l.t, l.db.Organizations.Add(ctx, portal.Organization{ID: org, Slug: "acme", Name: "Acme"}))
	c := connector.Connection{Org: org, ID: "conn1", Connector: "peer", Name: "The peer", Auth: connector.Bearer, Settings: value.Map("base_url", peerURL)}
	var err error
	c.Sealed, err = l.engine.Seal(c, map[string]secret.Text{"token": secret.NewText("c0nnection-s3cret")})
	check(l.t, err)
	check(l.t, l.db.Connections.Add(ctx, store.Connection{Connection: c, Own: c.Settings, State: store.ConnectionOK}))
	l.table = table.Table{ID: "tab1", Org: org, Slug: "reports", Title: "Reports", Columns: []table.Column{{Name: "Who", Type: value.Text}, {Name: "N", Type: value.Number}}}
	check(l.t, l.table.Check())
	check(l.t, l.db.Write(ctx, func(tx *store.Tx) error {
		if err := tx.AddFolder(ctx, flow.Folder{ID: "d1", Org: org, Name: "Folder"}); err != nil {
			return err
		}
		return tx.AddTable(ctx, l.table)
	}))
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (l *lab) clock() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.now
}

func (l *lab) setClock(t time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.now = t
}

// Connection, Event and TableRows make the lab the runner's Sources.
func (l *lab) Connection(ctx context.Context, org, id string) (connector.Connection, error) {
	c, err := l.db.Connections.Get(ctx, org, id)
	return c.Connection, err
}

func (l *lab) Event(ctx context.Context, org, uuid string) (event.Event, error) {
	return l.db.Events.Get(ctx, org, uuid)
}

func (l *lab) TableRows(ctx context.Context, org string, c flow.Change) (*value.Object, []string, error) {
	return l.db.Tables.ReadOpen(ctx, org, c, l.keys)
}

const head = "connections: { peer: peer }\ntables: { reports: { columns: { Who: text, N: number } } }\n"

// publish adds a flow, switched on, and returns its id.
func (l *lab) publish(yaml string) string {
	l.t.Helper()
	ctx := l.t.Context()
	d, err := flow.Parse(yaml)
	check(l.t, err)
	f := flow.Flow{ID: id.New(), Org: org, Folder: "d1", Slug: d.Slug, Title: d.Title, Enabled: true, SaveData: d.SaveData, Bindings: flow.Bindings{Connections: map[string]string{}, Tables: map[string]string{}}}
	for _, s := range d.Connections {
		f.Bindings.Connections[s.Name] = "conn1"
	}
	for _, s := range d.Tables {
		f.Bindings.Tables[s.Name] = "tab1"
	}
	check(l.t, l.db.Write(ctx, func(tx *store.Tx) error {
		if err := tx.AddFlow(ctx, f); err != nil {
			return err
		}
		_, err := tx.Publish(ctx, org, d, flow.Version{Flow: f.ID, CreatedAt: l.clock()})
		return err
	}))
	return f.ID
}

// start queues a run of a flow with an input.
func (l *lab) start(flowID string, input *value.Object, change func(*flow.Run)) string {
	l.t.Helper()
	f, err := l.db.Flows.Get(l.t.Context(), org, flowID)
	check(l.t, err)
	r := flow.Run{ID: id.New(), Org: org, Flow: flowID, Version: f.Version, Cause: flow.OnDemand, SaveData: f.SaveData, Priority: 2, Input: value.Store(input), CreatedAt: l.clock()}
	if change != nil {
		change(&r)
	}
	if !r.SaveData && r.Input != nil {
		r.Input, err = l.keys.Seal(r.Input, []byte("flow_run/"+org+"/"+r.ID+"/input"))
		check(l.t, err)
	}
	check(l.t, l.db.Runs.Add(l.t.Context(), r))
	return r.ID
}

// work carries a run on to its end, moving the clock where the run waits.
func (l *lab) work(run string) (flow.Run, map[string]flow.Step) {
	l.t.Helper()
	for range 100 {
		again, err := l.runner.Work(l.t.Context(), org, run)
		check(l.t, err)
		if again.IsZero() {
			return l.look(run)
		}
		if again.After(l.clock()) {
			l.setClock(again)
		}
	}
	l.t.Fatal("the run does not come to an end")
	return flow.Run{}, nil
}

func (l *lab) look(run string) (flow.Run, map[string]flow.Step) {
	l.t.Helper()
	r, err := l.db.Runs.Get(l.t.Context(), org, run)
	check(l.t, err)
	steps, err := l.db.Runs.Steps(l.t.Context(), org, run)
	check(l.t, err)
	byPath := map[string]flow.Step{}
	for _, s := range steps {
		byPath[s.Path] = s
	}
	return r, byPath
}

// run publishes a flow, runs it once and returns what came of it.
func (l *lab) run(yaml string, input *value.Object) (flow.Run, map[string]flow.Step) {
	l.t.Helper()
	return l.work(l.start(l.publish(yaml), input, nil))
}

// accept stores an event and returns its uuid.
func (l *lab) accept(raw string) string {
	l.t.Helper()
	e, err := event.NewParser().Parse([]byte(raw))
	check(l.t, err)
	b := source.Batch{Org: org, Source: "s1", Events: []event.Event{e}}
	check(l.t, l.db.Sources.Accept(l.t.Context(), b, func(w *store.Batch) error { _, err := w.AddEvents(l.t.Context()); return err }))
	return e.UUID
}

// rows returns the rows of the lab's table as JSON, without their own fields.
func (l *lab) rows() []string {
	l.t.Helper()
	var out []string
	for r, err := range l.db.Tables.Rows(l.t.Context(), l.table) {
		check(l.t, err)
		out = append(out, string(value.JSON(r.Values)))
	}
	return out
}

func (l *lab) ledger() []guard.Entry {
	l.t.Helper()
	es, err := l.db.Actions.List(l.t.Context(), org, store.ActionFilter{Limit: 100})
	check(l.t, err)
	slices.Reverse(es)
	return es
}

// Connector makes the lab a guard's Connections, with Connection.
func (s shelfOf) Connector(id string) (*connector.Connector, bool) {
	shelf, err := connector.Load(os.DirFS("testdata/shelf"))
	check(s.t, err)
	return shelf.Get(id)
}

// publishing returns the work of publishing a definition as a flow's next version.
func publishing(l *lab, d *flow.Definition, id string) func(*store.Tx) error {
	return func(tx *store.Tx) error {
		_, err := tx.Publish(l.t.Context(), org, d, flow.Version{Flow: id, CreatedAt: l.clock()})
		return err
	}
}
