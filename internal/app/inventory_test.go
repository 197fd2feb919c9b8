package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/config"
	"sallyport/internal/errs"
	"sallyport/internal/inventory"
	"sallyport/internal/live"
	sees "sallyport/internal/okta"
	"sallyport/internal/secret"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
	"sallyport/sandbox/okta"
)

type jsonObject = map[string]any

// builtIn is the program's own content, which is read once for all tests.
func builtIn(t *testing.T) *Content {
	t.Helper()
	c, err := readOnce()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var readOnce = sync.OnceValues(func() (*Content, error) { return LoadContent(config.Default()) })

// syncBench is a program with a connection to a simulated Okta org, whose requests
// are counted.
type syncBench struct {
	t    *testing.T
	core *Core
	id   string
	url  string
	org  *okta.Org
	conn store.Connection

	mu     sync.Mutex
	asked  map[string]int // by path and query
	total  int
	before func(n int, r *http.Request) bool // false answers 500; may be nil
}

// ServeHTTP passes a request on to the org.
func (b *syncBench) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("X-Test") == "" && r.Method == http.MethodGet {
		b.mu.Lock()
		b.total++
		n := b.total
		b.asked[r.URL.RequestURI()]++
		before := b.before
		b.mu.Unlock()
		if before != nil && !before(n, r) {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
	}
	b.org.ServeHTTP(w, r)
}

func syncing(t *testing.T, dsn string, users int, token func(*okta.Org) string) *syncBench {
	t.Helper()
	return syncingOf(t, dsn, okta.Options{Seed: 7, Users: users, Now: time.Now}, token)
}

func syncingOf(t *testing.T, dsn string, of okta.Options, token func(*okta.Org) string) *syncBench {
	t.Helper()
	org, err := okta.New(of)
	if err != nil {
		t.Fatal(err)
	}
	org.SetRateScale(10_000)
	b := &syncBench{t: t, org: org, asked: map[string]int{}}
	srv := httptest.NewServer(b)
	t.Cleanup(func() {
		srv.Close()
		org.Close()
	})
	org.SetBaseURL(srv.URL)
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
	if b.conn, err = b.core.ConnectOkta(t.Context(), b.id, OktaCredential{Domain: b.url, Name: "Okta", Secret: secret.NewText(token(org))}); err != nil {
		t.Fatal(err)
	}
	return b
}

// call makes a request of the org as its super admin.
func (b *syncBench) call(method, target string, body, into any) http.Header {
	b.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		b.t.Fatal(err)
	}
	if !strings.HasPrefix(target, "http") {
		target = b.url + target
	}
	req, err := http.NewRequestWithContext(b.t.Context(), method, target, bytes.NewReader(text))
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Authorization", "SSWS "+b.org.AdminToken())
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Test", "yes")
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
	return resp.Header
}

// list returns all of a list of the org.
func (b *syncBench) list(target string) []jsonObject {
	b.t.Helper()
	var all []jsonObject
	for target != "" {
		var page []jsonObject
		h := b.call(http.MethodGet, target, nil, &page)
		all, target = append(all, page...), ""
		for _, l := range h.Values("Link") {
			if strings.Contains(l, `rel="next"`) {
				target = l[1:strings.IndexByte(l, '>')]
			}
		}
	}
	return all
}

func ids(list []jsonObject) []string {
	var all []string
	for _, o := range list {
		all = append(all, fmt.Sprint(o["id"]))
	}
	slices.Sort(all)
	return all
}

// held returns what the inventory holds, as "kind/id" and "relation from to".
func (b *syncBench) held(tenant string, at time.Time) []string {
	b.t.Helper()
	r := b.core.DB.Inventory.At(b.id, tenant, at)
	var all []string
	for _, k := range inventory.Kinds() {
		last := ""
		if err := r.Entities(b.t.Context(), k, func(e inventory.Entity) error {
			if e.ID <= last {
				b.t.Errorf("%s %s comes after %s", k, e.ID, last)
			}
			last, all = e.ID, append(all, string(k)+"/"+e.ID)
			return nil
		}); err != nil {
			b.t.Fatal(err)
		}
	}
	for _, rel := range inventory.Relations() {
		var last inventory.Edge
		if err := r.Edges(b.t.Context(), rel, func(e inventory.Edge) error {
			if inventory.CompareEdges(last, e) >= 0 {
				b.t.Errorf("%v comes after %v", e, last)
			}
			last, all = e, append(all, fmt.Sprintf("%s %s/%s %s/%s", rel, e.From.Kind, e.From.ID, e.To.Kind, e.To.ID))
			return nil
		}); err != nil {
			b.t.Fatal(err)
		}
	}
	slices.Sort(all)
	return all
}

