package app

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"sallyport/internal/event"
	"sallyport/internal/id"
	"sallyport/internal/inventory"
	"sallyport/internal/posture"
	"sallyport/internal/source"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
	"sallyport/sandbox/okta"
)

// Each weakness that is planted in the weak org is found, where it is, and nothing
// else fails.
func TestPlantedWeaknesses(t *testing.T) {
	planted, err := okta.Planted()
	if err != nil {
		t.Fatal(err)
	}
	b := syncingOf(t, storetest.Prepared(t), okta.Options{Seed: 7, Users: 60, Weak: true, Now: time.Now}, (*okta.Org).AdminToken)
	b.logs()
	b.sync()
	told := b.tell()
	got := map[posture.Profile]map[string]posture.Result{posture.Strict: b.judge(posture.Strict), posture.STIG: b.judge(posture.STIG)}
	weak, other := map[string]okta.Weakness{}, map[string]okta.Other{}
	for _, w := range planted.Weaknesses {
		weak[w.Check] = w
	}
	for _, o := range planted.Others {
		other[o.Check] = o
	}
	checks, err := b.core.Checks()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range checks {
		w, isWeak := weak[c.ID]
		by := posture.Strict
		if !c.In(by) {
			by = posture.STIG
		}
		if w.Profile != "" {
			by = posture.Profile(w.Profile)
		}
		r, judged := got[by][c.ID]
		if !judged {
			if isWeak || slices.Contains(planted.Passes, c.ID) || other[c.ID].Check != "" {
				t.Errorf("%s is not in the profile %s", c.ID, by)
			}
			continue
		}
		may := other[c.ID].Verdicts
		switch {
		case isWeak && r.Verdict != posture.Fail:
			t.Errorf("%s is planted (%s) and not found: %s", c.ID, w.Note, shown(r))
		case isWeak:
			for _, want := range w.Objects {
				if !foundAt(r, want) {
					t.Errorf("%s is planted in %s, and found elsewhere: %s", c.ID, want, shown(r))
				}
			}
		case slices.Contains(told, c.ID) && r.Verdict != posture.Pass:
			t.Errorf("%s is settled by what was told, and is said to be %s", c.ID, shown(r))
		case slices.Contains(planted.Passes, c.ID) && r.Verdict != posture.Pass:
			t.Errorf("%s is sound, and is said to be %s", c.ID, shown(r))
		case may != nil && !slices.Contains(may, string(r.Verdict)):
			t.Errorf("%s is to be one of %v (%s), and is said to be %s", c.ID, may, other[c.ID].Reason, shown(r))
		case may == nil && (r.Verdict == posture.Fail || r.Verdict == posture.Error):
			t.Errorf("%s is not planted: %s", c.ID, shown(r))
		}
	}
	if len(planted.Weaknesses) < 60 {
		t.Errorf("%d weaknesses are planted", len(planted.Weaknesses))
	}
}

