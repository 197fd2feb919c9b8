package ask_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/alert"
	"sallyport/internal/ask"
	"sallyport/internal/errs"
	"sallyport/internal/event"
	"sallyport/internal/inventory"
	"sallyport/internal/posture"
)

// shelf is two organizations: mine with two Okta orgs, and theirs with one.
type shelf struct {
	mu     sync.Mutex
	worlds map[string]*inventory.World // by tenant
	stamp  string
	reads  map[string]int // of tenants
	hold   chan struct{}  // reading waits for it, where it is there
	events []event.Event
}

const people = `
entities:
  user:
    - {id: 00u1, status: ACTIVE, lastLogin: "2026-01-02T03:04:05.000Z", profile: {login: ann@acme.example, email: ann@acme.example, firstName: Ann, lastName: Lee, costCenter: "7"}}
    - {id: 00u2, status: SUSPENDED, profile: {login: bob@acme.example}}
    - {id: 00u3, status: ACTIVE, profile: {login: eve@acme.example}}
  group:
    - {id: 00g1, type: OKTA_GROUP, profile: {name: Staff}, stats: {hasAdminPrivilege: true}}
    - {id: 00g2, type: OKTA_GROUP, profile: {name: Empty}}
  app:
    - {id: 0oa1, label: Wiki, name: wiki, status: ACTIVE, signOnMode: SAML_2_0, features: [PUSH_NEW_USERS]}
    - {id: 0oa2, label: Robot, name: oidc_client, status: ACTIVE, settings: {oauthClient: {application_type: service}}, jwks: {keys: [{kid: k1, created: "2024-01-01T00:00:00Z", status: ACTIVE}]}}
  factor:
    - {id: f1, user: 00u1, factorType: webauthn, status: ACTIVE}
    - {id: f2, user: 00u3, factorType: sms, status: ACTIVE}
  custom_role:
    - {id: cr1, label: Helpers, permissions: [okta.users.read, okta.users.manage]}
  policy:
    - {id: 00p1, type: ACCESS_POLICY, name: Any two, status: ACTIVE, priority: 1, system: false, mappings: [0oa1], rules: [{id: r1, name: Catch-all, actions: {appSignOn: {access: ALLOW, verificationMethod: {factorMode: 2FA}}}}]}
edges:
  member_of: [[00u1, 00g1], [00u2, 00g1]]
  assigned: [[00u3, 0oa1]]
  assigned_via: [[00g1, 0oa1]]
  has_role:
    - {from: group/00g1, to: role/SUPER_ADMIN, id: ra1, body: {status: ACTIVE}}
    - {from: user/00u3, to: custom_role/cr1, id: ra2}
  granted_scope: [[0oa2, okta.users.manage]]
unseen: [device]
`

const others = `
entities:
  user:
    - {id: 00uX, status: ACTIVE, profile: {login: secret@other.example}}
`

func newShelf(t testing.TB) *shelf {
	t.Helper()
	s := &shelf{worlds: map[string]*inventory.World{}, stamp: "1", reads: map[string]int{}}
	for tenant, text := range map[string]string{"t1": people, "t2": `{entities: {user: [{id: 00u9, status: ACTIVE, profile: {login: zoe@sub.example}}]}}`, "tx": others} {
		w, err := inventory.ParseWorld([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		s.worlds[tenant] = w
	}
	return s
}

func (s *shelf) Tenants(_ context.Context, org string) ([]inventory.Tenant, error) {
	if org == "mine" {
		return []inventory.Tenant{{ID: "t1", Org: org, Domain: "https://acme.example"}, {ID: "t2", Org: org, Domain: "https://sub.example"}}, nil
	}
	return []inventory.Tenant{{ID: "tx", Org: org, Domain: "https://other.example"}}, nil
}

func (s *shelf) Reader(t inventory.Tenant) inventory.Reader {
	s.mu.Lock()
	s.reads[t.ID]++
	hold := s.hold
	s.mu.Unlock()
	if hold != nil {
		<-hold
	}
	return s.worlds[t.ID]
}

func (s *shelf) Stamp(context.Context, inventory.Tenant) (string, error) { return s.stamp, nil }

func (s *shelf) Versions(_ context.Context, t inventory.Tenant, each func(ask.Version) error) error {
	return each(ask.Version{
		Entity: inventory.Entity{Ref: inventory.Ref{Kind: inventory.User, ID: "00u1"}, Name: "ann of " + t.ID, Body: json.RawMessage(`{"status":"STAGED"}`)},
		From:   time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC), Until: time.Date(2025, 2, 1, 0, 0, 0, 0, time.UTC),
	})
}

func (s *shelf) Spans(_ context.Context, _ inventory.Tenant, each func(ask.Span) error) error {
	return each(ask.Span{
		Edge: inventory.Edge{Relation: inventory.MemberOf, From: inventory.Ref{Kind: inventory.User, ID: "00u3"}, To: inventory.Ref{Kind: inventory.Group, ID: "00g1"}},
		From: time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC),
	})
}

