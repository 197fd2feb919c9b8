package pipeline_test

import (
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/alert"
	"sallyport/internal/event"
	"sallyport/internal/flow"
	"sallyport/internal/pipeline"
	"sallyport/internal/rule"
	"sallyport/internal/source"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
)

const (
	pushed  = "5b0f0a0e-7a57-4f0e-9a3e-0d8c4f1f6a01"
	sprayed = "5b0f0a0e-7a57-4f0e-9a3e-0d8c4f1f6a02"
)

const onePush = `title: A push was denied
id: ` + pushed + `
description: Somebody denied a push.
tags: [attack.credential-access, attack.t1621]
logsource: { product: okta, service: okta }
detection: { selection: { eventType: push.denied }, condition: selection }
level: medium
sallyport: { entity: actor, window: 1h }
`

const spray = `title: A failed sign-in
name: failed
logsource: { product: okta, service: okta }
detection: { selection: { eventType: signin, outcome.result: FAILURE }, condition: selection }
level: low
---
title: Many people fail to sign in from one address
id: ` + sprayed + `
description: One address fails for many accounts.
tags: [attack.credential-access, attack.t1110.003]
correlation: { type: value_count, rules: [failed], group-by: [client.ipAddress], timespan: 10m, condition: { field: actor.alternateId, gte: 3 } }
level: high
sallyport: { entity: ip }
`

const gone = `title: A factor is removed
name: removed
logsource: { product: okta, service: okta }
detection: { selection: { eventType: factor.removed }, condition: selection }
level: low
---
title: A factor is enrolled
name: enrolled
logsource: { product: okta, service: okta }
detection: { selection: { eventType: factor.enrolled }, condition: selection }
level: low
---
title: A factor is gone for good
id: 5b0f0a0e-7a57-4f0e-9a3e-0d8c4f1f6a03
description: A factor is removed, and none follows.
tags: [attack.persistence, attack.t1556.006]
sallyport: { entity: actor, correlation: { type: absent, rules: [removed], without: [enrolled], group-by: [actor.id], timespan: 1h } }
level: high
`

const onAlert = "flow: answer\ntrigger: { alert: { severity: medium }, where: entity.kind == 'user' }\ncards: [ { stop: done } ]\n"

// detecting is a bench with these rules.
func detecting(t *testing.T, db *store.DB, flows ...string) *bench {
	t.Helper()
	b := setup(t, db, flows...)
	for name, text := range map[string]string{"push.yaml": onePush, "spray.yaml": spray, "gone.yaml": gone} {
		f := rule.Parse("sallyport", name, []byte(text))
		if len(f.Problems) > 0 {
			t.Fatal(f.Problems)
		}
		b.pipe.Rules.Packs = append(b.pipe.Rules.Packs, f)
	}
	return b
}

var begin = time.Date(2026, 1, 2, 3, 0, 0, 0, time.UTC)

// by is an event of somebody, so long after the beginning.
func by(uuid, kind, result, login, ip string, after time.Duration) string {
	return fmt.Sprintf(`{"uuid":%q,"eventType":%q,"published":%q,"outcome":{"result":%q},"actor":{"id":"00u%s","type":"User","alternateId":"%s@acme.example","displayName":%q},"client":{"ipAddress":%q}}`,
		uuid, kind, begin.Add(after).Format(time.RFC3339Nano), result, login, login, login, ip)
}