// An org in which nothing is planted is judged without errors, and nothing is said
// of what is not in it.
func TestOrdinaryOrgIsJudged(t *testing.T) {
	planted, err := okta.Planted()
	if err != nil {
		t.Fatal(err)
	}
	b := syncing(t, storetest.Prepared(t), 60, (*okta.Org).AdminToken)
	b.logs()
	b.sync()
	census := b.org.Census()
	got := b.judge(posture.Strict)
	for _, r := range got {
		if r.Verdict == posture.Error {
			t.Errorf("%s: %s", r.ID, shown(r))
		}
		for _, e := range r.Evidence {
			list, counted := census.Entities[string(e.Object.Kind)]
			if _, there := list[e.Object.ID]; counted && !there {
				t.Errorf("%s is about %s, which is not there", r.ID, e.Object)
			}
		}
	}
	for _, w := range planted.Weaknesses {
		r := got[w.Check]
		for _, object := range w.Objects {
			kind, name, _ := strings.Cut(object, "/")
			is := func(called string) bool { return called == name || strings.HasPrefix(called, name+"@") }
			if census.Count(kind) > 0 && !slices.ContainsFunc(slices.Collect(maps.Values(census.Entities[kind])), is) && foundAt(r, object) {
				t.Errorf("%s finds %s, which is not there: %s", w.Check, object, shown(r))
			}
		}
	}
	for check, kind := range map[string]string{"AGENT-001": "agent_pool", "LOG-002": "log_stream", "LOG-004": "inline_hook"} {
		if r := got[check]; census.Count(kind) == 0 && r.Verdict != posture.NotApplicable && r.Verdict != posture.Pass && len(r.Evidence) > 0 && r.Evidence[0].Object.Kind != "" {
			t.Errorf("there is no %s: %s", kind, shown(r))
		}
	}
	supers := strconv.Itoa(len(holders(census, "role/SUPER_ADMIN")))
	if r := got["ADM-001"]; len(r.Evidence) != 1 || r.Evidence[0].Value != supers {
		t.Errorf("there are %s super admins: %s", supers, shown(r))
	}
	if r := got["TOK-001"]; r.Looked != census.Count("api_token") {
		t.Errorf("there are %d tokens, and %d were looked at", census.Count("api_token"), r.Looked)
	}
}

// holders are the people of a census that hold a role, themselves or by a group.
func holders(c okta.Census, role string) map[string]bool {
	by := map[string]bool{}
	for _, e := range c.Edges["has_role"] {
		if ends := strings.Fields(e); ends[1] == role {
			by[ends[0]] = true
		}
	}
	people := map[string]bool{}
	for from := range by {
		if strings.HasPrefix(from, "user/") {
			people[from] = true
		}
	}
	for _, e := range c.Edges["member_of"] {
		if ends := strings.Fields(e); by[ends[1]] {
			people[ends[0]] = true
		}
	}
	return people
}

// A weakness that is somewhere else is not taken for the one that is looked for.
func TestWeaknessIsFoundWhereItIs(t *testing.T) {
	at := func(kind inventory.Kind, name, field, said string) posture.Result {
		o := posture.Object{Ref: inventory.Ref{Kind: kind, ID: "1"}, Name: name}
		return posture.Result{Evidence: []posture.Evidence{{Object: o, Verdict: posture.Fail, Field: field, Said: said}}}
	}
	passed := at(inventory.User, "admin@acme.example", "", "")
	passed.Evidence[0].Verdict = posture.Pass
	for _, c := range []struct {
		result posture.Result
		want   string
		found  bool
	}{
		{at(inventory.User, "admin@acme.example", "", ""), "user/admin", true},
		{at(inventory.User, "sms.admin@acme.example", "", "sms.admin@acme.example has sms."), "user/admin", false},
		{passed, "user/admin", false},
		{at(inventory.ResourceSet, "All policies: Policy editor of Policy editors", "", ""), "custom_role/Policy editor", true},
		{at(inventory.ResourceSet, "All pages: Page editor of Policy editors", "", ""), "custom_role/Policy editor", false},
		{at("", "", "org.setting.user_lockout.x", ""), "setting/user_lockout", true},
		{at("", "", "org.setting.captcha.x", "Of user_lockout."), "setting/user_lockout", false},
		{at(inventory.Setting, "", "", ""), "setting/1", true},
		{at(inventory.App, "Old wiki", "", ""), "org/Acme", false},
	} {
		if foundAt(c.result, c.want) != c.found {
			t.Errorf("%s: %s", c.want, shown(c.result))
		}
	}
}

// foundAt reports whether a result fails for an object, "kind/name": it is about it,
// or about something else and says its name.
func foundAt(r posture.Result, want string) bool {
	kind, name, _ := strings.Cut(want, "/")
	whole := regexp.MustCompile(`(^|[^\w.-])` + regexp.QuoteMeta(name) + `($|[^\w.-]|\.(\s|$))`)
	return slices.ContainsFunc(r.Evidence, func(e posture.Evidence) bool {
		ofOrg := e.Object.Kind == "" || e.Object.Kind == inventory.Org
		switch {
		case e.Verdict != posture.Fail:
			return false
		case kind == "org":
			return ofOrg
		case kind == "setting":
			return e.Object.Kind == inventory.Setting && e.Object.ID == name || ofOrg && strings.HasPrefix(e.Field, "org.setting."+name+".")
		}
		return whole.MatchString(e.Object.Name) || whole.MatchString(e.Said)
	})
}