func (s *shelf) Accounts(_ context.Context, org string, each func(inventory.Tenant, inventory.Entity) error) error {
	if org != "mine" {
		return nil
	}
	for id, body := range map[string]string{
		"auth0|1":     `{"email":"Bob@acme.example","email_verified":true,"last_login":"2026-01-02T03:04:05.000Z","logins_count":3,"identities":[{"connection":"db","provider":"auth0","user_id":"1"}]}`,
		"okta|a|00u1": `{"email":"ann@acme.example","blocked":true,"identities":[{"connection":"acme","provider":"okta","user_id":"acme|00u1"}],"user_metadata":{"okta":{"deactivated":"true"}}}`,
	} {
		e := inventory.Entity{Ref: inventory.Ref{Kind: inventory.Auth0User, ID: id}, Name: id, Body: json.RawMessage(body)}
		if err := each(inventory.Tenant{ID: "a1", Org: org}, e); err != nil {
			return err
		}
	}
	return nil
}

func (s *shelf) Findings(_ context.Context, t inventory.Tenant, each func(posture.Finding) error) error {
	return each(posture.Finding{ID: "C-1:org", Check: "C-1", Severity: posture.High, State: posture.Open, Said: "of " + t.ID})
}

func (s *shelf) Alerts(_ context.Context, org string, _ time.Time, each func(alert.Alert) error) error {
	return each(alert.Alert{ID: "a1", Title: "of " + org, State: alert.Open})
}

func (s *shelf) Events(_ context.Context, _ string, since time.Time, each func(string, event.Event) error) error {
	for _, e := range s.events {
		if e.Published.Before(since) {
			return nil
		}
		if err := each("src1", e); err != nil {
			return err
		}
	}
	return nil
}

func (s *shelf) Sources(_ context.Context, t inventory.Tenant) ([]string, error) {
	return map[string][]string{"t1": {"src1"}}[t.ID], nil
}

var today = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