func (b *bench) alerts(t *testing.T) []alert.Alert {
	t.Helper()
	as, err := b.db.Alerts.List(t.Context(), org, store.AlertFilter{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	return as
}

func (b *bench) evidence(t *testing.T, a alert.Alert) string {
	t.Helper()
	got, err := b.db.Alerts.Evidence(t.Context(), org, a.ID)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(got, " ")
}

// Hits of one rule about one person are one alert while they are near each other,
// however often their events come.
func TestHitsBecomeAnAlert(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := detecting(t, db, onAlert)
		deny := func(uuid, login string, after time.Duration) string {
			return by(uuid, "push.denied", "FAILURE", login, "192.0.2.1", after)
		}
		if got := b.accept(t, source.ViaHook, "", deny("1", "ada", 0), deny("2", "ada", time.Minute), deny("3", "bob", 0)); got != (source.Accepted{New: 3, Alerts: 2, Runs: 2}) {
			t.Errorf("at first: %+v", got)
		}
		// The same once more, one that is late, and one that is new.
		if got := b.accept(t, source.ViaPoll, "/next", deny("1", "ada", 0), deny("2", "ada", time.Minute), deny("0", "ada", -30*time.Minute), deny("4", "ada", 50*time.Minute)); got != (source.Accepted{New: 2, Alerts: 1}) {
			t.Errorf("again: %+v", got)
		}
		// Beyond the window there is another.
		b.accept(t, source.ViaHook, "", deny("5", "ada", 3*time.Hour))
		as := b.alerts(t)
		if len(as) != 3 {
			t.Fatalf("%d alerts: %+v", len(as), as)
		}
		for _, a := range as {
			if a.Entity.Login == "ada@acme.example" && a.Number != 3 {
				if a.Events != 4 || a.Hits != 4 || b.evidence(t, a) != "0 1 2 4" || !a.FirstAt.Equal(begin.Add(-30*time.Minute)) || !a.LastAt.Equal(begin.Add(50*time.Minute)) {
					t.Errorf("alert = %+v of %s", a, b.evidence(t, a))
				}
			}
			if a.State != alert.Open || a.Severity != rule.Medium || a.Entity.Kind != rule.KindUser || a.Rule != pushed || a.Risk == 0 || a.AckDueAt.IsZero() {
				t.Errorf("alert = %+v", a)
			}
		}
		runs, err := db.Runs.List(t.Context(), org, store.RunFilter{Alert: as[0].ID, Limit: 10})
		if err != nil || len(runs) != 1 || runs[0].Cause != flow.OnAlert || runs[0].Event != "5" {
			t.Errorf("runs = %+v, %v", runs, err)
		}
	})
}

// After an alert was closed, what comes is another.
func TestClosedAlertsTakeNothing(t *testing.T) {
	db := storetest.Open(t)
	b := detecting(t, db)
	b.accept(t, source.ViaHook, "", by("1", "push.denied", "", "ada", "", 0))
	closed := alert.Closed
	_, err := db.Alerts.Change(t.Context(), org, []string{b.alerts(t)[0].ID}, func(a alert.Alert) (alert.Alert, []alert.Entry, []flow.Run, error) {
		a, es, err := a.Apply(alert.Change{State: &closed, Verdict: alert.Benign}, "", time.Now(), alert.DefaultSettings())
		return a, es, nil, err
	})
	if err != nil {
		t.Fatal(err)
	}
	b.accept(t, source.ViaHook, "", by("2", "push.denied", "", "ada", "", time.Second))
	if as := b.alerts(t); len(as) != 2 || as[0].Number != 2 || as[0].Events != 1 {
		t.Errorf("alerts = %+v", as)
	}
}

// A correlation counts over batches, events out of order and twice among them.
func TestCorrelationOverBatches(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := detecting(t, db)
		fail := func(uuid, login string, after time.Duration) string {
			return by(uuid, "signin", "FAILURE", login, "192.0.2.9", after)
		}
		b.accept(t, source.ViaHook, "", fail("3", "cy", 4*time.Minute))
		b.accept(t, source.ViaPoll, "", fail("1", "ada", 0), fail("3", "cy", 4*time.Minute), fail("x", "ada", time.Minute))
		if as := b.alerts(t); len(as) != 0 {
			t.Fatalf("two people: %+v", as)
		}
		// Another process takes up where this one was.
		other := *b.pipe
		other.Rules = &alert.Library{Shelf: db.Rules, Packs: b.pipe.Rules.Packs, Log: slog.New(slog.DiscardHandler)}
		b.pipe = &other
		b.accept(t, source.ViaHook, "", fail("2", "bob", 2*time.Minute))
		b.accept(t, source.ViaPoll, "", fail("2", "bob", 2*time.Minute), fail("1", "ada", 0))
		as := b.alerts(t)
		if len(as) != 1 {
			t.Fatalf("alerts = %+v", as)
		}
		a := as[0]
		if a.Rule != sprayed || a.Entity != (alert.Entity{Kind: rule.KindIP, ID: "192.0.2.9", Login: "192.0.2.9", Name: "192.0.2.9"}) || a.Severity != rule.High || b.evidence(t, a) != "1 2 3 x" && b.evidence(t, a) != "1 2 3" {
			t.Errorf("alert = %+v of %s", a, b.evidence(t, a))
		}
	})
}