// shown says what a check came to, for who looks why it is not what it should be.
func shown(r posture.Result) string {
	var said []string
	for _, e := range r.Evidence[:min(len(r.Evidence), 6)] {
		said = append(said, fmt.Sprintf("%s %s (%s = %s): %s", e.Verdict, e.Object, e.Field, e.Value, e.Said))
	}
	return fmt.Sprintf("%s: %s; missing %v\n\t%s", r.Verdict, r.Said, r.Missing, strings.Join(said, "\n\t"))
}

// tell says what the owner of the weak org knows of it, and returns the checks that
// pass by it.
func (b *syncBench) tell() []string {
	b.t.Helper()
	census, set := b.org.Census(), posture.DefaultSettings()
	set.BreakGlass = []string{census.Find("user", "breakglass")}
	set.Tier0 = slices.Collect(maps.Keys(census.Entities["agent_pool"]))
	set.Domains = []string{"acme.example"}
	set.Approved = map[string][]string{}
	for _, e := range census.Edges["granted_scope"] {
		ends := strings.Fields(e)
		set.Approved["OAUTH-002"] = append(set.Approved["OAUTH-002"], strings.TrimPrefix(ends[0], "app/")+" "+strings.TrimPrefix(ends[1], "scope/"))
	}
	for _, s := range b.list("/integrations/api/v1/api-services") {
		set.Approved["OAUTH-013"] = append(set.Approved["OAUTH-013"], fmt.Sprint(s["type"]))
		scopes, _ := s["grantedScopes"].([]any)
		for _, scope := range scopes {
			set.Approved["OAUTH-013"] = append(set.Approved["OAUTH-013"], fmt.Sprint(s["type"], " ", scope))
		}
	}
	if err := b.core.DB.Postures.Set(b.t.Context(), b.id, b.tenant().ID, store.PostureSetting{Profile: posture.Baseline, Settings: set}); err != nil {
		b.t.Fatal(err)
	}
	return []string{"ADM-017", "ADM-018", "AGENT-002", "OAUTH-002", "OAUTH-013"}
}

// logs stores all of the org's log, as a source would that polls for longer than
// Okta keeps its log: there is one event that Okta has forgotten.
func (b *syncBench) logs() {
	b.t.Helper()
	now := b.core.Now()
	s := source.Source{ID: id.At(now), Org: b.id, Name: "Log", Kind: source.Okta, Connection: b.conn.ID, Poll: true, Enabled: true, StartAt: now, CreatedAt: now}
	if err := b.core.DB.Sources.Save(b.t.Context(), s); err != nil {
		b.t.Fatal(err)
	}
	all := b.list("/api/v1/logs?limit=1000&since=" + url.QueryEscape(now.AddDate(0, 0, -90).UTC().Format(time.RFC3339)) + "&until=" + url.QueryEscape(now.UTC().Format(time.RFC3339)))
	old := maps.Clone(all[0])
	old["uuid"], old["published"] = "forgotten", now.AddDate(0, 0, -100).UTC().Format("2006-01-02T15:04:05.000Z")
	batch := source.Batch{Org: b.id, Source: s.ID, Via: source.ViaPoll, ActFrom: source.Never()}
	for _, e := range append([]jsonObject{old}, all...) {
		raw, err := json.Marshal(e)
		if err != nil {
			b.t.Fatal(err)
		}
		one, err := event.NewParser().Parse(raw)
		if err != nil {
			b.t.Fatal(err)
		}
		batch.Events = append(batch.Events, one)
	}
	if _, err := b.core.Pipeline.Accept(b.t.Context(), batch); err != nil {
		b.t.Fatal(err)
	}
}