func engine(t testing.TB, s *shelf) *ask.Engine {
	t.Helper()
	e := ask.New(ask.Source{Orgs: s, Watch: s}, func() time.Time { return today }, slog.New(slog.DiscardHandler))
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// A question is answered from what the world holds.
func TestQuestionsAreAnswered(t *testing.T) {
	s := newShelf(t)
	e := engine(t, s)
	raw := `{"uuid":"e1","eventType":"user.session.start","published":"2026-05-31T00:00:00Z","outcome":{"result":"FAILURE"},"actor":{"id":"00u1","alternateId":"ann@acme.example"},"target":[{"id":"0oa1","type":"AppInstance"}],"client":{"ipAddress":"203.0.113.9","geographicalContext":{"country":"France"}}}`
	old := strings.NewReplacer("e1", "e0", "2026-05-31", "2026-04-01").Replace(raw)
	for _, text := range []string{raw, old} {
		ev, err := event.NewParser().Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		s.events = append(s.events, ev)
	}
	for text, want := range map[string]string{
		"SELECT login, status, last_login, name FROM people WHERE tenant = 't1' ORDER BY login":                                                         "[[ann@acme.example ACTIVE 2026-01-02 03:04:05 Ann Lee] [bob@acme.example SUSPENDED <nil> ] [eve@acme.example ACTIVE <nil> ]]",
		"SELECT login FROM people WHERE last_login < datetime('2026-06-01', '-90 days')":                                                                "[[ann@acme.example]]",
		"SELECT profile ->> 'costCenter' FROM people WHERE id = '00u1'":                                                                                 "[[7]]",
		"SELECT name, admin FROM groups WHERE NOT EXISTS (SELECT 1 FROM memberships m WHERE m.group_id = groups.id)":                                    "[[Empty <nil>]]",
		"SELECT admin FROM groups WHERE name = 'Staff'":                                                                                                 "[[true]]",
		"SELECT login, role_name, via_group_id FROM admins ORDER BY login":                                                                              "[[ann@acme.example SUPER_ADMIN 00g1] [bob@acme.example SUPER_ADMIN 00g1] [eve@acme.example Helpers <nil>]]",
		"SELECT a.login, m.strength FROM admins a JOIN mfa m USING (person_id) WHERE NOT m.phishing_resistant ORDER BY 1":                               "[[bob@acme.example none] [eve@acme.example weak]]",
		"SELECT person_id, via_group_id FROM app_users WHERE app_id = '0oa1' ORDER BY 1":                                                                "[[00u1 00g1] [00u2 00g1] [00u3 <nil>]]",
		"SELECT label, scopes, keys, oldest_key FROM service_apps":                                                                                      "[[Robot 1 1 2024-01-01 00:00:00]]",
		"SELECT permission FROM role_permissions ORDER BY 1":                                                                                            "[[okta.users.manage] [okta.users.read]]",
		"SELECT p.name, r.name, r.factors, a.app_id FROM policies p JOIN policy_rules r ON r.policy_id = p.id JOIN policy_apps a ON a.policy_id = p.id": "[[Any two Catch-all 2FA 0oa1]]",
		"SELECT value FROM apps, json_each(features)":                                                                                                   "[[PUSH_NEW_USERS]]",
		"SELECT kind, count(*) FROM objects WHERE tenant = 't1' GROUP BY kind ORDER BY 1 LIMIT 2":                                                       "[[app 2] [custom_role 1]]",
		"SELECT body ->> '$.profile.name' FROM objects WHERE id = '00g1'":                                                                               "[[Staff]]",
		"SELECT visible FROM seen WHERE collection = 'device' AND tenant = 't1'":                                                                        "[[denied]]",
		"SELECT check_id, severity, said FROM findings WHERE tenant = 't2'":                                                                             "[[C-1 high of t2]]",
		"SELECT title, state FROM alerts":                                                                                                               "[[of mine open]]",
		"SELECT time, outcome, actor_login, target_id, ip, country FROM events":                                                                         "[[2026-05-31 00:00:00 FAILURE ann@acme.example 0oa1 203.0.113.9 France]]",
		"SELECT name, valid_from, valid_to, is_now, body ->> 'status' FROM entity_history":                                                              "[[ann of t1 2025-01-01 00:00:00 2025-02-01 00:00:00 false STAGED] [ann of t2 2025-01-01 00:00:00 2025-02-01 00:00:00 false STAGED]]",
		"SELECT DISTINCT relation, from_id, to_id, valid_to, is_now FROM edge_history":                                                                  "[[member_of 00u3 00g1 <nil> true]]",
		"SELECT email, email_verified, blocked, deactivated_by_okta, last_login, logins, okta_subject, auth0_tenant FROM auth0_accounts ORDER BY 1":     "[[ann@acme.example false true true <nil> 0 00u1 a1] [bob@acme.example true false false 2026-01-02 03:04:05 3 <nil> a1]]",
		"SELECT p.login, value FROM people p JOIN auth0_accounts a ON a.okta_subject = p.id, json_each(a.connections)":                                  "[[ann@acme.example acme]]",
		"SELECT domain FROM tenants ORDER BY 1":                                                                                                         "[[https://acme.example] [https://sub.example]]",
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3) SELECT group_concat(i) FROM n":                                     "[[1,2,3]]",
		"EXPLAIN QUERY PLAN SELECT 1": "[[0 0 0 SCAN CONSTANT ROW]]",
	} {
		a, err := e.Ask(t.Context(), ask.Question{Org: "mine", SQL: text})
		if got := strings.ReplaceAll(fmt.Sprint(a.Rows), "[2 0 0", "[0 0 0"); err != nil || got != want && !strings.HasPrefix(text, "EXPLAIN") {
			t.Errorf("%s\n got %s %v\nwant %s", text, got, err, want)
		}
	}
}

// What is somebody else's is not there, however it is asked for.
func TestNothingOfOthersIsThere(t *testing.T) {
	e := engine(t, newShelf(t))
	for _, text := range []string{"SELECT * FROM people", "SELECT * FROM objects", "SELECT * FROM tenants", "SELECT * FROM alerts", "SELECT * FROM people WHERE tenant = 'tx'", "SELECT * FROM entity_history"} {
		for _, q := range []ask.Question{{Org: "mine", SQL: text}, {Org: "mine", Tenant: "t2", SQL: text}, {Org: "theirs", SQL: text}} {
			a, err := e.Ask(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			got := fmt.Sprint(a.Rows)
			if q.Org == "mine" && (strings.Contains(got, "other") || strings.Contains(got, "theirs")) || q.Org == "theirs" && (strings.Contains(got, "acme") || strings.Contains(got, "mine")) || q.Tenant == "t2" && strings.Contains(got, "acme") {
				t.Errorf("%+v: %s", q, got)
			}
		}
	}
	if _, err := e.Ask(t.Context(), ask.Question{Org: "mine", Tenant: "tx", SQL: "SELECT 1"}); errs.KindOf(err) != errs.NotFound {
		t.Error(err)
	}
	for _, text := range []string{"SELECT * FROM tenant", "SELECT * FROM sqlite_master", "SELECT * FROM sealed", "DELETE FROM people", "PRAGMA database_list", "ATTACH '/tmp/x' AS y", "SELECT load_extension('x')", "SELECT randomblob(1000000000)"} {
		if a, err := e.Ask(t.Context(), ask.Question{Org: "mine", SQL: text}); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%s: %v, %v", text, a.Rows, err)
		}
	}
}

