package quota_test

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sallyport/internal/quota"
)

// shared returns a file of the reference data beside the checkout.
func shared(t *testing.T, path string) *os.File {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if f, err := os.Open(filepath.Join(dir, "..", "shared", path)); err == nil {
			t.Cleanup(func() { f.Close() })
			return f
		}
	}
	t.Skipf("%s is not beside the checkout", path)
	return nil
}

func TestOktaBucket(t *testing.T) {
	tests := map[string]string{
		"GET /api/v1/users":                         "/api/v1/users",
		"GET /api/v1/users?limit=200":               "/api/v1/users",
		"GET /api/v1/users/00u1":                    "GET /api/v1/users/{id}",
		"HEAD /api/v1/users/00u1":                   "GET /api/v1/users/{id}",
		"POST /api/v1/users/00u1":                   "/api/v1/users/{id}",
		"GET /api/v1/users/me":                      "/api/v1/users/me",
		"POST /api/v1/users/00u1/lifecycle/suspend": "/api/v1/users",
		"DELETE /api/v1/users/00u1/sessions":        "/api/v1/users",
		"PUT /api/v1/groups/00g1/users/00u1":        "/api/v1/groups",
		"GET /api/v1/groups/00g1":                   "/api/v1/groups/{id}",
		"GET /api/v1/groups/rules":                  "/api/v1/groups",
		"GET /api/v1/logs":                          "/api/v1/logs",
		"POST /api/v1/eventHooks":                   "/api/v1",
		"GET /.well-known/okta-organization":        "/",
		"POST /oauth2/v1/token":                     "/oauth2/v1/token",
		"POST /oauth2/default/v1/token":             "/oauth2/{id}/v1/token",
		"GET /":                                     "/",
		"GET ":                                      "/",
	}
	for call, want := range tests {
		method, path, _ := strings.Cut(call, " ")
		if got := quota.OktaBucket(method, path); got != want {
			t.Errorf("%s counts to %s, want %s", call, got, want)
		}
	}
}

// Two calls that Okta's own table puts into one bucket are in one here, and
// two that it puts into two are in two, but for what the recordings show to be
// two: an app read and an app written.
func TestOktaBucketsAreOktas(t *testing.T) {
	theirs := map[string]string{}
	for s := bufio.NewScanner(shared(t, "specs/okta/rate-limit-buckets.txt")); s.Scan(); {
		f := strings.Fields(s.Text())
		if len(f) != 3 || strings.HasPrefix(f[2], "/api/v1/ratelimit") || f[2] == "/oauth2" || strings.HasPrefix(f[0], "/oauth2/auth") || f[1] == "OPTIONS" {
			continue // what browsers and the dashboard call, and no token can
		}
		ours := quota.OktaBucket(f[1], f[0])
		if strings.HasPrefix(ours, "GET /api/v1/apps/") {
			continue
		}
		if was, ok := theirs[ours]; ok && was != f[2] {
			t.Errorf("%s %s: %s holds calls of Okta's %s and %s", f[1], f[0], ours, was, f[2])
		}
		theirs[ours] = f[2]
	}
	seen := map[string]string{}
	for ours, bucket := range theirs {
		if was, ok := seen[bucket]; ok {
			t.Errorf("Okta's %s is both %s and %s", bucket, was, ours)
		}
		seen[bucket] = ours
	}
}

// The recorded answers of real orgs are read, and calls that follow one
// another in a bucket count down in the same window.
func TestRecordedHeadersAgree(t *testing.T) {
	z, err := gzip.NewReader(shared(t, "corpus/okta-recorded/okta-recorded.jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	type state struct{ limit, used, remaining, reset string }
	last := map[string]state{}
	var read, down, odd int
	dec := json.NewDecoder(z)
	for dec.More() {
		var rec struct {
			Src, Method, URL string
			RSH              map[string][]string
		}
		if err := dec.Decode(&rec); err != nil {
			t.Fatal(err)
		}
		h := http.Header{}
		for k, v := range rec.RSH {
			h[http.CanonicalHeaderKey(k)] = v
		}
		u, err := url.Parse(rec.URL)
		if err != nil || h.Get("X-Rate-Limit-Limit") == "" {
			continue
		}
		read++
		key := rec.Src + " " + quota.OktaBucket(rec.Method, u.Path)
		now := state{h.Get("X-Rate-Limit-Limit"), "", h.Get("X-Rate-Limit-Remaining"), h.Get("X-Rate-Limit-Reset")}
		if was, ok := last[key]; ok && was.reset == now.reset {
			if was.limit == now.limit && atoi(t, now.remaining) <= atoi(t, was.remaining) {
				down++
			} else {
				odd++
			}
		}
		last[key] = now
	}
	t.Logf("%d answers, %d count down in their window, %d do not", read, down, odd)
	if read < 1000 || odd*100 > down {
		t.Errorf("%d of %d do not fit the table of buckets", odd, odd+down)
	}
}

func atoi(t *testing.T, s string) (n int) {
	t.Helper()
	if err := json.Unmarshal([]byte(s), &n); err != nil {
		t.Fatal(err)
	}
	return n
}
