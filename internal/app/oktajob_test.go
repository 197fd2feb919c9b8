package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"sallyport/internal/app"
	"sallyport/internal/config"
	"sallyport/internal/secret"
	"sallyport/internal/store/storetest"
	"sallyport/sandbox/okta"
)

// setupSite is a server with nothing in it, and an Okta org whose answers a test may
// change.
type setupSite struct {
	*site

	app  *app.App
	data string // folder
	log  *buffer
	org  *okta.Org
	url  string // of the org
	said string // all that the API answered

	mu    sync.Mutex
	fault func(w http.ResponseWriter, r *http.Request) bool // answers in place of the org
}

func startSetups(t *testing.T, dsn string) *setupSite {
	t.Helper()
	s := &setupSite{data: t.TempDir(), log: &buffer{}}
	var err error
	if s.org, err = okta.New(okta.Options{Seed: 7, Users: 8, Now: time.Now}); err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		fault := s.fault
		s.mu.Unlock()
		if fault == nil || !fault(w, r) {
			s.org.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(func() {
		front.Close()
		s.org.Close()
	})
	s.url = front.URL
	s.org.SetBaseURL(s.url)
	c := config.Default()
	c.DataDir, c.Database, c.Listen = s.data, secret.NewText(dsn), "127.0.0.1:0"
	c.Egress.Allow = []string{"127.0.0.0/8"}
	log := slog.New(slog.NewJSONHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	if s.app, err = app.New(t.Context(), app.Options{Config: c, Version: "test", Log: log, Content: withRules(t)}); err != nil {
		t.Fatal(err)
	}
	s.site = &site{t: t, urls: []string{"http://" + s.app.Addr.String()}, token: adminToken(t, s.app)}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- s.app.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("it ended with %v\n%s", err, s.log)
		}
	})
	return s
}

// failing has the org answer some requests otherwise.
func (s *setupSite) failing(fault func(w http.ResponseWriter, r *http.Request) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = fault
}

// made is a setup as the API shows it.
type madeSetup struct {
	ID, State, Tenant, Name, OktaID string
	Steps                           []struct{ Phase, Text string }
	TokenEnded                      bool
	Apps                            []struct {
		ClientID, KeyID string
		Response, DPoP  bool
		Connection      struct{ ID, Name string }
		Granted         []string
		Coverage        []struct{ ID, Visible string }
	}
	Failed *struct {
		Phase, Step, Said string
		Left              []string
		Earlier           bool
	}
	Cleaned []string
	Error   struct{ Field, Message string }
}

// api asks, and remembers what was answered.
func (s *setupSite) api(method, path string, body any) (out madeSetup, status int) {
	s.t.Helper()
	var raw json.RawMessage
	status = s.ask(0, method, path, body, &raw)
	s.said += string(raw)
	if err := json.Unmarshal(raw, &out); err != nil {
		s.t.Fatal(err)
	}
	return out, status
}

func (s *setupSite) setUp(more object) madeSetup {
	s.t.Helper()
	body := object{"domain": s.url, "token": s.org.AdminToken(), "key": "ec"}
	maps.Copy(body, more)
	begun, status := s.api(http.MethodPost, "/api/v1/okta-setups", body)
	if status != http.StatusCreated || begun.State != "running" {
		s.t.Fatalf("%d: %+v", status, begun)
	}
	return begun
}

// ended waits until a setup has ended.
func (s *setupSite) ended(id string) madeSetup {
	s.t.Helper()
	for began := time.Now(); time.Since(began) < time.Minute; pause(20 * time.Millisecond) {
		if out, _ := s.api(http.MethodGet, "/api/v1/okta-setups/"+id, nil); out.State != "running" {
			return out
		}
	}
	s.t.Fatalf("it has not ended within a minute\n%s", s.log)
	return madeSetup{}
}

// asOkta asks the org as its administrator.
func (s *setupSite) asOkta(path string) string {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.url+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Authorization", "SSWS "+s.org.AdminToken())
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return string(text)
}

// nothingLeft fails where an app, a role, a set of resources, a connection or a
// journal is left.
func (s *setupSite) nothingLeft() {
	s.t.Helper()
	for _, path := range []string{"/api/v1/apps?limit=200&q=Sallyport", "/api/v1/iam/roles", "/api/v1/iam/resource-sets"} {
		if text := s.asOkta(path); strings.Contains(text, "Sallyport") {
			s.t.Errorf("%s is left with %s", path, text)
		}
	}
	var connections []any
	if s.ask(0, http.MethodGet, "/api/v1/connections", nil, &connections); len(connections) > 0 {
		s.t.Errorf("connections are left: %v", connections)
	}
	if files, err := filepath.Glob(filepath.Join(s.data, "okta-setup-*")); err != nil || len(files) > 0 {
		s.t.Errorf("journals are left: %v, %v", files, err)
	}
}

