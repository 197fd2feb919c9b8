package scenario

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sallyport/sandbox/okta"
	"sallyport/sandbox/okta/systemlog"
)

// world is an org in which time passes with every look at the clock.
type world struct {
	*Player
	org   *okta.Org
	mails []string // to whom
}

func setup(t testing.TB) *world {
	t.Helper()
	now := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	clock := func() time.Time {
		now = now.Add(time.Millisecond)
		return now
	}
	x := &world{}
	var err error
	x.org, err = okta.New(okta.Options{Users: 120, Seed: 11, Now: clock, Mail: func(to, _, _ string) { x.mails = append(x.mails, to) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(x.org.Close)
	x.Player = New(Options{Org: x.org, Seed: 11, Now: clock})
	return x
}

func (x *world) play(t testing.TB, name, user string) Report {
	t.Helper()
	r, err := x.Run(t.Context(), name, user)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// event returns an event of the log.
func (x *world) event(t testing.TB, id string) *systemlog.Event {
	t.Helper()
	found := x.org.Logged(1, func(e *systemlog.Event) bool { return e.UUID == id })
	if len(found) != 1 {
		t.Fatalf("event %s is not in the log", id)
	}
	return found[0]
}

// of returns the events of a type in a report.
func (x *world) of(t testing.TB, r Report, eventType string) []*systemlog.Event {
	t.Helper()
	var out []*systemlog.Event
	for _, e := range r.Events {
		if e.Type == eventType {
			out = append(out, x.event(t, e.UUID))
		}
	}
	return out
}

func TestEveryScenario(t *testing.T) {
	want := []string{
		"admin_role_granted", "api_token_persistence", "credential_stuffing", "factor_reset", "fastpass_phishing", "help_desk_call", "logging_disabled", "mfa_fatigue",
		"new_device", "password_guessing", "password_spray", "policy_weakened", "refresh_token_reuse", "report_suspicious_activity", "rogue_identity_provider",
		"session_hijack", "support_impersonation", "threatinsight_attack", "user_deactivated",
	}
	var names []string
	for _, sc := range All() {
		names = append(names, sc.Name)
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Fatal(diff)
	}
	for _, sc := range All() {
		t.Run(sc.Name, func(t *testing.T) {
			if sc.Title == "" || sc.Happens == "" || sc.Expect == "" || sc.Techniques == nil || sc.Raises == nil || len(sc.Rules) > len(sc.Raises) {
				t.Error("it does not say what it is")
			}
			if (len(sc.Techniques) > 0) != (len(sc.Raises) > 0) {
				t.Error("it is an attack that nobody notices, or none that somebody does")
			}
			x := setup(t)
			before := x.org.Logged(1, func(*systemlog.Event) bool { return true })[0].Published
			r := x.play(t, sc.Name, "")
			if len(r.Events) == 0 || r.User.ID == "" || r.Started.IsZero() || r.Note == "" || r.Scenario != sc.Name {
				t.Fatalf("%+v", r)
			}
			if r.Started.Before(before.Time) && sc.Name == "user_deactivated" {
				t.Error("a change by an admin happened in the past")
			}
			for i, want := range r.Expected {
				if want.Rule != sc.Raises[i].Rule || want.Entity.ID == "" || want.Entity.Kind == "" || len(want.Events) == 0 {
					t.Errorf("expected is %+v", want)
				}
			}
			for i, e := range r.Events {
				got := x.event(t, e.UUID)
				if got.EventType != e.Type || !got.Published.Equal(e.Published.Time) {
					t.Errorf("event %d is %+v, in the log %s at %s", i, e, got.EventType, got.Published)
				}
				if i > 0 && e.Published.Before(r.Events[i-1].Published.Time) {
					t.Errorf("event %d (%s) was published before the one before it", i, e.Type)
				}
				for k, v := range got.DebugContext.DebugData {
					if _, isText := v.(string); !isText {
						t.Errorf("%s: debugData.%s is a %T", e.Type, k, v)
					}
				}
			}
		})
	}
}

// TestSameSeedSameStory runs everything twice.
func TestSameSeedSameStory(t *testing.T) {
	story := func() []Report {
		x := setup(t)
		var out []Report
		for _, sc := range All() {
			out = append(out, x.play(t, sc.Name, ""))
		}
		return out
	}
	if diff := cmp.Diff(story(), story()); diff != "" {
		t.Error(diff)
	}
}

func TestVictims(t *testing.T) {
	x := setup(t)
	victims := map[string]bool{}
	for range 12 {
		r := x.play(t, "password_spray", "") // changes nothing, so that all stay suitable
		victims[r.User.Login] = true
		u, _ := x.org.User(r.User.ID)
		if u.Status != okta.Active || u.Sessions == 0 || len(u.AdminRoles) > 0 || slices.Contains(u.Groups, "Break glass") {
			t.Errorf("it happened to %+v", u)
		}
	}
	if len(victims) < 6 {
		t.Errorf("it happens to the same %d people", len(victims))
	}
}

func TestWhatCannotHappen(t *testing.T) {
	x := setup(t)
	state := func(is func(okta.UserState) bool) string {
		users := x.org.UsersAfter("", 200)
		i := slices.IndexFunc(users, is)
		if i < 0 {
			t.Fatal("the org has nobody like that")
		}
		return users[i].Login
	}
	gone := state(func(u okta.UserState) bool { return u.Status == okta.Deprovisioned })
	for name, c := range map[string]struct {
		scenario, user string
		want           error
	}{
		"an unknown scenario":               {"earthquake", "", ErrUnknown},
		"an unknown person":                 {"mfa_fatigue", "nobody@acme.example", okta.ErrNoUser},
		"a sign-in of who has left":         {"report_suspicious_activity", gone, ErrImpossible},
		"who has left leaves":               {"user_deactivated", gone, ErrImpossible},
		"who has left becomes an admin":     {"admin_role_granted", gone, ErrImpossible},
		"a super admin becomes one":         {"admin_role_granted", "breakglass@acme.example", ErrImpossible},
		"the help desk resets an admin":     {"factor_reset", "security.lead@acme.example", ErrImpossible},
		"pushes to a person without a push": {"mfa_fatigue", state(func(u okta.UserState) bool { return u.Status == okta.Active && u.Factors == 0 }), ErrImpossible},
		"a suspended person's session":      {"session_hijack", state(func(u okta.UserState) bool { return u.Status == okta.Suspended }), ErrImpossible},
	} {
		t.Run(name, func(t *testing.T) {
			before := x.org.Logged(1, func(*systemlog.Event) bool { return true })[0].UUID
			if _, err := x.Run(t.Context(), c.scenario, c.user); !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
			if after := x.org.Logged(1, func(*systemlog.Event) bool { return true })[0].UUID; after != before {
				t.Error("it left events")
			}
		})
	}
}

func TestReportSuspiciousActivity(t *testing.T) {
	x := setup(t)
	victim := x.mustVictim(t, "report_suspicious_activity")
	r := x.play(t, "report_suspicious_activity", victim.Login)
	report := x.event(t, r.Events[len(r.Events)-1].UUID)
	if report.EventType != "user.account.report_suspicious_activity_by_enduser" || report.Severity != "WARN" || report.Actor.ID != victim.ID || report.Target[0].ID != victim.ID {
		t.Errorf("%+v", report)
	}
	debug := report.DebugContext.DebugData
	about := x.event(t, debug["suspiciousActivityEventId"].(string))
	if !slices.ContainsFunc(r.Events, func(e Event) bool { return e.UUID == about.UUID }) || about.Transaction.ID != debug["suspiciousActivityEventTransactionId"] {
		t.Errorf("the report is about %s", about.EventType)
	}
	if *about.Client.IPAddress == *report.Client.IPAddress || *about.Client.IPAddress != debug["suspiciousActivityEventIp"] {
		t.Errorf("signed in from %s, reported from %s: %v", *about.Client.IPAddress, *report.Client.IPAddress, debug)
	}
	if report.Client.GeographicalContext == nil {
		t.Error("nobody knows where the report came from")
	}
	if now, _ := x.org.User(victim.ID); now.Sessions != victim.Sessions+1 {
		t.Errorf("%d sessions before, %d now", victim.Sessions, now.Sessions)
	}
	if diff := cmp.Diff([]string{victim.Email}, x.mails); diff != "" {
		t.Errorf("mails: %s", diff)
	}
}

// TestReportThatIsLoggedLate is an org whose events all come late.
func TestReportThatIsLoggedLate(t *testing.T) {
	x := setup(t)
	x.org.SetLate(okta.Late{Every: 1, By: time.Hour})
	r := x.play(t, "report_suspicious_activity", "")
	if len(r.Events) != 1 || r.Events[0].UUID == "" || r.Started.IsZero() {
		t.Errorf("%+v", r)
	}
	if r := x.play(t, "user_deactivated", ""); r.Events == nil || len(r.Events) != 0 {
		t.Errorf("%+v", r.Events)
	}
}

// mustVictim says to whom a scenario would happen.
func (p *Player) mustVictim(t testing.TB, name string) okta.UserState {
	t.Helper()
	i := slices.IndexFunc(scenarios, func(s Scenario) bool { return s.Name == name })
	u, err := p.victim(scenarios[i], "")
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestMFAFatigue(t *testing.T) {
	x := setup(t)
	r := x.play(t, "mfa_fatigue", "")
	if pushes := x.of(t, r, "system.push.send_factor_verify_push"); len(pushes) != rejected+1 {
		t.Errorf("%d pushes, want %d", len(pushes), rejected+1)
	}
	denied := 0
	ips := map[string]bool{}
	for _, e := range x.of(t, r, "user.authentication.auth_via_mfa") {
		ips[*e.Client.IPAddress] = true
		if e.DebugContext.DebugData["pushOnlyResponseType"] == "OV_RESPONSE_DENY" && e.Outcome.Result == "FAILURE" && *e.Outcome.Reason == "INVALID_CREDENTIALS" {
			denied++
		}
	}
	if denied != rejected || len(ips) != 1 {
		t.Errorf("%d rejected from %d addresses", denied, len(ips))
	}
	if starts := x.of(t, r, "user.session.start"); len(starts) != 1 || starts[0].Outcome.Result != "SUCCESS" {
		t.Errorf("%d sign-ins", len(starts))
	}
	if span := r.Events[len(r.Events)-1].Published.Sub(r.Started.Time); span < 3*time.Minute || span > 10*time.Minute {
		t.Errorf("it took %s", span)
	}
}

func TestPasswordSpray(t *testing.T) {
	x := setup(t)
	r := x.play(t, "password_spray", "")
	people := map[string]bool{}
	for _, e := range x.of(t, r, "user.session.start") {
		people[e.Actor.ID] = true
		if e.Outcome.Result != "FAILURE" {
			t.Error("somebody was let in")
		}
	}
	if len(people) != sprayed || people[r.User.ID] {
		t.Errorf("%d people failed", len(people))
	}
	if threats := x.of(t, r, "security.threat.detected"); len(threats) != 2 || threats[0].Actor.Type != "IP address" {
		t.Errorf("%d threats", len(threats))
	}
	last := x.event(t, r.Events[len(r.Events)-1].UUID)
	if last.Actor.ID != r.User.ID || last.Outcome.Result != "CHALLENGE" {
		t.Errorf("the last event: %s %s", last.EventType, last.Outcome.Result)
	}
}

func TestSessionHijack(t *testing.T) {
	x := setup(t)
	for name, user := range map[string]string{"an open session": "", "a session that is opened first": x.sessionless(t)} {
		t.Run(name, func(t *testing.T) {
			r := x.play(t, "session_hijack", user)
			ips, tokens := map[string]bool{}, map[any]bool{}
			for _, e := range x.of(t, r, "user.authentication.sso") {
				ips[*e.Client.IPAddress] = true
				tokens[e.DebugContext.DebugData["dtHash"]] = true
				if *e.AuthenticationContext.ExternalSessionID != x.org.Sessions(r.User.ID)[0].ID {
					t.Error("another session than the open one")
				}
			}
			if len(ips) != 2 || len(tokens) != 1 {
				t.Errorf("%d addresses and %d device tokens, want 2 and 1", len(ips), len(tokens))
			}
			if changes := x.of(t, r, "user.session.context.change"); len(changes) != 1 {
				t.Errorf("%d changes of context", len(changes))
			}
		})
	}
}

// sessionless returns an active person who is not signed in.
func (x *world) sessionless(t testing.TB) string {
	t.Helper()
	users := x.org.UsersAfter("", 200)
	i := slices.IndexFunc(users, func(u okta.UserState) bool {
		return u.Status == okta.Active && u.Sessions == 0 && len(u.AdminRoles) == 0
	})
	if i < 0 {
		t.Fatal("everybody is signed in")
	}
	return users[i].Login
}

func TestChangesAreReal(t *testing.T) {
	x := setup(t)
	r := x.play(t, "admin_role_granted", "")
	if u, _ := x.org.User(r.User.ID); !slices.Contains(u.AdminRoles, "SUPER_ADMIN") {
		t.Errorf("roles: %v", u.AdminRoles)
	}
	grant := x.of(t, r, "user.account.privilege.grant")
	if len(grant) != 1 || grant[0].Actor.AlternateID != "security.lead@acme.example" || !strings.Contains(grant[0].DebugContext.DebugData["privilegeGranted"].(string), "Super") {
		t.Errorf("%+v", grant)
	}
	if _, err := x.Run(t.Context(), "admin_role_granted", r.User.Login); !errors.Is(err, ErrImpossible) {
		t.Errorf("again: %v", err)
	}

	r = x.play(t, "user_deactivated", "")
	if u, _ := x.org.User(r.User.ID); u.Status != okta.Deprovisioned || u.Sessions != 0 {
		t.Errorf("%+v", u)
	}
	if r.Events[0].Type != "user.lifecycle.deactivate" || len(x.of(t, r, "user.session.end")) == 0 || len(x.of(t, r, "application.user_membership.remove")) == 0 {
		t.Errorf("%+v", r.Events)
	}

	r = x.play(t, "factor_reset", "")
	if u, _ := x.org.User(r.User.ID); u.Factors != 0 {
		t.Errorf("%+v", u)
	}
	if len(x.of(t, r, "user.mfa.factor.reset_all")) != 1 || len(x.of(t, r, "user.session.start")) != 1 || len(x.of(t, r, "user.authentication.auth_via_mfa")) != 0 {
		t.Errorf("%+v", r.Events)
	}
}

// TestPublicDetections searches the log for what public rules look for, in
// the words of their authors.
func TestPublicDetections(t *testing.T) {
	dir := shared(t, "corpus/okta-detections")
	for name, rules := range map[string][]string{
		"report_suspicious_activity": {"user_reported_suspicious_activity"},
		"mfa_fatigue":                {"hunt_rejected_MFA_pushes"},
		"password_spray":             {"threat_insight_password_spray"},
		"session_hijack":             {"itp_suspected_session_hijacking", "itp_user_risk_changed_to_high"},
		"admin_role_granted":         {"new_super_admin_added_or_removed"},
		"factor_reset":               {"hunt_on_factor_resets"},
	} {
		t.Run(name, func(t *testing.T) {
			x := setup(t)
			r := x.play(t, name, "")
			for _, rule := range rules {
				found := x.search(t, expression(t, filepath.Join(dir, rule+".yml")), r.Started.Time)
				if !slices.ContainsFunc(found, func(id string) bool {
					return slices.ContainsFunc(r.Events, func(e Event) bool { return e.UUID == id })
				}) {
					t.Errorf("%s found none of the events", rule)
				}
			}
		})
	}
}

// search asks the org's API for events.
func (x *world) search(t testing.TB, filter string, since time.Time) []string {
	t.Helper()
	q := url.Values{"filter": {filter}, "since": {since.UTC().Format(systemlog.Layout)}, "limit": {"1000"}}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/v1/logs?"+q.Encode(), http.NoBody)
	r.Header.Set("Authorization", "SSWS "+x.org.ReadOnlyToken())
	w := httptest.NewRecorder()
	x.org.ServeHTTP(w, r)
	var events []struct{ UUID string }
	if err := json.Unmarshal(w.Body.Bytes(), &events); err != nil || w.Code != http.StatusOK {
		t.Fatalf("HTTP %d: %s", w.Code, w.Body)
	}
	var out []string
	for _, e := range events {
		out = append(out, e.UUID)
	}
	return out
}

// expression takes the System Log filter out of a rule file.
func expression(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(b), "OIE: |\n")
	if !ok {
		t.Fatalf("%s has no filter", path)
	}
	line, _, _ := strings.Cut(rest, "\n")
	return strings.TrimSpace(line)
}

// TestCatalogue holds every event type against Okta's catalogue.
func TestCatalogue(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(shared(t, "specs/okta"), "okta-event-types.json"))
	if err != nil {
		t.Fatal(err)
	}
	var catalogue struct {
		Versions []struct {
			EventTypes []struct {
				ID     string
				Schema struct{ DebugData *string }
			}
			Schemas map[string]struct{ Properties map[string]any }
		}
	}
	if err := json.Unmarshal(b, &catalogue); err != nil || len(catalogue.Versions) == 0 {
		t.Fatal("the catalogue was not read", err)
	}
	v := catalogue.Versions[0]
	known := map[string]map[string]any{}
	for _, e := range v.EventTypes {
		known[e.ID] = v.Schemas["AdminAppDebugData"].Properties // what every event type can have
		if d := e.Schema.DebugData; d != nil {
			known[e.ID] = v.Schemas[*d].Properties
		}
	}
	x := setup(t)
	for _, sc := range All() {
		for _, e := range x.play(t, sc.Name, "").Events {
			if known[e.Type] == nil {
				t.Errorf("%s: %s is not in the catalogue", sc.Name, e.Type)
			}
			for k := range x.event(t, e.UUID).DebugContext.DebugData {
				snake := regexp.MustCompile("[A-Z]").ReplaceAllStringFunc(k, func(s string) string { return "_" + strings.ToLower(s) })
				if _, ok := known[e.Type][snake]; !ok && k != "appname" { // of a recorded event
					t.Errorf("%s: debugData.%s of %s is not in the catalogue", sc.Name, k, e.Type)
				}
			}
		}
	}
}

// shared finds a folder of reference data, which is kept beside the repository.
func shared(t testing.TB, path string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		at := filepath.Join(dir, "shared", path)
		if _, err := os.Stat(at); err == nil {
			return at
		}
	}
	t.Skip("no reference data beside the repository")
	return ""
}