// Who may not see alerts does not see them, not even in part.
func TestAreasAreGuarded(t *testing.T) {
	e := engine(t, newShelf(t))
	may := func(a ask.Area) bool { return a == ask.OfInventory }
	for _, text := range []string{"SELECT * FROM alerts", "SELECT count(*) FROM alerts", "SELECT 1 WHERE EXISTS (SELECT 1 FROM events)", "SELECT login, (SELECT title FROM alerts) FROM people"} {
		if a, err := e.Ask(t.Context(), ask.Question{Org: "mine", SQL: text, May: may}); errs.KindOf(err) != errs.Denied {
			t.Errorf("%s: %v, %v", text, a.Rows, err)
		}
	}
	if _, err := e.Ask(t.Context(), ask.Question{Org: "mine", SQL: "SELECT login FROM people", May: may}); err != nil {
		t.Error(err)
	}
}

// What was read is kept until the inventory changes.
func TestViewsAreKeptUntilTheyChange(t *testing.T) {
	s := newShelf(t)
	e := engine(t, s)
	count := func() string {
		t.Helper()
		a, err := e.Ask(t.Context(), ask.Question{Org: "mine", Tenant: "t1", SQL: "SELECT count(*), max(login) FROM people"})
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(a.Rows)
	}
	was := count()
	s.worlds["t1"].Add(inventory.Entity{Ref: inventory.Ref{Kind: inventory.User, ID: "00u5"}, Name: "new@acme.example", Body: json.RawMessage(`{}`)})
	if again := count(); again != was || s.reads["t1"] != 1 {
		t.Error(was, again, s.reads)
	}
	s.stamp = "2"
	if changed := count(); changed != "[[4 new@acme.example]]" {
		t.Error(changed)
	}
	// A heavy column is read when it is first asked for.
	a, err := e.Ask(t.Context(), ask.Question{Org: "mine", Tenant: "t1", SQL: "SELECT count(body) FROM people"})
	if err != nil || fmt.Sprint(a.Rows) != "[[4]]" {
		t.Error(a.Rows, err)
	}
}

