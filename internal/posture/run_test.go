package posture_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"sallyport/internal/inventory"
	"sallyport/internal/okta"
	"sallyport/internal/posture"
)

func moment() time.Time { return time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC) }

// written parses a check of a test and its org.
func written(t testing.TB, check, org string) (*posture.Check, *inventory.World) {
	t.Helper()
	c, err := posture.Parse("user/x-001.yaml", []byte(head+check))
	if err != nil {
		t.Fatal(err)
	}
	w, err := inventory.ParseWorld([]byte(org))
	if err != nil {
		t.Fatal(err)
	}
	return c, w
}

const head = `
id: X-001
title: Users are fine
severity: high
profiles: [baseline]
why: Somebody wants it so.
sources: [Sallyport]
fix: { mode: man, steps: Do it., risk: low }
events: []
`

const fine = `
needs: [user]
demands:
  - { of: user, pass: "it.ok == true", says: "{it.profile.login} is not." }
`

const three = `
entities:
  user:
    - { id: a, ok: true, profile: { login: ann } }
    - { id: b, ok: false, profile: { login: bob } }
    - { id: c, profile: { login: cyd } }
`

func run(t testing.TB, in posture.Input, checks ...*posture.Check) []posture.Result {
	t.Helper()
	if in.Profile == "" {
		in.Profile = posture.Baseline
	}
	if in.Now.IsZero() {
		in.Now = moment()
	}
	results, err := posture.Run(t.Context(), in, checks)
	if err != nil {
		t.Fatal(err)
	}
	return results
}

func objects(r posture.Result) string {
	var out []string
	for _, o := range r.Objects() {
		out = append(out, o.String())
	}
	return strings.Join(out, " ")
}

// TestFindings: what fails is named, the same each time.
func TestFindings(t *testing.T) {
	c, w := written(t, fine, three)
	first := run(t, posture.Input{Reader: w}, c)
	again := run(t, posture.Input{Reader: w}, c)
	if diff := cmp.Diff(first, again, cmpopts.IgnoreFields(posture.Result{}, "Check")); diff != "" {
		t.Errorf("the same org gives other results:\n%s", diff)
	}
	r := first[0]
	if r.Verdict != posture.Fail || r.Bad != 2 || r.Looked != 3 || objects(r) != "user/b user/c" || r.Said != "bob is not. 1 more." {
		t.Errorf("%+v", r)
	}
	if r.Evidence[0].Finding != "X-001:user/b" {
		t.Errorf("the finding is %q", r.Evidence[0].Finding)
	}
}

// TestExceptions: they hold until they expire, and what they covered opens again.
func TestExceptions(t *testing.T) {
	c, w := written(t, fine, three)
	for _, k := range []struct {
		name    string
		given   []posture.Exception
		verdict posture.Verdict
		objects string
		lapsed  int
	}{
		{"of one object", []posture.Exception{{Check: "X-001", Object: "user/b", Reason: "why"}}, posture.Fail, "user/c", 0},
		{"of all", []posture.Exception{{Check: "X-001", Reason: "why"}}, posture.Pass, "", 0},
		{"of another check", []posture.Exception{{Check: "X-002", Reason: "why"}}, posture.Fail, "user/b user/c", 0},
		{"that holds a while longer", []posture.Exception{{Check: "X-001", Reason: "why", Expires: moment().Add(time.Minute)}}, posture.Pass, "", 0},
		{"that has expired", []posture.Exception{{Check: "X-001", Reason: "why", Expires: moment()}}, posture.Fail, "user/b user/c", 1},
	} {
		r := run(t, posture.Input{Reader: w, Exceptions: k.given}, c)[0]
		if r.Verdict != k.verdict || objects(r) != k.objects || len(r.Lapsed) != k.lapsed {
			t.Errorf("an exception %s: %s, %q, %d lapsed", k.name, r.Verdict, objects(r), len(r.Lapsed))
		}
	}
}

// TestSights: what was not seen is never in order, and what fails of a part
// fails.
func TestSights(t *testing.T) {
	for _, k := range []struct {
		name  string
		sight inventory.Sight
		org   string
		want  posture.Verdict
	}{
		{"all of it", inventory.Sight{Visible: okta.Full}, three, posture.Fail},
		{"a part, of which one fails", inventory.Sight{Visible: okta.Partial}, three, posture.Fail},
		{"a part, in order", inventory.Sight{Visible: okta.Partial}, "{}", posture.Manual},
		{"more than was read, in order", inventory.Sight{Visible: okta.Full, Truncated: true}, "{}", posture.Manual},
		{"nothing", inventory.Sight{Visible: okta.Denied}, three, posture.Manual},
		{"what is not known", inventory.Sight{Visible: okta.Unknown}, three, posture.Manual},
		{"what the org does not have", inventory.Sight{Visible: okta.Absent}, three, posture.Manual},
	} {
		c, w := written(t, fine, k.org)
		w.See("user", k.sight)
		if r := run(t, posture.Input{Reader: w}, c)[0]; r.Verdict != k.want {
			t.Errorf("%s is seen: %s, %s", k.name, r.Verdict, r.Said)
		}
	}
	old := moment().Add(-time.Hour)
	c, w := written(t, strings.Replace(fine, "[user]", "[user, group]", 1), "{}")
	w.See("user", inventory.Sight{Visible: okta.Full, Full: moment()})
	w.See("group", inventory.Sight{Visible: okta.Full, Full: old})
	if r := run(t, posture.Input{Reader: w}, c)[0]; !r.Fresh.Equal(old) {
		t.Errorf("it is as fresh as %s", r.Fresh)
	}
}