// Hook and poll at once, and again and again: every event and alert once.
func TestAlertsTogether(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := detecting(t, db, onAlert)
		var wg sync.WaitGroup
		for range 6 {
			wg.Go(func() {
				for i := range 12 {
					b.accept(t, source.ViaHook, "",
						by(fmt.Sprint("f", i), "signin", "FAILURE", fmt.Sprint("u", i), "192.0.2.9", time.Duration(i)*time.Second),
						by(fmt.Sprint("p", i), "push.denied", "", "ada", "192.0.2.1", time.Duration(i)*time.Second))
				}
			})
		}
		wg.Wait()
		as := b.alerts(t)
		got := map[string]int{}
		for _, a := range as {
			got[a.Rule] = a.Events
		}
		if len(as) != 2 || got[pushed] != 12 || got[sprayed] != 12 {
			t.Errorf("%d alerts, of %v events", len(as), got)
		}
		runs, err := db.Runs.List(t.Context(), org, store.RunFilter{Limit: 100})
		if err != nil || len(runs) != 1 {
			t.Errorf("%d runs, %v", len(runs), err)
		}
	})
}

// What is suppressed does not count, and is counted.
func TestSuppressed(t *testing.T) {
	db := storetest.Open(t)
	b := detecting(t, db)
	now := time.Now()
	for _, s := range []alert.Suppression{
		{ID: "s1", Scope: alert.RuleScope, Target: sprayed, Where: "event.actor.alternateId.startsWith('robot')", CreatedAt: now},
		{ID: "s2", Scope: alert.AllRules, Where: "entity.login == 'ada@acme.example' && alert.level < 3", CreatedAt: now},
		{ID: "s3", Scope: alert.AllRules, Where: "int(event.uuid) > 100", CreatedAt: now},
		{ID: "s4", Scope: alert.AllRules, Where: "true", ExpiresAt: now.Add(-time.Hour), CreatedAt: now},
	} {
		s.Org = org
		if err := db.Suppressions.Save(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	b.accept(t, source.ViaHook, "", by("1", "push.denied", "", "ada", "", 0), by("two", "push.denied", "", "bob", "", 0))
	for i, login := range []string{"robot1", "robot2", "cy", "robot3", "di"} {
		b.accept(t, source.ViaHook, "", by(fmt.Sprint(10+i), "signin", "FAILURE", login, "192.0.2.9", 0))
	}
	as := b.alerts(t)
	if len(as) != 1 || as[0].Entity.Name != "bob" {
		t.Errorf("alerts = %+v", as)
	}
	all, err := db.Suppressions.List(t.Context(), org)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		want := map[string]int{"s1": 3, "s2": 1}[s.ID]
		if s.Hidden != want || (s.Error != "") != (s.ID == "s3") {
			t.Errorf("%s hid %d, want %d; error %q", s.ID, s.Hidden, want, s.Error)
		}
	}
	hidden, err := db.Suppressions.Hidden(t.Context(), org, "s2", 10)
	if err != nil || len(hidden) != 1 || hidden[0].Event != "1" || hidden[0].Rule != pushed {
		t.Errorf("hidden = %+v, %v", hidden, err)
	}
}

// What an organization decides about a rule takes effect with the next batch.
func TestRuleSettings(t *testing.T) {
	db := storetest.Open(t)
	b := detecting(t, db)
	b.accept(t, source.ViaHook, "", by("1", "push.denied", "", "ada", "", 0))
	critical := rule.Critical
	if err := db.Rules.Set(t.Context(), org, pushed, alert.RuleSetting{Severity: &critical}); err != nil {
		t.Fatal(err)
	}
	b.accept(t, source.ViaHook, "", by("2", "push.denied", "", "ada", "", time.Second))
	if as := b.alerts(t); len(as) != 1 || as[0].Severity != rule.Critical {
		t.Errorf("alerts = %+v", as)
	}
	off := false
	if err := db.Rules.Set(t.Context(), org, pushed, alert.RuleSetting{Enabled: &off}); err != nil {
		t.Fatal(err)
	}
	if got := b.accept(t, source.ViaHook, "", by("3", "push.denied", "", "ada", "", 0)); got.Alerts != 0 {
		t.Errorf("accepted %+v", got)
	}
}

// History raises no alerts.
func TestHistoryAlertsNobody(t *testing.T) {
	db := storetest.Open(t)
	b := detecting(t, db)
	e, err := event.NewParser().Parse([]byte(by("1", "push.denied", "", "ada", "", 0)))
	if err != nil {
		t.Fatal(err)
	}
	got, err := b.pipe.Accept(t.Context(), source.Batch{Org: org, Source: "s1", Events: []event.Event{e}, ActFrom: source.Never()})
	if err != nil || got != (source.Accepted{New: 1}) {
		t.Errorf("accepted %+v, %v", got, err)
	}
}

// What does not come in time is an alert, once; what comes in time is none.
func TestElapse(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := detecting(t, db, onAlert)
		b.accept(t, source.ViaHook, "", by("1", "factor.removed", "", "ada", "", 0), by("2", "factor.removed", "", "bob", "", 0), by("3", "factor.enrolled", "", "bob", "", 30*time.Minute))
		if err := b.pipe.Elapse(t.Context(), org, begin.Add(30*time.Minute)); err != nil || len(b.alerts(t)) != 0 {
			t.Fatalf("before the time is over: %+v, %v", b.alerts(t), err)
		}
		for range 2 {
			if err := b.pipe.Elapse(t.Context(), org, begin.Add(24*time.Hour)); err != nil {
				t.Fatal(err)
			}
		}
		as := b.alerts(t)
		if len(as) != 1 || as[0].Entity.Name != "ada" || b.evidence(t, as[0]) != "1" {
			t.Errorf("alerts = %+v", as)
		}
		runs, err := db.Runs.List(t.Context(), org, store.RunFilter{Limit: 10})
		if err != nil || len(runs) != 1 || runs[0].Alert != as[0].ID {
			t.Errorf("runs = %+v, %v", runs, err)
		}
		left, err := db.Rules.DueOrganizations(t.Context(), begin.Add(48*time.Hour))
		if err != nil || len(left) != 0 {
			t.Errorf("still due: %v, %v", left, err)
		}
	})
}