// An answer has bounds, and says where they cut.
func TestAnswersAreBounded(t *testing.T) {
	e := engine(t, newShelf(t))
	const numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
	a, err := e.Ask(t.Context(), ask.Question{Org: "mine", SQL: numbers + "SELECT i FROM n", Limit: 7})
	if err != nil || len(a.Rows) != 7 || !a.Truncated {
		t.Error(a, err)
	}
	a, err = e.Ask(t.Context(), ask.Question{Org: "mine", SQL: numbers + "SELECT i FROM n LIMIT 7", Limit: 7})
	if err != nil || len(a.Rows) != 7 || a.Truncated {
		t.Error(a, err)
	}
	if a, err = e.Ask(t.Context(), ask.Question{Org: "mine", SQL: numbers + "SELECT printf('%.*c', 800000, 'x') FROM n", Limit: ask.MaxLimit}); err != nil || len(a.Rows) > 12 || !a.Truncated {
		t.Error(len(a.Rows), a.Truncated, err)
	}
	if _, err = e.Ask(t.Context(), ask.Question{Org: "mine", SQL: numbers + "SELECT count(*) FROM n", Timeout: 50 * time.Millisecond}); errs.KindOf(err) != errs.Invalid || !strings.Contains(err.Error(), "50ms") {
		t.Error(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err = e.Ask(ctx, ask.Question{Org: "mine", SQL: numbers + "SELECT count(*) FROM n"}); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

// Values are what JSON can say, with their types.
func TestValuesAreJSON(t *testing.T) {
	e := engine(t, newShelf(t))
	a, err := e.Ask(t.Context(), ask.Question{Org: "mine", SQL: "SELECT 9e999 AS inf, x'00ff' AS blob, CAST(x'fffe' AS TEXT) AS odd, 1 AS n, 1.5 AS r, NULL AS empty, created, features, service FROM apps WHERE id = '0oa2' UNION ALL SELECT 'x', 'y', 'z', 2.5, 2, NULL, NULL, NULL, 0"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := json.Marshal(a.Rows); err != nil {
		t.Error(err)
	}
	want := []ask.Type{ask.Text, ask.Text, ask.Text, ask.Real, ask.Real, "", ask.Time, ask.JSON, ask.Boolean}
	var got []ask.Type
	for _, c := range a.Columns {
		got = append(got, c.Type)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]any{"+Inf", "00ff", "\uFFFD", int64(1), 1.5, nil, nil, nil, true}, a.Rows[0]); diff != "" {
		t.Error(diff)
	}
}

// A mistake says where it is, and what there is.
func TestMistakesSayWhereAndWhat(t *testing.T) {
	e := engine(t, newShelf(t))
	for text, want := range map[string]struct {
		line, column int
		says         string
	}{
		"SELECT login\nFORM people":                     {2, 6, `near "people": syntax error`},
		"SELECT 'ü', logn FROM people":                  {1, 13, `did you mean "login"?`},
		"SELECT * FROM peple":                           {0, 0, `did you mean "people"?`},
		"SELECT p.lastlogin FROM people p":              {1, 8, `did you mean "last_login"?`},
		"SELECT nix FROM groups -- people":              {1, 8, "groups has id, name"},
		"SELECT nope(1)":                                {1, 8, "no such function: nope"},
		"SELECT load_extension('x')":                    {0, 0, "load_extension"},
		"SELECT 1; SELECT 2":                            {0, 0, "one statement"},
		"":                                              {0, 0, "no question"},
		"DROP TABLE people":                             {0, 0, "only reads"},
		"SELECT " + strings.Repeat("x,", 20_000) + " 1": {0, 0, "too long"},
	} {
		_, err := e.Ask(t.Context(), ask.Question{Org: "mine", SQL: text})
		f, ok := errors.AsType[*ask.FaultError](err)
		if !ok || errs.KindOf(err) != errs.Invalid || f.Line != want.line || f.Column != want.column || !strings.Contains(errs.Message(err), want.says) {
			t.Errorf("%.60q: %v, %+v", text, err, f)
		}
	}
}

// An organization asks one question at a time, lets a few wait, and is not in the
// way of another.
func TestTurnsAreBounded(t *testing.T) {
	s := newShelf(t)
	s.hold = make(chan struct{})
	e := engine(t, s)
	results := make(chan error)
	for range 10 {
		go func() {
			_, err := e.Ask(t.Context(), ask.Question{Org: "mine", SQL: "SELECT login FROM people"})
			results <- err
		}()
	}
	for range 6 {
		if err := <-results; !errors.Is(err, ask.ErrBusy) {
			t.Error(err)
		}
	}
	if _, err := e.Ask(t.Context(), ask.Question{Org: "theirs", SQL: "SELECT 1"}); err != nil {
		t.Error(err)
	}
	close(s.hold)
	for range 4 {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
}

// Every function that may be called is one that SQLite has.
func TestFunctionsAreThere(t *testing.T) {
	e := engine(t, newShelf(t))
	for _, name := range ask.Functions() {
		text := "SELECT " + name + "()"
		if strings.HasPrefix(name, "-") || strings.HasPrefix(name, "current_") || name == "if" {
			continue
		}
		if strings.HasPrefix(name, "json_each") || strings.HasPrefix(name, "json_tree") {
			text = "SELECT * FROM " + name + "('[]')"
		}
		if _, err := e.Ask(t.Context(), ask.Question{Org: "mine", SQL: text}); err != nil && strings.Contains(err.Error(), "no such function") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzWords(f *testing.F) {
	f.Add("SELECT \"login\", 'people' FROM [groups] /* apps */ -- mfa")
	f.Add("'")
	f.Add("\"")
	f.Add("/*")
	f.Add("`")
	f.Fuzz(func(t *testing.T, text string) {
		for _, w := range ask.Words(text) {
			if w != strings.ToLower(w) || len(w) > len(text)*3 {
				t.Errorf("%q in %q", w, text)
			}
		}
	})
}

func TestWordsLeaveOutTextsAndComments(t *testing.T) {
	got := ask.Words("SELECT \"Login\", 'people', x.é1 FROM [groups] /* apps */ -- mfa\nWHERE `a` = 'it''s' AND 12e3 > 'open")
	want := []string{"select", "login", "x", "é1", "from", "groups", "where", "a", "and", "e3"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
