package flow_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"sallyport/internal/flow"
	"sallyport/internal/inventory"
	"sallyport/internal/posture"
	"sallyport/internal/value"
)

func TestParseFindingTrigger(t *testing.T) {
	d, err := flow.Parse("flow: f\ntrigger: { finding: { check: [USER-001], category: user, severity: high, profile: stig, kind: user, tenant: Acme, on: [opened, closed], most: 5 }, where: finding.times > 1 }\ncards: [ { stop: \"{{ finding.object.id }} {{ check.title }} {{ tenant.domain }}\" } ]\n")
	if err != nil {
		t.Fatal(err)
	}
	f := d.Trigger.Finding
	if d.Trigger.Kind != flow.OnFinding || f.Severity != posture.High || len(f.On) != 2 || f.Most != 5 || f.Profiles[0] != posture.STIG || d.Trigger.Where == nil {
		t.Errorf("trigger = %+v", d.Trigger)
	}
	if d, err = flow.Parse("flow: f\ntrigger: { finding: {} }\ncards: [ { stop: x } ]\n"); err != nil || fmt.Sprint(d.Trigger.Finding.On) != "[opened reopened]" || d.Trigger.Finding.Most != 100 {
		t.Errorf("what holds where nothing is said: %+v, %v", d, err)
	}
	for text, want := range map[string]string{
		"finding: { severity: dire }":              "not one of",
		"finding: { on: accepted }":                "not one of: opened reopened closed",
		"finding: { profile: mine }":               "not one of",
		"finding: { most: 0 }":                     "a number from 1 to 1000",
		"finding: { most: [1] }":                   "a number from 1 to 1000",
		"finding: { checks: x }":                   "checks",
		"finding: {}, where: alert.risk > 1":       "alert",
		"on_demand: {}, where: finding.times == 1": "events, alerts and findings only",
		"finding: {}, alert: {}":                   "one trigger",
	} {
		if _, err := flow.Parse("flow: f\ntrigger: { " + text + " }\ncards: [ { stop: x } ]\n"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error = %v, want one with %q", text, err, want)
		}
	}
}

func found(turn posture.Turn, check string, s posture.Severity, kind inventory.Kind, id string) flow.Found {
	o := posture.Object{Ref: inventory.Ref{Kind: kind, ID: id}, Name: "Name of " + id}
	return flow.Found{
		Tenant: inventory.Tenant{ID: "t1", Org: "o1", Name: "Acme", Domain: "https://acme.okta.com", Connection: "c1"},
		Turned: posture.Turned{
			Turn: turn, Finding: posture.Finding{ID: posture.FindingID(check, o), Check: check, Severity: s, Object: o, State: posture.Open, Said: "It is so.", Opened: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC), Times: 1},
			Check: posture.Check{ID: check, Title: "Title of " + check, Category: "user", Severity: s, Profiles: []posture.Profile{posture.Baseline}},
		},
	}
}

// A finding starts the flows that want it, and one judgement starts no more of them
// than each takes.
func TestFindingsStartFlows(t *testing.T) {
	all := []flow.Found{
		found(posture.TurnOpened, "USER-1", posture.Critical, inventory.User, "00u1"), found(posture.TurnReopened, "USER-1", posture.Critical, inventory.User, "00u2"),
		found(posture.TurnClosed, "APP-1", posture.Low, inventory.App, "0oa1"),
	}
	for trigger, want := range map[string]string{
		"finding: {}":                                       "00u1 00u2",
		"finding: { on: closed }":                           "0oa1",
		"finding: { on: [opened, closed] }":                 "00u1 0oa1",
		"finding: { severity: high, on: [opened, closed] }": "00u1",
		"finding: { check: APP-1, on: [opened, closed] }":   "0oa1",
		"finding: { kind: app, on: [opened, closed] }":      "0oa1",
		"finding: { category: app }":                        "",
		"finding: { profile: strict }":                      "00u1 00u2",
		"finding: { profile: stig }":                        "",
		"finding: { tenant: Acme }":                         "00u1 00u2",
		"finding: { tenant: 'https://acme.okta.com' }":      "00u1 00u2",
		"finding: { tenant: Other }":                        "",
		"finding: { most: 1 }":                              "00u1 and not for 1 more",
		"finding: {}, where: finding.object.id == '00u2'":   "00u2",
		"finding: {}, where: tenant.name == 'Acme' && check.severity == 'critical' && finding.turn == 'opened'": "00u1",
		"finding: {}, where: int(finding.said) == 1":                                                            "00u1 00u2 condition of flow",
	} {
		t.Run(trigger, func(t *testing.T) {
			b := bookOf(t, "flow: f\ntrigger: { "+trigger+" }\ncards: [ { stop: x } ]\n")
			runs, err := b.FoundRuns(all, time.Now())
			var got []string
			for _, r := range runs {
				v, _ := value.Load(r.Input)
				if got = append(got, value.String(value.Lookup(v, "finding.object.id"))); r.Cause != flow.OnFinding || r.Org != "o1" || value.String(value.Lookup(v, "tenant.connection")) != "c1" {
					t.Errorf("run %+v", r)
				}
			}
			said := strings.Join(got, " ")
			for _, part := range []string{"and not for 1 more", "condition of flow"} {
				if err != nil && strings.Contains(err.Error(), part) {
					said += " " + part
				}
			}
			if said != want {
				t.Errorf("started for %q (%v), want %q", said, err, want)
			}
		})
	}
}

// shelved is a shelf with one flow.
type shelved string

func (s shelved) Revision(context.Context, string) (int64, error) { return 1, nil }

func (s shelved) Published(context.Context, string) ([]flow.Flow, []string, error) {
	return []flow.Flow{{ID: "f1", Org: "o1", Slug: "f", Title: "F", Version: 1, Enabled: true, SaveData: true}}, []string{string(s)}, nil
}

func (s shelved) Version(context.Context, string, string, int) (flow.Version, error) {
	return flow.Version{}, nil
}

func bookOf(t *testing.T, yaml string) *flow.Book {
	t.Helper()
	b, err := (&flow.Library{Shelf: shelved(yaml)}).Book(t.Context(), "o1")
	if err != nil {
		t.Fatal(err)
	}
	return b
}