// TestAdminsFactors: where factors of admins alone are read, checks of admins
// are judged, and those of everybody are not.
func TestAdminsFactors(t *testing.T) {
	_, checks := builtIn(t)
	w, err := inventory.ParseWorld([]byte(`
entities:
  user: [{ id: a, status: ACTIVE, profile: { login: ann } }, { id: b, status: ACTIVE, profile: { login: bob } }]
  factor: [{ id: f, user: a, factorType: webauthn, status: ACTIVE }]
edges: { has_role: [[a, SUPER_ADMIN]] }
`))
	if err != nil {
		t.Fatal(err)
	}
	w.See("factor", inventory.Sight{Visible: okta.Full, Truncated: true})
	want := map[string]posture.Verdict{"ADM-002": posture.Pass, "ADM-003": posture.Pass, "ADM-005": posture.Pass, "USER-001": posture.Manual, "USER-009": posture.Manual}
	for _, r := range run(t, posture.Input{Reader: w, Settings: posture.DefaultSettings()}, checks...) {
		if v, ok := want[r.ID]; ok && r.Verdict != v {
			t.Errorf("%s is %s: %s", r.ID, r.Verdict, r.Said)
		}
	}
}

func unseen() inventory.Sight { return inventory.Sight{Visible: okta.Denied} }

// TestBlind: no check passes where nothing can be seen.
func TestBlind(t *testing.T) {
	_, checks := builtIn(t)
	w := inventory.NewWorld()
	for _, name := range inventory.Collections() {
		w.See(name, unseen())
	}
	for _, p := range posture.Profiles() {
		results := run(t, posture.Input{Reader: w, Settings: posture.DefaultSettings(), Profile: p}, checks...)
		for _, r := range results {
			if r.Verdict != posture.Manual {
				t.Errorf("%s of %s is %s: %s", r.ID, p, r.Verdict, r.Said)
			}
		}
		if s := posture.ScoreOf(results); s.Share != 0 || s.Visible != 0 {
			t.Errorf("who sees nothing scores %+v", s)
		}
	}
}

// TestMany: of many objects each is counted, and the first thousand are told.
func TestMany(t *testing.T) {
	c, w := written(t, fine, "{}")
	for i := range 2500 {
		w.Add(inventory.Entity{Ref: inventory.Ref{Kind: inventory.User, ID: fmt.Sprintf("u%05d", i)}, Body: []byte(`{"ok":false}`)})
	}
	r := run(t, posture.Input{Reader: w}, c)[0]
	if r.Bad != 2500 || len(r.Evidence) != 1000 || r.More != 1500 {
		t.Errorf("%d fail, %d rows, %d more", r.Bad, len(r.Evidence), r.More)
	}
}

// TestErrors: a check that cannot be worked out says so, and no other suffers.
func TestErrors(t *testing.T) {
	c, w := written(t, "needs: [user]\ndemands: [{ of: user, pass: it.profile.login, says: no }]\n", three)
	good, _ := written(t, fine, three)
	results := run(t, posture.Input{Reader: w}, c, good)
	if results[0].Verdict != posture.Error || !strings.Contains(results[0].Said, "neither true nor false") || results[1].Verdict != posture.Fail {
		t.Errorf("%+v", results)
	}
}

func TestScore(t *testing.T) {
	result := func(s posture.Severity, v posture.Verdict) posture.Result {
		return posture.Result{Check: &posture.Check{Severity: s}, Verdict: v}
	}
	got := posture.ScoreOf([]posture.Result{
		result(posture.Critical, posture.Pass), result(posture.High, posture.Fail), result(posture.Medium, posture.Warn),
		result(posture.Low, posture.Manual), result(posture.Critical, posture.NotApplicable), result(posture.Info, posture.Fail), result(posture.Medium, posture.Error),
	})
	want := posture.Score{Share: 11.0 / 17, Visible: 17.0 / 20, Counts: map[posture.Verdict]int{
		posture.Pass: 1, posture.Fail: 2, posture.Warn: 1, posture.Manual: 1, posture.NotApplicable: 1, posture.Error: 1,
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestProfiles: a profile chooses checks and their figures, and settings have
// the last word.
func TestProfiles(t *testing.T) {
	_, checks := builtIn(t)
	count := map[posture.Profile]int{}
	for _, c := range checks {
		for _, p := range posture.Profiles() {
			if c.In(p) {
				count[p]++
			}
		}
	}
	if count[posture.Baseline] == 0 || count[posture.Strict] <= count[posture.Baseline] || count[posture.STIG] < 20 || count[posture.Seed] != 6 {
		t.Errorf("%v", count)
	}
	at := slices.IndexFunc(checks, func(c *posture.Check) bool { return c.ID == "PWD-001" })
	for p, want := range map[posture.Profile]float64{posture.Baseline: 12, posture.HealthInsight: 12, posture.STIG: 15, posture.Strict: 12} {
		if got := checks[at].Params(p)["min"]; got != want {
			t.Errorf("%s wants %v", p, got)
		}
	}
	if got := posture.Affected(checks, "security.threat.configuration.update"); len(got) != 3 {
		t.Errorf("a change of ThreatInsight affects %d checks", len(got))
	}
}

// down is a log that cannot be asked.
type down struct{}

func (down) From(context.Context) (time.Time, error) {
	return time.Time{}, fmt.Errorf("the log is down")
}

func (down) Tally(context.Context, posture.Question) (map[string]posture.Tally, error) {
	return nil, nil
}

func TestLogDown(t *testing.T) {
	_, checks := builtIn(t)
	_, err := posture.Run(t.Context(), posture.Input{Reader: inventory.NewWorld(), Activity: down{}, Profile: posture.Baseline, Now: moment()}, checks)
	if err == nil || !strings.Contains(err.Error(), "the log is down") {
		t.Errorf("the error is %v", err)
	}
}
