package onboard_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"sallyport/internal/okta"
	"sallyport/internal/okta/onboard"
	"sallyport/internal/secret"
	sandbox "sallyport/sandbox/okta"
	"sallyport/sandbox/okta/oktaspec"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// tenant is a simulated org over a socket, every exchange held against Okta's
// description.
type tenant struct {
	*testing.T
	org *sandbox.Org
	url string
}

func serve(t *testing.T) *tenant {
	t.Helper()
	org, err := sandbox.New(sandbox.Options{Seed: 7, Users: 8, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(oktaspec.Wrap(t, org))
	t.Cleanup(func() {
		srv.Close()
		org.Close()
	})
	org.SetBaseURL(srv.URL)
	return &tenant{t, org, srv.URL}
}

// get reads something as a super administrator.
func (x *tenant) get(path string, out any) {
	x.Helper()
	req, err := http.NewRequestWithContext(x.Context(), http.MethodGet, x.url+path, nil)
	if err != nil {
		x.Fatal(err)
	}
	req.Header.Set("Authorization", "SSWS "+x.org.AdminToken())
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		x.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		x.Fatalf("GET %s: %s", path, resp.Status)
	}
	if err := json.NewDecoder(resp.Body).Decode(out); err != nil {
		x.Fatal(err)
	}
}

// all is what setting up can leave behind: apps, their keys, grants and roles, and
// what there is of custom roles.
func (x *tenant) all() map[string]any {
	x.Helper()
	out := map[string]any{}
	var apps []struct{ ID string }
	x.get("/api/v1/apps?limit=200", &apps)
	for _, a := range apps {
		for _, of := range []string{"/api/v1/apps/" + a.ID + "/grants", "/api/v1/apps/" + a.ID + "/credentials/jwks"} {
			var list []any
			x.get(of, &list)
			out[of] = list
		}
	}
	for _, path := range []string{"/api/v1/iam/roles", "/api/v1/iam/resource-sets"} {
		var list any
		x.get(path, &list)
		out[path] = list
	}
	return out
}

// wire carries requests out and keeps what passes, each as text.
type wire struct {
	mu     sync.Mutex
	count  int
	passed bytes.Buffer
	// fault is asked before each request, with its number from 1; what it returns
	// happens in its place. Nil lets it pass.
	fault func(n int, r *http.Request) func(*http.Request) (*http.Response, error)
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	w.count++
	n := w.count
	fmt.Fprintf(&w.passed, "%s %s %v\n", r.Method, r.URL, r.Header)
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			w.mu.Unlock()
			return nil, err
		}
		w.passed.Write(body)
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	w.mu.Unlock()
	if w.fault != nil {
		if instead := w.fault(n, r); instead != nil {
			return instead(r)
		}
	}
	return http.DefaultTransport.RoundTrip(r)
}

// answer is a fault: an answer that the org did not give.
func answer(status int) func(*http.Request) (*http.Response, error) {
	return func(r *http.Request) (*http.Response, error) {
		rec := httptest.NewRecorder()
		rec.WriteHeader(status)
		fmt.Fprint(rec, `{"errorCode":"E0000009","errorSummary":"Injected"}`)
		resp := rec.Result()
		resp.Request = r
		return resp, nil
	}
}

// lost is a fault: the request has its effect, and the answer is lost.
func lost(r *http.Request) (*http.Response, error) {
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	return nil, errors.Join(errors.New("connection reset by peer"), resp.Body.Close())
}

// run is one setting up.
type run struct {
	onboard.Setup

	wire  *wire
	steps []string
	want  []onboard.App
}

// prepare returns what sets one app up, with little patience.
func (x *tenant) prepare(want ...onboard.App) *run {
	x.Helper()
	r := &run{wire: &wire{}, want: want}
	r.Setup = onboard.Setup{
		Org: x.url, Token: secret.NewText(x.org.AdminToken()), HTTP: &http.Client{Transport: r.wire}, Journal: filepath.Join(x.TempDir(), "journal"), Now: time.Now,
		Pause: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
		Tell:  func(step onboard.Step) { r.steps = append(r.steps, step.Text) },
	}
	x.Cleanup(http.DefaultClient.CloseIdleConnections)
	return r
}

