package alert_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/alert"
	"sallyport/internal/event"
	"sallyport/internal/rule"
)

var until = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// from makes an event of a person, so many days before the alert.
func from(t *testing.T, actor string, days int, ip, city, browser string) event.Event {
	t.Helper()
	raw := fmt.Sprintf(`{"uuid":"u","eventType":"user.session.start","published":%q,"actor":{"id":%q,"type":"User","alternateId":"%[2]s@acme.example"},
		"client":{"ipAddress":%q,"device":"Unknown","geographicalContext":{"city":%q,"country":"Norway"},"userAgent":{"browser":%q}},
		"securityContext":{"asNumber":64500},"target":[{"id":"0oa1","type":"AppInstance","displayName":"Mail"},{"id":"0oa1","type":"AppInstance","displayName":"Mail"}]}`,
		until.AddDate(0, 0, -days).Format(time.RFC3339), actor, ip, city, browser)
	e, err := event.NewParser().Parse([]byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func lines(s *alert.Seen, most int) []string {
	var out []string
	for _, v := range s.Values(most) {
		days := -1
		if v.Events > 0 {
			days = int(until.Sub(v.First).Hours() / 24)
		}
		out = append(out, fmt.Sprintf("%s %s: %d of %d, first %d, evidence %v", v.Habit, v.Value, v.Lately, v.Events, days, v.Evidence))
	}
	return out
}

// What a person's events had before is told from what they have now; what
// somebody else did to them tells nothing.
func TestSeen(t *testing.T) {
	s := alert.NewSeen(alert.Entity{Kind: rule.KindUser, ID: "00u1"}, until)
	for _, e := range []event.Event{from(t, "00u1", 60, "192.0.2.1", "Oslo", "FIREFOX"), from(t, "00u1", 2, "192.0.2.1", "Oslo", "CHROME")} {
		if err := s.Before(e); err != nil {
			t.Fatal(err)
		}
	}
	for _, e := range []event.Event{from(t, "00u1", 0, "198.51.100.9", "Oslo", "UNKNOWN"), from(t, "00u2", 0, "203.0.113.9", "Rome", "SAFARI")} {
		if err := s.Evidence(e); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{
		"place Oslo, Norway: 1 of 2, first 60, evidence true",
		"ip 198.51.100.9: 0 of 0, first -1, evidence true",
		"ip 192.0.2.1: 1 of 2, first 60, evidence false",
		"network AS64500: 1 of 2, first 60, evidence true",
		"browser CHROME: 1 of 1, first 2, evidence false",
		"browser FIREFOX: 0 of 1, first 60, evidence false",
		"app Mail: 1 of 2, first 60, evidence true",
	}
	if diff := cmp.Diff(want, lines(s, 20)); diff != "" {
		t.Error(diff)
	}
	if got := lines(s, 1); len(got) != 5 || got[1] != want[1] {
		t.Errorf("one of each: %q", got)
	}
	if all, recent := s.Events(); all != 2 || recent != 1 {
		t.Errorf("%d events, %d lately", all, recent)
	}
}

// Of an address it is told who came from it.
func TestSeenOfAnAddress(t *testing.T) {
	s := alert.NewSeen(alert.Entity{Kind: rule.KindIP, ID: "192.0.2.1"}, until)
	if err := s.Evidence(from(t, "00u1", 0, "192.0.2.1", "Oslo", "")); err != nil {
		t.Fatal(err)
	}
	got := lines(s, 20)
	if want := "person 00u1@acme.example: 0 of 0, first -1, evidence true"; got[len(got)-1] != want || len(got) != 4 {
		t.Errorf("%q", got)
	}
	if _, ok := (alert.Entity{Kind: rule.KindOrg, ID: "x"}).Doings(); ok {
		t.Error("an org does something")
	}
}

// Risk rises with each alert and fades between them.
func TestRiskOver(t *testing.T) {
	at := func(days int, s rule.Severity) alert.Alert {
		return alert.Alert{Severity: s, CreatedAt: until.AddDate(0, 0, days)}
	}
	got := alert.RiskOver([]alert.Alert{at(0, rule.Medium), at(-3, rule.High)}, until.AddDate(0, 0, 3))
	var scores []int
	for _, p := range got {
		scores = append(scores, p.Score)
	}
	if diff := cmp.Diff([]int{33, 30, 16}, scores); diff != "" {
		t.Error(diff)
	}
	if len(alert.RiskOver(nil, until)) != 0 {
		t.Error("nothing has a risk")
	}
}
