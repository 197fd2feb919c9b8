package onboard_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/errs"
	"sallyport/internal/okta"
	"sallyport/internal/okta/onboard"
	"sallyport/internal/secret"
)

// died is what a run ends with that is killed.
type died struct{}

// killed runs until the nth request, at which the program dies: before it, or
// after it had its effect.
func killed(ctx context.Context, r *run, n int, after bool) (dead bool) {
	defer func() {
		if p := recover(); p != nil {
			if _, ours := p.(died); !ours {
				panic(p)
			}
			dead = true
		}
	}()
	r.wire.fault = func(at int, _ *http.Request) func(*http.Request) (*http.Response, error) {
		if at != n {
			return nil
		}
		return func(req *http.Request) (*http.Response, error) {
			if after {
				_, _ = lost(req)
			}
			panic(died{})
		}
	}
	_, _, _ = r.run(ctx)
	return false
}

// A program that dies leaves a journal, by which --cleanup takes back all of it.
func TestCleanupAfterACrash(t *testing.T) {
	total := serve(t).requests(serve(t).prepare(reader()))
	for name, after := range map[string]bool{"before a request": false, "before its answer": true} {
		t.Run(name, func(t *testing.T) {
			x := serve(t)
			before := x.all()
			for n := 1; n < total; n++ { // the looks at the end are made side by side
				r := x.prepare(reader())
				if !killed(t.Context(), r, n, after) {
					t.Fatalf("request %d was not made", n)
				}
				r.wire.fault = nil
				_, err := r.Cleanup(t.Context(), func(string, string) (bool, error) { return false, nil })
				if n <= 4 && errs.KindOf(err) == errs.NotFound { // it had not begun to make anything
					err = nil
				}
				if err != nil {
					t.Fatalf("request %d: %v", n, err)
				}
				if diff := cmp.Diff(before, x.all()); diff != "" {
					t.Fatalf("request %d: left behind: %s", n, diff)
				}
				if _, err := os.Stat(r.Journal); !errors.Is(err, os.ErrNotExist) {
					t.Errorf("request %d: the journal is still there: %v", n, err)
				}
			}
		})
	}
}

