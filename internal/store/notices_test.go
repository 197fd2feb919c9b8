package store_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"sallyport/internal/alert"
	"sallyport/internal/errs"
	"sallyport/internal/flow"
	"sallyport/internal/notify"
	"sallyport/internal/rule"
	"sallyport/internal/source"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
)

// aChannel keeps a channel that tells of everything.
func aChannel(t *testing.T, db *store.DB, id string, change func(*notify.Channel)) notify.Channel {
	t.Helper()
	c := notify.Channel{ID: id, Org: org, Name: "Channel " + id, Connection: "c1", Enabled: true, Plan: notify.Plan{Moments: notify.Moments()}, CreatedAt: start()}
	if change != nil {
		change(&c)
	}
	if err := db.Channels.Save(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	return c
}

// raise writes alerts as a batch does.
func raise(t *testing.T, db *store.DB, as ...alert.Alert) {
	t.Helper()
	f := &alert.Folded{}
	for _, a := range as {
		f.Tallies = append(f.Tallies, &alert.Tally{Alert: a, Opened: true})
	}
	if err := db.Sources.Accept(t.Context(), source.Batch{Org: org}, func(b *store.Batch) error { return b.Record(t.Context(), f) }); err != nil {
		t.Fatal(err)
	}
}

func anAlert(n int, s rule.Severity) alert.Alert {
	now := time.Now()
	return alert.Alert{ID: fmt.Sprint("alert", n), Org: org, Number: int64(n), Rule: "r", Type: "t", Severity: s, State: alert.Open, CreatedAt: now, UpdatedAt: now, FirstAt: now, LastAt: now}
}

// notices are what a channel told, and is to tell.
func notices(t *testing.T, db *store.DB, channel string) []notify.Notice {
	t.Helper()
	ns, err := db.Notices.OfChannel(t.Context(), org, channel, 100)
	if err != nil {
		t.Fatal(err)
	}
	return ns
}

func moments(ns []notify.Notice) string {
	var out []string
	for i := range ns {
		out = append(out, string(ns[len(ns)-1-i].Moment))
	}
	return strings.Join(out, " ")
}

// Each moment of an alert is told of once, in the transaction in which it comes.
func TestNotices(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		addOrg(t, db, org, "ada", "admin")
		aChannel(t, db, "all", nil)
		aChannel(t, db, "off", func(c *notify.Channel) { c.Enabled = false })
		aChannel(t, db, "high", func(c *notify.Channel) { c.Plan.Severity = rule.High })
		raise(t, db, anAlert(1, rule.Medium))
		change := func(fn func(*alert.Alert)) {
			t.Helper()
			_, err := db.Alerts.Change(t.Context(), org, []string{"alert1"}, func(a alert.Alert) (alert.Alert, []alert.Entry, []flow.Run, error) {
				fn(&a)
				a.UpdatedAt = time.Now()
				return a, nil, nil, nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		change(func(a *alert.Alert) { a.Severity = rule.High })
		change(func(a *alert.Alert) { a.Severity = rule.Low })
		change(func(a *alert.Alert) { a.Severity = rule.High })
		for range 2 { // closed, reopened and closed again
			change(func(a *alert.Alert) { a.State, a.ClosedAt = alert.Closed, time.Now() })
			change(func(a *alert.Alert) { a.Severity, a.State, a.ClosedAt = rule.High, alert.Open, time.Time{} })
		}
		for channel, want := range map[string]string{"all": "opened escalated closed closed", "off": "", "high": "escalated closed closed"} {
			if got := moments(notices(t, db, channel)); got != want {
				t.Errorf("%s tells %q, want %q", channel, got, want)
			}
		}
	})
}

// What is overdue is told of once, and not what was so before there was a channel.
func TestOverdue(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		addOrg(t, db, org, "ada", "admin")
		long := anAlert(1, rule.High)
		long.AckDueAt = time.Now().Add(-time.Hour)
		raise(t, db, long)
		aChannel(t, db, "all", nil)
		soon := anAlert(2, rule.High)
		soon.AckDueAt, soon.CloseDueAt = time.Now(), time.Now().Add(time.Hour)
		raise(t, db, soon)
		for range 2 {
			if err := db.Notices.Overdue(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if got := moments(notices(t, db, "all")); got != "opened overdue" {
			t.Errorf("told %q", got)
		}
	})
}

// During quiet hours notices wait, and then come in one message; critical ones go
// through where they may.
func TestHeldNotices(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		addOrg(t, db, org, "ada", "admin")
		quiet := &notify.Quiet{Days: notify.Days(), From: "00:00", To: "00:00", Zone: "UTC", Critical: true}
		c := aChannel(t, db, "night", func(c *notify.Channel) { c.Plan.Quiet = quiet })
		raise(t, db, anAlert(1, rule.Medium), anAlert(2, rule.High), anAlert(3, rule.Critical))
		take := func(id string) notify.Parcel {
			t.Helper()
			p, err := db.Notices.Take(t.Context(), org, id)
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		held := map[string]bool{}
		for _, n := range notices(t, db, "night") {
			p := take(n.ID)
			if n.About == "alert3" {
				if len(p.Notices) != 1 || p.Notices[0].About != "alert3" {
					t.Errorf("critical: %+v", p)
				}
				if err := db.Notices.End(t.Context(), p, notify.Result{State: notify.Sent}); err != nil {
					t.Fatal(err)
				}
				continue
			}
			held[n.ID] = true
			if len(p.Notices) != 0 || !p.Again.After(time.Now()) {
				t.Errorf("%s: %+v", n.About, p)
			}
		}
		c.Plan.Quiet = nil // the quiet is over
		if err := db.Channels.Save(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		// Both jobs wake at once: one sends for both.
		var mu sync.Mutex
		var sent []notify.Parcel
		var wg sync.WaitGroup
		for id := range held {
			wg.Go(func() {
				p, err := db.Notices.Take(context.WithoutCancel(t.Context()), org, id)
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					t.Error(err)
				}
				if len(p.Notices) > 0 {
					sent = append(sent, p)
				}
			})
		}
		wg.Wait()
		if len(sent) != 1 || len(sent[0].Notices) != 2 {
			t.Fatalf("sent %+v", sent)
		}
		// The process dies; another takes the same up.
		again := take(sent[0].Lead.ID)
		if len(again.Notices) != 2 || again.Lead.Attempts != 2 {
			t.Errorf("again: %+v", again)
		}
		if err := db.Notices.End(t.Context(), again, notify.Result{State: notify.Sent}); err != nil {
			t.Fatal(err)
		}
		for _, n := range notices(t, db, "night") {
			if n.State != notify.Sent || n.SentAt.IsZero() {
				t.Errorf("%+v", n)
			}
			if p := take(n.ID); len(p.Notices) != 0 || !p.Again.IsZero() {
				t.Errorf("sent once more: %+v", p)
			}
		}
	})
}

// A request of Slack's is answered once; a channel that is gone has no notices.
func TestChannels(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		addOrg(t, db, org, "ada", "admin")
		until := time.Now().Add(-time.Minute)
		if err := db.Channels.Answer(t.Context(), "s1", until); err != nil {
			t.Fatal(err)
		}
		if err := db.Channels.Answer(t.Context(), "s1", until); errs.KindOf(err) != errs.Conflict {
			t.Errorf("answered again: %v", err)
		}
		aChannel(t, db, "all", nil)
		raise(t, db, anAlert(1, rule.Medium))
		n := notices(t, db, "all")[0]
		p, err := db.Notices.Take(t.Context(), org, n.ID)
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Notices.End(t.Context(), p, notify.Result{State: notify.Sending, Error: "away"}); err != nil {
			t.Fatal(err)
		}
		if c, err := db.Channels.Get(t.Context(), org, "all"); err != nil || c.Health.Error != "away" || c.Health.ErrorAt.IsZero() {
			t.Errorf("%+v %v", c, err)
		}
		if w, err := db.Notices.Waiting(t.Context(), org); err != nil || w["all"] != 1 {
			t.Errorf("waiting: %v %v", w, err)
		}
		if _, err := db.Notices.Take(t.Context(), "other", n.ID); errs.KindOf(err) != errs.NotFound {
			t.Errorf("another organization takes it: %v", err)
		}
		if err := db.Channels.Remove(t.Context(), "other", "all"); errs.KindOf(err) != errs.NotFound {
			t.Errorf("another organization removes it: %v", err)
		}
		if err := db.Channels.Remove(t.Context(), org, "all"); err != nil {
			t.Fatal(err)
		}
		if _, err := db.Notices.Take(t.Context(), org, n.ID); errs.KindOf(err) != errs.NotFound {
			t.Errorf("after that: %v", err)
		}
	})
}