// there returns what the org lists, as held does.
func (b *syncBench) there() []string {
	b.t.Helper()
	var all []string
	entities := func(kind, target string) []string {
		found := ids(b.list(target))
		for _, id := range found {
			all = append(all, kind+"/"+id)
		}
		return found
	}
	for _, u := range entities("user", `/api/v1/users?search=`+url.QueryEscape(`created gt "2000-01-01T00:00:00.000Z"`)) {
		for _, r := range b.list("/api/v1/users/" + u + "/roles") {
			if r["assignmentType"] == "USER" {
				all = append(all, fmt.Sprintf("has_role user/%s role/%s", u, r["type"]))
			}
		}
	}
	for _, g := range entities("group", "/api/v1/groups") {
		for _, u := range ids(b.list("/api/v1/groups/" + g + "/users")) {
			all = append(all, "member_of user/"+u+" group/"+g)
		}
		for _, a := range ids(b.list("/api/v1/groups/" + g + "/apps")) {
			all = append(all, "assigned_via group/"+g+" app/"+a)
		}
		for _, r := range b.list("/api/v1/groups/" + g + "/roles") {
			all = append(all, fmt.Sprintf("has_role group/%s role/%s", g, r["type"]))
		}
	}
	for _, a := range b.list("/api/v1/apps?includeNonDeleted=true") {
		id := fmt.Sprint(a["id"])
		all = append(all, "app/"+id)
		for _, u := range b.list("/api/v1/apps/" + id + "/users") {
			if u["scope"] == "USER" {
				all = append(all, fmt.Sprintf("assigned user/%s app/%s", u["id"], id))
			}
		}
		if client, _ := a["settings"].(jsonObject)["oauthClient"].(jsonObject); client["application_type"] == "service" {
			for _, g := range b.list("/api/v1/apps/" + id + "/grants") {
				all = append(all, fmt.Sprintf("granted_scope app/%s scope/%s", id, g["scopeId"]))
			}
			for _, r := range b.list("/oauth2/v1/clients/" + id + "/roles") {
				all = append(all, fmt.Sprintf("has_role app/%s role/%s", id, r["type"]))
			}
		}
	}
	entities("group_rule", "/api/v1/groups/rules")
	entities("api_token", "/api/v1/api-tokens")
	entities("zone", "/api/v1/zones")
	slices.Sort(all)
	return all
}

// compared are the collections that [syncBench.there] lists.
func compared(all []string) []string {
	return slices.DeleteFunc(all, func(s string) bool {
		name, _, _ := strings.Cut(strings.ReplaceAll(s, "/", " "), " ")
		return !slices.Contains([]string{"user", "group", "app", "group_rule", "api_token", "zone", "member_of", "assigned", "assigned_via", "has_role", "granted_scope"}, name)
	})
}

func (b *syncBench) sync() inventory.Sync {
	b.t.Helper()
	s, err := b.core.SyncOkta(b.t.Context(), b.conn, nil)
	if err != nil || s.State != inventory.SyncDone {
		b.t.Fatalf("%+v, %v", s, err)
	}
	return s
}

// direct gives somebody an app directly, and makes a group of the first users.
func (b *syncBench) direct() (user, group, app string) {
	b.t.Helper()
	users, apps := ids(b.list("/api/v1/users?limit=200")), ids(b.list("/api/v1/apps?limit=200"))
	var made struct{ ID string }
	b.call(http.MethodPost, "/api/v1/groups", jsonObject{"profile": jsonObject{"name": "Owls"}}, &made)
	for _, u := range users[:3] {
		b.call(http.MethodPut, "/api/v1/groups/"+made.ID+"/users/"+u, nil, nil)
	}
	for _, a := range b.list("/api/v1/apps?limit=200") {
		if a["signOnMode"] != "SAML_2_0" {
			continue
		}
		app = fmt.Sprint(a["id"])
	}
	if app == "" {
		app = apps[0]
	}
	b.call(http.MethodPost, "/api/v1/apps/"+app+"/users", jsonObject{"id": users[0], "scope": "USER"}, nil)
	b.call(http.MethodPost, "/api/v1/groups/"+made.ID+"/roles", jsonObject{"type": "USER_ADMIN"}, nil)
	return users[0], made.ID, app
}

