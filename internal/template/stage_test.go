package template_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"sallyport/internal/alert"
	"sallyport/internal/app"
	"sallyport/internal/config"
	"sallyport/internal/connector"
	"sallyport/internal/egress"
	"sallyport/internal/event"
	"sallyport/internal/flow"
	"sallyport/internal/functions"
	"sallyport/internal/guard"
	"sallyport/internal/id"
	"sallyport/internal/pipeline"
	"sallyport/internal/quota"
	"sallyport/internal/secret"
	"sallyport/internal/source"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
	"sallyport/internal/template"
	"sallyport/internal/value"
	"sallyport/sandbox"
)

// testClock is what the company and the program take for the time. It moves on by
// a moment whenever somebody looks, so that what happens has an order.
type testClock struct {
	mu sync.Mutex
	at time.Time
}

func (c *testClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(10 * time.Microsecond)
	return c.at
}

func (c *testClock) set(to time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if to.After(c.at) {
		c.at = to
	}
}

// stage is a company, and the program with one template installed in it.
type stage struct {
	t       *testing.T
	at      string // the step that is played
	clock   *testClock
	box     *sandbox.Sandbox
	is      sandbox.State
	standin *standin
	core    *app.Core
	runner  *flow.Runner
	parser  *event.Parser
	org     string
	source  string
	conns   map[string]string // connection ids, by what fills a slot
	made    template.Installed
	defs    map[string]*flow.Definition // by flow id
	groups  map[string]string           // names by id

	delivered map[string]int  // events by uuid, counted from 1
	ended     map[string]bool // runs that an expectation has seen
	requests  uint64          // number of the last request that an expectation has seen
	messages  int             // of Slack, seen likewise
	mails     int
	calls     int // of the stand-in
	last      flow.Run
}

// epoch is when every case begins: a Monday morning.
func epoch() time.Time { return time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC) }

func newStage(t *testing.T, shelf *connector.Shelf, tpl *template.Template, c testCase) *stage {
	t.Helper()
	s := &stage{
		t: t, at: "setting up", clock: &testClock{at: epoch()}, parser: event.NewParser(), conns: map[string]string{}, defs: map[string]*flow.Definition{},
		groups: map[string]string{}, delivered: map[string]int{}, ended: map[string]bool{}, standin: newStandin(t),
	}
	s.openSandbox()
	s.openCore(shelf)
	s.standin.replies = s.replies(c.Replies)
	s.install(tpl, c)
	s.must(s.core.DB.Actions.SetPolicy(t.Context(), s.org, s.policy(c)))
	s.undelivered() // what was before the case began
	for _, r := range s.sandboxRequests() {
		s.requests = r.Seq
	}
	return s
}

// must fails the test where something that is no matter of the template goes wrong.
func (s *stage) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatalf("%s: %v", s.at, err)
	}
}

func (s *stage) openSandbox() {
	box, err := sandbox.New(sandbox.Options{Now: s.clock.now})
	s.must(err)
	s.t.Cleanup(box.Close)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	s.must(err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	box.SetBaseURL("http://" + l.Addr().String())
	go func() { ended <- box.Serve(ctx, l) }()
	s.t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			s.t.Errorf("the sandbox ended with %v", err)
		}
	})
	s.box, s.is = box, box.State()
	var groups []struct {
		ID      string
		Profile struct{ Name string }
	}
	s.must(json.Unmarshal(s.oktaCall("security.lead", "GET /api/v1/groups?limit=200", nil, 0), &groups))
	for _, g := range groups {
		s.groups[g.ID] = g.Profile.Name
	}
}

// openCore builds what the program is made of on a fresh database. The catalogue,
// which takes long to read, is the same for all stages.
func (s *stage) openCore(shelf *connector.Shelf) {
	conf := config.Default()
	conf.DataDir = s.t.TempDir()
	keys, err := secret.Open(conf.Key())
	s.must(err)
	storetest.Prepare(s.t, conf.DSN())
	db, err := store.Open(s.t.Context(), store.Options{DSN: conf.DSN(), Now: s.clock.now, Keys: keys})
	s.must(err)
	s.t.Cleanup(func() { s.must(db.Close()) })
	engine := connector.NewEngine(connector.Options{
		Shelf: shelf, Keyring: keys, Egress: egress.New(egress.Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}),
		Quota: quota.NewRegistry(quota.Options{Now: s.clock.now}), Now: s.clock.now,
	})
	log := slog.New(slog.DiscardHandler)
	library := &flow.Library{Shelf: db.Flows}
	s.core = &app.Core{
		Base:  app.Base{Config: conf, Log: log, Now: s.clock.now, DB: db, Keys: keys},
		Shelf: shelf, Engine: engine, Library: library,
		Guard:    &guard.Guard{Ledger: db.Actions, Tenants: db.Connections, Directory: &guard.Directory{Caller: engine, Now: s.clock.now}, Caller: engine, Log: log, Now: s.clock.now},
		Pipeline: &pipeline.Pipeline[*store.Batch]{Store: db.Sources, Rules: &alert.Library{Shelf: db.Rules, Log: log}, Library: library, Now: s.clock.now, Log: log},
	}
	org, err := s.core.Organization(s.t.Context(), s.core.Portal(), app.DefaultOrganization)
	s.must(err)
	s.org = org.ID
	s.runner = &flow.Runner{
		Store: db.Runs, Library: library, Catalogue: flow.NewCatalogue(functions.All(), shelf), Gate: s.core.Guard, Caller: engine, Sources: stageReads{s.core},
		Keys: keys, Now: s.clock.now, Log: log,
		Address: func(_, id string) string { return "https://sallyport.acme.example/in/" + s.defs[id].Slug },
	}
}