func (r *run) run(ctx context.Context) (onboard.Tenant, []onboard.Made, error) {
	return r.Run(ctx, r.want, func(context.Context, onboard.Tenant, []onboard.Made) error { return nil })
}

// reader is an app that reads, with few scopes so that a test of each step is
// short.
func reader() onboard.App {
	return onboard.App{
		Label: "Sallyport", Key: onboard.EC, Roles: onboard.ReadRoles("t1"),
		Scopes: []onboard.Scope{{Name: "okta.users.read", Must: true}, {Name: "okta.groups.read", Must: true}, {Name: "okta.roles.read"}},
	}
}

func TestOneCommandMakesAnAppThatReads(t *testing.T) {
	for name, kind := range map[string]onboard.KeyKind{"with an RSA key": onboard.RSA, "with an elliptic key": onboard.EC} {
		t.Run(name, func(t *testing.T) {
			x := serve(t)
			r := x.prepare(onboard.App{Label: "Sallyport", Scopes: onboard.ReadScopes(), Roles: onboard.ReadRoles("t1"), Key: kind})
			org, made, err := r.run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			m := made[0]
			if org.ID == "" || !strings.HasPrefix(m.ClientID, "0oa") || m.Key.ID == "" || m.Bound {
				t.Errorf("%+v of %+v", m, org)
			}
			seen := map[string]okta.Visible{}
			for _, c := range m.Coverage {
				seen[c.ID] = c.Visible
			}
			for _, id := range []string{"users", "groups", "apps", "roles", "policies", "zones", "members", "factors", "api_tokens"} {
				if seen[id] != okta.Full {
					t.Errorf("%s is %q", id, seen[id])
				}
			}
			if seen["app_grants"] != okta.Denied { // a super administrator alone reads them
				t.Errorf("app_grants is %q", seen["app_grants"])
			}
			if len(m.Granted)+len(m.Refused) != len(onboard.ReadScopes()) {
				t.Errorf("%d granted, %d refused", len(m.Granted), len(m.Refused))
			}
			var roles []struct{ Type, Label string }
			x.get("/oauth2/v1/clients/"+m.ClientID+"/roles", &roles)
			if len(roles) != 2 || roles[0].Type != "CUSTOM" && roles[1].Type != "CUSTOM" {
				t.Errorf("roles %v", roles)
			}
			if _, err := os.Stat(r.Journal); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("the journal is still there: %v", err)
			}
		})
	}
}

// The private key goes into no request, and the token into no error, step or
// journal.
func TestKeyNeverLeaves(t *testing.T) {
	x := serve(t)
	r := x.prepare(reader())
	var journal []byte
	r.Tell = func(step onboard.Step) {
		r.steps = append(r.steps, step.Text)
		text, err := os.ReadFile(r.Journal)
		if err == nil {
			journal = append(journal, text...)
		}
	}
	_, made, err := r.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	text, err := made[0].Key.PEM()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(text.Reveal()), "\n")
	said := strings.Join(r.steps, "\n") + string(journal) + fmt.Sprintf("%+v", made)
	for _, line := range lines[1 : len(lines)-1] {
		if strings.Contains(r.wire.passed.String(), line) || strings.Contains(said, line) {
			t.Errorf("a line of the key has left")
		}
	}
	if strings.Contains(r.wire.passed.String(), `"d":`) {
		t.Error("a private number of the key was sent")
	}
	if strings.Contains(said, x.org.AdminToken()) {
		t.Error("the token was written down")
	}
	if len(journal) == 0 {
		t.Error("there was no journal")
	}
}

// requests returns how many requests a run makes until it looks at what the app
// sees, with the first two of that: of the others none can fail it.
func (x *tenant) requests(r *run) int {
	x.Helper()
	until := 0
	r.Tell = func(step onboard.Step) {
		if step.Text == "look what it sees" {
			until = r.wire.count + 2
		}
	}
	if _, _, err := r.run(x.Context()); err != nil {
		x.Fatal(err)
	}
	return until
}