// secretKept fails where the token stands in an answer, the audit log, the program's
// log or a file.
func (s *setupSite) secretKept(token string) {
	s.t.Helper()
	var audit any
	s.ask(0, http.MethodGet, "/api/v1/audit", nil, &audit)
	told := fmt.Sprint(audit)
	if !strings.Contains(told, "okta_setup.begun") || !strings.Contains(told, "okta_setup.ended") {
		s.t.Errorf("the audit log does not tell of it: %s", told)
	}
	places := map[string]string{"an answer": s.said, "the audit log": told, "the log": s.log.String()}
	files, err := filepath.Glob(filepath.Join(s.data, "*"))
	if err != nil {
		s.t.Fatal(err)
	}
	for _, file := range files {
		if text, err := os.ReadFile(file); err == nil {
			places[file] = string(text)
		}
	}
	for where, text := range places {
		if strings.Contains(text, token) || strings.Contains(text, "PRIVATE KEY") {
			s.t.Errorf("a secret stands in %s", where)
		}
	}
}

// refusing answers with a refusal that repeats the token, as a careless proxy might.
func refusing(method, part string) func(w http.ResponseWriter, r *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != method || !strings.Contains(r.URL.Path, part) {
			return false
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusForbidden)
		_, _ = fmt.Fprintf(w, `{"errorCode":"E0000006","errorSummary":"You do not have permission (%s)"}`, r.Header.Get("Authorization"))
		return true
	}
}

func TestConsoleSetsAnOrgUp(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		s := startSetups(t, dsn)
		token := s.org.AdminToken()
		begun := s.setUp(object{"response": true, "dpop": true, "endToken": true, "name": "Acme"})
		if _, status := s.api(http.MethodPost, "/api/v1/okta-setups", object{"domain": s.url, "token": token, "name": "Other"}); status != http.StatusConflict {
			t.Errorf("a second one beside it: status %d", status)
		}
		got := s.ended(begun.ID)
		if got.State != "done" || len(got.Apps) != 2 || got.Tenant == "" || got.OktaID == "" || !got.TokenEnded || got.Failed != nil {
			t.Fatalf("%+v", got)
		}
		for i, a := range got.Apps {
			var conn struct {
				Auth     string
				Settings map[string]any
				State    string
			}
			if s.ask(0, http.MethodGet, "/api/v1/connections/"+a.Connection.ID, nil, &conn); conn.Auth != "private_key_jwt" || conn.State != "ok" || conn.Settings["client_id"] != a.ClientID || conn.Settings["key_id"] != a.KeyID {
				t.Errorf("%+v is of %+v", conn, a)
			}
			if !a.DPoP || a.Response != (i == 1) || len(a.Granted) == 0 || len(a.Coverage) == 0 {
				t.Errorf("%+v", a)
			}
		}
		if status := s.ask(0, http.MethodGet, "/api/v1/tenants/"+got.Tenant, nil, nil); status != http.StatusOK {
			t.Errorf("the org is known with status %d", status)
		}
		if text := s.asOkta("/api/v1/users/me"); !strings.Contains(text, "E0000011") {
			t.Errorf("the token is not ended: %s", text)
		}
		if phases := fmt.Sprint(got.Steps); !strings.Contains(phases, "{look ") || !strings.Contains(phases, "{keep ") || strings.Contains(phases, "{undo ") {
			t.Errorf("steps %s", phases)
		}
		s.secretKept(token)
	})
}

func TestConsoleAddsAResponseApp(t *testing.T) {
	s := startSetups(t, storetest.Prepared(t))
	first := s.ended(s.setUp(object{"name": "Acme"}).ID)
	if first.State != "done" || len(first.Apps) != 1 || first.Apps[0].Response {
		t.Fatalf("%+v %+v", first, first.Failed)
	}
	var plan []struct{ Label string }
	if s.ask(0, http.MethodGet, "/api/v1/okta-setup-plan?onlyResponse=true", nil, &plan); len(plan) != 1 || !strings.HasSuffix(plan[0].Label, " response") {
		t.Errorf("planned %v", plan)
	}
	got := s.ended(s.setUp(object{"name": "Acme", "onlyResponse": true}).ID)
	if got.State != "done" || len(got.Apps) != 1 || !got.Apps[0].Response || got.Apps[0].Connection.Name != "Acme response" || got.Tenant != "" {
		t.Fatalf("%+v %+v", got, got.Failed)
	}
	var tenant struct{ Connection struct{ ID string } }
	if s.ask(0, http.MethodGet, "/api/v1/tenants/"+first.Tenant, nil, &tenant); tenant.Connection.ID != first.Apps[0].Connection.ID {
		t.Errorf("the org is read through %q", tenant.Connection.ID)
	}
}

