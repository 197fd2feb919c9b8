package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sallyport/internal/app"
	"sallyport/internal/config"
	"sallyport/internal/portal"
	"sallyport/internal/secret"
	"sallyport/internal/store/storetest"
)

// site is servers on one database, and an administrator's token.
type site struct {
	t     *testing.T
	urls  []string
	token string
}

// startSite starts n servers on one database, with one key file.
func startSite(t *testing.T, dsn string, n int) *site {
	t.Helper()
	s := &site{t: t}
	key := filepath.Join(t.TempDir(), "key")
	log := &buffer{}
	for range n {
		c := config.Default()
		c.DataDir, c.KeyFile, c.Database, c.Listen, c.Workers = t.TempDir(), key, secret.NewText(dsn), "127.0.0.1:0", 4
		a, err := app.New(t.Context(), app.Options{Config: c, Version: "test", Log: slog.New(slog.NewJSONHandler(log, nil)), Content: withRules(t)})
		if err != nil {
			t.Fatal(err)
		}
		if s.token == "" {
			s.token = adminToken(t, a)
		}
		ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
		ended := make(chan error, 1)
		go func() { ended <- a.Run(ctx) }()
		t.Cleanup(func() {
			cancel()
			if err := <-ended; err != nil {
				t.Errorf("a server ended with %v\n%s", err, log)
			}
		})
		s.urls = append(s.urls, "http://"+a.Addr.String())
	}
	return s
}

func adminToken(t *testing.T, a *app.App) string {
	t.Helper()
	org, err := a.Organization(t.Context(), a.Doors, app.DefaultOrganization)
	if err != nil {
		t.Fatal(err)
	}
	ada, err := a.Doors.People.Add(t.Context(), org.ID, portal.NewAccount{Email: "ada@acme.example", Name: "Ada", Password: "correct horse battery"}, portal.Admin)
	if err != nil {
		t.Fatal(err)
	}
	token, _, err := a.Doors.CreateToken(t.Context(), portal.Caller{Org: org, Account: ada, Roles: portal.Builtins()}, portal.NewToken{Name: "t", Permissions: portal.Permissions()})
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// ask makes a request to one of the servers, as the administrator.
func (s *site) ask(at int, method, path string, body any, into any) int {
	s.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		s.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.urls[at]+path, bytes.NewReader(text))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+s.token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	if into != nil {
		if err := json.Unmarshal(raw, into); err != nil {
			s.t.Fatalf("%s %s: %d %s", method, path, resp.StatusCode, raw)
		}
	}
	return resp.StatusCode
}

// on makes flows of their YAML and switches them on.
func (s *site) on(yaml string) string {
	s.t.Helper()
	var folder, made struct{ ID string }
	s.ask(0, http.MethodPost, "/api/v1/folders", object{"name": fmt.Sprint(time.Now().UnixNano())}, &folder)
	s.ask(0, http.MethodPost, "/api/v1/flows", object{"folder": folder.ID, "yaml": yaml}, &made)
	s.ask(0, http.MethodPost, "/api/v1/flows/"+made.ID+"/publish", object{}, nil)
	if status := s.ask(0, http.MethodPatch, "/api/v1/flows/"+made.ID, object{"enabled": true}, nil); status != http.StatusOK {
		s.t.Fatalf("switched on with %d", status)
	}
	return made.ID
}

// A server starts flows by the clock, once a time however many servers there are,
// and answers requests whichever of them works.
func TestClockAndRequestsStartFlows(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		servers := 1
		if strings.HasPrefix(dsn, "postgres") {
			servers = 2
		}
		s := startSite(t, dsn, servers)
		clock := s.on("flow: tick\ntrigger: { schedule: { cron: \"* * * * * *\" } }\ncards: [ { return: { at: \"{{ context.execution_time }}\" } } ]\n")
		hook := s.on("flow: hook\nsave_data: false\ntrigger: { api: { access: oauth, inputs: { n: { type: number, from: body } } } }\ncards: [ { respond: { status: 201, body: \"{{ input.n }}\" } } ]\n")
		for n := range 8 {
			var got int
			if status := s.ask(n%servers, http.MethodPost, "/api/flows/default/"+hook, object{"n": n}, &got); status != http.StatusCreated || got != n {
				t.Errorf("call %d is answered with %d %d", n, status, got)
			}
		}
		for began := time.Now(); ; pause(50 * time.Millisecond) {
			var runs struct {
				Items []struct {
					ID, State, Cause string
				}
			}
			s.ask(0, http.MethodGet, "/api/v1/runs?limit=100&flow="+clock, nil, &runs)
			times, done := map[string]bool{}, 0
			for _, r := range runs.Items {
				var run struct{ Result struct{ At string } }
				if r.State == "succeeded" && r.Cause == "schedule" {
					s.ask(servers-1, http.MethodGet, "/api/v1/runs/"+r.ID, nil, &run)
					done++
					times[run.Result.At] = true
				}
			}
			if len(times) != done {
				t.Fatalf("a time was fired twice: %+v", runs.Items)
			}
			if done >= 3 {
				break
			}
			if time.Since(began) > 20*time.Second {
				t.Fatalf("the clock starts nothing: %+v", runs.Items)
			}
		}
	})
}