// Whatever request fails, and however, nothing is left behind.
func TestNothingIsLeftBehind(t *testing.T) {
	total := serve(t).requests(serve(t).prepare(reader()))
	faults := map[string]func(ctx context.CancelFunc, n int) func(int, *http.Request) func(*http.Request) (*http.Response, error){
		"refused for good": func(_ context.CancelFunc, n int) func(int, *http.Request) func(*http.Request) (*http.Response, error) {
			return func(at int, _ *http.Request) func(*http.Request) (*http.Response, error) {
				if at == n {
					return answer(http.StatusForbidden)
				}
				return nil
			}
		},
		"an error of the server's, which had its effect": func(_ context.CancelFunc, n int) func(int, *http.Request) func(*http.Request) (*http.Response, error) {
			return func(at int, _ *http.Request) func(*http.Request) (*http.Response, error) {
				if at != n {
					return nil
				}
				return func(r *http.Request) (*http.Response, error) {
					_, _ = lost(r)
					return answer(http.StatusBadGateway)(r)
				}
			}
		},
		"the answer is lost": func(_ context.CancelFunc, n int) func(int, *http.Request) func(*http.Request) (*http.Response, error) {
			return func(at int, _ *http.Request) func(*http.Request) (*http.Response, error) {
				if at == n {
					return lost
				}
				return nil
			}
		},
		"Ctrl-C before the request": func(cancel context.CancelFunc, n int) func(int, *http.Request) func(*http.Request) (*http.Response, error) {
			return func(at int, _ *http.Request) func(*http.Request) (*http.Response, error) {
				if at == n {
					cancel()
				}
				return nil
			}
		},
		"Ctrl-C before the answer": func(cancel context.CancelFunc, n int) func(int, *http.Request) func(*http.Request) (*http.Response, error) {
			return func(at int, _ *http.Request) func(*http.Request) (*http.Response, error) {
				if at != n {
					return nil
				}
				return func(r *http.Request) (*http.Response, error) {
					_, err := lost(r)
					cancel()
					return nil, err
				}
			}
		},
	}
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			x := serve(t)
			before := x.all()
			failed := 0
			for n := 1; n <= total; n++ {
				ctx, cancel := context.WithCancel(t.Context())
				r := x.prepare(reader())
				r.wire.fault = fault(cancel, n)
				_, _, err := r.run(ctx)
				cancel()
				if err == nil { // of what is only looked at, or made again, nothing fails
					x.dismantle(r)
				} else {
					failed++
				}
				if diff := cmp.Diff(before, x.all()); diff != "" {
					t.Fatalf("request %d failed with %v, and left behind: %s\nafter %v", n, err, diff, r.steps)
				}
				if _, err := os.Stat(r.Journal); !errors.Is(err, os.ErrNotExist) {
					t.Errorf("request %d: the journal is still there: %v", n, err)
				}
			}
			t.Logf("%d of %d requests ended the run", failed, total)
			if failed == 0 {
				t.Error("no fault ended a run")
			}
		})
	}
}

// dismantle takes away what a run made that went well.
func (x *tenant) dismantle(r *run) {
	x.Helper()
	var apps []struct{ ID, Label string }
	x.get("/api/v1/apps?limit=200", &apps)
	again := x.prepare()
	for _, a := range apps {
		if slices.ContainsFunc(r.want, func(w onboard.App) bool { return w.Label == a.Label }) {
			x.leave(again, object{"kind": "app", "id": a.ID, "app": a.ID})
		}
	}
	var roles struct{ Roles []struct{ ID string } }
	x.get("/api/v1/iam/roles", &roles)
	for _, role := range roles.Roles {
		x.leave(again, object{"kind": "custom role", "id": role.ID})
	}
	var sets struct {
		Sets []struct{ ID string } `json:"resource-sets"`
	}
	x.get("/api/v1/iam/resource-sets", &sets)
	for _, s := range sets.Sets {
		x.leave(again, object{"kind": "resource set", "id": s.ID})
	}
}

type object = map[string]any

// leave cleans up by a journal of some entries.
func (x *tenant) leave(r *run, entries ...object) {
	x.Helper()
	text, err := json.Marshal(object{"org": x.url, "entries": entries})
	if err != nil {
		x.Fatal(err)
	}
	if err := os.WriteFile(r.Journal, text, 0o600); err != nil {
		x.Fatal(err)
	}
	if _, err := r.Cleanup(x.Context(), func(string, string) (bool, error) { return false, nil }); err != nil {
		x.Fatal(err)
	}
}