func TestWhatFailsInTheConsoleLeavesNothing(t *testing.T) {
	s := startSetups(t, storetest.Prepared(t))
	s.failing(func(w http.ResponseWriter, r *http.Request) bool {
		return strings.HasPrefix(r.URL.Path, "/oauth2/v1/clients/") && refusing(http.MethodPost, "/roles")(w, r)
	})
	got := s.ended(s.setUp(nil).ID)
	if f := got.Failed; got.State != "failed" || f == nil || f.Phase != "roles" || !strings.Contains(f.Said, "You do not have permission") || len(f.Left) != 0 || len(got.Apps) != 0 {
		t.Fatalf("%+v %+v", got, got.Failed)
	}
	s.nothingLeft()
	s.secretKept(s.org.AdminToken())

	// What cannot be taken back is named, stops the next one, and is taken back later.
	s.failing(func(w http.ResponseWriter, r *http.Request) bool {
		return refusing(http.MethodDelete, "/apps/")(w, r) || strings.HasSuffix(r.URL.Path, "/roles") && refusing(http.MethodPost, "/oauth2/v1/clients/")(w, r)
	})
	left := s.ended(s.setUp(nil).ID)
	if left.State != "failed" || len(left.Failed.Left) == 0 || !strings.Contains(s.asOkta("/api/v1/apps?q=Sallyport"), "Sallyport") {
		t.Fatalf("%+v %+v", left, left.Failed)
	}
	s.failing(nil)
	if next := s.ended(s.setUp(nil).ID); next.State != "failed" || !next.Failed.Earlier || strings.Contains(next.Failed.Said, s.data) {
		t.Errorf("%+v %+v", next, next.Failed)
	}
	clean := "/api/v1/okta-setups/" + left.ID + "/cleanup"
	if out, status := s.api(http.MethodPost, clean, object{"token": "wrong-token-1234"}); status == http.StatusOK {
		t.Errorf("cleaned by a wrong token: %+v", out)
	}
	if out, status := s.api(http.MethodPost, clean, object{"token": s.org.AdminToken()}); status != http.StatusOK || len(out.Cleaned) == 0 || len(out.Failed.Left) != 0 {
		t.Errorf("%d: %+v", status, out)
	}
	s.nothingLeft()
}

func TestSetupIsCanceled(t *testing.T) {
	s := startSetups(t, storetest.Prepared(t))
	reached, goOn := make(chan struct{}), make(chan struct{})
	var once sync.Once
	s.failing(func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/grants") {
			once.Do(func() {
				close(reached)
				<-goOn
			})
		}
		return false
	})
	begun := s.setUp(nil)
	<-reached
	if out, status := s.api(http.MethodPost, "/api/v1/okta-setups/"+begun.ID+"/cancel", nil); status != http.StatusOK {
		t.Errorf("%d: %+v", status, out)
	}
	close(goOn)
	if got := s.ended(begun.ID); got.State != "canceled" || got.Failed == nil || len(got.Failed.Left) != 0 {
		t.Errorf("%+v %+v", got, got.Failed)
	}
	s.nothingLeft()
}

func TestSetupIsRefused(t *testing.T) {
	s := startSetups(t, storetest.Prepared(t))
	if got := s.ended(s.setUp(object{"token": "00wrong-token-of-nobody"}).ID); got.State != "failed" || got.Failed.Phase != "look" || !strings.Contains(got.Failed.Said, "does not take the token") {
		t.Errorf("%+v %+v", got, got.Failed)
	}
	s.secretKept("00wrong-token-of-nobody")
	// The network that the server stands in is not reached through it.
	if got := s.ended(s.setUp(object{"domain": "https://10.0.0.1"}).ID); got.State != "failed" || !strings.Contains(got.Failed.Said, "not allowed") {
		t.Errorf("%+v %+v", got, got.Failed)
	}
	for name, body := range map[string]object{"domain": {"domain": "http://example.com", "token": "x"}, "token": {"domain": "acme", "token": " "}} {
		if out, status := s.api(http.MethodPost, "/api/v1/okta-setups", body); status != http.StatusBadRequest || out.Error.Field != name {
			t.Errorf("%s: %d %+v", name, status, out)
		}
	}
	s.nothingLeft()
}