// A sync holds what the org lists; another without changes adds nothing; a change
// is one version, and the moment before it is still known.
func TestSyncHoldsTheOrg(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		b := syncing(t, dsn, 30, (*okta.Org).AdminToken)
		user, group, app := b.direct()
		first := b.sync()
		if diff := cmp.Diff(b.there(), compared(b.held(first.Tenant, time.Time{}))); diff != "" {
			t.Fatalf("(-there +held)\n%s", diff)
		}
		for _, typ := range []string{"OKTA_SIGN_ON", "ACCESS_POLICY"} {
			for _, id := range ids(b.list("/api/v1/policies?type=" + typ)) {
				if !slices.Contains(b.held(first.Tenant, time.Time{}), "policy/"+id) {
					t.Errorf("the policy %s is not held", id)
				}
			}
		}
		if first.Progress.Calls != first.Progress.Wanted || first.Progress.Calls < 60 {
			t.Errorf("%+v", first.Progress)
		}
		second := b.sync()
		q := store.ChangeQuery{Since: first.StartedAt, Until: time.Now(), Limit: 100}
		entities, _, err := b.core.DB.Inventory.EntityChanges(t.Context(), b.id, first.Tenant, q)
		edges, _, err2 := b.core.DB.Inventory.EdgeChanges(t.Context(), b.id, first.Tenant, q)
		if err := errors.Join(err, err2); err != nil || len(entities) != 0 || len(edges) != 0 {
			t.Fatalf("without a change: %+v %+v, %v", entities, edges, err)
		}
		b.call(http.MethodPost, "/api/v1/users/"+user, jsonObject{"profile": jsonObject{"title": "Falconer"}}, nil)
		b.call(http.MethodDelete, "/api/v1/groups/"+group+"/users/"+user, nil, nil)
		b.call(http.MethodDelete, "/api/v1/apps/"+app+"/users/"+user, nil, nil)
		third := b.sync()
		if diff := cmp.Diff(b.there(), compared(b.held(first.Tenant, time.Time{}))); diff != "" {
			t.Errorf("after the change (-there +held)\n%s", diff)
		}
		b.changed(first.Tenant, second, third, []string{
			"changed user/" + user, "removed assigned " + user + " " + app, "removed member_of " + user + " " + group,
		})
		history, err := b.core.DB.Inventory.History(t.Context(), b.id, first.Tenant, inventory.Ref{Kind: inventory.User, ID: user}, 10)
		if err != nil || len(history) != 2 || !history[0].Since.Equal(third.StartedAt) || !history[1].Until.Equal(third.StartedAt) || !history[1].Since.Equal(first.StartedAt) ||
			!strings.Contains(string(history[0].Body), "Falconer") || strings.Contains(string(history[1].Body), "Falconer") {
			t.Errorf("%+v, %v", history, err)
		}
		b.call(http.MethodDelete, "/api/v1/groups/"+group, nil, nil)
		fourth := b.sync()
		if held := b.held(first.Tenant, time.Time{}); slices.Contains(held, "group/"+group) || slices.ContainsFunc(held, func(s string) bool { return strings.HasSuffix(s, "group/"+group) }) {
			t.Error("a group that is gone is held")
		}
		for _, s := range []inventory.Sync{first, second} {
			if held := b.held(first.Tenant, s.StartedAt); !slices.Contains(held, "group/"+group) || !slices.Contains(held, "member_of user/"+user+" group/"+group) {
				t.Errorf("as of %v what was there is not", s.StartedAt)
			}
		}
		if held := b.held(first.Tenant, first.StartedAt.Add(-time.Second)); len(held) != 0 {
			t.Errorf("before the first sync there is %v", held[:3])
		}
		if held := b.held(first.Tenant, fourth.StartedAt.Add(-time.Microsecond)); !slices.Contains(held, "has_role group/"+group+" role/USER_ADMIN") {
			t.Error("the role of the group is not known any more")
		}
	})
}

