package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sallyport/internal/config"
	"sallyport/internal/connector"
	"sallyport/internal/inventory"
	sees "sallyport/internal/okta"
	"sallyport/internal/secret"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
	"sallyport/internal/value"
	"sallyport/sandbox/auth0"
)

// auth0Bench is a program with a connection to a simulated Auth0 tenant.
type auth0Bench struct {
	t      *testing.T
	core   *Core
	id     string
	url    string
	tenant *auth0.Tenant
	conn   store.Connection
	token  string

	mu     sync.Mutex
	asked  int
	before func(n int, w http.ResponseWriter, r *http.Request) bool // false has answered; may be nil
}

// ServeHTTP passes a request on to the tenant.
func (b *auth0Bench) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet && r.Header.Get("X-Test") == "" {
		b.mu.Lock()
		b.asked++
		n, before := b.asked, b.before
		b.mu.Unlock()
		if before != nil && !before(n, w, r) {
			return
		}
	}
	b.tenant.ServeHTTP(w, r)
}

func (b *auth0Bench) let(before func(n int, w http.ResponseWriter, r *http.Request) bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.asked, b.before = 0, before
}

// readingAuth0 begins with a tenant of some customers, whose accounts were made an
// hour after one another.
func readingAuth0(t *testing.T, dsn string, customers int) *auth0Bench {
	t.Helper()
	b := &auth0Bench{t: t}
	made, seeded := time.Now().Add(-5*365*24*time.Hour), false
	b.tenant = auth0.New(auth0.Options{Seed: 3, Customers: customers, Now: func() time.Time {
		if seeded {
			return time.Now()
		}
		made = made.Add(10 * time.Minute)
		return made
	}})
	seeded = true
	b.tenant.EnforceRateLimits(false, 10_000)
	srv := httptest.NewServer(b)
	t.Cleanup(func() {
		srv.Close()
		b.tenant.Close()
	})
	b.tenant.SetBaseURL(srv.URL)
	b.url = srv.URL
	conf, err := config.Load("", []string{"SALLYPORT_DATA_DIR=" + t.TempDir(), "SALLYPORT_DATABASE=" + dsn, "SALLYPORT_EGRESS_ALLOW=127.0.0.0/8"})
	if err != nil {
		t.Fatal(err)
	}
	if b.core, err = OpenCore(t.Context(), Options{Config: conf, Version: "test", Log: quietLog(t), Content: builtIn(t)}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.core.Close(); err != nil {
			t.Error(err)
		}
	})
	mine, err := b.core.Organization(t.Context(), b.core.Portal(), DefaultOrganization)
	if err != nil {
		t.Fatal(err)
	}
	b.id = mine.ID
	client, key := b.tenant.Credentials()
	conn, err := b.core.connect(t.Context(), b.id, newConnection{
		"auth0", "Auth0", connector.ClientCredentials, value.Map("base_url", b.url, "client_id", client), map[string]secret.Text{"client_secret": secret.NewText(key)},
	})
	if err != nil {
		t.Fatal(err)
	}
	if b.conn, err = b.core.DB.Connections.Get(t.Context(), b.id, conn); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Token string `json:"access_token"`
	}
	b.call(http.MethodPost, "/oauth/token", jsonObject{"grant_type": "client_credentials", "client_id": client, "client_secret": key, "audience": b.url + "/api/v2/"}, &got)
	b.token = got.Token
	return b
}