// stageReads is what runs read of the database.
type stageReads struct{ *app.Core }

func (r stageReads) Connection(ctx context.Context, org, id string) (connector.Connection, error) {
	got, err := r.DB.Connections.Get(ctx, org, id)
	return got.Connection, err
}

func (r stageReads) Event(ctx context.Context, org, uuid string) (event.Event, error) {
	return r.DB.Events.Get(ctx, org, uuid)
}

func (r stageReads) TableRows(ctx context.Context, org string, c flow.Change) (*value.Object, []string, error) {
	return r.DB.Tables.ReadOpen(ctx, org, c, r.Keys)
}

// install makes the template's connections and a source, installs it, and switches
// its flows on.
func (s *stage) install(tpl *template.Template, c testCase) {
	order := template.Order{Org: s.org, Author: "test", Connections: map[string]string{}, Options: s.object(c.Options)}
	for _, slot := range tpl.Connections() {
		order.Connections[slot.Name] = s.connect(slot, c.Connections[slot.Name])
	}
	ctx := s.t.Context()
	src := source.Source{ID: id.At(epoch()), Org: s.org, Name: "Okta", Kind: source.Okta, Poll: true, Enabled: true, StartAt: epoch(), CreatedAt: epoch()}
	s.must(s.core.DB.Sources.Save(ctx, src))
	s.source = src.ID
	made, err := template.Installer[*store.Tx]{Write: s.core.DB.Write, Now: s.clock.now}.Install(ctx, tpl, order)
	s.must(err)
	for i, f := range made.Flows {
		s.defs[f.ID] = tpl.Flows[i]
		s.must(s.core.DB.Flows.Set(ctx, s.org, f.ID, store.Settings{Enabled: true, SaveData: f.SaveData, Bindings: f.Bindings}, s.clock.now()))
	}
	s.made = made
}

// connect makes the connection that fills a slot.
func (s *stage) connect(slot flow.Slot, wanted testConnection) string {
	name := wanted.Connector
	for _, usual := range []string{"okta", "slack", "mail"} {
		if name == "" && slices.Contains(slot.Connectors, usual) {
			name = usual
		}
	}
	if name == "" {
		name = slot.Connectors[0]
	}
	con, ok := s.core.Shelf.Get(name)
	if !ok {
		s.t.Fatalf("there is no connector %q", name)
	}
	fields, auth := s.usualFields(con)
	if wanted.Auth != "" {
		auth = connector.AuthKind(wanted.Auth)
	}
	for k, v := range wanted.Fields {
		fields[k] = s.text(v)
	}
	conn := connector.Connection{Org: s.org, ID: id.At(s.clock.now()), Connector: name, Name: slot.Name, Auth: auth, Settings: value.NewObject(4)}
	secrets := map[string]secret.Text{}
	for k, v := range fields {
		if con.IsSecret(k) {
			secrets[k] = secret.NewText(v)
			continue
		}
		conn.Settings.Set(k, v)
	}
	var err error
	conn.Settings, err = s.core.Engine.Normalize(conn)
	s.must(err)
	conn.Sealed, err = s.core.Engine.Seal(conn, secrets)
	s.must(err)
	if name == "okta" {
		report, err := s.core.Engine.Test(s.t.Context(), conn)
		s.must(err)
		for k, v := range report.Learned.All() {
			conn.Settings = conn.Settings.With(k, v)
		}
	}
	at := s.clock.now()
	s.must(s.core.DB.Connections.Add(s.t.Context(), store.Connection{
		Connection: conn, Own: conn.Settings, State: store.ConnectionOK, Secrets: map[string]time.Time{}, CreatedAt: at, UpdatedAt: at,
	}))
	return conn.ID
}