// changed compares what became of a tenant from one sync to another.
func (b *syncBench) changed(tenant string, from, to inventory.Sync, want []string) {
	b.t.Helper()
	var got []string
	q := store.ChangeQuery{Since: from.StartedAt, Until: to.StartedAt, Limit: 2}
	for more := true; more; more = q.After.From > 0 {
		page, next, err := b.core.DB.Inventory.EntityChanges(b.t.Context(), b.id, tenant, q)
		if err != nil {
			b.t.Fatal(err)
		}
		for _, c := range page {
			got = append(got, fmt.Sprintf("%s %s/%s", c.Change, c.Of.Kind, c.Of.ID))
		}
		q.After = next
	}
	q.After = store.EdgeSpot{}
	for more := true; more; more = q.After.From > 0 {
		page, next, err := b.core.DB.Inventory.EdgeChanges(b.t.Context(), b.id, tenant, q)
		if err != nil {
			b.t.Fatal(err)
		}
		for _, c := range page {
			got = append(got, fmt.Sprintf("%s %s %s %s", c.Change, c.Relation, c.From.ID, c.To.ID))
		}
		q.After = next
	}
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		b.t.Errorf("changes (-want +got)\n%s", diff)
	}
}

// A sync that is killed goes on where it was: no page that was kept is asked for
// again, and what comes of it is the same.
func TestSyncGoesOn(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		b := syncing(t, dsn, 30, (*okta.Org).AdminToken)
		b.direct()
		var started string
		for _, after := range []int{20, 40, 60} {
			ctx, kill := context.WithCancel(t.Context())
			b.mu.Lock()
			end := b.total + after
			b.before = func(n int, _ *http.Request) bool {
				if n == end {
					kill()
				}
				return true
			}
			b.mu.Unlock()
			s, err := b.core.SyncOkta(ctx, b.conn, nil)
			if err == nil {
				t.Fatal("it was not killed")
			}
			if started != "" && s.ID != started {
				t.Errorf("it is another sync")
			}
			started = s.ID
			kill()
		}
		b.mu.Lock()
		b.before = nil
		b.mu.Unlock()
		s := b.sync()
		if s.ID != started {
			t.Errorf("it is another sync")
		}
		if diff := cmp.Diff(b.there(), compared(b.held(s.Tenant, time.Time{}))); diff != "" {
			t.Errorf("(-there +held)\n%s", diff)
		}
		twice := 0
		for target, n := range b.asked {
			if n > 4 && !strings.HasPrefix(target, "/.well-known") && target != "/api/v1/org" && target != "/api/v1/users/me" {
				t.Errorf("%s was asked for %d times", target, n)
			}
			if n > 1 {
				twice++
			}
		}
		if most := 3*8 + 4; twice > most { // of each that was killed, what was in flight
			t.Errorf("%d were asked for again", twice)
		}
	})
}