// What somebody works with stays when a crash is cleaned up after.
func TestCleanupLeavesWhatIsInUse(t *testing.T) {
	x := serve(t)
	r := x.prepare(reader())
	_, made, err := r.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	with := x.all()
	text := fmt.Sprintf(`{"org":%q,"entries":[{"kind":"app","id":%q,"app":%[2]q}]}`, x.url, made[0].AppID)
	if err := os.WriteFile(r.Journal, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	did, err := r.Cleanup(t.Context(), func(client, _ string) (bool, error) { return client == made[0].AppID, nil })
	if err != nil || len(did) != 1 {
		t.Errorf("%q, %v", did, err)
	}
	if diff := cmp.Diff(with, x.all()); diff != "" {
		t.Error(diff)
	}
	if _, err := r.Cleanup(t.Context(), nil); errs.KindOf(err) != errs.NotFound {
		t.Errorf("a second time: %v", err)
	}
}

// What cannot be taken back is named, and stays in the journal.
func TestUndoThatFails(t *testing.T) {
	x := serve(t)
	before := x.all()
	r := x.prepare(reader())
	r.wire.fault = func(_ int, req *http.Request) func(*http.Request) (*http.Response, error) {
		if strings.HasPrefix(req.URL.Path, "/oauth2/v1/token") || req.Method == http.MethodDelete && strings.HasPrefix(req.URL.Path, "/api/v1/apps/") && !strings.Contains(req.URL.Path, "grants") {
			return answer(http.StatusForbidden)
		}
		return nil
	}
	_, _, err := r.run(t.Context())
	if err == nil || !strings.Contains(err.Error(), "app 0oa") || !strings.Contains(err.Error(), r.Journal) {
		t.Errorf("%v", err)
	}
	if _, _, again := r.run(t.Context()); errs.KindOf(again) != errs.Conflict {
		t.Errorf("another run begins: %v", again)
	}
	r.wire.fault = nil
	if _, err := r.Cleanup(t.Context(), func(string, string) (bool, error) { return false, nil }); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff(before, x.all()); diff != "" {
		t.Error(diff)
	}
}

func TestSetup(t *testing.T) {
	few := reader().Scopes
	for name, tt := range map[string]struct {
		change func(*onboard.App)
		fault  func(int, *http.Request) func(*http.Request) (*http.Response, error)
		token  func(*tenant) string
		keep   error
		fails  string
		check  func(*testing.T, onboard.Made)
	}{
		"a scope that the org does not know is gone on without": {
			change: func(a *onboard.App) { a.Scopes = append(few, onboard.Scope{Name: "okta.moon.read"}) },
			check: func(t *testing.T, m onboard.Made) {
				if len(m.Refused) != 1 || m.Refused[0].Name != "okta.moon.read" || !strings.Contains(m.Refused[0].Said, "scopeId") || len(m.Granted) != 3 {
					t.Errorf("%+v of %v", m.Refused, m.Granted)
				}
			},
		},
		"one that must be there ends it": {
			change: func(a *onboard.App) { a.Scopes = append(few, onboard.Scope{Name: "okta.moon.manage", Must: true}) }, fails: "grant okta.moon.manage",
		},
		"tokens bound to a key": {
			change: func(a *onboard.App) { a.DPoP = true },
			check: func(t *testing.T, m onboard.Made) {
				if !m.Bound || !slices.ContainsFunc(m.Coverage, func(c okta.Coverage) bool { return c.ID == "users" && c.Visible == okta.Full }) {
					t.Errorf("bound: %v", m.Bound)
				}
			},
		},
		"an org that binds no token although it was asked to": {
			change: func(a *onboard.App) { a.DPoP = true },
			fault: func(_ int, r *http.Request) func(*http.Request) (*http.Response, error) {
				if r.URL.Path != "/oauth2/v1/token" {
					return nil
				}
				return func(*http.Request) (*http.Response, error) {
					rec := httptest.NewRecorder()
					fmt.Fprint(rec, `{"access_token":"x","token_type":"Bearer","expires_in":3600}`)
					return rec.Result(), nil
				}
			},
			fails: "not",
		},
		"a label that is taken":                      {change: func(a *onboard.App) { a.Label = "Salesforce" }, fails: `"Salesforce" already`},
		"a token of nobody":                          {token: func(*tenant) string { return "00made-up-token" }, fails: "does not take the token"},
		"a token of a read-only admin makes nothing": {token: func(x *tenant) string { return x.org.ReadOnlyToken() }, fails: "no super administrator"},
		"a handing over that fails":                  {keep: errors.New("the disk is full"), fails: "the disk is full"},
		"no such key":                                {change: func(a *onboard.App) { a.Key = "dsa" }, fails: `"dsa" is no kind of key`},
		"a permission that the org does not know": {
			change: func(a *onboard.App) { a.Roles[1].Permissions = append(a.Roles[1].Permissions, "okta.moon.read") },
			check: func(t *testing.T, m onboard.Made) {
				if len(m.Refused) != 1 || !strings.Contains(m.Refused[0].Name, "okta.moon.read") {
					t.Errorf("%+v", m.Refused)
				}
			},
		},
		"an org without custom roles": {
			fault: func(_ int, r *http.Request) func(*http.Request) (*http.Response, error) {
				if strings.HasPrefix(r.URL.Path, "/api/v1/iam/resource-sets") {
					return answer(http.StatusNotFound)
				}
				return nil
			},
			check: func(t *testing.T, m onboard.Made) {
				if len(m.Refused) != 1 || m.Refused[0].Name != "Sallyport reads admin roles t1" {
					t.Errorf("%+v", m.Refused)
				}
			},
		},
		"a rate limit is waited for": {
			fault: func(n int, _ *http.Request) func(*http.Request) (*http.Response, error) {
				if n%2 == 1 && n < 10 {
					return answer(http.StatusTooManyRequests)
				}
				return nil
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			x := serve(t)
			before := x.all()
			want := reader()
			if tt.change != nil {
				tt.change(&want)
			}
			r := x.prepare(want)
			r.wire.fault = tt.fault
			if tt.token != nil {
				r.Token = secret.NewText(tt.token(x))
			}
			_, made, err := r.Run(t.Context(), r.want, func(context.Context, onboard.Tenant, []onboard.Made) error { return tt.keep })
			if tt.fails == "" {
				if err != nil {
					t.Fatal(err)
				}
				if tt.check != nil {
					tt.check(t, made[0])
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.fails) || strings.Contains(err.Error(), r.Token.Reveal()) {
				t.Fatalf("%v, want %q", err, tt.fails)
			}
			if diff := cmp.Diff(before, x.all()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// The app that responds is another one, with a key and a role of its own, and may
// do what containing takes and nothing besides.
func TestResponseIsASecondApp(t *testing.T) {
	x := serve(t)
	response := onboard.App{Label: "Sallyport (response)", Scopes: onboard.ResponseScopes(), Roles: []onboard.Role{onboard.ResponseRole("t1")}, Key: onboard.EC}
	r := x.prepare(reader(), response)
	_, made, err := r.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(made) != 2 || made[0].ClientID == made[1].ClientID || made[0].Key.ID == made[1].Key.ID {
		t.Fatalf("%+v", made)
	}
	if slices.ContainsFunc(made[0].Granted, func(s string) bool { return strings.HasSuffix(s, ".manage") }) {
		t.Errorf("the app that reads may %v", made[0].Granted)
	}
	if want := []string{"okta.users.manage", "okta.groups.manage", "okta.users.read", "okta.groups.read"}; !slices.Equal(made[1].Granted, want) {
		t.Errorf("granted %v", made[1].Granted)
	}
	seen := map[string]okta.Coverage{}
	for _, c := range made[1].Coverage {
		seen[c.ID] = c
	}
	if seen["users"].Visible != okta.Full || seen["policies"].Visible != okta.Denied || seen["policies"].Missing != "okta.policies.read" {
		t.Errorf("%+v %+v", seen["users"], seen["policies"])
	}
}

// An org may make every app a super administrator: the app loses what it was not
// given, and the operator is told.
func TestEveryAppASuperAdministrator(t *testing.T) {
	x := serve(t)
	r := x.prepare(reader())
	given := false
	r.wire.fault = func(_ int, req *http.Request) func(*http.Request) (*http.Response, error) {
		if given || req.Method != http.MethodGet || !strings.HasSuffix(req.URL.Path, "/roles") || !strings.HasPrefix(req.URL.Path, "/oauth2/") {
			return nil
		}
		given = true
		return func(req *http.Request) (*http.Response, error) {
			post, err := http.NewRequestWithContext(req.Context(), http.MethodPost, req.URL.String(), strings.NewReader(`{"type":"SUPER_ADMIN"}`))
			if err != nil {
				return nil, err
			}
			post.Header.Set("Authorization", "SSWS "+x.org.AdminToken())
			post.Header.Set("Content-Type", "application/json")
			resp, err := http.DefaultTransport.RoundTrip(post)
			if err != nil {
				return nil, err
			}
			_ = resp.Body.Close()
			return http.DefaultTransport.RoundTrip(req)
		}
	}
	_, made, err := r.run(t.Context())
	if err != nil || !given {
		t.Fatal(err)
	}
	var roles []struct{ Type string }
	x.get("/oauth2/v1/clients/"+made[0].ClientID+"/roles", &roles)
	if slices.ContainsFunc(roles, func(r struct{ Type string }) bool { return r.Type == "SUPER_ADMIN" }) || len(made[0].Notes) != 1 {
		t.Errorf("%v, %q", roles, made[0].Notes)
	}
}

func TestRevoke(t *testing.T) {
	x := serve(t)
	r := x.prepare()
	if err := r.Revoke(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, _, err := r.run(t.Context()); errs.KindOf(err) != errs.Denied {
		t.Errorf("the token is still good: %v", err)
	}
}

func (x *tenant) keys(client string) map[string]string {
	x.Helper()
	var keys []struct{ Kid, Status string }
	x.get("/api/v1/apps/"+client+"/credentials/jwks", &keys)
	out := map[string]string{}
	for _, k := range keys {
		out[k.Kid] = k.Status
	}
	return out
}

// A key is replaced with both of them good for a while; the old one is deleted by
// a later rotation, after it was off for long enough.
func TestRotate(t *testing.T) {
	x := serve(t)
	r := x.prepare(reader())
	_, made, err := r.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	client, first := made[0].ClientID, made[0].Key.ID
	how := onboard.Rotation{ClientID: client, KeyID: first, Scopes: made[0].Granted, Key: onboard.EC, Soak: 7 * 24 * time.Hour}
	second, err := r.Rotate(t.Context(), how, func(_ context.Context, k *onboard.Key) error {
		if diff := cmp.Diff(map[string]string{first: "ACTIVE", k.ID: "ACTIVE"}, x.keys(client)); diff != "" {
			t.Errorf("when the new key is handed over: %s", diff)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{first: "INACTIVE", second.Key.ID: "ACTIVE"}, x.keys(client)); diff != "" || second.Deactivated != first || len(second.Notes) > 0 {
		t.Errorf("%s %+v", diff, second)
	}
	how.KeyID, how.KeepOld, how.Soak = "", true, 0
	third, err := r.Rotate(t.Context(), how, func(context.Context, *onboard.Key) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{second.Key.ID: "ACTIVE", third.Key.ID: "ACTIVE"}, x.keys(client)); diff != "" || !slices.Equal(third.Deleted, []string{first}) {
		t.Errorf("%s %+v", diff, third)
	}
	if _, err := r.Rotate(t.Context(), how, nil); errs.KindOf(err) != errs.Conflict { // which of the two?
		t.Errorf("%v", err)
	}
}

// Whatever request of a rotation fails, the app has the key that is in use, and no
// other that is good.
func TestRotationThatFails(t *testing.T) {
	x := serve(t)
	r := x.prepare(reader())
	_, made, err := r.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	client, first := made[0].ClientID, made[0].Key.ID
	for n := 1; n <= 9; n++ {
		for name, fault := range map[string]func(*http.Request) (*http.Response, error){"refused": answer(http.StatusForbidden), "lost": lost} {
			r := x.prepare()
			ctx, cancel := context.WithCancel(t.Context())
			r.wire.fault = func(at int, _ *http.Request) func(*http.Request) (*http.Response, error) {
				if at != n {
					return nil
				}
				return func(req *http.Request) (*http.Response, error) {
					defer cancel()
					return fault(req)
				}
			}
			kept := ""
			_, err := r.Rotate(ctx, onboard.Rotation{ClientID: client, KeyID: first, Scopes: made[0].Granted, Key: onboard.EC}, func(_ context.Context, k *onboard.Key) error {
				kept = k.ID
				return nil
			})
			cancel()
			keys := x.keys(client)
			if err != nil {
				if diff := cmp.Diff(map[string]string{first: "ACTIVE"}, keys); diff != "" {
					t.Fatalf("request %d %s: %v left %s", n, name, err, diff)
				}
				continue
			}
			if keys[kept] != "ACTIVE" {
				t.Fatalf("request %d %s: the key in use is %q of %v", n, name, keys[kept], keys)
			}
			first = kept
			if left := len(keys); left > 1 { // off, or to be switched off by hand as a note says
				x.leave(r, slices.Collect(func(yield func(object) bool) {
					for kid := range keys {
						if kid != first && !yield(object{"kind": "key", "app": client, "key": kid}) {
							return
						}
					}
				})...)
			}
		}
	}
}

// A rotation that a crash ended is taken back, too.
func TestCleanupOfARotation(t *testing.T) {
	x := serve(t)
	r := x.prepare(reader())
	_, made, err := r.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	client, first := made[0].ClientID, made[0].Key.ID
	func() {
		defer func() { _ = recover() }()
		_, _ = r.Rotate(t.Context(), onboard.Rotation{ClientID: client, KeyID: first, Scopes: made[0].Granted, Key: onboard.EC}, func(context.Context, *onboard.Key) error { panic(died{}) })
	}()
	if len(x.keys(client)) != 2 {
		t.Fatal("there is no other key")
	}
	if _, err := r.Cleanup(t.Context(), func(_, key string) (bool, error) { return key == first, nil }); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{first: "ACTIVE"}, x.keys(client)); diff != "" {
		t.Error(diff)
	}
}

// silent answers everything with nothing.
type silent struct{}

func (silent) Fetch(context.Context, string) (okta.Answer, error) {
	return okta.Answer{Status: http.StatusOK, Body: []byte(`[]`)}, nil
}

// What is looked at is asked for: no area is denied for a scope that nobody wanted.
func TestScopesAreThoseOfTheAreas(t *testing.T) {
	asked := map[string]bool{}
	for _, s := range onboard.ReadScopes() {
		if asked[s.Name] || !strings.HasSuffix(s.Name, ".read") || s.Why == "" {
			t.Errorf("%+v", s)
		}
		asked[s.Name] = true
	}
	for _, c := range (okta.Look{Fetch: silent{}, Now: time.Now()}).Coverage(t.Context()) {
		if !asked[c.Scope] {
			t.Errorf("%s takes %s, which nobody asks for", c.ID, c.Scope)
		}
	}
}

// A journal that cannot be read is left as it is.
func TestCleanupOfNonsense(t *testing.T) {
	x := serve(t)
	for name, text := range map[string]string{
		"no JSON": "{", "of another org": `{"org":"https://other.okta.com","entries":[{"kind":"app","id":"0oa1"}]}`, "of something unknown": `{"org":"` + x.url + `","entries":[{"kind":"moon","id":"1"}]}`,
	} {
		r := x.prepare()
		if err := os.WriteFile(r.Journal, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Cleanup(t.Context(), func(string, string) (bool, error) { return false, nil }); err == nil {
			t.Errorf("%s: no error", name)
		}
		if _, err := os.Stat(r.Journal); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	r := x.prepare()
	if err := os.WriteFile(r.Journal, nil, 0o600); err != nil { // made, and not yet written
		t.Fatal(err)
	}
	if did, err := r.Cleanup(t.Context(), nil); err != nil || len(did) > 0 {
		t.Errorf("%q, %v", did, err)
	}
}

// Of two apps both are taken back, whatever request of the second is interrupted.
func TestNothingIsLeftOfTwo(t *testing.T) {
	both := func() []onboard.App {
		return []onboard.App{reader(), {Label: "Sallyport response", Scopes: onboard.ResponseScopes(), Roles: []onboard.Role{onboard.ResponseRole("t1")}, Key: onboard.EC}}
	}
	well := serve(t).prepare(both()...)
	begun, until := 0, 0
	well.Tell = func(step onboard.Step) {
		switch step.Phase {
		case onboard.PhaseKey:
			begun = well.wire.count + 1
		case onboard.PhaseSee:
			until = well.wire.count + 1
		default:
		}
	}
	if _, _, err := well.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	x := serve(t)
	before := x.all()
	for n := begun; n <= until; n++ {
		ctx, cancel := context.WithCancel(t.Context())
		r := x.prepare(both()...)
		r.wire.fault = func(at int, _ *http.Request) func(*http.Request) (*http.Response, error) {
			if at != n {
				return nil
			}
			return func(req *http.Request) (*http.Response, error) {
				defer cancel()
				return lost(req)
			}
		}
		_, _, err := r.run(ctx)
		cancel()
		if err == nil {
			t.Errorf("request %d: no error", n)
		}
		if diff := cmp.Diff(before, x.all()); diff != "" {
			t.Fatalf("request %d: left behind: %s", n, diff)
		}
	}
	if until-begun < 10 {
		t.Errorf("%d requests of the second app", until-begun)
	}
}