// usualFields are the settings and secrets of a connection to the sandbox, or to
// the stand-in.
func (s *stage) usualFields(con *connector.Connector) (map[string]string, connector.AuthKind) {
	switch con.ID {
	case "okta":
		return map[string]string{"domain": s.is.Okta.URL, "api_key": s.is.Okta.Token}, connector.APIKey
	case "slack":
		return map[string]string{"base_url": s.is.Slack.URL, "token": s.is.Slack.Token}, connector.Bearer
	case "teams":
		return map[string]string{"kind": "workflow", "webhook_url": s.is.Teams.WorkflowURL}, connector.None
	case "mail":
		return map[string]string{
			"host": s.is.Mail.Host, "port": strconv.Itoa(s.is.Mail.Port), "security": "none", "from": "Security <security@" + s.is.Mail.Domain + ">",
		}, connector.None
	}
	auth, fields := con.Auth[0], map[string]string{con.AddressSetting(): s.standin.url}
	for _, a := range con.Auth {
		if a.Kind == connector.None {
			auth = a
		}
	}
	for _, p := range append(slices.Clone(con.Secrets), auth.Secrets...) {
		fields[p.Name] = "stage-secret"
	}
	for _, p := range auth.Settings {
		if p.Required {
			fields[p.Name] = "stage"
		}
	}
	return fields, auth.Kind
}

// standin answers for every system that the sandbox has not, and keeps what it was
// sent.
type standin struct {
	url string

	mu      sync.Mutex
	replies []testReply
	calls   []testCall
}

type testCall struct {
	Call string // POST /v2/enqueue?x=1
	Body string
}

func newStandin(t *testing.T) *standin {
	st := &standin{}
	server := httptest.NewServer(st)
	t.Cleanup(server.Close)
	st.url = server.URL
	return st
}

// ServeHTTP implements http.Handler.
func (st *standin) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	st.calls = append(st.calls, testCall{Call: r.Method + " " + r.URL.RequestURI(), Body: string(body)})
	reply := testReply{Body: map[string]any{}}
	for i := range st.replies {
		x := &st.replies[i]
		whole, err := path.Match(x.Call, r.Method+" "+r.URL.RequestURI())
		bare, err2 := path.Match(x.Call, r.Method+" "+r.URL.Path)
		if err != nil || err2 != nil || !whole && !bare || x.Times < 0 {
			continue
		}
		if x.Times--; x.Times == 0 {
			x.Times = -1 // spent
		} else if x.Times < 0 {
			x.Times = 0 // for ever
		}
		reply = *x
		break
	}
	text, isText := reply.Body.(string)
	if !isText {
		w.Header().Set("Content-Type", "application/json")
		out, err := json.Marshal(reply.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		text = string(out)
	}
	for k, v := range reply.Header {
		w.Header().Set(k, v)
	}
	if reply.Status != 0 {
		w.WriteHeader(reply.Status)
	}
	_, _ = io.WriteString(w, text) // the caller may be gone
}

// replies fills in what the texts of replies refer to.
func (s *stage) replies(in []testReply) []testReply {
	out := slices.Clone(in)
	for i := range out {
		out[i].Call, out[i].Body = s.text(out[i].Call), s.fill(out[i].Body)
	}
	return out
}

// oktaCall makes a call of the org's API that the log of requests does not show.
func (s *stage) oktaCall(as, call string, body any, status int) []byte {
	s.t.Helper()
	token, err := s.box.Org().NewToken(as, "stage")
	s.must(err)
	method, target, _ := strings.Cut(call, " ")
	text, err := json.Marshal(body)
	s.must(err)
	if body == nil {
		text = nil
	}
	r := httptest.NewRequest(method, target, bytes.NewReader(text))
	r.Header.Set("Authorization", "SSWS "+token)
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	s.box.Org().ServeHTTP(w, r)
	if status == 0 && w.Code >= 300 || status != 0 && w.Code != status {
		s.t.Fatalf("%s: %s: %d %s", s.at, call, w.Code, w.Body)
	}
	return w.Body.Bytes()
}

// control makes a call of the sandbox's control API.
func (s *stage) control(method, path string, body, into any) {
	s.t.Helper()
	text, err := json.Marshal(body)
	s.must(err)
	if body == nil {
		text = nil
	}
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.is.Control+path, bytes.NewReader(text))
	s.must(err)
	resp, err := http.DefaultClient.Do(req)
	s.must(err)
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	s.must(err)
	if resp.StatusCode >= 300 {
		s.t.Fatalf("%s: %s %s: %d %s", s.at, method, path, resp.StatusCode, answer)
	}
	if into != nil {
		s.must(json.Unmarshal(answer, into))
	}
}

// request is a request that the sandbox was sent.
type request struct {
	Seq     uint64
	Service string
	Method  string
	Path    string
	Query   string
	Body    string
	Status  int
}

func (s *stage) sandboxRequests() []request {
	var out []request
	s.control(http.MethodGet, fmt.Sprintf("/requests?service=okta&since=%d", s.requests), nil, &out)
	return out
}