// What a credential may not see is said to be denied, and is not taken for nothing.
func TestSyncSeesNotAll(t *testing.T) {
	b := syncing(t, storetest.Prepared(t), 12, (*okta.Org).AdminToken)
	all := b.sync()
	var made struct{ ID, ClientSecret string }
	b.call(http.MethodPost, "/integrations/api/v1/api-services", jsonObject{"type": "my_app", "grantedScopes": []string{"okta.users.read", "okta.groups.read"}}, &made)
	conn, err := b.core.ConnectOkta(t.Context(), b.id, OktaCredential{
		Domain: b.url, Name: "Integration", ClientID: made.ID, Scopes: "okta.users.read okta.groups.read", Secret: secret.NewText(made.ClientSecret),
	})
	if err != nil {
		t.Fatal(err)
	}
	before := b.held(all.Tenant, time.Time{})
	less, err := b.core.SyncOkta(t.Context(), conn, nil)
	if err != nil || less.Tenant != all.Tenant {
		t.Fatalf("%+v, %v", less, err)
	}
	sights, err := b.core.DB.Inventory.At(b.id, all.Tenant, time.Time{}).Sights(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	was, err := b.core.DB.Inventory.At(b.id, all.Tenant, all.StartedAt).Sights(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]sees.Visible{"user": sees.Full, "group": sees.Full, "has_role": sees.Denied, "app": sees.Denied, "assigned": sees.Unknown, "member_of": sees.Full, "setting.notification_mails": sees.Denied} {
		if got := sights[name]; got.Visible != want || want != sees.Full && got.Said == "" {
			t.Errorf("%s: %+v, want %s", name, got, want)
		}
	}
	if got := sights["has_role"]; !got.Full.Equal(all.StartedAt) || was["has_role"].Visible != sees.Full {
		t.Errorf("has_role: %+v, before %+v", got, was["has_role"])
	}
	after := b.held(all.Tenant, time.Time{})
	for _, s := range before {
		if strings.HasPrefix(s, "has_role") && !slices.Contains(after, s) {
			t.Errorf("%s is over because it was not seen", s)
		}
	}
}

// An org that answers with errors for a while is read all the same; one that does
// not come back is left, and gone on with later.
func TestSyncMeetsErrors(t *testing.T) {
	b := syncing(t, storetest.Prepared(t), 8, (*okta.Org).AdminToken)
	b.before = func(_ int, r *http.Request) bool { return r.URL.Path != "/api/v1/zones" }
	s := b.sync()
	sights, err := b.core.DB.Inventory.At(b.id, s.Tenant, time.Time{}).Sights(t.Context())
	if err != nil || sights["zone"].Visible != sees.Unknown || !strings.Contains(sights["zone"].Said, "could not be read") || !sights["group"].Seen() {
		t.Errorf("%+v, %v", sights["zone"], err)
	}
	b.mu.Lock()
	end := b.total + 30
	b.before = func(n int, _ *http.Request) bool { return n < end }
	b.mu.Unlock()
	left, err := b.core.SyncOkta(t.Context(), b.conn, nil)
	if !errors.Is(err, inventory.ErrUnreached) || errs.KindOf(err) != errs.Unavailable {
		t.Fatalf("%v", err)
	}
	b.mu.Lock()
	b.before = nil
	b.mu.Unlock()
	if s := b.sync(); s.ID != left.ID {
		t.Error("it is another sync")
	}
}

// A server reads the org of a connection that was made, goes on with what another
// process left, and does not begin again before a day has gone by.
func TestServerSyncs(t *testing.T) {
	b := syncing(t, storetest.Prepared(t), 8, (*okta.Org).AdminToken)
	tenants, err := b.core.DB.Inventory.Tenants(t.Context(), b.id)
	if err != nil || len(tenants) != 1 || tenants[0].Domain != b.url {
		t.Fatalf("%+v, %v", tenants, err)
	}
	ctx, kill := context.WithCancel(t.Context())
	b.mu.Lock()
	end := b.total + 30
	b.before = func(n int, _ *http.Request) bool {
		if n == end {
			kill()
		}
		return true
	}
	b.mu.Unlock()
	serve := func(ctx context.Context, until func(inventory.Sync) bool) inventory.Sync {
		t.Helper()
		hub := &live.Hub{}
		ctx, stop := context.WithCancel(ctx)
		defer stop()
		told := hub.Subscribe(t.Context(), b.id)
		var served sync.WaitGroup
		served.Go(func() { newSyncer(b.core, hub).Run(ctx) })
		defer func() {
			stop()
			served.Wait()
		}()
		for {
			select {
			case <-told.Ready():
			case <-t.Context().Done():
				t.Fatal("it was not read")
			}
			if _, err := told.Next(); err != nil {
				t.Fatal(err)
			}
			all, err := b.core.DB.Inventory.Syncs(t.Context(), b.id, tenants[0].ID, 5)
			if err != nil || len(all) > 1 {
				t.Fatalf("%+v, %v", all, err)
			}
			if len(all) == 1 && until(all[0]) {
				return all[0]
			}
		}
	}
	left := serve(ctx, func(inventory.Sync) bool { return ctx.Err() != nil })
	if left.State != inventory.Syncing {
		t.Fatalf("%+v", left)
	}
	done := serve(t.Context(), func(s inventory.Sync) bool { return s.State == inventory.SyncDone })
	if done.ID != left.ID {
		t.Error("it began again")
	}
	stale, err := b.core.DB.Inventory.Stale(t.Context(), done.StartedAt, done.StartedAt, done.StartedAt)
	if err != nil || len(stale) != 0 {
		t.Errorf("%+v, %v", stale, err)
	}
	if stale, err = b.core.DB.Inventory.Stale(t.Context(), done.StartedAt.Add(time.Second), done.StartedAt, done.StartedAt); err != nil || len(stale) != 1 {
		t.Errorf("%+v, %v", stale, err)
	}
}
