package traffic_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"sallyport/sandbox/okta"
	"sallyport/sandbox/okta/systemlog"
	"sallyport/sandbox/traffic"
)

// clock is one that is set.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = at
}

// hour plays an hour of so many people and returns its events, the oldest
// first.
func hour(t testing.TB, users int, perMinute float64) (*okta.Org, []*systemlog.Event) {
	t.Helper()
	c := &clock{now: time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC)}
	org, err := okta.New(okta.Options{Users: users, Seed: 5, Now: c.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(org.Close)
	life, err := traffic.New(traffic.Options{Org: org, Seed: 5, Now: c.Now, PerMinute: perMinute})
	if err != nil {
		t.Fatal(err)
	}
	began := c.Now()
	life.Play(t.Context(), time.Hour, c.set)
	var out []*systemlog.Event
	for _, e := range org.Logged(1_000_000, func(e *systemlog.Event) bool { return !e.Published.Before(began) }) {
		out = append([]*systemlog.Event{e}, out...)
	}
	return org, out
}

func TestAnHour(t *testing.T) {
	_, events := hour(t, 1000, 0)
	count, size := map[string]int{}, 0
	for i, e := range events {
		count[e.EventType]++
		b, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		size += len(b)
		if i > 0 && e.Published.Before(events[i-1].Published.Time) {
			t.Errorf("%s was logged after what happened later", e.EventType)
		}
	}
	share := func(kinds ...string) float64 {
		n := 0
		for _, k := range kinds {
			n += count[k]
		}
		return 100 * float64(n) / float64(len(events))
	}
	if n := len(events); n < 7000 || n > 13000 {
		t.Errorf("%d events", n)
	}
	if each := size / len(events); each < 2100 || each > 2800 {
		t.Errorf("%d bytes each", each)
	}
	for _, c := range []struct {
		least, most float64
		kinds       []string
	}{
		{20, 32, []string{"user.authentication.sso"}},
		{20, 34, []string{"policy.evaluate_sign_on"}},
		{9, 15, []string{"user.authentication.auth_via_mfa"}},
		{6, 12, []string{"user.session.start"}},
		{4, 12, []string{"app.oauth2.token.grant.access_token", "app.oauth2.token.grant.id_token"}},
	} {
		if got := share(c.kinds...); got < c.least || got > c.most {
			t.Errorf("%.1f %% of %v", got, c.kinds)
		}
	}
	for _, once := range []string{
		"user.account.lock", "user.account.unlock_by_admin", "user.mfa.factor.reset_all", "user.mfa.factor.activate", "user.account.update_password",
		"user.account.reset_password", "user.lifecycle.create", "user.lifecycle.deactivate", "group.user_membership.add", "user.session.access_admin_app",
		"policy.rule.update", "app.generic.unauth_app_access_attempt", "system.email.new_device_notification.sent_message",
	} {
		if count[once] == 0 {
			t.Errorf("no %s", once)
		}
	}
	t.Logf("%d events of %d bytes: %v", len(events), size/len(events), count)
}

// TestStateAgrees holds the org against what its log says.
func TestStateAgrees(t *testing.T) {
	org, events := hour(t, 300, 0)
	open := map[string]map[string]bool{} // sessions by person
	for _, e := range events {
		switch {
		case e.EventType == "user.session.start" && e.Outcome.Result == "SUCCESS":
			if open[e.Actor.ID] == nil {
				open[e.Actor.ID] = map[string]bool{}
			}
			open[e.Actor.ID][*e.AuthenticationContext.ExternalSessionID] = true
		case e.EventType == "user.session.end":
			delete(open[e.Actor.ID], *e.AuthenticationContext.ExternalSessionID)
		case e.EventType == "user.lifecycle.deactivate":
			delete(open, e.Target[0].ID)
			if u, _ := org.User(e.Target[0].ID); u.Status != okta.Deprovisioned {
				t.Errorf("%s left and is %s", u.Login, u.Status)
			}
		case e.EventType == "user.lifecycle.create":
			if u, ok := org.User(e.Target[0].ID); !ok || u.Status != okta.Active {
				t.Errorf("%s joined and is %s", u.Login, u.Status)
			}
		}
	}
	if len(open) < 100 {
		t.Errorf("only %d people signed in", len(open))
	}
	for id, want := range open {
		have := map[string]bool{}
		for _, s := range org.Sessions(id) {
			have[s.ID] = true
		}
		for s := range want {
			if !have[s] {
				t.Errorf("the session %s of %s is not open", s, id)
			}
		}
	}
}

// TestSameSeedSameHour plays an hour twice.
func TestSameSeedSameHour(t *testing.T) {
	story := func() []string {
		_, events := hour(t, 80, 0)
		var out []string
		for _, e := range events {
			out = append(out, e.Published.String()+" "+e.UUID+" "+e.EventType+" "+e.Actor.AlternateID+" "+e.Outcome.Result)
		}
		return out
	}
	if diff := cmp.Diff(story(), story()); diff != "" {
		t.Error(diff)
	}
}

func TestPace(t *testing.T) {
	for name, c := range map[string]struct {
		perMinute   float64
		least, most int
	}{
		"as many as people make": {0, 200, 900},
		"ten a minute":           {10, 300, 1200},
		"sixty a minute":         {60, 1800, 6000},
	} {
		t.Run(name, func(t *testing.T) {
			if _, events := hour(t, 50, c.perMinute); len(events) < c.least || len(events) > c.most {
				t.Errorf("%d events in an hour", len(events))
			}
		})
	}
}

// TestRun lives along with a clock and ends when it is told to.
func TestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		org, err := okta.New(okta.Options{Seed: 5})
		if err != nil {
			t.Fatal(err)
		}
		defer org.Close()
		life, err := traffic.New(traffic.Options{Org: org, Seed: 5, Now: time.Now, PerMinute: 60})
		if err != nil {
			t.Fatal(err)
		}
		before := org.Logged(1_000_000, func(*systemlog.Event) bool { return true })
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Minute)
		defer cancel()
		life.Run(ctx)
		after := org.Logged(1_000_000, func(*systemlog.Event) bool { return true })
		if n := len(after) - len(before); n < 500 {
			t.Errorf("%d events in twenty minutes", n)
		}
	})
}

