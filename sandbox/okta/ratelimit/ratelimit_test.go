package ratelimit

import (
	"testing"
	"time"
)

func TestBuckets(t *testing.T) {
	tests := map[string]struct {
		method, path string
		edition      Edition
		bucket       string
		limit        int // for a request without principal
	}{
		"one user":                {"GET", "/api/v1/users/00u1", Workforce, "/api/v1/users/{id}", 2000},
		"one user, written":       {"POST", "/api/v1/users/00u1", Workforce, "/api/v1/users/{id}", 600},
		"all users":               {"GET", "/api/v1/users", Workforce, "/api/v1/users", 600},
		"trailing slash":          {"GET", "/api/v1/users/", Workforce, "/api/v1/users", 600},
		"sub-resource of a user":  {"GET", "/api/v1/users/00u1/groups", Workforce, "/api/v1/users", 600},
		"a user's lifecycle":      {"POST", "/api/v1/users/00u1/lifecycle/suspend", Workforce, "/api/v1/users", 600},
		"members of a group":      {"GET", "/api/v1/groups/00g1/users", Workforce, "/api/v1/groups", 500},
		"group rules":             {"GET", "/api/v1/groups/rules", Workforce, "/api/v1/groups", 500},
		"log":                     {"GET", "/api/v1/logs", Workforce, "/api/v1/logs", 120},
		"log, small org":          {"GET", "/api/v1/logs", Integrator, "/api/v1/logs", 20},
		"apps":                    {"GET", "/api/v1/apps", OneApp, "/api/v1/apps", 100},
		"anything else":           {"GET", "/api/v1/eventHooks", Workforce, "/api/v1", 1200},
		"similar name":            {"GET", "/api/v1/usersX", Enterprise, "/api/v1", 600},
		"token":                   {"POST", "/oauth2/v1/token", Integrator, "/oauth2/v1/token", 150},
		"outside the API":         {"GET", "/.well-known/okta-organization", Workforce, "/", 1200},
		"roles of a service app":  {"POST", "/oauth2/v1/clients/0oa1/roles", Workforce, "/oauth2/v1/clients", 100},
		"groups of a single user": {"GET", "/api/v1/users/me", Integrator, "/api/v1/users/{id}", 100},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			l := New(tt.edition, time.Now)
			v := l.Take(tt.method, tt.path, "")
			if v.Bucket != tt.bucket || v.Limit != tt.limit || v.Remaining != tt.limit-1 {
				t.Errorf("got %+v, want bucket %s with limit %d", v, tt.bucket, tt.limit)
			}
		})
	}
}

func TestPrincipalHasHalf(t *testing.T) {
	now := time.Unix(1000, 0)
	l := New(Integrator, func() time.Time { return now }) // 20 a minute for the log
	l.Enforce(true)
	for i := range 10 {
		if v := l.Take("GET", "/api/v1/logs", "00T1"); v.Refused || v.Limit != 10 || v.Remaining != 9-i {
			t.Fatalf("request %d: %+v", i, v)
		}
	}
	v := l.Take("GET", "/api/v1/logs", "00T1")
	if !v.Refused || !v.Violated || v.Remaining != 0 || !v.Reset.Equal(now.Add(time.Minute)) {
		t.Fatalf("the eleventh: %+v", v)
	}
	if v := l.Take("GET", "/api/v1/logs", "00T1"); !v.Refused || v.Violated {
		t.Fatalf("the twelfth must be refused, and not be reported again: %+v", v)
	}
	if v := l.Take("GET", "/api/v1/logs", "00T2"); v.Refused {
		t.Fatalf("another token shares only the bucket: %+v", v)
	}
	now = now.Add(time.Minute)
	if v := l.Take("GET", "/api/v1/logs", "00T1"); v.Refused || v.Remaining != 9 {
		t.Fatalf("a new window: %+v", v)
	}
}

func TestOrgLimitHoldsOverTokens(t *testing.T) {
	l := New(Integrator, time.Now)
	l.Enforce(true)
	for i := range 20 {
		token := "00T1"
		if i%2 == 1 {
			token = "00T2"
		}
		v := l.Take("GET", "/api/v1/logs", token)
		if v.Refused {
			t.Fatalf("request %d: %+v", i, v)
		}
		if (i == 12) != v.Warned {
			t.Errorf("request %d: warned %v", i, v.Warned)
		}
	}
	if v := l.Take("GET", "/api/v1/logs", "00T3"); !v.Refused {
		t.Errorf("the bucket is empty: %+v", v)
	}
}

func TestWithoutEnforcing(t *testing.T) {
	l := New(Integrator, time.Now)
	for range 30 {
		if v := l.Take("GET", "/api/v1/logs", "00T1"); v.Refused {
			t.Fatal("refused while not enforcing")
		}
	}
	if v := l.Take("GET", "/api/v1/logs", "00T1"); v.Remaining != 0 {
		t.Errorf("remaining %d, want 0", v.Remaining)
	}
	l.SetEdition(Workforce)
	if v := l.Take("GET", "/api/v1/logs", "00T1"); v.Limit != 60 || v.Remaining != 59 {
		t.Errorf("after a change of edition: %+v", v)
	}
}

func TestConcurrency(t *testing.T) {
	l := New(Integrator, time.Now)
	l.Enforce(true)
	var leave func()
	for range 35 {
		f, ok := l.Enter()
		if !ok {
			t.Fatal("refused below the limit")
		}
		leave = f
	}
	if _, ok := l.Enter(); ok {
		t.Fatal("the 36th in flight was let in")
	}
	leave()
	leave() // a second call must not count
	if _, ok := l.Enter(); !ok {
		t.Fatal("refused after one had left")
	}
	if _, ok := l.Enter(); ok {
		t.Fatal("leaving twice made room for two")
	}
}