// call makes a request of the tenant.
func (b *auth0Bench) call(method, target string, body, into any) {
	b.t.Helper()
	var text []byte
	if body != nil {
		var err error
		if text, err = json.Marshal(body); err != nil {
			b.t.Fatal(err)
		}
	}
	req, err := http.NewRequestWithContext(b.t.Context(), method, b.url+target, bytes.NewReader(text))
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Test", "yes")
	if b.token != "" {
		req.Header.Set("Authorization", "Bearer "+b.token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	got, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode >= 300 {
		b.t.Fatalf("%s %s: %d %s, %v", method, target, resp.StatusCode, got, err)
	}
	if into != nil {
		if err := json.Unmarshal(got, into); err != nil {
			b.t.Fatal(err)
		}
	}
}

func (b *auth0Bench) sync() inventory.Sync {
	b.t.Helper()
	s, err := b.core.SyncAuth0(b.t.Context(), b.conn, nil)
	if err != nil || s.State != inventory.SyncDone {
		b.t.Fatalf("%+v, %v", s, err)
	}
	return s
}

// held returns what is known of the tenant.
func (b *auth0Bench) held(tenant string, kind inventory.Kind) map[string]string {
	b.t.Helper()
	out := map[string]string{}
	err := b.core.DB.Inventory.At(b.id, tenant, time.Time{}).Entities(b.t.Context(), kind, func(e inventory.Entity) error {
		out[e.ID] = string(e.Body)
		return nil
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return out
}

func (b *auth0Bench) edges(tenant string, relation inventory.Relation) (out []string) {
	b.t.Helper()
	err := b.core.DB.Inventory.At(b.id, tenant, time.Time{}).Edges(b.t.Context(), relation, func(e inventory.Edge) error {
		out = append(out, e.From.ID+" "+e.To.ID)
		return nil
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return out
}

func (b *auth0Bench) sights(tenant string) map[string]inventory.Sight {
	b.t.Helper()
	all, err := b.core.DB.Inventory.At(b.id, tenant, time.Time{}).Sights(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	return all
}

// All of a tenant is held, of which Auth0 shows no more than a thousand people at
// once; another reading changes nothing, and who is gone then is over.
func TestAuth0IsReadWhole(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		b := readingAuth0(t, dsn, 1300)
		b.call(http.MethodPost, "/api/v2/connections", jsonObject{"name": "acme", "strategy": "okta", "options": jsonObject{"domain": "acme.okta.com", "client_secret": "hush-1", "scripts": jsonObject{"login": "hush-2"}}}, nil)
		first := b.sync()
		people := b.held(first.Tenant, inventory.Auth0User)
		if len(people) != 1300 {
			t.Fatalf("%d people are held", len(people))
		}
		holders := 0
		var roles struct{ Roles []struct{ ID string } }
		b.call(http.MethodGet, "/api/v2/roles?include_totals=true", nil, &roles)
		for _, r := range roles.Roles {
			var page struct{ Total int }
			b.call(http.MethodGet, "/api/v2/roles/"+r.ID+"/users?include_totals=true&per_page=1", nil, &page)
			holders += page.Total
		}
		if got := len(b.edges(first.Tenant, inventory.Holds)); got != holders || holders < 100 {
			t.Errorf("%d have roles, not %d", got, holders)
		}
		if got := len(b.edges(first.Tenant, inventory.MemberOf)); got != 260 {
			t.Errorf("%d belong to organizations", got)
		}
		all := ""
		for _, k := range inventory.Auth0Kinds() {
			got := b.held(first.Tenant, k)
			if len(got) == 0 || !b.sights(first.Tenant)[string(k)].Seen() {
				t.Errorf("%d %s, of which %+v is seen", len(got), k, b.sights(first.Tenant)[string(k)])
			}
			for _, body := range got {
				all += body
			}
		}
		if !strings.Contains(all, "acme.okta.com") || strings.Contains(all, "hush") || strings.Contains(all, `"client_secret"`) || strings.Contains(all, `"plan"`) {
			t.Errorf("secrets or what is nobody's business is held")
		}
		second := b.sync()
		q := store.ChangeQuery{Since: first.StartedAt, Until: time.Now(), Limit: 10}
		if changes, _, err := b.core.DB.Inventory.EntityChanges(t.Context(), b.id, first.Tenant, q); err != nil || len(changes) != 0 || second.Tenant != first.Tenant {
			t.Errorf("%v, %v", changes, err)
		}
		var gone string
		for gone = range people {
			break
		}
		b.call(http.MethodDelete, "/api/v2/users/"+gone, nil, nil)
		b.sync()
		if left := b.held(first.Tenant, inventory.Auth0User); len(left) != 1299 || left[gone] != "" {
			t.Errorf("%d are left", len(left))
		}
	})
}

// What the application may not see is not taken for gone; where one is deleted while
// others are read, nobody is left out.
func TestAuth0IsReadAsFarAsItIsSeen(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		b := readingAuth0(t, dsn, 250)
		first := b.sync()
		roles := len(b.held(first.Tenant, inventory.Auth0Role))
		b.let(func(_ int, w http.ResponseWriter, r *http.Request) bool {
			if strings.HasPrefix(r.URL.Path, "/api/v2/roles") {
				w.WriteHeader(http.StatusForbidden)
				fmt.Fprint(w, `{"statusCode":403,"error":"Forbidden","message":"Insufficient scope, expected any of: read:roles","errorCode":"insufficient_scope"}`)
				return false
			}
			return true
		})
		b.sync()
		s := b.sights(first.Tenant)
		if v := s[string(inventory.Auth0Role)]; v.Visible != sees.Denied || !strings.Contains(v.Said, "read:roles") {
			t.Errorf("%+v", v)
		}
		if v := s[string(inventory.Holds)]; v.Visible != sees.Denied {
			t.Errorf("%+v", v)
		}
		if got := len(b.held(first.Tenant, inventory.Auth0Role)); got != roles || len(b.edges(first.Tenant, inventory.Holds)) == 0 {
			t.Errorf("%d roles, not %d, and %d who have them", got, roles, len(b.edges(first.Tenant, inventory.Holds)))
		}
		var page struct {
			Users []struct {
				ID string `json:"user_id"`
			}
		}
		b.call(http.MethodGet, "/api/v2/users?include_totals=true&per_page=1&sort=created_at:1", nil, &page)
		var once sync.Once
		b.let(func(_ int, _ http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path == "/api/v2/users" && r.URL.Query().Get("page") == "1" {
				once.Do(func() { b.call(http.MethodDelete, "/api/v2/users/"+page.Users[0].ID, nil, nil) })
			}
			return true
		})
		b.sync()
		if left := b.held(first.Tenant, inventory.Auth0User); len(left) != 250 { // who was deleted was seen before
			t.Errorf("%d people are held", len(left))
		}
		b.let(nil)
		b.sync()
		if left := b.held(first.Tenant, inventory.Auth0User); len(left) != 249 || left[page.Users[0].ID] != "" {
			t.Errorf("%d people are held", len(left))
		}
	})
}

// A reading that is killed goes on where it was, and asks for nothing again that was
// answered.
func TestAuth0GoesOnAfterADeath(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		b := readingAuth0(t, dsn, 250)
		dying, die := context.WithCancel(t.Context())
		var before []string
		b.let(func(n int, _ http.ResponseWriter, r *http.Request) bool {
			before = append(before, r.URL.RequestURI())
			if n == 5 {
				die()
			}
			return true
		})
		if s, err := b.core.SyncAuth0(dying, b.conn, nil); err == nil {
			t.Fatalf("%+v", s)
		}
		answered := slices.Clone(before[1 : len(before)-1])
		var after []string
		b.let(func(_ int, _ http.ResponseWriter, r *http.Request) bool {
			after = append(after, r.URL.RequestURI())
			return true
		})
		s := b.sync()
		for _, target := range answered {
			if slices.Contains(after, target) && !strings.Contains(target, "tenants/settings") {
				t.Errorf("%s is asked for again", target)
			}
		}
		if n := len(b.held(s.Tenant, inventory.Auth0User)); n != 250 || len(answered) < 2 {
			t.Errorf("%d people after %d calls", n, len(answered))
		}
	})
}