// TestCatalogue holds every event against Okta's catalogue.
func TestCatalogue(t *testing.T) {
	known := catalogue(t)
	upper := regexp.MustCompile("[A-Z]")
	_, events := hour(t, 1000, 0)
	said := map[string]bool{}
	for _, e := range events {
		if known[e.EventType] == nil && !said[e.EventType] {
			said[e.EventType] = true
			t.Errorf("%s is not in the catalogue", e.EventType)
		}
		for k, v := range e.DebugContext.DebugData {
			snake := upper.ReplaceAllStringFunc(k, func(s string) string { return "_" + strings.ToLower(s) })
			at := e.EventType + " " + k
			if _, ok := known[e.EventType][snake]; !ok && k != "appname" && k != "triggeredByGroupRuleId" && !said[at] {
				said[at] = true
				t.Errorf("debugData.%s of %s is not in the catalogue", k, e.EventType)
			}
			if _, ok := v.(string); !ok {
				t.Errorf("debugData.%s of %s is no text", k, e.EventType)
			}
		}
	}
}

// catalogue reads the names of debugData by event type, of which every type has
// at least some.
func catalogue(t *testing.T) map[string]map[string]any {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	path := ""
	for ; dir != filepath.Dir(dir) && path == ""; dir = filepath.Dir(dir) {
		if at := filepath.Join(dir, "shared/specs/okta/okta-event-types.json"); exists(at) {
			path = at
		}
	}
	if path == "" {
		t.Skip("Okta's catalogue is not beside the repository")
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var all struct {
		Versions []struct {
			EventTypes []struct {
				ID     string
				Schema struct{ DebugData *string }
			}
			Schemas map[string]struct{ Properties map[string]any }
		}
	}
	if err := json.Unmarshal(b, &all); err != nil || len(all.Versions) == 0 {
		t.Fatal("the catalogue was not read", err)
	}
	v, known := all.Versions[0], map[string]map[string]any{}
	for _, e := range v.EventTypes {
		known[e.ID] = v.Schemas["AdminAppDebugData"].Properties
		if d := e.Schema.DebugData; d != nil {
			known[e.ID] = v.Schemas[*d].Properties
		}
	}
	return known
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