// An event of a wrong clock raises the alert of a single rule, and carries no
// correlation away from the events that follow.
func TestEventAheadOfTheClock(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := detecting(t, db)
		b.pipe.Now = func() time.Time { return begin.Add(5 * time.Minute) }
		var ahead []event.Event
		b.pipe.Accepted = func(_ source.Batch, o pipeline.Outcome) { ahead = append(ahead, o.Ahead...) }
		fail := func(uuid, login string, after time.Duration) string {
			return by(uuid, "signin", "FAILURE", login, "192.0.2.9", after)
		}
		for range 2 {
			b.accept(t, source.ViaStream, "", fail("f", "forged", 48*time.Hour), by("p", "push.denied", "", "ada", "192.0.2.1", 48*time.Hour))
		}
		b.accept(t, source.ViaHook, "", fail("1", "ada", 0), fail("2", "bob", time.Minute), fail("3", "cy", 2*time.Minute))
		got := map[string]string{}
		for _, a := range b.alerts(t) {
			got[a.Rule] += b.evidence(t, a)
		}
		if diff := cmp.Diff(map[string]string{pushed: "p", sprayed: "1 2 3 f"}, got); diff != "" {
			t.Error(diff)
		}
		if len(ahead) != 1 || ahead[0].UUID != "f" || strings.Count(b.log.String(), "ahead of this server's clock") != 1 {
			t.Errorf("ahead are %+v; the log says %s", ahead, b.log)
		}
	})
}

// While polling catches up, time decides nothing of what it has not read, and
// forgets nothing that it may add to.
func TestElapseWhileCatchingUp(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := detecting(t, db)
		page := func(more bool, events ...string) {
			t.Helper()
			batch := source.Batch{Org: org, Source: "s1", Via: source.ViaPoll, More: more}
			for _, raw := range events {
				e, err := event.NewParser().Parse([]byte(raw))
				if err != nil {
					t.Fatal(err)
				}
				batch.Events = append(batch.Events, e)
			}
			if _, err := b.pipe.Accept(t.Context(), batch); err != nil {
				t.Fatal(err)
			}
			seen, err := db.Rules.SeenUntil(t.Context(), org, time.Now())
			if err == nil {
				err = b.pipe.Elapse(t.Context(), org, seen)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		fail := func(uuid, login string, after time.Duration) string {
			return by(uuid, "signin", "FAILURE", login, "192.0.2.9", after)
		}
		page(true, by("r", "factor.removed", "", "ada", "", 0), by("s", "factor.removed", "", "bob", "", 0), fail("1", "ada", 0), fail("2", "bob", 0))
		page(false, by("e", "factor.enrolled", "", "ada", "", 30*time.Minute), fail("3", "cy", time.Minute))
		got := map[string]int{}
		for _, a := range b.alerts(t) {
			got[a.RuleTitle+" "+a.Entity.Name]++
		}
		want := map[string]int{"A factor is gone for good bob": 1, "Many people fail to sign in from one address 192.0.2.9": 1}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}
